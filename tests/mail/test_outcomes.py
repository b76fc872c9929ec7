"""What becomes of a message, recipient by recipient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from ses_emulator.mail.accept import Accepted
from ses_emulator.mail.compose import Stamp
from ses_emulator.mail.message import ListManagement
from ses_emulator.mail.outcomes import outcomes
from ses_emulator.mail.rule_documents import glob
from ses_emulator.mail.rules import Wanted
from ses_emulator.mail.subscriptions import Managed
from ses_emulator.store.account import Account
from ses_emulator.store.events import Event, status_of
from tests.mail.account import ID, NOW, accepted, an_account

A, B, C = "a@example.com", "b@example.com", "c@example.com"
STAMP = Stamp(ID, "us-east-1", NOW)
SIMULATOR = "simulator.amazonses.com"


@pytest.fixture
def account() -> Iterator[Account]:
    with an_account() as account:
        yield account


def become(account: Account, message: Accepted, rules: Sequence[Wanted] = ()) -> list[Event]:
    return outcomes(account, message, message.content, STAMP, rules)


def happened(
    account: Account, *to: str, rules: Sequence[Wanted] = (), **options: Any
) -> list[tuple[str, list[str]]]:
    """Types, with the sub-type if there is one, and recipients."""
    found = become(account, accepted(*to, **options), rules)
    return [(_name(event), list(event.recipients)) for event in found]


def _name(event: Event) -> str:
    sub_type = event.detail.get("bounceSubType") or event.detail.get("complaintSubType")
    return f"{event.type} {sub_type}" if sub_type else event.type


def suppress(account: Account, address: str, reason: str = "BOUNCE") -> None:
    document = {"EmailAddress": address, "Reason": reason}
    account.collection("SuppressedDestination").put(address, document)


def test_a_delivery_for_all(account: Account) -> None:
    """The list of recipients is not even copied."""
    message = accepted(A, B)
    [event] = become(account, message)
    assert event == Event("Delivery", NOW, [A, B])
    assert event.recipients is message.recipients


def test_the_usual_send_asks_the_database_once(account: Account) -> None:
    message = accepted(A, B)
    with account.instance.database.transaction() as connection:
        become(account, message)
        seen: list[str] = []
        connection.set_trace_callback(seen.append)
        become(account, message)
        connection.set_trace_callback(None)
    assert seen == []


@pytest.mark.parametrize(
    ("name", "events"),
    [
        ("success", ["Delivery"]),
        ("bounce", ["Bounce General"]),
        ("ooto", ["Delivery"]),
        ("complaint", ["Delivery", "Complaint"]),
        ("suppressionlist", ["Bounce Suppressed"]),
    ],
)
def test_the_simulator(account: Account, name: str, events: list[str]) -> None:
    recipient = f"{name}+label@{SIMULATOR}"
    assert happened(account, recipient) == [(event, [recipient]) for event in events]


def test_what_the_simulator_complains(account: Account) -> None:
    [_, event] = become(account, accepted(f"complaint@{SIMULATOR}"))
    detail = event.detail
    assert detail["userAgent"] == "Amazon SES Mailbox Simulator"
    assert detail["complaintFeedbackType"] == "abuse"
    assert detail["arrivalDate"] == detail["timestamp"]


def test_bounces_of_a_send_are_one(account: Account) -> None:
    one, two = f"bounce+1@{SIMULATOR}", f"bounce+2@{SIMULATOR}"
    assert happened(account, one, A, two, f"complaint@{SIMULATOR}") == [
        ("Delivery", [A, f"complaint@{SIMULATOR}"]),
        ("Bounce General", [one, two]),
        ("Complaint", [f"complaint@{SIMULATOR}"]),
    ]


def test_who_is_suppressed(account: Account) -> None:
    suppress(account, A)
    suppress(account, B, "COMPLAINT")
    found = become(account, accepted(A, B, C))
    assert [(_name(event), list(event.recipients)) for event in found] == [
        ("Delivery", [C]),
        ("Bounce OnAccountSuppressionList", [A]),
        ("Complaint OnAccountSuppressionList", [B]),
    ]
    assert status_of(found) == "suppressed"
    [bounced] = found[1].detail["bouncedRecipients"]
    assert found[1].detail["bounceType"] == "Permanent"
    assert bounced["diagnosticCode"].startswith("Amazon SES did not send the message")


def test_all_are_suppressed(account: Account) -> None:
    suppress(account, A)
    assert happened(account, A) == [("Bounce OnAccountSuppressionList", [A])]


def test_a_tenants_list(account: Account) -> None:
    attributes = {"SuppressedReasons": ["BOUNCE", "COMPLAINT"], "SuppressionScope": "TENANT"}
    account.collection("Tenant").put("acme", {"SuppressionAttributes": attributes})
    for address, reason in ((A, "BOUNCE"), (B, "COMPLAINT")):
        account.collection("TenantSuppressedDestination", "acme").put(address, {"Reason": reason})
    assert happened(account, A, B, C, tenant="acme") == [
        ("Delivery", [C]),
        ("Bounce OnTenantSuppressionList", [A, B]),
    ]
    assert happened(account, A, B, C) == [("Delivery", [A, B, C])]


def test_a_configuration_set_suppresses_nobody(account: Account) -> None:
    suppress(account, A)
    account.configuration_sets.put("all", {"SuppressionOptions": {"SuppressedReasons": []}})
    message = accepted(A, configuration_set="all")
    assert become(account, message) == [Event("Delivery", NOW, [A])]


def test_who_unsubscribed(account: Account) -> None:
    suppress(account, B)
    listing = Managed(ListManagement("all"), [A, B], None)
    assert happened(account, A, B, C, listing=listing) == [
        ("Delivery", [C]),
        ("Bounce UnsubscribedRecipient", [A]),
        ("Bounce OnAccountSuppressionList", [B]),
    ]


def rule(recipient: str | None, **event: Any) -> Wanted:
    return Wanted(glob(recipient) if recipient else None, event)


def test_rules(account: Account) -> None:
    """The first that matches, and no rule sends to who is suppressed."""
    suppress(account, C)
    rules = [
        rule("a@*", type="bounce", bounceType="Transient"),
        rule("b@*", type="complaint"),
        rule(None, type="delay"),
    ]
    assert happened(account, A, B, C, "d@example.com", rules=rules) == [
        ("Delivery", [B]),
        ("Bounce General", [A]),
        ("Complaint", [B]),
        ("Bounce OnAccountSuppressionList", [C]),
        ("DeliveryDelay", ["d@example.com"]),
    ]


@pytest.mark.parametrize(
    ("event", "types"),
    [
        ({"type": "delivery"}, ["Delivery"]),
        ({"type": "open"}, ["Delivery", "Open"]),
        ({"type": "click", "link": "https://example.com"}, ["Delivery", "Click"]),
        ({"type": "subscription", "contactList": "all"}, ["Delivery", "Subscription"]),
        ({"type": "reject"}, ["Reject"]),
        ({"type": "renderingFailure"}, ["Rendering Failure"]),
    ],
)
def test_what_a_rule_wants(account: Account, event: dict[str, Any], types: list[str]) -> None:
    assert happened(account, A, rules=[Wanted(None, event)]) == [(type, [A]) for type in types]


def test_a_rule_comes_before_the_simulator(account: Account) -> None:
    recipient = f"success@{SIMULATOR}"
    assert happened(account, recipient, rules=[rule(None, type="bounce")]) == [
        ("Bounce General", [recipient])
    ]
