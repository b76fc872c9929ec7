"""The list as the inbox uses it: searched, gone through, marked, deleted, taken away."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from flask.testing import FlaskClient

from ses_emulator.mail.delivered import delivered
from ses_emulator.store.query import Filters
from tests.server.conftest import NOON, Box, Client, error


def got(client: Client, query: str = "") -> Any:
    """One page of the list."""
    answer = client.get(f"/_ses/messages?{query}")
    assert answer.status_code == 200, answer.json
    return answer.json


def subjects(client: Client, search: str, **more: Any) -> list[str]:
    """The subjects of the messages that a search finds, newest first."""
    answer = client.get("/_ses/messages", query_string={"search": search, **more})
    assert answer.status_code == 200, answer.json
    found = answer.json
    assert found is not None and found["total"] == len(found["messages"])
    return [each["subject"] for each in found["messages"]]


@pytest.fixture
def mails(box: Box) -> Box:
    """Three messages and a refused call."""
    box.add("Order 1", "A purple elephant", cc=["Bob <bob@example.net>"])
    box.add(
        "Order 2",
        "A green elephant",
        to="eve@example.net",
        sender="Boss <boss@example.com>",
        status="bounced",
        configuration_set="main",
        template="receipt",
        tags={"stage": "live", "x": ""},
        account="111122223333",
        region="eu-west-1",
        api="smtp",
        bcc=["hidden@example.net"],
    )
    box.add(
        "Bill",
        raw=b"Subject: Bill\r\nContent-Type: application/pdf; name=a.pdf\r\n"
        b"Content-Disposition: attachment\r\n\r\n" + b"x" * 2000,
    )
    box.add(
        "Refused",
        raw=b"",
        status="failed",
        error={"code": "Throttling", "message": "Maximum sending rate exceeded."},
    )
    return box


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", ["Bill", "Order 2", "Order 1"]),
        ("elephant", ["Order 2", "Order 1"]),
        ("ELEPH", ["Order 2", "Order 1"]),
        ("eleph green", []),
        ('"purple elephant"', ["Order 1"]),
        ("-elephant", ["Bill"]),
        ("elephant -purple", ["Order 2"]),
        ('-"purple elephant" -bill', ["Order 2"]),
        ("body:eleph", ["Order 2", "Order 1"]),
        ("body:order", []),
        ("-body:purple", ["Bill", "Order 2"]),
        ("elephant -body:purple", ["Order 2"]),
        ("order", ["Order 2", "Order 1"]),
        ("x", []),
        ("every", []),
        ("subject:rder", ["Order 2", "Order 1"]),
        ("-subject:order", ["Bill"]),
        ("to:@example.net", ["Order 2"]),
        ("to:hidden@EXAMPLE.net", ["Order 2"]),
        ("to:idden@example.net", []),
        ("-to:ada", ["Order 2"]),
        ("from:boss", ["Order 2"]),
        ("from:bounces@example.com", ["Bill", "Order 2", "Order 1"]),
        ("cc:bob", ["Order 1"]),
        ("cc:ada", []),
        ("-cc:bob", ["Bill", "Order 2"]),
        ("has:attachment", ["Bill"]),
        ("-has:attachment", ["Order 2", "Order 1"]),
        ("is:unread", ["Bill", "Order 2", "Order 1"]),
        ("is:read", []),
        ("is:failed", ["Refused"]),
        ("status:failed", ["Refused"]),
        ("status:bounced", ["Order 2"]),
        ("-status:bounced", ["Bill", "Order 1"]),
        ("event:delivery", ["Bill", "Order 2", "Order 1"]),
        ("event:bounce", []),
        ("set:main", ["Order 2"]),
        ("-set:main", ["Bill", "Order 1"]),
        ("template:receipt", ["Order 2"]),
        ("tag:stage", ["Order 2"]),
        ("tag:stage=live", ["Order 2"]),
        ("tag:stage=liv", []),
        ("tag:x=", ["Order 2"]),
        ("-tag:stage=live", ["Bill", "Order 1"]),
        ("api:smtp", ["Order 2"]),
        ("account:111122223333", ["Order 2"]),
        ("region:eu-west-1", ["Order 2"]),
        ("after:2025-06-15T15:06:42Z", ["Bill", "Order 2"]),
        ("before:2025-06-15T15:06:42Z", ["Order 1"]),
        ("larger:1k", ["Bill"]),
        ("smaller:1k", ["Order 2", "Order 1"]),
        ("0100000000000002-id-000000", ["Order 2"]),
        ("id:0100000000000002-id-000000", ["Order 2"]),
        ("subject:order from:boss elephant", ["Order 2"]),
    ],
)
def test_search(mails: Box, client: Client, search: str, found: list[str]) -> None:
    assert subjects(client, search) == found


def test_refused_calls_are_listed_if_they_are_asked_for(mails: Box, client: Client) -> None:
    assert got(client, "failed=true")["total"] == 4
    assert got(client, "failed=false")["total"] == 3
    assert subjects(client, "-elephant", failed="true") == ["Refused", "Bill"]
    assert subjects(client, "throttling", failed="true") == ["Refused"]
    assert subjects(client, "throttling") == []
    assert [each["subject"] for each in got(client, "status=failed")["messages"]] == ["Refused"]
    assert client.delete("/_ses/messages?search=subject:e").json == {"deleted": 2}
    assert client.delete("/_ses/messages").json == {"deleted": 1}
    assert got(client, "failed=true")["total"] == 1
    assert client.delete("/_ses/messages?search=is:failed").json == {"deleted": 1}


def test_terms(mails: Box, client: Client) -> None:
    text = '\N{GRINNING FACE} -from:"The Shop" x to:'
    answer = client.get("/_ses/messages", query_string={"search": text})
    assert answer.json is not None
    assert answer.json["terms"] == [
        {
            "text": '-from:"The Shop"',
            "operator": "from",
            "value": "The Shop",
            "negated": True,
            "start": 3,
            "end": 19,
        },
        {"text": "x", "operator": None, "value": "x", "negated": False, "start": 20, "end": 21},
    ]


def test_offset(box: Box, client: Client) -> None:
    for number in range(7):
        box.add(f"mail {number}")
    box.add("other")
    page = got(client, "subject=mail&offset=2&limit=3")
    assert [each["subject"] for each in page["messages"]] == ["mail 4", "mail 3", "mail 2"]
    assert (page["total"], page["unread"]) == (7, 7)
    page = got(client, f"subject=mail&offset=1&limit=3&after={page['next']}")
    assert [each["subject"] for each in page["messages"]] == ["mail 0"]
    assert (page["total"], page["next"]) == (7, None)
    page = got(client, "offset=100")
    assert (page["messages"], page["total"], page["next"]) == ([], 8, None)


def test_more_than_are_listed_at_once(box: Box, client: Client) -> None:
    with box.instance.database.attempt():
        for number in range(4500):
            box.add(f"mail {number}", raw=b"Subject: x\r\n\r\nx")
    page = got(client, "limit=1&offset=4499")
    assert [each["subject"] for each in page["messages"]] == ["mail 0"]
    assert page["total"] == page["unread"] == 4500


def test_mark(mails: Box, client: Client) -> None:
    def mark(**body: Any) -> Any:
        answer = client.post("/_ses/messages/mark", json=body)
        assert answer.status_code == 200, answer.json
        return answer.json

    ids = [each["id"] for each in got(client)["messages"]]
    for path in (f"/{ids[0]}", f"/{ids[0]}/raw"):
        client.get(f"/_ses/messages{path}")
    assert got(client)["unread"] == 3
    assert mark(ids=[ids[0], "unknown"], unread=False) == {"marked": 1}
    assert client.get(f"/_ses/messages/{ids[0]}").json["unread"] is False  # type: ignore[index]
    assert [each["unread"] for each in got(client)["messages"]] == [False, True, True]
    assert subjects(client, "is:unread") == ["Order 2", "Order 1"]
    assert (got(client, "limit=1")["unread"], got(client)["unread"]) == (2, 2)
    assert mark(search="elephant", unread=False) == {"marked": 2}
    assert got(client)["unread"] == 0
    assert mark(ids=[ids[2]], unread=True) == {"marked": 1}
    assert subjects(client, "is:unread") == ["Order 1"]
    assert got(client, "failed=true")["unread"] == 2
    assert mark(search="", unread=True) == {"marked": 3}
    assert mark(search="", failed=True, unread=False) == {"marked": 4}
    page = got(client, "failed=true")
    assert (page["total"], page["unread"]) == (4, 0)


def test_what_is_unread_stays_so(mails: Box, client: Client) -> None:
    """When the index, events and new mail come to a message that is marked."""
    client.post("/_ses/messages/mark", json={"search": "", "unread": False})
    mails.indexer.catch_up()
    id = got(client, "subject=Order+1")["messages"][0]["id"]
    client.post(f"/_ses/messages/{id}/events", json={"type": "open"})
    mails.add("New")
    assert subjects(client, "is:unread") == ["New"]
    assert subjects(client, "status:opened event:open") == ["Order 1"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "unread has to be true or false"),
        ({"ids": [], "unread": 1}, "unread has to be true or false"),
        ({"unread": True}, "Give either ids or a search"),
        ({"ids": [], "search": "", "unread": True}, "Give either ids or a search"),
        ({"ids": "a", "unread": True}, "ids has to be a list"),
        ({"ids": [1], "unread": True}, "ids has to be a list"),
        ({"search": 1, "unread": True}, "search has to be text"),
        ({"search": "***", "unread": True}, "'***' has no letter or digit"),
        ({"search": "to:", "unread": True}, "to: has no value"),
        ({"search": "a\0", "unread": True}, "has a NUL in it"),
        ({"search": "a", "unread": True, "failed": 1}, "so has failed"),
        ({"search": "a", "unread": True, "colour": 1}, "'colour' is not known: use ids, search,"),
    ],
)
def test_bad_marks(mails: Box, client: Client, body: Any, told: str) -> None:
    answer = client.post("/_ses/messages/mark", json=body)
    assert answer.status_code == 400
    assert told in error(answer)
    assert got(client)["unread"] == 3


def test_delete(mails: Box, client: Client) -> None:
    ids = [each["id"] for each in got(client, "failed=true")["messages"]]
    query = f"id={ids[0]}&id={ids[3]}&id=unknown"
    assert client.delete(f"/_ses/messages?{query}").json == {"deleted": 2}
    assert subjects(client, "", failed="true") == ["Bill", "Order 2"]
    assert client.delete("/_ses/messages?search=green").json == {"deleted": 1}
    assert subjects(client, "") == ["Bill"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("search=", "search is '': write a term, or leave it out."),
        ("search=+", "search is ' ': write a term"),
        ("search=***", "'***' has no letter or digit"),
        ("search=-", "'-' has no letter or digit"),
        ("search=to:", "to: has no value"),
        ("search=status:bounced+to:", "to: has no value"),
        ("q=***", "q is '***': use at least one word."),
        ("q=%22", "use at least one word."),
        ("id=", "id is empty"),
        ("id=a&id=", "id is empty"),
    ],
)
@pytest.mark.parametrize("path", ["messages", "messages.zip"])
def test_nothing_is_not_everything(
    mails: Box, client: Client, path: str, query: str, told: str
) -> None:
    method = "DELETE" if path == "messages" else "GET"
    answer = client.open(f"/_ses/{path}?{query}", method=method)
    assert answer.status_code == 400
    assert told in error(answer)
    assert got(client)["total"] == 3


def archived(client: Client, query: str = "") -> dict[str, bytes]:
    """The files of an archive."""
    answer = client.get(f"/_ses/messages.zip?{query}")
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"] == "attachment; filename=messages.zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def test_zip(mails: Box, client: Client) -> None:
    files = archived(client, "search=order")
    assert list(files) == ["2025-06-15 15.06.42 Order 2.eml", "2025-06-15 15.06.41 Order 1.eml"]
    stored = mails.instance.messages.find("0100000000000001-id-000000")
    assert stored is not None
    assert files["2025-06-15 15.06.41 Order 1.eml"] == delivered(mails.instance, stored)
    assert list(archived(client, f"id={stored.id}")) == ["2025-06-15 15.06.41 Order 1.eml"]
    assert len(archived(client)) == 3
    assert archived(client, "search=nothing") == {}


def test_names_in_the_zip(box: Box, client: Client) -> None:
    for subject in ("A/B\u202e*?", "a_b_", "..", "", "x" * 200, "Grüße \ud800", "Grüße \ud800"):
        box.add(subject.encode("utf-8", "replace").decode(), received=NOON)
    box.add("Long ago", received=0.0)
    time = "2025-06-15 15.06.40"
    assert list(archived(client)) == [
        "1970-01-01 00.00.00 Long ago.eml",
        f"{time} Grüße _.eml",
        f"{time} Grüße _ (2).eml",
        f"{time} {'x' * 80}.eml",
        f"{time} no subject.eml",
        f"{time} no subject (2).eml",
        f"{time} a_b_.eml",
        f"{time} A_B_ (2).eml",
    ]


def test_zip_comes_piece_by_piece(box: Box, client: Client) -> None:
    """Nothing is read that nobody takes, so that all of it is never in memory."""
    for number in range(250):
        box.add(f"mail {number}")
    plain = FlaskClient(client.application, client.application.response_class)
    with plain.get("/_ses/messages.zip") as answer:
        pieces = answer.iter_encoded()
        first = next(pieces)
        assert b"mail 249" in first and b"mail 248" not in first
        box.instance.messages.delete(Filters(subject="mail 0"))
        data = first + b"".join(pieces)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert len(archive.namelist()) == 249


@pytest.mark.parametrize(
    ("text", "cursor", "start", "end", "values"),
    [
        ("st", None, 0, 2, ["status:"]),
        ("-st", None, 1, 3, ["status:"]),
        ("a st b", 4, 2, 4, ["status:"]),
        ("S", None, 0, 1, ["subject:", "status:", "set:", "smaller:"]),
        ("nothing", None, 0, 7, []),
        ('"st', None, 0, 3, []),
        ("status:bou", None, 7, 10, ["bounced"]),
        ("status:bou", 3, 0, 7, ["status:"]),
        ("status:bounced", 9, 7, 14, ["bounced"]),
        ("event:ren", None, 6, 9, ['"Rendering Failure"']),
        ("is:", None, 3, 3, ["unread", "read", "failed"]),
        ("has:", None, 4, 4, ["attachment"]),
        ("set:", None, 4, 4, ["main"]),
        ("template:r", None, 9, 10, ["receipt"]),
        ("template:x", None, 9, 10, []),
        ("account:", None, 8, 8, ["000000000000", "111122223333"]),
        ("region:eu", None, 7, 9, ["eu-west-1"]),
        ("api:s", None, 4, 5, ["smtp", "ses"]),
        ("to:hid", None, 3, 6, ["hidden@example.net"]),
        ("to:example.net", None, 3, 14, ["eve@example.net", "hidden@example.net"]),
        ("from:boss", None, 5, 9, ["boss@example.com"]),
        ("cc:BOB", None, 3, 6, ["bob@example.net"]),
        ("tag:", None, 4, 4, ["stage=live", "x="]),
        ("tag:li", None, 4, 6, ["stage=live"]),
        ("after:t", None, 6, 7, ["today", "yesterday"]),
        ("larger:", None, 7, 7, ["10k", "100k", "1MB", "10MB"]),
        ("subject:x", None, 8, 9, []),
        ("\N{GRINNING FACE} st", None, 3, 5, ["status:"]),
        ("\N{GRINNING FACE} st", 4, 3, 5, ["subject:", "status:", "set:", "smaller:"]),
    ],
)
def test_completions(
    mails: Box,
    client: Client,
    text: str,
    cursor: int | None,
    start: int,
    end: int,
    values: list[str],
) -> None:
    query = {"text": text} if cursor is None else {"text": text, "cursor": cursor}
    answer = client.get("/_ses/search", query_string=query).json
    assert answer is not None
    assert [each["text"] for each in answer["values"]] == values
    assert (answer["start"], answer["end"]) == (start, end)


def test_all_operators_are_offered_where_a_word_begins(client: Client) -> None:
    for query in ("", "?text=", "?text=a+", "?text=a++b&cursor=2"):
        answer = client.get(f"/_ses/search{query}").json
        assert answer is not None
        assert len(answer["values"]) == 20
        assert all(each["text"].endswith(":") and each["hint"] for each in answer["values"])
        assert answer["start"] == answer["end"]
    assert "cursor is '-1'" in error(client.get("/_ses/search?text=a&cursor=-1"))


def test_hints_of_addresses(mails: Box, client: Client) -> None:
    answer = client.get("/_ses/search?text=from:bos").json
    assert answer is not None
    assert answer["values"] == [{"text": "boss@example.com", "hint": "Boss"}]
