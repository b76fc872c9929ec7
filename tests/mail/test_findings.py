"""Findings: what there is to object to in a message, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest

from ses_emulator.emulator import Emulator
from ses_emulator.mail.findings import CLIPPED, LARGE, UNSUPPORTED, findings, of_content
from ses_emulator.mail.identities import Finding
from ses_emulator.mail.read import read
from ses_emulator.store.messages import Stored
from tests.operations.support import client, running, send_v2

GOOD = (
    b"From: Shop <shop@example.com>\r\nTo: ada@example.com\r\nSubject: Hello\r\n"
    b"X-SES-Outgoing: 2030.01.01-54.240.8.1\r\n"
)
TEXT = GOOD + b"\r\nText\r\n"


def message(raw: bytes, **options: Any) -> Stored:
    values: dict[str, Any] = {
        "id": "id",
        "account": "000000000000",
        "region": "us-east-1",
        "received": 1.0,
        "api": "smtp",
        "operation": "SMTP",
        "status": "delivered",
        "mail_from": "shop@example.com",
        "sender": "Shop <shop@example.com>",
        "subject": "Hello",
        "configuration_set": None,
        "size": len(raw),
        "to": ["ada@example.com"],
        "cc": [],
        "bcc": [],
        "tags": {},
        "source_ip": None,
        "findings": [],
    }
    return Stored(**values | options)


def found(raw: bytes, **options: Any) -> list[Finding]:
    """The findings about a raw message, each of the shape that openapi.yaml promises."""
    listed = list(of_content(message(raw, **options), raw, read(raw)))
    for finding in listed:
        assert list(finding) == ["code", "message", "help"]
        for sentence in (finding["message"], finding["help"]):
            assert sentence.endswith(".") and "\n" not in sentence and len(sentence) < 400
    return listed


def codes(raw: bytes, **options: Any) -> list[str]:
    return [finding["code"] for finding in found(raw, **options)]


def mail(text: str | None = "Text", html: str | None = None, **headers: str) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "shop@example.com", "ada@example.com", "Hello"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    if text is not None:
        made.set_content(text)
    if html is not None and text is None:
        made.set_content(html, subtype="html")
    elif html is not None:
        made.add_alternative(html, subtype="html")
    return made.as_bytes()


# The message


@pytest.mark.parametrize(
    "raw",
    [
        TEXT,
        mail(),
        mail(html="<p>HTML</p>"),
        mail("Grüße, ünd vïele"),
        mail("{name} {{ }} {{\n}} }}{{ ${name} %name%"),
        mail(Message_ID="<a@b>", Date="Mon, 01 Jan 2030 00:00:00 +0000"),
        mail(List_Unsubscribe="<https://example.com/u>", List_Unsubscribe_Post="One"),
    ],
)
def test_nothing(raw: bytes) -> None:
    assert codes(raw) == []


@pytest.mark.parametrize("subject", ["", "  "])
def test_missing_subject(subject: str) -> None:
    assert codes(TEXT, subject=subject) == ["MissingSubject"]


@pytest.mark.parametrize("text", [None, "", " \n"])
def test_missing_text(text: str | None) -> None:
    assert codes(mail(text, "<p>HTML</p>")) == ["MissingText"]


def test_clipped_html() -> None:
    fits = "<p>" + "x" * (CLIPPED - 10)
    assert codes(mail("Text", fits)) == []
    [finding] = found(mail("Text", fits + "ü" * 10))
    assert finding["code"] == "ClippedHtml"


def test_large_message() -> None:
    assert codes(TEXT, size=LARGE) == []
    [finding] = found(TEXT, size=LARGE + 1)
    assert finding["code"] == "LargeMessage"
    assert str(LARGE + 1) in finding["message"]


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b""])
def test_long_lines(end: bytes) -> None:
    assert codes(TEXT + b"x" * 998 + end) == []
    assert codes(TEXT + b"x" * 999 + end) == ["LongLine"]
    assert codes(b"X-Long: " + b"x" * 990 + b"\r\n" + TEXT) == []
    assert codes(b"X-Long: " + b"x" * 991 + b"\r\n" + TEXT) == ["LongLine"]
    fits = (b"x" * 998 + b"\r\n") * 3 + (b"x" * 76 + end) * 30 + b"\n" * 2000
    assert codes(TEXT + fits + b"x" * 998 + b"\r" + end) == (["LongLine"] if not end else [])
    assert codes(TEXT + fits + b"x" * 999 + b"\n" + fits) == ["LongLine"]


def test_eight_bits() -> None:
    assert codes(TEXT + "Grüße".encode()) == []  # the body may have some: RFC 6152
    assert codes(b"X-Name: \xff\r\n" + TEXT) == ["EightBitHeader"]


@pytest.mark.parametrize("header", ["X-SES-CONFIGURATIONSET", "x-ses-tags"])
def test_ignored_headers(header: str) -> None:
    [finding] = found(f"{header}: x\r\n".encode() + TEXT)
    assert finding["code"] == "IgnoredHeader"
    assert header.lower() in finding["message"]


@pytest.mark.parametrize("variable", ["{{name}}", "{{ name }}", "{{#if name}}", "{{a.b}}"])
def test_unresolved_variables(variable: str) -> None:
    for raw, subject in (
        (TEXT, f"Hello {variable}"),
        (mail(f"Hello {variable}"), "Hello"),
        (mail("Text", f"<p>Hello {variable}</p>"), "Hello"),
    ):
        [finding] = found(raw, subject=subject)
        assert finding["code"] == "UnresolvedVariable"
        assert variable in finding["message"]


def test_variables_of_ses() -> None:
    assert codes(mail("Text", "<p>{{ses:openTracker}}</p>")) == []
    assert codes(mail("{{amazonSESUnsubscribeUrl}}")) == ["UnresolvedVariable"]


def test_many_variables() -> None:
    [finding] = found(mail(" ".join(f"{{{{name{number}}}}}" for number in range(9))))
    assert "{{name0}}, {{name1}}, {{name2}} and 6 more" in finding["message"]


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("setup.exe", True),
        ("SETUP.EXE", True),
        ("app.tar.js", True),
        ("report.pdf", False),
        ("exe", False),
        ("exe.zip", False),
    ],
)
def test_attachments(name: str, refused: bool) -> None:
    made = EmailMessage()
    made["From"] = "shop@example.com"
    made.set_content("Text")
    made.add_attachment(b"x", "application", "octet-stream", filename=name)
    assert codes(made.as_bytes()) == (["UnsupportedAttachment"] if refused else [])


def test_types_that_ses_does_not_take() -> None:
    assert len(UNSUPPORTED) == 90
    assert {"exe", "ps1xml", "ade", "xnk"} <= UNSUPPORTED


BULK: list[dict[str, Any]] = [
    {"operation": "SendBulkEmail"},
    {"operation": "SendBulkTemplatedEmail"},
    {"header": "Precedence: bulk"},
    {"header": "Precedence: List"},
    {"header": "List-Id: <news.example.com>"},
]


@pytest.mark.parametrize("bulk", BULK)
def test_bulk_mail(bulk: dict[str, Any]) -> None:
    operation = bulk.get("operation", "SendRawEmail")
    head = f"{bulk['header']}\r\n".encode() if "header" in bulk else b""
    link = b"List-Unsubscribe: <mailto:u@example.com>, <https://example.com/u>\r\n"
    mailto = b"List-Unsubscribe: <mailto:u@example.com>\r\n"
    post = b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    assert codes(head + TEXT, operation=operation) == ["MissingUnsubscribe"]
    assert codes(head + link + TEXT, operation=operation) == ["MissingOneClick"]
    assert codes(head + mailto + post + TEXT, operation=operation) == ["MissingOneClick"]
    assert codes(head + link + post + TEXT, operation=operation) == []


def test_other_precedences() -> None:
    assert codes(b"Precedence: first-class\r\n" + TEXT) == []


def test_several() -> None:
    raw = mail(None, "<p>{{name}}</p>", Precedence="bulk")
    assert codes(raw, subject="") == [
        "MissingSubject",
        "MissingText",
        "UnresolvedVariable",
        "MissingUnsubscribe",
    ]


def test_large_messages_take_no_time() -> None:
    body = (b"{{" * 38 + b"\r\n") * 100_000
    raw = GOOD + b"Content-Type: text/html\r\n\r\n" + body
    began = time.process_time()
    assert "MissingText" in codes(raw)
    assert time.process_time() - began < 5


# The account


@pytest.fixture(scope="module")
def server() -> Iterator[Emulator]:
    """An emulator for the tests of this module."""
    with running() as emulator:
        yield emulator


@pytest.fixture
def emulator(server: Emulator) -> Emulator:
    """An empty emulator."""
    server.clear()
    return server


def later(emulator: Emulator, id: str) -> list[Finding]:
    """The findings about a message that was sent, besides those of the send."""
    stored = emulator.instance.messages.find(id)
    assert stored is not None
    raw = emulator.instance.messages.raw(stored.seq)
    return findings(emulator.instance, stored, raw, read(raw))


def later_codes(emulator: Emulator, id: str) -> list[str]:
    return [finding["code"] for finding in later(emulator, id)]


def test_who_did_not_verify_is_told_first(emulator: Emulator) -> None:
    assert later(emulator, send_v2(client(emulator, "sesv2"))) == []


def test_sandbox_recipients(emulator: Emulator) -> None:
    ses = client(emulator, "sesv2")
    ses.create_email_identity(EmailIdentity="example.com")
    simulator = "success@simulator.amazonses.com"
    to = ["ada@example.com", "eve@example.org", simulator]
    [finding] = later(emulator, send_v2(ses, Destination={"ToAddresses": to}))
    assert finding["code"] == "SandboxRecipient"
    assert "eve@example.org is not verified" in finding["message"]
    # Each way out leads out.
    ses.create_email_identity(EmailIdentity="eve@example.org")
    assert later(emulator, send_v2(ses, Destination={"ToAddresses": to})) == []
    other = {"ToAddresses": ["else@example.net"]}
    assert later_codes(emulator, send_v2(ses, Destination=other)) == ["SandboxRecipient"]
    ses.put_account_details(
        MailType="TRANSACTIONAL",
        WebsiteURL="https://example.com",
        ProductionAccessEnabled=True,
        UseCaseDescription="Receipts",
    )
    assert later(emulator, send_v2(ses, Destination=other)) == []


def test_production_accounts_are_out_of_the_sandbox() -> None:
    with running(account="production") as emulator:
        ses = client(emulator, "sesv2")
        ses.create_email_identity(EmailIdentity="example.com")
        other = {"ToAddresses": ["else@example.net"]}
        assert later(emulator, send_v2(ses, Destination=other)) == []


def test_unaligned_senders(emulator: Emulator) -> None:
    ses = client(emulator, "sesv2")
    to = {"ToAddresses": ["success@simulator.amazonses.com"]}
    ses.create_email_identity(EmailIdentity="from@example.com")
    [finding] = later(emulator, send_v2(ses, Destination=to))
    assert finding["code"] == "UnalignedSender"
    assert "fails DMARC for example.com" in finding["message"]
    # A MAIL FROM domain is enough, and so is DKIM.
    ses.put_email_identity_mail_from_attributes(
        EmailIdentity="from@example.com", MailFromDomain="bounces.example.com"
    )
    assert later(emulator, send_v2(ses, Destination=to)) == []
    ses.put_email_identity_mail_from_attributes(EmailIdentity="from@example.com")
    assert later_codes(emulator, send_v2(ses, Destination=to)) == ["UnalignedSender"]
    ses.create_email_identity(EmailIdentity="example.com")
    assert later(emulator, send_v2(ses, Destination=to)) == []
    ses.put_email_identity_dkim_attributes(EmailIdentity="example.com", SigningEnabled=False)
    ses.put_email_identity_dkim_attributes(EmailIdentity="from@example.com", SigningEnabled=False)
    assert later_codes(emulator, send_v2(ses, Destination=to)) == ["UnalignedSender"]


def test_a_domain_signs_for_its_subdomains(emulator: Emulator) -> None:
    ses = client(emulator, "sesv2")
    ses.create_email_identity(EmailIdentity="example.com")
    to = {"ToAddresses": ["success@simulator.amazonses.com"]}
    sent = send_v2(ses, FromEmailAddress="Shop <from@mail.Example.com>", Destination=to)
    assert later(emulator, sent) == []


def test_suppressed_recipients(emulator: Emulator) -> None:
    ses = client(emulator, "sesv2")
    ses.create_email_identity(EmailIdentity="example.com")
    for address, reason in (("a@example.com", "BOUNCE"), ("b@example.com", "COMPLAINT")):
        ses.put_suppressed_destination(EmailAddress=address, Reason=reason)
    to = ["a@example.com", "b@example.com", "c@example.com"]
    [finding] = later(emulator, send_v2(ses, Destination={"ToAddresses": to}))
    assert finding["code"] == "SuppressedRecipient"
    assert "a@example.com, b@example.com: " in finding["message"]
    assert "c@example.com" not in finding["message"]
    assert later(emulator, send_v2(ses, Destination={"ToAddresses": to[2:]})) == []


def test_what_was_not_rendered_has_none(emulator: Emulator) -> None:
    ses = client(emulator, "sesv2")
    content = {"Subject": "{{name}}", "Html": "<p>{{name}}</p>"}
    sent = send_v2(ses, Content={"Template": {"TemplateContent": content, "TemplateData": "{}"}})
    assert later(emulator, sent) == []


def test_mail_of_ses_itself_has_none(emulator: Emulator) -> None:
    raw = b"\xff" + TEXT
    stored = message(raw, api="ses", subject="")
    assert findings(emulator.instance, stored, raw, read(raw)) == []


@pytest.mark.parametrize("sender", ["", "nobody", "a@b, c@d", "\ufffd <x@\ufffd>", "@", "Shop <>"])
def test_odd_senders(emulator: Emulator, sender: str) -> None:
    stored = message(TEXT, sender=sender)
    assert findings(emulator.instance, stored, TEXT, read(TEXT)) == []
