"""The search language of the inbox and of ``?search=``: ``from:shop "your order" -status:bounced``.

A search is words, phrases in quotes, and operators with a value; all of them have to be so. A minus
before one negates it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ses_emulator.events.documents import KEYS
from ses_emulator.server.moments import moment
from ses_emulator.server.parameters import quoted
from ses_emulator.store.events import FAILED, RANK, RECEIVED
from ses_emulator.store.query import BODY, FINDABLE, WORDS, Term

# Every operator, and what it asks of a message.
OPERATORS = {
    "to": "a recipient, or a part of one such as @example.com",
    "from": "the sender, or a part of it",
    "cc": "somebody in Cc, or a part of it",
    "subject": "a part of the subject",
    "body": "words in the text",
    "has": "attachment",
    "is": "unread, read or failed",
    "status": "what became of it",
    "event": "something that happened to it",
    "set": "its configuration set",
    "template": "its template",
    "tag": "a message tag: name or name=value",
    "api": "how it was sent",
    "account": "an account id",
    "region": "a region",
    "before": "a moment: 2026-01-31, 2h, 3d, today",
    "after": "a moment: 2026-01-31, 2h, 3d, today",
    "larger": "a size: 500, 10k, 2MB",
    "smaller": "a size: 500, 10k, 2MB",
    "id": "a MessageId",
}
# The operators that have only these values.
VALUES: dict[str, tuple[str, ...]] = {
    "has": ("attachment",),
    "is": ("unread", "read", FAILED),
    "status": (*RANK, *RECEIVED, FAILED),
    "event": tuple(KEYS),
    "api": ("v1", "v2", "smtp", "ses", "inbound"),
}
# What stands between blanks that are not in quotes. The last quotes may not be closed yet.
PIECE = re.compile(r'(?:"[^"]*(?:"|$)|[^\s"])+')
OPERATOR = re.compile(rf"({'|'.join(OPERATORS)}):(.*)", re.DOTALL | re.IGNORECASE)
# As SES gives it, or as the Message-ID header has it.
MESSAGE_ID = re.compile(r"<?([0-9a-f]{16}-[0-9a-f-]{2,36}-[0-9]{6})(@[\w.-]+)?>?", re.IGNORECASE)
SIZE = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\s*([kmg]?)(?:i?b)?", re.IGNORECASE | re.ASCII)
UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
# What is typed before a word is.
BEGINNINGS = ("-", '"', '-"')


class SearchError(ValueError):
    """A search that cannot be understood; the message names what, and the way out."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A term as it stands in the search: from ``start`` up to ``end``, with its minus.

    ``operator`` is None for words. ``value`` is without quotes and begins at ``value_start``;
    ``closed`` says that it ends with one.
    """

    text: str
    operator: str | None
    value: str
    negated: bool
    closed: bool
    start: int
    end: int
    value_start: int


def split(text: str) -> Iterator[Piece]:
    """The pieces of a search, in order."""
    for found in PIECE.finditer(text):
        whole = found[0]
        negated = whole.startswith("-") and len(whole) > 1
        rest = whole[negated:]
        start = found.start() + negated
        operator = OPERATOR.fullmatch(rest)
        value = rest
        if operator:
            value = operator[2]
            start += operator.start(2)
        yield Piece(
            text=whole,
            operator=operator[1].lower() if operator else None,
            value=value.replace('"', "").strip(),
            negated=negated,
            closed=len(value) > 1 and value.endswith('"'),
            start=found.start(),
            end=found.end(),
            value_start=start,
        )


@dataclass(frozen=True, slots=True)
class Search:
    """A search that was understood: its terms, and for each the piece that it was."""

    pieces: tuple[Piece, ...]
    terms: tuple[Term, ...]

    @property
    def failed(self) -> bool:
        """Whether it asks for calls that were refused."""
        asked = {(term.operator, term.value) for term in self.terms if not term.negated}
        return not asked.isdisjoint((("is", FAILED), ("status", FAILED)))


def parse(text: str, now: float, *, typing: bool = False) -> Search:
    """Understand a search; ``now`` is epoch seconds. Raises SearchError.

    While somebody is ``typing`` the end of it need not be whole: what says nothing yet is passed
    over. Signs that cannot be found are passed over as well, unless there is nothing else.
    """
    pieces = [each for each in split(text) if each.operator or FINDABLE.search(each.value)]
    if typing and pieces and not pieces[-1].value:
        pieces.pop()
    elif not pieces and text.strip() and not (typing and text.strip() in BEGINNINGS):
        raise SearchError(f"{quoted(text.strip())} has no letter or digit to search for: add one.")
    words = [each for each in pieces if each.operator is None and not each.negated]
    terms = [_term(each, now, begun=words[-1:] == [each]) for each in pieces]
    return Search(tuple(pieces), tuple(terms))


def _term(piece: Piece, now: float, *, begun: bool) -> Term:
    """The term of a piece; a word may be the beginning of one if it is ``begun``."""
    operator, value = piece.operator, piece.value
    if operator is None:
        id = MESSAGE_ID.fullmatch(value)
        if id:
            return Term(operator="id", value=id[1].lower(), negated=piece.negated)
        operator = WORDS
    elif not value:
        raise SearchError(
            f"{operator}: has no value: write it right behind the colon, "
            f'or "{operator}:" in quotes for the word.'
        )
    begun = (begun or operator == BODY) and not piece.closed
    return Term(
        operator=operator,
        value=_meant(operator, value, now),
        negated=piece.negated,
        begun=begun,
    )


def _meant(operator: str, value: str, now: float) -> Any:
    """What a value of an operator means."""
    if operator in VALUES:
        for known in VALUES[operator]:
            if _plain(known) == _plain(value):
                return known
        raise SearchError(
            f"{quoted(value)} is no value of {operator}: use {', '.join(VALUES[operator])}."
        )
    if operator in ("before", "after"):
        try:
            return moment(value, now)
        except ValueError:
            raise SearchError(
                f"{quoted(value)} is no moment for {operator}: use one in ISO 8601 such as "
                "2026-01-31, how long ago such as 30m, 2h, 3d or 1w, today or yesterday."
            ) from None
    if operator in ("larger", "smaller"):
        size = SIZE.fullmatch(value)
        if not size:
            raise SearchError(
                f"{quoted(value)} is no size for {operator}: use a number of bytes, 10k or 2MB."
            )
        return int(float(size[1]) * UNITS[size[2].lower()])
    if operator == "id":
        id = MESSAGE_ID.fullmatch(value)
        return id[1].lower() if id else value
    return value


def _plain(value: str) -> str:
    """A value without what people leave out: case, blanks and hyphens."""
    return re.sub(r"[\s_-]", "", value).lower()
