"""The words of HTML."""

from __future__ import annotations

import time

import pytest

from ses_emulator.mail.text import from_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<h1>Hello</h1><p>Ada &amp; <b>Grace</b></p>", "Hello Ada & Grace"),
        ("<style>p {color: red}</style><p>seen</p>", "seen"),
        ("<SCRIPT src='x'>if (a < b) c()</SCRIPT>seen", "seen"),
        ("<head><title>T</title></head>seen", "seen"),
        ("a<!-- <p>not</p> -->b", "a b"),
        ("<p title=x>one<br/>two\n three", "one two three"),
        ("1 < 2", "1 < 2"),
        ("&#65;&#" + "9" * 5000 + ";&#" + "6" * 4000, "A\ufffd\ufffd"),
        ("<p>open <b", "open"),
        ("<script>never ends", ""),
        ("", ""),
    ],
)
def test_words(html: str, text: str) -> None:
    assert from_html(html) == text


@pytest.mark.parametrize("piece", ["<b ", "<", "<!--", "<script", "<script>", "</", "&", "<b a='"])
def test_linear_time(piece: str) -> None:
    start = time.process_time()
    from_html(piece * 100_000)
    assert time.process_time() - start < 2
