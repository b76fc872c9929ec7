"""Captured messages: raw bytes, summary, recipients and events, written in one transaction."""

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from ses_emulator.store import events
from ses_emulator.store.changes import Changes
from ses_emulator.store.database import Database, insert, to_json
from ses_emulator.store.events import Event
from ses_emulator.store.query import Filters, compile_filters
from ses_emulator.store.search import Indexed, index

COLUMNS = (
    "seq id account region received api operation status mail_from sender subject"
    " configuration_set size document snippet attachment_count".split()
)
INSERTED = ", ".join(COLUMNS[: COLUMNS.index("document") + 1])
LAST_SEQ = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'messages'), 0)"
# Members of the document that most messages do not have.
RARE = (
    *("tenant", "template", "original", "source_arn", "given"),
    *("signatures", "tracking", "base_url", "receipt"),
)
SELECT = f"SELECT {', '.join(COLUMNS)} FROM messages"


@dataclass(slots=True)
class Stored:
    """A message as it is kept. ``sender`` is the decoded From header, ``received`` epoch seconds.

    ``snippet`` and ``attachment_count`` are None until the message was indexed, and so is
    ``attachment_bytes``, which stays so without attachments. ``original`` is the MessageId of what
    a notice of SES is about. ``signatures``, ``tracking`` and ``base_url`` are what makes the
    message that is delivered of the one that is stored: see mail.delivered.
    ``receipt`` is how a mail was received: see inbound.receive. ``given`` is what SES changed of a
    raw message: see mail.given.
    """

    id: str
    account: str
    region: str
    received: float
    api: str
    operation: str
    status: str
    mail_from: str
    sender: str
    subject: str
    configuration_set: str | None
    size: int
    to: list[str]
    cc: list[str]
    bcc: list[str]
    tags: dict[str, str]
    source_ip: str | None
    findings: list[dict[str, str]]
    tenant: str | None = None
    template: str | None = None
    original: str | None = None
    source_arn: str | None = None
    given: dict[str, Any] | None = None
    signatures: list[Any] | None = None
    tracking: dict[str, Any] | None = None
    base_url: str | None = None
    receipt: dict[str, Any] | None = None
    snippet: str | None = None
    attachment_count: int | None = None
    attachment_bytes: int | None = None
    seq: int = 0


