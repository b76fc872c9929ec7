"""The examples of the guide, "Examples of event data that Amazon SES publishes to Amazon SNS"."""

from __future__ import annotations

from datetime import datetime

import pytest

from ses_emulator.mail import details
from ses_emulator.store.events import Event

TO = ["recipient@example.com"]
FEEDBACK_ID = "01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/60.0.3112.90 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 10_3_3 like Mac OS X) AppleWebKit/603.3.8 (KHTML, like "
    "Gecko) Mobile/14G60"
)


def at(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def test_bounce() -> None:
    moment = "2017-08-05T00:41:02.669Z"
    event = details.bounce(
        "Permanent",
        "General",
        TO,
        at(moment),
        feedback_id=FEEDBACK_ID,
        reporting_mta="dsn; mta.example.com",
    )
    assert event == Event(
        "Bounce",
        at(moment),
        TO,
        {
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": [
                {
                    "emailAddress": "recipient@example.com",
                    "action": "failed",
                    "status": "5.1.1",
                    "diagnosticCode": "smtp; 550 5.1.1 user unknown",
                }
            ],
            "timestamp": moment,
            "feedbackId": FEEDBACK_ID,
            "reportingMTA": "dsn; mta.example.com",
        },
    )


def test_bounce_with_other_words() -> None:
    event = details.bounce(
        "Permanent",
        "General",
        ["jane@example.com"],
        0,
        feedback_id="x",
        reporting_mta="dns; email.example.com",
        diagnostic="smtp; 550 5.1.1 <jane@example.com>... User",
    )
    assert event.detail["bouncedRecipients"] == [
        {
            "emailAddress": "jane@example.com",
            "status": "5.1.1",
            "action": "failed",
            "diagnosticCode": "smtp; 550 5.1.1 <jane@example.com>... User",
        }
    ]


def test_bounce_without_a_report() -> None:
    """As "Bounce notification without a DSN", but of the type that has none here."""
    moment = "2016-01-27T14:59:38.237Z"
    event = details.bounce(
        "Undetermined",
        "Undetermined",
        ["jane@example.com", "richard@example.com"],
        at(moment),
        feedback_id=FEEDBACK_ID,
        reporting_mta="dns; email.example.com",
    )
    assert event.detail == {
        "bounceType": "Undetermined",
        "bounceSubType": "Undetermined",
        "bouncedRecipients": [
            {"emailAddress": "jane@example.com"},
            {"emailAddress": "richard@example.com"},
        ],
        "timestamp": moment,
        "feedbackId": FEEDBACK_ID,
    }


@pytest.mark.parametrize(("kind", "sub_kind"), details.BOUNCES)
def test_every_bounce(kind: str, sub_kind: str) -> None:
    """What the report says agrees with what failed: RFC 3463 and RFC 5321 number it."""
    event = details.bounce(
        kind, sub_kind, TO, 0, feedback_id="x", reporting_mta="dns; a", diagnostic=None
    )
    assert (event.detail["bounceType"], event.detail["bounceSubType"]) == (kind, sub_kind)
    [recipient] = event.detail["bouncedRecipients"]
    reported = kind != "Undetermined"
    assert ("reportingMTA" in event.detail) is reported
    assert set(recipient) == {"emailAddress"} | (
        {"action", "status", "diagnosticCode"} if reported else set()
    )
    if recipient.get("diagnosticCode", "").startswith("smtp; "):
        assert f" {recipient['status']} " in recipient["diagnosticCode"]


def test_complaint() -> None:
    moment = "2017-08-05T00:41:02.669Z"
    event = details.complaint(
        TO,
        at(moment),
        feedback_id=FEEDBACK_ID,
        feedback_type="abuse",
        user_agent=CHROME,
        arrival=at(moment),
    )
    # The example is older than the sub-type, which "can either be null" or say something.
    assert event == Event(
        "Complaint",
        at(moment),
        TO,
        {
            "complainedRecipients": [{"emailAddress": "recipient@example.com"}],
            "timestamp": moment,
            "feedbackId": FEEDBACK_ID,
            "complaintSubType": None,
            "userAgent": CHROME,
            "complaintFeedbackType": "abuse",
            "arrivalDate": moment,
        },
    )


