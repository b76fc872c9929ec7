"""The database file, transactions within each other, and what is written together."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ses_emulator.store.database import MEMORY, SCHEMA_VERSION, Database, StoreError, like
from ses_emulator.store.documents import Collection


class Box:
    """A database with a collection and a log of what it was told."""

    def __init__(self, path: str) -> None:
        self.database = Database(path)
        self.documents = Collection(self.database, "000000000000", "us-east-1", "Kind")
        self.calls: list[list[int]] = []
        self.notices: list[str] = []

    def later(self, second: int) -> None:
        """Have a row written later that tells of the commit or the rollback."""
        self.database.write_later(self._write, second)

    def _write(self, connection: sqlite3.Connection, seconds: list[int]) -> None:
        self.calls.append(seconds)
        for second in seconds:
            self.watch(str(second))
        connection.executemany(
            "INSERT INTO sendings VALUES ('a', 'r', ?, 1, 1)", [(second,) for second in seconds]
        )

    def watch(self, name: str) -> None:
        """Note how the transaction under way ends."""
        self.database.after_commit(lambda: self.notices.append(f"{name} kept"))
        self.database.after_rollback(lambda: self.notices.append(f"{name} undone"))

    def rows(self) -> list[int]:
        """The rows that are seen now."""
        with self.database.reading() as connection:
            found = connection.execute("SELECT second FROM sendings ORDER BY second").fetchall()
        return [second for (second,) in found]

    def names(self) -> list[str]:
        """The documents that are seen now."""
        return [name for name, _ in self.documents.all()]


@pytest.fixture(params=["memory", "file"])
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    box = Box(MEMORY if request.param == "memory" else str(tmp_path / "ses.db"))
    yield box
    box.database.close()


def make(path: Path, *statements: str) -> None:
    """Write a SQLite file."""
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


# Files.


def test_reopening_keeps_everything(tmp_path: Path) -> None:
    path = str(tmp_path / "ses.db")
    for number, name in enumerate("abc"):
        box = Box(path)
        assert box.names() == list("abc"[:number])
        box.documents.create(name, {})
        box.database.close()


def test_memory_is_forgotten() -> None:
    for _ in range(2):
        box = Box(MEMORY)
        box.documents.create("a", {})
        box.database.close()


@pytest.mark.parametrize(
    ("version", "age", "way_out"),
    [
        (SCHEMA_VERSION + 1, "a newer", "Upgrade ses-emulator or use another file."),
        (SCHEMA_VERSION - 1, "an older", "Use another file."),
    ],
)
def test_file_of_another_version(tmp_path: Path, version: int, age: str, way_out: str) -> None:
    path = tmp_path / "ses.db"
    Database(str(path)).close()
    make(path, f"PRAGMA user_version = {version}")
    with pytest.raises(StoreError) as caught:
        Database(str(path))
    assert str(caught.value) == (
        f"--database {path}: written by {age} ses-emulator (schema {version}, this "
        f"one reads {SCHEMA_VERSION}). {way_out}"
    )


@pytest.mark.parametrize("version", [0, SCHEMA_VERSION, SCHEMA_VERSION + 1])
def test_file_of_another_program_is_left_alone(tmp_path: Path, version: int) -> None:
    path = tmp_path / "other.db"
    make(path, "CREATE TABLE messages (id)", f"PRAGMA user_version = {version}")
    before = path.read_bytes()
    with pytest.raises(StoreError) as caught:
        Database(str(path))
    assert str(caught.value) == (
        f"--database {path}: a SQLite file of another program. Use another file."
    )
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "ses.db"
    path.write_bytes(b"no database, but long enough to be one" * 100)
    with pytest.raises(StoreError, match=rf"--database {re.escape(str(path))}: .*not a database"):
        Database(str(path))
    with pytest.raises(StoreError, match="unable to open database file"):
        Database(str(tmp_path))


def test_empty_file_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "ses.db"
    path.touch()
    box = Box(str(path))
    box.documents.create("a", {})
    box.database.close()
    assert path.stat().st_size > 0


def test_close_twice(box: Box) -> None:
    box.database.close()
    box.database.close()
    with pytest.raises(sqlite3.ProgrammingError):
        box.documents.create("a", {})


def test_clear(box: Box) -> None:
    box.documents.create("a", {})
    with box.database.attempt():
        box.later(1)
    box.database.clear()
    assert (box.names(), box.rows()) == ([], [])


# Transactions.


def test_commit(box: Box) -> None:
    with box.database.transaction():
        box.documents.create("a", {})
        box.watch("a")
        assert box.notices == []
        assert box.names() == ["a"]
    assert box.notices == ["a kept"]
    assert box.names() == ["a"]


def test_rollback(box: Box) -> None:
    with pytest.raises(ValueError, match="stop"), box.database.transaction():
        box.documents.create("a", {})
        box.later(1)
        box.watch("a")
        raise ValueError("stop")
    assert box.notices == ["a undone"]
    assert (box.names(), box.rows(), box.calls) == ([], [], [])
    with box.database.transaction():
        box.watch("b")
    assert box.notices == ["a undone", "b kept"]


def test_transaction_in_another_is_part_of_it(box: Box) -> None:
    with pytest.raises(ValueError, match="stop"), box.database.transaction():
        with box.database.transaction():
            box.documents.create("a", {})
            box.watch("a")
        assert box.notices == []
        raise ValueError("stop")
    assert box.notices == ["a undone"]
    assert box.names() == []


def test_commit_that_fails_is_rolled_back(box: Box) -> None:
    with pytest.raises(sqlite3.IntegrityError), box.database.transaction() as connection:
        box.documents.create("a", {})
        box.watch("a")
        connection.execute("PRAGMA defer_foreign_keys = ON")
        connection.execute("INSERT INTO raw VALUES (99, x'')")  # of no message
    assert box.notices == ["a undone"]
    assert box.names() == []
    box.documents.create("b", {})
    assert box.names() == ["b"]


def test_notice_may_use_the_database(box: Box) -> None:
    with box.database.transaction():
        box.database.after_commit(lambda: box.documents.create("b", {}))
        box.documents.create("a", {})
        inside = box.database.in_transaction
    assert (inside, box.database.in_transaction) == (True, False)
    assert box.names() == ["a", "b"]


# Attempts.


def test_attempt_in_another_is_undone_alone(box: Box) -> None:
    with box.database.attempt():
        box.documents.create("outer", {})
        box.watch("outer")
        box.later(1)
        with pytest.raises(ValueError, match="stop"), box.database.attempt():
            box.documents.create("inner", {})
            box.watch("inner")
            box.later(2)
            assert (box.names(), box.rows()) == (["inner", "outer"], [1, 2])
            box.later(3)
            raise ValueError("stop")
        assert box.notices == ["inner undone", "2 undone"]
        assert (box.names(), box.rows()) == (["outer"], [1])
        box.later(4)
    assert box.notices[2:] == ["outer kept", "1 kept", "4 kept"]
    assert (box.names(), box.rows()) == (["outer"], [1, 4])


def test_rows_of_others_are_kept_when_a_later_attempt_that_reads_is_undone(box: Box) -> None:
    with box.database.attempt():
        with box.database.attempt():
            box.later(1)
        with pytest.raises(ValueError, match="stop"), box.database.attempt():
            box.watch("before the read")
            assert box.rows() == [1]
            box.watch("after the read")
            raise ValueError("stop")
        assert box.notices == ["before the read undone", "after the read undone"]
    assert box.notices[2:] == ["1 kept"]
    assert box.rows() == [1]


def test_three_deep(box: Box) -> None:
    with box.database.attempt():
        box.later(1)
        with pytest.raises(ValueError, match="stop"), box.database.attempt():
            box.later(2)
            with box.database.attempt():
                box.later(3)
                assert box.rows() == [1, 2, 3]
            box.later(4)
            raise ValueError("stop")
    assert box.calls[:3] == [[1], [2], [3]]
    assert box.notices == ["2 undone", "3 undone", "1 kept"]
    assert box.rows() == [1]


def test_attempt_without_a_statement(box: Box) -> None:
    with pytest.raises(ValueError, match="stop"), box.database.attempt():
        box.watch("a")
        raise ValueError("stop")
    with box.database.attempt(), box.database.attempt():
        box.watch("b")
    assert box.notices == ["a undone", "b kept"]


# Rows that are written later.


def test_rows_are_written_together_before_the_commit(box: Box) -> None:
    with box.database.attempt():
        for second in (3, 1, 2):
            with box.database.attempt():
                box.later(second)
        assert box.calls == []
    assert box.calls == [[3, 1, 2]]
    assert box.notices == ["3 kept", "1 kept", "2 kept"]
    assert box.rows() == [1, 2, 3]


def test_rows_are_written_before_a_read(box: Box) -> None:
    with box.database.attempt():
        box.later(1)
        box.later(2)
        assert box.rows() == [1, 2]
        box.later(3)
    assert box.calls == [[1, 2], [3]]


def test_rows_of_an_attempt_that_failed_are_never_written(box: Box) -> None:
    with box.database.attempt():
        box.later(1)
        with pytest.raises(ValueError, match="stop"), box.database.attempt():
            box.later(2)
            raise ValueError("stop")
        box.later(3)
    assert box.calls == [[1, 3]]


def test_rows_of_two_kinds_keep_their_order(box: Box) -> None:
    calls: list[list[int]] = []

    def other(connection: sqlite3.Connection, rows: list[int]) -> None:
        calls.append(rows)
        assert box.calls == [[1, 2]]

    with box.database.attempt():
        box.later(1)
        box.later(2)
        box.database.write_later(other, 3)
        box.later(4)
    assert (calls, box.calls) == ([[3]], [[1, 2], [4]])


def test_row_that_cannot_be_written_fails_the_outermost(box: Box) -> None:
    with pytest.raises(sqlite3.IntegrityError), box.database.attempt():
        box.documents.create("a", {})
        for second in (1, 2, 1):
            with box.database.attempt():
                box.later(second)
    assert box.notices == ["1 undone", "2 undone", "1 undone"]
    assert (box.names(), box.rows()) == ([], [])
    with box.database.attempt():
        box.later(1)
    assert box.rows() == [1]


def test_row_that_cannot_be_written_fails_the_outermost_though_a_reader_caught_it(
    box: Box,
) -> None:
    with pytest.raises(sqlite3.IntegrityError), box.database.attempt():
        box.later(1)
        box.later(1)
        with pytest.raises(sqlite3.IntegrityError), box.database.attempt():
            box.rows()
        box.later(2)
    assert "2 kept" not in box.notices
    assert box.rows() == []


# What is remembered.


def test_remember_in_a_transaction(box: Box) -> None:
    counted = iter(range(100))

    def remembered(key: str = "key") -> int:
        return box.database.remember(key, lambda: next(counted))

    with box.database.attempt():
        assert [remembered(), remembered(), remembered("other")] == [0, 0, 1]
        box.later(1)
        box.rows()
        assert remembered() == 0
    with box.database.attempt():
        assert remembered() == 0
        box.documents.put("a", {})
        assert [remembered(), remembered()] == [2, 2]
        with pytest.raises(ValueError, match="stop"), box.database.attempt():
            raise ValueError("stop")
        assert remembered() == 3
    box.database.clear()
    with box.database.attempt():
        assert remembered() == 4


def test_nothing_is_remembered_outside_of_a_transaction(box: Box) -> None:
    counted = iter(range(100))
    found = [box.database.remember("key", lambda: next(counted)) for _ in range(3)]
    assert found == [0, 1, 2]
    with box.database.attempt():
        assert box.database.remember("key", lambda: next(counted)) == 3
    assert box.database.remember("key", lambda: next(counted)) == 4


def test_document_that_was_undone_is_not_remembered(box: Box) -> None:
    with box.database.attempt():
        with pytest.raises(ValueError, match="stop"), box.database.attempt():
            box.documents.create("a", {"A": 1})
            assert box.documents.find("a") == {"A": 1}
            raise ValueError("stop")
        assert box.documents.find("a") is None


# Threads.


def test_reader_of_a_file_does_not_wait_and_sees_what_is_committed(tmp_path: Path) -> None:
    box = Box(str(tmp_path / "ses.db"))
    with ThreadPoolExecutor(1) as pool:
        with box.database.transaction():
            box.documents.create("a", {})
            box.later(1)
            assert pool.submit(box.names).result(30) == []
            assert pool.submit(box.rows).result(30) == []
            assert pool.submit(lambda: box.database.in_transaction).result(30) is False
        assert pool.submit(box.names).result(30) == ["a"]
        assert pool.submit(box.rows).result(30) == [1]
    box.database.close()


def test_writers_wait_for_each_other(box: Box) -> None:
    started = threading.Event()

    def write() -> list[str]:
        started.set()
        with box.database.transaction():
            seen = box.names()
            box.documents.create("b", {})
            return seen

    with ThreadPoolExecutor(1) as pool:
        with box.database.transaction():
            other = pool.submit(write)
            assert started.wait(30)
            box.documents.create("a", {})
            assert box.names() == ["a"]
        assert other.result(30) == ["a"]
    assert box.names() == ["a", "b"]


def test_many_threads(box: Box) -> None:
    def write(number: int) -> None:
        with box.database.attempt():
            box.later(number)
            if number % 3 == 0:
                assert number in box.rows()
            if number % 5 == 0:
                raise ValueError("stop")

    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(write, number) for number in range(100)]
    failed = [number for number, each in enumerate(done) if each.exception()]
    assert failed == list(range(0, 100, 5))
    assert box.rows() == [number for number in range(100) if number % 5]


@pytest.mark.parametrize(
    ("text", "pattern"), [("a", "%a%"), ("100%", "%100\\%%"), ("a_b\\", "%a\\_b\\\\%"), ("", "%%")]
)
def test_like(text: str, pattern: str) -> None:
    assert like(text) == pattern
    found = sqlite3.connect(MEMORY)
    assert found.execute("SELECT ? LIKE ? ESCAPE '\\'", (f"x{text}y", pattern)).fetchone() == (1,)
    found.close()
