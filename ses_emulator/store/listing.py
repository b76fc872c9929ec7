"""The table ``listed``: all messages in narrow rows, to be searched, counted and gone through.

A send does not pay for it: it is filled before somebody looks, or when it is quiet.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from ses_emulator.store.database import Database, like
from ses_emulator.store.query import EVERYTHING, Filters, select

# How many are listed at once while senders wait, in a few milliseconds.
FILLED = 2000
BEHIND = (
    "SELECT (SELECT coalesce(max(seq), 0) FROM listed)"
    " < (SELECT coalesce(max(seq), 0) FROM messages)"
)


def _lines(value: str, source: str) -> str:
    lines = f"coalesce(group_concat({value}, char(10)), '')"
    return f"(SELECT char(10) || {lines} || char(10) FROM {source})"


# Each column with what it has of a message.
COLUMNS = {
    "seq": "seq",
    "status": "status",
    "account": "account",
    "region": "region",
    "api": "api",
    "configuration_set": "configuration_set",
    "template": "json_extract(document, '$.template')",
    "received": "received",
    "size": "size",
    "attachments": "attachment_count",
    "sender": "char(10) || sender || char(10) || mail_from || char(10)",
    "subject": "subject",
    "events": _lines("type", "events WHERE events.seq = messages.seq"),
    "recipients": _lines("address", "recipients WHERE recipients.seq = messages.seq"),
    "cc": _lines("value", "json_each(document, '$.cc')"),
    "tags": _lines("key || '=' || value", "json_each(document, '$.tags')"),
}
FILL = (
    f"INSERT INTO listed ({', '.join(COLUMNS)}) SELECT {', '.join(COLUMNS.values())} FROM messages"
    " WHERE seq > (SELECT coalesce(max(seq), 0) FROM listed) ORDER BY seq LIMIT ?"
)
# By the index alone.
COUNT_ALL = "SELECT (SELECT count(*) FROM listed), (SELECT count(*) FROM listed WHERE unread = 1)"


class Tally(NamedTuple):
    """How many messages there are, and how many of them are unread."""

    total: int
    unread: int


def fill(connection: sqlite3.Connection) -> int:
    """List the oldest messages that are not yet; how many."""
    return connection.execute(FILL, (FILLED,)).rowcount


@contextmanager
def reading(database: Database) -> Iterator[sqlite3.Connection]:
    """A connection to read by, when all is listed that was stored before the call."""
    _catch_up(database)
    with database.reading() as connection:
        yield connection


def _catch_up(database: Database) -> None:
    with database.reading() as connection:
        (behind,) = connection.execute(BEHIND).fetchone()
    while behind:
        with database.transaction() as connection:
            behind = fill(connection) == FILLED


def tally(database: Database, filters: Filters) -> Tally:
    """Count the messages that are meant."""
    chosen = select(filters)
    statement = f"SELECT count(*), sum(listed.unread) FROM {chosen.source} WHERE {chosen.condition}"
    if chosen.condition == EVERYTHING:
        statement = COUNT_ALL
    with reading(database) as connection:
        total, unread = connection.execute(statement, chosen.values).fetchone()
    return Tally(total, unread or 0)


def numbers(
    database: Database,
    filters: Filters,
    before: int | None = None,
    limit: int = -1,
    offset: int = 0,
) -> list[int]:
    """The numbers of the messages that are meant, the newest first: so many after an offset.

    Only of those that are older than the number ``before``. A ``limit`` of -1 is none.
    """
    chosen = select(filters)
    older = "" if before is None else f" AND {chosen.number} < {before:d}"
    with reading(database) as connection:
        rows = connection.execute(
            f"SELECT {chosen.number} FROM {chosen.source} WHERE {chosen.condition}{older}"
            f" ORDER BY {chosen.number} DESC LIMIT ? OFFSET ?",
            (*chosen.values, limit, offset),
        )
        return [number for (number,) in rows]


def mark(database: Database, filters: Filters, *, unread: bool) -> int:
    """Mark the messages that are meant as unread or as read; how many there are."""
    chosen = select(filters)
    _catch_up(database)
    with database.transaction() as connection:
        return connection.execute(
            "UPDATE listed SET unread = ? WHERE seq IN"
            f" (SELECT {chosen.number} FROM {chosen.source} WHERE {chosen.condition})",
            (unread, *chosen.values),
        ).rowcount


def values(database: Database, column: str, text: str) -> list[str]:
    """Different values of a column that have ``text`` in them, at most a hundred."""
    with reading(database) as connection:
        rows = connection.execute(
            f"SELECT DISTINCT {column} FROM listed WHERE {column} LIKE ? ESCAPE '\\' LIMIT 100",
            (like(text),),
        )
        return [value for (value,) in rows]


def latest(database: Database, column: str, text: str) -> list[str]:
    """What the newest messages have in a column that have ``text`` in it."""
    with reading(database) as connection:
        rows = connection.execute(
            f"SELECT {column} FROM listed WHERE {column} LIKE ? ESCAPE '\\'"
            " ORDER BY seq DESC LIMIT 500",
            (like(text),),
        )
        return [value for (value,) in rows]
