"""What is refused before an operation sees it, and how errors are worded."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from ses_emulator.server import inspection
from tests.server.conftest import PORTS, Box, Client, error


@pytest.mark.parametrize(
    "path",
    ["", "/", "/nothing", "/messages/", "/messages//raw", "//health", "/messages/a/b", "/%0A"],
)
def test_unknown_paths(client: Client, path: str) -> None:
    answer = client.get(f"/_ses{path}")
    assert answer.status_code == 404
    assert "see /_ses/openapi.json" in error(answer)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/messages", "DELETE, GET, HEAD, OPTIONS"),
        ("GET", "/reset", "OPTIONS, POST"),
        ("PUT", "/health", "GET, HEAD, OPTIONS"),
        ("DELETE", "/messages/x/raw", "GET, HEAD, OPTIONS"),
    ],
)
def test_wrong_methods(client: Client, method: str, path: str, allowed: str) -> None:
    answer = client.open(f"/_ses{path}", method=method)
    assert answer.status_code == 405
    assert sorted(answer.headers["Allow"].split(", ")) == allowed.split(", ")
    assert error(answer) == f"{method} is not for '/_ses{path}': use {allowed}."


def test_large_bodies(client: Client) -> None:
    answer = client.post("/_ses/reset", data=b"x" * 1_048_577)
    assert answer.status_code == 413
    assert "1048577 bytes" in error(answer)


def test_own_failures(
    box: Box, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(id: str) -> Any:
        raise ValueError("on\npurpose")

    monkeypatch.setattr(box.instance.messages, "find", fail)
    with caplog.at_level(logging.ERROR):
        answer = client.get("/_ses/messages/x")
    assert answer.status_code == 500
    assert error(answer).startswith("GET '/_ses/messages/x' failed with ValueError(")
    assert "purpose" in caplog.text


def test_every_answer_is_hardened(box: Box, client: Client) -> None:
    id = box.add()
    for path in ("/", "/web/app.js", "/nothing", "/_ses/health", f"/_ses/messages/{id}/raw"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-cache"
        assert headers["X-Frame-Options"] == "SAMEORIGIN"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "base-uri 'none'" in headers["Content-Security-Policy"]
        assert "Access-Control-Allow-Origin" not in headers


def test_two_applications_are_apart(box: Box) -> None:
    first, second = (
        inspection.create_app(box.instance, box.indexer, lambda: PORTS, box.clear) for _ in "12"
    )
    assert first is not second
    assert first.test_client().get("/_ses/health").status_code == 200
    assert second.test_client().get("/_ses/health").status_code == 200
