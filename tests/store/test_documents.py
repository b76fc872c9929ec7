"""Collections of documents: what is in them, in which order, and what is in none but one."""

from __future__ import annotations

import base64
import itertools
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ses_emulator.errors import AwsError, Exists, Missing
from ses_emulator.store.database import Database
from ses_emulator.store.documents import Collection

SCOPE = ("111111111111", "us-east-1", "Contact", "list")


@pytest.fixture
def contacts(database: Database) -> Collection:
    """An empty collection."""
    return Collection(database, *SCOPE)


def fill(collection: Collection, *names: str) -> None:
    """Add documents that say their names."""
    for name in names:
        collection.create(name, {"Name": name})


def pages(collection: Collection, limit: int, **options: Any) -> list[list[str]]:
    """The names on each page."""
    found: list[list[str]] = []
    token: str | None = None
    while token is not None or not found:
        rows, token = collection.page(token, limit, **options)
        found.append([name for name, _ in rows])
    return found


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"A": [1, 2.5, True, None, {"B": "日本 \0 \ud7ff 😀"}], "C": ""},
        {"Big": "x" * 500_000},
    ],
    ids=["empty", "of all types", "big"],
)
def test_create_and_find(contacts: Collection, document: dict[str, Any]) -> None:
    contacts.create("ada@example.com", document)
    assert contacts.find("ada@example.com") == document
    assert contacts.get("ada@example.com") == document


@pytest.mark.parametrize("name", ["", "a/b", "É", "é", "it's", "a\0b", "%", "ADA@example.com"])
def test_names_are_exact(contacts: Collection, name: str) -> None:
    fill(contacts, name, "ada@example.com", "e")
    assert contacts.find(name) == {"Name": name}
    contacts.delete(name)
    assert [each for each, _ in contacts.all()] == ["ada@example.com", "e"]


def test_create_refuses_what_exists(contacts: Collection) -> None:
    contacts.create("ada", {"A": 1})
    with pytest.raises(Exists) as refused:
        contacts.create("ada", {"A": 2})
    assert (refused.value.kind, refused.value.name) == ("Contact", "ada")
    assert contacts.get("ada") == {"A": 1}


def test_put_replaces(contacts: Collection) -> None:
    contacts.put("ada", {"A": 1, "B": 2})
    contacts.put("ada", {"A": 3})
    assert contacts.get("ada") == {"A": 3}
    assert contacts.count() == 1


def test_update(contacts: Collection) -> None:
    contacts.create("ada", {"A": 1, "B": {"C": 2}, "D": 4})
    assert contacts.update("ada", A=None, B={}, E=5) == {"B": {}, "D": 4, "E": 5}
    assert contacts.get("ada") == {"B": {}, "D": 4, "E": 5}


def test_delete_and_discard(contacts: Collection) -> None:
    fill(contacts, "one", "two", "three")
    contacts.delete("one")
    assert contacts.discard("two")
    assert not contacts.discard("two")
    assert [name for name, _ in contacts.all()] == ["three"]
    contacts.clear()
    assert contacts.all() == []


@pytest.mark.parametrize("operation", ["get", "delete", "update"])
def test_what_is_missing(contacts: Collection, operation: str) -> None:
    assert contacts.find("ada") is None
    with pytest.raises(Missing) as missing:
        getattr(contacts, operation)("ada")
    assert (missing.value.kind, missing.value.name) == ("Contact", "ada")
    assert contacts.all() == []


def test_documents_are_copies(contacts: Collection) -> None:
    document = {"A": [1]}
    contacts.create("ada", document)
    document["A"].append(2)
    contacts.get("ada")["A"].append(3)
    assert contacts.get("ada") == {"A": [1]}


def test_known(contacts: Collection) -> None:
    fill(contacts, "a", "b", "c")
    assert contacts.known(["a", "x", "c", "a"]) == {"a": {"Name": "a"}, "c": {"Name": "c"}}
    assert contacts.known([]) == {}
    assert len(contacts.known([str(number) for number in range(5000)])) == 0


def test_what_was_found_in_a_transaction_does_not_grow_old(
    database: Database, contacts: Collection
) -> None:
    def seen() -> tuple[Any, Any]:
        return contacts.find("ada"), contacts.known(["ada"]).get("ada")

    with database.transaction():
        assert seen() == (None, None)
        contacts.create("ada", {"A": 1})
        assert seen() == ({"A": 1},) * 2
        contacts.put("ada", {"A": 2})
        assert seen() == ({"A": 2},) * 2
        with pytest.raises(KeyError), database.attempt():
            contacts.delete("ada")
            assert seen() == (None, None)
            raise KeyError
        assert seen() == ({"A": 2},) * 2
    contacts.update("ada", A=3)
    with database.transaction():
        assert seen() == ({"A": 3},) * 2
        contacts.clear()
        assert seen() == (None, None)
    contacts.create("ada", {})
    with database.transaction():
        assert seen() == ({}, {})
    database.clear()
    with database.transaction():
        assert seen() == (None, None)


