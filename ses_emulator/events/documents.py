"""The documents that SES publishes of what happens to a message, in both of their forms.

Through a configuration set an event is published as an *event*, to the topic of an identity as a
*notification*. Source: the guide, "Contents of event data that Amazon SES publishes to Amazon SNS",
"Amazon SNS notification contents for Amazon SES" and the pages with their examples. Documents that
SES did publish go before them where they differ.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import quote
from typing import Any

import orjson

from ses_emulator.mail import addresses
from ses_emulator.mail.compose import OUTGOING_IP
from ses_emulator.mail.details import timestamp
from ses_emulator.mail.given import headers_of, source_of
from ses_emulator.mail.headers import decode
from ses_emulator.mail.identities import identity_of
from ses_emulator.mail.publishing import author_of
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Document
from ses_emulator.store.events import NOT_SENT, Event
from ses_emulator.store.messages import Stored

EVENT, NOTIFICATION = "event", "notification"
# Of mail that came in: such a document is made by inbound.documents and kept with its delivery.
RECEIPT_FORM = "receipt"
# The key of each type's own object, and whether it comes before the mail, as in the guide.
KEYS = {
    "Send": ("send", False),
    "Delivery": ("delivery", False),
    "Bounce": ("bounce", True),
    "Complaint": ("complaint", True),
    "Reject": ("reject", False),
    "Open": ("open", False),
    "Click": ("click", True),
    "Rendering Failure": ("failure", False),
    "DeliveryDelay": ("deliveryDelay", False),
    "Subscription": ("subscription", False),
}
# Of a message made of a stored template no others are known when it is sent.
OF_TEMPLATE = frozenset(("from", "mime-version", "to"))
# Types that tell nothing of the headers, and types that do not name the identity.
WITHOUT_HEADERS = ("Rendering Failure", "DeliveryDelay")
WITHOUT_ARN = ("Open", "Click")
# Headers that programs ask for most, under the keys of commonHeaders; some are lists of addresses.
COMMON = {
    "from": "from",
    "reply-to": "replyTo",
    "date": "date",
    "to": "to",
    "cc": "cc",
    "bcc": "bcc",
    "message-id": "messageId",
    "subject": "subject",
}
ADDRESSES = ("from", "reply-to", "to", "cc", "bcc")
# With other characters in a value SES sends no metric.
DIMENSION_VALUE = re.compile(r"[A-Za-z0-9_@.-]{1,256}")
# Bytes of headers that a document has at most.
MOST_HEADERS = 10 * 1024
# Of every delivery, for nothing is really delivered.
PROCESSING_MILLIS = 498
ACCEPTED = "250 2.6.0 Message received"
REMOTE_IP = "192.0.2.25"
# What it is called in the tag ses:operation.
OPERATIONS = {"SMTP": "SendSmtpEmail"}
# Of the caller only the account is known.
CALLER = "root"
# Source: the guide, "Monitoring SES events with EventBridge".
DETAIL_TYPES = {
    "Send": "Email Sent",
    "Delivery": "Email Delivered",
    "Bounce": "Email Bounced",
    "Complaint": "Email Complaint Received",
    "Reject": "Email Rejected",
    "Open": "Email Opened",
    "Click": "Email Clicked",
    "Rendering Failure": "Email Rendering Failed",
    "DeliveryDelay": "Email Delivery Delayed",
    "Subscription": "Email Subscribed",
}


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What documents tell of a message, all events the same.

    ``headers`` are name and value of its sender's own, in order and not decoded; ``identity`` is an
    ARN.
    """

    stored: Stored
    recipients: list[str]
    headers: list[tuple[str, str]]
    identity: str
    region: str


def facts_of(account: Account, stored: Stored) -> MessageFacts:
    """What documents tell of a message of the account."""
    author = author_of(stored) or stored.mail_from
    found = identity_of(account, author)
    return MessageFacts(
        stored,
        account.messages.recipients(stored.seq),
        headers_of(account.messages.raw(stored.seq), stored),
        stored.source_arn or account.arn(f"identity/{found[0] if found else author}"),
        account.region,
    )


def document(facts: MessageFacts, event: Event, *, form: str, headers: bool = True) -> Document:
    """What SES publishes of an event of the message.

    ``form`` is EVENT or NOTIFICATION; a notification has the mail's headers only if ``headers``.
    """
    key, first = KEYS[event.type]
    kind = "eventType" if form == EVENT else "notificationType"
    mail = _event_mail(facts, event) if form == EVENT else _notification_mail(facts, headers)
    detail = _detail(facts, event, form)
    parts = {key: detail, "mail": mail} if first else {"mail": mail, key: detail}
    return {kind: event.type, **parts}


def _event_mail(facts: MessageFacts, event: Event) -> Document:
    stored = facts.stored
    shown = facts.headers
    templated = event.type == "Send" and stored.template is not None
    if templated:
        shown = [header for header in shown if header[0].lower() in OF_TEMPLATE]
    headers: Document = {"headersTruncated": False}
    if event.type not in WITHOUT_HEADERS:
        headers = _headers(shown, _common(shown, stored.id))
    named = not templated and event.type not in WITHOUT_ARN
    return {
        "timestamp": timestamp(stored.received),
        "source": source_of(stored),
        **({"sourceArn": facts.identity} if named else {}),
        "sendingAccountId": stored.account,
        "messageId": stored.id,
        "destination": facts.recipients,
        **headers,
        "tags": _tags(facts, event),
    }


