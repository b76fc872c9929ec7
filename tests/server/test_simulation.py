"""Events by hand over the inspection API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.conftest import Box, Client, error

TO = "ada@example.com"


def let(client: Client, id: str, **body: Any) -> list[dict[str, Any]]:
    answer = client.post(f"/_ses/messages/{id}/events", json=body)
    assert answer.status_code == 201, answer.json
    document: Any = answer.json
    assert list(document) == ["events"]
    return list(document["events"])


def test_what_was_stored(box: Box, client: Client) -> None:
    id = box.add()
    [event] = let(client, id, type="bounce")
    assert (event["type"], event["message_id"], event["recipients"]) == ("Bounce", id, [TO])
    assert event["detail"]["bounceType"] == "Permanent"
    message: Any = client.get(f"/_ses/messages/{id}").json
    assert message["status"] == "bounced"
    assert message["events"][-1] == {**message["events"][-1], **event}


@pytest.mark.parametrize(
    ("body", "type", "status"),
    [
        ({"type": "delay"}, "DeliveryDelay", "delivered"),
        ({"type": "delivery"}, "Delivery", "delivered"),
        ({"type": "open"}, "Open", "opened"),
        ({"type": "click", "link": "https://example.com"}, "Click", "clicked"),
        ({"type": "bounce"}, "Bounce", "bounced"),
        ({"type": "bounce", "bounceSubType": "Suppressed"}, "Bounce", "suppressed"),
        ({"type": "complaint"}, "Complaint", "complained"),
        (
            {"type": "complaint", "complaintSubType": "OnAccountSuppressionList"},
            "Complaint",
            "suppressed",
        ),
        ({"type": "reject"}, "Reject", "rejected"),
        ({"type": "renderingFailure"}, "Rendering Failure", "rendering_failed"),
        ({"type": "subscription", "contactList": "all"}, "Subscription", "delivered"),
    ],
)
def test_every_type(box: Box, client: Client, body: dict[str, Any], type: str, status: str) -> None:
    id = box.add()
    [event] = let(client, id, **body)
    assert event["type"] == type
    listed: Any = client.get(f"/_ses/messages?status={status}").json
    assert id in [message["id"] for message in listed["messages"]]


def test_latest(box: Box, client: Client) -> None:
    box.add()
    id = box.add()
    [event] = let(client, "latest", type="open")
    assert event["message_id"] == id


def test_the_highest_status_stays(box: Box, client: Client) -> None:
    id = box.add()
    for type in ("complaint", "bounce", "open", "delivery"):
        let(client, id, type=type)
    message: Any = client.get(f"/_ses/messages/{id}").json
    assert message["status"] == "complained"


def test_recipients(box: Box, client: Client) -> None:
    id = box.add(bcc=["bea@example.com", "cid@example.com"])
    everybody = [TO, "bea@example.com", "cid@example.com"]
    [event] = let(client, id, type="open")
    assert event["recipients"] == everybody
    [event] = let(client, id, type="open", recipients=["CID@example.com", TO, "cid@example.com"])
    assert event["recipients"] == ["cid@example.com", TO]


@pytest.mark.parametrize(
    ("recipients", "line"),
    [
        (
            ["nobody@example.com"],
            "recipients has 'nobody@example.com', whom the message was not sent to: use "
            "ada@example.com.",
        ),
        ([7], "recipients has 7, whom the message was not sent to: use ada@example.com."),
        ([], "recipients is []: use a list of addresses, or leave it out."),
        (TO, f"recipients is '{TO}': use a list of addresses, or leave it out."),
    ],
)
def test_wrong_recipients(box: Box, client: Client, recipients: Any, line: str) -> None:
    id = box.add()
    answer = client.post(
        f"/_ses/messages/{id}/events", json={"type": "open", "recipients": recipients}
    )
    assert (answer.status_code, error(answer)) == (400, line)
    message: Any = client.get(f"/_ses/messages/{id}").json
    assert message["status"] == "delivered"


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ('{"type": "lost"}', "type is 'lost': use one of bounce, complaint, delivery, delay,"),
        ('{"type": "open", "ip": 1}', "an event of type open has 'ip', which is not known: use"),
        ("[]", "The body must be a JSON object"),
        ("{", "The body is no JSON"),
        ("", "The body must be a JSON object"),
    ],
)
def test_wrong_bodies(box: Box, client: Client, body: str, line: str) -> None:
    id = box.add()
    answer = client.post(f"/_ses/messages/{id}/events", data=body)
    assert answer.status_code == 400
    assert error(answer).startswith(line)


@pytest.mark.parametrize("id", ["nope", "latest"])
def test_no_such_message(client: Client, id: str) -> None:
    answer = client.post(f"/_ses/messages/{id}/events", json={"type": "open"})
    assert answer.status_code == 404
    assert "message" in error(answer)


def test_its_own_account(box: Box, client: Client) -> None:
    """Whatever follows is where the message is."""
    id = box.add(account="111122223333", region="eu-west-1")
    [event] = let(client, id, type="bounce")
    assert event["detail"]["feedbackId"].startswith("0102")
    [notice, _] = _messages(client)
    assert (notice["account"], notice["region"]) == ("111122223333", "eu-west-1")
    assert notice["from"] == "MAILER-DAEMON@eu-west-1.amazonses.com"
    assert (notice["api"], notice["to"]) == ("ses", ["bounces@example.com"])


def _messages(client: Client) -> list[dict[str, Any]]:
    document: Any = client.get("/_ses/messages").json
    return list(document["messages"])
