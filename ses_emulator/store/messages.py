"""Captured messages: raw bytes, summary, recipients and events, written in one transaction."""

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ses_emulator.store import calls, contents, events, listing, sendings
from ses_emulator.store.calls import Call
from ses_emulator.store.changes import Changes
from ses_emulator.store.database import Database, insert, to_json
from ses_emulator.store.events import Event
from ses_emulator.store.listing import Tally
from ses_emulator.store.query import Filters
from ses_emulator.store.search import Indexed, index
from ses_emulator.store.stored import INSERTED, SELECT, document_of, from_row, kept_of
from ses_emulator.store.stored import Stored as Stored

LAST_SEQ = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'messages'), 0)"
AMONG = "seq IN (SELECT value FROM json_each(?))"
# How many are deleted at once while senders wait.
DELETED = 500


class _Row(NamedTuple):
    """A message that waits to be inserted, with all that belongs to it."""

    message: Stored
    document: str
    raw: bytes
    recipients: Sequence[str]
    events: Sequence[Event]
    charged: int | None
    call: Call | None


class Messages:
    """All messages of the instance, of every account and region.

    ``pending`` is set when there is something to be published: see events.outbox.
    """

    def __init__(self, database: Database, changes: Changes, keep: int) -> None:
        self._database = database
        self._changes = changes
        self._keep = keep
        self.pending = threading.Event()
        with database.reading() as connection:
            (self._count,) = connection.execute("SELECT count(*) FROM messages").fetchone()

    def add(
        self,
        message: Stored,
        raw: bytes,
        recipients: Sequence[str],
        events: Sequence[Event],
        charged: int | None,
        call: Call | None = None,
    ) -> None:
        """Store a message for the envelope's ``recipients``, and the ``call`` that made it.

        ``charged`` of them count against the daily quota; None if none of them was sent to by the
        account. Beyond the number of messages to keep, the oldest go.
        """
        if call is not None and call.message is not None:
            message.call, call = call.message, None
        elif call is not None:
            call.message = message.id
        row = _Row(message, document_of(message), raw, recipients, events, charged, call)
        self._database.write_later(self._write, row)

    def _write(self, connection: sqlite3.Connection, rows: list[_Row]) -> None:
        """Insert messages that were sent at the same time."""
        (last,) = connection.execute(LAST_SEQ).fetchone()
        numbered = list(enumerate(rows, last + 1))
        insert(
            connection,
            "messages",
            ", ".join(INSERTED),
            [(seq, *kept_of(row.message), row.document) for seq, row in numbered],
        )
        contents.insert(connection, [(seq, row.raw) for seq, row in numbered])
        calls.insert(connection, [(seq, row.call) for seq, row in numbered if row.call])
        insert(
            connection,
            "recipients",
            "seq, position, address",
            [
                (seq, position, address)
                for seq, row in numbered
                for position, address in enumerate(row.recipients)
            ],
        )
        self._insert_events(
            connection, [(seq, event) for seq, row in numbered for event in row.events]
        )
        sendings.add(
            connection,
            (
                (each.account, each.region, each.received, len(row.recipients), row.charged)
                for row in rows
                for each in (row.message,)
            ),
        )
        self._add_to_count(len(rows))
        ids = [row.message.id for row in rows]
        self._database.after_commit(lambda: self._changes.publish_all("message", ids))
        if self._keep and self._count > self._keep:
            self._drop_oldest(connection)

    def _insert_events(
        self, connection: sqlite3.Connection, added: Sequence[tuple[int, Event]]
    ) -> None:
        if events.insert(connection, added):
            self._database.after_commit(self.look_for_pending)

    def look_for_pending(self) -> None:
        """Have the outbox look for what is to be published."""
        # To set what is set costs nothing; to wake a thread with every send does.
        if not self.pending.is_set():
            self.pending.set()

    def _add_to_count(self, number: int) -> None:
        def undo() -> None:
            self._count -= number

        self._count += number
        self._database.after_rollback(undo)

    def _drop_oldest(self, connection: sqlite3.Connection) -> None:
        oldest = connection.execute(
            "SELECT seq, id FROM messages ORDER BY seq LIMIT ?", (self._count - self._keep,)
        ).fetchall()
        self._delete(connection, oldest)

    def _delete(self, connection: sqlite3.Connection, rows: Sequence[tuple[int, str]]) -> None:
        if not rows:
            return
        for seq, _ in rows:
            connection.execute("DELETE FROM search WHERE rowid = ?", (seq,))
            connection.execute("DELETE FROM messages WHERE seq = ?", (seq,))
        self._add_to_count(-len(rows))
        ids = [id for _, id in rows]
        self._database.after_commit(lambda: self._changes.publish("deleted", ids))

    def delete(self, filters: Filters) -> int:
        """Delete the messages that are meant; how many there were."""
        chosen = listing.numbers(self._database, filters)[::-1]
        deleted = 0
        for start in range(0, len(chosen), DELETED):
            with self._database.transaction() as connection:
                rows = connection.execute(
                    f"SELECT seq, id FROM messages WHERE {AMONG}",
                    (to_json(chosen[start : start + DELETED]),),
                ).fetchall()
                self._delete(connection, rows)
            deleted += len(rows)
        return deleted

    def clear(self) -> None:
        """Forget the count after the database was cleared."""
        self._count = 0

    def find(self, id: str) -> Stored | None:
        """The message, or None. ``latest`` is the newest of all."""
        newest = "WHERE status != 'failed' ORDER BY seq DESC LIMIT 1"
        where = newest if id == "latest" else "WHERE id = ?"
        values = () if id == "latest" else (id,)
        with self._database.reading() as connection:
            row = connection.execute(f"{SELECT} {where}", values).fetchone()
        return None if row is None else from_row(row)

    def raw(self, seq: int) -> bytes:
        """The exact bytes of a message; empty if it was deleted meanwhile."""
        with self._database.reading() as connection:
            return contents.read(connection, seq)

    def call(self, id: str) -> tuple[Call, list[str]] | None:
        """The call that this message keeps, and the ids of the messages that it made."""
        with self._database.reading() as connection:
            return calls.find(connection, id)

    def recipients(self, seq: int) -> list[str]:
        """The envelope's recipients, in order."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT address FROM recipients WHERE seq = ? ORDER BY position", (seq,)
            )
            return [address for (address,) in rows]

    def events(self, seq: int) -> list[Event]:
        """What happened to a message, in order."""
        with self._database.reading() as connection:
            return events.select(connection, "seq = ?", seq)

    def event(self, id: int) -> Event | None:
        """One event by its id."""
        with self._database.reading() as connection:
            return next(iter(events.select(connection, "events.id = ?", id)), None)

    def add_events(self, message: Stored, added: Sequence[Event]) -> list[Event]:
        """Store what happened to a message; the events with their ids."""
        with self._database.transaction() as connection:
            self._insert_events(connection, [(message.seq, event) for event in added])
            known = events.select(connection, "seq = ?", message.seq)
            message.status = events.status_of(known)
            connection.execute(
                "UPDATE messages SET status = ? WHERE seq = ?", (message.status, message.seq)
            )
            new = known[len(known) - len(added) :]
            ids = [event.id for event in new]
            self._database.after_commit(lambda: self._changes.publish_all("event", ids))
        return new

    def complete(self, message: Stored) -> None:
        """Store the receipt and the status that a received message has come to have."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE messages SET status = ?,"
                " document = json_set(document, '$.receipt', json(?)) WHERE id = ?",
                (message.status, to_json(message.receipt), message.id),
            )

    def count(self, filters: Filters) -> int:
        """How many messages are meant."""
        return self.tally(filters).total

    def tally(self, filters: Filters) -> Tally:
        """How many messages are meant, and how many of them are unread."""
        return listing.tally(self._database, filters)

    def mark(self, filters: Filters, *, unread: bool) -> int:
        """Mark the messages that are meant as unread or as read; how many there are."""
        return listing.mark(self._database, filters, unread=unread)

    def page(
        self, filters: Filters, before: int | None, limit: int, offset: int = 0
    ) -> list[Stored]:
        """The newest ``limit`` messages that are meant after the newest ``offset``.

        Only of those that are older than the number ``before``.
        """
        chosen = listing.numbers(self._database, filters, before, limit, offset)
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{SELECT} WHERE {AMONG} ORDER BY seq DESC", (to_json(chosen),)
            ).fetchall()
        return [from_row(row) for row in rows]

    def received_between(self, account: str, region: str, start: float, end: float) -> list[Stored]:
        """What an account and region sent in this time, in order; both ends are included."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{SELECT} WHERE account = ? AND region = ? AND received BETWEEN ? AND ?"
                " AND api != 'inbound' AND status != 'failed' ORDER BY seq",
                (account, region, start, end),
            ).fetchall()
        return [from_row(row) for row in rows]

    def newest(self) -> int:
        """The number of the last message, 0 if there is none."""
        with self._database.reading() as connection:
            (newest,) = connection.execute("SELECT max(seq) FROM messages").fetchone()
        return int(newest or 0)

    def unindexed(self, limit: int) -> list[Stored]:
        """The oldest messages that search does not know yet."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{SELECT} WHERE seq > coalesce("
                "(SELECT rowid FROM search ORDER BY rowid DESC LIMIT 1), 0)"
                " ORDER BY seq LIMIT ?",
                (limit,),
            ).fetchall()
        return [from_row(row) for row in rows]

    def index(self, entries: Iterable[tuple[Stored, Indexed]]) -> None:
        """Make messages findable and complete their summaries. One that is gone is passed over."""
        with self._database.transaction() as connection:
            listing.fill(connection)
            index(connection, entries)
