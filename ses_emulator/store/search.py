"""The search index: what messages say, as far as somebody read them."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field

from ses_emulator.store.database import to_json
from ses_emulator.store.stored import Stored

# What the column of the same name has in every row.
EVERY = "x"


@dataclass(slots=True)
class Indexed:
    """What a message says, for the list and for search, and what there is to object to in it."""

    snippet: str
    attachment_count: int
    text: str
    attachment_bytes: int = 0
    findings: list[dict[str, str]] = field(default_factory=list)


def index(connection: sqlite3.Connection, entries: Iterable[tuple[Stored, Indexed]]) -> None:
    """Make messages findable and complete their summaries. One that is gone is passed over."""
    for message, indexed in entries:
        known = connection.execute(
            "UPDATE messages SET snippet = ?, attachment_count = ?"
            " WHERE seq = ? AND snippet IS NULL",
            (indexed.snippet, indexed.attachment_count, message.seq),
        )
        if not known.rowcount:
            continue
        if indexed.findings or indexed.attachment_bytes:
            learnt = {
                "findings": [*message.findings, *indexed.findings],
                "attachment_bytes": indexed.attachment_bytes or None,
            }
            connection.execute(
                "UPDATE messages SET document = json_patch(document, ?) WHERE seq = ?",
                (to_json(learnt), message.seq),
            )
        addresses = [message.sender, message.mail_from, *message.to, *message.cc]
        connection.execute(
            "INSERT INTO search (rowid, id, subject, addresses, body, every)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                message.seq,
                message.id,
                message.subject,
                " ".join([*addresses, *message.bcc]),
                indexed.text,
                EVERY,
            ),
        )
