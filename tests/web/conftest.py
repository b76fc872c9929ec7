"""A browser for the inbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.needs import needs_chromium
from tests.web.support import Emulator, Inbox, chromium, watched


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of the process."""
    with chromium(str(needs_chromium())) as browser:
        yield browser


@pytest.fixture
def ses(ses_emulator: Emulator) -> Any:
    """A client that sends to the emulator."""
    return ses_emulator.client("sesv2")


@pytest.fixture
def inbox(browser: Browser, ses_emulator: Emulator) -> Iterator[Inbox]:
    """The inbox of the emulator on a desktop."""
    with watched(browser, ses_emulator.url) as inbox:
        yield inbox


@pytest.fixture
def phone(browser: Browser, ses_emulator: Emulator) -> Iterator[Inbox]:
    """The inbox of the emulator on a phone."""
    with watched(browser, ses_emulator.url, width=375, height=812) as inbox:
        yield inbox
