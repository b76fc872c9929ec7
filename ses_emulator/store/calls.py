"""The calls of AWS's APIs that made messages or were refused, as they came."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from ses_emulator.store import database

COLUMNS = (
    "service, operation, method, path, query, user_agent, access_key, http_status, length, body"
)
# Bytes; of a longer call the body is not kept, what it carried is in its messages.
KEPT = 64 * 1024


@dataclass(slots=True)
class Call:
    """A call as it came. ``path`` and ``query`` stand as on the wire.

    ``body`` is None if it is not kept; it had ``length`` bytes. ``http_status`` is what it was
    answered with. ``message`` is the id of the message by which it is kept, the first that it made.
    """

    service: str
    operation: str
    method: str
    path: str
    query: str
    user_agent: str | None
    access_key: str | None
    http_status: int
    length: int
    body: bytes | None
    message: str | None = None


def insert(connection: sqlite3.Connection, rows: Sequence[tuple[int, Call]]) -> None:
    """Keep calls by the numbers of their messages, with which they go."""
    database.insert(
        connection,
        "calls",
        f"seq, {COLUMNS}",
        [
            (
                seq,
                call.service,
                call.operation,
                call.method,
                call.path,
                call.query,
                call.user_agent,
                call.access_key,
                call.http_status,
                call.length,
                call.body if call.length <= KEPT else None,
            )
            for seq, call in rows
        ],
    )


def find(connection: sqlite3.Connection, id: str) -> tuple[Call, list[str]] | None:
    """The call that is kept by this message, and the ids of all messages that it made."""
    row = connection.execute(
        f"SELECT seq, {COLUMNS} FROM calls WHERE seq = (SELECT seq FROM messages WHERE id = ?)",
        (id,),
    ).fetchone()
    if row is None:
        return None
    made = connection.execute(
        "SELECT id FROM messages WHERE seq = ? AND status != 'failed'"
        # A call's messages are written together.
        " OR seq BETWEEN ? AND ? AND json_extract(document, '$.call') = ? ORDER BY seq",
        (row[0], row[0], row[0] + 1000, id),
    )
    call = Call(*row[1:])
    call.message = id
    return call, [each for (each,) in made]
