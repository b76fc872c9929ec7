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


def verified(door: Door) -> Account:
    """The account, in which the sender and the recipient are verified."""
    account = Account(door.instance, "000000000000", "us-east-1")
    for address in (SENDER, RECIPIENT):
        account.identities.create(address, {"VerifiedForSendingStatus": True})
    return account


def refused(door: Door, message: bytes = MESSAGE, recipient: str = RECIPIENT) -> tuple[int, str]:
    """The reply to a message that is not taken; another attempt is answered the same."""
    replies = []
    before = len(door.stored())
    with connected(door) as smtp:
        for _ in range(2):
            smtp.mail(SENDER)
            smtp.rcpt(recipient)
            code, reply = smtp.data(message)
            replies.append((code, reply.decode()))
    assert replies[0] == replies[1]
    assert len(door.stored()) == before
    return replies[0]


@pytest.mark.parametrize(("mode", "rate"), [("production", 14), ("sandbox", 1)])
def test_sending_too_fast(mode: str, rate: int) -> None:
    with opened(account=mode) as door, connected(door) as smtp:
        verified(door)
        for _ in range(rate):
            send(smtp)
        assert refused(door) == (454, "Throttling failure: Maximum sending rate exceeded.")
        door.now += 1
        send(smtp)


@pytest.mark.parametrize(("mode", "quota"), [("production", 50_000), ("sandbox", 200)])
def test_the_daily_quota(mode: str, quota: int) -> None:
    with opened(account=mode) as door, connected(door) as smtp:
        account = verified(door)
        send(smtp)
        with door.instance.database.transaction() as connection:
            connection.execute("UPDATE sendings SET charged = ?", (quota,))
        door.now += 3600
        assert refused(door) == (454, "Throttling failure: Daily message quota exceeded.")
        assert account.sent_since(0, charged=True) == quota
        door.now += 24 * 3600
        send(smtp)


@pytest.mark.parametrize("mode", ["open", "production", "sandbox"])
def test_a_paused_account(mode: str) -> None:
    with opened(account=mode) as door:
        verified(door).set_attributes(SendingEnabled=False)
        assert refused(door) == (
            554,
            "Message rejected: Sending paused for this account. For more information, please check"
            " the inbox of the email address associated with your AWS account.",
        )


@pytest.mark.parametrize("mode", ["open", "production", "sandbox"])
def test_a_paused_configuration_set(mode: str) -> None:
    with opened(account=mode) as door:
        sets = verified(door).configuration_sets
        sets.create("a-set", {"SendingOptions": {"SendingEnabled": False}})
        assert refused(door, b"X-SES-CONFIGURATION-SET: a-set\r\n" + MESSAGE) == (
            554,
            "Message rejected: Sending is paused for configuration set a-set",
        )


def test_a_configuration_set_that_there_is_not(door: Door) -> None:
    assert refused(door, b"X-SES-CONFIGURATION-SET: a-set\r\n" + MESSAGE) == (
        554,
        "Configuration Set does not exist: Configuration set <a-set> does not exist.",
    )


def test_a_recipient_that_is_not_verified() -> None:
    with opened(account="sandbox") as door:
        verified(door)
        assert refused(door, recipient="other@example.com") == (
            554,
            "Message rejected: Email address is not verified. The following identities failed the"
            " check in region US-EAST-1: other@example.com",
        )


def test_a_message_tag_that_is_none(door: Door) -> None:
    code, reply = refused(door, b"X-SES-MESSAGE-TAGS: a b=c\r\n" + MESSAGE)
    assert code == 554
    assert reply.startswith("Transaction failed: Invalid tag name <a b>: only alphanumeric ASCII")


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
