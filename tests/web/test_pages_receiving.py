"""The page of receiving: rule sets, their rules, filters, and what came in."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.pages import delete, dialog, fits, heading, press, row, told, visit
from tests.web.support import Emulator, Inbox

HEADER = {"AddHeaderAction": {"HeaderName": "X-Team", "HeaderValue": "support"}}
STOP = {"StopAction": {"Scope": "RuleSet"}}


@pytest.fixture
def ses(ses_emulator: Emulator) -> Any:
    """A client of the emulator, whose active rule set has three rules."""
    ses_emulator.client("sesv2").create_email_identity(EmailIdentity="example.com")
    client = ses_emulator.client("ses")
    client.create_receipt_rule_set(RuleSetName="inbound")
    client.set_active_receipt_rule_set(RuleSetName="inbound")
    after: dict[str, str] = {}
    for rule in (
        {"Name": "secret", "TlsPolicy": "Require", "Recipients": ["secret@example.com"]},
        {"Name": "off", "Enabled": False, "Recipients": ["example.com"]},
        {"Name": "support", "Recipients": ["support@example.com"], "Actions": [HEADER, STOP]},
    ):
        whole = {"Enabled": True, "Actions": [HEADER], **rule}
        client.create_receipt_rule(RuleSetName="inbound", Rule=whole, **after)
        after = {"After": str(rule["Name"])}
    return client


def rules(ses: Any, name: str = "inbound") -> list[dict[str, Any]]:
    """The rules of a set."""
    found: list[dict[str, Any]] = ses.describe_receipt_rule_set(RuleSetName=name)["Rules"]
    return found


def trace(page: Page) -> Locator:
    """The rules of the trace."""
    return page.get_by_role("list", name="Rules").locator("> li")


def test_first_rule_set_becomes_active(inbox: Inbox, ses_emulator: Emulator) -> None:
    client = ses_emulator.client("ses")
    page = visit(inbox, "receiving")
    expect(page.get_by_text("No rule sets yet")).to_be_visible()
    press(page, "Create rule set")
    form = dialog(page, "Create rule set")
    form.get_by_label("Name").fill("inbound")
    press(form, "Create")
    expect(heading(page)).to_have_text("inbound")
    expect(page.locator(".page-title")).to_contain_text("Active")
    assert client.describe_active_receipt_rule_set()["Metadata"]["Name"] == "inbound"


def test_rule_sets_are_cloned_activated_and_deleted(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "receiving")
    expect(row(page, "inbound")).to_contain_text("Active")
    press(page, "Clone inbound")
    form = dialog(page, "Clone inbound")
    form.get_by_label("Name of the clone").fill("copy")
    press(form, "Clone")
    expect(row(page, "copy")).to_contain_text("Inactive")
    assert rules(ses, "copy") == rules(ses)
    press(page, "Activate copy")
    told(page, "copy is active")
    expect(row(page, "inbound")).to_contain_text("Inactive")
    press(page, "Deactivate copy")
    told(page, "No rule set is active")
    delete(page, "copy")
    expect(row(page, "copy")).to_have_count(0)
    assert [each["Name"] for each in ses.list_receipt_rule_sets()["RuleSets"]] == ["inbound"]


def test_active_set_is_not_deleted(inbox: Inbox, ses: Any) -> None:
    inbox.allow("400")
    page = visit(inbox, "receiving")
    delete(page, "inbound")
    expect(page.locator(".toast.bad")).to_contain_text("active")
    press(page.locator(".toast.bad"), "Close the notice")
    expect(row(page, "inbound")).to_have_count(1)


def test_set_is_switched_cloned_and_deleted_on_its_page(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "receiving", name="inbound")
    press(page, "Deactivate")
    expect(page.locator(".page-title")).to_contain_text("Inactive")
    press(page, "Activate")
    expect(page.get_by_role("button", name="Deactivate")).to_be_visible()
    press(page, "Clone")
    press(dialog(page, "Clone inbound"), "Clone")
    expect(heading(page)).to_have_text("inbound-clone")
    delete(page, "inbound-clone")
    expect(heading(page)).to_have_text("Receiving")
    expect(row(page, "inbound-clone")).to_have_count(0)


def test_rule_is_added_with_its_actions(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "receiving", name="inbound")
    press(page, "Add rule")
    form = dialog(page, "Add rule")
    form.get_by_label("Name", exact=True).fill("orders")
    form.get_by_label("Recipients").fill("orders@example.com\n.example.com")
    form.get_by_label("Require TLS").check()
    form.get_by_label("Scan for spam and viruses").check()
    for kind in ("Bounce", "Add header", "Stop"):
        form.get_by_role("combobox", name="Kind of action").select_option(kind)
        press(form, "Add action")
    form.get_by_label("SMTP reply code").fill("550")
    form.get_by_label("Message").fill("No")
    form.get_by_label("Sender of the bounce").fill("mailer@example.com")
    form.get_by_label("Header", exact=True).fill("X-Kind")
    form.get_by_label("Value").fill("order")
    press(form, "Move Bounce down")
    expect(form.get_by_role("button", name="Move Bounce down")).to_be_focused()
    press(form, "Remove Stop")
    press(form, "Add")
    expect(row(page, "orders")).to_contain_text("Add header")
    made = rules(ses)[-1]
    assert made["Name"] == "orders"
    assert made["TlsPolicy"] == "Require"
    assert made["ScanEnabled"] is True
    assert made["Recipients"] == ["orders@example.com", ".example.com"]
    assert made["Actions"] == [
        {"AddHeaderAction": {"HeaderName": "X-Kind", "HeaderValue": "order"}},
        {"BounceAction": {"SmtpReplyCode": "550", "Message": "No", "Sender": "mailer@example.com"}},
    ]


def test_what_ses_refuses_of_a_rule_is_said(inbox: Inbox, ses: Any) -> None:
    inbox.allow("400")
    page = visit(inbox, "receiving", name="inbound")
    press(page, "Add rule")
    form = dialog(page, "Add rule")
    form.get_by_label("Name", exact=True).fill("archive")
    press(form, "Add action")
    form.get_by_label("Bucket").fill("No Bucket")
    press(form, "Add")
    expect(form.get_by_role("alert")).to_contain_text("No such bucket")
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)
    assert len(rules(ses)) == 3


def test_rules_are_edited_switched_moved_and_deleted(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "receiving", name="inbound")
    press(page, "Edit support")
    form = dialog(page, "Rule support")
    expect(form.get_by_label("Recipients")).to_have_value("support@example.com")
    form.get_by_label("Value").fill("help")
    press(form, "Save")
    expect(form).to_have_count(0)
    page.get_by_role("switch", name="Enable off").click()
    expect(page.get_by_role("switch", name="Enable off")).to_have_attribute("aria-checked", "true")
    press(page, "Move support up")
    expect(page.get_by_role("row").nth(2)).to_contain_text("support")
    expect(page.get_by_role("button", name="Move support up")).to_be_focused()
    press(page, "Move secret down")
    expect(page.get_by_role("row").nth(2)).to_contain_text("secret")
    expect(page.get_by_role("button", name="Move off down")).to_be_disabled()
    delete(page, "secret")
    expect(row(page, "secret")).to_have_count(0)
    first, second = rules(ses)
    assert (first["Name"], second["Name"], second["Enabled"]) == ("support", "off", True)
    assert first["Actions"] == [
        {"AddHeaderAction": {"HeaderName": "X-Team", "HeaderValue": "help"}},
        STOP,
    ]


def test_filters(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "receiving")
    page.get_by_role("link", name="IP filters").click()
    expect(page.get_by_text("No IP filters")).to_be_visible()
    press(page, "Create filter")
    form = dialog(page, "Create IP filter")
    form.get_by_label("Name").fill("office")
    form.get_by_label("Policy").select_option("Allow")
    form.get_by_label("Addresses").fill("10.0.0.0/24")
    press(form, "Create")
    expect(row(page, "office")).to_contain_text("10.0.0.0/24")
    [made] = ses.list_receipt_filters()["Filters"]
    assert made["IpFilter"] == {"Policy": "Allow", "Cidr": "10.0.0.0/24"}
    delete(page, "office")
    expect(page.get_by_text("No IP filters")).to_be_visible()


def test_mail_is_received_and_traced(inbox: Inbox, ses: Any, ses_emulator: Emulator) -> None:
    page = visit(inbox, "receiving", part="mail")
    expect(page.get_by_text("No mail has come in yet")).to_be_visible()
    press(page, "Receive a mail")
    form = dialog(page, "Receive a mail")
    form.get_by_label("From").fill("ada@example.org")
    form.get_by_label("To", exact=True).fill("support@example.com")
    form.get_by_label("Subject").fill("Hélp")
    press(form, "Receive")
    expect(trace(page)).to_have_count(3)
    expect(trace(page).nth(0)).to_contain_text("Not met: none of its recipients")
    expect(trace(page).nth(1)).to_contain_text("Not met: disabled")
    met = trace(page).nth(2)
    expect(met).to_contain_text("support@example.com")
    expect(met.locator("ol > li")).to_have_count(2)
    expect(met.locator("ol > li").first).to_contain_text("Add header")
    expect(met.locator("ol > li").first).to_contain_text("Done")
    expect(page.get_by_text("localhost [127.0.0.1], without TLS")).to_be_visible()
    expect(row(page, "Hélp")).to_contain_text("Received")
    page.get_by_role("link", name="Close").click()
    expect(trace(page)).to_have_count(0)
    page.get_by_role("link", name="Hélp").click()
    expect(trace(page)).to_have_count(3)
    page.get_by_role("link", name="Open the mail").click()
    expect(page.get_by_role("heading", name="Hélp")).to_be_visible()


def test_source_connection_and_verdicts_are_given(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "receiving", part="mail")
    press(page, "Receive a mail")
    form = dialog(page, "Receive a mail")
    form.get_by_label("To", exact=True).fill("secret@example.com")
    form.get_by_text("Source, connection and verdicts").click()
    form.get_by_label("Source (optional)").fill("Subject: As it is\n\nHello")
    form.get_by_label("Client's IP address").fill("10.9.8.7")
    form.get_by_label("Over TLS").check()
    press(form, "Receive")
    expect(page.get_by_text("localhost [10.9.8.7], over TLS")).to_be_visible()
    expect(trace(page).first.locator("ol > li")).to_contain_text("Add header")
    expect(row(page, "As it is")).to_be_visible()


def test_refused_recipients_are_told(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "receiving")
    press(page, "Receive a mail")
    form = dialog(page, "Receive a mail")
    form.get_by_label("To", exact=True).fill("nobody@elsewhere.example, secret@example.com")
    press(form, "Receive")
    expect(form.get_by_text("nobody@elsewhere.example: 550")).to_be_visible()
    expect(form.get_by_text("secret@example.com: 550")).to_contain_text("TLS")
    press(form, "Cancel")


def test_mail_appears_as_it_comes(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "receiving", part="mail")
    expect(page.get_by_text("No mail has come in yet")).to_be_visible()
    page.evaluate(
        """async () => await fetch("/_ses/inbound?recipients=support@example.com", {
            method: "POST", body: "From: a@example.org\\r\\nSubject: Live\\r\\n\\r\\nx",
            headers: {"X-Ses-Emulator": "1"}})"""
    )
    expect(row(page, "Live")).to_be_visible()


def test_on_a_phone(phone: Inbox, ses: Any) -> None:
    for place in ({}, {"name": "inbound"}, {"part": "filters"}, {"part": "mail"}):
        fits(visit(phone, "receiving", **place))
    page = visit(phone, "receiving", name="inbound")
    press(page, "Edit support")
    fits(page)
