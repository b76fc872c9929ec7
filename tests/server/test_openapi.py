"""The document is valid, and says what the code does."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import validate

from ses_emulator.server import parameters
from tests.server.conftest import Client
from tests.server.document import document, operations, resolve

QUERIES = {
    operation["operationId"]: {
        parameter["name"]: resolve(parameter["schema"])
        for parameter in map(resolve, operation.get("parameters", []))
        if parameter["in"] == "query"
    }
    for operation in operations().values()
}


def test_document_is_valid() -> None:
    validate(document())


def test_it_is_served(client: Client) -> None:
    assert client.get("/_ses/openapi.json").json == document()


def test_routes_are_the_paths(client: Client) -> None:
    routes = {
        (method, rule.rule.replace("<", "{").replace(">", "}"), rule.endpoint)
        for rule in client.application.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/_ses")
    }
    described = {
        (method, path, operation["operationId"])
        for (method, path), operation in operations().items()
    }
    assert routes == described


def test_every_operation_may_answer_an_error() -> None:
    for operation in operations().values():
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/Error"}


@pytest.mark.parametrize("operation", QUERIES)
def test_query_parameters_are_the_same(operation: str) -> None:
    assert list(QUERIES[operation]) == list(parameters.PARAMETERS.get(operation, ()))
    for name, schema in QUERIES[operation].items():
        assert schema == {"description": schema.get("description"), **_rule(operation, name)} or (
            schema == _rule(operation, name)
        )


def _rule(operation: str, name: str) -> dict[str, Any]:
    """What the code asks of a parameter, as a schema."""
    if (operation, name) == ("listEvents", "type"):
        return {"type": "string", "enum": list(parameters.EVENT_TYPES)}
    if (operation, name) == ("listDeliveries", "status"):
        return {"type": "string", "enum": list(parameters.DELIVERY_STATUSES)}
    if name == "status":
        return {"type": "string", "enum": list(parameters.STATUSES)}
    if name in parameters.CHOICES:
        return {"type": "string", "enum": list(parameters.CHOICES[name])}
    if name == "form":
        return {"type": "string", "enum": list(parameters.FORMS), "default": parameters.FORMS[0]}
    number = parameters.NUMBERS.get(name)
    if number is None:
        text: dict[str, Any] = {"type": "string", "maxLength": parameters.LONGEST}
        if name not in parameters.EMPTY:
            text["minLength"] = 1
        return {"type": "array", "items": text} if name in parameters.REPEATED else text
    rule: dict[str, Any] = {
        "type": "integer" if number.kind is int else "number",
        "minimum": number.low,
        "maximum": number.high,
        "default": number.default or None,
    }
    return {key: value for key, value in rule.items() if value is not None}
