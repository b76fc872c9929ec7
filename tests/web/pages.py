"""What the tests of the pages beside mail share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

from tests.web.support import Inbox

BUS = "arn:aws:events:us-east-1:000000000000:event-bus/default"


def visit(inbox: Inbox, view: str, **place: str) -> Page:
    """Open a page of the inbox, and wait until it has its content."""
    page = inbox.open(f"#{urlencode({'view': view, **place})}")
    expect(page.locator("#page h1")).to_be_visible()
    return page


def add_bus(ses: Any, types: Sequence[str] = ("SEND",)) -> None:
    """An event destination, `bus`, of the configuration set `shop`."""
    ses.create_configuration_set_event_destination(
        ConfigurationSetName="shop",
        EventDestinationName="bus",
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": list(types),
            "EventBridgeDestination": {"EventBusArn": BUS},
        },
    )


def heading(page: Page) -> Locator:
    """The title of the page."""
    return page.locator("#page").get_by_role("heading", level=1)


def row(page: Page, text: str) -> Locator:
    """The row of a table that has the text."""
    return page.get_by_role("row").filter(has_text=text)


def dialog(page: Page, title: str) -> Locator:
    """The open dialog of that title."""
    return page.get_by_role("dialog", name=title)


def press(at: Page | Locator, name: str) -> None:
    """Press the button of exactly that name."""
    at.get_by_role("button", name=name, exact=True).click()


def delete(at: Page | Locator, what: str) -> None:
    """Press a button with a bin, and agree."""
    press(at, f"Delete {what}")
    page = at if isinstance(at, Page) else at.page
    press(dialog(page, f"Delete {what}?"), "Delete")
    expect(dialog(page, f"Delete {what}?")).to_have_count(0)


def switch(at: Page | Locator, name: str, on: bool) -> None:
    """Turn a switch, and wait until it is as it should be."""
    control = at.get_by_role("switch", name=name, exact=True)
    control.click()
    expect(control).to_have_attribute("aria-checked", "true" if on else "false")
    expect(control).not_to_have_attribute("aria-busy", "true")


def told(page: Page, text: str) -> None:
    """A toast says so."""
    expect(page.locator(".toasts").get_by_text(text)).to_be_visible()


def fits(page: Page) -> None:
    """Nothing is wider than the page, nor scrolls sideways, but code and the links to parts."""
    wide = page.evaluate(
        """() => [...document.querySelectorAll("html, body, #page, #page *")].filter((e) =>
            e.scrollWidth > e.clientWidth + 1
            && ["auto", "scroll", "visible"].includes(getComputedStyle(e).overflowX)
            && getComputedStyle(e).display !== "inline"
            && e.clientWidth > 0
            && !e.closest("pre, textarea, .part-links, .sr, select, svg")
        ).map((e) => `${e.tagName}.${e.className}`)"""
    )
    assert wide == [], wide
