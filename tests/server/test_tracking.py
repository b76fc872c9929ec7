"""What opening and clicking does: over sockets, with the path as it stands on the wire."""

from __future__ import annotations

import http.client
import re
import struct
import time
from email.message import EmailMessage
from urllib.parse import quote

import pytest

from ses_emulator.mail.tracking import Tracking, tracked
from ses_emulator.store.events import Event
from tests.server.conftest import Box, Client, Serve, error

BASE = "http://mail.test"
PLAN = Tracking(opens=True, clicks=True)
TARGETS = [
    "http://example.com",
    "https://example.com/",
    "HTTP://Example.COM:80/",
    "http://x/?a=b%20c&d=%2F",
    "http://x/%2F%2f/%252F//a/../b;c?d=e&amp=f&g=%26#h?i/j",
    "http://x/%E6%97%A5%E6%9C%AC%ff%00",
    "https://user:password@[2001:db8::1]:8443/~a!$'()*+,:@",
    "http://x?",
    "http://x:/#",
    "http://x/1/0100-a-000000/bbbbbbbbbbbbbbbbbbbbbbbbbbb=1",
]


def capture(box: Box, *hrefs: str, plan: Tracking | None = PLAN, age: float = 0) -> tuple[str, str]:
    """Capture a tracked message that has these links; its id and its HTML as it is delivered."""
    mail = EmailMessage()
    mail["Subject"] = "Links"
    page = "\n".join(f'<a ses:tags="n:{n};" href="{href}">x</a>' for n, href in enumerate(hrefs))
    mail.set_content(page, subtype="html", cte="8bit")
    id = box.add(
        raw=mail.as_bytes(),
        tracking=plan.to_document() if plan else None,
        received=time.time() - age,
        bcc=["bob@example.com"],
    )
    return id, tracked(mail.as_bytes(), PLAN, BASE, id).decode()


def urls(page: str) -> list[str]:
    """The paths of the tracked links, and last the pixel's."""
    return re.findall(rf'"{BASE}(/[^"]*)"', page)


def happened(box: Box, id: str) -> list[Event]:
    """The opens and clicks of a message."""
    stored = box.instance.messages.find(id)
    assert stored
    events = box.instance.messages.events(stored.seq)
    return [event for event in events if event.type in ("Open", "Click")]


def ask(
    port: int, path: str, method: str = "GET", headers: dict[str, str] | None = None
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, headers={"User-Agent": "Mail/1.0", **(headers or {})})
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def test_links_lead_where_they_led(box: Box, serve: Serve) -> None:
    id, page = capture(box, *(target.replace("&", "&amp;") for target in TARGETS))
    *links, _ = urls(page)
    port = serve()
    started = time.time()
    for link in links:
        answer, body = ask(port, link)
        assert (answer.status, body) == (302, b"")
        assert answer.headers["Location"] == TARGETS[links.index(link)]
        assert answer.headers["Cache-Control"] == "no-store"
    events = happened(box, id)
    assert [event.type for event in events] == ["Click"] * len(TARGETS)
    for number, event in enumerate(events):
        moment = event.detail.pop("timestamp")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", moment)
        assert started - 1 < event.timestamp < time.time() + 1
        assert event.recipients == ["ada@example.com", "bob@example.com"]
        assert event.detail == {
            "ipAddress": "127.0.0.1",
            "userAgent": "Mail/1.0",
            "link": TARGETS[number],
            "linkTags": {"n": [str(number)]},
        }
    stored = box.instance.messages.find(id)
    assert stored and stored.status == "clicked"


def test_the_pixel(box: Box, serve: Serve) -> None:
    id, page = capture(box)
    [pixel] = urls(page)
    answer, body = ask(serve(), pixel)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "image/gif"
    assert answer.headers["Cache-Control"] == "no-store"
    assert body.startswith(b"GIF89a" + struct.pack("<HH", 1, 1))
    # The extension block tells which colour is transparent, and the one pixel has it.
    assert body[19:24] == b"\x21\xf9\x04\x01\x00"
    [event] = happened(box, id)
    assert event.type == "Open"
    assert event.recipients == ["ada@example.com", "bob@example.com"]
    assert {**event.detail, "timestamp": ""} == {
        "ipAddress": "127.0.0.1",
        "userAgent": "Mail/1.0",
        "timestamp": "",
    }


def test_each_time_counts(box: Box, client: Client) -> None:
    id, page = capture(box, "http://a/")
    link, pixel = urls(page)
    for path, status in ((link, 302), (pixel, 200), (link, 302), (pixel, 200)):
        assert client.get(path).status_code == status
    assert [event.type for event in happened(box, id)] == ["Click", "Open", "Click", "Open"]


