"""What follows from an event: the suppression list, and the mails to the sender."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from email import message_from_bytes
from typing import Any

import pytest

from ses_emulator.mail import wanted
from ses_emulator.mail.feedback import happen, react
from ses_emulator.store.account import Account
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Stored
from tests.mail.account import ID, NOW, RAW, an_account, listed, notices, stored

A, B = "a@example.com", "b@example.com"
TENANT = {"SuppressedReasons": ["BOUNCE", "COMPLAINT"], "SuppressionScope": "TENANT"}


@pytest.fixture
def account() -> Iterator[Account]:
    with an_account() as account:
        yield account


def let(account: Account, message: Stored, given: dict[str, Any], *to: str) -> list[Event]:
    """Let something happen to recipients of a message."""
    recipients: Sequence[str] = to or account.messages.recipients(message.seq)
    event = wanted.event(
        account, wanted.check(given), recipients, NOW, received=message.received, template=None
    )
    return happen(account, message, [event])


def test_events_are_stored(account: Account) -> None:
    message = stored(account, A, B)
    [event] = let(account, message, {"type": "open"}, A)
    assert (event.type, event.recipients, event.message_id) == ("Open", [A], ID)
    assert event.id
    assert [each.type for each in account.messages.events(message.seq)] == [
        "Send",
        "Delivery",
        "Open",
    ]
    found = account.messages.find(ID)
    assert found
    assert found.status == message.status == "opened"


@pytest.mark.parametrize(
    ("given", "reasons"),
    [
        ({"type": "bounce"}, {A: "BOUNCE"}),
        ({"type": "bounce", "bounceSubType": "NoEmail"}, {A: "BOUNCE"}),
        ({"type": "bounce", "bounceSubType": "Suppressed"}, {}),
        ({"type": "bounce", "bounceSubType": "OnAccountSuppressionList"}, {}),
        ({"type": "bounce", "bounceType": "Transient"}, {}),
        ({"type": "bounce", "bounceType": "Undetermined"}, {}),
        ({"type": "complaint"}, {A: "COMPLAINT"}),
        ({"type": "complaint", "complaintFeedbackType": "not-spam"}, {}),
        ({"type": "complaint", "complaintSubType": "OnAccountSuppressionList"}, {}),
        ({"type": "delivery"}, {}),
        ({"type": "reject"}, {}),
    ],
)
def test_who_is_put_on_the_list(
    account: Account, given: dict[str, Any], reasons: dict[str, str]
) -> None:
    let(account, stored(account, A, B), given, A)
    assert listed(account) == reasons


def test_an_entry_tells_why(account: Account) -> None:
    [event] = let(account, stored(account, A), {"type": "bounce"})
    assert account.collection("SuppressedDestination").get(A)["Attributes"] == {
        "MessageId": ID,
        "FeedbackId": event.detail["feedbackId"],
    }


def test_only_for_the_reasons_of_the_set(account: Account) -> None:
    options = {"SuppressionOptions": {"SuppressedReasons": ["COMPLAINT"]}}
    account.configuration_sets.put("careless", options)
    message = stored(account, A, B, configuration_set="careless")
    let(account, message, {"type": "bounce"}, A)
    let(account, message, {"type": "complaint"}, B)
    assert listed(account) == {B: "COMPLAINT"}


def test_the_list_of_a_tenant(account: Account) -> None:
    account.collection("Tenant").put("acme", {"SuppressionAttributes": TENANT})
    message = stored(account, A, B, tenant="acme")
    let(account, message, {"type": "bounce"}, A)
    let(account, message, {"type": "complaint"}, B)
    assert (listed(account), listed(account, "acme")) == ({}, {A: "BOUNCE", B: "COMPLAINT"})
    let(account, message, {"type": "complaint", "complaintFeedbackType": "not-spam"}, A, B)
    assert listed(account, "acme") == {A: "BOUNCE"}


def test_the_mail_about_a_bounce(account: Account) -> None:
    let(account, stored(account, A, B), {"type": "bounce"}, B)
    [notice] = notices(account)
    assert (notice.operation, notice.original, notice.status) == ("Bounce", ID, "delivered")
    assert (notice.mail_from, notice.sender) == ("", "MAILER-DAEMON@amazonses.com")
    assert notice.to == account.messages.recipients(notice.seq) == ["bounces@example.com"]
    raw: Any = message_from_bytes(account.messages.raw(notice.seq))
    assert raw["Message-ID"] == f"<{notice.id}@email.amazonses.com>"
    assert raw["In-Reply-To"] == f"<{ID}@email.amazonses.com>"
    [_, status, original] = raw.get_payload()
    [_, recipient] = status.get_payload()
    assert recipient["Final-Recipient"] == f"rfc822; {B}"
    [inner] = original.get_payload()
    assert (inner["Subject"], inner.get_payload()) == ("Hello", "Text\r\n")


def test_the_mail_about_a_complaint(account: Account) -> None:
    let(account, stored(account, A), {"type": "complaint"})
    [notice] = notices(account)
    assert (notice.operation, notice.original) == ("Complaint", ID)
    assert notice.sender == "complaints@email-abuse.amazonses.com"
    assert notice.to == ["bounces@example.com"]
    raw: Any = message_from_bytes(account.messages.raw(notice.seq))
    [_, report, _] = raw.get_payload()
    [fields] = report.get_payload()
    assert (fields["Feedback-Type"], fields["Original-Rcpt-To"]) == ("abuse", A)


@pytest.mark.parametrize("type", ["delivery", "delay", "reject", "open", "renderingFailure"])
def test_of_other_events_no_mail_tells(account: Account, type: str) -> None:
    let(account, stored(account, A), {"type": type})
    assert notices(account) == []


def test_the_automatic_reply(account: Account) -> None:
    away = "ooto+1@simulator.amazonses.com"
    let(account, stored(account, A, away), {"type": "delivery"})
    [notice] = notices(account)
    assert (notice.operation, notice.original) == ("AutomaticReply", ID)
    assert (notice.mail_from, notice.sender) == ("", away)
    assert (notice.to, notice.subject) == (["bounces@example.com"], "Auto: Hello")


def test_no_automatic_reply_to_a_program(account: Account) -> None:
    away = "ooto@simulator.amazonses.com"
    message = stored(account, away, raw=b"Auto-Submitted: auto-generated\r\n" + RAW)
    let(account, message, {"type": "delivery"})
    assert notices(account) == []


def test_a_message_that_is_being_sent(account: Account) -> None:
    """Its number is not known yet, and no event of it has one."""
    with account.instance.database.attempt():
        message = stored(account, A)
        message.seq = 0
        event = wanted.event(account, {"type": "bounce"}, [A], NOW, received=NOW, template=None)
        react(account, message, [event])
    [notice] = notices(account)
    assert b"Subject: Hello" in account.messages.raw(notice.seq)
    assert listed(account) == {A: "BOUNCE"}


def test_no_mail_about_a_mail_of_ses(account: Account) -> None:
    """Nor to nobody."""
    kinds: list[dict[str, Any]] = [{"api": "ses"}, {"mail_from": ""}]
    for number, options in enumerate(kinds):
        message = stored(account, A, id=f"id-{number}", **options)
        before = len(notices(account))
        let(account, message, {"type": "bounce"})
        let(account, message, {"type": "complaint"})
        assert len(notices(account)) == before


def identity(account: Account, name: str, enabled: bool, **topics: str) -> None:
    account.identities.put(
        name,
        {
            "VerifiedForSendingStatus": True,
            "FeedbackForwardingStatus": enabled,
            "NotificationAttributes": topics,
        },
    )


BOTH_TOPICS = {"BounceTopic": "arn:1", "ComplaintTopic": "arn:2"}


def forwarded(account: Account, **options: Any) -> list[str]:
    """Of which a message's sender is told by mail."""
    message = stored(account, A, **options)
    let(account, message, {"type": "bounce"})
    let(account, message, {"type": "complaint"})
    return [notice.operation for notice in notices(account)]


