"""The dashboard: numbers, charts that can be listened to, groups, reputation and costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.support import Emulator, Inbox

BOUNCE, COMPLAINT = "bounce@simulator.amazonses.com", "complaint@simulator.amazonses.com"


def send(ses_emulator: Emulator, to: Sequence[str], campaign: str, **options: Any) -> None:
    for address in to:
        ses_emulator.client("sesv2").send_email(
            FromEmailAddress="Shop <shop@example.com>",
            Destination={"ToAddresses": [address]},
            Content={"Simple": {"Subject": {"Data": "Hi"}, "Body": {"Text": {"Data": "Hi"}}}},
            EmailTags=[{"Name": "campaign", "Value": campaign}],
            **options,
        )


@pytest.fixture
def dashboard(ses_emulator: Emulator, inbox: Inbox) -> Page:
    """Nine messages of two campaigns, one set, and what became of them."""
    ses_emulator.client("sesv2").create_configuration_set(ConfigurationSetName="orders")
    delivered = [f"r{number}@example.org" for number in range(6)]
    send(ses_emulator, [*delivered, BOUNCE], "spring", ConfigurationSetName="orders")
    send(ses_emulator, [COMPLAINT, "x@example.net"], "autumn")
    page = inbox.open("#view=dashboard")
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    return page


def tile(page: Page, name: str) -> Locator:
    return page.locator(".tile").filter(has=page.get_by_text(name, exact=True)).locator("dd")


def rows(page: Page, label: str) -> list[list[str]]:
    """The cells of a table, row by row."""
    found = page.get_by_role("table", name=label).get_by_role("row").all()
    return [row.locator("th, td").all_inner_texts() for row in found[1:]]


def test_numbers_and_rates(dashboard: Page) -> None:
    expect(tile(dashboard, "Sends")).to_have_text("9")
    expect(tile(dashboard, "Deliveries")).to_have_text("888.9\u202f%")
    expect(tile(dashboard, "Bounces")).to_have_text("111.1\u202f%")
    expect(tile(dashboard, "Complaints")).to_have_text("112.5\u202f%")
    expect(tile(dashboard, "Bounces").locator(".rate")).to_have_attribute("data-kind", "bad")


@pytest.mark.parametrize(
    ("title", "columns", "sums"),
    [
        ("Sent and delivered", ["Sends", "Deliveries"], [9, 8]),
        ("Bounces and complaints", ["Bounces", "Complaints"], [1, 1]),
        ("Opens and clicks", ["Opens", "Clicks"], [0, 0]),
    ],
)
def test_charts_are_tables_too(
    dashboard: Page, title: str, columns: list[str], sums: list[int]
) -> None:
    table = dashboard.get_by_role("table", name=title)
    assert table.get_by_role("columnheader").all_inner_texts() == ["Time", *columns]
    cells = rows(dashboard, title)
    assert len(cells) == 60
    assert [sum(int(row[n]) for row in cells) for n in (1, 2)] == sums
    bars = dashboard.get_by_role("figure").filter(has_text=title).locator("svg .bar")
    assert bars.count() == sum(1 for row in cells for text in row[1:] if text != "0")


@pytest.mark.parametrize(
    ("link", "buckets"), [("Day", 24), ("Week", 7), ("30 days", 30), ("All", 1)]
)
def test_ranges(dashboard: Page, link: str, buckets: int) -> None:
    dashboard.get_by_role("link", name=link, exact=True).click()
    expect(dashboard.get_by_role("link", name=link, exact=True)).to_have_attribute(
        "aria-current", "page"
    )
    expect(
        dashboard.get_by_role("table", name="Sent and delivered").get_by_role("row")
    ).to_have_count(buckets + 1)
    expect(tile(dashboard, "Sends")).to_have_text("9")


def test_groups(dashboard: Page) -> None:
    assert [row[:3] for row in rows(dashboard, "By configuration set")] == [
        ["orders", "7", "85.7\u202f%"],
        ["No set", "2", "100\u202f%"],
    ]
    dashboard.get_by_label("Group by").select_option("Recipient domain")
    domains = dashboard.get_by_role("table", name="By recipient domain")
    expect(domains.get_by_role("link", name="example.org")).to_be_visible()
    dashboard.get_by_label("Group by").select_option("Message tag")
    name = dashboard.get_by_label("Name of the tag")
    name.fill("campaign")
    name.press("Enter")
    expect(dashboard.get_by_role("table", name="By message tag")).to_be_visible()
    assert [row[:2] for row in rows(dashboard, "By message tag")] == [
        ["spring", "7"],
        ["autumn", "2"],
    ]
    assert "name=tag%3Acampaign" in dashboard.url


def test_a_group_leads_to_its_mail(dashboard: Page) -> None:
    dashboard.get_by_role("link", name="orders").click()
    expect(dashboard.locator("#list").get_by_role("listitem")).to_have_count(7)


def test_reputation_and_cost(dashboard: Page) -> None:
    [account] = rows(dashboard, "Reputation")
    assert account == ["Account 000000000000 in us-east-1", "7", "0\u202f%", "0\u202f%", "Healthy"]
    [item] = rows(dashboard, "Cost")
    assert (item[0], item[2], item[3]) == ("outgoing", "9", "$0.0009")


def test_it_follows_what_is_sent(ses_emulator: Emulator, dashboard: Page) -> None:
    send(ses_emulator, ["late@example.org"], "late")
    expect(tile(dashboard, "Sends")).to_have_text("10")


def test_nothing_was_sent(inbox: Inbox) -> None:
    page = inbox.open("#view=dashboard")
    expect(page.get_by_text("Nothing was sent in this time").first).to_be_visible()
