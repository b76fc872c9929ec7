"""The search language: what a search is understood as, and what is wrong with it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_emulator.server.search import OPERATORS, VALUES, SearchError, parse, split
from ses_emulator.store import query

NOW = datetime(2026, 3, 5, 14, 30, tzinfo=UTC).timestamp()
ID = "010001990a1b2c3d-0a1b2c3d-1111-4222-8333-444455556666-000000"


def meant(text: str, *, typing: bool = False) -> list[tuple[Any, ...]]:
    """Operator and value of each term, with what else is said of it."""
    return [
        (
            term.operator,
            term.value,
            *(["not"] if term.negated else []),
            *(["begun"] if term.begun else []),
        )
        for term in parse(text, NOW, typing=typing).terms
    ]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("  ", []),
        ("invoice", [("words", "invoice", "begun")]),
        ("your invoice ", [("words", "your"), ("words", "invoice", "begun")]),
        ("invoice is:unread", [("words", "invoice", "begun"), ("is", "unread")]),
        ('"your invoice"', [("words", "your invoice")]),
        ('"your invoice', [("words", "your invoice", "begun")]),
        ('a "b c" d', [("words", "a"), ("words", "b c"), ("words", "d", "begun")]),
        ("-invoice", [("words", "invoice", "not")]),
        ('-"your invoice"', [("words", "your invoice", "not")]),
        ("to:ada@example.com", [("to", "ada@example.com")]),
        ("TO:Ada", [("to", "Ada")]),
        ('from:"The Shop"', [("from", "The Shop")]),
        ("-subject:x", [("subject", "x", "not")]),
        ("body:word", [("body", "word", "begun")]),
        ('body:"a word"', [("body", "a word")]),
        ("-body:word", [("body", "word", "not", "begun")]),
        ("has:attachment", [("has", "attachment")]),
        ("is:Read", [("is", "read")]),
        ("status:rendering-failed", [("status", "rendering_failed")]),
        ("event:renderingfailure", [("event", "Rendering Failure")]),
        ('event:"Rendering Failure"', [("event", "Rendering Failure")]),
        ("event:open", [("event", "Open")]),
        ("set:Main", [("set", "Main")]),
        ("tag:stage=live", [("tag", "stage=live")]),
        ('tag:stage="a b"', [("tag", "stage=a b")]),
        ("api:SMTP", [("api", "smtp")]),
        ("after:2026-03-01", [("after", NOW - 4 * 86400 - 14.5 * 3600)]),
        ("after:2026-03-05T14:00", [("after", NOW - 1800)]),
        ("after:2026-03-05T15:00+01:00", [("after", NOW - 1800)]),
        ("before:30m", [("before", NOW - 1800)]),
        ("before:2H", [("before", NOW - 7200)]),
        ("before:3d", [("before", NOW - 3 * 86400)]),
        ("before:1w", [("before", NOW - 7 * 86400)]),
        ("after:today", [("after", NOW - 14.5 * 3600)]),
        ("after:yesterday", [("after", NOW - 38.5 * 3600)]),
        ("larger:500", [("larger", 500)]),
        ("larger:10k", [("larger", 10240)]),
        ("larger:1.5MB", [("larger", 1_572_864)]),
        ("smaller:2GiB", [("smaller", 2 * 1024**3)]),
        (f"id:{ID}", [("id", ID)]),
        (f"id:<{ID}@eu-west-1.amazonses.com>", [("id", ID)]),
        ("id:other", [("id", "other")]),
        (ID, [("id", ID)]),
        (f" {ID.upper()} ", [("id", ID)]),
        (f"<{ID}@email.amazonses.com>", [("id", ID)]),
        (f"-{ID}", [("id", ID, "not")]),
        # No operators of ours.
        ("Re: invoice", [("words", "Re:"), ("words", "invoice", "begun")]),
        ("http://example.com", [("words", "http://example.com", "begun")]),
        ('"subject:x"', [("words", "subject:x")]),
        # Signs.
        ("a - b", [("words", "a"), ("words", "b", "begun")]),
        ("*** b", [("words", "b", "begun")]),
        ("--a", [("words", "-a", "not")]),
    ],
)
def test_what_is_meant(text: str, terms: list[tuple[Any, ...]]) -> None:
    assert meant(text) == terms
    assert meant(text, typing=True) == terms


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("to:", []),
        ("a to:", [("words", "a", "begun")]),
        ("a -to: ", [("words", "a", "begun")]),
        ("-", []),
        ('"', []),
        ('-"', []),
        ('a "', [("words", "a", "begun")]),
        ('to:"', []),
    ],
)
def test_what_is_not_typed_to_its_end(text: str, terms: list[tuple[Any, ...]]) -> None:
    assert meant(text, typing=True) == terms


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("***", "'***' has no letter or digit to search for: add one."),
        ("-", "'-' has no letter"),
        ('""', "'\"\"' has no letter"),
        (
            "to: ada",
            'to: has no value: write it right behind the colon, or "to:" in quotes for the word.',
        ),
        ("to:", "to: has no value"),
        ('a -to:"" b', "to: has no value"),
        ("has:stamp", "'stamp' is no value of has: use attachment."),
        ("is:open", "'open' is no value of is: use unread, read, failed."),
        ("status:lost", "'lost' is no value of status: use sent, delayed, delivered, opened,"),
        ("event:Lost", "'Lost' is no value of event: use "),
        ("api:v3", "'v3' is no value of api: use v1, v2, smtp, ses, inbound."),
        (
            "after:soon",
            "'soon' is no moment for after: use one in ISO 8601 such as 2026-01-31, how long ago "
            "such as 30m, 2h, 3d or 1w, today or yesterday.",
        ),
        ("before:2026-13-01", "'2026-13-01' is no moment for before"),
        ("before:0001-01-01T00:00:00+14:00", "is no moment for before"),
        ("larger:big", "'big' is no size for larger: use a number of bytes, 10k or 2MB."),
        ("smaller:-1", "'-1' is no size for smaller"),
    ],
)
def test_what_is_wrong(text: str, told: str) -> None:
    with pytest.raises(SearchError) as error:
        parse(text, NOW)
    assert str(error.value).startswith(told) or told in str(error.value)
    assert str(error.value).endswith(".")


def test_where_pieces_are() -> None:
    text = '  -from:"The Shop" x'
    first, second = split(text)
    assert (text[first.start : first.end], first.text) == ('-from:"The Shop"',) * 2
    assert text[first.value_start : first.end] == '"The Shop"'
    assert (first.operator, first.value, first.negated) == ("from", "The Shop", True)
    assert (second.start, second.end, second.value_start) == (19, 20, 19)


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ("is:failed", True),
        ("a status:failed", True),
        ("-is:failed", False),
        ("failed", False),
        ("is:read", False),
    ],
)
def test_who_asks_for_refused_calls(text: str, failed: bool) -> None:
    assert parse(text, NOW).failed is failed


def test_every_operator_has_a_condition() -> None:
    assert {*OPERATORS} == {*query.OPERATORS, query.BODY}
    assert {*VALUES} <= {*OPERATORS}
    assert VALUES["is"] == tuple(query.STATES)


@given(st.text() | st.text(st.sampled_from('abto:status:" -<>@=\n')))
def test_every_text_is_understood_or_refused(text: str) -> None:
    for typing in (False, True):
        try:
            found = parse(text, NOW, typing=typing)
        except SearchError:
            continue
        assert len(found.pieces) == len(found.terms)
        for piece in found.pieces:
            assert text[piece.start : piece.end] == piece.text
