"""What happened to messages, and what SES publishes of it."""

from collections.abc import Callable
from typing import Any

import orjson
from flask import request
from werkzeug.exceptions import NotFound

from ses_emulator.events.documents import EVENT, NOTIFICATION, MessageFacts, document, facts_of
from ses_emulator.mail.publishing import TOPICS
from ses_emulator.server import parameters, shapes
from ses_emulator.server.parameters import quoted
from ses_emulator.server.shapes import Shape
from ses_emulator.server.waiting import Places
from ses_emulator.store import events
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.deliveries import Deliveries
from ses_emulator.store.documents import Document
from ses_emulator.store.events import RECEIPT, Event

# What each filter of the list asks of a row.
CONDITIONS = {
    "type": "type = ?",
    "message": "messages.id = ?",
    "recipient": "EXISTS (SELECT 1 FROM json_each(events.recipients) AS each"
    " WHERE lower(each.value) = lower(?))",
    "configuration_set": "configuration_set = ?",
    "account": "account = ?",
    "region": "region = ?",
}


def routes(instance: Instance, places: Places) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """What is asked for at which address."""

    def listed() -> Shape:
        filters, paging = parameters.event_filters(request.args), parameters.paging(request.args)
        condition = " AND ".join(CONDITIONS[name] for name in filters) or "TRUE"
        values: list[Any] = list(filters.values())

        def count() -> int:
            with instance.database.reading() as connection:
                return events.count(connection, condition, values)

        total = places.wait(count, paging.count, paging.wait)
        older = "TRUE" if paging.before is None else "events.id < ?"
        given = values if paging.before is None else [*values, paging.before]
        with instance.database.reading() as connection:
            found = events.select(
                connection,
                f"({condition}) AND {older}",
                *given,
                limit=paging.limit + 1,
                order="DESC",
            )
        page = found[: paging.limit]
        described = Describer(instance)
        return {
            "events": [described.event(each) for each in page],
            "total": total,
            "next": str(page[-1].id) if len(found) > len(page) else None,
        }

    def one(event: str) -> Shape:
        known = event.isascii() and event.isdigit() and len(event) < 19
        found = instance.messages.event(int(event)) if known else None
        if found is None:
            raise NotFound(f"Event {quoted(event)} does not exist: see /_ses/events for all.")
        return Describer(instance).event(found)

    return [
        ("GET", "/_ses/events", "listEvents", listed),
        ("GET", "/_ses/events/<event>", "getEvent", one),
    ]


class Describer:
    """Shows events with their documents; a message is read once for all of its events."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._facts: dict[str, MessageFacts | None] = {}

    def event(self, event: Event) -> Shape:
        """The schema PublishedEvent."""
        facts = self._of(event.message_id)
        if facts is None:  # deleted meanwhile
            gone: Shape = {
                "deliveries": [],
                "unpublished": [],
                "document": None,
                "notification": None,
            }
            return {**shapes.event(event), **gone}
        [shown] = shapes.routed(self._instance, facts.stored, [event])
        if event.type == RECEIPT:
            return {**shown, "document": None, "notification": self._announced(event)}
        notified = event.type in TOPICS
        return {
            **shown,
            "document": document(facts, event, form=EVENT),
            "notification": document(facts, event, form=NOTIFICATION) if notified else None,
        }

    def _announced(self, event: Event) -> Document | None:
        """What was announced with an event; the content of the mail may be long."""
        instance = self._instance
        for delivery in Deliveries(instance.database, instance.changes).of([event.id])[event.id]:
            found: Document = orjson.loads(delivery.body or "null")
            return found
        return None  # deleted meanwhile

    def _of(self, id: str) -> MessageFacts | None:
        if id not in self._facts:
            stored = self._instance.messages.find(id)
            account = stored and Account(self._instance, stored.account, stored.region)
            self._facts[id] = facts_of(account, stored) if stored and account else None
        return self._facts[id]
