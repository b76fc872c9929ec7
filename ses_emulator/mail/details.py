"""Events as SES tells them: each with the object that it publishes under the event's own key.

Source: the guide, "Contents of event data that Amazon SES publishes to Amazon SNS", "Examples of
event data that Amazon SES publishes to Amazon SNS" and "Amazon SNS notification contents for Amazon
SES". Moments are given as epoch seconds.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ses_emulator.store.events import Event


class Reply(NamedTuple):
    """What a mail server says of a recipient: a status code (RFC 3463) and its words."""

    status: str
    diagnostic: str


UNKNOWN_USER = Reply("5.1.1", "smtp; 550 5.1.1 user unknown")
# Every bounceType with each bounceSubType that it can have, and what its report says if no other
# words are given; None where there is no report.
BOUNCES: dict[tuple[str, str], Reply | None] = {
    ("Undetermined", "Undetermined"): None,
    ("Permanent", "General"): UNKNOWN_USER,
    ("Permanent", "NoEmail"): UNKNOWN_USER,
    ("Permanent", "Suppressed"): Reply(
        "5.1.1",
        "Amazon SES has suppressed sending to this address because it has a recent history of "
        "bouncing as an invalid address. For more information about how to remove an address from "
        "the suppression list, see the Amazon SES Developer Guide: "
        "http://docs.aws.amazon.com/ses/latest/DeveloperGuide/remove-from-suppressionlist.html ",
    ),
    ("Permanent", "OnAccountSuppressionList"): Reply(
        "5.1.1",
        "Amazon SES did not send the message to this address because it is on the suppression list "
        "for your account. For more information about removing addresses from the suppression "
        "list, see the Amazon SES Developer Guide at "
        "https://docs.aws.amazon.com/ses/latest/DeveloperGuide/sending-email-suppression-list.html",
    ),
    ("Permanent", "OnTenantSuppressionList"): Reply(
        "5.1.1",
        "Amazon SES did not send the message to this address because it is on the suppression list "
        "for your tenant.",
    ),
    ("Permanent", "EmailValidationSuppressed"): Reply(
        "5.1.1",
        "Amazon SES did not send the message to this address because it did not meet your email "
        "validation threshold.",
    ),
    ("Permanent", "UnsubscribedRecipient"): Reply(
        "5.1.1",
        "Amazon SES did not send the message to this address because it unsubscribed from the "
        "contact list or the topic.",
    ),
    ("Transient", "General"): Reply("4.0.0", "smtp; 450 4.0.0 Temporary failure"),
    ("Transient", "MailboxFull"): Reply("5.2.2", "smtp; 552 5.2.2 Mailbox full"),
    ("Transient", "MessageTooLarge"): Reply("5.3.4", "smtp; 552 5.3.4 Message too large"),
    ("Transient", "CustomTimeoutExceeded"): Reply("4.4.7", "smtp; 554 4.4.7 Message expired"),
    ("Transient", "ContentRejected"): Reply("5.6.1", "smtp; 500 5.6.1 Message content rejected"),
    ("Transient", "AttachmentRejected"): Reply("5.6.1", "smtp; 552 5.6.1 Attachment rejected"),
}
COMPLAINT_FEEDBACK_TYPES = ("abuse", "auth-failure", "fraud", "not-spam", "other", "virus")
COMPLAINT_SUB_TYPES = ("OnAccountSuppressionList",)
DELAYS = {
    "InternalFailure": Reply("4.3.0", "smtp; 451 4.3.0 Internal failure"),
    "General": Reply("4.0.0", "smtp; 450 4.0.0 Temporary failure"),
    "MailboxFull": Reply("4.2.2", "smtp; 452 4.2.2 Mailbox full"),
    "SpamDetected": Reply("4.7.0", "smtp; 421 4.7.0 Too much unsolicited mail from this sender"),
    "RecipientServerError": Reply("4.3.2", "smtp; 421 4.3.2 Service not available"),
    "IPFailure": Reply("4.7.1", "smtp; 421 4.7.1 Too much mail from this IP address"),
    "TransientCommunicationFailure": Reply(
        "4.4.1", "smtp; 421 4.4.1 Unable to connect to remote host"
    ),
    "BYOIPHostNameLookupUnavailable": Reply("4.4.3", "smtp; 451 4.4.3 Host name lookup failed"),
    "Undetermined": Reply("4.0.0", "smtp; 450 4.0.0 Undetermined failure"),
    "SendingDeferral": Reply("4.4.5", "smtp; 451 4.4.5 Sending was deferred"),
}
REJECTED = "Bad content"


def timestamp(seconds: float) -> str:
    """A moment in UTC, ISO 8601 with milliseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def bounce(
    kind: str,
    sub_kind: str,
    recipients: Sequence[str],
    now: float,
    *,
    feedback_id: str,
    reporting_mta: str,
    diagnostic: str | None = None,
) -> Event:
    """A bounce; ``kind`` and ``sub_kind`` are one of BOUNCES.

    ``diagnostic`` are the words of the receiving server, if they are others than usual.
    ``reporting_mta`` is a type and a name (RFC 3464 section 2.2.2), such as ``dns; example.com``.
    """
    reply = BOUNCES[kind, sub_kind]
    if diagnostic is not None:
        reply = Reply(reply.status if reply else "5.0.0", diagnostic)
    report: dict[str, str] = {}
    if reply:
        report = {"action": "failed", "status": reply.status, "diagnosticCode": reply.diagnostic}
    detail = {
        "feedbackId": feedback_id,
        "bounceType": kind,
        "bounceSubType": sub_kind,
        "bouncedRecipients": [{"emailAddress": address, **report} for address in recipients],
        "timestamp": timestamp(now),
        **({"reportingMTA": reporting_mta} if reply else {}),
    }
    return Event("Bounce", now, recipients, detail)


