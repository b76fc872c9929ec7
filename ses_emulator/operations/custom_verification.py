"""Custom verification email templates, and the mails that are made of them."""

import re
from html import escape

from ses_emulator.errors import AwsError
from ses_emulator.mail import addresses
from ses_emulator.mail.identities import is_verified
from ses_emulator.mail.message import MEBIBYTE, Simple, Submission, Text
from ses_emulator.mail.pipeline import send
from ses_emulator.mail.profile import profile_of
from ses_emulator.mail.verification import link, templates
from ses_emulator.operations.contents import DEFAULT_CHARSET
from ses_emulator.operations.identities import add_address
from ses_emulator.operations.paging import page
from ses_emulator.operations.registry import Request, Result, v1, v2
from ses_emulator.operations.tags import check_tags
from ses_emulator.store.account import Account

MOST_TEMPLATES = 50
LARGEST_PAGE = 50
LARGEST = 10 * MEBIBYTE
# The standard library's parser takes quadratic time for a broken page of this size.
START_TAG = re.compile(r"""<([A-Za-z][^\s/<>]*+)((?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)>""")
ATTRIBUTE = re.compile(r"""([^\s=/"']++)(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'=]++))?""")
BODY_END = re.compile(r"</body\b", re.IGNORECASE)
# What SES puts behind the template, with a link for each recipient; in words of our own. Source:
# the guide, "Using custom verification email templates", Q2 and Q10.
ADDED = """
<p><a href="{link}">{link}</a></p>
<p>If you did not ask for this, ignore this message: without the link your address is not verified.
Questions and concerns can be sent to
<a href="mailto:ses-enforcement@amazon.com">this address</a>.</p>
"""
# What the HTML of a template may have. Source: the guide, "Using custom verification email
# templates", Q5; every tag has these attributes.
ATTRIBUTES = frozenset(("class", "id", "style", "title"))
TAGS = {
    **dict.fromkeys(
        "abbr acronym address area b bdo big body br button caption center cite code dd del dfn dir"
        " div dl dt em fieldset font form h1 h2 h3 h4 h5 h6 head hr html i input ins kbd label"
        " legend li map menu optgroup option p pre s samp select small span strike strong sub sup"
        " tbody textarea tfoot thead tr tt u var".split(),
        ATTRIBUTES,
    ),
    "blockquote": ATTRIBUTES | {"cite"},
    "col": ATTRIBUTES | {"span", "width"},
    "colgroup": ATTRIBUTES | {"span", "width"},
    "img": ATTRIBUTES | {"align", "alt", "height", "src", "width"},
    "ol": ATTRIBUTES | {"start", "type"},
    "q": ATTRIBUTES | {"cite"},
    "table": ATTRIBUTES | {"summary", "width"},
    "td": ATTRIBUTES | {"abbr", "axis", "colspan", "rowspan", "width"},
    "th": ATTRIBUTES | {"abbr", "axis", "colspan", "rowspan", "scope", "width"},
    "ul": ATTRIBUTES | {"type"},
}


@v1("CreateCustomVerificationEmailTemplate")
@v2("CreateCustomVerificationEmailTemplate")
def create_custom_verification_email_template(account: Account, request: Request) -> None:
    check_tags(request.get("Tags", []))
    _check(account, request)
    collection = templates(account)
    if collection.count() >= MOST_TEMPLATES:
        raise AwsError(
            "LimitExceeded",
            f"An account cannot have more than {MOST_TEMPLATES} custom verification email"
            " templates.",
        )
    collection.create(request["TemplateName"], {"Tags": [], **request})


@v1("GetCustomVerificationEmailTemplate")
@v2("GetCustomVerificationEmailTemplate")
def get_custom_verification_email_template(account: Account, request: Request) -> Result:
    return templates(account).get(request["TemplateName"])


