"""The inbox as it is served."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from ses_emulator.server import pages
from tests.server.conftest import Box, Client, error

WEB = Path(pages.folder())
ASSETS = sorted(path.relative_to(WEB).as_posix() for path in WEB.rglob("*") if path.is_file())


def test_index(client: Client) -> None:
    answer = client.get("/")
    assert answer.data == (WEB / "index.html").read_bytes()
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("name", ASSETS)
def test_assets(client: Client, name: str) -> None:
    answer = client.get(f"/web/{name}")
    assert answer.data == (WEB / name).read_bytes()
    assert answer.mimetype == pages.TYPES[Path(name).suffix]
    head = client.head(f"/web/{name}")
    assert (head.status_code, head.data) == (200, b"")
    assert head.content_length == len(answer.data)


def test_all_of_it_is_light() -> None:
    assert sum(len(gzip.compress((WEB / name).read_bytes())) for name in ASSETS) < 150_000


def test_everything_the_page_names_is_there(client: Client) -> None:
    named = re.findall(r'(?:src|href)="(/[^"]*)"', client.get("/").text)
    assert named
    for path in named:
        assert client.get(path).status_code == 200


def test_icon(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")


def test_policy(client: Client) -> None:
    for path in ("/", "/web/app.js", "/web/icon.svg"):
        policy = client.get(path).headers["Content-Security-Policy"].split("; ")
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'self'" in policy
        assert "form-action 'none'" in policy
        assert "unsafe" not in "".join(policy)


def test_page_has_nothing_inline(client: Client) -> None:
    page = client.get("/").text
    assert re.findall(r"<script(?![^>]*\ssrc=)", page) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=|https?://", page) == []


def test_upgrade_is_seen(client: Client) -> None:
    first = client.get("/web/app.js")
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get("/web/app.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get("/web/app.js", headers={"If-None-Match": '"of an older version"'})
    assert other.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/web",
        "/web/",
        "/web/nothing.js",
        "/web/../pyproject.toml",
        "/web/%2e%2e/pyproject.toml",
        "/web/..%2fpyproject.toml",
        "/web/..%5cpyproject.toml",
        "/web//etc/passwd",
        "/web/%2fetc/passwd",
        "/web/x/../../pyproject.toml",
        "/web/%00",
        "/pyproject.toml",
        "/index.html",
    ],
)
def test_nothing_else_is_served(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "is not here" in error(answer)


def test_a_wheel_has_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "ses_emulator"
    package.mkdir(parents=True)
    monkeypatch.setattr(pages, "PACKAGE", package)
    assert pages.folder() == tmp_path / "site-packages" / "web"
    (package / "web").mkdir()
    assert pages.folder() == package / "web"


def test_pages_change_nothing(box: Box, client: Client) -> None:
    for method in ("post", "put", "delete"):
        assert client.open("/web/app.js", method=method).status_code == 405
    assert box.changes.number == 0
