"""Charsets by the names that mail gives them, without those codecs of Python that are none."""

import codecs
import re
from functools import lru_cache

# Python takes "utf-8\r\n" for a name, too; a header would end there.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,39}")
# They take quadratic time, raise although they are told to replace, or warn.
NO_CHARSETS = frozenset(("idna", "punycode", "raw-unicode-escape", "unicode-escape"))


@lru_cache(maxsize=256)
def known(name: str) -> bool:
    """Whether text can be encoded in the charset of this name, and decoded from it."""
    if not NAME.fullmatch(name):
        return False
    try:
        codec = codecs.lookup(name)
        "".encode(name)  # A LookupError where the codec is not one of text, such as hex.
    except (LookupError, ValueError):
        return False
    return codec.name.replace("_", "-") not in NO_CHARSETS


def to_text(data: bytes, charset: str | None) -> str:
    """The text of ``data``; what the charset cannot decode is replaced.

    An unknown charset is read as UTF-8, and so is ASCII, which much mail claims wrongly.
    """
    if charset is None or not known(charset) or codecs.lookup(charset).name == "ascii":
        return data.decode("utf-8", "replace")
    text = data.decode(charset, "replace")
    # UTF-7 lets lone surrogates through, which are no text and cannot be stored.
    return text.encode("utf-8", "replace").decode("utf-8")
