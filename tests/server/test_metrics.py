"""``GET /metrics``, read with the parser of the client library."""

from __future__ import annotations

from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from ses_emulator.store.account import Account
from ses_emulator.store.events import Event
from tests.server.conftest import NOON, Box

MINE = {"account": "000000000000", "region": "us-east-1"}


def read(client: FlaskClient) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample by its name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def value(client: FlaskClient, name: str, **labels: str) -> float | None:
    return read(client).get((f"ses_emulator_{name}", frozenset(labels.items())))


def test_nothing(client: FlaskClient) -> None:
    assert value(client, "messages") == 0
    assert value(client, "outbox_waiting") == 0
    assert not any(name == "ses_emulator_events_total" for name, _ in read(client))


def test_events(box: Box, client: FlaskClient) -> None:
    box.add()
    id = box.add(configuration_set="billing", bcc=["bob@example.com"])
    box.add(region="eu-west-1")
    stored = box.instance.messages.find(id)
    assert stored
    box.instance.messages.add_events(stored, [Event("Open", NOON, ["ada@example.com"])] * 2)

    def events(**labels: str) -> float | None:
        return value(client, "events_total", **labels)

    assert events(**MINE, configuration_set="", type="Send") == 1
    assert events(**MINE, configuration_set="billing", type="Open") == 2
    assert events(**MINE | {"region": "eu-west-1"}, configuration_set="", type="Delivery") == 1
    assert events(**MINE, configuration_set="", type="Open") is None
    assert value(client, "messages") == 3


def test_quotas(box: Box, client: FlaskClient) -> None:
    box.add(received=box.instance.clock())
    Account(box.instance, "000000000000", "us-east-1").set_attributes(SendingEnabled=False)
    assert value(client, "max_24_hour_send", **MINE) == 50_000
    assert value(client, "max_send_rate", **MINE) == 14
    assert value(client, "sent_last_24_hours", **MINE) == 1
    assert value(client, "sending_enabled", **MINE) == 0


def test_instances_do_not_share_a_registry(box: Box, client: FlaskClient) -> None:
    """Nor does one complain when it is asked a second time."""
    from prometheus_client import REGISTRY

    assert read(client) == read(client)
    assert not any("ses_emulator" in family.name for family in REGISTRY.collect())


def test_only_to_read(client: FlaskClient) -> None:
    assert client.post("/metrics").status_code == 405
