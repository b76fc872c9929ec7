"""The structure of MIME (RFC 2045 to 2047, 2183 and 2231): types, parameters, parts, encodings.

Read here rather than by the standard library's parser, which takes a second and more for a large
message, quadratic time for some broken ones, and cannot go deep.
"""

import binascii
import re
from collections.abc import Iterator
from email.utils import decode_params, unquote

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


def first(block: HeaderBlock, name: str) -> str:
    """The unfolded value of the first field with this name (lower case), or nothing."""
    return next(iter(block.raw_values(name)), "")[:LONGEST_STRUCTURED]


def content_type(block: HeaderBlock, default: str) -> tuple[str, dict[str, str]]:
    """The media type in lower case and its parameters (RFC 2045 section 5)."""
    value = first(block, "content-type")
    known = TYPE.match(value)
    _, found = parameters(value)
    # Section 5.2: what is no media type is taken for plain text.
    return known[1].lower() if known else "text/plain" if value else default, found


def default_type(multipart: str) -> str:
    """The media type of those parts of a multipart that do not tell theirs."""
    return "message/rfc822" if multipart == "multipart/digest" else "text/plain"


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """The token that a structured header begins with, and its decoded parameters."""
    token = TOKEN.match(value)
    found = [(name.lower(), text.strip()) for name, text in PARAMETER.findall(value)]
    try:
        decoded = decode_params([("", ""), *found])[1:]
    except (TypeError, ValueError):  # continuations (RFC 2231) with no or with huge numbers
        decoded = found
    plain: dict[str, str] = {}
    for name, text in decoded:
        if isinstance(text, tuple):
            charset, _, extended = text
            value = to_text(unquote(extended).encode("latin-1", "replace"), charset)
        else:
            value = decode(unquote(text))
        plain.setdefault(name, value)
    return token[1].lower() if token else "", plain


def spans(body: bytes, boundary: str, begin: int = 0) -> Iterator[tuple[int, int]]:
    """Where the parts between the boundaries begin and end (RFC 2046 section 5.1.1).

    The last part may have no boundary behind it. The body may ``begin`` behind something else.
    """
    marker = b"--" + boundary.encode("utf-8", "replace")
    start = -1
    position = body.find(marker, begin)
    while position >= 0:
        after = position + len(marker)
        end = BOUNDARY_END.match(body, after)
        if end and (position == begin or body[position - 1 : position] == b"\n"):
            if start >= 0:
                yield start, _before_line_end(body, start, position)
            if end[1]:
                return
            start = end.end()
        position = body.find(marker, after)
    if start >= 0:
        yield start, len(body)


def _before_line_end(body: bytes, start: int, end: int) -> int:
    """The line break before a boundary belongs to the boundary."""
    if end > start and body[end - 1 : end] == b"\n":
        end -= 1
        if end > start and body[end - 1 : end] == b"\r":
            end -= 1
    return end


def transfer_encoding(block: HeaderBlock) -> str:
    """The Content-Transfer-Encoding in lower case; empty if there is none."""
    return parameters(first(block, "content-transfer-encoding"))[0]


def decoded(block: HeaderBlock) -> bytes:
    """The body without its Content-Transfer-Encoding; an unknown one is left."""
    encoding = transfer_encoding(block)
    if encoding == "base64":
        return decode_base64(block.view)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(block.view)
    return block.body


def is_body(disposition: str, name: str, depth: int) -> bool:
    """Whether a text part in so many multiparts is shown as the message, not as an attachment."""
    # RFC 2183 section 2.8: an unknown disposition is an attachment.
    return disposition in ("", "inline") and (not name or depth == 0)
