"""The one way in of mail: to whom it is, what is said of it, and the actions of its rules.

Source: the guide, "Amazon SES email receiving concepts and use cases", "Email-receiving process".
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from ses_emulator.inbound.actions import are_local, run
from ses_emulator.inbound.delivery import ActionResult, Delivery
from ses_emulator.inbound.incoming import Incoming, Verdicts
from ses_emulator.inbound.matching import blocked, matching
from ses_emulator.inbound.verdicts import judge
from ses_emulator.mail import addresses, envelope
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.mail.identities import Finding, is_verified
from ses_emulator.mail.loopback import active_rule_sets
from ses_emulator.mail.message import MEBIBYTE
from ses_emulator.mail.profile import profile_of
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.documents import Document
from ses_emulator.store.messages import Stored

# Source: the guide, "Service quotas in Amazon SES".
LARGEST = 40 * MEBIBYTE
MOST_RECIPIENTS = 100
# Why a recipient is refused, in the words of SMTP. The first is SES's, the others are ours.
UNKNOWN = "550 5.1.1 Requested action not taken: mailbox unavailable"
BLOCKED = "550 5.7.1 Requested action not taken: mail from {} is blocked"
PLAIN = "550 5.7.10 Requested action not taken: the recipient wants mail over TLS only"
SKIPPED = ActionResult("skipped")


@dataclass(slots=True)
class Taken:
    """What an account receives in a region: the rules of its active set that recipients meet."""

    account: Account
    rule_set: str
    rules: list[tuple[Document, list[str]]]

    def recipients(self, all: Iterable[str]) -> list[str]:
        """Those of all recipients that meet a rule."""
        met = {recipient for _, matched in self.rules for recipient in matched}
        return [recipient for recipient in all if recipient in met]


@dataclass(slots=True)
class Received:
    """What became of a mail: a message for each account and region, a refusal for some recipients.

    A refusal is a reply of SMTP. ``messages`` are as they are stored.
    """

    messages: list[Stored] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def receive(instance: Instance, mail: Incoming) -> Received:
    """Take a mail for those recipients who may get it, and do what their rules say.

    It may take long, for actions may: not to be called on an event loop or in a transaction.
    """
    taken, refused = sort_out(instance, mail.recipients, mail.remote_ip, tls=mail.tls)
    received = Received(refused=refused)
    if not taken:
        return received
    scan = any(rule["ScanEnabled"] for each in taken for rule, _ in each.rules)
    verdicts = judge(instance, mail, scan=scan)
    for each in taken:
        local = are_local(rule for rule, _ in each.rules)
        with instance.database.attempt() if local else nullcontext():
            if mail.original is not None and instance.messages.find(mail.original) is None:
                break  # A reset came between: what was sent before it does not arrive after it.
            stored = _store(each, mail, verdicts, status="received" if local else "receiving")
            _run_rules(each, stored, mail, verdicts)
            instance.messages.complete(stored)
        if not local:
            instance.changes.publish("message", stored.id)
        received.messages.append(stored)
    return received


def sort_out(
    instance: Instance, recipients: Sequence[str], remote_ip: str, *, tls: bool
) -> tuple[list[Taken], dict[str, str]]:
    """Which accounts take a mail for whom, and the replies to recipients whom none takes it for.

    Several may: SES processes the rules of all of them.
    """
    taken = []
    refused = dict.fromkeys(recipients, UNKNOWN)
    got: set[str] = set()
    for account, name, rule_set in active_rule_sets(instance):
        rules = _matching(account, rule_set["Rules"], recipients)
        met = {each for _, matched in rules for each in matched}
        if rules and blocked(_filters(account), remote_ip):
            refused |= dict.fromkeys(met, BLOCKED.format(remote_ip))
            continue
        secret = {
            each
            for rule, matched in rules
            for each in matched
            if rule["TlsPolicy"] == "Require" and not tls
        }
        refused |= dict.fromkeys(secret, PLAIN)
        left = [(rule, [each for each in matched if each not in secret]) for rule, matched in rules]
        rules = [(rule, matched) for rule, matched in left if matched]
        if rules:
            taken.append(Taken(account, name, rules))
            got |= met - secret
    return taken, {each: reply for each, reply in refused.items() if each not in got}


def _matching(
    account: Account, rules: Iterable[Document], recipients: Sequence[str]
) -> list[tuple[Document, list[str]]]:
    owned = {each for each in recipients if is_verified(account, _spec(each))}
    # An open account sends for anybody, and it receives for anybody that a rule names.
    strict = profile_of(account).senders_verified
    candidates = [each for each in recipients if each in owned] if strict else recipients
    return matching(rules, candidates, owned.__contains__)


def _spec(recipient: str) -> str:
    local, _, domain = recipient.rpartition("@")
    return f"{local}@{domain.lower()}"


def _filters(account: Account) -> list[Document]:
    return [document for _, document in account.collection("ReceiptFilter").all()]


def _store(taken: Taken, mail: Incoming, verdicts: Verdicts, *, status: str) -> Stored:
    """Capture the mail for one account; the message, whose receipt has no rules yet."""
    account = taken.account
    recipients = taken.recipients(mail.recipients)
    block = HeaderBlock(mail.raw)
    stored = Stored(
        id=_new_id(account.instance.new_id()),
        account=account.id,
        region=account.region,
        received=account.now(),
        api="inbound",
        operation="Receive",
        status=status,
        mail_from=mail.mail_from,
        sender=", ".join(block.all("from")),
        subject=block.get("subject") or "",
        configuration_set=None,
        size=len(mail.raw),
        to=addresses.listed(block, "to"),
        cc=addresses.listed(block, "cc"),
        bcc=envelope.hidden(recipients, block, mail.raw),
        tags={},
        source_ip=mail.remote_ip,
        findings=list(_findings(account, recipients)),
        original=mail.original,
        receipt={
            "rule_set": taken.rule_set,
            "recipients": recipients,
            "remote_ip": mail.remote_ip,
            "helo": mail.helo,
            "tls": mail.tls,
            "verdicts": verdicts.values(),
            "dmarc_policy": verdicts.dmarc_policy,
            "rules": [],
        },
    )
    account.messages.add(stored, mail.raw, recipients, [], charged=None)
    return stored


def _new_id(uuid: str) -> str:
    """A MessageId in the form of those of mail that SES received: 40 digits of base 32."""
    digest = hashlib.sha256(uuid.encode()).digest()
    return base64.b32hexencode(digest).decode().lower()[:38] + "01"


def _findings(account: Account, recipients: Sequence[str]) -> Iterator[Finding]:
    """What SES would say of recipients that only an open account receives for."""
    foreign = [each for each in recipients if not is_verified(account, _spec(each))]
    if foreign:
        yield {
            "code": "UnverifiedRecipient",
            "message": "SES would refuse this: the account has no verified identity for "
            f"{', '.join(foreign)}.",
            "help": "Verify the domain with CreateEmailIdentity, or start with --account"
            " production to have such mail refused here, too.",
        }


def _run_rules(taken: Taken, stored: Stored, mail: Incoming, verdicts: Verdicts) -> None:
    """Run the actions of the rules in order, and put down what became of each."""
    assert stored.receipt is not None
    added: list[tuple[str, str]] = []
    stopped = False
    stored.status = "received"
    for rule, recipients in taken.rules:
        delivery = Delivery(taken.account, stored, mail, verdicts, rule, recipients, added)
        over = stopped
        results: list[dict[str, Any]] = []
        for action in rule["Actions"]:
            result = SKIPPED if over else run(taken.account, action, delivery)
            over = over or result.disposition != "CONTINUE"
            stopped = stopped or result.disposition == "STOP_RULE_SET"
            results.append(result.to_document(action))
        if delivery.bounced:
            stored.status = "rejected"
        stored.receipt["rules"].append(
            {"name": rule["Name"], "recipients": recipients, "actions": results}
        )
