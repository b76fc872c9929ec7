"""Deliveries: what is stored of them, and what goes with their message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ses_emulator.store.deliveries import (
    DELIVERED,
    FAILED,
    WAITING,
    Deliveries,
    Outcome,
)
from ses_emulator.store.events import Event
from ses_emulator.store.query import Filters
from tests.store.test_messages import NOON, TO, Box

TOPIC: dict[str, Any] = {"kind": "sns", "name": "mine", "address": "arn:aws:sns:x:1:Orders"}
HOOK: dict[str, Any] = {"kind": "webhook", "name": "--webhook", "address": "http://localhost/"}
NAMED = {"a": TOPIC, "b": HOOK}


class Outbox(Box):
    """Messages in memory, with what is to be published of them."""

    def __init__(self, keep: int = 0) -> None:
        super().__init__(keep)
        self.deliveries = Deliveries(self.database, self.changes)

    def send(self, id: str, *, pending: bool = True, **options: Any) -> None:
        """Store a message with two events."""
        events = [Event(type, NOON, [TO], pending=pending) for type in ("Send", "Delivery")]
        self.add(id, events=events, **options)

    def route(self, *destinations: str) -> None:
        """Have all pending events delivered to these."""
        for event in self.deliveries.pending(100):
            targets = [(each, NAMED[each]) for each in destinations]
            self.deliveries.add(event, targets, NOON)

    def outcome(self, id: int, status: str = DELIVERED, **members: Any) -> Outcome:
        """How an attempt went."""
        found = self.deliveries.find(id)
        values: dict[str, Any] = {
            "delivery": id,
            "event": found.event if found else 1,
            "status": status,
            "due": NOON,
            "tries": 1,
            "attempt": {"status": 200},
            "body": "{}",
        }
        return Outcome(**values | members)

    def found(self, **filters: str) -> list[int]:
        """The ids of those that match, the newest first."""
        page = self.deliveries.page(filters, None, 100)
        assert self.deliveries.count(filters) == len(page)
        return [each.id for each in page]


@pytest.fixture
def box() -> Iterator[Outbox]:
    box = Outbox()
    yield box
    box.database.close()


def test_pending_is_stored_with_the_message(box: Outbox) -> None:
    box.send("1", pending=False)
    assert not box.messages.pending.is_set()
    assert box.deliveries.pending(10) == []
    box.send("2")
    assert box.messages.pending.is_set()
    assert [(each.id, each.message_id) for each in box.deliveries.pending(10)] == [
        (3, "2"),
        (4, "2"),
    ]
    assert [each.id for each in box.deliveries.pending(1)] == [3]
    assert [each.pending for each in box.messages.events(1)] == [False, False]


def test_pending_is_stored_with_what_happens_later(box: Outbox) -> None:
    box.send("1", pending=False)
    box.messages.add_events(box.stored("1"), [Event("Open", NOON, [TO])])
    assert not box.messages.pending.is_set()
    box.messages.add_events(box.stored("1"), [Event("Click", NOON, [TO], pending=True)])
    assert box.messages.pending.is_set()
    assert [each.type for each in box.deliveries.pending(10)] == ["Click"]


def test_what_is_undone_is_not_pending(box: Outbox) -> None:
    with pytest.raises(ZeroDivisionError), box.database.attempt():
        box.send("1")
        box.messages.find("1")  # writes what waits
        raise ZeroDivisionError
    assert not box.messages.pending.is_set()
    assert box.deliveries.pending(10) == []


def test_routed(box: Outbox) -> None:
    box.send("1")
    box.route("a", "b")
    assert box.deliveries.pending(10) == []
    assert box.deliveries.destinations() == [("a", NOON), ("b", NOON)]
    assert box.deliveries.due("a", NOON, 10) == [1, 3]
    assert box.deliveries.due("b", NOON, 1) == [2]
    assert box.deliveries.due("a", NOON - 1, 10) == []
    delivery = box.deliveries.find(2)
    assert delivery is not None
    assert (delivery.event, delivery.type, delivery.message) == (1, "Send", "1")
    assert (delivery.destination, delivery.target, delivery.status) == ("b", HOOK, WAITING)
    assert (delivery.tries, delivery.attempts, delivery.body) == (0, [], None)
    found = box.deliveries.of([1, 2, 7])
    assert {id: [each.id for each in some] for id, some in found.items()} == {
        1: [1, 2],
        2: [3, 4],
        7: [],
    }


def test_nowhere(box: Outbox) -> None:
    box.send("1")
    box.route()
    assert box.deliveries.pending(10) == []
    assert box.table("deliveries") == 0
    assert box.deliveries.destinations() == []


def test_record(box: Outbox) -> None:
    box.send("1")
    box.route("a")
    number = box.changes.number
    later = box.outcome(1, WAITING, due=NOON + 5, attempt={"error": "x"})
    assert box.deliveries.record([later, box.outcome(2)]) == 2
    assert box.told()[number:] == [("event", 1), ("event", 2)]
    assert box.deliveries.destinations() == [("a", NOON + 5)]
    assert box.deliveries.due("a", NOON + 4, 10) == []
    assert box.deliveries.due("a", NOON + 5, 10) == [1]
    box.deliveries.record([box.outcome(1, FAILED, tries=2)])
    found = box.deliveries.find(1)
    assert found is not None
    assert (found.status, found.tries, found.body) == (FAILED, 2, "{}")
    assert found.attempts == [{"error": "x"}, {"status": 200}]
    assert box.deliveries.destinations() == []


def test_the_one_due_longest_comes_first(box: Outbox) -> None:
    box.send("1")
    box.route("a")
    box.deliveries.record([box.outcome(1, WAITING, due=NOON + 5)])
    assert box.deliveries.due("a", NOON + 9, 10) == [2, 1]


def test_redeliver(box: Outbox) -> None:
    box.send("1")
    box.route("a")
    box.deliveries.record([box.outcome(1, FAILED, tries=4)])
    box.deliveries.redeliver(1, NOON + 60)
    found = box.deliveries.find(1)
    assert found is not None
    assert (found.status, found.due, found.tries) == (WAITING, NOON + 60, 0)
    assert (len(found.attempts), found.body) == (1, "{}")
    box.deliveries.redeliver(99, NOON)


def test_they_go_with_their_message(box: Outbox) -> None:
    for id in "12":
        box.send(id)
    box.route("a")
    assert box.messages.delete(Filters(id="1")) == 1
    assert box.found() == [4, 3]
    assert box.deliveries.find(1) is None
    assert box.deliveries.record([box.outcome(1)]) == 1
    assert box.found() == [4, 3]


def test_pending_events_go_with_their_message() -> None:
    box = Outbox(keep=1)
    for id in "12":
        box.send(id)
    assert [each.message_id for each in box.deliveries.pending(10)] == ["2", "2"]
    box.database.close()


def test_an_id_is_not_given_again(box: Outbox) -> None:
    box.send("1")
    box.route("a")
    box.database.clear()
    box.messages.clear()
    assert box.table("deliveries") == 0
    box.send("2")
    box.route("a")
    assert box.found() == [4, 3]


def test_filters_and_pages(box: Outbox) -> None:
    for id in "12":
        box.send(id)
    box.route("a", "b")
    box.deliveries.record([box.outcome(2), box.outcome(3, FAILED)])
    assert box.found() == [8, 7, 6, 5, 4, 3, 2, 1]
    assert box.found(status=DELIVERED) == [2]
    assert box.found(status=FAILED) == [3]
    assert box.found(message="2") == [8, 7, 6, 5]
    assert box.found(destination="A") == [7, 5, 3, 1]
    assert box.found(destination="mine") == [7, 5, 3, 1]
    assert box.found(destination="--webhook", message="1") == [4, 2]
    assert box.found(destination="%") == []
    assert [each.id for each in box.deliveries.page({}, 7, 2)] == [6, 5]


def test_many_waiting_are_told_apart_by_an_index(box: Outbox) -> None:
    """The worker asks all the time; it must not read all that waits."""
    from ses_emulator.store.deliveries import DESTINATIONS

    with box.database.reading() as connection:
        for query in (DESTINATIONS, "SELECT id FROM events WHERE pending ORDER BY id LIMIT 5"):
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
            touched = [step for step in plan if "deliveries" in step or "events" in step]
            assert touched
            assert all("INDEX" in step for step in touched), plan
