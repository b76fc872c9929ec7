"""What happened last, numbered, for those who wait for it and for the event stream."""

import re
import threading
import uuid
from collections import deque
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

KEPT = 10_000
# As many digits as a counter ever has; Python refuses to read thousands.
NUMBER = re.compile("[0-9]{1,18}")
Kind = Literal["message", "event", "deleted", "reset"]


class Change(NamedTuple):
    """Something that happened; ``subject`` is a MessageId, an event's id, ids, or None."""

    number: int
    kind: Kind
    subject: Any


class Changes:
    """The last changes of one instance. Numbers rise by one; tokens name the instance as well."""

    def __init__(self) -> None:
        self._instance = uuid.uuid4().hex[:8]
        self._condition = threading.Condition()
        self._kept: deque[Change] = deque(maxlen=KEPT)
        self._number = 0
        self._closed = False

    @property
    def number(self) -> int:
        """The number of the last change."""
        return self._number

    @property
    def closed(self) -> bool:
        """Whether the instance is stopping, so that nothing more will come."""
        return self._closed

    def publish(self, kind: Kind, subject: Any = None) -> None:
        """Tell everyone who waits."""
        self.publish_all(kind, (subject,))

    def publish_all(self, kind: Kind, subjects: Iterable[Any]) -> None:
        """Tell everyone who waits of several changes at once."""
        with self._condition:
            for subject in subjects:
                self._number += 1
                self._kept.append(Change(self._number, kind, subject))
            self._condition.notify_all()

    def wait(self, number: int, timeout: float) -> bool:
        """Wait at most ``timeout`` seconds for a change after ``number``; whether there is one."""
        with self._condition:
            self._condition.wait_for(lambda: self._closed or self._number > number, timeout)
            return self._number > number

    def since(self, number: int) -> list[Change] | None:
        """The changes after ``number``, or None if not all of them are kept any more."""
        with self._condition:
            missed = self._number - number
            if missed > len(self._kept):
                return None
            return list(self._kept)[len(self._kept) - missed :]

    def token(self, number: int) -> str:
        """The event id of a change."""
        return f"{self._instance}-{number}"

    def read_token(self, token: str) -> int | None:
        """The number of an event id, or None if it is not of this instance."""
        instance, _, digits = token.partition("-")
        if instance != self._instance or not NUMBER.fullmatch(digits):
            return None
        number = int(digits)
        return number if number <= self._number else None

    def close(self) -> None:
        """Let everyone who waits go."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
