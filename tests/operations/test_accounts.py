"""The account: what it sent, how it is set, and how it is paused."""

from __future__ import annotations

import smtplib
from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import Clock, client, refused, running, send_v1, send_v2


def test_quota_counts_recipients_of_both_apis(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    send_v1(v1)
    send_v2(v2, Destination={"ToAddresses": ["a@example.com"], "BccAddresses": ["b@example.com"]})
    send_v2(v2, Destination={"ToAddresses": ["success@simulator.amazonses.com"]})
    quota = v1.get_send_quota()
    assert quota["SentLast24Hours"] == 3
    assert v2.get_account()["SendQuota"] == {
        "Max24HourSend": 50000,
        "MaxSendRate": 14,
        "SentLast24Hours": 3,
    }
    assert client(ses_emulator, "ses", region="eu-west-1").get_send_quota()["SentLast24Hours"] == 0


def test_quota_forgets_after_a_day() -> None:
    clock = Clock()
    with running(clock) as emulator:
        ses = client(emulator, "ses")
        send_v1(ses)
        clock.now += 24 * 3600 - 1
        assert ses.get_send_quota()["SentLast24Hours"] == 1
        clock.now += 2
        assert ses.get_send_quota()["SentLast24Hours"] == 0


def test_statistics_in_quarters_of_an_hour() -> None:
    clock = Clock()
    start = clock.now // 900 * 900
    with running(clock) as emulator:
        ses = client(emulator, "ses")
        for moment in (start, start + 899, start + 900):
            clock.now = moment
            send_v1(ses)
        points = ses.get_send_statistics()["SendDataPoints"]
        assert [(p["Timestamp"].timestamp(), p["DeliveryAttempts"]) for p in points] == [
            (start, 2),
            (start + 900, 1),
        ]
        assert {p["Bounces"] + p["Complaints"] + p["Rejects"] for p in points} == {0}
        clock.now += 15 * 24 * 3600
        assert ses.get_send_statistics()["SendDataPoints"] == []


@pytest.mark.parametrize(
    ("profile", "production", "daily", "rate"),
    [("open", True, 50000, 14), ("production", True, 50000, 14), ("sandbox", False, 200, 1)],
)
def test_account_profiles(profile: str, production: bool, daily: int, rate: int) -> None:
    with running(account=profile) as emulator:
        account = client(emulator, "sesv2").get_account()
        assert account["ProductionAccessEnabled"] is production
        assert account["SendingEnabled"] is True
        assert account["EnforcementStatus"] == "HEALTHY"
        assert account["SendQuota"]["Max24HourSend"] == daily
        assert account["SendQuota"]["MaxSendRate"] == rate


def test_new_account(ses_emulator: SesEmulator) -> None:
    account = client(ses_emulator, "sesv2").get_account()
    assert account["DedicatedIpAutoWarmupEnabled"] is True
    assert account["SuppressionAttributes"] == {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]}
    assert not account.keys() & {"Details", "VdmAttributes", "ActiveReceiptRuleSet"}


