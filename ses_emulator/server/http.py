"""The HTTP server: Granian on an event loop of its own, in a thread of this process."""

import asyncio
import socket
import threading
import time

from granian.constants import Interfaces
from granian.server.embed import Server

from ses_emulator.errors import ListenError
from ses_emulator.loops import new_event_loop
from ses_emulator.server.asgi import Application

START_SECONDS = 10.0
# Answers under way have so long to end; the streams end by themselves.
STOP_SECONDS = 1.0


class HttpServer:
    """Serves an application on ``host`` and ``port``; 0 is any free port."""

    def __init__(self, application: Application, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self._application = application
        self._thread = threading.Thread(target=self._run, name="http", daemon=True)
        self._failure: BaseException | None = None

    def start(self) -> None:
        """Return when the server answers. Raises ListenError."""
        self.port = _choose(self.host, self.port)
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise self._failure or TimeoutError("the HTTP server did not start")
            time.sleep(0.002)

    def stop(self) -> None:
        """Stop listening and wait for what is under way, for a moment."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._stop(), self._loop)
            self._thread.join()
        self._application.close()

    def _answers(self) -> bool:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        try:
            socket.create_connection((host, self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def _run(self) -> None:
        try:
            # At its end it cancels what is left, so that no thread waits for the loop for ever.
            with asyncio.Runner(loop_factory=new_event_loop) as runner:
                runner.run(self._serve())
        except BaseException as error:
            self._failure = error

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        # Made here, because it binds itself to the loop of the thread.
        self._server = Server(
            self._application,
            address=self.host,
            port=self.port,
            interface=Interfaces.ASGINL,
            websockets=False,
            log_enabled=False,
        )
        self._serving = asyncio.create_task(self._server.serve())
        await self._serving

    async def _stop(self) -> None:
        await self._application.finish(STOP_SECONDS / 2)
        self._server.stop()  # type: ignore[no-untyped-call]
        # Granian waits for as long as a client reads nothing.
        await asyncio.wait((self._serving,), timeout=STOP_SECONDS / 2)
        self._serving.cancel()


def _choose(host: str, port: int) -> int:
    """``port`` if it is free, for 0 any that is; Granian would share a port that is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family) as trial:
            return int(trial.getsockname()[1])
    except OSError as error:
        raise ListenError("--port", port, host, error) from None
