"""The texts of a raw message, to be changed while every other byte stays as it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from ses_emulator.mail import mime
from ses_emulator.mail.charsets import known
from ses_emulator.mail.compose import LONG_LINE, transfer_encode
from ses_emulator.mail.headers import HeaderBlock

# Whoever changes what is in them breaks them.
SEALED = ("multipart/encrypted", "multipart/signed")
PLAIN = ("", "7bit", "8bit", "binary")
ENCODED = ("base64", "quoted-printable")
# All of ASCII, and what switches to other characters within it (RFC 1468, RFC 1557).
ASCII = bytes(range(128)) + b"\x1b$B!!\x1b(B\x1b$)C\x0e!!\x0f"


@dataclass(frozen=True, slots=True)
class TextBody:
    """A text: the bytes of a message from ``start`` to ``end``, its headers among them.

    What is ASCII in ``text`` can be read and changed; all else may stand for other characters.
    """

    start: int
    end: int
    text: str
    _head: bytes
    _block: HeaderBlock
    _codec: str

    def with_text(self, text: str) -> bytes:
        """The bytes with another text, in the same encoding unless a line got too long for it."""
        data = text.encode(self._codec)
        encoding = mime.transfer_encoding(self._block)
        if encoding == "quoted-printable":
            return self._head + self._transfer_encoded(data, encoding)
        if encoding == "base64":
            body = self._block.body
            return self._head + self._transfer_encoded(data, encoding) + body[_content_end(body) :]
        if not LONG_LINE.search(data):
            return self._head + data
        block = self._block
        block.remove(("content-transfer-encoding",))
        block.append("Content-Transfer-Encoding", "base64")
        block.body = self._transfer_encoded(data, "base64")
        return block.to_bytes()

    def _transfer_encoded(self, data: bytes, encoding: str) -> bytes:
        newline = self._block.newline
        lines = data.count(newline)
        ended = lines == data.count(b"\n") and data.count(b"\r") == lines * (len(newline) - 1)
        return transfer_encode(data, encoding, lines=ended).replace(b"\r\n", newline)


def _content_end(body: bytes) -> int:
    return len(body.rstrip(b"\r\n"))


def text_bodies(raw: bytes, wanted: str) -> Iterator[TextBody]:
    """The texts of a message that are ``wanted``, such as ``text/html``, in order.

    Attachments are not among them, nor is what cannot be read.
    """
    waiting = [(0, len(raw), "text/plain", 0)]
    left = mime.MOST_PARTS
    while waiting:
        start, end, default, depth = waiting.pop()
        block = HeaderBlock(raw[start:end])
        type, parameters = mime.content_type(block, default)
        body = end - len(block.body)
        if type == wanted:
            disposition, more = mime.parameters(mime.first(block, "content-disposition"))
            name = more.get("filename") or parameters.get("name") or ""
            codec = _codec(parameters.get("charset"))
            text = _text(block, codec) if mime.is_body(disposition, name, depth) else None
            if text is not None:
                yield TextBody(start, end, text, raw[start:body], block, codec)
        elif type.startswith("multipart/") and type not in SEALED and depth < mime.DEEPEST:
            boundary = parameters.get("boundary")
            found = list(islice(mime.spans(block.body, boundary), left)) if boundary else []
            left -= len(found)
            inner = mime.default_type(type)
            waiting += [(body + a, body + b, inner, depth + 1) for a, b in reversed(found)]


def _codec(charset: str | None) -> str:
    """With what to decode: where ASCII is always itself, all bytes can be taken for characters."""
    if charset is None or not known(charset):
        return "latin-1"
    try:
        return "latin-1" if ASCII.decode(charset) == ASCII.decode() else charset
    except UnicodeError:
        return charset


def _text(block: HeaderBlock, codec: str) -> str | None:
    """The text of a body; None if it cannot be read in such a way that it can be written again."""
    if mime.transfer_encoding(block) not in (*PLAIN, *ENCODED):
        return None
    try:
        text = mime.decoded(block).decode(codec)
        text.encode(codec)
    except UnicodeError:
        return None
    return text
