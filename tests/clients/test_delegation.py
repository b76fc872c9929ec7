"""Sending for the owner of an identity, through every door that can name its ARN."""

from __future__ import annotations

import json
import smtplib
from collections.abc import Callable
from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import client, refused, send_v1, send_v2

OWNER, DELEGATE = "888888888888", "123456789012"
ARN = f"arn:aws:ses:us-east-1:{OWNER}:identity/example.com"
OTHER_ARN = f"arn:aws:ses:us-east-1:{OWNER}:identity/example.org"
REJECTED = (
    "Email address is not verified. The following identities failed the check in region US-EAST-1: "
)
TO = {"ToAddresses": ["to@example.net"]}
RAW = "From: from@example.com\r\nTo: to@example.net\r\nSubject: x\r\n\r\nText"
V1_CODES, V2_CODES = ("AccessDenied", 403), ("AccessDeniedException", 403)


def denied(action: str, arn: str = ARN) -> str:
    return (
        f"User `arn:aws:iam::{DELEGATE}:root' is not authorized to perform `ses:{action}' on "
        f"resource `{arn}'"
    )


def raw_v1(ses: Any, raw: str = RAW, **arguments: Any) -> str:
    return str(ses.send_raw_email(RawMessage={"Data": raw.encode()}, **arguments)["MessageId"])


def raw_v2(ses: Any, raw: str = RAW, **arguments: Any) -> str:
    content = {"Raw": {"Data": raw.encode()}}
    return str(ses.send_email(Content=content, **arguments)["MessageId"])


def templated_v1(ses: Any, **arguments: Any) -> str:
    answer = ses.send_templated_email(
        Source="from@example.com", Destination=TO, Template="t", TemplateData="{}", **arguments
    )
    return str(answer["MessageId"])


def templated_v2(ses: Any, **arguments: Any) -> str:
    content = {"Template": {"TemplateName": "t", "TemplateData": "{}"}}
    return send_v2(ses, Content=content, **arguments)


def bulk_v1(ses: Any, **arguments: Any) -> str:
    answer = ses.send_bulk_templated_email(
        Source="from@example.com",
        Template="t",
        DefaultTemplateData="{}",
        Destinations=[{"Destination": TO}],
        **arguments,
    )
    return str(answer["Status"][0]["MessageId"])


def bulk_v2(ses: Any, **arguments: Any) -> str:
    answer = ses.send_bulk_email(
        FromEmailAddress="from@example.com",
        DefaultContent={"Template": {"TemplateName": "t", "TemplateData": "{}"}},
        BulkEmailEntries=[{"Destination": TO}],
        **arguments,
    )
    return str(answer["BulkEmailEntryResults"][0]["MessageId"])


class Parties:
    """An owner of example.com, and a delegate in a production account."""

    def __init__(self, emulator: SesEmulator) -> None:
        self.emulator = emulator
        emulator.account("production")
        self.owner = client(emulator, "sesv2", key=OWNER)
        self.owner.create_email_identity(EmailIdentity="example.com")
        self.v1 = client(emulator, "ses", key=DELEGATE)
        self.v2 = client(emulator, "sesv2", key=DELEGATE)
        self.v2.create_email_template(TemplateName="t", TemplateContent={"Subject": "S"})

    def allow(self, action: str = "ses:Send*", domain: str = "example.com", **members: Any) -> None:
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": DELEGATE},
            "Action": action,
            "Resource": ARN.replace("example.com", domain),
            **members,
        }
        self.owner.update_email_identity_policy(
            EmailIdentity=domain, PolicyName="p", Policy=json.dumps({"Statement": [statement]})
        )

    def forbid(self) -> None:
        self.owner.delete_email_identity_policy(EmailIdentity="example.com", PolicyName="p")

    def service(self, send: Callable[..., str]) -> Any:
        return self.v1 if send in (send_v1, raw_v1, templated_v1, bulk_v1) else self.v2


@pytest.fixture
def parties(ses_emulator: SesEmulator) -> Parties:
    return Parties(ses_emulator)


SENDS: list[tuple[Callable[..., str], dict[str, Any], str]] = [
    (send_v1, {"SourceArn": ARN}, "SendEmail"),
    (templated_v1, {"SourceArn": ARN}, "SendTemplatedEmail"),
    (bulk_v1, {"SourceArn": ARN}, "SendBulkTemplatedEmail"),
    (raw_v1, {"SourceArn": ARN}, "SendRawEmail"),
    (raw_v1, {"FromArn": ARN}, "SendRawEmail"),
    (raw_v1, {"raw": f"X-SES-SOURCE-ARN: {ARN}\r\n{RAW}"}, "SendRawEmail"),
    (raw_v1, {"raw": f"X-SES-FROM-ARN: {ARN}\r\n{RAW}"}, "SendRawEmail"),
    (send_v2, {"FromEmailAddressIdentityArn": ARN}, "SendEmail"),
    (templated_v2, {"FromEmailAddressIdentityArn": ARN}, "SendTemplatedEmail"),
    (bulk_v2, {"FromEmailAddressIdentityArn": ARN}, "SendBulkTemplatedEmail"),
    (raw_v2, {"FromEmailAddressIdentityArn": ARN}, "SendRawEmail"),
    (raw_v2, {"raw": f"X-SES-SOURCE-ARN: {ARN}\r\n{RAW}"}, "SendRawEmail"),
]


