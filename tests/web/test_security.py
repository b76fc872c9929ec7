"""What a page of somebody else can do to the emulator in the browser of its reader: nothing."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from ses_emulator import emulator
from ses_emulator.config import Settings
from ses_emulator.store.query import Filters
from tests.clients.support import Emulator
from tests.web.mail import simple
from tests.web.support import Gate

MAIL = {
    "Action": "SendEmail",
    "Source": "shop@example.com",
    "Destination.ToAddresses.member.1": "ada@example.com",
    "Message.Subject.Data": "Forged",
    "Message.Body.Text.Data": "It works",
}
# Ask for something and tell what a script learns: status and text, or the error's name.
FETCH = """async ([url, options]) => {
    try {
        const answer = await fetch(url, options);
        return [answer.type, answer.status, await answer.text()];
    } catch (error) {
        return ["error", 0, error.name];
    }
}"""
# Load something as an element does; whether it loaded.
LOAD = """([name, attribute, url]) => new Promise((resolve) => {
    const element = document.createElement(name);
    element.onload = () => resolve(true);
    element.onerror = () => resolve(false);
    element[attribute] = url;
    document.body.append(element);
})"""
SUBMIT = """([url, fields, enctype]) => {
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: url, enctype });
    for (const [name, value] of Object.entries(fields)) {
        const input = document.createElement("input");
        Object.assign(input, { name, value });
        form.append(input);
    }
    document.body.append(form);
    form.submit();
}"""
PAGE = b"<!doctype html><meta charset=utf-8><title>Elsewhere</title><body>"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of somebody who has the emulator on this machine."""
    with browser.new_context() as context:
        yield context


@pytest.fixture
def kept(ses_emulator: Emulator) -> Emulator:
    """The emulator with one message."""
    simple(ses_emulator.client("sesv2"), "Secret")
    return ses_emulator


def subjects(emulator: Any) -> list[str]:
    return [each["subject"] for each in emulator.messages()]


