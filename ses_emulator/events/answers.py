"""What a destination of events answers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """A destination took an event: its HTTP status, and in words what it said, such as an id."""

    status: int | None
    detail: str


class DeliveryError(Exception):
    """A destination did not take an event. ``retry`` says whether it may take it later.

    ``status`` is the destination's HTTP status, None if it gave none.
    """

    def __init__(self, message: str, *, retry: bool, status: int | None = None) -> None:
        super().__init__(message)
        self.retry = retry
        self.status = status
