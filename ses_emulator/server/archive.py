"""Captured messages as files in a zip archive that is made while it is read."""

import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from ses_emulator.mail.delivered import delivered
from ses_emulator.store.account import Instance
from ses_emulator.store.messages import Stored

# What some file system does not take in a name, and what makes it look like another.
UNSAFE = re.compile(r'[\x00-\x1f\x7f"*/:<>?\\|\u200b-\u200f\u202a-\u202e\u2066-\u2069]+')
LONGEST_SUBJECT = 80


class Sink:
    """A file that is only written to; what was written is taken away piece by piece."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Take more."""
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        """All that was written since the last time."""
        data = b"".join(self._written)
        self._written.clear()
        return data


def archive(instance: Instance, messages: Iterable[Stored]) -> Iterator[bytes]:
    """The archive in pieces, one for each message, as its recipients get it.

    What has no bytes, such as a message that was deleted meanwhile, is left out.
    """
    sink, names = Sink(), Counter[str]()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as made:  # type: ignore[call-overload]
        for message in messages:
            content = delivered(instance, message)
            if content:
                made.writestr(_entry(message, names), content, zipfile.ZIP_DEFLATED)
                yield sink.take()
    yield sink.take()


def _entry(message: Stored, names: Counter[str]) -> zipfile.ZipInfo:
    """A name of the moment in UTC and the subject; ``names`` are those that were given."""
    moment = datetime.fromtimestamp(message.received, UTC)
    subject = UNSAFE.sub("_", message.subject)[:LONGEST_SUBJECT].strip(" .") or "no subject"
    name = f"{moment:%Y-%m-%d %H.%M.%S} {subject}".encode("utf-8", "replace").decode()
    names[name.lower()] += 1  # some file systems take no notice of case
    if names[name.lower()] > 1:
        name += f" ({names[name.lower()]})"
    year = max(moment.year, 1980)  # the format knows none before
    return zipfile.ZipInfo(f"{name}.eml", (year, *moment.timetuple()[1:6]))
