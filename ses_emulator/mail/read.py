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
BODIES = {"text/plain": "text", "text/html": "html"}
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
class Node:
    """An entity in the tree of a message; ``parts`` are those of a multipart, in order.

    ``size`` counts the bytes of its body as they are encoded. ``body`` is ``text`` or ``html``
    where it is shown as that, ``attachment`` the index of the Part that it is.
    """

    type: str
    encoding: str
    charset: str | None
    disposition: str
    name: str
    content_id: str | None
    size: int
    body: str | None = None
    attachment: int | None = None
    parts: list["Node"] = field(default_factory=list)


@dataclass(slots=True)
class Content:
    """What a message says. ``headers`` are in order, decoded and unfolded; lines end in LF.

    ``text`` and ``html`` are None where there is none, or none that could be found; ``error`` then
    says in one line what could not be read. ``tree`` has the message itself.
    """

    headers: list[tuple[str, str]] = field(default_factory=list)
    text: str | None = None
    html: str | None = None
    attachments: list[Part] = field(default_factory=list)
    error: str | None = None
    tree: list[Node] = field(default_factory=list, compare=False)


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
    """A message or a part of one, still to be read, and the ``siblings`` that it is one of.

    ``above`` are the multiparts of CHOICES that it lies in: which of their parts, by number, is
    the body of a kind, and the number of the part that leads to this one.
    """

    raw: bytes | HeaderBlock
    siblings: list[Node]
    default: str = "text/plain"
    depth: int = 0
    above: tuple[tuple[dict[str, int], int], ...] = ()


class _Reading:
    """Reads one message into ``content``."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._parts = MOST_PARTS
        self._bodies: dict[str, list[str]] = {type: [] for type in BODIES}

    def read(self, message: HeaderBlock) -> None:
        self._read_parts(message)
        self._content.text = _joined(self._bodies["text/plain"])
        self._content.html = _joined(self._bodies["text/html"])

    def _read_parts(self, message: HeaderBlock) -> None:
        waiting = [_Entity(message, self._content.tree)]
        while waiting:
            entity = waiting.pop()
            block = HeaderBlock(entity.raw) if isinstance(entity.raw, bytes) else entity.raw
            type, parameters = mime.content_type(block, entity.default)
            node = _node(block, type, parameters)
            entity.siblings.append(node)
            parts = self._open(block, node, parameters.get("boundary", ""), entity)
            waiting.extend(reversed(parts))
            # What the whole message was to be is no attachment of it.
            if not parts and not (type.startswith("multipart/") and entity.depth == 0):
                self._take(block, node, entity)

    def _open(
        self, block: HeaderBlock, node: Node, boundary: str, entity: _Entity
    ) -> list[_Entity]:
        """The parts of a multipart; none if it is something else or cannot be opened."""
        type = node.type
        if not type.startswith("multipart/"):
            return []
        if entity.depth == DEEPEST:
            self._fail(f"parts are nested more than {DEEPEST} deep")
            return []
        spans = mime.spans(block.raw, boundary, block.start) if boundary else ()
        found = list(islice(spans, self._parts + 1))
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
                block.raw[start:end],
                node.parts,
                default,
                entity.depth + 1,
                (*entity.above, (taken, number)) if type in CHOICES else entity.above,
            )
            for number, (start, end) in enumerate(found)
        ]

    def _fail(self, reason: str) -> None:
        self._content.error = self._content.error or reason

    def _take(self, block: HeaderBlock, node: Node, entity: _Entity) -> None:
        """Read a part that has no parts, as a body or as an attachment."""
        type, name = node.type, node.name
        data = mime.decoded(block)
        is_body = type in self._bodies and mime.is_body(node.disposition, name, entity.depth)
        if is_body and _choose(type, entity):
            node.body = BODIES[type]
            text = to_text(data, node.charset).replace("\r\n", "\n")
            self._bodies[type].append(text)
            return
        attachments = self._content.attachments
        node.attachment = len(attachments)
        attachments.append(
            Part(
                index=node.attachment,
                name=CONTROL.sub(" ", name).strip() or _default_name(type, data, node.attachment),
                type=type,
                content=data,
                content_id=node.content_id,
                inline=node.disposition == "inline"
                or (not node.disposition and node.content_id is not None),
            )
        )


def _node(block: HeaderBlock, type: str, parameters: dict[str, str]) -> Node:
    """What the header fields say of an entity."""
    disposition, more = mime.parameters(mime.first(block, "content-disposition"))
    return Node(
        type=type,
        encoding=mime.transfer_encoding(block),
        charset=parameters.get("charset"),
        disposition=disposition,
        name=more.get("filename") or parameters.get("name") or "",
        content_id=mime.first(block, "content-id").strip().strip("<>") or None,
        size=len(block.view),
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
