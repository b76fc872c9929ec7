"""Fills in templates as SES does: Handlebars without HTML escaping, and nothing may be missing."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from ses_emulator.errors import AwsError
from ses_emulator.mail.handlebars import (
    BLOCK_HELPERS,
    Block,
    Body,
    Branch,
    Call,
    Expression,
    Literal,
    Partial,
    Path,
    parse,
)
from ses_emulator.mail.handlebars_tags import TemplateError
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.mail.message import Simple, Templated, Text

# What a rendering may cost: a character is one, and everything that is evaluated a few more. Loops
# in loops over what fits into a request would not end otherwise.
MOST = 40_000_000
STEP = 100
# Not data: what sends the message replaces these. Source: the guide, "Using subscription
# management" and "Email sending metrics FAQs".
KEPT = frozenset(("amazonSESUnsubscribeUrl", "ses:openTracker"))


class RenderingError(AwsError):
    """A template that cannot be filled in with the data it is given."""

    @property
    def failure(self) -> dict[str, str]:
        """What SES tells of it in an event."""
        name = self.members["TemplateName"]
        return {"errorMessage": self.message, **({"templateName": name} if name else {})}


def render(content: Simple | HeaderBlock) -> Simple | HeaderBlock:
    """The content with its templates filled in; one without them as it is.

    Raises RenderingError.
    """
    if not isinstance(content, Templated):
        return content
    rendering = _Rendering(content.template, content.data)
    return Simple(
        sender=content.sender,
        to=content.to,
        cc=content.cc,
        reply_to=content.reply_to,
        subject=rendering.of(content.subject),
        text=rendering.of(content.text) if content.text else None,
        html=rendering.of(content.html) if content.html else None,
        headers=content.headers,
        attachments=content.attachments,
    )


class Preview(NamedTuple):
    """A template that was filled in as far as it goes.

    ``missing`` are the names that there is nothing for; in ``text`` they stand as ``{{name}}``. It
    is None if the template cannot be filled in at all, for which ``error`` is the reason.
    """

    text: str | None
    missing: list[str]
    error: str | None = None


def preview(source: str, data: Mapping[str, Any]) -> Preview:
    """A template with data as SES would render it, but for what is missing."""
    rendering = _Preview(None, data)
    try:
        return Preview(rendering.of(Text(source, "UTF-8")).data, list(rendering.names))
    except (RenderingError, TemplateError) as error:
        return Preview(None, list(rendering.names), str(error))


class _Context(NamedTuple):
    """What paths begin at, and the partials that there are.

    ``names`` are block parameters, ``data`` is ``@index`` and its like.
    """

    value: Any
    outer: "_Context | None"
    names: Mapping[str, Any]
    data: Mapping[str, Any]
    partials: Mapping[str, Body]

    def inner(self, value: Any, names: tuple[str, ...] = (), *values: Any) -> "_Context":
        """The context of a value, in which ``names`` are its block parameters."""
        known = {**self.names, **dict(zip(names, values, strict=False))}
        return self._replace(value=value, outer=self, names=known)


class _Rendering:
    def __init__(self, template: str | None, data: Mapping[str, Any]) -> None:
        self.template = template
        self.root = data
        self.pieces: list[str] = []
        self.left = MOST

    def of(self, source: Text) -> Text:
        """One part of the message."""
        self.pieces = []
        try:
            self.body(parse(source.data), _Context(self.root, None, {}, {"root": self.root}, {}))
        except RecursionError:
            raise self.error("The template or its data is nested too deeply.") from None
        return Text("".join(self.pieces), source.charset)

    def error(self, message: str, code: str = "InvalidRenderingParameter") -> RenderingError:
        return RenderingError(code, message, TemplateName=self.template)

    def missing(self, name: str) -> RenderingError:
        message = f"Attribute '{name}' is not present in the rendering data."
        return self.error(message, "MissingRenderingAttribute")

    def body(self, body: Body, context: _Context) -> None:
        if body.partials:
            context = context._replace(partials={**context.partials, **body.partials})
        for node in body.nodes:
            if isinstance(node, str):
                self.write(node)
            elif isinstance(node, Call):
                self.show(node, context)
            elif isinstance(node, Block):
                self.block(node, context)
            else:
                self.partial(node, context)

    def write(self, text: str) -> None:
        self.spend(len(text))
        self.pieces.append(text)

    def spend(self, cost: int = 0) -> None:
        self.left -= cost + STEP
        if self.left < 0:
            raise self.error("The template takes too long to render, or gets too large.")

    def show(self, call: Call, context: _Context) -> None:
        name = call.path.text
        if name in KEPT:
            self.write(f"{{{{{name}}}}}")
        elif name != "log":
            value = self.value(call, context)
            self.write(self.absent(name) if value is None else _text(value))

    def absent(self, name: str) -> str:
        """What is written in the place of a value that there is not. Raises RenderingError."""
        raise self.missing(name)

    def block(self, block: Block, context: _Context) -> None:
        self.spend()
        if not any(self.applies(branch, context) for branch in block.branches):
            self.body(block.otherwise, context)

    def applies(self, branch: Branch, context: _Context) -> bool:
        """Run a branch if its condition holds; whether it does."""
        call = branch.call
        name = call.path.text
        value = self.value(call.arguments[0] if name in BLOCK_HELPERS else call, context)
        if name in ("if", "unless"):
            zero = self.options(call, context).get("includeZero") and _is_zero(value)
            if bool(zero or _is_true(value)) != (name == "if"):
                return False
            self.body(branch.body, context)
        elif name == "each" or (name != "with" and isinstance(value, list)):
            if not value or not isinstance(value, list | dict):
                return False
            self.loop(value, branch, context)
        elif name != "with" and value is True:
            self.body(branch.body, context)
        else:  # with, or a block by the name of a value
            empty = value is None or value is False or (name == "with" and value in ("", []))
            if empty:
                return False
            self.body(branch.body, context.inner(value, branch.names, value))
        return True

    def loop(self, items: list[Any] | dict[str, Any], branch: Branch, context: _Context) -> None:
        pairs = items.items() if isinstance(items, dict) else enumerate(items)
        for index, (key, item) in enumerate(pairs):
            self.spend()
            data = {
                **context.data,
                "..": context.data,
                "index": index,
                "key": key,
                "first": index == 0,
                "last": index == len(items) - 1,
            }
            inner = context.inner(item, branch.names, item, key)
            self.body(branch.body, inner._replace(data=data))

    def partial(self, partial: Partial, context: _Context) -> None:
        self.spend()
        body = context.partials.get(partial.name)
        if body is None:
            raise self.error(f"The partial {partial.name} is not defined where it is used.")
        call = partial.call
        value = self.value(call.arguments[0], context) if call.arguments else context.value
        options = self.options(call, context)
        if options:
            value = {**(value if isinstance(value, dict) else {}), **options}
        given = call.arguments or options
        self.body(body, context.inner(value) if given else context)

    def value(self, expression: Expression, context: _Context) -> Any:
        """What an expression stands for; None if there is nothing."""
        if isinstance(expression, Literal):
            return expression.value
        path, arguments, options = expression
        if path.text == "lookup" and len(arguments) == 2:
            found, key = (self.value(argument, context) for argument in arguments)
            return None if key is None else _member(found, _text(key))
        if arguments or options:  # There are no other helpers.
            return self.helper(path.text)
        return _at(path, context)

    def helper(self, name: str) -> Any:
        """What a helper that SES does not have stands for. Raises RenderingError."""
        raise self.missing(name)

    def options(self, call: Call, context: _Context) -> dict[str, Any]:
        return {name: self.value(expression, context) for name, expression in call.options}


class _Preview(_Rendering):
    """Goes on where something is missing; ``names`` tell what, in order."""

    def __init__(self, template: str | None, data: Mapping[str, Any]) -> None:
        super().__init__(template, data)
        self.names: dict[str, None] = {}

    def absent(self, name: str) -> str:
        self.names[name] = None
        return f"{{{{{name}}}}}"

    def helper(self, name: str) -> Any:
        self.names[name] = None


def _at(path: Path, context: _Context) -> Any:
    value: Any
    if path.data:
        value = context.data
        for _ in range(path.up):
            value = value.get("..", {})
    else:
        outer: _Context | None = context
        for _ in range(path.up):
            outer = outer.outer if outer else None
        if outer is None:
            return None
        named = not path.anchored and path.parts and path.parts[0] in context.names
        value = context.names if named else outer.value
    for part in path.parts:
        value = _member(value, part)
    return value


def _member(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(name)
    if isinstance(value, list):
        if name == "length":
            return len(value)
        if name.isascii() and name.isdigit() and len(name) < 10 and int(name) < len(value):
            return value[int(name)]
    return None


def _is_zero(value: Any) -> bool:
    return value == 0 and value is not False


def _is_true(value: Any) -> bool:
    """Source: handlebarsjs.com, "Built-in Helpers"; an object is true without members, too."""
    return bool(value) or value == {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
