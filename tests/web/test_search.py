"""The search box: operators, completions, chips, errors."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.mail import simple
from tests.web.mailbox import box, heading, rows, search, total
from tests.web.support import Inbox


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
        ("-tag:team", ["Invoice for October"]),
        ("-invoice to:example.com", ["Welcome on board"]),
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
    page.get_by_role("button", name="Clear the search").click()
    expect(rows(page)).to_have_count(2)
    total(page, "2 messages")


def test_search_finds_new_mail_and_only_what_matches(inbox: Inbox, ses: Any) -> None:
    simple(ses, "Report one")
    page = inbox.open("#q=report")
    expect(box(page)).to_have_value("report")
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
    expect(box(page)).to_have_value("")


def test_errors_are_told_under_the_box(inbox: Inbox, ses: Any) -> None:
    inbox.allow("status of 400")
    simple(ses, "A message")
    page = inbox.open()
    search(page, "status:nonsense")
    expect(page.get_by_role("alert")).to_contain_text("nonsense")
    expect(box(page)).to_have_attribute("aria-invalid", "true")
    expect(rows(page)).to_have_count(0)
    search(page, "")
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(rows(page)).to_have_count(1)


def test_operators_become_chips(inbox: Inbox, ses: Any) -> None:
    simple(ses, "Invoice for October", to="ada@example.com")
    simple(ses, "Invoice for November", to="grace@example.com")
    simple(ses, "Welcome", to="grace@example.com")
    page = inbox.open()
    expect(rows(page)).to_have_count(3)
    box(page).click()
    page.keyboard.type("to:grace@example.com invoice")
    chip = page.get_by_role("button", name="Remove to:grace@example.com")
    expect(chip).to_be_visible()
    expect(box(page)).to_have_value("invoice")
    expect(rows(page)).to_contain_text(["Invoice for November"])
    expect(page).to_have_url(re.compile(r"q=to%3Agrace%40example.com\+invoice$"))
    page.reload()
    expect(chip).to_be_visible()
    expect(box(page)).to_have_value("invoice")
    chip.click()
    expect(rows(page)).to_have_count(2)
    expect(box(page)).to_be_focused()
    expect(page).to_have_url(re.compile("q=invoice$"))


def test_backspace_takes_the_last_chip(inbox: Inbox, ses: Any) -> None:
    simple(ses, "A message")
    page = inbox.open("#q=to:nobody -from:nobody")
    chips = page.get_by_role("list", name="Operators of the search").get_by_role("button")
    expect(chips).to_have_text(["to:nobody", "-from:nobody"])
    box(page).click()
    page.keyboard.press("Backspace")
    expect(chips).to_have_text(["to:nobody"])
    expect(rows(page)).to_have_count(0)
    page.keyboard.press("Backspace")
    expect(chips).to_have_count(0)
    expect(rows(page)).to_have_count(1)


def test_completions(inbox: Inbox, ses: Any) -> None:
    inbox.allow("status of 400")  # While a status is not typed to its end.
    simple(ses, "Order 7", to="bounce@simulator.amazonses.com")
    simple(ses, "Order 8")
    page = inbox.open()
    page.keyboard.press("/")
    options = page.get_by_role("listbox", name="Completions").get_by_role("option")
    for operator in ("to:", "from:", "has:", "is:", "status:", "before:", "id:"):
        expect(options.filter(has_text=re.compile(f"^{operator}"))).to_be_visible()
    page.keyboard.type("stat")
    expect(options).to_contain_text(["status:"])
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box(page)).to_have_attribute("aria-activedescendant", "completion-0")
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("status:")
    page.keyboard.type("bo")
    expect(options).to_contain_text(["bounced"])
    options.filter(has_text="bounced").click()
    expect(page.get_by_role("button", name="Remove status:bounced")).to_be_visible()
    expect(box(page)).to_have_value("")
    expect(rows(page)).to_contain_text(["Order 7"])
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)


def test_completions_of_addresses(inbox: Inbox, ses: Any) -> None:
    simple(ses, "A message", to="grace.hopper@example.com")
    page = inbox.open()
    box(page).click()
    page.keyboard.type("to:gra")
    option = page.get_by_role("option", name="grace.hopper@example.com")
    expect(option).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Remove to:grace.hopper@example.com")).to_be_visible()
    expect(box(page)).to_be_focused()


def test_message_id_that_is_pasted_opens_its_message(inbox: Inbox, ses: Any) -> None:
    id = simple(ses, "This one")
    simple(ses, "Another")
    page = inbox.open()
    expect(rows(page)).to_have_count(2)
    search(page, id)
    expect(rows(page)).to_contain_text(["This one"])
    expect(heading(page, "This one")).to_be_visible()
    total(page, "1 result")


def test_escape_clears_and_leaves(inbox: Inbox, ses: Any) -> None:
    simple(ses, "A message")
    page = inbox.open("#q=nothing to:nobody")
    expect(rows(page)).to_have_count(0)
    page.keyboard.press("/")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("Escape")
    expect(box(page)).not_to_be_focused()
