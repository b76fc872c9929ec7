"""A database, in memory and in a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ses_emulator.store.database import MEMORY, Database


@pytest.fixture(params=["memory", "file"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    path = MEMORY if request.param == "memory" else str(tmp_path / "store.sqlite")
    database = Database(path)
    yield database
    database.close()
