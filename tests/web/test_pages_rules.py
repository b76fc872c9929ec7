"""Rules for faults: made, changed and removed in the browser, and at work in an application."""

from __future__ import annotations

import json
import shlex
import subprocess
from typing import Any
from urllib.request import urlopen

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from playwright.sync_api import Page, expect

from tests.web.support import Emulator, Inbox

ONCE = Config(retries={"total_max_attempts": 1})


def rules(ses_emulator: Emulator) -> list[dict[str, Any]]:
    with urlopen(f"{ses_emulator.url}/_ses/rules") as answer:
        return json.load(answer)["rules"]  # type: ignore[no-any-return]


def send(ses_emulator: Emulator, to: str = "ada@example.com") -> None:
    ses_emulator.client("sesv2", config=ONCE).send_email(
        FromEmailAddress="shop@example.com",
        Destination={"ToAddresses": [to]},
        Content={"Simple": {"Subject": {"Data": "Hi"}, "Body": {"Text": {"Data": "Hi"}}}},
    )


def add(page: Page, fault: str, when: str = "Every time") -> None:
    """Open the dialog and choose; its fields are for the caller."""
    page.get_by_role("button", name="Add rule").first.click()
    page.get_by_label("Fault", exact=True).select_option(fault)
    page.get_by_label("Of the sends that match").select_option(when)


def save(page: Page, button: str = "Add") -> None:
    page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_throttle(ses_emulator: Emulator, inbox: Inbox) -> None:
    page = inbox.open("#view=rules")
    expect(page.get_by_text("Everything goes well")).to_be_visible()
    add(page, "API error", "The first …")
    page.get_by_label("Code").select_option("Throttling")
    page.get_by_label("Sends", exact=True).fill("1")
    page.get_by_label("Recipient").fill("*@example.com")
    save(page)
    with pytest.raises(ClientError, match="Maximum sending rate exceeded"):
        send(ses_emulator)
    send(ses_emulator)
    row = page.get_by_role("row", name="API error: Throttling")
    expect(row.get_by_role("cell").nth(1)).to_have_text("Recipient *@example.com")
    expect(row.get_by_role("cell").nth(2)).to_have_text("The first 1")
    expect(row.get_by_role("cell").nth(3)).to_have_text("1 of 2")


CASES = [
    ("Bounce", {"Type": "Transient", "Sub-type": "MailboxFull"}, "Every time"),
    ("Complaint", {"Feedback type": "fraud"}, "Every …"),
    ("Delivery delay", {"Delay type": "MailboxFull"}, "Every time"),
    ("Reject", {}, "With a probability"),
    ("API error", {"Code": "LimitExceeded"}, "Every time"),
    ("Late answer", {}, "Every time"),
    ("Lost answer", {"The connection is closed": "before it was"}, "Every time"),
]
KEPT = [
    {"event": {"type": "bounce", "bounceType": "Transient", "bounceSubType": "MailboxFull"}},
    {"event": {"type": "complaint", "complaintFeedbackType": "fraud"}},
    {"event": {"type": "delay", "delayType": "MailboxFull"}},
    {"event": {"type": "reject"}},
    {"error": {"code": "LimitExceeded"}},
    {"latency": 5},
    {"drop": "before"},
]
WHEN = {
    "Every time": {},
    "Every …": {"every": 10},
    "With a probability": {"probability": 0.1, "seed": 0},
}


@pytest.mark.parametrize(
    ("case", "kept"),
    list(zip(CASES, KEPT, strict=True)),
    ids=[fault for fault, _, _ in CASES],
)
def test_every_fault(
    ses_emulator: Emulator, inbox: Inbox, case: tuple[str, dict[str, str], str], kept: Any
) -> None:
    """It is kept as it was asked for, and its lines make the same rule."""
    fault, options, when = case
    page = inbox.open("#view=rules")
    add(page, fault, when)
    for label, value in options.items():
        page.get_by_label(label, exact=True).select_option(value)
    line = page.get_by_label("the curl line", exact=True).inner_text()
    program = page.get_by_label("the pytest line", exact=True).inner_text()
    save(page)
    expect(page.get_by_role("row", name=fault)).to_be_visible()
    [rule] = rules(ses_emulator)
    assert (rule["effect"], rule["when"]) == (kept, WHEN[when])
    subprocess.run(shlex.split(line), check=True, capture_output=True)
    eval(program, {"ses_emulator": ses_emulator})
    assert [each["effect"] for each in rules(ses_emulator)] == [kept] * 3


def test_change_and_delete(ses_emulator: Emulator, inbox: Inbox) -> None:
    page = inbox.open("#view=rules")
    add(page, "Bounce")
    page.get_by_label("Subject").fill("Order *")
    save(page)
    page.get_by_role("button", name="Bounce: Permanent General").click()
    expect(page.get_by_label("Subject")).to_have_value("Order *")
    page.get_by_label("Subject").fill("")
    page.get_by_label("Fault", exact=True).select_option("Reject")
    save(page, "Save")
    expect(page.get_by_role("button", name="Reject", exact=True)).to_be_visible()
    [rule] = rules(ses_emulator)
    assert (rule["match"], rule["effect"]) == ({}, {"event": {"type": "reject"}})
    page.get_by_role("button", name="Delete this rule").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Everything goes well")).to_be_visible()
    assert rules(ses_emulator) == []


def test_delete_all(ses_emulator: Emulator, inbox: Inbox) -> None:
    page = inbox.open("#view=rules")
    for fault in ("Reject", "Complaint"):
        add(page, fault)
        save(page)
    page.locator("#page").get_by_role("button", name="Delete all").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Everything goes well")).to_be_visible()
    assert rules(ses_emulator) == []


def test_what_is_wrong_is_said(inbox: Inbox) -> None:
    page = inbox.open("#view=rules")
    inbox.allow("400")
    add(page, "Bounce")
    page.get_by_label("Recipient").fill("x" * 1001)
    page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("match.recipient")
