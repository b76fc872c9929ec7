"""The files of export jobs, in the columns that SES writes."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice, product
from typing import Any

from ses_emulator.mail.addresses import spec_of
from ses_emulator.operations.insights import insights_of
from ses_emulator.operations.metrics import isp_of, select, sent_by
from ses_emulator.operations.registry import Request
from ses_emulator.store.account import Account
from ses_emulator.store.messages import Stored
from ses_emulator.store.statistics import total

DEFAULT_RESULTS = 1000
COLUMNS = (
    "messageid sendtimestamp isp fromaddress destination subject last_delivery_event"
    " last_engagement_event last_delivery_event_timestamp last_engagement_event_timestamp"
    " bounce_sub_type diagnostic_code".split()
)
# Those that came to pass last count. Source: the API reference, "MessageInsightsFilters".
DELIVERY_EVENTS = ("SEND", "BOUNCE", "DELIVERY", "COMPLAINT")
ENGAGEMENT_EVENTS = ("OPEN", "CLICK")
# What a row tells besides, which is not in the files.
TENANT = "tenant"
# What the members of MessageInsightsFilters are compared with.
FILTERS = {
    "FromEmailAddress": "fromaddress",
    "Destination": "destination",
    "Isp": "isp",
    "LastDeliveryEvent": "last_delivery_event",
    "LastEngagementEvent": "last_engagement_event",
    "TenantName": TENANT,
}
ANY = "*"

Row = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class File:
    """The text of a file, and of how many recipients it tells."""

    content: str
    processed: int
    exported: int


def messages_file(account: Account, source: Request, format: str) -> File:
    """The file of a MessageInsightsDataSource in ``CSV`` or ``JSON``."""
    messages = account.messages.received_between(
        account.id, account.region, source["StartDate"], source["EndDate"]
    )
    rows = [row for message in messages for row in _rows(account, message)]
    include, exclude = source.get("Include", {}), source.get("Exclude", {})
    kept = [
        row
        for row in rows
        if all(_matches(row, name, wanted) for name, wanted in include.items())
        and not any(_matches(row, name, wanted) for name, wanted in exclude.items())
    ]
    kept = list(islice(kept, source.get("MaxResults", DEFAULT_RESULTS)))
    if format == "JSON":
        text = json.dumps(
            [{name: row[name] for name in COLUMNS if row[name] is not None} for row in kept]
        )
    else:
        # SES ends each line by a comma.
        lines = [COLUMNS, *([row[column] or "" for column in COLUMNS] for row in kept)]
        text = _csv(lines, quoting=csv.QUOTE_ALL, lineterminator=",\n")
    return File(text, len(rows), len(kept))


def metrics_file(account: Account, source: Request, format: str) -> File:
    """The file of a MetricsDataSource: a line for each of the dimensions' values together."""
    start, end = source["StartDate"], source["EndDate"]
    metrics = [(each["Name"], each.get("Aggregation", "VOLUME")) for each in source["Metrics"]]
    columns = [f"{name}_{aggregation}" for name, aggregation in metrics]
    messages = account.messages.received_between(account.id, account.region, start, end)
    names = list(source["Dimensions"])
    wanted = [
        list(dict.fromkeys(_values(account, messages, name) if ANY in values else values))
        for name, values in source["Dimensions"].items()
    ]
    lines = []
    for values in product(*wanted):
        chosen = select(account, start, end, dict(zip(names, values, strict=True)))
        sent = total(account.instance.database, chosen, "SEND")
        counts = []
        for name, aggregation in metrics:
            count = total(account.instance.database, chosen, name)
            rate = count / sent if sent else 0
            counts.append(rate if aggregation == "RATE" else count)
        lines.append((values, counts))
    if format == "JSON":
        text = json.dumps(
            [
                dict(zip((name.lower() for name in names), values, strict=True))
                | {"metrics": dict(zip(columns, counts, strict=True))}
                for values, counts in lines
            ]
        )
    else:
        numbers = ([*values, *(f"{count:.4f}" for count in counts)] for values, counts in lines)
        text = _csv([[*names, *columns], *numbers], lineterminator="\n")
    processed = sum(len(account.messages.recipients(message.seq)) for message in messages)
    return File(text, processed, len(lines))


def _rows(account: Account, message: Stored) -> Iterator[Row]:
    """A row for each recipient of a message."""
    for insight in insights_of(account, message):
        delivery = _last(insight["Events"], DELIVERY_EVENTS)
        engagement = _last(insight["Events"], ENGAGEMENT_EVENTS)
        bounce = (delivery.get("Details") or {}).get("Bounce", {})
        type = delivery.get("Type")
        yield {
            "messageid": message.id,
            "sendtimestamp": _time(message.received),
            "isp": insight["Isp"],
            "fromaddress": spec_of(message.sender or message.mail_from),
            "destination": insight["Destination"],
            "subject": message.subject or None,
            "last_delivery_event": f"{bounce['BounceType']}_BOUNCE" if bounce else type,
            "last_engagement_event": engagement.get("Type"),
            "last_delivery_event_timestamp": _time(delivery.get("Timestamp")),
            "last_engagement_event_timestamp": _time(engagement.get("Timestamp")),
            "bounce_sub_type": bounce.get("BounceSubType"),
            "diagnostic_code": bounce.get("DiagnosticCode"),
            TENANT: message.tenant,
        }


def _last(events: list[dict[str, Any]], order: tuple[str, ...]) -> dict[str, Any]:
    found = [event for event in events if event["Type"] in order]
    return max(found, key=lambda event: order.index(event["Type"]), default={})


def _matches(row: Row, name: str, wanted: list[str]) -> bool:
    """Whether one of the wanted values is the row's."""
    if name == "Subject":
        subject = (row["subject"] or "").lower()
        return any(each.lower() in subject for each in wanted)
    value = row[FILTERS[name]] or ""
    return value.lower() in (each.lower() for each in wanted)


def _values(account: Account, messages: list[Stored], dimension: str) -> Iterator[str]:
    """The values that a dimension has in some messages."""
    for message in messages:
        if dimension == "EMAIL_IDENTITY":
            yield from (
                name for name, _ in account.identities.all() if sent_by(message.sender, name)
            )
        elif dimension == "CONFIGURATION_SET" and message.configuration_set:
            yield message.configuration_set
        elif dimension == "ISP":
            yield from map(isp_of, account.messages.recipients(message.seq))


def _time(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d} UTC"


def _csv(lines: list[Any], **options: Any) -> str:
    text = io.StringIO()
    csv.writer(text, **options).writerows(lines)
    return text.getvalue()
