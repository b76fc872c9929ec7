"""What a rule may say, checked before it is kept."""

import re
from collections.abc import Callable, Sequence
from fnmatch import translate
from typing import Any

from ses_emulator.mail import faults, wanted
from ses_emulator.mail.wanted import EventError, shown
from ses_emulator.store.documents import Document

MATCHED = ("recipient", "sender", "subject", "configuration_set", "operation", "account", "region")
EFFECTS = ("event", "error", "latency", "drop")
DROPS = ("before", "after")
TIMES = ("first", "every", "probability")
# Longer than any client waits, shorter than an idle SMTP connection may last.
LONGEST_LATENCY = 240
LONGEST = 1000


class RuleError(Exception):
    """A rule cannot be used; the message is one line that names the value and the way out."""


def glob(text: str) -> re.Pattern[str]:
    """A pattern in which ``*`` is anything, ``?`` one character and ``[…]`` one of some.

    Case does not count.
    """
    return re.compile(translate(text), re.IGNORECASE)


def check(given: Any) -> Document:
    """A rule as it is kept: ``match``, ``effect`` and ``when``. Raises RuleError."""
    rule = _object("a rule", given, ("match", "effect", "when"))
    if "effect" not in rule:
        raise RuleError(f"a rule without effect: give it one of {_listed(EFFECTS)}")
    match = _object("match", rule.get("match", {}), MATCHED)
    for name, text in match.items():
        _text(f"match.{name}", text)
    effect = _object("effect", rule["effect"], EFFECTS)
    if len(effect) != 1:
        raise RuleError(f"effect has {_listed(effect) or 'nothing'}: use one of {_listed(EFFECTS)}")
    kind, value = next(iter(effect.items()))
    return {
        "match": match,
        "effect": {kind: CHECKS[kind](value)},
        "when": _when(rule.get("when", {})),
    }


def _event(given: Any) -> Document:
    try:
        return wanted.check(given)
    except EventError as error:
        raise RuleError(f"effect.event: {error}") from None


def _error(given: Any) -> Document:
    error = _object("effect.error", given, ("code", "message", "status"))
    name = _text("effect.error.code", error.get("code"))
    code = faults.code_of(name)
    if code is None:
        raise RuleError(
            f"effect.error.code is {name!r}: use one of {_listed(faults.WORDS)}, or v2's name"
        )
    if "message" in error:
        _text("effect.error.message", error["message"])
    if "status" in error:
        _number("effect.error.status", error["status"], 400, 599)
    return {**error, "code": code}


def _latency(given: Any) -> Any:
    return _number("effect.latency", given, 0, LONGEST_LATENCY, "a number of seconds", float)


def _drop(given: Any) -> str:
    if given not in DROPS:
        raise RuleError(f"effect.drop is {given!r}: use {' or '.join(DROPS)}")
    return str(given)


def _when(given: Any) -> Document:
    when = _object("when", given, (*TIMES, "seed"))
    chosen = [name for name in TIMES if name in when]
    if len(chosen) > 1:
        raise RuleError(f"when has {_listed(chosen)}: use one of them")
    if "seed" in when and chosen != ["probability"]:
        raise RuleError("when.seed is for when.probability: leave it out")
    for name in ("first", "every"):
        if name in when:
            _number(f"when.{name}", when[name], 1, 10**9)
    if "probability" in when:
        _number("when.probability", when["probability"], 0, 1, "a number", float)
    if "seed" in when:
        _number("when.seed", when["seed"], 0, 2**53)
    return when


def _object(name: str, given: Any, known: Sequence[str]) -> Document:
    if not isinstance(given, dict):
        raise RuleError(f"{name} is {shown(given)}: use an object with {_listed(known)}")
    for key in given:
        if key not in known:
            raise RuleError(f"{name} has {shown(key)}, which is not known: use {_listed(known)}")
    return given


def _text(name: str, given: Any) -> str:
    if not isinstance(given, str) or not 0 < len(given) <= LONGEST or not given.isprintable():
        raise RuleError(f"{name} is {shown(given)}: use a line of 1 to {LONGEST} characters")
    return given


def _number(
    name: str,
    given: Any,
    low: int,
    high: int,
    noun: str = "a whole number",
    kind: type[int] | type[float] = int,
) -> Any:
    kinds = (int,) if kind is int else (int, float)
    if isinstance(given, bool) or not isinstance(given, kinds) or not low <= given <= high:
        raise RuleError(f"{name} is {shown(given)}: use {noun} from {low} to {high}")
    return given


def _listed(names: Any) -> str:
    return ", ".join(map(str, names))


CHECKS: dict[str, Callable[[Any], Any]] = {
    "event": _event,
    "error": _error,
    "latency": _latency,
    "drop": _drop,
}
