"""With a database in a file, everything is there after a restart, and after a kill."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.operations import scenario
from tests.operations.support import Clock, running
from tests.test_emulator import command

KEPT = [scenario.CREATES, scenario.READS, scenario.UPDATES]
DELETED = [*KEPT, scenario.DELETES]
# What time alone changes, and what of it the answers of these operations tell.
GOING_ON = re.compile(r"Job|MultiRegionEndpoint|DeliverabilityTestReport|Certificate|TestRender")
TOLD = frozenset(
    "JobStatus CompletedTimestamp FailureInfo Statistics ProcessedRecordsCount FailedRecordsCount"
    " S3Url Status LastUpdatedTimestamp DeliverabilityTestStatus OverallPlacement IspPlacements"
    " CertificateExpiryTime RenderedTemplate".split()
)


class At:
    """A process that listens there."""

    def __init__(self, url: str) -> None:
        self.url = url


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    file = str(tmp_path / "ses.db")
    with running(clock, database=file) as emulator:
        clients = scenario.clients_of(emulator)
        answers = scenario.play(clients, *KEPT)
        before = scenario.everything(clients, answers)
    with running(clock, database=file) as emulator:
        assert scenario.everything(scenario.clients_of(emulator), answers) == before


@pytest.mark.parametrize("parts", [KEPT, DELETED], ids=["kept", "deleted"])
def test_kill_loses_nothing_that_was_answered(tmp_path: Path, parts: list[Any]) -> None:
    file = str(tmp_path / "ses.db")
    with command("--database", file) as (process, url):
        clients = scenario.clients_of(At(url))
        answers = scenario.play(clients, *parts)
        before = scenario.everything(clients, answers)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert ("Code" in dict(before)["GetEmailIdentity"]) is (parts is DELETED)
    with command("--database", file) as (_, url):
        after = scenario.everything(scenario.clients_of(At(url)), answers)
    assert lasting(after) == lasting(before)


def lasting(read: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """What was read without what time alone changes."""
    return [
        (operation, still(outcome) if GOING_ON.search(operation) else outcome)
        for operation, outcome in read
    ]


def still(value: Any) -> Any:
    if isinstance(value, list):
        return [still(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: still(each) for name, each in value.items() if name not in TOLD}
