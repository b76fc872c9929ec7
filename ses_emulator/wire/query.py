"""SES v1, the AWS query protocol: form fields to a request, a result or an error to XML.

``Destination.ToAddresses.member.1=a`` is ``{"Destination": {"ToAddresses": ["a"]}}``. See the
Smithy documentation, "AWS query protocol".
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import xmltodict

from ses_emulator.errors import AwsError
from ses_emulator.wire import scalars
from ses_emulator.wire.models import Service, Shape
from ses_emulator.wire.validate import validate

# 10,000 recipients in three spellings fit; what has more fields is no request of an SDK.
MAX_FIELDS = 100_000
MAX_DEPTH = 32
Tree = dict[str, Any]


def parse_fields(body: bytes) -> dict[str, str]:
    """The form's fields; of a repeated one the last. Raises AwsError ``MalformedInput``."""
    try:
        pairs = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise AwsError("MalformedInput", "The request is not a valid form") from None
    return dict(pairs)


def parse_call(body: bytes, query: str) -> dict[str, str]:
    """The fields of a call: the body's, and the query's where the body names no Action."""
    fields = parse_fields(body)
    return fields if "Action" in fields else parse_fields(query.encode()) | fields


def parse_request(shape: Shape, fields: Mapping[str, str]) -> dict[str, Any]:
    """The request that ``fields`` spell, validated. Fields that the model has not are passed over.

    Raises AwsError ``MalformedInput`` for a value of a wrong type, ``ValidationError`` for a
    violated constraint.
    """
    tree: Tree = {}
    for name, value in fields.items():
        if name.count(".") > MAX_DEPTH:
            continue
        *parents, last = name.split(".")
        node = tree
        for parent in parents:
            below = node.get(parent)
            if not isinstance(below, dict):
                below = node[parent] = {}
            node = below
        node.setdefault(last, value)
    try:
        request = _structure(shape, tree)
    except scalars.Malformed as error:
        raise AwsError("MalformedInput", str(error)) from None
    validate(shape, request)
    return request


def _structure(shape: Shape, tree: Tree) -> dict[str, Any]:
    return {
        name: _value(member.shape, tree[name], name)
        for name, member in shape.members.items()
        if name in tree
    }


def _value(shape: Shape, node: Any, name: str) -> Any:
    if shape.type in ("structure", "list", "map"):
        if node == "":  # how SDKs write an empty list
            node = {}
        if isinstance(node, str):
            what = "list" if shape.type == "list" else "complex"
            raise scalars.Malformed(f"Unexpected {what} element termination")
        if shape.type == "structure":
            return _structure(shape, node)
        return _list(shape, node, name) if shape.type == "list" else _map(shape, node, name)
    if isinstance(node, dict):
        raise scalars.Malformed(
            "Start of list found where not expected"
            if "member" in node
            else "Start of structure or map found where not expected."
        )
    return scalars.read_text(shape.type, node)


def _list(shape: Shape, node: Tree, name: str) -> list[Any]:
    assert shape.element is not None
    return [_value(shape.element, item, name) for item in _numbered(node.get("member"), name)]


def _map(shape: Shape, node: Tree, name: str) -> dict[str, Any]:
    assert shape.element is not None
    found = {}
    for entry in _numbered(node.get("entry"), name):
        if not isinstance(entry, dict) or not isinstance(entry.get("key"), str):
            raise scalars.Malformed(f"{name} has an entry without a key")
        found[entry["key"]] = _value(shape.element, entry.get("value", ""), name)
    return found


def _numbered(node: Any, name: str) -> list[Any]:
    """``{"1": a, "2": b}`` in the order of the numbers; a gap is passed over."""
    if node is None:
        return []
    if not isinstance(node, dict) or not all(n.isascii() and n.isdigit() for n in node):
        raise scalars.Malformed(f"{name} has a member without a number")
    return [node[number] for number in sorted(node, key=lambda digits: (len(digits), digits))]


def result_xml(
    service: Service,
    operation: str,
    shape: Shape | None,
    result: Mapping[str, Any],
    request_id: str,
) -> bytes:
    """The answer of ``operation``: exactly the members of ``result`` that ``shape`` names."""
    answer: dict[str, Any] = {"@xmlns": service.namespace}
    if shape is not None:
        answer[f"{operation}Result"] = _element(shape, result)
    answer["ResponseMetadata"] = {"RequestId": request_id}
    return _document({f"{operation}Response": answer})


def error_xml(
    service: Service,
    code: str,
    message: str,
    members: Mapping[str, Any],
    fault: bool,
    request_id: str,
) -> bytes:
    """An error; ``members`` are further ones that its shape declares."""
    error = {
        "Type": "Receiver" if fault else "Sender",
        "Code": code,
        "Message": scalars.xml_text(message),
        **{name: scalars.xml_text(str(value)) for name, value in members.items()},
    }
    return _document(
        {
            "ErrorResponse": {
                "@xmlns": service.namespace,
                "Error": error,
                "RequestId": request_id,
            }
        }
    )


def _element(shape: Shape, value: Any) -> Any:
    kind = shape.type
    if kind == "structure":
        return {
            name: _element(member.shape, value[name])
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if kind == "list":
        assert shape.element is not None
        return {"member": [_element(shape.element, item) for item in value]}
    if kind == "map":
        assert shape.element is not None
        return {
            "entry": [
                {"key": scalars.xml_text(key), "value": _element(shape.element, item)}
                for key, item in value.items()
            ]
        }
    if kind == "timestamp":
        return scalars.write_iso(value)
    if kind == "boolean":
        return "true" if value else "false"
    return scalars.xml_text(value) if kind == "string" else str(value)


def _document(tree: dict[str, Any]) -> bytes:
    # Written as it stands: indentation or stripping would change the text of members.
    text: str = xmltodict.unparse(tree, full_document=False)
    # A parser reads a bare carriage return as a line feed.
    return text.replace("\r", "&#13;").encode()
