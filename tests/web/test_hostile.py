"""Hostile mail in a real browser: no script runs, nothing leaves, the app stays responsive."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from typing import Any

import pytest
from playwright.sync_api import Error, Page, expect

from tests.web import corpus
from tests.web.corpus import HEAVY, QUIET, RUN, hostile
from tests.web.mail import SENDER, raw, simple
from tests.web.support import Emulator, Inbox
from tests.web.test_message import frame, panel

# Milliseconds in which the page may be busy with one thing, on a machine with much else to do.
BUSY = 5000
# Remembers the longest time in which the page was busy.
WATCH = """() => {
    window.worst = 0;
    new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) {
            window.worst = Math.max(window.worst, duration);
        }
    }).observe({ type: "longtask" });
}"""
# What the browser says when it stops something.
STOPPED = (
    "Content Security Policy",
    "Blocked ",
    "Refused to ",
    "Unsafe attempt",
    "Not allowed to ",
    "Failed to load resource",
    "Invalid ",
    "Error with Permissions-Policy",
    "Error: <",
    "The Content",
)


@pytest.fixture
def ses(ses_emulator: Emulator) -> Any:
    """A client that sends to the emulator."""
    return ses_emulator.client("sesv2")


@contextmanager
def ear() -> Iterator[tuple[str, list[int]]]:
    """A server that hears every connection, also one without a request: its URL, and who came."""
    heard: list[int] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        with suppress(OSError):
            while True:
                connection, (_, port) = listener.accept()
                heard.append(port)
                connection.close()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", heard
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def spring(page: Page) -> int:
    """Click every trap, and say how many there were."""
    traps = frame(page).locator(".trap")
    for number in range(traps.count()):
        with suppress(Error):  # One that cannot be hit has no need to be.
            traps.nth(number).click(force=True, timeout=1000)
    return traps.count()


def alive(inbox: Inbox, page: Page, ses: Any, subject: str) -> None:
    """The page is what it was, no script ran, and another mail is read as if nothing was."""
    expect(page).to_have_title(f"{subject} · ses-emulator")
    assert page.url.startswith(f"{inbox.url}/#") and "owned" not in page.url
    assert not any("owned" in each.title() or "owned" in each.url for each in inbox.context.pages)
    simple(ses, "Harmless", html="<p>Nothing to see</p>")
    page.get_by_role("link", name=re.compile("Harmless")).first.click()
    expect(frame(page)).to_contain_text("Nothing to see")


def asked_to_write(inbox: Inbox) -> list[str]:
    """What the server was asked to change, besides that a message was read."""
    return [
        f"{r.method} {r.url}"
        for r in inbox.requests
        if r.method not in ("GET", "HEAD")
        and r.url.startswith(inbox.url)
        and r.url != f"{inbox.url}/_ses/messages/mark"
    ]


@pytest.mark.parametrize("name", QUIET)
def test_nothing_runs_and_nothing_leaves(inbox: Inbox, ses: Any, name: str) -> None:
    inbox.allow(*STOPPED)
    with ear() as (remote, heard):
        id = simple(ses, f"Hostile {name}", html=hostile(name, remote) + "<p>The end</p>")
        page = inbox.open(f"#id={id}")
        expect(frame(page)).to_be_attached()
        spring(page)
        for scheme in ("Dark", "Light"):
            panel(page).get_by_role("button", name=scheme).click()
            expect(frame(page)).to_be_attached()
        alive(inbox, page, ses, f"Hostile {name}")
        assert heard == []
        assert asked_to_write(inbox) == []
        assert inbox.context.cookies() == []


def test_the_ear_hears() -> None:
    with ear() as (remote, heard):
        host, port = remote.removeprefix("http://").split(":")
        socket.create_connection((host, int(port))).close()
        for _ in range(1000):
            if heard:
                break
            threading.Event().wait(0.01)
        assert len(heard) == 1


@pytest.mark.parametrize(
    ("name", "loads"),
    [
        ("css", True),
        ("form", True),
        ("hints", True),
        ("media", True),
        ("svg", True),
        ("frames", False),
        ("script", False),
    ],
)
def test_nothing_runs_with_remote_content_either(
    inbox: Inbox, ses: Any, name: str, loads: bool
) -> None:
    inbox.allow(*STOPPED, "net::ERR_")
    with ear() as (remote, heard):
        inbox.origins.add(remote)
        page = inbox.open(f"#id={simple(ses, f'Hostile {name}', html=hostile(name, remote))}")
        page.get_by_role("switch", name="Load remote content", exact=True).click()
        expect(page.get_by_role("switch", name="Do not load remote content")).to_be_visible()
        expect(frame(page)).to_be_attached()
        for _ in range(1000 if loads else 0):
            if heard:
                break
            page.evaluate("() => new Promise((done) => setTimeout(done, 10))")
        spring(page)
        alive(inbox, page, ses, f"Hostile {name}")
        assert bool(heard) is loads
        assert asked_to_write(inbox) == []


def test_tricks_with_content_ids(inbox: Inbox, ses: Any) -> None:
    inbox.allow(*STOPPED)
    with ear() as (remote, heard):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = SENDER, "ada@example.com", "Hostile cid"
        mail.set_content(hostile("cid", remote), subtype="html")
        script = f"<script>{RUN}</script><img src='{remote}/x.png'>".encode()
        svg = b"<svg xmlns='http://www.w3.org/2000/svg'>" + script + b"</svg>"
        for type, cid, content in (
            ("image/svg+xml", "svg", svg),
            ("text/html", "page", script),
            ('image/png" onerror="alert(1)', "type", b"x"),
            ("text/css", "style", f"@import '{remote}/cid.css'".encode()),
            ("text/javascript", "script", RUN.encode()),
            ("image/png", 'breaks"><script>', b"x"),
            ("image/png", "twice", b"x"),
            ("text/html", "twice", script),
        ):
            mail.add_related(content, *type.split("/", 1), cid=f"<{cid}>")
        page = inbox.open(f"#id={raw(ses, mail.as_bytes())}")
        expect(frame(page)).to_be_attached()
        spring(page)
        page.get_by_role("tab", name="Attachments").click()
        expect(panel(page).get_by_role("listitem").first).to_be_visible()
        for number in range(panel(page).get_by_role("link").count()):
            with page.expect_download():
                panel(page).get_by_role("link").nth(number).click()
        alive(inbox, page, ses, "Hostile cid")
        assert heard == []


@pytest.mark.parametrize("name", HEAVY)
def test_heavy_mail_does_not_stop_the_page(inbox: Inbox, ses: Any, name: str) -> None:
    simple(ses, "Light", html="<p>light</p>")
    simple(ses, "Heavy", html=HEAVY[name], text="text of the heavy one")
    page = inbox.open()
    page.evaluate(WATCH)
    page.get_by_role("link", name=re.compile("Heavy")).click()
    expect(page.locator("iframe")).to_be_visible()
    for tab, shown in {
        "Links": None,
        "Parts": "multipart",
        "Text": "text of the heavy one",
    }.items():
        page.get_by_role("tab", name=tab, exact=True).click()
        if shown:
            expect(panel(page)).to_contain_text(shown)
        else:
            expect(panel(page).locator(".later:not([aria-busy])")).to_be_visible()
    page.get_by_role("link", name=re.compile("Light")).first.click()
    expect(frame(page)).to_contain_text("light")
    assert page.evaluate("window.worst") < BUSY


def test_many_of_everything_does_not_stop_the_page(inbox: Inbox, ses: Any) -> None:
    many = 5000
    boundary = "\n--b\nContent-Type: image/png\nContent-Disposition: attachment\n\n"
    parts = ["Content-Type: text/plain\n\n" + "https://a.example/ " * 20 * many, boundary * many]
    lines = [
        "From: shop@example.com\nSubject: Many",
        "To: " + ",\n ".join(f"to-{number}@example.com" for number in range(many)),
        *(f"X-{number}: value" for number in range(many)),
        "Content-Type: multipart/mixed; boundary=b\n",
        "--b\n" + "".join(parts) + "\n--b--\n",
    ]
    id = raw(ses, "\n".join(lines).encode())
    page = inbox.open()
    page.evaluate(WATCH)
    page.get_by_role("link", name=re.compile("Many")).click()
    expect(page.locator(".head")).to_contain_text("4,900 more are not shown.")
    expect(panel(page)).to_contain_text("Only the first 200,000")
    for tab in ("Attachments", "Headers", "Envelope", "Parts"):
        page.get_by_role("tab", name=tab).click()
        expect(panel(page)).to_contain_text("more are not shown.")
    assert id in page.url
    assert page.evaluate("window.worst") < BUSY


def test_table_is_all_there(inbox: Inbox, ses: Any) -> None:
    page = inbox.open(f"#id={simple(ses, 'Table', html=corpus.TABLE)}")
    expect(frame(page).locator("td")).to_have_count(50_000)


def test_names_that_turn_around(inbox: Inbox, ses: Any) -> None:
    turn = "\u202e"
    mail = EmailMessage()
    mail["From"] = f'"security@bank.example{turn}" <thief@example.com>'
    mail["To"], mail["Subject"] = "ada@example.com", f"Invoice {turn}gnp.exe\u2066"
    mail.set_content(f"words {turn}sdrow")
    mail.add_attachment(b"MZ", maintype="image", subtype="png", filename=f"a{turn}gnp.exe")
    page = inbox.open(f"#id={raw(ses, mail.as_bytes())}&tab=attachments")
    expect(page.locator("h1")).to_have_text("Invoice [U+202E]gnp.exe[U+2066]")
    head = page.locator(".head")
    expect(head).to_contain_text("[U+202E]")
    expect(head).to_contain_text("<thief@example.com>")
    expect(panel(page)).to_contain_text("a[U+202E]gnp.exe")
    for tab in ("Headers", "Parts", "Envelope"):
        page.get_by_role("tab", name=tab).click()
        expect(panel(page)).to_contain_text("[U+202E]")
        assert turn not in (panel(page).text_content() or "")
