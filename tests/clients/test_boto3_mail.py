"""boto3 with mail of every shape, CPython's own collection included."""

from __future__ import annotations

import email
import email.policy
import os
import smtplib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.clients.support import Emulator, body_of, header
from tests.mail.corpus import COLLECTION

TEXTS = {
    "UTF-8": "Grüße, 日本語, 😀",
    "ISO-8859-1": "Grüße à tous",
    "Shift_JIS": "日本語のメール",
    "windows-1251": "Привет",
    "US-ASCII": "plain",
}


def parsed(emulator: Emulator, id: str) -> email.message.EmailMessage:
    """A captured message, read from its raw bytes by Python's email package."""
    message = email.message_from_bytes(emulator.raw(id), policy=email.policy.default)
    assert isinstance(message, email.message.EmailMessage)
    return message


def send_v1(emulator: Emulator, **arguments: Any) -> str:
    """SendEmail of API v1 with what `arguments` leave out; the id."""
    answer = emulator.client("ses").send_email(
        **{
            "Source": "from@example.com",
            "Destination": {"ToAddresses": ["to@example.com"]},
            "Message": {"Subject": {"Data": "Subject"}, "Body": {"Text": {"Data": "Text"}}},
        }
        | arguments
    )
    return str(answer["MessageId"])


def send_v2(emulator: Emulator, **arguments: Any) -> str:
    """SendEmail of API v2 with what `arguments` leave out; the id.

    A `Message` is a Simple content; `Source` is the FromEmailAddress.
    """
    simple = {"Subject": {"Data": "Subject"}, "Body": {"Text": {"Data": "Text"}}}
    names = {"Source": "FromEmailAddress", "Tags": "EmailTags"}
    content = arguments.pop("Content", {"Simple": arguments.pop("Message", simple)})
    answer = emulator.client("sesv2").send_email(
        **{
            "FromEmailAddress": "from@example.com",
            "Destination": {"ToAddresses": ["to@example.com"]},
            "Content": content,
        }
        | {names.get(name, name): value for name, value in arguments.items()}
    )
    return str(answer["MessageId"])


either = pytest.mark.parametrize("send", [send_v1, send_v2], ids=["v1", "v2"])
Send = Callable[..., str]


@either
@pytest.mark.parametrize("charset", TEXTS)
def test_charsets(ses_emulator: Emulator, send: Send, charset: str) -> None:
    text = TEXTS[charset]
    id = send(
        ses_emulator,
        Message={
            "Subject": {"Data": text, "Charset": charset},
            "Body": {
                "Text": {"Data": text, "Charset": charset},
                "Html": {"Data": f"<p>{text}</p>", "Charset": charset},
            },
        },
    )
    captured = ses_emulator.message(id)
    assert captured["subject"] == text
    assert captured["text"].rstrip() == text
    assert captured["html"].rstrip() == f"<p>{text}</p>"
    message = parsed(ses_emulator, id)
    for kind, expected in (("plain", text), ("html", f"<p>{text}</p>")):
        part = message.get_body((kind,))
        assert part is not None
        assert str(part.get_content_charset()).lower() == charset.lower()
        assert part.get_content().rstrip() == expected


@either
def test_headers_of_a_simple_message(ses_emulator: Emulator, send: Send) -> None:
    subject = "Ünï cödé, 日本語 — " * 12 + "end"
    id = send(
        ses_emulator,
        Source='"Groß, Jürgen" <from@example.com>',
        Destination={
            "ToAddresses": ["日本 <one@example.com>", "two@example.com"],
            "CcAddresses": ["cc@example.com"],
            "BccAddresses": ["bcc@example.com"],
        },
        Message={"Subject": {"Data": subject}, "Body": {"Text": {"Data": "Text"}}},
        ReplyToAddresses=["Réponse <reply@example.com>", "other@example.com"],
        Tags=[{"Name": "campaign", "Value": "spring"}],
    )
    captured = ses_emulator.message(id)
    assert captured["subject"] == subject
    assert captured["to"] == ["日本 <one@example.com>", "two@example.com"]
    assert captured["cc"] == ["cc@example.com"]
    assert captured["bcc"] == ["bcc@example.com"]
    assert sorted(captured["envelope"]["rcpt_to"]) == [
        "bcc@example.com",
        "cc@example.com",
        "one@example.com",
        "two@example.com",
    ]
    assert captured["tags"]["campaign"] == "spring"
    assert header(captured, "Reply-To") == ["Réponse <reply@example.com>, other@example.com"]
    assert header(captured, "Bcc") == []
    raw = ses_emulator.raw(id)
    head = raw[: raw.index(b"\r\n\r\n")]
    assert head.isascii()
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))
    assert b"bcc@example.com" not in raw
    [sender] = parsed(ses_emulator, id)["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Groß, Jürgen", "from@example.com")


