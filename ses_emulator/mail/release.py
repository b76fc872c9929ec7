"""Releases captured messages: hands them to a real SMTP server, on request or by pattern."""

import logging
import re
import threading
from collections.abc import Iterable, Sequence
from fnmatch import translate
from functools import lru_cache
from typing import NamedTuple

from ses_emulator.mail.delivered import delivered
from ses_emulator.mail.relay import Relay, RelayError, hand_over, relay_of
from ses_emulator.store import releases
from ses_emulator.store.account import Instance
from ses_emulator.store.documents import Document
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Stored

log = logging.getLogger(__name__)


class Wanted(NamedTuple):
    """A message (by its MessageId) that is to be released, and to whom of its recipients."""

    id: str
    recipients: Sequence[str]


def release_later(instance: Instance, id: str, outcome: Iterable[Event]) -> None:
    """Have a message released to those of ``--release`` whom it is delivered to.

    To be called in the transaction that delivers it; it is released after the commit.
    """
    pattern = _pattern(tuple(instance.settings.release))
    recipients = [
        recipient
        for event in outcome
        if event.type == "Delivery"
        for recipient in event.recipients
        if pattern.fullmatch(recipient.lower())
    ]
    if recipients:
        wanted = Wanted(id, recipients)
        instance.database.after_commit(lambda: instance.releases.put(wanted))


@lru_cache(maxsize=16)
def _pattern(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(translate(pattern.lower()) for pattern in patterns))


def release(
    instance: Instance, relay: Relay, stored: Stored, recipients: Sequence[str]
) -> Document:
    """Hand a message over, not within a transaction; what came of it, which is stored as well.

    Its ``error`` is the line that tells why the server did not take it, or None.
    """
    result: Document = {
        "timestamp": instance.clock(),
        "relay": relay.name,
        "recipients": list(recipients),
        "refused": [],
        "reply": None,
        "error": None,
    }
    try:
        handed = hand_over(relay, stored.mail_from, recipients, delivered(instance, stored))
        result["reply"] = handed.reply
        result["recipients"] = [each for each in recipients if each not in handed.refused]
        result["refused"] = [
            {"recipient": recipient, "reply": reply} for recipient, reply in handed.refused.items()
        ]
    except RelayError as error:
        result["error"] = str(error)
    releases.add(instance.database, stored.id, result)
    return result


class Releaser:
    """Releases the messages that wait, one by one, on a thread of its own.

    Raises ConfigError for a ``--relay`` that is no use.
    """

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._relay = relay_of(instance.settings)
        self._thread = threading.Thread(target=self._run, name="releaser", daemon=True)

    def start(self) -> None:
        """Begin, if anything is released by pattern."""
        if self._instance.settings.release:
            self._thread.start()

    def stop(self, seconds: float = 0.5) -> None:
        """Stop; what still waits is not released any more, the server is waited for so long."""
        if self._thread.is_alive():
            while not self._instance.releases.empty():
                self._instance.releases.get_nowait()
            self._instance.releases.put(None)
            self._thread.join(seconds)

    def _run(self) -> None:
        assert self._relay is not None
        while (wanted := self._instance.releases.get()) is not None:
            try:
                stored = self._instance.messages.find(wanted.id)
                if stored is not None:  # else it was deleted meanwhile
                    result = release(self._instance, self._relay, stored, wanted.recipients)
                    if result["error"] is not None:
                        log.warning("%s is not released: %s", wanted.id, result["error"])
            except Exception:
                log.exception("message %s could not be released", wanted.id)
