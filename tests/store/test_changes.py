"""What happened last, for those who wait for it and for those who come back."""

from __future__ import annotations

import threading
import time

import pytest

from ses_emulator.store.changes import KEPT, Change, Changes


@pytest.fixture
def changes() -> Changes:
    """Three changes."""
    changes = Changes()
    changes.publish("message", "one")
    changes.publish("event", 7)
    changes.publish("reset")
    return changes


THREE = [Change(1, "message", "one"), Change(2, "event", 7), Change(3, "reset", None)]


@pytest.mark.parametrize("number", range(4))
def test_since(changes: Changes, number: int) -> None:
    assert changes.number == 3
    assert changes.since(number) == THREE[number:]


def test_several_at_once(changes: Changes) -> None:
    changes.publish_all("message", ["two", "three"])
    assert changes.since(3) == [Change(4, "message", "two"), Change(5, "message", "three")]


def test_since_when_nothing_happened() -> None:
    assert Changes().number == 0
    assert Changes().since(0) == []


def test_old_changes_are_forgotten(changes: Changes) -> None:
    changes.publish_all("message", range(KEPT))
    assert changes.number == KEPT + 3
    assert changes.since(2) is None
    kept = changes.since(3)
    assert kept is not None
    assert len(kept) == KEPT
    assert kept[0] == Change(4, "message", 0)


def test_tokens(changes: Changes) -> None:
    for number in range(4):
        assert changes.read_token(changes.token(number)) == number


@pytest.mark.parametrize("token", ["", "-", "3", "-3", "x-3", "nonsense", "é-³"])
def test_tokens_that_are_none(changes: Changes, token: str) -> None:
    assert changes.read_token(token) is None


@pytest.mark.parametrize(
    "end", ["", "-1", "1.0", " 1", "1 ", "²", "１", "4", "99999999999999999999", "1" * 5000, "a"]
)
def test_tokens_with_another_number(changes: Changes, end: str) -> None:
    start = changes.token(3).removesuffix("3")
    assert changes.read_token(start + end) is None


def test_tokens_of_another_instance(changes: Changes) -> None:
    assert Changes().read_token(changes.token(0)) is None


def test_wait_for_what_has_happened(changes: Changes) -> None:
    assert changes.wait(2, timeout=30)


def test_wait_in_vain(changes: Changes) -> None:
    started = time.monotonic()
    assert not changes.wait(3, timeout=0.05)
    assert time.monotonic() - started >= 0.05


@pytest.mark.parametrize("end", ["publish", "close"])
def test_everyone_who_waits_is_let_go(changes: Changes, end: str) -> None:
    waiting = threading.Barrier(4)
    answers: list[bool] = []

    def wait() -> None:
        waiting.wait()
        answers.append(changes.wait(3, timeout=60))

    threads = [threading.Thread(target=wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    waiting.wait()
    if end == "publish":
        changes.publish("message", "two")
    else:
        changes.close()
    for thread in threads:
        thread.join(timeout=20)
    assert answers == [end == "publish"] * 3
    assert changes.closed is (end == "close")


def test_wait_after_the_end(changes: Changes) -> None:
    changes.close()
    changes.close()
    assert not changes.wait(3, timeout=60)
    assert changes.wait(2, timeout=60)


def test_numbers_of_threads_are_all_different(changes: Changes) -> None:
    def publish() -> None:
        for _ in range(200):
            changes.publish("message", "x")

    threads = [threading.Thread(target=publish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = changes.since(0)
    assert kept is not None
    assert [change.number for change in kept] == list(range(1, 804))
