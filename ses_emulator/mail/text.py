"""The words of an HTML body, for the list and for search."""

import re
from html import unescape

# The standard library's parser takes quadratic time for tags that do not end; these do not.
UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|title|template)\b[^<>]*+>.*?(?:</\1[^<>]*+>?|\Z)",
    re.DOTALL | re.IGNORECASE,
)
TAG = re.compile(r"<[a-zA-Z/!?][^<>]*+>?")


def from_html(html: str) -> str:
    """The text of an HTML document as a reader sees it, without its line breaks."""
    text = unescape(TAG.sub(" ", UNSEEN.sub(" ", html)))
    return " ".join(text.split())
