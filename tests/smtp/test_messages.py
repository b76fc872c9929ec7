"""What becomes of a message: captured with its bytes, or refused in SES's words."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest

from ses_emulator.mail import pipeline
from ses_emulator.mail.message import MEBIBYTE
from ses_emulator.smtp import connection
from ses_emulator.store.account import Account
from tests.smtp.support import (
    HEADER,
    HOST,
    MESSAGE,
    RECIPIENT,
    SENDER,
    Door,
    Wire,
    connected,
    opened,
    send,
)


def test_reply_to_a_message(door: Door) -> None:
    with Wire(door.port) as wire:
        wire.start_message()
        wire.write(MESSAGE + b".\r\n")
        [reply] = wire.reply()
    uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    assert re.fullmatch(f"250 Ok 0100[0-9a-f]{{12}}-{uuid}-000000", reply)
    [stored] = door.stored()
    assert stored.id == reply.removeprefix("250 Ok ")
    assert stored.source_ip == HOST


@pytest.mark.parametrize("count", [50, 51, 1000])
def test_recipients(door: Door, count: int) -> None:
    """SES counts them when it has the message."""
    recipients = [f"to{number}@example.com" for number in range(count)]
    with connected(door) as smtp:
        smtp.mail(SENDER)
        for recipient in recipients:
            assert smtp.rcpt(recipient)[0] == 250
        reply = smtp.data(MESSAGE)
        if count <= 50:
            assert reply[0] == 250
            [stored] = door.stored()
            assert door.instance.messages.recipients(stored.seq) == recipients
        else:
            assert reply == (554, b"Transaction failed: Recipient count exceeds 50.")
            assert door.stored() == []
            send(smtp)


def test_a_sender_that_is_not_verified() -> None:
    with opened(account="production", region="eu-west-1") as door, connected(door) as smtp:
        smtp.mail(SENDER)
        smtp.rcpt(RECIPIENT)
        assert smtp.data(MESSAGE) == (
            554,
            b"Message rejected: Email address is not verified. The following identities failed"
            b" the check in region EU-WEST-1: from@example.com",
        )
        assert door.stored() == []


def test_too_many_that_are_not_verified() -> None:
    """SES ends a list that is too long for a reply with three periods."""
    with opened(account="sandbox") as door, connected(door) as smtp:
        smtp.mail(SENDER)
        for number in range(50):
            smtp.rcpt(f"{'x' * 200}{number}@example.com")
        code, reply = smtp.data(MESSAGE)
        assert (code, reply[-3:]) == (554, b"...")
        assert smtp.noop()[0] == 250


def test_sending_too_fast() -> None:
    simulator = "success@simulator.amazonses.com"
    with opened(account="sandbox") as door, connected(door) as smtp:
        identities = Account(door.instance, "000000000000", "us-east-1").identities
        identities.create(SENDER, {"VerifiedForSendingStatus": True})
        replies = []
        for _ in range(3):
            smtp.mail(SENDER)
            smtp.rcpt(simulator)
            replies.append(smtp.data(MESSAGE))
        assert replies[0][0] == 250
        assert (454, b"Throttling failure: Maximum sending rate exceeded.") in replies


@pytest.mark.parametrize("error", [ZeroDivisionError("a bug"), ConnectionResetError("elsewhere")])
@pytest.mark.parametrize("small", [True, False], ids=["in the loop", "in a thread"])
def test_an_unexpected_error(
    door: Door,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    small: bool,
    error: Exception,
) -> None:
    def broken(*_: Any) -> str:
        raise error

    monkeypatch.setattr(connection, "SMALL", MEBIBYTE if small else 0)
    with connected(door) as smtp:
        with monkeypatch.context() as patched:
            patched.setattr(pipeline, "send", broken)
            smtp.mail(SENDER)
            smtp.rcpt(RECIPIENT)
            assert smtp.data(MESSAGE) == (451, b"Temporary service failure")
        send(smtp)
    [record] = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert record.exc_info is not None and record.exc_info[1] is error
    assert len(door.stored()) == 1


@pytest.mark.parametrize("size", [connection.SMALL, connection.SMALL + 1, 3 * MEBIBYTE])
def test_small_and_large(door: Door, size: int) -> None:
    body = b"\0" * (size - len(HEADER) - 2) + b"\r\n"
    with connected(door) as smtp:
        assert door.body(send(smtp, HEADER + body)) == body


@pytest.mark.parametrize(
    "body",
    [
        b"\n.\n",
        b"a\n.\r\nb\r\n",
        b"a\r.\r\nb\r\n",
        b"\0\r\n",
        b"x" * 200_000 + b"\r\n",
        b".\r\n..\r\n...\r\n",
        b"a\nb\rc\n\rd\n\n\n",
    ],
    ids=lambda body: repr(body)[:20],
)
def test_bytes_are_kept(door: Door, body: bytes) -> None:
    with Wire(door.port) as wire:
        wire.start_message()
        wire.write((HEADER + body).replace(b"\r\n.", b"\r\n..") + b"\r\n.\r\n")
        id = wire.reply()[0].removeprefix("250 Ok ")
    assert door.body(id) == body + b"\r\n"


@pytest.mark.parametrize("message", [b"", b"\r\n", b"no header", b"\xff\0"], ids=repr)
def test_no_header_at_all(door: Door, message: bytes) -> None:
    """The envelope says from whom and to whom, so it can be captured."""
    with connected(door) as smtp:
        id = send(smtp, message)
    assert door.body(id).rstrip(b"\r\n") == message.rstrip(b"\r\n")


def test_limit_of_size(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LARGEST", 2000)
    fits = HEADER + b"x" * 1500 + b"\r\n"
    for too_long in (b"x" * 1950 + b"\r\n", b"x" * 100_000 + b"\r\n"):
        with connected(door) as smtp:
            smtp.mail(SENDER)
            smtp.rcpt(RECIPIENT)
            assert smtp.data(HEADER + too_long) == (552, b"Message is too long.")
            send(smtp, fits)
    assert len(door.stored()) == 2
