"""Whether a mail is spam: the test string GTUBE, or what SpamAssassin says of it."""

import re
import socket

from ses_emulator.mail.read import read

# In two pieces, or this file would be taken for spam.
GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*" + "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
# The protocol of spamd: its file PROTOCOL, CHECK. What is longer takes it too long; its own
# client leaves it out, too.
LONGEST = 512 * 1024
REPLY = re.compile(rb"SPAMD/[0-9.]+ 0 .*?^Spam: (True|False) *;", re.DOTALL | re.MULTILINE)
LONGEST_REPLY = 4096
CONNECT_SECONDS = 1.0
CHECK_SECONDS = 60.0


class SpamError(Exception):
    """SpamAssassin did not say what it thinks of a mail; the message tells why."""


def has_gtube(raw: bytes) -> bool:
    """Whether a mail has GTUBE in it, also where that is encoded."""
    if GTUBE.encode() in raw:
        return True
    content = read(raw)
    return any(GTUBE in text for text in (content.text, content.html) if text)


def spam_verdict(raw: bytes, spamd: str) -> str:
    """The verdict on a mail; GRAY for one that the daemon at ``spamd`` is not asked about.

    Raises SpamError.
    """
    if has_gtube(raw):
        return "FAIL"
    if not spamd:
        return "PASS"
    if len(raw) > LONGEST:
        return "GRAY"
    return "FAIL" if _check(raw, spamd) else "PASS"


def _check(raw: bytes, spamd: str) -> bool:
    host, _, port = spamd.rpartition(":")
    request = b"CHECK SPAMC/1.5\r\nContent-length: %d\r\n\r\n" % len(raw)
    reply = b""
    try:
        with socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS) as connection:
            connection.settimeout(CHECK_SECONDS)
            connection.sendall(request + raw)
            connection.shutdown(socket.SHUT_WR)
            while len(reply) < LONGEST_REPLY and (block := connection.recv(LONGEST_REPLY)):
                reply += block
    except OSError as error:
        raise SpamError(f"--spamd {spamd}: {error}") from None
    said = REPLY.match(reply)
    if said is None:
        words = reply.decode("utf-8", "replace").strip() or "it closed the connection"
        raise SpamError(f"--spamd {spamd}: {words}")
    return said[1] == b"True"
