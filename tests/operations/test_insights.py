"""What is told of one message, and of one address."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest

from ses_emulator.mail import details
from ses_emulator.operations.insights import lookups
from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.captured import ABUSE, PERMANENT, SUPPRESSED, capture
from tests.operations.support import Clock, client, refused, running, send_v2


def test_message_that_was_sent(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    id = send_v2(
        ses,
        FromEmailAddress="Shop <shop@example.com>",
        Destination={"ToAddresses": ["a@gmail.com"], "BccAddresses": ["b@example.com"]},
        EmailTags=[{"Name": "campaign", "Value": "spring"}],
    )
    got = ses.get_message_insights(MessageId=id)
    assert got["MessageId"] == id
    assert got["FromEmailAddress"] == "Shop <shop@example.com>"
    assert got["Subject"] == "Subject"
    assert got["EmailTags"] == [{"Name": "campaign", "Value": "spring"}]
    told = [
        (each["Destination"], each["Isp"], [event["Type"] for event in each["Events"]])
        for each in got["Insights"]
    ]
    assert told == [
        ("a@gmail.com", "Gmail", ["SEND", "DELIVERY"]),
        ("b@example.com", "UNKNOWN_ISP", ["SEND", "DELIVERY"]),
    ]


def test_details_of_events() -> None:
    clock = Clock()
    with running(clock) as emulator:
        ses = client(emulator, "sesv2")
        id = capture(
            emulator,
            "a@example.com",
            ("Bounce", PERMANENT),
            ("Bounce", SUPPRESSED),
            ("Complaint", ABUSE),
            "DeliveryDelay",
            "Rendering Failure",
        )
        [insight] = ses.get_message_insights(MessageId=id)["Insights"]
        times = [event.pop("Timestamp").timestamp() for event in insight["Events"]]
        assert times == [clock.now + number for number in range(6)]
        assert insight["Events"] == [
            {"Type": "SEND"},
            {
                "Type": "BOUNCE",
                "Details": {
                    "Bounce": {
                        "BounceType": "PERMANENT",
                        "BounceSubType": "General",
                        "DiagnosticCode": "smtp; 550 5.1.1 user unknown",
                    }
                },
            },
            {
                "Type": "BOUNCE",
                "Details": {
                    "Bounce": {
                        "BounceType": "PERMANENT",
                        "BounceSubType": "ON_ACCOUNT_SUPPRESSION_LIST",
                    }
                },
            },
            {"Type": "COMPLAINT", "Details": {"Complaint": {"ComplaintFeedbackType": "abuse"}}},
            {"Type": "DELIVERY_DELAY"},
            {"Type": "RENDERING_FAILURE"},
        ]


HAPPENED: list[dict[str, Any]] = [
    *({"type": "bounce", "bounceType": a, "bounceSubType": b} for a, b in details.BOUNCES),
    {"type": "complaint", "complaintFeedbackType": "fraud"},
    {"type": "complaint", "complaintSubType": "OnAccountSuppressionList"},
    {"type": "reject"},
    {"type": "open"},
    {"type": "click", "link": "http://example.com/"},
    {"type": "renderingFailure"},
    {"type": "delay", "delayType": "MailboxFull"},
    {"type": "subscription", "contactList": "list"},
]


def test_agrees_with_what_is_published(ses_emulator: SesEmulator) -> None:
    """Every type, of one of two recipients, as its event tells it."""
    ses = client(ses_emulator, "sesv2")
    id = send_v2(ses, Destination={"ToAddresses": ["a@example.com", "b@example.com"]})
    for each in HAPPENED:
        wanted = json.dumps({**each, "recipients": ["a@example.com"]}).encode()
        url = f"{ses_emulator.url}/_ses/messages/{id}/events"
        urllib.request.urlopen(urllib.request.Request(url, wanted, method="POST")).close()
    documents = [each["document"] for each in reversed(ses_emulator.events(message=id))]
    first, second = ses.get_message_insights(MessageId=id)["Insights"]
    assert [each["Type"] for each in second["Events"]] == ["SEND", "DELIVERY"]
    assert len(first["Events"]) == len(documents) == len(HAPPENED) + 2
    for told, document in zip(first["Events"], documents, strict=True):
        name = document["eventType"].replace(" ", "").upper()
        assert told["Type"].replace("_", "") == name
        if name == "BOUNCE":
            detail = document["bounce"]
            bounce = told["Details"]["Bounce"]
            assert bounce["BounceType"] == detail["bounceType"].upper()
            sub_type = bounce["BounceSubType"].replace("_", "").lower()
            assert sub_type == detail["bounceSubType"].lower()
            [recipient] = detail["bouncedRecipients"]
            assert bounce.get("DiagnosticCode") == recipient.get("diagnosticCode")
        elif name == "COMPLAINT":
            detail = document["complaint"]
            complaint = told["Details"]["Complaint"]
            assert complaint.get("ComplaintFeedbackType") == detail.get("complaintFeedbackType")
            assert ("ComplaintSubType" in complaint) == bool(detail["complaintSubType"])
        else:
            assert "Details" not in told


def test_message_of_another_account(ses_emulator: SesEmulator) -> None:
    id = send_v2(client(ses_emulator, "sesv2", key="111122223333"))
    assert client(ses_emulator, "sesv2", key="111122223333").get_message_insights(MessageId=id)
    for ses in (
        client(ses_emulator, "sesv2"),
        client(ses_emulator, "sesv2", key="111122223333", region="eu-west-1"),
    ):
        code, status, words = refused(ses.get_message_insights, MessageId=id)
        assert (code, status) == ("NotFoundException", 404)
        assert words.startswith(f"Message <{id}> not found for account <")


@pytest.mark.parametrize(
    ("address", "valid", "high"),
    [
        ("ann@example.com", "HIGH", {"HasValidSyntax", "HasValidDnsRecords"}),
        ("info@example.com", "MEDIUM", {"HasValidSyntax", "HasValidDnsRecords", "IsRoleAddress"}),
        (
            "ann@mailinator.com",
            "MEDIUM",
            {"HasValidSyntax", "HasValidDnsRecords", "IsDisposable"},
        ),
        (
            "xkcdqwrtz@example.com",
            "MEDIUM",
            {"HasValidSyntax", "HasValidDnsRecords", "IsRandomInput"},
        ),
        ("ann@example.invalid", "LOW", {"HasValidSyntax"}),
        ("ann.example.com", "LOW", set()),
    ],
)
def test_address(ses_emulator: SesEmulator, address: str, valid: str, high: set[str]) -> None:
    ses = client(ses_emulator, "sesv2")
    if not hasattr(ses, "get_email_address_insights"):
        pytest.skip("this botocore has no insights of addresses")
    got = ses.get_email_address_insights(EmailAddress=address)["MailboxValidation"]
    assert got["IsValid"] == {"ConfidenceVerdict": valid}
    evaluations = got["Evaluations"]
    assert len(evaluations) == 6
    found = {name for name, each in evaluations.items() if each["ConfidenceVerdict"] == "HIGH"}
    assert found == high


def test_lookups_of_addresses_are_counted(ses_emulator: SesEmulator) -> None:
    """Those that were answered: they are charged."""
    ses = client(ses_emulator, "sesv2")
    if not hasattr(ses, "get_email_address_insights"):
        pytest.skip("this botocore has no insights of addresses")
    for _ in range(3):
        ses.get_email_address_insights(EmailAddress="ann@example.com")
    refused(ses.get_email_address_insights, EmailAddress=" ")
    instance = ses_emulator._emulator.instance
    assert lookups(instance, None, None) == {("000000000000", "us-east-1"): 3}


def test_address_that_was_sent_to() -> None:
    with running(Clock()) as emulator:
        ses = client(emulator, "sesv2")
        if not hasattr(ses, "get_email_address_insights"):
            pytest.skip("this botocore has no insights of addresses")

        def exists(address: str) -> str:
            got = ses.get_email_address_insights(EmailAddress=address)["MailboxValidation"]
            return str(got["Evaluations"]["MailboxExists"]["ConfidenceVerdict"])

        assert exists("ann@example.com") == "MEDIUM"
        capture(emulator, "ann@example.com", "Delivery")
        assert exists("Ann@example.com") == "HIGH"
        capture(emulator, "ann@example.com", ("Bounce", PERMANENT))
        assert exists("ann@example.com") == "LOW"
        assert refused(ses.get_email_address_insights, EmailAddress=" ") == (
            "BadRequestException",
            400,
            "EmailAddress can't be blank.",
        )
