"""SNS without SNS: what is published to a topic of ``--topic``, posted to its URL as SNS would.

Source: the guide of SNS, "Parsing Amazon SNS message formats", "Amazon SNS message delivery
retries" and "Amazon SNS raw message delivery".
"""

import logging
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from ses_emulator.events.answers import Answer, DeliveryError
from ses_emulator.events.posting import post
from ses_emulator.events.signing import PATH, certificate
from ses_emulator.mail.details import timestamp
from ses_emulator.mail.tokens import opened, sealed
from ses_emulator.option_values import Topic
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.database import to_json
from ses_emulator.store.deliveries import Deliveries
from ses_emulator.store.documents import Collection, Document

log = logging.getLogger(__name__)

# SNS tries again so many times, so many seconds apart.
RETRY_DELAYS = (20.0, 20.0, 20.0)
# An endpoint that did not confirm is asked again, but not within so many seconds.
ASK_AGAIN = 15.0
# So many seconds it has to confirm before what is published waits for the next attempt.
PATIENCE = 1.0
GLANCE = 0.02
PENDING, CONFIRMED, UNSUBSCRIBED = "pending", "confirmed", "unsubscribed"
HEADERS = {
    "Content-Type": "text/plain; charset=UTF-8",
    "User-Agent": "Amazon Simple Notification Service Agent",
}
PURPOSE = "sns"  # of the tokens
NOTIFICATION = "Notification"
CONFIRMATION = "SubscriptionConfirmation"
Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class Subscription:
    """How the endpoint of a topic stands to it.

    The ``state`` is PENDING until it is CONFIRMED, which UNSUBSCRIBED ends. ``asked`` is when it
    was asked to confirm, ``confirmed`` when it did (epoch seconds); None is never.
    """

    topic: Topic
    arn: str
    state: str
    asked: float | None
    confirmed: float | None


class SubscriptionError(Exception):
    """A request about a subscription is refused, in SNS's words; ``code`` is SNS's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def deliver(account: Account, topic: Topic, text: str, subject: str | None = None) -> Answer:
    """Post what is published to a topic; before that its endpoint must confirm, and is asked to.

    The account may be any of the instance. What is published again has the MessageId that it had.
    Raises DeliveryError.
    """
    subscription = subscription_of(account.instance, topic)
    if subscription.state == PENDING:
        _ask(account, subscription)
        subscription = _confirmed_soon(account, topic)
    if subscription.state == PENDING:
        raise DeliveryError(
            f"The endpoint of {topic.arn} has not confirmed its subscription: visit the"
            " SubscribeURL that it was sent, or the subscribe_url in /_ses/topics.",
            retry=True,
        )
    if subscription.state == UNSUBSCRIBED:
        raise DeliveryError(
            f"The endpoint of {topic.arn} unsubscribed: visit the subscribe_url in /_ses/topics to"
            " take that back.",
            retry=False,
        )
    id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{subscription.arn}\n{text}"))
    headers = {"x-amz-sns-subscription-arn": subscription.arn}
    if topic.raw:
        return _post(topic, NOTIFICATION, id, text, {**headers, "x-amz-sns-rawdelivery": "true"})
    message = {
        "Type": NOTIFICATION,
        "MessageId": id,
        "TopicArn": topic.arn,
        **({} if subject is None else {"Subject": subject}),
        "Message": text,
        "Timestamp": timestamp(account.now()),
    }
    message |= _signature(account, topic, message)
    message["UnsubscribeURL"] = _url(account, "Unsubscribe", SubscriptionArn=subscription.arn)
    return _post(topic, NOTIFICATION, id, to_json(message), headers)


def publish_later(account: Account, topic: Topic, text: str, subject: str | None = None) -> None:
    """Publish what SES says to a topic that it is to publish to from now on.

    In a thread of its own, after the transaction under way if there is one: nobody waits for the
    endpoint, which may ask something of us before it answers.
    """
    thread = threading.Thread(
        target=_publish, args=(account, topic, text, subject), name="topic", daemon=True
    )
    database = account.instance.database
    if database.in_transaction:
        database.after_commit(thread.start)
    else:
        thread.start()


def _publish(account: Account, topic: Topic, text: str, subject: str | None) -> None:
    try:
        deliver(account, topic, text, subject)
    except DeliveryError as error:
        log.warning("%s", error)
    except Exception:
        log.debug("The emulator stopped before a topic was told", exc_info=True)


def _ask(account: Account, subscription: Subscription) -> None:
    """Ask the endpoint to confirm, unless it was asked just before. Raises DeliveryError."""
    instance, topic = account.instance, subscription.topic
    now = account.now()
    with instance.database.transaction():
        known = subscription_of(instance, topic)
        if known.state != PENDING or (known.asked is not None and now - known.asked < ASK_AGAIN):
            return
        _keep(instance, topic, Asked=now)
    message = {
        "Type": CONFIRMATION,
        "MessageId": instance.new_id(),
        "Token": sealed(instance, PURPOSE, topic.arn, topic.url),
        "TopicArn": topic.arn,
        "Message": (
            f"You have chosen to subscribe to the topic {topic.arn}.\n"
            "To confirm the subscription, visit the SubscribeURL included in this message."
        ),
        "SubscribeURL": subscribe_url(account, topic),
        "Timestamp": timestamp(now),
    }
    message |= _signature(account, topic, message)
    try:
        _post(topic, CONFIRMATION, message["MessageId"], to_json(message), {})
    except DeliveryError:
        if subscription_of(instance, topic).state == PENDING:
            _keep(instance, topic, Asked=None)  # it does not know, and may be asked at once
        raise


def _confirmed_soon(account: Account, topic: Topic) -> Subscription:
    """The subscription of an endpoint that was asked: most confirm before or after they answer."""
    instance = account.instance
    end = time.monotonic() + PATIENCE
    while True:
        subscription = subscription_of(instance, topic)
        asked = subscription.asked is not None and account.now() - subscription.asked < PATIENCE
        waiting = subscription.state == PENDING and asked and not instance.changes.closed
        if not waiting or time.monotonic() >= end:
            return subscription
        time.sleep(GLANCE)


def subscribe_url(account: Account, topic: Topic) -> str:
    """Where the subscription of a topic's endpoint is confirmed."""
    token = sealed(account.instance, PURPOSE, topic.arn, topic.url)
    return _url(account, "ConfirmSubscription", TopicArn=topic.arn, Token=token)


