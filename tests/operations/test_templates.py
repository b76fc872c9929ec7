"""Email templates: one state for both APIs, what is refused, and what a rendering looks like."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import Clock, client, refused, running

V1 = {"TemplateName": "hello", "SubjectPart": "Hi {{name}}", "TextPart": "T", "HtmlPart": "<p>H"}
CONTENT = {"Subject": "Hi {{name}}", "Text": "T", "Html": "<p>H"}


def names(ses: Any, **arguments: Any) -> list[str]:
    return [
        each["TemplateName"] for each in ses.list_email_templates(**arguments)["TemplatesMetadata"]
    ]


def test_lifecycle_in_v2() -> None:
    clock = Clock()
    with running(clock) as emulator:
        ses = client(emulator, "sesv2")
        tags = [{"Key": "team", "Value": "mail"}]
        ses.create_email_template(TemplateName="hello", TemplateContent=CONTENT, Tags=tags)
        got = ses.get_email_template(TemplateName="hello")
        del got["ResponseMetadata"]
        assert got == {"TemplateName": "hello", "TemplateContent": CONTENT, "Tags": tags}
        clock.now += 60
        ses.update_email_template(TemplateName="hello", TemplateContent={"Subject": "New"})
        got = ses.get_email_template(TemplateName="hello")
        assert got["TemplateContent"] == {"Subject": "New"}
        assert got["Tags"] == tags
        [listed] = ses.list_email_templates()["TemplatesMetadata"]
        assert listed["TemplateName"] == "hello"
        assert listed["CreatedTimestamp"].timestamp() == clock.now - 60
        ses.delete_email_template(TemplateName="hello")
        assert names(ses) == []


def test_one_state_for_both_apis(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    v1.create_template(Template=V1)
    assert v2.get_email_template(TemplateName="hello")["TemplateContent"] == CONTENT
    v2.update_email_template(TemplateName="hello", TemplateContent={"Subject": "S", "Html": "H"})
    assert v1.get_template(TemplateName="hello")["Template"] == {
        "TemplateName": "hello",
        "SubjectPart": "S",
        "HtmlPart": "H",
    }
    v1.update_template(Template=V1)
    assert v2.get_email_template(TemplateName="hello")["TemplateContent"] == CONTENT
    [listed] = v1.list_templates()["TemplatesMetadata"]
    assert listed["Name"] == "hello" and listed["CreatedTimestamp"]
    v1.delete_template(TemplateName="hello")
    assert names(v2) == []


def test_accounts_and_regions_have_templates_of_their_own(ses_emulator: SesEmulator) -> None:
    client(ses_emulator, "ses").create_template(Template=V1)
    assert names(client(ses_emulator, "sesv2", region="eu-west-1")) == []
    assert names(client(ses_emulator, "sesv2", key="111122223333")) == []


def test_lists_page(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    for number in range(12):
        v2.create_email_template(TemplateName=f"t{number:02}", TemplateContent={"Subject": "S"})
    first = v1.list_templates()
    assert len(first["TemplatesMetadata"]) == 10
    rest = v1.list_templates(NextToken=first["NextToken"])
    assert [each["Name"] for each in rest["TemplatesMetadata"]] == ["t10", "t11"]
    assert "NextToken" not in rest
    assert len(names(v2)) == 10
    assert len(names(v2, PageSize=500)) == 12
    page = v2.list_email_templates(PageSize=5)
    assert names(v2, PageSize=5, NextToken=page["NextToken"])[0] == "t05"


def test_exists_already(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2", key="111122223333")
    v1.create_template(Template=V1)
    words = "Template hello already exists for account id 000000000000"
    assert refused(v1.create_template, Template=V1) == ("AlreadyExists", 400, words)
    with pytest.raises(v1.exceptions.AlreadyExistsException) as caught:
        v1.create_template(Template=V1)
    assert caught.value.response["Name"] == "hello"
    v2.create_email_template(TemplateName="hello", TemplateContent=CONTENT)
    assert refused(v2.create_email_template, TemplateName="hello", TemplateContent=CONTENT) == (
        "AlreadyExistsException",
        400,
        "Template hello already exists for account id 111122223333",
    )


def test_does_not_exist(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    words = "Template hello does not exist."
    for call, arguments in (
        (v1.get_template, {"TemplateName": "hello"}),
        (v1.update_template, {"Template": V1}),
        (v1.test_render_template, {"TemplateName": "hello", "TemplateData": "{}"}),
    ):
        assert refused(call, **arguments) == ("TemplateDoesNotExist", 400, words)
    for call, arguments in (
        (v2.get_email_template, {}),
        (v2.update_email_template, {"TemplateContent": CONTENT}),
        (v2.delete_email_template, {}),
        (v2.test_render_email_template, {"TemplateData": "{}"}),
    ):
        assert refused(call, TemplateName="hello", **arguments) == ("NotFoundException", 404, words)
    v1.delete_template(TemplateName="hello")  # succeeds


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ({}, "InvalidParameterValue", "The subject must be specified."),
        ({"Subject": ""}, "InvalidParameterValue", "The subject must be specified."),
        (
            {"Subject": "S", "Html": "<p>\n{{#if a}}"},
            "InvalidTemplate",
            "Template <hello> is invalid: Html, line 2, column 1: {{#if a}} is not closed",
        ),
        (
            {"Subject": "S", "Text": "{{> footer}}"},
            "InvalidTemplate",
            "Template <hello> is invalid: Text, line 1, column 1: there is no partial footer",
        ),
        (
            {"Subject": "S", "Html": "{{ses:openTracker}}<p>a</p>{{ses:openTracker}}"},
            "InvalidParameterValue",
            "The template must not have more than one {{ses:openTracker}}.",
        ),
        (
            {"Subject": "S", "Text": "a" * 256_000, "Html": "b" * 256_000},
            "LimitExceeded",
            "Template size exceeds the limit of 512000 bytes.",
        ),
    ],
)
def test_what_is_no_template(
    ses_emulator: SesEmulator, content: dict[str, str], code: str, words: str
) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    v1_content = {"TemplateName": "hello", **{f"{k}Part": v for k, v in content.items()}}
    v2_code = {"LimitExceeded": "LimitExceededException"}.get(code, "BadRequestException")
    for _ in ("created", "updated"):
        assert refused(v1.create_template, Template=v1_content) == (code, 400, words)
        request = {"TemplateName": "hello", "TemplateContent": content}
        assert refused(v2.create_email_template, **request) == (v2_code, 400, words)
    v1.create_template(Template=V1)
    assert refused(v1.update_template, Template=v1_content) == (code, 400, words)
    assert refused(v2.update_email_template, **request) == (v2_code, 400, words)
    assert v1.get_template(TemplateName="hello")["Template"] == V1


def test_a_name_must_be_there(ses_emulator: SesEmulator) -> None:
    v1 = client(ses_emulator, "ses")
    assert refused(v1.create_template, Template={**V1, "TemplateName": ""}) == (
        "InvalidParameterValue",
        400,
        "The template name must be specified.",
    )


def test_rendering(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    v1.create_template(
        Template={
            "TemplateName": "order",
            "SubjectPart": "Order {{number}}",
            "TextPart": "{{#each lines}}{{count}} {{item}}\n{{/each}}",
            "HtmlPart": "<p>{{who}}</p>",
        }
    )
    data = {"number": 7, "who": "<b>Zoë</b>", "lines": [{"count": 2, "item": "tea"}]}
    first = v1.test_render_template(TemplateName="order", TemplateData=json.dumps(data))
    text = first["RenderedTemplate"]
    head, _, body = text.partition("\r\n\r\n")
    assert [line.partition(":")[0] for line in head.split("\r\n")] == [
        "Subject",
        "MIME-Version",
        "Content-Type",
        '\tboundary="' + text.partition('boundary="')[2].partition('"')[0] + '"',
        "Date",
    ]
    assert "Subject: Order 7\r\n" in head
    assert "2 tea\r\n" in body
    assert "<p><b>Zo=C3=AB</b></p>" in body
    second = v2.test_render_email_template(TemplateName="order", TemplateData=json.dumps(data))
    assert "Subject: Order 7\r\n" in second["RenderedTemplate"]
    assert ses_emulator.messages() == []


def check_refused_rendering(v1: Any, v2: Any, data: str, code: str, words: str) -> None:
    """Both APIs refuse these data for the template; ``code`` is v1's."""
    arguments = {"TemplateName": "hello", "TemplateData": data}
    assert refused(v1.test_render_template, **arguments) == (code, 400, words)
    assert refused(v2.test_render_email_template, **arguments) == (
        "BadRequestException",
        400,
        words,
    )


