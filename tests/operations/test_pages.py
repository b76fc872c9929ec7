"""Every list of both APIs in pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore import xform_name

from tests.operations import scenario
from tests.operations.support import Clock, refused, running
from tests.wire.values import model

SIZES = ("PageSize", "MaxItems", "MaxResults")


def paged(service: str) -> Iterator[tuple[str, str]]:
    """The operations whose answers have a NextToken."""
    for name in model(service).operation_names:
        shape = model(service).operation_model(name).input_shape
        if shape and "NextToken" in shape.members:
            yield service, name


def size_of(service: str, operation: str) -> str | None:
    """The parameter that says how much a page has."""
    shape = model(service).operation_model(operation).input_shape
    return next((name for name in SIZES if name in shape.members), None)


LISTS = [each for service in ("ses", "sesv2") for each in paged(service)]
SIZED = [each for each in LISTS if size_of(*each)]
# Any size that it cannot have is taken for 50. Source: the API reference of v1.
LENIENT = "ListCustomVerificationEmailTemplates"


class Lists:
    """An emulator in which there is something of everything, and how to list it."""

    def __init__(self, clients: dict[str, Any]) -> None:
        self.clients = clients
        answers = scenario.play(clients, scenario.CREATES, scenario.READS)
        self._parameters = {
            (service, operation): parameters
            for service, operation, parameters in scenario.resolved(
                clients, scenario.READS, answers
            )
        }

    def call(self, service: str, operation: str) -> tuple[Any, dict[str, Any]]:
        """A method of a client and the parameters that it needs to list everything."""
        method = getattr(self.clients[service], xform_name(operation))
        return method, self._parameters[service, operation]


@pytest.fixture(scope="module")
def lists() -> Iterator[Lists]:
    with running(Clock()) as emulator:
        yield Lists(scenario.clients_of(emulator))


@pytest.mark.parametrize(("service", "operation"), SIZED)
def test_pages_of_one_have_everything(lists: Lists, service: str, operation: str) -> None:
    call, parameters = lists.call(service, operation)
    whole = call(**parameters)
    [member] = [name for name, value in whole.items() if isinstance(value, list)]
    assert whole[member] and "NextToken" not in whole
    found: list[Any] = []
    token: dict[str, str] = {}
    for left in reversed(range(len(whole[member]))):
        page = call(**parameters, **token, **{str(size_of(service, operation)): 1})
        found += page[member]
        assert ("NextToken" in page) is bool(left)
        token = {"NextToken": page.get("NextToken", "")}
    assert found == whole[member]


@pytest.mark.parametrize(("service", "operation"), LISTS)
def test_token_that_is_none(lists: Lists, service: str, operation: str) -> None:
    code = "InvalidParameterValue" if service == "ses" else "BadRequestException"
    if operation == "ListSuppressedDestinations":
        code = "InvalidNextTokenException"
    call, parameters = lists.call(service, operation)
    v2 = lists.clients["sesv2"]
    other = v2.list_email_identities if "Conf" in operation else v2.list_configuration_sets
    for token in ("nonsense", "W10=", other(PageSize=1)["NextToken"]):
        assert refused(call, **parameters, NextToken=token) == (
            code,
            400,
            "The specified NextToken is invalid.",
        )


@pytest.mark.parametrize(("service", "operation"), [e for e in SIZED if e[1] != LENIENT])
def test_size_below_one(lists: Lists, service: str, operation: str) -> None:
    size = str(size_of(service, operation))
    shape = model(service).operation_model(operation).input_shape.members[size]
    call, parameters = lists.call(service, operation)
    code, status, words = refused(call, **parameters, **{size: -1})
    assert code == ("InvalidParameterValue" if service == "ses" else "BadRequestException")
    assert status == 400
    if "min" in shape.metadata:
        assert words.endswith("Member must have value greater than or equal to 1")
    else:
        most = 100 if "EmailTemplates" in operation or operation == "ListTemplates" else 1000
        assert words == f"The page size must be between 1 and {most}"
