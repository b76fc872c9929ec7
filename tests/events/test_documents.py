"""The published documents, compared with the examples of the guide."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ses_emulator.events.documents import (
    EVENT,
    MOST_HEADERS,
    NOTIFICATION,
    cloudwatch_metrics,
    document,
    eventbridge_entry,
    facts_of,
)
from ses_emulator.mail import details
from ses_emulator.mail.feedback import happen
from ses_emulator.pytest_plugin import SesEmulator
from ses_emulator.store.account import Account
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Stored

ACCOUNT = "123456789012"
SENDER = "Sender Name <sender@example.com>"
RECIPIENT = "recipient@example.com"
READER: dict[str, Any] = {"ip_address": "192.0.2.1", "user_agent": "Mozilla/5.0"}
ENDED = "2017-08-05T00:41:02.669Z"
FEEDBACK = "01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000"


class Sent:
    """A message that was sent by the account, and its documents."""

    def __init__(self, emulator: SesEmulator, id: str) -> None:
        instance = emulator._emulator.instance
        stored = instance.messages.find(id)
        assert stored is not None
        self.stored: Stored = stored
        self.account = Account(instance, stored.account, stored.region)

    def happens(self, event: Event) -> Event:
        """An event of the message that is stored."""
        [new] = happen(self.account, self.stored, [event])
        return new

    def event(self, type: str) -> Event:
        """The event of this type that was stored."""
        events = self.account.messages.events(self.stored.seq)
        return next(each for each in events if each.type == type)

    def document(self, event: Event, form: str = EVENT, headers: bool = True) -> dict[str, Any]:
        """What is published."""
        return document(facts_of(self.account, self.stored), event, form=form, headers=headers)


@pytest.fixture
def sesv2(ses_emulator: SesEmulator) -> Any:
    """A client of the account."""
    client = ses_emulator.client("sesv2", aws_access_key_id=ACCOUNT)
    client.create_email_identity(EmailIdentity="sender@example.com")
    client.create_configuration_set(ConfigurationSetName="ConfigSet")
    return client


@pytest.fixture
def sent(ses_emulator: SesEmulator, sesv2: Any) -> Sent:
    """The message of the guide's examples."""
    body = {"Text": {"Data": "text"}, "Html": {"Data": "<p>html</p>"}}
    simple = {"Subject": {"Data": "Message sent from Amazon SES"}, "Body": body}
    answer = sesv2.send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": [RECIPIENT]},
        Content={"Simple": simple},
        ConfigurationSetName="ConfigSet",
        EmailTags=[{"Name": "campaign", "Value": "spring"}],
    )
    return Sent(ses_emulator, answer["MessageId"])


def mail(sent: Sent, type: str) -> dict[str, Any]:
    """The mail object that the guide shows for this message in an event of a type."""
    stored = sent.stored
    boundary = next(
        header["value"]
        for header in sent.document(sent.event("Send"))["mail"]["headers"]
        if header["name"] == "Content-Type"
    )
    tags = {"ses:outgoing-ip": ["54.240.8.1"]} if type == "Delivery" else {}
    shown = {
        "timestamp": details.timestamp(stored.received),
        "source": SENDER,
        "sourceArn": f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/sender@example.com",
        "sendingAccountId": ACCOUNT,
        "messageId": stored.id,
        "destination": [RECIPIENT],
        "headersTruncated": False,
        "headers": [
            {"name": "From", "value": SENDER},
            {"name": "To", "value": RECIPIENT},
            {"name": "Subject", "value": "Message sent from Amazon SES"},
            {"name": "MIME-Version", "value": "1.0"},
            {"name": "Content-Type", "value": boundary},
        ],
        "commonHeaders": {
            "from": [SENDER],
            "to": [RECIPIENT],
            "messageId": stored.id,
            "subject": "Message sent from Amazon SES",
        },
        "tags": {
            "ses:operation": ["SendEmail"],
            "ses:configuration-set": ["ConfigSet"],
            "ses:source-ip": ["127.0.0.1"],
            "ses:from-domain": ["example.com"],
            "ses:caller-identity": ["root"],
            **tags,
            "campaign": ["spring"],
        },
    }
    missing = {
        "Open": ("sourceArn",),
        "Click": ("sourceArn",),
        "Rendering Failure": ("headers", "commonHeaders"),
        "DeliveryDelay": ("headers", "commonHeaders"),
    }
    for name in missing.get(type, ()):
        del shown[name]
    return shown


