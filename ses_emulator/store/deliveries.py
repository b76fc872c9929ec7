"""Deliveries of events: what is to be published where, and how it went."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from ses_emulator.store import events
from ses_emulator.store.changes import Changes
from ses_emulator.store.database import Database, to_json
from ses_emulator.store.documents import Document
from ses_emulator.store.events import Event

WAITING, DELIVERED, FAILED = STATUSES = ("waiting", "delivered", "failed")
COLUMNS = (
    "deliveries.id, event, events.type, messages.id, destination, target, deliveries.status, due,"
    " tries, attempts, body"
)
FROM = "FROM deliveries JOIN events ON events.id = event JOIN messages USING (seq)"
SELECT = f"SELECT {COLUMNS} {FROM}"
LARGEST = 2**63 - 1
# What each filter of a list asks of a delivery; a destination is told by a part of its ARN or URL,
# or by the name of the event destination.
CONDITIONS = {
    "status": "deliveries.status = :status",
    "destination": "(instr(lower(destination), lower(:destination))"
    " OR json_extract(target, '$.name') = :destination)",
    "message": "messages.id = :message",
}
# Its destinations are few and its rows may be many: from each destination to the next.
DESTINATIONS = """
    WITH RECURSIVE found (destination) AS (
        SELECT min(destination) FROM deliveries WHERE status = 'waiting'
        UNION ALL
        SELECT (
            SELECT min(destination) FROM deliveries
            WHERE status = 'waiting' AND destination > found.destination
        ) FROM found WHERE destination IS NOT NULL
    )
    SELECT destination, (
        SELECT min(due) FROM deliveries
        WHERE status = 'waiting' AND destination = found.destination
    ) FROM found WHERE destination IS NOT NULL
"""


@dataclass(slots=True)
class Delivery:
    """An event on its way to a target.

    ``event`` is the event's id, ``type`` its type and ``message`` the MessageId; ``target`` is
    events.targets.Target as JSON. Those of one
    ``destination`` go out in order. While it is waiting it does so until ``due`` (epoch seconds).
    ``tries`` counts since it was last asked for, ``attempts`` are all that there were: each with
    ``timestamp`` (epoch seconds), ``latency_ms``, ``status`` and ``detail`` of the answer, and
    ``error``. ``body`` is the document, None before the first attempt unless it was announced.
    """

    id: int
    event: int
    type: str
    message: str
    destination: str
    target: Document
    status: str
    due: float
    tries: int
    attempts: list[Document]
    body: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt went, and what becomes of its delivery: see Delivery."""

    delivery: int
    event: int
    status: str
    due: float
    tries: int
    attempt: Document
    body: str | None


