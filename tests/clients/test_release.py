"""Messages that are released to a real SMTP server: on request, and by pattern."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ses_emulator.emulator import Emulator
from ses_emulator.smtp.certificate import make, own_context
from ses_emulator.store.query import Filters
from tests.operations.support import client, running, send_v2
from tests.sink import HOST, Sink, sink

USERS = {"user": "secret"}


def ask(emulator: Emulator, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """The status and the JSON of an answer of the inspection API."""
    request = urllib.request.Request(
        f"{emulator.url}/_ses{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def release(emulator: Emulator, id: str = "latest", body: Any = None) -> tuple[int, Any]:
    """The answer to a release."""
    return ask(emulator, "POST", f"/messages/{id}/release", body)


def raw(emulator: Emulator, id: str) -> bytes:
    """The message as it is delivered."""
    with urllib.request.urlopen(f"{emulator.url}/_ses/messages/{id}/raw", timeout=60) as answer:
        return bytes(answer.read())


@contextmanager
def relaying(**options: Any) -> Iterator[tuple[Emulator, Sink]]:
    """An emulator with a server that asks for TLS and a login."""
    with sink(tls=own_context(make), users=USERS) as server:
        relay = f"smtp://user:secret@{HOST}:{server.port}?verify=no"
        with running(relay=relay, **options) as emulator:
            yield emulator, server


def until(emulator: Emulator, id: str, releases: int) -> list[dict[str, Any]]:
    """The releases of a message, once there are so many."""
    for _ in range(6000):
        found: list[dict[str, Any]] = ask(emulator, "GET", f"/messages/{id}")[1]["released"]
        if len(found) >= releases:
            return found
        emulator.instance.changes.wait(emulator.instance.changes.number, 0.01)
    raise AssertionError(f"{id} was not released")


def test_on_request() -> None:
    with relaying() as (emulator, server):
        ses = client(emulator, "sesv2")
        ses.create_email_identity(EmailIdentity="example.com")
        id = send_v2(
            ses, Destination={"ToAddresses": ["a@x.example"], "BccAddresses": ["b@y.example"]}
        )
        assert ask(emulator, "GET", f"/messages/{id}")[1]["released"] == []
        assert server.mails == []
        status, answer = release(emulator, id)
        assert status == 200
        [mail] = server.mails
        delivered = raw(emulator, id)
        assert mail.content.rstrip(b"\r\n") == delivered.rstrip(b"\r\n")
        assert mail.content.startswith(delivered)
        assert b"DKIM-Signature: " in mail.content
        assert (mail.mail_from, mail.user, mail.tls) == ("from@example.com", "user", True)
        assert mail.recipients == ["a@x.example", "b@y.example"]
        assert answer == {
            "timestamp": answer["timestamp"],
            "relay": f"{HOST}:{server.port}",
            "recipients": ["a@x.example", "b@y.example"],
            "refused": [],
            "reply": "250 taken",
            "error": None,
        }
        assert ask(emulator, "GET", f"/messages/{id}")[1]["released"] == [answer]


def test_to_others() -> None:
    with relaying() as (emulator, server):
        id = send_v2(client(emulator, "sesv2"))
        server.refusals = {"no@example.org": "550 no"}
        wanted = ["Me <me@EXAMPLE.org>", "no@example.org", "me@example.org"]
        status, answer = release(emulator, id, {"recipients": wanted})
        assert (status, answer["recipients"]) == (200, ["me@example.org"])
        assert answer["refused"] == [{"recipient": "no@example.org", "reply": "550 no"}]
        assert server.mails[0].recipients == ["me@example.org"]
        assert len(until(emulator, id, 1)) == 1
        release(emulator, id)
        assert [each["recipients"] for each in until(emulator, id, 2)] == [
            ["me@example.org"],
            ["to@example.com"],
        ]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ({"recipients": []}, "recipients must be a list of addresses"),
        ({"recipients": "a@example.com"}, "recipients must be a list of addresses"),
        ({"recipients": ["a"]}, "recipients has 'a', which is no address: Missing final"),
        ({"recipients": ["a@example.com\r\nDATA"]}, "which is no address"),
        ({"recipients": ["ä@example.com"]}, "which is no address"),
        ({"recipients": [1]}, "recipients has '1', which is no address"),
        ({"to": ["a@example.com"]}, "'to' is not known"),
        ([], "The body must be a JSON object"),
    ],
)
def test_requests_that_are_no_use(body: Any, line: str) -> None:
    with relaying() as (emulator, server):
        id = send_v2(client(emulator, "sesv2"))
        status, answer = release(emulator, id, body)
        assert (status, line in answer["error"]) == (400, True), answer
        assert until(emulator, id, 0) == []
        assert server.mails == []


def test_a_message_that_there_is_not() -> None:
    with relaying() as (emulator, _):
        assert release(emulator, "unknown")[0] == 404


def test_without_a_server() -> None:
    with running() as emulator:
        id = send_v2(client(emulator, "sesv2"))
        status, answer = release(emulator, id)
        assert (status, "--relay smtp://HOST:PORT" in answer["error"]) == (409, True)


def refusing(server: Sink) -> None:
    server.reply = "554 no, thanks"


def refusing_everybody(server: Sink) -> None:
    server.refusals = {"to@example.com": "550 5.1.1 unknown"}


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (refusing, "DATA: 554 no, thanks."),
        (refusing_everybody, "refuses all recipients: to@example.com: 550 5.1.1 unknown."),
    ],
)
def test_the_server_does_not_take_it(change: Callable[[Sink], None], line: str) -> None:
    with relaying() as (emulator, server):
        id = send_v2(client(emulator, "sesv2"))
        change(server)
        status, answer = release(emulator, id)
        assert status == 502
        assert answer["error"].startswith(f"{HOST}:{server.port}") and line in answer["error"]
        [kept] = until(emulator, id, 1)
        assert f"{kept['error']}." == answer["error"]
        assert (kept["reply"], kept["recipients"]) == (None, ["to@example.com"])
        assert ask(emulator, "GET", f"/messages/{id}")[1]["status"] == "delivered"


def test_what_was_received_can_be_released() -> None:
    with relaying() as (emulator, server):
        ses = client(emulator, "ses")
        ses.create_receipt_rule_set(RuleSetName="set")
        ses.create_receipt_rule(RuleSetName="set", Rule={"Name": "all", "Enabled": True})
        ses.set_active_receipt_rule_set(RuleSetName="set")
        ses.verify_domain_identity(Domain="example.com")
        id = send_v2(client(emulator, "sesv2"))
        for _ in range(6000):
            found = emulator.instance.messages.page(Filters(), None, 10)
            if len(found) == 2:
                break
            emulator.instance.changes.wait(emulator.instance.changes.number, 0.01)
        [received] = [each.id for each in found if each.id != id]
        assert release(emulator, received)[0] == 200
        assert server.mails[0].content.startswith(raw(emulator, received).rstrip(b"\r\n"))


def test_by_pattern() -> None:
    """Those whom it is delivered to, whatever the case; not who is suppressed or bounces."""
    patterns = ("*@Team.example", "boss@example.com", "*@simulator.amazonses.com")
    with relaying(release=patterns) as (emulator, server):
        ses = client(emulator, "sesv2")
        ses.put_suppressed_destination(EmailAddress="out@team.example", Reason="BOUNCE")
        other = send_v2(ses, Destination={"ToAddresses": ["notboss@example.com"]})
        to = ["A@TEAM.example", "boss@example.com", "out@team.example", "else@example.com"]
        id = send_v2(ses, Destination={"ToAddresses": [*to, "bounce@simulator.amazonses.com"]})
        [released] = until(emulator, id, 1)
        assert released["recipients"] == ["A@team.example", "boss@example.com"]
        [mail] = server.mails
        assert mail.recipients == released["recipients"]
        assert mail.content.startswith(raw(emulator, id).rstrip(b"\r\n"))
        assert ask(emulator, "GET", f"/messages/{other}")[1]["released"] == []


def test_by_pattern_with_a_server_that_does_not_take_it(caplog: pytest.LogCaptureFixture) -> None:
    with relaying(release=("*",)) as (emulator, server):
        server.reply = "451 later"
        id = send_v2(client(emulator, "sesv2"))
        [released] = until(emulator, id, 1)
        assert released["error"] == f"{HOST}:{server.port}, DATA: 451 later"
        server.reply = "250 taken"
        second = send_v2(client(emulator, "sesv2"))
        assert until(emulator, second, 1)[0]["error"] is None
    assert [each for each in caplog.messages if "is not released" in each] == [
        f"{id} is not released: {HOST}:{server.port}, DATA: 451 later"
    ]
