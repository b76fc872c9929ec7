"""The header block of a raw message, field by field, its bytes untouched.

The standard library's parser keeps no exact bytes and costs a parse of the whole body; here
only the header block is read, so that the body goes out byte for byte as it came in.
"""

import re
from collections.abc import Collection
from email.errors import HeaderParseError
from email.header import decode_header

# RFC 5322 section 2.2: a name, a colon, and a value that goes on over folded lines.
FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
BLANK_LINE = re.compile(rb"\r?\n")


class HeaderBlock:
    """Header fields in order, and the body that follows them.

    A line that is no header field ends the block; it and all that follows is the body then, as the
    standard library and most mail programs read it.
    """

    __slots__ = ("body", "fields", "newline")

    def __init__(self, raw: bytes) -> None:
        position = 0
        if raw.startswith(b"From "):  # the separator line of an mbox file
            position = raw.find(b"\n") + 1 or len(raw)
        self.fields: list[tuple[str, bytes]] = []
        while found := FIELD.match(raw, position):
            self.fields.append((found[1].decode("ascii").lower(), found[0]))
            position = found.end()
        end = raw.find(b"\n", 0, position)
        self.newline = b"\n" if end > 0 and raw[end - 1 : end] != b"\r" else b"\r\n"
        blank = BLANK_LINE.match(raw, position)
        self.body = raw[blank.end() :] if blank else raw[position:]

    def get(self, name: str) -> str | None:
        """The decoded value of the first field with this name (lower case), or None."""
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> list[str]:
        """The decoded values of all fields with this name (lower case)."""
        return [decode(field_value(line)) for key, line in self.fields if key == name]

    def raw_values(self, name: str) -> list[str]:
        """The unfolded values of all fields with this name, encoded words left as they are."""
        return [unfold(field_value(line)) for key, line in self.fields if key == name]

    def remove(self, names: Collection[str]) -> None:
        """Take away every field with one of these names (lower case)."""
        self.fields = [field for field in self.fields if field[0] not in names]

    def append(self, name: str, value: str) -> None:
        """Add a field at the end of the block."""
        line = f"{name}: {value}".encode() + self.newline
        self.fields.append((name.lower(), line))

    def to_bytes(self) -> bytes:
        """The message: header block, blank line, body."""
        lines = [line if line.endswith(b"\n") else line + self.newline for _, line in self.fields]
        return b"".join([*lines, self.newline, self.body])


def field_value(line: bytes) -> bytes:
    """What stands behind the colon of a header field."""
    return line.split(b":", 1)[1]


def unfold(value: bytes) -> str:
    """A header value as text on one line; bytes that are not UTF-8 are replaced."""
    text = value.decode("utf-8", "replace").replace("\r", "").replace("\n", "")
    return text.strip().replace("\t", " ")


def decode(value: bytes | str) -> str:
    """A header value as a person reads it: unfolded, encoded words (RFC 2047) decoded."""
    text = unfold(value) if isinstance(value, bytes) else value
    if "=?" not in text:
        return text
    try:
        parts = decode_header(text)
    except (HeaderParseError, ValueError):
        return text
    return "".join(_decode_part(part, charset) for part, charset in parts)


def _decode_part(part: bytes | str, charset: str | None) -> str:
    if isinstance(part, str):
        return part
    try:
        return part.decode(charset or "utf-8", "replace")
    except (LookupError, ValueError):
        return part.decode("utf-8", "replace")
