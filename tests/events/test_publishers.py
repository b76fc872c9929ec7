"""Each kind of target: what it is given, and what becomes of what it answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ses_emulator.events import posting
from ses_emulator.events.answers import Answer, DeliveryError
from ses_emulator.events.publishers import publish
from ses_emulator.events.services import check_target
from ses_emulator.events.targets import Target
from ses_emulator.store.account import Account
from tests.mail.account import an_account
from tests.neighbours import Neighbours, Topic, arn, neighbours
from tests.receiver import receiving

__all__ = ["neighbours"]

BOUNCE: dict[str, Any] = {
    "eventType": "Bounce",
    "bounce": {"bounceType": "Permanent"},
    "mail": {
        "messageId": "0100-message",
        "sendingAccountId": "123456789012",
        "headers": [{"name": "Subject", "value": "Grüße"}],
        "tags": {"ses:configuration-set": ["x"]},
    },
}
NOTIFICATION = {"notificationType": "Bounce", "mail": {"messageId": "0100-message"}}
TOPIC = Target("sns", "a", arn("sns", "topic"))
BUS = Target("eventbridge", "a", arn("events", "event-bus/default"))
STREAM = Target("firehose", "a", arn("firehose", "deliverystream/stream"))
METRICS = Target(
    "cloudwatch",
    "a",
    "",
    options={
        "DimensionConfigurations": [
            {
                "DimensionName": "campaign",
                "DimensionValueSource": "MESSAGE_TAG",
                "DefaultDimensionValue": "none",
            }
        ]
    },
)
TARGETS = [TOPIC, BUS, STREAM, METRICS]
SNS_ERROR = "<ErrorResponse><Error><Code>{}</Code><Message>No.</Message></Error></ErrorResponse>"


class Service:
    """An endpoint of AWS services that answers everything alike, and keeps what it was asked."""

    def __init__(self, status: int, body: str) -> None:
        self.asked: list[dict[str, str]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                service.asked.append({name.lower(): text for name, text in self.headers.items()})
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def answering(status: int, body: str = "") -> Iterator[Service]:
    service = Service(status, body)
    thread = threading.Thread(target=service.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.server.shutdown()
        thread.join()
        service.server.server_close()


@contextmanager
def account_at(*endpoints: str) -> Iterator[Account]:
    """An account whose emulator has these values of --aws-endpoint."""
    with an_account() as account:
        settings = replace(account.settings, aws_endpoint=endpoints)
        account.instance = replace(account.instance, settings=settings)
        yield account


def refused(account: Account, target: Target) -> DeliveryError:
    """The error of publishing to a target."""
    with pytest.raises(DeliveryError) as error:
        publish(account, target, BOUNCE, 7)
    return error.value


def test_text_and_subject_of_sns(neighbours: Neighbours) -> None:
    topic = Topic(neighbours)
    with account_at(neighbours.url) as account:
        answer = publish(account, Target("sns", "a", topic.arn), BOUNCE, 7)
        [event] = topic.published()
        assert answer == Answer(200, f"MessageId {event['MessageId']}")
        assert event["Subject"] == "Amazon SES Email Event Notification"
        assert event["Message"].endswith("}\n")
        assert json.loads(event["Message"]) == BOUNCE
        publish(account, Target("sns", "a", topic.arn, "notification", False), NOTIFICATION, 8)
        [notification] = topic.published()
        assert "Subject" not in notification
        assert json.loads(notification["Message"]) == NOTIFICATION
        assert notification["Message"].endswith("}")


def test_what_is_not_there(neighbours: Neighbours) -> None:
    with account_at(neighbours.url) as account:
        error = refused(account, TOPIC)
        assert (error.retry, error.status) == (False, 404)
        assert str(error) == "Publish was refused: NotFound: Endpoint does not exist"
        error = refused(account, STREAM)
        assert (error.retry, error.status) == (False, 400)
        assert str(error).startswith("PutRecord was refused: ResourceNotFoundException: ")


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.kind)
def test_a_service_in_trouble_is_tried_again(target: Target) -> None:
    for status in (500, 503):
        with answering(status) as service, account_at(service.url) as account:
            error = refused(account, target)
            assert (error.retry, error.status) == (True, status)
            assert len(service.asked) == 1  # the outbox alone tries again


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.kind)
def test_nobody_listens(target: Target) -> None:
    with answering(200) as service:
        pass
    with account_at(service.url) as account:
        error = refused(account, target)
    assert (error.retry, error.status) == (True, None)
    assert str(error) == f'Could not connect to the endpoint URL: "{service.url}/"'


@pytest.mark.parametrize(
    ("code", "retry"),
    [("Throttling", True), ("ThrottlingException", True), ("AuthorizationError", False)],
)
def test_codes_that_pass(code: str, retry: bool) -> None:
    with answering(400, SNS_ERROR.format(code)) as service, account_at(service.url) as account:
        error = refused(account, TOPIC)
    assert (error.retry, error.status) == (retry, 400)
    assert str(error) == f"Publish was refused: {code}: No."


def test_what_is_no_aws_service() -> None:
    with answering(200, "<html>Hello") as service, account_at(service.url) as account:
        error = refused(account, TOPIC)
    assert (error.retry, str(error)) == (False, "What answers is not sns.")


@pytest.mark.parametrize(
    ("code", "retry"), [("InternalFailure", True), ("NotAuthorizedForSourceException", False)]
)
def test_an_entry_that_eventbridge_does_not_take(code: str, retry: bool) -> None:
    entry = {"ErrorCode": code, "ErrorMessage": "No."}
    body = json.dumps({"FailedEntryCount": 1, "Entries": [entry]})
    with answering(200, body) as service, account_at(service.url) as account:
        error = refused(account, BUS)
    assert error.retry == retry
    assert str(error) == f"EventBridge did not take the event: {code}: No."


def test_without_an_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    for service in ("", "_SNS", "_EVENTBRIDGE", "_FIREHOSE", "_CLOUDWATCH"):
        monkeypatch.delenv(f"AWS_ENDPOINT_URL{service}", raising=False)
    with account_at() as account:
        for target in TARGETS:
            error = refused(account, target)
            assert not error.retry
            assert str(error) == (
                f"No endpoint of {target.kind} is known: set --aws-endpoint or"
                f" AWS_ENDPOINT_URL_{target.kind.upper()}."
                + (" A topic of --topic needs none." if target == TOPIC else "")
            )
            assert check_target(account, target.kind, target.address, "Hello") is None


def test_an_endpoint_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(500) as one, answering(503) as other:
        monkeypatch.setenv("AWS_ENDPOINT_URL_EVENTBRIDGE", one.url)
        monkeypatch.setenv("AWS_ENDPOINT_URL", other.url)
        with account_at() as account:
            assert refused(account, BUS).status == 500
            assert refused(account, TOPIC).status == 503
        with account_at(f"sns={one.url}") as account:
            assert refused(account, TOPIC).status == 500
            assert refused(account, STREAM).status == 503


def test_calls_are_of_the_account_and_region_of_the_target(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    topic = Target("sns", "a", "arn:aws:sns:eu-west-1:210987654321:topic")
    with answering(500) as service, account_at(service.url) as account:
        refused(account, topic)
        refused(account, METRICS)
        [elsewhere, here] = [each["authorization"] for each in service.asked]
    assert "Credential=210987654321/" in elsewhere and "/eu-west-1/sns/" in elsewhere
    assert "Credential=123456789012/" in here and "/us-east-1/monitoring/" in here


def test_clients_are_kept() -> None:
    with account_at("http://localhost:1", "sns=http://localhost:2") as account:
        settings, made = account.settings, account.instance.neighbours
        client = made.client(settings, "sns", account.id, account.region)
        assert client.meta.endpoint_url == "http://localhost:2"
        assert made.client(settings, "sns", account.id, account.region) is client
        assert made.client(settings, "sns", account.id, "eu-west-1") is not client
        assert made.client(settings, "sns", "1" * 12, account.region) is not client
        moved = replace(settings, aws_endpoint=("http://localhost:3",))
        assert made.client(moved, "sns", account.id, account.region) is not client


def test_a_webhook() -> None:
    with receiving() as receiver, an_account() as account:
        answer = publish(account, Target("webhook", "--webhook", receiver.url), BOUNCE, 7)
        [request] = receiver.wait(1)
    assert answer == Answer(200, "ok")
    assert request.document == BOUNCE
    assert {name: request.headers[name] for name in request.headers if name[:2] == "x-"} == {
        "x-ses-event-id": "7",
        "x-ses-event-type": "Bounce",
        "x-ses-message-id": "0100-message",
    }
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("status", "retry"),
    [(204, None), (302, False), (400, False), (404, False), (429, True), (500, True), (503, True)],
)
def test_answers_of_a_webhook(status: int, retry: bool | None) -> None:
    with receiving() as receiver, an_account() as account:
        receiver.answer = lambda request: status
        target = Target("webhook", "--webhook", receiver.url)
        if retry is None:
            assert publish(account, target, BOUNCE, 7).status == status
        else:
            error = refused(account, target)
            assert (error.retry, error.status) == (retry, status)


def test_a_webhook_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "TIMEOUT", 0.1)
    done = threading.Event()
    with receiving() as receiver, an_account() as account:
        receiver.answer = lambda request: 200 if done.wait(10) else 500
        target = Target("webhook", "--webhook", receiver.url)
        error = refused(account, target)
        assert (error.retry, error.status) == (True, None)
        assert "timed out" in str(error)
        done.set()
    with an_account() as account:  # now nobody listens there
        assert refused(account, target).retry
