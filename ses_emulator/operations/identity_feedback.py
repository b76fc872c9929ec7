"""How an identity hears of bounces, complaints and deliveries: by mail and by SNS topics.

Topics and headers are v1's alone; they are kept under ``NotificationAttributes`` in v1's shape.
"""

import json
import re
from typing import Any

from ses_emulator.events.services import check_target
from ses_emulator.events.topics import publish_later
from ses_emulator.operations.identity_names import identity_name, known_identities
from ses_emulator.operations.refusals import invalid
from ses_emulator.operations.registry import Request, Result, v1, v2
from ses_emulator.store.account import Account

SNS_TOPIC = re.compile(r"arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w.-]{1,256}")
NO_HEADERS = {
    f"HeadersIn{kind}NotificationsEnabled": False for kind in ("Bounce", "Complaint", "Delivery")
}


@v1("SetIdentityFeedbackForwardingEnabled")
def set_identity_feedback_forwarding_enabled(account: Account, request: Request) -> Result:
    name, attributes = _notifications(account, request["Identity"])
    enabled = request["ForwardingEnabled"]
    if not enabled and not ("BounceTopic" in attributes and "ComplaintTopic" in attributes):
        raise invalid(
            f"Feedback forwarding of identity {name} can only be disabled when SNS topics are set"
            " for both bounces and complaints."
        )
    account.identities.update(name, FeedbackForwardingStatus=enabled)
    return {}


@v2("PutEmailIdentityFeedbackAttributes")
def put_email_identity_feedback_attributes(account: Account, request: Request) -> None:
    name = identity_name(request["EmailIdentity"])
    enabled = request.get("EmailForwardingEnabled", False)
    account.identities.update(name, FeedbackForwardingStatus=enabled)


@v1("SetIdentityNotificationTopic", outside=True)
def set_identity_notification_topic(account: Account, request: Request) -> Result:
    kind, topic = request["NotificationType"], request.get("SnsTopic")
    with account.instance.database.attempt():
        name, _ = _notifications(account, request["Identity"])
        if topic is not None:
            _check_topic(topic)
    if topic is not None:
        greeting = _greeting(topic, kind, name)
        problem = check_target(account, "sns", topic, greeting)
        if problem:
            raise invalid(problem)
    with account.instance.database.attempt():
        name, attributes = _notifications(account, request["Identity"])
        if topic is None:
            attributes.pop(f"{kind}Topic", None)
        else:
            attributes[f"{kind}Topic"] = topic
            if topic in account.settings.topics:
                publish_later(account, account.settings.topics[topic], greeting)
        account.identities.update(name, NotificationAttributes=attributes)
    return {}


@v1("SetIdentityHeadersInNotificationsEnabled")
def set_identity_headers_in_notifications_enabled(account: Account, request: Request) -> Result:
    name, attributes = _notifications(account, request["Identity"])
    kind = request["NotificationType"]
    if request["Enabled"] and f"{kind}Topic" not in attributes:
        raise invalid(f"Identity {name} has no SNS topic for {kind} notifications.")
    attributes[f"HeadersIn{kind}NotificationsEnabled"] = request["Enabled"]
    account.identities.update(name, NotificationAttributes=attributes)
    return {}


@v1("GetIdentityNotificationAttributes")
def get_identity_notification_attributes(account: Account, request: Request) -> Result:
    return {
        "NotificationAttributes": {
            given: {
                **NO_HEADERS,
                **document.get("NotificationAttributes", {}),
                "ForwardingEnabled": document["FeedbackForwardingStatus"],
            }
            for given, _, document in known_identities(account, request["Identities"])
        }
    }


def _check_topic(topic: str) -> None:
    if not SNS_TOPIC.fullmatch(topic):
        raise invalid(f"SNS topic {topic} is invalid.")


def _greeting(topic: str, kind: str, name: str) -> str:
    """What SES publishes to the topic of an identity first."""
    message = (
        f"You have successfully subscribed your Amazon SNS topic '{topic}' to receive '{kind}'"
        f" notifications from Amazon SES for identity '{name}'."
    )
    notification = {"notificationType": "AmazonSnsSubscriptionSucceeded", "message": message}
    return json.dumps(notification, separators=(",", ":")) + "\n"


def _notifications(account: Account, given: str) -> tuple[str, dict[str, Any]]:
    """The identity's name and its NotificationAttributes."""
    name = identity_name(given)
    document = account.identities.find(name)
    if document is None:
        raise invalid(f"Identity {given} is invalid. Must be a verified email address or domain.")
    return name, document.get("NotificationAttributes", {})
