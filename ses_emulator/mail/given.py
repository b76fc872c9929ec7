"""What a raw message was before SES changed its headers, for the events that tell of it."""

from collections.abc import Sequence

from ses_emulator.mail.accept import STEERING
from ses_emulator.mail.compose import REPLACED
from ses_emulator.mail.headers import HeaderBlock, field_value, unfold
from ses_emulator.store.documents import Document
from ses_emulator.store.messages import Stored

TAKEN = STEERING | REPLACED
# Headers that SES adds to every message.
ADDED = frozenset(("date", "feedback-id", "message-id", "x-ses-outgoing"))


def given_document(source: str | None, fields: Sequence[tuple[str, bytes]]) -> Document:
    """What is stored beside a raw message of which these were the header fields.

    That is its sender as the request named it (``source``), or None, and the fields that SES takes
    out, each with its place among all.
    """
    taken = [
        (place, line.decode("utf-8", "replace"))
        for place, (name, line) in enumerate(fields)
        if name in TAKEN
    ]
    return {"source": source, "taken": taken}


def headers_of(raw: bytes, stored: Stored) -> list[tuple[str, str]]:
    """Name and unfolded value of the headers that the sender gave a message, in order.

    ``raw`` is the message as it was stored. Encoded words are left as they are.
    """
    headers = [each for each in _headers(raw) if each[0].lower() not in ADDED]
    for place, line in (stored.given or {}).get("taken", ()):
        headers[place:place] = _headers(line.encode())
    return headers


def _headers(raw: bytes) -> list[tuple[str, str]]:
    lines = [line for _, line in HeaderBlock(raw).fields]
    return [
        (line.split(b":", 1)[0].decode("ascii").rstrip(), unfold(field_value(line)))
        for line in lines
    ]


def source_of(stored: Stored) -> str:
    """The sender of a message as its request named it."""
    return (stored.given or {}).get("source") or stored.sender or stored.mail_from
