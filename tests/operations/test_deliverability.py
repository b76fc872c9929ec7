"""The Deliverability dashboard, its tests and its reports."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ses_emulator.operations.dedicated_ips import ADDRESSES
from ses_emulator.operations.jobs import DELAY
from ses_emulator.pytest_plugin import SesEmulator
from ses_emulator.store.account import DAY
from tests.operations.captured import ABUSE, capture
from tests.operations.support import Clock, client, refused, running

# Midnight.
START = 1_800_000_000.0 // DAY * DAY
CONTENT = {"Simple": {"Subject": {"Data": "Spring"}, "Body": {"Text": {"Data": "Sale"}}}}


def subscribe(ses: Any, *domains: str, enabled: bool = True) -> None:
    ses.put_deliverability_dashboard_option(
        DashboardEnabled=enabled, SubscribedDomains=[{"Domain": domain} for domain in domains]
    )


def names(options: Any, list: str) -> Any:
    return [each["Domain"] for each in options[f"{list}SubscribedDomains"]]


def test_dashboard() -> None:
    clock = Clock()
    with running(clock) as emulator:
        ses = client(emulator, "sesv2")
        get = ses.get_deliverability_dashboard_options
        options = get()
        assert not options["DashboardEnabled"]
        assert options["AccountStatus"] == "DISABLED"
        for domain in ("example.com", "example.org"):
            ses.create_email_identity(EmailIdentity=domain)
        subscribe(ses, "example.com", "example.org")
        options = get()
        assert options["DashboardEnabled"]
        assert options["AccountStatus"] == "ACTIVE"
        assert names(options, "Active") == ["example.com", "example.org"]
        [first, _] = options["ActiveSubscribedDomains"]
        assert first["SubscriptionStartDate"].timestamp() == clock.now
        subscribe(ses, "example.com")
        options = get()
        assert names(options, "Active") == ["example.com"]
        assert names(options, "PendingExpiration") == ["example.org"]
        subscribe(ses, enabled=False)
        options = get()
        assert options["DashboardEnabled"]
        assert options["AccountStatus"] == "PENDING_EXPIRATION"
        assert options["SubscriptionExpiryDate"] == datetime(2027, 2, 1, tzinfo=UTC)
        assert names(options, "PendingExpiration") == ["example.org", "example.com"]
        subscribe(ses, enabled=False)
        assert get()["AccountStatus"] == "PENDING_EXPIRATION"
        clock.now = datetime(2027, 2, 1, tzinfo=UTC).timestamp()
        options = get()
        assert not options["DashboardEnabled"]
        assert options["AccountStatus"] == "DISABLED"
        assert names(options, "PendingExpiration") == []


@pytest.mark.parametrize(
    ("domain", "refusal"),
    [
        (
            {"Domain": "example.com"},
            ("NotFoundException", 404, "Email identity example.com does not exist."),
        ),
        ({"Domain": ""}, ("BadRequestException", 400, "Domain can't be blank.")),
        ({"Domain": " "}, ("BadRequestException", 400, "Domain can't be blank.")),
        ({}, ("BadRequestException", 400, "Domain can't be blank.")),
    ],
)
def test_domains_that_are_refused(
    ses_emulator: SesEmulator, domain: dict[str, str], refusal: tuple[str, int, str]
) -> None:
    put = client(ses_emulator, "sesv2").put_deliverability_dashboard_option
    assert refused(put, DashboardEnabled=True, SubscribedDomains=[domain]) == refusal


def test_inbox_placement() -> None:
    clock = Clock()
    with running(clock) as emulator:
        ses = client(emulator, "sesv2")
        ses.create_email_identity(EmailIdentity="example.com")
        tags = [{"Key": "team", "Value": "mail"}]
        created = ses.create_deliverability_test_report(
            ReportName="spring", FromEmailAddress="shop@example.com", Content=CONTENT, Tags=tags
        )
        assert created["DeliverabilityTestStatus"] == "IN_PROGRESS"
        report = {"ReportId": created["ReportId"]}
        got = ses.get_deliverability_test_report(**report)
        assert got["OverallPlacement"] == {}
        assert got["IspPlacements"] == []
        clock.now += DELAY
        got = ses.get_deliverability_test_report(**report)
        assert got["Tags"] == tags
        assert "Subject: Spring" in got["Message"]
        told = got["DeliverabilityTestReport"]
        assert told.pop("CreateDate").timestamp() == clock.now - DELAY
        assert told == report | {
            "ReportName": "spring",
            "Subject": "Spring",
            "FromEmailAddress": "shop@example.com",
            "DeliverabilityTestStatus": "COMPLETED",
        }
        placements = [each["PlacementStatistics"] for each in got["IspPlacements"]]
        assert [each["IspName"] for each in got["IspPlacements"]][:2] == ["Gmail", "Hotmail"]
        for each in placements:
            assert each["InboxPercentage"] + each["SpamPercentage"] == 100
            assert each["DkimPercentage"] == 100
        average = sum(each["InboxPercentage"] for each in placements) / len(placements)
        assert got["OverallPlacement"]["InboxPercentage"] == average > 90
        again = ses.get_deliverability_test_report(**report)
        assert again["IspPlacements"] == got["IspPlacements"]


def test_message_of_a_test_is_captured(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    ses.create_deliverability_test_report(FromEmailAddress="shop@example.com", Content=CONTENT)
    [message] = ses_emulator.messages()
    assert message["subject"] == "Spring"
    assert message["to"][0] == "success+gmail@simulator.amazonses.com"
    [report] = ses.list_deliverability_test_reports()["DeliverabilityTestReports"]
    assert report["ReportName"].startswith("Report 20")


def test_unsigned_mail_is_taken_for_spam() -> None:
    clock = Clock()
    with running(clock) as emulator:
        ses = client(emulator, "sesv2")
        created = ses.create_deliverability_test_report(
            FromEmailAddress="shop@example.com", Content=CONTENT
        )
        clock.now += DELAY
        got = ses.get_deliverability_test_report(ReportId=created["ReportId"])
        assert got["OverallPlacement"]["DkimPercentage"] == 0
        assert got["OverallPlacement"]["SpamPercentage"] >= 30


def test_pages_of_reports(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    for _ in range(3):
        ses.create_deliverability_test_report(FromEmailAddress="a@example.com", Content=CONTENT)
    first = ses.list_deliverability_test_reports(PageSize=2)
    second = ses.list_deliverability_test_reports(PageSize=2, NextToken=first["NextToken"])
    found = first["DeliverabilityTestReports"] + second["DeliverabilityTestReports"]
    assert len({each["ReportId"] for each in found}) == 3


def test_unknown_report(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    assert refused(ses.get_deliverability_test_report, ReportId="x") == (
        "NotFoundException",
        404,
        "Deliverability test report x does not exist.",
    )


def test_tests_that_are_refused(ses_emulator: SesEmulator) -> None:
    """As a send of this message is."""
    ses = client(ses_emulator, "sesv2")
    create = ses.create_deliverability_test_report
    assert refused(create, FromEmailAddress="nobody", Content=CONTENT) == (
        "BadRequestException",
        400,
        "Missing final '@domain'",
    )
    template = {"Template": {"TemplateName": "unknown", "TemplateData": "{}"}}
    assert refused(create, FromEmailAddress="shop@example.com", Content=template) == (
        "NotFoundException",
        404,
        "Template unknown does not exist.",
    )
    ses.put_account_sending_attributes(SendingEnabled=False)
    assert refused(create, FromEmailAddress="shop@example.com", Content=CONTENT) == (
        "SendingPausedException",
        400,
        "Sending paused for this account. For more information, please check the inbox of the "
        "email address associated with your AWS account.",
    )
    assert ses.list_deliverability_test_reports()["DeliverabilityTestReports"] == []


def test_refused_test_is_no_report() -> None:
    with running(account="production") as emulator:
        ses = client(emulator, "sesv2")
        assert refused(
            ses.create_deliverability_test_report,
            FromEmailAddress="shop@example.com",
            Content=CONTENT,
        ) == (
            "MessageRejected",
            400,
            "Email address is not verified. The following identities failed the check in region "
            "US-EAST-1: shop@example.com",
        )
        assert ses.list_deliverability_test_reports()["DeliverabilityTestReports"] == []


def test_statistics() -> None:
    clock = Clock(START + 60)
    with running(clock) as emulator:
        ses = client(emulator, "sesv2")
        ses.create_email_identity(EmailIdentity="example.com")
        capture(emulator, "a@gmail.com", "Delivery", "Open")
        capture(emulator, "b@gmail.com", "Delivery", ("Complaint", ABUSE))
        clock.now += DAY
        capture(emulator, "c@example.net", "Delivery")
        capture(emulator, "d@example.net", "Delivery", sender="shop@example.org")
        got = ses.get_domain_statistics_report(
            Domain="example.com", StartDate=START, EndDate=START + DAY
        )
        overall = got["OverallVolume"]
        assert overall["VolumeStatistics"] == {
            "InboxRawCount": 2,
            "SpamRawCount": 1,
            "ProjectedInbox": 2,
            "ProjectedSpam": 1,
        }
        assert overall["ReadRatePercent"] == pytest.approx(100 / 3)
        assert overall["DomainIspPlacements"] == [
            {
                "IspName": "Gmail",
                "InboxRawCount": 1,
                "SpamRawCount": 1,
                "InboxPercentage": 50.0,
                "SpamPercentage": 50.0,
            }
        ]
        days = [
            (each["StartDate"].timestamp(), each["VolumeStatistics"]["InboxRawCount"])
            for each in got["DailyVolumes"]
        ]
        assert days == [(START, 1), (START + DAY, 1)]


def test_campaigns() -> None:
    clock = Clock(START + 60)
    with running(clock) as emulator:
        ses = client(emulator, "sesv2")
        ses.create_email_identity(EmailIdentity="example.com")
        subscribe(ses, "example.com")
        capture(emulator, "a@example.net", "Delivery", "Open", subject="Spring")
        clock.now += 3600
        capture(emulator, "b@example.net", "Delivery", ("Complaint", ABUSE), subject="Spring")
        capture(emulator, "b@example.net", "Delivery", subject="Summer")
        capture(emulator, "b@example.net", subject="Winter", sender="shop@example.org")
        window = {"SubscribedDomain": "example.com", "StartDate": START, "EndDate": START}
        listed = ses.list_domain_deliverability_campaigns(**window)
        found = {each["Subject"]: each for each in listed["DomainDeliverabilityCampaigns"]}
        assert sorted(found) == ["Spring", "Summer"]
        spring = found["Spring"]
        got = ses.get_domain_deliverability_campaign(CampaignId=spring["CampaignId"])
        assert got["DomainDeliverabilityCampaign"] == spring
        assert spring["FromAddress"] == "shop@example.com"
        assert spring["FirstSeenDateTime"].timestamp() == START + 60
        assert spring["LastSeenDateTime"].timestamp() == START + 3660
        assert (spring["InboxCount"], spring["SpamCount"]) == (1, 1)
        assert spring["ReadRate"] == 50
        assert spring["SendingIps"] == list(ADDRESSES)
        first = ses.list_domain_deliverability_campaigns(**window, PageSize=1)
        second = ses.list_domain_deliverability_campaigns(**window, NextToken=first["NextToken"])
        both = first["DomainDeliverabilityCampaigns"] + second["DomainDeliverabilityCampaigns"]
        assert {each["Subject"] for each in both} == {"Spring", "Summer"}


def test_refused_reports(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    ses.create_email_identity(EmailIdentity="example.com")
    long = {"StartDate": START, "EndDate": START + 31 * DAY}
    words = "EndDate must be at most 30 days after StartDate."
    for call, arguments in (
        (ses.get_domain_statistics_report, {"Domain": "example.com"}),
        (ses.list_domain_deliverability_campaigns, {"SubscribedDomain": "example.com"}),
    ):
        assert refused(call, **arguments, **long) == ("BadRequestException", 400, words)
    window = {"StartDate": START, "EndDate": START}
    assert refused(ses.get_domain_statistics_report, Domain="x.example", **window) == (
        "NotFoundException",
        404,
        "Email identity x.example does not exist.",
    )
    assert refused(
        ses.list_domain_deliverability_campaigns, SubscribedDomain="example.com", **window
    ) == (
        "NotFoundException",
        404,
        "Domain example.com has no Deliverability dashboard subscription.",
    )
    assert refused(ses.get_domain_deliverability_campaign, CampaignId="x") == (
        "NotFoundException",
        404,
        "Campaign x does not exist.",
    )


def test_blacklists(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    given = list(ADDRESSES[:2])
    report = ses.get_blacklist_reports(BlacklistItemNames=given)["BlacklistReport"]
    assert report == dict.fromkeys(given, [])
    assert refused(ses.get_blacklist_reports, BlacklistItemNames=["192.0.2.9"]) == (
        "NotFoundException",
        404,
        "Could not find dedicated IP <192.0.2.9> under this account.",
    )
