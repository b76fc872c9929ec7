"""Requests that stay open: streams, and lists that are waited for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Event
from time import monotonic

from flask import request
from werkzeug.exceptions import ServiceUnavailable

from ses_emulator.server.stream import GONE, HEARTBEAT, OPEN_REQUESTS
from ses_emulator.store.changes import Changes


class Places:
    """The places for open requests of one application, each of which holds a thread."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._open = BoundedSemaphore(OPEN_REQUESTS)

    def enter(self) -> None:
        """Take a place. Raises ServiceUnavailable if there is none."""
        if not self._open.acquire(blocking=False):
            raise ServiceUnavailable(
                f"{OPEN_REQUESTS} streams and waiting requests are open: close one of them."
            )

    def leave(self) -> None:
        """Give a place back."""
        self._open.release()

    @contextmanager
    def _staying(self) -> Iterator[None]:
        self.enter()
        try:
            yield
        finally:
            self.leave()

    def wait(self, count: Callable[[], int], wanted: int, seconds: float) -> int:
        """Wait until ``count`` gives what is wanted, or for so long; what it gives then."""
        end = monotonic() + seconds
        seen = self._changes.number
        total = count()
        if total >= wanted or not seconds:
            return total
        gone = watch_client()
        with self._staying():
            while total < wanted and not (self._changes.closed or gone()):
                left = end - monotonic()
                if left <= 0:
                    break
                if self._changes.wait(seen, min(left, HEARTBEAT)):
                    seen = self._changes.number
                    total = count()
        return total


def watch_client() -> Callable[[], bool]:
    """Tells whether the client of this request went, as far as the server knows."""
    gone: Event | None = request.environ.get("asgi.scope", {}).get(GONE)
    return gone.is_set if gone else lambda: False
