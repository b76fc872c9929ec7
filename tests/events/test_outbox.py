"""The outbox: delivery, order, retries, and what holds up nobody."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from ses_emulator.config import Settings
from ses_emulator.events import lanes, pace
from ses_emulator.events.answers import Answer, DeliveryError
from ses_emulator.events.lanes import LONGEST, MOST_OF_ONE
from ses_emulator.events.outbox import DELAYS, Outbox, delays_of
from ses_emulator.events.pace import BUSY, FLOOD, REST, WINDOW, Pace
from ses_emulator.events.targets import Target
from ses_emulator.events.topics import RETRY_DELAYS
from ses_emulator.mail.feedback import happen
from ses_emulator.store.account import Account
from ses_emulator.store.database import Database
from ses_emulator.store.deliveries import DELIVERED, FAILED, WAITING, Deliveries, Delivery
from ses_emulator.store.documents import Document
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Messages, Stored
from tests.mail.account import NOW, RAW, an_account
from tests.operations.support import Clock

TO = "a@example.com"
ONE, OTHER = "http://localhost:1/", "http://localhost:2/"
SECONDS = 20.0


class Publisher:
    """Keeps what is published, and does with it what a test wants."""

    def __init__(self) -> None:
        self.published: list[tuple[str, Document]] = []
        self.act: Callable[[Target, Document], Answer] = lambda target, document: Answer(200, "ok")
        self._changed = threading.Condition()

    def __call__(self, account: Account, target: Target, document: Document, id: int) -> Answer:
        with self._changed:
            self.published.append((target.address, document))
            self._changed.notify_all()
        return self.act(target, document)

    def wait(self, count: int) -> list[tuple[str, Document]]:
        """What was published, once that is so much."""
        with self._changed:
            enough = self._changed.wait_for(lambda: len(self.published) >= count, SECONDS)
            assert enough, f"{len(self.published)} of {count}"
            return list(self.published)

    def ids(self, address: str) -> list[str]:
        """The types and messages that were published there, in order."""
        return [
            f"{document['eventType']} {document['mail']['messageId']}"
            for published, document in self.published
            if published == address
        ]


@dataclass
class Stage:
    """An account all of whose events go to webhooks, and its outbox."""

    account: Account
    clock: Clock
    publisher: Publisher
    outbox: Outbox
    sent: list[str] = field(default_factory=list)

    @property
    def deliveries(self) -> Deliveries:
        return Deliveries(self.account.instance.database, self.account.instance.changes)

    def send(self, count: int = 1) -> None:
        """Store messages as a send does, each with one event."""
        for _ in range(count):
            id = f"message-{len(self.sent):04}"
            self.sent.append(id)
            event = Event("Send", NOW, [TO], pending=True)
            self.account.messages.add(_message(self.account, id), RAW, [TO], [event], 1)

    def until(self, condition: Callable[[], Any]) -> None:
        """Wait for a condition over what is stored."""
        changes = self.account.instance.changes
        seen = changes.number
        while not condition():
            assert changes.wait(seen, SECONDS), "nothing more happened"
            seen = changes.number

    def settled(self, count: int) -> list[Delivery]:
        """The deliveries, the oldest first, once so many are finished."""
        self.until(lambda: len(self._settled()) >= count)
        return self._settled()

    def tried(self, number: int) -> None:
        """Wait until the first delivery was tried so often."""
        self.until(lambda: self.all() and self.all()[0].tries == number)

    def _settled(self) -> list[Delivery]:
        return [each for each in self.all() if each.status != WAITING]

    def all(self) -> list[Delivery]:
        """All deliveries, the oldest first."""
        return self.deliveries.page({}, None, 10_000)[::-1]


def _message(account: Account, id: str) -> Stored:
    return Stored(
        id=id,
        account=account.id,
        region=account.region,
        received=NOW,
        api="v2",
        operation="SendEmail",
        status="delivered",
        mail_from="shop@example.com",
        sender="Shop <shop@example.com>",
        subject="Hello",
        configuration_set=None,
        size=len(RAW),
        to=[TO],
        cc=[],
        bcc=[],
        tags={},
        source_ip=None,
        findings=[],
    )


@contextmanager
def staged(*urls: str) -> Iterator[Stage]:
    """A stage whose outbox is not started."""
    with an_account() as first:
        clock, publisher = Clock(NOW), Publisher()
        instance = replace(first.instance, settings=Settings(webhook=urls), clock=clock)
        account = Account(instance, first.id, first.region)
        outbox = Outbox(instance, publisher)
        try:
            yield Stage(account, clock, publisher, outbox)
        finally:
            outbox.stop()


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A stage with one webhook, whose outbox runs."""
    with staged(ONE) as stage:
        stage.outbox.start()
        yield stage


