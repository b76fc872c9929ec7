"""Reads captured bytes to show them and to search them; no bytes can make it fail.

The parts are found here rather than by the standard library's parser, which takes a second and
more for a large message, quadratic time for some broken ones, and cannot go deep.
"""

import binascii
import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import decode_params, unquote
from itertools import islice

from ses_emulator.mail.charsets import to_text
from ses_emulator.mail.headers import HeaderBlock, decode, decode_base64

# No mail program writes more, and each would take its time. What lies deeper is one attachment.
MOST_PARTS = 10_000
DEEPEST = 20
LONGEST_STRUCTURED = 20_000
TYPE = re.compile(r"\s*([\w!#$&^.+-]+/[\w!#$&^.+-]+)\s*(?:;|\Z)", re.ASCII)
TOKEN = re.compile(r"\s*([\w-]*)", re.ASCII)
# RFC 2045 section 5.1: a name, and a value that is quoted or goes on to the next semicolon.
PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)', re.DOTALL)
# RFC 2046 section 5.1.1: what stands behind a boundary; with two hyphens it was the last.
BOUNDARY_END = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")
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
            type, parameters = _content_type(block, entity.default)
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
        found = list(islice(_split(block.body, boundary), self._parts + 1)) if boundary else []
        if not found:
            self._fail(f"{type} without " + ("its parts" if boundary else "a boundary"))
        if len(found) > self._parts:
            self._fail(f"more than {MOST_PARTS} parts")
            found.pop()
        self._parts -= len(found)
        default = "message/rfc822" if type == "multipart/digest" else "text/plain"
        taken: dict[str, int] = {}
        return [
            _Entity(
                part,
                default,
                entity.depth + 1,
                (*entity.above, (taken, number)) if type in CHOICES else entity.above,
            )
            for number, part in enumerate(found)
        ]

    def _fail(self, reason: str) -> None:
        self._content.error = self._content.error or reason

    def _take(
        self, block: HeaderBlock, type: str, parameters: dict[str, str], entity: _Entity
    ) -> None:
        """Read a part that has no parts, as a body or as an attachment."""
        disposition, more = _parameters(_first(block, "content-disposition"))
        name = more.get("filename") or parameters.get("name") or ""
        data = _decoded(block)
        # RFC 2183 section 2.8: an unknown disposition is an attachment.
        is_body = disposition in ("", "inline") and (not name or entity.depth == 0)
        if is_body and type in self._bodies and _choose(type, entity):
            text = to_text(data, parameters.get("charset")).replace("\r\n", "\n")
            self._bodies[type].append(text)
            return
        content_id = _first(block, "content-id").strip().strip("<>") or None
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


def _split(body: bytes, boundary: str) -> Iterator[bytes]:
    """The parts between the boundaries (RFC 2046 section 5.1.1); the last may have no end."""
    marker = b"--" + boundary.encode("utf-8", "replace")
    start = -1
    position = body.find(marker)
    while position >= 0:
        after = position + len(marker)
        end = BOUNDARY_END.match(body, after)
        if end and (position == 0 or body[position - 1 : position] == b"\n"):
            if start >= 0:
                yield _without_line_end(body[start:position])
            if end[1]:
                return
            start = end.end()
        position = body.find(marker, after)
    if start >= 0:
        yield body[start:]


def _without_line_end(part: bytes) -> bytes:
    """The line break before a boundary belongs to the boundary."""
    return part.removesuffix(b"\n").removesuffix(b"\r")


def _first(block: HeaderBlock, name: str) -> str:
    return next(iter(block.raw_values(name)), "")[:LONGEST_STRUCTURED]


def _content_type(block: HeaderBlock, default: str) -> tuple[str, dict[str, str]]:
    """The media type in lower case and its parameters (RFC 2045 section 5)."""
    value = _first(block, "content-type")
    known = TYPE.match(value)
    _, parameters = _parameters(value)
    # Section 5.2: what is no media type is taken for plain text.
    return known[1].lower() if known else "text/plain" if value else default, parameters


def _parameters(value: str) -> tuple[str, dict[str, str]]:
    """The token that a structured header begins with, and its decoded parameters."""
    token = TOKEN.match(value)
    found = [(name.lower(), text.strip()) for name, text in PARAMETER.findall(value)]
    try:
        decoded = decode_params([("", ""), *found])[1:]
    except (TypeError, ValueError):  # continuations (RFC 2231) with no or with huge numbers
        decoded = found
    parameters: dict[str, str] = {}
    for name, text in decoded:
        if isinstance(text, tuple):
            charset, _, extended = text
            plain = to_text(unquote(extended).encode("latin-1", "replace"), charset)
        else:
            plain = decode(unquote(text))
        parameters.setdefault(name, plain)
    return token[1].lower() if token else "", parameters


def _decoded(block: HeaderBlock) -> bytes:
    """The body without its Content-Transfer-Encoding; an unknown one is left."""
    encoding, _ = _parameters(_first(block, "content-transfer-encoding"))
    if encoding == "base64":
        return decode_base64(block.body)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(block.body)
    return block.body


def _default_name(type: str, data: bytes, index: int) -> str:
    if type in ("message/rfc822", "message/global"):
        subject = CONTROL.sub(" ", HeaderBlock(data).get("subject") or "").strip()
        return f"{subject or 'message'}.eml"
    return f"attachment-{index + 1}{mimetypes.guess_extension(type) or ''}"