def test_head_counts_nothing(box: Box, serve: Serve) -> None:
    id, page = capture(box, "http://a/")
    link, pixel = urls(page)
    port = serve()
    answer, _ = ask(port, link, "HEAD")
    assert (answer.status, answer.headers["Location"]) == (302, "http://a/")
    answer, _ = ask(port, pixel, "HEAD")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/gif")
    assert happened(box, id) == []


def test_after_60_days_links_work_and_nothing_counts(box: Box, client: Client) -> None:
    day = 24 * 3600
    for age, counted in ((59 * day, 2), (61 * day, 0)):
        id, page = capture(box, "http://a/", age=age)
        link, pixel = urls(page)
        assert client.get(link).headers["Location"] == "http://a/"
        assert client.get(pixel).status_code == 200
        assert len(happened(box, id)) == counted


def test_paths_of_an_own_domain(box: Box, serve: Serve) -> None:
    id, page = capture(box, "http://a/")
    link, pixel = urls(page)
    port = serve()
    host = {"Host": "click.example.com"}
    answer, _ = ask(port, f"/C{link[1:]}", headers=host)
    assert (answer.status, answer.headers["Location"]) == (302, "http://a/")
    assert ask(port, f"/C{pixel[1:]}", headers=host)[0].status == 200
    assert [event.type for event in happened(box, id)] == ["Click", "Open"]


def test_a_way_that_decodes_the_path_does_no_harm(box: Box, serve: Serve) -> None:
    _, page = capture(box, "https://a/b?c=d")
    link, _ = urls(page)
    for changed in (
        link.replace("https:%2F%2Fa%2Fb", "https://a/b"),
        link.replace(":", "%3A").replace("=d", "%3Dd"),
        link.replace("%2F", "%2f"),
    ):
        assert changed != link
        answer, _ = ask(serve(), changed)
        assert answer.headers["Location"] == "https://a/b?c=d"


def test_no_open_redirector(box: Box, client: Client) -> None:
    id, page = capture(box, "http://a/", "http://b/")
    other, evil = capture(box, "http://evil.example/")
    first, second, pixel = urls(page)
    theirs, *_ = urls(evil)
    _, _, target, n, _, token = first.split("/")
    paths = [
        f"/L0/{quote('http://evil.example/', safe='')}/{n}/{id}/{token}",
        f"/L0/{target}/{n}/{other}/{token}",
        first.replace("a%2F", "b%2F"),
        first.replace("a%2F", "a"),
        theirs.replace(other, id),
        first[:-1] + "2",
        first[:-1],
        first + "/",
        f"/L0/{target}/{n}/latest/{token}",
        f"/L0/{target}/{n}/unknown/{token}",
        f"/L0//{n}/{id}/{token}",
        f"/L0/{target}/{id}/{token}",
        "/L0/http:%2F%2Fevil.example%2F",
        pixel[:-1] + "1",
        pixel[:-3],
        f"/I0/latest/{pixel.rpartition('/')[2]}",
        f"/I0/{other}/{pixel.rpartition('/')[2]}",
    ]
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert "Location" not in answer.headers
        assert "\n" not in error(answer)
    assert happened(box, id) == happened(box, other) == []
    assert error(client.get(paths[0])) == (
        f"Message '{id}' has no such link: it is not complete, or was changed."
    )
    assert "is tracked" in error(client.get(paths[9]))
    assert client.get(second).status_code == 302


def test_what_is_not_tracked(box: Box, client: Client) -> None:
    for plan, found in (
        (None, [404, 404]),
        (Tracking(True, False), [404, 200]),
        (Tracking(False, True), [302, 404]),
    ):
        id, page = capture(box, "http://a/", plan=plan)
        assert [client.get(path).status_code for path in urls(page)] == found
        assert len(happened(box, id)) == 2 - found.count(404)


def test_links_of_deleted_messages(box: Box, client: Client) -> None:
    id, page = capture(box, "http://a/")
    assert client.delete(f"/_ses/messages/{id}").status_code == 200
    for path in urls(page):
        answer = client.get(path)
        assert answer.status_code == 404
        assert error(answer).startswith(f"No message '{id}' is tracked: it was deleted")


@pytest.mark.parametrize(("size", "status"), [(7000, 302), (8193, 400)])
def test_headers_that_are_too_large(box: Box, client: Client, size: int, status: int) -> None:
    id, page = capture(box, "http://a/")
    link, _ = urls(page)
    answer = client.get(link, headers={"X-Large": "x" * size})
    assert answer.status_code == status
    assert len(happened(box, id)) == (status == 302)
    if status == 400:
        assert "at most 8192" in error(answer)


def test_other_methods(box: Box, client: Client) -> None:
    id, page = capture(box, "http://a/")
    for path in urls(page):
        assert client.post(path).status_code == 405
    assert happened(box, id) == []
