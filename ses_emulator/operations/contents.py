"""What the parts of a send request say, as the pipeline's content."""

from collections.abc import Sequence
from typing import Any

import orjson

from ses_emulator.mail.handlebars import is_simple, parse
from ses_emulator.mail.handlebars_tags import TemplateError
from ses_emulator.mail.message import MEBIBYTE, Attachment, Simple, Templated, Text
from ses_emulator.operations.refusals import invalid
from ses_emulator.operations.registry import Request
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Collection, Document

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
PARTS = ("Subject", "Text", "Html")
NO_SUBJECT = "The subject must be specified."


def destination(given: dict[str, list[str]]) -> tuple[list[str], list[str], list[str]]:
    """To, Cc, and all recipients."""
    to = given.get("ToAddresses", [])
    cc = given.get("CcAddresses", [])
    return to, cc, [*to, *cc, *given.get("BccAddresses", [])]


def sender_of(request: Request) -> str:
    """The From address of a request to v2. Raises AwsError."""
    sender: str = request.get("FromEmailAddress", "")
    if not sender:
        raise invalid("Source cannot be empty")
    return sender


def text(content: dict[str, str]) -> Text:
    """A text of a request."""
    return Text(content["Data"], content.get("Charset") or DEFAULT_CHARSET)


def simple(
    message: dict[str, Any], sender: str, to: list[str], cc: list[str], reply_to: list[str]
) -> Simple:
    """The Message of v1, or Content.Simple of v2. Raises AwsError."""
    body = message["Body"]
    return Simple(
        sender=sender,
        to=to,
        cc=cc,
        reply_to=reply_to,
        subject=text(message["Subject"]),
        text=text(body["Text"]) if "Text" in body else None,
        html=text(body["Html"]) if "Html" in body else None,
        headers=headers(message.get("Headers", ())),
        attachments=[attachment(file) for file in message.get("Attachments", ())],
    )


def templated(
    account: Account,
    template: dict[str, Any],
    sender: str,
    to: list[str],
    cc: list[str],
    reply_to: list[str],
) -> Templated:
    """Content.Template of v2, whose ``TemplateName`` and ``TemplateData`` v1 has, too.

    Raises Missing for an unknown template, AwsError.
    """
    name, content = _template(account, template)
    parts = {part: Text(content.get(part) or "", DEFAULT_CHARSET) for part in PARTS}
    return Templated(
        sender=sender,
        to=to,
        cc=cc,
        reply_to=reply_to,
        subject=parts["Subject"],
        text=parts["Text"] if parts["Text"].data else None,
        html=parts["Html"] if parts["Html"].data else None,
        headers=headers(template.get("Headers", ())),
        attachments=[attachment(file) for file in template.get("Attachments", ())],
        template=name,
        data=template_data(template.get("TemplateData")),
    )


def templates(account: Account) -> Collection:
    """The stored templates: documents with v2's ``TemplateContent``."""
    return account.collection("EmailTemplate")


def _template(account: Account, template: dict[str, Any]) -> tuple[str | None, Document]:
    """The name of a stored template, if it is one, and its ``TemplateContent``."""
    name = template.get("TemplateName")
    if name is None and "TemplateArn" in template:
        name = template["TemplateArn"].partition(":template/")[2]
    if name is not None:
        return name, templates(account).get(name)["TemplateContent"]
    if "TemplateContent" not in template:
        raise invalid("Template must have one of TemplateName, TemplateArn and TemplateContent.")
    content = template["TemplateContent"]
    if not content.get("Subject"):
        raise invalid(NO_SUBJECT)
    try:
        only_values = all(is_simple(parse(content.get(part) or "")) for part in PARTS)
    except TemplateError:
        only_values = False
    if not only_values:
        raise invalid("Template contains unsupported operations.")
    return None, content


def template_data(*given: str | None) -> dict[str, Any]:
    """What JSON objects say together, each over those before it. Raises AwsError."""
    data: dict[str, Any] = {}
    try:
        for text in given:
            if text is not None:
                data = _merged(data, orjson.loads(text))
    except (ValueError, RecursionError):
        raise invalid("The template data is invalid") from None
    return data


def _merged(data: dict[str, Any], over: Any) -> dict[str, Any]:
    """SES merges objects in objects, too; any other value takes the place of what was there."""
    if not isinstance(over, dict):
        raise ValueError
    merged = {**data, **over}
    for name in data.keys() & over.keys():
        if isinstance(data[name], dict) and isinstance(over[name], dict):
            merged[name] = _merged(data[name], over[name])
    return merged


def headers(
    given: Sequence[dict[str, str]], over: Sequence[dict[str, str]] = ()
) -> list[tuple[str, str]]:
    """Headers of v2's Headers, those of ``over`` in place of others by their names.

    Raises AwsError.
    """
    replaced = {header["Name"].lower() for header in over}
    kept = [header for header in given if header["Name"].lower() not in replaced]
    pairs = [(header["Name"], header["Value"]) for header in (*kept, *over)]
    if len(pairs) > MOST_HEADERS:
        raise invalid(f"Number of headers exceeds the limit of {MOST_HEADERS}.")
    for name, _ in pairs:
        if name.lower() in RESERVED:
            raise invalid(f"Header <{name}> is set by Amazon SES and cannot be given.")
    return pairs


def attachment(file: dict[str, Any]) -> Attachment:
    """A file of v2's Attachments."""
    return Attachment(
        name=file["FileName"],
        type=file.get("ContentType") or DEFAULT_TYPE,
        data=file["RawContent"],
        inline=file.get("ContentDisposition") == "INLINE",
        content_id=file.get("ContentId"),
        description=file.get("ContentDescription"),
        encoding=ENCODINGS[file.get("ContentTransferEncoding", "BASE64")],
    )
