"""SES v2, the AWS restJson1 protocol: a raw path to an operation, JSON to a request and back.

The path is routed as it stands on the wire, before percent-decoding: names and ARNs carry ``%2F``.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import parse_qs, unquote

from ses_emulator.errors import AwsError
from ses_emulator.wire import scalars
from ses_emulator.wire.models import Operation, Service, Shape
from ses_emulator.wire.validate import validate

MAX_QUERY_FIELDS = 1000


class Router:
    """Finds the operation of a method and a raw path."""

    def __init__(self, service: Service) -> None:
        self._exact: dict[tuple[str, str], Operation] = {}
        self._labelled: dict[tuple[str, int], list[tuple[list[str], Operation]]] = {}
        for operation in service.operations.values():
            path = operation.path.rstrip("/")
            if "{" not in path:
                self._exact[operation.method, path] = operation
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
        document = json.loads(body, parse_constant=_refuse_constant)
        if b"\\u" in body:
            # A lone surrogate escape is JSON, but no text; it could not be stored.
            json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise scalars.Malformed("The request body is not valid JSON") from None
    if not isinstance(document, dict):
        raise scalars.Malformed("Start of structure or map expected")
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _located(shape: Shape, request: dict[str, Any], labels: Mapping[str, str], query: str) -> None:
    """Add the members that stand in the path or in the query string."""
    fields: dict[str, list[str]] | None = None
    for name, member in shape.members.items():
        if member.location is None:
            continue
        request.pop(name, None)
        if member.location == "uri":
            request[name] = labels[member.wire_name] or None
            continue
        if fields is None:
            try:
                fields = parse_qs(query, keep_blank_values=True, max_num_fields=MAX_QUERY_FIELDS)
            except ValueError:
                raise scalars.Malformed("The query string is not valid") from None
        values = fields.get(member.wire_name)
        if values is None:
            continue
        if member.shape.type == "list":
            assert member.shape.element is not None
            kind = member.shape.element.type
            request[name] = [scalars.read_text(kind, value) for value in values]
        else:
            request[name] = scalars.read_text(member.shape.type, values[-1])


def _structure(shape: Shape, document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _value(member.shape, document[name])
        for name, member in shape.members.items()
        if document.get(name) is not None
    }


def _value(shape: Shape, value: Any) -> Any:
    kind = shape.type
    if kind == "string":
        if type(value) is not str:
            raise scalars.Malformed(f"{_token(value)} can not be converted to a String")
        return value
    if kind == "structure":
        if not isinstance(value, dict):
            raise scalars.Malformed("Start of structure or map expected")
        return _structure(shape, value)
    if kind == "list":
        if not isinstance(value, list):
            raise scalars.Malformed(f"Expected list or null, found {_token(value)}")
        assert shape.element is not None
        element = shape.element
        return [None if item is None else _value(element, item) for item in value]
    if kind == "map":
        if not isinstance(value, dict):
            raise scalars.Malformed("Start of structure or map expected")
        assert shape.element is not None
        element = shape.element
        return {key: None if v is None else _value(element, v) for key, v in value.items()}
    return _scalar(kind, value)


def _scalar(kind: str, value: Any) -> Any:
    try:
        if kind == "boolean" and isinstance(value, bool):
            return value
        if kind == "blob" and isinstance(value, str):
            return scalars.read_blob(value)
        if kind in scalars.RANGES and type(value) is int:
            return scalars.in_range(kind, value)
        if kind == "double" and type(value) in (int, float):
            return scalars.finite(float(value))
        if kind == "timestamp" and type(value) in (int, float, str):
            return scalars.read_timestamp(value)
    except (ValueError, OverflowError):
        pass
    raise scalars.Malformed(f"{_token(value)} can not be converted to {kind}")


def _token(value: Any) -> str:
    """What AWS's JSON reader calls the kind of a value."""
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    if isinstance(value, dict):
        return "START_OBJECT"
    if isinstance(value, list):
        return "START_ARRAY"
    return "STRING_VALUE" if isinstance(value, str) else "NUMBER_VALUE"


def result_json(shape: Shape | None, result: Mapping[str, Any]) -> bytes:
    """The answer: exactly the members of ``result`` that ``shape`` names."""
    return json.dumps({} if shape is None else _plain(shape, result)).encode()


def error_json(message: str) -> bytes:
    """The body of an error; its code is in the header ``x-amzn-ErrorType``."""
    return json.dumps({"message": message}).encode()


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
