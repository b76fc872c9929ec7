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
    message.
    """

    type: str
    timestamp: float
    recipients: Sequence[str]
    detail: dict[str, Any] = field(default_factory=dict)
    id: int = 0
    message_id: str = ""


def status_of(events: Iterable[Event]) -> str:
    """The status of a message to which all this happened."""
    return max((_status(event) for event in events), key=RANK.__getitem__, default="sent")


def _status(event: Event) -> str:
    kind = event.detail.get("bounceSubType") or event.detail.get("complaintSubType")
    if kind in NOT_SENT:
        return STATUSES["Suppressed"]
    return STATUSES.get(event.type, "sent")


def insert(connection: sqlite3.Connection, rows: Iterable[tuple[int, Event]]) -> None:
    """Add events to the messages of these numbers, in order."""
    database.insert(
        connection,
        "events",
        "seq, type, timestamp, recipients, detail",
        [
            (
                seq,
                event.type,
                event.timestamp,
                orjson.dumps(event.recipients).decode(),
                orjson.dumps(event.detail).decode(),
            )
            for seq, event in rows
        ],
    )


def select(connection: sqlite3.Connection, condition: str, value: int) -> list[Event]:
    """The events that a condition over ``events`` and ``messages`` chooses, in order."""
    rows = connection.execute(
        "SELECT type, timestamp, recipients, detail, events.id, messages.id FROM events"
        f" JOIN messages USING (seq) WHERE {condition} ORDER BY events.id",
        (value,),
    )
    return [
        Event(type, timestamp, orjson.loads(recipients), orjson.loads(detail), id, message_id)
        for type, timestamp, recipients, detail, id, message_id in rows
    ]
