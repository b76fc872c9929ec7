"""``/_ses/inbound``, and how a received mail is shown."""

from __future__ import annotations

from typing import Any

import pytest

from ses_emulator.inbound.receive import LARGEST, UNKNOWN
from ses_emulator.store.account import Account
from tests.inbound.support import BOUNCE, RAW, activate, header, rule
from tests.server.conftest import Box, Client, error

URL = "/_ses/inbound"
ARGUMENTS = {
    "mail_from": "bounces@sender.example",
    "recipients": "in@example.com",
    "remote_ip": "192.0.2.1",
    "helo": "mail.sender.example",
    "tls": "true",
}


@pytest.fixture(autouse=True)
def account(box: Box) -> Account:
    """The box's account, which receives for example.com."""
    account = Account(box.instance, "000000000000", "us-east-1")
    activate(account, rule("one", header("X-A", "1"), ScanEnabled=True))
    return account


def post(client: Client, raw: bytes = RAW, /, **arguments: Any) -> dict[str, Any]:
    """The answer to a mail that is taken."""
    answer = client.post(URL, data=raw, query_string=arguments)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json or {}
    return found


def test_a_mail_with_its_envelope(client: Client, box: Box) -> None:
    answer = post(client, RAW, **ARGUMENTS | {"recipients": "in@example.com,x@example.org"})
    [message] = answer["messages"]
    assert answer["refused"] == [{"recipient": "x@example.org", "reply": UNKNOWN}]
    assert message["status"] == "received"
    assert message["receipt"] == {
        "rule_set": "set",
        "recipients": ["in@example.com"],
        "remote_ip": "192.0.2.1",
        "helo": "mail.sender.example",
        "tls": True,
        "verdicts": {
            "spam": "PASS",
            "virus": "PASS",
            "spf": "GRAY",
            "dkim": "GRAY",
            "dmarc": "GRAY",
        },
        "dmarc_policy": None,
        "rules": [
            {
                "name": "one",
                "recipients": ["in@example.com"],
                "actions": [
                    {
                        "type": "AddHeader",
                        "status": "done",
                        "target": "X-A: 1",
                        "error": None,
                        "delivery": None,
                        "notification": None,
                    }
                ],
            }
        ],
    }
    assert client.get(f"/_ses/messages/{message['id']}/raw").data == RAW
    shown = client.get(f"/_ses/messages/{message['id']}").json or {}
    assert shown["receipt"] == message["receipt"]
    assert (shown["api"], shown["operation"], shown["status"]) == ("inbound", "Receive", "received")
    assert shown["envelope"] == {
        "mail_from": "bounces@sender.example",
        "rcpt_to": ["in@example.com"],
    }
    assert shown["events"] == []
    # Nobody here sent it, so it has no findings about how.
    assert [each["code"] for each in shown["findings"]] == ["UnverifiedRecipient"]
    assert [each["name"] for each in shown["headers"][:2]] == ["From", "To"]


def test_the_envelope_is_that_of_the_headers(client: Client) -> None:
    raw = b"From: Ann <ann@sender.example>\r\nTo: A <a@example.com>\r\nCc: b@example.com\r\n\r\n"
    [message] = post(client, raw)["messages"]
    shown = client.get(f"/_ses/messages/{message['id']}").json or {}
    assert shown["envelope"] == {
        "mail_from": "ann@sender.example",
        "rcpt_to": ["a@example.com", "b@example.com"],
    }
    assert shown["source_ip"] == message["receipt"]["remote_ip"] == "127.0.0.1"
    assert (message["receipt"]["helo"], message["receipt"]["tls"]) == ("localhost", False)


def test_no_sender(client: Client) -> None:
    [message] = post(client, mail_from="<>")["messages"]
    assert (client.get(f"/_ses/messages/{message['id']}").json or {})["envelope"]["mail_from"] == ""
    [message] = post(client, b"To: in@example.com\r\n\r\n")["messages"]
    assert (client.get(f"/_ses/messages/{message['id']}").json or {})["envelope"]["mail_from"] == ""


