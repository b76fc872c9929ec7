"""Programs that are no Python packages: a test without one is skipped, and fails in CI."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

CLIENTS = Path(__file__).parent / "clients"
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def needs_chromium() -> Path:
    """The browser's executable."""
    for name in CHROMIUM:
        if found := shutil.which(name):
            return Path(found)
    missing("no Chromium on the PATH; on Debian: apt-get install chromium-headless-shell")


def needs_node() -> Path:
    """The executable of Node.js, with the packages of tests/clients installed."""
    found = shutil.which("node")
    if not found:
        missing("no Node.js on the PATH; on Debian: apt-get install nodejs npm")
    if not (CLIENTS / "node_modules").is_dir():
        missing("the Node.js packages are not installed: make node-packages")
    return Path(found)


def needs_clamd() -> Path:
    """The executable of ClamAV's daemon."""
    found = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not found:
        missing("no clamd on the PATH; on Debian: apt-get install clamav-daemon")
    return Path(found)


def needs_spamd() -> Path:
    """The executable of SpamAssassin's daemon."""
    found = shutil.which("spamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not found:
        missing("no spamd on the PATH; on Debian: apt-get install spamd")
    return Path(found)


def needs_swaks() -> Path:
    """The executable of swaks, the Swiss army knife for SMTP."""
    found = shutil.which("swaks")
    if not found:
        missing("no swaks on the PATH; on Debian: apt-get install swaks")
    return Path(found)


def needs_msmtp() -> Path:
    """The executable of msmtp, a sendmail that gives all mail to one server."""
    found = shutil.which("msmtp")
    if not found:
        missing("no msmtp on the PATH; on Debian: apt-get install msmtp")
    return Path(found)


def missing(reason: str) -> NoReturn:
    """Skip the running test for this reason; fail it in CI, where nothing may be missing."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
