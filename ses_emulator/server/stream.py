"""The event stream: what happens in an instance, as server-sent events that can be resumed."""

import json
from collections.abc import Callable, Iterator

from ses_emulator.server import shapes
from ses_emulator.store.account import Instance
from ses_emulator.store.changes import Change

# Streams and waiting requests that may be open at once. Each holds a thread of the server, which
# needs more threads than this to answer anything else.
OPEN_REQUESTS = 64
# Seconds; a client that went is noticed so late at the latest.
HEARTBEAT = 15.0
RETRY_MILLISECONDS = 1000
# In the ASGI scope: a threading.Event that is set when the client went. WSGI cannot tell.
GONE = "ses_emulator.gone"


def frames(
    instance: Instance, last_event_id: str | None, gone: Callable[[], bool]
) -> Iterator[str]:
    """The frames of ``GET stream`` after ``last_event_id``.

    They end with the instance, or when ``gone`` says that nobody reads them any more.

    Source: the HTML standard, "Server-sent events".
    """
    changes = instance.changes
    number = changes.read_token(last_event_id) if last_event_id else changes.number
    # An id without data makes a client resume from here even if nothing happened before it lost us.
    yield f"retry: {RETRY_MILLISECONDS}\n" + (
        "\n" if number is None else f"id: {changes.token(number)}\n\n"
    )
    while not (changes.closed or gone()):
        missed = None if number is None else changes.since(number)
        if number is None or missed is None:
            number = changes.number
            yield _frame(changes.token(number), "reset", {})
            continue
        for change in missed:
            if gone():
                return
            number = change.number
            data = _data(instance, change)
            if data is not None:
                yield _frame(changes.token(number), change.kind, data)
        if not missed and not changes.wait(number, HEARTBEAT) and not changes.closed:
            yield ": still here\n\n"


def _data(instance: Instance, change: Change) -> shapes.Shape | None:
    """What the event says, or None if its message was deleted meanwhile, as a later event tells."""
    match change.kind:
        case "message":
            stored = instance.messages.find(change.subject)
            return None if stored is None else shapes.summary(instance, stored)
        case "event":
            event = instance.messages.event(change.subject)
            return None if event is None else shapes.event(event)
        case "deleted":
            return {"ids": change.subject}
        case "reset":
            return {}


def _frame(id: str, kind: str, data: shapes.Shape) -> str:
    return f"id: {id}\nevent: {kind}\ndata: {json.dumps(data)}\n\n"
