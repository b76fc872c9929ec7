"""openapi.yaml, and answers held against it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

import ses_emulator.server

METHODS = ("get", "post", "put", "patch", "delete")
PARAMETER = re.compile(r"\{(\w+)\}")


@cache
def document() -> dict[str, Any]:
    """The document, from its file."""
    path = Path(ses_emulator.server.__path__[0]) / "openapi.yaml"
    loaded: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return loaded


def resolve(part: dict[str, Any]) -> dict[str, Any]:
    """A part of the document, or what it refers to."""
    while "$ref" in part:
        found: Any = document()
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    """Every operation by its method (``GET``) and path (``/_ses/…``)."""
    (server,) = document()["servers"]
    return {
        (method.upper(), server["url"] + path): item[method]
        for path, item in document()["paths"].items()
        for method in METHODS
        if method in item
    }


def find(method: str, path: str) -> dict[str, Any] | None:
    """The operation that answers this request."""
    method = "GET" if method == "HEAD" else method
    for (known, template), operation in operations().items():
        if known == method and re.fullmatch(PARAMETER.sub("[^/]+", template), path):
            return operation
    return None


def check(method: str, path: str, status: int, type: str, body: Any) -> None:
    """Assert that the document describes this answer; ``body`` is None where it is no JSON."""
    operation = find(method, path)
    responses = operation["responses"] if operation else {}
    described = resolve(
        responses.get(str(status))
        or responses.get("default")
        or document()["components"]["responses"]["Error"]
    )
    media = described["content"].get(type) or described["content"].get("*/*")
    assert media, f"{method} {path} answered {status} {type}, which the document does not know"
    if type == "application/json" and body is not None:
        schema = {**media["schema"], "components": document()["components"]}
        Draft202012Validator(schema).validate(body)
    if status >= 400 and type != "text/html":  # a page for people
        assert "\n" not in body["error"], body
        assert body["error"].endswith(".") or "code" in body, body  # which SES words itself
