"""SendEmail and SendRawEmail of v1, SendEmail of v2: a request as the pipeline's submission."""

from typing import Any

from ses_emulator.errors import AwsError
from ses_emulator.mail.message import MEBIBYTE, Attachment, Simple, Submission, Text
from ses_emulator.mail.pipeline import send
from ses_emulator.operations.registry import Request, Result, v1, v2
from ses_emulator.store.account import Account

# Source: the guide, "Service quotas in Amazon SES", after encoding.
V1_LIMIT = 10 * MEBIBYTE
V2_LIMIT = 40 * MEBIBYTE
DEFAULT_CHARSET = "UTF-8"
DEFAULT_TYPE = "application/octet-stream"
ENCODINGS = {"BASE64": "base64", "QUOTED_PRINTABLE": "quoted-printable", "SEVEN_BIT": "7bit"}
# Headers of its own that SES does not let v2's Headers set. Source: the guide, "Amazon SES header
# fields".
RESERVED = frozenset(
    "bcc cc content-disposition content-type date from message-id mime-version reply-to"
    " return-path subject to".split()
)
MOST_HEADERS = 15


@v1("SendEmail")
def send_email_v1(account: Account, request: Request) -> Result:
    message = request["Message"]
    to, cc, recipients = _destination(request["Destination"])
    body = message["Body"]
    submission = Submission(
        api="v1",
        operation="SendEmail",
        content=Simple(
            sender=request["Source"],
            to=to,
            cc=cc,
            reply_to=request.get("ReplyToAddresses", []),
            subject=_text(message["Subject"]),
            text=_text(body["Text"]) if "Text" in body else None,
            html=_text(body["Html"]) if "Html" in body else None,
        ),
        mail_from=request.get("ReturnPath") or request["Source"],
        recipients=recipients,
        limit=V1_LIMIT,
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
        limit=V1_LIMIT,
    )
    return _send(account, submission, request, request.get("Tags"))


@v2("SendEmail")
def send_email_v2(account: Account, request: Request) -> Result:
    content = request["Content"]
    to, cc, recipients = _destination(request.get("Destination", {}))
    sender = request.get("FromEmailAddress")
    body: Simple | bytes
    if "Simple" in content:
        if not sender:
            raise _invalid("Source cannot be empty")
        body = _simple(content["Simple"], sender, to, cc, request.get("ReplyToAddresses", []))
    elif "Raw" in content:
        body = content["Raw"]["Data"]
    elif "Template" in content:
        raise AwsError(
            "NotImplementedException",
            "ses-emulator does not implement SendEmail with Content.Template yet.",
        )
    else:
        raise _invalid("Content must have one of Simple, Raw and Template.")
    submission = Submission(
        api="v2",
        operation="SendEmail",
        content=body,
        mail_from=request.get("FeedbackForwardingEmailAddress") or sender,
        recipients=recipients or (None if isinstance(body, bytes) else []),
        limit=V2_LIMIT,
    )
    return _send(account, submission, request, request.get("EmailTags"))


def _send(
    account: Account, submission: Submission, request: Request, tags: list[Any] | None
) -> Result:
    submission.configuration_set = request.get("ConfigurationSetName")
    submission.tags = [(tag["Name"], tag["Value"]) for tag in tags or ()]
    submission.source_ip = account.source_ip
    return {"MessageId": send(account, submission)}


def _destination(destination: dict[str, list[str]]) -> tuple[list[str], list[str], list[str]]:
    """To, Cc, and all recipients."""
    to = destination.get("ToAddresses", [])
    cc = destination.get("CcAddresses", [])
    return to, cc, [*to, *cc, *destination.get("BccAddresses", [])]


def _text(content: dict[str, str]) -> Text:
    return Text(content["Data"], content.get("Charset") or DEFAULT_CHARSET)


def _simple(
    message: dict[str, Any], sender: str, to: list[str], cc: list[str], reply_to: list[str]
) -> Simple:
    body = message["Body"]
    return Simple(
        sender=sender,
        to=to,
        cc=cc,
        reply_to=reply_to,
        subject=_text(message["Subject"]),
        text=_text(body["Text"]) if "Text" in body else None,
        html=_text(body["Html"]) if "Html" in body else None,
        headers=_headers(message.get("Headers", ())),
        attachments=[_attachment(file) for file in message.get("Attachments", ())],
    )


def _headers(given: list[dict[str, str]]) -> list[tuple[str, str]]:
    if len(given) > MOST_HEADERS:
        raise _invalid(f"Number of headers exceeds the limit of {MOST_HEADERS}.")
    headers = [(header["Name"], header["Value"]) for header in given]
    for name, _ in headers:
        if name.lower() in RESERVED:
            raise _invalid(f"Header <{name}> is set by Amazon SES and cannot be given.")
    return headers


def _attachment(file: dict[str, Any]) -> Attachment:
    return Attachment(
        name=file["FileName"],
        type=file.get("ContentType") or DEFAULT_TYPE,
        data=file["RawContent"],
        inline=file.get("ContentDisposition") == "INLINE",
        content_id=file.get("ContentId"),
        description=file.get("ContentDescription"),
        encoding=ENCODINGS[file.get("ContentTransferEncoding", "BASE64")],
    )


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message)
