"""Email templates: documents with v2's ``TemplateContent``, of which v1 has its own view."""

from typing import Any

from ses_emulator.errors import AwsError
from ses_emulator.mail.compose import Stamp, compose
from ses_emulator.mail.handlebars import parse
from ses_emulator.mail.handlebars_tags import TemplateError
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.mail.render import render
from ses_emulator.mail.tracking import OPEN_TRACKER
from ses_emulator.operations.contents import (
    NO_SUBJECT,
    PARTS,
    template_data,
    templated,
    templates,
)
from ses_emulator.operations.paging import page
from ses_emulator.operations.refusals import check_limit, invalid
from ses_emulator.operations.registry import Request, Result, v1, v2
from ses_emulator.operations.tags import check_tags
from ses_emulator.operations.tenants import check_unassociated
from ses_emulator.store.account import Account

# Source: the guide, "Using templates to send personalized email with the Amazon SES API".
LARGEST = 500 * 1024
MOST_TEMPLATES = 20_000
# Source: the API reference, "ListTemplates".
USUAL_PAGE = 10
LARGEST_PAGE = 100
V1_PARTS = {"Subject": "SubjectPart", "Text": "TextPart", "Html": "HtmlPart"}
# Not of a message that nobody sends.
UNSENT = frozenset(("feedback-id", "from", "message-id", "x-ses-outgoing"))


@v2("CreateEmailTemplate")
def create_email_template(account: Account, request: Request) -> None:
    name = request["TemplateName"]
    check_tags(request.get("Tags", []))
    _check(name, request["TemplateContent"])
    if templates(account).find(name) is not None:
        message = f"Template {name} already exists for account id {account.id}"
        raise AwsError("AlreadyExists", message, Name=name)
    templates(account).put(name, {"Tags": [], "CreatedTimestamp": account.now(), **request})
    check_limit(
        templates(account),
        MOST_TEMPLATES,
        f"Number of email templates exceeds the limit of {MOST_TEMPLATES}.",
    )


@v1("CreateTemplate")
def create_template(account: Account, request: Request) -> None:
    create_email_template(account, _from_v1(request["Template"]))


@v2("GetEmailTemplate")
def get_email_template(account: Account, request: Request) -> Result:
    return templates(account).get(request["TemplateName"])


@v1("GetTemplate")
def get_template(account: Account, request: Request) -> Result:
    document = templates(account).get(request["TemplateName"])
    parts = {v1_name: document["TemplateContent"].get(part) for part, v1_name in V1_PARTS.items()}
    return {"Template": {"TemplateName": document["TemplateName"], **parts}}


@v2("UpdateEmailTemplate")
def update_email_template(account: Account, request: Request) -> None:
    name, content = request["TemplateName"], request["TemplateContent"]
    templates(account).get(name)
    _check(name, content)
    templates(account).update(name, TemplateContent=content)


@v1("UpdateTemplate")
def update_template(account: Account, request: Request) -> None:
    update_email_template(account, _from_v1(request["Template"]))


@v2("DeleteEmailTemplate")
def delete_email_template(account: Account, request: Request) -> None:
    name = request["TemplateName"]
    check_unassociated(account, f"template/{name}")
    templates(account).delete(name)


@v1("DeleteTemplate")
def delete_template(account: Account, request: Request) -> None:
    name = request["TemplateName"]
    check_unassociated(account, f"template/{name}")
    templates(account).discard(name)


@v2("ListEmailTemplates")
def list_email_templates(account: Account, request: Request) -> Result:
    return _list(account, request, "PageSize", "TemplateName")


@v1("ListTemplates")
def list_templates(account: Account, request: Request) -> Result:
    return _list(account, request, "MaxItems", "Name")


def _list(account: Account, request: Request, size: str, name_member: str) -> Result:
    clipped = {**request, size: min(request.get(size) or USUAL_PAGE, LARGEST_PAGE)}
    return page(
        templates(account),
        clipped,
        "TemplatesMetadata",
        lambda name, document: {
            name_member: name,
            "CreatedTimestamp": document["CreatedTimestamp"],
        },
        default=LARGEST_PAGE,
    )


@v1("TestRenderTemplate")
@v2("TestRenderEmailTemplate")
def test_render_template(account: Account, request: Request) -> Result:
    name = request["TemplateName"]
    content = templated(account, {"TemplateName": name}, "", [], [], [])
    try:
        content.data = template_data(request["TemplateData"])
    except AwsError:
        message = "Template rendering data is invalid"
        raise AwsError("InvalidRenderingParameter", message, TemplateName=name) from None
    now = account.now()
    composed = compose(render(content), Stamp(account.new_message_id(now), account.region, now))
    block = HeaderBlock(composed.raw)
    block.remove(UNSENT)
    return {"RenderedTemplate": block.to_bytes().decode()}


def _from_v1(template: dict[str, Any]) -> Request:
    """CreateTemplate's Template as CreateEmailTemplate's request."""
    content = {part: template[name] for part, name in V1_PARTS.items() if name in template}
    return {"TemplateName": template["TemplateName"], "TemplateContent": content}


def _check(name: str, content: dict[str, str]) -> None:
    """Raise AwsError unless this can be a template."""
    if not name:
        raise invalid("The template name must be specified.")
    if not content.get("Subject"):
        raise invalid(NO_SUBJECT)
    # Source: the guide, "Configuring custom domains to handle open and click tracking".
    if sum(part.count(OPEN_TRACKER) for part in content.values()) > 1:
        raise invalid(f"The template must not have more than one {OPEN_TRACKER}.")
    if sum(len(part.encode()) for part in content.values()) > LARGEST:
        raise AwsError("LimitExceeded", f"Template size exceeds the limit of {LARGEST} bytes.")
    for part in PARTS:
        try:
            parse(content.get(part, ""))
        except TemplateError as error:
            message = f"Template <{name}> is invalid: {part}, {error}"
            raise AwsError("InvalidTemplate", message, TemplateName=name) from None
