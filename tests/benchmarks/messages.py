"""What the benchmarks send: the same bytes to every server."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

from tests.benchmarks.http_load import Request

SENDER = "sender@example.com"
RECIPIENT = "recipient@example.com"
SUBJECT = "Your order 1234567 is on its way"
SENTENCE = "Your parcel left our warehouse this morning and will reach you soon.\n"
TEXT = SENTENCE * 5
HTML = f"<html><body><h1>{SUBJECT}</h1>" + f"<p>{SENTENCE}</p>\n" * 8 + "</body></html>"
SMTP_BYTES = 2048
LARGE_BYTES = 40 * 2**20


def v2_simple(folder: Path, **members: str) -> Request:
    """A SendEmail of API v2 with a text and an HTML body, about 1 KB in all, and more members."""
    content = {
        "Simple": {
            "Subject": {"Data": SUBJECT},
            "Body": {"Text": {"Data": TEXT}, "Html": {"Data": HTML}},
        }
    }
    body = {
        "FromEmailAddress": SENDER,
        "Destination": {"ToAddresses": [RECIPIENT]},
        "Content": content,
        **members,
    }
    return _request(folder, "/v2/email/outbound-emails", json.dumps(body), "application/json")


def templates(folder: Path) -> Request:
    """Create, get, list and delete of a template of API v2, in turn."""
    content = {"Subject": "Hello {{name}}", "Text": TEXT, "Html": HTML}
    made = _request(folder, "/", json.dumps(content), "application/json")
    return replace(made, script="crud.lua")


def v1_simple(folder: Path) -> Request:
    """The same message as a SendEmail of API v1."""
    body = {
        "Action": "SendEmail",
        "Version": "2010-12-01",
        "Source": SENDER,
        "Destination.ToAddresses.member.1": RECIPIENT,
        "Message.Subject.Data": SUBJECT,
        "Message.Body.Text.Data": TEXT,
        "Message.Body.Html.Data": HTML,
    }
    return _request(folder, "/", urlencode(body), "application/x-www-form-urlencoded")


def v1_raw(folder: Path) -> Request:
    """The message of `mail` as a SendRawEmail of API v1."""
    body = {
        "Action": "SendRawEmail",
        "Version": "2010-12-01",
        "RawMessage.Data": base64.b64encode(mail()).decode(),
    }
    return _request(folder, "/", urlencode(body), "application/x-www-form-urlencoded")


def mail() -> bytes:
    """A plain text message of SMTP_BYTES bytes."""
    header = f"From: {SENDER}\r\nTo: {RECIPIENT}\r\nSubject: {SUBJECT}\r\n\r\n"
    text = SENTENCE.replace("\n", "\r\n") * (SMTP_BYTES // len(SENTENCE) + 1)
    return (header + text).encode()[:SMTP_BYTES].rstrip()


def large_mail() -> bytes:
    """A message as large as SES takes one over SMTP: a text and an attachment."""
    header = (
        f"From: {SENDER}\r\nTo: {RECIPIENT}\r\nSubject: {SUBJECT}\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=part\r\n\r\n"
        f"--part\r\nContent-Type: text/plain\r\n\r\n{SENTENCE.strip()}\r\n"
        "--part\r\nContent-Type: application/octet-stream\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        "Content-Disposition: attachment; filename=parcel\r\n\r\n"
    )
    line = "Wm9l" * 19 + "\r\n"
    end = "--part--"
    # What SES adds to the headers counts, too.
    count = (LARGE_BYTES - len(header) - len(end) - 1024) // len(line)
    return (header + line * count + end).encode()


def _request(folder: Path, path: str, body: str, kind: str) -> Request:
    """A Request whose body is written to a file in `folder`."""
    file = folder / f"body-{len(list(folder.iterdir()))}"
    file.write_text(body, encoding="ascii")
    return Request(path, file, kind)
