"""``/_ses/account``: how strict the accounts are, and switching it while they are used.

``/_ses/accounts``: which there are.
"""

from collections.abc import Callable
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from ses_emulator.config import ACCOUNT_MODES, VERIFICATIONS
from ses_emulator.mail.profile import UNLIMITED, profile_of, switch
from ses_emulator.mail.reputation import reinstate
from ses_emulator.server.documents import body
from ses_emulator.server.lookup import account_of
from ses_emulator.server.parameters import quoted, scope
from ses_emulator.server.shapes import Shape
from ses_emulator.server.vocabulary import KINDS
from ses_emulator.store.account import Instance
from ses_emulator.store.totals import kept

CHOICES = {"profile": ACCOUNT_MODES, "verification": VERIFICATIONS}
LOWEST = {"daily_quota": UNLIMITED, "rate": 1}
HIGHEST = 1_000_000_000
OPTIONS = ("profile", "daily_quota", "rate", "enforced", "verification")


def routes(instance: Instance) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """What is asked for at which address."""

    def show() -> Shape:
        shown = account_of(instance, request.args)
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
        switch(instance, *scope(request.args), options)
        reinstate(instance, *scope(request.args))
        return show()

    def show_all() -> Shape:
        default = (instance.settings.account_id, instance.settings.region)
        found = kept(instance.database, KINDS)
        nothing = {"messages": 0, "failed": 0, "resources": 0}
        return {
            "accounts": [
                {"account": place[0], "region": place[1], **found.get(place, nothing)}
                for place in sorted({default, *found})
            ]
        }

    return [
        ("GET", "/_ses/accounts", "listAccounts", show_all),
        ("GET", "/_ses/account", "getAccount", show),
        ("PUT", "/_ses/account", "putAccount", put),
    ]


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
