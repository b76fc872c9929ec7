"""Sends of a template to one destination: what arrives, what is refused, what fails later."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import client, refused, running

Send = Callable[..., str]
TEMPLATE = {
    "TemplateName": "order",
    "SubjectPart": "Order {{number}}",
    "TextPart": "Dear {{customer.name}},",
    "HtmlPart": "<p>Dear {{customer.name}}{{#if gift}}, a gift{{/if}}</p>",
}
DATA = json.dumps({"number": 7, "customer": {"name": "Zoë & Co"}})


def send_v1(ses: Any, data: str = DATA, **arguments: Any) -> str:
    answer = ses.send_templated_email(
        **{
            "Source": "Shop <from@example.com>",
            "Destination": {"ToAddresses": ["to@example.com"], "BccAddresses": ["bcc@example.com"]},
            "Template": "order",
            "TemplateData": data,
        }
        | arguments
    )
    return str(answer["MessageId"])


def send_v2(ses: Any, data: str | None = DATA, **arguments: Any) -> str:
    template: dict[str, Any] = {"TemplateName": "order"}
    if data is not None:
        template["TemplateData"] = data
    return send_content(ses, template | arguments.pop("template", {}), **arguments)


def send_content(ses: Any, template: dict[str, Any], **arguments: Any) -> str:
    answer = ses.send_email(
        **{
            "FromEmailAddress": "Shop <from@example.com>",
            "Destination": {"ToAddresses": ["to@example.com"], "BccAddresses": ["bcc@example.com"]},
            "Content": {"Template": template},
        }
        | arguments
    )
    return str(answer["MessageId"])


BOTH = pytest.mark.parametrize(
    ("service", "send"), [("ses", send_v1), ("sesv2", send_v2)], ids=["v1", "v2"]
)


@BOTH
def test_what_arrives(ses_emulator: SesEmulator, service: str, send: Send) -> None:
    client(ses_emulator, "ses").create_template(Template=TEMPLATE)
    message = ses_emulator.message(send(client(ses_emulator, service)))
    assert message["status"] == "delivered"
    assert message["operation"] == ("SendTemplatedEmail" if service == "ses" else "SendEmail")
    assert message["from"] == "Shop <from@example.com>"
    assert message["subject"] == "Order 7"
    assert message["text"] == "Dear Zoë & Co,"
    assert message["html"] == "<p>Dear Zoë & Co</p>"
    assert message["envelope"]["rcpt_to"] == ["to@example.com", "bcc@example.com"]
    assert [event["type"] for event in message["events"]] == ["Send", "Delivery"]


@BOTH
def test_a_rendering_failure(ses_emulator: SesEmulator, service: str, send: Send) -> None:
    """The sender is answered an id; nobody gets anything."""
    client(ses_emulator, "ses").create_template(Template=TEMPLATE)
    ses = client(ses_emulator, service)
    id = send(ses, '{"number": 7}')
    message = ses_emulator.message(id)
    assert message["status"] == "rendering_failed"
    assert (message["subject"], message["text"] or "", message["html"]) == ("", "", None)
    names = [header["name"] for header in message["headers"]]
    assert names[:3] == ["From", "To", "MIME-Version"]
    assert "Subject" not in names and "Content-Type" not in names
    assert message["bcc"] == ["bcc@example.com"]
    send_event, failure = message["events"]
    assert (send_event["type"], send_event["detail"]) == ("Send", {})
    assert failure["type"] == "Rendering Failure"
    assert failure["recipients"] == ["to@example.com", "bcc@example.com"]
    assert failure["detail"] == {
        "errorMessage": "Attribute 'customer.name' is not present in the rendering data.",
        "templateName": "order",
    }
    [listed] = ses_emulator.messages(status="rendering_failed")
    assert listed["id"] == id
    assert ses_emulator.messages(status="delivered") == []


def test_names_and_tags_and_the_envelope(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    v1.create_template(Template=TEMPLATE)
    v1.create_configuration_set(ConfigurationSet={"Name": "main"})
    common: dict[str, Any] = {
        "ReplyToAddresses": ["reply@example.com"],
        "ConfigurationSetName": "main",
    }
    tags = [{"Name": "stage", "Value": "test"}]
    ids = [
        send_v1(v1, ReturnPath="back@example.com", Tags=tags, **common),
        send_v2(v2, FeedbackForwardingEmailAddress="back@example.com", EmailTags=tags, **common),
    ]
    for id in ids:
        message = ses_emulator.message(id)
        headers = {header["name"]: header["value"] for header in message["headers"]}
        assert headers["Reply-To"] == "reply@example.com"
        assert message["envelope"]["mail_from"] == "back@example.com"
        assert message["tags"] == {"stage": "test"}
        assert message["configuration_set"] == "main"


def test_headers_and_attachments(ses_emulator: SesEmulator) -> None:
    client(ses_emulator, "ses").create_template(Template=TEMPLATE)
    extra = {
        "Headers": [{"Name": "X-Shop", "Value": "yes"}],
        "Attachments": [{"FileName": "bill.txt", "RawContent": b"due"}],
    }
    ses = client(ses_emulator, "sesv2")
    message = ses_emulator.message(send_v2(ses, template=extra))
    assert {"name": "X-Shop", "value": "yes"} in message["headers"]
    assert [each["name"] for each in message["attachments"]] == ["bill.txt"]
    failed = ses_emulator.message(send_v2(ses, "{}", template=extra))
    assert {"name": "X-Shop", "value": "yes"} in failed["headers"]
    assert failed["attachments"] == []
    extra["Headers"] = [{"Name": "Subject", "Value": "no"}]
    assert refused(send_v2, ses, template=extra)[2] == (
        "Header <Subject> is set by Amazon SES and cannot be given."
    )


def test_only_html_or_only_text(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    parts = {"TextPart": "{{a}}", "HtmlPart": ""}
    v1.create_template(Template={"TemplateName": "text", "SubjectPart": "S", **parts})
    v1.create_template(Template={"TemplateName": "html", "SubjectPart": "S", "HtmlPart": "{{a}}"})
    for kind, other in (("text", "html"), ("html", "text")):
        message = ses_emulator.message(send_v2(v2, '{"a": 1}', template={"TemplateName": kind}))
        assert (message[kind], message[other]) == ("1", None)


def test_a_template_by_its_arn(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    v1.create_template(Template=TEMPLATE)
    arn = "arn:aws:ses:us-east-1:000000000000:template/"
    id = send_content(v2, {"TemplateArn": f"{arn}order", "TemplateData": DATA})
    assert ses_emulator.message(id)["subject"] == "Order 7"
    send_v1(v1, TemplateArn=f"{arn}order")
    assert refused(send_content, v2, {"TemplateArn": f"{arn}nope", "TemplateData": DATA}) == (
        "NotFoundException",
        404,
        "Template nope does not exist.",
    )


def test_a_template_in_the_request(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    content = {"Subject": "Hi {{name}}", "Text": "{{ name }} {{last_name}} {{ses:openTracker}}"}
    data = json.dumps({"name": "Ada", "last_name": "Byron"})
    template = {"TemplateContent": content, "TemplateData": data}
    message = ses_emulator.message(send_content(ses, template))
    assert message["subject"] == "Hi Ada"
    assert message["text"] == "Ada Byron {{ses:openTracker}}"
    failed = ses_emulator.message(send_content(ses, {"TemplateContent": content}))
    assert failed["status"] == "rendering_failed"
    assert failed["events"][1]["detail"] == {
        "errorMessage": "Attribute 'name' is not present in the rendering data."
    }


@pytest.mark.parametrize(
    "text",
    ["{{#if a}}{{a}}{{/if}}", "{{a.b}}", "{{#each a}}{{/each}}", "{{a b}}", "{{a", "{{#if a}}"],
)
def test_a_template_in_the_request_is_simple(ses_emulator: SesEmulator, text: str) -> None:
    ses = client(ses_emulator, "sesv2")
    template = {"TemplateContent": {"Subject": "S", "Html": text}, "TemplateData": "{}"}
    assert refused(send_content, ses, template) == (
        "BadRequestException",
        400,
        "Template contains unsupported operations.",
    )


def test_refusals_of_v2(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    client(ses_emulator, "ses").create_template(Template=TEMPLATE)
    for template, words in (
        ({}, "Template must have one of TemplateName, TemplateArn and TemplateContent."),
        ({"TemplateContent": {"Text": "T"}}, "The subject must be specified."),
    ):
        assert refused(send_content, ses, template) == ("BadRequestException", 400, words)
    assert refused(send_v2, ses, FromEmailAddress="") == (
        "BadRequestException",
        400,
        "Source cannot be empty",
    )


@BOTH
@pytest.mark.parametrize("data", ["", "no JSON", "[1]", '{"a": {"b": ' * 2000])
def test_data_that_is_none(ses_emulator: SesEmulator, service: str, send: Send, data: str) -> None:
    client(ses_emulator, "ses").create_template(Template=TEMPLATE)
    code = "InvalidParameterValue" if service == "ses" else "BadRequestException"
    assert refused(send, client(ses_emulator, service), data) == (
        code,
        400,
        "The template data is invalid",
    )
    assert ses_emulator.messages() == []


@BOTH
def test_an_unknown_template(ses_emulator: SesEmulator, service: str, send: Send) -> None:
    code = ("TemplateDoesNotExist", 400) if service == "ses" else ("NotFoundException", 404)
    ses = client(ses_emulator, service)
    assert refused(send, ses) == (*code, "Template order does not exist.")


@BOTH
def test_without_data(ses_emulator: SesEmulator, service: str, send: Send) -> None:
    client(ses_emulator, "ses").create_template(
        Template={"TemplateName": "order", "SubjectPart": "S", "TextPart": "T"}
    )
    data = "{}" if service == "ses" else None
    id = send(client(ses_emulator, service), data)
    assert ses_emulator.message(id)["status"] == "delivered"


@BOTH
def test_the_checks_of_every_send(service: str, send: Send) -> None:
    with running(account="production") as emulator:
        ses = client(emulator, service)
        client(emulator, "ses").create_template(Template=TEMPLATE)
        assert refused(send, ses) == (
            "MessageRejected",
            400,
            "Email address is not verified. The following identities failed the check in region"
            " US-EAST-1: from@example.com",
        )
        client(emulator, "ses").verify_email_identity(EmailAddress="from@example.com")
        send(ses)
        assert refused(send, ses, Destination={"ToAddresses": ["nobody"]})[2] == (
            "Missing final '@domain'"
        )
        assert refused(send, ses, ConfigurationSetName="nope")[2] == (
            "Configuration set <nope> does not exist."
        )


@BOTH
def test_a_rendered_message_that_is_too_long(
    ses_emulator: SesEmulator, service: str, send: Send
) -> None:
    text = "{{a}}" * 60
    client(ses_emulator, "ses").create_template(Template={**TEMPLATE, "HtmlPart": text})
    data = json.dumps({"number": 1, "customer": {"name": "x"}, "a": "a" * 200_000})
    ses = client(ses_emulator, service)
    if service == "ses":  # 12 MB of the 10 MB that v1 lets in
        code, status, words = refused(send, ses, data)
        assert (code, status) == ("InvalidParameterValue", 400)
        assert words.startswith("Message length is more than 10485760 bytes long: '")
    else:
        assert ses_emulator.message(send(ses, data))["status"] == "delivered"