def test_forwarding_is_on(account: Account) -> None:
    identity(account, "example.com", True, **BOTH_TOPICS)
    assert forwarded(account) == ["Bounce", "Complaint"]


def test_forwarding_is_off(account: Account) -> None:
    identity(account, "example.com", False, **BOTH_TOPICS)
    assert forwarded(account) == []


def test_somebody_has_to_be_told(account: Account) -> None:
    identity(account, "example.com", False, BounceTopic="arn:1")
    assert forwarded(account) == ["Complaint"]


@pytest.mark.parametrize("sender", ["shop@example.com", "Shop <shop@EXAMPLE.com>"])
def test_an_address_before_its_domain(account: Account, sender: str) -> None:
    identity(account, "example.com", False, **BOTH_TOPICS)
    identity(account, "shop@example.com", True)
    assert forwarded(account, sender=sender) == ["Bounce", "Complaint"]


@pytest.mark.parametrize(
    ("sender", "mail_from"),
    [
        ("shop@mail.example.com", "x@example.org"),
        ("Shop <shop@example.com>, ada@example.net", "x@example.org"),
        ("", "bounces@example.com"),
    ],
)
def test_whose_identity_it_is(account: Account, sender: str, mail_from: str) -> None:
    """The domain around that of the From header, or the envelope's sender's."""
    identity(account, "example.com", False, **BOTH_TOPICS)
    assert forwarded(account, sender=sender, mail_from=mail_from) == []


@pytest.mark.parametrize(
    ("destination", "operations"),
    [
        ({"SnsDestination": {"TopicArn": "arn"}}, ["Complaint"]),
        ({"KinesisFirehoseDestination": {}}, ["Complaint"]),
        ({"CloudWatchDestination": {}}, ["Bounce", "Complaint"]),
        ({"SnsDestination": {}, "Enabled": False}, ["Bounce", "Complaint"]),
    ],
)
def test_events_that_are_published(
    account: Account, destination: dict[str, Any], operations: list[str]
) -> None:
    """Who reads them needs no mail; a number in CloudWatch tells of nobody."""
    identity(account, "example.com", False)
    events = {"Name": "a", "Enabled": True, "MatchingEventTypes": ["BOUNCE"], **destination}
    account.configuration_sets.put("set", {"EventDestinations": [events]})
    assert forwarded(account, configuration_set="set") == operations


def test_all_or_nothing(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event without what follows from it is not stored."""
    message = stored(account, A)

    def fail(*_: Any, **__: Any) -> bytes:
        raise RuntimeError("full")

    monkeypatch.setattr("ses_emulator.mail.reports.bounce", fail)
    with pytest.raises(RuntimeError):
        let(account, message, {"type": "bounce"})
    assert [each.type for each in account.messages.events(message.seq)] == ["Send", "Delivery"]
    assert listed(account) == {}
