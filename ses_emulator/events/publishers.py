"""How documents go out: to SNS, EventBridge, Firehose, CloudWatch, Lambda or a webhook."""

from typing import Any

from ses_emulator.events.answers import Answer, DeliveryError
from ses_emulator.events.documents import (
    EVENT,
    RECEIPT_FORM,
    cloudwatch_metrics,
    eventbridge_entry,
)
from ses_emulator.events.functions import invoke
from ses_emulator.events.posting import post
from ses_emulator.events.services import (
    answer,
    answers_of,
    client_of,
    may_try_again,
    stream_of,
)
from ses_emulator.events.targets import Target
from ses_emulator.events.topics import deliver
from ses_emulator.store.account import Account
from ses_emulator.store.database import to_json

# By the form of the document; the notifications of an identity have none.
SUBJECTS = {
    EVENT: "Amazon SES Email Event Notification",
    RECEIPT_FORM: "Amazon SES Email Receipt Notification",
}
NAMESPACE = "AWS/SES"


def publish(account: Account, target: Target, document: dict[str, Any], id: int) -> Answer:
    """Publish a document of documents.py to a target. Raises DeliveryError.

    ``id`` is the event's, by which a webhook knows what it has already got. This waits for the
    target, so it must not be called in a transaction.
    """
    if target.kind == "webhook":
        return _to_webhook(target, document, id)
    if target.kind == "lambda":
        return invoke(account, target.address, document)
    if target.kind == "sns":
        return _to_sns(account, target, document)
    with answers_of(target.kind):
        client = client_of(account, target.kind, target.address)
        return PUBLISHERS[target.kind](client, target, document)


def _to_sns(account: Account, target: Target, document: dict[str, Any]) -> Answer:
    text, subject = to_json(document), SUBJECTS.get(target.form)
    if target.form == EVENT:
        text += "\n"  # SES ends only these by a newline
    topic = account.settings.topics.get(target.address)
    if topic is not None:
        return deliver(account, topic, text, subject)
    with answers_of("sns"):
        client = client_of(account, "sns", target.address)
        subjects = {} if subject is None else {"Subject": subject}
        given = client.publish(TopicArn=target.address, Message=text, **subjects)
        return answer(given, f"MessageId {given['MessageId']}")


def _to_eventbridge(client: Any, target: Target, document: dict[str, Any]) -> Answer:
    entry = eventbridge_entry(document, target.address)
    given = client.put_events(Entries=[entry])
    [said] = given["Entries"]
    if given["FailedEntryCount"]:
        code = said.get("ErrorCode", "")
        raise DeliveryError(
            f"EventBridge did not take the event: {code}: {said.get('ErrorMessage', '')}",
            retry=may_try_again(code),
        )
    return answer(given, f"EventId {said['EventId']}")


def _to_firehose(client: Any, target: Target, document: dict[str, Any]) -> Answer:
    record = {"Data": f"{to_json(document)}\n".encode()}
    given = client.put_record(DeliveryStreamName=stream_of(target.address), Record=record)
    return answer(given, f"RecordId {given['RecordId']}")


def _to_cloudwatch(client: Any, target: Target, document: dict[str, Any]) -> Answer:
    metrics = cloudwatch_metrics(document, target.options["DimensionConfigurations"])
    if not metrics:
        raise DeliveryError(
            "No metric is made: a value has characters that no dimension may have.", retry=False
        )
    given = client.put_metric_data(Namespace=NAMESPACE, MetricData=metrics)
    return answer(given, f"{len(metrics)} metrics")


def _to_webhook(target: Target, document: dict[str, Any], id: int) -> Answer:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "ses-emulator",
        "X-SES-Event-Id": str(id),
        "X-SES-Event-Type": document["eventType"],
        "X-SES-Message-Id": document["mail"]["messageId"],
    }
    return post(target.address, to_json(document).encode(), headers)


PUBLISHERS = {
    "cloudwatch": _to_cloudwatch,
    "eventbridge": _to_eventbridge,
    "firehose": _to_firehose,
}
