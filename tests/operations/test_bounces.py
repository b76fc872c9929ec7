"""SendBounce: the report that the sender of a message gets, and what is refused."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import Clock, client, refused, running, send_v1

RECIPIENT = {"Recipient": "to@example.com", "BounceType": "DoesNotExist"}


def bounce(ses: Any, id: str, *recipients: dict[str, Any], **arguments: Any) -> str:
    answer = ses.send_bounce(
        **{
            "OriginalMessageId": id,
            "BounceSender": "mailer-daemon@example.com",
            "BouncedRecipientInfoList": list(recipients or (RECIPIENT,)),
        }
        | arguments
    )
    return str(answer["MessageId"])


def parts(ses_emulator: SesEmulator, id: str) -> list[Message]:
    report = message_from_bytes(ses_emulator.raw(id))
    assert report.get_content_type() == "multipart/report"
    assert report.get_param("report-type") == "delivery-status"
    payload: Any = report.get_payload()
    return list(payload)


def fields(status: Message) -> list[dict[str, str]]:
    """The blocks of a delivery status: of the message, then of each recipient."""
    blocks: Any = status.get_payload()
    return [dict(block.items()) for block in blocks]


def test_the_report(ses_emulator: SesEmulator) -> None:
    """RFC 3464: words for people, fields for programs, the headers of the message."""
    ses = client(ses_emulator, "ses")
    original = send_v1(ses, ReturnPath="back@example.com")
    id = bounce(ses, original)
    message = ses_emulator.message(id)
    assert message["operation"] == "SendBounce"
    assert message["from"] == "mailer-daemon@example.com"
    assert message["to"] == message["envelope"]["rcpt_to"] == ["back@example.com"]
    words, status, headers = parts(ses_emulator, id)
    assert words.get_content_type() == "text/plain"
    assert words.get_payload() == "The message could not be delivered to to@example.com."
    assert status.get_content_type() == "message/delivery-status"
    per_message, per_recipient = fields(status)
    assert per_message["Reporting-MTA"] == "dns; inbound-smtp.us-east-1.amazonaws.com"
    assert per_message["Arrival-Date"]
    assert per_recipient == {
        "Original-Recipient": "rfc822; to@example.com",
        "Final-Recipient": "rfc822; to@example.com",
        "Action": "failed",
        "Status": "5.1.1",
        "Diagnostic-Code": "smtp; 550 5.1.1 Mailbox does not exist",
    }
    assert headers.get_content_type() == "text/rfc822-headers"
    assert f"Message-ID: <{original}@email.amazonses.com>" in str(headers.get_payload())


def test_what_the_request_says(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "ses")
    original = send_v1(
        ses, Destination={"ToAddresses": ["to@example.com"], "BccAddresses": ["b@example.com"]}
    )
    extension = [{"Name": "X-Note", "Value": "yes"}]
    id = bounce(
        ses,
        original,
        {"Recipient": "TO@example.com", "BounceType": "TemporaryFailure"},
        {
            "Recipient": "list@example.com",
            "RecipientDsnFields": {
                "FinalRecipient": "b@example.com",
                "Action": "failed",
                "Status": "5.7.1",
                "RemoteMta": "dns; mx.example.com",
                "DiagnosticCode": "smtp; 550 no",
                "LastAttemptDate": 1_700_000_000,
                "ExtensionFields": extension,
            },
        },
        Explanation="Sorry, Zoë.",
        MessageDsn={
            "ReportingMta": "dns; mx.example.org",
            "ArrivalDate": 1_700_000_000,
            "ExtensionFields": extension,
        },
    )
    words, status, _ = parts(ses_emulator, id)
    assert words.get_payload(decode=True) == "Sorry, Zoë.".encode()
    per_message, first, second = fields(status)
    date = "Tue, 14 Nov 2023 22:13:20 -0000"
    assert per_message == {
        "Reporting-MTA": "dns; mx.example.org",
        "Arrival-Date": date,
        "X-Note": "yes",
    }
    assert (first["Action"], first["Status"]) == ("delayed", "4.0.0")
    assert second == {
        "Original-Recipient": "rfc822; list@example.com",
        "Final-Recipient": "rfc822; b@example.com",
        "Action": "failed",
        "Remote-MTA": "dns; mx.example.com",
        "Status": "5.7.1",
        "Diagnostic-Code": "smtp; 550 no",
        "Last-Attempt-Date": date,
        "X-Note": "yes",
    }


def test_a_message_that_is_not_there(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "ses")
    elsewhere = send_v1(client(ses_emulator, "ses", region="eu-west-1"))
    other = send_v1(client(ses_emulator, "ses", key="111122223333"))
    for id in ("nope", "latest", elsewhere, other):
        assert refused(bounce, ses, id) == (
            "MessageRejected",
            400,
            f"No message <{id}> was received in the last 24 hours.",
        )


def test_a_message_bounces_for_a_day() -> None:
    clock = Clock()
    with running(clock) as emulator:
        ses = client(emulator, "ses")
        id = send_v1(ses)
        clock.now += 24 * 3600
        bounce(ses, id)
        clock.now += 1
        assert refused(bounce, ses, id)[0] == "MessageRejected"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            {"BouncedRecipientInfoList": []},
            "At least one bounced recipient must be specified.",
        ),
        ({"BounceSender": "nobody"}, "Missing final '@domain'"),
        (
            {"BouncedRecipientInfoList": [{"Recipient": "to@example.com"}]},
            "Either BounceType or RecipientDsnFields must be specified.",
        ),
        (
            {"BouncedRecipientInfoList": [{**RECIPIENT, "Recipient": "other@example.com"}]},
            "<other@example.com> is not a recipient of the original message.",
        ),
        (
            {"BouncedRecipientInfoList": [{**RECIPIENT, "Recipient": "nobody"}]},
            "Missing final '@domain'",
        ),
        (
            {"MessageDsn": {"ReportingMta": "dns; a\r\nSubject: b"}},
            "Reporting-MTA contains a newline.",
        ),
        (
            {
                "MessageDsn": {
                    "ReportingMta": "dns; a",
                    "ExtensionFields": [{"Name": "X_Note", "Value": "a"}],
                }
            },
            "Invalid extension field name <X_Note>.",
        ),
        (
            {
                "MessageDsn": {
                    "ReportingMta": "dns; a",
                    "ExtensionFields": [{"Name": "X-Note", "Value": "a" * 2049}],
                }
            },
            "Extension field <X-Note> exceeds 2048 characters.",
        ),
    ],
)
def test_refusals(ses_emulator: SesEmulator, arguments: dict[str, Any], words: str) -> None:
    ses = client(ses_emulator, "ses")
    id = send_v1(ses)
    assert refused(bounce, ses, id, **arguments) == ("InvalidParameterValue", 400, words)
    assert len(ses_emulator.messages()) == 1


def test_the_sender_must_be_verified() -> None:
    with running(account="production") as emulator:
        ses = client(emulator, "ses")
        ses.verify_email_identity(EmailAddress="from@example.com")
        id = send_v1(ses)
        assert refused(bounce, ses, id) == (
            "MessageRejected",
            400,
            "Email address is not verified. The following identities failed the check in region"
            " US-EAST-1: mailer-daemon@example.com",
        )
        ses.verify_domain_identity(Domain="example.com")
        bounce(ses, id)
