"""Sends that go wrong by a rule, as clients see them."""

from __future__ import annotations

import json
import smtplib
import ssl
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from ses_emulator.config import ConfigError, Settings, load
from ses_emulator.emulator import Emulator
from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import client, refused, running, send_v1, send_v2

RAW = b"From: from@example.com\r\nTo: to@example.com\r\nSubject: raw\r\n\r\nText\r\n"
SERVICES = pytest.mark.parametrize(
    ("service", "send"), [("ses", send_v1), ("sesv2", send_v2)], ids=["v1", "v2"]
)


def persistent(emulator: SesEmulator, service: str, mode: Any, attempts: int = 4) -> Any:
    """A client that tries again."""
    make: Any = boto3.client
    retries: Any = {"mode": mode, "total_max_attempts": attempts}
    return make(
        service,
        endpoint_url=emulator.url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries=retries),
    )


def once(emulator: SesEmulator, service: str) -> Any:
    """A client that does not, not even after a lost connection."""
    return persistent(emulator, service, "standard", 1)


def attempts(error: Any) -> int:
    return int(error.response["ResponseMetadata"]["RetryAttempts"])


def counted(emulator: SesEmulator, rule: dict[str, Any]) -> tuple[int, int]:
    [found] = [each for each in rules(emulator) if each["id"] == rule["id"]]
    return found["matched"], found["applied"]


def rules(emulator: SesEmulator) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{emulator.url}/_ses/rules") as answer:
        found: list[dict[str, Any]] = json.load(answer)["rules"]
    return found


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between its attempts botocore would wait for seconds."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    monkeypatch.setattr("botocore.retryhandler.delay_exponential", lambda *_, **__: 0)


# Errors


@SERVICES
@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
@pytest.mark.parametrize("code", ["Throttling", "ServiceUnavailable", "InternalFailure"])
def test_a_client_that_tries_again(
    ses_emulator: SesEmulator, service: str, send: Any, mode: str, code: str
) -> None:
    rule = ses_emulator.rule(error={"code": code}, when={"first": 2})
    assert send(persistent(ses_emulator, service, mode))
    assert len(ses_emulator.messages()) == 1
    assert counted(ses_emulator, rule) == (3, 2)


@SERVICES
def test_a_client_that_gives_up(ses_emulator: SesEmulator, service: str, send: Any) -> None:
    rule = ses_emulator.rule(error={"code": "Throttling"})
    with pytest.raises(ClientError) as failed:
        send(persistent(ses_emulator, service, "standard", 3))
    assert attempts(failed.value) == 2
    assert counted(ses_emulator, rule) == (3, 3)
    assert ses_emulator.messages() == []


SENTENCES = {
    "Throttling": "Maximum sending rate exceeded.",
    "MessageRejected": "The message was rejected.",
    "MailFromDomainNotVerified": "The MAIL FROM domain is not verified.",
    "AccountSendingPaused": "Sending paused for this account. For more information, please check"
    " the inbox of the email address associated with your AWS account.",
}


