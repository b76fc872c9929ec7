"""The topics of ``--topic`` and the certificate, as they are served."""

from __future__ import annotations

import dataclasses
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ses_emulator.config import Settings
from ses_emulator.events.signing import certificate
from ses_emulator.events.topics import confirm, unsubscribe
from tests.server.conftest import Box, Client, error

ARN = "arn:aws:sns:eu-west-1:123456789012:mail"


@pytest.fixture
def box(box: Box) -> Box:
    """A box with two topics."""
    settings = Settings(
        topic=(
            f"{ARN}=http://ada:secret@localhost:3000/sns?a=b",
            f"{ARN}.fifo=https://example.com#raw,signature=2,confirmed",
        )
    )
    box.instance = dataclasses.replace(box.instance, settings=settings, clock=lambda: 1e9)
    return box


def topics(client: Client) -> list[dict[str, Any]]:
    answer = client.get("/_ses/topics")
    assert answer.status_code == 200 and answer.json
    found: list[dict[str, Any]] = answer.json["topics"]
    return found


def test_topics(box: Box, client: Client) -> None:
    one, two = topics(client)
    url = one.pop("subscribe_url")
    arn = one.pop("subscription_arn")
    assert one == {
        "arn": ARN,
        "url": "http://localhost:3000/sns?a=b",
        "raw": False,
        "signature_version": "1",
        "state": "pending",
        "asked": None,
        "confirmed": None,
    }
    assert two["url"] == "https://example.com"
    assert (two["raw"], two["signature_version"], two["state"]) == (True, "2", "confirmed")
    assert url.startswith("http://localhost/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:")
    query = parse_qs(urlsplit(url).query)
    confirm(box.instance, ARN, query["Token"][0])
    one = topics(client)[0]
    assert (one["state"], one["confirmed"]) == ("confirmed", "2001-09-09T01:46:40.000Z")
    unsubscribe(box.instance, arn)
    assert topics(client)[0]["state"] == "unsubscribed"


def test_certificate(box: Box, client: Client) -> None:
    known = certificate(box.instance)
    answer = client.get(f"/_ses/sns/{known.file}")
    assert answer.status_code == 200
    assert answer.text == known.pem
    assert answer.mimetype == "application/x-pem-file"
    unknown = client.get("/_ses/sns/SimpleNotificationService-0.pem")
    assert unknown.status_code == 404
    assert f"see /_ses/sns/{known.file} for" in error(unknown)
