"""Whom SES reviews and whom it pauses."""

from __future__ import annotations

import pytest

from ses_emulator.mail.reputation import Reputation


@pytest.mark.parametrize(
    ("recipients", "bounces", "complaints", "impact"),
    [
        (1000, 0, 0, ""),
        (1000, 49, 0, ""),
        (1000, 50, 0, "LOW"),
        (1000, 99, 4, "LOW"),
        (1000, 100, 0, "HIGH"),
        (1000, 0, 1, "LOW"),
        (1000, 0, 5, "HIGH"),
        (1001, 0, 1, ""),
        (9, 9, 9, ""),
        (10, 1, 0, "HIGH"),
        (0, 0, 0, ""),
    ],
)
def test_thresholds(recipients: int, bounces: int, complaints: int, impact: str) -> None:
    of = recipients or 1
    assert Reputation(recipients, bounces / of, complaints / of).impact() == impact


def test_fewest() -> None:
    assert Reputation(20, 1.0, 0.0).impact(fewest=21) == ""
    assert Reputation(20, 1.0, 0.0).impact(fewest=20) == "HIGH"
