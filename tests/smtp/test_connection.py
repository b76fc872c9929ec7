"""How a connection lives and ends, with TLS and without."""

from __future__ import annotations

import asyncio
import logging
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from ses_emulator.mail.message import MEBIBYTE
from ses_emulator.smtp import connection
from ses_emulator.smtp.certificate import make, own_context
from ses_emulator.smtp.connection import Connection
from tests.smtp.support import (
    HEADER,
    HOST,
    MESSAGE,
    RECIPIENT,
    SECONDS,
    SENDER,
    Door,
    Wire,
    connected,
    opened,
    send,
    untrusting,
)


def test_no_starttls_within_tls(door: Door) -> None:
    with smtplib.SMTP_SSL(HOST, door.smtps_port, timeout=SECONDS, context=untrusting()) as smtp:
        smtp.ehlo()
        assert not smtp.has_extn("starttls")
        assert smtp.docmd("STARTTLS")[0] == 503
        send(smtp)
    assert len(door.stored()) == 1


@pytest.mark.parametrize("text", [b"hello?\r\n" * 10, b"\x16\x03\x01\xff\xff" * 10, b""])
@pytest.mark.parametrize("port", ["smtp", "smtps"])
def test_a_handshake_that_is_none(
    door: Door, caplog: pytest.LogCaptureFixture, port: str, text: bytes
) -> None:
    with Wire(door.listeners.ports[port] or 0) as wire:
        if port == "smtp":
            assert wire.reply()[0].startswith("220 ")
            assert wire.ask("STARTTLS").startswith("220 ")
        wire.write(text)
        wire.socket.shutdown(socket.SHUT_WR)
        while wire.socket.recv(1000):
            pass
    with connected(door) as smtp:
        send(smtp)
    door.listeners.stop()
    assert [each.message for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_a_large_message_over_tls(door: Door) -> None:
    body = (b"x" * 998 + b"\r\n") * 3000
    with connected(door) as smtp:
        smtp.starttls(context=untrusting())
        smtp.ehlo()
        first = send(smtp, HEADER + body)
    with smtplib.SMTP_SSL(HOST, door.smtps_port, timeout=SECONDS, context=untrusting()) as smtp:
        smtp.ehlo()
        second = send(smtp, HEADER + body)
    assert door.body(first) == door.body(second) == body
    assert [each.source_ip for each in door.stored()] == [HOST, HOST]


@pytest.mark.parametrize("small", [True, False], ids=["in the loop", "in a thread"])
def test_a_script_that_writes_everything_and_closes(
    door: Door, monkeypatch: pytest.MonkeyPatch, small: bool
) -> None:
    monkeypatch.setattr(connection, "SMALL", MEBIBYTE if small else 0)
    with Wire(door.port) as wire:
        wire.write(
            b"EHLO client\r\nMAIL FROM:<from@example.com>\r\nRCPT TO:<to@example.com>\r\nDATA\r\n"
            + MESSAGE
            + b".\r\n"
        )
        wire.socket.shutdown(socket.SHUT_WR)
        codes = [line[0][:4] for line in iter(wire.reply, [])]
    assert codes == ["220 ", "250-", "250 ", "250 ", "354 ", "250 "]
    assert len(door.stored()) == 1


@pytest.mark.parametrize("last", [b"NOO", b"DATA\r\nSubject: half", b"AUTH LOGIN\r\n"])
def test_a_client_that_goes(door: Door, caplog: pytest.LogCaptureFixture, last: bytes) -> None:
    with Wire(door.port) as wire:
        wire.reply()
        for command in ("EHLO client", f"MAIL FROM:<{SENDER}>", f"RCPT TO:<{RECIPIENT}>"):
            wire.ask(command)
        wire.write(last)
        wire.socket.shutdown(socket.SHUT_WR)
        while wire.reply():
            pass
    door.listeners.stop()
    assert door.stored() == []
    assert [each.message for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_a_client_that_says_nothing(door: Door) -> None:
    async def run() -> list[bytes]:
        loop = asyncio.get_running_loop()
        open_connections: set[Connection] = set()

        def protocol() -> Connection:
            return Connection(door.instance, own_context(make), open_connections, timeout=0.01)

        server = await loop.create_server(protocol, HOST, 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            lines = [line async for line in reader]
            writer.close()
            await writer.wait_closed()
        assert not open_connections
        return lines

    assert asyncio.run(run()) == [
        b"220 email-smtp.amazonaws.com ESMTP ses-emulator\r\n",
        b"451 4.4.2 Timeout waiting for data from client.\r\n",
    ]


@pytest.mark.parametrize(
    "connect",
    [
        lambda door: smtplib.SMTP(HOST, door.port, timeout=SECONDS),
        lambda door: smtplib.SMTP_SSL(
            HOST, door.smtps_port, timeout=SECONDS, context=ssl._create_unverified_context()
        ),
    ],
    ids=["plain", "TLS"],
)
def test_many_at_once(door: Door, connect: Callable[[Door], smtplib.SMTP]) -> None:
    clients = [connect(door) for _ in range(20)]
    for smtp in clients:
        smtp.ehlo()
        smtp.mail(SENDER)
    for smtp in reversed(clients):
        smtp.rcpt(RECIPIENT)
    ids = {smtp.data(MESSAGE)[1].decode().removeprefix("Ok ") for smtp in clients}
    for smtp in clients:
        smtp.quit()
    assert ids == {each.id for each in door.stored()}
    assert len(ids) == 20


@pytest.mark.parametrize("port", ["smtp", "smtps"])
def test_too_many(port: str, caplog: pytest.LogCaptureFixture) -> None:
    """The one too many is told so, and when another is gone there is a place again."""
    caplog.set_level(logging.INFO, "ses_emulator")

    def connect() -> smtplib.SMTP:
        if port == "smtp":
            return smtplib.SMTP(HOST, door.port, timeout=SECONDS)
        return smtplib.SMTP_SSL(HOST, door.smtps_port, timeout=SECONDS, context=untrusting())

    with opened(smtp_connections=2) as door:
        first, second = connect(), connect()
        for _ in range(2):
            with pytest.raises(smtplib.SMTPConnectError) as refused:
                connect()
            assert refused.value.smtp_code == 421
            assert refused.value.smtp_error == b"Too many concurrent SMTP connections"
        with Wire(door.listeners.ports["inbound"] or 0) as wire:
            assert wire.reply()[0].startswith("220 ")
        first.quit()
        second.ehlo()
        send(second)
        with connect() as third:
            third.ehlo()
            send(third)
        second.quit()
    assert caplog.messages == []


def test_who_was_let_in_is_not_one_too_many_after_starttls(door: Door) -> None:
    async def run() -> bytes:
        loop = asyncio.get_running_loop()
        open_connections: set[Connection] = set()

        def protocol() -> Connection:
            return Connection(door.instance, own_context(make), open_connections, most=1)

        server = await loop.create_server(protocol, HOST, 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            await reader.readline()
            writer.write(b"STARTTLS\r\n")
            await reader.readline()
            open_connections.add(protocol())  # one that is refused and not gone yet
            await writer.start_tls(untrusting())
            writer.write(b"NOOP\r\n")
            reply = await reader.readline()
            writer.close()
            await writer.wait_closed()
        return reply

    assert asyncio.run(run()) == b"250 OK\r\n"


def test_what_was_written_before_tls_is_not_done_within_it(door: Door) -> None:
    """Somebody on the way could have put it there."""
    with Wire(door.port) as wire:
        wire.reply()
        wire.ask("EHLO client")
        wire.write(f"STARTTLS\r\nMAIL FROM:<{SENDER}>\r\nRCPT TO:<{RECIPIENT}>\r\n".encode())
        assert wire.reply()[0].startswith("220 ")
        with untrusting().wrap_socket(wire.socket) as secured, secured.makefile("rb") as replies:
            secured.sendall(b"EHLO client\r\nDATA\r\n")
            lines = [replies.readline()]
            while lines[-1][3:4] == b"-":
                lines.append(replies.readline())
            assert lines[-1] == b"250 Ok\r\n"
            assert replies.readline() == b"503 Error: need RCPT command\r\n"
    assert door.stored() == []


def test_a_thousand_that_say_nothing(door: Door) -> None:
    with ExitStack() as stack:
        idle = [stack.enter_context(Wire(door.port)) for _ in range(1000)]
        assert all(wire.reply()[0].startswith("220 ") for wire in idle)
        with connected(door) as smtp:
            send(smtp)
        assert idle[0].ask("NOOP") == idle[-1].ask("NOOP") == "250 OK"
        for wire in idle[::2]:
            wire.close()
        with connected(door) as smtp:
            send(smtp)
        assert idle[1].ask("NOOP") == "250 OK"
    assert len(door.stored()) == 2