def refuse(retry: bool, status: int | None = 503) -> Callable[[Target, Document], Answer]:
    """A publisher's act."""

    def act(target: Target, document: Document) -> Answer:
        raise DeliveryError("Not now.", retry=retry, status=status)

    return act


def test_delivered(stage: Stage) -> None:
    stage.send()
    [delivery] = stage.settled(1)
    assert (delivery.status, delivery.tries, delivery.type) == (DELIVERED, 1, "Send")
    [attempt] = delivery.attempts
    assert attempt.pop("latency_ms") >= 0
    assert attempt == {"timestamp": NOW, "status": 200, "detail": "ok", "error": None}
    [(address, document)] = stage.publisher.published
    assert (address, document["eventType"]) == (ONE, "Send")
    assert json.loads(delivery.body or "") == document
    assert stage.deliveries.pending(1) == []


def test_what_happens_later(stage: Stage) -> None:
    stage.send()
    stage.settled(1)
    message = stage.account.messages.find("latest")
    assert message
    happen(stage.account, message, [Event("Open", NOW, [TO], {"ipAddress": "192.0.2.1"})])
    stage.settled(2)
    assert stage.publisher.published[1][1]["open"] == {"ipAddress": "192.0.2.1"}


def test_in_order(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "SLOW", SECONDS)  # whatever else this machine does
    stage.send(3 * LONGEST)
    stage.settled(3 * LONGEST)
    assert stage.publisher.ids(ONE) == [f"Send {id}" for id in stage.sent]


def test_an_event_for_nobody() -> None:
    with staged() as stage:
        stage.send()
        stage.outbox._turn()
        assert stage.deliveries.pending(1) == []
        assert stage.all() == []


def test_tried_again_until_it_is_taken(stage: Stage) -> None:
    def act(target: Target, document: Document) -> Answer:
        if document["mail"]["messageId"] == stage.sent[0] and len(stage.sent) < 3:
            raise DeliveryError("Not now.", retry=True, status=503)
        return Answer(204, "")

    stage.publisher.act = act
    stage.send()
    for number, delay in enumerate(DELAYS[:2], 1):
        stage.tried(number)
        first = stage.all()[0]
        assert (first.status, first.due) == (WAITING, stage.clock.now + delay)
        assert [each["error"] for each in first.attempts] == ["Not now."] * number
        stage.clock.now += delay - 0.5
        stage.send()  # at which it looks, and it is too early
        stage.settled(number)
        assert stage.all()[0].tries == number
        stage.clock.now += 0.5
    stage.settled(3)
    first = stage.all()[0]
    assert first.status == DELIVERED
    assert [each["status"] for each in first.attempts] == [503, 503, 204]
    # It is the same document each time.
    sent = [d for _, d in stage.publisher.published if d["mail"]["messageId"] == stage.sent[0]]
    assert sent == [json.loads(first.body or "")] * 3


def test_given_up(stage: Stage) -> None:
    stage.publisher.act = refuse(retry=True)
    stage.send()
    for number in range(1, len(DELAYS) + 1):
        stage.tried(number)
        stage.clock.now += max(DELAYS)
    [delivery] = stage.settled(1)
    assert delivery.status == FAILED
    assert len(delivery.attempts) == len(DELAYS) + 1


def test_not_tried_again(stage: Stage) -> None:
    stage.publisher.act = refuse(retry=False, status=404)
    stage.send()
    [delivery] = stage.settled(1)
    assert (delivery.status, delivery.attempts[0]["status"]) == (FAILED, 404)
    assert len(stage.publisher.published) == 1


