"""The list of what happened to messages."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ses_emulator.mail import details
from ses_emulator.mail.feedback import happen
from ses_emulator.store.account import Account
from tests.server.conftest import Box, Client, error


def bounce(box: Box, id: str, recipient: str) -> None:
    """Let a message bounce."""
    stored = box.instance.messages.find(id)
    assert stored is not None
    account = Account(box.instance, stored.account, stored.region)
    event = details.bounce(
        "Permanent", "General", [recipient], 1.0, feedback_id="f", reporting_mta="dns; a"
    )
    happen(account, stored, [event])


def listed(client: Client, query: str = "") -> list[tuple[str, str]]:
    """Message and type of the events."""
    answer: Any = client.get(f"/_ses/events{query}").json
    return [(each["message_id"], each["type"]) for each in answer["events"]]


def test_newest_first_in_pages(box: Box, client: Client) -> None:
    first, second = box.add(), box.add()
    bounce(box, first, "ada@example.com")
    expected = [
        (first, "Bounce"),
        *[(id, type) for id in (second, first) for type in ("Delivery", "Send")],
    ]
    assert listed(client) == expected
    found: list[tuple[str, str]] = []
    after: str | None = ""
    while after is not None:
        page: Any = client.get(f"/_ses/events?limit=2{after and f'&after={after}'}").json
        assert page["total"] == 5
        found += [(each["message_id"], each["type"]) for each in page["events"]]
        after = page["next"]
    assert found == expected


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("type=Bounce", 1),
        ("type=Send", 2),
        ("recipient=ADA@example.com", 5),
        ("recipient=nobody@example.com", 0),
        ("configuration_set=main&type=Send", 1),
        ("account=000000000000", 5),
        ("region=eu-west-1", 0),
        ("type=Bounce&recipient=ada@example.com&region=us-east-1", 1),
    ],
)
def test_filters(box: Box, client: Client, query: str, number: int) -> None:
    id = box.add()
    box.add(configuration_set="main")
    bounce(box, id, "ada@example.com")
    assert len(listed(client, f"?{query}")) == number
    assert {message for message, _ in listed(client, f"?message={id}")} == {id}


def test_documents(box: Box, client: Client) -> None:
    id = box.add()
    bounce(box, id, "ada@example.com")
    answer: Any = client.get("/_ses/events?type=Bounce").json
    [event] = answer["events"]
    assert event["document"]["eventType"] == event["notification"]["notificationType"] == "Bounce"
    assert event["document"]["mail"]["messageId"] == id
    assert event["document"]["bounce"] == event["detail"]
    assert client.get(f"/_ses/events/{event['id']}").json == event
    send: Any = client.get("/_ses/events?type=Send").json
    assert send["events"][0]["notification"] is None


def test_refusals(client: Client) -> None:
    assert error(client.get("/_ses/events?type=bounce")).startswith("type is 'bounce': use one of")
    assert client.get("/_ses/events?subject=a").status_code == 400
    for id in ("7", "x", "9" * 30):
        answer = client.get(f"/_ses/events/{id}")
        assert answer.status_code == 404
        assert error(answer) == f"Event '{id}' does not exist: see /_ses/events for all."


def test_waiting(box: Box, client: Client) -> None:
    id = box.add()
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(listed, client, "?wait=60&type=Bounce")
        assert box.changes.waiting.wait(30)
        bounce(box, id, "ada@example.com")
        assert waiting.result(30) == [(id, "Bounce")]
