"""The rules over the inspection API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ses_emulator.server.rules import ROOT
from tests.server.conftest import Client, error

RULE: dict[str, Any] = {
    "match": {"recipient": "*@example.com"},
    "effect": {"error": {"code": "TooManyRequestsException"}},
    "when": {"first": 2},
}
KEPT = {**RULE, "effect": {"error": {"code": "Throttling"}}}
FRESH = {"matched": 0, "applied": 0}


def ids(client: Client) -> list[str]:
    answer: Any = client.get(ROOT).json
    return [rule["id"] for rule in answer["rules"]]


def test_the_life_of_a_rule(client: Client) -> None:
    assert client.get(ROOT).json == {"rules": []}
    made = client.post(ROOT, json=RULE)
    assert made.status_code == 201
    assert made.json == {"id": "rule-1", **KEPT, **FRESH}
    assert client.get(f"{ROOT}/rule-1").json == made.json
    assert client.get(ROOT).json == {"rules": [made.json]}
    other = {"effect": {"latency": 0.5}}
    put = client.put(f"{ROOT}/rule-1", json=other)
    assert put.status_code == 200
    assert put.json == {"id": "rule-1", "match": {}, **other, "when": {}, **FRESH}
    assert client.get(f"{ROOT}/rule-1").json == put.json
    assert client.delete(f"{ROOT}/rule-1").json == {"deleted": 1}
    assert client.get(ROOT).json == {"rules": []}


def test_order(client: Client) -> None:
    for _ in range(11):
        client.post(ROOT, json=RULE)
    assert ids(client) == [f"rule-{number}" for number in range(1, 12)]
    client.delete(f"{ROOT}/rule-2")
    client.put(f"{ROOT}/rule-1", json=RULE)
    client.post(ROOT, json=RULE)
    assert ids(client) == ["rule-1", *(f"rule-{number}" for number in range(3, 13))]


def test_delete_all(client: Client) -> None:
    assert client.delete(ROOT).json == {"deleted": 0}
    for _ in range(2):
        client.post(ROOT, json=RULE)
    assert client.delete(ROOT).json == {"deleted": 2}
    assert ids(client) == []


@pytest.mark.parametrize(
    "effect",
    [
        {"event": {"type": "bounce", "bounceType": "Transient"}},
        {"event": {"type": "click", "link": "https://example.com/", "linkTags": {"a": ["b"]}}},
        {"error": {"code": "ServiceUnavailable", "message": "Later", "status": 500}},
        {"latency": 0},
        {"latency": 240},
        {"drop": "before"},
        {"drop": "after"},
    ],
)
def test_effects(client: Client, effect: dict[str, Any]) -> None:
    answer: Any = client.post(ROOT, json={"effect": effect}).json
    assert answer["effect"] == effect


@pytest.mark.parametrize(
    "when", [{"every": 3}, {"probability": 0.5}, {"probability": 1, "seed": 4}]
)
def test_when(client: Client, when: dict[str, Any]) -> None:
    answer: Any = client.post(ROOT, json={**RULE, "when": when}).json
    assert answer["when"] == when


def test_what_is_not_there(client: Client) -> None:
    for answer in (
        client.get(f"{ROOT}/rule-1"),
        client.put(f"{ROOT}/rule-1", json=RULE),
        client.delete(f"{ROOT}/rule-1"),
    ):
        assert answer.status_code == 404
        assert error(answer) == "Rule 'rule-1' does not exist: see /_ses/rules for all."


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "a rule without effect: give it one of event, error, latency, drop."),
        (
            {"effect": {"latency": -1}},
            "effect.latency is -1: use a number of seconds from 0 to 240.",
        ),
        ({**RULE, "match": {"to": "x"}}, "match has 'to', which is not known: use recipient"),
        ({"effect": {"event": {"type": "x"}}}, "effect.event: type is 'x': use one of"),
    ],
)
def test_what_cannot_be_said(client: Client, body: dict[str, Any], reason: str) -> None:
    client.post(ROOT, json=RULE)
    for answer in (client.post(ROOT, json=body), client.put(f"{ROOT}/rule-1", json=body)):
        assert answer.status_code == 400
        assert error(answer).startswith(reason)
    assert client.get(f"{ROOT}/rule-1").json == {"id": "rule-1", **KEPT, **FRESH}


@pytest.mark.parametrize("body", ["", "[]", "rule", '{"effect": ', "7", '"\\ud800"'])
def test_bodies_that_are_no_objects(client: Client, body: str) -> None:
    answer = client.post(ROOT, data=body)
    assert answer.status_code == 400
    assert error(answer).startswith("The body ")


def test_numbers_that_are_none(client: Client) -> None:
    for text in ("NaN", "Infinity", "1e999", "-0.1", '"1"'):
        answer = client.post(ROOT, data=f'{{"effect": {{"latency": {text}}}}}')
        assert answer.status_code == 400, text
    huge = json.dumps({"effect": {"latency": 1}, "when": {"probability": 1, "seed": 10**30}})
    assert client.post(ROOT, data=huge).status_code == 400
