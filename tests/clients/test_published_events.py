"""Events on their whole way: from a send to a queue, a bucket and a metric of another service."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from ses_emulator.emulator import Emulator
from ses_emulator.pytest_plugin import SesEmulator
from tests.clients.test_event_destinations import SET, VALIDATION
from tests.clients.test_tracking import ask, delivered
from tests.neighbours import ROLE, Neighbours, Queue, Stream, Topic
from tests.operations.support import client, running, send_v2

BOUNCES = "bounce@simulator.amazonses.com"
BUS = "arn:aws:events:us-east-1:123456789012:event-bus/default"


@pytest.fixture
def emulator(neighbours: Neighbours) -> Iterator[Emulator]:
    """An emulator that knows the other services, with the configuration set x."""
    with running(aws_endpoint=[neighbours.url]) as emulator:
        client(emulator, "sesv2").create_configuration_set(**SET)
        yield emulator


def publish_to(emulator: Emulator, **destination: Any) -> None:
    """Give the set an event destination."""
    client(emulator, "sesv2").create_configuration_set_event_destination(
        **SET,
        EventDestinationName="a",
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": ["SEND", "BOUNCE"],
            **destination,
        },
    )


def send(emulator: Emulator) -> str:
    """Send what bounces; the id."""
    return send_v2(
        client(emulator, "sesv2"),
        Destination={"ToAddresses": [BOUNCES]},
        EmailTags=[{"Name": "campaign", "Value": "spring"}],
        **SET,
    )


def eventually(find: Callable[[], Any]) -> Any:
    """What is found once something is; each look is a request to another server."""
    for _ in range(2000):
        found = find()
        if found:
            return found
    pytest.fail("nothing came")


def test_sns(emulator: Emulator, neighbours: Neighbours) -> None:
    topic = Topic(neighbours)
    publish_to(emulator, SnsDestination={"TopicArn": topic.arn})
    [greeting] = topic.published(1)
    assert (greeting["Message"], greeting.get("Subject")) == (VALIDATION, None)
    id = send(emulator)
    records = topic.published(2)
    documents = [json.loads(each["Message"]) for each in records]
    assert {each["Subject"] for each in records} == {"Amazon SES Email Event Notification"}
    assert [each["eventType"] for each in documents] == ["Send", "Bounce"]
    assert {each["mail"]["messageId"] for each in documents} == {id}
    assert documents[1]["bounce"]["bouncedRecipients"][0]["emailAddress"] == BOUNCES
    assert documents[1]["mail"]["tags"]["campaign"] == ["spring"]


def test_topic_of_an_identity(emulator: Emulator, neighbours: Neighbours) -> None:
    topic = Topic(neighbours)
    ses = client(emulator, "ses")
    ses.verify_email_identity(EmailAddress="from@example.com")
    ses.set_identity_notification_topic(
        Identity="from@example.com", NotificationType="Bounce", SnsTopic=topic.arn
    )
    [_] = topic.published(1)
    id = send(emulator)
    [record] = topic.published(1)
    notification = json.loads(record["Message"])
    assert notification["notificationType"] == "Bounce"
    assert notification["mail"]["messageId"] == id
    assert "headers" not in notification["mail"] and "tags" not in notification["mail"]


def test_eventbridge(emulator: Emulator, neighbours: Neighbours) -> None:
    queue, rule = Queue(neighbours), f"r{uuid4().hex}"
    events = neighbours.client("events")
    events.put_rule(Name=rule, EventPattern=json.dumps({"source": ["aws.ses"]}))
    events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": queue.arn}])
    publish_to(emulator, EventBridgeDestination={"EventBusArn": BUS})
    id = send(emulator)
    received = [each for each in queue.received(2) if each["detail"]["mail"]["messageId"] == id]
    assert [each["detail-type"] for each in received] == ["Email Sent", "Email Bounced"]
    assert received[0]["source"] == "aws.ses"


def test_firehose(emulator: Emulator, neighbours: Neighbours) -> None:
    stream = Stream(neighbours, f"s{uuid4().hex}")
    publish_to(
        emulator,
        KinesisFirehoseDestination={"IamRoleArn": ROLE, "DeliveryStreamArn": stream.arn},
    )
    id = send(emulator)
    lines = eventually(lambda: len(found := stream.written().splitlines()) == 2 and found)
    documents = [json.loads(line) for line in lines]
    assert sorted(each["eventType"] for each in documents) == ["Bounce", "Send"]
    assert {each["mail"]["messageId"] for each in documents} == {id}


def test_cloudwatch(emulator: Emulator, neighbours: Neighbours) -> None:
    """With a dimension of each kind; what an event does not have is the default."""
    tag = f"c{uuid4().hex}"
    sources = {"campaign": "MESSAGE_TAG", "MIME-Version": "EMAIL_HEADER", "genre": "LINK_TAG"}
    dimensions = [
        {"DimensionName": name, "DimensionValueSource": source, "DefaultDimensionValue": "none"}
        for name, source in sources.items()
    ]
    publish_to(
        emulator,
        MatchingEventTypes=["SEND", "CLICK"],
        CloudWatchDestination={"DimensionConfigurations": dimensions},
    )
    ses = client(emulator, "sesv2")
    page = '<a ses:tags="genre:fiction;" href="http://example.com/">Books</a>'
    content = {"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Html": {"Data": page}}}}
    id = send_v2(ses, Content=content, EmailTags=[{"Name": "campaign", "Value": tag}], **SET)
    _, page = delivered(SesEmulator(emulator), id)
    [link] = re.findall(r'href="([^"]+)"', page)
    assert ask(SesEmulator(emulator), link).status == 302
    cloudwatch = neighbours.client("cloudwatch")

    def counted(metric: str, genre: str) -> list[Any]:
        now = datetime.now(UTC)
        answer = cloudwatch.get_metric_statistics(
            Namespace="AWS/SES",
            MetricName=metric,
            Dimensions=[
                {"Name": "campaign", "Value": tag},
                {"Name": "MIME-Version", "Value": "1.0"},
                {"Name": "genre", "Value": genre},
            ],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(hours=1),
            Period=3600,
            Statistics=["Sum"],
        )
        return list(answer["Datapoints"])

    for metric, genre in (("Send", "none"), ("Click", "fiction")):
        points = eventually(partial(counted, metric, genre))
        assert sum(each["Sum"] for each in points) == 1


def test_a_value_that_is_no_dimension(emulator: Emulator) -> None:
    """SES sends no metric then, and its events tell so nowhere."""
    dimension = {
        "DimensionName": "subject",
        "DimensionValueSource": "EMAIL_HEADER",
        "DefaultDimensionValue": "none",
    }
    publish_to(emulator, CloudWatchDestination={"DimensionConfigurations": [dimension]})
    content = {"Simple": {"Subject": {"Data": "With blanks"}, "Body": {"Text": {"Data": "t"}}}}
    id = send_v2(client(emulator, "sesv2"), Content=content, **SET)
    seen = SesEmulator(emulator)

    def failed() -> Any:
        [event] = seen.events(message=id, type="Send")
        return [each for each in event["deliveries"] if each["status"] == "failed"]

    [delivery] = eventually(failed)
    [attempt] = delivery["attempts"]
    assert (
        attempt["error"] == "No metric is made: a value has characters that no dimension may have."
    )


def test_without_an_endpoint_it_is_said_why(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_EVENTBRIDGE"):
        monkeypatch.delenv(name, raising=False)
    with running() as emulator:
        client(emulator, "sesv2").create_configuration_set(**SET)
        publish_to(emulator, EventBridgeDestination={"EventBusArn": BUS})
        id = send(emulator)
        seen = SesEmulator(emulator)

        def failed() -> Any:
            [event] = seen.events(message=id, type="Bounce")
            return [each for each in event["deliveries"] if each["status"] == "failed"]

        [delivery] = eventually(failed)
        [attempt] = delivery["attempts"]
        assert attempt["error"] == (
            "No endpoint of eventbridge is known: set --aws-endpoint or"
            " AWS_ENDPOINT_URL_EVENTBRIDGE."
        )


def test_a_topic_that_is_deleted_fails_no_send(emulator: Emulator, neighbours: Neighbours) -> None:
    topic = Topic(neighbours)
    publish_to(emulator, SnsDestination={"TopicArn": topic.arn})
    topic.delete()
    id = send(emulator)
    seen = SesEmulator(emulator)

    def failed() -> Any:
        [event] = seen.events(message=id, type="Send")
        return [each for each in event["deliveries"] if each["status"] == "failed"]

    [delivery] = eventually(failed)
    assert delivery["address"] == topic.arn
    [attempt] = delivery["attempts"]
    assert (attempt["status"], attempt["error"]) == (
        404,
        "Publish was refused: NotFound: Endpoint does not exist",
    )
