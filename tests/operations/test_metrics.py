"""Metrics and recommendations, from what was sent."""

from __future__ import annotations

from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from ses_emulator.store.account import DAY
from tests.operations.captured import ABUSE, PERMANENT, TRANSIENT, capture
from tests.operations.support import Clock, client, refused, running, send_v2

# Midnight.
START = 1_800_000_000.0 // DAY * DAY


def query(metric: str = "SEND", id: str = "a", **more: Any) -> dict[str, Any]:
    given = {"Id": id, "Namespace": "VDM", "Metric": metric}
    return {**given, "StartDate": START, "EndDate": START + 10 * DAY, **more}


def counted(ses: Any, metric: str, **dimensions: str) -> list[int]:
    more: dict[str, Any] = {"Dimensions": dimensions} if dimensions else {}
    [result] = ses.batch_get_metric_data(Queries=[query(metric, **more)])["Results"]
    return list(result["Values"])


def test_what_was_sent_is_counted() -> None:
    with running(Clock(START + 60)) as emulator:
        ses = client(emulator, "sesv2")
        send_v2(ses, Destination={"ToAddresses": ["a@example.com", "b@example.com"]})
        assert counted(ses, "SEND") == counted(ses, "DELIVERY") == [2]
        assert counted(client(emulator, "sesv2", key="111122223333"), "SEND") == []
        assert counted(client(emulator, "sesv2", region="eu-west-1"), "SEND") == []


def test_metrics_by_day() -> None:
    clock = Clock(START + 60)
    with running(clock) as emulator:
        ses = client(emulator, "sesv2")
        capture(emulator, "a@example.com", "Delivery", "Open", "Open", "Click")
        capture(emulator, "b@example.com", ("Bounce", PERMANENT))
        clock.now += 2 * DAY
        capture(emulator, "c@example.com", ("Bounce", TRANSIENT), "Open")
        capture(emulator, "d@example.com", "Delivery", ("Complaint", ABUSE))
        capture(emulator, "e@example.com", ("Complaint", ABUSE))
        days = {
            metric: counted(ses, metric)
            for metric in (
                "SEND",
                "DELIVERY",
                "PERMANENT_BOUNCE",
                "TRANSIENT_BOUNCE",
                "COMPLAINT",
                "OPEN",
                "CLICK",
                "DELIVERY_OPEN",
                "DELIVERY_CLICK",
                "DELIVERY_COMPLAINT",
            )
        }
        assert days == {
            "SEND": [2, 3],
            "DELIVERY": [1, 1],
            "PERMANENT_BOUNCE": [1],
            "TRANSIENT_BOUNCE": [1],
            "COMPLAINT": [2],
            "OPEN": [1, 1],
            "CLICK": [1],
            "DELIVERY_OPEN": [1],
            "DELIVERY_CLICK": [1],
            "DELIVERY_COMPLAINT": [1],
        }
        [result] = ses.batch_get_metric_data(Queries=[query()])["Results"]
        assert [each.timestamp() for each in result["Timestamps"]] == [START, START + 2 * DAY]
        first = query(EndDate=START + DAY)
        [result] = ses.batch_get_metric_data(Queries=[first])["Results"]
        assert result["Values"] == [2]


def test_dimensions() -> None:
    with running(Clock(START + 60)) as emulator:
        ses = client(emulator, "sesv2")
        capture(emulator, "a@GMAIL.com", sender="Shop <shop@example.com>")
        capture(emulator, "b@example.net", sender="info@example.com", configuration_set="billing")
        capture(emulator, "c@example.net", sender="info@sub.example.com")
        assert counted(ses, "SEND", ISP="Gmail") == [1]
        assert counted(ses, "SEND", ISP="UNKNOWN_ISP") == [2]
        assert counted(ses, "SEND", ISP="Nobody") == []
        assert counted(ses, "SEND", EMAIL_IDENTITY="example.com") == [2]
        assert counted(ses, "SEND", EMAIL_IDENTITY="SHOP@example.com") == [1]
        assert counted(ses, "SEND", CONFIGURATION_SET="billing") == [1]
        assert counted(ses, "SEND", CONFIGURATION_SET="billing", ISP="Gmail") == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"EndDate": START}, "Expected start date to be before the end date."),
        (
            {"EndDate": START + 61 * DAY},
            "Invalid interval, can request at most 60 days. Please partition your requested "
            "interval.",
        ),
        ({"Dimensions": {"EMAIL_IDENTITY": "a@"}}, "Invalid email identity provided."),
        ({"Dimensions": {"ISP": "a b"}}, "Invalid ISP name provided."),
        (
            {"Dimensions": {"CONFIGURATION_SET": ""}},
            "The configuration set name must be specified.",
        ),
        (
            {"Dimensions": {"CONFIGURATION_SET": "a b"}},
            "Invalid configuration set name <a b>: only alphanumeric ASCII characters, '_', and "
            "'-' are allowed.",
        ),
    ],
)
def test_refused_queries(ses_emulator: SesEmulator, more: dict[str, Any], words: str) -> None:
    ses = client(ses_emulator, "sesv2")
    assert refused(ses.batch_get_metric_data, Queries=[query(**more)]) == (
        "BadRequestException",
        400,
        words,
    )


