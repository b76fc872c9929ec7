"""The actions of receipt rules that other services do: S3, SNS and Lambda."""

import base64
from typing import Any

from ses_emulator.events.answers import DeliveryError
from ses_emulator.events.functions import KIND, call
from ses_emulator.events.services import answers_of, client_of
from ses_emulator.inbound import documents
from ses_emulator.inbound.delivery import ActionResult, Delivery
from ses_emulator.inbound.local_actions import refuse
from ses_emulator.inbound.publishing import announce
from ses_emulator.mail import reports
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Document

# In bytes. Source: the guide, "Publish to Amazon SNS topic action".
MOST_FOR_SNS = 150 * 1024
DISPOSITIONS = ("CONTINUE", "STOP_RULE", "STOP_RULE_SET")


def to_s3(account: Account, members: Document, delivery: Delivery) -> ActionResult:
    """Put the mail into a bucket, under its MessageId.

    Source: the guide, "Deliver to S3 bucket action".
    """
    bucket, key = members["BucketName"], documents.object_key(members, delivery.stored.id)
    target = f"s3://{bucket}/{key}"
    try:
        with answers_of("s3"):
            client = client_of(account, "s3", bucket)
            client.put_object(Bucket=bucket, Key=key, Body=delivery.content())
    except DeliveryError as error:
        return ActionResult("failed", target, str(error))
    return ActionResult("done", target)


def to_sns(account: Account, members: Document, delivery: Delivery) -> ActionResult:
    """Publish the mail to a topic; one that is too long bounces.

    Source: the guide, "Publish to Amazon SNS topic action".
    """
    topic, size = members["TopicArn"], len(delivery.mail.raw)
    if size > MOST_FOR_SNS:
        # The words and the codes are those of RFC 3463 section 3.4; SES's are not documented.
        refused = refuse(
            account,
            delivery,
            sender=reports.daemon(account.region),
            code="552",
            status="5.3.4",
            message="Message too big for system",
        )
        words = f"The mail has {size} bytes, SNS gets at most {MOST_FOR_SNS}: it bounced."
        return ActionResult("failed", topic, refused.error or words)
    action = {"SNSAction": members}
    content = delivery.content()
    if members["Encoding"] == "Base64":
        text = base64.b64encode(content).decode()
    else:
        text = content.decode("utf-8", "replace")
    body = delivery.notification(action, content=text)
    event = announce(account, delivery, action, "sns", topic, body)
    return ActionResult("done", topic, event=event)


def to_lambda(account: Account, members: Document, delivery: Delivery) -> ActionResult:
    """Invoke a function, and do what it says if it is waited for.

    Source: the guide, "Invoke Lambda function action".
    """
    action, arn = {"LambdaAction": members}, members["FunctionArn"]
    body = delivery.lambda_event(action)
    if members["InvocationType"] == "Event":
        event = announce(account, delivery, action, KIND, arn, body)
        return ActionResult("done", arn, event=event)
    try:
        disposition = _disposition(call(account, arn, body))
    except DeliveryError as error:
        return ActionResult("failed", arn, str(error))
    return ActionResult("done", f"{arn}: {disposition}", disposition=disposition)


def _disposition(returned: Any) -> str:
    """What a function wants; its case does not matter, as the guide's own functions show."""
    said = returned.get("disposition") if isinstance(returned, dict) else None
    word = said.upper() if isinstance(said, str) else ""
    return word if word in DISPOSITIONS else DISPOSITIONS[0]
