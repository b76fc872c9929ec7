"""The page that shows a mail's HTML: what is in it, and what Chromium makes of it."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Frame, expect

from ses_emulator.mail.preview import CSP, HEAD, MOST_INLINE, REMOTE_CSP, page
from ses_emulator.mail.read import Content, Part
from tests.needs import needs_chromium
from tests.web.mail import hostile
from tests.web.support import chromium, recorder

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)
DATA = "data:image/png;base64," + base64.b64encode(PNG).decode()


def image(content_id: str | None, type: str = "image/png", content: bytes = PNG) -> Part:
    """An inline part."""
    return Part(0, "a", type, content, content_id, True)


def shown(html: str, *parts: Part) -> str:
    """The page of a mail, without what stands before it."""
    return page(Content(html=html, attachments=list(parts))).replace(HEAD, "", 1)


def test_place_of_the_pixel_is_not_shown() -> None:
    assert shown("<p>a</p>{{ses:openTracker}}<p>b</p>") == "<p>a</p><p>b</p>"


def test_policy() -> None:
    directives = [each.strip() for each in CSP.split(";")]
    assert directives == [
        "sandbox allow-popups allow-popups-to-escape-sandbox",
        "default-src 'none'",
        "img-src data:",
        "style-src 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_policy_with_remote_content() -> None:
    """It adds where passive things come from, and nothing else."""
    assert [each.strip() for each in REMOTE_CSP.split(";")] == [
        "sandbox allow-popups allow-popups-to-escape-sandbox",
        "default-src 'none'",
        "img-src data: http: https:",
        "style-src 'unsafe-inline' http: https:",
        "font-src http: https:",
        "media-src http: https:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


@pytest.mark.parametrize(
    "html",
    [
        "",
        "plain words",
        "<html><head><title>a</title><style>p { color: red }</style></head><body bgcolor=red>",
        '<meta name="color-scheme" content="light dark"><p>broken <b>markup </p',
        "<linked-list><iframes>no elements of ours</iframes>",
        "<script>if (a<b) alert(1)</script>",
        "line\nline\r\n\tüber 日本 \0",
    ],
)
def test_html_is_left_as_it_is(html: str) -> None:
    assert page(Content(html=html)) == HEAD + html


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<!DOCTYPE html>", "<html>"),
        ('\r\n <!doctype html PUBLIC "-//W3C//DTD XHTML 1.0">', "<html>"),
        ("<?xml version='1.0'?>\n<!-- a > b -->\n<!DOCTYPE html>", "<p>"),
        ("", "<!-- <!DOCTYPE html> --><p>"),
        ("", "<p><!DOCTYPE html>"),
        ("", "<!-- open <!DOCTYPE html>"),
    ],
)
def test_document_type_stays_first(before: str, after: str) -> None:
    assert page(Content(html=before + after)) == before + HEAD + after


def test_byte_order_mark_is_dropped() -> None:
    assert page(Content(html="\ufeff<!DOCTYPE html><p>")) == "<!DOCTYPE html>" + HEAD + "<p>"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<link rel="preconnect" href="//a">', '<meta rel="preconnect" href="//a">'),
        ("<LINK\nrel=dns-prefetch>", "<meta\nrel=dns-prefetch>"),
        ("<link/rel=preconnect>", "<meta/rel=preconnect>"),
        ("<link>", "<meta>"),
        ('<iframe srcdoc="a">b</iframe >', '<noframes srcdoc="a">b</noframes >'),
        ("<IFrame></IFRAME>", "<noframes></noframes>"),
        ("<!--[if mso]><link rel=x><![endif]-->", "<!--[if mso]><meta rel=x><![endif]-->"),
    ],
)
def test_links_and_frames_do_nothing(html: str, expected: str) -> None:
    assert shown(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<img src="cid:a@b">', f'<img src="{DATA}">'),
        ("<img src='CID:a@b'>", f"<img src='{DATA}'>"),
        ("<img src=cid:a@b>", f"<img src={DATA}>"),
        ('<img src=" cid:a@b">', f'<img src=" {DATA}">'),
        ('<td background="cid:a%40b">', f'<td background="{DATA}">'),
        ('<img srcset="cid:a@b 1x, cid:a@b 2x">', f'<img srcset="{DATA} 1x, {DATA} 2x">'),
        ("<p style='background: url(cid:a@b)'>", f"<p style='background: url({DATA})'>"),
        ("<p style=\"background: url('cid:a@b')\">", f"<p style=\"background: url('{DATA}')\">"),
        ('<img src="cid:c&amp;d">', f'<img src="{DATA}">'),
        ('<img src="cid:unknown">', '<img src="cid:unknown">'),
        (f'<img src="cid:&#{"9" * 5000}">', f'<img src="cid:&#{"9" * 5000}">'),
        ('<img src="cid:A@B">', '<img src="cid:A@B">'),
        ('<img src="cid:a@b.c">', '<img src="cid:a@b.c">'),
        ('<img src="http://cid:a@b">', '<img src="http://cid:a@b">'),
        ("<p>see cid:a@b", "<p>see cid:a@b"),
    ],
)
def test_inline_images(html: str, expected: str) -> None:
    assert shown(html, image("a@b"), image("c&d")) == expected


@pytest.mark.parametrize(
    "type", ["text/html", "application/octet-stream", 'image/png";base64,x"onload="', "image/"]
)
def test_only_images_are_shown(type: str) -> None:
    assert shown('<img src="cid:a">', image("a", type), image(None)) == '<img src="cid:a">'


def test_images_are_bounded_in_sum() -> None:
    half = image("half", content=bytes(MOST_INLINE // 2))
    html = '<img src="cid:half">' * 3 + '<img src="cid:small">'
    result = shown(html, half, image("small"))
    assert result.count("data:image/png") == 2
    assert result.endswith('<img src="cid:half"><img src="cid:small">')
    assert len(result) < MOST_INLINE * 1.4


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "html",
    [
        "<!---->" * 200_000,
        "<!--" * 200_000,
        "<?" * 200_000,
        "=" * 500_000,
        "= " * 500_000,
        "(cid:" * 200_000,
    ],
)
def test_broken_html_takes_linear_time(html: str) -> None:
    assert shown(html, image("a")) == html


@contextmanager
def served(mail: str) -> Iterator[str]:
    """A page with the mail in an iframe, as the inbox has it: the page's URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            frame = (
                '<title>safe</title><iframe sandbox="allow-popups allow-popups-to-escape-sandbox"'
            )
            body = mail if self.path == "/mail" else f'{frame} src="/mail"></iframe>'
            self.send_response(200)
            if self.path == "/mail":
                self.send_header("Content-Security-Policy", CSP)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this file."""
    with chromium(str(needs_chromium())) as browser:
        yield browser


@contextmanager
def framed(browser: Browser, mail: str) -> Iterator[Frame]:
    """The frame that shows the mail."""
    with served(mail) as url, browser.new_context() as context:
        inbox = context.new_page()
        inbox.goto(url)
        yield inbox.frames[1]


def test_chromium_runs_and_loads_nothing(browser: Browser) -> None:
    with recorder() as (remote, asked):
        srcdoc = f"<iframe srcdoc=\"<link rel='preconnect' href='{remote}'><p>inner\"></iframe>"
        mail = page(Content(html=hostile(remote) + srcdoc))
        with framed(browser, mail) as frame:
            expect(frame.locator("#seen")).to_have_text("The mail can be read")
            frame.locator("#submit").click()
            frame.locator("#script").click()
            assert frame.locator("link, iframe").count() == 0
            assert len(frame.page.frames) == 2
            assert frame.evaluate("document.baseURI") == frame.url
            assert frame.page.title() == "safe"
            assert frame.url.endswith("/mail")
            assert not any("owned" in each.title() for each in frame.page.context.pages)
            # Whatever else it had asked for is there by the time that this is.
            with suppress(Error):  # The recorder answers without a page.
                frame.page.goto(f"{remote}/last")
        assert asked == ["/last"]


def test_chromium_shows_inline_images(browser: Browser) -> None:
    html = '<!DOCTYPE html><img id="a" src="cid:a"><p id="b" style="background: url(cid:a)">'
    with framed(browser, page(Content(html=html, attachments=[image("a")]))) as frame:
        expect(frame.locator("#a")).to_have_js_property("naturalWidth", 1)
        background = frame.locator("#b").evaluate("e => getComputedStyle(e).backgroundImage")
        assert background == f'url("{DATA}")'
        assert frame.evaluate("document.compatMode") == "CSS1Compat"


def test_chromium_opens_links_in_a_new_tab(browser: Browser) -> None:
    html = '<base href="http://base.example/" target="_top"><a id="a" href="/other">a</a>'
    with framed(browser, page(Content(html=html))) as frame:
        inbox = frame.page.url
        with frame.page.context.expect_page() as opened:
            frame.locator("#a").click()
        opened.value.wait_for_url(f"{inbox}other")
        assert opened.value.evaluate("window.opener") is None
        assert frame.page.url == inbox
        assert frame.url.endswith("/mail")
