"""What the tests of this folder share: the page's watcher and servers of their own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    expect,
    sync_playwright,
)

from tests.needs import CLIENTS, missing

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Names of somebody else's that lead to this machine, as DNS rebinding has them do.
    "--host-resolver-rules=MAP rebound.example 127.0.0.1,MAP elsewhere.example 127.0.0.1",
]

# How the browser says that it did not ask: by the page's policy, or across origins.
STOPPED = ("csp", "origin")

expect.set_options(timeout=15_000)


class Emulator(Protocol):
    """The fixture `ses_emulator` as these tests use it."""

    url: str
    smtp_host: str
    smtp_port: int

    def client(self, service: str, **options: Any) -> Any: ...


class Inbox:
    """Pages of the inbox, and everything that they asked for or complained of."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context = context
        self.origins = {origin_of(url)}
        self.url = url.rstrip("/")
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        self.allowed: tuple[str, ...] = ()
        context.on("request", lambda request: self.requests.append(request))
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def open(self, fragment: str = "") -> Page:
        """Open the inbox at `fragment`, and wait until it is there and live."""
        page = self.context.new_page()
        page.goto(f"{self.url}/{fragment}")
        live(page)
        return page

    def allow(self, *parts: str) -> None:
        """Expect complaints of the console that contain one of `parts`."""
        self.allowed += parts

    def check(self) -> None:
        """Nothing left the origin, and nothing went wrong in the page."""
        for page in self.context.pages:
            with suppress(Error):  # What it had to say has arrived when it answers.
                page.evaluate("1")
        foreign = [f"{r.url} ({r.failure})" for r in self.requests if self._foreign(r)]
        assert foreign == [], foreign
        wrong = [c for c in self.complaints if not any(part in c for part in self.allowed)]
        assert wrong == [], wrong

    def _foreign(self, request: Request) -> bool:
        """Whether the request left the origin; the browser also lists what its rules stopped."""
        if urlsplit(request.url).scheme not in ("http", "https", "ws", "wss"):
            return False
        return origin_of(request.url) not in self.origins and request.failure not in STOPPED

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)


def axe(page: Page) -> None:
    """Fail on everything in the page that axe-core calls serious or critical, in either theme."""
    source = CLIENTS / "node_modules" / "axe-core" / "axe.min.js"
    if not source.is_file():
        missing("axe-core is not installed: make node-packages")
    if not page.evaluate("'axe' in window"):
        page.evaluate(source.read_text("utf-8"))
    # Frames are mail, which is its writer's.
    options: dict[str, Any] = {"iframes": False, "resultTypes": ["violations"]}
    page.emulate_media(color_scheme="light")
    found = page.evaluate("(options) => axe.run(document, options)", options)["violations"]
    # The other theme has other colours and nothing else.
    page.emulate_media(color_scheme="dark")
    options["runOnly"] = ["color-contrast"]
    found += page.evaluate("(options) => axe.run(document, options)", options)["violations"]
    wrong = [
        f"{rule['id']}: {node['html'][:200]} {node['failureSummary']}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
    assert wrong == [], "\n".join(wrong)


def live(page: Page) -> None:
    """Wait until all of the page is there and hears of what happens."""
    expect(page.get_by_role("status").filter(has_text="Connected")).to_be_visible()
    expect(page.locator("body:not([data-view=loading])")).to_be_visible()
    expect(page.locator(".nav-link").first).to_be_attached()


def origin_of(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """The browser at `path`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def watched(browser: Browser, url: str, width: int = 1280, height: int = 800) -> Iterator[Inbox]:
    """A fresh context whose pages are checked at the end."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, permissions=["clipboard-read"]
    )
    try:
        inbox = Inbox(context, url)
        yield inbox
        inbox.check()
    finally:
        context.close()


@contextmanager
def recorder() -> Iterator[tuple[str, list[str]]]:
    """A server elsewhere: its URL, and the paths that anybody asked it for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(204)
            self.end_headers()

        do_POST = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", paths
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Gate:
    """A way to a server that can be shut: all connections break, and new ones are refused."""

    def __init__(self, url: str) -> None:
        self.lead_to(url)
        self._listener: socket.socket | None = None
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self.port = 0
        self.open()
        self.url = f"http://127.0.0.1:{self.port}"

    def lead_to(self, url: str) -> None:
        """Have new connections lead to another server."""
        target = urlsplit(url)
        self._target = (target.hostname or "127.0.0.1", target.port or 80)

    def open(self) -> None:
        """Let connections through."""
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def shut(self) -> None:
        """Break all connections and refuse new ones."""
        with self._lock:
            sockets, self._open = [*self._open, self._listener], []
            self._listener = None
        for each in sockets:
            if each is not None:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._target)
            except OSError:
                client.close()
                return
            with self._lock:
                if self._listener is not listener:  # shut meanwhile
                    client.close()
                    server.close()
                    return
                self._open += [client, server]
            for pair in ((client, server), (server, client)):
                threading.Thread(target=_pump, args=pair, daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
