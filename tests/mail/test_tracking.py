"""Links and pixels of tracked mail: what is changed, and that all else stays."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_emulator.config import Settings
from ses_emulator.mail.compose import transfer_encode
from ses_emulator.mail.links import rewritten
from ses_emulator.mail.read import read
from ses_emulator.mail.text_bodies import TextBody, text_bodies
from ses_emulator.mail.tracking import (
    Link,
    Tracking,
    followed,
    opened,
    track_html,
    tracked,
    tracking_of,
)
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.changes import Changes
from ses_emulator.store.database import MEMORY, Database
from ses_emulator.store.messages import Messages
from tests.mail.corpus import COLLECTION, assembled, many, mutated

BASE = "http://localhost:8005"
ID = "0100019a5b1e2c3d-8f3c9d8e-1111-4222-8333-444455556666-000000"
BOTH = Tracking(opens=True, clicks=True)
CLICKS = Tracking(opens=False, clicks=True)
OPENS = Tracking(opens=True, clicks=False)
PIXEL = re.compile(
    r'<img alt="" src="([^"]*/C?I0/[^"]*)" style="display: none; width: 1px; height: 1px;">'
)
LINK = re.compile(r"(?:https?://[\w.:-]+)/C?L0/([^/\"']+)/(\d+)/([^/]+)/([\w-]{27}=\d+)")


def html_bodies(raw: bytes) -> Iterator[TextBody]:
    """The HTML bodies of a message."""
    return text_bodies(raw, "text/html")


def untracked(page: str) -> str:
    """A tracked page with its links put back and without its pixel."""
    return LINK.sub(lambda link: unquote(link[1]), PIXEL.sub("", page))


def targets(page: str) -> list[str]:
    """Where the tracked links of a page lead."""
    return [unquote(link[1]) for link in LINK.finditer(track_html(page, CLICKS, BASE, ID))]


# The examples of the guide, "Amazon SES email sending metrics FAQs".


def test_a_link_of_the_guide() -> None:
    page = '<a href="https://aws.amazon.com">Amazon Web Services</a>'
    tracked_page = track_html(page, CLICKS, BASE, ID)
    link = LINK.search(tracked_page)
    assert link
    assert link.groups()[:3] == ("https:%2F%2Faws.amazon.com", "1", ID)
    assert tracked_page == f'<a href="{link[0]}">Amazon Web Services</a>'
    assert untracked(tracked_page) == page


def test_no_track_of_the_guide() -> None:
    page = '<a ses:no-track href="aws.amazon.com">Amazon Web Services</a>'
    left = '<a href="aws.amazon.com">Amazon Web Services</a>'
    assert track_html(page, CLICKS, BASE, ID) == left
    assert track_html(page, OPENS, BASE, ID).startswith(left)


def test_tags_of_the_guide() -> None:
    page = (
        '<a ses:tags="product:book;genre:fiction;subgenre:scifi;type:newrelease;" \n'
        '    href="http://www.amazon.com/x/">New Releases in Science Fiction</a>'
    )
    tracked_page = track_html(page, CLICKS, BASE, ID)
    assert untracked(tracked_page) == (
        '<a \n    href="http://www.amazon.com/x/">New Releases in Science Fiction</a>'
    )
    link = LINK.search(tracked_page)
    assert link
    assert followed(html_mail(page), CLICKS, ID, "http://www.amazon.com/x/", link[4]) == Link(
        "http://www.amazon.com/x/",
        {
            "product": ["book"],
            "genre": ["fiction"],
            "subgenre": ["scifi"],
            "type": ["newrelease"],
        },
    )


@pytest.mark.parametrize(
    ("href", "is_tracked"),
    [
        ("http://www.example.com/path/to/page?name=John Doe", False),
        ("http://www.example.com/path/to/page?name=John%20Doe", True),
    ],
)
def test_encoding_of_the_guide(href: str, is_tracked: bool) -> None:
    assert targets(f'<a href="{href}">x</a>') == [href] * is_tracked


# Which links are found.


@pytest.mark.parametrize(
    "href",
    [
        "http://example.com",
        "HTTPS://Example.COM/",
        "https://user:password@example.com:8443/a;b=c/~d?e=f&g[%5D".replace("[", "%5B") + "#h/i?",
        "http://[2001:db8::1]:8080/",
        "http://example.com/?a=b%20c&d=%2F",
        "http://example.com/%E6%97%A5%E6%9C%AC",
        "http://example.com?x",
        "http://example.com#x",
        "http://example.com/!$&'()*+,;=:@",
        "http://xn--bcher-kva.example/",
    ],
)
def test_tracked_targets(href: str) -> None:
    assert targets(f'<a href="{href}">x</a>') == [href]
    assert untracked(track_html(f'<a href="{href}">', CLICKS, BASE, ID)) == f'<a href="{href}">'


@pytest.mark.parametrize(
    "href",
    [
        "",
        "/path",
        "//example.com/",
        "#anchor",
        "example.com",
        "mailto:ada@example.com",
        "tel:+1",
        "ftp://example.com/",
        "javascript:location='http://example.com/'",
        "http:",
        "http://",
        "http:///path",
        "https:example.com",
        "http://exam ple.com/",
        "http://example.com/日本",
        "http://example.com/a|b",
        "http://example.com/%",
        "http://example.com/%4",
        "http://example.com/%zz",
        "http://example.com/\\",
        "http://example.com/{{name}}",
        "http://example.com/#a#b",
        "http://example.com/\nb",
        "{{amazonSESUnsubscribeUrl}}",
        "cid:1",
    ],
)
def test_other_targets_are_left(href: str) -> None:
    page = f'<p>http://example.com <a title="x" href="{href}">x</a></p>'
    assert track_html(page, CLICKS, BASE, ID) == page


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ('<A HREF="http://a/">', ["http://a/"]),
        ("<a href='http://a/'>", ["http://a/"]),
        ("<a href=http://a/>x", ["http://a/"]),
        ("<a href=http://a/?b=c&amp;d=e>x", ["http://a/?b=c&d=e"]),
        ("<a href=http://a/ id=x>", ["http://a/"]),
        ("<a\n\thref\n=\n'  http://a/\r\n'\n>", ["http://a/"]),
        ("<a/href='http://a/'/>", ["http://a/"]),
        ("<a class=x/href='http://a/'>", []),
        ('<a href="http://a/"href="http://b/">', ["http://a/"]),
        ('<a data-href="http://a/">', []),
        ('<a title="href=http://a/">', []),
        ('<a title=">" href="http://a/">', ["http://a/"]),
        ('<a title=\'"\' href="http://a/">', ["http://a/"]),
        ('<a href="http&#58;//a/">', ["http://a/"]),
        ('<map><area shape="rect" href="http://a/"></map>', ["http://a/"]),
        ('<abbr href="http://a/">', []),
        ('<link href="http://a/"><base href="http://b/">', []),
        ('<img src="http://a/">', []),
        ('<img alt="<a href=http://a/>">', []),
        ("<img alt='\"'><a href='http://a/'>", ["http://a/"]),
        ('<!-- <a href="http://a/"> --><a href="http://b/">', ["http://b/"]),
        ('<!--><a href="http://a/">-->', ["http://a/"]),
        ('<!---><a href="http://a/">-->', ["http://a/"]),
        ('<!-- --!><a href="http://a/">', ["http://a/"]),
        ('<!--[if mso]><a href="http://a/"><![endif]--><a href="http://b/">', ["http://b/"]),
        ('<![if !mso]><a href="http://a/"><![endif]>', ["http://a/"]),
        ('<?xml x?><!doctype html><a href="http://a/">', ["http://a/"]),
        ('<script>"<a href=http://a/>"</script><a href="http://b/">', ["http://b/"]),
        ('<STYLE><a href="http://a/"></style ><a href="http://b/">', ["http://b/"]),
        ('<title><a href="http://a/"></titles></title><a href="http://b/">', ["http://b/"]),
        ('<textarea><a href="http://a/">', []),
        ('<styled><a href="http://a/">', ["http://a/"]),
        ('1 < 2 <3 <a href="http://a/">', ["http://a/"]),
        ('<b <a href="http://a/">', []),
        ('<a <b href="http://a/">', ["http://a/"]),
        ('<a href="http://a/', []),
        ('<a href="http://a/>x</a>', []),
        ('<a href=http://a/ title="x>x</a>', []),
        ('</a href="http://a/">', []),
        ('<a href="http://a/"><a href="http://b/">', ["http://a/", "http://b/"]),
        ('<a ses:no-track="true" href="http://a/"><a href="http://b/" SES:NO-TRACK>', []),
        ('<a href="http://a/" ses:no-tracks>', ["http://a/"]),
        ('<a href="http://localhost:8005/L0/x">', ["http://localhost:8005/L0/x"]),
        ("<a href=&#" + "9" * 5000 + ";>", []),
    ],
)
def test_what_is_a_link(page: str, found: list[str]) -> None:
    assert targets(page) == found


@pytest.mark.parametrize(
    ("page", "left"),
    [
        ("<a ses:no-track>", "<a>"),
        ("<a ses:tags='a:b'>", "<a>"),
        ("<a id=x ses:no-track>", "<a id=x>"),
        ("<a id=x ses:no-track/>", "<a id=x />"),
        ('<a ses:no-track ses:tags="a:b" ses:tags=c id=x>', "<a id=x>"),
        ('<a id="x"ses:no-track=""class=y>', '<a id="x" class=y>'),
        ("<a\r\n  ses:no-track\r\n  href=/x>", "<a\r\n  href=/x>"),
        ("<area ses:no-track href=/x>", "<area href=/x>"),
        ("<p ses:no-track>ses:no-track</p>", "<p ses:no-track>ses:no-track</p>"),
        ("<!-- <a ses:no-track> -->", "<!-- <a ses:no-track> -->"),
    ],
)
@pytest.mark.parametrize("plan", [BOTH, CLICKS, OPENS], ids=["both", "clicks", "opens"])
def test_attributes_of_ses_go(page: str, left: str, plan: Tracking) -> None:
    assert PIXEL.sub("", track_html(page, plan, BASE, ID)) == left


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("", {}),
        ("a:b", {"a": ["b"]}),
        ("a:b;", {"a": ["b"]}),
        (" a : b ;; c:d ", {"a": ["b"], "c": ["d"]}),
        ("a:b;a:c", {"a": ["b", "c"]}),
        ("a_-1:B_-2", {"a_-1": ["B_-2"]}),
        ("a;b:;:c;d:e f;g:h:i;j:é", {}),
        ("a&#58;b&semi;c:d", {"a": ["b"], "c": ["d"]}),
    ],
)
def test_tags(text: str, tags: dict[str, list[str]]) -> None:
    page = f'<a href="http://a/" ses:tags="{text}">'
    [(_, _, _, token)] = LINK.findall(track_html(page, CLICKS, BASE, ID))
    link = followed(html_mail(page), CLICKS, ID, "http://a/", token)
    assert link == Link("http://a/", tags)


def test_250_links_are_tracked() -> None:
    page = "".join(f'<a ses:tags="a:b" href="http://a/{n}">' for n in range(251))
    assert targets(page) == [f"http://a/{n}" for n in range(250)]
    assert track_html(page, CLICKS, BASE, ID).endswith('<a href="http://a/250">')
    parts = [page, '<a href="http://b/">']
    raw = html_mail(*parts)
    bodies = html_bodies(tracked(raw, CLICKS, BASE, ID))
    assert [body.text.count("/L0/") for body in bodies] == [250, 0]


def test_links_to_the_same_target_are_numbered() -> None:
    page = "".join(f'<a href="http://{host}/">' for host in "abaab")
    numbers = LINK.findall(track_html(page, CLICKS, BASE, ID))
    assert [number for _, number, *_ in numbers] == ["1", "1", "2", "3", "2"]
    assert len({token for *_, token in numbers}) == 5


@given(st.lists(st.sampled_from("<a area href=\" ' > / id=x http://x/ <!-- --> b =&".split())))
@many
def test_nothing_else_changes(pieces: list[str]) -> None:
    page = " ".join(pieces)
    assert rewritten(page, lambda target, tags: None, "") == page
    assert untracked(track_html(page, BOTH, BASE, ID)) == untracked(requoted(page))


def requoted(page: str) -> str:
    """A page in which the values of links are quoted as tracking quotes them."""
    return rewritten(page, lambda target, tags: target, "")


# Where the pixel goes.


@pytest.mark.parametrize(
    ("page", "at"),
    [
        ("<html><body><p>x</p>|</body></html>", "bottom"),
        ("<HTML><BODY>x|</BODY ></HTML>", "bottom"),
        ("<html><p>x|</html>\n", "bottom"),
        ("<p>x</p>|", "bottom"),
        ("|", "bottom"),
        ("<body>x</body>y|</body>", "the last end"),
        ("<body><!-- </body> -->x|</body>", "no comment"),
        ("<body>x|</body><!-- </body> -->", "no comment"),
        ("<body><script>'</body>'</script>x|</body><script>'</body>'</script>", "no script"),
        ('<body><a href="/">x</a>|</body><a ses:no-track>', "between links"),
    ],
)
def test_the_pixel_stands_at_the_bottom(page: str, at: str) -> None:
    body = page.replace("|", "")
    pixel = PIXEL.search(track_html(body, OPENS, BASE, ID))
    assert pixel
    expected = page.replace("|", pixel[0]).replace(" ses:no-track", "")
    assert track_html(body, OPENS, BASE, ID) == expected
    assert re.fullmatch(rf"{BASE}/I0/{ID}/[\w-]{{27}}=0", pixel[1])
    assert opened(OPENS, ID, pixel[1].rpartition("/")[2])


def test_the_placeholder_is_replaced_once() -> None:
    page = "<body>{{ses:openTracker}}<p>x</p>{{ses:openTracker}}y{{ses:openTracker}}</body>"
    assert PIXEL.sub("|", track_html(page, OPENS, BASE, ID)) == "<body>|<p>x</p>y</body>"
    assert track_html(page, CLICKS, BASE, ID) == "<body><p>x</p>y</body>"


def test_one_body_has_the_pixel() -> None:
    mark = "{{ses:openTracker}}"
    for parts, at in (
        (("<p>a", "<p>b"), 1),
        ((mark + "<p>a", "<p>b"), 0),
        (("<p>a", mark, f"{mark}<p>{mark}c"), 1),
    ):
        bodies = [body.text for body in html_bodies(tracked(html_mail(*parts), BOTH, BASE, ID))]
        assert [number for number, body in enumerate(bodies) if PIXEL.search(body)] == [at]
        assert mark not in "".join(bodies)


@pytest.mark.parametrize("plan", [CLICKS, OPENS, BOTH])
def test_no_pixel_without_html(plan: Tracking) -> None:
    mail = EmailMessage()
    mail.set_content("http://example.com {{ses:openTracker}} <a href=http://example.com/>")
    assert tracked(mail.as_bytes(), plan, BASE, ID) == mail.as_bytes()


# Whose addresses the links have.


@pytest.mark.parametrize(
    ("https", "pixel", "secure", "plain"),
    [
        ("OPTIONAL", "http", "https", "http"),
        ("REQUIRE", "https", "https", "https"),
        ("REQUIRE_OPEN_ONLY", "https", "https", "http"),
    ],
)
def test_own_domain(https: str, pixel: str, secure: str, plain: str) -> None:
    plan = Tracking(True, True, "click.example.com", https)
    page = '<a href="https://a/"><a href="HTTP://b/">'
    own = track_html(page, plan, BASE, ID)
    urls = re.findall(r"(\w+)://(click\.example\.com)/(C.0)/", own)
    assert urls == [
        (secure, "click.example.com", "CL0"),
        (plain, "click.example.com", "CL0"),
        (pixel, "click.example.com", "CI0"),
    ]
    assert BASE not in own
    theirs = Tracking(True, True, None, https)
    assert set(re.findall(r'"(\w+://[^/]+)/', track_html(page, theirs, BASE, ID))) == {BASE}


@pytest.mark.parametrize(
    "plan", [BOTH, CLICKS, OPENS, Tracking(True, False, "a.example.com", "REQUIRE")]
)
def test_document(plan: Tracking) -> None:
    assert Tracking.from_document(plan.to_document()) == plan


# What can be followed.


def html_mail(*pages: str) -> bytes:
    """A message with these HTML bodies after each other."""
    mail = EmailMessage()
    mail["Subject"] = "Links"
    mail.set_content(pages[0], subtype="html")
    if len(pages) > 1:
        mail.make_mixed()
        for page in pages[1:]:
            part = EmailMessage()
            part.set_content(page, subtype="html")
            mail.attach(part)
    return mail.as_bytes(policy=policy.SMTP)


def test_only_whole_links_of_the_message_are_followed() -> None:
    raw = html_mail('<a href="http://a/?x=1"><a href="http://b/">', '<a href="http://a/?x=1">')
    bodies = html_bodies(tracked(raw, BOTH, BASE, ID))
    links = [link for body in bodies for link in LINK.findall(body.text)]
    tokens = [token for *_, token in links]
    for target, _, id, token in links:
        assert followed(raw, BOTH, id, unquote(target), token) == Link(unquote(target), {})
    first, second, third = tokens
    for target, token in (
        ("http://evil.example/", first),
        ("http://b/", first),
        ("http://a/?x=2", first),
        ("http://a/", first),
        ("http://a/?x=1", second),
        ("http://a/?x=1", first[:-1] + "2"),
        ("http://a/?x=1", first[:-1] + "0"),
        ("http://a/?x=1", first[:-1] + "9999"),
        ("http://a/?x=1", first[:-1]),
        ("http://a/?x=1", first + "\n"),
        ("http://a/?x=1", ""),
    ):
        assert followed(raw, BOTH, ID, target, token) is None
    assert followed(raw, BOTH, ID.replace("1", "2"), "http://a/?x=1", first) is None
    assert followed(raw, OPENS, ID, "http://a/?x=1", first) is None
    # The token of a link that another message has does not make it one of this.
    other = html_mail('<a href="http://evil.example/">')
    [evil] = LINK.findall(track_html('<a href="http://evil.example/">', BOTH, BASE, ID))
    assert followed(other, BOTH, ID, "http://evil.example/", evil[3])
    assert followed(raw, BOTH, ID, "http://evil.example/", evil[3]) is None
    assert third != first


def test_opened() -> None:
    pixel = PIXEL.search(track_html("", BOTH, BASE, ID))
    assert pixel
    token = pixel[1].rpartition("/")[2]
    assert opened(OPENS, ID, token)
    assert not opened(CLICKS, ID, token)
    assert not opened(OPENS, ID.replace("1", "2"), token)
    assert not opened(OPENS, ID, token[:-1])


# Every byte that need not change stays.

TEXTS = {
    "utf-8": "Grüße, 日本語, \x85, \xa0, 😀",
    "us-ascii": "plain",
    "iso-8859-1": "Grüße\xa0à tous",
    "windows-1252": "“Grüße” …",
    "windows-1251": "Привет",
    "koi8-r": "Привет",
    "shift_jis": "日本語表示ソ",
    "euc-jp": "日本語",
    "iso-2022-jp": "日本語のメール <b>",
    "gb18030": "中文简体",
    "big5": "中文繁體功",
    "utf-16": "日本語",
    "utf-16-be": "日本語",
    "utf-7": "日本語 + 1",
    "hz": "中文 ~",
    "cp037": "plain",
    "x-unknown": "plain",
}


@pytest.mark.parametrize("newline", ["\r\n", "\n"], ids=["crlf", "lf"])
@pytest.mark.parametrize("encoding", ["7bit", "8bit", "binary", None, "base64", "quoted-printable"])
@pytest.mark.parametrize("charset", TEXTS)
def test_encodings(charset: str, encoding: str | None, newline: str) -> None:
    page = f"<p>{TEXTS[charset]} <a href='http://a/'>{TEXTS[charset]}</a></p>\n<p>x \n\n"
    page = page.replace("\n", newline)
    codec = "ascii" if charset == "x-unknown" else charset
    data = page.encode(codec)
    content = data
    if encoding in ("base64", "quoted-printable"):
        plain = newline.encode(codec) == newline.encode()
        content = transfer_encode(data, encoding, lines=plain).replace(b"\r\n", newline.encode())
    lines = [f"Content-Type: text/html; charset={charset}", "Subject: x"]
    if encoding:
        lines.append(f"Content-Transfer-Encoding: {encoding}")
    head = newline.join([*lines, "", ""]).encode()
    raw = head + content
    [before] = html_bodies(raw)
    result = tracked(raw, CLICKS, BASE, ID)
    assert result.startswith(head)
    [after] = html_bodies(result)
    assert after.text != before.text
    assert len(LINK.findall(after.text)) == 1
    assert untracked(after.text) == before.text
    assert read(result).html == track_html(page.replace("\r\n", "\n"), CLICKS, BASE, ID)
    if encoding in ("base64", "quoted-printable"):
        lines_of = result[len(head) :]
        assert lines_of.count(b"\n") == lines_of.count(newline.encode())
        assert max(map(len, lines_of.split(newline.encode()))) <= 76
    assert tracked(raw, Tracking(False, False), BASE, ID) == raw


@pytest.mark.parametrize("newline", [b"\r\n", b"\n"], ids=["crlf", "lf"])
@pytest.mark.parametrize("data", [b"a\rb\r\nc\nd<a href='http://a/'>", b"a\nb\n", b"a\r\nb\r\n"])
def test_line_ends_that_are_not_the_message_s(newline: bytes, data: bytes) -> None:
    encoded = data.replace(b"=", b"=3D").replace(b"\r", b"=0D").replace(b"\n", b"=0A")
    head = b"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    head = head.replace(b"\r\n", newline)
    result = tracked(head + encoded, BOTH, BASE, ID)
    [before], [after] = html_bodies(head + encoded), html_bodies(result)
    assert untracked(after.text) == before.text == data.decode()
    assert result.count(b"\n") == result.count(newline)


def test_a_line_that_gets_too_long() -> None:
    target = "http://a/" + "/" * 400
    raw = (
        b"Content-Transfer-Encoding: 7bit\r\nContent-Type: text/html; charset=utf-8\r\n"
        b"Subject: x\r\n\r\n" + f"<a href='{target}'>".encode()
    )
    result = tracked(raw, CLICKS, BASE, ID)
    parsed = message_from_bytes(result, policy=policy.default)
    assert parsed["Content-Transfer-Encoding"] == "base64"
    assert (parsed["Subject"], parsed.get_content_type()) == ("x", "text/html")
    assert untracked(str(parsed.get_content())) == f"<a href='{target}'>"
    assert max(map(len, result.split(b"\r\n"))) <= 76


def test_everything_around_a_body_stays() -> None:
    before, page, between, other, after = (
        b'From: a@b.c\nX-Odd :  \t folded\n\tvalue\nContent-Type: multipart/mixed; boundary="o o"\n'
        b"\npreamble\n--o o\nContent-Type: multipart/alternative; boundary=i\n\n"
        b"--i\nContent-Type: text/plain\n\nhttp://a/\n"
        b"--i\nCONTENT-type: text/HTML;charset=UTF-8\n\n",
        b"<a href='http://a/'>x</a>",
        b"\n--i--\nepilogue\r\n--o o \nContent-Type: text/html; name=a.html\n\n<a href='http://f/'>"
        b"\n--o o\nContent-Type: text/html\nContent-Disposition: attachment\n\n<a href='http://f/'>"
        b"\n--o o\nContent-Type: message/rfc822\n\nContent-Type: text/html\n\n<a href='http://f/'>"
        b"\n--o o\nContent-Disposition: inline\nContent-Type: text/html\n"
        b"Content-Transfer-Encoding: base64\n\n",
        b"PGEgaHJlZj0naHR0cDovL2IvJz4=",
        b"\n\n\n--o o--\nnot read <a href='http://f/'>\n--o o\nContent-Type: text/html\n\n"
        b"<a href='http://f/'>",
    )
    raw = before + page + between + other + after
    result = tracked(raw, CLICKS, BASE, ID)
    assert result.startswith(before + b"<a href='http://localhost:8005/L0/http:%2F%2Fa%2F/1/")
    assert result.count(between) == 1
    assert result.endswith(after)
    assert result.count(b"/L0/") == 1  # the other one is in base64
    first, second = html_bodies(result)
    assert [unquote(LINK.findall(body.text)[0][0]) for body in (first, second)] == [
        "http://a/",
        "http://b/",
    ]


PART = "Content-Type: text/html\r\n\r\n<a href='http://a/'>\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        f"Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n{PART}--b--\r\n",
        f"Content-Type: Multipart/Encrypted; boundary=b\r\n\r\n--b\r\n{PART}--b--\r\n",
        "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: multipart/signed;"
        f" boundary=b\r\n\r\n--b\r\n{PART}--b--\r\n--o--\r\n",
        f"Content-Type: multipart/mixed\r\n\r\n--b\r\n{PART}--b--\r\n",
        f"Content-Type: multipart/mixed; boundary=c\r\n\r\n--b\r\n{PART}--b--\r\n",
        f"Content-Transfer-Encoding: x-uuencode\r\n{PART}",
        "Content-Type: text/html; charset=utf-16\r\n\r\n<a href='http://a/'> ",
        "Content-Type: text/html; charset=iso-2022-jp\r\n\r\n\x1b$B<a href='http://a/'>\x7f",
        "".join(
            f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(30)
        )
        + PART,
        f"Content-Disposition: attachment\r\n{PART}",
        "Content-Type: application/octet-stream\r\n\r\n<a href='http://a/'>",
        "<a href='http://a/'>",
        "",
    ],
)
def test_what_is_not_touched(raw: str) -> None:
    assert tracked(raw.encode(), BOTH, BASE, ID) == raw.encode()


@pytest.mark.parametrize("path", COLLECTION, ids=lambda path: path.stem)
def test_collection(path: Path) -> None:
    check_tracked(path.read_bytes())


@given(mutated() | assembled())
@many
def test_broken_mail(raw: bytes) -> None:
    check_tracked(raw)


def check_tracked(raw: bytes) -> None:
    """All that a message says but its HTML is as before; and each of its links can be followed."""
    before = list(html_bodies(raw))
    result = tracked(raw, BOTH, BASE, ID)
    after = list(html_bodies(result))
    assert [requoted(body.text) for body in before] == [untracked(body.text) for body in after]
    assert sum(len(PIXEL.findall(body.text)) for body in after) == bool(before)
    for body in after:
        for target, _, id, token in LINK.findall(body.text):
            assert followed(raw, BOTH, id, unquote(target), token)
    content, told = read(raw), read(result)
    assert (told.text, told.attachments, told.error) == (
        content.text,
        content.attachments,
        content.error,
    )
    names = [name for name, _ in content.headers if name != "Content-Transfer-Encoding"]
    assert [name for name, _ in told.headers if name != "Content-Transfer-Encoding"] == names


# Nothing takes more than linear time.

PIECES = (
    *"<a |<a href=\"|<a href='|<a =\"'|<!--|<!-- - -|<!|<!>|<|</|</a|<b><i>|</body>|<script>".split(
        "|"
    ),
    *"<script></script>|<a href=http://x/>|<a href=http://x/ ses:tags=a:b>|<textarea></|&".split(
        "|"
    ),
    "<a href='&amp;&amp;'>",
    "<a href='http://x/%20%'>",
    "<a ses:tags='a:b;a:b;' href=http://x/>",
    "{{ses:openTracker}}",
)


@pytest.mark.parametrize("piece", PIECES)
def test_linear_time(piece: str) -> None:
    start = time.process_time()
    track_html(piece * (2_000_000 // len(piece)), BOTH, BASE, ID)
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "piece",
    ["/", " ", "a ", "= ", "=", '"', "'", "ses:no-track ", "ses:tags=x ", "href=http://x/ "],
)
def test_linear_time_within_a_tag(piece: str) -> None:
    start = time.process_time()
    track_html(f"<a {piece * (2_000_000 // len(piece))}>", BOTH, BASE, ID)
    assert time.process_time() - start < 5


def test_40_megabytes_in_a_few_seconds() -> None:
    raw = html_mail(
        "<p>Some words of <b>text</b> and a <a href='http://a/'>link</a></p>\n" * 600_000
    )
    assert len(raw) > 40_000_000
    start = time.process_time()
    result = tracked(raw, BOTH, BASE, ID)
    assert time.process_time() - start < 15
    assert result.count(b"/L0/") == 250


# What decides.


def destination(*types: str, enabled: bool = True) -> dict[str, Any]:
    return {"Name": "".join(types), "Enabled": enabled, "MatchingEventTypes": list(types)}


def vdm(own: str | None, general: str | None, enabled: str = "ENABLED") -> dict[str, Any]:
    """Attributes of the account and members of a configuration set."""
    account = {"VdmEnabled": enabled}
    if general is not None:
        account |= {"DashboardAttributes": {"EngagementMetrics": general}}  # type: ignore[dict-item]
    options = None if own is None else {"DashboardOptions": {"EngagementMetrics": own}}
    return {"account": account, "VdmOptions": options}


@pytest.mark.parametrize(
    ("members", "plan"),
    [
        ({}, None),
        ({"EventDestinations": []}, None),
        ({"EventDestinations": [destination("SEND", "BOUNCE")]}, None),
        ({"EventDestinations": [destination("OPEN", "CLICK", enabled=False)]}, None),
        ({"EventDestinations": [destination("SEND", "OPEN")]}, OPENS),
        ({"EventDestinations": [destination("CLICK")]}, CLICKS),
        ({"EventDestinations": [destination("OPEN"), destination("CLICK")]}, BOTH),
        (
            {"EventDestinations": [destination("OPEN", enabled=False), destination("CLICK")]},
            CLICKS,
        ),
        ({"TrackingOptions": {"CustomRedirectDomain": "a.example.com"}}, None),
        ({"EventDestinations": [destination("OPEN")], "TrackingOptions": None}, OPENS),
        (
            {
                "EventDestinations": [destination("OPEN")],
                "TrackingOptions": {"CustomRedirectDomain": "a.example.com"},
            },
            Tracking(True, False, "a.example.com", "OPTIONAL"),
        ),
        (
            {
                "EventDestinations": [destination("CLICK")],
                "TrackingOptions": {
                    "CustomRedirectDomain": "a.example.com",
                    "HttpsPolicy": "REQUIRE",
                },
            },
            Tracking(False, True, "a.example.com", "REQUIRE"),
        ),
        (vdm(None, None), None),
        (vdm(None, "ENABLED"), BOTH),
        (vdm(None, "DISABLED"), None),
        (vdm("ENABLED", "DISABLED"), BOTH),
        (vdm("ENABLED", None), BOTH),
        (vdm("DISABLED", "ENABLED"), None),
        (vdm("ENABLED", "ENABLED", "DISABLED"), None),
        ({**vdm("DISABLED", "ENABLED"), "EventDestinations": [destination("OPEN")]}, OPENS),
    ],
)
def test_what_tracks(members: dict[str, Any], plan: Tracking | None) -> None:
    database, changes = Database(MEMORY), Changes()
    instance = Instance(Settings(), database, changes, Messages(database, changes, keep=0))
    account = Account(instance, "000000000000", "us-east-1")
    attributes = members.pop("account", None)
    if attributes:
        account.set_attributes(VdmAttributes=attributes)
    account.configuration_sets.create("set", members)
    for _ in "12":
        with database.attempt():
            assert tracking_of(account, "set") == plan
    assert tracking_of(account, "set") == plan
    general = attributes and (
        attributes.get("DashboardAttributes", {}).get("EngagementMetrics"),
        attributes["VdmEnabled"],
    )
    everywhere = BOTH if general == ("ENABLED", "ENABLED") else None
    assert tracking_of(account, None) == everywhere
    assert tracking_of(account, "other") == everywhere
    with database.attempt():
        assert tracking_of(account, "set") == plan
        account.configuration_sets.update("set", EventDestinations=[destination("OPEN", "CLICK")])
        changed = tracking_of(account, "set")
    assert changed and changed.opens and changed.clicks
    database.close()
