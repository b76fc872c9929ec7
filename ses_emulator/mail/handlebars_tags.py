"""Cuts a Handlebars template into texts and tags, and takes away the whitespace around tags.

Takes linear time, whatever it is given.
"""

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

OPENING = re.compile(r"\{\{(~?)(!--|!|\{|&|#\*|#>|#|/|\^|>|\*)?")
ID = r"""[^\s!"#%&'()*+,./;<=>@\[\\\]^`{|}~]++"""
SEGMENT = rf"(?:{ID}|\[[^\]]*+\]|\.\.?(?![^\s=~}})/|]))"
END_OF_LITERAL = r"(?=[\s~})]|\Z)"
TOKEN = re.compile(
    rf"""\s*+(?:
    (?P<string>"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+')
    |(?P<number>-?[0-9]+(?:\.[0-9]+)?{END_OF_LITERAL})
    |(?P<constant>(?:true|false|null|undefined){END_OF_LITERAL})
    |as\s++\|(?P<names>[^|{{}}]*+)\|
    |(?P<key>{ID})=
    |(?P<path>@?{SEGMENT}(?:[./]{SEGMENT})*+)
    |(?P<bracket>[()])
    |(?P<close>\}}~?\}}\}}|~?\}}\}})
    )""",
    re.DOTALL | re.VERBOSE,
)
LONG_COMMENT = re.compile(r"--~?\}\}")
# Tags that leave nothing of a line which they have for themselves. Source: handlebarsjs.com,
# "Whitespace Control". A partial keeps what it is indented by.
LINE_TAGS = frozenset(("#", "#*", "/", "^", "else", "!", ">"))
REST_OF_LINE = re.compile(r"[ \t]*+(\r?\n|\Z)")


class TemplateError(Exception):
    """A template that is none; the message says what is wrong and where."""


class Token(NamedTuple):
    """What stands in a tag: a group of TOKEN, and its text."""

    kind: str
    text: str


@dataclass(slots=True)
class Tag:
    """``{{…}}``: the sign after its braces, or ``else``; its tokens; the ``~`` of each side."""

    sign: str
    tokens: list[Token]
    at: int
    left: bool = False
    right: bool = False

    def __str__(self) -> str:
        sign = "" if self.sign == "else" else self.sign
        return f"{{{{{sign}{' '.join(token.text for token in self.tokens)}}}}}"


def error(source: str, tag: Tag, message: str) -> TemplateError:
    """What is wrong with a tag, with its place."""
    line = source.count("\n", 0, tag.at) + 1
    column = tag.at - source.rfind("\n", 0, tag.at)
    return TemplateError(f"line {line}, column {column}: {message}")


def cut(source: str) -> tuple[list[str], list[Tag]]:
    """The texts of a template, and the tags between them: one less. Raises TemplateError."""
    texts: list[str] = []
    tags: list[Tag] = []
    pieces: list[str] = []
    position = 0
    while (start := source.find("{{", position)) >= 0:
        text = source[position:start]
        if text.endswith("\\") and not text.endswith("\\\\"):  # \{{ stands for the braces
            pieces += [text[:-1], "{{"]
            position = start + 2
            continue
        texts.append("".join([*pieces, text[:-1] if text.endswith("\\") else text]))
        tag, position = _read(source, start)
        tags.append(tag)
        pieces = []
    return _trim([*texts, "".join([*pieces, source[position:]])], tags), tags


def _read(source: str, start: int) -> tuple[Tag, int]:
    """The tag at ``start``, and where the text behind it begins."""
    opening: Any = OPENING.match(source, start)
    tag = Tag(opening[2] or "", [], start, left=bool(opening[1]))
    position = opening.end()
    if tag.sign in ("!", "!--"):
        return _comment(source, tag, position)
    if source.startswith("{{{{", start) or tag.sign in ("*", "#>"):
        raise error(source, tag, f"{opening[0]} is not supported")
    while found := TOKEN.match(source, position):
        position = found.end()
        kind = found.lastgroup or ""
        if kind != "close":
            tag.tokens.append(Token(kind, found[kind]))
            continue
        closing = found[kind]
        if tag.sign != "{" and closing == "}}}":  # the last brace is text
            closing = "}}"
            position -= 1
        if (tag.sign == "{") != closing.startswith(("}}}", "}~")):
            break
        tag.right = "~" in closing
        if tag.tokens[:1] == [Token("path", "else")] or (tag.sign == "^" and not tag.tokens):
            tag.sign = "else"
        elif not tag.tokens:
            raise error(source, tag, f"{tag} is empty")
        return tag, position
    rest = source[position : position + 20]
    raise error(source, tag, f"cannot read {rest!r}" if rest.strip() else "the tag is not closed")


def _comment(source: str, tag: Tag, position: int) -> tuple[Tag, int]:
    if tag.sign == "!--":
        found = LONG_COMMENT.search(source, position)
        end = found.end() - 2 if found else -1
    else:
        end = source.find("}}", position)
    if end < 0:
        raise error(source, tag, "the comment is not closed")
    tag.sign = "!"
    tag.right = source[end - 1] == "~"
    return tag, end + 2


def _trim(texts: list[str], tags: list[Tag]) -> list[str]:
    heads = [0] * len(texts)
    tails = [len(text) for text in texts]
    for number, tag in enumerate(tags):
        before, after = texts[number], texts[number + 1]
        line = before.rfind("\n") + 1
        rest = REST_OF_LINE.match(after)
        if (
            tag.sign in LINE_TAGS
            and not before[line:].strip(" \t")
            and (line or number == 0)
            and rest
            and (rest[1] or number + 2 == len(texts))
        ):
            heads[number + 1] = rest.end()
            if tag.sign != ">":
                tails[number] = line
        elif rest and tag.sign == "/" and tag.tokens[0].text == "inline":
            # The guide, "Advanced email personalization": this newline is not rendered.
            heads[number + 1] = rest.end()
        if tag.left:
            tails[number] = len(before.rstrip())
        if tag.right:
            heads[number + 1] = len(after) - len(after.lstrip())
    return [text[h:t] for text, h, t in zip(texts, heads, tails, strict=True)]
