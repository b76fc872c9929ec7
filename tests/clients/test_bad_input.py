"""Requests that no SDK sends: each is an AWS-shaped error or a captured message, never a 500."""

from __future__ import annotations

import base64
import http.client
import json
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
import xmltodict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ses_emulator.operations import catalogue
from ses_emulator.pytest_plugin import SesEmulator

SEND = "/v2/email/outbound-emails"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Reply:
    """An answer over HTTP."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def code(self) -> str:
        """The error's code, after a check that the error has AWS's shape."""
        assert self.headers["x-amzn-requestid"]
        if self.headers["content-type"] == "application/json":
            document = json.loads(self.body)
            assert list(document) == ["message"], document
            assert document["message"]
            return str(self.headers["x-amzn-errortype"])
        tree = xmltodict.parse(self.body)["ErrorResponse"]
        assert tree["@xmlns"] == "http://ses.amazonaws.com/doc/2010-12-01/"
        assert tree["RequestId"] == self.headers["x-amzn-requestid"]
        assert tree["Error"]["Type"] == ("Receiver" if self.status >= 500 else "Sender")
        assert tree["Error"]["Message"]
        return str(tree["Error"]["Code"])

    @property
    def message(self) -> str:
        """The error's text."""
        if self.headers["content-type"] == "application/json":
            return str(json.loads(self.body)["message"])
        return str(xmltodict.parse(self.body)["ErrorResponse"]["Error"]["Message"])


def call(
    emulator: SesEmulator, method: str, path: str, body: bytes = b"", content_type: str = FORM
) -> Reply:
    """One request on a connection of its own."""
    host = emulator.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=60)
    try:
        connection.request(method, path, body, {"Content-Type": content_type})
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def v1(emulator: SesEmulator, **fields: str) -> Reply:
    """A request of v1."""
    return call(emulator, "POST", "/", urlencode(fields).encode())


