"""``/_ses/account``: how strict the accounts are, and switching it while they are used."""

import re
from collections.abc import Callable
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from ses_emulator.config import ACCOUNT_MODES, VERIFICATIONS
from ses_emulator.mail.profile import UNLIMITED, profile_of, switch
from ses_emulator.mail.reputation import reinstate
from ses_emulator.server.documents import body
from ses_emulator.server.parameters import quoted
from ses_emulator.server.shapes import Shape
from ses_emulator.store.account import Account, Instance

ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)
REGION = re.compile(r"[a-z0-9-]{1,40}")
CHOICES = {"profile": ACCOUNT_MODES, "verification": VERIFICATIONS}
LOWEST = {"daily_quota": UNLIMITED, "rate": 1}
HIGHEST = 1_000_000_000
OPTIONS = ("profile", "daily_quota", "rate", "enforced", "verification")


def routes(instance: Instance) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """What is asked for at which address."""

    def show() -> Shape:
        account, region = _scope()
        settings = instance.settings
        shown = Account(instance, account or settings.account_id, region or settings.region)
        profile = profile_of(shown)
        return {
            "account": shown.id,
            "region": shown.region,
            "profile": profile.name,
            "daily_quota": profile.daily,
            "rate": profile.rate,
            "enforced": profile.enforced,
            "verification": profile.verification,
        }

    def put() -> Shape:
        options = _options(body(request))
        switch(instance, *_scope(), options)
        reinstate(instance, *_scope())
        return show()

    return [
        ("GET", "/_ses/account", "getAccount", show),
        ("PUT", "/_ses/account", "putAccount", put),
    ]


def _scope() -> tuple[str | None, str | None]:
    """The account and the region that the request is about. Raises BadRequest."""
    account, region = request.args.get("account"), request.args.get("region")
    if account is not None and not ACCOUNT_ID.fullmatch(account):
        raise BadRequest(f"account is {quoted(account)}: use the 12 digits of an account id.")
    if region is not None and not REGION.fullmatch(region):
        raise BadRequest(f"region is {quoted(region)}: use a name such as us-east-1.")
    return account, region


def _options(given: dict[str, Any]) -> dict[str, Any]:
    """The options of a body that are not null. Raises BadRequest."""
    options = {name: value for name, value in given.items() if value is not None}
    for name in given:
        if name not in OPTIONS:
            raise BadRequest(f"The option {quoted(name)} is not known: use {', '.join(OPTIONS)}.")
    for name, value in options.items():
        if not _fits(name, value):
            raise BadRequest(f"{name} is {quoted(str(value))}: use {_wanted(name)}, or null.")
    return options


def _fits(name: str, value: Any) -> bool:
    if name in CHOICES:
        return value in CHOICES[name]
    if name in LOWEST:
        return type(value) is int and LOWEST[name] <= value <= HIGHEST
    return isinstance(value, bool)


def _wanted(name: str) -> str:
    if name in CHOICES:
        return f"one of {', '.join(CHOICES[name])}"
    if name in LOWEST:
        return f"a whole number from {LOWEST[name]} to {HIGHEST}"
    return "true or false"
