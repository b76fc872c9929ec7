"""SendBounce: a delivery status notification (RFC 3464) about a message, to who sent it."""

import re
from email.utils import formatdate
from typing import Any, NamedTuple

from ses_emulator.errors import AwsError
from ses_emulator.mail import addresses, reports
from ses_emulator.mail.identities import check_verified
from ses_emulator.mail.message import Submission
from ses_emulator.mail.pipeline import send
from ses_emulator.mail.profile import profile_of
from ses_emulator.mail.reports import Fields
from ses_emulator.operations.contents import V1_LIMIT
from ses_emulator.operations.refusals import invalid
from ses_emulator.operations.registry import Request, Result, v1
from ses_emulator.store.account import DAY, Account
from ses_emulator.store.messages import Stored


class Reason(NamedTuple):
    """What a type of bounce says: an action, a status code (RFC 3463), an SMTP reply."""

    action: str
    status: str
    diagnostic: str


# Source: the guide, "Return bounce response action", its templates.
REASONS = {
    "DoesNotExist": Reason("failed", "5.1.1", "smtp; 550 5.1.1 Mailbox does not exist"),
    "MessageTooLarge": Reason("failed", "5.3.4", "smtp; 552 5.3.4 Message too large"),
    "ExceededQuota": Reason("failed", "5.2.2", "smtp; 552 5.2.2 Mailbox full"),
    "ContentRejected": Reason("failed", "5.6.1", "smtp; 500 5.6.1 Message content rejected"),
    "Undefined": Reason("failed", "5.0.0", "smtp; 554 5.0.0 Unknown failure"),
    "TemporaryFailure": Reason("delayed", "4.0.0", "smtp; 450 4.0.0 Temporary failure"),
}
FIELD_NAME = re.compile(r"[A-Za-z0-9-]{1,50}")
LONGEST_VALUE = 2048


@v1("SendBounce")
def send_bounce(account: Account, request: Request) -> Result:
    sender = request["BounceSender"]
    senders = [addresses.parse(sender)]
    if profile_of(account).senders_verified and "BounceSenderArn" not in request:
        check_verified(account, senders, [])
    bounced = request["BouncedRecipientInfoList"]
    if not bounced:
        raise invalid("At least one bounced recipient must be specified.")
    original = _original(account, request["OriginalMessageId"])
    raw = account.messages.raw(original.seq)
    known = {address.lower() for address in account.messages.recipients(original.seq)}
    blocks = [
        _message_fields(account, request.get("MessageDsn", {}), original),
        *(_recipient_fields(each, known) for each in bounced),
    ]
    names = ", ".join(each["Recipient"] for each in bounced)
    explanation = request.get("Explanation") or f"The message could not be delivered to {names}."
    report = reports.delivery_status(
        [
            ("From", sender),
            ("To", original.mail_from),
            ("Subject", reports.FAILURE),
            ("Auto-Submitted", "auto-replied"),  # RFC 3834 section 5
        ],
        explanation,
        blocks,
        reports.header_part(raw),
    )
    submission = Submission(
        api="v1",
        operation="SendBounce",
        content=report,
        mail_from=sender,
        recipients=[original.mail_from],
        limit=V1_LIMIT,
        source_ip=account.source_ip,
        source_arn=request.get("BounceSenderArn"),
    )
    return {"MessageId": send(account, submission)}


def _original(account: Account, id: str) -> Stored:
    """The message that bounces. Raises AwsError unless it is there and not older than a day."""
    message = account.messages.find(id)
    if (
        message is None
        or message.id != id
        or (message.account, message.region) != (account.id, account.region)
        or message.received < account.now() - DAY
    ):
        raise AwsError("MessageRejected", f"No message <{id}> was received in the last 24 hours.")
    return message


def _message_fields(account: Account, given: dict[str, Any], original: Stored) -> Fields:
    usual = f"dns; inbound-smtp.{account.region}.amazonaws.com"
    return _fields(
        {
            "Reporting-MTA": given.get("ReportingMta", usual),
            "Arrival-Date": formatdate(given.get("ArrivalDate", original.received)),
        },
        given,
    )


def _recipient_fields(given: dict[str, Any], known: set[str]) -> Fields:
    fields = given.get("RecipientDsnFields", {})
    reason = REASONS.get(given.get("BounceType", ""))
    if not fields and reason is None:
        raise invalid("Either BounceType or RecipientDsnFields must be specified.")
    recipient = addresses.parse(given["Recipient"]).spec
    final = fields.get("FinalRecipient") or recipient
    if not known & {recipient.lower(), addresses.parse(final).spec.lower()}:
        raise invalid(f"<{final}> is not a recipient of the original message.")
    action, status, diagnostic = reason or (fields["Action"], fields["Status"], None)
    return _fields(
        {
            "Original-Recipient": f"rfc822; {recipient}",
            "Final-Recipient": f"rfc822; {final}",
            "Action": fields.get("Action", action),
            "Remote-MTA": fields.get("RemoteMta"),
            "Status": fields.get("Status", status),
            "Diagnostic-Code": fields.get("DiagnosticCode", diagnostic),
            "Last-Attempt-Date": formatdate(fields["LastAttemptDate"])
            if "LastAttemptDate" in fields
            else None,
        },
        fields,
    )


def _fields(named: dict[str, str | None], given: dict[str, Any]) -> Fields:
    """A block of fields, with the extension fields of a request. Raises AwsError."""
    extensions = [(each["Name"], each["Value"]) for each in given.get("ExtensionFields", ())]
    for name, value in extensions:
        if not FIELD_NAME.fullmatch(name):
            raise invalid(f"Invalid extension field name <{name}>.")
        if len(value) > LONGEST_VALUE:
            raise invalid(f"Extension field <{name}> exceeds {LONGEST_VALUE} characters.")
    fields = [*named.items(), *extensions]
    for name, value in fields:
        if value is not None and ("\r" in value or "\n" in value):
            raise invalid(f"{name} contains a newline.")
    return fields
