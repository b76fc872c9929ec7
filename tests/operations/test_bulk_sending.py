"""Sends of a template to many destinations: each gets its own message and its own status."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import client, refused, running

Bulk = Callable[..., list[dict[str, Any]]]
TEMPLATE = {
    "TemplateName": "note",
    "SubjectPart": "For {{who.name}}",
    "TextPart": "{{who.greeting}} {{who.name}} {{#each list}}{{this}}{{/each}}",
}
DEFAULTS = {"who": {"name": "friend", "greeting": "Dear"}, "list": [1, 2, 3]}


def entry(
    to: str, data: Any = None, tags: dict[str, str] | None = None, **more: Any
) -> dict[str, Any]:
    """A destination as both helpers below take it."""
    return {"to": to, "data": data, "tags": tags, **more}


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in tags.items()]


def text_of(data: Any) -> str:
    return data if isinstance(data, str) else json.dumps(data)


def send_v1(ses: Any, *entries: dict[str, Any], **arguments: Any) -> list[dict[str, Any]]:
    destinations = []
    for each in entries:
        destination: dict[str, Any] = {"Destination": {"ToAddresses": [each["to"]]}}
        if each["data"] is not None:
            destination["ReplacementTemplateData"] = text_of(each["data"])
        if each["tags"]:
            destination["ReplacementTags"] = tag_list(each["tags"])
        destinations.append(destination)
    defaults = text_of(arguments.pop("defaults", DEFAULTS))
    tags = tag_list(arguments.pop("tags", {}))
    answer = ses.send_bulk_templated_email(
        **{
            "Source": "from@example.com",
            "Template": "note",
            "DefaultTemplateData": defaults,
            "DefaultTags": tags,
            "Destinations": destinations,
        }
        | arguments
    )
    return list(answer["Status"])


def send_v2(ses: Any, *entries: dict[str, Any], **arguments: Any) -> list[dict[str, Any]]:
    bulk = []
    for each in entries:
        destination: dict[str, Any] = {"Destination": {"ToAddresses": [each["to"]]}}
        if each["data"] is not None:
            template = {"ReplacementTemplateData": text_of(each["data"])}
            destination["ReplacementEmailContent"] = {"ReplacementTemplate": template}
        if each["tags"]:
            destination["ReplacementTags"] = tag_list(each["tags"])
        if "headers" in each:
            destination["ReplacementHeaders"] = tag_list(each["headers"])
        bulk.append(destination)
    data = text_of(arguments.pop("defaults", DEFAULTS))
    template = {"TemplateName": "note", "TemplateData": data} | arguments.pop("template", {})
    answer = ses.send_bulk_email(
        **{
            "FromEmailAddress": arguments.pop("Source", "from@example.com"),
            "DefaultEmailTags": tag_list(arguments.pop("tags", {})),
            "DefaultContent": {"Template": template},
            "BulkEmailEntries": bulk,
        }
        | arguments
    )
    return list(answer["BulkEmailEntryResults"])


BOTH = pytest.mark.parametrize(
    ("service", "send"), [("ses", send_v1), ("sesv2", send_v2)], ids=["v1", "v2"]
)
INVALID = {"ses": "InvalidParameterValue", "sesv2": "INVALID_PARAMETER"}
REFUSED = {"ses": "InvalidParameterValue", "sesv2": "BadRequestException"}


@BOTH
def test_each_gets_its_own_message(ses_emulator: SesEmulator, service: str, send: Bulk) -> None:
    """Data is merged into the default data, objects in objects, too; lists take their place."""
    client(ses_emulator, "ses").create_template(Template=TEMPLATE)
    results = send(
        client(ses_emulator, service),
        entry("a@example.com", {"who": {"name": "Ada"}}),
        entry("b@example.com", {"list": [9]}),
        entry("c@example.com", {}),
        entry("d@example.com"),
    )
    assert [each["Status"] for each in results] == [
        "Success" if service == "ses" else "SUCCESS"
    ] * 4
    assert all("Error" not in each for each in results)
    messages = [ses_emulator.message(each["MessageId"]) for each in results]
    assert [(each["to"], each["subject"], each["text"]) for each in messages] == [
        (["a@example.com"], "For Ada", "Dear Ada 123"),
        (["b@example.com"], "For friend", "Dear friend 9"),
        (["c@example.com"], "For friend", "Dear friend 123"),
        (["d@example.com"], "For friend", "Dear friend 123"),
    ]
    operation = "SendBulkTemplatedEmail" if service == "ses" else "SendBulkEmail"
    assert {each["operation"] for each in messages} == {operation}


@BOTH
def test_tags(ses_emulator: SesEmulator, service: str, send: Bulk) -> None:
    client(ses_emulator, "ses").create_template(Template=TEMPLATE)
    results = send(
        client(ses_emulator, service),
        entry("a@example.com", tags={"stage": "own", "more": "1"}),
        entry("b@example.com"),
        tags={"stage": "default", "all": "yes"},
    )
    assert [ses_emulator.message(each["MessageId"])["tags"] for each in results] == [
        {"stage": "own", "all": "yes", "more": "1"},
        {"stage": "default", "all": "yes"},
    ]


@BOTH
def test_each_has_its_own_status(ses_emulator: SesEmulator, service: str, send: Bulk) -> None:
    client(ses_emulator, "ses").create_template(Template=TEMPLATE)
    results = send(
        client(ses_emulator, service),
        entry("nobody"),
        entry("b@example.com", "no JSON"),
        entry("c@example.com", tags={"a b": "c"}),
        entry("d@example.com", {"who": {"name": None}}),
        entry("e@example.com"),
    )
    assert [(each["Status"], each.get("Error")) for each in results[:3]] == [
        (INVALID[service], "Missing final '@domain'"),
        (INVALID[service], "The template data is invalid"),
        (
            INVALID[service],
            "Invalid tag name <a b>: only alphanumeric ASCII characters, '_',  '-' are allowed.",
        ),
    ]
    assert all("MessageId" not in each for each in results[:3])
    statuses = [ses_emulator.message(each["MessageId"])["status"] for each in results[3:]]
    assert statuses == ["rendering_failed", "delivered"]
    assert len(ses_emulator.messages()) == 2


@BOTH
def test_what_concerns_all_is_refused(ses_emulator: SesEmulator, service: str, send: Bulk) -> None:
    ses, v1 = client(ses_emulator, service), client(ses_emulator, "ses")
    one = entry("a@example.com")
    code, status = ("TemplateDoesNotExist", 400) if service == "ses" else ("NotFoundException", 404)
    assert refused(send, ses, one) == (code, status, "Template note does not exist.")
    v1.create_template(Template=TEMPLATE)
    code, status = (
        ("ConfigurationSetDoesNotExist", 400) if service == "ses" else ("NotFoundException", 404)
    )
    assert refused(send, ses, one, ConfigurationSetName="nope") == (
        code,
        status,
        "Configuration set <nope> does not exist.",
    )
    for arguments, words in (
        ({"defaults": "no JSON"}, "The template data is invalid"),
        ({"Source": "nobody"}, "Missing final '@domain'"),
    ):
        assert refused(send, ses, one, **arguments) == (REFUSED[service], 400, words)
    assert refused(send, ses) == (
        REFUSED[service],
        400,
        "At least one destination must be specified.",
    )
    many = [entry(f"a{number}@example.com") for number in range(51)]
    assert refused(send, ses, *many) == (
        REFUSED[service],
        400,
        "Destination count exceeds 50.",
    )
    assert ses_emulator.messages() == []
    assert len(send(ses, *many[:50])) == 50
    v1.update_account_sending_enabled(Enabled=False)
    code = "AccountSendingPausedException" if service == "ses" else "SendingPausedException"
    assert refused(send, ses, one)[:2] == (code, 400)


@BOTH
def test_verified_senders_and_recipients(service: str, send: Bulk) -> None:
    """A sender who is not verified concerns all; a recipient only one."""
    with running(account="sandbox") as emulator:
        ses, v1 = client(emulator, service), client(emulator, "ses")
        v1.create_template(Template=TEMPLATE)
        code, status, words = refused(send, ses, entry("a@example.com"))
        assert (code, status) == ("MessageRejected", 400)
        assert words.endswith("failed the check in region US-EAST-1: from@example.com")
        v1.verify_email_identity(EmailAddress="from@example.com")
        v1.verify_email_identity(EmailAddress="known@example.com")
        results = send(
            ses,
            entry("stranger@example.com"),
            entry("known@example.com"),
            entry("known@example.com"),
        )
        names = ["MessageRejected", "Success", "AccountThrottled"]
        if service == "sesv2":
            names = ["MESSAGE_REJECTED", "SUCCESS", "ACCOUNT_THROTTLED"]
        assert [each["Status"] for each in results] == names
        assert results[0]["Error"].endswith("region US-EAST-1: stranger@example.com")
        assert results[2]["Error"] == "Maximum sending rate exceeded."


@BOTH
def test_the_daily_quota(service: str, send: Bulk) -> None:
    with running(account="production") as emulator:
        ses, v1 = client(emulator, service), client(emulator, "ses")
        v1.create_template(Template=TEMPLATE)
        v1.verify_domain_identity(Domain="example.com")
        account = ("000000000000", "us-east-1")
        with emulator.instance.database.transaction() as connection:
            connection.execute(
                "INSERT INTO sendings VALUES (?, ?, ?, ?, ?)",
                (*account, int(emulator.instance.clock()), 49_999, 49_999),
            )
        results = send(ses, entry("a@example.org"), entry("b@example.org"))
        assert [each["Status"] for each in results] == (
            ["Success", "AccountDailyQuotaExceeded"]
            if service == "ses"
            else ["SUCCESS", "ACCOUNT_DAILY_QUOTA_EXCEEDED"]
        )


def test_headers_and_attachments(ses_emulator: SesEmulator) -> None:
    client(ses_emulator, "ses").create_template(Template=TEMPLATE)
    ses = client(ses_emulator, "sesv2")
    template = {
        "Headers": tag_list({"X-Shop": "default", "X-Kept": "yes"}),
        "Attachments": [{"FileName": "terms.txt", "RawContent": b"text"}],
    }
    results = send_v2(
        ses,
        entry("a@example.com", headers={"x-shop": "own", "X-New": "1"}),
        entry("b@example.com"),
        entry("c@example.com", headers={f"X-{number}": "1" for number in range(14)}),
        entry("d@example.com", headers={"Subject": "no"}),
        template=template,
    )
    for result, expected in (
        (results[0], {"X-Kept": "yes", "x-shop": "own", "X-New": "1"}),
        (results[1], {"X-Shop": "default", "X-Kept": "yes"}),
    ):
        message = ses_emulator.message(result["MessageId"])
        shown = {each["name"]: each["value"] for each in message["headers"]}
        own = {k: v for k, v in shown.items() if k in ("X-Shop", "x-shop", "X-Kept", "X-New")}
        assert own == expected
        assert [each["name"] for each in message["attachments"]] == ["terms.txt"]
    assert [(each["Status"], each["Error"]) for each in results[2:]] == [
        ("INVALID_PARAMETER", "Number of headers exceeds the limit of 15."),
        ("INVALID_PARAMETER", "Header <Subject> is set by Amazon SES and cannot be given."),
    ]


def test_a_template_in_the_request(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    template: dict[str, Any] = {"TemplateContent": {"Subject": "{{a}}", "Text": "{{b}}"}}
    template["TemplateData"] = '{"a": "A", "b": "B"}'
    entries = [
        {
            "Destination": {"ToAddresses": ["a@example.com"]},
            "ReplacementEmailContent": {
                "ReplacementTemplate": {"ReplacementTemplateData": '{"b": "own"}'}
            },
        }
    ]
    arguments = {"FromEmailAddress": "from@example.com", "BulkEmailEntries": entries}
    answer = ses.send_bulk_email(DefaultContent={"Template": template}, **arguments)
    [result] = answer["BulkEmailEntryResults"]
    message = ses_emulator.message(result["MessageId"])
    assert (message["subject"], message["text"]) == ("A", "own")
    template["TemplateContent"]["Text"] = "{{#if a}}{{/if}}"
    assert refused(ses.send_bulk_email, DefaultContent={"Template": template}, **arguments) == (
        "BadRequestException",
        400,
        "Template contains unsupported operations.",
    )
    assert refused(ses.send_bulk_email, DefaultContent={}, **arguments) == (
        "BadRequestException",
        400,
        "DefaultContent must have a Template.",
    )
    del arguments["FromEmailAddress"]
    assert refused(ses.send_bulk_email, DefaultContent={"Template": template}, **arguments) == (
        "BadRequestException",
        400,
        "Source cannot be empty",
    )
