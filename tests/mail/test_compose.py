"""Messages as they leave SES: its headers, the shape of what it composes, raw bodies untouched."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_emulator.mail import addresses
from ses_emulator.mail.compose import Composed, Stamp, compose, encode_header, transfer_encode
from ses_emulator.mail.headers import HeaderBlock, decode, unfold
from ses_emulator.mail.message import Attachment, Simple, Text
from ses_emulator.mail.read import Content, read
from tests.mail.corpus import COLLECTION, many, mutated

ID = "010001903a5d1c2e-7d4f4a3e-1b2c-4d5e-8f90-a1b2c3d4e5f6-000000"
STAMP = Stamp(ID, "us-east-1", 1_700_000_000.5)
ADDED = [
    ("Message-ID", f"<{ID}@email.amazonses.com>"),
    ("Date", "Tue, 14 Nov 2023 22:13:20 +0000"),
    ("Feedback-ID", "::1.us-east-1.010001903a5d1c2e:AmazonSES"),
    ("X-SES-Outgoing", "2023.11.14-54.240.8.1"),
]
TO = "ada@example.com"
BINARY = bytes(range(256)) + b"\r\n\n\r" + b"x" * 200


def simple(**members: Any) -> Simple:
    """Content with a subject and a text; texts may be given as plain strings."""
    values: dict[str, Any] = {
        "sender": "from@example.com",
        "to": [TO],
        "cc": [],
        "reply_to": [],
        "subject": "A subject",
        "text": "A text",
        "html": None,
        **members,
    }
    for name in ("subject", "text", "html"):
        if isinstance(values[name], str):
            values[name] = Text(values[name], "UTF-8")
    return Simple(**values)


def composed(**members: Any) -> Composed:
    """What is composed of these parts."""
    return compose(simple(**members), STAMP)


def parsed(message: Composed) -> EmailMessage:
    """The message as the standard library reads it, without a defect in any part."""
    found = email.message_from_bytes(message.raw, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    for part in found.walk():
        assert part.defects == []
    return found


def around(raw: bytes) -> Composed:
    """What goes out of a raw message."""
    return compose(HeaderBlock(raw), STAMP)


def header(raw: bytes, name: str) -> str:
    """The only header of this name as it is written."""
    [line] = [line for key, line in HeaderBlock(raw).fields if key == name.lower()]
    return line.decode("ascii").partition(": ")[2].removesuffix("\r\n")


def read_back(message: Composed) -> Content:
    """The message as the inbox shows it; all its lines are short enough and end in CRLF."""
    assert not re.search(rb"[^\r\n]{999}|[^\r]\n|\r[^\n]", message.raw)
    content = read(message.raw)
    assert content.error is None
    return content


# What SES adds, replaces and removes.


def test_text_message_byte_for_byte() -> None:
    added = "".join(f"{name}: {value}\r\n" for name, value in ADDED)
    assert composed(cc=["cc@example.com"], reply_to=["reply@example.com"]).raw.decode() == (
        "From: from@example.com\r\nReply-To: reply@example.com\r\nTo: ada@example.com\r\n"
        "Cc: cc@example.com\r\nSubject: A subject\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 7bit\r\n"
        f"{added}\r\nA text"
    )


def test_headers_that_are_replaced() -> None:
    raw = (
        b"Message-ID: <mine@example.com>\r\nFrom: a@example.com\r\nDate: yesterday,\r\n at noon\r\n"
        b"Bcc: secret@example.com,\r\n\tother@example.com\r\nReturn-Path: <r@example.com>\r\n"
        b"message-id: <again@example.com>\r\nFeedback-ID: mine\r\nX-SES-Outgoing: mine\r\n"
        b"Subject: Hi\r\nbcc: more@example.com\r\n\r\nBcc: of the body\r\n"
    )
    message = around(raw)
    block = HeaderBlock(message.raw)
    assert block.items() == [("From", "a@example.com"), ("Subject", "Hi"), *ADDED]
    assert block.body == b"Bcc: of the body\r\n"


@pytest.mark.parametrize(
    ("region", "host"), [("us-east-1", "email"), ("eu-west-1", "eu-west-1"), ("us-west-2",) * 2]
)
def test_message_id_names_the_region(region: str, host: str) -> None:
    stamp = Stamp(ID, region, STAMP.now)
    for content in (simple(), HeaderBlock(b"From: a@example.com\r\n\r\n")):
        raw = compose(content, stamp).raw
        assert header(raw, "Message-ID") == f"<{ID}@{host}.amazonses.com>"
        assert header(raw, "Feedback-ID").startswith(f"::1.{region}.")


def test_what_the_list_shows() -> None:
    message = composed(
        sender="=?utf-8?q?J=C3=BCrgen?= <from@example.com>",
        to=[TO, "日本 <b@example.com>"],
        cc=["C <c@example.com>"],
        subject="Über\r\nuns",
    )
    assert message.sender == "Jürgen <from@example.com>"
    assert message.to == [TO, "日本 <b@example.com>"]
    assert message.cc == ["C <c@example.com>"]
    assert message.subject == "Über uns"


def test_what_the_list_shows_of_a_raw_message() -> None:
    message = around(
        b"From: =?utf-8?q?J=C3=BCrgen?= <a@example.com>\r\nTo: b@example.com,\r\n"
        b" =?utf-8?b?5pel5pys?= <c@example.com>\r\nTo: d@example.com\r\nSubject: a\r\n folded\r\n"
        b"Cc: E <e@example.com>\r\nFrom: second@example.com\r\n\r\n"
    )
    assert message.sender == "Jürgen <a@example.com>, second@example.com"
    assert message.to == ["b@example.com", "日本 <c@example.com>", "d@example.com"]
    assert message.cc == ["E <e@example.com>"]
    assert message.subject == "a folded"


# Raw messages.


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"From: a\r\n\r\nbody", b"From: a\r\n{added}\r\nbody"),
        (b"From: a\n\nbody\n", b"From: a\n{added}\nbody\n"),
        (b"From: a\r\n", b"From: a\r\n{added}\r\n"),
        (b"From: a", b"From: a\r\n{added}\r\n"),
        (b"From: a\n b", b"From: a\n b\n{added}\n"),
        (b"From x@y Fri Apr  6 16:46:09 2001\nFrom: a\n\nFrom b\n", b"From: a\n{added}\nFrom b\n"),
        (b"From: a\r\nno header\r\n", b"From: a\r\n{added}\r\nno header\r\n"),
        (b"\r\nbody", b"{added}\r\nbody"),
        (b"", b"{added}\r\n"),
    ],
    ids=[
        "crlf",
        "lf only",
        "no body",
        "no line end",
        "folded, no line end",
        "mbox",
        "broken headers",
        "no headers",
        "empty",
    ],
)
def test_shapes_of_raw_messages(raw: bytes, expected: bytes) -> None:
    newline = "\n" if b"\r" not in expected else "\r\n"
    added = "".join(f"{name}: {value}{newline}" for name, value in ADDED)
    assert around(raw).raw == expected.replace(b"{added}", added.encode())


@pytest.mark.parametrize(
    "body", [BINARY, b"\n.\n", b"\0", b"x" * 100_000, b"\xff\xfe", b"\r\n\r\n", b"From a\r\n"]
)
def test_raw_body_goes_out_byte_for_byte(body: bytes) -> None:
    raw = b"Subject: a\r\nContent-Transfer-Encoding: binary\r\n\r\n" + body
    assert around(raw).raw.endswith(b"\r\n\r\n" + body)


def test_other_headers_go_out_byte_for_byte() -> None:
    lines = (
        b"X-A:no blank\r\nx-a:  two\t\r\n\tlines \r\nSubject : \xff\xfe\r\n"
        b"DKIM-Signature: b=a\r\n b\r\n"
    )
    assert around(lines + b"Date: x\r\n\r\n").raw.startswith(lines + b"Message-ID: <")


@many
@given(mutated())
def test_any_raw_message_keeps_its_body(raw: bytes) -> None:
    body = HeaderBlock(raw).body
    message = around(raw)
    block = HeaderBlock(message.raw)
    assert block.body == body
    assert block.items()[-len(ADDED) :] == ADDED
    assert block.get("bcc") is None


@pytest.mark.parametrize("path", COLLECTION, ids=lambda path: path.stem)
def test_collection_is_read_as_before(path: Any) -> None:
    before, after = read(path.read_bytes()), read(around(path.read_bytes()).raw)
    assert (after.text, after.html, after.attachments) == (
        before.text,
        before.html,
        before.attachments,
    )


# Bodies.


def test_text_and_html_are_alternatives() -> None:
    message = composed(text="A text", html="<p>A page")
    assert header(message.raw, "Content-Type").startswith(
        'multipart/alternative; \r\n\tboundary="----=_Part_0_'
    )
    text, html = parsed(message).iter_parts()
    assert (text.get_content_type(), text.get_payload()) == ("text/plain", "A text")
    assert (html.get_content_type(), html.get_payload()) == ("text/html", "<p>A page")


@pytest.mark.parametrize(
    ("members", "kind", "content"),
    [
        ({}, "text/plain", "A text"),
        ({"text": None, "html": "<p>A page"}, "text/html", "<p>A page"),
        ({"text": None}, "text/plain", ""),
        ({"text": ""}, "text/plain", ""),
    ],
)
def test_single_body(members: dict[str, Any], kind: str, content: str) -> None:
    message = parsed(composed(**members))
    assert (message.get_content_type(), message.get_payload()) == (kind, content)


@pytest.mark.parametrize(
    ("charset", "text", "used", "encoding"),
    [
        ("UTF-8", "plain", "UTF-8", "7bit"),
        ("us-ascii", "plain", "us-ascii", "7bit"),
        ("UTF-8", "some words and ü", "UTF-8", "quoted-printable"),
        ("UTF-8", "日本語", "UTF-8", "base64"),
        ("ISO-8859-1", "some words and ü", "ISO-8859-1", "quoted-printable"),
        ("us-ascii", "some words and ü", "UTF-8", "quoted-printable"),
        ("ISO-8859-1", "some words and €", "UTF-8", "quoted-printable"),
        ("iso-2022-jp", "日本語", "iso-2022-jp", "7bit"),
        ("iso-2022-jp", "日本語" * 300, "iso-2022-jp", "quoted-printable"),
        ("Shift_JIS", "日本語", "Shift_JIS", "base64"),
        ("UTF-16", "one\ntwo", "UTF-16", "base64"),
        ("UTF-16-LE", "\u0a05\u0a0a", "UTF-16-LE", "base64"),
        ("UTF-8", "x" * 998, "UTF-8", "7bit"),
        ("UTF-8", "x" * 999, "UTF-8", "quoted-printable"),
        ("UTF-8", "a\0b", "UTF-8", "quoted-printable"),
        ("x-unknown", "plain", "UTF-8", "7bit"),
        ("hex", "plain", "UTF-8", "7bit"),
        ("punycode", "plain", "UTF-8", "7bit"),
        ("UTF-8\r\nBcc: all@example.com\r\n", "plain", "UTF-8", "7bit"),
        ("UTF-8\r\n\r\n", "plain", "UTF-8", "7bit"),
        ("", "plain", "UTF-8", "7bit"),
    ],
)
def test_charsets(charset: str, text: str, used: str, encoding: str) -> None:
    for members in ({"text": Text(text, charset)}, {"text": None, "html": Text(text, charset)}):
        message = composed(**members)
        kind = "html" if "html" in members else "plain"
        assert header(message.raw, "Content-Type") == f"text/{kind}; charset={used}"
        assert header(message.raw, "Content-Transfer-Encoding") == encoding
        content = read_back(message)
        assert (content.text or content.html) == text


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@many
@given(TEXTS, st.sampled_from(["UTF-8", "ISO-8859-1", "UTF-16", "Shift_JIS", "UTF-7", "gb18030"]))
def test_any_text(text: str, charset: str) -> None:
    content = read_back(composed(text=Text(text, charset), html=text))
    lines = re.sub(r"\r\n?", "\n", text)
    assert content.text == lines
    assert content.html == lines


@pytest.mark.parametrize("text", ["one\ntwo\r\nthree\rfour", "\r\r\n\n", "über\none\rtwo"])
def test_line_ends_become_crlf(text: str) -> None:
    assert read_back(composed(text=text)).text == re.sub(r"\r\n?", "\n", text)


def test_text_that_looks_like_a_boundary() -> None:
    first = composed(html="<p>")
    [boundary] = re.findall(r'boundary="(.*)"', header(first.raw, "Content-Type"))
    text = f"before\n--{boundary}\nContent-Type: text/html\n\nafter\n--{boundary}--\n"
    assert read_back(composed(text=text, html="<p>")).text == text


# Headers.


@pytest.mark.parametrize(
    "break_", ["\r\n", "\n", "\r", "\0", "\r\n\r\n", "\n\t", "\r\n "], ids=ascii
)
@pytest.mark.parametrize("name", ["ü", "u"])
def test_line_breaks_begin_no_header(break_: str, name: str) -> None:
    evil = f"{name}{break_}X-Evil: 1"
    message = composed(
        sender=f"{evil} <from@example.com>",
        to=[f"{evil} <ada@example.com>", TO],
        cc=[f"{evil} <cc@example.com>"],
        reply_to=[evil],
        subject=evil,
        headers=[("X-Custom", evil)],
        attachments=[
            Attachment(evil, f"text/csv{break_}X-Evil: 1", b"", content_id=evil, description=evil)
        ],
    )
    assert b"\nX-Evil" not in message.raw
    assert b"\rX-Evil" not in message.raw
    names = [key for key, _ in HeaderBlock(message.raw).items()]
    assert names == [
        *("From", "Reply-To", "To", "Cc", "Subject", "X-Custom", "MIME-Version", "Content-Type"),
        *(key for key, _ in ADDED),
    ]
    assert message.subject == f"{name} X-Evil: 1"
    assert len(read(message.raw).attachments) == 1


def test_custom_headers_in_order() -> None:
    message = composed(
        headers=[("X-B", "2"), ("List-Unsubscribe", "<https://example.com/?a=b>"), ("X-B", "ü")]
    )
    items = HeaderBlock(message.raw).items()
    start = items.index(("Subject", "A subject")) + 1
    assert items[start : start + 3] == [
        ("X-B", "2"),
        ("List-Unsubscribe", "<https://example.com/?a=b>"),
        ("X-B", "ü"),
    ]


def test_custom_headers_that_ses_sets_itself() -> None:
    message = composed(headers=[("feedback-id", "mine"), ("X-SES-Outgoing", "mine"), ("X-A", "1")])
    names = [name for name, _ in HeaderBlock(message.raw).items()]
    assert names.count("X-A") == 1
    assert HeaderBlock(message.raw).items()[-len(ADDED) :] == ADDED
    assert b"mine" not in message.raw


@pytest.mark.parametrize(
    ("charset", "used"),
    [
        ("UTF-8", "utf-8"),
        ("ISO-8859-1", "iso-8859-1"),
        ("us-ascii", "utf-8"),
        ("UTF-16", "utf-8"),
        ("x-unknown", "utf-8"),
        ("EUC-JP", "utf-8"),
    ],
)
def test_subject_in_its_charset(charset: str, used: str) -> None:
    message = composed(subject=Text("Größe", charset))
    assert header(message.raw, "Subject").lower().startswith(f"=?{used}?")
    assert HeaderBlock(message.raw).get("subject") == "Größe"


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "short",
        "x" * 800,
        "word " * 400 + "end",
        "ü" * 500,
        "日本 " * 100 + "!",
        "a =?b?= c",
        "a: b",
    ],
)
def test_subject_of_any_length(subject: str) -> None:
    message = composed(subject=subject)
    read_back(message)
    assert HeaderBlock(message.raw).get("subject") == subject
    assert str(parsed(message)["subject"]) == subject


@many
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)), st.integers(1, 100))
def test_ascii_header_is_only_folded(value: str, times: int) -> None:
    value = (f"{value} " * times).strip()
    encoded = encode_header(value, "UTF-8", "Subject")
    assert unfold(encoded.encode()) == value
    assert "\r\n \r\n" not in encoded


@many
@given(TEXTS.filter(lambda text: not text.isascii()))
def test_other_header_is_encoded(value: str) -> None:
    value = " ".join(value.split())
    encoded = encode_header(value, "UTF-8", "Subject").encode("ascii")
    assert max(map(len, encoded.split(b"\r\n"))) <= 78  # RFC 5322 section 2.1.1
    # What Python takes for a line break is a blank to its email package.
    assert decode(encoded).split() == " ".join(value.splitlines()).split()


@pytest.mark.parametrize(
    ("address", "written"),
    [
        (TO, TO),
        ("Ada <ada@example.com>", "Ada <ada@example.com>"),
        ('"Lovelace, Ada" <ada@example.com>', '"Lovelace, Ada" <ada@example.com>'),
        ("Jürgen <j@example.com>", "=?utf-8?q?J=C3=BCrgen?= <j@example.com>"),
        ('"Groß, J" <j@example.com>', "=?utf-8?b?R3Jvw58sIEo=?= <j@example.com>"),
        ("j@münchen.example", "j@xn--mnchen-3ya.example"),
        ("Ü <j@münchen.example>", "=?utf-8?b?w5w=?= <j@xn--mnchen-3ya.example>"),
        ("=?utf-8?q?J=C3=BC?= <j@example.com>", "=?utf-8?q?J=C3=BC?= <j@example.com>"),
        ("Müller, J <j@example.com>", "=?utf-8?b?TcO8bGxlciwgSiA8akBleGFtcGxlLmNvbT4=?="),
        (f"j@{'ü' * 70}.example", f"j@{'ü' * 70}.example"),
    ],
)
def test_addresses(address: str, written: str) -> None:
    message = composed(sender=address, to=[address], cc=[address], reply_to=[address])
    block = HeaderBlock(message.raw)
    for name in ("from", "to", "cc", "reply-to"):
        assert block.raw_values(name) == [written]
    assert message.to == [decode(address)]


@pytest.mark.parametrize("name", ["Ada", "Jürgen", "日本語" * 10, "very " * 400 + "long", ""])
def test_many_addresses_are_folded(name: str) -> None:
    pattern = f"{name} <ada%d@example.com>" if name else "ada%d@example.com"
    to = [pattern % number for number in range(50)]
    message = composed(to=to)
    read_back(message)
    written = addresses.split(HeaderBlock(message.raw).raw_values("to"))
    assert [decode(each) for each in written] == to
    specs = [each.addr_spec for each in parsed(message)["to"].addresses]
    assert specs == [f"ada{number}@example.com" for number in range(50)]


# Attachments.


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "7bit"])
@pytest.mark.parametrize("data", [BINARY, b"", b"a\nb\r\nc\r", b"a,b\r\n1,2\r\n", b"end \t"])
def test_attachment_comes_back_byte_for_byte(encoding: str, data: bytes) -> None:
    message = composed(
        attachments=[Attachment("a.bin", "application/x-a", data, encoding=encoding)]
    )
    assert header(message.raw, "Content-Type").startswith("multipart/mixed; ")
    content = read(message.raw)
    assert content.text == "A text"
    [part] = content.attachments
    assert (part.name, part.type, part.content) == ("a.bin", "application/x-a", data)
    assert not part.inline
    assert f"Content-Transfer-Encoding: {encoding}\r\n".encode() in message.raw
    if encoding != "7bit":
        read_back(message)


def test_everything_at_once() -> None:
    message = composed(
        html='<img src="cid:logo">',
        attachments=[
            Attachment("a.pdf", "application/pdf", b"pdf", description="Größe"),
            Attachment("logo.png", "image/png", b"png", inline=True, content_id="logo"),
            Attachment("b.csv", "text/csv", b"csv", content_id="<b@c>"),
        ],
    )
    mixed = parsed(message)
    kinds = [part.get_content_type() for part in mixed.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/related",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "image/png",
        "application/pdf",
        "text/csv",
    ]
    boundaries = {part.get_boundary() for part in mixed.walk() if part.is_multipart()}
    assert len(boundaries) == 3
    assert all(str(each).startswith("----=_Part_") for each in boundaries)
    assert [part["Content-Description"] for part in mixed.iter_attachments()] == ["Größe", None]
    content = read_back(message)
    assert (content.text, content.html) == ("A text", '<img src="cid:logo">')
    found = [(part.name, part.content_id, part.inline) for part in content.attachments]
    assert found == [
        ("logo.png", "logo", True),
        ("a.pdf", None, False),
        ("b.csv", "b@c", False),
    ]


@pytest.mark.parametrize(
    "name", ["a b.txt", 'q"u\\o;te.txt', "größe.txt", "日本語" * 85, "😀" * 255, "x" * 255, "a\tb"]
)
def test_names_of_files(name: str) -> None:
    [part] = read_back(composed(attachments=[Attachment(name, "text/plain", b"")])).attachments
    assert part.name == name.replace("\t", " ")


@many
@given(st.binary(max_size=400))
def test_transfer_encodings_of_files(data: bytes) -> None:
    for encoding in ("base64", "quoted-printable"):
        encoded = transfer_encode(data, encoding, lines=False)
        assert encoded.isascii()
        assert max(map(len, encoded.split(b"\r\n"))) <= 76
        raw = (
            f"Content-Type: a/b\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + encoded
        )
        assert read(raw).attachments[0].content == data
