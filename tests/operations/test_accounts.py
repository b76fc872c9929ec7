"""Quota, statistics and GetAccount count what was sent."""

from __future__ import annotations

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import Clock, client, running, send_v1, send_v2


def test_quota_counts_recipients_of_both_apis(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    send_v1(v1)
    send_v2(v2, Destination={"ToAddresses": ["a@example.com"], "BccAddresses": ["b@example.com"]})
    send_v2(v2, Destination={"ToAddresses": ["success@simulator.amazonses.com"]})
    quota = v1.get_send_quota()
    assert quota["SentLast24Hours"] == 3
    assert v2.get_account()["SendQuota"] == {
        "Max24HourSend": 50000,
        "MaxSendRate": 14,
        "SentLast24Hours": 3,
    }
    assert client(ses_emulator, "ses", region="eu-west-1").get_send_quota()["SentLast24Hours"] == 0


def test_quota_forgets_after_a_day() -> None:
    clock = Clock()
    with running(clock) as emulator:
        ses = client(emulator, "ses")
        send_v1(ses)
        clock.now += 24 * 3600 - 1
        assert ses.get_send_quota()["SentLast24Hours"] == 1
        clock.now += 2
        assert ses.get_send_quota()["SentLast24Hours"] == 0


def test_statistics_in_quarters_of_an_hour() -> None:
    clock = Clock()
    start = clock.now // 900 * 900
    with running(clock) as emulator:
        ses = client(emulator, "ses")
        for moment in (start, start + 899, start + 900):
            clock.now = moment
            send_v1(ses)
        points = ses.get_send_statistics()["SendDataPoints"]
        assert [(p["Timestamp"].timestamp(), p["DeliveryAttempts"]) for p in points] == [
            (start, 2),
            (start + 900, 1),
        ]
        assert {p["Bounces"] + p["Complaints"] + p["Rejects"] for p in points} == {0}
        clock.now += 15 * 24 * 3600
        assert ses.get_send_statistics()["SendDataPoints"] == []


@pytest.mark.parametrize(
    ("profile", "production", "daily", "rate"),
    [("open", True, 50000, 14), ("production", True, 50000, 14), ("sandbox", False, 200, 1)],
)
def test_account_profiles(profile: str, production: bool, daily: int, rate: int) -> None:
    with running(account=profile) as emulator:
        account = client(emulator, "sesv2").get_account()
        assert account["ProductionAccessEnabled"] is production
        assert account["SendingEnabled"] is True
        assert account["EnforcementStatus"] == "HEALTHY"
        assert account["SendQuota"]["Max24HourSend"] == daily
        assert account["SendQuota"]["MaxSendRate"] == rate
