"""A running SMTP door for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.smtp.support import Door, opened


@pytest.fixture
def door() -> Iterator[Door]:
    """The ports of a fresh instance."""
    with opened() as door:
        yield door
