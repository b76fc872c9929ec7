"""What events tell of a mail, whichever operation sent it."""

from __future__ import annotations

import json
import smtplib
from collections.abc import Callable
from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator

ACCOUNT = "000000000000"
SENDER = "Shop <shop@example.com>"
TO = "ada@example.com"
SET = "main"
RAW = (
    f"From: {SENDER}\r\nTo: {TO}\r\nSubject: Hello\r\nMessage-ID: <1@shop>\r\n"
    "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nIt works"
)
TEMPLATE = {"TemplateName": "t", "SubjectPart": "{{word}}", "TextPart": "It works"}
DATA = json.dumps({"word": "Hello"})
BODY = {"Text": {"Data": "It works"}}
MESSAGE = {"Subject": {"Data": "Hello"}, "Body": BODY}
V1: dict[str, Any] = {"Source": SENDER, "ConfigurationSetName": SET}
V2: dict[str, Any] = {"FromEmailAddress": SENDER, "ConfigurationSetName": SET}
DESTINATION = {"ToAddresses": [TO]}

Send = Callable[[SesEmulator, Any, Any], Any]


def templated(_: SesEmulator, ses: Any, sesv2: Any) -> None:
    ses.create_template(Template=TEMPLATE)
    ses.send_templated_email(**V1, Destination=DESTINATION, Template="t", TemplateData=DATA)


def bulk_templated(_: SesEmulator, ses: Any, sesv2: Any) -> None:
    ses.create_template(Template=TEMPLATE)
    destinations = [{"Destination": DESTINATION, "ReplacementTemplateData": DATA}]
    ses.send_bulk_templated_email(
        **V1, Destinations=destinations, Template="t", DefaultTemplateData="{}"
    )


def templated_v2(_: SesEmulator, ses: Any, sesv2: Any) -> None:
    ses.create_template(Template=TEMPLATE)
    content = {"Template": {"TemplateName": "t", "TemplateData": DATA}}
    sesv2.send_email(**V2, Destination=DESTINATION, Content=content)


def bulk(_: SesEmulator, ses: Any, sesv2: Any) -> None:
    ses.create_template(Template=TEMPLATE)
    sesv2.send_bulk_email(
        **V2,
        DefaultContent={"Template": {"TemplateName": "t", "TemplateData": DATA}},
        BulkEmailEntries=[{"Destination": DESTINATION}],
    )


def smtp(emulator: SesEmulator, ses: Any, sesv2: Any) -> None:
    text = f"X-SES-CONFIGURATION-SET: {SET}\r\n{RAW}"
    with smtplib.SMTP(emulator.smtp_host, emulator.smtp_port) as client:
        client.sendmail("shop@example.com", [TO], text)