@v1("ListCustomVerificationEmailTemplates")
@v2("ListCustomVerificationEmailTemplates")
def list_custom_verification_email_templates(account: Account, request: Request) -> Result:
    return page(
        templates(account),
        request,
        "CustomVerificationEmailTemplates",
        lambda name, document: document,
        default=LARGEST_PAGE,
    )


@v1("UpdateCustomVerificationEmailTemplate")
@v2("UpdateCustomVerificationEmailTemplate")
def update_custom_verification_email_template(account: Account, request: Request) -> None:
    templates(account).get(request["TemplateName"])
    _check(account, request)
    templates(account).update(request["TemplateName"], **request)


@v1("DeleteCustomVerificationEmailTemplate")
def delete_custom_verification_email_template_v1(account: Account, request: Request) -> None:
    templates(account).discard(request["TemplateName"])


@v2("DeleteCustomVerificationEmailTemplate")
def delete_custom_verification_email_template(account: Account, request: Request) -> None:
    templates(account).delete(request["TemplateName"])


@v1("SendCustomVerificationEmail")
def send_custom_verification_email_v1(account: Account, request: Request) -> Result:
    return _send(account, request, "v1")


@v2("SendCustomVerificationEmail")
def send_custom_verification_email(account: Account, request: Request) -> Result:
    return _send(account, request, "v2")


def _send(account: Account, request: Request, api: str) -> Result:
    template = templates(account).get(request["TemplateName"])
    if not profile_of(account).production:
        raise AwsError(
            "ProductionAccessNotGranted",
            "Custom verification emails need production access, which this account does not have.",
        )
    sender = template["FromEmailAddress"]
    _check_sender(account, sender)
    address = request["EmailAddress"]
    name = add_address(account, address)
    content = Simple(
        sender=sender,
        to=[address],
        cc=[],
        reply_to=[],
        subject=Text(template["TemplateSubject"], DEFAULT_CHARSET),
        text=None,
        html=Text(
            _with_link(template["TemplateContent"], link(account, name, template["TemplateName"])),
            DEFAULT_CHARSET,
        ),
    )
    submission = Submission(
        api=api,
        operation="SendCustomVerificationEmail",
        content=content,
        mail_from=sender,
        recipients=[address],
        limit=LARGEST,
        configuration_set=request.get("ConfigurationSetName"),
        source_ip=account.source_ip,
    )
    return {"MessageId": send(account, submission)}


def _with_link(content: str, link: str) -> str:
    """The content of a template with the link at its end."""
    added = ADDED.format(link=escape(link))
    end = [found.start() for found in BODY_END.finditer(content)][-1:] or [len(content)]
    return content[: end[0]] + added + content[end[0] :]


def _check(account: Account, template: Request) -> None:
    """Raise AwsError unless this can be a template, or a change of one."""
    if "FromEmailAddress" in template:
        _check_sender(account, template["FromEmailAddress"])
    content = template.get("TemplateContent", "")
    if len(content.encode()) > LARGEST:
        raise _invalid(f"The content exceeds {LARGEST} bytes.")
    for tag, attributes in START_TAG.findall(content):
        allowed = TAGS.get(tag.lower())
        if allowed is None:
            raise _invalid(f"The tag <{tag}> is not allowed.")
        for name in ATTRIBUTE.findall(attributes):
            if name.lower() not in allowed:
                raise _invalid(f"The attribute {name} of the tag <{tag}> is not allowed.")


def _check_sender(account: Account, sender: str) -> None:
    """Raise AwsError ``FromEmailAddressNotVerified`` where senders must be verified."""
    spec = addresses.parse(sender).spec
    if profile_of(account).senders_verified and not is_verified(account, spec):
        raise AwsError(
            "FromEmailAddressNotVerified",
            f"The address <{spec}> is not verified.",
            FromEmailAddress=sender,
        )


def _invalid(message: str) -> AwsError:
    return AwsError("CustomVerificationEmailInvalidContent", message)
