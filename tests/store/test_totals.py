"""What became of messages, counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from ses_emulator.store import totals as module
from ses_emulator.store.changes import Changes
from ses_emulator.store.database import MEMORY, Database
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Messages, Stored
from ses_emulator.store.search import Indexed
from ses_emulator.store.totals import Sent, Span, kinds, last_event, minutes, sent, totals, waiting

# A Friday, half past ten.
NOW = 1_799_999_999.0 // 3600 * 3600 + 1800
TO = ["ada@example.com", "bob@Example.org"]


class Mailbag:
    """Messages with a history."""

    def __init__(self) -> None:
        self.database = Database(MEMORY)
        self.messages = Messages(self.database, Changes(), 0)
        self.number = 0

    def add(self, *events: tuple[str, Sequence[str]], **options: Any) -> None:
        """A message that was sent to TO, and what happened to whom."""
        self.number += 1
        values: dict[str, Any] = {
            "id": str(self.number),
            "account": "000000000000",
            "region": "us-east-1",
            "received": NOW,
            "api": "v2",
            "operation": "SendEmail",
            "status": "sent",
            "mail_from": "b@example.com",
            "sender": "Shop <shop@example.com>",
            "subject": "Hello",
            "configuration_set": None,
            "size": 1,
            "to": TO,
            "cc": [],
            "bcc": [],
            "tags": {},
            "source_ip": None,
            "findings": [],
        }
        stored = Stored(**values | options)
        happened = [Event(type, stored.received, to) for type, to in [("Send", TO), *events]]
        self.messages.add(stored, b"x", TO, happened, len(TO))


@pytest.fixture
def mailbag() -> Iterator[Mailbag]:
    mailbag = Mailbag()
    yield mailbag
    mailbag.database.close()


def some(counts: dict[str, int]) -> dict[str, int]:
    """Those that are not 0."""
    return {name: number for name, number in counts.items() if number}


def test_nothing_was_sent(mailbag: Mailbag) -> None:
    assert totals(mailbag.database, Span(), None) == {}
    assert totals(mailbag.database, Span(), "day") == {}
    assert sent(mailbag.database, Span()) == []
    assert (kinds(mailbag.database), last_event(mailbag.database)) == ({}, 0)
    assert waiting(mailbag.database) == 0


def test_a_recipient_counts_once(mailbag: Mailbag) -> None:
    ada, bob = ["ada@example.com"], ["bob@Example.org"]
    mailbag.add(("Delivery", TO), ("Open", ada), ("Open", ada), ("Open", TO), ("Click", bob))
    mailbag.add(("Bounce", bob), ("Delivery", ada), ("DeliveryDelay", bob))
    found = totals(mailbag.database, Span(), None)
    assert some(found[None]) == {
        "sends": 4,
        "deliveries": 3,
        "bounces": 1,
        "opens": 2,
        "clicks": 1,
    }
    # What happened each time.
    times = kinds(mailbag.database)
    assert times["000000000000", "us-east-1", None, "Open"] == 4
    assert times["000000000000", "us-east-1", None, "DeliveryDelay"] == 1


def test_slices_are_added(mailbag: Mailbag, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SLICE", 2)
    for number in range(7):
        mailbag.add(("Delivery", TO), configuration_set="ab"[number % 2])
    found = totals(mailbag.database, Span(), "configuration_set")
    assert {name: counts["sends"] for name, counts in found.items()} == {"a": 8, "b": 6}
    assert sum(kinds(mailbag.database).values()) == 28


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("account", {"000000000000", "111122223333"}),
        ("region", {"us-east-1", "eu-west-1"}),
        ("configuration_set", {"billing", None}),
        ("sender", {"Shop <shop@example.com>", "info@example.net"}),
        ("operation", {"SendEmail", "SMTP"}),
        ("template", {"welcome", None}),
        ("tenant", {"acme", None}),
        ("tag:a b'\"", {"x", None}),
        ("tag:other", {None}),
    ],
)
def test_groups(mailbag: Mailbag, by: str, names: set[str | None]) -> None:
    mailbag.add()
    mailbag.add(
        account="111122223333",
        region="eu-west-1",
        configuration_set="billing",
        sender="info@example.net",
        operation="SMTP",
        template="welcome",
        tenant="acme",
        tags={"a b'\"": "x"},
    )
    found = totals(mailbag.database, Span(), by)
    assert set(found) == names
    assert sum(counts["sends"] for counts in found.values()) == 4


def test_groups_of_recipients(mailbag: Mailbag) -> None:
    mailbag.add(("Delivery", ["bob@Example.org"]), ("Open", ["bob@Example.org"]))
    found = totals(mailbag.database, Span(), "recipient_domain")
    assert {name: some(counts) for name, counts in found.items()} == {
        "example.com": {"sends": 1},
        "example.org": {"sends": 1, "deliveries": 1, "opens": 1},
    }


def test_groups_and_spans_of_time(mailbag: Mailbag) -> None:
    for received in (NOW, NOW + 1, NOW + 3600, NOW + 24 * 3600):
        mailbag.add(received=received)

    def by(by: str, start: float | None = None, end: float | None = None) -> list[int]:
        found = totals(mailbag.database, Span(start=start, end=end), by)
        return [counts["sends"] for counts in found.values()]

    assert (by("minute"), by("hour")) == ([4, 2, 2], [4, 2, 2])
    assert (by("day"), by("month")) == ([6, 2], [8])
    assert "2027-01-15T07:30:00Z" in totals(mailbag.database, Span(), "minute")
    assert by("hour", start=NOW + 1, end=NOW + 3600) == [2]
    assert set(totals(mailbag.database, Span(), "hour")) == {
        "2027-01-15T07:00:00Z",
        "2027-01-15T08:00:00Z",
        "2027-01-16T07:00:00Z",
    }
    assert totals(mailbag.database, Span(account="999999999999"), None) == {}


def test_who_subscribes_does_not_unsubscribe(mailbag: Mailbag) -> None:
    mailbag.add()
    stored = mailbag.messages.find("latest")
    assert stored
    for preferences, number in (
        ({"unsubscribeAll": False, "topicSubscriptionStatus": []}, 0),
        ({"topicSubscriptionStatus": [{"topicName": "x", "subscriptionStatus": "OptIn"}]}, 0),
        ({"topicSubscriptionStatus": [{"topicName": "x", "subscriptionStatus": "OptOut"}]}, 1),
        ({"unsubscribeAll": True}, 1),
    ):
        detail = {"newTopicPreferences": preferences}
        mailbag.messages.add_events(stored, [Event("Subscription", NOW, TO[:1], detail)])
        assert totals(mailbag.database, Span(), None)[None]["unsubscribes"] == number


def test_volumes(mailbag: Mailbag) -> None:
    mailbag.add(configuration_set="a")
    mailbag.add(configuration_set="a")
    mailbag.add(api="ses")  # a notice
    [stored] = [each for each in mailbag.messages.unindexed(10) if each.id == "2"]
    mailbag.messages.index([(stored, Indexed("", 2, "", attachment_bytes=1000))])
    assert sent(mailbag.database, Span()) == [Sent("000000000000", "us-east-1", "a", 4, 2000)]
    found = mailbag.messages.find("2")
    assert found and found.attachment_bytes == 1000


def test_minutes(mailbag: Mailbag) -> None:
    mailbag.add(("Delivery", TO))
    seen = last_event(mailbag.database)
    mailbag.add(("Delivery", TO))
    mailbag.add(("Bounce", TO), received=NOW + 61)
    scope = ("000000000000", "us-east-1")
    assert minutes(mailbag.database, seen, last_event(mailbag.database)) == [
        (*scope, "Delivery", NOW, 2),
        (*scope, "Send", NOW, 2),
        (*scope, "Bounce", NOW + 60, 2),
        (*scope, "Send", NOW + 60, 2),
    ]
