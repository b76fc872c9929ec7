"""The event stream over a real socket."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import pytest

from ses_emulator.server import stream, waiting
from ses_emulator.store import changes
from tests.server.conftest import Box, Client, Serve


@dataclass
class Frame:
    """One event, or a frame without one."""

    id: str | None
    event: str | None
    data: Any
    lines: list[str]


class Reader:
    """Reads the frames of an open stream."""

    def __init__(self, response: HTTPResponse) -> None:
        self.response = response

    def frame(self) -> Frame | None:
        """The next frame, None at the end."""
        lines = []
        while line := self.response.readline().decode().rstrip("\n"):
            lines.append(line)
        if not lines:
            return None
        fields = dict(line.split(": ", 1) for line in lines)
        data = fields.get("data")
        return Frame(fields.get("id"), fields.get("event"), data and json.loads(data), lines)

    def event(self) -> Frame:
        """The next frame that is an event."""
        while frame := self.frame():
            if frame.event:
                return frame
        raise AssertionError("the stream ended")


@contextmanager
def streaming(port: int, last: str | None = None, status: int = 200) -> Iterator[Reader]:
    """An open stream, resumed after the event ``last``."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        headers = {} if last is None else {"Last-Event-ID": last}
        connection.request("GET", "/_ses/stream", headers=headers)
        response = connection.getresponse()
        assert response.status == status
        yield Reader(response)
        response.close()
    finally:
        connection.close()


def test_it_begins_at_once(box: Box, serve: Serve) -> None:
    box.add("before")
    with streaming(serve()) as reader:
        assert reader.response.headers["Content-Type"].startswith("text/event-stream")
        assert reader.response.headers["Cache-Control"] == "no-cache"
        first = reader.frame()
        assert first is not None
        assert first.lines == ["retry: 1000", f"id: {box.changes.token(1)}"]


def test_what_happens_is_told(box: Box, client: Client, serve: Serve) -> None:
    with streaming(serve()) as reader:
        reader.frame()
        id = box.add()
        frame = reader.event()
        listed = client.get("/_ses/messages").json
        assert listed is not None
        assert (frame.event, frame.data) == ("message", listed["messages"][0])
        box.changes.publish("event", 2)
        frame = reader.event()
        read = client.get(f"/_ses/messages/{id}").json
        assert read is not None
        assert frame.event == "event"
        assert frame.data and read["events"][1] == {**read["events"][1], **frame.data}
        client.delete("/_ses/messages")
        frame = reader.event()
        assert (frame.event, frame.data) == ("deleted", {"ids": [id]})
        box.changes.publish("deleted", None)
        frame = reader.event()
        assert (frame.event, frame.data) == ("deleted", {"ids": None})
        client.post("/_ses/reset")
        frame = reader.event()
        assert (frame.event, frame.data) == ("reset", {})
        assert frame.id == box.changes.token(5)


def test_what_is_gone_is_passed_over(box: Box, serve: Serve) -> None:
    start = box.changes.token(0)
    box.add("gone", id="gone")
    box.changes.publish("event", 1)
    box.clear()
    with streaming(serve(), start) as reader:
        assert reader.event().event == "reset"


def test_it_resumes(box: Box, serve: Serve) -> None:
    port = serve()
    with streaming(port) as reader:
        first = reader.frame()
        assert first is not None
    for subject in ("one", "two", "three"):
        box.add(subject)
    with streaming(port, first.id) as reader:
        frames = [reader.event() for _ in range(3)]
    assert [frame.data["subject"] for frame in frames] == ["one", "two", "three"]
    with streaming(port, frames[1].id) as reader:
        assert reader.event().data["subject"] == "three"
    with streaming(port, frames[2].id) as reader:
        box.add("four")
        assert reader.event().data["subject"] == "four"


@pytest.mark.parametrize("last", ["x", "12345678-1", "é", "{instance}-99", "{instance}-"])
def test_it_cannot_resume_from_elsewhere(box: Box, serve: Serve, last: str) -> None:
    box.add()
    instance = box.changes.token(0).removesuffix("-0")
    with streaming(serve(), last.format(instance=instance)) as reader:
        frame = reader.event()
        assert (frame.event, frame.id) == ("reset", box.changes.token(1))
        box.add("next")
        assert reader.event().data["subject"] == "next"


def test_it_cannot_resume_from_long_ago(box: Box, serve: Serve) -> None:
    for _ in range(changes.KEPT + 1):
        box.changes.publish("deleted", ["x"])
    with streaming(serve(), box.changes.token(0)) as reader:
        frame = reader.event()
        assert (frame.event, frame.id) == ("reset", box.changes.token(changes.KEPT + 1))


def test_heartbeat(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.01)
    with streaming(serve()) as reader:
        reader.frame()
        frame = reader.response.readline()
        assert frame == b": still here\n"


def test_it_ends_with_the_instance(box: Box, serve: Serve) -> None:
    with streaming(serve()) as reader:
        reader.frame()
        assert box.changes.waiting.wait(30)
        box.changes.close()
        assert reader.frame() is None


def test_a_client_that_reads_nothing_does_not_keep_the_instance(box: Box, serve: Serve) -> None:
    with streaming(serve()) as reader:
        reader.frame()
        for _ in range(300):
            box.changes.publish("deleted", ["x" * 50_000])
        box.changes.close()
        start = time.monotonic()
        serve.stop()
        assert time.monotonic() - start < 10


def test_places_are_limited_and_given_back(
    box: Box, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "OPEN_REQUESTS", 2)
    port = serve()
    with streaming(port) as first, streaming(port):
        first.frame()
        with streaming(port, status=503) as refused:
            error = json.loads(refused.response.read())["error"]
            assert "2 streams" in error
    assert_place_is_free(port, box)


def test_clients_that_went_hold_no_place(
    box: Box, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "OPEN_REQUESTS", 1)
    monkeypatch.setattr(waiting, "HEARTBEAT", 0.01)
    port = serve()
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/_ses/messages?wait=300")
    assert box.changes.waiting.wait(30)
    with streaming(port, status=503):
        connection.close()
    assert_place_is_free(port, box)


def assert_place_is_free(port: int, box: Box) -> None:
    """The server may see late that a client went; each try takes as long as a request."""
    for _ in range(1000):
        box.changes.publish("deleted", ["x"])
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/_ses/stream")
        status = connection.getresponse().status
        connection.close()
        if status == 200:
            return
    raise AssertionError(f"the last of many tries was answered {status}")


def test_head_holds_no_place(client: Client) -> None:
    for _ in range(2 * stream.OPEN_REQUESTS):
        assert client.head("/_ses/stream").status_code == 200
