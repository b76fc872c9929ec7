"""Real mail, and ways to break it."""

from __future__ import annotations

import importlib
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st


def collection() -> list[Path]:
    """The messages in the tests of Python's email package; none if they are not installed."""
    try:
        file = importlib.import_module("test.test_email").__file__
    except ImportError:
        return []
    return sorted((Path(str(file)).parent / "data").glob("msg_*.txt"))


COLLECTION = collection()

many = settings(max_examples=300, deadline=None, derandomize=True, database=None)

# What mail is made of, and what breaks those who read it.
FRAGMENTS = (
    b"From: a@example.com\r\n",
    b"From mbox Fri Apr 06 16:46:09 2001\n",
    b"To: (((((((((\r\n",
    b"Subject: =?utf-8?q?=C3?= =?utf-7?b?+2AA-?= =?x?q?",
    b"\r\n\r\n",
    b"\n\n",
    b"\n ",
    b"\r",
    b"\0",
    b"\xff\xfe",
    b": ",
    b"--",
    b"--b\r\n",
    b"--b--\r\n",
    b"=\r\n=C3=ZZ",
    b"YQ=\r\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b'Content-Type: multipart/alternative; boundary="b"\r\n',
    b"Content-Type: multipart/digest; boundary*0=b\r\n",
    b"Content-Type: multipart/related;\r\n\tboundary*=utf-8''b; boundary=c\r\n",
    b"Content-Type: multipart/; boundary=\r\n",
    b"Content-Type: text/plain; charset=utf-7\r\n",
    b"Content-Type: text/html; charset=punycode; name*1=x; name*=y\r\n",
    b'Content-Type: message/rfc822; name="=?q?\\"\r\n',
    b"Content-Type: image/png; name*" + b"9" * 5000 + b"=a\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: quoted-printable (no)\r\n",
    b"Content-Transfer-Encoding: x-unknown\r\n",
    b"Content-Disposition: attachment; filename*=idna'en'%ff%\r\n",
    b"Content-Disposition: inline\r\n",
    b"Content-ID: <<a>\r\n",
)


def assembled() -> st.SearchStrategy[bytes]:
    """Messages put together from what breaks readers."""
    return st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=8), max_size=40).map(b"".join)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A real message, cut, doubled and overwritten in some places."""
    raw = draw(st.sampled_from(COLLECTION)).read_bytes() if COLLECTION else draw(assembled())
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.integers(0, 200)))
        piece = draw(
            st.just(b"") | st.just(raw[start:end] * 2) | st.sampled_from(FRAGMENTS) | st.binary()
        )
        raw = raw[:start] + piece + raw[end:]
    return raw
