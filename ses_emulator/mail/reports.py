"""The mails that tell a sender of a bounce (RFC 3464), a complaint (RFC 5965) or an absence
(RFC 3834).

Without Date and Message-ID, which SES adds to every mail.
"""

from collections.abc import Sequence
from email.utils import formatdate
from hashlib import blake2b
from typing import Any

from ses_emulator.mail.compose import (
    CRLF,
    LONG_LINE,
    OUTGOING_IP,
    Part,
    address_header,
    encode_header,
    transfer_encode,
)
from ses_emulator.mail.headers import HeaderBlock

Fields = Sequence[tuple[str, str | None]]
FAILURE = "Delivery Status Notification (Failure)"


def bounce(detail: dict[str, Any], original: bytes, *, region: str, to: str) -> bytes:
    """A delivery status notification about the bounce that ``detail`` is in SES's published form.

    ``original`` is the message as it was sent.
    """
    recipients = detail["bouncedRecipients"]
    block = HeaderBlock(original)
    names = "".join(CRLF + each["emailAddress"] for each in recipients)
    return delivery_status(
        [
            ("From", daemon(region)),
            ("To", to),
            ("Subject", FAILURE),
            *_thread(block),
        ],
        "An error occurred while trying to deliver the mail to the following recipients:" + names,
        [
            [("Reporting-MTA", detail.get("reportingMTA", "dns; amazonses.com"))],
            *(
                [
                    ("Action", each.get("action", "failed")),
                    ("Final-Recipient", f"rfc822; {each['emailAddress']}"),
                    ("Diagnostic-Code", each.get("diagnosticCode")),
                    ("Status", each.get("status", "5.0.0")),
                ]
                for each in recipients
            ),
        ],
        _whole(original),
    )


def daemon(region: str) -> str:
    """Whom SES's own bounces are from."""
    return f"MAILER-DAEMON@{_in(region)}amazonses.com"


def _in(region: str) -> str:
    """What the names of SES's hosts begin with; the first region has none."""
    return "" if region == "us-east-1" else f"{region}."


def delivery_status(headers: Fields, words: str, blocks: Sequence[Fields], original: Part) -> bytes:
    """A report of RFC 3464: words for people, fields for programs, and what it is about.

    The first of the ``blocks`` of fields is about the message, each other about a recipient. A
    field that is None is left out.
    """
    status = Part(
        ["Content-Type: message/delivery-status"], CRLF.join(map(_lines, blocks)).encode()
    )
    return _report("delivery-status", headers, [_text(words), status, original])


def complaint(
    detail: dict[str, Any],
    original: bytes,
    *,
    region: str,
    to: str,
    arrival: float,
) -> bytes:
    """A feedback report about the complaint that ``detail`` is in SES's published form.

    ``original`` is the message as it was sent from ``to``, at ``arrival`` (epoch seconds).
    """
    recipients = [each["emailAddress"] for each in detail["complainedRecipients"]]
    block = HeaderBlock(original)
    names = ", ".join(recipients)
    if detail.get("complaintSubType"):
        words = f"This message was not sent to {names}, who complained about an earlier one."
    else:
        words = f"{names} complained about this message."
    report: Fields = [
        ("Feedback-Type", detail.get("complaintFeedbackType", "abuse")),
        ("User-Agent", detail.get("userAgent", "Amazon SES")),
        ("Version", "1"),
        ("Original-Envelope-Id", block.get("message-id")),
        ("Original-Mail-From", to),
        *(("Original-Rcpt-To", recipient) for recipient in recipients),
        ("Arrival-Date", formatdate(arrival)),
        ("Source-IP", OUTGOING_IP),
    ]
    return _report(
        "feedback-report",
        [
            ("From", f"complaints@{_in(region)}email-abuse.amazonses.com"),
            ("To", to),
            ("Subject", f"FW:{block.get('subject') or ''}"),
            *_thread(block),
        ],
        [
            _text(words),
            Part(["Content-Type: message/feedback-report"], _lines(report).encode()),
            _whole(original),
        ],
    )


def automatic_reply(recipient: str, original: bytes, *, to: str) -> bytes | None:
    """The answer of a recipient who is away; None to what must not be answered automatically."""
    block = HeaderBlock(original)
    # RFC 3834 section 2: or two programs would write to each other for ever.
    if (block.get("auto-submitted") or "no").strip().lower() != "no":
        return None
    part = _text(
        f"This is an automatic reply of the mailbox simulator: {recipient} is out of the office."
    )
    headers: Fields = [
        ("From", recipient),
        ("To", to),
        ("Subject", f"Auto: {block.get('subject') or ''}"),
        ("Auto-Submitted", "auto-replied"),
        *_thread(block),
        ("MIME-Version", "1.0"),
    ]
    return CRLF.join([_lines(headers) + CRLF.join(part.headers), "", ""]).encode() + part.content


def header_part(original: bytes) -> Part:
    """The headers of a message, for a report about it."""
    block = HeaderBlock(original)
    block.body = b""
    return _embedded("text/rfc822-headers", block.to_bytes())


def _whole(original: bytes) -> Part:
    return _embedded("message/rfc822", original)


def _embedded(type: str, content: bytes) -> Part:
    encoding = "7bit" if content.isascii() else "8bit"
    return Part([f"Content-Type: {type}", f"Content-Transfer-Encoding: {encoding}"], content)


def _thread(block: HeaderBlock) -> Fields:
    """The headers that make a mail an answer to another (RFC 5322 section 3.6.4)."""
    id = block.get("message-id")
    known = " ".join(block.raw_values("references"))
    return [("In-Reply-To", id), ("References", f"{known} {id}".strip())] if id else []


def _text(text: str) -> Part:
    data = CRLF.join(text.splitlines()).encode()
    plain = data.isascii() and not LONG_LINE.search(data)
    encoding = "7bit" if plain else "quoted-printable"
    return Part(
        ["Content-Type: text/plain; charset=UTF-8", f"Content-Transfer-Encoding: {encoding}"],
        transfer_encode(data, encoding),
    )


def _lines(fields: Fields) -> str:
    """Header fields, each on a line; a line break in a value would begin another."""
    lines = []
    for name, value in fields:
        if value is not None:
            text = "".join(c if c.isprintable() else " " for c in " ".join(value.split()))
            encoded = (
                address_header([text])
                if name in ("From", "To")
                else encode_header(text, "UTF-8", name)
            )
            lines.append(f"{name}: {encoded}{CRLF}")
    return "".join(lines)


def _report(kind: str, headers: Fields, parts: Sequence[Part]) -> bytes:
    """A multipart/report (RFC 6522)."""
    # Nothing contains its own digest.
    digest = blake2b(b"".join([part.content for part in parts]), digest_size=16).hexdigest()
    boundary = f"----=_Part_{digest}"
    pieces = []
    for part in parts:
        head = CRLF.join([f"--{boundary}", *part.headers, "", ""])
        pieces += [head.encode(), part.content, b"\r\n"]
    type = f'multipart/report; report-type={kind};{CRLF}\tboundary="{boundary}"'
    head = f"{_lines([*headers, ('MIME-Version', '1.0')])}Content-Type: {type}{CRLF}{CRLF}"
    return b"".join([head.encode(), *pieces, f"--{boundary}--{CRLF}".encode()])