class _Row(NamedTuple):
    """A message that waits to be inserted, with all that belongs to it."""

    message: Stored
    document: str
    raw: bytes
    recipients: Sequence[str]
    events: Sequence[Event]
    charged: int | None


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
    ) -> None:
        """Store a message for the envelope's ``recipients``.

        ``charged`` of them count against the daily quota; None if none of them was sent to by the
        account. Beyond the number of messages to keep, the oldest go.
        """
        document: dict[str, Any] = {
            "to": message.to,
            "cc": message.cc,
            "bcc": message.bcc,
            "tags": message.tags,
            "source_ip": message.source_ip,
            "findings": message.findings,
        }
        for name in RARE:
            value = getattr(message, name)
            if value is not None:
                document[name] = value
        row = _Row(message, to_json(document), raw, recipients, events, charged)
        self._database.write_later(self._write, row)

    def _write(self, connection: sqlite3.Connection, rows: list[_Row]) -> None:
        """Insert messages that were sent at the same time."""
        (last,) = connection.execute(LAST_SEQ).fetchone()
        numbered = list(enumerate(rows, last + 1))
        insert(
            connection,
            "messages",
            INSERTED,
            [
                (
                    seq,
                    row.message.id,
                    row.message.account,
                    row.message.region,
                    row.message.received,
                    row.message.api,
                    row.message.operation,
                    row.message.status,
                    row.message.mail_from,
                    row.message.sender,
                    row.message.subject,
                    row.message.configuration_set,
                    row.message.size,
                    row.document,
                )
                for seq, row in numbered
            ],
        )
        insert(connection, "raw", "seq, content", [(seq, row.raw) for seq, row in numbered])
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
        self._count_sent(connection, rows)
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

    def _count_sent(self, connection: sqlite3.Connection, rows: list[_Row]) -> None:
        sent: dict[tuple[str, str, int], list[int]] = {}
        for row in rows:
            if row.charged is None:
                continue
            message = row.message
            key = (message.account, message.region, int(message.received))
            total = sent.setdefault(key, [0, 0])
            total[0] += len(row.recipients)
            total[1] += row.charged
        connection.executemany(
            "INSERT INTO sendings VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " recipients = recipients + excluded.recipients, charged = charged + excluded.charged",
            [(*key, *total) for key, total in sent.items()],
        )

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
        for seq, _ in rows:
            connection.execute("DELETE FROM search WHERE rowid = ?", (seq,))
            connection.execute("DELETE FROM messages WHERE seq = ?", (seq,))
        self._add_to_count(-len(rows))
        ids = [id for _, id in rows]
        self._database.after_commit(lambda: self._changes.publish("deleted", ids))

    def delete(self, filters: Filters) -> int:
        """Delete the messages that match; how many there were."""
        condition, values = compile_filters(filters)
        with self._database.transaction() as connection:
            rows = connection.execute(
                f"SELECT seq, id FROM messages WHERE {condition}", values
            ).fetchall()
            if rows:
                self._delete(connection, rows)
        return len(rows)

    def clear(self) -> None:
        """Forget the count after the database was cleared."""
        self._count = 0

    def find(self, id: str) -> Stored | None:
        """The message, or None. ``latest`` is the newest of all."""
        where = "ORDER BY seq DESC LIMIT 1" if id == "latest" else "WHERE id = ?"
        values = () if id == "latest" else (id,)
        with self._database.reading() as connection:
            row = connection.execute(f"{SELECT} {where}", values).fetchone()
        return None if row is None else _stored(row)

    def raw(self, seq: int) -> bytes:
        """The exact bytes of a message; empty if it was deleted meanwhile."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT content FROM raw WHERE seq = ?", (seq,)).fetchone()
        return b"" if row is None else bytes(row[0])

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
        """How many messages match."""
        condition, values = compile_filters(filters)
        with self._database.reading() as connection:
            (count,) = connection.execute(
                f"SELECT count(*) FROM messages WHERE {condition}", values
            ).fetchone()
        return int(count)

    def page(self, filters: Filters, before: int | None, limit: int) -> list[Stored]:
        """The newest ``limit`` messages that match and are older than the number ``before``."""
        condition, values = compile_filters(filters)
        if before is not None:
            condition, values = f"({condition}) AND messages.seq < ?", [*values, before]
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{SELECT} WHERE {condition} ORDER BY seq DESC LIMIT ?",
                (*values, limit),
            ).fetchall()
        return [_stored(row) for row in rows]

    def received_between(self, account: str, region: str, start: float, end: float) -> list[Stored]:
        """What an account and region sent in this time, in order; both ends are included."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{SELECT} WHERE account = ? AND region = ? AND received BETWEEN ? AND ?"
                " AND api != 'inbound' ORDER BY seq",
                (account, region, start, end),
            ).fetchall()
        return [_stored(row) for row in rows]

    def unindexed(self, limit: int) -> list[Stored]:
        """The oldest messages that search does not know yet."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{SELECT} WHERE seq > coalesce("
                "(SELECT rowid FROM search ORDER BY rowid DESC LIMIT 1), 0)"
                " ORDER BY seq LIMIT ?",
                (limit,),
            ).fetchall()
        return [_stored(row) for row in rows]

    def index(self, entries: Iterable[tuple[Stored, Indexed]]) -> None:
        """Make messages findable and complete their summaries. One that is gone is passed over."""
        with self._database.transaction() as connection:
            index(connection, entries)


def _stored(row: Sequence[Any]) -> Stored:
    values = dict(zip(COLUMNS, row, strict=True))
    return Stored(**orjson.loads(values.pop("document")), **values)
