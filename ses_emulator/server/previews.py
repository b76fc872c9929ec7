"""``/_ses/templates/preview``: what becomes of a template and data that nobody has stored yet."""

import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, request
from werkzeug.exceptions import BadRequest, NotFound

from ses_emulator.mail.read import Content
from ses_emulator.mail.render import preview
from ses_emulator.server import bodies
from ses_emulator.server.documents import body
from ses_emulator.server.parameters import quoted
from ses_emulator.server.shapes import Shape
from ses_emulator.store.account import Instance

ROOT = "/_ses/templates/preview"
PARTS = ("subject", "html", "text")
# Pages that are kept: the last few of a few editors that are open.
KEPT = 20
# A page shows a mark only in its text.
NO_TEXT = re.compile(r"(<(?:style|title|script|textarea)\b.*?</|<!--.*?-->|<[^>]*>)", re.I | re.S)


def routes(instance: Instance) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """What is asked for at which address."""
    pages: OrderedDict[str, str] = OrderedDict()

    def create() -> Shape:
        given = body(request)
        data = given.pop("data", None)
        if not isinstance(data, dict | None):
            raise BadRequest('data must be a JSON object, such as {"name": "Ada"}.')
        previews = {
            part: preview(source, data or {})
            for part, source in given.items()
            if _is_source(part, source)
        }
        parts = {part: each.text for part, each in previews.items()}
        missing = list(dict.fromkeys(name for each in previews.values() for name in each.missing))
        page = None
        if (html := parts.get("html")) is not None:
            page = instance.new_id()
            pages[page] = _marked(html, missing)
            while len(pages) > KEPT:
                pages.popitem(last=False)
        return {
            **{part: parts.get(part) for part in PARTS},
            "missing": missing,
            "errors": [
                {"part": part, "error": each.error}
                for part, each in previews.items()
                if each.error is not None
            ],
            "page": page and f"{ROOT}/{page}",
        }

    def show(id: str) -> Response:
        if id not in pages:
            raise NotFound(f"The preview {quoted(id)} is not kept any more: ask for it anew.")
        return bodies.html(Content(html=pages[id]), remote=False, scheme=None)

    return [
        ("POST", ROOT, "previewTemplate", create),
        ("GET", f"{ROOT}/<id>", "getTemplatePreview", show),
    ]


def _is_source(part: str, source: Any) -> bool:
    """Whether there is such a part of the template. Raises BadRequest for what can be none."""
    if part not in PARTS:
        raise BadRequest(f"{quoted(part)} is not known: use {', '.join((*PARTS, 'data'))}.")
    if not isinstance(source, str | None):
        raise BadRequest(f"{part} must be a text, or null.")
    return source is not None


def _marked(html: str, missing: Sequence[str]) -> str:
    """The HTML with what is missing standing out."""
    if not missing:
        return html
    names = re.compile("|".join(re.escape(f"{{{{{name}}}}}") for name in missing))
    pieces = NO_TEXT.split(html)
    pieces[::2] = [names.sub(r"<mark>\g<0></mark>", piece) for piece in pieces[::2]]
    return "".join(pieces)
