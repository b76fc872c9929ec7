"""How a message is built: its parts, its links, and what it loads from elsewhere."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest

from ses_emulator.mail.tracking import Tracking
from ses_emulator.server import structure
from tests.server.conftest import Box, Client, error
from tests.server.test_messages import got, rich


def page(html: str, text: str = "words") -> bytes:
    """A message with this HTML."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "shop@example.com", "ada@example.com", "Hello"
    mail.set_content(text)
    mail.add_alternative(html, subtype="html")
    return mail.as_bytes()


def outline(node: dict[str, Any]) -> Any:
    """Types, and what each part is shown as."""
    shown = node["type"], node["body"], node["attachment"]
    return [shown, *map(outline, node["parts"])] if node["parts"] else shown


def test_tree_of_the_parts(box: Box, client: Client) -> None:
    tree = got(client, f"messages/{box.add(raw=rich())}/structure")
    assert outline(tree) == [
        ("multipart/mixed", None, None),
        [
            ("multipart/alternative", None, None),
            ("text/plain", "text", None),
            [
                ("multipart/related", None, None),
                ("text/html", "html", None),
                ("image/png", None, 0),
            ],
        ],
        ("text/csv", None, 1),
        ("text/html", None, 2),
        ("application/pdf", None, 3),
    ]
    image = tree["parts"][0]["parts"][1]["parts"][1]
    assert image == {
        "type": "image/png",
        "encoding": "base64",
        "charset": None,
        "disposition": "inline",
        "name": "dot.png",
        "content_id": "dot",
        "size": len(b"iVBORw==\n"),
        "body": None,
        "attachment": 0,
        "parts": [],
    }


def test_message_of_one_part(box: Box, client: Client) -> None:
    raw = b"Content-Type: text/plain; charset=latin-1\r\nSubject: a\r\n\r\nwords"
    assert got(client, f"messages/{box.add(raw=raw)}/structure") == {
        "type": "text/plain",
        "encoding": "",
        "charset": "latin-1",
        "disposition": "",
        "name": "",
        "content_id": None,
        "size": 5,
        "body": "text",
        "attachment": None,
        "parts": [],
    }


def test_empty_message_has_a_tree_too(box: Box, client: Client) -> None:
    assert got(client, f"messages/{box.add(raw=b'')}/structure")["size"] == 0


def test_links_with_their_words_and_targets(box: Box, client: Client) -> None:
    html = """<!-- <a href="https://hidden.example/">no</a> -->
    <a href="https://a.example/?x=1&amp;y=2"> Two <b>words</b> </a>
    <A HREF=mailto:ada@example.com>Write</A><a name="no-link">no link</a>
    <a href="javascript:alert(1)">Run</a><a href='#top'><img src="cid:a" alt="To the top"></a>
    <map><area href="https://a.example/map"></map><a href="https://a.example/open">not closed"""
    id = box.add(raw=page(html, "See https://text.example/a, or (http://text.example/b)."))
    found = got(client, f"messages/{id}/links")
    shown = [(link["body"], link["text"], link["target"]) for link in found["links"]]
    assert shown == [
        ("html", "Two words", "https://a.example/?x=1&y=2"),
        ("html", "Write", "mailto:ada@example.com"),
        ("html", "Run", "javascript:alert(1)"),
        ("html", "To the top", "#top"),
        ("html", "", "https://a.example/map"),
        ("html", "not closed", "https://a.example/open"),
        ("text", "https://text.example/a", "https://text.example/a"),
        ("text", "http://text.example/b", "http://text.example/b"),
    ]
    assert found["total"] == 8
    assert {link["tracked"] for link in found["links"]} == {None}


def test_links_with_what_tracking_makes_of_them(box: Box, client: Client) -> None:
    html = """<a href="https://a.example/one" ses:tags="kind:first;">One</a>
    <a href="https://a.example/two" ses:no-track>Two</a><a href="mailto:a@example.com">Three</a>
    <a href="https://a.example/one">Four</a>"""
    plan = Tracking(opens=True, clicks=True).to_document()
    id = box.add(raw=page(html), tracking=plan, base_url="http://localhost:8005")
    one, two, three, four = got(client, f"messages/{id}/links")["links"]
    assert one["tags"] == {"kind": ["first"]} and one["trackable"]
    assert client.get(one["tracked"]).headers["Location"] == "https://a.example/one"
    assert (two["tracked"], two["trackable"]) == (None, False)
    assert (three["tracked"], three["trackable"]) == (None, False)
    assert client.get(four["tracked"]).headers["Location"] == "https://a.example/one"
    assert four["tracked"] != one["tracked"]


