"""The examples of the guide: keys, types and constants of every published document.

Source: "Examples of event data that Amazon SES publishes to Amazon SNS" and "Amazon SNS
notification examples for Amazon SES". What differs from message to message is there as its type.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.request import Request, urlopen

import pytest
from botocore.session import get_session

from ses_emulator.events.documents import MOST_HEADERS
from ses_emulator.events.targets import type_of
from ses_emulator.pytest_plugin import SesEmulator

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ACCOUNT = "123456789012"
SENDER = "Sender Name <sender@example.com>"
ADDRESS = "recipient@example.com"
SUBJECT = "Message sent from Amazon SES"
ARN = f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/sender@example.com"
BOUNDARY = re.compile(r'multipart/alternative; +boundary="----=_Part_\d+_\d+\.\d+"')

TAGS: dict[str, Any] = {
    "ses:configuration-set": ["ConfigSet"],
    "ses:source-ip": [str],
    "ses:from-domain": ["example.com"],
    "ses:caller-identity": [str],
    "myCustomTag1": ["myCustomValue1"],
}
# The guide's examples of this are shorter than what was captured.
FEW_TAGS = {"ses:configuration-set": ["ConfigSet"]}
BASIC: dict[str, Any] = {
    "timestamp": TIME,
    "source": SENDER,
    "sendingAccountId": ACCOUNT,
    "messageId": str,
    "destination": [ADDRESS],
}
HEADERS: dict[str, Any] = {
    "headersTruncated": False,
    "headers": [
        {"name": "From", "value": SENDER},
        {"name": "To", "value": ADDRESS},
        {"name": "Subject", "value": SUBJECT},
        {"name": "MIME-Version", "value": "1.0"},
        {"name": "Content-Type", "value": BOUNDARY},
    ],
    "commonHeaders": {"from": [SENDER], "to": [ADDRESS], "messageId": str, "subject": SUBJECT},
}
MAIL = {**BASIC, "sourceArn": ARN, **HEADERS, "tags": TAGS}
WITHOUT_ARN = {**BASIC, **HEADERS, "tags": TAGS}
SHORT = {**BASIC, "sourceArn": ARN, "headersTruncated": False, "tags": FEW_TAGS}
BOUNCED = {
    "emailAddress": ADDRESS,
    "action": "failed",
    "status": "5.1.1",
    "diagnosticCode": "smtp; 550 5.1.1 user unknown",
}
COMPLAINT = {
    "complainedRecipients": [{"emailAddress": ADDRESS}],
    "timestamp": TIME,
    "feedbackId": str,
    "userAgent": str,
    "complaintFeedbackType": "abuse",
    "arrivalDate": TIME,
}
DELIVERY = {
    "timestamp": TIME,
    "processingTimeMillis": int,
    "recipients": [ADDRESS],
    "smtpResponse": "250 2.6.0 Message received",
    "reportingMTA": str,
}
READER = {"ipAddress": "192.0.2.1", "userAgent": "Mozilla/5.0 (iPhone)"}
LINK = "http://docs.aws.amazon.com/ses/latest/DeveloperGuide/send-email-smtp.html"
LINK_TAGS = {"samplekey0": ["samplevalue0"], "samplekey1": ["samplevalue1"]}
FAILURE = "Attribute 'attributeName' is not present in the rendering data."
TOPIC = {"topicName": "ExampleTopicName", "subscriptionStatus": "OptOut"}
BEFORE = {"unsubscribeAll": False, "topicSubscriptionStatus": [TOPIC]}
AFTER = {"unsubscribeAll": True, "topicSubscriptionStatus": [TOPIC]}

EVENTS: dict[str, dict[str, Any]] = {
    "Bounce": {
        "eventType": "Bounce",
        "bounce": {
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": [BOUNCED],
            "timestamp": TIME,
            "feedbackId": str,
            "reportingMTA": str,
        },
        "mail": MAIL,
    },
    "Complaint": {"eventType": "Complaint", "complaint": COMPLAINT, "mail": MAIL},
    "Delivery": {
        "eventType": "Delivery",
        "mail": {**MAIL, "tags": {**TAGS, "ses:outgoing-ip": [str]}},
        "delivery": DELIVERY,
    },
    "Send": {"eventType": "Send", "mail": MAIL, "send": {}},
    "Reject": {"eventType": "Reject", "mail": MAIL, "reject": {"reason": "Bad content"}},
    "Open": {"eventType": "Open", "mail": WITHOUT_ARN, "open": {**READER, "timestamp": TIME}},
    "Click": {
        "eventType": "Click",
        "click": {**READER, "link": LINK, "linkTags": LINK_TAGS, "timestamp": TIME},
        "mail": WITHOUT_ARN,
    },
    "Rendering Failure": {
        "eventType": "Rendering Failure",
        "mail": SHORT,
        "failure": {"errorMessage": FAILURE, "templateName": "MyTemplate"},
    },
    "DeliveryDelay": {
        "eventType": "DeliveryDelay",
        "mail": SHORT,
        "deliveryDelay": {
            "timestamp": TIME,
            "delayType": "TransientCommunicationFailure",
            "expirationTime": TIME,
            "delayedRecipients": [
                {
                    "emailAddress": ADDRESS,
                    "status": "4.4.1",
                    "diagnosticCode": "smtp; 421 4.4.1 Unable to connect to remote host",
                }
            ],
        },
    },
    "Subscription": {
        "eventType": "Subscription",
        "mail": MAIL,
        "subscription": {
            "contactList": "ContactListName",
            "timestamp": TIME,
            "source": "UnsubscribeHeader",
            "newTopicPreferences": AFTER,
            "oldTopicPreferences": BEFORE,
        },
    },
}
# What has to be said to have it happen by hand; what is not there happens by itself.
BY_HAND: dict[str, dict[str, Any]] = {
    "Bounce": {"type": "bounce"},
    "Complaint": {"type": "complaint"},
    "Reject": {"type": "reject"},
    "Open": {"type": "open", **READER},
    "Click": {"type": "click", "link": LINK, "linkTags": LINK_TAGS, **READER},
    "DeliveryDelay": {"type": "delay"},
    "Subscription": {
        "type": "subscription",
        "contactList": "ContactListName",
        "source": "UnsubscribeHeader",
        "newTopicPreferences": AFTER,
        "oldTopicPreferences": BEFORE,
    },
}
# What documents have besides the examples, by the tables of "Contents of event data", by "How event
# publishing works" (auto-tags) and as captured.
MORE = {
    "ses:operation",
    "ses:source-ip",
    "ses:from-domain",
    "ses:caller-identity",
    "myCustomTag1",
    "complaintSubType",
    "callerIdentity",
}

JANE = "jane@example.com"
# The guide's message of notifications, whose sender quotes names that need no quotes.
GIVEN = [
    ("From", '"John Doe" <john@example.com>'),
    ("To", f'"Jane Doe" <{JANE}>'),
    ("Message-ID", "custom-message-ID"),
    ("Subject", "Hello"),
    ("Content-Type", 'text/plain; charset="UTF-8"'),
    ("Content-Transfer-Encoding", "base64"),
    ("Date", "Wed, 27 Jan 2016 14:05:45 +0000"),
]
NOTIFIED: dict[str, Any] = {
    "timestamp": TIME,
    "source": str,
    "sourceArn": f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/example.com",
    "sourceIp": str,
    "sendingAccountId": ACCOUNT,
    "messageId": str,
    "destination": [JANE],
}
ORIGINAL: dict[str, Any] = {
    "headersTruncated": False,
    "headers": [{"name": name, "value": value} for name, value in GIVEN],
    "commonHeaders": {
        "from": ["John Doe <john@example.com>"],
        "date": "Wed, 27 Jan 2016 14:05:45 +0000",
        "to": [f"Jane Doe <{JANE}>"],
        "messageId": "custom-message-ID",
        "subject": "Hello",
    },
}
NOTIFICATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "Bounce": (
        "bounce",
        {
            "bounceType": "Permanent",
            "reportingMTA": re.compile("dns; .+"),
            "bouncedRecipients": [{**BOUNCED, "emailAddress": JANE}],
            "bounceSubType": "General",
            "timestamp": TIME,
            "feedbackId": str,
            "remoteMtaIp": str,
        },
    ),
    "Complaint": ("complaint", {**COMPLAINT, "complainedRecipients": [{"emailAddress": JANE}]}),
    "Delivery": (
        "delivery",
        {
            **DELIVERY,
            "recipients": [JANE],
            "reportingMTA": re.compile(r"a8-\d+\.smtp-out\.amazonses\.com"),
            "smtpResponse": re.compile("250 .+"),
            "remoteMtaIp": str,
        },
    ),
}


def compare(found: Any, example: Any, where: str = "") -> None:
    """Assert that ``found`` has the keys, types and constants of an example."""
    if isinstance(example, dict):
        assert isinstance(found, dict), where
        assert example.keys() <= found.keys() <= example.keys() | MORE, where
        for key, value in example.items():
            compare(found[key], value, f"{where}.{key}")
    elif isinstance(example, list):
        assert isinstance(found, list) and len(found) == len(example), where
        for each, value in zip(found, example, strict=True):
            compare(each, value, f"{where}[]")
    elif isinstance(example, type):
        assert type(found) is example and found != "", where
    elif isinstance(example, re.Pattern):
        assert isinstance(found, str) and example.fullmatch(found), (where, found)
    else:
        assert type(found) is type(example) and found == example, where


def happen(emulator: SesEmulator, id: str, event: dict[str, Any]) -> None:
    body = json.dumps(event).encode()
    url = f"{emulator.url}/_ses/messages/{id}/events"
    with urlopen(Request(url, body, {"Content-Type": "application/json"})) as answer:
        assert answer.status == 201


def test_all_types() -> None:
    service: Any = get_session().get_service_model("sesv2")
    assert sorted(map(type_of, EVENTS)) == sorted(service.shape_for("EventType").enum)


@pytest.mark.parametrize("type", EVENTS)
def test_events(ses_emulator: SesEmulator, type: str) -> None:
    ses = ses_emulator.client("sesv2", aws_access_key_id=ACCOUNT)
    ses.create_email_identity(EmailIdentity="sender@example.com")
    ses.create_configuration_set(ConfigurationSetName="ConfigSet")
    body = {"Text": {"Data": "text"}, "Html": {"Data": "<p>html</p>"}}
    content: dict[str, Any] = {"Simple": {"Subject": {"Data": SUBJECT}, "Body": body}}
    if type == "Rendering Failure":
        template = {"Subject": "Hello", "Text": "{{attributeName}}"}
        ses.create_email_template(TemplateName="MyTemplate", TemplateContent=template)
        content = {"Template": {"TemplateName": "MyTemplate", "TemplateData": "{}"}}
    id = ses.send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": [ADDRESS]},
        Content=content,
        ConfigurationSetName="ConfigSet",
        EmailTags=[{"Name": "myCustomTag1", "Value": "myCustomValue1"}],
    )["MessageId"]
    if type in BY_HAND:
        happen(ses_emulator, id, BY_HAND[type])
    [event] = ses_emulator.wait_for_event(type, message=id)
    compare(event["document"], EVENTS[type])
    assert list(event["document"]) == list(EVENTS[type])


@pytest.mark.parametrize("type", NOTIFICATIONS)
def test_notifications(ses_emulator: SesEmulator, type: str) -> None:
    ses = ses_emulator.client("sesv2", aws_access_key_id=ACCOUNT)
    ses.create_email_identity(EmailIdentity="example.com")
    raw = "".join(f"{name}: {value}\r\n" for name, value in GIVEN) + "\r\nSGVsbG8="
    id = ses.send_email(Content={"Raw": {"Data": raw.encode()}})["MessageId"]
    if type in BY_HAND:
        happen(ses_emulator, id, BY_HAND[type])
    [event] = ses_emulator.wait_for_event(type, message=id)
    key, detail = NOTIFICATIONS[type]
    mail = {**NOTIFIED, **ORIGINAL}
    compare(event["notification"], {"notificationType": type, "mail": mail, key: detail})


@pytest.mark.parametrize("headers", [0, 1], ids=["none", "all"])
def test_headers_of_10_kb_are_truncated(ses_emulator: SesEmulator, headers: int) -> None:
    """In both forms; what a program asks for most is there all the same."""
    ses = ses_emulator.client("sesv2", aws_access_key_id=ACCOUNT)
    long = f"X-Long: {'x' * 900}\r\n" * (MOST_HEADERS // 900 + 1) * headers
    raw = f"From: john@example.com\r\nTo: {JANE}\r\n{long}Subject: Hello\r\n\r\nText"
    ses.send_email(Content={"Raw": {"Data": raw.encode()}})
    [event] = ses_emulator.wait_for_event("Delivery")
    for form in ("document", "notification"):
        mail = event[form]["mail"]
        assert mail["headersTruncated"] is bool(headers)
        size = sum(len(each["name"] + each["value"]) for each in mail["headers"])
        assert size < MOST_HEADERS
        assert mail["commonHeaders"]["subject"] == "Hello"
        assert ({"name": "Subject", "value": "Hello"} in mail["headers"]) is not bool(headers)