def test_account_shows_what_was_put(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    vdm = {"VdmEnabled": "ENABLED", "DashboardAttributes": {"EngagementMetrics": "ENABLED"}}
    details = {
        "MailType": "TRANSACTIONAL",
        "WebsiteURL": "https://example.com",
        "ContactLanguage": "EN",
        "UseCaseDescription": "Receipts",
        "AdditionalContactEmailAddresses": ["ann@example.com"],
    }
    ses.put_account_dedicated_ip_warmup_attributes(AutoWarmupEnabled=False)
    ses.put_account_vdm_attributes(VdmAttributes=vdm)
    ses.put_account_suppression_attributes(SuppressedReasons=["COMPLAINT"])
    ses.put_account_details(**details, ProductionAccessEnabled=True)
    account = ses.get_account()
    assert account["DedicatedIpAutoWarmupEnabled"] is False
    assert account["VdmAttributes"] == vdm
    assert account["SuppressionAttributes"] == {"SuppressedReasons": ["COMPLAINT"]}
    assert account["Details"] == {**details, "ReviewDetails": {"Status": "GRANTED"}}
    other = client(ses_emulator, "sesv2", region="eu-west-1").get_account()
    assert other["DedicatedIpAutoWarmupEnabled"] is True
    ses.put_account_suppression_attributes()
    assert ses.get_account()["SuppressionAttributes"] == {"SuppressedReasons": []}


def test_members_that_newer_models_have(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    if not hasattr(ses, "put_account_pricing_attributes"):
        pytest.skip("this botocore knows neither pricing plans nor the validation of addresses")
    assert ses.get_account()["PricingAttributes"] == {"CurrentPlan": "NONE"}
    ses.put_account_pricing_attributes(Plan="PRO")
    threshold = {"ConfidenceVerdictThreshold": "MANAGED"}
    attributes = {
        "SuppressedReasons": ["BOUNCE"],
        "ValidationAttributes": {
            "ConditionThreshold": {
                "ConditionThresholdEnabled": "ENABLED",
                "OverallConfidenceThreshold": threshold,
            }
        },
    }
    ses.put_account_suppression_attributes(**attributes)
    account = ses.get_account()
    assert account["PricingAttributes"] == {"CurrentPlan": "PRO"}
    assert account["SuppressionAttributes"] == attributes


def test_production_access_of_a_sandbox_stays_under_review() -> None:
    with running(account="sandbox") as emulator:
        ses = client(emulator, "sesv2")
        details = {"MailType": "MARKETING", "WebsiteURL": "https://example.com"}
        ses.put_account_details(**details)
        assert ses.get_account()["Details"]["ReviewDetails"] == {"Status": "GRANTED"}
        ses.put_account_details(**details, ProductionAccessEnabled=True)
        account = ses.get_account()
        assert account["Details"]["ReviewDetails"] == {"Status": "PENDING"}
        assert account["ProductionAccessEnabled"] is False
        assert refused(ses.put_account_details, **details) == (
            "ConflictException",
            409,
            "There is already an ongoing account details update under review.",
        )


PAUSED = (
    "Sending paused for this account. For more information, please check the inbox of the email "
    "address associated with your AWS account."
)


def test_paused_account(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    assert v1.get_account_sending_enabled()["Enabled"] is True
    v1.update_account_sending_enabled(Enabled=False)
    assert v2.get_account()["SendingEnabled"] is False
    assert refused(send_v1, v1) == ("AccountSendingPausedException", 400, PAUSED)
    assert refused(v1.send_raw_email, RawMessage={"Data": b"From: a@b.c\r\nTo: a@b.c\r\n\r\n"}) == (
        "AccountSendingPausedException",
        400,
        PAUSED,
    )
    assert refused(send_v2, v2) == ("SendingPausedException", 400, PAUSED)
    assert ses_emulator.messages() == []
    assert send_v2(client(ses_emulator, "sesv2", region="eu-west-1"))
    v2.put_account_sending_attributes(SendingEnabled=True)
    assert v1.get_account_sending_enabled()["Enabled"] is True
    assert send_v1(v1)
    v2.put_account_sending_attributes(SendingEnabled=False)
    assert v1.get_account_sending_enabled()["Enabled"] is False
    v1.update_account_sending_enabled(Enabled=True)
    assert send_v2(v2)


TEXT = {"Subject": {"Data": "S"}, "Body": {"Text": {"Data": "T"}}}
FROM, TO = "from@example.com", {"ToAddresses": ["to@example.com"]}
V1_TEMPLATE = {"Template": "t", "Source": FROM}
V2_TEMPLATE = {"TemplateName": "t", "TemplateData": "{}"}
VERIFY = {"EmailAddress": "to@example.com", "TemplateName": "verify"}
SENDS: list[tuple[str, str, dict[str, Any]]] = [
    ("ses", "send_email", {"Source": FROM, "Destination": TO, "Message": TEXT}),
    ("ses", "send_raw_email", {"RawMessage": {"Data": b"From: a@b.c\r\nTo: a@b.c\r\n\r\n"}}),
    ("ses", "send_templated_email", {**V1_TEMPLATE, "Destination": TO, "TemplateData": "{}"}),
    (
        "ses",
        "send_bulk_templated_email",
        {**V1_TEMPLATE, "DefaultTemplateData": "{}", "Destinations": [{"Destination": TO}]},
    ),
    ("ses", "send_custom_verification_email", VERIFY),
    (
        "sesv2",
        "send_email",
        {"FromEmailAddress": FROM, "Destination": TO, "Content": {"Simple": TEXT}},
    ),
    (
        "sesv2",
        "send_bulk_email",
        {
            "FromEmailAddress": FROM,
            "DefaultContent": {"Template": V2_TEMPLATE},
            "BulkEmailEntries": [{"Destination": TO}],
        },
    ),
    ("sesv2", "send_custom_verification_email", VERIFY),
]


def with_templates(emulator: Any) -> Any:
    """A client of v2, what SENDS are made of, and a set that may not send."""
    v2 = client(emulator, "sesv2")
    v2.create_email_template(TemplateName="t", TemplateContent={"Subject": "S"})
    v2.create_custom_verification_email_template(
        TemplateName="verify",
        FromEmailAddress=FROM,
        TemplateSubject="S",
        TemplateContent="<p>Verify</p>",
        SuccessRedirectionURL="https://example.com/",
        FailureRedirectionURL="https://example.com/",
    )
    v2.create_configuration_set(ConfigurationSetName="x", SendingOptions={"SendingEnabled": False})
    return v2


@pytest.mark.parametrize(("service", "operation", "parameters"), SENDS)
def test_no_send_is_taken(
    ses_emulator: SesEmulator, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    """Of an account that is paused, of a set that is paused, and of a set that there is not."""
    v2 = with_templates(ses_emulator)
    send = getattr(client(ses_emulator, service), operation)
    v1_codes = ("ConfigurationSetSendingPausedException", "ConfigurationSetDoesNotExist")
    paused, missing = v1_codes if service == "ses" else ("SendingPausedException", "")
    words = "Sending is paused for configuration set x"
    assert refused(send, **parameters, ConfigurationSetName="x") == (paused, 400, words)
    assert refused(send, **parameters, ConfigurationSetName="unknown") == (
        missing or "NotFoundException",
        400 if missing else 404,
        "Configuration set <unknown> does not exist.",
    )
    v2.put_account_sending_attributes(SendingEnabled=False)
    paused = "AccountSendingPausedException" if service == "ses" else "SendingPausedException"
    assert refused(send, **parameters) == (paused, 400, PAUSED)
    assert ses_emulator.messages() == []


def test_paused_account_over_smtp(ses_emulator: SesEmulator) -> None:
    client(ses_emulator, "sesv2").put_account_sending_attributes(SendingEnabled=False)
    with smtplib.SMTP(ses_emulator.smtp_host, ses_emulator.smtp_port) as smtp:
        smtp.login("user", "password")
        with pytest.raises(smtplib.SMTPDataError) as caught:
            smtp.sendmail("a@example.com", ["b@example.com"], b"From: a@example.com\r\n\r\n")
    assert caught.value.args == (554, f"Message rejected: {PAUSED}".encode())


def test_paused_configuration_set(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    v2.create_configuration_set(
        ConfigurationSetName="paused", SendingOptions={"SendingEnabled": False}
    )
    words = "Sending is paused for configuration set paused"
    with pytest.raises(v1.exceptions.ConfigurationSetSendingPausedException) as caught:
        send_v1(v1, ConfigurationSetName="paused")
    error = caught.value.response["Error"]
    assert (error["ConfigurationSetName"], error["Message"]) == ("paused", words)
    assert refused(send_v2, v2, ConfigurationSetName="paused") == (
        "SendingPausedException",
        400,
        words,
    )
    assert send_v2(v2)
