"""The inbox: its page and its assets, as they stand in the folder ``web``."""

import re
from pathlib import Path

from flask import Flask, Response, send_from_directory

# A style or a script stands in a file of its own; no page takes part in another site's.
CSP = (
    "default-src 'self'; img-src 'self' data:; frame-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
# Not from the machine's own table, which may know a script as plain text.
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
ASSET = re.compile(r"/web/((?:\w+/)?[\w-]+\.\w+)", re.ASCII)
PACKAGE = Path(__file__).parent.parent


def folder() -> Path:
    """Where the assets are: inside the package that was installed, beside it in a checkout."""
    inside = PACKAGE / "web"
    return inside if inside.is_dir() else PACKAGE.parent / "web"


def file_of(path: str) -> Path | None:
    """The file at a path of a URL, if it is in the folder itself or one of its own folders."""
    if path == "/":
        return folder() / "index.html"
    found = ASSET.fullmatch(path)
    return folder() / found[1] if found else None


def add_pages(app: Flask) -> None:
    """Let ``app`` answer ``/``, ``/web/…`` and ``/favicon.ico``; 404 where there is no file."""
    directory = folder()

    @app.get("/", endpoint="index", defaults={"path": "index.html"})
    @app.get("/favicon.ico", endpoint="icon", defaults={"path": "icon.svg"})
    @app.get("/web/<path:path>", endpoint="asset")
    def asset(path: str) -> Response:
        type = TYPES.get(Path(path).suffix, "application/octet-stream")
        response = send_from_directory(directory, path, mimetype=type)
        response.headers["Content-Security-Policy"] = CSP
        return response
