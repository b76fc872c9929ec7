"""Holds a parsed request against the model's constraints, in AWS's words.

What AWS answers is the same for all its services: "N validation errors detected: Value '...' at
'path' failed to satisfy constraint: Member must ...", one sentence a violation. Paths are members
in lower camel case, list positions from 1 and ``member``. Of the scalars in a list or a map the
whole list or map is named, with all that is demanded of them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ses_emulator.errors import AwsError
from ses_emulator.wire.constraints import listed
from ses_emulator.wire.models import Shape

COMPOSITE = frozenset("structure list map".split())
NOT_NULL = "Member must not be null"
# Of a whole attachment in the wrong place the beginning tells enough.
LONGEST_SHOWN = 1_000


def validate(shape: Shape, value: Mapping[str, Any]) -> None:
    """Raise AwsError ``ValidationError`` that names every violation in ``value``."""
    if not shape.constrained:
        return
    found: list[str] = []
    _check(shape, value, "", found)
    if found:
        plural = "" if len(found) == 1 else "s"
        raise AwsError(
            "ValidationError",
            f"{len(found)} validation error{plural} detected: " + "; ".join(found),
        )


def _check(shape: Shape, value: Any, path: str, found: list[str]) -> None:
    """Add a sentence to ``found`` for each violation in ``value``, which stands at ``path``."""
    for constraint in shape.constraints:
        if not constraint.holds(value):
            found.append(_sentence(value, path, constraint.words, shape.sensitive))
    kind = shape.type
    if kind == "structure":
        _structure(shape, value, path, found)
    elif kind == "list":
        _list(shape, value, path, found)
    elif kind == "map":
        _map(shape, value, path, found)


def _structure(shape: Shape, value: Mapping[str, Any], path: str, found: list[str]) -> None:
    prefix = f"{path}." if path else ""
    members = shape.members
    for name in shape.required:
        if value.get(name) is None:
            found.append(_sentence(None, prefix + members[name].path, NOT_NULL))
    for name, item in value.items():
        member = members[name]
        if item is not None and member.shape.constrained:
            _check(member.shape, item, prefix + member.path, found)
    if shape.union and sum(item is not None for item in value.values()) != 1:
        words = f"Member must set exactly one of {listed(members)}"
        found.append(_sentence(value, path, words, sensitive=True))


def _list(shape: Shape, value: list[Any], path: str, found: list[str]) -> None:
    assert shape.element is not None
    for number, item in enumerate(value, 1):
        if item is None:
            found.append(_sentence(None, f"{path}.{number}.member", NOT_NULL))
        elif shape.element.type in COMPOSITE and shape.element.constrained:
            _check(shape.element, item, f"{path}.{number}.member", found)
    if not _all_hold(shape.element, value):
        words = f"Member must satisfy constraint: {_demands(shape.element)}"
        found.append(_sentence(value, path, words, shape.sensitive or shape.element.sensitive))


def _map(shape: Shape, value: Mapping[str, Any], path: str, found: list[str]) -> None:
    assert shape.key is not None and shape.element is not None
    sensitive = shape.sensitive or shape.key.sensitive or shape.element.sensitive
    if not _all_hold(shape.key, value):
        words = f"Map keys must satisfy constraint: {_demands(shape.key)}"
        found.append(_sentence(value, path, words, sensitive))
    for key, item in value.items():
        if item is None:
            found.append(_sentence(None, f"{path}.{key}.member", NOT_NULL))
        elif shape.element.type in COMPOSITE and shape.element.constrained:
            _check(shape.element, item, f"{path}.{key}.member", found)
    if not _all_hold(shape.element, value.values()):
        words = f"Map value must satisfy constraint: {_demands(shape.element)}"
        found.append(_sentence(value, path, words, sensitive))


def _all_hold(shape: Shape, values: Iterable[Any]) -> bool:
    """Whether all of a list's or a map's scalars comply; composites are looked into instead."""
    if shape.type in COMPOSITE or not shape.constraints:
        return True
    return all(
        constraint.holds(value)
        for value in values
        if value is not None
        for constraint in shape.constraints
    )


def _demands(shape: Shape) -> str:
    return listed(constraint.words for constraint in shape.constraints)


def _sentence(value: Any, path: str, words: str, sensitive: bool = False) -> str:
    shown = "" if sensitive else f"{_shown(value)} "
    return f"Value {shown}at '{path}' failed to satisfy constraint: {words}"


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    text = _plain(value)
    return f"'{text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + '...'}'"


def _plain(value: Any) -> str:
    """A value as AWS prints it."""
    if isinstance(value, bytes):
        return f"java.nio.HeapByteBuffer[pos=0 lim={len(value)} cap={len(value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(_plain, value)) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}={_plain(item)}" for key, item in value.items()) + "}"
    return "null" if value is None else str(value)
