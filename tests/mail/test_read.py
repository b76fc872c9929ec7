"""Captured bytes as they are shown: bodies, attachments, and what cannot be read."""

from __future__ import annotations

import email
import re
import time
from collections.abc import Iterator
from email.message import EmailMessage, Message
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_emulator.mail.read import Content, Part, read
from tests.mail.corpus import COLLECTION, assembled, many, mutated
from tests.web.mail import rich


def multipart(subtype: str, *parts: str, boundary: str = "b") -> str:
    """A multipart entity; a part is its header lines, a blank line and its content."""
    head = f"Content-Type: multipart/{subtype}; boundary={boundary}\n\npreamble\n"
    body = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f"{head}{body}--{boundary}--\nepilogue"


def part(kind: str, content: str, *lines: str) -> str:
    """A part of this type."""
    return "\n".join([f"Content-Type: {kind}", *lines, "", content])


def read_text(text: str) -> Content:
    """What is read of a message with CRLF for the line ends of ``text``."""
    return read(text.replace("\n", "\r\n").encode())


def bodies(content: Content) -> tuple[str | None, str | None]:
    """Text and HTML."""
    return content.text, content.html


def names(content: Content) -> list[str]:
    """The names of the attachments."""
    return [each.name for each in content.attachments]


def test_headers_in_order_with_duplicates() -> None:
    content = read(b"X-A: 1\r\nSubject: =?utf-8?q?=C3=BC?=\r\nX-a: 2\r\n folded\r\n\r\n")
    assert content.headers == [("X-A", "1"), ("Subject", "ü"), ("X-a", "2 folded")]


def test_what_the_standard_library_writes() -> None:
    content = read(rich())
    assert content.text == "The text of the order. See https://shop.example/track?o=7.\n"
    assert content.html == "<h1>The page of the order</h1>\n"
    assert content.attachments == [
        Part(0, "order.csv", "text/csv", b"id,price\n7,12.50\n", None, False)
    ]
    assert content.error is None


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Subject: a\r\n\r\nline\r\nline\r\n", "line\nline\n"),
        (b"Subject: a\n\nline\nline\n", "line\nline\n"),
        (b"Subject: a\r\n\r\n", ""),
        (b"Subject: a", ""),
        (b"", ""),
        (b"just words", "just words"),
        (b"\0\xff\r\n", "\0\ufffd\n"),
        (b"Content-Type: nonsense\r\n\r\nx", "x"),
        (b"Content-Type: TEXT/PLAIN\r\n\r\nx", "x"),
        (b"Content-Type: text/plain; name=x.txt\r\n\r\nx", "x"),
        (b"Content-Type: text/plain; format=flowed\r\n\r\na \r\nb", "a \nb"),
    ],
)
def test_simple_text(raw: bytes, text: str) -> None:
    content = read(raw)
    assert (content.text, content.html, content.attachments, content.error) == (
        text,
        None,
        [],
        None,
    )


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("utf-8", "Grüße".encode(), "Grüße"),
        ("UTF8", "Grüße".encode(), "Grüße"),
        ('"utf-8"', "Grüße".encode(), "Grüße"),
        ("utf-8", b"Gr\xfc\xdfe", "Gr\ufffd\ufffde"),
        ("iso-8859-1", b"Gr\xfc\xdfe", "Grüße"),
        ("windows-1252", b"\x80", "€"),
        ("iso-2022-jp", "日本".encode("iso-2022-jp"), "日本"),
        ("shift_jis", "日本".encode("shift_jis") + b"\x81", "日本\ufffd"),
        ("gb18030", "中文".encode("gb18030"), "中文"),
        ("utf-16", "Grüße".encode("utf-16"), "Grüße"),
        ("us-ascii", "Grüße".encode(), "Grüße"),
        ("", "Grüße".encode(), "Grüße"),
        ("x-unknown", "Grüße".encode(), "Grüße"),
        ("utf-7", b"+2AA-", "?"),
        ("unicode-escape", rb"\x", r"\x"),
        ("idna", b"xn--", "xn--"),
        ("punycode", b"Mnchen-3ya", "Mnchen-3ya"),
        ("hex", b"zz", "zz"),
        ("zlib", b"x", "x"),
        ("\0", b"x", "x"),
        ("é", b"x", "x"),
        ("a" * 5000, b"x", "x"),
    ],
)
def test_charsets(charset: str, body: bytes, text: str) -> None:
    head = f"Content-Type: text/html; charset={charset}\r\n\r\n".encode()
    content = read(head + body)
    assert (content.html, content.error) == (text, None)
    assert text.encode()