@either
def test_only_bcc(ses_emulator: Emulator, send: Send) -> None:
    id = send(ses_emulator, Destination={"BccAddresses": ["bcc@example.com"]})
    captured = ses_emulator.message(id)
    assert captured["to"] == []
    assert captured["bcc"] == ["bcc@example.com"]
    assert captured["envelope"]["rcpt_to"] == ["bcc@example.com"]


@either
def test_text_keeps_its_lines(ses_emulator: Emulator, send: Send) -> None:
    text = ".\nFrom the start\n" + "x" * 2000 + "\n\ttabs and spaces  \n\n=3D =\n"
    id = send(
        ses_emulator,
        Message={"Subject": {"Data": "s"}, "Body": {"Text": {"Data": text}}},
    )
    assert ses_emulator.message(id)["text"].splitlines() == text.splitlines()


def test_return_path_of_v1(ses_emulator: Emulator) -> None:
    id = send_v1(ses_emulator, ReturnPath="bounces@example.com")
    captured = ses_emulator.message(id)
    assert captured["envelope"]["mail_from"] == "bounces@example.com"
    assert captured["from"] == "from@example.com"


def test_feedback_address_of_v2(ses_emulator: Emulator) -> None:
    id = send_v2(ses_emulator, FeedbackForwardingEmailAddress="bounces@example.com")
    captured = ses_emulator.message(id)
    assert captured["envelope"]["mail_from"] == "bounces@example.com"
    assert captured["from"] == "from@example.com"


def test_raw_destinations_override_headers(ses_emulator: Emulator) -> None:
    data = (
        b"From: header@example.com\r\nTo: to@example.com\r\nCc: cc@example.com\r\n"
        b"Bcc: bcc@example.com\r\nSubject: s\r\n\r\nText\r\n"
    )
    v1 = ses_emulator.client("ses").send_raw_email(
        Destinations=["other@example.com"], RawMessage={"Data": data}
    )["MessageId"]
    v2 = send_v2(
        ses_emulator,
        Source="header@example.com",
        Destination={"ToAddresses": ["other@example.com"]},
        Content={"Raw": {"Data": data}},
    )
    for id in (v1, v2):
        captured = ses_emulator.message(id)
        assert captured["envelope"]["rcpt_to"] == ["other@example.com"]
        assert captured["to"] == ["to@example.com"]
        assert captured["cc"] == ["cc@example.com"]
        assert header(captured, "Bcc") == []


def test_raw_recipients_from_headers(ses_emulator: Emulator) -> None:
    data = (
        b"From: header@example.com\n"
        b"To: =?utf-8?q?J=C3=BCrgen?= <to@example.com>,\n two@example.com\n"
        b"Cc: cc@example.com\nBcc: bcc@example.com\nSubject: s\n\nText\n"
    )
    answer = ses_emulator.client("ses").send_raw_email(RawMessage={"Data": data})
    captured = ses_emulator.message(answer["MessageId"])
    assert captured["to"] == ["Jürgen <to@example.com>", "two@example.com"]
    assert sorted(captured["envelope"]["rcpt_to"]) == [
        "bcc@example.com",
        "cc@example.com",
        "to@example.com",
        "two@example.com",
    ]
    assert captured["bcc"] == ["bcc@example.com"]
    assert b"bcc@example.com" not in ses_emulator.raw(answer["MessageId"])


def test_raw_recipients_with_a_comma_in_their_name(ses_emulator: Emulator) -> None:
    data = b'From: a@example.com\nTo: "Doe, Jane" <jane@example.com>, b@example.com\n\nText\n'
    answer = ses_emulator.client("ses").send_raw_email(RawMessage={"Data": data})
    captured = ses_emulator.message(answer["MessageId"])
    assert captured["envelope"]["rcpt_to"] == ["jane@example.com", "b@example.com"]
    assert captured["bcc"] == []


def test_raw_subject_of_utf8_and_encoded_words(ses_emulator: Emulator) -> None:
    data = "From: a@example.com\nTo: b@example.com\nSubject: 日本 =?utf-8?q?=C3=BC?=\n\nText\n"
    answer = ses_emulator.client("ses").send_raw_email(RawMessage={"Data": data.encode()})
    assert ses_emulator.message(answer["MessageId"])["subject"] == "日本 ü"


class Refused(Exception):
    """The server took the message for an unusable one."""


def attempt(send: Callable[[], str]) -> str:
    """The id that `send` returns, or Refused if the server blames the client."""
    try:
        return send()
    except ClientError as error:
        assert 400 <= error.response["ResponseMetadata"]["HTTPStatusCode"] < 500, error
        raise Refused(error) from error


@either
@pytest.mark.parametrize("charset", ["UTF-8\r\nX-Injected: yes", "utf\r\n8", "no-such", "hex"])
def test_odd_charsets(ses_emulator: Emulator, send: Send, charset: str) -> None:
    part = {"Data": "Grüße", "Charset": charset}
    message = {"Subject": part, "Body": {"Text": part}}
    try:
        id = attempt(lambda: send(ses_emulator, Message=message))
    except Refused:
        return
    captured = ses_emulator.message(id)
    assert captured["subject"] == "Grüße"
    assert captured["text"].rstrip() == "Grüße"
    assert header(captured, "X-Injected") == []
    assert parsed(ses_emulator, id).get_content_type() == "text/plain"


