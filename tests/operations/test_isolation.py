"""What one account has in one region, no other account and no other region sees or changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ses_emulator.emulator import Emulator
from tests.operations import scenario
from tests.operations.support import Clock, running

READS = [(number, step[0], step[1]) for number, step in enumerate(scenario.READS)]
OWNER = (scenario.ACCOUNT, scenario.REGION)
STRANGERS = [("444455556666", scenario.REGION), (scenario.ACCOUNT, "eu-west-1")]
# No list has anybody's addresses.
UNCHANGED = {"GetBlacklistReports"}


class World:
    """An emulator with the scenario in it and one with nothing, at the same moment."""

    def __init__(self, full: Emulator, empty: Emulator) -> None:
        self._full, self._empty = (
            {caller: scenario.clients_of(emulator, *caller) for caller in [OWNER, *STRANGERS]}
            for emulator in (full, empty)
        )
        self._answers = scenario.play(
            self._full[OWNER], scenario.CREATES, scenario.READS, scenario.UPDATES
        )

    def read(self, number: int, caller: tuple[str, str]) -> tuple[Any, Any]:
        """What a step of READS answers where everything is, and where nothing is."""
        clients, of_empty = self._full[caller], self._empty[caller]
        steps = [scenario.READS[number]]
        for service, operation, parameters in scenario.resolved(clients, steps, self._answers):
            seen = scenario.outcome(clients[service], operation, parameters)
            return seen, scenario.outcome(of_empty[service], operation, parameters)
        pytest.skip("the installed botocore does not have this step")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    clock = Clock()
    with running(clock) as full, running(clock) as empty:
        yield World(full, empty)


@pytest.mark.parametrize(("number", "service", "operation"), READS)
def test_what_is_read(world: World, number: int, service: str, operation: str) -> None:
    seen, nothing = world.read(number, OWNER)
    assert "Code" not in seen
    assert (seen == nothing) == (operation in UNCHANGED)
    for stranger in STRANGERS:
        seen, nothing = world.read(number, stranger)
        assert seen == nothing, stranger


@pytest.mark.parametrize("stranger", STRANGERS, ids=["account", "region"])
def test_what_is_written(stranger: tuple[str, str]) -> None:
    """The same names elsewhere are other resources, and to delete them leaves the first."""
    with running(Clock()) as emulator:
        owner, other = scenario.clients_of(emulator), scenario.clients_of(emulator, *stranger)
        answers = scenario.play(owner, scenario.CREATES, scenario.READS, scenario.UPDATES)
        before = scenario.everything(owner, answers)
        for part in (scenario.DELETES, scenario.CREATES, scenario.UPDATES, scenario.DELETES):
            for service, operation, given in scenario.resolved(other, part, answers):
                scenario.outcome(other[service], operation, given)
        assert scenario.everything(owner, answers) == before
