"""What happened to captured messages: an event is a row beside its message."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from ses_emulator.store import database

# What an event makes of its message, from the least telling to the most; the highest stays.
STATUSES = {
    "Send": "sent",
    "DeliveryDelay": "delayed",
    "Delivery": "delivered",
    "Open": "opened",
    "Click": "clicked",
    "Suppressed": "suppressed",
    "Bounce": "bounced",
    "Complaint": "complained",
    "Reject": "rejected",
    "Rendering Failure": "rendering_failed",
}
RANK = {status: rank for rank, status in enumerate(STATUSES.values())}
# What a received message is, besides "rejected": its rules are being run, or were.
RECEIVED = ("receiving", "received")
# Of a call that was refused, which stands among the messages.
FAILED = "failed"
# What is published of a mail that came in: a notification of one of its actions.
RECEIPT = "Received"
# Sub-types of bounces and complaints of which nothing was sent at all.
NOT_SENT = frozenset(
    (
        "EmailValidationSuppressed",
        "OnAccountSuppressionList",
        "OnTenantSuppressionList",
        "Suppressed",
        "UnsubscribedRecipient",
    )
)


@dataclass(slots=True)
class Event:
    """Something that SES would say of a message. ``timestamp`` is epoch seconds.

    ``detail`` is what SES publishes under the event's own key, without what can be told from the
    message. ``pending`` says that it may have to be published, and that nobody has looked yet.
    """

    type: str
    timestamp: float
    recipients: Sequence[str]
    detail: dict[str, Any] = field(default_factory=dict)
    id: int = 0
    message_id: str = ""
    pending: bool = False


def status_of(events: Iterable[Event]) -> str:
    """The status of a message to which all this happened."""
    return max((_status(event) for event in events), key=RANK.__getitem__, default="sent")


def _status(event: Event) -> str:
    kind = event.detail.get("bounceSubType") or event.detail.get("complaintSubType")
    if kind in NOT_SENT:
        return STATUSES["Suppressed"]
    return STATUSES.get(event.type, "sent")


def insert(connection: sqlite3.Connection, rows: Sequence[tuple[int, Event]]) -> bool:
    """Add events to the messages of these numbers, in order; whether any is pending."""
    columns = "seq, type, timestamp, recipients, detail"
    values: list[tuple[Any, ...]] = [
        (
            seq,
            event.type,
            event.timestamp,
            orjson.dumps(event.recipients).decode(),
            orjson.dumps(event.detail).decode(),
        )
        for seq, event in rows
    ]
    pending = any(event.pending for _, event in rows)
    if pending:  # the others do not pay for the column
        columns += ", pending"
        values = [(*some, event.pending) for some, (_, event) in zip(values, rows, strict=True)]
    database.insert(connection, "events", columns, values)
    return pending


def count(connection: sqlite3.Connection, condition: str, values: Sequence[Any]) -> int:
    """How many events a condition over ``events`` and ``messages`` chooses."""
    (found,) = connection.execute(
        f"SELECT count(*) FROM events JOIN messages USING (seq) WHERE {condition}", values
    ).fetchone()
    return int(found)


def select(
    connection: sqlite3.Connection,
    condition: str,
    *values: Any,
    limit: int = -1,
    order: str = "ASC",
) -> list[Event]:
    """The first events that a condition over ``events`` and ``messages`` chooses, in order.

    With the ``order`` DESC they are the last, the newest first.
    """
    rows = connection.execute(
        "SELECT type, timestamp, recipients, detail, events.id, messages.id, pending FROM events"
        f" JOIN messages USING (seq) WHERE {condition} ORDER BY events.id {order} LIMIT ?",
        (*values, limit),
    )
    return [
        Event(type, timestamp, orjson.loads(to), orjson.loads(detail), id, message, bool(pending))
        for type, timestamp, to, detail, id, message, pending in rows
    ]
