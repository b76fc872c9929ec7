"""With a database in a file, everything is there after a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.operations import scenario
from tests.operations.support import Clock, running


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    file = str(tmp_path / "ses.db")
    with running(clock, database=file) as emulator:
        clients = scenario.clients_of(emulator)
        parts = (scenario.CREATES, scenario.READS, scenario.UPDATES)
        answers = scenario.play(clients, *parts)
        before = everything(clients, answers)
    with running(clock, database=file) as emulator:
        assert everything(scenario.clients_of(emulator), answers) == before


def everything(clients: dict[str, Any], answers: scenario.Answers) -> list[Any]:
    """The answers of all that only reads."""
    found = []
    for service, operation, parameters in scenario.resolved(clients, scenario.READS, answers):
        answer = scenario.call(clients, service, operation, parameters)
        del answer["ResponseMetadata"]
        found.append((operation, answer))
    return found