@pytest.mark.parametrize(("send", "arguments", "action"), SENDS)
def test_every_door(
    parties: Parties, send: Callable[..., str], arguments: dict[str, Any], action: str
) -> None:
    ses = parties.service(send)
    codes = V1_CODES if ses is parties.v1 else V2_CODES
    assert refused(send, ses, **arguments) == (*codes, denied(action))
    parties.allow("ses:GetAccount")
    assert refused(send, ses, **arguments) == (*codes, denied(action))
    parties.allow(f"ses:{action}")
    message = parties.emulator.message(send(ses, **arguments))
    found = [each["code"] for each in message["findings"]]
    assert (message["account"], "UnauthorizedSender" in found) == (DELEGATE, False)
    assert not [each for each in message["headers"] if each["name"].lower().endswith("-arn")]
    parties.allow("ses:Send*", Effect="Deny")
    assert refused(send, ses, **arguments) == (*codes, denied(action))
    parties.forbid()
    assert refused(send, ses, **arguments) == (*codes, denied(action))
    assert len(parties.emulator.messages()) == 1


def test_without_an_arn_the_identity_is_the_owners_alone(parties: Parties) -> None:
    parties.allow()
    assert refused(send_v2, parties.v2) == ("MessageRejected", 400, f"{REJECTED}from@example.com")
    assert send_v2(parties.owner)


def test_smtp(parties: Parties) -> None:
    def send(header: str) -> tuple[int, str]:
        emulator = parties.emulator
        with smtplib.SMTP(emulator.smtp_host, emulator.smtp_port) as smtp:
            smtp.login(DELEGATE, "password")
            smtp.mail("from@example.com")
            smtp.rcpt("to@example.net")
            code, reply = smtp.data(header + RAW)
            return code, reply.decode()

    every = "".join(f"X-SES-{name}-ARN: {ARN}\r\n" for name in ("SOURCE", "FROM", "RETURN-PATH"))
    assert send(every) == (554, f"Access denied: {denied('SendRawEmail')}")
    assert send("") == (554, f"Message rejected: {REJECTED}from@example.com")
    parties.allow("ses:SendRawEmail", Condition={"StringEquals": {"ses:ApiVersion": "2"}})
    code, reply = send(every)
    assert (code, reply[:3]) == (250, "Ok ")
    message = parties.emulator.message()
    assert message["account"] == DELEGATE
    assert not [each for each in message["headers"] if each["name"].startswith("X-SES-SOURCE")]


def test_return_path(parties: Parties) -> None:
    parties.allow()
    given: list[tuple[Callable[..., str], Any, dict[str, Any], str]] = [
        (
            send_v1,
            parties.v1,
            {"SourceArn": ARN, "ReturnPath": "bounces@example.org"},
            "ReturnPathArn",
        ),
        (
            send_v2,
            parties.v2,
            {
                "FromEmailAddressIdentityArn": ARN,
                "FeedbackForwardingEmailAddress": "bounces@example.org",
            },
            "FeedbackForwardingEmailAddressIdentityArn",
        ),
    ]
    rejected = ("MessageRejected", 400)
    for send, ses, arguments, _ in given:
        assert refused(send, ses, **arguments) == (*rejected, f"{REJECTED}bounces@example.org")
    for send, ses, arguments, name in given:
        named = {**arguments, name: OTHER_ARN}
        assert refused(send, ses, **named) == (*rejected, REJECTED + OTHER_ARN)
    parties.owner.create_email_identity(EmailIdentity="example.org")
    for send, ses, arguments, name in given:
        named = {**arguments, name: OTHER_ARN}
        assert refused(send, ses, **named)[2] == denied("SendEmail", OTHER_ARN)
    parties.allow(domain="example.org")
    for send, ses, arguments, name in given:
        message = parties.emulator.message(send(ses, **arguments, **{name: OTHER_ARN}))
        assert message["envelope"]["mail_from"] == "bounces@example.org"