def test_what_a_rendering_lacks(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    v1.create_template(Template=V1)
    words = "Attribute 'name' is not present in the rendering data."
    for data in ("{}", '{"name": null}'):
        check_refused_rendering(v1, v2, data, "MissingRenderingAttribute", words)
    with pytest.raises(v1.exceptions.MissingRenderingAttributeException) as caught:
        v1.test_render_template(TemplateName="hello", TemplateData="{}")
    assert caught.value.response["TemplateName"] == "hello"


@pytest.mark.parametrize("data", ["", "no JSON", "[]", '"name"', "[" * 100_000, '{"name": NaN}'])
def test_data_that_is_none(ses_emulator: SesEmulator, data: str) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    v1.create_template(Template=V1)
    words = "Template rendering data is invalid"
    check_refused_rendering(v1, v2, data, "InvalidRenderingParameter", words)


def test_data_with_odd_characters(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    v1.create_template(Template={**V1, "TextPart": "[{{name}}]"})
    for text in ("a\r\nBcc: b", "\0\1\x1f", "\u2028\U0001f600", "\ufffe"):
        arguments = {"TemplateName": "hello", "TemplateData": json.dumps({"name": text})}
        for render in (v1.test_render_template, v2.test_render_email_template):
            head = render(**arguments)["RenderedTemplate"].partition("\r\n\r\n")[0]
            assert head.startswith("Subject: ")
            assert "Bcc: b" not in head.split("\r\n")


def test_rendering_counts_for_nothing(ses_emulator: SesEmulator) -> None:
    v1 = client(ses_emulator, "ses")
    v1.create_template(Template=V1)
    v1.test_render_template(TemplateName="hello", TemplateData='{"name": "Ada"}')
    assert v1.get_send_quota()["SentLast24Hours"] == 0
