"""Receiving: whether the topics, buckets and functions that a rule names are there.

SES finds that out by using them: it publishes a notification and writes an object that say so. What
nobody here can be asked about is taken. Source: the guide, "Deliver to S3 bucket action", and what
SES answered.
"""

import logging
from email.utils import formatdate
from typing import Any

from ses_emulator.errors import AwsError
from ses_emulator.events.answers import DeliveryError
from ses_emulator.events.documents import RECEIPT_FORM
from ses_emulator.events.publishers import SUBJECTS
from ses_emulator.events.services import NotThere, answers_of, client_of
from ses_emulator.events.topics import publish_later
from ses_emulator.inbound import documents
from ses_emulator.inbound.incoming import Verdicts
from ses_emulator.neighbours import NoNeighbour, endpoint_of
from ses_emulator.store.account import Account
from ses_emulator.store.database import to_json
from ses_emulator.store.documents import Document

log = logging.getLogger(__name__)

# What stands for a MessageId.
SETUP = "AMAZON_SES_SETUP_NOTIFICATION"
SENDER, RECIPIENT = "no-reply-aws@amazon.com", "recipient@example.com"
SUBJECT = SUBJECTS[RECEIPT_FORM]
PASSED = Verdicts(spam="PASS", virus="PASS", spf="PASS", dkim="PASS", dmarc="PASS")


def check_targets(account: Account, rule: Document) -> None:
    """Raise AwsError if what a rule's actions name cannot be used.

    This waits for other services, so it must not be called in a transaction.
    """
    for action in rule["Actions"]:
        [(kind, members)] = action.items()
        if kind == "S3Action":
            _check_bucket(account, members)
        if kind == "LambdaAction":
            _check_function(account, members["FunctionArn"])
        if "TopicArn" in members:
            _check_topic(account, action, members["TopicArn"])


def greet(account: Account, rule: Document) -> None:
    """Tell the topics of ``--topic`` that a rule which is now kept names them."""
    for action in rule["Actions"]:
        for members in action.values():
            topic = account.settings.topics.get(members.get("TopicArn", ""))
            if topic is not None:
                publish_later(account, topic, to_json(_notification(account, action)), SUBJECT)


def _check_topic(account: Account, action: Document, arn: str) -> None:
    if arn in account.settings.topics or not _known(account, "sns"):
        return
    text = to_json(_notification(account, action))
    try:
        with answers_of("sns"):
            client = client_of(account, "sns", arn)
            client.publish(TopicArn=arn, Message=text, Subject=SUBJECT)
    except DeliveryError as error:
        raise _refusal(
            "InvalidSnsTopic", "Could not publish to SNS topic", error, Topic=arn
        ) from None


def _check_bucket(account: Account, members: dict[str, Any]) -> None:
    if not _known(account, "s3"):
        return
    name = members["BucketName"]
    try:
        with answers_of("s3"):
            client = client_of(account, "s3", name)
            client.put_object(
                Bucket=name, Key=documents.object_key(members, SETUP), Body=_mail(account)
            )
    except DeliveryError as error:
        words = "No such bucket" if isinstance(error, NotThere) else "Could not write to bucket"
        raise _refusal("InvalidS3Configuration", words, error, Bucket=name) from None


def _check_function(account: Account, arn: str) -> None:
    if account.settings.function_at(arn) is not None or not _known(account, "lambda"):
        return
    try:
        with answers_of("lambda"):
            client_of(account, "lambda", arn).get_function(FunctionName=arn)
    except DeliveryError as error:
        words = "Could not invoke Lambda function"
        raise _refusal("InvalidLambdaFunction", words, error, FunctionArn=arn) from None


def _known(account: Account, service: str) -> bool:
    try:
        endpoint_of(account.settings, service)
    except NoNeighbour:
        return False
    return True


def _refusal(code: str, words: str, reason: DeliveryError, **named: str) -> AwsError:
    [name] = named.values()
    log.info("%s: %s: %s", words, name, reason)
    return AwsError(code, f"{words}: {name}", **named)


def _notification(account: Account, action: Document) -> Document:
    """What a topic gets when it is named: as of a mail, by SES itself."""
    now, mail = account.now(), _mail(account)
    receipt = documents.receipt(
        PASSED, [RECIPIENT], documents.action(action, SETUP), now=now, received=now, scanned=True
    )
    content = mail.decode() if "SNSAction" in action else None
    return documents.notification(receipt, documents.mail(SETUP, now, SENDER, mail), content)


def _mail(account: Account) -> bytes:
    """The mail that is delivered when a rule is set up."""
    lines = [
        f"Date: {formatdate(account.now())}",
        f"To: {RECIPIENT}",
        f"From: Amazon Web Services <{SENDER}>",
        "Subject: Amazon SES Setup Notification",
        "",
        "A receipt rule is being set up that delivers mail here. It is in force only if all of",
        "its setup succeeds.",
        "",
    ]
    return "\r\n".join(lines).encode()