@pytest.mark.parametrize(
    ("encoding", "body", "text"),
    [
        ("7bit", b"a=3D", "a=3D"),
        ("8bit", b"\xc3\xbc", "ü"),
        ("quoted-printable", b"=C3=BC=\r\n b=3Dc", "ü b=c"),
        ("Quoted-Printable", b"=C3=B", "\ufffd=B"),
        ("quoted-printable (why not)", b"=3D", "="),
        ("base64", b"w7w=\r\n", "ü"),
        ("BASE64;", b"w7w", "ü"),
        ("base64", b"w7w=!", "ü"),
        ("base64", b"w7\r\nxh\r\nY", "üa"),
        ("base64", b"Y", ""),
        ("base64", b"***", ""),
        ("base64", b"", ""),
        ("x-unknown", b"a=3D", "a=3D"),
        ("\xff", b"a", "a"),
    ],
)
def test_transfer_encodings(encoding: str, body: bytes, text: str) -> None:
    content = read(f"Content-Transfer-Encoding: {encoding}\r\n\r\n".encode("latin-1") + body)
    assert (content.text, content.error) == (text, None)


def test_alternatives() -> None:
    content = read_text(
        multipart(
            "alternative",
            part("text/plain", "one"),
            part("text/html", "<p>one"),
            part("text/html", "<p>two"),
            part("text/calendar", "BEGIN:VCALENDAR"),
        )
    )
    assert bodies(content) == ("one", "<p>one")
    assert [each.type for each in content.attachments] == ["text/html", "text/calendar"]


def test_texts_of_a_mixed_message_follow_each_other() -> None:
    content = read_text(
        multipart(
            "mixed",
            part("text/plain", "one"),
            part("image/png", "png"),
            part("text/plain", "two\n", "Content-Disposition: inline"),
            part("text/plain", ""),
            part("text/html", "<p>three"),
            part("text/plain", "a file", "Content-Disposition: attachment"),
            part("text/plain; name=a.txt", "a named file", "Content-Disposition: inline"),
            part("text/plain", "unknown", "Content-Disposition: x-other"),
        )
    )
    assert bodies(content) == ("one\ntwo\n", "<p>three")
    assert names(content) == ["attachment-1.png", "attachment-2.txt", "a.txt", "attachment-4.txt"]


def test_mixed_within_an_alternative_is_one_choice() -> None:
    """As Apple's Mail writes it: the HTML goes on behind a picture."""
    mixed = multipart(
        "mixed",
        part("text/html", "<p>one"),
        part("image/png", "png"),
        part("text/html", "<p>two"),
        boundary="c",
    )
    content = read_text(
        multipart("alternative", part("text/plain", "text"), mixed, part("text/html", "<p>no"))
    )
    assert bodies(content) == ("text", "<p>one\n<p>two")
    assert [each.type for each in content.attachments] == ["image/png", "text/html"]


def test_related_images_are_inline() -> None:
    related = multipart(
        "related",
        part("text/html", '<img src="cid:a@b">'),
        part(
            "image/png; name=a.png",
            "YQ==",
            *(
                f"Content-{line}"
                for line in (
                    "ID: <a@b>",
                    "Transfer-Encoding: base64",
                    "Disposition: inline; filename=a.png",
                )
            ),
        ),
        part("image/gif", "gif", "Content-ID: <c@d>"),
        part("text/html", "a frame", "Content-ID: <e@f>"),
        part("image/gif", "gif", "Content-ID: <g@h>", "Content-Disposition: attachment"),
        boundary="r",
    )
    content = read_text(multipart("mixed", related, part("application/pdf", "pdf")))
    assert bodies(content) == (None, '<img src="cid:a@b">')
    assert [(each.index, each.content_id, each.inline) for each in content.attachments] == [
        (0, "a@b", True),
        (1, "c@d", True),
        (2, "e@f", True),
        (3, "g@h", False),
        (4, None, False),
    ]
    assert content.attachments[0] == Part(0, "a.png", "image/png", b"a", "a@b", True)


def test_report() -> None:
    content = read_text(
        multipart(
            "report",
            part("text/plain", "It bounced."),
            part("message/delivery-status", "Status: 5.1.1"),
            part("text/rfc822-headers", "Subject: a"),
        )
    )
    assert content.text == "It bounced."
    assert [each.type for each in content.attachments] == [
        "message/delivery-status",
        "text/rfc822-headers",
    ]


