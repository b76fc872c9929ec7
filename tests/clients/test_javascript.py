"""The AWS SDK for JavaScript and nodemailer."""

from __future__ import annotations

import base64
import email
import email.policy
import json
from typing import Any

import pytest

from tests.clients.support import HERE, Emulator, header, run
from tests.needs import needs_node

V1 = "@aws-sdk/client-ses"
V2 = "@aws-sdk/client-sesv2"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
ATTACHED = b"\x00\x01attached\xff\r\n\n."
RAW = (
    b"From: Raw <raw@example.com>\r\nTo: one@example.com\r\nSubject: =?utf-8?q?r=C3=A4w?=\r\n"
    b"X-Kept: yes\r\n\r\nThe raw body.\r\n"
)


def node(script: str, *arguments: str, stdin: object) -> Any:
    """The JSON that a script of this folder prints."""
    done = run([str(needs_node()), str(HERE / script), *arguments], json.dumps(stdin))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def sdk(package: str, *calls: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """What the calls of an SDK client came to, in their order."""
    results: list[dict[str, Any]] = node("aws_sdk.mjs", package, stdin=calls)
    return results


def output(package: str, command: str, **arguments: Any) -> dict[str, Any]:
    """The output of one call that has to succeed."""
    [result] = sdk(package, (command, arguments))
    assert "error" not in result, result
    assert result["status"] == 200
    assert result["requestId"]
    answer: dict[str, Any] = result["output"]
    return answer


def nodemailer(transport: object, **mail: Any) -> dict[str, Any]:
    """What nodemailer's sendMail resolves to."""
    answer: dict[str, Any] = node(
        "nodemailer_send.mjs", stdin={"transport": transport, "mail": mail}
    )
    return answer


def encoded(data: bytes) -> str:
    """Base64 text of `data`."""
    return base64.b64encode(data).decode()


def parts(emulator: Emulator, id: str) -> dict[str, Any]:
    """The leaves of a captured message's MIME tree, decoded, by their file name or type."""
    parsed = email.message_from_bytes(emulator.raw(id), policy=email.policy.default)
    return {
        part.get_filename() or part.get_content_type(): part.get_content()
        for part in parsed.walk()
        if not part.is_multipart()
    }


def test_client_ses_send_email(ses_emulator: Emulator) -> None:
    answer = output(
        V1,
        "SendEmail",
        Source="Ströme <from@example.com>",
        Destination={
            "ToAddresses": ["to@example.com"],
            "CcAddresses": ["cc@example.com"],
            "BccAddresses": ["bcc@example.com"],
        },
        Message={
            "Subject": {"Data": "Grüße & <mehr>"},
            "Body": {"Text": {"Data": "Text + 1"}, "Html": {"Data": "<b>Überall</b>"}},
        },
        ReplyToAddresses=["reply@example.com"],
        Tags=[{"Name": "campaign", "Value": "spring"}],
    )
    message = ses_emulator.message(answer["MessageId"])
    assert message["api"] == "v1"
    assert message["operation"] == "SendEmail"
    assert message["from"] == "Ströme <from@example.com>"
    assert message["to"] == ["to@example.com"]
    assert message["cc"] == ["cc@example.com"]
    assert message["bcc"] == ["bcc@example.com"]
    assert message["subject"] == "Grüße & <mehr>"
    assert message["text"].rstrip() == "Text + 1"
    assert message["html"].rstrip() == "<b>Überall</b>"
    assert header(message, "Reply-To") == ["reply@example.com"]
    assert message["tags"]["campaign"] == "spring"


def test_client_ses_send_raw_email(ses_emulator: Emulator) -> None:
    answer = output(
        V1,
        "SendRawEmail",
        Source="raw@example.com",
        Destinations=["other@example.com"],
        RawMessage={"Data": {"$base64": encoded(RAW)}},
    )
    message = ses_emulator.message(answer["MessageId"])
    assert message["subject"] == "räw"
    assert message["envelope"]["rcpt_to"] == ["other@example.com"]
    assert header(message, "X-Kept") == ["yes"]
    assert ses_emulator.raw(answer["MessageId"]).endswith(b"\r\n\r\nThe raw body.\r\n")


def test_client_ses_identities(ses_emulator: Emulator) -> None:
    verified, listed = sdk(
        V1,
        ("VerifyEmailIdentity", {"EmailAddress": "someone@example.com"}),
        ("ListIdentities", {"IdentityType": "EmailAddress"}),
    )
    assert verified["status"] == 200
    assert listed["output"]["Identities"] == ["someone@example.com"]


def test_client_ses_error_is_typed(ses_emulator: Emulator) -> None:
    [result] = sdk(
        V1,
        (
            "SendEmail",
            {
                "Source": "from@example.com",
                "Destination": {"ToAddresses": ["to@example.com"]},
                "Message": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}},
                "ConfigurationSetName": "unknown-set",
            },
        ),
    )
    assert result["error"] == "ConfigurationSetDoesNotExistException"
    assert result["typed"]
    assert result["status"] == 400
    assert "unknown-set" in result["message"]
    assert ses_emulator.messages() == []


