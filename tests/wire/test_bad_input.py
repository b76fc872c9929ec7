"""Whatever is sent, what comes back is a request of the model's types or AWS's refusal."""

from __future__ import annotations

import json
import math
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ses_emulator.errors import AwsError
from ses_emulator.wire import models, query, restjson
from tests.wire import broken
from tests.wire.broken import MISSING, at, places, put
from tests.wire.values import epochs, full, model

SERVICES = {name: models.load(name) for name in ("ses", "sesv2")}
# An operation without an input has nothing to break.
V1, V2 = (
    [n for n in model(s).operation_names if model(s).operation_model(n).input_shape]
    for s in SERVICES
)
EVERY = [("ses", name) for name in V1] + [("sesv2", name) for name in V2]
every_operation = pytest.mark.parametrize(("service", "operation"), EVERY)
every_v1 = pytest.mark.parametrize("operation", V1)
every_v2 = pytest.mark.parametrize("operation", V2)
MALFORMED = {"ses": "MalformedInput", "sesv2": "SerializationException"}
few = settings(max_examples=10, deadline=None, derandomize=True, database=None)
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def shape_of(service: str, operation: str) -> Any:
    """botocore's shape of the input."""
    return model(service).operation_model(operation).input_shape


def outcome(service: str, operation: str, request: dict[str, Any]) -> Any:
    """The request that we read, or the code of the refusal; any other exception goes on."""
    shape, ours = shape_of(service, operation), SERVICES[service].operations[operation].input
    try:
        if service == "ses":
            form = urlencode(broken.form(shape, request)).encode()
            return query.parse_request(ours, query.parse_fields(form))
        return restjson.parse_request(
            ours,
            broken.labels(shape, request),
            broken.query_string(shape, request),
            broken.body(shape, request),
        )
    except AwsError as error:
        assert error.message
        return error.code


def in_body(service: str, operation: str, path: broken.Path) -> bool:
    """Whether the place is in a JSON body rather than in a form, a path or a query string."""
    return service == "sesv2" and not broken.place_of(shape_of(service, operation), path[0])


@every_operation
def test_what_is_right_is_read(service: str, operation: str) -> None:
    request = full(shape_of(service, operation))
    assert outcome(service, operation, request) == epochs(request)


@every_operation
def test_members_may_be_missing_or_null_unless_required(service: str, operation: str) -> None:
    shape = shape_of(service, operation)
    request = full(shape)
    for path, _ in places(shape, request):
        if not isinstance(path[-1], str):
            continue
        without = put(request, path, MISSING)
        if not in_body(service, operation, path) and not at(without, path[:-1]) and path[:-1]:
            continue  # only JSON can write an empty structure
        null = put(request, path, None)
        if broken.required(shape, path):
            assert outcome(service, operation, null) == "ValidationError", path
            without = null if broken.is_map_value(shape, path) else without
            assert outcome(service, operation, without) == "ValidationError", path
        else:
            assert outcome(service, operation, without) == epochs(without), path
            assert outcome(service, operation, null) == epochs(without), path


@every_operation
def test_a_value_that_breaks_a_constraint_is_refused(service: str, operation: str) -> None:
    shape = shape_of(service, operation)
    request = full(shape)
    for path, there in places(shape, request):
        for wrong in broken.violations(there, at(request, path)):
            if wrong == [] and broken.place_of(shape, path[0]):
                continue  # a query string cannot write an empty list
            sent = put(request, path, wrong)
            assert outcome(service, operation, sent) == "ValidationError", (path, wrong)


@every_operation
def test_a_value_of_another_type_is_refused(service: str, operation: str) -> None:
    shape = shape_of(service, operation)
    request = full(shape)
    for path, there in places(shape, request):
        kind = there.type_name
        if in_body(service, operation, path):
            others = broken.json_of_other_types(kind)
        elif service == "ses":
            others = broken.texts_of_other_types(kind) + broken.fields_of_other_types(kind)
        else:
            others = broken.texts_of_other_types(kind)
        for other in others:
            sent = put(request, path, other)
            assert outcome(service, operation, sent) == MALFORMED[service], (path, other)