def v2(emulator: SesEmulator, body: object, path: str = SEND, method: str = "POST") -> Reply:
    """A request of v2; bytes go as they are."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return call(emulator, method, path, data, "application/json")


def simple(**replaced: object) -> dict[str, object]:
    """A SendEmail of v2 with some members replaced."""
    content = {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}}
    return {
        "FromEmailAddress": "from@example.com",
        "Destination": {"ToAddresses": ["to@example.com"]},
        "Content": content,
    } | replaced


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b"[]",
        b'"text"',
        b"12",
        b"\xff\xfe",
        b"{" * 100_000,
        b"[" * 100_000,
        b'{"a":NaN}',
        b'{"a":1}}',
        b"\x00",
    ],
    ids=repr,
)
def test_malformed_json(ses_emulator: SesEmulator, body: bytes) -> None:
    reply = v2(ses_emulator, body)
    assert (reply.status, reply.code) == (400, "SerializationException")


@pytest.mark.parametrize(
    ("replaced", "code"),
    [
        ({"Content": None}, "BadRequestException"),
        ({"Content": "text"}, "SerializationException"),
        ({"Content": {"Raw": {"Data": "not base64!"}}}, "SerializationException"),
        ({"Content": {"Raw": {"Data": 1}}}, "SerializationException"),
        ({"Content": {"Raw": {}}}, "BadRequestException"),
        ({"Content": {"Raw": None, "Simple": None}}, "BadRequestException"),
        ({"Destination": []}, "SerializationException"),
        ({"Destination": {"ToAddresses": "to@example.com"}}, "SerializationException"),
        ({"Destination": {"ToAddresses": [None]}}, "BadRequestException"),
        ({"Destination": {"ToAddresses": [["to@example.com"]]}}, "SerializationException"),
        ({"FromEmailAddress": 12}, "SerializationException"),
        ({"FromEmailAddress": "a@b\r\nBcc: c@d"}, "BadRequestException"),
        ({"FromEmailAddress": "from\x00@example.com"}, "BadRequestException"),
        ({"ConfigurationSetName": "\x00"}, "NotFoundException"),
    ],
    ids=repr,
)
def test_wrong_members(ses_emulator: SesEmulator, replaced: dict[str, object], code: str) -> None:
    reply = v2(ses_emulator, simple(**replaced))
    assert (reply.status // 100, reply.code) == (4, code)
    assert ses_emulator.messages() == []


def test_unknown_members_are_passed_over(ses_emulator: SesEmulator) -> None:
    assert v2(ses_emulator, simple(Unknown={"deep": [1]})).status == 200
    fields = {"Action": "ListIdentities", "Unknown.member.1": "x", "Version": "1999-01-01"}
    assert v1(ses_emulator, **fields).status == 200


def test_missing_members_are_named(ses_emulator: SesEmulator) -> None:
    reply = v1(ses_emulator, Action="SendEmail", Source="a@example.com")
    assert (reply.status, reply.code) == (400, "ValidationError")
    assert reply.message == (
        "2 validation errors detected: Value null at 'destination' failed to satisfy constraint: "
        "Member must not be null; Value null at 'message' failed to satisfy constraint: Member "
        "must not be null"
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "MissingAction"),
        ({"Action": ""}, "MissingAction"),
        ({"Action": "sendemail"}, "InvalidAction"),
        ({"Action": "GetAccount"}, "InvalidAction"),
        ({"Action": "ListIdentities", "MaxItems": "many"}, "MalformedInput"),
        ({"Action": "ListIdentities", "IdentityType": "Person"}, "ValidationError"),
        ({"Action": "SendRawEmail", "RawMessage.Data": "%%%"}, "MalformedInput"),
        ({"Action": "SendRawEmail", "RawMessage": "text"}, "MalformedInput"),
    ],
    ids=repr,
)
def test_wrong_fields(ses_emulator: SesEmulator, fields: dict[str, str], code: str) -> None:
    reply = v1(ses_emulator, **fields)
    assert (reply.status, reply.code) == (400, code)


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"Action=%FF%FE", b"Action=%ZZ", b"&" * 10, b"=" * 10, b"\x00"], ids=repr
)
def test_malformed_form(ses_emulator: SesEmulator, body: bytes) -> None:
    reply = call(ses_emulator, "POST", "/", body)
    assert reply.status == 400
    assert reply.code in ("MalformedInput", "MissingAction", "InvalidAction")


def test_v1_by_get(ses_emulator: SesEmulator) -> None:
    reply = call(ses_emulator, "GET", "/?Action=ListIdentities&Version=2010-12-01")
    assert reply.status == 200
    assert b"<ListIdentitiesResult><Identities></Identities></ListIdentitiesResult>" in reply.body


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", SEND),
        ("DELETE", SEND),
        ("POST", "/v2/email/unknown"),
        ("PATCH", "/v2/email/identities/a"),
        ("POST", "/v2/"),
        ("GET", "/v2/email/identities/a/b/c"),
        ("GET", "/v2/email/%zz"),
        ("OPTIONS", "/v2/email/identities"),
    ],
)
def test_wrong_path_or_method(ses_emulator: SesEmulator, method: str, path: str) -> None:
    reply = v2(ses_emulator, b"", path, method)
    assert (reply.status, reply.code) == (404, "UnknownOperationException")


def test_operation_without_a_function(
    ses_emulator: SesEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the installed botocore has them when it is newer than this version."""
    monkeypatch.delitem(catalogue.v1, "GetTemplate")
    monkeypatch.delitem(catalogue.v2, "GetMessageInsights")
    reply = v2(ses_emulator, b"", "/v2/email/insights/some-id/", "GET")
    assert (reply.status, reply.code) == (501, "NotImplementedException")
    assert "GetMessageInsights of SES v2" in reply.message
    reply = v1(ses_emulator, Action="GetTemplate", TemplateName="a")
    assert (reply.status, reply.code) == (501, "NotImplementedException")
    assert "GetTemplate of SES v1" in reply.message


