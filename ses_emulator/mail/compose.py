"""Builds the message as it leaves SES: from the parts of a request, or around a raw body.

Written out rather than assembled with the standard library's email package, which takes ten
times as long for the same bytes; the encodings are the standard library's.
"""

import base64
import binascii
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.header import Header
from email.utils import formatdate, quote
from functools import lru_cache

from ses_emulator.mail import addresses
from ses_emulator.mail.charsets import known
from ses_emulator.mail.headers import HeaderBlock, decode
from ses_emulator.mail.message import Attachment, Simple, Text

# Headers that SES sets itself or keeps from the recipients; the steering ones were read before.
REPLACED = frozenset("bcc date feedback-id message-id return-path x-ses-outgoing".split())
CRLF = "\r\n"
# RFC 5322 section 2.1.1: a line has 998 characters, of which some are the name of the header.
LONGEST_VALUE = 850
FOLD_AT = 76
LINE_END = re.compile(r"\r\n|\r|\n")
# A line break in a value would begin a header of its own.
HEADER_BREAK = re.compile(r"[\r\n\0]+[ \t]*")
LONG_LINE = re.compile(rb"[^\r\n]{999}")
OUTGOING_IP = "54.240.8.1"


@dataclass(slots=True)
class Stamp:
    """What SES knows when it accepts a message: its id, its region, the moment (epoch seconds)."""

    id: str
    region: str
    now: float

    def headers(self) -> list[tuple[str, str]]:
        """The headers that SES adds to every message."""
        host = "email" if self.region == "us-east-1" else self.region
        date, day = _dates(int(self.now))
        return [
            ("Message-ID", f"<{self.id}@{host}.amazonses.com>"),
            ("Date", date),
            ("Feedback-ID", f"::1.{self.region}.{self.id[:16]}:AmazonSES"),
            ("X-SES-Outgoing", f"{day}-{OUTGOING_IP}"),
        ]


@lru_cache(maxsize=16)
def _dates(second: int) -> tuple[str, str]:
    """A moment for the headers Date and X-SES-Outgoing; many messages share one."""
    day = time.strftime("%Y.%m.%d", time.gmtime(second))
    return formatdate(second).replace("-0000", "+0000"), day


@dataclass(slots=True)
class Composed:
    """A message as it would be delivered, with the headers that a list shows, decoded."""

    raw: bytes
    sender: str
    to: list[str]
    cc: list[str]
    subject: str


def compose(content: Simple | HeaderBlock, stamp: Stamp) -> Composed:
    """The message that goes out."""
    if isinstance(content, HeaderBlock):
        return _around(content, stamp)
    return _from_parts(content, stamp)


def _around(block: HeaderBlock, stamp: Stamp) -> Composed:
    block.remove(REPLACED)
    for name, value in stamp.headers():
        block.append(name, value)
    return Composed(
        raw=block.to_bytes(),
        sender=", ".join(block.all("from")),
        to=addresses.listed(block, "to"),
        cc=addresses.listed(block, "cc"),
        subject=block.get("subject") or "",
    )


def _from_parts(content: Simple, stamp: Stamp) -> Composed:
    """Order and shape as SES composes them: multipart/alternative for text and HTML."""
    subject = _one_line(content.subject.data)
    lines = [f"From: {address_header([content.sender])}"]
    for name, texts in (("Reply-To", content.reply_to), ("To", content.to), ("Cc", content.cc)):
        if texts:
            lines.append(f"{name}: {address_header(texts)}")
    lines.append(f"Subject: {encode_header(subject, content.subject.charset, 'Subject')}")
    for name, value in content.headers:
        if name.lower() not in REPLACED:
            lines.append(f"{name}: {encode_header(_one_line(value), 'UTF-8', name)}")
    lines.append("MIME-Version: 1.0")
    part = _body(content, stamp)
    added = [f"{name}: {value}" for name, value in stamp.headers()]
    head = CRLF.join([*lines, *part.headers, *added])
    return Composed(
        raw=f"{head}{CRLF}{CRLF}".encode() + part.content,
        sender=decode(content.sender),
        to=[decode(text) for text in content.to],
        cc=[decode(text) for text in content.cc],
        subject=subject,
    )


@dataclass(slots=True)
class Part:
    """A MIME part: its Content headers and its encoded content."""

    headers: list[str]
    content: bytes


def _body(content: Simple, stamp: Stamp) -> Part:
    texts = []
    if content.text is not None:
        texts.append(_text_part(content.text, "plain"))
    if content.html is not None:
        texts.append(_text_part(content.html, "html"))
    if not texts:
        texts.append(_text_part(Text("", "UTF-8"), "plain"))
    body = texts[0] if len(texts) == 1 else _multipart("alternative", texts, stamp, 0)
    inline = [_file_part(file) for file in content.attachments if file.inline]
    files = [_file_part(file) for file in content.attachments if not file.inline]
    if inline:
        body = _multipart("related", [body, *inline], stamp, 1)
    return _multipart("mixed", [body, *files], stamp, 2) if files else body


def _multipart(subtype: str, parts: Sequence[Part], stamp: Stamp, number: int) -> Part:
    millis = int(stamp.now * 1000)
    boundary = f"----=_Part_{number}_{int(stamp.id[17:25], 16)}.{millis}"
    # The id is made for this message, but a sender may know it from nowhere: check all the same.
    content = b"".join([part.content for part in parts])
    while boundary.encode() in content:
        boundary += "_"
    delimiter = f"--{boundary}{CRLF}".encode()
    pieces = []
    for part in parts:
        head = CRLF.join([*part.headers, "", ""])
        pieces += [delimiter, head.encode(), part.content, b"\r\n"]
    pieces.append(f"--{boundary}--{CRLF}".encode())
    return Part(
        [f'Content-Type: multipart/{subtype}; {CRLF}\tboundary="{boundary}"'], b"".join(pieces)
    )


