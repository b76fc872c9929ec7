"""The sends of many messages: each destination of a request by itself, and how it went."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ses_emulator.errors import AwsError
from ses_emulator.mail.addresses import parse
from ses_emulator.mail.identities import check_verified
from ses_emulator.mail.message import Submission, Templated
from ses_emulator.mail.pipeline import send
from ses_emulator.mail.profile import DAILY_QUOTA_EXCEEDED, profile_of
from ses_emulator.operations import contents
from ses_emulator.operations.refusals import invalid
from ses_emulator.operations.registry import Request, Result, v1, v2
from ses_emulator.store.account import Account

MOST_DESTINATIONS = 50
V2_STATUSES = {
    "AccountDailyQuotaExceeded": "ACCOUNT_DAILY_QUOTA_EXCEEDED",
    "AccountThrottled": "ACCOUNT_THROTTLED",
    "InvalidParameterValue": "INVALID_PARAMETER",
    "MessageRejected": "MESSAGE_REJECTED",
    "Success": "SUCCESS",
}


@v1("SendBulkTemplatedEmail")
def send_bulk_templated_email(account: Account, request: Request) -> Result:
    template = {
        "TemplateName": request["Template"],
        "TemplateData": request["DefaultTemplateData"],
    }
    submission = Submission(
        api="v1",
        operation="SendBulkTemplatedEmail",
        content=_content(account, request, template, request["Source"]),
        mail_from=request.get("ReturnPath") or request["Source"],
        recipients=[],
        limit=contents.V1_LIMIT,
        configuration_set=request.get("ConfigurationSetName"),
        tags=_tags(request.get("DefaultTags", ())),
        source_ip=account.source_ip,
        source_arn=request.get("SourceArn"),
        return_path_arn=request.get("ReturnPathArn"),
    )
    return {"Status": _send_all(account, submission, template, request["Destinations"])}


@v2("SendBulkEmail")
def send_bulk_email(account: Account, request: Request) -> Result:
    sender = contents.sender_of(request)
    template = request["DefaultContent"].get("Template")
    if template is None:
        raise invalid("DefaultContent must have a Template.")
    submission = Submission(
        api="v2",
        operation="SendBulkEmail",
        content=_content(account, request, template, sender),
        mail_from=request.get("FeedbackForwardingEmailAddress") or sender,
        recipients=[],
        limit=contents.V2_LIMIT,
        configuration_set=request.get("ConfigurationSetName"),
        tags=_tags(request.get("DefaultEmailTags", ())),
        source_ip=account.source_ip,
        source_arn=request.get("FromEmailAddressIdentityArn"),
        from_arn=request.get("FromEmailAddressIdentityArn"),
        return_path_arn=request.get("FeedbackForwardingEmailAddressIdentityArn"),
        tenant=request.get("TenantName"),
    )
    entries = [
        {**entry, **entry.get("ReplacementEmailContent", {}).get("ReplacementTemplate", {})}
        for entry in request["BulkEmailEntries"]
    ]
    results = _send_all(account, submission, template, entries)
    return {
        "BulkEmailEntryResults": [
            {**result, "Status": V2_STATUSES[result["Status"]]} for result in results
        ]
    }


def _content(
    account: Account, request: Request, template: dict[str, Any], sender: str
) -> Templated:
    """What all messages have in common."""
    reply_to = request.get("ReplyToAddresses", [])
    return contents.templated(account, template, sender, [], [], reply_to)


def _send_all(
    account: Account,
    submission: Submission,
    template: dict[str, Any],
    destinations: Sequence[dict[str, Any]],
) -> list[Result]:
    """Send each destination its message; v1's status of each. Raises what concerns them all."""
    if not destinations:
        raise invalid("At least one destination must be specified.")
    if len(destinations) > MOST_DESTINATIONS:
        raise invalid(f"Destination count exceeds {MOST_DESTINATIONS}.")
    content = submission.content
    assert isinstance(content, Templated)
    senders = [parse(text) for text in (content.sender, submission.mail_from) if text]
    arns = submission.source_arn, submission.from_arn, submission.return_path_arn
    if profile_of(account).senders_verified and all(arn is None for arn in arns):
        check_verified(account, senders, [])
    return [_send(account, submission, content, template, each) for each in destinations]


def _send(
    account: Account,
    common: Submission,
    content: Templated,
    template: dict[str, Any],
    given: dict[str, Any],
) -> Result:
    to, cc, recipients = contents.destination(given["Destination"])
    try:
        own = replace(
            content,
            to=to,
            cc=cc,
            headers=contents.headers(
                template.get("Headers", ()), given.get("ReplacementHeaders", ())
            ),
            data=contents.template_data(
                template.get("TemplateData"), given.get("ReplacementTemplateData")
            ),
        )
        tags = [*common.tags, *_tags(given.get("ReplacementTags", ()))]
        submission = replace(common, content=own, recipients=recipients, tags=tags)
        return {"Status": "Success", "MessageId": send(account, submission)}
    except AwsError as error:
        return {"Status": _status(error), "Error": error.message}


def _status(error: AwsError) -> str:
    """What one destination is told. Raises the error if it is every destination's."""
    if error.code == "Throttling":
        daily = error.message == DAILY_QUOTA_EXCEEDED
        return "AccountDailyQuotaExceeded" if daily else "AccountThrottled"
    if error.code in V2_STATUSES:
        return error.code
    raise error


def _tags(given: Sequence[dict[str, str]]) -> list[tuple[str, str]]:
    """Message tags; of a name that comes twice the last is taken."""
    return [(tag["Name"], tag["Value"]) for tag in given]
