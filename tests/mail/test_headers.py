"""Header blocks: their fields in order, and bytes that stay as they are."""

from __future__ import annotations

from email.header import Header
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_emulator.mail.headers import HeaderBlock, decode, unfold
from tests.mail.corpus import COLLECTION, assembled, many, mutated

MAIL = (
    b"Received: one\r\nRECEIVED: two\r\nSubject: a\r\n folded\r\n\tsubject\r\nTo: a@example.com\r\n"
    b"\r\nThe body\r\n\r\nSubject: not a header\r\n"
)


def test_fields_in_order_with_duplicates() -> None:
    block = HeaderBlock(MAIL)
    assert block.items() == [
        ("Received", "one"),
        ("RECEIVED", "two"),
        ("Subject", "a folded subject"),
        ("To", "a@example.com"),
    ]
    assert block.all("received") == ["one", "two"]
    assert block.get("subject") == "a folded subject"
    assert block.get("cc") is None
    assert block.all("cc") == []
    assert block.body == b"The body\r\n\r\nSubject: not a header\r\n"
    assert block.to_bytes() == MAIL


def test_encoded_words_are_left_in_raw_values() -> None:
    block = HeaderBlock(b"To: =?utf-8?q?J=2C?=\r\n <a@example.com>\r\nTo: b@example.com\r\n\r\n")
    assert block.raw_values("to") == ["=?utf-8?q?J=2C?= <a@example.com>", "b@example.com"]
    assert block.all("to") == ["J, <a@example.com>", "b@example.com"]


def test_remove_and_append() -> None:
    block = HeaderBlock(MAIL)
    block.remove({"received", "cc"})
    block.append("Message-ID", "<1@example.com>")
    assert block.to_bytes() == (
        b"Subject: a\r\n folded\r\n\tsubject\r\nTo: a@example.com\r\n"
        b"Message-ID: <1@example.com>\r\n\r\nThe body\r\n\r\nSubject: not a header\r\n"
    )


def test_removed_fields_go_with_their_folded_lines() -> None:
    block = HeaderBlock(MAIL)
    block.remove({"subject"})
    assert b"folded" not in block.to_bytes()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"A: 1\nB: 2\n\nbody\n", b"A: 1\nB: 2\nX: y\n\nbody\n"),
        (b"A: 1\r\n\r\nbody\n", b"A: 1\r\nX: y\r\n\r\nbody\n"),
        (b"A: 1\r\n\nbody", b"A: 1\r\nX: y\r\n\r\nbody"),
        (b"A: 1", b"A: 1\r\nX: y\r\n\r\n"),
        (b"A: 1\n", b"A: 1\nX: y\n\n"),
        (b"A: 1\n b", b"A: 1\n b\nX: y\n\n"),
        (b"", b"X: y\r\n\r\n"),
        (b"\r\nbody", b"X: y\r\n\r\nbody"),
        (b"\n\nbody", b"X: y\r\n\r\n\nbody"),
        (b"no header\nA: 1\n", b"X: y\r\n\r\nno header\nA: 1\n"),
        (b" folded of nothing\nA: 1\n", b"X: y\r\n\r\n folded of nothing\nA: 1\n"),
        (b"A: 1\nno header\nB: 2\n\nbody", b"A: 1\nX: y\n\nno header\nB: 2\n\nbody"),
        (b"A\xff: 1\n\nbody", b"X: y\r\n\r\nA\xff: 1\n\nbody"),
        (b"From a@b Fri Apr  6 16:46:09 2001\nA: 1\n\nbody", b"A: 1\nX: y\n\nbody"),
        (b"From a@b Fri Apr  6 16:46:09 2001", b"X: y\r\n\r\n"),
        (b"A: 1\n\nFrom the body\n", b"A: 1\nX: y\n\nFrom the body\n"),
    ],
    ids=[
        "lf",
        "crlf",
        "mixed",
        "no line end",
        "no body",
        "folded without line end",
        "empty",
        "no fields",
        "two blank lines",
        "no header at all",
        "begins folded",
        "broken in the middle",
        "name that is not ascii",
        "mbox",
        "mbox only",
        "from line in the body",
    ],
)
def test_shapes(raw: bytes, expected: bytes) -> None:
    block = HeaderBlock(raw)
    block.append("X", "y")
    assert block.to_bytes() == expected


