"""Topics without SNS: subscriptions, what is posted, signatures, and what is tried again."""

from __future__ import annotations

import base64
import dataclasses
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from ses_emulator.config import Settings
from ses_emulator.events import posting, topics
from ses_emulator.events.answers import Answer, DeliveryError
from ses_emulator.events.signing import canonical, certificate
from ses_emulator.events.topics import (
    ASK_AGAIN,
    SubscriptionError,
    confirm,
    deliver,
    publish_later,
    subscribe_url,
    subscription_of,
    unsubscribe,
)
from ses_emulator.option_values import Topic
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.changes import Changes
from ses_emulator.store.database import Database
from ses_emulator.store.messages import Messages
from tests.mail.account import NOW, an_account
from tests.receiver import Received, Receiver, receiving

ARN = "arn:aws:sns:eu-west-1:123456789012:mail"
HOME = "http://localhost:8005"
TEXT = '{"eventType":"Delivery","mail":{"subject":"Grüße"}}'
SUBJECT = "Amazon SES Email Event Notification"
VERSIONS: dict[str, Callable[[], hashes.HashAlgorithm]] = {"1": hashes.SHA1, "2": hashes.SHA256}


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@dataclasses.dataclass
class Stage:
    """An account with a topic, the endpoint of the topic, and the clock."""

    account: Account
    receiver: Receiver
    clock: Clock

    @property
    def instance(self) -> Instance:
        return self.account.instance

    @property
    def topic(self) -> Topic:
        return self.instance.settings.topics[ARN]

    def set(self, url: str | None = None, options: str = "") -> None:
        """Start anew with another topic."""
        settings = Settings(topic=(f"{ARN}={url or self.receiver.url}{options}",))
        instance = dataclasses.replace(
            self.instance, settings=settings, clock=self.clock, url=lambda: HOME
        )
        self.account = Account(instance, "000000000000", "us-east-1")

    def deliver(self, text: str = TEXT, subject: str | None = SUBJECT) -> Answer:
        return deliver(self.account, self.topic, text, subject)

    def confirm(self) -> None:
        """Confirm without being asked."""
        confirm(self.instance, **parameters(subscribe_url(self.account, self.topic)))

    def confirming(self, request: Received) -> int:
        """An answer of the receiver that confirms first, as most handlers do."""
        if request.document["Type"] == "SubscriptionConfirmation":
            confirm(self.instance, **parameters(request.document["SubscribeURL"]))
        return 200

    def state(self) -> str:
        return subscription_of(self.instance, self.topic).state


def parameters(url: str) -> dict[str, str]:
    """What confirm() takes of a SubscribeURL."""
    query = parse_qs(urlsplit(url).query)
    assert query.pop("Action") == ["ConfirmSubscription"]
    return {"arn": query["TopicArn"][0], "token": query["Token"][0]}


def verify(instance: Instance, message: dict[str, Any], text: str) -> None:
    """Verify the signature of a message with the certificate. Raises InvalidSignature."""
    key = x509.load_pem_x509_certificate(certificate(instance).pem.encode()).public_key()
    assert isinstance(key, RSAPublicKey)
    algorithm = VERSIONS[message["SignatureVersion"]]()
    key.verify(base64.b64decode(message["Signature"]), text.encode(), PKCS1v15(), algorithm)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr(topics, "PATIENCE", 0.0)
    with an_account() as account, receiving() as receiver:
        stage = Stage(account, receiver, Clock())
        stage.set()
        yield stage


def test_what_is_signed_of_a_notification() -> None:
    message = {
        "Type": "Notification",
        "MessageId": "id",
        "TopicArn": "arn",
        "Subject": "subject",
        "Message": "two\nlines",
        "Timestamp": "now",
        "SignatureVersion": "1",
        "UnsubscribeURL": "url",
    }
    assert canonical(message) == (
        "Message\ntwo\nlines\nMessageId\nid\nSubject\nsubject\nTimestamp\nnow\nTopicArn\narn\n"
        "Type\nNotification\n"
    )
    del message["Subject"]
    assert canonical(message) == (
        "Message\ntwo\nlines\nMessageId\nid\nTimestamp\nnow\nTopicArn\narn\nType\nNotification\n"
    )