def test_complaint_without_a_report() -> None:
    moment = "2016-01-27T14:59:38.237Z"
    event = details.complaint(
        TO, at(moment), feedback_id=FEEDBACK_ID, sub_kind="OnAccountSuppressionList"
    )
    assert event.detail == {
        "complainedRecipients": [{"emailAddress": "recipient@example.com"}],
        "timestamp": moment,
        "feedbackId": FEEDBACK_ID,
        "complaintSubType": "OnAccountSuppressionList",
    }


def test_reject() -> None:
    assert details.reject(TO, 1.5) == Event("Reject", 1.5, TO, {"reason": "Bad content"})


def test_open() -> None:
    moment = "2017-08-09T22:00:19.652Z"
    event = details.open(TO, at(moment), ip_address="192.0.2.1", user_agent=IPHONE)
    assert event == Event(
        "Open",
        at(moment),
        TO,
        {"ipAddress": "192.0.2.1", "timestamp": moment, "userAgent": IPHONE},
    )


def test_click() -> None:
    moment = "2017-08-09T23:51:25.570Z"
    link = "http://docs.aws.amazon.com/ses/latest/DeveloperGuide/send-email-smtp.html"
    event = details.click(
        TO,
        at(moment),
        ip_address="192.0.2.1",
        user_agent=CHROME,
        link=link,
        link_tags={"samplekey0": ("samplevalue0",), "samplekey1": ("samplevalue1",)},
    )
    assert event == Event(
        "Click",
        at(moment),
        TO,
        {
            "ipAddress": "192.0.2.1",
            "link": link,
            "linkTags": {"samplekey0": ["samplevalue0"], "samplekey1": ["samplevalue1"]},
            "timestamp": moment,
            "userAgent": CHROME,
        },
    )
    plain = details.click(TO, 0, ip_address="192.0.2.1", user_agent="", link=link)
    assert plain.detail["linkTags"] is None


def test_rendering_failure() -> None:
    words = "Attribute 'attributeName' is not present in the rendering data."
    event = details.rendering_failure(TO, 2.5, message=words, template="MyTemplate")
    assert event == Event(
        "Rendering Failure", 2.5, TO, {"errorMessage": words, "templateName": "MyTemplate"}
    )
    inline = details.rendering_failure(TO, 2.5, message=words, template=None)
    assert inline.detail == {"errorMessage": words}


def test_delivery_delay() -> None:
    moment = "2020-06-16T00:25:40.095Z"
    event = details.delivery_delay(
        "TransientCommunicationFailure",
        TO,
        at(moment),
        expiration=at("2020-06-16T00:25:40.914Z"),
    )
    assert event == Event(
        "DeliveryDelay",
        at(moment),
        TO,
        {
            "timestamp": moment,
            "delayType": "TransientCommunicationFailure",
            "expirationTime": "2020-06-16T00:25:40.914Z",
            "delayedRecipients": [
                {
                    "emailAddress": "recipient@example.com",
                    "status": "4.4.1",
                    "diagnosticCode": "smtp; 421 4.4.1 Unable to connect to remote host",
                }
            ],
        },
    )


@pytest.mark.parametrize("kind", details.DELAYS)
def test_every_delay(kind: str) -> None:
    event = details.delivery_delay(kind, TO, 0, expiration=1)
    [recipient] = event.detail["delayedRecipients"]
    assert event.detail["delayType"] == kind
    assert recipient["status"].startswith("4.")
    assert f" {recipient['status']} " in recipient["diagnosticCode"]


def test_subscription() -> None:
    moment = "2022-01-12T01:00:17.910Z"
    event = details.subscription(
        "ContactListName",
        TO,
        at(moment),
        source="UnsubscribeHeader",
        new=details.preferences(True, {"ExampleTopicName": "OptOut"}),
        old=details.preferences(False, {"ExampleTopicName": "OptOut"}),
    )
    topic = {"topicName": "ExampleTopicName", "subscriptionStatus": "OptOut"}
    assert event == Event(
        "Subscription",
        at(moment),
        TO,
        {
            "contactList": "ContactListName",
            "timestamp": moment,
            "source": "UnsubscribeHeader",
            "newTopicPreferences": {"unsubscribeAll": True, "topicSubscriptionStatus": [topic]},
            "oldTopicPreferences": {"unsubscribeAll": False, "topicSubscriptionStatus": [topic]},
        },
    )
    unsaid = details.preferences(False, {}, {"News": "OptIn"})
    assert unsaid == {
        "unsubscribeAll": False,
        "topicSubscriptionStatus": [],
        "topicDefaultSubscriptionStatus": [{"topicName": "News", "subscriptionStatus": "OptIn"}],
    }
