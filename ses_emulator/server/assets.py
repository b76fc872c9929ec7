"""The inbox's files from memory: a page asks for thirty of them before it shows anything."""

from collections.abc import Iterable
from typing import NamedTuple

from flask import Flask

from ses_emulator.server.pages import file_of
from ses_emulator.server.security import Guard

Headers = list[tuple[bytes, bytes]]


class Asset(NamedTuple):
    """A file as it is answered, and when it was changed, in nanoseconds."""

    headers: Headers
    body: bytes
    etag: bytes
    changed: int


class Assets:
    """Answers for files as the Flask application would, once that answered for each of them."""

    def __init__(self, flask: Flask, guard: Guard) -> None:
        self._flask = flask
        self._guard = guard
        self._kept: dict[str, Asset] = {}

    def find(
        self, method: str, path: str, headers: Iterable[tuple[bytes, bytes]]
    ) -> tuple[int, Headers, bytes] | None:
        """Status, headers and body; None for what the application itself has to look at."""
        file = file_of(path) if method == "GET" else None
        if file is None:
            return None
        found = dict(headers)
        if not self._guard.may_load(found.get(b"host", b"")):
            return None
        try:
            changed = file.stat().st_mtime_ns
        except OSError:
            return None
        asset = self._kept.get(path)
        if asset is None or asset.changed != changed:
            asset = self._kept[path] = self._ask(path, changed)
        if found.get(b"if-none-match") == asset.etag:
            return 304, [pair for pair in asset.headers if pair[0] != b"content-length"], b""
        return 200, asset.headers, asset.body

    def _ask(self, path: str, changed: int) -> Asset:
        answer = self._flask.test_client().get(path, base_url="http://localhost")
        assert answer.status_code == 200, path
        headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in answer.headers
        ]
        body = answer.data
        answer.close()
        return Asset(headers, body, answer.headers["ETag"].encode("latin-1"), changed)