def test_collections_do_not_see_each_other(database: Database) -> None:
    scopes = list(
        itertools.product(
            ("111111111111", "222222222222"),
            ("us-east-1", "eu-west-1"),
            ("Contact", "Topic"),
            ("", "list", "other"),
        )
    )
    collections = [Collection(database, *scope) for scope in scopes]
    for scope, collection in zip(scopes, collections, strict=True):
        collection.create("same", {"Scope": list(scope)})
    for scope, collection in zip(scopes, collections, strict=True):
        assert collection.all() == [("same", {"Scope": list(scope)})]
        assert collection.page(None, 10)[0] == [("same", {"Scope": list(scope)})]
        assert collection.count() == 1
    collections[5].delete("same")
    assert [collection.count() for collection in collections] == [1] * 5 + [0] + [1] * 18
    collections[7].clear()
    collections[8].put("same", {})
    assert sum(collection.count() for collection in collections) == 22
    assert collections[9].get("same") == {"Scope": list(scopes[9])}


# Pages.


def test_all_is_in_the_order_of_the_names(contacts: Collection) -> None:
    fill(contacts, "b", "a", "é", "Z", "10", "9")
    assert [name for name, _ in contacts.all()] == ["10", "9", "Z", "a", "b", "é"]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6, 100])
def test_pages(contacts: Collection, limit: int) -> None:
    names = ["a", "b", "c/d", "é", "日本"]
    fill(contacts, *reversed(names))
    found = pages(contacts, limit)
    assert found == [names[start : start + limit] for start in range(0, 5, limit)]


def test_page_of_nothing(contacts: Collection) -> None:
    assert contacts.page(None, 10) == ([], None)
    assert contacts.page("", 10) == ([], None)


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
def test_pages_of_what_is_kept(contacts: Collection, limit: int) -> None:
    fill(contacts, *"abcdefgh")
    kept = ["b", "d", "f"]
    found = pages(contacts, limit, keep=lambda document: document["Name"] in "bdf")
    assert found == [kept[start : start + limit] for start in range(0, 3, limit)]


def test_pages_go_on_where_they_were(contacts: Collection) -> None:
    fill(contacts, "b", "d", "f")
    first, token = contacts.page(None, 2)
    assert [name for name, _ in first] == ["b", "d"]
    contacts.delete("d")
    fill(contacts, "a", "e")
    rest, last = contacts.page(token, 10)
    assert [name for name, _ in rest] == ["e", "f"]
    assert last is None


def test_token_outlives_a_restart(tmp_path: Path) -> None:
    path = str(tmp_path / "store.sqlite")
    with closing(Database(path)) as database:
        fill(Collection(database, *SCOPE), "a", "b")
        _, token = Collection(database, *SCOPE).page(None, 1)
    with closing(Database(path)) as database:
        assert Collection(database, *SCOPE).page(token, 1) == ([("b", {"Name": "b"})], None)


def encoded(value: Any) -> str:
    """A token with something else in it."""
    return base64.b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "token",
    [
        "nonsense",
        "é",
        "====",
        base64.b64encode(b"\xff\xfe").decode(),
        base64.b64encode(b"[" * 100_000).decode(),
        encoded({}),
        encoded([]),
        encoded(None),
        encoded(1),
        encoded("text"),
        encoded([*SCOPE]),
        encoded([*SCOPE, 1]),
        encoded([*SCOPE, ["a"]]),
        encoded(["222222222222", *SCOPE[1:], "a"]),
        encoded([*SCOPE[:3], "other", "a"]),
    ],
)
def test_tokens_that_are_none_of_the_collection(contacts: Collection, token: str) -> None:
    fill(contacts, "a")
    with pytest.raises(AwsError) as refused:
        contacts.page(token, 10)
    assert refused.value.code == "InvalidNextToken"
    assert refused.value.message == "The specified NextToken is invalid."


def test_token_of_another_collection(database: Database, contacts: Collection) -> None:
    other = Collection(database, *SCOPE[:2], "Topic", "list")
    fill(other, "a", "b")
    _, token = other.page(None, 1)
    with pytest.raises(AwsError):
        contacts.page(token, 1)
