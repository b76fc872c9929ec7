"""What became of the messages, counted: each recipient of a message counts once for a metric."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ses_emulator.store.account import DAY
from ses_emulator.store.database import Database, to_json
from ses_emulator.store.events import NOT_SENT

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

TENANT = "json_extract(messages.document, '$.tenant')"
# By the names of the points of GetSendStatistics.
POINTS = {"Bounce": "Bounces", "Complaint": "Complaints", "Reject": "Rejects"}


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
    tenant: str | None = None
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


def points(
    database: Database, account: str, region: str, since: float, seconds: int
) -> dict[int, dict[str, int]]:
    """Bounces, complaints and rejects by the start of the interval (epoch seconds) they were in."""
    found: dict[int, dict[str, int]] = {}
    with database.reading() as connection:
        rows = connection.execute(
            "SELECT CAST(timestamp / ? AS INTEGER) * ? AS start, type,"
            " sum(json_array_length(recipients)) FROM events JOIN messages USING (seq)"
            " WHERE type IN (SELECT value FROM json_each(?)) AND timestamp >= ?"
            " AND account = ? AND region = ? GROUP BY start, type",
            (seconds, seconds, to_json(list(POINTS)), since, account, region),
        ).fetchall()
    for start, type, number in rows:
        found.setdefault(start, dict.fromkeys(POINTS.values(), 0))[POINTS[type]] = number
    return found


@dataclass(frozen=True, slots=True)
class Volume:
    """What was sent lately: how many ``recipients``, whose mail bounced, and who complained."""

    recipients: int
    bounced: list[str]
    complained: list[str]


def volume(database: Database, selection: Selection, most: int, spared: str) -> Volume:
    """The last ``most`` messages of a selection, of which account, region, start, configuration set
    and tenant count. Recipients in the domain ``spared`` do not count.

    Bounced is what a mailbox provider refused for good, once for each message, and so is
    complained.
    """
    condition = (
        "account = ? AND region = ? AND received >= ? AND api != 'ses' AND status != 'failed'"
    )
    values: list[Any] = [selection.account, selection.region, selection.start]
    for expression, text in (
        ("configuration_set", selection.configuration_set),
        (TENANT, selection.tenant),
    ):
        if text is not None:
            condition += f" AND {expression} = ?"
            values.append(text)
    chosen = f"SELECT seq FROM messages WHERE {condition} ORDER BY seq DESC LIMIT ?"
    like = f"%@{spared}"
    with database.reading() as connection:
        (recipients,) = connection.execute(
            f"SELECT count(*) FROM recipients WHERE seq IN ({chosen}) AND address NOT LIKE ?",
            (*values, most, like),
        ).fetchone()
        rows = connection.execute(
            f"SELECT DISTINCT events.seq, events.type, value FROM ({chosen})"
            " JOIN events USING (seq), json_each(recipients) WHERE value NOT LIKE ? AND ("
            "events.type = 'Bounce' AND json_extract(detail, '$.bounceType') = 'Permanent'"
            " AND json_extract(detail, '$.bounceSubType') NOT IN (SELECT value FROM json_each(?))"
            " OR events.type = 'Complaint' AND json_extract(detail, '$.complaintSubType') IS NULL"
            " AND json_extract(detail, '$.complaintFeedbackType') IS NOT 'not-spam')",
            # The global suppression list counts. Source: the guide, "Using the Amazon SES
            # account-level suppression list".
            (*values, most, like, to_json(sorted(NOT_SENT - {"Suppressed"}))),
        ).fetchall()
    return Volume(
        int(recipients),
        [recipient for _, type, recipient in rows if type == "Bounce"],
        [recipient for _, type, recipient in rows if type == "Complaint"],
    )


def campaigns(database: Database, selection: Selection) -> list[Campaign]:
    """The campaigns of a time; of the selection only account, region and time count."""
    with database.reading() as connection:
        rows = connection.execute(
            "SELECT sender, subject, min(received), max(received) FROM messages"
            " WHERE account = ? AND region = ? AND received >= ? AND received < ?"
            " AND status != 'failed' GROUP BY sender, subject ORDER BY sender, subject",
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
    for expression, text in (
        ("subject", selection.subject),
        ("configuration_set", selection.configuration_set),
        (TENANT, selection.tenant),
    ):
        if text is not None:
            conditions.append(f"{expression} = ?")
            values.append(text)
    return " AND ".join(conditions), values
