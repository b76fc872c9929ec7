"""Which messages are meant: filters and the terms of a search, as conditions in SQL.

All are over ``listed``, see listing.py; those over what a message says begin at ``search``.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ses_emulator.store.database import like, to_json
from ses_emulator.store.events import FAILED
from ses_emulator.store.search import EVERY

WHOLE_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
# "a phrase", or a word that the last of may be unfinished.
WORD = re.compile(r'"([^"]*)"?|(\S+)')
# In a word that search can find: its tokenizer takes letters and digits.
FINDABLE = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One condition on a message: a value of an ``operator`` of OPERATORS, or of WORDS.

    Moments are epoch seconds, sizes bytes, all other values text. With ``begun`` the last word of
    the value may be the beginning of one.
    """

    operator: str
    value: Any
    negated: bool = False
    begun: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What messages to select; None is no condition. See the parameters of the API's list.

    ``q`` are words that all must be in it, ``terms`` those of a search. Without ``failed`` the
    calls that were refused are left out.
    """

    id: str | None = None
    ids: Sequence[str] | None = None
    to: str | None = None
    sender: str | None = None
    subject: str | None = None
    q: str | None = None
    configuration_set: str | None = None
    tag: str | None = None
    status: str | None = None
    account: str | None = None
    region: str | None = None
    terms: Sequence[Term] = ()
    failed: bool = False

    def all_terms(self) -> list[Term]:
        """All that is asked for but ``ids`` and ``failed``, as terms."""
        named = [
            Term(operator=operator, value=value)
            for name, operator in NAMED.items()
            if (value := getattr(self, name)) is not None
        ]
        return [*named, *([] if self.q is None else words(self.q)), *self.terms]

    @property
    def read(self) -> bool:
        """Whether they ask for what only the index knows, which reads what messages say."""
        return any(term.operator in READ for term in self.all_terms())


# The operator that each filter has in a search.
NAMED = {
    "id": "id",
    "to": "to",
    "sender": "from",
    "subject": "subject",
    "configuration_set": "set",
    "tag": "tag",
    "status": "status",
    "account": "account",
    "region": "region",
}
# Words in subject, addresses and text, and words in the text alone.
WORDS, BODY = "words", "body"
EVERYTHING = "TRUE"
READ = frozenset((WORDS, BODY, "has"))


def words(text: str) -> list[Term]:
    """The words and phrases of a text; what is not findable in it is passed over.

    If there is nothing else, that stays, and finds nothing.
    """
    found = [phrase or word for phrase, word in WORD.findall(text)]
    terms = [Term(operator=WORDS, value=each) for each in found if FINDABLE.search(each)]
    if not terms:
        return [Term(operator=WORDS, value=text)]
    if not text.rstrip().endswith('"'):
        terms[-1] = Term(operator=WORDS, value=terms[-1].value, begun=True)
    return terms


class Condition(NamedTuple):
    """A part of a statement with its values."""

    sql: str
    values: Sequence[Any]


def _equal(column: str) -> Callable[[Any], Condition]:
    return lambda value: Condition(f"listed.{column} IS ?", [value])


def _compared(column: str, how: str) -> Callable[[Any], Condition]:
    return lambda value: Condition(f"listed.{column} {how} ?", [value])


def _within(column: str) -> Callable[[Any], Condition]:
    return lambda value: Condition(f"listed.{column} LIKE ? ESCAPE '\\'", [like(value)])


def _address(column: str) -> Callable[[Any], Condition]:
    """A whole address, or a part of one."""
    part = _within(column)
    return lambda value: part(f"\n{value}\n" if WHOLE_ADDRESS.fullmatch(value) else value)


def _tag(value: str) -> Condition:
    line = f"\n{value}\n" if "=" in value else f"\n{value}="
    return Condition("instr(listed.tags, ?)", [line])


OPERATORS: dict[str, Callable[[Any], Condition]] = {
    "to": _address("recipients"),
    "from": _within("sender"),
    "cc": _within("cc"),
    "subject": _within("subject"),
    "has": lambda value: Condition("coalesce(listed.attachments, 0) > 0", []),
    "is": lambda value: Condition(*STATES[value]),
    "status": _equal("status"),
    "event": lambda value: Condition("instr(listed.events, ?)", [f"\n{value}\n"]),
    "set": _equal("configuration_set"),
    "template": _equal("template"),
    "tag": _tag,
    "api": _equal("api"),
    "account": _equal("account"),
    "region": _equal("region"),
    "before": _compared("received", "<"),
    "after": _compared("received", ">="),
    "larger": _compared("size", ">"),
    "smaller": _compared("size", "<"),
    "id": lambda value: Condition("listed.seq = (SELECT seq FROM messages WHERE id = ?)", [value]),
}
STATES: dict[str, tuple[str, list[Any]]] = {
    "unread": ("listed.unread", []),
    "read": ("NOT listed.unread", []),
    FAILED: ("listed.status = ?", [FAILED]),
}


class Selection(NamedTuple):
    """Where chosen messages come from, the condition with its values, and what numbers them."""

    source: str
    condition: str
    values: list[Any]
    number: str


def select(filters: Filters) -> Selection:
    """The messages that are meant, as parts of a statement."""
    conditions: list[Condition] = []
    match: list[str] = []
    unmatched: list[str] = []
    if not filters.failed:
        conditions.append(Condition("listed.status != ?", [FAILED]))
    if filters.ids is not None:
        ids = "SELECT seq FROM messages WHERE id IN (SELECT value FROM json_each(?))"
        conditions.append(Condition(f"listed.seq IN ({ids})", [to_json(list(filters.ids))]))
    for term in filters.all_terms():
        if term.operator in (WORDS, BODY):
            (unmatched if term.negated else match).append(_expression(term))
            continue
        condition = OPERATORS[term.operator](term.value)
        if term.negated:
            condition = Condition(f"NOT ({condition.sql})", condition.values)
        conditions.append(condition)
    source, number = "listed", "listed.seq"
    if match or unmatched:
        # Begun at the index, for it has few where there are few; and it has them in order.
        source = "search CROSS JOIN listed ON listed.seq = search.rowid"
        number = "search.rowid"
        expression = " AND ".join(match) or f"every : {EVERY}"
        if unmatched:
            expression = f"({expression}) NOT ({' OR '.join(unmatched)})"
        conditions.insert(0, Condition("search MATCH ?", [expression]))
    return Selection(
        source,
        " AND ".join(condition.sql for condition in conditions) or EVERYTHING,
        [value for condition in conditions for value in condition.values],
        number,
    )


def _expression(term: Term) -> str:
    """An expression of FTS5 in which the words are quoted, so that no input is an error."""
    text = str(term.value).replace('"', " ").replace("\0", " ")
    column = BODY if term.operator == BODY else "- every"
    return f'({column} : "{text}"{"*" if term.begun else ""})'
