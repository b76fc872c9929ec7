"""Spam and viruses, by test strings and by the real daemons."""

from __future__ import annotations

import base64
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ses_emulator.config import Settings
from ses_emulator.inbound.incoming import Verdicts
from ses_emulator.inbound.spam import GTUBE, LONGEST, SpamError, has_gtube, spam_verdict
from ses_emulator.inbound.verdicts import judge
from ses_emulator.mail.virus import EICAR
from tests.clamav import clamd
from tests.inbound.support import RAW, incoming
from tests.mail.account import an_account
from tests.spamd import spamd

ENCODED = base64.b64encode(f"Some words\r\n{GTUBE}\r\n".encode())
ATTACHMENT = (
    b"From: a@b.example\r\nContent-Type: application/octet-stream\r\n"
    b"Content-Disposition: attachment; filename=a.com\r\n\r\n" + EICAR + b"\r\n"
)


def judged(raw: bytes = RAW, *, scan: bool = True, wanted: Any = None, **options: Any) -> Verdicts:
    """The verdicts of an instance with other settings."""
    with an_account() as account:
        instance = replace(account.instance, settings=Settings(**options))
        return judge(instance, incoming(raw=raw, verdicts=wanted or {}), scan=scan)


@contextmanager
def answering(reply: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Something that answers one request so; HOST:PORT and what it was sent."""
    seen: list[bytes] = []

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            while block := connection.recv(65536):
                seen.append(block)
            connection.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}", seen
        thread.join()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (RAW, False),
        (RAW + GTUBE.encode(), True),
        (b"Content-Transfer-Encoding: base64\r\n\r\n" + ENCODED, True),
        (b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n" + ENCODED, True),
        (RAW + GTUBE[:-1].encode(), False),
    ],
)
def test_gtube(raw: bytes, expected: bool) -> None:
    assert has_gtube(raw) == expected
    assert spam_verdict(raw, "") == ("FAIL" if expected else "PASS")


def test_spamassassin(tmp_path: Path) -> None:
    with spamd(tmp_path) as address:
        assert spam_verdict(RAW, address) == "PASS"
        assert spam_verdict(RAW + b"buy these pills\r\n", address) == "FAIL"
        assert judged(RAW + b"buy these pills\r\n", spamd=address).spam == "FAIL"
        # It is not asked about what takes it too long.
        assert spam_verdict(RAW + b"buy these pills\r\n" + bytes(LONGEST), address) == "GRAY"
    with pytest.raises(SpamError):
        spam_verdict(RAW, address)


def test_the_protocol() -> None:
    reply = b"SPAMD/1.1 0 EX_OK\r\nContent-length: 2\r\nSpam: True ; 15.0 / 5.0\r\n\r\n"
    with answering(reply) as (address, seen):
        assert spam_verdict(RAW, address) == "FAIL"
    assert b"".join(seen) == b"CHECK SPAMC/1.5\r\nContent-length: %d\r\n\r\n" % len(RAW) + RAW


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (b"", "it closed the connection"),
        (b"SPAMD/1.0 76 Bad header line", "76 Bad header line"),
        (b"SPAMD/1.1 0 EX_OK\r\n\r\n", "EX_OK"),
        (b"\xff" * 10_000, "--spamd"),
    ],
)
def test_what_is_no_answer(reply: bytes, words: str) -> None:
    with answering(reply) as (address, _):
        with pytest.raises(SpamError) as failed:
            spam_verdict(RAW, address)
    assert str(failed.value).startswith(f"--spamd {address}: ")
    assert words in str(failed.value)


def test_a_daemon_that_is_not_there(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    with caplog.at_level(logging.WARNING):
        found_verdicts = judged(spamd=f"127.0.0.1:{port}", clamd=f"127.0.0.1:{port}")
    assert (found_verdicts.spam, found_verdicts.virus) == ("PROCESSING_FAILED", "PROCESSING_FAILED")
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]


def test_viruses(tmp_path: Path) -> None:
    assert judged().virus == "PASS"
    assert judged(ATTACHMENT).virus == "FAIL"
    with clamd(tmp_path) as address:
        assert judged(clamd=address).virus == "PASS"
        # In the text, where only ClamAV looks.
        assert judged(RAW + EICAR, clamd=address).virus == "FAIL"
    assert judged(RAW + EICAR).virus == "PASS"


def test_what_is_not_scanned() -> None:
    found = judged(ATTACHMENT + GTUBE.encode(), scan=False, wanted={"spam": "FAIL"})
    assert (found.spam, found.virus) == ("DISABLED", "DISABLED")


@pytest.mark.parametrize(
    ("value", "result"),
    [("PASS", "pass"), ("FAIL", "fail"), ("GRAY", "none"), ("PROCESSING_FAILED", "temperror")],
)
def test_wanted_verdicts_are_in_the_headers_too(value: str, result: str) -> None:
    found = judged(wanted=dict.fromkeys(("spam", "virus", "spf", "dkim", "dmarc"), value))
    assert set(found.values().values()) == {value}
    assert (found.spf_result, found.dmarc_result) == (result, result)
    assert [each.result for each in found.signatures] == ([] if value == "GRAY" else [result])
    assert found.dmarc_policy == ("none" if value == "FAIL" else None)