def test_two_queries_of_one_id(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    assert refused(ses.batch_get_metric_data, Queries=[query(), query("OPEN")]) == (
        "BadRequestException",
        400,
        "All queries must have a unique identifier.",
    )


def test_virtual_deliverability_manager_must_be_enabled() -> None:
    with running(account="production") as emulator:
        ses = client(emulator, "sesv2")
        words = "To use this feature you must enable Virtual Deliverability Manager"
        missing = ("NotFoundException", 404, words)
        assert refused(ses.batch_get_metric_data, Queries=[query()]) == missing
        assert refused(ses.get_message_insights, MessageId="x") == missing
        assert refused(ses.list_recommendations) == missing
        ses.put_account_vdm_attributes(VdmAttributes={"VdmEnabled": "ENABLED"})
        assert counted(ses, "SEND") == []
        assert recommended(ses) == []


def recommended(ses: Any, **given: str) -> list[tuple[str, str, str]]:
    found = ses.list_recommendations(**({"Filter": given} if given else {}))["Recommendations"]
    return [
        (each["ResourceArn"].rpartition("/")[2], each["Type"], each["Impact"]) for each in found
    ]


def test_recommendations_of_identities() -> None:
    with running(verification="click") as emulator:
        ses = client(emulator, "sesv2")
        assert recommended(ses) == []
        for name in ("example.com", "example.org", "ann@example.net"):
            ses.create_email_identity(EmailIdentity=name)
        everything = [
            ("example.com", "DKIM", "HIGH"),
            ("example.com", "SPF", "LOW"),
            ("example.org", "DKIM", "HIGH"),
            ("example.org", "SPF", "LOW"),
        ]
        assert recommended(ses) == everything
        assert recommended(ses, TYPE="DKIM", STATUS="OPEN") == everything[::2]
        assert recommended(ses, IMPACT="LOW") == everything[1::2]
        assert recommended(ses, STATUS="FIXED") == []
        arn = "arn:aws:ses:us-east-1:000000000000:identity/example.org"
        assert recommended(ses, RESOURCE_ARN=arn) == everything[2:]
        first = ses.list_recommendations(PageSize=3)
        second = ses.list_recommendations(PageSize=3, NextToken=first["NextToken"])
        assert len(first["Recommendations"]) == 3
        assert [each["Type"] for each in second["Recommendations"]] == ["SPF"]
        assert "NextToken" not in second


def test_recommendations_of_rates() -> None:
    with running(Clock()) as emulator:
        ses = client(emulator, "sesv2")
        ses.create_email_identity(EmailIdentity="shop@example.com")
        for number in range(9):
            capture(emulator, f"{number}@example.com", "Delivery")
        assert recommended(ses) == []
        capture(emulator, "x@example.com", ("Bounce", PERMANENT))
        assert recommended(ses) == [("shop@example.com", "BOUNCE", "HIGH")]
        [found] = ses.list_recommendations()["Recommendations"]
        assert found["Description"] == "The bounce rate is 10.0% of 10 emails in the last 30 days."


def test_refused_recommendations(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    assert refused(ses.list_recommendations, Filter={"TYPE": "DKIM", "IMPACT": "LOW"}) == (
        "BadRequestException",
        400,
        "Filters can be combined only as STATUS and IMPACT or TYPE.",
    )