def test_blank_before_the_colon() -> None:
    block = HeaderBlock(b"From : a@example.com\r\nSubject\t: b\r\n\r\nbody")
    assert block.items() == [("From", "a@example.com"), ("Subject", "b")]
    assert block.body == b"body"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b" plain ", "plain"),
        (b" two\r\n lines\n\tthree", "two lines three"),
        ("Grüße".encode(), "Grüße"),
        (b"Gr\xfc\xdfe", "Gr��e"),
        (b" =?utf-8?Q?Gr=C3=BC=C3=9Fe_you?=", "Grüße you"),
        (b" =?utf-8?b?R3LDvMOfZQ==?=", "Grüße"),
        (b" =?utf-8?b?R3LDvMOfZQ?=", "Grüße"),
        (b" =?iso-8859-1?q?=FC?=\r\n =?utf-8?b?w7w=?=", "üü"),
        (b" =?utf-8?q?a_?= =?utf-8?q?b?=", "a b"),
        (b" =?utf-8?q?=C3?= =?utf-8?q?=BC?=", "ü"),
        (b" a =?utf-8?q?b?= c =?utf-8?q?d?=", "a b c d"),
        ("日 =?utf-8?q?=C3=BC?= é".encode(), "日 ü é"),
        (rb" C:\u0041 =?utf-8?q?x?=", r"C:\u0041 x"),
        (b" =?iso-8859-1*de?q?=FC?=", "ü"),
        (b" =?utf-8?q?who? me?=", "who? me"),
        (b" =?x-unknown?q?=C3=BC?=", "ü"),
        (b" =?utf-8\r\n?q?x?=", "x"),
        (b" =?punycode?q?abc?=", "abc"),
        (b" =?utf-8?q?=FF?=", "�"),
        (b" =?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        (b" =?utf-8?q?open", "=?utf-8?q?open"),
        (b" =?utf-8?b??=", ""),
        (b" a?=b =?=", "a?=b =?="),
    ],
)
def test_decode(value: bytes, expected: str) -> None:
    assert decode(value) == expected


def test_decode_leaves_no_surrogates() -> None:
    assert decode(b"=?utf-7?q?+2AA-?=").encode() == b"?"


@many
@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1))
def test_decode_undoes_the_standard_library(text: str) -> None:
    text = text.strip()
    assert decode(Header(text, "utf-8").encode().encode()) == unfold(text.encode())


@pytest.mark.parametrize("path", COLLECTION, ids=lambda path: path.stem)
def test_collection_goes_out_as_it_came_in(path: Path) -> None:
    raw = path.read_bytes()
    if raw.startswith(b"From "):
        raw = raw.partition(b"\n")[2]
    # The fields of this one are not ended by a blank line; they are now.
    expected = raw.replace(b"\ncounter to", b"\n\ncounter to") if path.stem == "msg_35" else raw
    if path.stem == "msg_19":  # It has no fields.
        expected = b"\r\n" + raw
    assert HeaderBlock(raw).to_bytes() == expected


@many
@given(st.binary() | assembled() | mutated())
def test_any_bytes(raw: bytes) -> None:
    block = HeaderBlock(raw)
    assert raw.endswith(block.body)
    lines = b"".join(line for _, line in block.fields)
    assert lines in raw
    assert len(block.items()) == len(block.fields)
    again = HeaderBlock(block.to_bytes())
    assert again.items() == block.items()
    assert again.body == block.body


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "raw",
    [
        b"a: b" + b"\r\n c" * 1_000_000,
        b"a" * 2_000_000 + b" " * 2_000_000,
        b"a:" + b"=?a?q? " * 100_000,
        b"a:" + b"=?a?q?\x0b?= =?a?q? " * 100_000,
        b"a:" + b"=?utf-8?q?a?= " * 100_000,
        b"a:" + b"=?" * 500_000,
    ],
    ids=["folded", "no colon", "open words", "broken words", "words", "word starts"],
)
def test_long_fields_take_linear_time(raw: bytes) -> None:
    block = HeaderBlock(raw)
    assert len(block.items()) == (1 if b":" in raw else 0)
