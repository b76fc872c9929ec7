"""Each operation of both APIs answers a valid call as its model says."""

from __future__ import annotations

import botocore
import pytest

from ses_emulator.operations import catalogue
from ses_emulator.pytest_plugin import SesEmulator
from tests.operations import scenario
from tests.wire.values import model

SERVICES = ("ses", "sesv2")
# A newer botocore may have operations that this version cannot know.
NEWEST_KNOWN = (1, 44, 8)


@pytest.mark.parametrize(
    ("service", "registry"), [("ses", catalogue.v1), ("sesv2", catalogue.v2)], ids=SERVICES
)
def test_nothing_is_missing(service: str, registry: dict[str, object]) -> None:
    names = set(model(service).operation_names)
    called = {operation for of, operation, _ in scenario.EVERY if of == service}
    if tuple(map(int, botocore.__version__.split("."))) <= NEWEST_KNOWN:
        assert names - set(registry) == set()
    assert (names & set(registry)) - called == set()


def test_every_operation(ses_emulator: SesEmulator) -> None:
    clients = scenario.clients_of(ses_emulator)
    answers: scenario.Answers = {}
    for service, operation, parameters in scenario.resolved(clients, scenario.EVERY, answers):
        answer = scenario.call(clients, service, operation, parameters)
        answers[service, operation] = answer
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200, operation
        # What is there without an output shape is nothing.
        shape = model(service).operation_model(operation).output_shape
        extra = answer.keys() - (shape.members.keys() if shape else set()) - {"ResponseMetadata"}
        assert extra == set(), operation
        required = set(shape.required_members) if shape else set()
        assert required - answer.keys() == set(), operation
    known = {"ses": set(catalogue.v1), "sesv2": set(catalogue.v2)}
    assert len(answers) == sum(len(known[n] & set(model(n).operation_names)) for n in SERVICES)