def test_send(sent: Sent) -> None:
    found = sent.document(sent.event("Send"))
    assert found == {"eventType": "Send", "mail": mail(sent, "Send"), "send": {}}
    assert list(found) == ["eventType", "mail", "send"]
    assert list(found["mail"]) == list(mail(sent, "Send"))
    assert (
        found["mail"]["headers"][4]["value"]
        .replace("  ", " ")
        .startswith("multipart/alternative; boundary=")
    )


def test_delivery(sent: Sent) -> None:
    event = sent.event("Delivery")
    assert sent.document(event) == {
        "eventType": "Delivery",
        "mail": mail(sent, "Delivery"),
        "delivery": {
            "timestamp": details.timestamp(event.timestamp),
            "processingTimeMillis": 498,
            "recipients": [RECIPIENT],
            "smtpResponse": "250 2.6.0 Message received",
            "reportingMTA": "a8-1.smtp-out.amazonses.com",
        },
    }


def bounce(now: float) -> Event:
    return details.bounce(
        "Permanent",
        "General",
        [RECIPIENT],
        now,
        feedback_id=FEEDBACK,
        reporting_mta="dsn; mta.example.com",
    )


def complaint(now: float) -> Event:
    return details.complaint(
        [RECIPIENT],
        now,
        feedback_id=FEEDBACK,
        feedback_type="abuse",
        user_agent="Amazon SES Mailbox Simulator",
        arrival=now,
    )


def click(now: float) -> Event:
    return details.click([RECIPIENT], now, link="http://docs.aws.amazon.com/", **READER)


def delay(now: float) -> Event:
    return details.delivery_delay(
        "TransientCommunicationFailure", [RECIPIENT], now, expiration=now + 60
    )


def subscription(now: float) -> Event:
    preferences = details.preferences(True, {"topic": "OptOut"})
    return details.subscription(
        "List", [RECIPIENT], now, source="UnsubscribeHeader", new=preferences, old=preferences
    )


# Of each type of the guide's examples: its own key, its members, and the order of the document.
EXAMPLES: list[tuple[Callable[[float], Event], str, str, list[str]]] = [
    (
        bounce,
        "bounce",
        "feedbackId bounceType bounceSubType bouncedRecipients timestamp reportingMTA",
        ["eventType", "bounce", "mail"],
    ),
    (
        complaint,
        "complaint",
        "feedbackId complaintSubType complainedRecipients timestamp userAgent"
        " complaintFeedbackType arrivalDate",
        ["eventType", "complaint", "mail"],
    ),
    (
        lambda now: details.reject([RECIPIENT], now),
        "reject",
        "reason",
        ["eventType", "mail", "reject"],
    ),
    (
        lambda now: details.open([RECIPIENT], now, **READER),
        "open",
        "ipAddress timestamp userAgent",
        ["eventType", "mail", "open"],
    ),
    (click, "click", "ipAddress link linkTags timestamp userAgent", ["eventType", "click", "mail"]),
    (
        lambda now: details.rendering_failure(
            [RECIPIENT], now, message="Attribute 'name' is missing.", template="MyTemplate"
        ),
        "failure",
        "errorMessage templateName",
        ["eventType", "mail", "failure"],
    ),
    (
        delay,
        "deliveryDelay",
        "timestamp delayType expirationTime delayedRecipients",
        ["eventType", "mail", "deliveryDelay"],
    ),
    (
        subscription,
        "subscription",
        "contactList timestamp source newTopicPreferences oldTopicPreferences",
        ["eventType", "mail", "subscription"],
    ),
]


