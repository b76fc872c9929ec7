"""The links of an HTML body, found as a browser finds them, in linear time whatever the page."""

import html
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ses_emulator.mail.text import from_html, unescaped

# How a tag goes on behind its name: a quote counts only behind an equals sign, and one that does
# not end, or a tag, goes on to the end of the page.
REST = r"""(?:[^>"'=]++|=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))?|["'])*+"""
# Nothing in them is a tag. Source: HTML standard, "Parsing HTML fragments".
RAW = ("iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp")
NAMES = "|".join(("a", "area", "/body", "/html", *RAW))
FLAGS = re.ASCII | re.IGNORECASE
# Everything up to a tag that matters here. Possessive, and nothing is looked at twice: the standard
# library's parser takes quadratic time for a broken page.
UNINTERESTING = re.compile(
    r"(?:[^<]++"
    r"|<!--(?:-?>|(?:[^-]++|-(?!-!?>))*+(?:--!?>|\Z))"
    rf"|<(?!(?:{NAMES})[\s/>])(?:/?[a-z]{REST}>?|[!?/][^>]*+>?)?)*+",
    FLAGS,
)
TAG = re.compile(rf"<({NAMES})(?=[\s/>]){REST}(>)?", FLAGS)
RAW_END = {name: re.compile(rf"</{name}(?=[\s/>])|\Z", FLAGS) for name in RAW}
ATTRIBUTE = re.compile(
    r"""(=?[^\s/>=]++|=)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"'][^\s>]*+))?)?""",
    re.ASCII,
)
UNQUOTED = 4
BLANK = " \t\r\n\f"
HREF = "href"
# Attributes that are for SES and not for who reads the mail.
NO_TRACK = "ses:no-track"
TAGS = "ses:tags"
LINK_END = re.compile(r"</a(?=[\s/>])", FLAGS)
# What a link without words shows.
ALT = re.compile(r"""<img\b[^<>]*?\balt\s*=\s*(?:"([^">]*)"|'([^'>]*)')""", FLAGS)
# Characters of a link's markup that are looked at for its words, and of its words.
LONGEST_MARKUP, LONGEST_WORDS = 2000, 200
# RFC 3986, as far as it is about these schemes.
CHARACTER = r"(?:[\w.~!$&'()*+,;=:@-]|%[0-9a-f]{2})"
URL = re.compile(
    rf"https?://(?:{CHARACTER}|[\[\]])++(?:[/?](?:{CHARACTER}|[/?])*+)?(?:\#(?:{CHARACTER}|[/?])*+)?",
    FLAGS,
)

# Takes a link's target and its ``ses:tags``; gives the URL to put in its place, or None.
Redirect = Callable[[str, str], str | None]


def rewritten(page: str, redirect: Redirect, last: str) -> str:
    """A page whose links are replaced, without SES's attributes, with ``last`` added to its body.

    ``redirect`` is asked about each link that SES can track, in order. Comments, scripts and the
    like are left alone, and so is every character that need not change.
    """
    edits: list[tuple[int, int, str]] = []
    ends: dict[str, int] = {}
    for tag in _tags(page):
        name = tag[1].lower()
        if name.startswith("/"):
            ends[name] = tag.start()
        elif tag[2]:
            edits += _edits(page, tag.end(1), tag.end() - 1, redirect)
    if last:
        end = ends.get("/body", ends.get("/html", len(page)))
        edits.append((end, end, last))
        edits.sort()
    return _edited(page, edits)


class Hyperlink(NamedTuple):
    """A link of a page: its words, where it leads, its ``ses:tags``, whether SES may track it."""

    text: str
    target: str
    tags: str
    trackable: bool


def hyperlinks(page: str) -> Iterator[Hyperlink]:
    """The links of a page in order, whatever scheme they have."""
    tags = list(_tags(page))
    ends = [tag.start() for tag in tags[1:]] + [len(page)]
    for tag, end in zip(tags, ends, strict=False):  # without tags there is an end too many
        if tag[1].startswith("/") or not tag[2]:
            continue
        found = {
            attribute[1].lower(): attribute
            for attribute in ATTRIBUTE.finditer(page, tag.end(1), tag.end() - 1)
        }
        if HREF in found:
            target = _value(found[HREF]).strip(BLANK)
            yield Hyperlink(
                _words(page, tag.end(), end),
                target,
                _value(found[TAGS]) if TAGS in found else "",
                NO_TRACK not in found and URL.fullmatch(target) is not None,
            )


def _words(page: str, start: int, end: int) -> str:
    """What is read of a link whose markup begins here and goes no further than the ``end``."""
    closed = LINK_END.search(page, start, end)
    markup = page[start : min(closed.start() if closed else end, start + LONGEST_MARKUP)]
    words = from_html(markup)
    if not words and (image := ALT.search(markup)):
        words = unescaped(image[1] or image[2] or "").strip()
    return words[:LONGEST_WORDS]


def _tags(page: str) -> Iterator[re.Match[str]]:
    """The tags that matter here, and no text that only looks like one."""
    position = 0
    while True:
        position = _end(UNINTERESTING.match(page, position))
        tag = TAG.match(page, position)
        if tag is None:
            return
        position = tag.end()
        name = tag[1].lower()
        if name in RAW_END:
            position = _end(RAW_END[name].search(page, position))
        else:
            yield tag


def _end(match: re.Match[str] | None) -> int:
    assert match is not None  # these expressions match nothing, too
    return match.end()


def _edits(page: str, start: int, end: int, redirect: Redirect) -> list[tuple[int, int, str]]:
    """What changes in the attributes of a link, which stand in this part of the page."""
    found: dict[str, re.Match[str]] = {}
    edits = []
    for attribute in ATTRIBUTE.finditer(page, start, end):
        name = attribute[1].lower()
        if name not in (HREF, NO_TRACK, TAGS):
            continue
        found.setdefault(name, attribute)
        if name != HREF:
            begin = attribute.start()
            while page[begin - 1] in BLANK:
                begin -= 1
            after = page[attribute.end()]
            edits.append((begin, attribute.end(), "" if after in f"{BLANK}>" else " "))
    href = found.get(HREF)
    if href is None or NO_TRACK in found:
        return edits
    target = _value(href).strip(BLANK)
    if URL.fullmatch(target):
        url = redirect(target, _value(found[TAGS]) if TAGS in found else "")
        if url is not None:
            group = href.lastindex or 0
            value = html.escape(url)
            edits.append((*href.span(group), f'"{value}"' if group == UNQUOTED else value))
            edits.sort()
    return edits


def _value(attribute: re.Match[str]) -> str:
    group = attribute.lastindex or 0
    return unescaped(attribute[group]) if group > 1 else ""


def _edited(page: str, edits: list[tuple[int, int, str]]) -> str:
    pieces = []
    done = 0
    for start, end, text in edits:
        pieces += [page[done:start], text]
        done = end
    return "".join([*pieces, page[done:]])
