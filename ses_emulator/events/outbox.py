"""Publishes what happens to messages, behind the sends: nothing that it does can fail or slow one.

An event that may be published is stored as pending, with its message. Here it is found out where
it goes, each target gets a row in the deliveries, and each of these is tried until it is taken or
given up. What is not finished when the process ends is continued by the next that has the database.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import orjson

from ses_emulator.events.answers import Answer, DeliveryError
from ses_emulator.events.documents import document, facts_of
from ses_emulator.events.lanes import LONGEST, Lanes
from ses_emulator.events.pace import Pace
from ses_emulator.events.publishers import publish
from ses_emulator.events.targets import Target, destination_of, targets_of
from ses_emulator.events.topics import RETRY_DELAYS
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.database import to_json
from ses_emulator.store.deliveries import (
    DELIVERED,
    FAILED,
    WAITING,
    Deliveries,
    Delivery,
    Outcome,
)
from ses_emulator.store.documents import Document
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Stored

log = logging.getLogger(__name__)

# What a target that may take an event later is given, in seconds after each attempt. How often SES
# tries is not documented. The delays are those of AWS's own clients. Source: the AWS SDKs and Tools
# Reference Guide, "Retry behavior": exponential, and at most 20 seconds.
DELAYS = (1.0, 2.0, 4.0, 8.0, 16.0, 20.0)
# It looks so often, in seconds, while there is something to do, for to be woken by every send would
# cost the sends a fifth of their rate; after so many looks in vain it waits to be woken.
TICK = 0.02
TICKS = 25
# So often while it rests from a flood.
RESTING = 0.1
# So often it looks whether something has become due, for the clock may jump.
LOOK = 0.25
# Events that are routed in one look. It is about what can be delivered until the next.
TOGETHER = 25
STOP_SECONDS = 0.5
AFTER_ERROR = 1.0

Publish = Callable[[Account, Target, dict[str, Any], int], Answer]


class Outbox:
    """The worker of an instance.

    ``publish`` gives the document of an event with an id to a target and raises DeliveryError.
    """

    def __init__(self, instance: Instance, publish: Publish = publish) -> None:
        self._instance = instance
        self._publish = publish
        self._deliveries = Deliveries(instance.database, instance.changes)
        self._pace = Pace(lambda: instance.changes.number)
        self._lanes: Lanes[Outcome] = Lanes(self._deliver, self._pace.wait)
        self._called = instance.messages.pending
        self._stopping = threading.Event()
        self._routing = self._waiting = False
        self._looked = 0.0
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)

    def start(self) -> None:
        """Continue what is left, and then whatever comes."""
        self._called.set()
        self._thread.start()

    def stop(self) -> None:
        """Stop, without waiting for targets that take long; what is left is left to the next."""
        self._stopping.set()
        self._called.set()
        if self._thread.is_alive():
            self._thread.join()
            self._pace.hurry()
            self._lanes.stop(STOP_SECONDS)
            self._record()

    def clear(self) -> None:
        """Forget what is under way after the database was cleared."""
        self._lanes.clear()

    def _run(self) -> None:
        idle = 0
        while not self._stopping.is_set():
            if idle < TICKS:
                self._stopping.wait(RESTING if self._pace.resting else TICK)
            else:
                self._called.wait(LOOK if self._waiting else None)
            try:
                idle = 0 if self._turn() else idle + 1
            except Exception:
                if not self._stopping.is_set():
                    log.exception("the outbox could not do its work, and tries again")
                    self._stopping.wait(AFTER_ERROR)

    def _turn(self) -> bool:
        """Do what there is to do; whether there was something."""
        self._pace.look()
        if self._pace.resting:
            return True
        with self._pace.working():
            stirred = self._record()
            if self._called.is_set():
                self._called.clear()
                self._routing = True
            if self._routing:
                self._routing = self._route()
                stirred = True
            if stirred or (
                (self._waiting or self._lanes.busy) and time.monotonic() - self._looked >= LOOK
            ):
                self._fill()
            self._lanes.look()
        return stirred or self._lanes.busy

    def _route(self) -> bool:
        """Find out where pending events go; whether there may be more of them."""
        with self._instance.database.transaction():
            events = self._deliveries.pending(TOGETHER)
            for event in events:
                self._route_event(event)
        return len(events) == TOGETHER

    def _route_event(self, event: Event) -> None:
        stored = self._instance.messages.find(event.message_id)
        assert stored is not None
        account = self._account(stored)
        targets: list[Target] = []
        try:
            targets, _ = targets_of(account, stored, event)
        except Exception:
            log.exception("event %s is not published", event.id)
        self._deliveries.add(
            event,
            [(destination_of(account, each), each.to_document()) for each in targets],
            account.now(),
        )

    def _fill(self) -> None:
        """Have delivered what is due, as far as there is room for it."""
        now = self._instance.clock()
        self._looked = time.monotonic()
        self._waiting = False
        for destination, due in self._deliveries.destinations():
            self._waiting = True
            if due <= now:
                lane = self._lanes.lane(destination)
                room = LONGEST - len(lane.queue)
                if room > LONGEST // 2:
                    ids = self._deliveries.due(destination, now, room + len(lane.taken))
                    self._lanes.put(destination, lane, ids)

    def _record(self) -> bool:
        """Keep how deliveries went; whether there were any."""
        done = self._lanes.collect()
        if not done:
            return False
        outcomes = [outcome for _, outcome in done if outcome is not None]
        try:
            if outcomes:
                self._pace.published(self._deliveries.record(outcomes))
        finally:
            self._lanes.forget(id for id, _ in done)
        return True

    def _deliver(self, id: int) -> Outcome | None:
        """Try a delivery; how it went, None if it is gone."""
        with self._pace.working():
            delivery = self._deliveries.find(id)
            event = self._instance.messages.event(delivery.event) if delivery else None
            stored = self._instance.messages.find(event.message_id) if event else None
            if delivery is None or event is None or stored is None or delivery.status != WAITING:
                return None
            return self._attempt(delivery, event, stored)

    def _attempt(self, delivery: Delivery, event: Event, stored: Stored) -> Outcome:
        account = self._account(stored)
        target = Target.from_document(delivery.target)
        attempt: Document = {
            "timestamp": account.now(),
            "status": None,
            "detail": None,
            "error": None,
        }
        status, again = DELIVERED, False
        body = delivery.body
        started = time.monotonic()
        try:
            if body is None:
                body = to_json(describe(account, stored, event, target))
                started = time.monotonic()
            answer = self._publish(account, target, orjson.loads(body), event.id)
            attempt |= {"status": answer.status, "detail": answer.detail}
        except DeliveryError as error:
            attempt |= {"status": error.status, "error": str(error)}
            status, again = FAILED, error.retry
        except Exception as error:
            log.exception("event %s could not be published to %s", event.id, delivery.destination)
            attempt["error"] = f"{type(error).__name__}: {error}"
            status = FAILED
        attempt["latency_ms"] = round((time.monotonic() - started) * 1000, 1)
        due = account.now()
        delays = delays_of(account, target)
        if again and delivery.tries < len(delays):
            status = WAITING
            due += delays[delivery.tries]
        return Outcome(delivery.id, event.id, status, due, delivery.tries + 1, attempt, body)

    def _account(self, stored: Stored) -> Account:
        return Account(self._instance, stored.account, stored.region)


def describe(account: Account, stored: Stored, event: Event, target: Target) -> Document:
    """The document of an event that a target gets."""
    facts = facts_of(account, stored)
    return document(facts, event, form=target.form, headers=target.headers)


def delays_of(account: Account, target: Target) -> tuple[float, ...]:
    """How long a target is left alone after each attempt, in seconds, before it is given up."""
    if target.kind == "sns" and target.address in account.settings.topics:
        return RETRY_DELAYS
    return DELAYS