def test_what_nobody_expected(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    def act(target: Target, document: Document) -> Answer:
        raise ZeroDivisionError("by zero")

    stage.publisher.act = act
    stage.send()
    [delivery] = stage.settled(1)
    assert delivery.status == FAILED
    assert delivery.attempts[0]["error"] == "ZeroDivisionError: by zero"
    assert "could not be published" in caplog.text


def test_how_long_it_waits() -> None:
    arn = "arn:aws:sns:us-east-1:123456789012:mail"
    with an_account() as first:
        settings = Settings(topic=(f"{arn}=http://localhost:1/",))
        account = Account(replace(first.instance, settings=settings), first.id, first.region)
        assert delays_of(account, Target("sns", "x", arn)) == RETRY_DELAYS
        assert delays_of(account, Target("sns", "x", f"{arn}-other")) == DELAYS
        assert delays_of(account, Target("webhook", "x", "http://localhost:1/")) == DELAYS


def test_a_destination_that_hangs_holds_up_no_other() -> None:
    release = threading.Event()

    def act(target: Target, document: Document) -> Answer:
        if target.address == ONE:
            assert release.wait(SECONDS)
        return Answer(200, "")

    with staged(ONE, OTHER) as stage:
        stage.publisher.act = act
        stage.outbox.start()
        stage.send(20)
        assert len(stage.settled(20)) == 20
        assert sorted(stage.publisher.ids(OTHER)) == [f"Send {id}" for id in stage.sent]
        assert {each.destination for each in stage.settled(20)} == {OTHER}
        # It gets more threads meanwhile, though not many.
        stage.publisher.wait(20 + MOST_OF_ONE)
        assert len(stage.publisher.ids(ONE)) == MOST_OF_ONE
        release.set()
        stage.settled(40)
        assert sorted(stage.publisher.ids(ONE)) == [f"Send {id}" for id in stage.sent]


def test_a_retry_does_not_wait_for_one_that_hangs(stage: Stage) -> None:
    """What is due while others of the destination are under way."""
    release = threading.Event()

    def act(target: Target, document: Document) -> Answer:
        if document["mail"]["messageId"] == stage.sent[0] and not again:
            raise DeliveryError("Not now.", retry=True)
        if document["mail"]["messageId"] == stage.sent[1]:
            assert release.wait(SECONDS)
        return Answer(200, "")

    again: list[bool] = []
    stage.publisher.act = act
    stage.send()
    stage.tried(1)
    stage.send()
    stage.publisher.wait(2)
    again.append(True)
    stage.clock.now += DELAYS[0]
    [delivery] = stage.settled(1)
    assert delivery.message == stage.sent[0]
    release.set()
    stage.settled(2)


def test_stop_while_a_destination_hangs(tmp_path: Path) -> None:
    release = threading.Event()

    def act(target: Target, document: Document) -> Answer:
        assert release.wait(SECONDS)
        return Answer(200, "late")

    with staged(ONE) as stage:
        stage.publisher.act = act
        stage.outbox.start()
        stage.send(2)
        stage.publisher.wait(1)
        ended = threading.Event()

        def stop() -> None:
            stage.outbox.stop()
            ended.set()

        threading.Thread(target=stop, daemon=True).start()
        assert ended.wait(1)
        release.set()
        assert [each.status for each in stage.all()] == [WAITING] * 2


def test_a_later_process_continues(tmp_path: Path) -> None:
    """What waits, what was not routed, and what is due only later."""
    path = str(tmp_path / "ses.db")

    def reopened(stage: Stage) -> Stage:
        changes = stage.account.instance.changes
        database = Database(path)
        messages = Messages(database, changes, keep=0)
        instance = replace(stage.account.instance, database=database, messages=messages)
        account = Account(instance, stage.account.id, stage.account.region)
        publisher = Publisher()
        return Stage(account, stage.clock, publisher, Outbox(instance, publisher), stage.sent)

    with staged(ONE) as template:
        first = reopened(template)
        first.publisher.act = refuse(retry=True)
        first.outbox.start()
        first.send(3)
        first.until(lambda: [each.tries for each in first.all()] == [1] * 3)
        first.outbox.stop()
        first.send(2)  # which nobody routes
        first.account.instance.database.close()
        second = reopened(template)
        second.outbox.start()
        assert [each.message for each in second.settled(2)] == second.sent[3:]
        second.clock.now += DELAYS[0]
        assert {each.message for each in second.settled(5)} == set(second.sent)
        assert {each.status for each in second.all()} == {DELIVERED}
        second.outbox.stop()
        second.account.instance.database.close()


def test_what_is_under_way_at_a_reset_does_not_come_back() -> None:
    release = threading.Event()

    def act(target: Target, document: Document) -> Answer:
        if document["mail"]["messageId"] in old:
            assert release.wait(SECONDS)
        return Answer(200, "")

    with staged(ONE) as stage:
        stage.publisher.act = act
        stage.outbox.start()
        stage.send(5)
        old = set(stage.sent)
        stage.publisher.wait(1)
        database = stage.account.instance.database
        with database.transaction():
            database.clear()
            stage.account.messages.clear()
            database.after_commit(stage.outbox.clear)
        begun = len(stage.publisher.published)
        stage.send()
        [delivery] = stage.settled(1)
        assert delivery.message == stage.sent[-1]
        assert len(delivery.attempts) == 1
        release.set()
        stage.send()
        stage.settled(2)
        assert [each.message for each in stage.all()] == stage.sent[-2:]
        # Of the old ones those that had begun, and no more.
        assert len(stage.publisher.published) == begun + 2


def test_a_message_that_is_gone_is_not_published() -> None:
    release = threading.Event()

    def act(target: Target, document: Document) -> Answer:
        assert release.wait(SECONDS)
        return Answer(200, "")

    with staged(ONE) as stage:
        stage.publisher.act = act
        stage.send(2)
        stage.outbox.start()
        stage.publisher.wait(1)
        database = stage.account.instance.database
        with database.transaction() as connection:
            connection.execute("DELETE FROM messages WHERE id = ?", (stage.sent[1],))
        release.set()
        stage.send()
        stage.settled(2)
        published = [document["mail"]["messageId"] for _, document in stage.publisher.published]
        assert published[0] == stage.sent[0]
        # It may have begun with the second one before that was deleted.
        assert published[-1] == stage.sent[2]
        assert [each.message for each in stage.all()] == [stage.sent[0], stage.sent[2]]


def test_redelivered(stage: Stage) -> None:
    stage.publisher.act = refuse(retry=False)
    stage.send()
    [failed] = stage.settled(1)
    stage.publisher.act = lambda target, document: Answer(200, "")
    stage.deliveries.redeliver(failed.id, stage.clock())
    stage.account.messages.look_for_pending()
    stage.until(lambda: stage.all()[0].status == DELIVERED)
    [delivery] = stage.all()
    assert [each["status"] for each in delivery.attempts] == [503, 200]
    assert stage.publisher.published[0] == stage.publisher.published[1]


# How fast it may work.


class Time:
    """The clocks of a thread."""

    def __init__(self) -> None:
        self.now = 100.0
        self.spent = 0.0  # by the thread
        self.others = 0.0

    def monotonic(self) -> float:
        return self.now

    def thread_time(self) -> float:
        return self.spent

    def process_time(self) -> float:
        return self.spent + self.others


def test_rests_under_a_flood(monkeypatch: pytest.MonkeyPatch) -> None:
    time, number = Time(), [0]
    monkeypatch.setattr(pace, "time", time)
    paced = Pace(lambda: number[0])

    def pass_by(changes: float, own: int = 0, busy: float = BUSY + 0.01) -> None:
        number[0] += round(changes) + own
        paced.published(own)
        time.others += busy * WINDOW
        time.now += WINDOW + 1e-6
        paced.look()

    def work(seconds: float) -> None:
        with paced.working():
            time.spent += seconds

    pass_by(FLOOD * WINDOW, own=100)
    work(WINDOW)
    pass_by(FLOOD, busy=BUSY - 0.01)
    work(0.01)
    assert not paced.resting
    pass_by(FLOOD * WINDOW + 1)
    time.now += 10
    work(0.01)
    rests = []
    for seconds in (0.0, 0.01 * REST - 0.001, 0.002):
        time.now += seconds
        rests.append(paced.resting)
    assert rests == [True, True, False]
    paced.wait()
    work(0.01)
    waiting = threading.Thread(target=paced.wait, daemon=True)
    waiting.start()
    pass_by(0, own=100)
    waiting.join(SECONDS)
    assert not waiting.is_alive()
    assert not paced.flooded