# What sends, ses:operation, whether the message is raw, whether it is made of a template.
OPERATIONS: dict[str, tuple[Send, str, bool, bool]] = {
    "v1-SendEmail": (
        lambda _, ses, __: ses.send_email(**V1, Destination=DESTINATION, Message=MESSAGE),
        "SendEmail",
        False,
        False,
    ),
    "v1-SendRawEmail": (
        lambda _, ses, __: ses.send_raw_email(**V1, RawMessage={"Data": RAW}),
        "SendRawEmail",
        True,
        False,
    ),
    "v1-SendTemplatedEmail": (templated, "SendTemplatedEmail", False, True),
    "v1-SendBulkTemplatedEmail": (bulk_templated, "SendBulkTemplatedEmail", False, True),
    "v2-SendEmail-Simple": (
        lambda _, __, sesv2: sesv2.send_email(
            **V2, Destination=DESTINATION, Content={"Simple": MESSAGE}
        ),
        "SendEmail",
        False,
        False,
    ),
    "v2-SendEmail-Raw": (
        lambda _, __, sesv2: sesv2.send_email(**V2, Content={"Raw": {"Data": RAW.encode()}}),
        "SendEmail",
        True,
        False,
    ),
    "v2-SendEmail-Template": (templated_v2, "SendEmail", False, True),
    "v2-SendBulkEmail": (bulk, "SendBulkEmail", False, True),
    "smtp": (smtp, "SendSmtpEmail", True, False),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_mail_of_each_operation(ses_emulator: SesEmulator, name: str) -> None:
    send, operation, raw, template = OPERATIONS[name]
    ses, sesv2 = ses_emulator.client("ses"), ses_emulator.client("sesv2")
    ses.verify_domain_identity(Domain="example.com")
    sesv2.create_configuration_set(ConfigurationSetName=SET)
    send(ses_emulator, ses, sesv2)
    delivery, first = ses_emulator.wait_for_event("Delivery") + ses_emulator.events(type="Send")
    mail, of_send = delivery["document"]["mail"], first["document"]["mail"]

    names = ["From", "To", "Subject", "MIME-Version", "Content-Type"]
    if raw:
        names.insert(3, "Message-ID")
    else:
        names.append("Content-Transfer-Encoding")
    if name == "smtp":
        names.insert(0, "X-SES-CONFIGURATION-SET")
    assert [each["name"] for each in mail.pop("headers")] == names
    tags = {
        "ses:operation": [operation],
        "ses:configuration-set": [SET],
        "ses:source-ip": ["127.0.0.1"],
        "ses:from-domain": ["example.com"],
        "ses:caller-identity": ["root"],
        "ses:outgoing-ip": ["54.240.8.1"],
    }
    assert list(mail.pop("tags").items()) == list(tags.items())
    message = ses_emulator.message()
    expected = {
        "timestamp": message["received"],
        "source": "shop@example.com" if name == "smtp" else SENDER,
        "sourceArn": f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/example.com",
        "sendingAccountId": ACCOUNT,
        "messageId": message["id"],
        "destination": [TO],
        "headersTruncated": False,
        "commonHeaders": {
            "from": [SENDER],
            "to": [TO],
            "messageId": message["id"],
            "subject": "Hello",
        },
    }
    assert list(mail.items()) == list(expected.items())

    del tags["ses:outgoing-ip"]
    assert of_send.pop("tags") == tags
    if template:
        del expected["sourceArn"], expected["commonHeaders"]["subject"]
        names = ["From", "To", "MIME-Version"]
    assert [each["name"] for each in of_send.pop("headers")] == names
    assert of_send == expected

    common = delivery["notification"]["mail"]["commonHeaders"]
    assert common.get("messageId") == ("<1@shop>" if raw else None)


def test_failed_template(ses_emulator: SesEmulator) -> None:
    ses = ses_emulator.client("ses")
    ses.create_template(Template=TEMPLATE)
    ses.send_templated_email(
        Source=SENDER, Destination=DESTINATION, Template="t", TemplateData="{}"
    )
    [event] = ses_emulator.wait_for_event("Rendering Failure")
    document = event["document"]
    assert list(document) == ["eventType", "mail", "failure"]
    assert document["failure"] == {
        "errorMessage": "Attribute 'word' is not present in the rendering data.",
        "templateName": "t",
    }
    assert list(document["mail"]) == [
        *("timestamp", "source", "sourceArn", "sendingAccountId", "messageId"),
        *("destination", "headersTruncated", "tags"),
    ]
    assert event["notification"] is None


def test_message_without_headers(ses_emulator: SesEmulator) -> None:
    ses = ses_emulator.client("ses")
    ses.send_raw_email(Source="shop@example.com", Destinations=[TO], RawMessage={"Data": b""})
    [event] = ses_emulator.wait_for_event("Send")
    mail = event["document"]["mail"]
    assert mail["headers"] == []
    assert mail["commonHeaders"] == {"messageId": event["message_id"]}
    assert mail["source"] == "shop@example.com"
    assert "ses:from-domain" not in mail["tags"]
