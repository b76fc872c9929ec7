"""Listing, reading, waiting for and deleting captured messages."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from email.message import EmailMessage
from typing import Any

import pytest

from ses_emulator import __version__
from ses_emulator.server import inspection, waiting
from tests.server.conftest import PORTS, Box, Client, error


def got(client: Client, path: str) -> Any:
    """The JSON that a path under /_ses/ is answered with."""
    answer = client.get(f"/_ses/{path}")
    assert answer.status_code == 200
    return answer.json


def listed(client: Client, query: str = "") -> list[str]:
    """The subjects of the messages that match, newest first."""
    return [message["subject"] for message in got(client, f"messages{query}")["messages"]]


def rich() -> bytes:
    """Both bodies, an inline image, three attachments, a header twice."""
    mail = EmailMessage()
    mail["Received"] = "second"
    mail["Received"] = "first"
    mail["From"] = "Shop <shop@example.com>"
    mail["Subject"] = "Grüße"
    mail.set_content("Just text, ä\n")
    mail.add_alternative('<p>Rich <img src="cid:dot"></p>', subtype="html")
    html = mail.get_payload(1)
    assert isinstance(html, EmailMessage)
    html.add_related(
        b"\x89PNG", "image", "png", cid="<dot>", filename="dot.png", disposition="inline"
    )
    mail.add_attachment(b"a;b", maintype="text", subtype="csv", filename='Über "uns" €.csv')
    mail.add_attachment(b"<script>", maintype="text", subtype="html", filename="../page.html")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="bill.pdf")
    return mail.as_bytes()


def test_health(client: Client) -> None:
    assert client.get("/_ses/health").json == {
        "status": "ok",
        "version": __version__,
        "ports": PORTS,
        "account": "open",
        "database": ":memory:",
    }


def test_no_messages(client: Client) -> None:
    assert client.get("/_ses/messages").json == {
        "messages": [],
        "total": 0,
        "unread": 0,
        "next": None,
        "terms": [],
    }


def test_summary(box: Box, client: Client) -> None:
    id = box.add(
        bcc=["hidden@example.com"],
        cc=["copy@example.com"],
        tags={"stage": "test"},
        configuration_set="main",
        findings=[{"code": "a", "message": "b", "help": "c"}],
    )
    (summary,) = got(client, "messages")["messages"]
    assert summary == {
        "id": id,
        "account": "000000000000",
        "region": "us-east-1",
        "received": "2025-06-15T15:06:41.250Z",
        "api": "v2",
        "operation": "SendEmail",
        "from": "Shop <shop@example.com>",
        "to": ["ada@example.com"],
        "cc": ["copy@example.com"],
        "bcc": ["hidden@example.com"],
        "subject": "Hello",
        "snippet": "Some words",
        "status": "delivered",
        "unread": True,
        "configuration_set": "main",
        "tenant": None,
        "template": None,
        "original": None,
        "tags": {"stage": "test"},
        "size": len(box.instance.messages.raw(1)),
        "attachment_count": 0,
        "finding_count": 1,
        "call": id,
        "error": None,
    }
    assert datetime.fromisoformat(summary["received"]).timestamp() == 1_750_000_001.25
    box.indexer.catch_up()
    assert got(client, "messages")["messages"] == [summary]


def test_pages(box: Box, client: Client) -> None:
    for number in range(5):
        box.add(f"mail {number}")
    seen: list[str] = []
    query = "?limit=2"
    for _ in range(3):
        page = got(client, f"messages{query}")
        assert page["total"] == 5 + (len(seen) > 0)
        seen += [message["subject"] for message in page["messages"]]
        if page["next"] is not None:
            query = f"?limit=2&after={page['next']}"
        if len(seen) == 2:
            box.add("arrives between the pages")
    assert seen == ["mail 4", "mail 3", "mail 2", "mail 1", "mail 0"]
    assert page["next"] is None
    assert got(client, "messages?limit=6")["next"] is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?to=BOB@example.com", ["Bob"]),
        ("?to=@example.net", ["Eve"]),
        ("?from=boss", ["Bob"]),
        ("?subject=V", ["Eve"]),
        ("?q=purple+eleph", ["Eve"]),
        ("?q=%22elephant+purple%22", []),
        ("?configuration_set=main", ["Eve"]),
        ("?tag=stage", ["Eve", "Bob"]),
        ("?tag=stage=live", ["Bob"]),
        ("?status=sent", ["Bob"]),
        ("?account=111122223333", ["Eve"]),
        ("?region=eu-west-1", ["Bob"]),
        ("?tag=stage&q=purple", ["Eve"]),
        ("?subject=%25", []),
        ("?q=" + "a+" * 499, ["Eve"]),
    ],
)
def test_filters(box: Box, client: Client, query: str, expected: list[str]) -> None:
    box.add()
    box.add(
        "Bob",
        to="bob@example.com",
        sender="Boss <boss@example.com>",
        status="sent",
        region="eu-west-1",
        tags={"stage": "live"},
    )
    box.add(
        "Eve",
        "A purple elephant",
        to="eve@example.net",
        account="111122223333",
        configuration_set="main",
        tags={"stage": "test"},
    )
    assert listed(client, query) == expected
    assert client.delete(f"/_ses/messages{query}").json == {"deleted": len(expected)}
    assert len(listed(client)) == 3 - len(expected)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("form=a", "'form'"),
        ("to=a&to=b", "to is given 2 times"),
        ("to=", "to is empty"),
        ("to=a%00", "has a NUL in it"),
        ("to=" + "a" * 1001, "1001 characters"),
        ("q=***", "q is '***': use at least one word."),
        ("search=***", "'***' has no letter or digit to search for: add one."),
        ("search=status:lost", "'lost' is no value of status: use sent, delayed, delivered,"),
        ("search=to:+a", "to: has no value"),
        ("search=a%00", "has a NUL in it"),
        ("failed=yes", "failed is 'yes': use one of true, false."),
        ("offset=-1", "'-1': use a whole number from 0"),
        ("status=lost", "'lost': use one of sent, delayed, delivered, opened, clicked"),
        ("limit=0", "'0': use a whole number from 1 to 1000"),
        ("limit=1001", "'1001'"),
        ("limit=1.5", "'1.5'"),
        ("limit=" + "1" * 900, "limit is '111"),
        ("wait=301", "'301': use a number from 0 to 300"),
        ("wait=-1", "'-1'"),
        ("wait=nan", "'nan'"),
        ("wait=inf", "'inf'"),
        ("wait=1&count=0", "'0': use a whole number of at least 1"),
        ("count=2", "wait=SECONDS"),
        ("after=x", "'x': use the next"),
        ("after=0", "'0'"),
        ("after=9223372036854775808", "'9223372036854775808'"),
    ],
)
def test_bad_parameters(client: Client, query: str, named: str) -> None:
    answer = client.get(f"/_ses/messages?{query}")
    assert answer.status_code == 400
    assert named in error(answer)


def test_unknown_parameters_name_the_known(box: Box, client: Client) -> None:
    id = box.add()
    assert error(client.delete("/_ses/messages?limit=1")) == (
        "The parameter 'limit' is not known: "
        "use to, from, subject, q, configuration_set, tag, status, account, region, "
        "search, failed, id."
    )
    for path in ("health", "stream", f"messages/{id}", f"messages/{id}/text"):
        response = client.get(f"/_ses/{path}?limit=1")
        assert response.status_code == 400
        assert "there are none here" in error(response)
    assert client.post("/_ses/reset?account=1").status_code == 400
    assert listed(client) == ["Hello"]


def test_wait_that_is_over_at_once(box: Box, client: Client) -> None:
    box.add()
    assert listed(client, "?wait=300") == ["Hello"]
    assert listed(client, "?wait=0&count=9") == ["Hello"]
    assert box.changes.waits == 0


def test_wait_for_messages(box: Box, client: Client) -> None:
    box.add("other")
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(listed, client, "?wait=60&count=2&subject=mail")
        assert box.changes.waiting.wait(30)
        for subject in ("mail 1", "other", "mail 2"):
            assert not waiting.done()
            box.add(subject)
        assert waiting.result(30) == ["mail 2", "mail 1"]


def test_wait_for_words_that_are_not_indexed_yet(box: Box, client: Client) -> None:
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(listed, client, "?wait=60&q=elephant")
        assert box.changes.waiting.wait(30)
        box.add("A trunk", "The elephant")
        assert waiting.result(30) == ["A trunk"]


def test_wait_ends_with_what_there_is_and_burns_nothing(box: Box, client: Client) -> None:
    box.add()
    assert listed(client, "?wait=0.1&count=2") == ["Hello"]
    assert box.changes.waits == 1


def test_wait_ends_with_the_instance(box: Box, client: Client) -> None:
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(listed, client, "?wait=300")
        assert box.changes.waiting.wait(30)
        box.changes.close()
        assert waiting.result(30) == []


def test_too_many_wait(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "OPEN_REQUESTS", 1)
    app = inspection.create_app(box.instance, box.indexer, lambda: PORTS, box.clear)
    app.test_client_class = Client
    with ThreadPoolExecutor() as pool:
        first = pool.submit(app.test_client().get, "/_ses/messages?wait=60")
        assert box.changes.waiting.wait(30)
        answer = app.test_client().get("/_ses/messages?wait=60")
        assert answer.status_code == 503
        assert "1 streams and waiting" in error(answer)
        assert app.test_client().get("/_ses/messages?wait=0").status_code == 200
        box.add()
        assert first.result(30).status_code == 200
    assert app.test_client().get("/_ses/messages?wait=0.01&count=2").status_code == 200


def test_message(box: Box, client: Client) -> None:
    raw = rich()
    finding = {"code": "a", "message": "b", "help": "c"}
    id = box.add(raw=raw, bcc=["hidden@example.com"], findings=[finding])
    message = got(client, f"messages/{id}")
    (summary,) = got(client, "messages")["messages"]
    assert {name: message[name] for name in summary} == summary
    assert summary["attachment_count"] == len(message["attachments"]) == 4
    assert message["envelope"] == {
        "mail_from": "bounces@example.com",
        "rcpt_to": ["ada@example.com", "hidden@example.com"],
    }
    assert message["source_ip"] == "127.0.0.1"
    assert message["headers"][0]["name"] == "DKIM-Signature"
    assert message["headers"][1:5] == [
        {"name": "Received", "value": "second"},
        {"name": "Received", "value": "first"},
        {"name": "From", "value": "Shop <shop@example.com>"},
        {"name": "Subject", "value": "Grüße"},
    ]
    assert message["text"].rstrip() == "Just text, ä"
    assert "cid:dot" in message["html"]
    assert message["attachments"][0] == {
        "index": 0,
        "name": "dot.png",
        "type": "image/png",
        "size": 4,
        "content_id": "dot",
        "inline": True,
    }
    assert [event["type"] for event in message["events"]] == ["Send", "Delivery"]
    assert message["events"][1] == {
        "id": 2,
        "message_id": id,
        "type": "Delivery",
        "timestamp": "2025-06-15T15:06:40.250Z",
        "recipients": ["ada@example.com"],
        "detail": {"smtpResponse": "ok"},
        "deliveries": [],
        "unpublished": [
            "There is no configuration set: the message names none, nor does its identity.",
            "There is no verified identity shop@example.com, nor of its domain, that could have"
            " a topic.",
        ],
    }
    assert message["findings"] == [finding]
    assert message["parse_error"] is None


def test_latest_is_allowed_everywhere(box: Box, client: Client) -> None:
    box.add()
    id = box.add(raw=rich())
    for part in ("", "/raw", "/html", "/text", "/attachments/0"):
        latest = client.get(f"/_ses/messages/latest{part}")
        named = client.get(f"/_ses/messages/{id}{part}")
        assert latest.status_code == named.status_code == 200
        assert latest.data == named.data
        assert latest.headers == named.headers
    assert client.delete("/_ses/messages/latest").json == {"deleted": 1}
    assert listed(client) == ["Hello"]


@pytest.mark.parametrize("id", ["latest", "0100-no", "é%20x", "%00", "a" * 5000])
def test_no_such_message(client: Client, id: str) -> None:
    for part in ("", "/raw", "/html", "/text", "/attachments/0"):
        answer = client.get(f"/_ses/messages/{id}{part}")
        assert answer.status_code == 404
        assert "message" in error(answer).lower()
    assert client.delete(f"/_ses/messages/{id}").status_code == 404


def test_raw(box: Box, client: Client) -> None:
    raw = b"Subject: 8 bit \xff\nX: \0\r\n\r\nbody\r\nwithout end\n\xfe"
    id = box.add(raw=raw)
    composed = f"/_ses/messages/{id}/raw?form=composed"
    answer = client.get(composed)
    assert answer.data == raw
    assert answer.headers["Content-Type"] == "message/rfc822"
    assert answer.headers["Content-Disposition"] == f"inline; filename={id}.eml"
    assert answer.content_length == len(raw)
    head = client.head(composed)
    assert (head.status_code, head.content_length, head.data) == (200, len(raw), b"")
    delivered = client.get(f"/_ses/messages/{id}/raw")
    assert delivered.data == client.get(f"/_ses/messages/{id}/raw?form=delivered").data
    assert delivered.data.startswith(b"DKIM-Signature: ") and delivered.data.endswith(raw)
    assert error(client.get(f"/_ses/messages/{id}/raw?form=sent")) == (
        "form is 'sent': use one of delivered, composed."
    )


def test_message_that_cannot_be_parsed_is_shown(box: Box, client: Client) -> None:
    raw = b"Subject: Broken\nContent-Type: multipart/mixed; boundary=x\n\nno parts at all \xff"
    id = box.add(raw=raw)
    message = got(client, f"messages/{id}")
    assert "multipart/mixed" in message["parse_error"]
    assert {"name": "Subject", "value": "Broken"} in message["headers"]
    assert client.get(f"/_ses/messages/{id}/raw").data.endswith(raw)
    assert client.get(f"/_ses/messages/{id}/text").status_code == 404
    assert listed(client) == ["Hello"]


def test_html(box: Box, client: Client) -> None:
    id = box.add(raw=rich())
    answer = client.get(f"/_ses/messages/{id}/html")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "data:image/png;base64," in answer.text and "Rich" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy and "default-src 'none'" in policy
    assert "allow-scripts" not in policy and "allow-same-origin" not in policy
    plain = client.get(f"/_ses/messages/{box.add()}/html")
    assert plain.status_code == 404
    assert "has no HTML" in error(plain)


def test_text(box: Box, client: Client) -> None:
    answer = client.get(f"/_ses/messages/{box.add(raw=rich())}/text")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.data.decode("utf-8").rstrip() == "Just text, ä"
    only_html = b"Content-Type: text/html\r\n\r\n<p>Hello"
    missing = client.get(f"/_ses/messages/{box.add(raw=only_html)}/text")
    assert missing.status_code == 404
    assert "has no text" in error(missing)


@pytest.mark.parametrize(
    ("n", "type", "disposition", "content"),
    [
        (0, "image/png", "attachment; filename=dot.png", b"\x89PNG"),
        (
            1,
            "text/csv",
            'attachment; filename="Uber \\"uns\\" .csv"; '
            "filename*=UTF-8''%C3%9Cber%20%22uns%22%20%E2%82%AC.csv",
            b"a;b",
        ),
        (2, "application/octet-stream", None, b"<script>"),
        (3, "application/pdf", "attachment; filename=bill.pdf", b"%PDF"),
    ],
)
def test_attachment(
    box: Box, client: Client, n: int, type: str, disposition: str | None, content: bytes
) -> None:
    answer = client.get(f"/_ses/messages/{box.add(raw=rich())}/attachments/{n}")
    assert answer.data == content
    assert answer.headers["Content-Type"] == type
    given = answer.headers["Content-Disposition"]
    assert given.startswith("attachment;") and "/" not in given
    assert disposition is None or given == disposition
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "type", ["text/html", "image/svg+xml", "application/xml", "application/xhtml+xml", "TEXT/HTML"]
)
def test_attachment_types_that_a_browser_runs(box: Box, client: Client, type: str) -> None:
    raw = f"Content-Type: {type}; name=a\r\nContent-Disposition: attachment\r\n\r\n<x/>"
    answer = client.get(f"/_ses/messages/{box.add(raw=raw.encode())}/attachments/0")
    assert answer.headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "name", ["a%0D%0ASet-Cookie: b", "%FF%FE", "%E2%80%A8", "x" * 300 + ".txt"]
)
def test_attachment_names_that_a_header_cannot_hold(box: Box, client: Client, name: str) -> None:
    raw = (
        "Content-Type: application/pdf\r\n"
        f"Content-Disposition: attachment; filename*=utf-8''{name.replace(' ', '%20')}\r\n\r\nx"
    )
    answer = client.get(f"/_ses/messages/{box.add(raw=raw.encode())}/attachments/0")
    assert answer.status_code == 200
    assert len(answer.headers["Content-Disposition"]) < 1000
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("n", ["4", "-1", "00", "x", "9" * 5000, "%D9%A3"])
def test_no_such_attachment(box: Box, client: Client, n: str) -> None:
    answer = client.get(f"/_ses/messages/{box.add(raw=rich())}/attachments/{n}")
    assert answer.status_code == 404
    assert "has no attachment" in error(answer)


def test_delete(box: Box, client: Client) -> None:
    ids = [box.add(f"mail {number}") for number in range(3)]
    assert client.delete(f"/_ses/messages/{ids[1]}").json == {"deleted": 1}
    assert listed(client) == ["mail 2", "mail 0"]
    assert client.delete(f"/_ses/messages/{ids[1]}").status_code == 404
    assert client.delete("/_ses/messages").json == {"deleted": 2}
    assert client.delete("/_ses/messages").json == {"deleted": 0}


def test_reset(box: Box, client: Client) -> None:
    box.add()
    assert client.post("/_ses/reset").json == {"status": "reset"}
    assert client.post("/_ses/reset", data={"ignored": "form"}).status_code == 200
    assert listed(client) == []


def test_reading_changes_nothing(box: Box, client: Client) -> None:
    id = box.add(raw=rich())
    number = box.changes.number

    def state() -> list[Any]:
        with box.instance.database.reading() as connection:
            return [
                connection.execute(f"SELECT * FROM {table}").fetchall()
                for table in ("raw", "messages", "recipients", "events", "documents", "sendings")
            ]

    client.get(f"/_ses/messages/{id}/raw")  # the key to sign with is made for the first who looks

    before = state()
    for path in ("", f"/{id}", f"/{id}/raw", f"/{id}/html", f"/{id}/text", f"/{id}/attachments/0"):
        for _ in range(2):
            assert client.get(f"/_ses/messages{path}").status_code == 200
    assert state() == before
    assert box.changes.number == number


def test_json_is_ascii_and_keeps_the_order_of_the_document(box: Box, client: Client) -> None:
    box.add(subject="Grüße \N{GRINNING FACE}", text="broken")
    data = client.get("/_ses/messages").data
    assert data.isascii()
    (message,) = json.loads(data)["messages"]
    assert list(message)[:4] == ["id", "account", "region", "received"]
    assert message["subject"] == "Grüße \N{GRINNING FACE}"