def _notification_mail(facts: MessageFacts, headers: bool) -> Document:
    stored = facts.stored
    return {
        "timestamp": timestamp(stored.received),
        "source": source_of(stored),
        "sourceArn": facts.identity,
        "sourceIp": stored.source_ip,
        "callerIdentity": CALLER,
        "sendingAccountId": stored.account,
        "messageId": stored.id,
        "destination": facts.recipients,
        **(_headers(facts.headers, _common(facts.headers, None)) if headers else {}),
    }


def _common(headers: list[tuple[str, str]], id: str | None) -> Document:
    """The headers that programs ask for most, those that there are.

    Events name the MessageId ``id`` among them, notifications (None) what the sender had.
    """
    given: dict[str, list[str]] = {}
    for name, value in headers:
        given.setdefault(name.lower(), []).append(value)
    if id is not None:
        given["message-id"] = [id]
    common: Document = {}
    for name, key in COMMON.items():
        values = given.get(name, [])
        if name in ADDRESSES:
            if texts := addresses.split(values):
                common[key] = [_common_address(text) for text in texts]
        elif values:
            common[key] = decode(values[0])
    return common


def _common_address(text: str) -> str:
    """An address with its name decoded, and in quotes only if it has more than plain letters."""
    written, spec = addresses.name_and_spec(text)
    name = decode(written)
    if addresses.SPECIALS.search(name) or not name.isascii():  # as captured
        name = f'"{quote(name)}"'
    return f"{name} <{spec}>" if name else spec


def _headers(headers: list[tuple[str, str]], common: Document) -> Document:
    shown, truncated = fitting((name, decode(given)) for name, given in headers)
    return {"headersTruncated": truncated, "headers": shown, "commonHeaders": common}


def fitting(headers: Iterable[tuple[str, str]]) -> tuple[list[dict[str, str]], bool]:
    """Decoded headers as far as there is room for them, and whether there was too little."""
    kept: list[dict[str, str]] = []
    size = 0
    for name, value in headers:
        size += len(name) + len(value.encode("utf-8", "replace"))
        if size > MOST_HEADERS:
            return kept, True
        kept.append({"name": name, "value": value})
    return kept, False


def _tags(facts: MessageFacts, event: Event) -> dict[str, list[str]]:
    stored = facts.stored
    domain = author_of(stored).rpartition("@")[2]
    own = {
        "ses:operation": OPERATIONS.get(stored.operation, stored.operation),
        "ses:configuration-set": stored.configuration_set,
        "ses:source-ip": stored.source_ip,
        "ses:from-domain": domain,
        "ses:caller-identity": CALLER,
        "ses:outgoing-ip": OUTGOING_IP if event.type == "Delivery" else None,
    }
    tags = {name: [value] for name, value in own.items() if value}
    return tags | {name: [value] for name, value in stored.tags.items()}


def _detail(facts: MessageFacts, event: Event, form: str) -> Document:
    remote = {"remoteMtaIp": REMOTE_IP} if form == NOTIFICATION else {}
    if event.type == "Bounce" and event.detail.get("bounceSubType") not in NOT_SENT:
        detail = dict(event.detail)
        mta = {"reportingMTA": detail.pop("reportingMTA")} if "reportingMTA" in detail else {}
        return {**detail, **remote, **mta}
    if event.type != "Delivery":
        return event.detail
    region = "" if facts.region == "us-east-1" else f"{facts.region}."
    return {
        "timestamp": timestamp(event.timestamp),
        "processingTimeMillis": PROCESSING_MILLIS,
        "recipients": list(event.recipients),
        "smtpResponse": ACCEPTED,
        **remote,
        "reportingMTA": f"a8-1.smtp-out.{region}amazonses.com",
        **event.detail,
    }


def eventbridge_entry(document: Document, bus: str) -> Document:
    """An event's document as PutEvents takes it, for the bus with this ARN."""
    mail = document["mail"]
    region = bus.split(":")[3]
    start = f"arn:aws:ses:{region}:{mail['sendingAccountId']}:configuration-set/"
    return {
        "Source": "aws.ses",
        "DetailType": DETAIL_TYPES[document["eventType"]],
        "Detail": orjson.dumps(document).decode(),
        "Resources": [start + name for name in mail["tags"].get("ses:configuration-set", ())],
        "EventBusName": bus,
    }


def cloudwatch_metrics(document: Document, dimensions: list[Document]) -> list[Document]:
    """An event's document as the metric data that PutMetricData takes.

    ``dimensions`` are the destination's DimensionConfigurations. There is none where a value has
    characters that a dimension may not have. Source: the guide, "Set up a CloudWatch event
    destination for event publishing".
    """
    values = {each["DimensionName"]: _dimension(document, each) for each in dimensions}
    if not all(map(DIMENSION_VALUE.fullmatch, values.values())):
        return []
    return [
        {
            "MetricName": document["eventType"].replace(" ", ""),
            "Dimensions": [{"Name": name, "Value": value} for name, value in values.items()],
            "Value": 1.0,
            "Unit": "Count",
        }
    ]


def _dimension(document: Document, configuration: Document) -> str:
    """The value of a dimension; its default where the message has none."""
    name, source = configuration["DimensionName"], configuration["DimensionValueSource"]
    mail = document["mail"]
    values: list[Any] = []
    if source == "MESSAGE_TAG":
        values = mail["tags"].get(name, [])
    elif source == "LINK_TAG":
        values = (document.get("click", {}).get("linkTags") or {}).get(name, [])
    else:
        values = [
            header["value"]
            for header in mail.get("headers", ())
            if header["name"].lower() == name.lower()
        ]
    return str(values[0]) if values and values[0] else configuration["DefaultDimensionValue"]
