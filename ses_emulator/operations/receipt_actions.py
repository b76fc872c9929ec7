"""Receiving: the actions of receipt rules, and what SES refuses of them in words of its own."""

import re
from typing import Any

from ses_emulator.errors import AwsError
from ses_emulator.mail.addresses import parse
from ses_emulator.mail.identities import is_verified
from ses_emulator.mail.profile import profile_of
from ses_emulator.operations.identity_feedback import SNS_TOPIC
from ses_emulator.operations.refusals import invalid
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Document

HEADER_NAME = re.compile(r"[!-9;-~]{1,50}")
LONGEST_HEADER_VALUE = 2048
# Source: the S3 user guide, "General purpose bucket naming rules".
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
KMS_KEY = re.compile(r"arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)/\S+")
FUNCTION = re.compile(r"arn:aws[\w-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w:$-]+")
# By member, whatever the action: the form of what it names, and of the error of one without it the
# code, the words and the member that names it.
TARGETS = {
    "TopicArn": (SNS_TOPIC, "InvalidSnsTopic", "Invalid SNS topic", "Topic"),
    "BucketName": (BUCKET, "InvalidS3Configuration", "No such bucket", "Bucket"),
    "KmsKeyArn": (KMS_KEY, "InvalidS3Configuration", "Invalid KMS key", ""),
    "FunctionArn": (FUNCTION, "InvalidLambdaFunction", "Invalid Lambda function", "FunctionArn"),
}
# What must not be empty has words of its own.
EMPTY = {
    "BucketName": "Bucket name must not be empty",
    "FunctionArn": "Lambda function ARN must not be empty",
    "SmtpReplyCode": "Invalid SMTP reply code: ",
    "Message": "Invalid SMTP response message: ",
}
# What SES adds to an action that does not say it.
DEFAULTS = {
    "LambdaAction": {"InvocationType": "Event"},
    "SNSAction": {"Encoding": "UTF-8"},
}


def checked_action(account: Account, given: dict[str, Any]) -> Document:
    """An action as it is stored, with SES's defaults. Raises AwsError for one that SES refuses.

    What it names has to have the form of such a name; receipt_targets finds out whether it exists.
    """
    if len(given) != 1:
        raise invalid("An action must be of exactly one kind")
    [(kind, members)] = given.items()
    for member, value in members.items():
        if member in EMPTY and not value:
            raise invalid(EMPTY[member])
        if member in TARGETS:
            form, code, words, named = TARGETS[member]
            if not form.fullmatch(value):
                raise AwsError(code, f"{words}: {value}", **({named: value} if named else {}))
    if kind == "AddHeaderAction":
        _check_header(members["HeaderName"], members["HeaderValue"])
    if kind == "BounceAction":
        sender = parse(members["Sender"]).spec
        if profile_of(account).senders_verified and not is_verified(account, sender):
            raise invalid(f"Identity is not verified: {sender}")
    return {kind: DEFAULTS.get(kind, {}) | members}


def _check_header(name: str, value: str) -> None:
    if not HEADER_NAME.fullmatch(name):
        raise invalid(f"Invalid header name: {name}")
    if len(value) > LONGEST_HEADER_VALUE or "\r" in value or "\n" in value:
        raise invalid(f"Invalid header value: {value}")