@every_operation
def test_members_that_the_model_has_not_are_passed_over(service: str, operation: str) -> None:
    shape = shape_of(service, operation)
    request = full(shape)
    structures = [path for path, there in places(shape, request) if there.type_name == "structure"]
    for path in [(), *structures]:
        sent = put(request, path, at(request, path) | {"NoSuchMember": {"A": [1, {"B": "c"}]}})
        assert outcome(service, operation, sent) == epochs(request), path


@every_v2
def test_nulls_in_lists_and_maps_are_refused(operation: str) -> None:
    shape = shape_of("sesv2", operation)
    request = full(shape)
    for path, there in places(shape, request):
        if in_body("sesv2", operation, path) and there.type_name in ("list", "map"):
            items = at(request, path)
            key = 0 if isinstance(items, list) else next(iter(items))
            sent = put(request, (*path, key), None)
            assert outcome("sesv2", operation, sent) == "ValidationError", path


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def scrambled(shape: Any) -> st.SearchStrategy[Any]:
    """JSON values that begin like the shape and go wrong anywhere."""
    kind = shape.type_name
    if kind == "structure":
        members = {name: scrambled(member) for name, member in shape.members.items()}
        return st.fixed_dictionaries({}, optional=members) | anything
    if kind == "list":
        return st.lists(scrambled(shape.member), max_size=2) | anything
    if kind == "map":
        return st.dictionaries(st.text(max_size=3), scrambled(shape.value), max_size=2) | anything
    return st.just(full(shape)) | anything if kind == "string" else anything


@every_v2
def test_any_json_is_a_request_or_refused(operation: str) -> None:
    shape, ours = shape_of("sesv2", operation), SERVICES["sesv2"].operations[operation].input

    @few
    @given(scrambled(shape), st.text(max_size=20))
    def read(document: Any, text: str) -> None:
        labels = dict.fromkeys(broken.labels(shape, {}), text)
        try:
            read = restjson.parse_request(ours, labels, text, json.dumps(document).encode())
        except AwsError as error:
            assert error.code in ("SerializationException", "ValidationError")
        else:
            assert conforms(shape, read)

    read()


@every_v1
def test_any_form_is_a_request_or_refused(operation: str) -> None:
    shape, ours = shape_of("ses", operation), SERVICES["ses"].operations[operation].input
    words = ["member", "entry", "key", "value", "1", "2", "01", "-1", "x", "", "\u0661"]
    for _, there in places(shape, full(shape)):
        words += getattr(there, "members", ())
    names = st.lists(st.sampled_from([*shape.members, *words]), min_size=1, max_size=5)

    @few
    @given(st.dictionaries(names.map(".".join), st.text(max_size=5), max_size=12))
    def read(fields: dict[str, str]) -> None:
        try:
            read = query.parse_request(ours, fields)
        except AwsError as error:
            assert error.code in ("MalformedInput", "ValidationError")
        else:
            assert conforms(shape, read)

    read()


def conforms(shape: Any, value: Any) -> bool:
    """Whether a request that was read has the model's types and no member besides its."""
    kind = shape.type_name
    if kind == "structure":
        return all(
            name in shape.members and (item is None or conforms(shape.members[name], item))
            for name, item in value.items()
        )
    if kind == "list":
        return all(conforms(shape.member, item) for item in value)
    if kind == "map":
        return all(type(key) is str and conforms(shape.value, item) for key, item in value.items())
    if kind in ("double", "timestamp"):
        return type(value) is float and math.isfinite(value)
    if kind == "string":
        return type(value) is str and not LONE_SURROGATE.search(value)
    types = {"blob": bytes, "boolean": bool, "integer": int, "long": int}
    return type(value) is types[kind]
