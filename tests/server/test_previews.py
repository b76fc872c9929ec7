"""Templates that nobody has stored yet, filled in."""

from __future__ import annotations

from typing import Any

import pytest

from ses_emulator.mail.preview import CSP
from ses_emulator.server import previews
from tests.server.conftest import Client, error

ROOT = "/_ses/templates/preview"


def preview(client: Client, **given: Any) -> Any:
    answer = client.post(ROOT, json=given)
    assert answer.status_code == 200
    return answer.json


def test_whole(client: Client) -> None:
    made = preview(
        client,
        subject="Hi {{name}}",
        html="<p>{{#each items}}<b>{{this}}</b>{{/each}}</p>",
        text="{{{name}}}",
        data={"name": "A & B", "items": [1, 2]},
    )
    page = made.pop("page")
    assert made == {
        "subject": "Hi A & B",
        "html": "<p><b>1</b><b>2</b></p>",
        "text": "A & B",
        "missing": [],
        "errors": [],
    }
    shown = client.get(page)
    assert shown.mimetype == "text/html"
    assert "<p><b>1</b><b>2</b></p>" in shown.text
    assert shown.headers["Content-Security-Policy"] == CSP


def test_everything_that_is_missing(client: Client) -> None:
    made = preview(
        client,
        subject="{{a}} {{b.c}}",
        html='<p title="{{a}}">{{d}}</p><style>{{a}}</style>'
        "{{#each rows}}{{e}}{{/each}}{{upper f}}",
        data={"b": {}, "rows": [{}, {"e": 1}]},
    )
    assert made["subject"] == "{{a}} {{b.c}}"
    assert made["html"] == ('<p title="{{a}}">{{d}}</p><style>{{a}}</style>{{e}}1{{upper}}')
    assert made["missing"] == ["a", "b.c", "d", "e", "upper"]
    assert made["text"] is None
    page = client.get(made["page"]).text
    assert '<p title="{{a}}"><mark>{{d}}</mark></p><style>{{a}}</style>' in page
    assert "<mark>{{e}}</mark>1<mark>{{upper}}</mark>" in page


def test_what_sending_fills_in_is_not_missing(client: Client) -> None:
    made = preview(client, html="{{amazonSESUnsubscribeUrl}}{{ses:openTracker}}")
    assert made["missing"] == []
    assert made["html"] == "{{amazonSESUnsubscribeUrl}}{{ses:openTracker}}"


def test_errors(client: Client) -> None:
    made = preview(client, subject="{{#if a}}", html="<p>{{a}}</p>", data={"a": 1})
    assert made["subject"] is None
    assert made["html"] == "<p>1</p>"
    [one] = made["errors"]
    assert one["part"] == "subject"
    assert "line 1" in one["error"]


def test_no_html_no_page(client: Client) -> None:
    assert preview(client, subject="a", html=None)["page"] is None


def test_nothing(client: Client) -> None:
    assert set(map(str, preview(client).values())) == {"None", "[]"}


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"data": []}, 'data must be a JSON object, such as {"name": "Ada"}.'),
        ({"html": 1}, "html must be a text, or null."),
        ({"body": ""}, "'body' is not known: use subject, html, text, data."),
    ],
)
def test_wrong_input(client: Client, given: dict[str, Any], line: str) -> None:
    answer = client.post(ROOT, json=given)
    assert (answer.status_code, error(answer)) == (400, line)


def test_the_last_are_kept(client: Client) -> None:
    pages = [preview(client, html=f"<p>{n}</p>")["page"] for n in range(previews.KEPT + 1)]
    gone = client.get(pages[0])
    assert gone.status_code == 404
    assert "ask for it anew" in error(gone)
    assert [client.get(page).status_code for page in pages[1:]] == [200] * previews.KEPT
