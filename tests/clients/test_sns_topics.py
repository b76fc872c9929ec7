"""Topics without SNS, received over sockets and judged by AWS's own validator for JavaScript."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from botocore.exceptions import ClientError

from ses_emulator.emulator import Emulator
from ses_emulator.events.topics import deliver
from ses_emulator.smtp.certificate import make
from ses_emulator.store.account import Account
from ses_emulator.store.deliveries import Deliveries
from tests.clients.support import HERE, run
from tests.needs import needs_node
from tests.operations.support import client, running, send_v2
from tests.receiver import Received, Receiver, receiving

ARN = "arn:aws:sns:us-east-1:000000000000:mail"
SUBJECT = "Amazon SES Email Event Notification"
GREETING = "Successfully validated SNS topic for Amazon SES event publishing."


def topics(emulator: Emulator) -> list[dict[str, Any]]:
    """The topics as the inspection API shows them."""
    with urlopen(f"{emulator.url}/_ses/topics", timeout=10) as answer:
        found: list[dict[str, Any]] = json.load(answer)["topics"]
        return found


def confirming(request: Received) -> int:
    """Answers after a visit to the SubscribeURL, as most handlers do."""
    if request.headers["x-amz-sns-message-type"] == "SubscriptionConfirmation":
        with urlopen(request.document["SubscribeURL"], timeout=10) as answer:
            assert answer.status == 200
    return 200


def publish(emulator: Emulator, text: str = '{"eventType":"Grüße"}') -> None:
    """Publish to the topic."""
    account = Account(emulator.instance, "000000000000", "us-east-1")
    deliver(account, emulator.settings.topics[ARN], text, SUBJECT)


def publish_events(emulator: Emulator, *types: str) -> None:
    """Have a configuration set publish these types to the topic."""
    ses = client(emulator, "sesv2")
    ses.create_configuration_set(ConfigurationSetName="set")
    ses.create_configuration_set_event_destination(
        ConfigurationSetName="set",
        EventDestinationName="topic",
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": list(types),
            "SnsDestination": {"TopicArn": ARN},
        },
    )


class Front:
    """TLS in front of an emulator, as SNS has it: what it is asked is asked of ``target``."""

    def __init__(self, certificate: Path) -> None:
        self.target = ""
        front = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                try:
                    with urlopen(front.target + self.path, timeout=10) as answer:
                        status, body = answer.status, answer.read()
                except HTTPError as error:
                    with error:
                        status, body = error.code, error.read()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://localhost:{self.server.server_port}"


@contextmanager
def fronting(certificate: Path) -> Iterator[Front]:
    """A front that listens."""
    pair = make()
    certificate.write_text(pair.certificate + pair.key)
    front = Front(certificate)
    thread = threading.Thread(target=front.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield front
    finally:
        front.server.shutdown()
        thread.join()
        front.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """The endpoint of a topic."""
    with receiving() as receiver:
        yield receiver


@pytest.mark.parametrize("version", ["1", "2"])
def test_sns_validator_accepts_what_is_sent(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    needs_node()
    certificate = tmp_path / "front.pem"
    with fronting(certificate) as front:
        topic = f"{ARN}={receiver.url}#signature={version}"
        with running(topic=[topic], public_url=front.url) as emulator:
            front.target = emulator.url
            receiver.answer = confirming_at(emulator)
            publish(emulator)
            bodies = [request.body.decode() for request in receiver.requests]
            monkeypatch.setenv("NODE_EXTRA_CA_CERTS", str(certificate))
            host = front.url.removeprefix("https://")
            judged = judge(f"^{host}$", *bodies, *map(spoilt, bodies))
    assert [json.loads(body)["SignatureVersion"] for body in bodies] == [version, version]
    assert judged == [None, None, *["The message signature is invalid."] * 2]


def confirming_at(emulator: Emulator) -> Callable[[Received], int]:
    """As ``confirming``, but at the emulator itself."""

    def answer(request: Received) -> int:
        if request.headers["x-amz-sns-message-type"] == "SubscriptionConfirmation":
            query = request.document["SubscribeURL"].partition("?")[2]
            with urlopen(f"{emulator.url}/?{query}", timeout=10) as confirmed:
                assert confirmed.status == 200
        return 200

    return answer


def spoilt(body: str) -> str:
    """A message whose words were changed after it was signed."""
    message = json.loads(body)
    return json.dumps(message | {"Message": message["Message"] + " "})


def judge(hosts: str, *messages: str) -> list[str | None]:
    """What sns-validator says of each message: None, or why it refuses it."""
    stdin = json.dumps({"hosts": hosts, "messages": messages})
    done = run([str(needs_node()), str(HERE / "sns_validator.mjs")], stdin)
    assert done.returncode == 0, done.stderr
    judged: list[str | None] = json.loads(done.stdout)
    return judged


def test_events_of_a_message_come(receiver: Receiver) -> None:
    receiver.answer = confirming
    with running(topic=[f"{ARN}={receiver.url}"]) as emulator:
        assert [each["state"] for each in topics(emulator)] == ["pending"]
        publish_events(emulator, "SEND", "DELIVERY")
        confirmation, greeting = receiver.wait(2)
        assert confirmation.document["Type"] == "SubscriptionConfirmation"
        assert greeting.document["Message"] == GREETING
        assert "Subject" not in greeting.document
        id = send_v2(client(emulator, "sesv2"), ConfigurationSetName="set")
        messages = [request.document for request in receiver.wait(4)[2:]]
        [topic] = topics(emulator)
    assert {message["Type"] for message in messages} == {"Notification"}
    assert {message["Subject"] for message in messages} == {SUBJECT}
    events = [json.loads(message["Message"]) for message in messages]
    assert sorted(event["eventType"] for event in events) == ["Delivery", "Send"]
    assert {event["mail"]["messageId"] for event in events} == {id}
    assert topic["state"] == "confirmed" and topic["confirmed"] and topic["url"] == receiver.url


def test_events_wait_for_the_confirmation(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ses_emulator.events.topics.PATIENCE", 0.0)
    receiver.answer = lambda request: 503
    with running(topic=[f"{ARN}={receiver.url}#raw"]) as emulator:
        publish_events(emulator, "SEND")
        receiver.wait(1)
        receiver.answer = lambda request: 200
        id = send_v2(client(emulator, "sesv2"), ConfigurationSetName="set")
        [attempt] = first_attempts(emulator)
        assert "has not confirmed its subscription" in attempt["error"]
        before = len(receiver.requests)
        with urlopen(topics(emulator)[0]["subscribe_url"], timeout=10) as answer:
            assert answer.status == 200
        # At once, and not when it would be tried again.
        event = receiver.wait(before + 1)[before].document
        assert (event["eventType"], event["mail"]["messageId"]) == ("Send", id)


def first_attempts(emulator: Emulator) -> list[dict[str, Any]]:
    """The attempts of the only delivery, once there are some."""
    deliveries = Deliveries(emulator.instance.database, emulator.instance.changes)
    end = time.monotonic() + 10
    while time.monotonic() < end:
        delivery = deliveries.find(1)
        if delivery is not None and delivery.attempts:
            return delivery.attempts
        time.sleep(0.02)
    raise AssertionError("nothing was delivered or tried")


def test_a_client_of_sns_confirms_and_unsubscribes(receiver: Receiver) -> None:
    with running(topic=[f"{ARN}={receiver.url}"]) as emulator:
        sns = client(emulator, "sns")

        def confirm(request: Received) -> int:
            if request.headers["x-amz-sns-message-type"] == "SubscriptionConfirmation":
                sns.confirm_subscription(TopicArn=ARN, Token=request.document["Token"])
            return 200

        receiver.answer = confirm
        publish(emulator)
        notification = receiver.requests[-1]
        arn = notification.headers["x-amz-sns-subscription-arn"]
        assert topics(emulator)[0]["subscription_arn"] == arn
        sns.unsubscribe(SubscriptionArn=arn)
        assert topics(emulator)[0]["state"] == "unsubscribed"
        again = sns.confirm_subscription(
            TopicArn=ARN, Token=topics(emulator)[0]["subscribe_url"].partition("&Token=")[2]
        )
        assert again["SubscriptionArn"] == arn
        with urlopen(notification.document["UnsubscribeURL"], timeout=10) as answer:
            assert answer.status == 200
        assert topics(emulator)[0]["state"] == "unsubscribed"


def test_a_client_of_sns_is_refused() -> None:
    with running(topic=[f"{ARN}=http://localhost:9/"]) as emulator:
        sns = client(emulator, "sns")
        for call, arguments, code, words in (
            ("confirm_subscription", {"TopicArn": ARN, "Token": "x"}, "InvalidParameter", "Token"),
            ("confirm_subscription", {"TopicArn": ARN + "2", "Token": "x"}, "NotFound", "Topic"),
            ("unsubscribe", {"SubscriptionArn": ARN}, "NotFound", "Subscription"),
        ):
            with pytest.raises(ClientError) as refused:
                getattr(sns, call)(**arguments)
            error = refused.value.response["Error"]
            assert error["Code"] == code
            assert words in error["Message"]
