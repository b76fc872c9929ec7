"""A load generator for SMTP: every connection sends one message after the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar, cast

from ses_emulator.loops import new_event_loop

CONNECTIONS = 4
Result = TypeVar("Result")


def measure(host: str, port: int, message: bytes, seconds: float) -> float:
    """Messages a second that `host` takes over CONNECTIONS connections for `seconds`.

    A reply other than the expected one, or a lost connection, is a RuntimeError.
    """
    return _run(asyncio.wait_for(_measure(host, port, message, seconds), seconds + 60))


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    # On uvloop where there is one, so that it is the server that is measured.
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)


async def _measure(host: str, port: int, message: bytes, seconds: float) -> float:
    loop = asyncio.get_running_loop()
    clients: list[_Client] = []
    for _ in range(CONNECTIONS):
        _, client = await loop.create_connection(lambda: _Client(message), host, port)
        clients.append(client)
    await asyncio.gather(*(client.greeted for client in clients))
    started = time.perf_counter()
    for client in clients:
        client.start()
        loop.call_later(seconds, client.finish)
    await asyncio.gather(*(client.finished for client in clients))
    return sum(client.taken for client in clients) / (time.perf_counter() - started)


def deliver(host: str, port: int, connections: int, messages: Sequence[bytes]) -> list[str]:
    """Send each message once, over so many connections at the same time; what was replied to each.

    A reply other than the expected one, or a lost connection, is an error.
    """
    return _run(asyncio.wait_for(_deliver(host, port, connections, messages), 300))


async def _deliver(host: str, port: int, connections: int, messages: Sequence[bytes]) -> list[str]:
    waiting = iter(enumerate(messages))
    replies = [""] * len(messages)
    opened = [await asyncio.open_connection(host, port) for _ in range(connections)]

    async def ask(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, command: bytes, expected: bytes
    ) -> str:
        writer.write(command)
        while (line := await reader.readline())[3:4] == b"-":
            pass
        if not line.startswith(expected):
            raise RuntimeError(f"SMTP: {line!r}")
        return line.decode().strip()

    async def work(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ask(reader, writer, b"", b"220")
        await ask(reader, writer, b"EHLO client.example.com\r\n", b"250")
        for number, message in waiting:
            await ask(reader, writer, b"MAIL FROM:<sender@example.com>\r\n", b"250")
            await ask(reader, writer, b"RCPT TO:<recipient@example.com>\r\n", b"250")
            await ask(reader, writer, b"DATA\r\n", b"354")
            replies[number] = await ask(reader, writer, message + b"\r\n.\r\n", b"250")
        writer.close()

    await asyncio.gather(*(work(*each) for each in opened))
    return replies


class _Client(asyncio.Protocol):
    """One connection. It waits for each reply before the next command, as most clients do."""

    def __init__(self, message: bytes) -> None:
        loop = asyncio.get_running_loop()
        self.greeted: asyncio.Future[None] = loop.create_future()
        self.finished: asyncio.Future[None] = loop.create_future()
        self.taken = 0
        self._steps = (
            (b"MAIL FROM:<sender@example.com>\r\n", b"250"),
            (b"RCPT TO:<recipient@example.com>\r\n", b"250"),
            (b"DATA\r\n", b"354"),
            (message + b"\r\n.\r\n", b"250"),
        )
        self._step = 0
        self._expected = b"220"
        self._received = b""
        self._last = False
        self._transport: asyncio.Transport

    def start(self) -> None:
        """Begin to send messages."""
        self._step = 0
        self._send()

    def finish(self) -> None:
        """Stop after the message that is under way."""
        self._last = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\n" in self._received:
            line, self._received = self._received.split(b"\n", 1)
            if line[3:4] != b"-":
                self._reply(line)

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail("the server closed the connection")

    def _reply(self, line: bytes) -> None:
        if not line.startswith(self._expected):
            self._fail(line.decode(errors="replace").strip())
        elif not self.greeted.done():
            if self._expected == b"220":
                self._expected = b"250"
                self._transport.write(b"EHLO client.example.com\r\n")
            else:
                self.greeted.set_result(None)
        else:
            self._step += 1
            if self._step == len(self._steps):
                self._step = 0
                self.taken += 1
            if self._step == 0 and self._last:
                self.finished.set_result(None)
                self._transport.close()
            else:
                self._send()

    def _send(self) -> None:
        command, self._expected = self._steps[self._step]
        self._transport.write(command)

    def _fail(self, reason: str) -> None:
        for future in (self.greeted, self.finished):
            if not future.done():
                future.set_exception(RuntimeError(f"SMTP: {reason}"))
        self._transport.close()
