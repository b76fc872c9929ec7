"""Accounts that are switched while they are used, and what the profiles mean, through clients."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ses_emulator.emulator import Emulator
from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import Clock, client, refused, running, send_v1, send_v2

REJECTED = (
    "Email address is not verified. The following identities failed the check in region US-EAST-1: "
)
RATE, DAILY = "Maximum sending rate exceeded.", "Daily message quota exceeded."
OTHER = "123456789012"
SIMULATOR = "success+label@simulator.amazonses.com"


def send_raw_v1(ses: Any, sender: str = "from@example.com", **arguments: Any) -> str:
    data = f"From: {sender}\r\nTo: to@example.com\r\nSubject: x\r\n\r\nText".encode()
    return str(ses.send_raw_email(**{"RawMessage": {"Data": data}} | arguments)["MessageId"])


def verify(emulator: Any, *names: str, **options: Any) -> None:
    ses = client(emulator, "sesv2", **options)
    for name in names:
        ses.create_email_identity(EmailIdentity=name)


# Switching.


def test_what_shows_the_profile_follows_it(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    held = ses_emulator.account("sandbox")
    assert (held["profile"], held["daily_quota"], held["rate"]) == ("sandbox", 200, 1)
    account = v2.get_account()
    assert account["ProductionAccessEnabled"] is False
    assert account["EnforcementStatus"] == "HEALTHY"
    assert account["SendQuota"] == {"Max24HourSend": 200, "MaxSendRate": 1, "SentLast24Hours": 0}
    ses_emulator.account("production", daily_quota=-1, rate=90)
    account = v2.get_account()
    assert account["ProductionAccessEnabled"] is True
    assert account["SendQuota"]["Max24HourSend"] == v1.get_send_quota()["Max24HourSend"] == -1
    assert account["SendQuota"]["MaxSendRate"] == v1.get_send_quota()["MaxSendRate"] == 90


def test_sends_follow_it(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    assert send_v2(ses)
    ses_emulator.account("production")
    assert refused(send_v2, ses) == ("MessageRejected", 400, f"{REJECTED}from@example.com")
    verify(ses_emulator, "from@example.com")
    assert send_v2(ses)
    ses_emulator.account("sandbox")
    assert refused(send_v2, ses) == ("MessageRejected", 400, f"{REJECTED}to@example.com")
    ses_emulator.account()
    assert send_v2(ses, FromEmailAddress="stranger@example.org")


def test_verification_follows_it(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    ses_emulator.account(verification="click")
    for name in ("ann@example.com", "example.com"):
        assert ses.create_email_identity(EmailIdentity=name)["VerifiedForSendingStatus"] is False
    ses.put_email_identity_mail_from_attributes(
        EmailIdentity="example.com", MailFromDomain="mail.example.com"
    )
    identity = ses.get_email_identity(EmailIdentity="example.com")
    assert identity["DkimAttributes"]["Status"] == "PENDING"
    assert identity["MailFromAttributes"]["MailFromDomainStatus"] == "PENDING"
    ses_emulator.account()
    answer = ses.create_email_identity(EmailIdentity="bob@example.com")
    assert answer["VerifiedForSendingStatus"] is True


def test_one_account_and_one_region(ses_emulator: SesEmulator) -> None:
    ses_emulator.account("production", account=OTHER, region="eu-west-1")
    for key, region, strict in (
        ("test", "eu-west-1", False),
        (OTHER, "us-east-1", False),
        (OTHER, "eu-west-1", True),
    ):
        ses = client(ses_emulator, "sesv2", key=key, region=region)
        if strict:
            assert refused(send_v2, ses)[0] == "MessageRejected"
        else:
            assert send_v2(ses)


def test_the_next_test_begins_as_the_settings_say(ses_emulator: SesEmulator) -> None:
    """As the fixture clears the emulator for it."""
    ses_emulator.account("sandbox", verification="click")
    ses_emulator.clear()
    assert send_v2(client(ses_emulator, "sesv2"))
    assert ses_emulator.account()["profile"] == "open"


def test_what_is_no_option(ses_emulator: SesEmulator) -> None:
    with pytest.raises(ValueError, match="profile is 'strict': use one of open, production"):
        ses_emulator.account("strict")
    with pytest.raises(ValueError, match="'colour' is not known"):
        ses_emulator.account(colour="red")
    with pytest.raises(ValueError, match="12 digits"):
        ses_emulator.account("sandbox", account="1")
    assert send_v2(client(ses_emulator, "sesv2"))


# Who has to be verified.

SENDERS: list[tuple[str, Callable[..., str], dict[str, Any], str]] = [
    ("ses", send_v1, {"Source": "a@example.org"}, "a@example.org"),
    ("ses", send_v1, {"ReturnPath": "b@example.org"}, "b@example.org"),
    ("ses", send_raw_v1, {"sender": "Ann <a@example.org>"}, "a@example.org"),
    (
        "ses",
        send_raw_v1,
        {"sender": "a@example.org\r\nSender: b@example.org"},
        "a@example.org, b@example.org",
    ),
    (
        "ses",
        send_raw_v1,
        {"sender": "from@example.com\r\nReturn-Path: <c@example.org>"},
        "c@example.org",
    ),
    ("ses", send_raw_v1, {"sender": "a@example.com, b@example.org"}, "b@example.org"),
    ("ses", send_raw_v1, {"Source": "d@example.org"}, "d@example.org"),
    ("sesv2", send_v2, {"FromEmailAddress": "a@example.org"}, "a@example.org"),
    ("sesv2", send_v2, {"FeedbackForwardingEmailAddress": "b@example.org"}, "b@example.org"),
]


@pytest.mark.parametrize(("service", "send", "arguments", "named"), SENDERS)
def test_senders(
    ses_emulator: SesEmulator,
    service: str,
    send: Callable[..., str],
    arguments: dict[str, Any],
    named: str,
) -> None:
    ses = client(ses_emulator, service)
    ses_emulator.account("production")
    verify(ses_emulator, "example.com")
    assert send(ses)
    assert refused(send, ses, **arguments) == ("MessageRejected", 400, REJECTED + named)
    verify(ses_emulator, "example.org")
    assert send(ses, **arguments)


RECIPIENTS: list[tuple[str, Callable[..., str], dict[str, Any]]] = [
    *(
        (service, send, {"Destination": {kind: ["to@example.com", "Eve <eve@example.org>"]}})
        for service, send in (("ses", send_v1), ("sesv2", send_v2))
        for kind in ("ToAddresses", "CcAddresses", "BccAddresses")
    ),
    ("ses", send_raw_v1, {"Destinations": ["to@example.com", "eve@example.org"]}),
    ("ses", send_raw_v1, {"sender": "from@example.com\r\nCc: eve@example.org"}),
    ("ses", send_raw_v1, {"sender": "from@example.com\r\nBcc: eve@example.org"}),
]


@pytest.mark.parametrize(("service", "send", "arguments"), RECIPIENTS)
def test_recipients_in_the_sandbox(
    ses_emulator: SesEmulator, service: str, send: Callable[..., str], arguments: dict[str, Any]
) -> None:
    ses = client(ses_emulator, service)
    ses_emulator.account("sandbox", rate=100)
    verify(ses_emulator, "example.com")
    assert refused(send, ses, **arguments) == ("MessageRejected", 400, f"{REJECTED}eve@example.org")
    verify(ses_emulator, "eve@example.org")
    assert send(ses, **arguments)


def test_sender_and_recipients_are_named_together(ses_emulator: SesEmulator) -> None:
    ses_emulator.account("sandbox")
    destination = {"ToAddresses": ["a@example.org", SIMULATOR, "b@example.org", "a@example.org"]}
    assert refused(send_v2, client(ses_emulator, "sesv2"), Destination=destination) == (
        "MessageRejected",
        400,
        f"{REJECTED}from@example.com, a@example.org, b@example.org",
    )


def test_senders_and_recipients_over_smtp(ses_emulator: SesEmulator) -> None:
    ses_emulator.account("sandbox", rate=100)
    verify(ses_emulator, "example.com")

    def send(mail_from: str, to: str, header: str = "from@example.com") -> tuple[int, str]:
        with smtplib.SMTP(ses_emulator.smtp_host, ses_emulator.smtp_port) as smtp:
            smtp.ehlo()
            smtp.mail(mail_from)
            smtp.rcpt(to)
            code, reply = smtp.data(f"From: {header}\r\nSubject: x\r\n\r\nText")
            return code, reply.decode()

    words = f"Message rejected: {REJECTED}"
    assert send("from@example.com", "eve@example.org") == (554, f"{words}eve@example.org")
    assert send("eve@example.org", "to@example.com") == (554, f"{words}eve@example.org")
    assert send("from@example.com", "to@example.com", "Eve <eve@example.org>") == (
        554,
        f"{words}eve@example.org",
    )
    assert send("from@example.com", SIMULATOR)[0] == 250


# How much: on a clock that stands still.


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def emulator(clock: Clock) -> Iterator[Emulator]:
    """A production account, by switching, whose domain is verified."""
    with running(clock) as emulator:
        SesEmulator(emulator).account("production")
        verify(emulator, "example.com")
        yield emulator


def to(*recipients: str) -> dict[str, Any]:
    return {"Destination": {"ToAddresses": list(recipients)}}


def test_short_burst_passes_and_the_bucket_refills_steadily(
    emulator: Emulator, clock: Clock
) -> None:
    v1, v2 = client(emulator, "ses"), client(emulator, "sesv2")
    for number in range(14):
        assert send_v1(v1) if number % 2 else send_v2(v2)
    assert refused(send_v1, v1) == ("Throttling", 400, RATE)
    assert refused(send_v2, v2) == ("TooManyRequestsException", 429, RATE)
    assert refused(send_raw_v1, v1) == ("Throttling", 400, RATE)
    clock.now += 2.1 / 14
    assert send_v1(v1) and send_v2(v2)
    assert refused(send_v2, v2)[2] == RATE
    clock.now += 3600  # it holds no more than a second's sends
    for _ in range(14):
        send_v2(v2)
    assert refused(send_v2, v2)[2] == RATE


def test_rate_is_one_of_recipients(emulator: Emulator, clock: Clock) -> None:
    ses = client(emulator, "sesv2")
    many = [f"r{number}@example.com" for number in range(42)]
    assert send_v2(ses, **to(*many))
    clock.now += 2
    assert refused(send_v2, ses)[2] == RATE
    clock.now += 0.5
    assert send_v2(ses)


def test_rate_of_an_account_in_a_region(emulator: Emulator) -> None:
    SesEmulator(emulator).account("production", rate=1)
    for options in ({}, {"region": "eu-west-1"}, {"key": OTHER}):
        verify(emulator, "example.org", **options)
        ses = client(emulator, "sesv2", **options)
        assert send_v2(ses, FromEmailAddress="a@example.org")
        assert refused(send_v2, ses, FromEmailAddress="a@example.org")[2] == RATE


def test_daily_quota_counts_recipients(emulator: Emulator, clock: Clock) -> None:
    """A message that has more of them than are left is refused as a whole."""
    SesEmulator(emulator).account("production", daily_quota=5)
    v1, v2 = client(emulator, "ses"), client(emulator, "sesv2")
    assert send_v2(v2, **to("a@example.org", "b@example.org", "c@example.org"))
    three = to("d@example.org", "e@example.org", "f@example.org")
    assert refused(send_v2, v2, **three) == ("TooManyRequestsException", 429, DAILY)
    assert refused(send_v1, v1, **three) == ("Throttling", 400, DAILY)
    clock.now += 1
    assert send_v1(v1, **to("d@example.org", SIMULATOR, "e@example.org"))
    quota = v2.get_account()["SendQuota"]
    assert (quota["SentLast24Hours"], quota["Max24HourSend"]) == (5, 5)
    assert refused(send_v1, v1)[2] == DAILY
    assert send_v1(v1, **to(SIMULATOR))
    assert v1.get_send_quota()["SentLast24Hours"] == 5
    clock.now += 24 * 3600 - 1  # the first three are a day old, the other two are not
    assert refused(send_v2, v2, **three, FromEmailAddress="a@example.com")[2] == DAILY
    clock.now += 0.9
    assert refused(send_v2, v2, **to(*three["Destination"]["ToAddresses"], "g@example.org"))
    clock.now += 0.1
    assert send_v2(v2, **three)
    other = client(emulator, "sesv2", region="eu-west-1")
    verify(emulator, "example.com", region="eu-west-1")
    assert other.get_account()["SendQuota"]["SentLast24Hours"] == 0
    assert send_v2(other)


def test_quotas_over_smtp(emulator: Emulator) -> None:
    def send() -> tuple[int, bytes]:
        with smtplib.SMTP("127.0.0.1", emulator.ports["smtp"] or 0) as smtp:
            smtp.ehlo()
            smtp.mail("from@example.com")
            smtp.rcpt("to@example.org")
            return smtp.data("From: from@example.com\r\n\r\nText")

    SesEmulator(emulator).account("production", rate=1, daily_quota=2)
    assert send()[0] == 250
    assert send() == (454, f"Throttling failure: {RATE}".encode())
    SesEmulator(emulator).account("production", daily_quota=1)
    assert send() == (454, f"Throttling failure: {DAILY}".encode())


def test_refused_send_costs_no_quota(emulator: Emulator) -> None:
    SesEmulator(emulator).account("production", rate=1, daily_quota=1)
    ses = client(emulator, "sesv2")
    assert refused(send_v2, ses, FromEmailAddress="a@example.org")[0] == "MessageRejected"
    assert refused(send_v2, ses, ConfigurationSetName="unknown")[0] == "NotFoundException"
    assert refused(send_v2, ses, **to("nobody"))[0] == "BadRequestException"
    assert send_v2(ses)


def test_quota_that_is_not_enforced(emulator: Emulator) -> None:
    ses = client(emulator, "sesv2")
    SesEmulator(emulator).account("production", rate=1, daily_quota=1, enforced=False)
    assert send_v2(ses) and send_v2(ses)
    assert ses.get_account()["SendQuota"]["SentLast24Hours"] == 2
    SesEmulator(emulator).account("open", rate=1, daily_quota=3, enforced=True)
    assert send_v2(ses, FromEmailAddress="stranger@example.org")
    assert refused(send_v2, ses)[2] == DAILY
    SesEmulator(emulator).account("production", daily_quota=-1)
    assert send_v2(ses)


def test_attachments_count_as_they_are_encoded(ses_emulator: SesEmulator) -> None:
    """30 MiB, which base64 and its line breaks make more than v2's 40."""
    simple = {
        "Subject": {"Data": "s"},
        "Body": {"Text": {"Data": "t"}},
        "Attachments": [{"FileName": "a.bin", "RawContent": b"\0" * (30 * 2**20)}],
    }
    code, status, words = refused(
        send_v2, client(ses_emulator, "sesv2"), Content={"Simple": simple}
    )
    assert (code, status) == ("BadRequestException", 400)
    assert words.startswith("Message length is more than 41943040 bytes long: '")
    assert ses_emulator.messages() == []
