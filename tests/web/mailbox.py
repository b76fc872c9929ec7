"""What tests of mail look at in the page."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect


def rows(page: Page) -> Locator:
    """The rows of the list that exist, which are those in sight."""
    return page.get_by_role("list", name="Messages, newest first").get_by_role("listitem")


def total(page: Page, text: str) -> None:
    """The line above the list says so."""
    expect(page.locator(".total")).to_have_text(text)


def box(page: Page) -> Locator:
    """The search box."""
    return page.get_by_role("combobox", name="Search mail")


def search(page: Page, text: str) -> None:
    """Type into the search box."""
    box(page).fill(text)


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