@either
@pytest.mark.parametrize("charset", ["EUC-JP", "ISO-2022-JP", "GB18030", "Big5", "KOI8-R"])
def test_charset_that_lacks_letters(ses_emulator: Emulator, send: Send, charset: str) -> None:
    part = {"Data": "Grüße, 日本, Привет, 😀", "Charset": charset}
    id = send(ses_emulator, Message={"Subject": part, "Body": {"Text": part}})
    german = {"Data": "Grüße", "Charset": charset}
    other = send(ses_emulator, Message={"Subject": german, "Body": {"Text": german}})
    for each, text in ((id, part["Data"]), (other, "Grüße")):
        captured = ses_emulator.message(each)
        assert captured["subject"] == text
        assert captured["text"].rstrip() == text


def test_half_a_surrogate_pair(ses_emulator: Emulator) -> None:
    text = {"Data": "\ud83d"}
    for message in (
        {"Subject": text, "Body": {"Text": {"Data": "Text"}}},
        {"Subject": {"Data": "Subject"}, "Body": {"Text": text}},
    ):
        try:
            id = attempt(partial(send_v2, ses_emulator, Message=message))
        except Refused:
            continue
        assert ses_emulator.message(id)["id"] == id


@pytest.mark.parametrize(
    "address",
    ["(" * 6000, "<" * 6000, '"' * 6001, "a@" * 6000, "\\" * 6000],
    ids=["parentheses", "angles", "quotes", "ats", "backslashes"],
)
def test_hostile_address_header(ses_emulator: Emulator, address: str) -> None:
    data = f"From: {address}\r\nTo: {address}\r\nReply-To: {address}\r\n\r\nText\r\n".encode()
    headers_only = ses_emulator.client("ses").send_raw_email
    for send in (
        lambda: raw_v1(ses_emulator, data),
        lambda: str(headers_only(RawMessage={"Data": data})["MessageId"]),
        lambda: smtp(ses_emulator, data),
    ):
        try:
            id = attempt(send)
        except Refused:
            continue
        assert ses_emulator.message(id)["id"] == id


# CPython's collection of odd messages.


def raw_v1(emulator: Emulator, data: bytes) -> str:
    """SendRawEmail of API v1."""
    answer = emulator.client("ses").send_raw_email(
        Source="from@example.com", Destinations=["to@example.com"], RawMessage={"Data": data}
    )
    return str(answer["MessageId"])


def raw_v2(emulator: Emulator, data: bytes) -> str:
    """SendEmail of API v2 with a Raw content."""
    return send_v2(emulator, Content={"Raw": {"Data": data}})


def smtp(emulator: Emulator, data: bytes) -> str:
    """Over SMTP."""
    with smtplib.SMTP(emulator.smtp_host, emulator.smtp_port, timeout=30) as connection:
        connection.ehlo()
        connection.mail("from@example.com")
        connection.rcpt("to@example.com")
        code, reply = connection.data(data)
    if code != 250:
        assert 500 <= code <= 559, reply
        raise Refused(reply)
    return reply.decode().split()[1]


DOORS = {"v1": raw_v1, "v2": raw_v2, "smtp": smtp}


def lines_end_with_crlf(data: bytes) -> bytes:
    """`data` as SMTP carries it."""
    return b"\r\n".join(data.splitlines()) + b"\r\n"


def test_the_collection_is_there() -> None:
    if not COLLECTION:
        reason = "this interpreter comes without the tests of its email package"
        assert not os.environ.get("CI"), reason
        pytest.skip(reason)
    assert len(COLLECTION) > 40


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("path", COLLECTION, ids=lambda path: path.stem)
def test_collection(ses_emulator: Emulator, path: Path, door: str) -> None:
    data = path.read_bytes()
    if door == "smtp":
        data = lines_end_with_crlf(data)
    try:
        id = attempt(lambda: DOORS[door](ses_emulator, data))
    except Refused:
        assert ses_emulator.messages() == []
        return
    assert ses_emulator.message(id)["id"] == id  # 200: it can be shown
    assert ses_emulator.raw(id).endswith(body_of(data))


@pytest.mark.parametrize("door", DOORS)
def test_most_of_the_collection_is_captured(ses_emulator: Emulator, door: str) -> None:
    if not COLLECTION:
        pytest.skip("see test_the_collection_is_there")
    refused = {}
    for path in COLLECTION:
        data = lines_end_with_crlf(path.read_bytes())
        try:
            attempt(partial(DOORS[door], ses_emulator, data))
        except Refused as reason:
            refused[path.name] = str(reason)
    assert len(refused) < len(COLLECTION) / 5, refused
