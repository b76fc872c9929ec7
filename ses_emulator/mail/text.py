"""The words of an HTML body, for the list and for search."""

import re
from html import unescape

# The standard library's parser takes quadratic time for tags that do not end; these do not.
UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|title|template)\b[^<>]*+>.*?(?:</\1[^<>]*+>?|\Z)",
    re.DOTALL | re.IGNORECASE,
)
TAG = re.compile(r"<[a-zA-Z/!?][^<>]*+>?")
# Python makes no number of more digits than these.
LONG_NUMBER = re.compile(r"&#[0-9]{4000,}+;?")


def from_html(html: str) -> str:
    """The text of an HTML document as a reader sees it, without its line breaks."""
    text = unescaped(TAG.sub(" ", UNSEEN.sub(" ", html)))
    return " ".join(text.split())


def unescaped(html: str) -> str:
    """What a text or a value of HTML stands for, whatever numbers its entities have."""
    return unescape(LONG_NUMBER.sub("\ufffd", html))
