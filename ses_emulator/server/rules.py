"""``/_ses/rules``: what is to go wrong with which sends."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import request
from werkzeug.exceptions import BadRequest, NotFound

from ses_emulator.errors import Missing
from ses_emulator.mail.rule_documents import RuleError
from ses_emulator.mail.rules import Rules, Run
from ses_emulator.server.documents import body
from ses_emulator.server.parameters import quoted
from ses_emulator.server.shapes import Shape
from ses_emulator.store.account import Instance
from ses_emulator.store.documents import Document

ROOT = "/_ses/rules"
Value = TypeVar("Value")


def routes(instance: Instance) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """What is asked for at which address."""
    rules = Rules(instance)

    def show_all() -> Shape:
        return {"rules": [_shape(*rule) for rule in rules.all()]}

    def create() -> tuple[Shape, int]:
        return _shape(*rules.get(_tried(lambda: rules.create(body(request))))), 201

    def clear() -> Shape:
        return {"deleted": rules.clear()}

    def show(id: str) -> Shape:
        return _shape(*_tried(lambda: rules.get(id)))

    def replace(id: str) -> Shape:
        _tried(lambda: rules.replace(id, body(request)))
        return show(id)

    def delete(id: str) -> Shape:
        _tried(lambda: rules.delete(id))
        return {"deleted": 1}

    return [
        ("GET", ROOT, "listRules", show_all),
        ("POST", ROOT, "createRule", create),
        ("DELETE", ROOT, "deleteRules", clear),
        ("GET", f"{ROOT}/<id>", "getRule", show),
        ("PUT", f"{ROOT}/<id>", "putRule", replace),
        ("DELETE", f"{ROOT}/<id>", "deleteRule", delete),
    ]


def _tried(call: Callable[[], Value]) -> Value:
    """What the call gives. Raises BadRequest or NotFound in place of what is wrong with a rule."""
    try:
        return call()
    except RuleError as error:
        raise BadRequest(f"{error}.") from None
    except Missing as missing:
        raise NotFound(f"Rule {quoted(missing.name)} does not exist: see {ROOT} for all.") from None


def _shape(id: str, document: Document, run: Run) -> Shape:
    """The schema Rule."""
    return {"id": id, **document, "matched": run.matched, "applied": run.applied}
