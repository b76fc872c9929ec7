"""Whether a message has a virus: the test string EICAR, or what ClamAV says of it.

Such a message is accepted, and then rejected (the guide, "Contents of event data that Amazon SES
publishes to Amazon SNS", Reject object). EICAR is found before the message is stored. ClamAV takes
its time, so it is asked afterwards, by a thread of its own: until it has answered, the message is
sent and nothing has become of it.
"""

import base64
import logging
import re
import socket
import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ses_emulator.mail import details
from ses_emulator.mail.headers import HeaderBlock, field_value
from ses_emulator.mail.loopback import loop_back
from ses_emulator.mail.message import Simple
from ses_emulator.mail.read import read
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Stored

log = logging.getLogger(__name__)

# In two pieces, or this file would be taken for a virus.
MARK = b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + MARK + b"!$H+H*"
# How its middle looks in base64, which begins anew every three bytes.
IN_BASE64 = tuple(base64.b64encode(EICAR[start : start + 63]) for start in range(3))
OVERLAP = 100  # more than any of them has
# Line breaks of base64, and those of quoted-printable with the sign before them.
BREAKS = b"\r\n\t ="

# clamd's protocol: see its manual, clamd(8), INSTREAM.
CHUNK = 1024 * 1024
REPLY = re.compile(rb"stream: (?:OK|(.+) FOUND)")
LONGEST_REPLY = 4096
CONNECT_SECONDS = 1.0
SCAN_SECONDS = 60.0


def infected(content: Simple | HeaderBlock) -> bool:
    """Whether an attachment of a message has EICAR in it.

    Almost nothing is done for a message without attachments, and only the first look at the bytes
    of one that has some: quoted-printable leaves the letters of MARK as they are.
    """
    if isinstance(content, Simple):
        return any(EICAR in file.data for file in content.attachments)
    if _is_text(content):
        return False
    if not _may_be(content.view):
        return False
    return any(EICAR in part.content for part in read(content.to_bytes()).attachments)


def _may_be(body: memoryview) -> bool:
    """Whether a body may have EICAR in it, encoded or not; in pieces, for it may be large."""
    text = b""
    for start in range(0, len(body), CHUNK):
        text = text[-OVERLAP:] + bytes(body[start : start + CHUNK]).translate(None, BREAKS)
        if MARK in text or any(encoded in text for encoded in IN_BASE64):
            return True
    return False


def _is_text(block: HeaderBlock) -> bool:
    """Whether all that a message has is one text."""
    for name, line in block.fields:
        if name == "content-disposition":
            return False
        if name == "content-type" and field_value(line).strip()[:5].lower() != b"text/":
            return False
    return True


class ScanError(Exception):
    """ClamAV did not say whether a message has a virus; the message tells why."""


class Scan(NamedTuple):
    """A message that ClamAV is to look at, and what becomes of it if it has no virus."""

    account: Account
    id: str
    recipients: Sequence[str]
    outcome: Sequence[Event]


def scan_later(
    account: Account, id: str, recipients: Sequence[str], outcome: Sequence[Event]
) -> None:
    """Have ClamAV look at a message when the transaction under way is committed."""
    instance = account.instance
    scan = Scan(account, id, recipients, outcome)
    instance.database.after_commit(lambda: instance.scans.put(scan))


class Scanner:
    """Asks ClamAV about the messages that wait for it, and has happen what follows.

    ``happen`` stores events of a message and does what comes of them. Messages that ClamAV cannot
    be asked about are taken for clean.
    """

    def __init__(
        self, instance: Instance, happen: Callable[[Account, Stored, Sequence[Event]], object]
    ) -> None:
        self._instance = instance
        self._happen = happen
        self._clamd = Clamd(instance.settings.clamd)
        self._failed = False
        self._thread = threading.Thread(target=self._run, name="scanner", daemon=True)

    def start(self) -> None:
        """Begin, if there is a ClamAV."""
        if self._instance.settings.clamd:
            self._thread.start()

    def stop(self) -> None:
        """Stop; what still waits is not looked at any more."""
        if self._thread.is_alive():
            self._clamd.close()
            self._instance.scans.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (scan := self._instance.scans.get()) is not None:
            try:
                self._look(scan)
            except Exception:
                log.exception("what became of a message could not be stored")

    def _look(self, scan: Scan) -> None:
        messages = self._instance.messages
        stored = messages.find(scan.id)
        if stored is None:  # deleted meanwhile
            return
        virus = self._virus(messages.raw(stored.seq))
        events = scan.outcome
        if virus is not None:
            log.info("message %s is rejected: ClamAV found %s", scan.id, virus)
            events = [details.reject(scan.recipients, scan.account.now())]
        with self._instance.database.attempt():
            self._happen(scan.account, stored, events)
            loop_back(scan.account, scan.id, events)

    def _virus(self, raw: bytes) -> str | None:
        try:
            virus = self._clamd.scan(raw)
        except ScanError as error:
            # Once, and not for every message until it is there.
            log.log(
                logging.DEBUG if self._failed else logging.WARNING,
                "messages are delivered without a look for viruses: %s",
                error,
            )
            self._failed = True
            return None
        self._failed = False
        return virus


class Clamd:
    """A ClamAV daemon at HOST:PORT."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._closed = False
        self._connection: socket.socket | None = None

    def scan(self, message: bytes) -> str | None:
        """The name of the virus that a message has, or None. Raises ScanError."""
        host, _, port = self._address.rpartition(":")
        reply = b""
        try:
            with socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS) as found:
                found.settimeout(SCAN_SECONDS)
                self._connection = found
                if not self._closed:
                    reply = _exchange(found, message)
        except OSError as error:
            raise ScanError(f"--clamd {self._address}: {error}") from None
        finally:
            self._connection = None
        said = REPLY.fullmatch(reply)
        if said is None:
            words = reply.decode("utf-8", "replace") or "it closed the connection"
            raise ScanError(f"--clamd {self._address}: {words} ({len(message)} bytes)")
        return said[1].decode("utf-8", "replace") if said[1] else None

    def close(self) -> None:
        """Break off what is under way; nothing is asked any more."""
        self._closed = True
        connection = self._connection
        if connection is not None:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # it is over already
                pass


def _exchange(connection: socket.socket, message: bytes) -> bytes:
    view = memoryview(message)
    try:
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(view), CHUNK):
            piece = view[start : start + CHUNK]
            connection.sendall(len(piece).to_bytes(4))
            connection.sendall(piece)
        connection.sendall(bytes(4))
    except (BrokenPipeError, ConnectionResetError):
        pass  # It has heard enough, and says why.
    reply = b""
    while not reply.endswith(b"\0") and len(reply) < LONGEST_REPLY:
        block = connection.recv(LONGEST_REPLY)
        if not block:
            break
        reply += block
    return reply.rstrip(b"\0")
