"""What is read from a service model, and what of it is refused."""

from __future__ import annotations

import copy
from typing import Any

import botocore.loaders
import pytest

from ses_emulator.wire import models
from ses_emulator.wire.models import ModelError, Service
from tests.wire.values import model

SMALL: dict[str, Any] = {
    "metadata": {"protocol": "rest-json"},
    "operations": {
        "Put": {
            "name": "Put",
            "http": {"method": "POST", "requestUri": "/things/{Id}"},
            "input": {"shape": "PutRequest"},
            "output": {"shape": "PutResponse"},
            "errors": [{"shape": "Gone"}],
        }
    },
    "shapes": {
        "PutRequest": {
            "type": "structure",
            "required": ["Id"],
            "members": {
                "Id": {"shape": "Name", "location": "uri", "locationName": "Id"},
                "Names": {"shape": "Names"},
                "Numbers": {"shape": "Numbers"},
            },
        },
        "PutResponse": {"type": "structure", "members": {"Id": {"shape": "Name"}}},
        "Gone": {
            "type": "structure",
            "members": {"Id": {"shape": "Name"}},
            "error": {"code": "GoneAway", "httpStatusCode": 410, "senderFault": True},
            "exception": True,
        },
        "Name": {"type": "string", "min": 1, "max": 5},
        "Names": {"type": "list", "member": {"shape": "Name"}},
        "Number": {"type": "integer"},
        "Numbers": {"type": "map", "key": {"shape": "Name"}, "value": {"shape": "Number"}},
    },
}


def doctored(path: str, value: Any, protocol: str = "rest-json") -> dict[str, Any]:
    """SMALL with ``value`` at a path such as ``shapes.Name.pattern``."""
    raw = copy.deepcopy(SMALL)
    raw["metadata"]["protocol"] = protocol
    *parents, last = path.split(".")
    place = raw
    for parent in parents:
        place = place[parent]
    place[last] = value
    return raw


def test_the_small_model_is_read() -> None:
    service = Service("small", SMALL)
    operation = service.operations["Put"]
    assert (operation.method, operation.path) == ("POST", "/things/{Id}")
    assert operation.input.required == ("Id",)
    assert operation.input.members["Id"].location == "uri"
    assert operation.input.members["Names"].location is None
    error = service.errors["GoneAway"]
    assert error.status == 410
    assert error.members == {"Id"}


@pytest.mark.parametrize(("fault", "status"), [(True, 500), (False, 400)])
def test_an_error_without_a_status_has_the_one_of_its_side(fault: bool, status: int) -> None:
    raw = doctored("shapes.Gone.fault", fault)
    del raw["shapes"]["Gone"]["error"]
    error = Service("small", raw).errors["Gone"]
    assert error.status == status


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("operations.Put.endpoint", {"hostPrefix": "x."}),
        ("operations.Put.httpChecksum", {}),
        ("operations.Put.unheardOf", True),
        ("operations.Put.http.responseCode", 201),
        ("operations.Put.input.payload", "Names"),
        ("operations.Put.output.payload", "Id"),
        ("shapes.PutRequest.payload", "Names"),
        ("shapes.PutRequest.members.Id.location", "header"),
        ("shapes.PutRequest.members.Id.location", "headers"),
        ("shapes.PutRequest.members.Id.location", "statusCode"),
        ("shapes.PutRequest.members.Id.streaming", True),
        ("shapes.PutRequest.members.Id.jsonvalue", True),
        ("shapes.PutRequest.members.Id.idempotencyToken", True),
        ("shapes.PutRequest.members.Id.hostLabel", True),
        ("shapes.PutRequest.members.Id.xmlAttribute", True),
        ("shapes.Names.flattened", True),
        ("shapes.Names.member.locationName", "item"),
        ("shapes.Numbers.key.locationName", "name"),
        ("shapes.Numbers.value.locationName", "value"),
        ("shapes.Names.sparse", True),
        ("shapes.Name.timestampFormat", "iso8601"),
        ("shapes.Name.unheardOf", 1),
        ("shapes.Name.type", "float"),
        ("shapes.Name.type", "document"),
        ("shapes.Name.pattern", "\\p{L}+"),
        ("shapes.PutResponse.eventstream", True),
        ("shapes.Gone.unheardOf", True),
        ("shapes.Gone.error.unheardOf", True),
        ("shapes.Gone.members.Id.location", "header"),
    ],
)
def test_a_trait_that_is_not_interpreted_is_refused(path: str, value: Any) -> None:
    with pytest.raises(ModelError, match="uses a trait that this version of ses-emulator"):
        Service("small", doctored(path, value))


@pytest.mark.parametrize("protocol", ["json", "rest-xml", "ec2", "smithy-rpc-v2-cbor"])
def test_another_protocol_is_refused(protocol: str) -> None:
    with pytest.raises(ModelError, match=protocol):
        Service("small", doctored("metadata.protocol", protocol))


