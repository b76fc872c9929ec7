"""The page of the suppression list."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.mail import simple
from tests.web.pages import dialog, fits, press, row, switch, told, visit
from tests.web.support import Emulator, Inbox


@pytest.fixture
def ses(ses_emulator: Emulator) -> Any:
    """A client of the emulator."""
    return ses_emulator.client("sesv2")


def test_addresses_are_added_and_removed(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "suppression")
    expect(page.get_by_text("Nobody is suppressed")).to_be_visible()
    press(page, "Add address")
    form = dialog(page, "Add an address")
    form.get_by_label("Address").fill("angry@example.com")
    form.get_by_label("Reason").select_option("Complaint")
    press(form, "Add")
    expect(row(page, "angry@example.com")).to_contain_text("Complaint")
    expect(row(page, "angry@example.com")).to_contain_text("now")
    expect(page.get_by_role("button", name="Add address")).to_be_focused()
    found = ses.get_suppressed_destination(EmailAddress="angry@example.com")
    assert found["SuppressedDestination"]["Reason"] == "COMPLAINT"
    press(page, "Remove angry@example.com")
    told(page, "angry@example.com gets mail again")
    expect(page.get_by_text("Nobody is suppressed")).to_be_visible()
    assert ses.list_suppressed_destinations()["SuppressedDestinationSummaries"] == []


def test_long_list_is_searched(inbox: Inbox, ses: Any) -> None:
    for number in range(9):
        ses.put_suppressed_destination(EmailAddress=f"a{number}@example.com", Reason="BOUNCE")
    ses.put_suppressed_destination(EmailAddress="angry@example.com", Reason="COMPLAINT")
    page = visit(inbox, "suppression")
    box = page.get_by_role("searchbox", name="Filter Suppressed addresses")
    box.fill("a7@")
    expect(page.get_by_text("1 of 10 addresses")).to_be_visible()
    box.fill("complaint")
    expect(row(page, "angry@example.com")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(2)


def test_hard_bounce_appears_at_once(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "suppression")
    expect(page.get_by_text("Nobody is suppressed")).to_be_visible()
    id = simple(ses, "Hello", to="gone@example.com")
    page.evaluate(
        """async (id) => await fetch(`/_ses/messages/${id}/events`, {
            method: "POST", body: JSON.stringify({type: "bounce"}),
            headers: {"X-Ses-Emulator": "1", "Content-Type": "application/json"}})""",
        id,
    )
    expect(row(page, "gone@example.com")).to_contain_text("Hard bounce")
    page.get_by_role("link", name="gone@example.com").click()
    expect(page).to_have_url(re.compile("#q=to%3Agone%40example.com$"))
    expect(page.get_by_text("Hello").first).to_be_visible()


def test_reasons_of_the_account(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "suppression")
    switch(page, "Complaints", False)
    assert ses.get_account()["SuppressionAttributes"]["SuppressedReasons"] == ["BOUNCE"]
    switch(page, "Hard bounces", False)
    assert ses.get_account()["SuppressionAttributes"]["SuppressedReasons"] == []
    switch(page, "Complaints", True)
    assert ses.get_account()["SuppressionAttributes"]["SuppressedReasons"] == ["COMPLAINT"]


def test_on_a_phone(phone: Inbox, ses: Any) -> None:
    ses.put_suppressed_destination(
        EmailAddress="somebody.with.a.long.name@subdomain.example.com", Reason="BOUNCE"
    )
    fits(visit(phone, "suppression"))