@pytest.mark.parametrize(
    ("code", "v1", "v2", "smtp"),
    [
        ("Throttling", ("Throttling", 400), ("TooManyRequestsException", 429), 454),
        ("TooManyRequestsException", ("Throttling", 400), ("TooManyRequestsException", 429), 454),
        ("ServiceUnavailable", ("ServiceUnavailable", 503), ("ServiceUnavailable", 503), 451),
        (
            "InternalFailure",
            ("InternalFailure", 500),
            ("InternalServiceErrorException", 500),
            451,
        ),
        ("AccessDenied", ("AccessDenied", 403), ("AccessDeniedException", 403), 554),
        ("MessageRejected", ("MessageRejected", 400), ("MessageRejected", 400), 554),
        (
            "MailFromDomainNotVerified",
            ("MailFromDomainNotVerifiedException", 400),
            ("MailFromDomainNotVerifiedException", 400),
            554,
        ),
        ("LimitExceeded", ("LimitExceeded", 400), ("LimitExceededException", 400), 554),
        (
            "AccountSendingPaused",
            ("AccountSendingPausedException", 400),
            ("SendingPausedException", 400),
            554,
        ),
        ("AccountSuspended", ("MessageRejected", 400), ("AccountSuspendedException", 400), 554),
        ("BadRequestException", ("InvalidParameterValue", 400), ("BadRequestException", 400), 554),
        (
            "SignatureDoesNotMatch",
            ("SignatureDoesNotMatch", 403),
            ("InvalidSignatureException", 403),
            554,
        ),
        ("ExpiredToken", ("ExpiredToken", 403), ("ExpiredTokenException", 403), 554),
        (
            "InvalidClientTokenId",
            ("InvalidClientTokenId", 403),
            ("UnrecognizedClientException", 403),
            554,
        ),
    ],
)
def test_codes(
    ses_emulator: SesEmulator,
    code: str,
    v1: tuple[str, int],
    v2: tuple[str, int],
    smtp: int,
) -> None:
    ses_emulator.rule(error={"code": code})
    *found_v1, words = refused(send_v1, client(ses_emulator, "ses"))
    *found_v2, same = refused(send_v2, client(ses_emulator, "sesv2"))
    assert (tuple(found_v1), tuple(found_v2)) == (v1, v2)
    if code != "AccessDenied":  # which names the operation
        assert words == same == SENTENCES.get(code, words)
    with smtplib.SMTP(ses_emulator.smtp_host, ses_emulator.smtp_port) as connection:
        with pytest.raises(smtplib.SMTPDataError) as failed:
            connection.sendmail("from@example.com", "to@example.com", RAW)
        assert failed.value.smtp_code == smtp
        assert words.split("`")[0].strip() in _text(failed.value.smtp_error)
        assert connection.noop()[0] == 250  # the connection goes on
    assert ses_emulator.messages() == []


def _text(reply: bytes | str) -> str:
    return reply if isinstance(reply, str) else reply.decode()


@SERVICES
def test_words_and_status_of_the_rule(ses_emulator: SesEmulator, service: str, send: Any) -> None:
    ses_emulator.rule(error={"code": "Throttling", "message": "Slow down", "status": 418})
    assert refused(send, client(ses_emulator, service))[1:] == (418, "Slow down")


def test_access_denied_names_the_operation(ses_emulator: SesEmulator) -> None:
    ses_emulator.rule(error={"code": "AccessDenied"})
    ses = client(ses_emulator, "ses", key="111111111111")
    _, _, words = refused(ses.send_raw_email, RawMessage={"Data": RAW})
    assert "111111111111" in words and "ses:SendRawEmail" in words


