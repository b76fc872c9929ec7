"""Feedback forwarding, notification topics and headers of identities."""

from __future__ import annotations

from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import client, refused

TOPIC = "arn:aws:sns:us-east-1:000000000000:feedback"
DEFAULTS = {
    "ForwardingEnabled": True,
    "HeadersInBounceNotificationsEnabled": False,
    "HeadersInComplaintNotificationsEnabled": False,
    "HeadersInDeliveryNotificationsEnabled": False,
}


def notifications(ses: Any, *names: str) -> dict[str, Any]:
    answer = ses.get_identity_notification_attributes(Identities=list(names))
    attributes: dict[str, Any] = answer["NotificationAttributes"]
    return attributes


def test_topics_and_headers(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "ses")
    ses.verify_domain_identity(Domain="example.com")
    assert notifications(ses, "example.com", "unknown.com") == {"example.com": DEFAULTS}
    for kind in ("Bounce", "Delivery"):
        ses.set_identity_notification_topic(
            Identity="example.com", NotificationType=kind, SnsTopic=TOPIC
        )
    ses.set_identity_headers_in_notifications_enabled(
        Identity="example.com", NotificationType="Bounce", Enabled=True
    )
    topics = {"BounceTopic": TOPIC, "DeliveryTopic": TOPIC}
    headers = {"HeadersInBounceNotificationsEnabled": True}
    assert notifications(ses, "example.com") == {"example.com": DEFAULTS | topics | headers}
    # Without a topic it is cleared.
    ses.set_identity_notification_topic(Identity="example.com", NotificationType="Bounce")
    ses.set_identity_headers_in_notifications_enabled(
        Identity="example.com", NotificationType="Bounce", Enabled=False
    )
    assert notifications(ses, "example.com") == {"example.com": DEFAULTS | {"DeliveryTopic": TOPIC}}


def test_forwarding_is_one_state_for_both_apis(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    v2.create_email_identity(EmailIdentity="a@example.com")
    v2.put_email_identity_feedback_attributes(EmailIdentity="a@example.com")
    assert notifications(v1, "a@example.com")["a@example.com"]["ForwardingEnabled"] is False
    v1.set_identity_feedback_forwarding_enabled(Identity="a@example.com", ForwardingEnabled=True)
    assert v2.get_email_identity(EmailIdentity="a@example.com")["FeedbackForwardingStatus"] is True
    for kind in ("Bounce", "Complaint"):
        assert refused(
            v1.set_identity_feedback_forwarding_enabled,
            Identity="a@example.com",
            ForwardingEnabled=False,
        ) == (
            "InvalidParameterValue",
            400,
            "Feedback forwarding of identity a@example.com can only be disabled when SNS topics "
            "are set for both bounces and complaints.",
        )
        v1.set_identity_notification_topic(
            Identity="a@example.com", NotificationType=kind, SnsTopic=TOPIC
        )
    v1.set_identity_feedback_forwarding_enabled(Identity="a@example.com", ForwardingEnabled=False)
    assert v2.get_email_identity(EmailIdentity="a@example.com")["FeedbackForwardingStatus"] is False


@pytest.mark.parametrize("topic", ["", "topic", "arn:aws:sqs:us-east-1:000000000000:queue"])
def test_topic_that_is_none(ses_emulator: SesEmulator, topic: str) -> None:
    ses = client(ses_emulator, "ses")
    ses.verify_domain_identity(Domain="example.com")
    assert refused(
        ses.set_identity_notification_topic,
        Identity="example.com",
        NotificationType="Bounce",
        SnsTopic=topic,
    ) == ("InvalidParameterValue", 400, f"SNS topic {topic} is invalid.")


def test_headers_need_a_topic(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "ses")
    ses.verify_domain_identity(Domain="example.com")
    assert refused(
        ses.set_identity_headers_in_notifications_enabled,
        Identity="example.com",
        NotificationType="Complaint",
        Enabled=True,
    ) == (
        "InvalidParameterValue",
        400,
        "Identity example.com has no SNS topic for Complaint notifications.",
    )


def test_unknown_identity(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    arn = "arn:aws:ses:us-east-1:000000000000:identity/example.com"
    refusal = (
        "InvalidParameterValue",
        400,
        f"Identity {arn} is invalid. Must be a verified email address or domain.",
    )
    bounce = {"Identity": arn, "NotificationType": "Bounce"}
    assert refused(v1.set_identity_notification_topic, **bounce, SnsTopic=TOPIC) == refusal
    assert (
        refused(v1.set_identity_headers_in_notifications_enabled, **bounce, Enabled=True) == refusal
    )
    assert (
        refused(v1.set_identity_feedback_forwarding_enabled, Identity=arn, ForwardingEnabled=True)
        == refusal
    )
    assert refused(
        v2.put_email_identity_feedback_attributes,
        EmailIdentity="example.com",
        EmailForwardingEnabled=True,
    ) == ("NotFoundException", 404, "Email identity example.com does not exist.")
