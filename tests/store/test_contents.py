"""The bytes of messages, small and large, as they are written and read."""

from __future__ import annotations

import random

import pytest

from ses_emulator.store import contents
from ses_emulator.store.contents import LARGE
from ses_emulator.store.database import Database, insert

SIZES = [0, 1, LARGE - 1, LARGE, LARGE + 1, 3 * LARGE]


def raw(size: int) -> bytes:
    """Bytes that are the same every time."""
    return random.Random(size).randbytes(size)


def add(database: Database, *sizes: int) -> None:
    """Store messages of these sizes, numbered from 1."""
    columns = (
        "id account region received api operation status mail_from sender subject size document"
    ).split()
    with database.transaction() as connection:
        rows = [(str(seq), *["x"] * (len(columns) - 3), 1, "{}") for seq in range(len(sizes))]
        insert(connection, "messages", ", ".join(columns), rows)
        contents.insert(connection, [(seq, raw(size)) for seq, size in enumerate(sizes, 1)])


@pytest.mark.parametrize("size", SIZES)
def test_one(database: Database, size: int) -> None:
    add(database, size)
    with database.reading() as connection:
        assert contents.read(connection, 1) == raw(size)


def test_several_at_once(database: Database) -> None:
    sizes = [*SIZES, *reversed(SIZES)]
    add(database, *sizes)
    with database.reading() as connection:
        found = [contents.read(connection, seq) for seq in range(1, len(sizes) + 1)]
    assert found == [raw(size) for size in sizes]


def test_within_the_transaction(database: Database) -> None:
    with database.transaction() as connection:
        add(database, 3 * LARGE, 1)
        assert contents.read(connection, 1) == raw(3 * LARGE)
        assert contents.read(connection, 2) == raw(1)


def test_one_that_there_is_not(database: Database) -> None:
    add(database, LARGE)
    with database.transaction() as connection:
        connection.execute("DELETE FROM messages")
    with database.reading() as connection:
        assert contents.read(connection, 1) == contents.read(connection, 2) == b""


def test_what_is_undone(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction():
        add(database, 3 * LARGE)
        raise ZeroDivisionError
    add(database, 2 * LARGE)
    with database.reading() as connection:
        assert contents.read(connection, 1) == raw(2 * LARGE)
