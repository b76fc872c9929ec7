"""Loads botocore's service models and refuses what the wire layer would not interpret.

The models are AWS's own description of the APIs, the same that the clients use. A trait that
is not known here (a header location, a flattened list, ...) is an error at load, so that a
newer botocore can never be misread in silence.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.loaders import Loader

from ses_emulator.wire import constraints

# What AWS writes for people and for the clients: it changes nothing on the wire.
REMARKS = frozenset("documentation deprecated deprecatedMessage deprecatedSince".split())
SHAPE_TRAITS = REMARKS | frozenset(
    "type members required member key value enum min max pattern sensitive union "
    "exception error fault retryable box".split()
)
MEMBER_TRAITS = {
    "query": REMARKS | frozenset("shape contextParam".split()),
    "rest-json": REMARKS | frozenset("shape contextParam location locationName".split()),
}
REFERENCE_TRAITS = REMARKS | {"shape"}
OPERATION_TRAITS = REMARKS | frozenset("name http input output errors idempotent readonly".split())
OUTPUT_TRAITS = REFERENCE_TRAITS | {"resultWrapper"}
HTTP_TRAITS = frozenset(("method", "requestUri"))
ERROR_TRAITS = frozenset("code httpStatusCode senderFault".split())
TYPES = frozenset("structure list map string integer long double boolean timestamp blob".split())
LOCATIONS = frozenset(("uri", "querystring"))


class ModelError(Exception):
    """The installed botocore describes something that this version cannot serve."""


class Shape:
    """One type of the model: its kind, its parts and its constraints.

    ``constrained`` is true where it or anything below it can be violated after it was parsed.
    """

    __slots__ = (
        "constrained",
        "constraints",
        "element",
        "key",
        "members",
        "name",
        "required",
        "sensitive",
        "type",
        "union",
        "wire",
    )

    def __init__(self, name: str, raw: Mapping[str, Any]) -> None:
        self.name = name
        self.type: str = raw["type"]
        self.members: dict[str, Member] = {}
        # For readers: by the name on the wire, the member's own name and its shape.
        self.wire: dict[str, tuple[str, Shape]] = {}
        self.required: tuple[str, ...] = tuple(raw.get("required", ()))
        try:
            self.constraints = constraints.read(raw)
        except re.error:
            raise ModelError(_unknown(f"pattern {raw['pattern']!r} of shape {name}")) from None
        self.sensitive = bool(raw.get("sensitive"))
        self.union = bool(raw.get("union"))
        self.key: Shape | None = None
        self.element: Shape | None = None
        self.constrained = True

    def __repr__(self) -> str:
        return f"<Shape {self.name} {self.type}>"


class Member:
    """A member of a structure: where it stands in the request and under which name.

    ``path`` is the name that the sentences of validation use.
    """

    __slots__ = ("location", "path", "shape", "wire_name")

    def __init__(self, shape: Shape, name: str, raw: Mapping[str, Any]) -> None:
        self.shape = shape
        self.path = name[0].lower() + name[1:]
        self.location: str | None = raw.get("location")
        self.wire_name: str = raw.get("locationName", name)


class Operation:
    """One API operation. ``output`` is None where AWS answers nothing but metadata."""

    __slots__ = ("input", "method", "name", "output", "path")

    def __init__(
        self, name: str, http: Mapping[str, str], input: Shape, output: Shape | None
    ) -> None:
        self.name = name
        self.method = http["method"]
        self.path = http["requestUri"]
        self.input = input
        self.output = output


class ErrorShape:
    """An error that the model declares: its code on the wire, HTTP status and further members."""

    __slots__ = ("code", "members", "status")

    def __init__(self, code: str, status: int, members: frozenset[str]) -> None:
        self.code = code
        self.status = status
        self.members = members


class Service:
    """A service model: operations by name and declared errors by code."""

    def __init__(self, name: str, model: Mapping[str, Any]) -> None:
        self.name = name
        protocol = model["metadata"]["protocol"]
        if protocol not in MEMBER_TRAITS:
            raise ModelError(_unknown(f"protocol {protocol} of {name}"))
        self._member_traits = MEMBER_TRAITS[protocol]
        self.namespace: str = model["metadata"].get("xmlNamespace", "")
        self._raw: Mapping[str, Any] = model["shapes"]
        self._shapes: dict[str, Shape] = {}
        self.operations = {n: self._operation(n, o) for n, o in model["operations"].items()}
        self.errors = {
            error.code: error
            for error in (
                self._error(n, raw) for n, raw in self._raw.items() if raw.get("exception")
            )
        }
        _mark_constrained(self._shapes.values())

    def _operation(self, name: str, raw: Mapping[str, Any]) -> Operation:
        _check(f"operation {name}", raw, OPERATION_TRAITS)
        _check(f"http of operation {name}", raw["http"], HTTP_TRAITS)
        empty = Shape(f"{name}Input", {"type": "structure"})
        if "input" in raw:
            _check(f"input of {name}", raw["input"], REFERENCE_TRAITS)
        if "output" in raw:
            _check(f"output of {name}", raw["output"], OUTPUT_TRAITS)
        return Operation(
            name,
            raw["http"],
            self._shape(raw["input"]["shape"]) if "input" in raw else empty,
            self._shape(raw["output"]["shape"]) if "output" in raw else None,
        )

    def _error(self, name: str, raw: Mapping[str, Any]) -> ErrorShape:
        declared = raw.get("error", {})
        _check(f"error of {name}", declared, ERROR_TRAITS)
        status = declared.get("httpStatusCode", 500 if raw.get("fault") else 400)
        return ErrorShape(declared.get("code", name), status, frozenset(self._shape(name).members))

    def _shape(self, name: str) -> Shape:
        if name in self._shapes:
            return self._shapes[name]
        raw = self._raw[name]
        _check(f"shape {name}", raw, SHAPE_TRAITS)
        if raw["type"] not in TYPES:
            raise ModelError(_unknown(f"type {raw['type']!r} of shape {name}"))
        shape = self._shapes[name] = Shape(name, raw)
        for member, reference in raw.get("members", {}).items():
            _check(f"member {name}.{member}", reference, self._member_traits)
            if reference.get("location", "uri") not in LOCATIONS:
                raise ModelError(_unknown(f"location of {name}.{member}: {reference['location']}"))
            read = shape.members[member] = Member(
                self._shape(reference["shape"]), member, reference
            )
            shape.wire[read.wire_name] = (member, read.shape)
        for part, reference in (("key", raw.get("key")), ("value", raw.get("value"))):
            if reference:
                _check(f"{part} of {name}", reference, REFERENCE_TRAITS)
        if "member" in raw:
            _check(f"member of {name}", raw["member"], REFERENCE_TRAITS)
            shape.element = self._shape(raw["member"]["shape"])
        if "key" in raw:
            shape.key = self._shape(raw["key"]["shape"])
            shape.element = self._shape(raw["value"]["shape"])
        return shape


def _unknown(what: str) -> str:
    import botocore

    return (
        f"botocore {botocore.__version__} uses a trait that this version of ses-emulator does not "
        f"know: {what}. Install an older botocore or a newer ses-emulator."
    )


def _check(what: str, raw: Mapping[str, Any], known: frozenset[str]) -> None:
    if not known.issuperset(raw):
        raise ModelError(_unknown(f"{sorted(set(raw) - known)} on {what}"))


def _mark_constrained(shapes: Any) -> None:
    """Clear ``constrained`` on shapes that accept every parsed value, so validation skips them.

    Starts from "all are" and takes away to the fixed point, so recursive shapes stay marked.
    A list always stays: an element may be null.
    """
    pending = list(shapes)
    changed = True
    while changed:
        changed = False
        for shape in pending:
            if shape.constrained and _accepts_all(shape):
                shape.constrained = False
                changed = True
        pending = [shape for shape in pending if shape.constrained]


def _accepts_all(shape: Shape) -> bool:
    if any((shape.required, shape.constraints, shape.union, shape.element)):
        return False
    return not any(member.shape.constrained for member in shape.members.values())


@cache
def load(name: str) -> Service:
    """The model of ``ses`` (v1) or ``sesv2`` of the installed botocore, which nobody changes.

    Raises ModelError if it uses a trait that is not interpreted here.
    """
    return Service(name, Loader().load_service_model(name, "service-2"))
