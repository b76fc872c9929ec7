"""The narrow rows that are searched: filled behind the writes, and as the messages are."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ses_emulator.mail.index import BATCH, Indexer
from ses_emulator.store import listing
from ses_emulator.store.changes import Changes
from ses_emulator.store.database import Database
from ses_emulator.store.events import Event
from ses_emulator.store.listing import Tally
from ses_emulator.store.messages import Messages
from ses_emulator.store.query import Filters, Term, words
from ses_emulator.store.search import Indexed
from tests.store.test_messages import NOON, TO, Box


@pytest.fixture
def box() -> Iterator[Box]:
    box = Box()
    yield box
    box.database.close()


def term(operator: str, value: Any, *, negated: bool = False) -> Filters:
    """Filters of one term."""
    return Filters(terms=[Term(operator=operator, value=value, negated=negated)])


def test_sends_do_not_list(box: Box) -> None:
    box.add("1")
    assert box.table("listed") == 0
    assert box.messages.tally(Filters()) == Tally(1, 1)
    assert box.table("listed") == 1
    box.add("2")
    box.messages.index([(box.stored("2"), Indexed("text", 2, "text"))])
    assert box.table("listed") == 2


def test_what_is_listed(box: Box) -> None:
    box.add(
        "1",
        recipients=[TO, "b@example.com"],
        cc=["Ö <b@example.com>", "c@example.com"],
        tags={"a": "b", "c": "=d"},
        template="hello",
        events=[Event("Send", NOON, [TO]), Event("Open", NOON, [TO])],
    )
    assert box.messages.count(Filters()) == 1
    with box.database.reading() as connection:
        row = connection.execute("SELECT * FROM listed").fetchone()
    assert row == (
        *(1, 1, "delivered", "000000000000", "us-east-1", "v2", None, "hello", NOON, 3, None),
        "\nSend\nOpen\n",
        "\nShop <shop@example.com>\nbounces@example.com\n",
        f"\n{TO}\nb@example.com\n",
        "\nÖ <b@example.com>\nc@example.com\n",
        "Hello",
        "\na=b\nc==d\n",
    )


def test_it_follows_the_messages(box: Box) -> None:
    for id in "12":
        box.add(id)
    assert box.messages.count(term("has", "attachment")) == 0
    box.index("1", "text")
    assert box.messages.count(term("has", "attachment")) == 1
    box.messages.add_events(box.stored("1"), [Event("Bounce", NOON, [TO])])
    assert box.messages.count(term("status", "bounced")) == 1
    assert box.messages.count(term("event", "Bounce")) == 1
    box.messages.delete(Filters(id="1"))
    assert box.table("listed") == 1
    assert box.ids() == ["2"]
    box.database.clear()
    box.messages.clear()
    assert box.table("listed") == 0
    box.add("3")
    assert box.ids() == ["3"]


def test_it_may_be_asked_within_a_transaction_that_is_undone(box: Box) -> None:
    with pytest.raises(ValueError, match="stop"), box.database.attempt():
        box.add("1")
        assert box.ids() == ["1"]
        raise ValueError("stop")
    assert box.ids() == []
    box.add("2")
    assert box.ids() == ["2"]


def test_more_than_are_listed_at_once(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "FILLED", 2)
    for id in "12345":
        box.add(id)
    assert box.ids() == ["5", "4", "3", "2", "1"]


def test_while_others_send(tmp_path: Path) -> None:
    """Readers of a file see what was sent before they asked, once."""
    box = Box()
    box.database.close()
    box.database = Database(str(tmp_path / "ses.db"))
    box.messages = Messages(box.database, Changes(), 0)
    sent = threading.Event()

    def send() -> None:
        for number in range(300):
            box.add(str(number))
        sent.set()

    sender = threading.Thread(target=send)
    sender.start()
    seen = 0
    while not sent.is_set():
        before = box.table("messages")
        tally = box.messages.tally(Filters())
        assert before <= tally.total <= box.table("messages")
        seen += 1
    sender.join()
    assert seen and box.messages.count(Filters()) == 300
    box.database.close()


def test_unread(box: Box) -> None:
    for id in "123":
        box.add(id, subject="odd" if int(id) % 2 else "even")
    assert [each.unread for each in box.messages.page(Filters(), None, 9)] == [True] * 3
    assert box.messages.mark(Filters(subject="odd"), unread=False) == 2
    assert box.messages.tally(Filters(failed=True)) == Tally(3, 1)
    assert box.messages.tally(Filters(subject="odd")) == Tally(2, 0)
    assert box.stored("1").unread is False
    assert box.messages.mark(Filters(ids=["1", "4"]), unread=True) == 1
    assert box.messages.tally(Filters()) == Tally(3, 2)
    assert box.messages.mark(Filters(id="9"), unread=True) == 0


def test_refused_calls(box: Box) -> None:
    box.add("1")
    box.add("2", status="failed")
    assert box.ids() == ["1"]
    assert box.ids(failed=True) == ["2", "1"]
    assert box.ids(ids=["1", "2"]) == ["1"]
    assert box.messages.delete(Filters()) == 1
    assert box.messages.tally(Filters(failed=True)) == Tally(1, 1)


def test_offset(box: Box) -> None:
    for id in "123456":
        box.add(id, subject="odd" if int(id) % 2 else "even")
        box.index(id, "words")
    for filters in (Filters(subject="odd"), Filters(q="odd"), Filters(q="odd words")):
        page = box.messages.page(filters, None, 1, 1)
        assert [each.id for each in page] == ["3"]
        page = box.messages.page(filters, page[-1].seq, 9, 0)
        assert [each.id for each in page] == ["1"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a", ["a*"]),
        ("a b", ["a", "b*"]),
        ('a "b c"', ["a", "b c"]),
        ('"b c', ["b c*"]),
        ("*** a", ["a*"]),
        ("***", ["***"]),
        ("", [""]),
    ],
)
def test_words(text: str, values: list[str]) -> None:
    assert [each.value + "*" * each.begun for each in words(text)] == values


def test_columns_are_the_tables(box: Box) -> None:
    with box.database.reading() as connection:
        columns = {name for _, name, *_ in connection.execute("PRAGMA table_info(listed)")}
    assert columns == {*listing.COLUMNS, "unread"}


def test_values(box: Box) -> None:
    for id in "123":
        box.add(id, configuration_set=f"set-{int(id) % 2}")
    assert sorted(listing.values(box.database, "configuration_set", "")) == ["set-0", "set-1"]
    assert listing.values(box.database, "configuration_set", "1") == ["set-1"]
    assert listing.values(box.database, "configuration_set", "%") == []
    assert listing.latest(box.database, "subject", "ell") == ["Hello"] * 3


def test_catching_up_has_an_end(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even while more is sent than is indexed."""
    for number in range(BATCH + 1):
        box.add(str(number))
    indexer = Indexer(box.instance)
    added = box.messages.index

    def index(entries: Any) -> None:
        added(entries)
        for number in range(BATCH):
            box.add(f"{box.table('messages')}-{number}")

    monkeypatch.setattr(box.messages, "index", index)
    indexer.catch_up()
    assert BATCH < box.table("search") <= 2 * BATCH
