"""What happened to a message, recipient by recipient, and what is known of an address; v2 only."""

import re
from typing import Any

from ses_emulator.errors import AwsError
from ses_emulator.mail import addresses
from ses_emulator.operations.metrics import check_vdm, isp_of
from ses_emulator.operations.registry import Request, Result, v2
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.documents import everywhere
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Stored
from ses_emulator.store.query import Filters

# Types of the API's EventType that are not simply an event's in capitals.
TYPES = {"Rendering Failure": "RENDERING_FAILURE", "DeliveryDelay": "DELIVERY_DELAY"}
# Source: the guide, "Email Validation API", and RFC 2142, mailbox names for roles.
ROLES = frozenset(
    "abuse admin billing contact help hostmaster info marketing noc no-reply noreply postmaster"
    " sales security support webmaster".split()
)
DISPOSABLE = frozenset(
    "10minutemail.com guerrillamail.com mailinator.com trashmail.com yopmail.com".split()
)
# Names that are never in the DNS. Source: RFC 6761.
NOT_IN_DNS = ("invalid", "test", "localhost")
# Nobody calls himself so: five consonants in a row, or letters and digits in turns.
RANDOM = re.compile(r"[bcdfghjklmnpqrstvwxz]{5}|([a-z]\d){3}|\d{6}")
LATEST = 100
# How often addresses were looked up, which is charged: a document for each second.
LOOKUPS = "EmailAddressLookups"


@v2("GetMessageInsights")
def get_message_insights(account: Account, request: Request) -> Result:
    check_vdm(account, "NotFoundException")
    id = request["MessageId"]
    found = account.messages.page(
        Filters(id=id, account=account.id, region=account.region), None, 1
    )
    if not found:
        raise AwsError("NotFoundException", f"Message <{id}> not found for account <{account.id}>")
    [message] = found
    return {
        "MessageId": id,
        "FromEmailAddress": message.sender or message.mail_from,
        "Subject": message.subject or None,
        "EmailTags": [{"Name": name, "Value": value} for name, value in message.tags.items()],
        "Insights": insights_of(account, message),
    }


@v2("GetEmailAddressInsights")
def get_email_address_insights(account: Account, request: Request) -> Result:
    address = request["EmailAddress"].strip()
    if not address:
        raise AwsError("BadRequestException", "EmailAddress can't be blank.")
    second = f"{int(account.now()):012}"
    before = account.collection(LOOKUPS).find(second) or {"Number": 0}
    account.collection(LOOKUPS).put(second, {"Number": before["Number"] + 1})
    local, _, domain = address.lower().rpartition("@")
    syntax = bool(addresses.PLAIN.fullmatch(address)) and "." in domain
    exists = _exists(account, address) if syntax else "LOW"
    verdicts = {
        "HasValidSyntax": "HIGH" if syntax else "LOW",
        "HasValidDnsRecords": "HIGH"
        if syntax and domain.rpartition(".")[2] not in NOT_IN_DNS
        else "LOW",
        "MailboxExists": exists,
        "IsRoleAddress": "HIGH" if local in ROLES else "LOW",
        "IsDisposable": "HIGH" if domain in DISPOSABLE else "LOW",
        "IsRandomInput": "HIGH" if RANDOM.search(local) else "LOW",
    }
    names = list(verdicts)
    if "LOW" in [verdicts[name] for name in names[:3]]:
        valid = "LOW"
    else:
        valid = "MEDIUM" if "HIGH" in [verdicts[name] for name in names[3:]] else "HIGH"
    evaluations = {name: {"ConfidenceVerdict": verdict} for name, verdict in verdicts.items()}
    validation = {"IsValid": {"ConfidenceVerdict": valid}, "Evaluations": evaluations}
    return {"MailboxValidation": validation}


def lookups(
    instance: Instance, start: float | None, end: float | None
) -> dict[tuple[str, str], int]:
    """How often each account looked up an address in each region, in the time of these seconds."""
    found: dict[tuple[str, str], int] = {}
    for account, region, second, document in everywhere(instance.database, LOOKUPS):
        if (start is None or int(start) <= int(second)) and (end is None or int(second) < end):
            scope = (account, region)
            found[scope] = found.get(scope, 0) + document["Number"]
    return found


def insights_of(account: Account, message: Stored) -> list[dict[str, Any]]:
    """The API's EmailInsights of each recipient of a message."""
    events = account.messages.events(message.seq)
    return [
        {
            "Destination": recipient,
            "Isp": isp_of(recipient),
            "Events": [_event(each) for each in events if recipient in each.recipients],
        }
        for recipient in dict.fromkeys(account.messages.recipients(message.seq))
    ]


def _event(event: Event) -> dict[str, Any]:
    detail = event.detail
    details: dict[str, Any] = {}
    if event.type == "Bounce":
        bounced = (detail.get("bouncedRecipients") or [{}])[0]
        details["Bounce"] = {
            "BounceType": detail.get("bounceType", "Undetermined").upper(),
            "BounceSubType": _sub_type(detail.get("bounceSubType")),
            "DiagnosticCode": bounced.get("diagnosticCode"),
        }
    elif event.type == "Complaint":
        details["Complaint"] = {
            "ComplaintSubType": _sub_type(detail.get("complaintSubType")),
            "ComplaintFeedbackType": detail.get("complaintFeedbackType"),
        }
    return {
        "Timestamp": event.timestamp,
        "Type": TYPES.get(event.type, event.type.upper()),
        "Details": details or None,
    }


def _sub_type(name: str | None) -> str | None:
    """SES writes this one here otherwise than in its events."""
    return "ON_ACCOUNT_SUPPRESSION_LIST" if name == "OnAccountSuppressionList" else name


def _exists(account: Account, address: str) -> str:
    """Whether a mailbox exists, as far as it was sent to: the last that became of that counts."""
    filters = Filters(to=address, account=account.id, region=account.region)
    for message in account.messages.page(filters, None, LATEST):
        for event in reversed(account.messages.events(message.seq)):
            known = address.lower() in (each.lower() for each in event.recipients)
            if known and event.type == "Delivery":
                return "HIGH"
            if known and event.type == "Bounce" and event.detail.get("bounceType") == "Permanent":
                return "LOW"
    return "MEDIUM"
