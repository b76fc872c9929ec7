"""The page of the configuration sets."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.pages import BUS, add_bus, delete, dialog, fits, heading, press, row, switch, visit
from tests.web.support import Emulator, Inbox

EVERY = {"SEND", "REJECT", "BOUNCE", "COMPLAINT", "DELIVERY", "OPEN", "CLICK"}


@pytest.fixture
def ses(ses_emulator: Emulator) -> Any:
    """A client of the emulator that has a configuration set."""
    client = ses_emulator.client("sesv2")
    client.create_configuration_set(ConfigurationSetName="shop")
    return client


def destinations(ses: Any) -> list[dict[str, Any]]:
    """Those of the configuration set."""
    found: list[dict[str, Any]] = ses.get_configuration_set_event_destinations(
        ConfigurationSetName="shop"
    )["EventDestinations"]
    return found


def test_sets_are_made_and_deleted(inbox: Inbox, ses_emulator: Emulator) -> None:
    client = ses_emulator.client("sesv2")
    page = visit(inbox, "sets")
    expect(page.get_by_text("No configuration sets yet")).to_be_visible()
    press(page, "Create set")
    form = dialog(page, "Create configuration set")
    form.get_by_label("Name").fill("shop")
    form.get_by_label("Name").press("Enter")
    expect(heading(page)).to_have_text("shop")
    assert client.list_configuration_sets()["ConfigurationSets"] == ["shop"]
    delete(page, "shop")
    expect(page.get_by_text("No configuration sets yet")).to_be_visible()


def test_reset_is_seen(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "sets")
    expect(row(page, "shop")).to_be_visible()
    page.evaluate(
        """async () => await fetch("/_ses/reset", {
            method: "POST", headers: {"X-Ses-Emulator": "1"}})"""
    )
    expect(page.get_by_text("No configuration sets yet")).to_be_visible()


def test_long_list_grows_and_is_filtered(inbox: Inbox, ses: Any) -> None:
    for number in range(105):
        ses.create_configuration_set(ConfigurationSetName=f"set-{number:03}")
    page = visit(inbox, "sets")
    expect(page.get_by_text("100 sets so far")).to_be_visible()
    press(page, "Load more")
    expect(page.get_by_text("106 sets")).to_be_visible()
    expect(page.get_by_role("button", name="Load more")).to_be_hidden()
    page.get_by_role("searchbox", name="Filter Configuration sets").fill("SET-10")
    expect(page.get_by_role("row")).to_have_count(6)
    expect(page.get_by_text("5 of 106 sets")).to_be_visible()
    page = visit(inbox, "sets")
    page.get_by_role("searchbox", name="Filter Configuration sets").fill("set-104")
    expect(row(page, "set-104")).to_be_visible()
    page.get_by_role("searchbox", name="Filter Configuration sets").fill("nothing like it")
    expect(page.get_by_text("Nothing matches “nothing like it”.")).to_be_visible()
    page.get_by_role("searchbox", name="Filter Configuration sets").fill("shop")
    delete(page, "shop")
    expect(row(page, "shop")).to_have_count(0)


def test_options(inbox: Inbox, ses: Any) -> None:
    ses.create_email_identity(EmailIdentity="example.com")
    page = visit(inbox, "sets", name="shop")
    page.get_by_role("link", name="Options").click()
    switch(page, "Sending", False)
    expect(page.get_by_text("Paused", exact=True)).to_be_visible()
    expect(page.get_by_role("switch", name="Sending", exact=True)).to_be_focused()
    switch(page, "Reputation metrics", True)
    switch(page, "Engagement metrics", True)
    press(page, "Change the tracking domain")
    form = dialog(page, "Tracking domain")
    form.get_by_label("Domain").fill("click.example.com")
    form.get_by_label("HTTPS").select_option("required")
    press(form, "Save")
    expect(page.get_by_text("click.example.com (HTTPS required)")).to_be_visible()
    press(page, "Change the suppression")
    form = dialog(page, "Suppression list")
    form.get_by_label("Other reasons than the account").check()
    form.get_by_label("Hard bounces").uncheck()
    form.get_by_label("Complaints").check()
    press(form, "Save")
    expect(page.locator(".setting").filter(has_text="Suppression list")).to_contain_text(
        "Complaints"
    )
    press(page, "Change the delivery options")
    form = dialog(page, "Delivery")
    form.get_by_label("TLS").select_option("Required")
    form.get_by_label("Seconds until SES gives up (optional)").fill("600")
    press(form, "Save")
    expect(page.get_by_text("TLS required · 600 s at most")).to_be_visible()
    found = ses.get_configuration_set(ConfigurationSetName="shop")
    assert found["SendingOptions"]["SendingEnabled"] is False
    assert found["ReputationOptions"]["ReputationMetricsEnabled"] is True
    assert found["TrackingOptions"]["CustomRedirectDomain"] == "click.example.com"
    assert found["TrackingOptions"]["HttpsPolicy"] == "REQUIRE"
    assert found["SuppressionOptions"]["SuppressedReasons"] == ["COMPLAINT"]
    assert found["DeliveryOptions"]["TlsPolicy"] == "REQUIRE"
    assert found["DeliveryOptions"]["MaxDeliverySeconds"] == 600
    assert found["VdmOptions"]["DashboardOptions"]["EngagementMetrics"] == "ENABLED"


def add(page: Page, name: str, kind: str, **values: str) -> None:
    """Add an event destination."""
    page.get_by_role("button", name="Add destination").first.click()
    form = dialog(page, "Add event destination")
    form.get_by_label("Name", exact=True).fill(name)
    form.get_by_label("Goes to").select_option(kind)
    for label, value in values.items():
        form.get_by_label(label.replace("_", " ")).fill(value)
    press(form, "Add")
    expect(form).to_have_count(0)
    expect(row(page, name)).to_be_visible()


def test_destinations_of_every_kind(inbox: Inbox, ses: Any) -> None:
    stream = "arn:aws:firehose:us-east-1:000000000000:deliverystream/mail"
    page = visit(inbox, "sets", name="shop")
    expect(page.get_by_text("No event destinations")).to_be_visible()
    add(page, "bus", "EventBridge")
    add(page, "metrics", "CloudWatch", Dimension="campaign", Value_without_it="nothing")
    add(page, "stream", "Firehose", Delivery_stream_ARN=stream)
    found = {each["Name"]: each for each in destinations(ses)}
    assert found["bus"]["EventBridgeDestination"]["EventBusArn"] == BUS
    assert set(found["bus"]["MatchingEventTypes"]) > EVERY
    assert found["metrics"]["CloudWatchDestination"]["DimensionConfigurations"] == [
        {
            "DimensionName": "campaign",
            "DimensionValueSource": "MESSAGE_TAG",
            "DefaultDimensionValue": "nothing",
        }
    ]
    assert found["stream"]["KinesisFirehoseDestination"]["DeliveryStreamArn"] == stream
    expect(row(page, "stream")).to_contain_text(stream)


def test_sns_destination(inbox: Inbox, ses: Any) -> None:
    inbox.allow("400", "404")
    topic = "arn:aws:sns:us-east-1:000000000000:events"
    page = visit(inbox, "sets", name="shop")
    press(page, "Add destination")
    form = dialog(page, "Add event destination")
    form.get_by_label("Name", exact=True).fill("topic")
    form.get_by_label("Topic ARN").fill("no-arn")
    press(form, "Add")
    expect(form.get_by_role("alert")).to_contain_text("no-arn")
    form.get_by_label("Topic ARN").fill(topic)
    for name in ("Open", "Click"):
        form.get_by_role("checkbox", name=name, exact=True).uncheck()
    form.get_by_role("checkbox", name="Enabled").uncheck()
    press(form, "Add")
    expect(row(page, "topic")).to_contain_text("Disabled")
    [made] = destinations(ses)
    assert made["SnsDestination"]["TopicArn"] == topic
    assert "OPEN" not in made["MatchingEventTypes"]
    assert made["Enabled"] is False


def test_dialog_is_left_by_a_press_beside_it_only(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "sets", name="shop")
    page.get_by_role("button", name="Add destination").first.click()
    form = dialog(page, "Add event destination")
    form.get_by_label("Name", exact=True).fill("topic")
    box = form.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 4, box["y"] + 4)
    page.mouse.move(box["x"] + 100, box["y"] + 90)
    page.mouse.down()
    page.mouse.move(5, 5)
    page.mouse.up()
    expect(form.get_by_label("Name", exact=True)).to_have_value("topic")
    page.mouse.click(5, 5)
    expect(form).to_have_count(0)


def test_destination_is_switched_edited_and_deleted(inbox: Inbox, ses: Any) -> None:
    add_bus(ses)
    page = visit(inbox, "sets", name="shop")
    page.get_by_role("switch", name="Enable bus").click()
    expect(row(page, "bus")).to_contain_text("Disabled")
    expect(page.get_by_role("switch", name="Enable bus")).to_be_focused()
    press(page, "Edit bus")
    form = dialog(page, "Event destination bus")
    form.get_by_role("checkbox", name="Bounce").check()
    press(form, "Save")
    expect(row(page, "bus")).to_contain_text("Send, Bounce")
    [changed] = destinations(ses)
    assert changed["Enabled"] is False
    assert set(changed["MatchingEventTypes"]) == {"SEND", "BOUNCE"}
    delete(page, "bus")
    expect(page.get_by_text("No event destinations")).to_be_visible()
    assert destinations(ses) == []


def test_test_event_shows_what_became_of_it(inbox: Inbox, ses: Any) -> None:
    add_bus(ses, ["SEND", "BOUNCE"])
    page = visit(inbox, "sets", name="shop")
    press(page, "Send a test event to bus")
    form = dialog(page, "Test bus")
    expect(form.get_by_label("Event", exact=True)).to_have_value("BOUNCE")
    press(form, "Send test event")
    expect(form.get_by_role("status")).to_contain_text("Failed")
    form.get_by_text("What was published").click()
    expect(form.get_by_label("the event", exact=True)).to_contain_text('"bounceType"')
    press(form, "Close")
    expect(form).to_have_count(0)


def test_on_a_phone(phone: Inbox, ses: Any) -> None:
    add_bus(ses)
    for place in ({}, {"name": "shop"}, {"name": "shop", "part": "options"}):
        fits(visit(phone, "sets", **place))
