"""SES v2's paths, as they stand on the wire, to operations and labels."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from ses_emulator.wire import models
from ses_emulator.wire.restjson import Router, parse_request
from tests.wire.values import model

SERVICE = models.load("sesv2")
ROUTER = Router(SERVICE)
OPERATIONS = sorted(SERVICE.operations)
METHODS = ("GET", "POST", "PUT", "DELETE")
NAMES = [
    "name",
    "list",  # the last segment of other routes
    "user+label@example.com",
    "arn:aws:ses:us-east-1:123456789012:identity/example.com",
    "a%2Fb",
    "50% off & 100%?",
    "\u00e9\u4e2d\U0001f600",
    ".",
]


def path_of(operation: str, label: str) -> str:
    """The raw path of an operation with the same label in every place."""
    path = str(model("sesv2").operation_model(operation).http["requestUri"])
    for part in path.split("/"):
        if part.startswith("{"):
            path = path.replace(part, quote(label, safe=""))
    return path


@pytest.mark.parametrize("label", NAMES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_is_found_with_its_labels_decoded(operation: str, label: str) -> None:
    http = model("sesv2").operation_model(operation).http
    found = ROUTER.find(http["method"], path_of(operation, label))
    assert found is not None
    assert found[0].name == operation
    parts = http["requestUri"].split("/")
    assert found[1] == {part[1:-1]: label for part in parts if part.startswith("{")}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_slash_at_the_end_is_passed_over(operation: str) -> None:
    method = model("sesv2").operation_model(operation).http["method"]
    path = path_of(operation, "name").rstrip("/")
    without, with_slash = ROUTER.find(method, path), ROUTER.find(method, f"{path}/")
    assert without is not None
    assert without == with_slash


@pytest.mark.parametrize("operation", OPERATIONS)
def test_other_methods_and_paths_find_no_such_operation(operation: str) -> None:
    method = model("sesv2").operation_model(operation).http["method"]
    path = path_of(operation, "name").rstrip("/")
    for other in METHODS:
        found = ROUTER.find(other, path)
        assert found is None or (found[0].name == operation) == (other == method)
    assert ROUTER.find("PATCH", path) is None
    assert ROUTER.find(method.lower(), path) is None
    assert ROUTER.find(method, path.replace("/v2/", "/v3/")) is None
    assert ROUTER.find(method, f"{path}/no/such/thing/here/at/all") is None
    assert ROUTER.find(method, f"/{path}") is None


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "//",
        "/v2",
        "/v2/email",
        "/v2/email/",
        "/V2/email/identities",
        "/v2/email/identitie",
        "/v2/email/identities/arn:aws:ses:us-east-1:1:identity/example.com",
        "/v2%2Femail%2Fidentities",
    ],
)
@pytest.mark.parametrize("method", METHODS)
def test_what_is_no_route_finds_nothing(method: str, path: str) -> None:
    assert ROUTER.find(method, path) is None


def test_an_empty_label_in_the_middle_is_still_that_operation() -> None:
    found = ROUTER.find("GET", "/v2/email/identities//policies")
    assert found is not None
    assert (found[0].name, found[1]) == ("GetEmailIdentityPolicies", {"EmailIdentity": ""})


def test_no_path_belongs_to_two_operations() -> None:
    seen: dict[tuple[str, ...], str] = {}
    for name, operation in SERVICE.operations.items():
        parts = operation.path.rstrip("/").split("/")
        template = (operation.method, *("*" if part.startswith("{") else part for part in parts))
        assert template not in seen, f"{name} and {seen[template]}"
        seen[template] = name


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/v2/email/identities", "ListEmailIdentities"),
        ("POST", "/v2/email/list-identities", "ListEmailIdentities"),
        ("GET", "/v2/email/configuration-sets", "ListConfigurationSets"),
        ("POST", "/v2/email/list-configuration-sets", "ListConfigurationSets"),
    ],
)
def test_older_and_newer_clients_find_what_moved(method: str, path: str, name: str) -> None:
    found = ROUTER.find(method, path)
    assert found is not None
    operation, labels = found
    assert operation.name == name
    wanted = {"NextToken": "a b", "PageSize": 5}
    in_query = parse_request(operation.input, labels, "NextToken=a%20b&PageSize=5", b"")
    in_body = parse_request(operation.input, labels, "", json.dumps(wanted).encode())
    assert in_query == in_body == wanted
