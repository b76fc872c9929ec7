"""The SQLite connection: one writer behind a lock, readers of their own for a file."""

import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

MEMORY = ":memory:"
SCHEMA_VERSION = 1
BUSY_SECONDS = 30.0
# Those that refer to others first.
TABLES = ("search", "events", "recipients", "raw", "messages", "documents", "sendings")


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
        self._after_commit: list[Callable[[], None]] = []
        self._after_rollback: list[Callable[[], None]] = []
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
        (version,) = self._writer.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"--database {self.path}: written by a newer ses-emulator (schema {version}, this "
                f"one reads {SCHEMA_VERSION}). Upgrade ses-emulator or use another file."
            )
        if self.path != MEMORY:
            self._writer.execute("PRAGMA journal_mode = WAL")
        if version == SCHEMA_VERSION:
            return
        if self._writer.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise StoreError(
                f"--database {self.path}: a SQLite file of another program. Use another file."
            )
        schema = (files(__package__) / "schema.sql").read_text("utf-8")
        self._writer.executescript(
            f"BEGIN;\n{schema}\nPRAGMA user_version = {SCHEMA_VERSION};\nCOMMIT;"
        )

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The writing connection in a transaction: committed at the end, rolled back on an error.

        Within a transaction of the same thread it is that transaction.
        """
        with self._lock:
            if self._owner is not None:
                yield self._writer
                return
            self._owner = threading.get_ident()
            notices = self._after_rollback
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
                self._writer.execute("COMMIT")
                notices = self._after_commit
            except BaseException:
                if self._writer.in_transaction:  # SQLite rolls back by itself if a disk is full
                    self._writer.execute("ROLLBACK")
                raise
            finally:
                self._owner = None
                self._after_commit, self._after_rollback = [], []
                for notice in notices:
                    notice()

    def after_commit(self, notice: Callable[[], None]) -> None:
        """Call ``notice`` when the transaction under way is committed, not if it is rolled back."""
        self._after_commit.append(notice)

    def after_rollback(self, notice: Callable[[], None]) -> None:
        """Call ``notice`` if the transaction under way is rolled back, to put memory right."""
        self._after_rollback.append(notice)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to read from; of a file it is one that no writer waits for."""
        if self.path == MEMORY or self._owner == threading.get_ident():
            with self._lock:
                yield self._writer
            return
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
            for table in TABLES:
                connection.execute(f"DELETE FROM {table}")

    def close(self) -> None:
        """Close all connections; a second time does nothing."""
        with self._lock:
            for connection in self._all:
                connection.close()
            self._all.clear()


def like(text: str) -> str:
    """A LIKE pattern, escaped by a backslash, for a value that contains ``text``."""
    for character in "\\%_":
        text = text.replace(character, "\\" + character)
    return f"%{text}%"


Row = tuple[Any, ...]
