"""The inbox as somebody with a browser uses it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect

from tests.web.mail import LONG, hostile, raw, rich, simple
from tests.web.mailbox import body, box, choose, fits, heading, rows, style, total
from tests.web.support import Emulator, Gate, Inbox, recorder, watched


def test_empty_inbox_says_how_to_send(inbox: Inbox, ses_emulator: Emulator) -> None:
    page = inbox.open()
    expect(page.get_by_role("heading", name="Waiting for the first message")).to_be_visible()
    snippet = page.locator(".setup pre")
    url = inbox.url
    for name, part in {
        "Environment": f"AWS_ENDPOINT_URL_SESV2={url}\n",
        "boto3": f'endpoint_url="{url}"',
        "AWS CLI": f"--endpoint-url {url} ",
        "JavaScript v3": f'endpoint: "{url}"',
        "SMTP": f'"127.0.0.1", {ses_emulator.smtp_port}',
    }.items():
        page.get_by_role("button", name=name, exact=True).click()
        expect(snippet).to_contain_text(part)
    page.get_by_role("button", name="Copy the SMTP snippet").click()
    expect(page.get_by_role("button", name="Copied the SMTP snippet")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == snippet.text_content()


def test_message_appears_live(inbox: Inbox, ses: Any) -> None:
    page = inbox.open()
    page.evaluate("window.unchanged = true")
    simple(ses, "The first", text="Hello from the first")
    expect(rows(page)).to_have_count(1)
    expect(rows(page).first).to_contain_text("The first")
    expect(rows(page).first).to_contain_text("ada@example.com")
    expect(rows(page).first).to_contain_text("Hello from the first")
    simple(ses, "The second")
    expect(rows(page)).to_contain_text(["The second", "The first"])
    total(page, "2 messages")
    expect(rows(page).first).to_contain_text("delivered")
    assert page.evaluate("window.unchanged") is True


def test_message_and_its_tabs(inbox: Inbox, ses: Any, tmp_path: Path) -> None:
    id = raw(ses, rich())
    page = inbox.open()
    rows(page).get_by_role("link").click()
    expect(heading(page, "Your order has shipped")).to_be_visible()
    expect(page).to_have_title("Your order has shipped · ses-emulator")
    head = page.locator(".head")
    for part in ("Shop <orders@example.com>", "Ada Lovelace <ada@example.com>", id, "SendEmail"):
        expect(head).to_contain_text(part)
    expect(head).to_contain_text("archive@example.com")
    expect(head).to_contain_text("delivered")
    head.get_by_text("Details", exact=True).click()
    head.get_by_role("button", name="Copy the MessageId").click()
    expect(head.get_by_role("button", name="Copied the MessageId")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == id

    expect(page.get_by_role("tab", name="HTML")).to_have_attribute("aria-selected", "true")
    frame = page.locator("iframe")
    expect(frame).to_have_attribute("sandbox", "allow-popups allow-popups-to-escape-sandbox")
    expect(body(page)).to_contain_text("The page of the order")

    text = choose(page, "Text")
    expect(text).to_contain_text("The text of the order.")
    link = text.get_by_role("link")
    expect(link).to_have_attribute("href", "https://shop.example/track?o=7")
    expect(link).to_have_attribute("rel", "noopener noreferrer")

    source = choose(page, "Source")
    expect(source).to_contain_text("X-Stage: picked")
    expect(source).to_contain_text("Content-Disposition: attachment")

    headers = choose(page, "Headers")
    stages = headers.get_by_role("row").filter(has_text="X-Stage")
    expect(stages).to_contain_text(["picked", "packed"])
    expect(stages).to_have_count(2)

    attachments = choose(page, "Attachments")
    expect(attachments).to_contain_text("order.csv")
    expect(attachments).to_contain_text("text/csv")
    with page.expect_download() as download:
        attachments.get_by_role("link", name="Download order.csv").click()
    assert download.value.suggested_filename == "order.csv"
    download.value.save_as(tmp_path / "order.csv")
    assert (tmp_path / "order.csv").read_bytes() == b"id,price\n7,12.50\n"

    events = choose(page, "Events")
    expect(events.get_by_role("listitem")).to_contain_text(["Send", "Delivery"])

    with page.expect_download() as download:
        page.get_by_role("link", name="Download .eml").click()
    assert download.value.suggested_filename == f"{id}.eml"
    download.value.save_as(tmp_path / "mail.eml")
    assert b"X-Stage: packed" in (tmp_path / "mail.eml").read_bytes()


def test_notice_leads_to_its_original(inbox: Inbox, ses: Any) -> None:
    simple(ses, "Order 7", to="bounce@simulator.amazonses.com")
    page = inbox.open()
    expect(rows(page)).to_have_count(2)
    bounced = rows(page).filter(has_text="Order 7").locator(".status")
    expect(bounced).to_have_text("bounced")
    delivered = rows(page).filter(has_text="MAILER-DAEMON").locator(".status")
    assert style(bounced, "color") != style(delivered, "color")
    rows(page).filter(has_text="MAILER-DAEMON").click()
    expect(heading(page, "Delivery Status Notification (Failure)")).to_be_visible()
    page.locator(".fact", has_text="About").get_by_role("link").click()
    expect(heading(page, "Order 7")).to_be_visible()


def test_text_only_has_no_html_tab(inbox: Inbox, ses: Any) -> None:
    id = simple(ses, "Plain", text="Only words")
    page = inbox.open(f"#id={id}")
    expect(page.get_by_role("tab", name="Text")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel")).to_contain_text("Only words")
    for name in ("HTML", "Attachments"):
        expect(page.get_by_role("tab", name=name)).to_have_count(0)


def test_source_is_cut_when_long(inbox: Inbox, ses: Any) -> None:
    head = b"From: orders@example.com\nTo: ada@example.com\nSubject: Long\n\nthe beginning\n"
    id = raw(ses, head + b"a line of the message\n" * 60_000 + b"the end\n")
    page = inbox.open(f"#id={id}&tab=source")
    source = page.get_by_role("tabpanel")
    expect(source).to_contain_text("the beginning")
    expect(source).to_contain_text("are shown")
    expect(source).not_to_contain_text("the end")


def test_hostile_mail_does_nothing(inbox: Inbox, ses: Any) -> None:
    # What the browser says when it stops something.
    inbox.allow("Content Security Policy", "Blocked script execution", "Blocked form submission")
    inbox.allow("Refused to execute the redirect", "Unsafe attempt", "Blocked autofocusing")
    inbox.allow("Failed to load resource: the server responded with")
    with recorder() as (remote, asked):
        simple(ses, "Hostile", html=hostile(remote))
        simple(ses, "Harmless", html="<p>Nothing to see</p>")
        page = inbox.open()
        rows(page).filter(has_text="Hostile").get_by_role("link").click()
        title = "Hostile · ses-emulator"
        expect(body(page)).to_contain_text("The mail can be read")
        expect(page).to_have_title(title)
        for id in ("#submit", "#script", "#data"):
            target = body(page).locator(id)
            if target.count():  # The server may have taken it away.
                target.click()
            expect(heading(page, "Hostile")).to_be_visible()
        expect(page).to_have_title(title)
        assert page.url.startswith(inbox.url)
        assert not any("owned" in each.title() for each in inbox.context.pages)
        # The page is as alive as before, and all that was asked for is known by now.
        rows(page).filter(has_text="Harmless").get_by_role("link").click()
        expect(body(page)).to_contain_text("Nothing to see")
        assert asked == []


def test_hostile_names_are_text(inbox: Inbox, ses: Any) -> None:
    evil = "<img src=x onerror=document.title='owned'>"
    tags = [{"Name": "kind", "Value": "test"}]
    id = simple(ses, f"Subject {evil}", text=f"{evil} <b>bold</b>", EmailTags=tags)
    page = inbox.open(f"#id={id}")
    expect(heading(page, f"Subject {evil}")).to_be_visible()
    expect(rows(page).first).to_contain_text(evil)
    expect(page.get_by_role("tabpanel")).to_contain_text(f"{evil} <b>bold</b>")
    choose(page, "Headers")
    choose(page, "Source")
    expect(page.locator("main img")).to_have_count(0)


def test_deletion_elsewhere_is_seen(inbox: Inbox, ses: Any) -> None:
    id = simple(ses, "Short lived")
    page = inbox.open(f"#id={id}")
    expect(heading(page, "Short lived")).to_be_visible()
    assert inbox.context.request.delete(f"{inbox.url}/_ses/messages/{id}").ok
    expect(page.get_by_text("This message is gone")).to_be_visible()
    total(page, "0 messages")


def test_url_brings_the_place_again(inbox: Inbox, ses: Any) -> None:
    first = simple(ses, "First", html="<p>first</p>")
    second = simple(ses, "Second")
    page = inbox.open(f"#id={first}&tab=headers&q=first")
    expect(heading(page, "First")).to_be_visible()
    expect(page.get_by_role("tab", name="Headers")).to_have_attribute("aria-selected", "true")
    expect(box(page)).to_have_value("first")
    expect(rows(page)).to_have_count(1)
    page.goto(f"{inbox.url}/#id={second}")
    expect(heading(page, "Second")).to_be_visible()
    page.reload()
    expect(heading(page, "Second")).to_be_visible()
    expect(rows(page).locator("[aria-current]")).to_contain_text("Second")
    page.go_back()
    expect(heading(page, "First")).to_be_visible()
    expect(box(page)).to_have_value("first")
    page.go_forward()
    expect(heading(page, "Second")).to_be_visible()
    page.goto(f"{inbox.url}/#id=latest")
    expect(page).to_have_url(re.compile(re.escape(second)))


def test_unknown_message(inbox: Inbox) -> None:
    inbox.allow("status of 404")
    page = inbox.open("#id=0100-unknown")
    expect(page.get_by_text("This message is gone")).to_be_visible()


def test_phone(phone: Inbox, ses: Any) -> None:
    simple(ses, LONG, html="<p>hello</p>", to=f"{'a' * 60}@{'long-' * 10}domain.example.com")
    simple(ses, "Short")
    page = phone.open()
    expect(rows(page)).to_have_count(2)
    assert fits(page)
    rows(page).last.get_by_role("link").click()
    expect(body(page)).to_contain_text("hello")
    expect(rows(page).first).to_be_hidden()
    assert fits(page)
    for name in ("Text", "Source", "Headers", "Events"):
        choose(page, name)
        assert fits(page)
    page.get_by_text("Details", exact=True).click()
    expect(page.get_by_text("Envelope from")).to_be_visible()
    assert fits(page)
    page.get_by_role("link", name="Back to the list").click()
    expect(rows(page).first).to_be_visible()
    expect(page.locator(".message")).to_be_hidden()
    page.get_by_role("button", name="Navigation").click()
    page.get_by_role("link", name="Set up").click()
    expect(page.get_by_role("heading", name="Send mail here")).to_be_visible()
    assert fits(page)
    page.go_back()
    expect(rows(page).first).to_be_visible()


def test_lost_connection_comes_back(browser: Browser, ses_emulator: Emulator, ses: Any) -> None:
    gate = Gate(ses_emulator.url)
    try:
        with watched(browser, gate.url) as inbox:
            inbox.allow("net::ERR_")
            page = inbox.open()
            simple(ses, "Before")
            expect(rows(page)).to_have_count(1)
            gate.shut()
            expect(page.get_by_role("status").filter(has_text="Reconnecting")).to_be_visible()
            simple(ses, "Meanwhile")
            gate.open()
            expect(page.get_by_role("status").filter(has_text="Connected")).to_be_visible()
            expect(rows(page)).to_contain_text(["Meanwhile", "Before"])
            simple(ses, "After")
            expect(rows(page)).to_contain_text(["After", "Meanwhile", "Before"])
    finally:
        gate.shut()


def test_server_that_is_not_there_yet(browser: Browser, ses_emulator: Emulator, ses: Any) -> None:
    simple(ses, "Waiting")
    gate = Gate(ses_emulator.url)
    try:
        with watched(browser, gate.url) as inbox:
            inbox.allow("net::ERR_")
            page = inbox.context.new_page()
            page.route("**/_ses/**", lambda route: route.abort())
            page.goto(gate.url)
            expect(page.get_by_text("The emulator does not answer")).to_be_visible()
            page.unroute("**/_ses/**")
            page.get_by_role("button", name="Try again").click()
            expect(rows(page)).to_have_count(1)
    finally:
        gate.shut()