def test_client_sesv2_send_simple(ses_emulator: Emulator) -> None:
    answer = output(
        V2,
        "SendEmail",
        FromEmailAddress="Från <from@example.com>",
        Destination={"ToAddresses": ["Å <to@example.com>"], "BccAddresses": ["bcc@example.com"]},
        ReplyToAddresses=["one@example.com", "two@example.com"],
        EmailTags=[{"Name": "campaign", "Value": "spring"}],
        Content={
            "Simple": {
                "Subject": {"Data": "Ämne", "Charset": "UTF-8"},
                "Body": {"Text": {"Data": "Brödtext"}, "Html": {"Data": '<img src="cid:logo">'}},
                "Headers": [{"Name": "X-Order", "Value": "4711"}],
                "Attachments": [
                    {"FileName": "data.bin", "RawContent": {"$base64": encoded(ATTACHED)}},
                    {
                        "FileName": "logo.png",
                        "RawContent": {"$base64": encoded(PNG)},
                        "ContentType": "image/png",
                        "ContentDisposition": "INLINE",
                        "ContentId": "logo",
                    },
                ],
            }
        },
    )
    id = answer["MessageId"]
    message = ses_emulator.message(id)
    assert message["api"] == "v2"
    assert message["from"] == "Från <from@example.com>"
    assert message["subject"] == "Ämne"
    assert message["text"].rstrip() == "Brödtext"
    assert message["bcc"] == ["bcc@example.com"]
    assert message["tags"]["campaign"] == "spring"
    assert header(message, "X-Order") == ["4711"]
    assert header(message, "Reply-To") == ["one@example.com, two@example.com"]
    data, logo = sorted(message["attachments"], key=lambda each: str(each["name"]))
    assert (data["name"], data["size"], data["inline"]) == ("data.bin", len(ATTACHED), False)
    assert (logo["name"], logo["type"], logo["inline"]) == ("logo.png", "image/png", True)
    assert logo["content_id"].strip("<>") == "logo"
    assert parts(ses_emulator, id)["data.bin"] == ATTACHED
    assert parts(ses_emulator, id)["logo.png"] == PNG


def test_client_sesv2_send_raw(ses_emulator: Emulator) -> None:
    answer = output(V2, "SendEmail", Content={"Raw": {"Data": {"$base64": encoded(RAW)}}})
    message = ses_emulator.message(answer["MessageId"])
    assert message["from"] == "Raw <raw@example.com>"
    assert message["to"] == ["one@example.com"]
    assert message["envelope"]["rcpt_to"] == ["one@example.com"]
    assert message["text"].rstrip() == "The raw body."


