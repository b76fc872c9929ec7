"""The metrics of accounts, sent to a CloudWatch that is a real process."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ses_emulator.emulator import Emulator
from ses_emulator.events import account_metrics
from ses_emulator.events.account_metrics import DIMENSION, AccountMetrics
from ses_emulator.store.account import Account
from ses_emulator.store.totals import last_event
from tests.neighbours import Neighbours, neighbours
from tests.operations.captured import ABUSE, PERMANENT, capture
from tests.operations.support import client, running, send_v2

__all__ = ["neighbours"]

MINUTE = 60


class Watch:
    """What CloudWatch knows in a region that the test has for itself."""

    def __init__(self, neighbours: Neighbours, region: str) -> None:
        self.region = region
        self._client = neighbours.client("cloudwatch", region)

    def sums(self, now: float, **dimensions: str) -> dict[str, float]:
        """What each metric adds up to around ``now``, of those with these dimensions."""
        wanted = [{"Name": name, "Value": value} for name, value in dimensions.items()]
        found: dict[str, float] = {}
        for metric in self._client.list_metrics(Namespace="AWS/SES")["Metrics"]:
            if metric.get("Dimensions", []) != wanted:
                continue
            points = self._client.get_metric_statistics(
                Namespace="AWS/SES",
                MetricName=metric["MetricName"],
                Dimensions=wanted,
                StartTime=now // MINUTE * MINUTE - 10 * MINUTE,
                EndTime=now // MINUTE * MINUTE + 10 * MINUTE,
                Period=1200,
                Statistics=["Sum"],
            )["Datapoints"]
            found[metric["MetricName"]] = sum(point["Sum"] for point in points)
        return found


@contextmanager
def pushing(watch: Neighbours) -> Iterator[tuple[Emulator, AccountMetrics]]:
    """An emulator whose metrics are sent when the test wants it."""
    with running(aws_endpoint=(watch.url,)) as emulator:
        yield emulator, AccountMetrics(emulator.instance)


def test_what_happened_is_sent_once(neighbours: Neighbours) -> None:
    watch = Watch(neighbours, "eu-west-1")
    with pushing(neighbours) as (emulator, metrics):
        ses = client(emulator, "sesv2", region="eu-west-1")
        send_v2(ses, Destination={"ToAddresses": ["a@example.net", "b@example.net"]})
        for name in ("bounce", "complaint", "success"):
            send_v2(ses, Destination={"ToAddresses": [f"{name}@simulator.amazonses.com"]})
        now = time.time()
        metrics.push()
        expected = {"Send": 5, "Delivery": 4, "Bounce": 1, "Complaint": 1}
        rates = {"Reputation.BounceRate": 0, "Reputation.ComplaintRate": 0}
        assert watch.sums(now) == expected | rates
        metrics.push()
        assert watch.sums(now) == expected | rates
        send_v2(ses)
        metrics.push()
        assert watch.sums(now) == expected | {"Send": 6, "Delivery": 5} | rates
        assert Watch(neighbours, "eu-west-2").sums(now) == {}


def test_rates(neighbours: Neighbours) -> None:
    watch = Watch(neighbours, "us-east-1")
    with pushing(neighbours) as (emulator, metrics):
        sets = Account(emulator.instance, "000000000000", "us-east-1").configuration_sets
        for name in ("watched", "unwatched"):
            sets.create(name, {"ReputationOptions": {"ReputationMetricsEnabled": False}})
        capture(emulator, "a@example.net", ("Bounce", PERMANENT), configuration_set="watched")
        capture(emulator, "b@example.net", "Delivery", "Rendering Failure")
        capture(emulator, "c@example.net", "Delivery", configuration_set="unwatched")
        capture(emulator, "d@example.net", ("Complaint", ABUSE), configuration_set="watched")
        metrics.push()
        now = time.time()
        found = watch.sums(now)
        assert found["Reputation.BounceRate"] == found["Reputation.ComplaintRate"] == 0.25
        assert found["RenderingFailure"] == 1
        assert watch.sums(now, **{DIMENSION: "watched"}) == {}

        sets.update("watched", ReputationOptions={"ReputationMetricsEnabled": True})
        capture(emulator, "e@example.net", "Delivery", configuration_set="unwatched")
        metrics.push()
        assert watch.sums(now, **{DIMENSION: "watched"}) == {
            "Reputation.BounceRate": 0.5,
            "Reputation.ComplaintRate": 0.5,
        }
        assert watch.sums(now, **{DIMENSION: "unwatched"}) == {}


def test_the_worker_looks_by_itself(
    neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AccountMetrics.__init__, "__defaults__", (0.05,))
    watch = Watch(neighbours, "ap-south-1")
    with running(aws_endpoint=(neighbours.url,)) as emulator:
        ses = client(emulator, "sesv2", region="ap-south-1")
        send_v2(ses)
        emulator.clear()
        send_v2(ses)
        end = time.monotonic() + 30
        while "Send" not in watch.sums(time.time()):
            assert time.monotonic() < end


def test_many_events_go_in_several_calls(
    neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_metrics, "MOST", 1)
    monkeypatch.setattr(account_metrics, "EVENTS", 3)
    watch = Watch(neighbours, "sa-east-1")
    with pushing(neighbours) as (emulator, metrics):
        ses = client(emulator, "sesv2", region="sa-east-1")
        for _ in range(4):
            send_v2(ses)
        for _ in range(3):
            metrics.push()
        assert watch.sums(time.time())["Send"] == 4


def test_without_cloudwatch_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_CLOUDWATCH"):
        monkeypatch.delenv(name, raising=False)
    with running() as emulator:
        metrics = AccountMetrics(emulator.instance)
        metrics.start()
        assert not metrics._thread.is_alive()


def test_a_dead_cloudwatch_is_told_of_once_and_tried_again(
    neighbours: Neighbours, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[Any] = []

    def refuse(metrics: AccountMetrics) -> None:
        tries.append(metrics)
        raise OSError("nobody is there")

    monkeypatch.setattr(AccountMetrics.__init__, "__defaults__", (0.01,))
    monkeypatch.setattr(AccountMetrics, "push", refuse)
    with caplog.at_level(logging.WARNING), running(aws_endpoint=(neighbours.url,)) as emulator:
        send_v2(client(emulator, "sesv2"))
        end = time.monotonic() + 30
        while len(tries) < 3:
            assert time.monotonic() < end
    told = [each for each in caplog.records if each.name == account_metrics.__name__]
    assert [each.getMessage() for each in told] == [
        "Metrics of the account could not be sent: nobody is there"
    ]


def test_the_past_is_not_sent_after_a_restart(neighbours: Neighbours) -> None:
    with pushing(neighbours) as (emulator, _):
        send_v2(client(emulator, "sesv2"))
        assert AccountMetrics(emulator.instance)._sent == last_event(emulator.instance.database) > 0
