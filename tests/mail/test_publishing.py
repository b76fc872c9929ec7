"""Which configuration set a message is sent with that names none, and what is pending then."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ses_emulator.errors import AwsError, Missing
from ses_emulator.mail import dkim
from ses_emulator.mail.message import Simple, Submission, Text
from ses_emulator.mail.pipeline import send
from ses_emulator.mail.publishing import author_of
from ses_emulator.store.account import Account
from ses_emulator.store.messages import Stored
from tests.mail.account import an_account, stored

SENDER = "shop@example.com"


@pytest.fixture
def account() -> Iterator[Account]:
    with an_account() as account:
        for name in ("domain", "address", "named"):
            account.configuration_sets.put(name, {})
        yield account


def add_identity(account: Account, name: str, default: str | None, verified: bool = True) -> None:
    """An identity with a default configuration set, or without."""
    document = {
        "VerifiedForSendingStatus": verified,
        "ConfigurationSetName": default,
        "DkimAttributes": dkim.UNSIGNED,
    }
    account.identities.put(name, document)


def sent(account: Account, configuration_set: str | None = None) -> Stored:
    """A message from SENDER."""
    content = Simple(
        sender=f"Shop <{SENDER}>",
        to=["a@example.net"],
        cc=[],
        reply_to=[],
        subject=Text("Hello", "UTF-8"),
        text=Text("Hello", "UTF-8"),
        html=None,
    )
    submission = Submission(
        api="v2",
        operation="SendEmail",
        content=content,
        mail_from=None,
        recipients=["a@example.net"],
        limit=10**6,
        configuration_set=configuration_set,
    )
    found = account.messages.find(send(account, submission))
    assert found
    return found


def test_default_configuration_set(account: Account) -> None:
    assert sent(account).configuration_set is None
    add_identity(account, "example.com", "domain")
    assert sent(account).configuration_set == "domain"
    assert sent(account, "named").configuration_set == "named"
    add_identity(account, SENDER, "address")
    assert sent(account).configuration_set == "address"
    add_identity(account, SENDER, None)
    assert sent(account).configuration_set is None
    add_identity(account, SENDER, "address", verified=False)
    assert sent(account).configuration_set == "domain"


def test_default_that_is_gone(account: Account) -> None:
    add_identity(account, "example.com", "domain")
    account.configuration_sets.delete("domain")
    with pytest.raises(AwsError) as refused:
        sent(account)
    assert refused.value.code == "InvalidParameterValue"
    assert str(refused.value) == "Configuration set <domain> does not exist."
    with pytest.raises(Missing):
        sent(account, "domain")


def test_default_that_is_paused(account: Account) -> None:
    add_identity(account, "example.com", "domain")
    account.configuration_sets.put("domain", {"SendingOptions": {"SendingEnabled": False}})
    with pytest.raises(AwsError) as refused:
        sent(account)
    assert refused.value.code == "ConfigurationSetSendingPausedException"


@pytest.mark.parametrize("enabled", [True, False])
def test_pending(account: Account, enabled: bool) -> None:
    destination = {"Name": "x", "Enabled": enabled, "MatchingEventTypes": []}
    account.configuration_sets.put("domain", {"EventDestinations": [destination]})
    add_identity(account, "example.com", "domain")
    events = account.messages.events(sent(account).seq)
    assert [(each.type, each.pending) for each in events] == [
        ("Send", enabled),
        ("Delivery", enabled),
    ]


@pytest.mark.parametrize(
    ("sender", "author"),
    [
        ("Shop <shop@example.com>", SENDER),
        (SENDER, SENDER),
        ('"A, B" <shop@example.com>, other@example.com', SENDER),
        ("", ""),
    ],
)
def test_author(account: Account, sender: str, author: str) -> None:
    assert author_of(stored(account, "a@example.net", sender=sender)) == author
