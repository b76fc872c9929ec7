"""Reads what follows DATA, with its bytes kept."""

import asyncio
from collections.abc import Callable

# RFC 5321 section 4.1.1.4. A bare LF ends no line here: it would let a message smuggle another in.
END = b"\r\n.\r\n"
STARTS_OF_END = tuple(END[:length] for length in range(1, len(END)))


async def read_message(
    reader: asyncio.StreamReader, largest: int, progress: Callable[[], object]
) -> bytes | None:
    """The message up to its end, leading dots removed; None if it has more than ``largest`` bytes.

    ``progress`` is called before each wait for more. Raises IncompleteReadError at the end of the
    connection. Read in blocks, for aiosmtpd's own way by lines takes several times as long and
    refuses lines of more than 1,000 bytes.
    """
    # The line break of the DATA command: a message may end before it has begun.
    message = bytearray(END[:2])
    while message.endswith(STARTS_OF_END) and not message.endswith(END):
        message += await reader.readexactly(1)
    ended = message.endswith(END)
    # The dots that are removed may be every fourth byte.
    kept = len(END) + largest * 4 // 3
    while not ended:
        progress()
        try:
            block = await reader.readuntil(END)
            ended = True
        except asyncio.LimitOverrunError as overrun:
            block = await reader.readexactly(overrun.consumed)
        if len(message) <= kept:
            message += block
    # In place, for each copy of a large message is as large.
    del message[-3:]
    if b"\r\n." in message:  # RFC 5321 section 4.5.2
        message = message.replace(b"\r\n.", b"\r\n")
    del message[:2]
    return bytes(message) if len(message) <= largest else None
