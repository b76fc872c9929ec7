"""Threads that deliver: each destination has its own, so that none waits for another."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

# How many deliveries to a destination are at hand.
LONGEST = 100
# So long in seconds a destination may take for one. Then it gets more threads, and order is not
# kept any more; neither SES nor SNS keeps it.
SLOW = 0.25
MOST_OF_ONE = 4
# Of all destinations together; only so many of them are second ones.
MOST = 64
MOST_SECOND = 32
Outcome = TypeVar("Outcome")


@dataclass(slots=True)
class Lane(Generic[Outcome]):
    """The deliveries to one destination, by their ids.

    ``taken`` are those that are at hand, under way, or in ``done`` with their outcome (None if
    there is none). ``busy`` has when each thread began with the one that it is at.
    """

    queue: deque[int] = field(default_factory=deque)
    taken: set[int] = field(default_factory=set)
    done: list[tuple[int, Outcome | None]] = field(default_factory=list)
    busy: dict[int, float] = field(default_factory=dict)
    threads: int = 0


class Lanes(Generic[Outcome]):
    """Has ``deliver`` called with the ids of deliveries, in threads of their destination.

    A thread calls ``rest`` before each; it lasts only as long as there is something to deliver.
    """

    def __init__(self, deliver: Callable[[int], Outcome | None], rest: Callable[[], None]) -> None:
        self._deliver = deliver
        self._rest = rest
        self._changed = threading.Condition()
        self._lanes: dict[str, Lane[Outcome]] = {}
        self._threads = 0
        self._stopping = False

    @property
    def busy(self) -> bool:
        """Whether anything is at hand or under way, or done but not forgotten."""
        with self._changed:
            return any(lane.taken for lane in self._lanes.values())

    def lane(self, destination: str) -> Lane[Outcome]:
        """The lane of a destination. It is to be put into unless all are cleared meanwhile."""
        with self._changed:
            return self._lanes.setdefault(destination, Lane())

    def put(self, destination: str, lane: Lane[Outcome], ids: Iterable[int]) -> None:
        """Have these delivered unless they are already; none if all were cleared meanwhile."""
        with self._changed:
            if self._lanes.get(destination) is not lane:
                return
            new = [id for id in ids if id not in lane.taken]
            lane.queue.extend(new)
            lane.taken.update(new)
            self._staff(destination, lane)

    def look(self) -> None:
        """Start threads where they are missing, which somebody has to do now and then."""
        with self._changed:
            for destination, lane in self._lanes.items():
                self._staff(destination, lane)

    def collect(self) -> list[tuple[int, Outcome | None]]:
        """The deliveries that are done since the last time."""
        found = []
        with self._changed:
            for lane in self._lanes.values():
                found += lane.done
                lane.done = []
        return found

    def forget(self, ids: Iterable[int]) -> None:
        """Deliveries that were collected may be put again."""
        gone = set(ids)
        with self._changed:
            for destination, lane in list(self._lanes.items()):
                lane.taken -= gone
                if not lane.taken and not lane.threads:
                    del self._lanes[destination]

    def clear(self) -> None:
        """Forget all; of what is under way nobody hears any more."""
        with self._changed:
            for lane in self._lanes.values():
                lane.queue.clear()
            self._lanes = {}

    def stop(self, seconds: float) -> None:
        """Deliver nothing more, and wait so long for what is under way."""
        with self._changed:
            self._stopping = True
            self._changed.wait_for(lambda: not self._threads, seconds)

    def _staff(self, destination: str, lane: Lane[Outcome]) -> None:
        if not lane.queue or self._stopping:
            return
        if lane.threads:
            since = time.monotonic() - SLOW
            slow = len(lane.busy) == lane.threads and max(lane.busy.values()) < since
            if not slow or lane.threads >= MOST_OF_ONE or self._threads >= MOST_SECOND:
                return
        elif self._threads >= MOST:
            return
        lane.threads += 1
        self._threads += 1
        threading.Thread(
            target=self._run, args=(lane,), name=f"outbox {destination}", daemon=True
        ).start()

    def _run(self, lane: Lane[Outcome]) -> None:
        me = threading.get_ident()
        while True:
            self._rest()
            with self._changed:
                if not lane.queue or self._stopping:
                    lane.threads -= 1
                    self._threads -= 1
                    self._changed.notify_all()
                    return
                id = lane.queue.popleft()
                lane.busy[me] = time.monotonic()
            outcome = None
            try:
                outcome = self._deliver(id)
            except Exception:
                if not self._stopping:
                    log.exception("an event could not be delivered")
            finally:
                with self._changed:
                    del lane.busy[me]
                    lane.done.append((id, outcome))
