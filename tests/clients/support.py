"""What the tests of this folder share."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

HERE = Path(__file__).parent
RUN_SECONDS = 60
BLANK_LINE = re.compile(rb"\r?\n\r?\n")


class Emulator(Protocol):
    """The fixture `ses_emulator` as these tests use it."""

    url: str
    smtp_host: str
    smtp_port: int
    smtps_port: int

    def client(self, service: str, **options: Any) -> Any: ...

    def messages(self, **filters: Any) -> list[dict[str, Any]]: ...

    def message(self, id: str) -> dict[str, Any]: ...

    def raw(self, id: str) -> bytes: ...


def run(command: Sequence[str], stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run `command` with the environment of this process and wait for its end."""
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, timeout=RUN_SECONDS, cwd=HERE
    )


def header(message: dict[str, Any], name: str) -> list[str]:
    """The values of all headers of that name in a full message of the inspection API."""
    return [each["value"] for each in message["headers"] if each["name"].lower() == name.lower()]


def body_of(raw: bytes) -> bytes:
    """Everything after the first blank line; nothing if there is none."""
    blank = BLANK_LINE.search(raw)
    return raw[blank.end() :] if blank else b""
