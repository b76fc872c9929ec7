"""A mailbox of many messages in a SQLite file, such as a long day of tests leaves behind."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

from ses_emulator.store.changes import Changes
from ses_emulator.store.database import Database
from ses_emulator.store.events import Event, status_of
from ses_emulator.store.messages import Messages, Stored
from ses_emulator.store.search import Indexed

BATCH = 2000
DAYS = 30
SETS = ("orders", "newsletter", "alerts", "password-reset", "trial")
TEMPLATES = ("welcome", "receipt", "invoice", "reminder", "digest")
# What became of the messages, of a hundred.
OUTCOMES = {
    "Delivery": 88,
    "Open": 4,
    "Click": 2,
    "Bounce": 3,
    "Complaint": 1,
    "DeliveryDelay": 1,
    "Reject": 1,
}
SNIPPET = 200


def mailbox(folder: Path, count: int) -> Path:
    """The database of ``count`` messages in a folder, made if it is not there."""
    path = folder / f"mailbox-{count}.db"
    if not path.exists():
        build(path, count)
    return path


def build(path: Path, count: int = 100_000) -> None:
    """Make a database of ``count`` messages that are indexed, in about 20 seconds.

    The last came a moment ago, the others in the days before; but for that they are always the
    same.
    """
    database = Database(str(path))
    messages = Messages(database, Changes(), keep=0)
    mails = _mails(count)
    try:
        for start in range(0, count, BATCH):
            entries = []
            with database.attempt():
                for number in range(start, min(start + BATCH, count)):
                    stored, text, events = next(mails)
                    messages.add(stored, _raw(stored, text), stored.to, events, 1)
                    stored.seq = number + 1
                    entries.append((stored, Indexed(text[:SNIPPET], number % 20 == 0, text)))
                messages.index(entries)
    finally:
        database.close()


def _raw(stored: Stored, text: str) -> bytes:
    headers = f"From: {stored.sender}\r\nTo: {stored.to[0]}\r\nSubject: {stored.subject}\r\n\r\n"
    return (headers + text.replace("\n", "\r\n")).encode()


def _mails(count: int) -> Iterator[tuple[Stored, str, list[Event]]]:
    """Messages with their texts, and what happened to them."""
    chance = random.Random(count)
    words = _words(chance, 5000)
    # As in a language: few are in most texts, most are in few.
    weights = list(accumulate(1 / (rank + 8) for rank in range(len(words))))
    lines = [" ".join(chance.choices(words, cum_weights=weights, k=12)) for _ in range(5000)]
    names = _words(chance, 20_000)
    outcomes = chance.choices(list(OUTCOMES), list(OUTCOMES.values()), k=count)
    now = time.time()
    for number, outcome in enumerate(outcomes):
        received = now - (count - number) * DAYS * 86400 / count
        subject = " ".join(chance.choice(lines).split()[:6]).capitalize()
        text = "\n".join(chance.choices(lines, k=8))
        to = f"{chance.choice(names)}@{'example.com' if number % 3 else 'example.net'}"
        events = [
            Event(type, received, [to]) for type in dict.fromkeys(("Send", "Delivery", outcome))
        ]
        stored = Stored(
            id=f"0100{int(received * 1000):012x}-{chance.getrandbits(128):032x}-000000",
            account="000000000000" if number % 10 else "111122223333",
            region="us-east-1" if number % 7 else "eu-west-1",
            received=received,
            api=("v2", "v2", "v1", "smtp")[number % 4],
            operation="SendEmail" if number % 4 < 3 else "SMTP",
            status=status_of(events),
            mail_from=f"{SETS[number % 5]}@shop.example",
            sender=f"Shop <{SETS[number % 5]}@shop.example>",
            subject=subject,
            configuration_set=chance.choice(SETS) if number % 2 else None,
            size=len(subject) + len(text) + 100,
            to=[to],
            cc=[],
            bcc=[],
            tags={"campaign": words[number % 50], "stage": "test"} if number % 4 == 0 else {},
            source_ip="127.0.0.1",
            findings=[],
            template=chance.choice(TEMPLATES) if number % 3 == 0 else None,
        )
        yield stored, text, events


def _words(chance: random.Random, count: int) -> list[str]:
    syllables = [one + two for one in "bcdfghklmnprstvw" for two in "aeiou"]
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(chance.choices(syllables, k=chance.randint(2, 4)))] = None
    return list(found)
