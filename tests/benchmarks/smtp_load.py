"""A load generator for SMTP: every connection sends one message after the other."""

from __future__ import annotations

import asyncio
import time

CONNECTIONS = 4


def measure(host: str, port: int, message: bytes, seconds: float) -> float:
    """Messages a second that `host` takes over CONNECTIONS connections for `seconds`.

    A reply other than the expected one, or a lost connection, is a RuntimeError.
    """
    return asyncio.run(asyncio.wait_for(_measure(host, port, message, seconds), seconds + 60))


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
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

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
