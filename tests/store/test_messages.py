"""Captured messages: what is stored, found, searched, counted and deleted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ses_emulator.config import Settings
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.changes import Changes
from ses_emulator.store.database import MEMORY, Database
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Messages, Stored
from ses_emulator.store.query import Filters
from ses_emulator.store.search import Indexed

NOON = 1_750_000_000.75
TO = "ada@example.com"


class Box:
    """Messages in memory."""

    def __init__(self, keep: int = 0) -> None:
        self.database = Database(MEMORY)
        self.changes = Changes()
        self.messages = Messages(self.database, self.changes, keep)
        self.instance = Instance(Settings(), self.database, self.changes, self.messages)

    def add(
        self,
        id: str,
        *,
        recipients: list[str] | None = None,
        events: list[Event] | None = None,
        charged: int = 1,
        **options: Any,
    ) -> None:
        """Store a message."""
        values: dict[str, Any] = {
            "id": id,
            "account": "000000000000",
            "region": "us-east-1",
            "received": NOON,
            "api": "v2",
            "operation": "SendEmail",
            "status": "delivered",
            "mail_from": "bounces@example.com",
            "sender": "Shop <shop@example.com>",
            "subject": "Hello",
            "configuration_set": None,
            "size": 3,
            "to": [TO],
            "cc": [],
            "bcc": [],
            "tags": {},
            "source_ip": None,
            "findings": [],
            **options,
        }
        self.messages.add(Stored(**values), id.encode(), recipients or [TO], events or [], charged)

    def stored(self, id: str) -> Stored:
        """The message."""
        found = self.messages.find(id)
        assert found is not None
        return found

    def index(self, id: str, text: str) -> None:
        """Make a message findable."""
        self.messages.index([(self.stored(id), Indexed(text[:10], 1, text))])

    def ids(self, **filters: Any) -> list[str]:
        """The ids of those that match, the newest first."""
        found = [each.id for each in self.messages.page(Filters(**filters), None, 100)]
        assert self.messages.count(Filters(**filters)) == len(found)
        return found

    def told(self) -> list[tuple[str, Any]]:
        """What was published."""
        return [(change.kind, change.subject) for change in self.changes.since(0) or []]

    def table(self, name: str) -> int:
        """How many rows a table has."""
        with self.database.reading() as connection:
            (count,) = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
        return int(count)


@pytest.fixture
def box() -> Iterator[Box]:
    box = Box()
    yield box
    box.database.close()


def test_what_is_stored(box: Box) -> None:
    box.add(
        "1",
        recipients=[TO, "b@example.com"],
        cc=["Ö <b@example.com>"],
        bcc=["c@example.com"],
        tags={"a": "b"},
        source_ip="127.0.0.1",
        findings=[{"code": "X"}],
        configuration_set="set",
    )
    stored = box.stored("1")
    assert stored == Stored(
        id="1",
        account="000000000000",
        region="us-east-1",
        received=NOON,
        api="v2",
        operation="SendEmail",
        status="delivered",
        mail_from="bounces@example.com",
        sender="Shop <shop@example.com>",
        subject="Hello",
        configuration_set="set",
        size=3,
        to=[TO],
        cc=["Ö <b@example.com>"],
        bcc=["c@example.com"],
        tags={"a": "b"},
        source_ip="127.0.0.1",
        findings=[{"code": "X"}],
        snippet=None,
        attachment_count=None,
        seq=1,
    )
    assert box.messages.raw(1) == b"1"
    assert box.messages.recipients(1) == [TO, "b@example.com"]
    assert box.told() == [("message", "1")]


def test_what_there_is_not(box: Box) -> None:
    assert box.messages.find("1") is None
    assert box.messages.find("latest") is None
    assert box.messages.raw(1) == b""
    assert box.messages.recipients(1) == []
    assert box.messages.events(1) == []
    assert box.messages.event(1) is None
    assert box.messages.delete(Filters()) == 0
    assert box.told() == []


def test_latest_is_the_last_that_was_stored(box: Box) -> None:
    box.add("1", received=NOON + 5)
    box.add("2")
    assert box.stored("latest").id == "2"


def test_message_and_all_of_it_in_one_transaction(box: Box) -> None:
    box.add("1")
    with pytest.raises(sqlite3.IntegrityError), box.database.attempt():
        box.add("2", events=[Event("Send", NOON, [TO])])
        box.add("1")
    assert box.ids() == ["1"]
    assert [box.table(name) for name in ("raw", "recipients", "events")] == [1, 1, 0]
    assert box.told() == [("message", "1")]


def test_messages_of_one_transaction_are_told_in_order(box: Box) -> None:
    with box.database.attempt():
        for id in "312":
            box.add(id)
        assert box.told() == []
    assert box.told() == [("message", "3"), ("message", "1"), ("message", "2")]
    assert box.ids() == ["2", "1", "3"]


def test_number_of_a_deleted_message_is_not_given_again(box: Box) -> None:
    box.add("1")
    box.messages.delete(Filters())
    box.add("2")
    assert box.stored("2").seq == 2


# Events.


def test_events_in_order(box: Box) -> None:
    bounce = Event("Bounce", NOON + 1, ["b@example.com"], {"bounceType": "Permanent"})
    box.add("1", events=[Event("Send", NOON, [TO]), bounce])
    box.add("2", events=[Event("Send", NOON, [TO])])
    assert box.messages.events(1) == [
        Event("Send", NOON, [TO], {}, 1, "1"),
        replace(bounce, id=2, message_id="1"),
    ]
    assert box.messages.event(3) == Event("Send", NOON, [TO], {}, 3, "2")


# Filters.


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, "321"),
        ({"id": "2"}, "2"),
        ({"id": "latest"}, ""),
        ({"account": "111111111111"}, "2"),
        ({"region": "eu-west-1"}, "2"),
        ({"status": "bounced"}, "2"),
        ({"configuration_set": "set"}, "2"),
        ({"configuration_set": "se"}, ""),
        ({"configuration_set": ""}, ""),
        ({"to": "ADA@example.COM"}, "31"),
        ({"to": "da@example.com"}, ""),
        ({"to": "ada"}, "31"),
        ({"to": "@EXAMPLE"}, "321"),
        ({"to": "a_a"}, ""),
        ({"to": "%"}, "2"),
        ({"to": "hidden@example.com"}, "3"),
        ({"sender": "shop"}, "31"),
        ({"sender": "bounces@"}, "321"),
        ({"sender": "Bob"}, "2"),
        ({"subject": "hello"}, "31"),
        ({"subject": "100%"}, "2"),
        ({"subject": "1_0"}, ""),
        ({"subject": ""}, "321"),
        ({"tag": "kind"}, "32"),
        ({"tag": "kind=a"}, "2"),
        ({"tag": "kind=b"}, "3"),
        ({"tag": "kind="}, ""),
        ({"tag": "b"}, ""),
        ({"tag": "$"}, ""),
        ({"to": "ada", "tag": "kind"}, "3"),
        ({"to": "ada", "region": "eu-west-1"}, ""),
    ],
)
def test_filters(box: Box, filters: dict[str, str], found: str) -> None:
    box.add("1")
    box.add(
        "2",
        recipients=["50%@example.com"],
        account="111111111111",
        region="eu-west-1",
        status="bounced",
        configuration_set="set",
        sender="Bob <bob@example.com>",
        subject="100% off",
        tags={"kind": "a"},
    )
    box.add("3", recipients=[TO, "hidden@example.com"], tags={"kind": "b", "x": "kind=a"})
    assert box.ids(**filters) == list(found)


def test_pages(box: Box) -> None:
    for number in range(1, 8):
        box.add(str(number), subject="odd" if number % 2 else "even")
    before, seen = None, []
    while page := box.messages.page(Filters(subject="odd"), before, 3):
        seen.append([each.id for each in page])
        before = page[-1].seq
    assert seen == [["7", "5", "3"], ["1"]]
    assert box.messages.count(Filters(subject="odd")) == 4


# Search.


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("invoice", "21"),
        ("INVOICE", "21"),
        ("inv", "21"),
        ("invoice ove", "1"),
        ("ove invoice", ""),
        ('"invoice is overdue"', "1"),
        ('"invoice is over"', ""),
        ('"invoice is over', "1"),
        ("cafe", "2"),
        ("CAFÉ", "2"),
        ("Hello", "321"),
        ("shop@example.com", "321"),
        ("hidden", "3"),
        ("overdue -invoice", "1"),
        ("nothing", ""),
        ("", ""),
        ("  ", ""),
        ("***", ""),
        ("*** invoice", "21"),
        ("subject : invoice", ""),
        ("body:invoice", ""),
        ("invoice OR nothing", ""),
        ("NOT invoice", ""),
        ("NEAR(invoice overdue)", ""),
        ("invoice*", "21"),
        ("^invoice", "21"),
        ("(invoice", "21"),
        ('invoice"', "21"),
        ("it's", "3"),
        ("'; DROP TABLE messages; --", ""),
        ("invoice\0overdue", ""),
        ("{body}", ""),
    ],
)
def test_search(box: Box, q: str, found: str) -> None:
    box.add("1")
    box.add("2")
    box.add("3", bcc=["hidden@example.com"])
    box.index("1", "Your invoice is overdue")
    box.index("2", "An invoice from the Café")
    box.index("3", "it's a trap")
    assert box.ids(q=q) == list(found)


@pytest.fixture(scope="module")
def searched() -> Iterator[Box]:
    """Messages that are only read."""
    box = Box()
    box.add("1")
    box.index("1", "Some words")
    yield box
    box.database.close()


HOSTILE = st.text(st.sampled_from("\"'*^(){}:-+,;\\ \t\n\0aé²_ٱ日😀"))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HOSTILE | st.text(st.characters(exclude_categories=["Cs"])))
def test_no_query_is_an_error(searched: Box, text: str) -> None:
    for filters in (
        Filters(q=text),
        Filters(to=text),
        Filters(sender=text),
        Filters(subject=text),
        Filters(tag=text),
    ):
        assert searched.messages.count(filters) in (0, 1)


def test_message_that_is_not_indexed_is_not_searched(box: Box) -> None:
    box.add("1")
    assert box.ids(q="Hello") == []
    assert [each.id for each in box.messages.unindexed(10)] == ["1"]
    box.index("1", "A text that is longer than the snippet")
    assert box.messages.unindexed(10) == []
    assert (box.stored("1").snippet, box.stored("1").attachment_count) == ("A text tha", 1)


def test_oldest_are_indexed_first(box: Box) -> None:
    for id in "1234":
        box.add(id)
    assert [each.id for each in box.messages.unindexed(2)] == ["1", "2"]
    box.index("1", "")
    box.index("2", "")
    assert [each.id for each in box.messages.unindexed(2)] == ["3", "4"]


def test_index_passes_over_what_is_gone_or_indexed(box: Box) -> None:
    for id in "123":
        box.add(id)
    entries = [(each, Indexed("new", 0, "new")) for each in box.messages.unindexed(10)]
    box.messages.delete(Filters(id="2"))
    box.index("1", "old")
    box.messages.index(entries)
    assert box.ids(q="new") == ["3"]
    assert box.ids(q="old") == ["1"]
    assert box.table("search") == 2
    assert box.messages.unindexed(10) == []


# Deleting.


def test_delete(box: Box) -> None:
    for id in "1234":
        box.add(id, subject="odd" if int(id) % 2 else "even", events=[Event("Send", NOON, [TO])])
        box.index(id, "text")
    assert box.messages.delete(Filters(subject="odd")) == 2
    assert box.ids() == box.ids(q="text") == ["4", "2"]
    names = ("messages", "raw", "recipients", "events", "search")
    assert [box.table(name) for name in names] == [2] * 5
    assert box.told()[4:] == [("deleted", ["1", "3"])]
    assert box.messages.delete(Filters()) == 2
    assert [box.table(name) for name in names] == [0] * 5


def test_only_so_many_are_kept() -> None:
    box = Box(keep=3)
    for id in "12345":
        box.add(id)
        box.index(id, "text")
    assert box.ids() == box.ids(q="text") == ["5", "4", "3"]
    assert box.told()[-2:] == [("message", "5"), ("deleted", ["2"])]
    with box.database.attempt():
        for id in "6789":
            box.add(id)
    assert box.ids() == ["9", "8", "7"]
    box.messages.delete(Filters(id="8"))
    box.add("10")
    assert box.ids() == ["10", "9", "7"]
    box.database.close()


def test_what_was_undone_does_not_count() -> None:
    box = Box(keep=2)
    box.add("1")
    with box.database.attempt():
        box.add("2")
        with pytest.raises(ValueError, match="stop"), box.database.attempt():
            assert box.ids() == ["2", "1"]  # It reads, so that the other is written within it.
            box.add("3")
            assert box.ids() == ["3", "2"]
            raise ValueError("stop")
    assert box.ids() == ["2", "1"]
    assert box.told() == [("message", "1"), ("message", "2")]
    box.add("4")
    assert box.ids() == ["4", "2"]
    box.database.close()


def test_count_goes_on_after_clearing_and_reopening(tmp_path: Any) -> None:
    database = Database(str(tmp_path / "ses.db"))
    box = Box(keep=2)
    box.database.close()
    box.database = database
    box.messages = Messages(database, box.changes, 2)
    box.add("1")
    box.add("2")
    box.messages = Messages(database, box.changes, 2)
    box.add("3")
    assert box.ids() == ["3", "2"]
    database.clear()
    box.messages.clear()
    box.add("4")
    box.add("5")
    assert box.ids() == ["5", "4"]
    database.close()


# What was sent.


def test_sendings_are_counted_by_second(box: Box) -> None:
    account = Account(box.instance, "000000000000", "us-east-1")
    with box.database.attempt():
        box.add("1", recipients=["a@b.c", "d@e.f"], charged=1)
        box.add("2", received=NOON + 0.2)
    box.add("3", received=NOON + 0.24, charged=0)
    box.add("4", received=NOON + 1)
    box.add("5", account="111111111111")
    box.add("6", region="eu-west-1")
    assert box.table("sendings") == 4
    assert account.sent_since(NOON, charged=False) == 5
    assert account.sent_since(NOON, charged=True) == 3
    assert account.sent_since(NOON + 1, charged=False) == 1
    assert account.sent_since(NOON + 2, charged=False) == 0
    assert account.elsewhere("eu-west-1").sent_since(0, charged=True) == 1
    assert account.elsewhere("eu-west-2").sent_since(0, charged=True) == 0
    start = int(NOON)
    assert account.sent_by_interval(0, 1) == [(start, 4), (start + 1, 1)]
    assert account.sent_by_interval(0, 900) == [(start // 900 * 900, 5)]


def test_deleting_gives_no_quota_back(box: Box) -> None:
    account = Account(box.instance, "000000000000", "us-east-1")
    box.add("1")
    box.messages.delete(Filters())
    assert account.sent_since(NOON, charged=True) == 1


def test_failed_send_is_not_counted(box: Box) -> None:
    account = Account(box.instance, "000000000000", "us-east-1")
    with pytest.raises(ValueError, match="stop"), box.database.attempt():
        box.add("1")
        assert account.sent_since(NOON, charged=True) == 1
        raise ValueError("stop")
    assert account.sent_since(NOON, charged=True) == 0
