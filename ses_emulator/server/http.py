"""The HTTP server: uvicorn on an event loop of its own, in a thread of this process.

Everything that answers a send is on one thread: threads that take turns at Python's lock took a
third of the time of each.
"""

import asyncio
import socket
import threading

from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ses_emulator.errors import ListenError
from ses_emulator.loops import new_event_loop
from ses_emulator.server.asgi import CONNECTION, Application

# A client may keep a connection for so long, in seconds, without asking for anything.
KEEP_ALIVE = 75
BACKLOG = 2048
# Answers under way have so long to end; the streams end by themselves.
STOP_SECONDS = 1


class Protocol(HttpToolsProtocol):
    """A connection that the application may break off."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[CONNECTION] = self.transport  # type: ignore[literal-required]


class HttpServer:
    """Serves an application on ``host`` and ``port``; 0 is any free port."""

    def __init__(self, application: Application, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self._application = application
        self._server = Server(
            Config(
                application,
                interface="asgi3",
                http=Protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE,
                timeout_graceful_shutdown=STOP_SECONDS,
            )
        )
        self._thread = threading.Thread(target=self._run, name="http", daemon=True)

    def start(self) -> None:
        """Return when clients can connect. Raises ListenError."""
        self._socket = _listen(self.host, self.port)
        self.port = int(self._socket.getsockname()[1])
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and wait for what is under way, for a moment."""
        if self._thread.is_alive():
            self._server.should_exit = True
            self._thread.join()
        self._application.close()

    def _run(self) -> None:
        # At its end it cancels what is left, so that no thread waits for the loop for ever.
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        await self._server.serve(sockets=[self._socket])
        # What is left has a client that reads nothing, for which uvloop would wait.
        for connection in list(self._server.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises ListenError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise ListenError("--port", port, host, error) from None