def test_verdicts_of_a_test(client: Client) -> None:
    wanted = {"spam": "FAIL", "virus": "GRAY", "spf": "PASS", "dkim": "FAIL", "dmarc": "FAIL"}
    [message] = post(client, RAW, **wanted)["messages"]
    assert message["receipt"]["verdicts"] == wanted
    assert message["receipt"]["dmarc_policy"] == "none"


def test_nobody_takes_it(client: Client) -> None:
    answer = post(client, recipients="x@example.org")
    assert answer == {
        "messages": [],
        "refused": [{"recipient": "x@example.org", "reply": UNKNOWN}],
    }


def test_a_bounce(client: Client, account: Account) -> None:
    activate(account, rule("no", BOUNCE))
    [message] = post(client, RAW, **ARGUMENTS)["messages"]
    assert message["status"] == "rejected"
    listed = (client.get("/_ses/messages?status=rejected").json or {})["messages"]
    assert [each["id"] for each in listed] == [message["id"]]
    [notice] = (client.get("/_ses/messages?to=bounces@sender.example").json or {})["messages"]
    assert (notice["operation"], notice["original"]) == ("BounceAction", message["id"])


def test_listed_by_its_status(client: Client, box: Box) -> None:
    box.add()
    [message] = post(client)["messages"]
    listed = (client.get("/_ses/messages?status=received").json or {})["messages"]
    assert [each["id"] for each in listed] == [message["id"]]
    assert (client.get("/_ses/messages?status=receiving").json or {})["messages"] == []
    found = (client.get("/_ses/messages?q=Hello&status=received").json or {})["messages"]
    assert [each["id"] for each in found] == [message["id"]]


def test_it_has_no_events(client: Client) -> None:
    [message] = post(client)["messages"]
    answer = client.post(f"/_ses/messages/{message['id']}/events", json={"type": "bounce"})
    assert answer.status_code == 400
    assert "only what was sent has events" in error(answer)


def test_what_was_sent_has_no_receipt(client: Client, box: Box) -> None:
    assert (client.get(f"/_ses/messages/{box.add()}").json or {})["receipt"] is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"mail_from": "nobody"}, "mail_from has 'nobody', which is no address: Missing final"),
        ({"recipients": "a@example.com,"}, "recipients has '', which is no address"),
        ({"recipients": ",".join(f"a{n}@b.c" for n in range(101))}, "The mail has 101 recipients"),
        ({"remote_ip": "here"}, "remote_ip is 'here': use an IP address."),
        ({"tls": "yes"}, "tls is 'yes': use one of true, false."),
        ({"spam": "pass"}, "spam is 'pass': use one of PASS, FAIL, GRAY, PROCESSING_FAILED."),
        ({"spf": "DISABLED"}, "spf is 'DISABLED'"),
        ({"helo": ""}, "helo is empty"),
        ({"subject": "x"}, "The parameter 'subject' is not known"),
    ],
)
def test_what_is_wrong(client: Client, arguments: dict[str, str], words: str) -> None:
    answer = client.post(URL, data=RAW, query_string=arguments)
    assert answer.status_code == 400
    assert words in error(answer)


def test_a_mail_without_recipients_or_bytes(client: Client) -> None:
    answer = client.post(URL, data=b"Subject: x\r\n\r\n")
    assert answer.status_code == 400
    assert "The mail has 0 recipients: give 1 to 100 in recipients" in error(answer)
    answer = client.post(URL)
    assert answer.status_code == 400
    assert "The body is empty" in error(answer)


def test_40_mib_and_no_more(client: Client) -> None:
    raw = RAW + b"x" * (LARGEST - len(RAW))
    [message] = post(client, raw)["messages"]
    assert (client.get(f"/_ses/messages/{message['id']}").json or {})["size"] == LARGEST
    answer = client.post(URL, data=raw + b"x")
    assert answer.status_code == 413
    assert f"send at most {LARGEST}" in error(answer)
