"""The inbox as somebody with a browser uses it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.web.mail import hostile, raw, rich, simple
from tests.web.support import Emulator, Gate, Inbox, recorder, watched

LONG = "An announcement that goes on " + "and on " * 30 + "W" * 120
ARABIC = "مرحبا بك في متجرنا، طلبك رقم 1042 جاهز للاستلام"


@pytest.fixture
def ses(ses_emulator: Emulator) -> Any:
    """A client that sends to the emulator."""
    return ses_emulator.client("sesv2")


def rows(page: Page) -> Locator:
    """The rows of the list."""
    return page.get_by_role("list", name="Messages, newest first").get_by_role("listitem")


def total(page: Page, text: str) -> None:
    """The line above the list says so."""
    expect(page.locator(".total")).to_have_text(text)


def search(page: Page, text: str) -> None:
    """Type into the search box."""
    page.get_by_role("searchbox", name="Search mail").fill(text)


def choose(page: Page, name: str) -> Locator:
    """Open a tab of the message and return what it shows."""
    tab = page.get_by_role("tab", name=re.compile(f"^{name}"))
    tab.click()
    expect(tab).to_have_attribute("aria-selected", "true")
    return page.get_by_role("tabpanel")


def body(page: Page) -> Locator:
    """The HTML of the open message."""
    return page.frame_locator("iframe[title='HTML body']").locator("body")


def style(at: Locator, name: str) -> str:
    """A property as the browser computed it."""
    return str(at.evaluate("(e, name) => getComputedStyle(e)[name]", name))


def heading(page: Page, subject: str) -> Locator:
    """The subject of the open message."""
    return page.get_by_role("heading", name=subject)


def fits(page: Page) -> bool:
    """Whether nothing is wider than the page, also in the panes that clip or scroll."""
    wide = page.evaluate(
        """() => ["html", "body", ".list", ".scroller", ".reader"].filter((name) => {
            const e = document.querySelector(name);
            return e.scrollWidth > e.clientWidth;
        })"""
    )
    return bool(wide == [])


def test_empty_inbox_says_how_to_send(inbox: Inbox, ses_emulator: Emulator) -> None:
    page = inbox.open()
    expect(page.get_by_role("heading", name="Waiting for the first message")).to_be_visible()
    expect(page.get_by_role("button", name="Delete all")).to_be_disabled()
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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("invoice", ["Invoice for October"]),
        ("welc", ["Welcome on board"]),
        ('"on board"', ["Welcome on board"]),
        ("to:grace@", ["Welcome on board"]),
        ("from:orders subject:invoice", ["Invoice for October"]),
        ('subject:"for oct"', ["Invoice for October"]),
        ("tag:team=growth", ["Welcome on board"]),
        ("tag:team", ["Welcome on board"]),
        ("set:billing", ["Invoice for October"]),
        ("status:delivered october", ["Invoice for October"]),
    ],
)
def test_search(inbox: Inbox, ses: Any, text: str, found: list[str]) -> None:
    ses.create_configuration_set(ConfigurationSetName="billing")
    simple(ses, "Invoice for October", ConfigurationSetName="billing")
    tags = [{"Name": "team", "Value": "growth"}]
    simple(ses, "Welcome on board", to="grace@example.com", EmailTags=tags)
    page = inbox.open()
    expect(rows(page)).to_have_count(2)
    search(page, text)
    expect(rows(page)).to_have_count(len(found))
    expect(rows(page)).to_contain_text(found)
    total(page, "1 result")
    search(page, "")
    expect(rows(page)).to_have_count(2)
    total(page, "2 messages")


def test_search_finds_new_mail_and_only_what_matches(inbox: Inbox, ses: Any) -> None:
    simple(ses, "Report one")
    page = inbox.open("#q=report")
    expect(page.get_by_role("searchbox")).to_have_value("report")
    expect(rows(page)).to_have_count(1)
    simple(ses, "Something else")
    simple(ses, "Report two")
    expect(rows(page)).to_contain_text(["Report two", "Report one"])
    total(page, "2 results")


def test_search_without_result(inbox: Inbox, ses: Any) -> None:
    simple(ses, "A message")
    page = inbox.open()
    search(page, "nowhere")
    expect(page.get_by_text("Nothing found")).to_be_visible()
    expect(rows(page)).to_have_count(0)
    page.get_by_role("link", name="Clear search").click()
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_have_value("")


def test_search_that_the_server_refuses(inbox: Inbox, ses: Any) -> None:
    inbox.allow("status of 400")
    simple(ses, "A message")
    page = inbox.open()
    search(page, "status:nonsense")
    expect(page.get_by_role("alert")).to_contain_text("status")
    search(page, "to:a to:b")
    expect(page.get_by_role("alert")).to_have_text("to: can be used once in a search")
    search(page, "")
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(rows(page)).to_have_count(1)


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


def test_delete_one(inbox: Inbox, ses: Any) -> None:
    for subject in ("One", "Two", "Three"):
        simple(ses, subject)
    page = inbox.open()
    rows(page).filter(has_text="Two").get_by_role("link").click()
    page.get_by_role("button", name="Delete message").click()
    expect(rows(page)).to_contain_text(["Three", "One"])
    expect(heading(page, "One")).to_be_visible()
    total(page, "2 messages")
    page.keyboard.press("#")
    expect(rows(page)).to_contain_text(["Three"])
    total(page, "1 message")


def test_deletion_elsewhere_is_seen(inbox: Inbox, ses: Any) -> None:
    id = simple(ses, "Short lived")
    page = inbox.open(f"#id={id}")
    expect(heading(page, "Short lived")).to_be_visible()
    assert inbox.context.request.delete(f"{inbox.url}/_ses/messages/{id}").ok
    expect(page.get_by_text("This message is gone")).to_be_visible()
    total(page, "0 messages")


def test_delete_all_asks_first(inbox: Inbox, ses: Any) -> None:
    simple(ses, "One")
    simple(ses, "Two")
    page = inbox.open()
    expect(rows(page)).to_have_count(2)
    page.get_by_role("button", name="Delete all").click()
    dialog = page.get_by_role("dialog", name="Delete 2 messages?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    expect(rows(page)).to_have_count(2)
    page.get_by_role("button", name="Delete all").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Waiting for the first message")).to_be_visible()


def test_delete_all_of_a_search_spares_the_others(inbox: Inbox, ses: Any) -> None:
    simple(ses, "Keep")
    simple(ses, "Throw away")
    page = inbox.open("#q=subject:throw")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Delete all").click()
    dialog = page.get_by_role("dialog", name="Delete 1 message?")
    expect(dialog).to_contain_text("subject:throw")
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Nothing found")).to_be_visible()
    search(page, "")
    expect(rows(page)).to_contain_text(["Keep"])


def test_url_brings_the_place_again(inbox: Inbox, ses: Any) -> None:
    first = simple(ses, "First", html="<p>first</p>")
    second = simple(ses, "Second")
    page = inbox.open(f"#id={first}&tab=headers&q=first")
    expect(heading(page, "First")).to_be_visible()
    expect(page.get_by_role("tab", name="Headers")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("searchbox")).to_have_value("first")
    expect(rows(page)).to_have_count(1)
    page.goto(f"{inbox.url}/#id={second}")
    expect(heading(page, "Second")).to_be_visible()
    page.reload()
    expect(heading(page, "Second")).to_be_visible()
    expect(rows(page).locator("[aria-current]")).to_contain_text("Second")
    page.go_back()
    expect(heading(page, "First")).to_be_visible()
    expect(page.get_by_role("searchbox")).to_have_value("first")
    page.go_forward()
    expect(heading(page, "Second")).to_be_visible()
    page.goto(f"{inbox.url}/#id=latest")
    expect(page).to_have_url(re.compile(re.escape(second)))


def test_unknown_message(inbox: Inbox) -> None:
    inbox.allow("status of 404")
    page = inbox.open("#id=0100-unknown")
    expect(page.get_by_text("This message is gone")).to_be_visible()


def test_keyboard(inbox: Inbox, ses: Any) -> None:
    for subject in ("Oldest", "Middle", "Newest"):
        simple(ses, subject)
    page = inbox.open()
    expect(rows(page)).to_have_count(3)
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    expect(rows(page).nth(1).get_by_role("link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(heading(page, "Middle")).to_be_visible()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(heading(page, "Newest")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("No message selected")).to_be_visible()
    page.keyboard.press("Delete")
    expect(rows(page)).to_contain_text(["Middle", "Oldest"])
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("oldest")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(heading(page, "Oldest")).to_be_visible()
    tabs = page.get_by_role("tab")
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    expect(tabs.nth(1)).to_be_focused()
    expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")


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
    page.get_by_role("link", name="Set up").click()
    expect(page.get_by_role("heading", name="Send mail here")).to_be_visible()
    assert fits(page)
    page.go_back()
    expect(rows(page).first).to_be_visible()


def test_long_and_right_to_left_subjects(inbox: Inbox, ses: Any) -> None:
    simple(ses, LONG)
    simple(ses, ARABIC, text=f"{ARABIC}\n\nEnglish")
    page = inbox.open()
    subjects = rows(page).locator(".subject")
    expect(subjects).to_have_count(2)
    assert style(subjects.first, "direction") == "rtl"
    assert style(subjects.last, "direction") == "ltr"
    heights = rows(page).evaluate_all("(all) => all.map((e) => e.offsetHeight)")
    assert heights[0] == heights[1]
    rows(page).last.get_by_role("link").click()
    title = page.locator("h1")
    expect(title).to_have_text(LONG.strip())
    assert title.evaluate("(e) => e.offsetHeight") > 60
    assert fits(page)
    rows(page).first.get_by_role("link").click()
    expect(title).to_have_text(ARABIC)
    assert style(title, "direction") == "rtl"
    assert fits(page)


def test_burst(inbox: Inbox, ses: Any) -> None:
    page = inbox.open()
    for number in range(300):
        simple(ses, f"Burst {number}")
    total(page, "300 messages")
    expect(rows(page).first).to_contain_text("Burst 299")
    while rows(page).count() < 300:
        before = rows(page).count()
        page.locator(".scroller").evaluate("(e) => { e.scrollTop = e.scrollHeight; }")
        expect(rows(page)).not_to_have_count(before)
    subjects = rows(page).locator(".subject").all_text_contents()
    assert subjects == [f"Burst {number}" for number in reversed(range(300))]
    total(page, "300 messages")


def test_pages_come_as_one_scrolls(inbox: Inbox, ses: Any) -> None:
    for number in range(120):
        simple(ses, f"Number {number}")
    page = inbox.open()
    total(page, "120 messages")
    expect(rows(page)).to_have_count(100)
    page.locator(".scroller").evaluate("(e) => { e.scrollTop = e.scrollHeight; }")
    expect(rows(page)).to_have_count(120)
    simple(ses, "One more")
    total(page, "121 messages")
    expect(rows(page)).to_have_count(121)
    expect(rows(page).last).to_contain_text("Number 0")


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
