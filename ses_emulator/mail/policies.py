"""What the policies of an identity say to a send: allowed, denied, or nothing.

Source: the guide, "Amazon SES policy anatomy"; the IAM guide, "Policy evaluation logic", "IAM JSON
policy elements: Principal", "… Condition operators" and "Multivalued context keys".
"""

import ipaddress
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

import orjson

Effect = Literal["Allow", "Deny"]
Test = Callable[[str, str], bool]
Value = TypeVar("Value")
ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)
WHOLE_ACCOUNT = re.compile(r"arn:aws[\w-]*:iam::(\d{12}):root", re.ASCII)
YEAR = re.compile(r"\d{4}", re.ASCII)
MONTH = re.compile(r"\d{4}-\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Request:
    """What a policy is asked about.

    ``principal`` is the caller: a user's or role's ARN, a service such as
    ``cognito-idp.amazonaws.com``, or the 12 digits of an account of which it is not known who
    calls. ``actions`` are the names that the operation goes by, such as ``ses:SendEmail``.
    ``keys`` has the values of the condition keys, whose names are in lower case.
    """

    principal: str
    actions: Sequence[str]
    resource: str
    keys: Mapping[str, Sequence[str]]


def decide(policies: Iterable[str], request: Request) -> Effect | None:
    """What the policies say, JSON documents each; None if no statement is about the request.

    One that denies outweighs all that allow.
    """
    allowed: Effect | None = None
    for policy in policies:
        for statement in _listed(orjson.loads(policy).get("Statement")):
            if not isinstance(statement, dict) or not _applies(statement, request):
                continue
            if statement.get("Effect") == "Deny":
                return "Deny"
            allowed = "Allow"
    return allowed


def _applies(statement: dict[str, Any], request: Request) -> bool:
    return (
        statement.get("Effect") in ("Allow", "Deny")
        and _is_about_principal(statement, request.principal)
        and _is_about(statement, "Action", request.actions)
        and _is_about(statement, "Resource", [request.resource])
        and _conditions_hold(statement.get("Condition", {}), request.keys)
    )


def _is_about(statement: dict[str, Any], element: str, names: Sequence[str]) -> bool:
    """Whether one of the names is in ``Action`` or ``Resource``, whose case does not count."""
    patterns, wanted = statement.get(element), True
    if patterns is None:
        patterns, wanted = statement.get(f"Not{element}"), False
        if patterns is None:
            return False
    texts = [text.lower() for text in _texts(patterns)]
    return wanted == any(like(text, name.lower()) for text in texts for name in names)


def _is_about_principal(statement: dict[str, Any], caller: str) -> bool:
    given, wanted = statement.get("Principal"), True
    if given is None:
        given, wanted = statement.get("NotPrincipal"), False
        if given is None:
            return False
    # Of a caller of whom only the account is known, the one that may send is assumed.
    sure = (statement["Effect"] == "Deny") == wanted
    return wanted == _is_principal(given, caller, sure)


def _is_principal(given: Any, caller: str, sure: bool) -> bool:
    """Whether the caller is one of a policy's principals; there are no patterns but ``*``.

    An account's 12 digits or root stand for everybody in it. Unless it must be ``sure``, a user
    counts for a caller of whom only the account is known.
    """
    if given == "*":
        return True
    if not isinstance(given, dict):
        return False
    if caller.startswith("arn:"):
        account = caller.split(":")[4]
    elif ACCOUNT_ID.fullmatch(caller):
        account = caller
    else:
        return caller in _texts(given.get("Service", []))
    for principal in _texts(given.get("AWS", [])):
        whole = WHOLE_ACCOUNT.fullmatch(principal)
        if principal in ("*", account, caller) or (whole and whole[1] == account):
            return True
        if caller == account and not sure and f"::{account}:" in principal:
            return True
    return False


def _conditions_hold(conditions: Any, keys: Mapping[str, Sequence[str]]) -> bool:
    """Whether all do; one that cannot be read does not."""
    if not isinstance(conditions, dict):
        return False
    return all(
        isinstance(wanted, dict)
        and all(_holds(name, keys.get(key.lower()), value) for key, value in wanted.items())
        for name, wanted in conditions.items()
    )


def _holds(name: str, values: Sequence[str] | None, wanted: Any) -> bool:
    """Whether an operator holds between the values of a key, None for no such key, and a policy's.

    Without ForAllValues or ForAnyValue one of several values is enough to match.
    """
    patterns = _texts(wanted)
    if name == "Null":
        return ("true" if values is None else "false") in [text.lower() for text in patterns]
    qualifier, _, rest = name.rpartition(":")
    bare = rest.removesuffix("IfExists")
    test = TESTS.get(NEGATIONS.get(bare, bare))
    if test is None or qualifier not in ("", "ForAllValues", "ForAnyValue"):
        return False
    negated = bare in NEGATIONS
    if values is None:
        if rest != bare or qualifier == "ForAllValues":
            return True
        return negated and not qualifier
    matches = [any(test(value, pattern) for pattern in patterns) for value in values]
    if qualifier == "ForAllValues":
        return not any(matches) if negated else all(matches)
    if qualifier == "ForAnyValue":
        return not all(matches) if negated else any(matches)
    return any(matches) != negated


def like(pattern: str, text: str) -> bool:
    """Whether the text is what a pattern with ``*`` and ``?`` describes.

    All places of the pattern are followed at once, as bits of a number, so that no pattern makes
    it go back.
    """
    if "*" not in pattern and "?" not in pattern:
        return pattern == text
    steps: dict[str, int] = {}  # by character: after how many others the pattern takes it
    anything = stays = length = 0
    for character in pattern:
        place = 1 << length
        if character == "*":
            stays |= place
            continue
        if character == "?":
            anything |= place
        else:
            steps[character] = steps.get(character, 0) | place
        length += 1
    places = 1
    for character in text:
        places = (places & (steps.get(character, 0) | anything)) << 1 | (places & stays)
    return bool(places >> length & 1)


def _arn_like(value: str, pattern: str) -> bool:
    """Each of the six parts for itself: a ``*`` reaches no further than the next colon."""
    parts, patterns = value.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(patterns) == 6 and all(map(like, patterns, parts))


def _in_network(value: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _moment(text: str) -> float | None:
    """Epoch seconds of a date as the W3C writes it, or of epoch seconds."""
    if YEAR.fullmatch(text):
        text += "-01"
    if MONTH.fullmatch(text):
        text += "-01"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _number(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _compared(read: Callable[[str], Value | None], compare: Callable[[Value, Value], bool]) -> Test:
    def test(value: str, wanted: str) -> bool:
        one, other = read(value), read(wanted)
        return one is not None and other is not None and compare(one, other)

    return test


TESTS: dict[str, Test] = {
    "StringEquals": operator.eq,
    "StringEqualsIgnoreCase": lambda value, wanted: value.casefold() == wanted.casefold(),
    "StringLike": lambda value, wanted: like(wanted, value),
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
    "IpAddress": _in_network,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    **{
        f"{kind}{name}": _compared(read, compare)
        for kind, read in (("Numeric", _number), ("Date", _moment))
        for name, compare in (
            ("Equals", operator.eq),
            ("LessThan", operator.lt),
            ("LessThanEquals", operator.le),
            ("GreaterThan", operator.gt),
            ("GreaterThanEquals", operator.ge),
        )
    },
}
NEGATIONS = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _texts(value: Any) -> list[str]:
    """What an element of a policy is or lists, as text; JSON's numbers and truths count, too."""
    return [
        each if isinstance(each, str) else orjson.dumps(each).decode()
        for each in _listed(value)
        if isinstance(each, str | bool | int | float)
    ]
