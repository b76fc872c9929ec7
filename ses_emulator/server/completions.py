"""What may come next in a search that is being typed."""

from collections.abc import Iterator
from typing import NamedTuple

from ses_emulator.mail.addresses import name_and_spec
from ses_emulator.server.search import OPERATORS, VALUES, Piece, split
from ses_emulator.store import listing
from ses_emulator.store.database import Database

MOST = 12
# The columns that have the values of an operator; those of LINES have some in each row.
COLUMNS = {
    "set": "configuration_set",
    "template": "template",
    "account": "account",
    "region": "region",
}
LINES = {"to": "recipients", "from": "sender", "cc": "cc", "tag": "tags"}
# Some of the values that others take.
EXAMPLES = {
    "before": ("today", "yesterday", "1h", "1d", "7d"),
    "after": ("today", "yesterday", "1h", "1d", "7d"),
    "larger": ("10k", "100k", "1MB", "10MB"),
    "smaller": ("10k", "100k", "1MB", "10MB"),
}


class Value(NamedTuple):
    """A text to be put in, and what to say of it."""

    text: str
    hint: str = ""


class Completions(NamedTuple):
    """Values for what stands from ``start`` up to ``end``."""

    start: int
    end: int
    values: list[Value]


def complete(database: Database, text: str, cursor: int) -> Completions:
    """What may stand at the cursor of a search: operators, or values of one."""
    for piece in split(text):
        if piece.start < cursor <= piece.end:
            return _of_piece(database, piece, text, cursor)
    return Completions(cursor, cursor, _operators(""))


def _of_piece(database: Database, piece: Piece, text: str, cursor: int) -> Completions:
    start = piece.start + piece.negated
    if piece.operator and cursor >= piece.value_start:
        typed = text[piece.value_start : cursor].replace('"', "")
        found = _values(database, piece.operator, typed)
        return Completions(piece.value_start, piece.end, found)
    end = piece.value_start if piece.operator else piece.end
    return Completions(start, end, _operators(text[start:cursor]))


def _operators(typed: str) -> list[Value]:
    return [
        Value(f"{operator}:", hint)
        for operator, hint in OPERATORS.items()
        if operator.startswith(typed.lower())
    ]


def _values(database: Database, operator: str, typed: str) -> list[Value]:
    wanted = typed.lower()
    found = [
        value
        for value in dict.fromkeys(_known(database, operator, typed))
        if wanted in value.text.lower() or wanted in value.hint.lower()
    ]
    # What begins so comes first; both in the order in which they were found.
    found.sort(key=lambda value: not value.text.lower().startswith(wanted))
    return [Value(_quoted(value.text), value.hint) for value in found[:MOST]]


def _known(database: Database, operator: str, typed: str) -> Iterator[Value]:
    if operator in COLUMNS:
        yield from map(Value, sorted(listing.values(database, COLUMNS[operator], typed)))
    elif operator in LINES:
        for lines in listing.latest(database, LINES[operator], typed):
            for line in lines.split("\n"):
                if line and operator in ("from", "cc"):
                    name, address = name_and_spec(line)
                    yield Value(address or line, name)
                elif line:
                    yield Value(line)
    else:
        yield from map(Value, VALUES.get(operator) or EXAMPLES.get(operator, ()))


def _quoted(text: str) -> str:
    return f'"{text}"' if any(character.isspace() for character in text) else text
