"""SES v2, the AWS restJson1 protocol: a raw path to an operation, JSON to a request and back.

The path is routed as it stands on the wire, before percent-decoding: names and ARNs carry ``%2F``.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import parse_qs, unquote

import orjson

from ses_emulator.errors import AwsError
from ses_emulator.wire import scalars
from ses_emulator.wire.models import Operation, Service, Shape
from ses_emulator.wire.validate import validate

MAX_QUERY_FIELDS = 1000
# How AWS's JSON reader calls what it reads a scalar into.
TARGETS = {
    "string": "a String",
    "boolean": "a Boolean",
    "integer": "an Integer",
    "long": "a Long",
    "double": "a Double",
    "timestamp": "milliseconds since epoch",
    "blob": "a ByteBuffer",
}


# AWS answers these at two places; which of them a client asks depends on the age of its model.
MOVED = {
    "ListConfigurationSets": (
        ("GET", "/v2/email/configuration-sets"),
        ("POST", "/v2/email/list-configuration-sets"),
    ),
    "ListEmailIdentities": (
        ("GET", "/v2/email/identities"),
        ("POST", "/v2/email/list-identities"),
    ),
}


class Router:
    """Finds the operation of a method and a raw path."""

    def __init__(self, service: Service) -> None:
        self._exact: dict[tuple[str, str], Operation] = {}
        self._labelled: dict[tuple[str, int], list[tuple[list[str], Operation]]] = {}
        for operation in service.operations.values():
            path = operation.path.rstrip("/")
            if "{" not in path:
                for place in (*MOVED.get(operation.name, ()), (operation.method, path)):
                    self._exact[place] = operation
                continue
            parts = path.split("/")
            self._labelled.setdefault((operation.method, len(parts)), []).append((parts, operation))

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation and its decoded labels by wire name, or None where no route matches."""
        if path.endswith("/") and path.count("/") > 1:
            path = path[:-1]
        exact = self._exact.get((method, path))
        if exact is not None:
            return exact, {}
        parts = path.split("/")
        for template, operation in self._labelled.get((method, len(parts)), ()):
            labels = _match(template, parts)
            if labels is not None:
                return operation, labels
        return None


def _match(template: list[str], parts: list[str]) -> dict[str, str] | None:
    labels = {}
    for expected, part in zip(template, parts, strict=True):
        if expected.startswith("{"):
            labels[expected[1:-1]] = unquote(part)
        elif expected != part:
            return None
    return labels


def parse_request(
    shape: Shape, labels: Mapping[str, str], query: str, body: bytes
) -> dict[str, Any]:
    """The request that path labels, query string and JSON body spell, validated.

    Members that the model has not are passed over. Raises AwsError ``SerializationException`` for
    what is not JSON or of a wrong type, ``ValidationError`` for a violated constraint.
    """
    try:
        request = _structure(shape, parse_json(body))
        if labels or query:
            _located(shape, request, labels, query)
    except scalars.Malformed as error:
        raise AwsError("SerializationException", str(error)) from None
    validate(shape, request)
    return request


def parse_json(body: bytes) -> dict[str, Any]:
    """The object that ``body`` is; nothing at all is an empty one. Raises Malformed."""
    if not body:
        return {}
    try:
        document = orjson.loads(body)
    except ValueError:
        raise scalars.Malformed("The request body is not valid JSON") from None
    if not isinstance(document, dict):
        _refuse("structure", document)
    return document


def _located(shape: Shape, request: dict[str, Any], labels: Mapping[str, str], query: str) -> None:
    """Add the members that stand in the path or in the query string.

    Models of different age have the same member in the query string or in the body: both are read.
    """
    fields = _query_fields(query) if query else {}
    for name, member in shape.members.items():
        if member.location == "uri":
            request[name] = labels[member.wire_name] or None
        elif member.wire_name in fields:
            values = fields[member.wire_name]
            kind, element = member.shape.type, member.shape.element
            if kind == "list" and element is not None and element.type in TARGETS:
                request[name] = [scalars.read_text(element.type, value) for value in values]
            elif kind in TARGETS:
                request[name] = scalars.read_text(kind, values[-1])


def _query_fields(query: str) -> dict[str, list[str]]:
    try:
        return parse_qs(query, keep_blank_values=True, max_num_fields=MAX_QUERY_FIELDS)
    except ValueError:
        raise scalars.Malformed("The query string is not valid") from None


def _structure(shape: Shape, document: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for wire_name, value in document.items():
        if value is not None and wire_name in shape.wire:
            name, below = shape.wire[wire_name]
            found[name] = _value(below, value)
    return found


def _value(shape: Shape, value: Any) -> Any:
    kind = shape.type
    if kind == "string":
        if type(value) is str:
            return value
    elif kind == "structure":
        if type(value) is dict:
            return _structure(shape, value)
    elif kind == "list":
        if type(value) is list:
            assert shape.element is not None
            element = shape.element
            return [None if item is None else _value(element, item) for item in value]
    elif kind == "map":
        if type(value) is dict:
            assert shape.element is not None
            element = shape.element
            return {key: None if v is None else _value(element, v) for key, v in value.items()}
    else:
        return _scalar(kind, value)
    _refuse(kind, value)


def _scalar(kind: str, value: Any) -> Any:
    try:
        if kind == "boolean" and type(value) is bool:
            return value
        if kind == "blob" and type(value) is str:
            return scalars.read_blob(value)
        if kind in scalars.RANGES and type(value) is int:
            return scalars.in_range(kind, value)
        if kind == "double" and type(value) in (int, float):
            return scalars.finite(float(value))
        if kind == "timestamp" and type(value) in (int, float):
            return scalars.read_epoch(value)
    except (ValueError, OverflowError):
        pass
    _refuse(kind, value)


def _refuse(kind: str, value: Any) -> NoReturn:
    """Say in AWS's words that ``value`` is not of the model's type ``kind``."""
    if type(value) is dict:
        raise scalars.Malformed("Start of structure or map found where not expected.")
    if type(value) is list:
        raise scalars.Malformed("Start of list found where not expected")
    if kind in TARGETS:
        raise scalars.Malformed(f"{_token(value)} can not be converted to {TARGETS[kind]}")
    raise scalars.Malformed("Expected list or null" if kind == "list" else "Expected null")


def _token(value: Any) -> str:
    """What AWS's JSON reader calls the kind of a scalar."""
    if type(value) is bool:
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    if type(value) is float:
        return "DECIMAL_VALUE"
    return "STRING_VALUE" if type(value) is str else "NUMBER_VALUE"


def result_json(shape: Shape | None, result: Mapping[str, Any]) -> bytes:
    """The answer: exactly the members of ``result`` that ``shape`` names."""
    return orjson.dumps({} if shape is None else _plain(shape, result))


def error_json(message: str) -> bytes:
    """The body of an error; its code is in the header ``x-amzn-ErrorType``."""
    return orjson.dumps({"message": message})


def _plain(shape: Shape, value: Any) -> Any:
    kind = shape.type
    if kind == "structure":
        return {
            member.wire_name: _plain(member.shape, value[name])
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if kind == "list":
        assert shape.element is not None
        return [_plain(shape.element, item) for item in value]
    if kind == "map":
        assert shape.element is not None
        return {key: _plain(shape.element, item) for key, item in value.items()}
    if kind == "timestamp":
        return round(value, 3)
    if kind == "blob":
        return b64encode(value).decode("ascii")
    return value
