"""What can be made to happen to a message, button by button."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from ses_emulator.mail import details
from tests.web.mail import SENDER, simple
from tests.web.support import Emulator, Inbox
from tests.web.test_message import tracked


@pytest.fixture
def ses(ses_emulator: Emulator) -> Any:
    """A client that sends to the emulator."""
    return ses_emulator.client("sesv2")


def simulate(page: Page, kind: str = "Bounce") -> Locator:
    """Open the form and choose what happens."""
    page.get_by_role("button", name="Simulate").click()
    form = page.get_by_role("form", name="Simulate")
    button = form.get_by_role("button", name=kind, exact=True)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    return form


def events(page: Page) -> Locator:
    """The events of the message."""
    return page.get_by_role("list", name="Events").get_by_role("listitem")


def code(form: Locator, name: str) -> str:
    """The code that does the same."""
    form.get_by_role("group", name="The same with").get_by_role("button", name=name).click()
    return form.get_by_label(f"the {name} code", exact=True).text_content() or ""


@pytest.mark.parametrize(
    ("kind", "options", "does", "type", "told"),
    [
        ("Bounce", {"Type": "Transient", "Sub-type": "MailboxFull"}, "Bounce it", "Bounce",
         "Transient · MailboxFull — smtp; 552 5.2.2 Mailbox full"),
        ("Bounce", {"Type": "Undetermined"}, "Bounce it", "Bounce", "Undetermined · Undetermined"),
        ("Complaint", {"Feedback type": "fraud"}, "Complain of it", "Complaint", "fraud"),
        ("Delay", {"Delay type": "IPFailure"}, "Delay it", "DeliveryDelay", "IPFailure"),
        ("Reject", {}, "Reject it", "Reject", "Bad content"),
        ("Open", {}, "Open it", "Open", "ses-emulator"),
    ],
)  # fmt: skip
def test_every_kind(
    inbox: Inbox, ses: Any, kind: str, options: dict[str, str], does: str, type: str, told: str
) -> None:
    page = inbox.open(f"#id={simple(ses, 'Order 7')}")
    form = simulate(page, kind)
    for label, value in options.items():
        form.get_by_role("combobox", name=label, exact=True).select_option(value)
    form.get_by_role("button", name=does).click()
    expect(form.get_by_role("status")).to_contain_text("done")
    event = events(page).last
    expect(event).to_contain_text(type)
    expect(event).to_contain_text(told)
    expect(event).to_be_in_viewport()
    expect(form.get_by_role("button", name=does)).to_be_in_viewport()


def test_bounces_are_those_of_ses(inbox: Inbox, ses: Any) -> None:
    page = inbox.open(f"#id={simple(ses, 'Order 7')}")
    form = simulate(page)
    kinds = form.get_by_role("combobox", name="Type", exact=True)
    found = []
    for kind in kinds.get_by_role("option").all_text_contents():
        kinds.select_option(kind)
        sub_types = form.get_by_role("combobox", name="Sub-type").get_by_role("option")
        found += [(kind, sub_type) for sub_type in sub_types.all_text_contents()]
    assert sorted(found) == sorted(details.BOUNCES)
    for name, label, known in (
        ("Complaint", "Feedback type", details.COMPLAINT_FEEDBACK_TYPES),
        ("Delay", "Delay type", tuple(details.DELAYS)),
    ):
        form.get_by_role("button", name=name, exact=True).click()
        options = form.get_by_role("combobox", name=label).get_by_role("option")
        assert sorted(options.all_text_contents()) == sorted(known)


def test_click_of_a_chosen_link(inbox: Inbox, ses: Any) -> None:
    html = """<a href="https://shop.example/one">One</a>
    <a href="https://shop.example/two" ses:tags="kind:second;">Two</a>"""
    page = inbox.open(f"#id={tracked(ses, html)}")
    form = simulate(page, "Click")
    choice = form.get_by_role("combobox", name="Link")
    options = choice.get_by_role("option")
    expect(options).to_contain_text(["One — https://shop.example/one", "Two", "Another address"])
    choice.select_option(index=1)
    form.get_by_role("button", name="Click the link").click()
    expect(events(page).filter(has_text="https://shop.example/two")).to_be_visible()
    events(page).filter(has_text="Click").get_by_text("JSON").click()
    document = page.get_by_label("the event", exact=True)
    expect(document).to_contain_text('"kind": [')
    choice.select_option("Another address")
    form.get_by_role("textbox", name="Address").fill("https://elsewhere.example/")
    form.get_by_role("button", name="Click the link").click()
    expect(events(page).filter(has_text="https://elsewhere.example/")).to_be_visible()


def test_only_for_chosen_recipients(inbox: Inbox, ses: Any) -> None:
    ses.send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": ["ada@example.com", "bob@example.com"]},
        Content={"Simple": {"Subject": {"Data": "Two"}, "Body": {"Text": {"Data": "words"}}}},
    )
    page = inbox.open("#id=latest")
    form = simulate(page, "Open")
    assert "recipients" not in code(form, "pytest")
    form.get_by_role("checkbox", name="ada@example.com").uncheck()
    assert code(form, "pytest") == ('ses_emulator.simulate("open", recipients=["bob@example.com"])')
    form.get_by_role("button", name="Open it").click()
    expect(events(page).filter(has_text="Open")).to_contain_text("bob@example.com")
    expect(events(page).filter(has_text="Open")).not_to_contain_text("ada@example.com")
    who = page.get_by_role("group", name="Recipients")
    expect(who.get_by_role("button", name="ada@example.com")).to_contain_text("delivered")
    expect(who.get_by_role("button", name="bob@example.com")).to_contain_text("opened")


def test_refusal_is_one_line(inbox: Inbox, ses: Any) -> None:
    inbox.allow("status of 400")
    ses.send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": ["ada@example.com", "bob@example.com"]},
        Content={"Simple": {"Subject": {"Data": "Two"}, "Body": {"Text": {"Data": "words"}}}},
    )
    page = inbox.open("#id=latest")
    form = simulate(page, "Open")
    for name in ("ada@example.com", "bob@example.com"):
        form.get_by_role("checkbox", name=name).uncheck()
    form.get_by_role("button", name="Open it").click()
    expect(form.get_by_role("alert")).to_have_text(re.compile("recipients is .*list of addresses"))
    expect(events(page)).to_have_count(2)


def test_unsubscribing_with_one_click(inbox: Inbox, ses: Any) -> None:
    ses.create_contact_list(ContactListName="news")
    simple(ses, "News", ListManagementOptions={"ContactListName": "news"})
    page = inbox.open("#id=latest")
    form = simulate(page, "Unsubscribe")
    assert code(form, "curl").startswith("curl -d List-Unsubscribe=One-Click 'http")
    form.get_by_role("button", name="Unsubscribe them").click()
    expect(events(page).filter(has_text="Subscription")).to_contain_text("Contact list news")
    contact = ses.get_contact(ContactListName="news", EmailAddress="ada@example.com")
    assert contact["UnsubscribeAll"] is True


def test_unsubscribing_without_a_link(inbox: Inbox, ses: Any) -> None:
    page = inbox.open(f"#id={simple(ses, 'No news')}")
    form = simulate(page, "Unsubscribe")
    form.get_by_role("textbox", name="Contact list").fill("news")
    assert 'simulate("subscription", contactList="news")' in code(form, "pytest")
    form.get_by_role("button", name="Unsubscribe them").click()
    expect(events(page).filter(has_text="Subscription")).to_contain_text("Contact list news")


def test_code_does_the_same(inbox: Inbox, ses: Any, ses_emulator: Any) -> None:
    html = '<a href="https://shop.example/?it\'s">One</a>'
    page = inbox.open(f"#id={simple(ses, 'Order 7', html=html)}")
    form = simulate(page, "Click")
    expect(form.get_by_role("combobox", name="Link")).to_contain_text("One")
    command = shlex.split(code(form, "curl").replace("\\\n", " "))
    assert command[:3] == ["curl", "-X", "POST"] and command[4] == "-d"
    answer = inbox.context.request.post(command[3], data=command[5])
    assert answer.json()["events"][0]["detail"]["link"] == "https://shop.example/?it's"
    expect(events(page)).to_have_count(3)
    [event] = eval(code(form, "pytest"), {"ses_emulator": ses_emulator})
    assert event["detail"]["link"] == "https://shop.example/?it's"
    expect(events(page)).to_have_count(4)
    form.get_by_role("button", name="Copy the pytest code").click()
    expect(form.get_by_role("button", name="Copied the pytest code")).to_be_visible()
    assert "ses_emulator.simulate" in page.evaluate("navigator.clipboard.readText()")


def test_form_is_closed_again_and_stands_in_the_url(inbox: Inbox, ses: Any) -> None:
    page = inbox.open(f"#id={simple(ses, 'Order 7')}&tab=text")
    form = simulate(page)
    assert "tab=events" in page.url and "part=simulate" in page.url
    page.reload()
    expect(form).to_be_visible()
    page.get_by_role("button", name="Simulate").click()
    expect(form).to_be_hidden()
    expect(events(page)).to_have_count(2)


def test_on_a_phone(phone: Inbox, ses: Any) -> None:
    page = phone.open(f"#id={simple(ses, 'Order 7')}")
    form = simulate(page, "Complaint")
    form.get_by_role("button", name="Complain of it").click()
    expect(events(page).last).to_contain_text("Complaint")
    assert page.evaluate("() => document.querySelector('.reader').scrollWidth <= innerWidth")
