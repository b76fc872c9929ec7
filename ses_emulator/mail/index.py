"""Reads captured messages for the list and for search, behind the sends that it must not slow."""

import threading
from collections.abc import Sequence

from ses_emulator.mail.findings import findings
from ses_emulator.mail.read import Content, read
from ses_emulator.mail.text import from_html
from ses_emulator.store.account import Instance
from ses_emulator.store.messages import Stored
from ses_emulator.store.search import Indexed

BATCH = 50
# Index when no message came for so long, in seconds: under load a send would pay for it.
QUIET = 0.5
SNIPPET = 200
# What search keeps of one message, in characters.
SEARCHED = 200_000


def summarise(instance: Instance, message: Stored) -> Indexed:
    """What the list shows of a message and what search finds in it, from its raw bytes.

    Of a call that was refused that is the answer.
    """
    if message.error is not None:
        told = f"{message.error['code']}: {message.error['message']}"
        return Indexed(told, 0, f"{message.operation} {told}")
    raw = instance.messages.raw(message.seq)
    content = read(raw)
    indexed = _indexed(content)
    indexed.findings = findings(instance, message, raw, content)
    return indexed


def _indexed(content: Content) -> Indexed:
    text = content.text
    if not text or not text.strip():
        text = from_html((content.html or "")[: 4 * SEARCHED])
    text = text[:SEARCHED]
    snippet = " ".join(text[: 20 * SNIPPET].split())[:SNIPPET]
    size = sum(len(part.content) for part in content.attachments)
    return Indexed(snippet, len(content.attachments), text, size)


class Indexer:
    """Keeps the search index of an instance up to date, by a thread of its own or when asked."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="indexer", daemon=True)

    def start(self) -> None:
        """Index whenever it is quiet."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; what is not indexed yet will be after the next start."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def catch_up(self) -> None:
        """Index everything that was captured before the call, whatever is captured meanwhile."""
        newest = self._instance.messages.newest()
        while 0 < self._index_batch() < newest:
            pass

    def _index_batch(self) -> int:
        """Index the oldest that are not; the number of the last, 0 if there are no more."""
        with self._lock:
            waiting: Sequence[Stored] = self._instance.messages.unindexed(BATCH)
            self._instance.messages.index(
                [(message, summarise(self._instance, message)) for message in waiting]
            )
            return waiting[-1].seq if len(waiting) == BATCH else 0

    def _run(self) -> None:
        # It looks now and then instead of waiting for each message: to be woken by every send
        # costs the sends a fifth of their rate.
        changes = self._instance.changes
        seen = -1
        while not self._stopping.wait(QUIET):
            if changes.number != seen:
                seen = changes.number
                continue
            while changes.number == seen and not self._stopping.is_set() and self._index_batch():
                pass
