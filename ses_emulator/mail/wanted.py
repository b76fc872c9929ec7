"""Events that somebody asks for, by hand or by a rule: what may be asked, and the event itself."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from ses_emulator.mail import details
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Document
from ses_emulator.store.events import NOT_SENT, Event

LONGEST = 1000
# SES's own bounces say "unable to deliver in 840 minutes".
EXPIRES = 840 * 60
IP_ADDRESS = "192.0.2.1"
USER_AGENT = "ses-emulator"
STATUSES = ("OptIn", "OptOut")
# These come after a delivery.
DELIVERED = frozenset(("complaint", "delivery", "open", "click", "subscription"))

# Takes what a member is called and its value; raises EventError.
Check = Callable[[str, Any], None]


class EventError(Exception):
    """An event cannot be made; the message is one line that names the value and the way out."""


def check(given: Any) -> Document:
    """What is asked for: ``type`` and its options, as openapi.yaml has them. Raises EventError."""
    if not isinstance(given, dict):
        raise EventError(f"an event is {shown(given)}: use an object with type")
    kind = given.get("type")
    if not isinstance(kind, str) or kind not in OPTIONS:
        raise EventError(f"type is {shown(kind)}: use one of {', '.join(OPTIONS)}")
    _check_members(f"an event of type {kind}", given, {"type": _text, **OPTIONS[kind]})
    for name in REQUIRED.get(kind, ()):
        if name not in given:
            raise EventError(f"an event of type {kind} without {name}: add it")
    if kind == "bounce":
        _check_pair(given)
    return given


def event(
    account: Account,
    wanted: Mapping[str, Any],
    recipients: Sequence[str],
    now: float,
    *,
    received: float,
    template: str | None,
) -> Event:
    """The event that was asked for and checked.

    It is about a message of the account that SES received at a moment (epoch seconds) and that was
    made with a template, if it was.
    """
    kind = wanted["type"]
    reader = {
        "ip_address": wanted.get("ipAddress", IP_ADDRESS),
        "user_agent": wanted.get("userAgent", USER_AGENT),
    }
    if kind == "bounce":
        return _bounce(account, wanted, recipients, now)
    if kind == "complaint":
        return _complaint(account, wanted, recipients, now, received)
    if kind == "delay":
        expiration = wanted.get("expirationTime")
        return details.delivery_delay(
            wanted.get("delayType", "TransientCommunicationFailure"),
            recipients,
            now,
            expiration=_moment(expiration) if expiration else received + EXPIRES,
        )
    if kind == "reject":
        return details.reject(recipients, now)
    if kind == "open":
        return details.open(recipients, now, **reader)
    if kind == "click":
        tags = wanted.get("linkTags")
        return details.click(recipients, now, link=wanted["link"], link_tags=tags, **reader)
    if kind == "subscription":
        return details.subscription(
            wanted["contactList"],
            recipients,
            now,
            source=wanted.get("source", "UnsubscribeHeader"),
            new={**details.preferences(True, {}), **wanted.get("newTopicPreferences", {})},
            old={**details.preferences(False, {}), **wanted.get("oldTopicPreferences", {})},
        )
    if kind == "renderingFailure":
        return details.rendering_failure(
            recipients,
            now,
            message=wanted.get("errorMessage", "The template could not be rendered."),
            template=wanted.get("templateName", template),
        )
    return Event("Delivery", now, recipients)


def _bounce(
    account: Account, wanted: Mapping[str, Any], recipients: Sequence[str], now: float
) -> Event:
    kind, sub_kind = _pair(wanted)
    # The mail server by which SES sends is that of compose.OUTGOING_IP.
    region = "" if account.region == "us-east-1" else f"{account.region}."
    host = "amazonses.com" if sub_kind in NOT_SENT else f"a8-1.smtp-out.{region}amazonses.com"
    return details.bounce(
        kind,
        sub_kind,
        recipients,
        now,
        feedback_id=account.new_message_id(now),
        reporting_mta=f"dns; {host}",
        diagnostic=wanted.get("diagnosticCode"),
    )


def _complaint(
    account: Account,
    wanted: Mapping[str, Any],
    recipients: Sequence[str],
    now: float,
    received: float,
) -> Event:
    sub_kind = wanted.get("complaintSubType")
    # Of a message that was not sent nobody makes a report.
    usual = {} if sub_kind else {"complaintFeedbackType": "abuse", "userAgent": USER_AGENT}
    report = {**usual, **wanted}
    return details.complaint(
        recipients,
        now,
        feedback_id=account.new_message_id(now),
        sub_kind=sub_kind,
        feedback_type=report.get("complaintFeedbackType"),
        user_agent=report.get("userAgent"),
        arrival=None if sub_kind else received,
    )


def _pair(wanted: Mapping[str, Any]) -> tuple[str, str]:
    """The bounceType and bounceSubType; a type alone is of its most general sub-type."""
    kind = wanted.get("bounceType", "Permanent")
    return kind, wanted.get("bounceSubType") or _sub_types(kind)[0]


def _sub_types(kind: str) -> list[str]:
    return [sub_type for type, sub_type in details.BOUNCES if type == kind]


def _check_pair(given: Document) -> None:
    kind, sub_kind = _pair(given)
    if (kind, sub_kind) not in details.BOUNCES:
        raise EventError(
            f"bounceSubType is {shown(sub_kind)}: use one of {', '.join(_sub_types(kind))}, or"
            f" another bounceType than {kind}"
        )


def _check_members(what: str, given: Any, known: Mapping[str, Check]) -> None:
    if not isinstance(given, dict):
        raise EventError(f"{what} is {shown(given)}: use an object with {', '.join(known)}")
    for name, value in given.items():
        if name not in known:
            raise EventError(
                f"{what} has {shown(name)}, which is not known: use {', '.join(known)}"
            )
        known[name](name, value)


def _text(name: str, value: Any) -> None:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST or not value.isprintable():
        raise EventError(f"{name} is {shown(value)}: use a line of 1 to {LONGEST} characters")


def _one_of(choices: Sequence[str]) -> Check:
    def check_choice(name: str, value: Any) -> None:
        if value not in choices:
            raise EventError(f"{name} is {shown(value)}: use one of {', '.join(choices)}")

    return check_choice


def _time(name: str, value: Any) -> None:
    try:
        details.timestamp(_moment(value))
    except (TypeError, ValueError, OverflowError):
        raise EventError(
            f"{name} is {shown(value)}: use ISO 8601 with a zone, such as 2030-01-31T12:00:00Z"
        ) from None


def _moment(value: str) -> float:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("no zone")
    return moment.timestamp()


def _ip(name: str, value: Any) -> None:
    try:
        ip_address(value if isinstance(value, str) else "")
    except ValueError:
        raise EventError(f"{name} is {shown(value)}: use an IP address") from None


def _link_tags(name: str, value: Any) -> None:
    if not isinstance(value, dict) or not all(isinstance(each, list) for each in value.values()):
        raise EventError(
            f'{name} is {shown(value)}: use an object of lists, such as {{"campaign": ["spring"]}}'
        )
    for tag, values in value.items():
        for each in values:
            _text(f"{name}.{tag}", each)


def _bool(name: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise EventError(f"{name} is {shown(value)}: use true or false")


def _topics(name: str, value: Any) -> None:
    members = {"topicName": _text, "subscriptionStatus": _one_of(STATUSES)}
    if not isinstance(value, list):
        raise EventError(f"{name} is {shown(value)}: use a list")
    for each in value:
        _check_members(f"a member of {name}", each, members)
        if len(each) < len(members):
            raise EventError(f"a member of {name} is {shown(each)}: give it {', '.join(members)}")


def _preferences(name: str, value: Any) -> None:
    members: dict[str, Check] = {
        "unsubscribeAll": _bool,
        "topicSubscriptionStatus": _topics,
        "topicDefaultSubscriptionStatus": _topics,
    }
    _check_members(name, value, members)


def shown(given: Any) -> str:
    """A value as an error names it; a long one is cut."""
    text = " ".join(repr(given).split())
    return text if len(text) <= 80 else f"{text[:80]}…"


# The options of each type of event.
OPTIONS: dict[str, dict[str, Check]] = {
    "bounce": {
        "bounceType": _one_of(list(dict.fromkeys(kind for kind, _ in details.BOUNCES))),
        "bounceSubType": _text,
        "diagnosticCode": _text,
    },
    "complaint": {
        "complaintFeedbackType": _one_of(details.COMPLAINT_FEEDBACK_TYPES),
        "complaintSubType": _one_of(details.COMPLAINT_SUB_TYPES),
        "userAgent": _text,
    },
    "delivery": {},
    "delay": {"delayType": _one_of(list(details.DELAYS)), "expirationTime": _time},
    "reject": {},
    "open": {"ipAddress": _ip, "userAgent": _text},
    "click": {"link": _text, "linkTags": _link_tags, "ipAddress": _ip, "userAgent": _text},
    "subscription": {
        "contactList": _text,
        "source": _text,
        "newTopicPreferences": _preferences,
        "oldTopicPreferences": _preferences,
    },
    "renderingFailure": {"templateName": _text, "errorMessage": _text},
}
REQUIRED = {"click": ("link",), "subscription": ("contactList",)}
