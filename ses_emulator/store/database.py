"""The SQLite connection: one writer behind a lock, readers of their own for a file."""

import queue
import sqlite3
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files
from itertools import chain, groupby
from operator import itemgetter
from types import TracebackType
from typing import Any, TypeVar

import orjson

MEMORY = ":memory:"
SCHEMA_VERSION = 3
# Tells our files from those of others, which may count versions, too.
APPLICATION_ID = int.from_bytes(b"sese")
BUSY_SECONDS = 30.0
# How many answers are remembered: see Database.remember.
REMEMBERED = 1000
# How many rows one statement inserts at most.
ROWS = 16
Value = TypeVar("Value")
# What writes rows that have waited for each other.
Write = Callable[[sqlite3.Connection, list[Any]], None]
# Those that refer to others first.
TABLES = tuple(
    "search listed deliveries events recipients raw calls messages documents sendings".split()
)


class StoreError(Exception):
    """The database file cannot be used; the message names it and the reason."""


class Database:
    """An open database, ``:memory:`` or a file. Safe to use from any thread.

    Raises StoreError if the file is from a newer version, is none of ours or cannot be opened.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._owner: int | None = None
        self._attempts: list[Attempt] = []
        # Of those under way, the one that is being written in.
        self._depth = 0
        # Rows to be written in the transaction under way, and how many there were before them.
        self._waiting: list[tuple[Write, Any]] = []
        self._written = 0
        self._broken: BaseException | None = None
        self._remembered: dict[Hashable, Any] = {}
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._all: list[sqlite3.Connection] = []
        try:
            self._writer = self._connect()
            self._prepare()
        except sqlite3.Error as error:
            self.close()
            raise StoreError(f"--database {path}: {error}") from None
        except StoreError:
            self.close()
            raise

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        self._all.append(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        # Survives a killed process; only a crash of the whole machine can lose the last commits.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA temp_store = MEMORY")
        return connection

    def _prepare(self) -> None:
        (application,) = self._writer.execute("PRAGMA application_id").fetchone()
        (version,) = self._writer.execute("PRAGMA user_version").fetchone()
        empty = self._writer.execute("SELECT 1 FROM sqlite_master").fetchone() is None
        if application != APPLICATION_ID and not empty:
            raise StoreError(
                f"--database {self.path}: a SQLite file of another program. Use another file."
            )
        newer = version > SCHEMA_VERSION
        if newer or (version < SCHEMA_VERSION and not empty):
            raise StoreError(
                f"--database {self.path}: written by {'a newer' if newer else 'an older'} "
                f"ses-emulator (schema {version}, this one reads {SCHEMA_VERSION}). "
                f"{'Upgrade ses-emulator or use' if newer else 'Use'} another file."
            )
        if self.path != MEMORY:
            self._writer.execute("PRAGMA journal_mode = WAL")
        if not empty:
            return
        schema = (files(__package__) / "schema.sql").read_text("utf-8")
        self._writer.executescript(
            f"BEGIN;\n{schema}\nPRAGMA application_id = {APPLICATION_ID};"
            f"\nPRAGMA user_version = {SCHEMA_VERSION};\nCOMMIT;"
        )

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The writing connection in a transaction: committed at the end, rolled back on an error.

        Within an attempt or a transaction of the same thread it is part of that.
        """
        if self.in_transaction:
            self._settle()
            yield self._writer
        else:
            with self.attempt():
                self._settle()
                yield self._writer

    def attempt(self) -> "Attempt":
        """A context to write in that is undone as a whole on an error.

        The outermost is a transaction; one in it is undone alone. It costs no statement until
        something is read or written in it, so that sends under way at the same time can share one.
        """
        return Attempt(self)

    @property
    def in_transaction(self) -> bool:
        """Whether this thread is in a transaction."""
        return self._owner == threading.get_ident()

    def write_later(self, write: Write, row: Any) -> None:
        """Have ``write`` called with this row and others that wait, before a read or the commit."""
        if self.in_transaction:
            self._waiting.append((write, row))
        else:
            with self.attempt():
                self._waiting.append((write, row))

    def begin(self, attempt: "Attempt") -> None:
        """Enter an attempt."""
        self._lock.acquire()
        self._owner = threading.get_ident()
        attempt.waiting = self._written + len(self._waiting)
        self._attempts.append(attempt)
        self._depth += 1

    def end(self, attempt: "Attempt", failed: bool) -> None:
        """Leave an attempt: commit if it is the outermost, undo it if it ``failed``."""
        try:
            if failed:
                self._undo(attempt)
            elif len(self._attempts) > 1:
                if attempt.begun:
                    self._writer.execute(f"RELEASE attempt{len(self._attempts)}")
                around = self._attempts[-2]
                around.after_commit += attempt.after_commit
                around.after_rollback += attempt.after_rollback
            elif attempt.begun or self._waiting:
                try:
                    self._settle()
                    if self._broken is not None:
                        raise self._broken
                    self._writer.execute("COMMIT")
                except BaseException:
                    self._undo(attempt)
                    raise
        finally:
            self._attempts.pop()
            self._depth -= 1
            try:
                if not self._attempts:
                    self._owner = self._broken = None
                    for notice in attempt.after_commit:
                        notice()
            finally:
                self._lock.release()

    def _undo(self, attempt: "Attempt") -> None:
        """Take back what was done in an attempt."""
        self.forget()
        del self._waiting[max(0, attempt.waiting - self._written) :]
        attempt.after_commit.clear()
        if attempt.begun and self._writer.in_transaction:  # a full disk ends it by itself
            if len(self._attempts) > 1:
                name = f"attempt{len(self._attempts)}"
                self._writer.execute(f"ROLLBACK TO {name}")
                self._writer.execute(f"RELEASE {name}")
            else:
                self._writer.execute("ROLLBACK")
        for notice in attempt.after_rollback:
            notice()

    def _settle(self) -> None:
        """Begin the attempts for SQLite too, and write what waits, each in the attempt it is of."""
        for depth, attempt in enumerate(self._attempts, 1):
            if not attempt.begun:
                if depth > 1:
                    self._write_waiting(attempt.waiting - self._written, depth - 1)
                self._writer.execute(
                    "BEGIN IMMEDIATE" if depth == 1 else f"SAVEPOINT attempt{depth}"
                )
                attempt.begun = True
        self._write_waiting(len(self._waiting), len(self._attempts))

    def _write_waiting(self, count: int, depth: int) -> None:
        """Write the first rows that wait; notices that this gives are of the attempt at depth."""
        if count <= 0:
            return
        waiting = self._waiting[:count]
        del self._waiting[:count]
        self._written += count
        self._depth = depth
        try:
            for write, rows in groupby(waiting, key=itemgetter(0)):
                write(self._writer, [row for _, row in rows])
        except BaseException as error:
            self._broken = error  # Whose rows were lost may have ended well before.
            raise
        finally:
            self._depth = len(self._attempts)

    def remember(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """What ``compute`` finds in the documents, computed anew only after one was written.

        Every send looks for some, most often in vain. Only within transactions, for there nobody
        else writes.
        """
        if not self.in_transaction:
            return compute()
        if key in self._remembered:
            found: Value = self._remembered[key]
            return found
        value = compute()
        if len(self._remembered) >= REMEMBERED:
            self._remembered.clear()
        self._remembered[key] = value
        return value

    def forget(self) -> None:
        """Documents are written: what is remembered may not be so any more."""
        self._remembered.clear()

    def after_commit(self, notice: Callable[[], None]) -> None:
        """Call ``notice`` when the transaction under way is committed, not if it is rolled back."""
        self._attempts[self._depth - 1].after_commit.append(notice)

    def after_rollback(self, notice: Callable[[], None]) -> None:
        """Call ``notice`` if the transaction under way is rolled back, to put memory right."""
        self._attempts[self._depth - 1].after_rollback.append(notice)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to read from; of a file it is one that no writer waits for."""
        if self.in_transaction:
            self._settle()
            yield self._writer
        elif self.path == MEMORY:
            with self._lock:
                yield self._writer
        else:
            try:
                connection = self._readers.get_nowait()
            except queue.Empty:
                connection = self._connect()
            try:
                yield connection
            finally:
                self._readers.put(connection)

    def clear(self) -> None:
        """Empty every table."""
        with self.transaction() as connection:
            self.forget()
            for table in TABLES:
                connection.execute(f"DELETE FROM {table}")

    def close(self) -> None:
        """Close all connections; a second time does nothing."""
        with self._lock:
            for connection in self._all:
                connection.close()
            self._all.clear()


class Attempt:
    """The context manager of Database.attempt: where what has to be undone begins.

    No generator, for every send enters two.
    """

    __slots__ = ("_database", "after_commit", "after_rollback", "begun", "waiting")

    def __init__(self, database: Database) -> None:
        self._database = database
        self.begun = False
        self.waiting = 0
        self.after_commit: list[Callable[[], None]] = []
        self.after_rollback: list[Callable[[], None]] = []

    def __enter__(self) -> None:
        self._database.begin(self)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._database.end(self, failed=error is not None)


@lru_cache(maxsize=256)
def _insertion(table: str, columns: str, width: int, rows: int) -> str:
    group = f"({', '.join('?' * width)})"
    return f"INSERT INTO {table} ({columns}) VALUES {', '.join([group] * rows)}"


def insert(
    connection: sqlite3.Connection, table: str, columns: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows, many with one statement; for each that runs Python gives up its lock."""
    for start in range(0, len(rows), ROWS):
        some = rows[start : start + ROWS]
        connection.execute(
            _insertion(table, columns, len(some[0]), len(some)), list(chain.from_iterable(some))
        )


def to_json(value: Any) -> str:
    """A value as the tables keep it."""
    return orjson.dumps(value).decode()


def like(text: str) -> str:
    """A LIKE pattern, escaped by a backslash, for a value that contains ``text``."""
    for character in "\\%_":
        text = text.replace(character, "\\" + character)
    return f"%{text}%"
