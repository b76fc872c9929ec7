"""SendEmail and SendRawEmail: what SES takes, what it refuses, and in which words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.request import Request, urlopen

import pytest

from ses_emulator.emulator import Emulator
from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import Clock, client, refused, running, send_v1, send_v2

ID = re.compile(r"0100[0-9a-f]{12}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-000000")
RAW = b"From: from@example.com\r\nTo: to@example.com\r\nSubject: raw\r\n\r\nText\r\n"
INVALID = {"ses": "InvalidParameterValue", "sesv2": "BadRequestException"}
BOTH = pytest.mark.parametrize(
    ("service", "send"), [("ses", send_v1), ("sesv2", send_v2)], ids=["v1", "v2"]
)
Send = Callable[..., str]


@BOTH
def test_message_id(ses_emulator: SesEmulator, service: str, send: Send) -> None:
    id = send(client(ses_emulator, service))
    assert ID.fullmatch(id)
    headers = {each["name"]: each["value"] for each in ses_emulator.message(id)["headers"]}
    assert headers["Message-ID"] == f"<{id}@email.amazonses.com>"


@pytest.mark.parametrize(
    ("region", "prefix"), [("us-west-2", "0101"), ("eu-west-1", "0102"), ("us-east-1", "0100")]
)
def test_message_id_of_a_region(ses_emulator: SesEmulator, region: str, prefix: str) -> None:
    id = send_v2(client(ses_emulator, "sesv2", region=region))
    assert id.startswith(prefix)
    host = "email" if region == "us-east-1" else region
    message = ses_emulator.message(id)
    assert message["region"] == region
    assert f"<{id}@{host}.amazonses.com>" in [each["value"] for each in message["headers"]]


def test_account_comes_from_the_access_key(ses_emulator: SesEmulator) -> None:
    own = send_v2(client(ses_emulator, "sesv2", key="123456789012"))
    assert ses_emulator.message(own)["account"] == "123456789012"
    other = send_v2(client(ses_emulator, "sesv2", key="AKIAIOSFODNN7EXAMPLE"))
    assert ses_emulator.message(other)["account"] == "000000000000"


@BOTH
@pytest.mark.parametrize(
    ("recipient", "words"),
    [
        ("nobody", "Missing final '@domain'"),
        ("", "Empty address"),
        ("@example.com", "Missing local name"),
        ("a@exa mple.com", "Domain contains control or whitespace"),
        ("a@.example.com", "Domain starts with dot"),
        ("a@example..com", "Domain contains dot-dot"),
    ],
)
def test_bad_recipient(
    ses_emulator: SesEmulator, service: str, send: Send, recipient: str, words: str
) -> None:
    ses = client(ses_emulator, service)
    code, status, message = refused(send, ses, Destination={"ToAddresses": [recipient]})
    assert (code, status, message) == (INVALID[service], 400, words)
    assert ses_emulator.messages() == []


@BOTH
def test_recipient_count(ses_emulator: SesEmulator, service: str, send: Send) -> None:
    ses = client(ses_emulator, service)
    many = [f"r{number}@example.com" for number in range(25)]
    destination = {"ToAddresses": many, "CcAddresses": many[:24], "BccAddresses": ["b@example.com"]}
    assert send(ses, Destination=destination)
    destination["BccAddresses"].append("c@example.com")
    assert refused(send, ses, Destination=destination) == (
        INVALID[service],
        400,
        "Recipient count exceeds 50.",
    )
    assert len(ses_emulator.messages()) == 1


@BOTH
def test_no_recipient(ses_emulator: SesEmulator, service: str, send: Send) -> None:
    destination: dict[str, list[str]] = {"ToAddresses": []}
    code, status, _ = refused(send, client(ses_emulator, service), Destination=destination)
    assert (code, status) == (INVALID[service], 400)


def test_raw_without_from(ses_emulator: SesEmulator) -> None:
    data = RAW.removeprefix(b"From: from@example.com\r\n")
    ses = client(ses_emulator, "ses")
    assert refused(ses.send_raw_email, RawMessage={"Data": data}) == (
        "InvalidParameterValue",
        400,
        "Missing required header 'From'.",
    )
    assert ses.send_raw_email(RawMessage={"Data": data}, Source="a@example.com")["MessageId"]


def test_simple_without_from(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    assert refused(send_v2, ses, FromEmailAddress="") == (
        "BadRequestException",
        400,
        "Source cannot be empty",
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [({}, "Content must have one of Simple, Raw and Template.")],
)
def test_no_content(ses_emulator: SesEmulator, content: dict[str, Any], words: str) -> None:
    ses = client(ses_emulator, "sesv2")
    assert refused(send_v2, ses, Content=content) == ("BadRequestException", 400, words)


TAGS = [
    ("", "v", "The tag name must be specified."),
    ("n", "", "The tag value must be specified."),
    (
        "a b",
        "v",
        "Invalid tag name <a b>: only alphanumeric ASCII characters, '_',  '-' are allowed.",
    ),
    (
        "n",
        "a b",
        "Invalid tag value <a b>: only alphanumeric ASCII characters, '_',  '-' , '.', '@' are"
        " allowed.",
    ),
    ("n" * 256, "v", "Tag name/value cannot exceed 255 characters."),
    ("n", "v" * 256, "Tag name/value cannot exceed 255 characters."),
]


@BOTH
@pytest.mark.parametrize(("name", "value", "words"), TAGS)
def test_bad_tag(
    ses_emulator: SesEmulator, service: str, send: Send, name: str, value: str, words: str
) -> None:
    ses = client(ses_emulator, service)
    tags = {"Tags" if service == "ses" else "EmailTags": [{"Name": name, "Value": value}]}
    assert refused(send, ses, **tags) == (INVALID[service], 400, words)


def test_tags_of_the_feedback_id(ses_emulator: SesEmulator) -> None:
    tags = [{"Name": "ses:feedback-id-a", "Value": "1"}, {"Name": "n", "Value": "a@b.c_-1"}]
    id = send_v2(client(ses_emulator, "sesv2"), EmailTags=tags)
    assert ses_emulator.message(id)["tags"] == {"ses:feedback-id-a": "1", "n": "a@b.c_-1"}


def test_tags_of_the_api_win_over_those_of_the_headers(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "ses")
    data = b"X-SES-MESSAGE-TAGS: a=header, b=header\r\n" + RAW
    tags = [{"Name": "a", "Value": "api"}]
    both = ses.send_raw_email(RawMessage={"Data": data}, Tags=tags)["MessageId"]
    assert ses_emulator.message(both)["tags"] == {"a": "api"}
    only = ses.send_raw_email(RawMessage={"Data": data})["MessageId"]
    assert ses_emulator.message(only)["tags"] == {"a": "header", "b": "header"}
    assert b"X-SES-MESSAGE-TAGS" not in ses_emulator.raw(only)


def test_steering_headers_are_removed(ses_emulator: SesEmulator) -> None:
    ses, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    ses.create_configuration_set(ConfigurationSet={"Name": "known"})
    v2.create_tenant(TenantName="shop")
    v2.create_contact_list(ContactListName="news")
    arn = "arn:aws:ses:us-east-1:000000000000:identity/example.com"
    values = {
        "CONFIGURATION-SET": "known",
        "MESSAGE-TAGS": "a=b",
        "LIST-MANAGEMENT-OPTIONS": "news",
        "TENANT": "shop",
        **dict.fromkeys(("SOURCE-ARN", "FROM-ARN", "RETURN-PATH-ARN"), arn),
    }
    lines = [f"X-SES-{name}: {value}" for name, value in values.items()]
    data = "\r\n".join([*lines, ""]).encode() + RAW
    id = ses.send_raw_email(RawMessage={"Data": data})["MessageId"]
    message = ses_emulator.message(id)
    assert message["configuration_set"] == "known"
    ours = [h["name"] for h in message["headers"] if h["name"].lower().startswith("x-ses-")]
    assert ours == ["X-SES-Outgoing"]


@BOTH
def test_unknown_configuration_set(ses_emulator: SesEmulator, service: str, send: Send) -> None:
    ses = client(ses_emulator, service)
    code = {"ses": "ConfigurationSetDoesNotExist", "sesv2": "NotFoundException"}[service]
    status = {"ses": 400, "sesv2": 404}[service]
    assert refused(send, ses, ConfigurationSetName="unknown") == (
        code,
        status,
        "Configuration set <unknown> does not exist.",
    )
    assert ses_emulator.messages() == []


def test_envelope_sender(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "ses")
    data = b"Return-Path: <bounces@example.com>\r\n" + RAW
    of_header = ses.send_raw_email(RawMessage={"Data": data})["MessageId"]
    of_source = ses.send_raw_email(RawMessage={"Data": data}, Source="s@example.com")["MessageId"]
    assert ses_emulator.message(of_header)["envelope"]["mail_from"] == "bounces@example.com"
    assert ses_emulator.message(of_source)["envelope"]["mail_from"] == "s@example.com"
    assert b"Return-Path" not in ses_emulator.raw(of_header)


@pytest.mark.parametrize("size", [10 * 2**20 - 1000, 10 * 2**20 + 1])
def test_size_limit_of_v1(ses_emulator: SesEmulator, size: int) -> None:
    ses = client(ses_emulator, "ses")
    data = RAW + b"x" * 76 + (b"\r\n" + b"x" * 76) * ((size - len(RAW)) // 78)
    if size < 10 * 2**20:
        assert ses.send_raw_email(RawMessage={"Data": data})["MessageId"]
    else:
        code, status, message = refused(ses.send_raw_email, RawMessage={"Data": data})
        assert (code, status) == ("InvalidParameterValue", 400)
        assert message.startswith("Message length is more than 10485760 bytes long: '")


def test_size_limit_of_v2(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    data = RAW + b"x" * 40 * 2**20
    code, status, message = refused(send_v2, ses, Content={"Raw": {"Data": data}})
    assert (code, status) == ("BadRequestException", 400)
    assert message.startswith("Message length is more than 41943040 bytes long: '")
    assert send_v2(ses, Content={"Raw": {"Data": data[: 39 * 2**20]}})


@pytest.mark.parametrize("name", ["Subject", "to", "Message-ID", "MIME-Version"])
def test_reserved_header(ses_emulator: SesEmulator, name: str) -> None:
    simple = {
        "Subject": {"Data": "s"},
        "Body": {"Text": {"Data": "t"}},
        "Headers": [{"Name": name, "Value": "x"}],
    }
    code, status, message = refused(
        send_v2, client(ses_emulator, "sesv2"), Content={"Simple": simple}
    )
    assert (code, status) == ("BadRequestException", 400)
    assert name in message


def test_open_account_takes_unverified_senders_with_a_finding(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    [finding] = ses_emulator.message(send_v2(ses))["findings"]
    assert finding["code"] == "UnverifiedSender"
    assert (
        "following identities failed the check in region US-EAST-1: from@example.com"
        in (finding["message"])
    )
    ses.create_email_identity(EmailIdentity="example.com")
    assert ses_emulator.message(send_v2(ses))["findings"] == []
    assert ses_emulator.messages()[0]["finding_count"] == 0


REJECTED = (
    "Email address is not verified. The following identities failed the check in region US-EAST-1: "
)


@BOTH
def test_production_account(service: str, send: Send) -> None:
    with running(account="production") as emulator:
        ses = client(emulator, service)
        assert refused(send, ses) == ("MessageRejected", 400, f"{REJECTED}from@example.com")
        client(emulator, "sesv2").create_email_identity(EmailIdentity="from@example.com")
        assert send(ses)
        code, _, message = refused(
            client(emulator, "ses").send_raw_email,
            RawMessage={
                "Data": b"Sender: x@other.example\r\nReturn-Path: y@other.example\r\n" + RAW
            },
            Source="z@other.example",
        )
        assert code == "MessageRejected"
        assert message == f"{REJECTED}x@other.example, y@other.example, z@other.example"


@pytest.mark.parametrize("identity", ["example.com", "sub.example.com", "MAIL.sub.Example.com"])
def test_domain_covers_its_addresses(identity: str) -> None:
    with running(account="production") as emulator:
        ses = client(emulator, "sesv2")
        ses.create_email_identity(EmailIdentity=identity)
        assert send_v2(ses, FromEmailAddress="Name <anyone@mail.SUB.example.com>")
        code, _, _ = refused(send_v2, ses, FromEmailAddress="anyone@notexample.com")
        assert code == "MessageRejected"


def test_pending_identity_may_not_send() -> None:
    with running(account="production", verification="click") as emulator:
        ses = client(emulator, "sesv2")
        ses.create_email_identity(EmailIdentity="from@example.com")
        assert refused(send_v2, ses)[0] == "MessageRejected"


def test_identities_of_another_region_and_account_do_not_count() -> None:
    with running(account="production") as emulator:
        client(emulator, "sesv2", region="eu-west-1").create_email_identity(
            EmailIdentity="example.com"
        )
        client(emulator, "sesv2", key="123456789012").create_email_identity(
            EmailIdentity="example.com"
        )
        assert refused(send_v2, client(emulator, "sesv2"))[0] == "MessageRejected"


def test_sandbox_account() -> None:
    clock = Clock()
    with running(clock, account="sandbox") as emulator:
        ses = client(emulator, "sesv2")
        ses.create_email_identity(EmailIdentity="from@example.com")
        assert refused(send_v2, ses) == ("MessageRejected", 400, f"{REJECTED}to@example.com")
        simulator = {"ToAddresses": ["success+label@simulator.amazonses.com"]}
        assert send_v2(ses, Destination=simulator)
        clock.now += 1
        ses.create_email_identity(EmailIdentity="to@example.com")
        assert send_v2(ses)


def test_sending_rate_is_enforced() -> None:
    clock = Clock()
    with running(clock, account="sandbox") as emulator:
        ses = client(emulator, "sesv2")
        ses.create_email_identity(EmailIdentity="example.com")
        assert send_v2(ses)
        assert refused(send_v2, ses) == (
            "TooManyRequestsException",
            429,
            "Maximum sending rate exceeded.",
        )
        old = client(emulator, "ses")
        assert refused(send_v1, old) == ("Throttling", 400, "Maximum sending rate exceeded.")
        clock.now += 1
        assert send_v2(ses)


def test_daily_quota_is_enforced() -> None:
    clock = Clock()
    with running(clock, account="sandbox") as emulator:
        ses = client(emulator, "sesv2")
        ses.create_email_identity(EmailIdentity="example.com")
        destination = {"ToAddresses": [f"r{number}@example.com" for number in range(50)]}
        for _ in range(4):
            send_v2(ses, Destination=destination)
            clock.now += 50
        assert ses.get_account()["SendQuota"]["SentLast24Hours"] == 200
        assert refused(send_v2, ses) == (
            "TooManyRequestsException",
            429,
            "Daily message quota exceeded.",
        )
        simulator = {"ToAddresses": ["success@simulator.amazonses.com"]}
        assert send_v2(ses, Destination=simulator)
        clock.now += 24 * 3600
        assert send_v2(ses)


def test_open_account_enforces_no_quota(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    for _ in range(30):
        send_v2(ses)
    assert len(ses_emulator.messages()) == 30


@BOTH
def test_mail_from_domain_that_must_be_used(service: str, send: Send) -> None:
    words = "Mail-From domain bounce.example.com is not verified."
    with running(account="production", verification="click") as emulator:
        v2 = client(emulator, "sesv2")
        v2.create_email_identity(EmailIdentity="example.com")
        verify(emulator, "example.com")
        mail_from = {"EmailIdentity": "example.com", "MailFromDomain": "bounce.example.com"}
        v2.put_email_identity_mail_from_attributes(
            **mail_from, BehaviorOnMxFailure="REJECT_MESSAGE"
        )
        ses = client(emulator, service)
        assert refused(send, ses) == ("MailFromDomainNotVerifiedException", 400, words)
        v2.put_email_identity_mail_from_attributes(
            **mail_from, BehaviorOnMxFailure="USE_DEFAULT_VALUE"
        )
        assert send(ses)
        v2.put_email_identity_mail_from_attributes(
            **mail_from, BehaviorOnMxFailure="REJECT_MESSAGE"
        )
        verify(emulator, "example.com")
        assert send(ses)


def verify(emulator: Emulator, name: str) -> None:
    """Confirm the records of an identity."""
    request = Request(f"{emulator.url}/_ses/identities/{name}/verify", method="POST")
    with urlopen(request, timeout=30) as answer:
        assert answer.status == 200


def test_open_account_is_told_of_a_mail_from_domain(ses_emulator: SesEmulator) -> None:
    ses_emulator.account(verification="click")
    v2 = client(ses_emulator, "sesv2")
    v2.create_email_identity(EmailIdentity="example.com")
    v2.put_email_identity_mail_from_attributes(
        EmailIdentity="example.com",
        MailFromDomain="bounce.example.com",
        BehaviorOnMxFailure="REJECT_MESSAGE",
    )
    codes = [each["code"] for each in ses_emulator.message(send_v2(v2))["findings"]]
    assert codes[:2] == ["UnverifiedSender", "UnverifiedMailFrom"]
