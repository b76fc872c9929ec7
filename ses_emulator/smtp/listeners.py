"""The ports: submission with STARTTLS and with TLS from the start, and receiving."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from ses_emulator.config import flag
from ses_emulator.errors import ListenError
from ses_emulator.loops import new_event_loop
from ses_emulator.smtp.capture import Capture
from ses_emulator.smtp.certificate import server_context
from ses_emulator.smtp.connection import Connection
from ses_emulator.smtp.credentials import passwords_of
from ses_emulator.smtp.inbound import InboundConnection
from ses_emulator.store.account import Instance

PORTS = ("smtp", "smtps", "inbound")
# So many mails are received at a time, for the actions of their rules may take long.
RECEIVING = 16
STOP_SECONDS = 0.5
BACKLOG = 1024


class SmtpListeners:
    """All ports of an instance, served by one thread with one event loop.

    ``ports`` has the numbers that are listened on by the names of PORTS, None when stopped. Raises
    ConfigError for a certificate or an access key that is no use.
    """

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._tls = server_context(instance)
        self._passwords = passwords_of(instance.settings)
        self._thread: threading.Thread | None = None
        self._stop: Callable[[], object] = lambda: None
        self.ports: dict[str, int | None] = dict.fromkeys(PORTS)

    def start(self) -> None:
        """Return when all ports are listened on. Raises ListenError if one cannot be."""
        settings = self._instance.settings
        with contextlib.ExitStack() as opened:
            sockets = {}
            for name in PORTS:
                option = f"{name}_port"
                port = getattr(settings, option)
                sockets[name] = opened.enter_context(_listen(option, settings.host, port))
            listening: Future[None] = Future()
            thread = threading.Thread(
                target=self._run, args=(sockets, listening), name="smtp", daemon=True
            )
            thread.start()
            opened.callback(thread.join)
            listening.result()
            opened.pop_all()  # the event loop closes the sockets
        self._thread = thread
        self.ports = {name: each.getsockname()[1] for name, each in sockets.items()}

    def stop(self) -> None:
        """Close the ports and all connections; return when the thread has ended."""
        if self._thread is None:
            return
        self._stop()
        self._thread.join()
        self._thread = None
        self.ports = dict.fromkeys(self.ports)

    def _run(self, sockets: dict[str, socket.socket], listening: Future[None]) -> None:
        try:
            with asyncio.Runner(loop_factory=new_event_loop) as runner:
                runner.run(self._serve(sockets, listening))
        except BaseException as error:
            if listening.done():
                raise
            listening.set_exception(error)

    async def _serve(self, sockets: dict[str, socket.socket], listening: Future[None]) -> None:
        loop = asyncio.get_running_loop()
        stopping = asyncio.Event()
        self._stop = partial(loop.call_soon_threadsafe, stopping.set)
        submitting: set[Connection] = set()
        receiving: set[Connection] = set()
        submission = partial(
            Connection,
            self._instance,
            self._tls,
            submitting,
            capture=Capture(self._instance),
            passwords=self._passwords,
            most=self._instance.settings.smtp_connections,
        )
        executor = ThreadPoolExecutor(max_workers=RECEIVING, thread_name_prefix="receiving")
        protocols: dict[str, Callable[[], asyncio.BaseProtocol]] = {
            "smtp": submission,
            "smtps": partial(submission, tls_first=True),
            "inbound": partial(
                InboundConnection, self._instance, self._tls, receiving, executor=executor
            ),
        }
        servers = [
            await loop.create_server(protocols[name], sock=each, backlog=BACKLOG)
            for name, each in sockets.items()
        ]
        listening.set_result(None)
        await stopping.wait()
        for server in servers:
            server.close()
        for connection in (*submitting, *receiving):
            connection.abort()
        executor.shutdown(wait=False, cancel_futures=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                while submitting or receiving:
                    await asyncio.sleep(0)


def _listen(option: str, host: str, port: int) -> socket.socket:
    """A listening socket; port 0 is any free one. Raises ListenError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    both = host == "::" and socket.has_dualstack_ipv6()
    try:
        return socket.create_server(
            (host, port), family=family, backlog=BACKLOG, dualstack_ipv6=both
        )
    except OSError as error:
        raise ListenError(flag(option), port, host, error) from None