@pytest.mark.parametrize("trait", ["location", "locationName"])
def test_members_of_a_query_protocol_have_no_places_and_names_of_their_own(trait: str) -> None:
    raw = doctored("shapes.PutRequest.members.Id", {"shape": "Name"}, "query")
    Service("small", raw)
    raw["shapes"]["PutRequest"]["members"]["Id"][trait] = "uri"
    with pytest.raises(ModelError, match=trait):
        Service("small", raw)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("operations.Put.deprecated", True),
        ("operations.Put.readonly", True),
        ("operations.Put.idempotent", True),
        ("shapes.PutRequest.members.Names.deprecated", True),
        ("shapes.PutRequest.members.Names.deprecatedMessage", "Use Numbers."),
        ("shapes.PutRequest.members.Names.deprecatedSince", "2027-01-01"),
        ("shapes.Gone.retryable", {"throttling": True}),
        ("shapes.Name.documentation", "<p>A name</p>"),
    ],
)
def test_a_remark_that_changes_nothing_on_the_wire_is_let_be(path: str, value: Any) -> None:
    assert Service("small", doctored(path, value)).operations.keys() == {"Put"}


@pytest.mark.parametrize("name", ["ses", "sesv2"])
def test_the_installed_models_are_read_whole(name: str) -> None:
    service = models.load(name)
    described = model(name)
    for operation in service.operations.values():
        ours, theirs = operation, described.operation_model(operation.name)
        assert (ours.method, ours.path) == (theirs.http["method"], theirs.http["requestUri"])
        assert (ours.output is None) == (theirs.output_shape is None)
        assert list(ours.input.members) == list(getattr(theirs.input_shape, "members", ()))


@pytest.mark.parametrize("name", ["ses", "sesv2"])
def test_a_newer_model_with_a_trait_of_its_own_is_refused(name: str) -> None:
    raw = copy.deepcopy(botocore.loaders.Loader().load_service_model(name, "service-2"))
    Service(name, raw)
    raw["shapes"]["SendEmailResponse"]["members"]["MessageId"]["unheardOf"] = True
    with pytest.raises(ModelError, match="unheardOf.*SendEmailResponse.MessageId"):
        Service(name, raw)


@pytest.mark.parametrize(
    ("raw", "good", "bad", "words"),
    [
        ({"type": "string", "max": 2}, "\U0001f600\U0001f600", "abc", "length less than"),
        ({"type": "string", "min": 1}, "a", "", "length greater than"),
        ({"type": "string", "pattern": "[a-z]+"}, "ab", "ab1", "regular expression pattern"),
        ({"type": "string", "pattern": "^[a-z]+$"}, "ab", "ab\n", "regular expression pattern"),
        ({"type": "string", "enum": ["A", "B"]}, "A", "a", "enum value set: [A, B]"),
        ({"type": "blob", "max": 2}, b"ab", b"abc", "length less than"),
        ({"type": "list", "min": 1, "member": {"shape": "Name"}}, ["a"], [], "length greater"),
        ({"type": "list", "max": 1, "member": {"shape": "Name"}}, ["a"], ["a", "b"], "length less"),
        ({"type": "integer", "min": 1}, 1, 0, "value greater than or equal to 1"),
        ({"type": "long", "max": 9}, 9, 10, "value less than or equal to 9"),
        ({"type": "double", "min": 0, "max": 1}, 0.5, 1.5, "value less than or equal to 1"),
    ],
)
def test_every_kind_of_constraint_is_read(
    raw: dict[str, Any], good: Any, bad: Any, words: str
) -> None:
    service = Service("small", doctored("shapes.Names", raw))
    constraints = service.operations["Put"].input.members["Names"].shape.constraints
    assert all(constraint.holds(good) for constraint in constraints)
    (broken,) = [constraint for constraint in constraints if not constraint.holds(bad)]
    assert words in broken.words


@pytest.mark.parametrize(
    ("bound", "length", "held"),
    [
        ({}, 10_000, True),
        ({}, 10_001, False),
        ({"max": 5}, 10_001, True),  # it is too long: that is said once
        ({"max": 20_000}, 20_000, True),
    ],
)
def test_a_pattern_is_not_tried_on_what_is_longer_than_any_name(
    bound: dict[str, int], length: int, held: bool
) -> None:
    raw = {"type": "string", "pattern": "a+"} | bound
    service = Service("small", doctored("shapes.Names", raw))
    shape = service.operations["Put"].input.members["Names"].shape
    assert shape.constraints[-1].holds("a" * length) is held


def test_what_accepts_every_value_is_marked_so() -> None:
    raw = copy.deepcopy(SMALL)
    raw["shapes"]["Free"] = {"type": "string"}
    raw["shapes"]["Box"] = {"type": "structure", "members": {"Lid": {"shape": "Free"}}}
    raw["shapes"]["PutRequest"]["members"]["Box"] = {"shape": "Box"}
    raw["shapes"]["Tree"] = {
        "type": "structure",
        "members": {"Left": {"shape": "Tree"}, "Name": {"shape": "Name"}},
    }
    raw["shapes"]["PutRequest"]["members"]["Tree"] = {"shape": "Tree"}
    members = Service("small", raw).operations["Put"].input.members
    assert not members["Box"].shape.constrained
    assert members["Tree"].shape.constrained
    assert members["Id"].shape.constrained
    assert members["Names"].shape.constrained
