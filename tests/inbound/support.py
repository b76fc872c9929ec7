"""An account that receives, and mail for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ses_emulator.inbound.incoming import Incoming
from ses_emulator.inbound.receive import Received, receive
from ses_emulator.store.account import Account
from ses_emulator.store.messages import Stored
from ses_emulator.store.query import Filters
from tests.mail.account import an_account

RAW = (
    b"From: Ann <ann@sender.example>\r\nTo: In <in@example.com>\r\nSubject: Hello\r\n"
    b"Message-ID: <1@sender.example>\r\n\r\nText\r\n"
)
BOUNCE = {
    "BounceAction": {
        "SmtpReplyCode": "550",
        "StatusCode": "5.1.1",
        "Message": "Nobody here",
        "Sender": "mailer@example.com",
    }
}
STOP = {"StopAction": {"Scope": "RuleSet"}}
S3 = {"S3Action": {"BucketName": "mail", "ObjectKeyPrefix": "in/"}}


def header(name: str, value: str) -> dict[str, Any]:
    """An AddHeader action."""
    return {"AddHeaderAction": {"HeaderName": name, "HeaderValue": value}}


def rule(name: str, *actions: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A rule as it is stored."""
    return {
        "Name": name,
        "Enabled": True,
        "TlsPolicy": "Optional",
        "Recipients": ["example.com"],
        "ScanEnabled": False,
        "Actions": list(actions),
    } | members


def activate(account: Account, *rules: dict[str, Any]) -> None:
    """Let an account have these rules in its active rule set."""
    account.collection("ReceiptRuleSet").put("set", {"Metadata": {}, "Rules": list(rules)})
    account.set_attributes(ActiveReceiptRuleSet="set")


@contextmanager
def receiving(
    *rules: dict[str, Any], lookup: Callable[[str, str], list[str] | None] | None = None
) -> Iterator[Account]:
    """An account with these active rules."""
    with an_account() as account:
        if lookup is not None:
            account.instance = replace(account.instance, lookup=lookup)
        activate(account, *rules)
        yield account


def incoming(*recipients: str, **options: Any) -> Incoming:
    """A mail to these, else to in@example.com."""
    given = {
        "raw": RAW,
        "mail_from": "bounces@sender.example",
        "recipients": list(recipients or ("in@example.com",)),
        "remote_ip": "192.0.2.1",
        "helo": "mail.sender.example",
    }
    return Incoming(**given | options)


def take(account: Account, *recipients: str, **options: Any) -> Received:
    """Receive a mail."""
    return receive(account.instance, incoming(*recipients, **options))


def take_one(account: Account, *recipients: str, **options: Any) -> Stored:
    """Receive a mail that one account takes for all; the message as it is kept."""
    received = take(account, *recipients, **options)
    assert received.refused == {}
    [message] = received.messages
    kept = account.messages.find(message.id)
    assert kept is not None
    assert kept.receipt == message.receipt
    assert kept.status == message.status
    return kept


def actions(stored: Stored) -> list[tuple[str, str, str, str | None]]:
    """What became of each action: the rule, the kind, the status, the target."""
    assert stored.receipt is not None
    return [
        (rule["name"], action["type"], action["status"], action["target"])
        for rule in stored.receipt["rules"]
        for action in rule["actions"]
    ]


def kept(account: Account) -> list[Stored]:
    """All messages, the oldest first."""
    return account.messages.page(Filters(), None, 100)[::-1]
