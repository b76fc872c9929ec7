"""The mails about a bounce, a complaint and an absence, read by the standard library."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from typing import Any

import pytest

from ses_emulator.mail import details, reports
from ses_emulator.mail.compose import Part
from ses_emulator.mail.read import read
from tests.mail.account import ID, RAW

MESSAGE_ID = f"<{ID}@email.amazonses.com>"


def parsed(raw: bytes, kind: str) -> tuple[Message, list[Any]]:
    """A report, in which the standard library finds nothing wrong, and its parts."""
    message = message_from_bytes(raw)
    assert all(not part.defects for part in message.walk())
    assert message.get_content_type() == "multipart/report"
    assert message.get_param("report-type") == kind
    payload: Any = message.get_payload()
    return message, payload


def bounce(*recipients: str, kinds: tuple[str, str] = ("Permanent", "General")) -> dict[str, Any]:
    kind, sub_kind = kinds
    mta = "dns; a8-1.smtp-out.amazonses.com"
    event = details.bounce(kind, sub_kind, recipients, 0, feedback_id="f", reporting_mta=mta)
    return event.detail


def test_bounce() -> None:
    raw = reports.bounce(
        bounce("a@example.com", "b@example.com"), RAW, region="us-east-1", to="back@example.com"
    )
    message, [words, status, original] = parsed(raw, "delivery-status")
    assert [(name, value) for name, value in message.items() if name != "Content-Type"] == [
        ("From", "MAILER-DAEMON@amazonses.com"),
        ("To", "back@example.com"),
        ("Subject", "Delivery Status Notification (Failure)"),
        ("In-Reply-To", MESSAGE_ID),
        ("References", MESSAGE_ID),
        ("MIME-Version", "1.0"),
    ]
    assert words.get_content_type() == "text/plain"
    assert words.get_payload() == (
        "An error occurred while trying to deliver the mail to the following recipients:\r\n"
        "a@example.com\r\nb@example.com"
    )
    assert status.get_content_type() == "message/delivery-status"
    assert [list(block.items()) for block in status.get_payload()] == [
        [("Reporting-MTA", "dns; a8-1.smtp-out.amazonses.com")],
        *(
            [
                ("Action", "failed"),
                ("Final-Recipient", f"rfc822; {address}"),
                ("Diagnostic-Code", "smtp; 550 5.1.1 user unknown"),
                ("Status", "5.1.1"),
            ]
            for address in ("a@example.com", "b@example.com")
        ),
    ]
    assert original.get_content_type() == "message/rfc822"
    [inner] = original.get_payload()
    assert inner["Message-ID"] == MESSAGE_ID
    assert inner.get_payload() == "Text\r\n"


def test_a_bounce_that_no_server_reported() -> None:
    detail = bounce("a@example.com", kinds=("Undetermined", "Undetermined"))
    raw = reports.bounce(detail, RAW, region="eu-west-1", to="back@example.com")
    message, [_, status, _] = parsed(raw, "delivery-status")
    assert message["From"] == "MAILER-DAEMON@eu-west-1.amazonses.com"
    [about, recipient] = [dict(block.items()) for block in status.get_payload()]
    assert about == {"Reporting-MTA": "dns; amazonses.com"}
    assert recipient == {
        "Action": "failed",
        "Final-Recipient": "rfc822; a@example.com",
        "Status": "5.0.0",
    }


def test_complaint() -> None:
    detail = details.complaint(
        ["a@example.com", "b@example.com"],
        0,
        feedback_id="f",
        feedback_type="fraud",
        user_agent="AnyCompany Feedback Loop (V0.01)",
    ).detail
    raw = reports.complaint(
        detail, RAW, region="us-east-1", to="back@example.com", arrival=1_700_000_000
    )
    message, [words, report, original] = parsed(raw, "feedback-report")
    assert [(name, value) for name, value in message.items() if name != "Content-Type"] == [
        ("From", "complaints@email-abuse.amazonses.com"),
        ("To", "back@example.com"),
        ("Subject", "FW:Hello"),
        ("In-Reply-To", MESSAGE_ID),
        ("References", MESSAGE_ID),
        ("MIME-Version", "1.0"),
    ]
    assert words.get_payload() == "a@example.com, b@example.com complained about this message."
    assert report.get_content_type() == "message/feedback-report"
    [fields] = report.get_payload()
    # RFC 5965 section 3.1 and 3.2: what has to be there once, and what may be.
    assert list(fields.items()) == [
        ("Feedback-Type", "fraud"),
        ("User-Agent", "AnyCompany Feedback Loop (V0.01)"),
        ("Version", "1"),
        ("Original-Envelope-Id", MESSAGE_ID),
        ("Original-Mail-From", "back@example.com"),
        ("Original-Rcpt-To", "a@example.com"),
        ("Original-Rcpt-To", "b@example.com"),
        ("Arrival-Date", "Tue, 14 Nov 2023 22:13:20 -0000"),
        ("Source-IP", "54.240.8.1"),
    ]
    [inner] = original.get_payload()
    assert inner["Subject"] == "Hello"


def test_a_complaint_about_what_was_not_sent() -> None:
    detail = details.complaint(
        ["a@example.com"], 0, feedback_id="f", sub_kind="OnAccountSuppressionList"
    ).detail
    raw = reports.complaint(detail, RAW, region="eu-west-1", to="back@example.com", arrival=0)
    message, [words, report, _] = parsed(raw, "feedback-report")
    assert message["From"] == "complaints@eu-west-1.email-abuse.amazonses.com"
    assert "was not sent to a@example.com" in words.get_payload()
    [fields] = report.get_payload()
    assert (fields["Feedback-Type"], fields["User-Agent"]) == ("abuse", "Amazon SES")


def test_automatic_reply() -> None:
    raw = reports.automatic_reply("ooto+x@simulator.amazonses.com", RAW, to="back@example.com")
    assert raw
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    assert dict(message.items()) == {
        "From": "ooto+x@simulator.amazonses.com",
        "To": "back@example.com",
        "Subject": "Auto: Hello",
        "Auto-Submitted": "auto-replied",
        "In-Reply-To": MESSAGE_ID,
        "References": MESSAGE_ID,
        "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="UTF-8"',
        "Content-Transfer-Encoding": "7bit",
    }
    assert "ooto+x@simulator.amazonses.com is out of the office" in message.get_content()


@pytest.mark.parametrize("value", ["auto-generated", "Auto-Replied", " auto-notified; a=b"])
def test_programs_are_not_answered(value: str) -> None:
    raw = f"Auto-Submitted: {value}\r\n".encode() + RAW
    assert reports.automatic_reply("ooto@simulator.amazonses.com", raw, to="a@b.c") is None


def test_people_are_answered() -> None:
    raw = b"Auto-Submitted: No\r\n" + RAW
    assert reports.automatic_reply("ooto@simulator.amazonses.com", raw, to="a@b.c")


def test_a_thread_goes_on() -> None:
    raw = b"References: <1@example.com>\r\n <2@example.com>\r\n" + RAW
    message, _ = parsed(
        reports.bounce(bounce("a@example.com"), raw, region="us-east-1", to="a@b.c"),
        "delivery-status",
    )
    assert message["In-Reply-To"] == MESSAGE_ID
    assert str(message["References"]).split() == ["<1@example.com>", "<2@example.com>", MESSAGE_ID]


def test_a_message_without_an_id() -> None:
    message, _ = parsed(
        reports.bounce(bounce("a@example.com"), b"", region="us-east-1", to="a@b.c"),
        "delivery-status",
    )
    assert message["In-Reply-To"] is None
    assert message["References"] is None


@pytest.mark.parametrize("depth", [1, 5])
def test_reports_about_reports(depth: int) -> None:
    """No boundary is found in what lies within."""
    raw = RAW
    for _ in range(depth):
        raw = reports.bounce(bounce("a@example.com"), raw, region="us-east-1", to="a@b.c")
    inner: Any = message_from_bytes(raw)
    for _ in range(depth):
        _, _, original = inner.get_payload()
        [inner] = original.get_payload()
    assert inner.get_payload() == "Text\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: Gr\xc3\xbc\xc3\x9fe\r\n\r\nZo\xc3\xab\r\n",
        b"Subject: a\x00b\x1b[0m\r\n\r\n\xff\xfe\r\n",
        b"Subject: =?utf-8?q?a=0D=0ABcc:_b@example.com?=\r\n\r\nText",
        b"Subject: " + b"word " * 2000 + b"\r\n\r\n" + b"x" * 5000,
        b"\r\n\r\n",
        b"----=_Part_" * 10_000,
    ],
)
def test_odd_originals(raw: bytes) -> None:
    """They are embedded byte for byte, and add no header and no part."""
    detail = details.complaint(["a@example.com"], 0, feedback_id="f").detail
    for report, kind in (
        (
            reports.bounce(bounce("a@example.com"), raw, region="us-east-1", to="a@b.c"),
            "delivery-status",
        ),
        (
            reports.complaint(detail, raw, region="us-east-1", to="a@b.c", arrival=0),
            "feedback-report",
        ),
    ):
        message = message_from_bytes(report)
        assert message["Bcc"] is None
        assert message.get_param("report-type") == kind
        assert len(message.get_payload()) == 3
        *_, embedded = read(report).attachments
        assert (embedded.type, embedded.content) == ("message/rfc822", raw)
        assert max(map(len, report.partition(b"\r\n\r\n")[0].split(b"\r\n"))) < 998


def test_what_has_no_ascii() -> None:
    """Words, names and codes in any script, and no line break that begins a field."""
    raw = reports.delivery_status(
        [("From", "Zoë <zoe@example.com>"), ("To", "a@bücher.example"), ("Subject", "Grüße")],
        "Für Zoë.\nZeile",
        [[("Reporting-MTA", "dns; a")], [("Diagnostic-Code", "smtp; 550 Nö\r\nX-A: b")]],
        reports.header_part(b"Subject: \xc3\xbc\r\n\r\nBody"),
    )
    message, [words, status, original] = parsed(raw, "delivery-status")
    again = message_from_bytes(raw, policy=default)
    assert again["From"] == "Zoë <zoe@example.com>"
    assert (again["To"], again["Subject"]) == ("a@xn--bcher-kva.example", "Grüße")
    assert words.get_payload(decode=True).decode() == "Für Zoë.\r\nZeile"
    [_, recipient] = status.get_payload()
    assert list(recipient) == ["Diagnostic-Code"]
    assert original.get_content_type() == "text/rfc822-headers"
    assert original.get_payload(decode=True) == "Subject: ü\r\n\r\n".encode()
    assert message["Date"] is None


def test_a_field_that_is_none() -> None:
    part = Part(["Content-Type: text/plain"], b"")
    raw = reports.delivery_status([], "", [[("A", None), ("B", "c")]], part)
    _, [_, status, _] = parsed(raw, "delivery-status")
    [block] = status.get_payload()
    assert list(block.items()) == [("B", "c")]
