"""The metrics of whole accounts, which SES sends to CloudWatch by itself.

Source: the guide, "Retrieving Amazon SES event data from CloudWatch" and "Creating reputation
monitoring alarms using CloudWatch".
"""

import logging
import threading
from typing import Any

from ses_emulator.mail.reputation import Reputation, of_account, of_configuration_set
from ses_emulator.neighbours import NoNeighbour, endpoint_of
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.totals import last_event, minutes

NAMESPACE = "AWS/SES"
# How often it looks, in seconds; nobody who sends waits for it.
INTERVAL = 10.0
# How many metrics a call has at most: CloudWatch takes 1,000, and 1 MB.
MOST = 500
# How many events are looked at together.
EVENTS = 20_000
# The dimension of the rates of a configuration set.
DIMENSION = "ses:configuration-set"
Datum = dict[str, Any]

log = logging.getLogger(__name__)


class AccountMetrics:
    """Sends what happened since the start, by a thread of its own, if CloudWatch is anywhere."""

    def __init__(self, instance: Instance, interval: float = INTERVAL) -> None:
        self._instance = instance
        self._interval = interval
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="account-metrics", daemon=True)
        self._sent = last_event(instance.database)
        self._failed = False

    def start(self) -> None:
        """Look now and then; not at all if no CloudWatch is known."""
        try:
            endpoint_of(self._instance.settings, "cloudwatch")
        except NoNeighbour:
            return
        self._thread.start()

    def stop(self) -> None:
        """Stop without waiting for CloudWatch; what was not sent is not sent any more."""
        self._stopping.set()

    def forget(self) -> None:
        """Begin anew after the database was cleared."""
        self._sent = 0

    def push(self) -> None:
        """Send what happened since the last time. Raises what the client raises, or NoNeighbour."""
        end = min(last_event(self._instance.database), self._sent + EVENTS)
        found: dict[tuple[str, str], list[Datum]] = {}
        for account, region, type, minute, number in minutes(
            self._instance.database, self._sent, end
        ):
            datum = {
                "MetricName": type.replace(" ", ""),
                "Timestamp": minute,
                "Values": [1.0],
                "Counts": [float(number)],
                "Unit": "Count",
            }
            found.setdefault((account, region), []).append(datum)
        for scope, data in found.items():
            account_ = Account(self._instance, *scope)
            data += _rates(account_)
            client = self._instance.neighbours.client(self._instance.settings, "cloudwatch", *scope)
            for start in range(0, len(data), MOST):
                client.put_metric_data(Namespace=NAMESPACE, MetricData=data[start : start + MOST])
        self._sent = end

    def _run(self) -> None:
        seen = self._instance.changes.number
        while not self._stopping.wait(self._interval):
            number = self._instance.changes.number
            if number == seen and not self._failed:
                continue
            try:
                self.push()
            except Exception as error:  # whatever CloudWatch does, the next time comes
                if not (self._failed or self._stopping.is_set()):
                    log.warning("Metrics of the account could not be sent: %s", error)
                self._failed = True
            else:
                seen, self._failed = number, False


def _rates(account: Account) -> list[Datum]:
    """The rates of the account, and of the configuration sets whose metrics are enabled."""
    rates: list[tuple[str | None, Reputation]] = [(None, of_account(account))]
    for name, document in account.configuration_sets.all():
        found = of_configuration_set(account, name, document)
        if found is not None:
            rates.append((name, found))
    return [
        {
            "MetricName": f"Reputation.{metric}",
            "Timestamp": account.now(),
            "Value": value,
            **({"Dimensions": [{"Name": DIMENSION, "Value": name}]} if name else {}),
        }
        for name, each in rates
        if each.recipients
        for metric, value in (
            ("BounceRate", each.bounce_rate),
            ("ComplaintRate", each.complaint_rate),
        )
    ]
