"""Reads a Handlebars template into nodes, which ``render`` evaluates.

Sources: the guide, "Advanced email personalization", and of handlebarsjs.com, which it refers to,
"Expressions", "Built-in Helpers" and "Partials".
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from ses_emulator.mail.handlebars_tags import ID, Tag, TemplateError, Token, cut, error

DEEPEST = 100
DEEPEST_BRACKETS = 20
BLOCK_HELPERS = frozenset(("if", "unless", "each", "with"))
PART = re.compile(rf"(?:\[([^\]]*+)\]|({ID})|\.\.?)[./]?")
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
CONSTANTS = {"true": True, "false": False, "null": None, "undefined": None}


class Path(NamedTuple):
    """Where a value is: ``text`` as it was written, and of that the parts behind each other.

    ``up`` contexts further out; ``data`` for ``@index`` and its like; ``anchored`` if it begins
    with ``this`` or ``..``, where no block parameter can be meant.
    """

    text: str
    parts: tuple[str, ...]
    up: int = 0
    data: bool = False
    anchored: bool = False


class Literal(NamedTuple):
    """A value that stands in the template."""

    value: Any


class Call(NamedTuple):
    """A value by its path, or a helper with what it is given."""

    path: Path
    arguments: tuple["Expression", ...] = ()
    options: tuple[tuple[str, "Expression"], ...] = ()


Expression = Literal | Call


class Branch(NamedTuple):
    """What stands between ``{{#if a}}`` and the next ``{{else …}}``; ``names`` after ``as``."""

    call: Call
    names: tuple[str, ...]
    body: "Body"


class Block(NamedTuple):
    """The first branch that applies, or what stands behind the last ``{{else}}``."""

    branches: list[Branch]
    otherwise: "Body"


class Partial(NamedTuple):
    """``{{> name}}``; ``call`` has the context that it is given, if any, and its options."""

    name: str
    call: Call


@dataclass(slots=True)
class Body:
    """Texts, values and blocks in order, and the inline partials that are defined among them."""

    nodes: list["str | Call | Block | Partial"] = field(default_factory=list)
    partials: dict[str, "Body"] = field(default_factory=dict)


@lru_cache(maxsize=16)
def parse(source: str) -> Body:
    """The nodes of a template. Raises TemplateError."""
    return _Parser(source).parse()


def is_simple(body: Body) -> bool:
    """Whether there is nothing in a template but texts and ``{{name}}``."""
    return not body.partials and all(
        isinstance(node, str)
        or (isinstance(node, Call) and node == Call(Path(node.path.text, (node.path.text,))))
        for node in body.nodes
    )


class _Open(NamedTuple):
    """A block that is not closed yet; ``parent`` is what it stands in."""

    tag: Tag
    name: str
    parent: Body
    block: Block | None


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.tag = Tag("", [], 0)
        self.body = Body()
        self.open: list[_Open] = []
        self.used: dict[str, Tag] = {}
        self.defined: set[str] = set()

    def parse(self) -> Body:
        root = self.body
        texts, tags = cut(self.source)
        for text, tag in zip(texts, [*tags, None], strict=True):
            if text:
                self.body.nodes.append(text)
            if tag is not None and tag.sign != "!":
                self.tag = tag
                READERS.get(tag.sign, _Parser._value)(self)
        for opened in self.open:
            raise error(self.source, opened.tag, f"{opened.tag} is not closed")
        for name, tag in self.used.items():
            if name not in self.defined:
                raise error(self.source, tag, f"there is no partial {name}")
        return root

    def _value(self) -> None:
        call, names = self._call(self.tag.tokens)
        if names:
            raise self._error("only a block has parameters")
        self.body.nodes.append(call)

    def _block(self) -> None:
        branch = self._branch(self.tag.tokens)
        block = Block([branch], Body())
        self.body.nodes.append(block)
        body = branch.body if self.tag.sign == "#" else block.otherwise
        self._enter(branch.call.path.text, block, body)

    def _branch(self, tokens: list[Token]) -> Branch:
        call, names = self._call(tokens)
        if call.path.text in BLOCK_HELPERS and len(call.arguments) != 1:
            raise self._error(f"{call.path.text} takes one argument")
        return Branch(call, names, Body())

    def _inline(self) -> None:
        match self.tag.tokens:
            case [Token("path", "inline"), Token("string" | "path") as name]:
                key = _name(name)
            case _:
                raise self._error(f"{self.tag} is no inline partial")
        self.defined.add(key)
        body = self.body.partials[key] = Body()
        self._enter("inline", None, body)

    def _enter(self, name: str, block: Block | None, body: Body) -> None:
        if len(self.open) >= DEEPEST:
            raise self._error(f"more than {DEEPEST} blocks are in each other")
        self.open.append(_Open(self.tag, name, self.body, block))
        self.body = body

    def _else(self) -> None:
        block = self.open[-1].block if self.open else None
        if block is None or self.body is block.otherwise:
            raise self._error(f"{self.tag} belongs to no block")
        if len(self.tag.tokens) > 1:
            block.branches.append(self._branch(self.tag.tokens[1:]))
            self.body = block.branches[-1].body
        else:
            self.body = block.otherwise

    def _close(self) -> None:
        if not self.open:
            raise self._error(f"{self.tag} closes no block")
        opened = self.open.pop()
        if [token.text for token in self.tag.tokens] != [opened.name]:
            raise self._error(f"{self.tag} does not close {opened.tag}")
        self.body = opened.parent

    def _partial(self) -> None:
        first, *others = self.tag.tokens
        if first.kind not in ("path", "string", "number"):
            raise self._error("a partial is called by its name")
        call, names = self._call([Token("path", "partial"), *others])
        if names or len(call.arguments) > 1:
            raise self._error("a partial takes one argument")
        self.used.setdefault(_name(first), self.tag)
        self.body.nodes.append(Partial(_name(first), call))

    def _call(self, tokens: list[Token]) -> tuple[Call, tuple[str, ...]]:
        """What a tag calls with what, and its block parameters."""
        names: tuple[str, ...] = ()
        if tokens[-1].kind == "names":
            names = tuple(tokens[-1].text.split())
            tokens = tokens[:-1]
        call, end = self._expression(tokens, 0, 0)
        if end < len(tokens):
            raise self._error(f"{self.tag} has a bracket too many")
        return call, names

    def _expression(self, tokens: list[Token], at: int, depth: int) -> tuple[Call, int]:
        """The call that begins at a token, and where the bracket is that ends it."""
        if at >= len(tokens) or tokens[at].kind in ("names", "bracket", "key"):
            raise self._error(f"{self.tag} calls nothing")
        if depth > DEEPEST_BRACKETS:
            raise self._error(f"more than {DEEPEST_BRACKETS} brackets are in each other")
        # A literal in this place is a name.
        name = _name(tokens[at])
        path = self._path(name) if tokens[at].kind == "path" else Path(name, (name,))
        arguments: list[Expression] = []
        options: list[tuple[str, Expression]] = []
        at += 1
        while at < len(tokens) and tokens[at] != Token("bracket", ")"):
            key = tokens[at].text if tokens[at].kind == "key" else None
            value, at = self._argument(tokens, at + (key is not None), depth)
            if key is not None:
                options.append((key, value))
            else:
                arguments.append(value)
        return Call(path, tuple(arguments), tuple(options)), at

    def _argument(self, tokens: list[Token], at: int, depth: int) -> tuple[Expression, int]:
        """The argument at a token, and where the next one begins."""
        token = tokens[at] if at < len(tokens) else Token("", "")
        if token == Token("bracket", "("):
            value, end = self._expression(tokens, at + 1, depth + 1)
            if end == len(tokens):
                raise self._error(f"{self.tag} has a bracket that is not closed")
            return value, end + 1
        if token.kind == "path":
            return Call(self._path(token.text)), at + 1
        if token.kind == "string":
            return Literal(_name(token)), at + 1
        if token.kind == "constant":
            return Literal(CONSTANTS[token.text]), at + 1
        if token.kind == "number":
            number = float(token.text) if "." in token.text else int(token.text)
            return Literal(number), at + 1
        raise self._error(f"{self.tag} has an argument that is none")

    def _path(self, text: str) -> Path:
        parts: list[str] = []
        up = 0
        anchored = False
        for found in PART.finditer(text):
            if found[1] is not None or (found[2] and (parts or found[2] != "this")):
                parts.append(found[1] if found[1] is not None else found[2])
            elif parts:
                raise self._error(f"{text} is no path")
            else:
                up += found[0].startswith("..")
                anchored = True
        return Path(text, tuple(parts), up, text.startswith("@"), anchored)

    def _error(self, message: str) -> TemplateError:
        return error(self.source, self.tag, message)


READERS = {
    "#": _Parser._block,
    "^": _Parser._block,
    "#*": _Parser._inline,
    "else": _Parser._else,
    "/": _Parser._close,
    ">": _Parser._partial,
}


def _name(token: Token) -> str:
    return ESCAPE.sub(r"\1", token.text[1:-1]) if token.kind == "string" else token.text