def test_each_destination_of_a_bulk_send_counts(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    send = {
        "FromEmailAddress": "from@example.com",
        "DefaultContent": {
            "Template": {"TemplateContent": {"Subject": "s", "Text": "t"}, "TemplateData": "{}"}
        },
        "BulkEmailEntries": [
            {"Destination": {"ToAddresses": [f"{name}@example.com"]}} for name in "abcd"
        ],
    }
    ses_emulator.rule(error={"code": "Throttling"}, when={"every": 2})
    statuses = [each["Status"] for each in ses.send_bulk_email(**send)["BulkEmailEntryResults"]]
    assert statuses == ["SUCCESS", "ACCOUNT_THROTTLED"] * 2
    # What is no destination's own is everybody's, and nothing is captured.
    ses_emulator.clear()
    ses_emulator.rule(match={"recipient": "c@*"}, error={"code": "ServiceUnavailable"})
    assert refused(ses.send_bulk_email, **send)[:2] == ("ServiceUnavailable", 503)
    assert ses_emulator.messages() == []


def test_other_sends_are_not_held_up(ses_emulator: SesEmulator) -> None:
    ses_emulator.rule(match={"operation": "SMTP"}, error={"code": "Throttling"})
    ses_emulator.rule(match={"region": "eu-west-1"}, error={"code": "Throttling"})
    assert send_v2(client(ses_emulator, "sesv2"))
    elsewhere = client(ses_emulator, "sesv2", region="eu-west-1")
    assert refused(send_v2, elsewhere)[0] == "TooManyRequestsException"


# Events


def test_events(ses_emulator: SesEmulator) -> None:
    soft = {"type": "bounce", "bounceType": "Transient", "bounceSubType": "MailboxFull"}
    ses_emulator.rule(match={"recipient": "*@full.example"}, event=soft)
    ses_emulator.rule(match={"recipient": "angry@*"}, event={"type": "complaint"})
    to = ["ada@example.com", "bob@full.example", "angry@example.com"]
    id = send_v2(client(ses_emulator, "sesv2"), Destination={"ToAddresses": to})
    events = ses_emulator.message(id)["events"]
    assert [(event["type"], event["recipients"]) for event in events] == [
        ("Send", to),
        ("Delivery", ["ada@example.com", "angry@example.com"]),
        ("Bounce", ["bob@full.example"]),
        ("Complaint", ["angry@example.com"]),
    ]
    bounce = events[2]["detail"]
    assert (bounce["bounceType"], bounce["bounceSubType"]) == ("Transient", "MailboxFull")


@pytest.mark.parametrize(
    ("event", "types", "status"),
    [
        ({"type": "bounce"}, ["Send", "Bounce"], "bounced"),
        ({"type": "delay"}, ["Send", "DeliveryDelay"], "delayed"),
        ({"type": "reject"}, ["Send", "Reject"], "rejected"),
        ({"type": "renderingFailure"}, ["Send", "Rendering Failure"], "rendering_failed"),
        ({"type": "delivery"}, ["Send", "Delivery"], "delivered"),
        ({"type": "complaint"}, ["Send", "Delivery", "Complaint"], "complained"),
        ({"type": "open"}, ["Send", "Delivery", "Open"], "opened"),
        (
            {"type": "click", "link": "https://example.com/"},
            ["Send", "Delivery", "Click"],
            "clicked",
        ),
    ],
)
def test_each_event(
    ses_emulator: SesEmulator, event: dict[str, Any], types: list[str], status: str
) -> None:
    ses_emulator.rule(event=event, when={"first": 1})
    ses = client(ses_emulator, "sesv2")
    message = ses_emulator.message(send_v2(ses))
    assert [each["type"] for each in message["events"]] == types
    assert message["status"] == status
    # Who bounced or complained is on the suppression list.
    other = send_v2(ses, Destination={"ToAddresses": ["other@example.com"]})
    assert ses_emulator.message(other)["status"] == "delivered"


def test_a_hard_bounce_of_a_rule_has_consequences(ses_emulator: SesEmulator) -> None:
    ses_emulator.rule(event={"type": "bounce"}, when={"first": 1})
    ses = client(ses_emulator, "sesv2")
    send_v2(ses)
    listed = ses.list_suppressed_destinations()["SuppressedDestinationSummaries"]
    assert [each["EmailAddress"] for each in listed] == ["to@example.com"]
    assert ses_emulator.message(send_v2(ses))["status"] == "suppressed"


# Late answers


@SERVICES
def test_latency(ses_emulator: SesEmulator, service: str, send: Any) -> None:
    ses_emulator.rule(match={"recipient": "slow@*"}, latency=0.5)
    ses = client(ses_emulator, service)
    with ThreadPoolExecutor(1) as pool:
        began = time.monotonic()
        slow = pool.submit(send, ses, Destination={"ToAddresses": ["slow@example.com"]})
        # It is captured at once, and nobody else waits for its answer.
        ses_emulator.wait_for(to="slow@example.com")
        send(client(ses_emulator, service))
        assert not slow.done()
        assert slow.result() == ses_emulator.messages(to="slow@example.com")[0]["id"]
        assert time.monotonic() - began >= 0.5


def test_latency_of_an_error(ses_emulator: SesEmulator) -> None:
    ses_emulator.rule(latency=0.3)
    ses_emulator.rule(error={"code": "ServiceUnavailable"})
    began = time.monotonic()
    assert refused(send_v2, client(ses_emulator, "sesv2"))[1] == 503
    assert time.monotonic() - began >= 0.3


def test_a_client_that_does_not_wait(ses_emulator: SesEmulator) -> None:
    ses_emulator.rule(latency=60, when={"first": 1})
    config = Config(read_timeout=0.2, retries={"total_max_attempts": 1})
    with pytest.raises(ReadTimeoutError):
        send_v2(ses_emulator.client("sesv2", config=config))
    # The application would send it once more.
    send_v2(client(ses_emulator, "sesv2"))
    assert len(ses_emulator.messages()) == 2


def test_latency_over_smtp(ses_emulator: SesEmulator) -> None:
    ses_emulator.rule(latency=0.3)
    with smtplib.SMTP(ses_emulator.smtp_host, ses_emulator.smtp_port) as connection:
        began = time.monotonic()
        connection.sendmail("from@example.com", "to@example.com", RAW)
        assert time.monotonic() - began >= 0.3


def test_stopping_waits_for_no_late_answer() -> None:
    with ThreadPoolExecutor(1) as pool:
        with running() as emulator:
            SesEmulator(emulator).rule(latency=60)
            config = Config(retries={"total_max_attempts": 1})
            sending = pool.submit(send_v2, SesEmulator(emulator).client("sesv2", config=config))
            SesEmulator(emulator).wait_for()
            began = time.monotonic()
        assert time.monotonic() - began < 2
        assert sending.exception() is not None


# Lost answers


@SERVICES
@pytest.mark.parametrize(("drop", "captured"), [("before", 0), ("after", 1)])
def test_a_dropped_connection(
    ses_emulator: SesEmulator, service: str, send: Any, drop: str, captured: int
) -> None:
    ses_emulator.rule(drop=drop)
    with pytest.raises(ConnectionClosedError):
        send(once(ses_emulator, service))
    assert len(ses_emulator.messages()) == captured


@SERVICES
@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
@pytest.mark.parametrize(("drop", "captured"), [("before", 1), ("after", 3)])
def test_a_client_that_sends_twice(
    ses_emulator: SesEmulator, service: str, send: Any, mode: str, drop: str, captured: int
) -> None:
    """Whoever tries again after a lost answer makes duplicates."""
    ses_emulator.rule(drop=drop, when={"first": 2})
    assert send(persistent(ses_emulator, service, mode))
    assert len(ses_emulator.messages()) == captured


def test_only_its_own_connection_is_dropped(ses_emulator: SesEmulator) -> None:
    ses_emulator.rule(match={"recipient": "lost@*"}, drop="after")
    kept = once(ses_emulator, "sesv2")
    send_v2(kept)
    lost = once(ses_emulator, "sesv2")
    for _ in range(3):
        with pytest.raises(ConnectionClosedError):
            send_v2(lost, Destination={"ToAddresses": ["lost@example.com"]})
        send_v2(kept)
    send_v2(lost)
    assert len(ses_emulator.messages()) == 8


def test_a_large_message_is_dropped(ses_emulator: SesEmulator) -> None:
    ses_emulator.rule(drop="after")
    raw = RAW + b"x" * 70 * 20_000
    with pytest.raises(ConnectionClosedError):
        once(ses_emulator, "ses").send_raw_email(RawMessage={"Data": raw})
    assert len(ses_emulator.messages()) == 1


def test_a_bulk_send_is_dropped(ses_emulator: SesEmulator) -> None:
    ses_emulator.rule(match={"recipient": "a@*"}, drop="after")
    send = {
        "FromEmailAddress": "from@example.com",
        "DefaultContent": {
            "Template": {"TemplateContent": {"Subject": "s", "Text": "t"}, "TemplateData": "{}"}
        },
        "BulkEmailEntries": [
            {"Destination": {"ToAddresses": [f"{name}@example.com"]}} for name in "ab"
        ],
    }
    with pytest.raises(ConnectionClosedError):
        once(ses_emulator, "sesv2").send_bulk_email(**send)
    assert len(ses_emulator.messages()) == 2


@pytest.mark.parametrize(("drop", "captured"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("secure", ["plain", "starttls", "tls"])
@pytest.mark.parametrize("size", [10, 2_000_000])
def test_a_dropped_smtp_connection(
    ses_emulator: SesEmulator, drop: str, captured: int, secure: str, size: int
) -> None:
    ses_emulator.rule(drop=drop)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection: smtplib.SMTP
    if secure == "tls":
        connection = smtplib.SMTP_SSL(
            ses_emulator.smtp_host, ses_emulator.smtps_port, context=context
        )
    else:
        connection = smtplib.SMTP(ses_emulator.smtp_host, ses_emulator.smtp_port)
    if secure == "starttls":
        connection.starttls(context=context)
    raw = RAW + b"x" * 50 + b"\r\n" * (size // 2)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        connection.sendmail("from@example.com", "to@example.com", raw)
    connection.close()
    assert len(ses_emulator.messages()) == captured


def test_throttled_over_smtp(ses_emulator: SesEmulator) -> None:
    ses_emulator.rule(match={"operation": "SMTP"}, error={"code": "Throttling"}, when={"first": 1})
    with smtplib.SMTP(ses_emulator.smtp_host, ses_emulator.smtp_port) as connection:
        with pytest.raises(smtplib.SMTPDataError) as failed:
            connection.sendmail("from@example.com", "to@example.com", RAW)
        assert failed.value.smtp_code == 454
        assert failed.value.smtp_error == b"Throttling failure: Maximum sending rate exceeded."
        connection.sendmail("from@example.com", "to@example.com", RAW)
    assert len(ses_emulator.messages()) == 1


# Where rules come from


def test_rules_of_the_configuration_file(tmp_path: Path) -> None:
    file = tmp_path / "options.yaml"
    file.write_text(
        """
        port: 0
        smtp_port: 0
        smtps_port: 0
        inbound_port: 0
        rules:
          - match: {recipient: "*@bounce.example", account: "000000000000"}
            effect: {event: {type: bounce, bounceType: Transient}}
          - match: {operation: SMTP}
            effect: {error: {code: Throttling}}
            when: {first: 1}
          - effect: {latency: 0.01}
            when: {probability: 0.5, seed: 3}
        """
    )
    with Emulator(load({"config": str(file)}, {})) as running:
        emulator = SesEmulator(running)
        assert [rule["id"] for rule in rules(emulator)] == ["file-1", "file-2", "file-3"]
        ses = client(emulator, "sesv2")
        to = {"ToAddresses": ["a@bounce.example"]}
        assert emulator.message(send_v2(ses, Destination=to))["status"] == "bounced"
        emulator.rule(error={"code": "Throttling"})
        assert refused(send_v2, ses)[1] == 429
        # A reset forgets what was made at run time.
        emulator.clear()
        assert [rule["id"] for rule in rules(emulator)] == ["file-1", "file-2", "file-3"]
        assert {rule["matched"] for rule in rules(emulator)} == {0}
        assert send_v2(ses)


def test_a_rule_that_cannot_be_used_keeps_it_from_starting() -> None:
    settings = Settings(port=0, smtp_port=0, smtps_port=0, rules=[{"effect": {"latency": "x"}}])
    with pytest.raises(ConfigError) as failed:
        Emulator(settings)
    assert str(failed.value) == (
        "rule 1 of the configuration file: effect.latency is 'x': use a number of seconds from 0"
        " to 240"
    )


def test_the_fixture_tells_what_is_wrong(ses_emulator: SesEmulator) -> None:
    with pytest.raises(ValueError, match="effect has 'lag', which is not known: use event, error"):
        ses_emulator.rule(lag=1)
    with pytest.raises(ValueError, match="effect has nothing"):
        ses_emulator.rule(match={"recipient": "*"})
