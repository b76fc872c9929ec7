"""The query parameters of the inspection API, read as openapi.yaml describes them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from ses_emulator.events.documents import KEYS
from ses_emulator.inbound.incoming import CHECKS
from ses_emulator.inbound.incoming import VALUES as VERDICTS
from ses_emulator.store import deliveries
from ses_emulator.store.events import FAILED, RANK, RECEIPT, RECEIVED
from ses_emulator.store.query import FINDABLE, Filters

FILTERS = ("to", "from", "subject", "q", "configuration_set", "tag", "status", "account", "region")
SEARCH = ("search", "failed")
EVENT_FILTERS = ("type", "message", "recipient", "configuration_set", "account", "region")
DELIVERY_FILTERS = ("status", "destination", "message")
PAGING = ("after", "limit", "wait", "count")
# By operationId; an operation that is not named takes none.
PARAMETERS = {
    "listMessages": (*FILTERS, *SEARCH, "offset", *PAGING),
    "deleteMessages": (*FILTERS, *SEARCH, "id"),
    "getMessagesZip": (*FILTERS, *SEARCH, "id"),
    "completeSearch": ("text", "cursor"),
    "getMessageRaw": ("form",),
    "getMessageHtml": ("remote", "scheme"),
    "listEvents": (*EVENT_FILTERS, *PAGING),
    "listDeliveries": (*DELIVERY_FILTERS, *PAGING),
    "getAccount": ("account", "region"),
    "putAccount": ("account", "region"),
    "callOperation": ("account", "region"),
    "testEvent": ("account", "region"),
    "listIdentities": ("account", "region"),
    "getIdentity": ("account", "region"),
    "verifyIdentity": ("account", "region"),
    "getDns": ("name", "type"),
    "receiveMail": ("mail_from", "recipients", "remote_ip", "helo", "tls", *CHECKS),
    "getStatistics": ("by", "account", "region", "since", "until"),
}
STATUSES = (*RANK, *RECEIVED, FAILED)
DELIVERY_STATUSES = deliveries.STATUSES
EVENT_TYPES = (*KEYS, RECEIPT)
FORMS = ("delivered", "composed")
# What has only these values, and no default.
BOOLEAN = ("true", "false")
CHOICES = {
    "failed": BOOLEAN,
    "tls": BOOLEAN,
    "remote": BOOLEAN,
    "scheme": ("light", "dark"),
    **dict.fromkeys(CHECKS, VERDICTS),
}
REPEATED = ("id",)
# What somebody is typing may be empty.
EMPTY = ("search", "text")
LARGEST_SEQ = 2**63 - 1
# Longer ones are a mistake, and SQLite refuses patterns of more than 50,000 bytes.
LONGEST = 1000
ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)
REGION = re.compile(r"[a-z0-9-]{1,40}")

Arguments = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Number:
    """What a parameter may be; ``high`` is None where nothing limits it."""

    kind: type[int] | type[float]
    low: int
    high: int | None
    default: int


NUMBERS = {
    "limit": Number(int, 1, 1000, 100),
    "offset": Number(int, 0, LARGEST_SEQ, 0),
    "cursor": Number(int, 0, LONGEST, LONGEST),
    "wait": Number(float, 0, 300, 0),
    "count": Number(int, 1, None, 1),
}


@dataclass(frozen=True, slots=True)
class Paging:
    """Which part of a list: what is older than the one numbered ``before``, at most ``limit``.

    Pass over ``offset``. Wait up to ``wait`` seconds until ``count`` match.
    """

    before: int | None
    limit: int
    wait: float
    count: int
    offset: int


def check(arguments: Arguments, known: Sequence[str]) -> None:
    """Raise BadRequest unless all are known, given as often as they may, and can be looked for."""
    for name, values in arguments.lists():
        if name not in known:
            way_out = f"use {', '.join(known)}" if known else "there are none here, leave it out"
            raise BadRequest(f"The parameter {quoted(name)} is not known: {way_out}.")
        if len(values) > 1 and name not in REPEATED:
            raise BadRequest(f"{name} is given {len(values)} times: give it once.")
        for value in values:
            check_text(name, value)


def check_text(name: str, value: str) -> None:
    """Raise BadRequest unless a value can be looked for."""
    if not value and name not in EMPTY:
        raise BadRequest(f"{name} is empty: give it a value or leave it out.")
    if "\0" in value:  # SQLite's LIKE sees only what stands before it
        raise BadRequest(f"{name} {quoted(value)} has a NUL in it: leave it out.")
    if len(value) > LONGEST:
        raise BadRequest(
            f"{name} {quoted(value)} has {len(value)} characters: use at most {LONGEST}."
        )


def filters(arguments: Arguments) -> Filters:
    """The filters among arguments that were checked. Raises BadRequest."""
    values: dict[str, Any] = {name: arguments.get(name) for name in FILTERS}
    status = values["status"]
    if status is not None and status not in STATUSES:
        raise BadRequest(f"status is {quoted(status)}: use one of {', '.join(STATUSES)}.")
    q = values["q"]
    if q is not None and not FINDABLE.search(q):
        raise BadRequest(f"q is {quoted(q)}: use at least one word.")
    failed = choice(arguments, "failed") == "true" or status == FAILED
    return Filters(sender=values.pop("from"), failed=failed, **values)


def paging(arguments: Arguments) -> Paging:
    """Which part of a list is asked for, of arguments that were checked. Raises BadRequest."""
    if "count" in arguments and "wait" not in arguments:
        raise BadRequest(
            "count is for waiting: add wait=SECONDS, or use limit for the page's size."
        )
    return Paging(
        before=_cursor(arguments.get("after")),
        limit=int(number(arguments, "limit")),
        wait=number(arguments, "wait"),
        count=int(number(arguments, "count")),
        offset=int(number(arguments, "offset")),
    )


def event_filters(arguments: Arguments) -> dict[str, str]:
    """The filters of a list of events, of arguments that were checked. Raises BadRequest."""
    found = {name: arguments[name] for name in EVENT_FILTERS if name in arguments}
    if found.get("type", EVENT_TYPES[0]) not in EVENT_TYPES:
        raise BadRequest(f"type is {quoted(found['type'])}: use one of {', '.join(EVENT_TYPES)}.")
    return found


def delivery_filters(arguments: Arguments) -> dict[str, str]:
    """The filters of a list of deliveries, of arguments that were checked. Raises BadRequest."""
    found = {name: arguments[name] for name in DELIVERY_FILTERS if name in arguments}
    status = found.get("status")
    if status is not None and status not in DELIVERY_STATUSES:
        raise BadRequest(f"status is {quoted(status)}: use one of {', '.join(DELIVERY_STATUSES)}.")
    return found


def scope(arguments: Arguments) -> tuple[str | None, str | None]:
    """The account and the region that are named, of arguments that were checked.

    Raises BadRequest.
    """
    account, region = arguments.get("account"), arguments.get("region")
    if account is not None and not ACCOUNT_ID.fullmatch(account):
        raise BadRequest(f"account is {quoted(account)}: use the 12 digits of an account id.")
    if region is not None and not REGION.fullmatch(region):
        raise BadRequest(f"region is {quoted(region)}: use a name such as us-east-1.")
    return account, region


def choice(arguments: Arguments, name: str) -> str | None:
    """The value of one of CHOICES, if it is given. Raises BadRequest."""
    value = arguments.get(name)
    if value is not None and value not in CHOICES[name]:
        raise BadRequest(f"{name} is {quoted(value)}: use one of {', '.join(CHOICES[name])}.")
    return value


def form(arguments: Arguments) -> str:
    """Which form of a message is asked for. Raises BadRequest."""
    form = arguments.get("form", FORMS[0])
    if form not in FORMS:
        raise BadRequest(f"form is {quoted(form)}: use one of {', '.join(FORMS)}.")
    return form


def quoted(value: str) -> str:
    """A value as an error names it; a long one is cut."""
    return repr(value if len(value) <= 80 else f"{value[:80]}…")


def number(arguments: Arguments, name: str) -> int | float:
    """One of NUMBERS. Raises BadRequest."""
    rule = NUMBERS[name]
    text = arguments.get(name)
    if text is None:
        return rule.default
    try:
        value = rule.kind(text)
        if value >= rule.low and (rule.high is None or value <= rule.high):
            return value
    except ValueError:
        pass
    noun = "a whole number" if rule.kind is int else "a number"
    bounds = f"of at least {rule.low}" if rule.high is None else f"from {rule.low} to {rule.high}"
    raise BadRequest(f"{name} is {quoted(text)}: use {noun} {bounds}.")


def _cursor(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        value = int(text)
        if 0 < value <= LARGEST_SEQ:
            return value
    except ValueError:
        pass
    raise BadRequest(f"after is {quoted(text)}: use the next of the page before, or leave it out.")
