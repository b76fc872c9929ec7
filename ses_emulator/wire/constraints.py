"""What one shape of the model demands of a value, each demand in AWS's words."""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

# A model's pattern may take quadratic time, so it is not tried on what is longer than any name.
LONGEST_MATCHED = 10_000
SIZED = frozenset("string blob list map".split())


class Constraint(NamedTuple):
    """``words`` is how AWS says it; ``holds`` tells whether a parsed value complies."""

    words: str
    holds: Callable[[Any], bool]


def read(raw: Mapping[str, Any]) -> tuple[Constraint, ...]:
    """The constraints of a shape as the model has it, in the order in which AWS lists them.

    Raises re.error for a pattern that is none of Python's.
    """
    found = []
    minimum, maximum = raw.get("min"), raw.get("max")
    what, measure = ("length", len) if raw["type"] in SIZED else ("value", _itself)
    if maximum is not None:
        words = f"Member must have {what} less than or equal to {maximum}"
        found.append(Constraint(words, lambda value: measure(value) <= maximum))
    if minimum is not None:
        words = f"Member must have {what} greater than or equal to {minimum}"
        found.append(Constraint(words, lambda value: measure(value) >= minimum))
    if "pattern" in raw:
        found.append(_pattern(raw["pattern"], maximum))
    if "enum" in raw:
        words = f"Member must satisfy enum value set: {listed(raw['enum'])}"
        found.append(Constraint(words, frozenset(raw["enum"]).__contains__))
    return tuple(found)


def _itself(value: Any) -> Any:
    return value


def _pattern(pattern: str, maximum: int | None) -> Constraint:
    match = re.compile(pattern).fullmatch
    longest = max(LONGEST_MATCHED, maximum or 0)

    def holds(value: str) -> bool:
        if len(value) > longest:
            return maximum is not None  # its length is complained of already
        return match(value) is not None

    return Constraint(f"Member must satisfy regular expression pattern: {pattern}", holds)


def listed(words: Any) -> str:
    """Several words as AWS puts them: ``[a, b]``."""
    return f"[{', '.join(words)}]"
