"""``/metrics``: counters and gauges in the text format of Prometheus."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ses_emulator.mail.profile import profile_of
from ses_emulator.store.account import DAY, Account, Instance
from ses_emulator.store.query import Filters
from ses_emulator.store.totals import kinds, scopes, waiting

if TYPE_CHECKING:
    from prometheus_client import Metric

SCOPE = ("account", "region")


def routes(instance: Instance) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """What is asked for at which address."""

    def show() -> Response:
        from prometheus_client import CollectorRegistry, generate_latest  # not needed to start
        from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

        registry = CollectorRegistry()
        registry.register(_Collector(instance))
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)

    return [("GET", "/metrics", "getMetrics", show)]


class _Collector:
    """What the store says at the moment: nothing is counted while messages are sent."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    def describe(self) -> Iterator["Metric"]:
        """Nothing, for to register must not cost a look at all messages."""
        return iter(())

    def collect(self) -> Iterator["Metric"]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        events = CounterMetricFamily(
            "ses_emulator_events",
            "Events by SES's type, one for each recipient.",
            labels=(*SCOPE, "configuration_set", "type"),
        )
        for (account, region, configuration_set, type), number in kinds(
            self._instance.database
        ).items():
            events.add_metric((account, region, configuration_set or "", type), number)
        yield events

        quotas = {
            name: GaugeMetricFamily(f"ses_emulator_{name}", text, labels=SCOPE)
            for name, text in (
                ("max_24_hour_send", "Recipients that the quota allows in 24 hours, -1 is all."),
                ("max_send_rate", "Recipients that the quota allows in a second."),
                ("sent_last_24_hours", "Recipients of the last 24 hours that the quota counts."),
                ("sending_enabled", "Whether the account may send: 1, or 0 while it is paused."),
            )
        }
        for scope in scopes(self._instance.database):
            account_ = Account(self._instance, *scope)
            profile = profile_of(account_)
            values = {
                "max_24_hour_send": profile.daily,
                "max_send_rate": profile.rate,
                "sent_last_24_hours": account_.sent_since(account_.now() - DAY, charged=True),
                "sending_enabled": account_.attributes.get("SendingEnabled", True),
            }
            for name, value in values.items():
                quotas[name].add_metric(scope, float(value))
        yield from quotas.values()

        for name, text, number in (
            ("messages", "Messages that are kept.", self._instance.messages.count(Filters())),
            ("outbox_waiting", "Deliveries of events that wait.", waiting(self._instance.database)),
        ):
            gauge = GaugeMetricFamily(f"ses_emulator_{name}", text)
            gauge.add_metric((), number)
            yield gauge
