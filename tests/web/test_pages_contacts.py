"""The page of the contact lists."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.pages import delete, dialog, fits, heading, press, row, told, visit
from tests.web.support import Emulator, Inbox


@pytest.fixture
def ses(ses_emulator: Emulator) -> Any:
    """A client of the emulator that has a contact list."""
    client = ses_emulator.client("sesv2")
    client.create_contact_list(
        ContactListName="customers",
        Description="Who bought something",
        Topics=[
            {
                "TopicName": "offers",
                "DisplayName": "Offers",
                "DefaultSubscriptionStatus": "OPT_OUT",
            },
            {"TopicName": "news", "DisplayName": "News", "DefaultSubscriptionStatus": "OPT_IN"},
        ],
    )
    return client


def contact(ses: Any, address: str) -> dict[str, Any]:
    """What is stored of a contact."""
    found: dict[str, Any] = ses.get_contact(ContactListName="customers", EmailAddress=address)
    return found


def test_lists_are_made_and_deleted(inbox: Inbox, ses_emulator: Emulator) -> None:
    client = ses_emulator.client("sesv2")
    page = visit(inbox, "contacts")
    expect(page.get_by_text("No contact list yet")).to_be_visible()
    press(page, "Create list")
    form = dialog(page, "Create contact list")
    form.get_by_label("Name").fill("readers")
    form.get_by_label("Description (optional)").fill("Of the newsletter")
    press(form, "Create")
    expect(heading(page)).to_have_text("readers")
    expect(page.get_by_text("Of the newsletter")).to_be_visible()
    page.get_by_role("link", name="Contact lists").last.click()
    expect(heading(page)).to_have_text("Contact lists")
    delete(page, "readers")
    expect(page.get_by_text("No contact list yet")).to_be_visible()
    assert client.list_contact_lists()["ContactLists"] == []


def test_contacts_are_added_edited_and_deleted(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "contacts")
    page.get_by_role("link", name="customers").click()
    expect(page.get_by_text("Nobody is in this list yet")).to_be_visible()
    page.get_by_role("button", name="Add contact").first.click()
    form = dialog(page, "Add contact")
    form.get_by_label("Address").fill("ada@example.com")
    form.get_by_label("Offers").select_option("Subscribed")
    form.get_by_label("Attributes (optional)").fill('{"name": "Ada"}')
    press(form, "Add")
    expect(row(page, "ada@example.com")).to_contain_text("Offers")
    expect(row(page, "ada@example.com")).to_contain_text("News")
    found = contact(ses, "ada@example.com")
    assert found["TopicPreferences"] == [{"TopicName": "offers", "SubscriptionStatus": "OPT_IN"}]
    assert json.loads(found["AttributesData"]) == {"name": "Ada"}
    press(page, "Edit ada@example.com")
    form = dialog(page, "ada@example.com")
    expect(form.get_by_label("Offers")).to_have_value("OPT_IN")
    form.get_by_label("Offers").select_option("Not subscribed")
    form.get_by_label("News").select_option("Not subscribed")
    press(form, "Save")
    expect(row(page, "ada@example.com")).to_contain_text("No topic")
    expect(page.get_by_role("button", name="Edit ada@example.com")).to_be_focused()
    assert json.loads(contact(ses, "ada@example.com")["AttributesData"]) == {"name": "Ada"}
    delete(page, "ada@example.com")
    expect(page.get_by_text("Nobody is in this list yet")).to_be_visible()


def test_unsubscribe_keeps_the_rest(inbox: Inbox, ses: Any) -> None:
    ses.create_contact(
        ContactListName="customers",
        EmailAddress="ada@example.com",
        AttributesData='{"name": "Ada"}',
        TopicPreferences=[{"TopicName": "offers", "SubscriptionStatus": "OPT_IN"}],
    )
    page = visit(inbox, "contacts", name="customers")
    press(page, "Unsubscribe ada@example.com")
    told(page, "ada@example.com is unsubscribed")
    expect(row(page, "ada@example.com")).to_contain_text("Nothing")
    assert contact(ses, "ada@example.com")["UnsubscribeAll"] is True
    press(page, "Subscribe ada@example.com")
    expect(row(page, "ada@example.com")).to_contain_text("Offers")
    found = contact(ses, "ada@example.com")
    assert found["UnsubscribeAll"] is False
    assert found["AttributesData"] == '{"name": "Ada"}'


def test_topics(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "contacts", name="customers")
    page.get_by_role("link", name="Topics").click()
    expect(row(page, "offers")).to_contain_text("Not subscribed")
    press(page, "Add topic")
    form = dialog(page, "Add topic")
    form.get_by_label("Name").fill("events")
    form.get_by_label("Title").fill("Events")
    form.get_by_label("Without a preference a contact is").select_option("Not subscribed")
    press(form, "Add")
    expect(row(page, "events")).to_be_visible()
    press(page, "Edit offers")
    form = dialog(page, "Offers")
    form.get_by_label("Description (optional)").fill("Once a week")
    press(form, "Save")
    expect(row(page, "offers")).to_contain_text("Once a week")
    delete(page, "news")
    expect(row(page, "news")).to_have_count(0)
    found = ses.get_contact_list(ContactListName="customers")
    assert [topic["TopicName"] for topic in found["Topics"]] == ["offers", "events"]
    assert found["Topics"][0]["Description"] == "Once a week"
    assert found["Description"] == "Who bought something"


def test_list_is_deleted_from_its_page(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "contacts", name="customers")
    delete(page, "customers")
    expect(page.get_by_text("No contact list yet")).to_be_visible()


def test_on_a_phone(phone: Inbox, ses: Any) -> None:
    ses.create_contact(
        ContactListName="customers", EmailAddress="somebody.with.a.long.name@news.example.com"
    )
    for place in ({}, {"name": "customers"}, {"name": "customers", "part": "topics"}):
        fits(visit(phone, "contacts", **place))