def test_client_sesv2_identities(ses_emulator: Emulator) -> None:
    created, got = sdk(
        V2,
        ("CreateEmailIdentity", {"EmailIdentity": "example.com"}),
        ("GetEmailIdentity", {"EmailIdentity": "example.com"}),
    )
    assert created["output"]["IdentityType"] == "DOMAIN"
    assert got["output"]["IdentityType"] == "DOMAIN"
    assert len(got["output"]["DkimAttributes"]["Tokens"]) == 3


def test_client_sesv2_error_is_typed(ses_emulator: Emulator) -> None:
    [result] = sdk(V2, ("GetEmailIdentity", {"EmailIdentity": "nobody@example.com"}))
    assert result["error"] == "NotFoundException"
    assert result["typed"]
    assert result["status"] == 404
    assert "nobody@example.com" in result["message"]


def test_nodemailer_ses_transport(ses_emulator: Emulator) -> None:
    answer = nodemailer(
        "ses",
        **{"from": "Sénder <from@example.com>"},
        to="To <to@example.com>",
        cc="cc@example.com",
        bcc="bcc@example.com",
        subject="Sujet é",
        text="Texte",
        html='<p>Été</p><img src="cid:logo">',
        attachments=[
            {"filename": "dätä.bin", "content": encoded(ATTACHED), "encoding": "base64"},
            {
                "filename": "logo.png",
                "content": encoded(PNG),
                "encoding": "base64",
                "cid": "logo",
            },
        ],
        ses={"EmailTags": [{"Name": "campaign", "Value": "spring"}]},
    )
    id = answer["response"]
    message = ses_emulator.message(id)
    assert message["api"] == "v2"
    assert message["from"] == "Sénder <from@example.com>"
    assert message["to"] == ["To <to@example.com>"]
    assert message["cc"] == ["cc@example.com"]
    assert message["bcc"] == ["bcc@example.com"]
    assert message["subject"] == "Sujet é"
    assert message["html"].rstrip() == '<p>Été</p><img src="cid:logo">'
    assert message["tags"]["campaign"] == "spring"
    attachments = {each["name"]: each for each in message["attachments"]}
    assert attachments["dätä.bin"]["size"] == len(ATTACHED)
    assert attachments["logo.png"]["content_id"].strip("<>") == "logo"
    assert attachments["logo.png"]["inline"]
    assert parts(ses_emulator, id)["dätä.bin"] == ATTACHED
    assert parts(ses_emulator, id)["logo.png"] == PNG


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_nodemailer_smtp_transport(ses_emulator: Emulator, security: str) -> None:
    secure = security == "tls"
    answer = nodemailer(
        {
            "host": ses_emulator.smtp_host,
            "port": ses_emulator.smtps_port if secure else ses_emulator.smtp_port,
            "secure": secure,
            "requireTLS": security == "starttls",
            "ignoreTLS": security == "none",
            "tls": {"rejectUnauthorized": False},
            "auth": {"user": "AKIAIOSFODNN7EXAMPLE", "pass": "password"},
        },
        **{"from": "from@example.com"},
        to=["one@example.com", "two@example.com"],
        bcc="hidden@example.com",
        subject="Über SMTP",
        text="One line\n.\n..a line with dots\n",
        attachments=[{"filename": "a.bin", "content": encoded(ATTACHED), "encoding": "base64"}],
    )
    status, word, id = answer["response"].split()
    assert (status, word) == ("250", "Ok")
    message = ses_emulator.message(id)
    assert message["api"] == "smtp"
    assert message["subject"] == "Über SMTP"
    assert message["envelope"]["mail_from"] == "from@example.com"
    assert message["envelope"]["rcpt_to"] == [
        "one@example.com",
        "two@example.com",
        "hidden@example.com",
    ]
    assert message["bcc"] == ["hidden@example.com"]
    assert message["text"].splitlines() == ["One line", ".", "..a line with dots"]
    assert parts(ses_emulator, id)["a.bin"] == ATTACHED
