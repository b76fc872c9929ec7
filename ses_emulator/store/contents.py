"""The exact bytes of messages.

Those of a large one are written and read as SQLite's incremental blob: a value of a statement
would be copied twice more on its way.
"""

import sqlite3
from collections.abc import Sequence

from ses_emulator.store import database

LARGE = 1024 * 1024


def insert(connection: sqlite3.Connection, rows: Sequence[tuple[int, bytes]]) -> None:
    """Add the bytes of the messages of these numbers."""
    small = [row for row in rows if len(row[1]) < LARGE]
    database.insert(connection, "raw", "seq, content", small)
    if len(small) == len(rows):
        return
    for seq, raw in rows:
        if len(raw) >= LARGE:
            connection.execute("INSERT INTO raw VALUES (?, zeroblob(?))", (seq, len(raw)))
            with connection.blobopen("raw", "content", seq) as blob:
                blob.write(raw)


def read(connection: sqlite3.Connection, seq: int) -> bytes:
    """The bytes of a message; empty if there is none."""
    row = connection.execute(
        "SELECT CASE WHEN length(content) < ? THEN content END FROM raw WHERE seq = ?", (LARGE, seq)
    ).fetchone()
    if row is None:
        return b""
    if row[0] is not None:
        return bytes(row[0])
    try:
        with connection.blobopen("raw", "content", seq, readonly=True) as blob:
            return blob.read()
    except sqlite3.OperationalError:  # deleted meanwhile
        return b""
