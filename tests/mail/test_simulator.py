"""The mailbox simulator's addresses."""

from __future__ import annotations

import pytest

from ses_emulator.mail.simulator import SCENES, simulated


@pytest.mark.parametrize("name", SCENES)
def test_every_address(name: str) -> None:
    assert simulated(f"{name}@simulator.amazonses.com") is SCENES[name]
    assert simulated(f"{name}+label@simulator.amazonses.com") is SCENES[name]
    assert simulated(f"{name.upper()}+a+b@SIMULATOR.amazonses.COM") is SCENES[name]


def test_a_name_that_there_is_not_bounces() -> None:
    assert simulated("nobody@simulator.amazonses.com") is SCENES["bounce"]


@pytest.mark.parametrize(
    "spec", ["bounce@example.com", "bounce@notsimulator.amazonses.com", "bounce", ""]
)
def test_others_are_not_simulated(spec: str) -> None:
    assert simulated(spec) is None
