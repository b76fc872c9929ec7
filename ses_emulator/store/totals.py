"""What became of the messages of a time, in total and by what they have in common.

Each recipient of a message counts once for a kind of event, however often it happened. A message is
of the time at which it was sent, and so is all that happened to it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ses_emulator.store.database import Database, to_json
from ses_emulator.store.events import RECEIPT

# What is counted, by the types of events.
COUNTED = {
    "Send": "sends",
    "Delivery": "deliveries",
    "Bounce": "bounces",
    "Complaint": "complaints",
    "Open": "opens",
    "Click": "clicks",
    "Subscription": "unsubscribes",
    "Reject": "rejects",
    "Rendering Failure": "rendering_failures",
}
Counts = dict[str, int]
# How many messages are looked at without a pause: in memory nobody else reads or writes meanwhile.
SLICE = 5000
# Who subscribes to something again does not unsubscribe.
UNSUBSCRIBES = (
    "(events.type != 'Subscription' OR json_extract(detail, '$.newTopicPreferences.unsubscribeAll')"
    " OR EXISTS (SELECT 1 FROM json_each(detail, '$.newTopicPreferences.topicSubscriptionStatus')"
    " WHERE json_extract(value, '$.subscriptionStatus') = 'OptOut'))"
)
# Of most messages there is one event of a type, whose recipients need not be looked at.
COUNTS = (
    "SELECT seq, type, CASE count(*) WHEN 1 THEN json_array_length(recipients) ELSE"
    " (SELECT count(DISTINCT value) FROM events AS again, json_each(again.recipients)"
    " WHERE again.seq = events.seq AND again.type = events.type) END AS number"
    f" FROM events WHERE seq >= ? AND seq < ? AND {UNSUBSCRIBES} GROUP BY seq, type"
)
RECIPIENT_COUNTS = (
    "SELECT seq, events.type, lower(substr(value, instr(value, '@') + 1)) AS domain,"
    " count(DISTINCT value) AS number FROM events, json_each(recipients)"
    f" WHERE seq >= ? AND seq < ? AND {UNSUBSCRIBES} GROUP BY seq, events.type, domain"
)
# By what messages can be grouped: an expression over them.
GROUPS = {
    "account": "account",
    "region": "region",
    "configuration_set": "configuration_set",
    "sender": "sender",
    "recipient_domain": "domain",
    "operation": "operation",
    "template": "json_extract(document, '$.template')",
    "tenant": "json_extract(document, '$.tenant')",
    "minute": "strftime('%Y-%m-%dT%H:%M:00Z', received, 'unixepoch')",
    "hour": "strftime('%Y-%m-%dT%H:00:00Z', received, 'unixepoch')",
    "day": "strftime('%Y-%m-%d', received, 'unixepoch')",
    "month": "strftime('%Y-%m', received, 'unixepoch')",
}


@dataclass(frozen=True, slots=True)
class Span:
    """Which messages; None is no condition. ``start`` is included, ``end`` is not."""

    account: str | None = None
    region: str | None = None
    start: float | None = None
    end: float | None = None

    def condition(self) -> tuple[str, list[Any]]:
        """An SQL condition over ``messages`` and its values."""
        conditions, values = ["TRUE"], []
        for expression, value in (
            ("account =", self.account),
            ("region =", self.region),
            ("received >=", self.start),
            ("received <", self.end),
        ):
            if value is not None:
                conditions.append(f"messages.{expression} ?")
                values.append(value)
        return " AND ".join(conditions), values


def totals(database: Database, span: Span, by: str | None) -> dict[str | None, Counts]:
    """The counts by what ``by`` says: one of GROUPS, ``tag:NAME``, or None for all at once.

    Messages that have no such thing are together under None.
    """
    group, values = "NULL", []
    if by is not None and by.startswith("tag:"):
        group, values = "(SELECT value FROM json_each(document, '$.tags') WHERE key = ?)", [by[4:]]
    elif by is not None:
        group = GROUPS[by]
    counts = RECIPIENT_COUNTS if by == "recipient_domain" else COUNTS
    condition, more = span.condition()
    found: dict[str | None, Counts] = {}
    for first, end in _slices(database, span):
        with database.reading() as connection:
            rows = connection.execute(
                f"SELECT {group} AS name, type, sum(number) FROM ({counts})"
                f" JOIN messages USING (seq) WHERE {condition} GROUP BY name, type",
                (*values, first, end, *more),
            ).fetchall()
        for name, type, number in rows:
            if type in COUNTED:
                of = found.setdefault(name, dict.fromkeys(COUNTED.values(), 0))
                of[COUNTED[type]] += number
    return found


def _slices(database: Database, span: Span) -> Iterator[tuple[int, int]]:
    """The numbers of the messages, in slices: the first, and the one after the last."""
    condition, values = span.condition()
    with database.reading() as connection:
        first, last = connection.execute(
            f"SELECT min(seq), max(seq) FROM messages WHERE {condition}", values
        ).fetchone()
    if first is not None:
        for start in range(first, last + 1, SLICE):
            yield start, min(start + SLICE, last + 1)


@dataclass(frozen=True, slots=True)
class Sent:
    """What an account sent in a region with one configuration set.

    ``attachments`` are the bytes in attachments, those of each recipient's copy.
    """

    account: str
    region: str
    configuration_set: str | None
    recipients: int
    attachments: int


def sent(database: Database, span: Span) -> list[Sent]:
    """What is charged for by its volume; messages that are not indexed have no attachments yet."""
    condition, values = span.condition()
    with database.reading() as connection:
        rows = connection.execute(
            "SELECT account, region, configuration_set, sum(number), sum(number * attached) FROM ("
            "SELECT account, region, configuration_set,"
            " (SELECT count(*) FROM recipients WHERE recipients.seq = messages.seq) AS number,"
            " CASE WHEN attachment_count > 0"
            " THEN coalesce(json_extract(document, '$.attachment_bytes'), 0) ELSE 0 END AS attached"
            " FROM messages WHERE api NOT IN ('ses', 'inbound') AND status != 'failed'"
            f" AND {condition})"
            " GROUP BY account, region, configuration_set ORDER BY account, region",
            values,
        ).fetchall()
    return [Sent(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Arrived:
    """How many mails an account received in a region, and how many whole chunks they have."""

    account: str
    region: str
    mails: int
    chunks: int


def arrived(database: Database, span: Span, chunk: int) -> list[Arrived]:
    """What is charged for of received mail, in chunks of so many bytes."""
    condition, values = span.condition()
    with database.reading() as connection:
        rows = connection.execute(
            "SELECT account, region, count(*), sum(size / ?) FROM messages"
            f" WHERE api = 'inbound' AND {condition} GROUP BY account, region",
            (chunk, *values),
        ).fetchall()
    return [Arrived(*row) for row in rows]


# Account, region, configuration set and type of event.
Kind = tuple[str, str, str | None, str]


def kinds(database: Database) -> dict[Kind, int]:
    """How many recipients the events of each kind were about, every time that it happened.

    Only events of what was sent, here and in ``minutes``.
    """
    found: dict[Kind, int] = {}
    for first, end in _slices(database, Span()):
        with database.reading() as connection:
            rows = connection.execute(
                "SELECT account, region, configuration_set, type,"
                " sum(json_array_length(recipients)) FROM events JOIN messages USING (seq)"
                " WHERE seq >= ? AND seq < ? AND type != ?"
                " GROUP BY account, region, configuration_set, type",
                (first, end, RECEIPT),
            ).fetchall()
        for *kind, number in rows:
            key = (kind[0], kind[1], kind[2], kind[3])
            found[key] = found.get(key, 0) + number
    return found


def minutes(database: Database, after: int, up_to: int) -> list[tuple[str, str, str, int, int]]:
    """What the events of the ids after one and up to another are: account, region and type, the
    minute (epoch seconds), and how many recipients they are about."""
    with database.reading() as connection:
        rows: list[tuple[str, str, str, int, int]] = connection.execute(
            "SELECT account, region, type, CAST(timestamp / 60 AS INTEGER) * 60 AS minute,"
            " sum(json_array_length(recipients)) FROM events JOIN messages USING (seq)"
            " WHERE events.id > ? AND events.id <= ? AND type != ?"
            " GROUP BY account, region, type, minute ORDER BY minute",
            (after, up_to, RECEIPT),
        ).fetchall()
    return rows


def last_event(database: Database) -> int:
    """The highest id of an event; 0 if there is none."""
    with database.reading() as connection:
        (id,) = connection.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()
    return int(id)


def scopes(database: Database) -> list[tuple[str, str]]:
    """The accounts and regions that sent something."""
    with database.reading() as connection:
        return connection.execute("SELECT DISTINCT account, region FROM sendings").fetchall()


# Account and region.
Scope = tuple[str, str]


def kept(database: Database, kinds: Iterable[str]) -> dict[Scope, Counts]:
    """How many ``messages``, refused (``failed``) calls and ``resources`` of ``kinds`` there are in
    each account and region."""
    found: dict[Scope, Counts] = {}
    with database.reading() as connection:
        rows = connection.execute(
            "SELECT account, region, CASE status WHEN 'failed' THEN 'failed' ELSE 'messages' END"
            " AS what, count(*) FROM messages GROUP BY account, region, what UNION ALL"
            " SELECT account, region, 'resources', count(*) FROM documents"
            " WHERE kind IN (SELECT value FROM json_each(?)) GROUP BY account, region",
            (to_json(list(kinds)),),
        ).fetchall()
    for account, region, what, number in rows:
        of = found.setdefault((account, region), {"messages": 0, "failed": 0, "resources": 0})
        of[what] = number
    return found


def waiting(database: Database) -> int:
    """How many deliveries of events wait, and events of which nobody knows yet where they go."""
    with database.reading() as connection:
        (number,) = connection.execute(
            "SELECT (SELECT count(*) FROM deliveries WHERE status = 'waiting')"
            " + (SELECT count(*) FROM events WHERE pending)"
        ).fetchone()
    return int(number)
