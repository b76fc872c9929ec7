"""The page of the identities."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.pages import delete, dialog, fits, heading, press, row, switch, told, visit
from tests.web.support import Emulator, Inbox


@pytest.fixture
def ses(ses_emulator: Emulator) -> Any:
    """A client of an account in which identities wait for a click."""
    return ses_emulator.client("sesv2")


@pytest.fixture
def strict(inbox: Inbox, ses_emulator: Emulator) -> Iterator[None]:
    """Identities are verified by a click."""
    page = inbox.context.new_page()
    page.goto(ses_emulator.url + "/")
    page.evaluate(
        """async () => await fetch("/_ses/account", {
            method: "PUT", body: JSON.stringify({verification: "click"}),
            headers: {"X-Ses-Emulator": "1", "Content-Type": "application/json"}})"""
    )
    page.close()
    yield


def test_empty_list_leads_to_the_first_identity(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "identities")
    expect(page.get_by_text("No identities yet")).to_be_visible()
    expect(page.get_by_text("aws sesv2 create-email-identity")).to_be_visible()
    press(page, "Create identity")
    form = dialog(page, "Create identity")
    expect(form.get_by_label("Domain or address")).to_be_focused()
    form.get_by_label("Domain or address").fill("example.com")
    form.get_by_label("Sign its mail with DKIM").uncheck()
    press(form, "Create")
    expect(heading(page)).to_have_text("example.com")
    assert "name=example.com" in page.url
    identity = ses.get_email_identity(EmailIdentity="example.com")
    assert identity["DkimAttributes"]["SigningEnabled"] is False


def test_what_ses_refuses_is_said_in_the_dialog(inbox: Inbox, ses: Any) -> None:
    ses.create_email_identity(EmailIdentity="example.com")
    inbox.allow("400", "409")
    page = visit(inbox, "identities")
    press(page, "Create identity")
    form = dialog(page, "Create identity")
    form.get_by_label("Domain or address").fill("example.com")
    press(form, "Create")
    expect(form.get_by_role("alert")).to_contain_text("already exist")
    press(form, "Cancel")
    expect(form).to_have_count(0)


@pytest.mark.usefixtures("strict")
def test_list_verifies_and_deletes(inbox: Inbox, ses: Any) -> None:
    ses.create_email_identity(EmailIdentity="example.com")
    ses.create_email_identity(EmailIdentity="ada@example.org")
    page = visit(inbox, "identities")
    expect(row(page, "example.com")).to_contain_text("Pending")
    expect(row(page, "example.com")).to_contain_text("Domain")
    expect(row(page, "ada@example.org")).to_contain_text("Address")
    press(page, "Verify example.com")
    expect(row(page, "example.com")).to_contain_text("Verified")
    told(page, "example.com is verified")
    assert ses.get_email_identity(EmailIdentity="example.com")["VerifiedForSendingStatus"] is True
    delete(page, "ada@example.org")
    expect(row(page, "ada@example.org")).to_have_count(0)
    expect(heading(page)).to_be_focused()
    assert [i["IdentityName"] for i in ses.list_email_identities()["EmailIdentities"]] == [
        "example.com"
    ]


@pytest.mark.usefixtures("strict")
def test_records_are_copied_and_confirmed(inbox: Inbox, ses: Any) -> None:
    ses.create_email_identity(EmailIdentity="example.com")
    page = visit(inbox, "identities")
    page.get_by_role("link", name="example.com").click()
    expect(heading(page)).to_be_focused()
    records = page.get_by_role("table", name="DNS records")
    expect(records.get_by_role("row").filter(has_text="DKIM")).to_have_count(3)
    expect(records.get_by_text("Pending").first).to_be_visible()
    name = records.get_by_text("_amazonses.example.com")
    expect(name).to_be_visible()
    records.get_by_role("button", name="Copy the value of the CNAME record").first.click()
    expect(
        records.get_by_role("button", name="Copied the value of the CNAME record")
    ).to_be_visible()
    assert re.fullmatch(
        r"\w+\.dkim\.amazonses\.com", page.evaluate("navigator.clipboard.readText()")
    )
    press(page, "Verify")
    expect(records.get_by_text("Pending")).to_have_count(0)
    expect(page.get_by_role("button", name="Verify", exact=True)).to_have_count(0)
    page.get_by_role("link", name="Identities").last.click()
    expect(page.get_by_role("link", name="example.com")).to_be_focused()


def test_sending_settings(inbox: Inbox, ses: Any) -> None:
    ses.create_email_identity(EmailIdentity="example.com")
    ses.create_configuration_set(ConfigurationSetName="shop")
    page = visit(inbox, "identities", name="example.com")
    switch(page, "Sign with DKIM", False)
    press(page, "Change the MAIL FROM domain")
    form = dialog(page, "MAIL FROM domain")
    form.get_by_label("Domain").fill("bounce.example.com")
    form.get_by_label("Without an MX record").select_option("Reject the message")
    press(form, "Save")
    expect(page.get_by_text("SES rejects the message")).to_be_visible()
    press(page, "Change the default configuration set")
    form = dialog(page, "Default configuration set")
    form.get_by_label("Configuration set").fill("shop")
    press(form, "Save")
    expect(page.locator(".setting").filter(has_text="Default configuration set")).to_contain_text(
        "shop"
    )
    found = ses.get_email_identity(EmailIdentity="example.com")
    assert found["DkimAttributes"]["SigningEnabled"] is False
    assert found["MailFromAttributes"]["MailFromDomain"] == "bounce.example.com"
    assert found["MailFromAttributes"]["BehaviorOnMxFailure"] == "REJECT_MESSAGE"
    assert found["ConfigurationSetName"] == "shop"


def test_notifications(inbox: Inbox, ses: Any, ses_emulator: Emulator) -> None:
    topic = "arn:aws:sns:us-east-1:000000000000:bounces"
    ses.create_email_identity(EmailIdentity="example.com")
    page = visit(inbox, "identities", name="example.com")
    page.get_by_role("link", name="Notifications").click()
    expect(page.get_by_role("link", name="Notifications")).to_be_focused()
    switch(page, "Send bounces and complaints to the sender as mail", False)
    assert not ses.get_email_identity(EmailIdentity="example.com")["FeedbackForwardingStatus"]
    switch(page, "Send bounces and complaints to the sender as mail", True)
    page.get_by_label("Bounce topic").fill(topic)
    page.get_by_role("checkbox", name="Original headers for bounce").check()
    press(page, "Save topics")
    told(page, "Saved the topics")
    expect(page.get_by_label("Bounce topic")).to_have_value(topic)
    attributes = ses_emulator.client("ses").get_identity_notification_attributes(
        Identities=["example.com"]
    )["NotificationAttributes"]["example.com"]
    assert attributes["BounceTopic"] == topic
    assert attributes["HeadersInBounceNotificationsEnabled"] is True
    assert attributes["HeadersInComplaintNotificationsEnabled"] is False


def test_policies(inbox: Inbox, ses: Any) -> None:
    ses.create_email_identity(EmailIdentity="example.com")
    page = visit(inbox, "identities", name="example.com", part="policies")
    press(page, "Create policy")
    form = dialog(page, "Create policy")
    form.get_by_label("Name").fill("marketing")
    press(form, "Create")
    expect(page.get_by_label("the policy marketing", exact=True)).to_contain_text("111122223333")
    press(page, "Edit marketing")
    form = dialog(page, "Policy marketing")
    form.get_by_label("Policy").fill(
        form.get_by_label("Policy").input_value().replace("111122223333", "444455556666")
    )
    press(form, "Save")
    expect(page.get_by_label("the policy marketing", exact=True)).to_contain_text("444455556666")
    delete(page, "marketing")
    expect(page.get_by_text("No policies")).to_be_visible()
    assert ses.get_email_identity_policies(EmailIdentity="example.com")["Policies"] == {}


def test_detail_deletes_and_unknown_names_are_told(inbox: Inbox, ses: Any) -> None:
    inbox.allow("404")
    ses.create_email_identity(EmailIdentity="example.com")
    page = visit(inbox, "identities", name="example.com")
    delete(page, "example.com")
    expect(heading(page)).to_have_text("Identities")
    page.go_back()
    expect(page.get_by_role("alert")).to_contain_text("does not exist")
    ses.create_email_identity(EmailIdentity="example.com")
    press(page, "Try again")
    expect(page.get_by_role("heading", name="DNS records")).to_be_visible()


def test_region_of_the_url_is_looked_at(inbox: Inbox, ses_emulator: Emulator) -> None:
    elsewhere = ses_emulator.client("sesv2", region_name="eu-west-1")
    elsewhere.create_email_identity(EmailIdentity="example.eu")
    page = visit(inbox, "identities")
    expect(page.get_by_text("No identities yet")).to_be_visible()
    page = visit(inbox, "identities", region="eu-west-1")
    page.get_by_role("link", name="example.eu").click()
    expect(heading(page)).to_have_text("example.eu")
    assert "region=eu-west-1" in page.url


def test_on_a_phone(phone: Inbox, ses_emulator: Emulator) -> None:
    ses = ses_emulator.client("sesv2")
    ses.create_email_identity(EmailIdentity="a-very-long-name-of-a-domain.newsletter.example.com")
    page = visit(phone, "identities")
    fits(page)
    page.get_by_role("link", name="a-very-long-name").click()
    expect(page.get_by_role("table", name="DNS records")).to_be_visible()
    fits(page)
