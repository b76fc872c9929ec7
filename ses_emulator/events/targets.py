"""Where an event is published: event destinations, topics of an identity, webhooks.

Source: the guide, "Monitor email sending using Amazon SES event publishing", "Managing Amazon SES
default configuration sets" and "Configuring Amazon SNS notifications for Amazon SES".
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ses_emulator.events.documents import EVENT, NOTIFICATION
from ses_emulator.mail.identities import identity_of
from ses_emulator.mail.publishing import TOPICS, author_of
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Document
from ses_emulator.store.events import RECEIPT, Event
from ses_emulator.store.messages import Stored

CLOUDWATCH, WEBHOOK = "cloudwatch", "webhook"
# Our kind of each destination of API v2, and the member that is its address.
KINDS = {
    "SnsDestination": ("sns", "TopicArn"),
    "EventBridgeDestination": ("eventbridge", "EventBusArn"),
    "KinesisFirehoseDestination": ("firehose", "DeliveryStreamArn"),
    "CloudWatchDestination": (CLOUDWATCH, ""),
}
WEBHOOK_NAME = "--webhook"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a document goes, and which.

    ``kind`` is ``sns``, ``eventbridge``, ``firehose``, ``cloudwatch``, ``lambda`` or ``webhook``;
    ``name`` that of the event destination, the identity whose topic it is, or the receipt rule;
    ``address`` an ARN or a URL, empty for CloudWatch. ``form`` and ``headers`` say which document:
    see documents.document.
    ``options`` are the event destination's own.
    """

    kind: str
    name: str
    address: str
    form: str = EVENT
    headers: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)

    def to_document(self) -> Document:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Document) -> "Target":
        """From JSON."""
        return cls(**document)


class Absence(str):
    """That there is none of something, which matters only to what goes nowhere."""


def destination_of(account: Account, target: Target) -> str:
    """What the deliveries that have to wait for each other have in common."""
    return target.address or f"{target.kind}:{account.region}:{account.id}"


def targets_of(account: Account, stored: Stored, event: Event) -> tuple[list[Target], list[str]]:
    """The targets of an event of a message as things are set now; and for what it does not go to,
    or if it goes nowhere at all, a sentence each that says why.

    ``account`` is the message's own.
    """
    targets: list[Target] = []
    reasons: list[str] = []
    if event.type == RECEIPT:  # its deliveries were announced with it
        return targets, reasons
    for found in (
        _of_configuration_set(account, stored.configuration_set, event.type),
        _of_identity(account, stored, event.type),
        [_webhook(url) for url in account.settings.webhook],
    ):
        for each in found:
            if isinstance(each, str):
                reasons.append(each)
            else:
                targets.append(each)
    if targets:
        reasons = [reason for reason in reasons if not isinstance(reason, Absence)]
    return targets, reasons


def _webhook(url: str) -> Target:
    return Target(WEBHOOK, WEBHOOK_NAME, url)


def _of_configuration_set(account: Account, name: str | None, type: str) -> Iterable[Target | str]:
    if name is None:
        yield Absence(
            "There is no configuration set: the message names none, nor does its identity."
        )
        return
    document = account.configuration_sets.find(name)
    if document is None:
        yield f"Configuration set {name} was deleted."
        return
    destinations = document.get("EventDestinations", [])
    if not destinations:
        yield Absence(f"There is no event destination in configuration set {name}.")
    word = type_of(type)
    for destination in destinations:
        described = f"Event destination {destination['Name']} of configuration set {name}"
        target = target_of(destination)
        if not destination["Enabled"]:
            yield f"{described} is not enabled."
        elif word not in destination["MatchingEventTypes"]:
            yield f"{described} does not have {word} among its event types."
        elif target is None:
            yield f"{described} is of a kind that is not emulated."
        else:
            yield target


def target_of(destination: Document) -> Target | None:
    """The target of an event destination; None if it is of a kind that is not emulated."""
    kind = next((each for each in KINDS if each in destination), None)
    if kind is None:
        return None
    ours, member = KINDS[kind]
    options = destination[kind]
    return Target(ours, destination["Name"], options[member] if member else "", options=options)


def type_of(type: str) -> str:
    """An event's type as API v2 spells it among the matching event types."""
    return SPELLED.get(type) or type.upper()


SPELLED = {"DeliveryDelay": "DELIVERY_DELAY", "Rendering Failure": "RENDERING_FAILURE"}


def _of_identity(account: Account, stored: Stored, type: str) -> Iterable[Target | str]:
    member = TOPICS.get(type)
    if member is None:
        return
    sender = author_of(stored)
    found = identity_of(account, sender)
    if found is None:
        yield Absence(
            f"There is no verified identity {sender}, nor of its domain, that could have a topic."
        )
        return
    name, document = found
    attributes = document.get("NotificationAttributes", {})
    topic = attributes.get(member)
    if topic is None:
        yield Absence(f"There is no SNS topic for {type} notifications set for identity {name}.")
        return
    headers = attributes.get(f"HeadersIn{type}NotificationsEnabled", False)
    yield Target("sns", name, topic, NOTIFICATION, headers)
