"""The sends of one message: a request as the pipeline's submission."""

from typing import Any

from ses_emulator.mail.message import ListManagement, Simple, Submission
from ses_emulator.mail.pipeline import send
from ses_emulator.operations import contents
from ses_emulator.operations.refusals import invalid
from ses_emulator.operations.registry import Request, Result, v1, v2
from ses_emulator.store.account import Account


@v1("SendEmail")
def send_email_v1(account: Account, request: Request) -> Result:
    to, cc, recipients = contents.destination(request["Destination"])
    reply_to = request.get("ReplyToAddresses", [])
    content = contents.simple(request["Message"], request["Source"], to, cc, reply_to)
    return _send_v1(account, "SendEmail", content, recipients, request)


@v1("SendTemplatedEmail")
def send_templated_email(account: Account, request: Request) -> Result:
    to, cc, recipients = contents.destination(request["Destination"])
    template = {"TemplateName": request["Template"], "TemplateData": request["TemplateData"]}
    reply_to = request.get("ReplyToAddresses", [])
    content = contents.templated(account, template, request["Source"], to, cc, reply_to)
    return _send_v1(account, "SendTemplatedEmail", content, recipients, request)


def _send_v1(
    account: Account, operation: str, content: Simple, recipients: list[str], request: Request
) -> Result:
    submission = Submission(
        api="v1",
        operation=operation,
        content=content,
        mail_from=request.get("ReturnPath") or request["Source"],
        recipients=recipients,
        limit=contents.V1_LIMIT,
    )
    return _send(account, submission, request, request.get("Tags"))


@v1("SendRawEmail")
def send_raw_email(account: Account, request: Request) -> Result:
    submission = Submission(
        api="v1",
        operation="SendRawEmail",
        content=request["RawMessage"]["Data"],
        mail_from=request.get("Source"),
        recipients=request.get("Destinations") or None,
        limit=contents.V1_LIMIT,
    )
    return _send(account, submission, request, request.get("Tags"))


@v2("SendEmail")
def send_email_v2(account: Account, request: Request) -> Result:
    content = request["Content"]
    to, cc, recipients = contents.destination(request.get("Destination", {}))
    reply_to = request.get("ReplyToAddresses", [])
    body: Simple | bytes
    if "Simple" in content:
        sender = contents.sender_of(request)
        body = contents.simple(content["Simple"], sender, to, cc, reply_to)
    elif "Raw" in content:
        body = content["Raw"]["Data"]
    elif "Template" in content:
        sender = contents.sender_of(request)
        body = contents.templated(account, content["Template"], sender, to, cc, reply_to)
    else:
        raise invalid("Content must have one of Simple, Raw and Template.")
    submission = Submission(
        api="v2",
        operation="SendEmail",
        content=body,
        mail_from=request.get("FeedbackForwardingEmailAddress") or request.get("FromEmailAddress"),
        recipients=recipients or (None if isinstance(body, bytes) else []),
        limit=contents.V2_LIMIT,
    )
    return _send(account, submission, request, request.get("EmailTags"))


def _send(
    account: Account, submission: Submission, request: Request, tags: list[Any] | None
) -> Result:
    submission.configuration_set = request.get("ConfigurationSetName")
    submission.tags = [(tag["Name"], tag["Value"]) for tag in tags or ()]
    submission.source_ip = account.source_ip
    identity = request.get("FromEmailAddressIdentityArn")
    submission.source_arn = request.get("SourceArn", identity)
    submission.from_arn = request.get("FromArn", identity)
    submission.return_path_arn = request.get(
        "ReturnPathArn", request.get("FeedbackForwardingEmailAddressIdentityArn")
    )
    submission.tenant = request.get("TenantName")
    options = request.get("ListManagementOptions")
    if options is not None:
        submission.list_management = ListManagement(
            options["ContactListName"], options.get("TopicName")
        )
    return {"MessageId": send(account, submission)}