def test_what_is_signed_of_a_confirmation() -> None:
    message = {
        "Type": "SubscriptionConfirmation",
        "MessageId": "id",
        "Token": "token",
        "TopicArn": "arn",
        "Message": "message",
        "SubscribeURL": "url",
        "Timestamp": "now",
    }
    assert canonical(message) == (
        "Message\nmessage\nMessageId\nid\nSubscribeURL\nurl\nTimestamp\nnow\nToken\ntoken\n"
        "TopicArn\narn\nType\nSubscriptionConfirmation\n"
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_signatures_verify(stage: Stage, version: str) -> None:
    message = {"Message": "Grüße", "Type": "Notification"}
    signed = {
        "SignatureVersion": version,
        "Signature": certificate(stage.instance).signature(message, version),
    }
    verify(stage.instance, signed, canonical(message))
    [other] = VERSIONS.keys() - {version}
    for spoilt, text in (
        (signed, canonical(message | {"Message": "Gruße"})),
        (signed | {"SignatureVersion": other}, canonical(message)),
    ):
        with pytest.raises(InvalidSignature):
            verify(stage.instance, spoilt, text)


def test_the_certificate_is_kept_until_a_reset(tmp_path: Path) -> None:
    def made(clear: bool = False) -> tuple[str, str]:
        database, changes = Database(str(tmp_path / "ses.db")), Changes()
        messages = Messages(database, changes, keep=0)
        instance = Instance(Settings(), database, changes, messages)
        if clear:
            database.clear()
        found = certificate(instance)
        database.close()
        return found.file, found.pem

    first = made()
    assert made() == first
    assert made(clear=True)[0] != first[0]
    loaded = x509.load_pem_x509_certificate(first[1].encode())
    loaded.verify_directly_issued_by(loaded)
    assert loaded.subject.rfc4514_string() == "CN=sns.amazonaws.com"


def test_the_endpoint_is_asked_before_it_gets_anything(stage: Stage) -> None:
    with pytest.raises(DeliveryError, match="has not confirmed") as refused:
        stage.deliver()
    assert refused.value.retry
    [asked] = stage.receiver.requests
    assert asked.path == "/events"
    message = asked.document
    assert {name: message[name] for name in ("Type", "TopicArn", "Message", "Timestamp")} == {
        "Type": "SubscriptionConfirmation",
        "TopicArn": ARN,
        "Message": (
            f"You have chosen to subscribe to the topic {ARN}.\n"
            "To confirm the subscription, visit the SubscribeURL included in this message."
        ),
        "Timestamp": "2027-01-15T08:00:00.500Z",
    }
    assert message["SubscribeURL"] == (
        f"{HOME}/?Action=ConfirmSubscription&TopicArn={ARN}&Token={message['Token']}"
    )
    assert "UnsubscribeURL" not in message
    verify(stage.instance, message, canonical(message))
    assert headers_of(asked) == {
        "x-amz-sns-message-type": "SubscriptionConfirmation",
        "x-amz-sns-message-id": message["MessageId"],
        "x-amz-sns-topic-arn": ARN,
        "content-type": "text/plain; charset=UTF-8",
        "user-agent": "Amazon Simple Notification Service Agent",
    }
    # It does not hear of it again at once, but it does later.
    stage.clock.now += ASK_AGAIN - 1
    for text in ("a", "b"):
        with pytest.raises(DeliveryError, match="has not confirmed"):
            stage.deliver(text)
    assert len(stage.receiver.requests) == 1
    stage.clock.now += 1
    with pytest.raises(DeliveryError, match="has not confirmed"):
        stage.deliver()
    assert len(stage.receiver.requests) == 2
    assert stage.state() == "pending"
    stage.confirm()
    assert stage.deliver() == Answer(200, "ok")
    assert stage.receiver.requests[-1].document["Type"] == "Notification"


def headers_of(request: Received) -> dict[str, str]:
    """The headers that are SNS's, or said by it."""
    return {
        name: value
        for name, value in request.headers.items()
        if name.startswith("x-amz-") or name in ("content-type", "user-agent")
    }


def test_an_endpoint_may_confirm_after_its_answer(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "PATIENCE", 30.0)

    def confirm_later() -> None:
        [asked] = stage.receiver.wait(1)
        confirm(stage.instance, **parameters(asked.document["SubscribeURL"]))

    thread = threading.Thread(target=confirm_later)
    thread.start()
    assert stage.deliver().status == 200
    thread.join()


@pytest.mark.parametrize("version", VERSIONS)
def test_an_endpoint_that_confirms_at_once_gets_the_message(stage: Stage, version: str) -> None:
    stage.set(options=f"#signature={version}")
    stage.receiver.answer = stage.confirming
    assert stage.deliver() == Answer(200, "ok")
    confirmation, notification = stage.receiver.requests
    message = notification.document
    subscription = subscription_of(stage.instance, stage.topic)
    assert subscription.confirmed == subscription.asked == NOW
    assert list(message) == [
        "Type",
        "MessageId",
        "TopicArn",
        "Subject",
        "Message",
        "Timestamp",
        "SignatureVersion",
        "Signature",
        "SigningCertURL",
        "UnsubscribeURL",
    ]
    assert message["Type"] == "Notification"
    assert (message["TopicArn"], message["Subject"]) == (ARN, SUBJECT)
    assert message["Message"] == TEXT
    assert message["Timestamp"] == "2027-01-15T08:00:00.500Z"
    assert message["SignatureVersion"] == version
    assert message["SigningCertURL"] == f"{HOME}/_ses/sns/{certificate(stage.instance).file}"
    assert message["UnsubscribeURL"] == (
        f"{HOME}/?Action=Unsubscribe&SubscriptionArn={subscription.arn}"
    )
    for each in (confirmation.document, message):
        verify(stage.instance, each, canonical(each))
    assert headers_of(notification) == {
        "x-amz-sns-message-type": "Notification",
        "x-amz-sns-message-id": message["MessageId"],
        "x-amz-sns-topic-arn": ARN,
        "x-amz-sns-subscription-arn": subscription.arn,
        "content-type": "text/plain; charset=UTF-8",
        "user-agent": "Amazon Simple Notification Service Agent",
    }
    assert subscription.arn.startswith(f"{ARN}:")
    assert len(stage.receiver.requests) == 2


def test_the_same_again_has_the_same_id(stage: Stage) -> None:
    stage.confirm()
    for text in ("a", "b", "a"):
        stage.deliver(text)
    first, other, again = [each.document["MessageId"] for each in stage.receiver.requests]
    assert first == again != other


def test_without_a_subject(stage: Stage) -> None:
    stage.confirm()
    stage.deliver(subject=None)
    message = stage.receiver.requests[0].document
    assert "Subject" not in message
    verify(stage.instance, message, canonical(message))


def test_raw_delivery(stage: Stage) -> None:
    stage.set(options="#raw")
    stage.receiver.answer = lambda request: (
        200 if request.headers.get("x-amz-sns-rawdelivery") else stage.confirming(request)
    )
    stage.deliver()
    confirmation, notification = stage.receiver.requests
    assert "x-amz-sns-rawdelivery" not in confirmation.headers
    assert notification.body == TEXT.encode()
    assert notification.headers["x-amz-sns-rawdelivery"] == "true"
    assert notification.headers["x-amz-sns-message-type"] == "Notification"
    assert notification.headers["x-amz-sns-topic-arn"] == ARN


def test_one_that_is_confirmed_is_not_asked(stage: Stage) -> None:
    stage.set(options="#confirmed")
    stage.deliver()
    assert [each.document["Type"] for each in stage.receiver.requests] == ["Notification"]


def test_unsubscribing(stage: Stage) -> None:
    stage.confirm()
    unsubscribe(stage.instance, subscription_of(stage.instance, stage.topic).arn)
    with pytest.raises(DeliveryError, match="unsubscribed") as refused:
        stage.deliver()
    assert not refused.value.retry
    assert stage.receiver.requests == []
    stage.confirm()
    assert stage.deliver().status == 200


@pytest.mark.parametrize("arn", ["", ARN, f"{ARN}:other", "arn:aws:sns:eu-west-1:1:x:y"])
def test_unsubscribing_what_is_not_subscribed(stage: Stage, arn: str) -> None:
    with pytest.raises(SubscriptionError, match="Subscription does not exist") as refused:
        unsubscribe(stage.instance, arn)
    assert refused.value.code == "NotFound"


def test_tokens_are_of_a_topic_and_its_endpoint(stage: Stage) -> None:
    given = parameters(subscribe_url(stage.account, stage.topic))
    for token in ("", "x", given["token"][:-1]):
        with pytest.raises(SubscriptionError, match="Invalid parameter: Token"):
            confirm(stage.instance, ARN, token)
    with pytest.raises(SubscriptionError, match="Topic does not exist"):
        confirm(stage.instance, f"{ARN}2", given["token"])
    stage.set("http://localhost:1/other")
    with pytest.raises(SubscriptionError, match="Invalid parameter: Token"):
        confirm(stage.instance, **given)
    assert stage.state() == "pending"


def test_another_endpoint_has_not_confirmed(stage: Stage) -> None:
    stage.confirm()
    before = subscription_of(stage.instance, stage.topic)
    stage.set(f"{stage.receiver.url}?other")
    after = subscription_of(stage.instance, stage.topic)
    assert (before.state, after.state, after.confirmed) == ("confirmed", "pending", None)
    assert before.arn != after.arn


@pytest.mark.parametrize(
    ("status", "retry"),
    [(500, True), (503, True), (429, True), (400, False), (403, False), (404, False), (302, False)],
)
def test_what_is_tried_again(stage: Stage, status: int, retry: bool) -> None:
    stage.confirm()
    stage.receiver.answer = lambda request: status
    with pytest.raises(DeliveryError, match=f"was answered {status} ") as refused:
        stage.deliver()
    assert (refused.value.retry, refused.value.status) == (retry, status)
    assert len(stage.receiver.requests) == 1  # no redirect is followed


def test_an_endpoint_that_cannot_be_asked_is_asked_at_once_again(stage: Stage) -> None:
    stage.receiver.answer = lambda request: 503
    with pytest.raises(DeliveryError, match="was answered 503") as refused:
        stage.deliver()
    assert refused.value.retry
    stage.receiver.answer = stage.confirming
    assert stage.deliver().status == 200


def test_nobody_listens(stage: Stage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    stage.set(f"http://127.0.0.1:{port}/", "#confirmed")
    with pytest.raises(DeliveryError, match="Connection refused") as refused:
        stage.deliver()
    assert refused.value.retry and refused.value.status is None


def test_an_endpoint_that_does_not_answer(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "TIMEOUT", 0.1)
    stage.confirm()
    answer = threading.Event()
    stage.receiver.answer = lambda request: 200 if answer.wait(30) else 500
    with pytest.raises(DeliveryError, match="timed out") as refused:
        stage.deliver()
    answer.set()
    assert refused.value.retry


def test_user_and_password(stage: Stage) -> None:
    with_user = stage.receiver.url.replace("http://", "http://ada:se%40cret@")
    stage.set(f"{with_user}?a=b", "#confirmed")
    stage.deliver()
    [request] = stage.receiver.requests
    assert request.path == "/events?a=b"
    expected = base64.b64encode(b"ada:se@cret").decode()
    assert request.headers["authorization"] == f"Basic {expected}"
    stage.receiver.answer = lambda request: 500
    with pytest.raises(DeliveryError) as refused:
        stage.deliver()
    assert "cret" not in str(refused.value)
    assert f"POST {stage.receiver.url}?a=b was" in str(refused.value)


def test_what_ses_says_to_a_new_topic(stage: Stage) -> None:
    stage.receiver.answer = stage.confirming
    with stage.instance.database.transaction():
        publish_later(stage.account, stage.topic, "Successfully validated")
        assert stage.receiver.requests == []
    message = stage.receiver.wait(2)[1].document
    assert message["Message"] == "Successfully validated"
    assert "Subject" not in message


def test_what_ses_cannot_say_does_no_harm(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = threading.Event()
    monkeypatch.setattr(topics.log, "warning", lambda *arguments: failed.set())
    stage.receiver.answer = lambda request: 500
    publish_later(stage.account, stage.topic, "Successfully validated")
    assert failed.wait(10)
