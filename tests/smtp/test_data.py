"""The reading of a message, in whatever pieces it arrives."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ses_emulator.smtp.data import END, read_message

REST = b"QUIT\r\n"
LIMIT = 64


def stuffed(message: bytes) -> bytes:
    """A message as a client sends it, the last line break and the end included."""
    return re.sub(rb"(\A|\r\n)\.", rb"\1..", message) + END


def read(pieces: Sequence[bytes], largest: int = 1_000_000) -> tuple[bytes | None, bytes, int]:
    """The message, what was left unread, and how often progress was told of."""

    async def run() -> tuple[bytes | None, bytes, int]:
        reader = asyncio.StreamReader(limit=LIMIT)
        told: list[None] = []

        async def arrive() -> None:
            for piece in pieces:
                reader.feed_data(piece)
                # Twice, so that the reader is woken and waits again.
                await asyncio.sleep(0)
                await asyncio.sleep(0)
            reader.feed_eof()

        arriving = asyncio.create_task(arrive())
        message = await read_message(reader, largest, lambda: told.append(None))
        await arriving
        return message, await reader.read(), len(told)

    return asyncio.run(run())


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param([b".\r\n" + REST], id="nothing"),
        pytest.param([b".", b"\r", b"\n", REST], id="nothing, byte by byte"),
    ],
)
def test_nothing(sent: list[bytes]) -> None:
    assert read(sent) == (b"", REST, 0)


def test_an_empty_line() -> None:
    """As smtplib sends an empty message."""
    assert read([b"\r\n.\r\n" + REST])[:2] == (b"\r\n", REST)


pieces_of_text = st.lists(
    st.sampled_from([b"\r\n", b"\r", b"\n", b".", b"..", b"x", b"\0", b"\xff", b"x" * (LIMIT + 1)]),
    max_size=20,
)


@given(pieces_of_text, st.lists(st.integers(0, 200), max_size=10))
@example([b".", b"\r\n", b"."], [])
@example([b"\r\n", b"\r\n", b".", b".", b"\r\n"], [1, 2, 3, 4, 5])
@example([b"\n", b".", b"\n"], [])
@example([b"x", b"\n", b".", b"\r\n", b"x"], [])
@example([b"\r", b".", b"\r\n"], [])
def test_every_byte_is_kept(text: list[bytes], cuts: list[int]) -> None:
    message = b"".join(text)
    sent = stuffed(message) + REST
    places = [0, *sorted(min(cut, len(sent)) for cut in cuts), len(sent)]
    pieces = [sent[start:end] for start, end in zip(places, places[1:], strict=False)]
    assert read([piece for piece in pieces if piece])[:2] == (message + b"\r\n", REST)


@pytest.mark.parametrize("line", [b"x" * 10, b".", b"." * 10, b"\0"], ids=repr)
@pytest.mark.parametrize("count", [1, 100])
def test_the_limit(line: bytes, count: int) -> None:
    message = b"\r\n".join([line] * count)
    size = len(message) + 2
    assert read([stuffed(message) + REST], size)[:2] == (message + b"\r\n", REST)
    assert read([stuffed(message) + REST], size - 1)[:2] == (None, REST)


def test_much_too_much_is_read_to_its_end() -> None:
    blocks = [b"x" * 1000] * 100
    message, rest, told = read([*blocks, END + REST], 500)
    assert (message, rest) == (None, REST)
    assert told >= 100


@pytest.mark.parametrize("sent", [b"", b".", b".\r", b"x", b"x" * 1000, b"x\r\n.\n", b"x\n.\n"])
def test_the_connection_ends(sent: bytes) -> None:
    with pytest.raises(asyncio.IncompleteReadError):
        read([sent] if sent else [])
