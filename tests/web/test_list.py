"""The list of messages: long, live, selected from, and with what failed."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from playwright.sync_api import Locator, Page, expect

from tests.web.mail import ARABIC, LONG, simple
from tests.web.mailbox import fits, heading, rows, style, total
from tests.web.support import Inbox, live

TOP = """() => {
    const { top } = document.querySelector(".scroller").getBoundingClientRect();
    return [...document.querySelectorAll(".mail")]
        .map((row) => [row.getBoundingClientRect().top - top, row.textContent])
        .filter(([place]) => place > -60).sort(([a], [b]) => a - b)[0];
}"""

# The place of each row that exists, and its subject.
SUBJECTS = """() => [...document.querySelectorAll(".mail")]
    .map((row) => [row.getAttribute("aria-posinset"), row.querySelector(".subject")?.textContent])
    .filter(([, subject]) => subject)"""


def scroll(page: Page, to: str) -> None:
    """Scroll the list; ``to`` is an expression over the scroller ``e``."""
    page.locator(".scroller").evaluate(f"(e) => {{ e.scrollTop = {to}; }}")


def pick(page: Page, subject: str, **options: Any) -> None:
    """Press the check box of a row."""
    page.get_by_role("checkbox", name=f"Select {subject}", exact=True).click(**options)


def told(page: Page, text: str) -> None:
    """A toast says so."""
    expect(page.locator(".toasts").get_by_text(text)).to_be_visible()


def selected(page: Page) -> Locator:
    """What can be done with the selected messages."""
    return page.get_by_role("group", name="Selected messages")


def many(ses: Any, count: int) -> None:
    """Send so many messages, numbered."""
    for number in range(count):
        simple(ses, f"Number {number}")


def test_only_what_is_in_sight_exists(inbox: Inbox, ses: Any) -> None:
    many(ses, 150)
    page = inbox.open()
    total(page, "150 messages")
    expect(rows(page).first).to_contain_text("Number 149")
    expect(rows(page).first).to_have_attribute("aria-setsize", "150")
    assert rows(page).count() < 40
    scroll(page, "e.scrollHeight")
    expect(rows(page).last).to_contain_text("Number 0")
    expect(rows(page).last).to_have_attribute("aria-posinset", "150")
    assert rows(page).count() < 40
    scroll(page, "e.scrollHeight / 2")
    expect(page.get_by_role("link", name="Number 75")).to_be_visible()


def test_stays_in_place_when_mail_arrives(inbox: Inbox, ses: Any) -> None:
    many(ses, 120)
    page = inbox.open()
    total(page, "120 messages")
    scroll(page, "3000")
    expect(page.get_by_role("link", name="Number 80")).to_be_visible()
    before = page.evaluate(TOP)
    many(ses, 7)
    total(page, "127 messages")
    assert page.evaluate(TOP) == before
    scroll(page, "0")
    expect(rows(page).first).to_contain_text("Number 6")
    simple(ses, "At the top")
    expect(rows(page).first).to_contain_text("At the top")


def test_row_with_the_focus_keeps_it_in_a_burst(inbox: Inbox, ses: Any) -> None:
    many(ses, 3)
    page = inbox.open()
    expect(rows(page)).to_have_count(3)
    page.keyboard.press("j")
    link = page.get_by_role("link", name="Number 2")
    expect(link).to_be_focused()
    for number in range(60):
        simple(ses, f"Burst {number}")
    total(page, "63 messages")
    expect(rows(page).first).to_contain_text("Burst 59")
    expect(link).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Number 1")).to_be_focused()
    expect(page.get_by_role("link", name="Number 1")).to_be_in_viewport()


def test_burst(inbox: Inbox, ses: Any) -> None:
    page = inbox.open()
    for number in range(300):
        simple(ses, f"Burst {number}")
    total(page, "300 messages")
    expect(rows(page).first).to_contain_text("Burst 299")
    seen: dict[str, str] = {}
    for index in range(0, 300, 8):
        scroll(page, f"{index} * parseFloat(getComputedStyle(e).getPropertyValue('--row'))")
        for place in (index, min(index + 7, 299)):
            row = page.locator(f".mail[aria-posinset='{place + 1}'] .subject")
            expect(row).to_have_text(f"Burst {299 - place}")
        seen |= dict(page.evaluate(SUBJECTS))
    assert seen == {str(299 - number + 1): f"Burst {number}" for number in range(300)}


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


def test_what_a_row_shows(inbox: Inbox, ses: Any) -> None:
    ses.create_configuration_set(ConfigurationSetName="billing")
    simple(ses, "Order 7", to="bounce@simulator.amazonses.com", ConfigurationSetName="billing")
    page = inbox.open()
    row = rows(page).filter(has_text="Order 7")
    for text in ("Shop", "bounce@simulator.amazonses.com", "Some words", "billing", "now"):
        expect(row).to_contain_text(text)
    expect(row.locator(".status")).to_have_text("bounced")
    expect(row.get_by_role("img", name="finding")).to_be_visible()
    expect(row.get_by_text("Unread.")).to_have_count(1)


def test_opened_is_read(inbox: Inbox, ses: Any) -> None:
    simple(ses, "First")
    simple(ses, "Second")
    page = inbox.open()
    unread = page.locator(".mail.unread")
    expect(unread).to_have_count(2)
    expect(page.get_by_role("link", name="Inbox 2 unread")).to_be_visible()
    page.get_by_role("link", name="First").click()
    expect(heading(page, "First")).to_be_visible()
    expect(unread).to_contain_text(["Second"])
    expect(page.get_by_role("link", name="Inbox 1 unread")).to_be_visible()
    page.reload()
    live(page)
    expect(unread).to_contain_text(["Second"])
    page.keyboard.press("u")
    told(page, "1 message marked unread")
    expect(unread).to_have_count(2)
    page.keyboard.press("r")
    told(page, "1 message marked read")
    expect(unread).to_have_count(1)


def test_selection_by_range_and_by_key(inbox: Inbox, ses: Any) -> None:
    many(ses, 100)
    page = inbox.open()
    total(page, "100 messages")
    pick(page, "Number 98")
    total(page, "1 selected")
    scroll(page, "e.scrollHeight")
    pick(page, "Number 3", modifiers=["Shift"])
    total(page, "96 selected")
    selected(page).get_by_role("button", name="Clear selection").click()
    total(page, "100 messages")
    page.get_by_role("link", name="Number 8").focus()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("X")
    total(page, "3 selected")
    page.keyboard.press("Escape")
    total(page, "100 messages")


def test_all_that_match_are_marked_and_deleted(inbox: Inbox, ses: Any) -> None:
    many(ses, 90)
    simple(ses, "Keep")
    page = inbox.open("#q=subject:number")
    total(page, "90 results")
    page.get_by_role("checkbox", name="Select all 90").check()
    total(page, "90 selected")
    selected(page).get_by_role("button", name="Mark read").click()
    told(page, "90 messages marked read")
    expect(page.locator(".mail.unread")).to_have_count(0)
    selected(page).get_by_role("button", name="Delete selected").click()
    dialog = page.get_by_role("dialog", name="Delete 90 messages?")
    expect(dialog).to_contain_text("subject:number")
    dialog.get_by_role("button", name="Delete").click()
    told(page, "90 messages deleted")
    expect(page.get_by_text("Nothing found")).to_be_visible()
    page.get_by_role("link", name="Clear search").click()
    total(page, "1 message")
    expect(page.locator(".mail.unread")).to_contain_text(["Keep"])


def test_select_all_from_some(inbox: Inbox, ses: Any) -> None:
    many(ses, 4)
    page = inbox.open()
    pick(page, "Number 1")
    page.get_by_role("button", name="Select all 4").click()
    total(page, "4 selected")
    pick(page, "Number 1")
    total(page, "3 selected")
    selected(page).get_by_role("button", name="Delete selected").click()
    told(page, "3 messages deleted")
    expect(rows(page)).to_contain_text(["Number 1"])
    total(page, "1 message")


def test_export(inbox: Inbox, ses: Any, tmp_path: Path) -> None:
    many(ses, 3)
    page = inbox.open()
    pick(page, "Number 0")
    pick(page, "Number 2")
    with page.expect_download() as download:
        selected(page).get_by_role("button", name="Export as zip").click()
    assert download.value.suggested_filename.endswith(".zip")
    download.value.save_as(tmp_path / "mail.zip")
    with zipfile.ZipFile(io.BytesIO((tmp_path / "mail.zip").read_bytes())) as archive:
        names = archive.namelist()
        assert len(names) == 2
        assert all(name.endswith(".eml") for name in names)
        assert any(b"Number 2" in archive.read(name) for name in names)
    told(page, "2 messages exported")


def test_delete_one(inbox: Inbox, ses: Any) -> None:
    for subject in ("One", "Two", "Three"):
        simple(ses, subject)
    page = inbox.open()
    rows(page).filter(has_text="Two").get_by_role("link").click()
    page.get_by_role("button", name="Delete message").click()
    expect(rows(page)).to_contain_text(["Three", "One"])
    expect(heading(page, "One")).to_be_visible()
    total(page, "2 messages")
    told(page, "1 message deleted")
    page.keyboard.press("#")
    expect(rows(page)).to_contain_text(["Three"])
    total(page, "1 message")


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
    page.get_by_role("dialog", name="Delete 1 message?").get_by_role(
        "button", name="Delete"
    ).click()
    expect(page.get_by_text("Nothing found")).to_be_visible()
    page.get_by_role("button", name="Remove subject:throw").click()
    expect(rows(page)).to_contain_text(["Keep"])


def test_what_cannot_be_deleted_is_told(inbox: Inbox, ses: Any) -> None:
    inbox.allow("status of 500")
    simple(ses, "Stays")
    page = inbox.open()
    page.route(
        "**/_ses/messages?*",
        lambda route: (
            route.fulfill(status=500, body='{"error": "The disk is full."}')
            if route.request.method == "DELETE"
            else route.continue_()
        ),
    )
    page.keyboard.press("j")
    page.keyboard.press("#")
    told(page, "The disk is full.")
    expect(rows(page)).to_contain_text(["Stays"])


def test_failed_calls_are_listed(inbox: Inbox, ses: Any) -> None:
    page = inbox.open("#q=is:failed")
    expect(page.get_by_text("No call has failed")).to_be_visible()
    with pytest.raises(ClientError) as refused:
        simple(ses, "Never sent", ConfigurationSetName="missing")
    row = rows(page)
    expect(row).to_contain_text([refused.value.response["Error"]["Message"]])
    expect(row).to_contain_text(refused.value.response["Error"]["Code"])
    expect(row.locator(".status")).to_have_text("failed")
    simple(ses, "Sent")
    page.get_by_role("link", name="Inbox").click()
    expect(rows(page)).to_contain_text(["Sent", "Never sent"])
    page.get_by_role("link", name="Failed calls").click()
    expect(rows(page)).to_contain_text(["Never sent"])
    expect(page.get_by_role("link", name="Failed calls")).to_have_attribute("aria-current", "page")
