"""Every operation of both models, both ways, with botocore's client at the other end."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from ses_emulator.wire import query, restjson
from tests.wire.peer import REQUEST_ID, Peer, peer
from tests.wire.values import HURTS, epochs, full, minimal, model

OPERATIONS = [(s, name) for s in ("ses", "sesv2") for name in model(s).operation_names]
DECLARED = [
    (service, name, shape.error_code)
    for service, name in OPERATIONS
    for shape in model(service).operation_model(name).error_shapes
]
every_operation = pytest.mark.parametrize(("service", "operation"), OPERATIONS)


def test_there_are_as_many_operations_as_aws_has() -> None:
    assert len(peer("ses").service.operations) >= 71
    assert len(peer("sesv2").service.operations) >= 110
    for service in ("ses", "sesv2"):
        assert set(peer(service).service.operations) == set(model(service).operation_names)


@every_operation
def test_a_full_request_is_read_as_the_client_meant_it(service: str, operation: str) -> None:
    shape = model(service).operation_model(operation).input_shape
    exchange(peer(service), operation, full(shape) if shape else {})


@every_operation
def test_a_minimal_request_is_read_as_the_client_meant_it(service: str, operation: str) -> None:
    shape = model(service).operation_model(operation).input_shape
    exchange(peer(service), operation, minimal(shape) if shape else {})


@every_operation
def test_a_full_answer_is_read_as_it_was_meant(service: str, operation: str) -> None:
    described = model(service).operation_model(operation)
    result = full(described.output_shape) if described.output_shape else {}
    read = peer(service).call(
        operation, sendable(service, operation), answer(service, operation, epochs(result))
    )
    assert read.pop("ResponseMetadata")["RequestId"] == REQUEST_ID
    assert read == result


@every_operation
def test_an_empty_answer_is_read_as_one(service: str, operation: str) -> None:
    read = peer(service).call(
        operation, sendable(service, operation), answer(service, operation, {})
    )
    assert read.pop("ResponseMetadata")["RequestId"] == REQUEST_ID
    assert read == {}


@pytest.mark.parametrize(("service", "operation", "code"), DECLARED)
def test_a_declared_error_is_read_as_it_was_meant(service: str, operation: str, code: str) -> None:
    shape = model(service).shape_for_error_code(code)
    members = {name: value for name, value in full(shape).items() if name.lower() != "message"}
    raised = refusal(service, operation, code, members)
    assert type(raised) is peer(service).client.exceptions.from_code(code)
    response: dict[str, Any] = {**raised.response}
    assert {name: response[name] for name in members} == members


@every_operation
def test_an_error_that_no_model_declares_is_read_as_it_was_meant(
    service: str, operation: str
) -> None:
    raised = refusal(service, operation, "ValidationError", {})
    assert type(raised) is ClientError


def test_a_v1_error_says_whose_fault_it_is() -> None:
    for fault, kind in ((False, "Sender"), (True, "Receiver")):
        body = query.error_xml(peer("ses").service, "Code", "message", {}, fault, REQUEST_ID)
        with pytest.raises(ClientError) as caught:
            peer("ses").call("GetSendQuota", {}, body, 500 if fault else 400)
        error: dict[str, Any] = {**caught.value.response["Error"]}
        assert error["Type"] == kind


@pytest.mark.parametrize("service", ["ses", "sesv2"])
def test_every_error_of_the_model_has_its_status(service: str) -> None:
    declared = {shape.error_code: shape for shape in model(service).error_shapes}
    ours = peer(service).service.errors
    assert set(ours) == set(declared)
    for code, shape in declared.items():
        assert ours[code].status == shape.metadata["error"]["httpStatusCode"]
        assert ours[code].members == set(shape.members)


def test_a_time_keeps_its_milliseconds() -> None:
    seconds = 1764000000.125
    result: dict[str, Any] = {"SendDataPoints": [{"Timestamp": seconds}]}
    read = peer("ses").call("GetSendStatistics", {}, answer("ses", "GetSendStatistics", result))
    assert read["SendDataPoints"][0]["Timestamp"].timestamp() == seconds
    result = {"ContactListName": "list", "CreatedTimestamp": seconds}
    read = peer("sesv2").call(
        "GetContactList", {"ContactListName": "list"}, answer("sesv2", "GetContactList", result)
    )
    assert read["CreatedTimestamp"].timestamp() == seconds


def test_what_the_output_shape_does_not_name_is_not_answered() -> None:
    result = {"MessageId": "id", "Secret": "x"}
    for service in ("ses", "sesv2"):
        assert b"Secret" not in answer(service, "SendEmail", result)


def test_characters_that_xml_cannot_carry_are_replaced() -> None:
    result = {"Template": {"TemplateName": "a", "SubjectPart": "nul \0 and \x1b and \ufffe"}}
    read = peer("ses").call(
        "GetTemplate", {"TemplateName": "a"}, answer("ses", "GetTemplate", result)
    )
    assert read["Template"]["SubjectPart"] == "nul \ufffd and \ufffd and \ufffd"


def test_empty_lists_and_strings_are_not_lost_in_a_form() -> None:
    request: dict[str, Any] = {
        "Source": "a@example.com",
        "Destination": {"ToAddresses": []},
        "Message": {"Subject": {"Data": ""}, "Body": {"Text": {"Data": ""}}},
    }
    exchange(peer("ses"), "SendEmail", request)


def test_ten_members_of_a_list_keep_their_order() -> None:
    identities = [f"{n}@example.com" for n in range(12)]
    exchange(peer("ses"), "GetIdentityDkimAttributes", {"Identities": identities})


def exchange(end: Peer, operation: str, request: dict[str, Any]) -> None:
    """Have the client send ``request`` and compare what we read with it."""
    end.call(operation, request, answer(end.service.name, operation, {}))
    assert end.received() == (operation, epochs(request))


def sendable(service: str, operation: str) -> dict[str, Any]:
    """A request that the client lets pass."""
    shape = model(service).operation_model(operation).input_shape
    request: dict[str, Any] = minimal(shape) if shape else {}
    return request


def answer(service: str, operation: str, result: dict[str, Any]) -> bytes:
    """Our answer of ``operation``."""
    model = peer(service).service
    shape = model.operations[operation].output
    if service == "ses":
        return query.result_xml(model, operation, shape, result, REQUEST_ID)
    return restjson.result_json(shape, result)


def refusal(service: str, operation: str, code: str, members: dict[str, Any]) -> ClientError:
    """The exception that the client raises at our error of this code, checked for its parts."""
    end = peer(service)
    declared = end.service.errors.get(code)
    status = declared.status if declared else 400
    if service == "ses":
        body = query.error_xml(end.service, code, HURTS, members, status >= 500, REQUEST_ID)
    else:
        body = restjson.error_json(HURTS)
    with pytest.raises(ClientError) as caught:
        end.call(operation, sendable(service, operation), body, status, error=code)
    response = caught.value.response
    assert response["Error"]["Code"] == code
    assert response["Error"]["Message"] == HURTS
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert response["ResponseMetadata"]["RequestId"] == REQUEST_ID
    return caught.value
