"""The frame of the inbox: navigation, panes, looks, keys, palette, and that all can use it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.mail import simple
from tests.web.mailbox import body, box, fits, heading, rows, total
from tests.web.support import Emulator, Inbox, axe

LIST = "Width of the list"
WEB = Path(__file__).parent.parent.parent / "web"


def width(page: Page, selector: str) -> float:
    """The width of an element in px."""
    return float(page.locator(selector).evaluate("(e) => e.getBoundingClientRect().width"))


def background(page: Page) -> str:
    """The colour of the page."""
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def links(page: Page) -> list[str]:
    """The addresses of all places of the navigation."""
    anchors = page.get_by_role("navigation", name="Pages").get_by_role("link")
    return [str(anchor.get_attribute("href")) for anchor in anchors.all()]


def test_what_the_list_needs_is_preloaded() -> None:
    """All that app.js imports, in one step of the network in place of one for each level."""
    todo, needed = ["app.js"], set()
    while todo:
        needed.add(todo[-1])
        source = (WEB / todo.pop()).read_text("utf-8")
        imports = re.findall(r'^import [^;]* from "\./([\w.]+)";', source, re.MULTILINE)
        todo += [name for name in imports if name not in needed]
    page = (WEB / "index.html").read_text("utf-8")
    preloaded = re.findall(r'rel="modulepreload" href="/web/([^"]+)"', page)
    assert set(preloaded) == needed - {"app.js", "theme.js"}
    assert preloaded == sorted(preloaded)


def test_panes_are_resized_and_remembered(inbox: Inbox, ses: Any) -> None:
    simple(ses, "A message")
    page = inbox.open()
    expect(rows(page)).to_have_count(1)
    bar = page.get_by_role("separator", name=LIST)
    before = width(page, "#list")
    bar.focus()
    page.keyboard.press("ArrowRight")
    assert width(page, "#list") == before + 16
    expect(bar).to_have_attribute("aria-valuenow", str(round(before + 16)))
    place = bar.bounding_box()
    assert place
    page.mouse.move(place["x"], 400)
    page.mouse.down()
    page.mouse.move(place["x"] + 60, 400, steps=3)
    page.mouse.up()
    assert width(page, "#list") == before + 76
    page.get_by_role("separator", name="Width of the navigation").focus()
    page.keyboard.press("Home")
    assert width(page, "#navigation") == 160
    page.reload()
    expect(rows(page)).to_have_count(1)
    assert (width(page, "#list"), width(page, "#navigation")) == (before + 76, 160)
    bar.dblclick()
    assert width(page, "#list") == before


@pytest.mark.parametrize(
    ("across", "panes"),
    [(1440, "navigation list reader"), (900, "list reader"), (700, "list"), (375, "list")],
)
def test_panes_by_width(inbox: Inbox, ses: Any, across: int, panes: str) -> None:
    simple(ses, "A message")
    page = inbox.open()
    page.set_viewport_size({"width": across, "height": 800})
    expect(rows(page)).to_have_count(1)
    for name in ("navigation", "list", "reader"):
        expect(page.locator(f"#{name}")).to_be_visible(visible=name in panes)
    assert fits(page)


def test_navigation_is_a_drawer_on_a_phone(phone: Inbox, ses: Any) -> None:
    simple(ses, "A message")
    page = phone.open()
    menu = page.get_by_role("button", name="Navigation")
    expect(menu).to_have_attribute("aria-expanded", "false")
    menu.click()
    expect(page.get_by_role("link", name="Inbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(page.locator("#navigation")).to_be_hidden()
    menu.click()
    page.get_by_role("link", name="Identities").click()
    expect(page.locator("#page h1")).to_be_visible()
    expect(page.locator("#navigation")).to_be_hidden()
    assert fits(page)


def test_every_place_of_the_navigation(inbox: Inbox) -> None:
    page = inbox.open()
    for address in links(page):
        anchor = page.get_by_role("navigation", name="Pages").locator(f"a[href='{address}']")
        anchor.click()
        expect(anchor).to_have_attribute("aria-current", "page")
        if "view=" in address:
            expect(page.locator("#page h1")).to_be_visible()
            expect(page).to_have_title(re.compile(" · ses-emulator$"))
    page.goto(f"{inbox.url}/#view=nonsense")
    expect(page.get_by_role("link", name="Inbox")).to_have_attribute("aria-current", "page")


def test_account_and_region_are_kept_from_page_to_page(
    inbox: Inbox, ses_emulator: Emulator
) -> None:
    other = ses_emulator.client("sesv2", region_name="eu-west-1", aws_access_key_id="123456789012")
    other.create_email_identity(EmailIdentity="there.example")
    simple(other, "From there")
    page = inbox.open("#view=identities")
    expect(page.get_by_text("there.example")).to_have_count(0)
    page.get_by_role("combobox", name="Account").select_option("123456789012")
    page.get_by_role("combobox", name="Region").select_option("eu-west-1")
    expect(page.get_by_role("link", name="there.example")).to_be_visible()
    expect(page).to_have_url(re.compile("account=123456789012&region=eu-west-1"))
    page.get_by_role("link", name="Configuration sets").click()
    expect(page).to_have_url(re.compile("view=sets&account=123456789012&region=eu-west-1"))
    page.get_by_role("combobox", name="Account").select_option("Other…")
    dialog = page.get_by_role("dialog", name="Other account")
    dialog.get_by_role("textbox", name="Account").fill("999999999999")
    dialog.get_by_role("textbox", name="Account").press("Enter")
    expect(page).to_have_url(re.compile("account=999999999999"))


def test_theme_and_density(inbox: Inbox, ses: Any) -> None:
    simple(ses, "A message")
    page = inbox.open()
    expect(rows(page)).to_have_count(1)
    light, high = background(page), rows(page).evaluate("(e) => e.offsetHeight")
    page.emulate_media(color_scheme="dark")
    dark = background(page)
    assert dark != light
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Light").check()
    assert background(page) == light
    page.emulate_media(color_scheme="light")
    page.get_by_label("Dark").check()
    assert background(page) == dark
    page.get_by_label("Compact").check()
    page.get_by_role("button", name="Close").click()
    assert rows(page).evaluate("(e) => e.offsetHeight") < high
    page.reload()
    expect(rows(page)).to_have_count(1)
    assert background(page) == dark
    assert rows(page).evaluate("(e) => e.offsetHeight") < high


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
    page.keyboard.press("o")
    expect(heading(page, "Newest")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("No message selected")).to_be_visible()
    page.keyboard.press("Delete")
    expect(rows(page)).to_contain_text(["Middle", "Oldest"])
    page.keyboard.press("/")
    expect(box(page)).to_be_focused()
    page.keyboard.type("oldest")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(heading(page, "Oldest")).to_be_visible()
    tabs = page.get_by_role("tablist", name="Parts of the message").get_by_role("tab")
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    expect(tabs.nth(1)).to_be_focused()
    expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")


def test_keys_of_places(inbox: Inbox, ses: Any) -> None:
    simple(ses, "A message")
    page = inbox.open()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    for does in ("Next message", "Mark read", "Mark unread", "Export as zip", "Delete", "Search"):
        expect(dialog.get_by_text(does).first).to_be_visible()
    page.keyboard.press("j")  # Not for what is behind it.
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    for key, title in {"i": "Identities", "d": "Dashboard", "u": "Send mail here"}.items():
        page.keyboard.press("g")
        page.keyboard.press(key)
        expect(page.locator("#page h1")).to_have_text(title)
    page.keyboard.press("#")  # There is nothing to delete here.
    page.keyboard.press("g")
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile("q=is%3Afailed"))
    page.keyboard.press("g")
    page.keyboard.press("m")
    expect(rows(page)).to_contain_text(["A message"])


def test_keys_work_with_the_focus_in_the_mail(inbox: Inbox, ses: Any) -> None:
    inbox.allow("Blocked script execution")  # Of the test's own, to look into the frame.
    html = "<p>Reading this <a href='https://shop.example'>shop</a></p>" + "<p>More</p>" * 200
    for subject in ("First", "Second"):
        simple(ses, subject, html=html)
    page = inbox.open()
    page.get_by_role("link", name="Second").click()
    frame = page.locator("iframe")
    place = frame.bounding_box()
    assert place
    page.mouse.click(place["x"] + 30, place["y"] + 30)
    expect(page.locator("#reader")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(heading(page, "First")).to_be_visible()
    # It scrolls, and what is marked in it is copied, all the same.
    word = body(page).get_by_text("Reading this")
    spot = word.bounding_box()
    assert spot
    page.mouse.move(spot["x"] + 10, spot["y"] + 8)
    page.mouse.wheel(0, 400)
    expect(word).not_to_be_in_viewport()
    page.mouse.wheel(0, -400)
    expect(word).to_be_in_viewport()
    page.mouse.dblclick(spot["x"] + 10, spot["y"] + 8)
    expect(page.locator("#reader")).to_be_focused()
    page.keyboard.press("Control+c")
    expect(page.locator("#reader")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.press("Control+v")
    expect(box(page)).to_have_value("Reading")
    # The Tab key goes to its links.
    page.get_by_role("tab", name="HTML").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "IFRAME":
            break
    assert page.evaluate("document.activeElement.tagName") == "IFRAME"


def test_palette(inbox: Inbox, ses: Any) -> None:
    simple(ses, "A message")
    page = inbox.open()
    box(page).fill("message")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Clear the search").click()
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Palette")
    page.keyboard.type("ident")
    expect(palette.get_by_role("option", selected=True)).to_contain_text("Identities")
    page.keyboard.press("Enter")
    expect(page.locator("#page h1")).to_have_text("Identities")
    page.keyboard.press("Control+k")
    page.keyboard.type("theme dark")
    palette.get_by_role("option", name="Theme: dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("Control+k")
    page.keyboard.type("mess")
    palette.get_by_role("option", name="Searched before").click()
    expect(box(page)).to_have_value("message")
    total(page, "1 result")
    page.keyboard.press("Control+k")
    page.keyboard.type("zzz")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=zzz"))


def test_toast_never_takes_the_focus(inbox: Inbox, ses: Any) -> None:
    simple(ses, "One")
    simple(ses, "Two")
    page = inbox.open()
    expect(rows(page)).to_have_count(2)
    page.keyboard.press("j")
    page.keyboard.press("#")
    toast = page.get_by_text("1 message deleted")
    expect(toast).to_be_visible()
    expect(page.get_by_role("link", name="One")).to_be_focused()
    page.get_by_role("button", name="Close the notice").click()
    expect(toast).to_have_count(0)


def test_notifications_are_an_option(inbox: Inbox, ses: Any) -> None:
    inbox.context.add_init_script(
        """window.Notification = class {
            static permission = "default";
            static requestPermission = async () => (Notification.permission = "granted");
            constructor(title) {
                document.body.append(Object.assign(document.createElement("output"),
                    { className: "told", textContent: title }));
            }
        };
        Object.defineProperty(document, "hidden", { get: () => window.away ?? false });"""
    )
    page = inbox.open()
    leave = "window.away = true; document.dispatchEvent(new Event('visibilitychange'))"
    come = "window.away = false; document.dispatchEvent(new Event('visibilitychange'))"
    page.get_by_role("button", name="Settings").click()
    option = page.get_by_role("checkbox", name="Notify on the desktop")
    expect(option).not_to_be_checked()
    option.check()
    page.keyboard.press("Escape")
    simple(ses, "Seen")
    expect(rows(page)).to_have_count(1)
    told = page.locator(".told")
    expect(told).to_have_count(0)
    page.evaluate(leave)
    simple(ses, "In the background")
    expect(told).to_have_text(["In the background"])
    page.evaluate(come)
    expect(rows(page)).to_have_count(2)


def test_nothing_serious_for_axe(inbox: Inbox, ses: Any) -> None:
    simple(ses, "Order 7", to="bounce@simulator.amazonses.com")
    page = inbox.open()
    expect(rows(page).filter(has_text="Order 7")).to_be_visible()
    axe(page)
    page.keyboard.press("/")
    expect(page.get_by_role("listbox")).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    page.get_by_role("checkbox", name="Select Order 7").check()
    axe(page)
    for key, name in {"?": "Keys", "Control+k": "Palette"}.items():
        page.keyboard.press("Escape")
        page.keyboard.press(key)
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
        axe(page)


def test_nothing_serious_for_axe_on_any_page(inbox: Inbox, phone: Inbox, ses: Any) -> None:
    ses.create_email_identity(EmailIdentity="shop.example")
    ses.create_configuration_set(ConfigurationSetName="billing")
    simple(ses, "A message")
    for view in (inbox, phone):
        page = view.open("#view=setup")
        for address in links(page):
            page.goto(f"{view.url}/{address}")
            if "view=" in address:
                expect(page.locator("#page h1")).to_be_visible()
            axe(page)