@pytest.mark.parametrize(
    ("make", "key", "members", "order"), EXAMPLES, ids=[e[1] for e in EXAMPLES]
)
def test_other_types(
    sent: Sent, make: Callable[[float], Event], key: str, members: str, order: list[str]
) -> None:
    event = sent.happens(make(sent.stored.received))
    found = sent.document(event)
    assert list(found) == order
    assert found["eventType"] == event.type
    assert list(found[key]) == members.split()
    assert found[key] == event.detail
    assert found["mail"] == mail(sent, event.type)
    assert list(found["mail"]) == list(mail(sent, event.type))
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("type", ["Bounce", "Complaint", "Delivery"])
def test_notifications(sent: Sent, type: str) -> None:
    """As identities' topics get them: no tags, who called, and headers only if they are wanted."""
    now = sent.stored.received
    event = {"Bounce": bounce, "Complaint": complaint}[type](now) if type != "Delivery" else None
    event = sent.happens(event) if event else sent.event("Delivery")
    found = sent.document(event, NOTIFICATION)
    short = sent.document(event, NOTIFICATION, headers=False)
    names = "headersTruncated headers commonHeaders".split()
    basic = (
        "timestamp source sourceArn sourceIp callerIdentity sendingAccountId messageId destination"
    ).split()
    assert found["notificationType"] == type and "eventType" not in found
    assert list(found["mail"]) == [*basic, *names]
    assert list(short["mail"]) == basic
    assert found["mail"]["sourceIp"] == "127.0.0.1"
    # Of a message without a Message-ID of its own, as captured.
    assert list(found["mail"]["commonHeaders"]) == ["from", "to", "subject"]
    key = type.lower()
    if type == "Complaint":
        assert found[key] == event.detail
    else:
        assert list(found[key])[-2:] == ["remoteMtaIp", "reportingMTA"]
        assert found[key]["remoteMtaIp"] == "192.0.2.25"
        assert {**found[key], "remoteMtaIp": None} == {
            **sent.document(event)[key],
            "remoteMtaIp": None,
        }


@pytest.mark.parametrize(
    ("kind", "sub_kind", "last"),
    [
        # Without a report of the server that was spoken to, and without anybody spoken to.
        ("Undetermined", "Undetermined", ["timestamp", "remoteMtaIp"]),
        ("Permanent", "OnAccountSuppressionList", ["timestamp", "reportingMTA"]),
    ],
)
def test_notifications_of_other_bounces(
    sent: Sent, kind: str, sub_kind: str, last: list[str]
) -> None:
    event = details.bounce(
        kind, sub_kind, [RECIPIENT], 1.0, feedback_id=FEEDBACK, reporting_mta="dns; amazonses.com"
    )
    [stored] = happen(sent.account, sent.stored, [event])
    assert list(sent.document(stored, NOTIFICATION)["bounce"])[-2:] == last
    assert sent.document(stored)["bounce"] == event.detail


def test_send_of_a_template(ses_emulator: SesEmulator, sesv2: Any) -> None:
    """As captured: its Send has neither sourceArn nor most headers, its Delivery has them all."""
    sesv2.create_email_template(
        TemplateName="t", TemplateContent={"Subject": "Hi {{name}}", "Text": "Hello"}
    )
    answer = sesv2.send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": [RECIPIENT]},
        Content={"Template": {"TemplateName": "t", "TemplateData": '{"name": "Ada"}'}},
    )
    sent = Sent(ses_emulator, answer["MessageId"])
    first = sent.document(sent.event("Send"))["mail"]
    assert "sourceArn" not in first
    assert [each["name"] for each in first["headers"]] == ["From", "To", "MIME-Version"]
    assert list(first["commonHeaders"]) == ["from", "to", "messageId"]
    second = sent.document(sent.event("Delivery"))["mail"]
    assert second["sourceArn"].endswith("identity/sender@example.com")
    assert {"name": "Subject", "value": "Hi Ada"} in second["headers"]


def test_what_else_the_mail_tells(ses_emulator: SesEmulator, sesv2: Any) -> None:
    raw = (
        "From: a@sub.example.org\r\nTo: b@example.com, C <c@example.com>\r\nCc: d@example.com\r\n"
        "Reply-To: e@example.com\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
        f"X-Long: {'y' * MOST_HEADERS}\r\nX-Short: z\r\n\r\nText"
    )
    sesv2.create_email_identity(EmailIdentity="example.org")
    answer = sesv2.send_email(
        Destination={"ToAddresses": ["b@example.com"]}, Content={"Raw": {"Data": raw.encode()}}
    )
    sent = Sent(ses_emulator, answer["MessageId"])
    found = sent.document(sent.event("Send"))["mail"]
    assert found["sourceArn"] == f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/example.org"
    assert found["destination"] == ["b@example.com"]
    assert found["commonHeaders"] == {
        "from": ["a@sub.example.org"],
        "replyTo": ["e@example.com"],
        "to": ["b@example.com", "C <c@example.com>"],
        "cc": ["d@example.com"],
        "messageId": sent.stored.id,
        "subject": "Grüße",
    }
    assert found["headersTruncated"] is True
    assert [each["name"] for each in found["headers"]] == "From To Cc Reply-To Subject".split()
    assert found["tags"]["ses:from-domain"] == ["sub.example.org"]
    assert "ses:configuration-set" not in found["tags"]


