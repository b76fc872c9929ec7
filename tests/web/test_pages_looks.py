"""The SES pages with something in them: nothing serious for axe-core, in both themes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.pages import add_bus, dialog, visit
from tests.web.support import Emulator, Inbox, axe

PAGES = (
    {"view": "identities"},
    {"view": "identities", "name": "example.com"},
    {"view": "identities", "name": "example.com", "part": "notifications"},
    {"view": "identities", "name": "example.com", "part": "policies"},
    {"view": "sets"},
    {"view": "sets", "name": "shop"},
    {"view": "sets", "name": "shop", "part": "options"},
    {"view": "templates"},
    {"view": "templates", "name": "welcome"},
    {"view": "suppression"},
    {"view": "contacts"},
    {"view": "contacts", "name": "customers"},
    {"view": "contacts", "name": "customers", "part": "topics"},
    {"view": "receiving"},
    {"view": "receiving", "name": "inbound"},
    {"view": "receiving", "part": "filters"},
    {"view": "receiving", "part": "mail"},
    {"view": "account"},
)
DIALOGS = {
    "Create identity": {"view": "identities"},
    "Add event destination": {"view": "sets", "name": "shop"},
    "Rule support": {"view": "receiving", "name": "inbound"},
    "Receive a mail": {"view": "receiving"},
    "ada@example.com": {"view": "contacts", "name": "customers"},
}
BUTTONS = {
    "Add event destination": "Add destination",
    "Rule support": "Edit support",
    "ada@example.com": "Edit ada@example.com",
}


@pytest.fixture
def full(ses_emulator: Emulator) -> None:
    """One of everything."""
    v1, v2 = ses_emulator.client("ses"), ses_emulator.client("sesv2")
    v2.create_email_identity(EmailIdentity="example.com")
    v2.create_email_identity_policy(
        EmailIdentity="example.com", PolicyName="policy", Policy=json.dumps(policy())
    )
    v2.create_configuration_set(ConfigurationSetName="shop")
    add_bus(v2)
    v2.create_email_template(
        TemplateName="welcome", TemplateContent={"Subject": "Hi {{name}}", "Html": "<p>{{name}}"}
    )
    v2.put_suppressed_destination(EmailAddress="gone@example.com", Reason="BOUNCE")
    v2.create_contact_list(
        ContactListName="customers",
        Topics=[
            {"TopicName": "news", "DisplayName": "News", "DefaultSubscriptionStatus": "OPT_IN"}
        ],
    )
    v2.create_contact(ContactListName="customers", EmailAddress="ada@example.com")
    v1.create_receipt_rule_set(RuleSetName="inbound")
    v1.create_receipt_rule(
        RuleSetName="inbound",
        Rule={
            "Name": "support",
            "Enabled": True,
            "Recipients": ["support@example.com"],
            "Actions": [{"StopAction": {"Scope": "RuleSet"}}],
        },
    )
    v1.create_receipt_filter(
        Filter={"Name": "office", "IpFilter": {"Policy": "Block", "Cidr": "10.0.0.0/8"}}
    )


def policy() -> dict[str, Any]:
    """A policy of an identity that is complete."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "111122223333"},
                "Action": ["ses:SendEmail"],
                "Resource": "arn:aws:ses:us-east-1:000000000000:identity/example.com",
            }
        ],
    }


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("place", PAGES, ids=lambda place: " ".join(place.values()))
def test_pages_have_no_serious_barrier(inbox: Inbox, place: dict[str, str]) -> None:
    axe(visit(inbox, **place))


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("title", DIALOGS)
def test_dialogs_have_no_serious_barrier(inbox: Inbox, title: str) -> None:
    page = visit(inbox, **DIALOGS[title])
    page.get_by_role("button", name=BUTTONS.get(title, title), exact=True).click()
    expect(dialog(page, title)).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    expect(dialog(page, title)).to_have_count(0)
