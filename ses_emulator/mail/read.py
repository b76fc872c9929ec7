"""Reads captured bytes to show them and to search them; no bytes can make it fail."""

import mimetypes
import re
from dataclasses import dataclass, field
from itertools import islice

from ses_emulator.mail import mime
from ses_emulator.mail.charsets import to_text
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.mail.mime import DEEPEST, MOST_PARTS

# Only one of these parts is the body of a kind; in other multiparts they follow each other.
CHOICES = ("multipart/alternative", "multipart/related")
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(slots=True)
class Part:
    """An attachment: everything that is no body. ``content`` is decoded, ``index`` from 0.

    ``content_id`` is without its angle brackets. ``inline`` is one to be shown in the body.
    """

    index: int
    name: str
    type: str
    content: bytes
    content_id: str | None
    inline: bool


@dataclass(slots=True)
class Content:
    """What a message says. ``headers`` are in order, decoded and unfolded; lines end in LF.

    ``text`` and ``html`` are None where there is none, or none that could be found; ``error`` then
    says in one line what could not be read.
    """

    headers: list[tuple[str, str]] = field(default_factory=list)
    text: str | None = None
    html: str | None = None
    attachments: list[Part] = field(default_factory=list)
    error: str | None = None


def read(raw: bytes) -> Content:
    """What the message says, as far as it can be read. Never raises."""
    content = Content()
    try:
        block = HeaderBlock(raw)
        content.headers = block.items()
        _Reading(content).read(block)
    except Exception as error:  # What cannot be read must not hide the rest of the inbox.
        content.error = f"{type(error).__name__}: {' '.join(str(error).split())}"
    return content


@dataclass(slots=True)
class _Entity:
    """A message or a part of one, still to be read.

    ``above`` are the multiparts of CHOICES that it lies in: which of their parts, by number, is
    the body of a kind, and the number of the part that leads to this one.
    """

    raw: bytes | HeaderBlock
    default: str = "text/plain"
    depth: int = 0
    above: tuple[tuple[dict[str, int], int], ...] = ()


class _Reading:
    """Reads one message into ``content``."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._parts = MOST_PARTS
        self._bodies: dict[str, list[str]] = {"text/plain": [], "text/html": []}

    def read(self, message: HeaderBlock) -> None:
        self._read_parts(message)
        self._content.text = _joined(self._bodies["text/plain"])
        self._content.html = _joined(self._bodies["text/html"])

    def _read_parts(self, message: HeaderBlock) -> None:
        waiting = [_Entity(message)]
        while waiting:
            entity = waiting.pop()
            block = HeaderBlock(entity.raw) if isinstance(entity.raw, bytes) else entity.raw
            type, parameters = mime.content_type(block, entity.default)
            parts = self._open(block, type, parameters.get("boundary", ""), entity)
            waiting.extend(reversed(parts))
            # What the whole message was to be is no attachment of it.
            if not parts and not (type.startswith("multipart/") and entity.depth == 0):
                self._take(block, type, parameters, entity)

    def _open(self, block: HeaderBlock, type: str, boundary: str, entity: _Entity) -> list[_Entity]:
        """The parts of a multipart; none if it is something else or cannot be opened."""
        if not type.startswith("multipart/"):
            return []
        if entity.depth == DEEPEST:
            self._fail(f"parts are nested more than {DEEPEST} deep")
            return []
        found = list(islice(mime.spans(block.body, boundary), self._parts + 1)) if boundary else []
        if not found:
            self._fail(f"{type} without " + ("its parts" if boundary else "a boundary"))
        if len(found) > self._parts:
            self._fail(f"more than {MOST_PARTS} parts")
            found.pop()
        self._parts -= len(found)
        default = mime.default_type(type)
        taken: dict[str, int] = {}
        return [
            _Entity(
                block.body[start:end],
                default,
                entity.depth + 1,
                (*entity.above, (taken, number)) if type in CHOICES else entity.above,
            )
            for number, (start, end) in enumerate(found)
        ]

    def _fail(self, reason: str) -> None:
        self._content.error = self._content.error or reason

    def _take(
        self, block: HeaderBlock, type: str, parameters: dict[str, str], entity: _Entity
    ) -> None:
        """Read a part that has no parts, as a body or as an attachment."""
        disposition, more = mime.parameters(mime.first(block, "content-disposition"))
        name = more.get("filename") or parameters.get("name") or ""
        data = mime.decoded(block)
        is_body = type in self._bodies and mime.is_body(disposition, name, entity.depth)
        if is_body and _choose(type, entity):
            text = to_text(data, parameters.get("charset")).replace("\r\n", "\n")
            self._bodies[type].append(text)
            return
        content_id = mime.first(block, "content-id").strip().strip("<>") or None
        attachments = self._content.attachments
        attachments.append(
            Part(
                index=len(attachments),
                name=CONTROL.sub(" ", name).strip() or _default_name(type, data, len(attachments)),
                type=type,
                content=data,
                content_id=content_id,
                inline=disposition == "inline" or (not disposition and content_id is not None),
            )
        )


def _joined(texts: list[str]) -> str | None:
    """Texts that follow each other, each beginning a line; None if there are none."""
    if not texts:
        return None
    *before, last = [text for text in texts if text] or [""]
    return "".join(text if text.endswith("\n") else f"{text}\n" for text in before) + last


def _choose(type: str, entity: _Entity) -> bool:
    """Whether the part is the body of its kind, or follows one, in all that it lies in."""
    if any(taken.get(type, number) != number for taken, number in entity.above):
        return False
    for taken, number in entity.above:
        taken[type] = number
    return True


def _default_name(type: str, data: bytes, index: int) -> str:
    if type in ("message/rfc822", "message/global"):
        subject = CONTROL.sub(" ", HeaderBlock(data).get("subject") or "").strip()
        return f"{subject or 'message'}.eml"
    return f"attachment-{index + 1}{mimetypes.guess_extension(type) or ''}"
