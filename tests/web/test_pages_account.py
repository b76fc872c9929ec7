"""The page of the account."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.mail import simple
from tests.web.pages import delete, dialog, fits, press, row, switch, told, visit
from tests.web.support import Emulator, Inbox


@pytest.fixture
def ses(ses_emulator: Emulator) -> Any:
    """A client of the emulator."""
    return ses_emulator.client("sesv2")


def fact(page: Page, name: str) -> Locator:
    """The value of a term."""
    return page.locator(".facts > div").filter(has=page.get_by_text(name, exact=True))


def test_profile_is_switched(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "account")
    expect(page.get_by_role("radio", name="Open")).to_be_checked()
    expect(page.locator(".page-help")).to_have_text("000000000000 in us-east-1")
    page.get_by_role("radio", name="Sandbox").check()
    told(page, "The account is in sandbox mode")
    expect(fact(page, "Sent in 24 hours")).to_contain_text("0 of 200")
    expect(page.get_by_role("radio", name="Sandbox")).to_be_focused()
    assert ses.get_account()["ProductionAccessEnabled"] is False
    page.get_by_role("radio", name="Production").check()
    told(page, "The account is in production mode")
    assert ses.get_account()["ProductionAccessEnabled"] is True
    with pytest.raises(ses.exceptions.MessageRejected):
        simple(ses, "Refused")
    press(page, "Back to the emulator's settings")
    told(page, "The settings hold again")
    expect(page.get_by_role("radio", name="Open")).to_be_checked()


def test_verification_and_enforcement(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "account")
    switch(page, "Verify identities at once", False)
    ses.create_email_identity(EmailIdentity="example.com")
    assert not ses.get_email_identity(EmailIdentity="example.com")["VerifiedForSendingStatus"]
    switch(page, "Refuse what is beyond quota and rate", True)
    press(page, "Change quota")
    form = dialog(page, "Quota")
    form.get_by_label("Recipients in 24 hours").fill("7")
    form.get_by_label("Recipients a second").fill("3")
    press(form, "Save")
    expect(fact(page, "Sent in 24 hours")).to_contain_text("0 of 7")
    expect(fact(page, "Rate")).to_contain_text("3 a second")
    expect(page.get_by_role("switch", name="Verify identities at once")).to_have_attribute(
        "aria-checked", "false"
    )
    assert ses.get_account()["SendQuota"]["Max24HourSend"] == 7


def test_sending_is_paused(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "account")
    switch(page, "Sending", False)
    expect(page.locator(".page-title")).to_contain_text("Paused")
    with pytest.raises(ses.exceptions.SendingPausedException):
        simple(ses, "Refused")
    switch(page, "Sending", True)
    simple(ses, "Sent")
    switch(page, "Virtual Deliverability Manager", True)
    assert ses.get_account()["VdmAttributes"]["VdmEnabled"] == "ENABLED"


def test_reputation_follows_what_happens(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "account")
    expect(fact(page, "Bounce rate")).to_contain_text("0.0 %")
    simple(ses, "Hello", to="bounce@simulator.amazonses.com")
    for _ in range(3):
        simple(ses, "Hello")
    expect(fact(page, "Sent in 24 hours")).to_contain_text("3 of")
    expect(fact(page, "Bounce rate")).to_contain_text("1 of 4")
    expect(fact(page, "Bounce rate")).to_contain_text("25.0 %")


def test_pools(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "account")
    expect(page.get_by_text("No pools")).to_be_visible()
    press(page, "Create pool")
    form = dialog(page, "Create pool")
    form.get_by_label("Name").fill("warm")
    form.get_by_label("Scaling").select_option("Managed")
    press(form, "Create")
    expect(row(page, "warm")).to_contain_text("Managed")
    assert ses.list_dedicated_ip_pools()["DedicatedIpPools"] == ["warm"]
    delete(page, "warm")
    expect(page.get_by_text("No pools")).to_be_visible()


def test_on_a_phone(phone: Inbox) -> None:
    fits(visit(phone, "account"))
