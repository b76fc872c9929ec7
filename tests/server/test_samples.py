"""Test events for event destinations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ses_emulator.config import Settings
from ses_emulator.events.samples import TYPES
from ses_emulator.server.inspection import create_app
from ses_emulator.store.account import Instance
from ses_emulator.store.query import Filters
from tests.receiver import Receiver, receiving
from tests.server.conftest import Box, Client, error

TOPIC = "arn:aws:sns:us-east-1:000000000000:mail"
PATH = "/_ses/configuration-sets/set/test-event"
NO_SET = "/_ses/configuration-sets/no/test-event"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def topical(box: Box, receiver: Receiver) -> Client:
    """The API of the box, whose topic is posted to the receiver."""
    settings = Settings(topic=[f"{TOPIC}={receiver.url}#raw,confirmed"])
    instance = Instance(settings, box.instance.database, box.changes, box.instance.messages)
    app = create_app(instance, box.indexer, dict, box.clear)
    app.test_client_class = Client
    made = app.test_client()
    assert isinstance(made, Client)
    return made


def operation(client: Client, name: str, query: str = "", **parameters: Any) -> None:
    answer = client.post(f"/_ses/operations/sesv2/{name}{query}", json=parameters)
    assert answer.status_code == 200, answer.text


def destine(client: Client, name: str, query: str = "", **options: Any) -> None:
    """Create an event destination of the set."""
    destination = {"MatchingEventTypes": ["CLICK", "BOUNCE"], "Enabled": True, **options}
    operation(
        client,
        "CreateConfigurationSetEventDestination",
        query,
        ConfigurationSetName="set",
        EventDestinationName=name,
        EventDestination=destination,
    )


@pytest.fixture
def ready(topical: Client) -> Client:
    """There is a set with a destination that is the topic."""
    operation(topical, "CreateConfigurationSet", ConfigurationSetName="set")
    destine(topical, "topic", SnsDestination={"TopicArn": TOPIC})
    return topical


def documents(receiver: Receiver) -> list[dict[str, Any]]:
    """The events that arrived, but not SES's own words to a new destination."""
    return [each.document for each in receiver.requests if each.body.startswith(b"{")]


@pytest.mark.parametrize("type", TYPES)
def test_every_type_arrives(ready: Client, receiver: Receiver, type: str) -> None:
    answer: Any = ready.post(PATH, json={"destination": "topic", "type": type}).json
    assert (answer["status"], answer["kind"], answer["name"]) == ("delivered", "sns", "topic")
    assert answer["address"] == TOPIC
    [attempt] = answer["attempts"]
    assert (attempt["status"], attempt["error"]) == (200, None)
    [document] = documents(receiver)
    assert document == json.loads(answer["body"])
    assert document["eventType"] == answer["event_type"] == TYPES[type]
    assert document["mail"]["messageId"] == answer["message_id"]
    assert document["mail"]["tags"]["ses:configuration-set"] == ["set"]


def test_nothing_is_kept(ready: Client, box: Box) -> None:
    assert ready.post(PATH, json={}).status_code == 200
    assert box.instance.messages.count(Filters()) == 0
    listed: Any = ready.get("/_ses/deliveries").json
    assert listed["total"] == 0


def test_without_a_type_the_first_that_matches(ready: Client) -> None:
    answer: Any = ready.post(PATH, json={"type": None}).json
    assert answer["event_type"] == "Click"


def test_one_that_is_not_enabled(ready: Client, receiver: Receiver) -> None:
    destine(ready, "off", SnsDestination={"TopicArn": TOPIC}, Enabled=False)
    answer: Any = ready.post(PATH, json={"destination": "off"}).json
    assert answer["status"] == "delivered"
    assert documents(receiver) == [json.loads(answer["body"])]


def test_one_that_cannot_be_reached(ready: Client) -> None:
    destine(ready, "cloud", CloudWatchDestination={"DimensionConfigurations": [DIMENSION]})
    answer: Any = ready.post(PATH, json={"destination": "cloud"}).json
    assert (answer["status"], answer["address"]) == ("failed", None)
    [attempt] = answer["attempts"]
    assert "--aws-endpoint" in attempt["error"]


DIMENSION = {
    "DimensionName": "campaign",
    "DimensionValueSource": "MESSAGE_TAG",
    "DefaultDimensionValue": "none",
}


def test_account_and_region(ready: Client, receiver: Receiver) -> None:
    query = "?account=111111111111&region=eu-west-1"
    operation(ready, "CreateConfigurationSet", query, ConfigurationSetName="set")
    answer = ready.post(PATH + query, json={})
    assert answer.status_code == 400
    assert error(answer) == "destination is missing: there is none: create one first."
    destine(ready, "there", query, SnsDestination={"TopicArn": TOPIC})
    told: Any = ready.post(PATH + query, json={}).json
    assert json.loads(told["body"])["mail"]["sendingAccountId"] == "111111111111"


def test_which_of_two(ready: Client) -> None:
    destine(ready, "second", SnsDestination={"TopicArn": TOPIC})
    answer = ready.post(PATH, json={})
    assert answer.status_code == 400
    assert error(answer) == "destination is missing: there is topic, second."


@pytest.mark.parametrize(
    ("path", "given", "status", "line"),
    [
        (
            PATH,
            {"destination": "no"},
            404,
            "Configuration set 'set' has no event destination 'no'.",
        ),
        (
            PATH.replace("/set/", "/no/"),
            {},
            404,
            "Configuration set 'no' does not exist in us-east-1.",
        ),
        (PATH, {"type": "Bounce"}, 400, f"type is 'Bounce': use one of {', '.join(TYPES)}."),
        (PATH, {"type": 1}, 400, "type is '1': use a text."),
        (PATH, {"name": "x"}, 400, "'name' is not known: use destination, type."),
    ],
)
def test_wrong_input(
    ready: Client, path: str, given: dict[str, Any], status: int, line: str
) -> None:
    answer = ready.post(path, json=given)
    assert (answer.status_code, error(answer)) == (status, line)