@pytest.mark.parametrize(
    ("inner", "name"),
    [
        ("Subject: Your order\n\nx", "Your order.eml"),
        ("Subject: =?utf-8?q?=C3=BC=0A?=\n\nx", "ü.eml"),
        ("To: a@example.com\n\nx", "message.eml"),
        ("", "message.eml"),
    ],
)
def test_attached_message(inner: str, name: str) -> None:
    content = read_text(multipart("mixed", part("message/rfc822", inner)))
    assert names(content) == [name]
    assert content.attachments[0].content == inner.replace("\n", "\r\n").encode()
    assert content.text is None


def test_digest_is_of_messages() -> None:
    content = read_text(multipart("digest", "\nSubject: one\n\nx", "Content-Type: text/plain\n\nt"))
    assert names(content) == ["one.eml"]
    assert content.text == "t"


def test_message_that_is_a_file() -> None:
    content = read(b"Content-Type: application/pdf; name=a.pdf\r\n\r\npdf")
    assert bodies(content) == (None, None)
    assert content.attachments == [Part(0, "a.pdf", "application/pdf", b"pdf", None, False)]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Disposition: attachment; filename=plain.txt", "plain.txt"),
        ('Disposition: attachment; filename="with; and \\" in.txt"', 'with; and " in.txt'),
        ("Disposition: attachment; FileName = spaced.txt ; size=3", "spaced.txt"),
        ("Disposition: attachment; filename=räw.txt", "räw.txt"),
        ('Disposition: attachment; filename="=?utf-8?q?=C3=BC.txt?="', "ü.txt"),
        ("Disposition: attachment; filename*=utf-8''%C3%BC%20b.txt", "ü b.txt"),
        ("Disposition: attachment; filename*=iso-8859-1'de'%FC.txt", "ü.txt"),
        ("Disposition: attachment; filename*=idna''%C3%BC.txt", "ü.txt"),
        ("Disposition: attachment; filename*=%C3%BC.txt", "ü.txt"),
        ("Disposition: attachment;\n filename*0=one-;\n filename*1=two.txt", "one-two.txt"),
        ("Disposition: attachment; filename*0*=utf-8''%C3%BC; filename*1=b.txt", "üb.txt"),
        ("Disposition: attachment; filename*1=b; filename*0=a", "ab"),
        ('Disposition: attachment; filename="a\tb\0.txt"', "a b .txt"),
        ('Disposition: attachment; filename=""', "attachment-1.pdf"),
        ('Disposition: attachment; filename="open', '"open'),
        ("Disposition: attachment; filename*=x; filename*0=y", "attachment-1.pdf"),
        ("Disposition: attachment; filename*" + "9" * 5000 + "=a", "attachment-1.pdf"),
        ("Disposition: attachment; filename=first; filename=second", "first"),
        ("Type: application/pdf; name=a.pdf", "a.pdf"),
        ("Disposition: attachment", "attachment-1.pdf"),
    ],
)
def test_names(line: str, name: str) -> None:
    content = read_text(f"Content-{line}\nContent-Type: application/pdf\n\npdf")
    assert names(content) == [name]
    assert content.error is None


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Content-Type: multipart/mixed\n\nx", "multipart/mixed without a boundary"),
        ("Content-Type: multipart/mixed; boundary=\n\nx", "multipart/mixed without a boundary"),
        ("Content-Type: multipart/mixed; boundary=b\n\nx", "multipart/mixed without its parts"),
        ("Content-Type: multipart/mixed; boundary=b\n\n--b--", "multipart/mixed without its parts"),
        (
            "Content-Type: multipart/mixed; boundary=b\n\n--bc\n\nx",
            "multipart/mixed without its parts",
        ),
        (
            "Content-Type: multipart/mixed; boundary=b\n\nx--b\n\nx",
            "multipart/mixed without its parts",
        ),
    ],
)
def test_message_that_cannot_be_parsed(text: str, error: str) -> None:
    content = read_text(f"Subject: Broken\n{text}")
    assert content.headers[0] == ("Subject", "Broken")
    assert (content.text, content.html, content.attachments, content.error) == (
        None,
        None,
        [],
        error,
    )


def test_part_that_cannot_be_opened_is_an_attachment() -> None:
    content = read_text(multipart("mixed", part("text/plain", "x"), part("multipart/mixed", "y")))
    assert content.text == "x"
    assert content.attachments == [Part(0, "attachment-1", "multipart/mixed", b"y", None, False)]
    assert content.error == "multipart/mixed without a boundary"


