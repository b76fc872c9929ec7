"""Valid values of botocore's shapes, built from their constraints, the same in every run.

They are what a client of botocore takes and gives: blobs are bytes, timestamps are datetimes.
"""

from __future__ import annotations

import functools
import random
import re
from datetime import UTC, datetime
from typing import Any

import botocore.loaders
from botocore.model import ServiceModel
from hypothesis import Phase, find, settings
from hypothesis import strategies as st

# Everything that a path, a query string, a form, JSON or XML could trip over.
HURTS = " a+b%2Fc/d?e=f&g;<h>\"i'\\j\r\nk\tl,{m}#n@o:\u00e9\u4e2d\U0001f600~ "
BYTES = bytes(range(256))
MOMENT = datetime(2026, 11, 24, 5, 0, 0, tzinfo=UTC)
# What the clients hold against rules that are not in the model: this one becomes a host name.
BY_NAME = {"EndpointId": "ab12.cd34"}


Shape = Any  # one of botocore's; its stubs do not tell the kinds apart


@functools.cache
def model(service: str) -> Any:
    """The ServiceModel of ``ses`` or ``sesv2``: botocore's own view of it."""
    return ServiceModel(botocore.loaders.Loader().load_service_model(service, "service-2"), service)


def full(shape: Shape, nth: int = 0, above: tuple[str, ...] = ()) -> Any:
    """A value with every member, two of each list and map; other values for another ``nth``.

    A shape inside itself is left out, so that a recursive one ends.
    """
    if shape.type_name == "structure":
        inside = (*above, shape.name)
        members = {n: m for n, m in shape.members.items() if m.name not in inside}
        if getattr(shape, "is_tagged_union", False):
            members = dict(list(members.items())[:1])
        return {name: full(member, nth, inside) for name, member in members.items()}
    if shape.type_name == "list":
        count = max(shape.metadata.get("min", 0), min(2, shape.metadata.get("max", 2)))
        return [full(shape.member, nth + i, above) for i in range(count)]
    if shape.type_name == "map":
        return {full(shape.key, i): full(shape.value, nth + i, above) for i in range(2)}
    return scalar(shape, nth)


def minimal(shape: Shape) -> Any:
    """A value with the required members only, and the shortest lists.

    A structure below the top that requires nothing has one member all the same: a form cannot
    write an empty one.
    """
    return {name: _least(shape.members[name]) for name in shape.required_members}


def _least(shape: Shape) -> Any:
    if shape.type_name == "structure":
        return minimal(shape) or {n: _least(m) for n, m in list(shape.members.items())[:1]}
    if shape.type_name == "list":
        return [_least(shape.member) for _ in range(max(1, shape.metadata.get("min", 0)))]
    if shape.type_name == "map":
        return {scalar(shape.key): _least(shape.value)}
    return scalar(shape)


def scalar(shape: Shape, nth: int = 0) -> Any:
    """A value of a shape without parts; neighbours in ``nth`` differ where the model lets them."""
    kind = shape.type_name
    if kind == "string":
        return _string(shape, nth)
    if kind == "blob":
        return BYTES[nth:]
    if kind == "boolean":
        return nth % 2 == 0
    if kind == "timestamp":
        return MOMENT.replace(second=nth)
    if kind == "double":
        return 0.1 + nth
    highest = shape.metadata.get("max", 2**31 - 1 if kind == "integer" else 2**63 - 1)
    return max(highest - nth, shape.metadata.get("min", 0))


def _string(shape: Shape, nth: int) -> str:
    if shape.name in BY_NAME:
        return BY_NAME[shape.name]
    if shape.enum:
        return str(shape.enum[nth % len(shape.enum)])
    shortest, longest = shape.metadata.get("min", 0), shape.metadata.get("max", 1000)
    if "pattern" in shape.metadata:
        return matching(shape.metadata["pattern"], shortest, longest, nth)
    return f"{nth}{HURTS}".ljust(shortest, "x")[:longest]


@functools.cache
def matching(pattern: str, shortest: int, longest: int, nth: int) -> str:
    """Some string that matches, and for another ``nth`` another one."""
    others = [matching(pattern, shortest, longest, i) for i in range(nth)]
    return find(
        st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True),
        lambda text: shortest <= len(text) <= longest and text not in others,
        settings=settings(database=None, deadline=None, phases=[Phase.generate]),
        random=random.Random(0),
    )


def epochs(value: Any) -> Any:
    """``value`` as the wire layer has it: times are epoch seconds."""
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, dict):
        return {key: epochs(item) for key, item in value.items()}
    return [epochs(item) for item in value] if isinstance(value, list) else value
