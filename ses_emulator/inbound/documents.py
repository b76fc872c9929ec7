"""What SES tells of a mail that it received: to SNS topics, and to Lambda functions.

Source: the guide, "Contents of notifications for Amazon SES email receiving".
"""

from collections.abc import Sequence
from typing import Any

from ses_emulator.events.documents import fitting
from ses_emulator.inbound.incoming import Verdicts
from ses_emulator.mail import addresses
from ses_emulator.mail.details import timestamp
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.store.documents import Document

# The members of an action that are told of it, by what they are called there.
MEMBERS = {
    "TopicArn": "topicArn",
    "BucketName": "bucketName",
    "ObjectKeyPrefix": "objectKeyPrefix",
    "SmtpReplyCode": "smtpReplyCode",
    "StatusCode": "statusCode",
    "Message": "message",
    "Sender": "sender",
    "FunctionArn": "functionArn",
    "InvocationType": "invocationType",
    "OrganizationArn": "organizationArn",
}
ENCODINGS = {"UTF-8": "UTF8", "Base64": "BASE64"}
TYPES = {"Workmail": "WorkMail"}


def notification(receipt: Document, mail: Document, content: str | None = None) -> Document:
    """The notification; ``content`` is the mail itself, which only the SNS action sends."""
    found = {"notificationType": "Received", "receipt": receipt, "mail": mail}
    return found if content is None else {**found, "content": content}


def lambda_event(receipt: Document, mail: Document) -> Document:
    """What a function is invoked with.

    Source: the guide, "Event to pass to a Lambda function".
    """
    ses = {"mail": mail, "receipt": receipt}
    return {"Records": [{"eventSource": "aws:ses", "eventVersion": "1.0", "ses": ses}]}


def receipt(
    verdicts: Verdicts,
    recipients: Sequence[str],
    action: Document,
    *,
    now: float,
    received: float,
    scanned: bool,
) -> Document:
    """The receipt object; ``action`` is the action object, times are epoch seconds."""
    values = verdicts.values(scanned=scanned)
    found: dict[str, Any] = {
        "timestamp": timestamp(now),
        "processingTimeMillis": round((now - received) * 1000),
        "recipients": list(recipients),
        **{f"{check}Verdict": {"status": value} for check, value in values.items()},
    }
    if verdicts.dmarc_policy is not None:
        found["dmarcPolicy"] = verdicts.dmarc_policy
    return {**found, "action": action}


def action(given: Document, id: str) -> Document:
    """The action object of an action as the API has it; ``id`` is the MessageId."""
    [(kind, members)] = given.items()
    kind = kind.removesuffix("Action")
    found = {"type": TYPES.get(kind, kind)}
    found |= {name: members[member] for member, name in MEMBERS.items() if member in members}
    if kind == "S3":
        found["objectKey"] = object_key(members, id)
    if kind == "SNS":
        found["encoding"] = ENCODINGS[members["Encoding"]]
    return found


def object_key(members: Document, id: str) -> str:
    """The key in S3 of the mail with a MessageId; ``members`` are those of the S3 action."""
    return f"{members.get('ObjectKeyPrefix', '')}{id}"


def mail(id: str, received: float, source: str, message: bytes) -> Document:
    """The mail object of a message with the headers that SES put before it.

    ``source`` is the envelope's sender, ``received`` epoch seconds.
    """
    block = HeaderBlock(message)
    headers, truncated = fitting(block.items())
    return {
        "timestamp": timestamp(received),
        "source": source,
        "messageId": id,
        "destination": [
            addresses.spec_of(text)
            for name in ("to", "cc", "bcc")
            for text in addresses.listed(block, name)
        ],
        "headersTruncated": truncated,
        "headers": headers,
        "commonHeaders": _common_headers(block),
    }


def _common_headers(block: HeaderBlock) -> Document:
    """What is there of the headers that are common to all mails."""
    path = block.get("return-path")
    found: dict[str, Any] = {
        "returnPath": path.strip().strip("<>") if path is not None else None,
        "from": addresses.listed(block, "from"),
        "sender": next(map(addresses.spec_of, addresses.listed(block, "sender")), None),
        "replyTo": addresses.listed(block, "reply-to"),
        "date": block.get("date"),
        "to": addresses.listed(block, "to"),
        "cc": addresses.listed(block, "cc"),
        "bcc": addresses.listed(block, "bcc"),
        "messageId": block.get("message-id"),
        "subject": block.get("subject"),
    }
    return {name: value for name, value in found.items() if value not in (None, [])}
