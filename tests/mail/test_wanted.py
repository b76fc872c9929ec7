"""Events that somebody asks for: what may be asked, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ses_emulator.mail import details, wanted
from ses_emulator.mail.wanted import EventError
from ses_emulator.store.account import Account
from ses_emulator.store.events import Event
from tests.mail.account import NOW, an_account

TO = ["a@example.com", "b@example.com"]


@pytest.fixture
def account() -> Iterator[Account]:
    with an_account("eu-west-1") as account:
        yield account


def made(account: Account, given: dict[str, Any], template: str | None = None) -> Event:
    asked = wanted.check(given)
    return wanted.event(account, asked, TO, NOW, received=NOW - 3600, template=template)


def detail(account: Account, given: dict[str, Any]) -> dict[str, Any]:
    """The detail without what is new in every event."""
    found = dict(made(account, given).detail)
    assert found.pop("timestamp") == "2027-01-15T08:00:00.500Z"
    found.pop("feedbackId", None)
    return found


def test_bounce(account: Account) -> None:
    event = made(account, {"type": "bounce"})
    assert event == details.bounce(
        "Permanent",
        "General",
        TO,
        NOW,
        feedback_id=event.detail["feedbackId"],
        reporting_mta="dns; a8-1.smtp-out.eu-west-1.amazonses.com",
    )
    assert event.detail["feedbackId"].startswith("0102")


@pytest.mark.parametrize(
    ("given", "kinds"),
    [
        ({"bounceType": "Transient"}, ("Transient", "General")),
        ({"bounceType": "Undetermined"}, ("Undetermined", "Undetermined")),
        ({"bounceSubType": "NoEmail"}, ("Permanent", "NoEmail")),
        (
            {"bounceType": "Transient", "bounceSubType": "MailboxFull"},
            ("Transient", "MailboxFull"),
        ),
    ],
)
def test_bounce_types(account: Account, given: dict[str, Any], kinds: tuple[str, str]) -> None:
    found = made(account, {"type": "bounce", **given}).detail
    assert (found["bounceType"], found["bounceSubType"]) == kinds


def test_bounce_in_other_words(account: Account) -> None:
    found = detail(account, {"type": "bounce", "diagnosticCode": "smtp; 550 5.1.1 no"})
    assert {each["diagnosticCode"] for each in found["bouncedRecipients"]} == {"smtp; 550 5.1.1 no"}


def test_what_ses_did_not_send_it_reports_itself(account: Account) -> None:
    found = detail(account, {"type": "bounce", "bounceSubType": "OnAccountSuppressionList"})
    assert found["reportingMTA"] == "dns; amazonses.com"


def test_complaint(account: Account) -> None:
    recipients = [{"emailAddress": address} for address in TO]
    assert detail(account, {"type": "complaint"}) == {
        "complainedRecipients": recipients,
        "complaintSubType": None,
        "complaintFeedbackType": "abuse",
        "userAgent": "ses-emulator",
        "arrivalDate": "2027-01-15T07:00:00.500Z",
    }
    given = {"type": "complaint", "complaintFeedbackType": "not-spam", "userAgent": "FBL/1"}
    found = detail(account, given)
    assert (found["complaintFeedbackType"], found["userAgent"]) == ("not-spam", "FBL/1")
    assert detail(
        account, {"type": "complaint", "complaintSubType": "OnAccountSuppressionList"}
    ) == {
        "complainedRecipients": recipients,
        "complaintSubType": "OnAccountSuppressionList",
    }


def test_delivery_and_reject(account: Account) -> None:
    assert made(account, {"type": "delivery"}) == Event("Delivery", NOW, TO)
    assert made(account, {"type": "reject"}) == details.reject(TO, NOW)


def test_delay(account: Account) -> None:
    """SES tries for 14 hours, counted from when it took the message."""
    assert made(account, {"type": "delay"}) == details.delivery_delay(
        "TransientCommunicationFailure", TO, NOW, expiration=NOW + 13 * 3600
    )
    given = {
        "type": "delay",
        "delayType": "MailboxFull",
        "expirationTime": "2030-01-31T12:00:00+01:00",
    }
    found = detail(account, given)
    assert (found["delayType"], found["expirationTime"]) == (
        "MailboxFull",
        "2030-01-31T11:00:00.000Z",
    )


def test_open_and_click(account: Account) -> None:
    reader = {"ip_address": "192.0.2.1", "user_agent": "ses-emulator"}
    assert made(account, {"type": "open"}) == details.open(TO, NOW, **reader)
    given = {
        "type": "click",
        "link": "https://example.com/",
        "linkTags": {"a": ["b", "c"]},
        "ipAddress": "2001:db8::1",
        "userAgent": "curl",
    }
    assert made(account, given) == details.click(
        TO,
        NOW,
        ip_address="2001:db8::1",
        user_agent="curl",
        link="https://example.com/",
        link_tags={"a": ["b", "c"]},
    )


def test_subscription(account: Account) -> None:
    assert made(account, {"type": "subscription", "contactList": "all"}) == details.subscription(
        "all",
        TO,
        NOW,
        source="UnsubscribeHeader",
        new=details.preferences(True, {}),
        old=details.preferences(False, {}),
    )
    news = {"topicName": "news", "subscriptionStatus": "OptIn"}
    given = {
        "type": "subscription",
        "contactList": "all",
        "source": "Console",
        "newTopicPreferences": {"unsubscribeAll": False, "topicSubscriptionStatus": [news]},
        "oldTopicPreferences": {"topicDefaultSubscriptionStatus": [news]},
    }
    assert detail(account, given) == {
        "contactList": "all",
        "source": "Console",
        "newTopicPreferences": {"unsubscribeAll": False, "topicSubscriptionStatus": [news]},
        "oldTopicPreferences": {
            "unsubscribeAll": False,
            "topicSubscriptionStatus": [],
            "topicDefaultSubscriptionStatus": [news],
        },
    }


def test_rendering_failure(account: Account) -> None:
    given = {"type": "renderingFailure"}
    usual = made(account, given, template="Welcome").detail
    assert usual == {
        "errorMessage": "The template could not be rendered.",
        "templateName": "Welcome",
    }
    given |= {"templateName": "Other", "errorMessage": "No name."}
    assert made(account, given, template="Welcome").detail == {
        "errorMessage": "No name.",
        "templateName": "Other",
    }


CLICK = {"type": "click", "link": "https://example.com"}
SUBSCRIPTION = {"type": "subscription", "contactList": "all"}


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (7, "an event is 7: use an object with type"),
        (
            {},
            "type is None: use one of bounce, complaint, delivery, delay, reject, open, click, "
            "subscription, renderingFailure",
        ),
        ({"type": ["bounce"]}, "type is ['bounce']: use one of"),
        (
            {"type": "bounce", "link": "x"},
            "an event of type bounce has 'link', which is not known: use type, bounceType, "
            "bounceSubType, diagnosticCode",
        ),
        (
            {"type": "delivery", "to": "x"},
            "an event of type delivery has 'to', which is not known: use type",
        ),
        (
            {"type": "bounce", "bounceType": "Hard"},
            "bounceType is 'Hard': use one of Undetermined, Permanent, Transient",
        ),
        (
            {"type": "bounce", "bounceSubType": "MailboxFull"},
            "bounceSubType is 'MailboxFull': use one of General, NoEmail, Suppressed,",
        ),
        ({"type": "bounce", "bounceSubType": None}, "bounceSubType is None: use a line of 1 to"),
        (
            {"type": "bounce", "diagnosticCode": "a\r\nb"},
            "diagnosticCode is 'a\\r\\nb': use a line",
        ),
        ({"type": "bounce", "diagnosticCode": ""}, "diagnosticCode is '': use a line"),
        ({"type": "bounce", "diagnosticCode": "a" * 1001}, "diagnosticCode is 'aaa"),
        (
            {"type": "complaint", "complaintFeedbackType": "spam"},
            "complaintFeedbackType is 'spam': use one of abuse, auth-failure, fraud, not-spam,",
        ),
        (
            {"type": "complaint", "complaintSubType": "x"},
            "complaintSubType is 'x': use one of OnAccountSuppressionList",
        ),
        (
            {"type": "delay", "delayType": "Slow"},
            "delayType is 'Slow': use one of InternalFailure, General,",
        ),
        *(
            (
                {"type": "delay", "expirationTime": value},
                f"expirationTime is {value!r}: use ISO 8601 with a zone, such as "
                "2030-01-31T12:00:00Z",
            )
            for value in ("soon", 7, None, "2030-01-31T12:00:00", "0001-01-01T00:00:00+14:00")
        ),
        ({"type": "open", "ipAddress": "here"}, "ipAddress is 'here': use an IP address"),
        ({"type": "open", "ipAddress": 7}, "ipAddress is 7: use an IP address"),
        ({"type": "open", "userAgent": []}, "userAgent is []: use a line of 1 to 1000 characters"),
        ({"type": "click"}, "an event of type click without link: add it"),
        (CLICK | {"linkTags": {"a": "b"}}, "linkTags is {'a': 'b'}: use an object of lists"),
        (CLICK | {"linkTags": []}, "linkTags is []: use an object of lists"),
        (CLICK | {"linkTags": {"a": [7]}}, "linkTags.a is 7: use a line"),
        ({"type": "subscription"}, "an event of type subscription without contactList: add it"),
        (
            SUBSCRIPTION | {"newTopicPreferences": []},
            "newTopicPreferences is []: use an object with unsubscribeAll,",
        ),
        (
            SUBSCRIPTION | {"newTopicPreferences": {"all": 1}},
            "newTopicPreferences has 'all', which is not known",
        ),
        (
            SUBSCRIPTION | {"newTopicPreferences": {"unsubscribeAll": 1}},
            "unsubscribeAll is 1: use true or false",
        ),
        (
            SUBSCRIPTION | {"newTopicPreferences": {"topicSubscriptionStatus": {}}},
            "topicSubscriptionStatus is {}: use a list",
        ),
        (
            SUBSCRIPTION
            | {"newTopicPreferences": {"topicSubscriptionStatus": [{"topicName": "a"}]}},
            "a member of topicSubscriptionStatus is {'topicName': 'a'}: give it topicName, "
            "subscriptionStatus",
        ),
        (
            SUBSCRIPTION
            | {
                "oldTopicPreferences": {
                    "topicSubscriptionStatus": [
                        {"topicName": "a", "subscriptionStatus": "OPT_IN"},
                    ]
                }
            },
            "subscriptionStatus is 'OPT_IN': use one of OptIn, OptOut",
        ),
    ],
)
def test_what_may_not_be_asked(given: Any, line: str) -> None:
    with pytest.raises(EventError) as caught:
        wanted.check(given)
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)
    assert not str(caught.value).endswith(".")


@pytest.mark.parametrize(("kind", "sub_kind"), details.BOUNCES)
def test_every_bounce_may_be_asked(account: Account, kind: str, sub_kind: str) -> None:
    found = made(account, {"type": "bounce", "bounceType": kind, "bounceSubType": sub_kind})
    assert (found.detail["bounceType"], found.detail["bounceSubType"]) == (kind, sub_kind)
