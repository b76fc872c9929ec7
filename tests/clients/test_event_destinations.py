"""Topics, event buses and delivery streams: whether they exist, and what arrives in them."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from ses_emulator.emulator import Emulator
from tests.neighbours import ROLE, Neighbours, Stream, Topic, arn
from tests.operations.support import client, running, send_v2

SET = {"ConfigurationSetName": "x"}
VALIDATION = "Successfully validated SNS topic for Amazon SES event publishing."
BUS = "arn:aws:events:us-east-1:123456789012:event-bus/default"


@pytest.fixture(scope="module")
def server(neighbours: Neighbours) -> Iterator[Emulator]:
    with running(aws_endpoint=[neighbours.url]) as emulator:
        yield emulator


@pytest.fixture
def emulator(server: Emulator) -> Emulator:
    """An emulator that knows the other services, with the configuration set x."""
    server.clear()
    client(server, "sesv2").create_configuration_set(**SET)
    return server


@pytest.fixture
def topic(neighbours: Neighbours) -> Topic:
    return Topic(neighbours)


def create_v1(emulator: Any, name: str = "a", **destination: Any) -> None:
    client(emulator, "ses").create_configuration_set_event_destination(
        **SET,
        EventDestination={
            "Name": name,
            "Enabled": True,
            "MatchingEventTypes": ["send", "bounce"],
            **destination,
        },
    )


def create_v2(emulator: Any, name: str = "a", **destination: Any) -> None:
    client(emulator, "sesv2").create_configuration_set_event_destination(
        **SET,
        EventDestinationName=name,
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": ["SEND", "BOUNCE"],
            **destination,
        },
    )


def destinations(emulator: Any) -> list[str]:
    answer = client(emulator, "sesv2").get_configuration_set_event_destinations(**SET)
    return [each["Name"] for each in answer["EventDestinations"]]


def firehose_v1(name: str) -> dict[str, Any]:
    stream = arn("firehose", f"deliverystream/{name}")
    return {"KinesisFirehoseDestination": {"IAMRoleARN": ROLE, "DeliveryStreamARN": stream}}


def firehose_v2(name: str) -> dict[str, Any]:
    stream = arn("firehose", f"deliverystream/{name}")
    return {"KinesisFirehoseDestination": {"IamRoleArn": ROLE, "DeliveryStreamArn": stream}}


def test_a_topic_that_exists_is_told(emulator: Emulator, topic: Topic) -> None:
    create_v1(emulator, "one", SNSDestination={"TopicARN": topic.arn})
    [one] = topic.published()
    assert (one["Message"], one["TopicArn"], "Subject" in one) == (VALIDATION, topic.arn, False)
    create_v2(emulator, "two", SnsDestination={"TopicArn": topic.arn})
    [two] = topic.published()
    assert two["Message"] == VALIDATION
    assert destinations(emulator) == ["one", "two"]


def test_a_topic_that_does_not_exist(emulator: Emulator) -> None:
    missing = arn("sns", "missing")
    said = f"SNS topic <{missing}> not found."
    with pytest.raises(ClientError) as refused:
        create_v1(emulator, SNSDestination={"TopicARN": missing})
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("InvalidSNSDestination", said)
    assert error["ConfigurationSetName"] == "x"  # type: ignore[typeddict-item]
    assert error["EventDestinationName"] == "a"  # type: ignore[typeddict-item]
    with pytest.raises(ClientError) as refused:
        create_v2(emulator, SnsDestination={"TopicArn": missing})
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("BadRequestException", said)
    assert destinations(emulator) == []


def test_a_stream(emulator: Emulator, neighbours: Neighbours) -> None:
    name = f"s{uuid4().hex}"
    said = f"Firehose delivery stream <{arn('firehose', f'deliverystream/{name}')}> not found."
    with pytest.raises(ClientError) as refused:
        create_v1(emulator, **firehose_v1(name))
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("InvalidFirehoseDestination", said)
    with pytest.raises(ClientError) as refused:
        create_v2(emulator, **firehose_v2(name))
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("BadRequestException", said)
    Stream(neighbours, name)
    create_v1(emulator, "one", **firehose_v1(name))
    create_v2(emulator, "two", **firehose_v2(name))
    assert destinations(emulator) == ["one", "two"]


def test_an_event_bus(emulator: Emulator) -> None:
    create_v2(emulator, EventBridgeDestination={"EventBusArn": BUS})
    assert destinations(emulator) == ["a"]


def test_an_update_looks_too(emulator: Emulator, topic: Topic) -> None:
    create_v2(emulator, EventBridgeDestination={"EventBusArn": BUS})
    ses = client(emulator, "sesv2")
    given: dict[str, Any] = {
        **SET,
        "EventDestinationName": "a",
        "EventDestination": {
            "MatchingEventTypes": ["SEND"],
            "SnsDestination": {"TopicArn": arn("sns", "missing")},
        },
    }
    with pytest.raises(ClientError, match="not found"):
        ses.update_configuration_set_event_destination(**given)
    [kept] = ses.get_configuration_set_event_destinations(**SET)["EventDestinations"]
    assert "EventBridgeDestination" in kept
    given["EventDestination"]["SnsDestination"] = {"TopicArn": topic.arn}
    ses.update_configuration_set_event_destination(**given)
    [kept] = ses.get_configuration_set_event_destinations(**SET)["EventDestinations"]
    assert kept["SnsDestination"] == {"TopicArn": topic.arn}
    assert [each["Message"] for each in topic.published()] == [VALIDATION]


def test_other_reasons_to_refuse_come_first(emulator: Emulator) -> None:
    """Nobody is asked about the topic of a destination that cannot be."""
    missing = {"TopicArn": arn("sns", "missing")}
    create_v2(emulator, EventBridgeDestination={"EventBusArn": BUS})
    with pytest.raises(ClientError, match="already exists"):
        create_v2(emulator, SnsDestination=missing)
    with pytest.raises(ClientError, match="Invalid event destination name"):
        create_v2(emulator, "a b", SnsDestination=missing)
    client(emulator, "sesv2").delete_configuration_set(**SET)
    with pytest.raises(ClientError, match="does not exist"):
        create_v2(emulator, SnsDestination=missing)


def test_the_topic_of_an_identity(emulator: Emulator, topic: Topic) -> None:
    ses = client(emulator, "ses")
    ses.verify_domain_identity(Domain="example.com")
    given = {"Identity": "example.com", "NotificationType": "Bounce"}
    missing = arn("sns", "missing")
    with pytest.raises(ClientError) as refused:
        ses.set_identity_notification_topic(**given, SnsTopic=missing)
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == (
        "InvalidParameterValue",
        f"SNS topic <{missing}> not found.",
    )
    ses.set_identity_notification_topic(**given, SnsTopic=topic.arn)
    [told] = topic.published()
    assert json.loads(told["Message"]) == {
        "notificationType": "AmazonSnsSubscriptionSucceeded",
        "message": f"You have successfully subscribed your Amazon SNS topic '{topic.arn}' to"
        " receive 'Bounce' notifications from Amazon SES for identity 'example.com'.",
    }
    assert "Subject" not in told
    answer = ses.get_identity_notification_attributes(Identities=["example.com"])
    assert answer["NotificationAttributes"]["example.com"]["BounceTopic"] == topic.arn
    topic.delete()
    ses.set_identity_notification_topic(**given)
    answer = ses.get_identity_notification_attributes(Identities=["example.com"])
    assert "BounceTopic" not in answer["NotificationAttributes"]["example.com"]


def test_without_an_endpoint_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SNS"):
        monkeypatch.delenv(name, raising=False)
    with running() as emulator:
        client(emulator, "sesv2").create_configuration_set(**SET)
        create_v2(emulator, SnsDestination={"TopicArn": arn("sns", "missing")})
        assert destinations(emulator) == ["a"]


def test_an_endpoint_of_one_service(neighbours: Neighbours, topic: Topic) -> None:
    with running(aws_endpoint=["http://127.0.0.1:9", f"sns={neighbours.url}"]) as emulator:
        client(emulator, "sesv2").create_configuration_set(**SET)
        create_v2(emulator, SnsDestination={"TopicArn": topic.arn})
        with pytest.raises(ClientError) as refused:
            create_v2(emulator, "b", EventBridgeDestination={"EventBusArn": BUS})
        assert refused.value.response["Error"]["Message"] == (
            f"EventBridge event bus <{BUS}> cannot be used: Could not connect to the endpoint URL:"
            ' "http://127.0.0.1:9/"'
        )


def test_sends_do_not_wait_for_who_waits_for_a_topic() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with running(aws_endpoint=[url]) as emulator:
            client(emulator, "sesv2").create_configuration_set(**SET)
            refused: list[ClientError] = []

            def create() -> None:
                try:
                    create_v2(emulator, SnsDestination={"TopicArn": arn("sns", "missing")})
                except ClientError as error:
                    refused.append(error)

            creator = threading.Thread(target=create)
            creator.start()
            asked, _ = deaf.accept()  # and says nothing
            with asked:
                ses = client(emulator, "sesv2")
                for _ in range(20):
                    send_v2(ses, **SET)
                assert creator.is_alive()
                assert destinations(emulator) == []
            creator.join(30)
            [error] = refused
            assert error.response["Error"]["Code"] == "BadRequestException"
