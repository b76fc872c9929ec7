"""Holds a parsed request against the model's constraints, in AWS's words.

What AWS answers is the same for all its services: "N validation errors detected: Value '...' at
'path' failed to satisfy constraint: Member must ...", one sentence a violation. Paths are members
in lower camel case, list positions from 1 and ``member``.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ses_emulator.errors import AwsError
from ses_emulator.wire.models import Shape

# A model's pattern may take quadratic time; what is longer than any AWS name cannot match it.
LONGEST_MATCHED = 10_000


def validate(shape: Shape, value: Mapping[str, Any]) -> None:
    """Raise AwsError ``ValidationError`` that names every violation in ``value``."""
    if not shape.constrained:
        return
    found = list(_violations(shape, value, ""))
    if found:
        plural = "" if len(found) == 1 else "s"
        raise AwsError(
            "ValidationError",
            f"{len(found)} validation error{plural} detected: " + "; ".join(found),
        )


def _violations(shape: Shape, value: Any, path: str) -> Iterator[str]:
    kind = shape.type
    if kind == "structure":
        yield from _structure(shape, value, path)
    elif kind == "list":
        yield from _size(shape, value, path)
        element = shape.element
        assert element is not None
        for number, item in enumerate(value, 1):
            below = f"{path}.{number}.member"
            if item is None:
                yield _sentence(None, below, "Member must not be null")
            elif element.constrained:
                yield from _violations(element, item, below)
    elif kind == "map":
        yield from _map(shape, value, path)
    elif kind in ("string", "blob"):
        yield from _size(shape, value, path)
        if kind == "string":
            yield from _text(shape, value, path)
    elif kind in ("integer", "long", "double"):
        if shape.minimum is not None and value < shape.minimum:
            least = f"Member must have value greater than or equal to {shape.minimum}"
            yield _sentence(value, path, least)
        if shape.maximum is not None and value > shape.maximum:
            most = f"Member must have value less than or equal to {shape.maximum}"
            yield _sentence(value, path, most)


def _structure(shape: Shape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    prefix = f"{path}." if path else ""
    for name in shape.required:
        if value.get(name) is None:
            yield _sentence(None, prefix + _lower(name), "Member must not be null")
    for name, item in value.items():
        member = shape.members[name].shape
        if item is not None and member.constrained:
            yield from _violations(member, item, prefix + _lower(name))
    if shape.union and sum(item is not None for item in value.values()) != 1:
        yield _sentence(value, path, f"Member must set exactly one of {_set(shape.members)}")


def _map(shape: Shape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    yield from _size(shape, value, path)
    assert shape.key is not None and shape.element is not None
    for key, item in value.items():
        broken = [constraint for constraint, _ in _broken_text(shape.key, key)]
        if broken:
            yield f"Value {_shown(value)} at '{path}' failed to satisfy constraint: " + (
                f"Map keys must satisfy constraint: [{', '.join(broken)}]"
            )
        if item is None:
            yield _sentence(None, f"{path}.{key}.member", "Member must not be null")
        elif shape.element.constrained:
            yield from _violations(shape.element, item, f"{path}.{key}.member")


def _size(shape: Shape, value: Any, path: str) -> Iterator[str]:
    for constraint in _broken_size(shape, value):
        yield _sentence(value, path, constraint, sensitive=shape.sensitive)


def _broken_size(shape: Shape, value: Any) -> Iterator[str]:
    if shape.minimum is not None and len(value) < shape.minimum:
        yield f"Member must have length greater than or equal to {shape.minimum}"
    if shape.maximum is not None and len(value) > shape.maximum:
        yield f"Member must have length less than or equal to {shape.maximum}"


def _text(shape: Shape, value: str, path: str) -> Iterator[str]:
    for constraint, about in _broken_text(shape, value):
        if about != "size":
            yield _sentence(value, path, constraint, sensitive=shape.sensitive)


def _broken_text(shape: Shape, value: str) -> Iterator[tuple[str, str]]:
    for constraint in _broken_size(shape, value):
        yield constraint, "size"
    if shape.enum and value not in shape.enum:
        yield f"Member must satisfy enum value set: {_set(shape.enum)}", "enum"
    pattern = shape.pattern
    if pattern and (len(value) > LONGEST_MATCHED or not pattern.fullmatch(value)):
        yield f"Member must satisfy regular expression pattern: {pattern.pattern}", "pattern"


def _set(names: Any) -> str:
    return f"[{', '.join(names)}]"


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]


def _sentence(value: Any, path: str, constraint: str, *, sensitive: bool = False) -> str:
    shown = "" if sensitive else f"{_shown(value)} "
    return f"Value {shown}at '{path}' failed to satisfy constraint: {constraint}"


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    return f"'{_plain(value)}'"


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