def confirm(instance: Instance, arn: str, token: str) -> Subscription:
    """Confirm the subscription that a token is of; what waits for it is published.

    Raises SubscriptionError.
    """
    topic = instance.settings.topics.get(arn)
    if topic is None:
        raise SubscriptionError("NotFound", "Topic does not exist")
    if opened(instance, PURPOSE, token) != [topic.arn, topic.url]:
        raise SubscriptionError("InvalidParameter", "Invalid parameter: Token")
    now, database = instance.clock(), instance.database
    with database.transaction():
        _keep(instance, topic, State=CONFIRMED, Confirmed=now)
        Deliveries(database, instance.changes).hasten(arn, now)
        database.after_commit(instance.messages.look_for_pending)
    return subscription_of(instance, topic)


def unsubscribe(instance: Instance, arn: str) -> None:
    """Send nothing more to an endpoint. Raises SubscriptionError."""
    topic = instance.settings.topics.get(arn.rpartition(":")[0])
    if topic is None or subscription_of(instance, topic).arn != arn:
        raise SubscriptionError("NotFound", "Subscription does not exist")
    _keep(instance, topic, State=UNSUBSCRIBED)


def subscription_of(instance: Instance, topic: Topic) -> Subscription:
    """How the endpoint of a topic stands to it now."""
    found = _kept(instance, topic)
    return Subscription(
        topic,
        f"{topic.arn}:{uuid.uuid5(uuid.NAMESPACE_URL, f'{topic.arn}={topic.url}')}",
        found.get("State", CONFIRMED if topic.confirmed else PENDING),
        found.get("Asked"),
        found.get("Confirmed"),
    )


def _kept(instance: Instance, topic: Topic) -> Document:
    """What is known of a topic's endpoint; nothing if the topic had another before."""
    document = _subscriptions(instance, topic).find(topic.arn) or {}
    return document if document.get("Endpoint") == topic.url else {}


def _keep(instance: Instance, topic: Topic, **members: str | float | None) -> None:
    with instance.database.transaction():
        document = {**_kept(instance, topic), "Endpoint": topic.url, **members}
        _subscriptions(instance, topic).put(topic.arn, document)


def _subscriptions(instance: Instance, topic: Topic) -> Collection:
    region, account = topic.arn.split(":")[3:5]
    return Collection(instance.database, account, region, "TopicSubscription")


def _signature(account: Account, topic: Topic, message: Message) -> Message:
    """The members that sign a message."""
    signer = certificate(account.instance)
    return {
        "SignatureVersion": topic.signature_version,
        "Signature": signer.signature(message, topic.signature_version),
        "SigningCertURL": f"{account.base_url}{PATH}/{signer.file}",
    }


def _url(account: Account, action: str, **parameters: str) -> str:
    """The URL of a request in the form of SNS, to this instance."""
    query = urlencode({"Action": action, **parameters}, safe=":")
    return f"{account.base_url}/?{query}"


def _post(topic: Topic, type: str, id: str, body: str, headers: Mapping[str, str]) -> Answer:
    given = {
        "x-amz-sns-message-type": type,
        "x-amz-sns-message-id": id,
        "x-amz-sns-topic-arn": topic.arn,
        **headers,
        **HEADERS,
    }
    return post(topic.url, body.encode(), given)