def test_ten_thousand_recipients(ses_emulator: SesEmulator) -> None:
    many = [f"r{number}@example.com" for number in range(10_000)]
    reply = v2(ses_emulator, simple(Destination={"ToAddresses": many}))
    assert (reply.status, reply.message) == (400, "Recipient count exceeds 50.")
    fields = {
        "Action": "SendEmail",
        "Source": "from@example.com",
        "Message.Subject.Data": "s",
        "Message.Body.Text.Data": "t",
    } | {f"Destination.ToAddresses.member.{n}": address for n, address in enumerate(many, 1)}
    reply = v1(ses_emulator, **fields)
    assert (reply.status, reply.message) == (400, "Recipient count exceeds 50.")
    header = "To: " + ",\r\n ".join(many)
    raw = f"From: from@example.com\r\n{header}\r\n\r\nText\r\n".encode()
    reply = v1(
        ses_emulator,
        **{"Action": "SendRawEmail", "RawMessage.Data": base64.b64encode(raw).decode()},
    )
    assert (reply.status, reply.message) == (400, "Recipient count exceeds 50.")
    assert ses_emulator.messages() == []


def test_body_of_41_megabytes(ses_emulator: SesEmulator) -> None:
    data = base64.b64encode(b"From: a@example.com\r\n\r\n" + b"x" * 41 * 2**20).decode()
    reply = v2(ses_emulator, simple(Content={"Raw": {"Data": data}}))
    assert (reply.status, reply.code) == (400, "BadRequestException")
    reply = v1(ses_emulator, **{"Action": "SendRawEmail", "RawMessage.Data": data})
    assert (reply.status, reply.code) == (400, "InvalidParameterValue")


def test_body_beyond_everything(ses_emulator: SesEmulator) -> None:
    reply = v2(ses_emulator, b"x" * (65 * 2**20))
    assert (reply.status, reply.code) == (413, "RequestEntityTooLarge")
    assert v2(ses_emulator, simple()).status == 200


BYTES = st.one_of(
    st.binary(max_size=300),
    st.lists(
        st.sampled_from(
            [
                b"From: a@example.com\r\n",
                b"To: b@example.com\n",
                b"Subject: =?utf-8?b?w/8=?=\r\n",
                b"Content-Type: multipart/mixed; boundary=x\r\n",
                b"Content-Type: text/plain; charset=nonsense\r\n",
                b"Content-Transfer-Encoding: base64\r\n",
                b"\r\n",
                b"--x\r\n",
                b"--x--",
                b"\x00",
                b"\xff\xfe",
                b"=\r\n",
                b" folded\r\n",
            ]
        ),
        max_size=20,
    ).map(b"".join),
)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(BYTES)
def test_any_bytes_are_captured_or_refused(ses_emulator: SesEmulator, data: bytes) -> None:
    reply = v2(ses_emulator, simple(Content={"Raw": {"Data": base64.b64encode(data).decode()}}))
    if reply.status != 200:
        assert reply.status == 400
        assert reply.code == "BadRequestException"
        return
    id = json.loads(reply.body)["MessageId"]
    shown = ses_emulator.message(id)
    assert shown["id"] == id
    # What follows the header block goes out as it came.
    assert ses_emulator.raw(id).endswith(data[-3:] if b"\n" not in data[-3:] else b"")
    assert ses_emulator.messages(limit=1)[0]["id"] == id


def test_message_that_is_broken_is_shown(ses_emulator: SesEmulator) -> None:
    data = (
        b"From: a@example.com\r\nSubject: broken\r\nContent-Type: multipart/mixed; boundary=b\r\n"
        b"\r\n--b\r\nContent-Type: text/plain; charset=x-unknown\r\n\r\nGr\xfc\xdfe\x00\r\n--b"
    )
    reply = v2(ses_emulator, simple(Content={"Raw": {"Data": base64.b64encode(data).decode()}}))
    id = json.loads(reply.body)["MessageId"]
    message = ses_emulator.message(id)
    assert message["subject"] == "broken"
    assert message["text"].startswith("Gr")
    assert data.partition(b"\r\n\r\n")[2] in ses_emulator.raw(id)
