"""Requests with one thing wrong, and the bytes that carry them.

botocore would not send most of these, so they are written here.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from tests.wire.values import Shape

COMPOSITE = ("structure", "list", "map")
MISSING = object()
Path = tuple[Any, ...]


def places(shape: Shape, value: Any, path: Path = ()) -> Iterator[tuple[Path, Shape]]:
    """Every place in ``value`` below the top, with the shape that stands there."""
    if path:
        yield path, shape
    if shape.type_name == "structure":
        for name, item in value.items():
            yield from places(shape.members[name], item, (*path, name))
    elif shape.type_name == "list":
        for number, item in enumerate(value):
            yield from places(shape.member, item, (*path, number))
    elif shape.type_name == "map":
        for key, item in value.items():
            yield from places(shape.value, item, (*path, key))


def put(value: Any, path: Path, new: Any) -> Any:
    """``value`` with ``new`` at ``path``; MISSING takes away what stands there."""
    if not path:
        return new
    first, *rest = path
    changed = value.copy()
    below = put(value[first], tuple(rest), new)
    if below is MISSING:
        del changed[first]
    else:
        changed[first] = below
    return changed


def at(value: Any, path: Path) -> Any:
    """What stands at ``path``."""
    for step in path:
        value = value[step]
    return value


def required(shape: Shape, path: Path) -> bool:
    """Whether what stands at ``path`` may be neither missing nor null."""
    *above, last = path
    for step in above:
        shape = below(shape, step)
    if shape.type_name != "structure" or shape.is_tagged_union:
        return True
    return last in shape.required_members


def is_map_value(shape: Shape, path: Path) -> bool:
    """Whether what stands at ``path`` is a value in a map, which may be missing."""
    for step in path[:-1]:
        shape = below(shape, step)
    return bool(shape.type_name == "map")


def below(shape: Shape, step: Any) -> Shape:
    """The shape one step down."""
    if shape.type_name == "structure":
        return shape.members[step]
    return shape.member if shape.type_name == "list" else shape.value


def violations(shape: Shape, value: Any) -> Iterator[Any]:
    """Values of the right type that break one constraint of the shape each."""
    bounds = shape.metadata
    kind = shape.type_name
    if kind == "string":
        if bounds.get("min", 0) > 0:
            yield "x" * (bounds["min"] - 1)
        if "max" in bounds:
            yield "x" * (bounds["max"] + 1)
        if getattr(shape, "enum", ()):
            yield "no such value"
        if "pattern" in bounds:
            yield "#\n".ljust(bounds.get("min", 0), "\x00")
    elif kind == "list":
        if bounds.get("min", 0) > 0:
            yield value[: bounds["min"] - 1]
        if bounds.get("max", 1_000) < 1_000:
            yield value[:1] * (bounds["max"] + 1)
    elif kind == "map" and bounds.get("min", 0) > 0:
        yield {}
    elif kind in ("integer", "long", "double"):
        if "min" in bounds:
            yield bounds["min"] - 1
        if "max" in bounds:
            yield bounds["max"] + 1


def json_of_other_types(kind: str) -> list[Any]:
    """JSON values that are not what the model's type ``kind`` is written as."""
    others: dict[str, list[Any]] = {
        "string": [5, 1.5, True, [], {}],
        "boolean": [0, "true", [], {}],
        "integer": ["5", 1.5, True, 2**31, -(2**31) - 1, 10**40, [], {}],
        "long": ["5", 1.5, False, 2**63, -(2**63) - 1, [], {}],
        "double": ["5", True, 10**400, [], {}],
        "timestamp": ["2026-11-24T05:00:00Z", True, 10**13, 10**400, [], {}],
        "blob": [5, "?", "YQ", "YQ===", "\u00e9", True, [], {}],
        "structure": ["x", 5, True, []],
        "list": ["x", 5, True, {}],
        "map": ["x", 5, True, []],
    }
    return others.get(kind, [])


def texts_of_other_types(kind: str) -> list[Any]:
    """The same for forms and query strings; a dict or a list becomes dotted names."""
    others: dict[str, list[Any]] = {
        "string": [],
        "boolean": ["", "maybe", "1"],
        "integer": ["", "x", "1.5", "1e3", "1_0", "\u0661", "2147483648", "9" * 5_000],
        "long": ["", "x", "1.5", "9223372036854775808"],
        "double": ["", "x", "nan", "inf", "1_0"],
        "timestamp": ["", "yesterday", "1764000000", "2026-13-01T00:00:00Z", "0000-01-01"],
        "blob": ["?", "YQ", "YQ===", "\u00e9"],
    }
    return others.get(kind, [])


def fields_of_other_types(kind: str) -> list[Any]:
    """What a form can also get wrong: names with more or fewer parts than the type has."""
    return ["text"] if kind in COMPOSITE else [["text"], {"A": "text"}]


def place_of(shape: Shape, name: str) -> str | None:
    """``uri``, ``querystring`` or None for the body, where unknown members stand too."""
    place: str | None = None
    if name in shape.members:
        place = shape.members[name].serialization.get("location")
    return place


def labels(shape: Shape, request: dict[str, Any]) -> dict[str, str]:
    """The labels of a v2 request as the router hands them over; a missing one is empty."""
    return {
        member.serialization["name"]: request.get(name) or ""
        for name, member in shape.members.items()
        if place_of(shape, name) == "uri"
    }


def query_string(shape: Shape, request: dict[str, Any]) -> str:
    """The query string of a v2 request."""
    fields = []
    for name, value in request.items():
        if place_of(shape, name) == "querystring" and value is not None:
            values = value if isinstance(value, list) else [value]
            wire_name = shape.members[name].serialization["name"]
            fields += [(wire_name, text(item)) for item in values]
    return urlencode(fields)


def body(shape: Shape, request: dict[str, Any]) -> bytes:
    """The JSON body of a v2 request."""
    document = {name: value for name, value in request.items() if not place_of(shape, name)}
    return json.dumps(document, default=_json).encode()


def form(shape: Shape, request: Any) -> dict[str, str]:
    """The fields of a v1 request, after the types of its values, whatever the model says."""
    return dict(_fields(shape, request, ""))


def _fields(shape: Shape, value: Any, name: str) -> Iterator[tuple[str, str]]:
    prefix = f"{name}." if name else ""
    if isinstance(value, dict) and getattr(shape, "type_name", "") == "map":
        for number, (key, item) in enumerate(value.items(), 1):
            yield f"{prefix}entry.{number}.key", key
            yield from _fields(shape.value, item, f"{prefix}entry.{number}.value")
    elif isinstance(value, dict):
        members = getattr(shape, "members", {})
        for key, item in value.items():
            yield from _fields(members.get(key), item, f"{prefix}{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value, 1):
            member = getattr(shape, "member", None)
            yield from _fields(member, item, f"{prefix}member.{number}")
        if not value:
            yield name, ""
    elif value is not None:
        yield name, text(value)


def text(value: Any) -> str:
    """A scalar as forms and query strings write it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    return base64.b64encode(value).decode()
