"""``/_ses/statistics``: what was sent, what became of it, and what AWS would have charged."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from ses_emulator.mail import reputation
from ses_emulator.mail.addresses import spec_of
from ses_emulator.mail.details import timestamp
from ses_emulator.mail.index import Indexer
from ses_emulator.mail.reputation import Reputation
from ses_emulator.server.costs import accounts, cost
from ses_emulator.server.moments import iso
from ses_emulator.server.parameters import quoted
from ses_emulator.server.shapes import Shape
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.totals import COUNTED, GROUPS, Counts, Span, totals

TAG = "tag:"
# The domain of the sender is told from the From header.
BY = (*sorted({*GROUPS, "domain"} - {"sender"}), f"{TAG}NAME")
TIMES = ("minute", "hour", "day", "month")
MOST_GROUPS = 1000
# What each rate is of: the recipients that were sent to, or those that were reached.
RATES = {
    "deliveries": "sends",
    "bounces": "sends",
    "rejects": "sends",
    "rendering_failures": "sends",
    "complaints": "deliveries",
    "opens": "deliveries",
    "clicks": "deliveries",
    "unsubscribes": "deliveries",
}


def routes(instance: Instance) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """What is asked for at which address."""

    def show() -> Shape:
        given = request.args
        by = _by(given.get("by"))
        start, end = _moment("since"), _moment("until")
        span = Span(given.get("account"), given.get("region"), start, end)
        Indexer(instance).catch_up()  # it finds out how large attachments are
        found = totals(instance.database, span, "sender" if by == "domain" else by)
        if by == "domain":
            found = _by_domain(found)
        names = _ordered(found, in_time=by in TIMES) if by else []
        # The latest in time, those of which most was sent.
        shown = names[-MOST_GROUPS:] if by in TIMES else names[:MOST_GROUPS]
        return {
            "since": timestamp(start) if start is not None else None,
            "until": timestamp(end) if end is not None else None,
            "by": by,
            "total": _shown(_sum(found.values())),
            "groups": [{"name": name, **_shown(found[name])} for name in shown],
            "groups_left_off": len(names) - len(shown),
            "reputation": _reputations(instance, span),
            "cost": cost(instance, span),
        }

    return [("GET", "/_ses/statistics", "getStatistics", show)]


def _by(text: str | None) -> str | None:
    if text is None or text in BY[:-1] or text.startswith(TAG) and text != TAG:
        return text
    raise BadRequest(f"by is {quoted(text)}: use one of {', '.join(BY)}.")


def _moment(name: str) -> float | None:
    """A parameter that is a moment, as epoch seconds. Raises BadRequest."""
    text = request.args.get(name)
    if text is None:
        return None
    try:
        return iso(text)
    except ValueError:
        raise BadRequest(
            f"{name} is {quoted(text)}: use a moment in ISO 8601, such as 2026-01-31T12:00:00Z."
        ) from None


def _ordered(found: Mapping[str | None, Counts], *, in_time: bool) -> list[str | None]:
    """The names of groups: in their order in time, or those that most was sent of first."""
    if in_time:
        return sorted(found, key=lambda name: name or "")
    return sorted(found, key=lambda name: (-found[name]["sends"], name or ""))


def _by_domain(found: Mapping[str | None, Counts]) -> dict[str | None, Counts]:
    domains: dict[str | None, list[Counts]] = {}
    for sender, counts in found.items():
        domain = spec_of(sender or "").rpartition("@")[2].lower()
        domains.setdefault(domain or None, []).append(counts)
    return {domain: _sum(several) for domain, several in domains.items()}


def _sum(several: Iterable[Counts]) -> Counts:
    total = dict.fromkeys(COUNTED.values(), 0)
    for counts in several:
        for name, number in counts.items():
            total[name] += number
    return total


def _shown(counts: Counts) -> Shape:
    rates = {
        name: counts[name] / counts[base] if counts[base] else None for name, base in RATES.items()
    }
    return {**counts, "rates": rates}


def _reputations(instance: Instance, span: Span) -> list[Shape]:
    shown = []
    for account in accounts(instance, span):
        shown.append(_reputation(account, None, reputation.of_account(account)))
        for name, document in account.configuration_sets.all():
            found = reputation.of_configuration_set(account, name, document)
            if found is not None:
                shown.append(_reputation(account, name, found))
    return shown


def _reputation(account: Account, configuration_set: str | None, found: Reputation) -> Shape:
    status = None if configuration_set else reputation.enforcement_status(account)
    return {
        "account": account.id,
        "region": account.region,
        "configuration_set": configuration_set,
        "recipients": found.recipients,
        "bounce_rate": found.bounce_rate,
        "complaint_rate": found.complaint_rate,
        "impact": found.impact() or None,
        "enforcement_status": status,
    }