def test_headers_that_ses_replaces(ses_emulator: SesEmulator, sesv2: Any) -> None:
    """As captured: of a raw message there are the headers that its sender gave it."""
    given = [
        ("Date", "Thu, 24 Sep 2026 15:02:44 -0300"),
        ("X-SES-CONFIGURATION-SET", "ConfigSet"),
        ("From", "=?utf-8?q?M=C3=BCller=2C_A?= <sender@example.com>"),
        ("Message-ID", "<1@example.com>"),
        ("To", "C <c@example.com>"),
        ("Bcc", "d@example.com, e@example.com"),
        ("Subject", "Message sent from Amazon SES"),
        ("X-SES-MESSAGE-TAGS", "campaign=spring"),
        ("MIME-Version", "1.0"),
    ]
    raw = "".join(f"{name}: {value}\r\n" for name, value in given)
    answer = sesv2.send_email(Content={"Raw": {"Data": f"{raw}\r\nText".encode()}})
    sent = Sent(ses_emulator, answer["MessageId"])
    found = sent.document(sent.event("Delivery"))["mail"]
    shown = [(each["name"], each["value"]) for each in found["headers"]]
    assert shown == [
        (name, "Müller, A <sender@example.com>" if name == "From" else value)
        for name, value in given
    ]
    assert list(found["commonHeaders"].items()) == [
        ("from", ['"Müller, A" <sender@example.com>']),
        ("date", given[0][1]),
        ("to", ["C <c@example.com>"]),
        ("bcc", ["d@example.com", "e@example.com"]),
        ("messageId", sent.stored.id),
        ("subject", "Message sent from Amazon SES"),
    ]
    notified = sent.document(sent.event("Delivery"), NOTIFICATION)["mail"]
    assert notified["headers"] == found["headers"]
    assert notified["commonHeaders"] == {**found["commonHeaders"], "messageId": "<1@example.com>"}


def test_source(ses_emulator: SesEmulator, sesv2: Any) -> None:
    """The sender as the request has it, or else the message."""
    raw = {"Raw": {"Data": b"From: A <sender@example.com>\r\nTo: b@example.com\r\n\r\nt"}}
    for given, source in (
        ({}, "A <sender@example.com>"),
        ({"FromEmailAddress": "sender@example.com"}, "sender@example.com"),
        ({"FromEmailAddress": SENDER}, SENDER),
    ):
        answer = sesv2.send_email(Content=raw, **given)
        sent = Sent(ses_emulator, answer["MessageId"])
        assert sent.document(sent.event("Send"))["mail"]["source"] == source


def test_eventbridge(sent: Sent) -> None:
    found = sent.document(sent.event("Delivery"))
    bus = f"arn:aws:events:eu-west-1:{ACCOUNT}:event-bus/default"
    assert eventbridge_entry(found, bus) == {
        "Source": "aws.ses",
        "DetailType": "Email Delivered",
        "Detail": json.dumps(found, separators=(",", ":"), ensure_ascii=False),
        "Resources": [f"arn:aws:ses:eu-west-1:{ACCOUNT}:configuration-set/ConfigSet"],
        "EventBusName": bus,
    }


def test_cloudwatch(sent: Sent) -> None:
    now = sent.stored.received
    event = details.click([RECIPIENT], now, link="http://a/", link_tags={"l": ["v"]}, **READER)

    def dimension(name: str, source: str) -> dict[str, str]:
        return {
            "DimensionName": name,
            "DimensionValueSource": source,
            "DefaultDimensionValue": "none",
        }

    wanted = [
        dimension("campaign", "MESSAGE_TAG"),
        dimension("ses:from-domain", "MESSAGE_TAG"),
        dimension("mime-version", "EMAIL_HEADER"),
        dimension("l", "LINK_TAG"),
        dimension("other", "MESSAGE_TAG"),
    ]
    found = sent.document(sent.happens(event))
    [metric] = cloudwatch_metrics(found, wanted)
    assert metric["MetricName"] == "Click"
    assert [each["Value"] for each in metric["Dimensions"]] == [
        "spring",
        "example.com",
        "1.0",
        "v",
        "none",
    ]
    # The subject has blanks: SES sends nothing then.
    assert cloudwatch_metrics(found, [*wanted, dimension("subject", "EMAIL_HEADER")]) == []
    failure = details.rendering_failure([RECIPIENT], now, message="m", template=None)
    [metric] = cloudwatch_metrics(sent.document(sent.happens(failure)), wanted[:3])
    assert (metric["MetricName"], metric["Value"]) == ("RenderingFailure", 1.0)
    assert metric["Dimensions"][2]["Value"] == "none"
