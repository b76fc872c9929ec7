"""The header block of a raw message, field by field, its bytes untouched.

The standard library's parser keeps no exact bytes and costs a parse of the whole body; here
only the header block is read, so that the body goes out byte for byte as it came in.
"""

import binascii
import re
from collections.abc import Collection, Iterator
from itertools import groupby

from ses_emulator.mail.charsets import to_text

# RFC 5322 section 2.2: a name, a colon, and a value that goes on over folded lines. Possessive,
# for a million folded lines would otherwise be remembered one by one.
FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:([^\n]*+(?:\n[ \t][^\n]*+)*+)(?:\n|\Z)")
BLANK_LINE = re.compile(rb"\r?\n")
# RFC 2047 section 2, but with the blanks and question marks that some programs leave in the text.
ENCODED_WORD = re.compile(r"=\?([^?]*)\?([bBqQ])\?(.*?)\?=", re.DOTALL)
NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


class HeaderBlock:
    """Header fields in order, and the body that follows them.

    A line that is no header field ends the block; it and all that follows is the body then, as the
    standard library and most mail programs read it. The body begins in ``raw`` at ``start``.
    """

    __slots__ = ("fields", "newline", "raw", "start")

    def __init__(self, raw: bytes) -> None:
        position = 0
        # The separator line of an mbox file; but a field may have a blank before its colon, too.
        if raw.startswith(b"From ") and not FIELD.match(raw):
            position = raw.find(b"\n") + 1 or len(raw)
        self.fields: list[tuple[str, bytes]] = []
        while found := FIELD.match(raw, position):
            self.fields.append((found[1].decode("ascii").lower(), found[0]))
            position = found.end()
        end = raw.find(b"\n", 0, position)
        self.newline = b"\n" if end > 0 and raw[end - 1 : end] != b"\r" else b"\r\n"
        blank = BLANK_LINE.match(raw, position)
        # No copy of the body, which may be large.
        self.raw = raw
        self.start = blank.end() if blank else position

    @property
    def body(self) -> bytes:
        """What follows the header block."""
        return self.raw[self.start :]

    @body.setter
    def body(self, body: bytes) -> None:
        self.raw, self.start = body, 0

    @property
    def view(self) -> memoryview:
        """The body without a copy of it."""
        return memoryview(self.raw)[self.start :]

    def get(self, name: str) -> str | None:
        """The decoded value of the first field with this name (lower case), or None."""
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> list[str]:
        """The decoded values of all fields with this name (lower case)."""
        return [decode(field_value(line)) for key, line in self.fields if key == name]

    def raw_values(self, name: str) -> list[str]:
        """The unfolded values of all fields with this name, encoded words left as they are."""
        return [unfold(field_value(line)) for key, line in self.fields if key == name]

    def items(self) -> list[tuple[str, str]]:
        """Every field in order: its name as it is written, its decoded value."""
        pairs = [line.split(b":", 1) for _, line in self.fields]
        return [(name.decode("ascii").rstrip(), decode(value)) for name, value in pairs]

    def remove(self, names: Collection[str]) -> None:
        """Take away every field with one of these names (lower case)."""
        self.fields = [field for field in self.fields if field[0] not in names]

    def take(self, names: Collection[str]) -> dict[str, list[str]]:
        """Take away the fields with one of these names (lower case); their decoded values."""
        taken: dict[str, list[str]] = {}
        for key, line in self.fields:
            if key in names:
                taken.setdefault(key, []).append(decode(field_value(line)))
        if taken:
            self.remove(taken)
        return taken

    def append(self, name: str, value: str) -> None:
        """Add a field at the end of the block."""
        line = f"{name}: {value}".encode() + self.newline
        self.fields.append((name.lower(), line))

    def to_bytes(self) -> bytes:
        """The message: header block, blank line, body."""
        lines = [line if line.endswith(b"\n") else line + self.newline for _, line in self.fields]
        return b"".join([*lines, self.newline, self.view])


def field_value(line: bytes) -> bytes:
    """What stands behind the colon of a header field."""
    return line.split(b":", 1)[1]


def unfold(value: bytes) -> str:
    """A header value as text on one line; bytes that are not UTF-8 are replaced."""
    text = value.decode("utf-8", "replace").replace("\r", "").replace("\n", "")
    return text.strip().replace("\t", " ")


def decode(value: bytes | str) -> str:
    """A header value as a person reads it: unfolded, encoded words (RFC 2047) decoded.

    The standard library's decode_header takes quadratic time, and breaks what is not ASCII around
    an encoded word.
    """
    text = unfold(value) if isinstance(value, bytes) else value
    if "=?" not in text:
        return text
    pieces = groupby(_pieces(text), key=lambda piece: piece[0])
    return "".join(to_text(b"".join(data for _, data in run), charset) for charset, run in pieces)


def _pieces(text: str) -> Iterator[tuple[str, bytes]]:
    """Encoded words and what stands between them, as bytes in a charset.

    Bytes in the same charset belong together, for some programs break a character in two.
    """
    position = 0
    # Nothing behind the last end of a word begins one; to search there takes quadratic time.
    for word in ENCODED_WORD.finditer(text, 0, text.rfind("?=") + 2):
        between = text[position : word.start()]
        if not position or between.strip():
            yield "utf-8", between.encode("utf-8", "replace")
        charset, encoding, encoded = word.groups()
        data = encoded.encode("utf-8", "replace")
        decoded = decode_base64(data) if encoding in "bB" else binascii.a2b_qp(data, header=True)
        yield charset.partition("*")[0].lower(), decoded  # RFC 2231 section 5: a language
        position = word.end()
    yield "utf-8", text[position:].encode("utf-8", "replace")


def decode_base64(data: bytes | memoryview) -> bytes:
    """What base64 stands for, as far as it goes: other characters and a cut end are passed over."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        data = NOT_BASE64.sub(b"", data)
        length = len(data) - (len(data) % 4 == 1)
        return binascii.a2b_base64(data[:length] + b"=" * (-length % 4))