def test_no_links(box: Box, client: Client) -> None:
    assert got(client, f"messages/{box.add()}/links") == {"links": [], "total": 0, "remote": []}


@pytest.mark.parametrize(
    ("html", "remote"),
    [
        ('<img src="https://a.example/x?a=1&amp;b=2">', ["https://a.example/x?a=1&b=2"]),
        ("<img src=//a.example/x>", ["//a.example/x"]),
        ("<td BACKGROUND='http://a.example/x'>", ["http://a.example/x"]),
        ('<p style="background: url( http://a.example/x )">', ["http://a.example/x"]),
        ('<style>@import "http://a.example/x"</style>', ["http://a.example/x"]),
        ("<style>a { b: url('//b.example') }</style>", ["//b.example"]),
        ('<link rel="stylesheet" href="https://a.example/x.css">', ["https://a.example/x.css"]),
        ("<img src=http://a.example/><img src=http://a.example/>", ["http://a.example/"]),
        ('<img src="cid:a"><img src="data:image/png,x"><img src="x.png">', []),
        ('<a href="https://a.example/">https://a.example/</a>', []),
        ('<!--[if mso]><v:fill src="https://a.example/x"><![endif]-->', []),
    ],
)
def test_what_it_loads(box: Box, client: Client, html: str, remote: list[str]) -> None:
    assert got(client, f"messages/{box.add(raw=page(html))}/links")["remote"] == remote


def test_many_links_are_counted(box: Box, client: Client) -> None:
    html = '<a href="https://a.example/">x</a><img src="http://a.example/{}">'
    raw = page("".join(html.format(number) for number in range(structure.MOST + 1)))
    found = got(client, f"messages/{box.add(raw=raw)}/links")
    assert len(found["links"]) == len(found["remote"]) == structure.MOST
    assert found["total"] == structure.MOST + 1


def test_unknown_message(client: Client) -> None:
    for path in ("structure", "links"):
        assert "'nothing'" in error(client.get(f"/_ses/messages/nothing/{path}"))


def test_remote_content_is_asked_for(box: Box, client: Client) -> None:
    html = '<link rel="stylesheet" href="https://a.example/x.css"><iframe src="//a"></iframe>'
    path = f"/_ses/messages/{box.add(raw=page(html))}/html"
    closed, same, opened = (
        client.get(path + query) for query in ("", "?remote=false", "?remote=true")
    )
    assert closed.text == same.text
    assert closed.headers["Content-Security-Policy"] == same.headers["Content-Security-Policy"]
    assert "http" not in closed.headers["Content-Security-Policy"]
    assert "<link" not in closed.text and "<iframe" not in closed.text
    assert '<link rel="stylesheet"' in opened.text and "<iframe" not in opened.text
    policy = opened.headers["Content-Security-Policy"]
    assert "img-src data: http: https:" in policy
    for part in ("sandbox allow-popups", "default-src 'none'", "form-action 'none'"):
        assert part in policy
    assert "script" not in policy
    assert error(client.get(f"{path}?remote=yes")) == "remote is 'yes': use one of true, false."


def test_preferred_colours_are_asked_for(box: Box, client: Client) -> None:
    html = """<meta name="color-scheme" content="light dark"><style>
    :root { color-scheme: dark light }
    @media (Prefers-Color-Scheme: dark) { p { color: white } }
    @media (prefers-color-scheme:light) { p { color: black } }</style><p>dark</p>"""
    path = f"/_ses/messages/{box.add(raw=page(html))}/html"
    dark, light = (client.get(f"{path}?scheme={scheme}").text for scheme in ("dark", "light"))
    assert 'content="dark"' in dark and "color-scheme: dark }" in dark
    assert "@media (min-width: 0) { p { color: white" in dark
    assert "@media (max-width: 0) { p { color: black" in dark
    assert 'content="light"' in light and "color-scheme: light }" in light
    assert "@media (max-width: 0) { p { color: white" in light
    assert client.get(path).text.endswith(html + "\n")
    assert "use one of light, dark" in error(client.get(f"{path}?scheme=blue"))


def test_download_ends_as_it_seems_to(box: Box, client: Client) -> None:
    mail = EmailMessage()
    mail["Subject"] = "a"
    mail.set_content("b")
    name = "invoice\u202egnp.exe"
    mail.add_attachment(b"MZ", maintype="application", subtype="x", filename=name)
    answer = client.get(f"/_ses/messages/{box.add(raw=mail.as_bytes())}/attachments/0")
    assert "invoice_gnp.exe" in answer.headers["Content-Disposition"]
