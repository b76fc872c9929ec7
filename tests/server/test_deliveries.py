"""Deliveries over the inspection API: what became of them, why there are none, and once more."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from ses_emulator.events.targets import Target
from ses_emulator.server.deliveries import ROOT
from ses_emulator.server.shapes import BEFORE
from ses_emulator.store.account import Account
from ses_emulator.store.deliveries import DELIVERED, FAILED, WAITING, Deliveries, Outcome
from tests.server.conftest import NOON, Box, Client, error

ARN = "arn:aws:sns:us-east-1:000000000000:mail"
TOPIC = Target("sns", "mine", ARN)
HOOK = Target("webhook", "--webhook", "http://localhost:1/")
METRICS = Target("cloudwatch", "numbers", "")
NO_SET = "There is no configuration set: the message names none, nor does its identity."


def deliveries(box: Box) -> Deliveries:
    return Deliveries(box.instance.database, box.instance.changes)


def add(box: Box, *targets: Target, **options: Any) -> str:
    """A message whose Send event goes to these targets; its id."""
    id = box.add(**options)
    stored = box.instance.messages.find(id)
    assert stored
    [event, _] = box.instance.messages.events(stored.seq)
    routed = [(target.address or target.kind, target.to_document()) for target in targets]
    deliveries(box).add(event, routed, NOON)
    return id


def tried(box: Box, id: int, status: str, /, **attempt: Any) -> None:
    """Let an attempt of a delivery be over."""
    found = deliveries(box).find(id)
    assert found
    known = {"timestamp": NOON, "latency_ms": 1.5, "status": 200, "detail": "ok", "error": None}
    outcome = Outcome(id, found.event, status, NOON + 1, 1, known | attempt, '{"a": 1}')
    deliveries(box).record([outcome])


def ids(client: Client, **query: Any) -> list[int]:
    """The ids of those that match."""
    answer: Any = client.get(ROOT, query_string=query).json
    assert answer["total"] >= len(answer["deliveries"])
    return [each["id"] for each in answer["deliveries"]]


def test_one(box: Box, client: Client) -> None:
    id = add(box, TOPIC)
    shown = {
        "id": 1,
        "event_id": 1,
        "event_type": "Send",
        "message_id": id,
        "kind": "sns",
        "name": "mine",
        "address": ARN,
        "form": "event",
        "status": "waiting",
        "due": "2025-06-15T15:06:40.250Z",
        "attempts": [],
    }
    assert client.get(f"{ROOT}/1").json == {**shown, "body": None}
    tried(box, 1, WAITING, status=None, detail=None, error="No.")
    shown["due"] = "2025-06-15T15:06:41.250Z"
    shown["attempts"] = [
        {
            "timestamp": "2025-06-15T15:06:40.250Z",
            "latency_ms": 1.5,
            "status": None,
            "detail": None,
            "error": "No.",
        }
    ]
    assert client.get(f"{ROOT}/1").json == {**shown, "body": '{"a": 1}'}
    assert client.get(ROOT).json == {"deliveries": [shown], "total": 1, "next": None}
    tried(box, 1, DELIVERED)
    answer: Any = client.get(f"{ROOT}/1").json
    assert (answer["status"], answer["due"], len(answer["attempts"])) == ("delivered", None, 2)


def test_an_address_that_there_is_not(box: Box, client: Client) -> None:
    add(box, METRICS)
    answer: Any = client.get(f"{ROOT}/1").json
    assert (answer["kind"], answer["name"], answer["address"]) == ("cloudwatch", "numbers", None)


def test_filters_and_pages(box: Box, client: Client) -> None:
    first = add(box, TOPIC, HOOK)
    add(box, TOPIC, METRICS)
    tried(box, 1, DELIVERED)
    tried(box, 2, FAILED)
    assert ids(client) == [4, 3, 2, 1]
    assert ids(client, status="delivered") == [1]
    assert ids(client, status="failed") == [2]
    assert ids(client, status="waiting") == [4, 3]
    assert ids(client, destination=ARN) == [3, 1]
    assert ids(client, destination="LOCALHOST") == [2]
    assert ids(client, destination="numbers") == [4]
    assert ids(client, message=first) == [2, 1]
    assert ids(client, message=first, status="failed") == [2]
    page: Any = client.get(ROOT, query_string={"limit": 3}).json
    assert (len(page["deliveries"]), page["total"], page["next"]) == (3, 4, "2")
    assert ids(client, after=page["next"]) == [1]


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ({"status": "sent"}, "status is 'sent': use one of waiting, delivered, failed."),
        ({"state": "x"}, "The parameter 'state' is not known: use status, destination, message,"),
        ({"count": "2"}, "count is for waiting"),
        ({"after": "x"}, "after is 'x'"),
    ],
)
def test_what_cannot_be_asked(client: Client, query: dict[str, str], line: str) -> None:
    answer = client.get(ROOT, query_string=query)
    assert answer.status_code == 400
    assert error(answer).startswith(line)


def test_waiting_for_one(box: Box, client: Client) -> None:
    add(box, TOPIC)
    answers: list[list[int]] = []
    query = {"status": "delivered", "wait": 20}
    asking = threading.Thread(target=lambda: answers.append(ids(client, **query)))
    asking.start()
    assert box.changes.waiting.wait(10)
    tried(box, 1, DELIVERED)
    asking.join(10)
    assert answers == [[1]]


@pytest.mark.parametrize("id", ["2", "0", "x", "-1", "1" * 30, "¹"])
def test_what_is_not_there(box: Box, client: Client, id: str) -> None:
    add(box, TOPIC)
    for answer in (client.get(f"{ROOT}/{id}"), client.post(f"{ROOT}/{id}/redeliver")):
        assert answer.status_code == 404
        assert error(answer) == f"Delivery '{id}' does not exist: see /_ses/deliveries for all."


def test_redeliver(box: Box, client: Client) -> None:
    add(box, TOPIC)
    tried(box, 1, FAILED)
    assert not box.instance.messages.pending.is_set()
    answer = client.post(f"{ROOT}/1/redeliver")
    assert answer.status_code == 202
    assert answer.json is not None
    assert (answer.json["status"], len(answer.json["attempts"])) == ("waiting", 1)
    assert box.instance.messages.pending.is_set()
    assert deliveries(box).due(ARN, box.instance.clock(), 10) == [1]


def events(client: Client, id: str) -> list[dict[str, Any]]:
    """The events of a message as both lists have them."""
    message: Any = client.get(f"/_ses/messages/{id}").json
    found: list[dict[str, Any]] = message["events"]
    listed: Any = client.get("/_ses/events", query_string={"message": id}).json
    members = ("id", "deliveries", "unpublished")
    assert [{name: each[name] for name in members} for each in listed["events"]] == [
        {name: each[name] for name in members} for each in reversed(found)
    ]
    return found


def test_in_the_events_of_a_message(box: Box, client: Client) -> None:
    id = add(box, TOPIC, HOOK)
    send, delivery = events(client, id)
    shown = [client.get(f"{ROOT}/{number}").json or {} for number in (1, 2)]
    for each in shown:
        del each["body"]
    assert send["deliveries"] == shown
    assert delivery["deliveries"] == []
    assert NO_SET in delivery["unpublished"]


def test_why_there_are_none(box: Box, client: Client) -> None:
    account = Account(box.instance, "000000000000", "us-east-1")
    destination = {
        "Name": "mine",
        "Enabled": True,
        "MatchingEventTypes": ["DELIVERY"],
        "SnsDestination": {"TopicArn": ARN},
    }
    account.configuration_sets.put("set", {"EventDestinations": [destination]})
    send, delivery = events(client, box.add(configuration_set="set"))
    assert send["unpublished"] == [
        "Event destination mine of configuration set set does not have SEND among its event types."
    ]
    assert delivery["unpublished"] == [BEFORE]


def test_nobody_knows_yet(box: Box, client: Client) -> None:
    id = box.add()
    with box.instance.database.transaction() as connection:
        connection.execute("UPDATE events SET pending = 1")
    assert [each["unpublished"] for each in events(client, id)] == [[], []]
