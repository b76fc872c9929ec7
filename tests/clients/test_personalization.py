"""Sends of templates that are built as those of the guide's page "Advanced email personalization".

Nested attributes, lists, conditions and inline partials, each sent to two recipients by both APIs,
and rendered by TestRender of both.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator

Content = dict[str, str]
Recipients = dict[str, dict[str, Any]]

ASHA = {
    "meta": {"id": "51806"},
    "contact": {"first": "Asha", "last": "Rao"},
    "topics": [{"topic": "Tea"}, {"topic": "Chess"}, {"topic": "Maps"}],
}
RUTH = {"meta": {"id": "19816"}, "contact": {"first": "Ruth", "last": "Diaz"}}
DEFAULTS = {"meta": {"id": ""}, "contact": {"first": "Friend", "last": ""}, "topics": []}

LISTS = {
    "Subject": "Topics of {{contact.first}} {{contact.last}}",
    "Html": (
        "<h1>Topics</h1><p>You follow:</p><ul>{{#each topics}}<li>{{topic}}</li>{{/each}}</ul>"
        "<p>Change it <a href=https://www.example.com/t?id={{meta.id}}>here</a>.</p>"
    ),
    "Text": (
        "Topics\n\nYou follow:\n{{#each topics}}- {{topic}}\n{{/each}}\n"
        "Change it: https://www.example.com/t?id={{meta.id}}"
    ),
}
CONDITIONS = {
    "Subject": "Topics of {{contact.first}} {{contact.last}}",
    "Html": (
        "<p>Dear {{contact.first}},</p>{{#if topics}}<ul>{{#each topics}}<li>{{topic}}</li>"
        "{{/each}}</ul>{{else}}<p>Choose <a href=https://www.example.com/t?id={{meta.id}}>some</a>."
        "</p>{{/if}}"
    ),
    "Text": (
        "Dear {{contact.first}},\n\n{{#if topics}}You follow:\n{{#each topics}}- {{topic}}\n"
        "{{/each}}{{else}}Choose some: https://www.example.com/t?id={{meta.id}}{{/if}}"
    ),
}
PARTIAL = '{{#* inline "name"}}{{first}}{{#if last}} {{last}}{{/if}}{{/inline}}\n'
PARTIALS = {
    "Subject": "{{first}}'s friends",
    "Html": (
        PARTIAL + "<h1>Hello {{> name}}!</h1><ul>{{#each friends}}<li>{{> name}}</li>{{/each}}</ul>"
    ),
    "Text": (
        '{{#* inline "name"}}\n  {{first}}{{#if last}} {{last}}{{/if}}\n{{/inline~}}\n\n'
        "Hello {{> name}}! Friends:\n{{#each friends}}\n- {{> name}}\n{{/each}}"
    ),
}
FRIENDS = {
    "first": "Asha",
    "last": "Rao",
    "friends": [{"first": "Ruth", "last": "Diaz"}, {"first": "Bo"}],
}

CASES: dict[str, tuple[Content, dict[str, Any], Recipients, list[tuple[str, str, str]]]] = {
    "lists": (
        LISTS,
        DEFAULTS,
        {"asha@example.com": ASHA, "ruth@example.com": RUTH},
        [
            (
                "Topics of Asha Rao",
                "<h1>Topics</h1><p>You follow:</p><ul><li>Tea</li><li>Chess</li><li>Maps</li></ul>"
                "<p>Change it <a href=https://www.example.com/t?id=51806>here</a>.</p>",
                "Topics\n\nYou follow:\n- Tea\n- Chess\n- Maps\n"
                "Change it: https://www.example.com/t?id=51806",
            ),
            (
                "Topics of Ruth Diaz",
                "<h1>Topics</h1><p>You follow:</p><ul></ul>"
                "<p>Change it <a href=https://www.example.com/t?id=19816>here</a>.</p>",
                "Topics\n\nYou follow:\nChange it: https://www.example.com/t?id=19816",
            ),
        ],
    ),
    "conditions": (
        CONDITIONS,
        DEFAULTS,
        {"asha@example.com": ASHA, "ruth@example.com": RUTH},
        [
            (
                "Topics of Asha Rao",
                "<p>Dear Asha,</p><ul><li>Tea</li><li>Chess</li><li>Maps</li></ul>",
                "Dear Asha,\n\nYou follow:\n- Tea\n- Chess\n- Maps\n",
            ),
            (
                "Topics of Ruth Diaz",
                "<p>Dear Ruth,</p>"
                "<p>Choose <a href=https://www.example.com/t?id=19816>some</a>.</p>",
                "Dear Ruth,\n\nChoose some: https://www.example.com/t?id=19816",
            ),
        ],
    ),
    "inline partials": (
        PARTIALS,
        {"friends": []},
        {"asha@example.com": FRIENDS, "bo@example.com": {"first": "Bo"}},
        [
            (
                "Asha's friends",
                "<h1>Hello Asha Rao!</h1><ul><li>Ruth Diaz</li><li>Bo</li></ul>",
                "Hello   Asha Rao\n! Friends:\n-   Ruth Diaz\n\n-   Bo\n\n",
            ),
            ("Bo's friends", "<h1>Hello Bo!</h1><ul></ul>", "Hello   Bo\n! Friends:\n"),
        ],
    ),
}


def bulk_v1(emulator: SesEmulator, defaults: Any, recipients: Recipients) -> list[str]:
    destinations = [
        {"Destination": {"ToAddresses": [to]}, "ReplacementTemplateData": json.dumps(data)}
        for to, data in recipients.items()
    ]
    answer = emulator.client("ses").send_bulk_templated_email(
        Source="Sender <sender@example.com>",
        Template="topics",
        DefaultTemplateData=json.dumps(defaults),
        Destinations=destinations,
    )
    return [each["MessageId"] for each in answer["Status"]]


def bulk_v2(emulator: SesEmulator, defaults: Any, recipients: Recipients) -> list[str]:
    entries = [
        {
            "Destination": {"ToAddresses": [to]},
            "ReplacementEmailContent": {
                "ReplacementTemplate": {"ReplacementTemplateData": json.dumps(data)}
            },
        }
        for to, data in recipients.items()
    ]
    template = {"TemplateName": "topics", "TemplateData": json.dumps(defaults)}
    answer = emulator.client("sesv2").send_bulk_email(
        FromEmailAddress="Sender <sender@example.com>",
        DefaultContent={"Template": template},
        BulkEmailEntries=entries,
    )
    return [each["MessageId"] for each in answer["BulkEmailEntryResults"]]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("send", [bulk_v1, bulk_v2], ids=["v1", "v2"])
def test_bulk(
    ses_emulator: SesEmulator, send: Callable[[SesEmulator, Any, Recipients], list[str]], case: str
) -> None:
    content, defaults, recipients, expected = CASES[case]
    ses_emulator.client("sesv2").create_email_template(
        TemplateName="topics", TemplateContent=content
    )
    messages = [ses_emulator.message(id) for id in send(ses_emulator, defaults, recipients)]
    assert [each["to"] for each in messages] == [[to] for to in recipients]
    assert [(each["subject"], each["html"], each["text"]) for each in messages] == expected


@pytest.mark.parametrize("case", CASES)
def test_rendering(ses_emulator: SesEmulator, case: str) -> None:
    """TestRender of both APIs shows what would be sent."""
    content, defaults, recipients, expected = CASES[case]
    v1, v2 = ses_emulator.client("ses"), ses_emulator.client("sesv2")
    v2.create_email_template(TemplateName="topics", TemplateContent=content)
    for data, parts in zip(recipients.values(), expected, strict=True):
        whole = json.dumps({**defaults, **data})
        for rendered in (
            v1.test_render_template(TemplateName="topics", TemplateData=whole),
            v2.test_render_email_template(TemplateName="topics", TemplateData=whole),
        ):
            message = rendered["RenderedTemplate"].replace("\r\n", "\n")
            subject, html, text = parts
            assert f"Subject: {subject}\n" in message
            assert html in message and text in message


def test_missing_variable(ses_emulator: SesEmulator) -> None:
    """One recipient's data lacks it: each is answered an id, and one of them gets nothing."""
    ses_emulator.client("sesv2").create_email_template(TemplateName="topics", TemplateContent=LISTS)
    partly = {"meta": {"id": "1"}, "contact": {"first": "Bo"}}
    for send in (bulk_v1, bulk_v2):
        ids = send(ses_emulator, {}, {"asha@example.com": ASHA, "bo@example.com": partly})
        done, failed = (ses_emulator.message(id) for id in ids)
        assert (done["status"], failed["status"]) == ("delivered", "rendering_failed")
        assert not failed["html"] and not failed["text"]
        assert [each["type"] for each in failed["events"]] == ["Send", "Rendering Failure"]
        assert failed["events"][1]["detail"] == {
            "errorMessage": "Attribute 'contact.last' is not present in the rendering data.",
            "templateName": "topics",
        }