@contextmanager
def elsewhere() -> Iterator[str]:
    """A server of somebody else's, with an empty page at each of its addresses: its URL.

    It is a real one: Chromium keeps a page that comes from nowhere from asking this machine.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(PAGE)

        def log_message(self, format: str, *args: Any) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def page_of(context: BrowserContext, there: str, host: str) -> Page:
    """The page of a server under another name of its host."""
    page = context.new_page()
    page.goto(there.replace("127.0.0.1", host))
    assert page.title() == "Elsewhere"
    return page


def test_a_name_that_leads_here(context: BrowserContext, kept: Emulator) -> None:
    """DNS rebinding: the page has the same origin, and so may read what it is answered."""
    with elsewhere() as there:
        gate = Gate(there)
        origin = gate.url.replace("127.0.0.1", "rebound.example")
        page = page_of(context, gate.url, "rebound.example")
        gate.lead_to(kept.url)
    own = {"X-Ses-Emulator": "1"}
    for path, options in (
        ("/", {}),
        ("/_ses/messages", {}),
        ("/_ses/messages/latest/raw", {}),
        ("/_ses/stream", {}),
        ("/_ses/messages", {"method": "DELETE", "headers": own}),
        ("/_ses/reset", {"method": "POST", "headers": own}),
        ("/_ses/operations/sesv2/ListEmailIdentities", {"method": "POST", "headers": own}),
        ("/v2/email/identities", {}),
        ("/", {"method": "POST", "body": urlencode(MAIL)}),
        (f"/?{urlencode(MAIL)}", {}),
    ):
        kind, status, text = page.evaluate(FETCH, [path, options])
        assert (kind, status) == ("basic", 421)
        assert "--allowed-host rebound.example" in text
    assert page.goto(f"{origin}/").status == 421  # type: ignore[union-attr]
    gate.shut()
    assert subjects(kept) == ["Secret"]


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1", "localhost"])
def test_a_page_elsewhere(context: BrowserContext, kept: Emulator, host: str) -> None:
    """It learns nothing of what is kept, and changes nothing."""
    with elsewhere() as there:
        page = page_of(context, there, host)
        id = kept.messages()[0]["id"]
        for path, options in (
            ("/_ses/messages", {}),
            ("/_ses/messages/latest/raw", {}),
            ("/_ses/messages", {"method": "DELETE"}),
            ("/_ses/messages", {"method": "DELETE", "headers": {"X-Ses-Emulator": "1"}}),
            ("/_ses/reset", {"method": "POST", "headers": {"X-Ses-Emulator": "1"}}),
            ("/_ses/account", {"method": "PUT", "body": "{}"}),
        ):
            answer = page.evaluate(FETCH, [kept.url + path, options])
            assert answer == ["error", 0, "TypeError"]
        # Requests that need no leave are made, and refused.
        for path, options in (
            ("/_ses/reset", {"method": "POST"}),
            (f"/_ses/messages/{id}/events", {"method": "POST", "body": '{"type": "bounce"}'}),
            ("/_ses/operations/sesv2/GetAccount", {"method": "POST", "body": "{}"}),
            (f"/?{urlencode(MAIL)}", {}),
        ):
            page.evaluate(FETCH, [kept.url + path, {**options, "mode": "no-cors"}])
        for name, attribute, path in (
            ("img", "src", f"/?{urlencode(MAIL)}"),
            ("script", "src", "/_ses/messages"),
            ("script", "src", "/web/app.js"),
        ):
            assert not page.evaluate(LOAD, [name, attribute, kept.url + path])
        page.evaluate(SUBMIT, [f"{kept.url}/_ses/reset", {}, "text/plain"])
        page.wait_for_url(f"{kept.url}/**")
        assert "may not POST /_ses/reset" in page.content()
    assert subjects(kept) == ["Secret"]
    assert kept.message(id)["status"] == "delivered"


def test_a_page_of_the_web_sends_nothing(context: BrowserContext, kept: Emulator) -> None:
    v2 = '{"FromEmailAddress": "shop@example.com"}'
    with elsewhere() as there:
        page = page_of(context, there, "elsewhere.example")
        for path, body in (("/", urlencode(MAIL)), ("/v2/email/outbound-emails", v2)):
            for mode in ("cors", "no-cors"):
                options = {"method": "POST", "body": body, "mode": mode}
                kind, _, text = page.evaluate(FETCH, [kept.url + path, options])
                assert (kind, text) in (("error", "TypeError"), ("opaque", ""))
        page.evaluate(SUBMIT, [f"{kept.url}/", MAIL, "application/x-www-form-urlencoded"])
        page.wait_for_url(f"{kept.url}/**")
        assert "AccessDenied" in page.content()
        page.goto(there)
        # SMTP is not HTTP, and a server that passes over what it does not know would take a mail.
        lines = (
            "EHLO x\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n"
            "Subject: Forged\r\n\r\n.\r\nQUIT\r\n"
        )
        options = {"method": "POST", "body": lines, "mode": "no-cors"}
        page.evaluate(FETCH, [f"http://{kept.smtp_host}:{kept.smtp_port}/", options])
    assert subjects(kept) == ["Secret"]


def test_an_application_of_this_machine_may_send(context: BrowserContext, kept: Emulator) -> None:
    """As it may with AWS, whose endpoints share what they answer with any page."""
    with elsewhere() as there:
        page = page_of(context, there, "localhost")
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "Authorization": "AWS4-HMAC-SHA256 Credential=test/20300101/us-east-1/ses/aws4_request",
        }
        body = (
            '{"FromEmailAddress": "shop@example.com", "Destination": {"ToAddresses":'
            ' ["ada@example.com"]}, "Content": {"Simple": {"Subject": {"Data": "From a page"},'
            ' "Body": {"Text": {"Data": "Hi"}}}}}'
        )
        options = {"method": "POST", "headers": headers, "body": body}
        path = f"{kept.url}/v2/email/outbound-emails"
        kind, status, text = page.evaluate(FETCH, [path, options])
    assert (kind, status) == ("cors", 200)
    assert "MessageId" in text
    assert subjects(kept) == ["From a page", "Secret"]


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1"])
def test_the_inbox_is_in_no_other_page(context: BrowserContext, kept: Emulator, host: str) -> None:
    with elsewhere() as there:
        page = page_of(context, there, host)
        for path in ("/", "/_ses/messages", "/_ses/messages/latest/text"):
            page.evaluate(LOAD, ["iframe", "src", kept.url + path])
            [frame] = page.frames[1:]
            assert "Secret" not in frame.content() and "ses-emulator" not in frame.content()
            page.evaluate("document.querySelector('iframe').remove()")
        opened = page.evaluate(
            """async (url) => {
                const other = window.open(url);
                while (!other.closed) await new Promise((resolve) => setTimeout(resolve, 20));
                return other.closed;
            }""",
            f"{kept.url}/",
        )
        # The inbox has left the other page's group, to which it looks closed.
        assert opened is True


def test_a_link_leads_here(context: BrowserContext, kept: Emulator) -> None:
    with elsewhere() as there:
        page = page_of(context, there, "127.0.0.1")
        page.evaluate("(url) => location.assign(url)", f"{kept.url}/")
        page.wait_for_url(f"{kept.url}/**")
        expect(page.get_by_text("Secret").first).to_be_visible()


def with_a_page() -> str:
    """A mail with a page for an attachment, in base64."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.com", "b@example.com", "Locked"
    mail.set_content("Hi")
    mail.add_attachment("<script>top.x = 1</script>", subtype="html", filename="page.html")
    return base64.b64encode(mail.as_bytes()).decode()


@pytest.fixture
def locked() -> Iterator[emulator.Emulator]:
    """An emulator whose inbox asks for a password."""
    settings = Settings(port=0, smtp_port=0, smtps_port=0, inbound_port=0, ui_auth="ada:s3cret")
    with emulator.Emulator(settings) as running:
        yield running


def test_the_password(browser: Browser, locked: emulator.Emulator) -> None:
    """Pages, API, stream and downloads are all there with it, and sending needs none."""
    mail = {"FromEmailAddress": "a@example.com", "Content": {"Raw": {"Data": with_a_page()}}}
    with browser.new_context() as context:
        answer = context.request.post(f"{locked.url}/v2/email/outbound-emails", data=mail)
        assert answer.status == 200
        assert context.request.get(f"{locked.url}/_ses/messages").status == 401
        assert context.request.get(f"{locked.url}/_ses/health").status == 200
    login: Any = {"username": "ada", "password": "s3cret"}
    with browser.new_context(http_credentials=login) as context:
        page = context.new_page()
        page.goto(f"{locked.url}/")
        expect(page.get_by_text("Locked").first).to_be_visible()
        events = page.evaluate(
            """() => new Promise((resolve) => {
                const source = new EventSource("/_ses/stream");
                source.onopen = () => { source.close(); resolve("open"); };
                source.onerror = () => resolve("refused");
            })"""
        )
        assert events == "open"
        with page.expect_download() as download:
            page.evaluate("location.assign('/_ses/messages/latest/attachments/0')")
        assert download.value.suggested_filename == "page.html"
        own = {"X-Ses-Emulator": "1"}
        options = {"method": "DELETE", "headers": own}
        assert page.evaluate(FETCH, ["/_ses/messages", options])[1] == 200
    assert locked.instance.messages.count(Filters()) == 0
