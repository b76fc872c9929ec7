"""SMTP over a bare instance: no HTTP, no inspection API."""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ses_emulator.config import Settings
from ses_emulator.smtp.listeners import SmtpListeners
from ses_emulator.store.account import Instance
from ses_emulator.store.changes import Changes
from ses_emulator.store.database import Database
from ses_emulator.store.messages import Messages, Stored
from ses_emulator.store.query import Filters

SENDER = "from@example.com"
RECIPIENT = "to@example.com"
HEADER = b"From: from@example.com\r\nTo: to@example.com\r\nSubject: plain\r\n\r\n"
MESSAGE = HEADER + b"Hello.\r\n"
SECONDS = 30
HOST = "127.0.0.1"


class Door:
    """The SMTP ports of an instance, and what came in by them; it is always ``now``."""

    def __init__(self, **options: Any) -> None:
        settings = Settings(**{"smtp_port": 0, "smtps_port": 0, "inbound_port": 0} | options)
        database = Database(settings.database)
        changes = Changes()
        self.now = time.time()
        self.instance = Instance(
            settings, database, changes, Messages(database, changes, 0), lambda: self.now
        )
        try:
            self.listeners = SmtpListeners(self.instance)
        except BaseException:
            database.close()
            raise

    @property
    def port(self) -> int:
        """The port of submission."""
        return self.listeners.ports["smtp"] or 0

    @property
    def smtps_port(self) -> int:
        """The port of submission over TLS."""
        return self.listeners.ports["smtps"] or 0

    def stored(self) -> list[Stored]:
        """All captured messages, the oldest first."""
        return self.instance.messages.page(Filters(), None, 1000)[::-1]

    def raw(self, id: str) -> bytes:
        """The exact bytes of a message."""
        stored = self.instance.messages.find(id)
        assert stored is not None
        return self.instance.messages.raw(stored.seq)

    def body(self, id: str) -> bytes:
        """What follows the header block."""
        return self.raw(id).partition(b"\r\n\r\n")[2]


@contextmanager
def opened(**options: Any) -> Iterator[Door]:
    """A Door that is open within the block."""
    door = Door(**options)
    try:
        door.listeners.start()
        yield door
    finally:
        door.listeners.stop()
        door.instance.database.close()


@contextmanager
def connected(door: Door) -> Iterator[smtplib.SMTP]:
    """A client that has said EHLO."""
    with smtplib.SMTP(HOST, door.port, timeout=SECONDS) as smtp:
        smtp.ehlo()
        yield smtp


def send(smtp: smtplib.SMTP, message: bytes = MESSAGE) -> str:
    """Send a message that has to be taken; its id."""
    assert smtp.mail(SENDER)[0] == 250
    assert smtp.rcpt(RECIPIENT)[0] == 250
    code, reply = smtp.data(message)
    assert code == 250, reply
    return reply.decode().removeprefix("Ok ")


class Wire:
    """A connection on which a test writes and reads for itself."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((HOST, port), timeout=SECONDS)
        self._replies = self.socket.makefile("rb")

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the client's end."""
        self._replies.close()
        self.socket.close()

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def reply(self) -> list[str]:
        """The lines of the next reply; none at the end of the connection."""
        lines: list[str] = []
        while line := self._replies.readline():
            lines.append(line.decode().removesuffix("\r\n"))
            if line[3:4] != b"-":
                break
        return lines

    def ask(self, command: str) -> str:
        """Send a command; the last line of its reply."""
        self.write(command.encode() + b"\r\n")
        return self.reply()[-1]

    def start_message(self) -> None:
        """Go on until the server waits for a message."""
        assert self.reply()[0].startswith("220 ")
        assert self.ask("EHLO client.example.com") == "250 Ok"
        assert self.ask(f"MAIL FROM:<{SENDER}>") == "250 Ok"
        assert self.ask(f"RCPT TO:<{RECIPIENT}>") == "250 Ok"
        assert self.ask("DATA") == "354 End data with <CR><LF>.<CR><LF>"


def untrusting() -> ssl.SSLContext:
    """TLS with whatever certificate the server has."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
