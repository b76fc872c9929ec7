"""Findings on messages that clients sent, before and after they were indexed."""

from __future__ import annotations

import smtplib

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import client, send_v2


def codes(emulator: SesEmulator, id: str = "latest") -> list[str]:
    message = emulator.message(id)
    [summary] = [each for each in emulator.messages() if each["id"] == message["id"]]
    assert summary["finding_count"] == len(message["findings"])
    return [finding["code"] for finding in message["findings"]]


def test_a_message_that_nobody_objects_to(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    ses.create_email_identity(EmailIdentity="example.com")
    assert codes(ses_emulator, send_v2(ses)) == []


def test_of_the_send_and_of_the_message(ses_emulator: SesEmulator) -> None:
    html = {"Subject": {"Data": ""}, "Body": {"Html": {"Data": "<p>Hello {{name}}</p>"}}}
    id = send_v2(client(ses_emulator, "sesv2"), Content={"Simple": html})
    expected = ["UnverifiedSender", "MissingSubject", "MissingText", "UnresolvedVariable"]
    assert codes(ses_emulator, id) == expected
    ses_emulator.messages(q="hello")  # which has it indexed
    assert codes(ses_emulator, id) == expected


def test_bulk_mail(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    ses.create_email_identity(EmailIdentity="example.com")
    template = {"TemplateContent": {"Subject": "s", "Text": "t"}, "TemplateData": "{}"}
    ses.send_bulk_email(
        FromEmailAddress="from@example.com",
        DefaultContent={"Template": template},
        BulkEmailEntries=[{"Destination": {"ToAddresses": ["to@example.com"]}}],
    )
    assert codes(ses_emulator) == ["MissingUnsubscribe"]


def test_over_smtp(ses_emulator: SesEmulator) -> None:
    raw = b"From: from@example.com\r\nSubject: s\r\nX-SES-Configurationset: x\r\n\r\nText\r\n"
    with smtplib.SMTP(ses_emulator.smtp_host, ses_emulator.smtp_port) as smtp:
        smtp.sendmail("from@example.com", ["to@example.com"], raw)
    assert codes(ses_emulator) == ["UnverifiedSender", "IgnoredHeader"]


def test_a_suppressed_recipient(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    ses.create_email_identity(EmailIdentity="example.com")
    ses.put_suppressed_destination(EmailAddress="to@example.com", Reason="BOUNCE")
    assert codes(ses_emulator, send_v2(ses)) == ["SuppressedRecipient"]