@pytest.mark.parametrize("end", range(1, 30))
def test_cut_message_is_read_as_far_as_it_goes(end: int) -> None:
    whole = multipart("mixed", part("text/plain", "hello"), part("image/png; name=a.png", "png!"))
    content = read_text(whole.removesuffix("epilogue")[:-end])
    assert content.text == "hello"
    assert content.error is None
    if content.attachments:
        assert b"png!".startswith(content.attachments[0].content[:4])


def test_deeply_nested_parts() -> None:
    raw = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(5000))
    content = read_text(raw)
    assert content.error == "parts are nested more than 20 deep"
    assert [each.type for each in content.attachments] == ["multipart/mixed"]
    assert b"--b4999" in content.attachments[0].content


def test_parts_that_all_have_one_boundary() -> None:
    content = read_text("Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 5000)
    assert content.error == "multipart/mixed without its parts"


def test_too_many_parts() -> None:
    content = read_text("Content-Type: multipart/mixed; boundary=b\n\n" + "--b\n\nx\n" * 20_000)
    assert content.error == "more than 10000 parts"
    assert content.text == "\n".join("x" * 10_000)


def test_what_goes_wrong_in_here_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("two\nlines")

    monkeypatch.setattr("ses_emulator.mail.mime.content_type", fail)
    content = read(b"Subject: a\r\n\r\nx")
    assert content == Content([("Subject", "a")], None, None, [], r"KeyError: 'two\nlines'")


def test_40_megabytes_in_about_a_second() -> None:
    mail = EmailMessage()
    mail.set_content("hello")
    mail.add_attachment(bytes(29_000_000), "application", "octet-stream", filename="a.bin")
    raw = mail.as_bytes()
    started = time.process_time()
    content = read(raw)
    assert time.process_time() - started < 2
    assert content.attachments[0].content == bytes(29_000_000)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "raw",
    [
        b'Content-Type: text/plain; a="' + b";" * 1_000_000,
        b'Content-Type: text/plain; a="' + b"\\" * 1_000_001,
        b"Content-Type: text/plain" + b"".join(b";a*%d=b" % n for n in range(100_000)),
        b"Content-Type: " + b"(" * 1_000_000,
        b"To: " + b"(" * 6000 + b"a@example.com" + b")" * 6000,
        b"Content-Type: text/plain; charset=punycode\r\n\r\n" + b"a-" * 1_000_000,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\n" * 1_000_000,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\n\n" + b"x--b" * 1_000_000,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b    " * 1_000_000,
        b"Content-Transfer-Encoding: base64\r\n\r\n" + b"=" * 1_000_000 + b"a",
        b"Content-Type: message/rfc822\r\n\r\n" * 100_000,
    ],
    ids=range(11),
)
def test_broken_mail_takes_linear_time(raw: bytes) -> None:
    assert read(raw).headers


def leaves(entity: Message) -> Iterator[Message]:
    """The parts of a message that are no multiparts; attached messages are not gone into."""
    if entity.is_multipart() and entity.get_content_maintype() == "multipart":
        for each in entity.get_payload():
            assert isinstance(each, Message)
            yield from leaves(each)
    else:
        yield entity


@pytest.mark.parametrize("path", COLLECTION, ids=lambda path: path.stem)
def test_collection_has_what_the_standard_library_finds(path: Path) -> None:
    raw = path.read_bytes()
    content = read(raw)
    parsed = email.message_from_bytes(raw)
    assert [name for name, _ in content.headers] == parsed.keys()
    if content.error is not None:
        assert re.fullmatch(CANNOT, content.error)
        return
    types = [each.type for each in content.attachments]
    shown = [content.text or "", content.html or ""]
    shown += [each.content.decode("latin-1") for each in content.attachments]
    for leaf in leaves(parsed):
        if leaf.is_multipart():
            assert leaf.get_content_type() in types
            continue
        data = leaf.get_payload(decode=True)
        assert isinstance(data, bytes)
        charset = leaf.get_content_charset() if leaf.get_content_maintype() == "text" else None
        text = data.decode(charset or "latin-1", "replace").strip()
        assert any(text in each for each in shown)


CANNOT = r"multipart/\S+ without (its parts|a boundary)|parts are nested .*|more than .* parts"


@many
@given(st.binary() | assembled() | mutated())
def test_any_bytes(raw: bytes) -> None:
    content = read(raw)
    assert content.error is None or re.fullmatch(CANNOT, content.error)
    for text in (content.text or "", content.html or "", *names(content)):
        assert text.encode().decode() == text
    assert [each.index for each in content.attachments] == list(range(len(content.attachments)))
    assert all(names(content))