def test_conditions(parties: Parties) -> None:
    """The guide's policy of two conditions, and one about recipients."""
    addresses = {"ses:FromAddress": "*@example.com", "ses:FeedbackAddress": "*@example.com"}
    parties.allow(Condition={"StringLike": addresses})
    assert send_v1(parties.v1, SourceArn=ARN)
    parties.allow(
        Condition={"ForAllValues:StringLike": {"ses:Recipients": "*@example.com"}},
    )
    assert send_v1(parties.v1, SourceArn=ARN)
    destination = {"ToAddresses": ["to@example.com"], "BccAddresses": ["eve@example.net"]}
    assert refused(send_v1, parties.v1, SourceArn=ARN, Destination=destination) == (
        *V1_CODES,
        denied("SendEmail"),
    )
    parties.allow(Condition={"StringEquals": {"ses:FromDisplayName": "Marketing"}})
    assert refused(send_v1, parties.v1, SourceArn=ARN)[0] == "AccessDenied"
    assert send_v1(parties.v1, SourceArn=ARN, Source="Marketing <from@example.com>")


def test_words_of_wrong_arns(parties: Parties) -> None:
    codes = {parties.v1: "InvalidParameterValue", parties.v2: "BadRequestException"}
    for ses, send, name in (
        (parties.v1, send_v1, "SourceArn"),
        (parties.v2, send_v2, "FromEmailAddressIdentityArn"),
    ):
        for profile in ("production", "open"):
            parties.emulator.account(profile)
            assert refused(send, ses, **{name: "example.com"}) == (
                codes[ses],
                400,
                "Invalid ARN <example.com>.",
            )
            assert refused(send, ses, **{name: OTHER_ARN}) == (
                codes[ses],
                400,
                f"The address 'from@example.com' does not align with the given ARN '{OTHER_ARN}'",
            )
        parties.emulator.account("production")
        for unknown in (
            ARN.replace("identity/", "identity/from@"),
            ARN.replace("us-east-1", "eu-west-1"),
            ARN.replace(OWNER, "999999999999"),
        ):
            assert refused(send, ses, **{name: unknown}) == (
                "MessageRejected",
                400,
                REJECTED + unknown,
            )


def test_own_identity(parties: Parties) -> None:
    own = ARN.replace(OWNER, DELEGATE)
    assert refused(send_v2, parties.v2, FromEmailAddressIdentityArn=own)[2] == REJECTED + own
    parties.v2.create_email_identity(EmailIdentity="example.com")
    assert send_v2(parties.v2, FromEmailAddressIdentityArn=own)


def test_sandbox_of_either(parties: Parties) -> None:
    """Both accounts have to be out of it; the delegate's identities are those that count."""
    parties.allow()
    refusal = ("MessageRejected", 400, f"{REJECTED}to@example.com")
    send = {"FromEmailAddressIdentityArn": ARN}
    parties.emulator.account("sandbox", account=OWNER)
    assert refused(send_v2, parties.v2, **send) == refusal
    parties.emulator.account(account=OWNER)
    parties.emulator.account("sandbox", account=DELEGATE, rate=100)
    assert refused(send_v2, parties.v2, **send) == refusal
    parties.v2.create_email_identity(EmailIdentity="to@example.com")
    assert send_v2(parties.v2, **send)


def test_quota_is_the_delegates(parties: Parties) -> None:
    parties.allow()
    parties.emulator.account("production", account=DELEGATE, daily_quota=1)
    assert send_v2(parties.v2, FromEmailAddressIdentityArn=ARN)
    code, _, words = refused(send_v2, parties.v2, FromEmailAddressIdentityArn=ARN)
    assert (code, words) == ("TooManyRequestsException", "Daily message quota exceeded.")
    sent = [
        ses.get_account()["SendQuota"]["SentLast24Hours"] for ses in (parties.owner, parties.v2)
    ]
    assert sent == [0, 1]


def test_open_account_is_told(parties: Parties) -> None:
    parties.emulator.account()

    def findings(**arguments: Any) -> list[tuple[str, str]]:
        message = parties.emulator.message(send_v2(parties.v2, **arguments))
        return [(each["code"], each["message"]) for each in message["findings"]]

    prefix = "SES would reject this: "
    assert findings(FromEmailAddressIdentityArn=ARN) == [
        ("UnauthorizedSender", prefix + denied("SendEmail"))
    ]
    unknown = ARN.replace(OWNER, "999999999999")
    assert findings(FromEmailAddressIdentityArn=unknown) == [
        ("UnverifiedSender", prefix + REJECTED + unknown)
    ]
    parties.allow()
    assert findings(FromEmailAddressIdentityArn=ARN) == []


def test_arn_of_the_request_comes_before_those_of_headers(parties: Parties) -> None:
    parties.allow()
    headers = "".join(f"X-SES-{name}-ARN: {OTHER_ARN}\r\n" for name in ("SOURCE", "FROM"))
    assert raw_v1(parties.v1, headers + RAW, SourceArn=ARN, FromArn=ARN)
    assert raw_v2(parties.v2, headers + RAW, FromEmailAddressIdentityArn=ARN)
