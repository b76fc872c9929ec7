"""Filters over the captured messages, as SQL conditions."""

import re
from dataclasses import dataclass
from typing import Any

from ses_emulator.store.database import like

WHOLE_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
# "a phrase", or a word that the last of may be unfinished.
TERM = re.compile(r'"([^"]*)"?|(\S+)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What messages to select; None is no condition. See the parameters of the API's list."""

    id: str | None = None
    to: str | None = None
    sender: str | None = None
    subject: str | None = None
    q: str | None = None
    configuration_set: str | None = None
    tag: str | None = None
    status: str | None = None
    account: str | None = None
    region: str | None = None


EQUAL = ("id", "configuration_set", "status", "account", "region")


def compile_filters(filters: Filters) -> tuple[str, list[Any]]:
    """An SQL condition over ``messages`` and its values."""
    conditions: list[str] = []
    values: list[Any] = []

    def add(condition: str, *parameters: Any) -> None:
        conditions.append(condition)
        values.extend(parameters)

    for column in EQUAL:
        wanted = getattr(filters, column)
        if wanted is not None:
            add(f"messages.{column} = ?", wanted)
    if filters.to is not None:
        add(
            "EXISTS (SELECT 1 FROM recipients WHERE recipients.seq = messages.seq AND address "
            + ("= ?)" if WHOLE_ADDRESS.fullmatch(filters.to) else "LIKE ? ESCAPE '\\')"),
            filters.to if WHOLE_ADDRESS.fullmatch(filters.to) else like(filters.to),
        )
    if filters.sender is not None:
        pattern = like(filters.sender)
        add("(sender LIKE ? ESCAPE '\\' OR mail_from LIKE ? ESCAPE '\\')", pattern, pattern)
    if filters.subject is not None:
        add("subject LIKE ? ESCAPE '\\'", like(filters.subject))
    if filters.tag is not None:
        name, equals, value = filters.tag.partition("=")
        add(
            "EXISTS (SELECT 1 FROM json_each(document, '$.tags') AS tag WHERE tag.key = ?"
            + (" AND tag.value = ?)" if equals else ")"),
            *((name, value) if equals else (name,)),
        )
    if filters.q is not None:
        match = _match_expression(filters.q)
        if match:
            add("messages.seq IN (SELECT rowid FROM search WHERE search MATCH ?)", match)
    return " AND ".join(conditions) or "TRUE", values


def _match_expression(q: str) -> str:
    """An FTS5 expression in which every term is a quoted string, so that no input is an error."""
    terms = [
        (phrase or word).replace('"', " ").replace("\0", " ")
        for phrase, word in TERM.findall(q)
        if re.search(r"[^\W_]", phrase or word)
    ]
    quoted = [f'"{term}"' for term in terms]
    if quoted and not q.rstrip().endswith('"'):
        quoted[-1] += "*"
    return " ".join(quoted)
