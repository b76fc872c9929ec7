"""How fast the outbox may work, so that sends do not pay for it.

All threads take turns at Python's lock. While there are few sends, nobody minds; under a flood of
them everything else has to rest most of the time.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# More changes a second than this are a flood: one client that sends all the time makes fewer.
FLOOD = 300.0
# But only if everybody else takes more than this part of the time of a processor. It is less than
# sends are left with when they have to share.
BUSY = 0.25
# Over how many seconds they are counted.
WINDOW = 0.05
# Under a flood, for each second of work so many of rest.
REST = 50.0


class Pace:
    """Tells the threads of an outbox when to work. ``number`` gives that of the last change."""

    def __init__(self, number: Callable[[], int]) -> None:
        self._number = number
        self._lock = threading.Lock()
        self._calm = threading.Event()
        self._calm.set()
        self._since, self._seen = time.monotonic(), number()
        self._processed = time.process_time()
        self._own, self._spent = 0, 0.0  # since then
        self._rested_at = 0.0

    def look(self) -> None:
        """See whether there is a flood; one thread does so, all the time."""
        now = time.monotonic()
        if now - self._since < WINDOW:
            return
        number, processed = self._number(), time.process_time()
        with self._lock:
            changes = number - self._seen - self._own
            busy = processed - self._processed - self._spent
            self._own, self._spent = 0, 0.0
        passed = now - self._since
        if changes > FLOOD * passed and busy > BUSY * passed:
            self._calm.clear()
        else:
            self._calm.set()
        self._since, self._seen, self._processed = now, number, processed

    def published(self, changes: int) -> None:
        """So many changes were the outbox's own."""
        with self._lock:
            self._own += changes

    @property
    def flooded(self) -> bool:
        """Whether there is a flood."""
        return not self._calm.is_set()

    @property
    def resting(self) -> bool:
        """Whether nothing is to be done now."""
        return self.flooded and time.monotonic() < self._rested_at

    def wait(self) -> None:
        """Rest as long as it takes."""
        while self.resting:
            self._calm.wait(self._rested_at - time.monotonic())

    def hurry(self) -> None:
        """Let those go who rest."""
        self._calm.set()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Within is work, which is counted; what it waits for is not."""
        started = time.thread_time()
        try:
            yield
        finally:
            spent = time.thread_time() - started
            with self._lock:
                self._spent += spent
                now = time.monotonic()
                self._rested_at = max(now, self._rested_at) + REST * spent
