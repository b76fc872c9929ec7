"""What became of the messages, counted: each recipient of a message counts once for a metric."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ses_emulator.store.account import DAY
from ses_emulator.store.database import Database, to_json

BOUNCE = "events.type = 'Bounce' AND json_extract(events.detail, '$.bounceType') = '%s'"
DELIVERED = (
    "events.type = '%s' AND EXISTS (SELECT 1 FROM events AS delivery,"
    " json_each(delivery.recipients) AS reached WHERE delivery.seq = events.seq"
    " AND delivery.type = 'Delivery' AND reached.value = recipient.value)"
)
# By the names of the API's Metric.
CONDITIONS = {
    "SEND": "events.type = 'Send'",
    "DELIVERY": "events.type = 'Delivery'",
    "COMPLAINT": "events.type = 'Complaint'",
    "PERMANENT_BOUNCE": BOUNCE % "Permanent",
    "TRANSIENT_BOUNCE": BOUNCE % "Transient",
    "OPEN": "events.type = 'Open'",
    "CLICK": "events.type = 'Click'",
    "DELIVERY_OPEN": DELIVERED % "Open",
    "DELIVERY_CLICK": DELIVERED % "Click",
    "DELIVERY_COMPLAINT": DELIVERED % "Complaint",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What to count; None is no condition. ``start`` is included, ``end`` is not.

    ``senders`` are From headers as they are stored. ``domains`` are those of the recipients, in
    lower case; ``other_domains`` are those that they are not of.
    """

    account: str
    region: str
    start: float
    end: float
    senders: Sequence[str] | None = None
    subject: str | None = None
    configuration_set: str | None = None
    domains: Sequence[str] | None = None
    other_domains: Sequence[str] | None = None

    def of(self, **members: Any) -> "Selection":
        """The same with other members."""
        return replace(self, **members)


@dataclass(frozen=True, slots=True)
class Campaign:
    """Messages of one From header and subject, and when the first and the last were taken."""

    sender: str
    subject: str
    first: float
    last: float


def daily(database: Database, selection: Selection, metric: str) -> list[tuple[int, int]]:
    """The days on which there was something to count, as epoch seconds, and how much."""
    condition, values = _condition(selection)
    with database.reading() as connection:
        rows: list[tuple[int, int]] = connection.execute(
            "SELECT CAST(first / ? AS INTEGER) * ? AS day, count(*) FROM ("
            "SELECT min(timestamp) AS first FROM events JOIN messages USING (seq),"
            f" json_each(events.recipients) AS recipient WHERE {CONDITIONS[metric]} AND {condition}"
            " GROUP BY events.seq, recipient.value) GROUP BY day ORDER BY day",
            (DAY, DAY, *values),
        ).fetchall()
    return rows


def total(database: Database, selection: Selection, metric: str) -> int:
    """All that there is to count."""
    return sum(count for _, count in daily(database, selection, metric))


def campaigns(database: Database, selection: Selection) -> list[Campaign]:
    """The campaigns of a time; of the selection only account, region and time count."""
    with database.reading() as connection:
        rows = connection.execute(
            "SELECT sender, subject, min(received), max(received) FROM messages"
            " WHERE account = ? AND region = ? AND received >= ? AND received < ?"
            " GROUP BY sender, subject ORDER BY sender, subject",
            (selection.account, selection.region, selection.start, selection.end),
        ).fetchall()
    return [Campaign(*row) for row in rows]


def _condition(selection: Selection) -> tuple[str, list[Any]]:
    """An SQL condition over ``events``, ``messages`` and ``recipient``, and its values."""
    conditions = ["account = ? AND region = ? AND timestamp >= ? AND timestamp < ?"]
    values: list[Any] = [selection.account, selection.region, selection.start, selection.end]
    domain = "lower(substr(recipient.value, instr(recipient.value, '@') + 1))"
    for expression, operator, wanted in (
        ("sender", "IN", selection.senders),
        (domain, "IN", selection.domains),
        (domain, "NOT IN", selection.other_domains),
    ):
        if wanted is not None:
            conditions.append(f"{expression} {operator} (SELECT value FROM json_each(?))")
            values.append(to_json(list(wanted)))
    for column in ("subject", "configuration_set"):
        text = getattr(selection, column)
        if text is not None:
            conditions.append(f"{column} = ?")
            values.append(text)
    return " AND ".join(conditions), values