class Deliveries:
    """All deliveries of the instance, of every account and region."""

    def __init__(self, database: Database, changes: Changes) -> None:
        self._database = database
        self._changes = changes

    def pending(self, limit: int) -> list[Event]:
        """The oldest events that may have to be published."""
        with self._database.reading() as connection:
            return events.select(connection, "pending", limit=limit)

    def add(self, event: Event, targets: Iterable[tuple[str, Document]], now: float) -> None:
        """Have a pending event delivered to each target, given with its destination, from now."""
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT INTO deliveries (event, destination, target, status, due, tries, attempts)"
                " VALUES (?, ?, ?, 'waiting', ?, 0, '[]')",
                [(event.id, destination, to_json(target), now) for destination, target in targets],
            )
            connection.execute("UPDATE events SET pending = 0 WHERE id = ?", (event.id,))

    def announce(
        self,
        message: str,
        event: Event,
        destination: str,
        target: Document,
        body: str,
        now: float,
    ) -> int | None:
        """Have a document published of a message (by its MessageId), from now on; the event's id.

        None if there is no such message.
        """
        with self._database.transaction() as connection:
            row = connection.execute(
                "INSERT INTO events (seq, type, timestamp, recipients, detail)"
                " SELECT seq, ?, ?, ?, ? FROM messages WHERE id = ? RETURNING id",
                (
                    event.type,
                    event.timestamp,
                    to_json(event.recipients),
                    to_json(event.detail),
                    message,
                ),
            ).fetchone()
            if row is None:
                return None
            (id,) = row
            connection.execute(
                "INSERT INTO deliveries"
                " (event, destination, target, status, due, tries, attempts, body)"
                " VALUES (?, ?, ?, 'waiting', ?, 0, '[]', ?)",
                (id, destination, to_json(target), now, body),
            )
            self._database.after_commit(lambda: self._changes.publish("event", id))
        return int(id)

    def destinations(self) -> list[tuple[str, float]]:
        """Where something is to be delivered to, and from when."""
        with self._database.reading() as connection:
            return connection.execute(DESTINATIONS).fetchall()

    def due(self, destination: str, now: float, limit: int) -> list[int]:
        """The deliveries to a destination that wait no longer, the longest due first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id FROM deliveries WHERE status = 'waiting' AND destination = ?"
                " AND due <= ? ORDER BY due, id LIMIT ?",
                (destination, now, limit),
            )
            return [id for (id,) in rows]

    def find(self, id: int) -> Delivery | None:
        """The delivery, or None; it goes with its message."""
        with self._database.reading() as connection:
            row = connection.execute(f"{SELECT} WHERE deliveries.id = ?", (id,)).fetchone()
        return None if row is None else _delivery(row)

    def of(self, ids: Sequence[int]) -> dict[int, list[Delivery]]:
        """The deliveries of events, by the event's id."""
        found: dict[int, list[Delivery]] = {id: [] for id in ids}
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{SELECT} WHERE event IN (SELECT value FROM json_each(?)) ORDER BY deliveries.id",
                (to_json(list(ids)),),
            )
            for row in rows:
                delivery = _delivery(row)
                found[delivery.event].append(delivery)
        return found

    def record(self, outcomes: Sequence[Outcome]) -> int:
        """Keep how attempts went and tell of it; how many changes that are.

        Those of deliveries that are gone are passed over.
        """
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE deliveries SET status = ?, due = ?, tries = ?, body = ?,"
                " attempts = json_insert(attempts, '$[#]', json(?)) WHERE id = ?",
                [
                    (
                        each.status,
                        each.due,
                        each.tries,
                        each.body,
                        to_json(each.attempt),
                        each.delivery,
                    )
                    for each in outcomes
                ],
            )
            events = dict.fromkeys(each.event for each in outcomes)
            self._database.after_commit(lambda: self._changes.publish_all("event", events))
        return len(events)

    def redeliver(self, id: int, now: float) -> None:
        """Have a delivery tried again from now on, as often as the first time."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE deliveries SET status = 'waiting', due = ?, tries = 0 WHERE id = ?",
                (now, id),
            )

    def hasten(self, destination: str, now: float) -> None:
        """Have what waits for a destination tried now."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE deliveries SET due = ?"
                " WHERE status = 'waiting' AND destination = ? AND due > ?",
                (now, destination, now),
            )

    def count(self, filters: Mapping[str, str]) -> int:
        """How many deliveries match all ``filters``, values by the names of CONDITIONS."""
        condition, values = _condition(filters)
        with self._database.reading() as connection:
            (count,) = connection.execute(
                f"SELECT count(*) {FROM} WHERE {condition}", values
            ).fetchone()
        return int(count)

    def page(self, filters: Mapping[str, str], before: int | None, limit: int) -> list[Delivery]:
        """The newest deliveries that match, and are older than the one with the id ``before``."""
        condition, values = _condition(filters)
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{SELECT} WHERE {condition} AND deliveries.id < :before"
                " ORDER BY deliveries.id DESC LIMIT :limit",
                {**values, "before": LARGEST if before is None else before, "limit": limit},
            ).fetchall()
        return [_delivery(row) for row in rows]


def _condition(filters: Mapping[str, str]) -> tuple[str, dict[str, str | int]]:
    return " AND ".join(["TRUE", *(CONDITIONS[name] for name in filters)]), dict(filters)


def _delivery(row: Sequence[Any]) -> Delivery:
    delivery = Delivery(*row)
    delivery.target = orjson.loads(row[5])
    delivery.attempts = orjson.loads(row[9])
    return delivery
