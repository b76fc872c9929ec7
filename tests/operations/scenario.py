"""Makes the calls of the scenario, which has every operation of both APIs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError

from tests.operations.ingredients import ACCOUNT, REGION, Answers, Parameters, Step
from tests.operations.steps import CREATES, DELETES, EVERY, READS, UPDATES
from tests.operations.support import client

__all__ = ["ACCOUNT", "CREATES", "DELETES", "EVERY", "READS", "REGION", "UPDATES", "Answers"]


def clients_of(emulator: Any, account: str = ACCOUNT, region: str = REGION) -> dict[str, Any]:
    """The clients of both APIs by service."""
    return {name: client(emulator, name, account, region) for name in ("ses", "sesv2")}


def resolved(
    clients: dict[str, Any], steps: Iterable[Step], answers: Answers
) -> Iterator[tuple[str, str, Parameters]]:
    """The steps with their parameters, each when its turn comes.

    Those are left out that the installed botocore does not have, or that have members which it
    does not know.
    """
    for service, operation, given in steps:
        client = clients[service]
        if not hasattr(client, xform_name(operation)):
            continue
        parameters = given(answers) if callable(given) else given
        shape = client.meta.service_model.operation_model(operation).input_shape
        if parameters.keys() <= (shape.members.keys() if shape else set()):
            yield service, operation, parameters


def call(clients: dict[str, Any], service: str, operation: str, parameters: Parameters) -> Any:
    """The answer, as botocore parses it."""
    return getattr(clients[service], xform_name(operation))(**parameters)


def play(clients: dict[str, Any], *parts: list[Step]) -> Answers:
    """Make the calls of these parts of the scenario; the answers, the latest of each operation."""
    answers: Answers = {}
    for part in parts:
        for service, operation, parameters in resolved(clients, part, answers):
            answers[service, operation] = call(clients, service, operation, parameters)
    return answers


def outcome(client: Any, operation: str, parameters: Parameters) -> Any:
    """The members of the answer, or the error's code and message."""
    try:
        answer = getattr(client, xform_name(operation))(**parameters)
    except ClientError as error:
        response: Any = error.response
        assert response["ResponseMetadata"]["HTTPStatusCode"] < 500, response
        return response["Error"]
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def everything(clients: dict[str, Any], answers: Answers) -> list[tuple[str, Any]]:
    """The outcome of each operation that only reads."""
    return [
        (operation, outcome(clients[service], operation, parameters))
        for service, operation, parameters in resolved(clients, READS, answers)
    ]