def complaint(
    recipients: Sequence[str],
    now: float,
    *,
    feedback_id: str,
    sub_kind: str | None = None,
    feedback_type: str | None = None,
    user_agent: str | None = None,
    arrival: float | None = None,
) -> Event:
    """A complaint.

    ``sub_kind`` is one of COMPLAINT_SUB_TYPES if nothing was sent. ``feedback_type`` (one of
    COMPLAINT_FEEDBACK_TYPES), ``user_agent`` and ``arrival``, the moment at which the message
    arrived, are what a feedback report says; None where there is none.
    """
    report = {
        "userAgent": user_agent,
        "complaintFeedbackType": feedback_type,
        "arrivalDate": None if arrival is None else timestamp(arrival),
    }
    detail = {
        "feedbackId": feedback_id,
        "complaintSubType": sub_kind,
        "complainedRecipients": [{"emailAddress": address} for address in recipients],
        "timestamp": timestamp(now),
        **{name: value for name, value in report.items() if value is not None},
    }
    return Event("Complaint", now, recipients, detail)


def reject(recipients: Sequence[str], now: float) -> Event:
    """The rejection of a message that has a virus."""
    return Event("Reject", now, recipients, {"reason": REJECTED})


def open(recipients: Sequence[str], now: float, *, ip_address: str, user_agent: str) -> Event:
    """A message was opened."""
    detail = {"ipAddress": ip_address, "timestamp": timestamp(now), "userAgent": user_agent}
    return Event("Open", now, recipients, detail)


def click(
    recipients: Sequence[str],
    now: float,
    *,
    ip_address: str,
    user_agent: str,
    link: str,
    link_tags: Mapping[str, Sequence[str]] | None = None,
) -> Event:
    """A link of a message was clicked; ``link_tags`` are the values of its ``ses:tags``."""
    detail = {
        "ipAddress": ip_address,
        "link": link,
        "linkTags": {name: list(values) for name, values in (link_tags or {}).items()} or None,
        "timestamp": timestamp(now),
        "userAgent": user_agent,
    }
    return Event("Click", now, recipients, detail)


def delivery_delay(kind: str, recipients: Sequence[str], now: float, *, expiration: float) -> Event:
    """A message could not be delivered yet; ``kind`` is one of DELAYS.

    ``expiration`` is the moment at which SES will stop trying.
    """
    reply = DELAYS[kind]
    detail = {
        "timestamp": timestamp(now),
        "delayType": kind,
        "expirationTime": timestamp(expiration),
        "delayedRecipients": [
            {
                "emailAddress": address,
                "status": reply.status,
                "diagnosticCode": reply.diagnostic,
            }
            for address in recipients
        ],
    }
    return Event("DeliveryDelay", now, recipients, detail)


def rendering_failure(
    recipients: Sequence[str], now: float, *, message: str, template: str | None
) -> Event:
    """A template could not be filled in; ``template`` is the name of a stored one."""
    detail = {"errorMessage": message, **({"templateName": template} if template else {})}
    return Event("Rendering Failure", now, recipients, detail)


def preferences(
    unsubscribe_all: bool, topics: Mapping[str, str], defaults: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What a contact wants: for topics by name ``OptIn`` or ``OptOut``, and for those unsaid."""

    def listed(statuses: Mapping[str, str]) -> list[dict[str, str]]:
        return [
            {"topicName": name, "subscriptionStatus": status} for name, status in statuses.items()
        ]

    return {
        "unsubscribeAll": unsubscribe_all,
        "topicSubscriptionStatus": listed(topics),
        **({"topicDefaultSubscriptionStatus": listed(defaults)} if defaults else {}),
    }


def subscription(
    contact_list: str,
    recipients: Sequence[str],
    now: float,
    *,
    source: str,
    new: Mapping[str, Any],
    old: Mapping[str, Any],
) -> Event:
    """A contact changed what it subscribes to, from the ``old`` preferences to the ``new``.

    ``source`` tells how, such as ``UnsubscribeHeader``.
    """
    detail = {
        "contactList": contact_list,
        "timestamp": timestamp(now),
        "source": source,
        "newTopicPreferences": dict(new),
        "oldTopicPreferences": dict(old),
    }
    return Event("Subscription", now, recipients, detail)