def _text_part(text: Text, subtype: str) -> Part:
    charset, data = _encode(_crlf(text.data), text.charset)
    if not _has_lines(charset):
        encoding = "base64"
    elif data.isascii() and b"\0" not in data and not LONG_LINE.search(data):
        encoding = "7bit"
    else:
        foreign = sum(len(run) for run in re.findall(rb"[\x80-\xff]+", data))
        encoding = "quoted-printable" if foreign * 2 < len(data) else "base64"
    return Part(
        [
            f"Content-Type: text/{subtype}; charset={charset}",
            f"Content-Transfer-Encoding: {encoding}",
        ],
        transfer_encode(data, encoding),
    )


def _crlf(text: str) -> str:
    if "\r" in text:
        return LINE_END.sub(CRLF, text)
    return text.replace("\n", CRLF)


def _encode(data: str, charset: str) -> tuple[str, bytes]:
    """The text in the charset that was asked for, or in UTF-8 where that cannot carry it."""
    if known(charset):
        try:
            return charset, data.encode(charset)
        except UnicodeEncodeError:
            pass
    return "UTF-8", data.encode()


def _has_lines(charset: str) -> bool:
    """Whether line ends are those of ASCII, as they are not in UTF-16 and its like."""
    return charset == "UTF-8" or "\n".encode(charset) == b"\n"


def transfer_encode(data: bytes, encoding: str, *, lines: bool = True) -> bytes:
    """Bytes in a Content-Transfer-Encoding (RFC 2045 section 6), lines ended by CRLF.

    Without ``lines`` a line end in ``data`` is kept as the bytes that it is.
    """
    if encoding == "base64":
        return base64.encodebytes(data).replace(b"\n", b"\r\n").rstrip(b"\r\n")
    if encoding == "quoted-printable":
        # b2a_qp softens long lines with the line end that it finds first, or else with LF.
        encoded = binascii.b2a_qp(data, istext=lines)
        return re.sub(rb"\r?\n", b"\r\n", encoded)
    return data


def _file_part(file: Attachment) -> Part:
    disposition = "inline" if file.inline else "attachment"
    lines = [
        f"Content-Type: {_one_line(file.type)}; {_parameter('name', file.name)}",
        f"Content-Transfer-Encoding: {file.encoding}",
        f"Content-Disposition: {disposition}; {_parameter('filename', file.name)}",
    ]
    if file.content_id:
        lines.append(f"Content-ID: <{_one_line(file.content_id).strip('<>')}>")
    if file.description:
        description = encode_header(_one_line(file.description), "UTF-8", "Content-Description")
        lines.append(f"Content-Description: {description}")
    return Part(lines, transfer_encode(file.data, file.encoding, lines=False))


def _parameter(name: str, value: str) -> str:
    value = _one_line(value)
    if not value.isascii():
        value = Header(value, "utf-8", maxlinelen=LONGEST_VALUE).encode(linesep=CRLF)
    return f'{name}="{quote(value)}"'


def _one_line(value: str) -> str:
    return value if value.isprintable() else HEADER_BREAK.sub(" ", value)


def encode_header(value: str, charset: str, name: str) -> str:
    """A header value as ASCII: encoded words (RFC 2047) where needed, folded where long."""
    if value.isascii():
        return _fold_long(value)
    charset, _ = _encode(value, charset)
    try:
        header = Header(value, charset if _has_lines(charset) else "utf-8", header_name=name)
    except UnicodeEncodeError:  # Header writes some in another charset, EUC-JP in ISO-2022-JP
        header = Header(value, "utf-8", header_name=name)
    return header.encode(linesep=CRLF)


def address_header(texts: Sequence[str]) -> str:
    """Header texts of addresses as the value of one header, in ASCII."""
    lines = [_one_line(text) for text in texts]
    encoded = [text if text.isascii() else _encoded_address(text) for text in lines]
    joined = ", ".join(encoded)
    if len(joined) <= FOLD_AT:
        return joined
    # What is not ASCII has been folded already.
    return _fold([e if CRLF in e else _fold_long(e) for e in encoded], ",")


def _fold_long(value: str) -> str:
    return value if len(value) <= LONGEST_VALUE else _fold(value.split(" "), "")


def _encoded_address(text: str) -> str:
    name, spec = addresses.name_and_spec(text)
    if not spec:  # several addresses, or none
        return Header(text, "utf-8").encode(linesep=CRLF)
    local, _, domain = spec.rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        pass
    spec = f"{local}@{domain}"
    return f"{Header(name, 'utf-8').encode(linesep=CRLF)} <{spec}>" if name else spec


def _fold(pieces: Sequence[str], separator: str) -> str:
    """Join pieces, beginning a folded line (RFC 5322 section 2.2.3) where one gets long."""
    lines = [""]
    for piece in pieces:
        if piece and lines[-1] and len(lines[-1]) + len(piece) >= FOLD_AT:
            lines.append(piece)
        else:
            lines[-1] += f" {piece}" if lines[-1] else piece
        lines[-1] += separator
    return f"{CRLF} ".join(lines).removesuffix(separator)
