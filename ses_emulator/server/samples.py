"""``…/test-event``: an event for an event destination, to see whether it gets there."""

import time
from collections.abc import Callable
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest, NotFound

from ses_emulator.events.answers import DeliveryError
from ses_emulator.events.documents import document
from ses_emulator.events.publishers import publish
from ses_emulator.events.samples import TYPES, sample
from ses_emulator.events.targets import target_of
from ses_emulator.mail.details import timestamp
from ses_emulator.server.documents import body
from ses_emulator.server.lookup import account_of
from ses_emulator.server.parameters import quoted
from ses_emulator.server.shapes import Shape
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.database import to_json
from ses_emulator.store.deliveries import DELIVERED, FAILED
from ses_emulator.store.documents import Document

MEMBERS = ("destination", "type")


def routes(instance: Instance) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """What is asked for at which address."""

    def test_event(name: str) -> Shape:
        account = account_of(instance, request.args)
        given = _texts(body(request))
        destination = _destination(account, name, given.get("destination"))
        type = given.get("type") or destination["MatchingEventTypes"][0]
        if type not in TYPES:
            raise BadRequest(f"type is {quoted(type)}: use one of {', '.join(TYPES)}.")
        return _published(account, name, destination, TYPES[type])

    path = "/_ses/configuration-sets/<name>/test-event"
    return [("POST", path, "testEvent", test_event)]


def _texts(given: Shape) -> dict[str, str]:
    """The members of a body that are not null. Raises BadRequest unless they are known texts."""
    for name, value in given.items():
        if name not in MEMBERS:
            raise BadRequest(f"{quoted(name)} is not known: use {', '.join(MEMBERS)}.")
        if value is not None and not isinstance(value, str):
            raise BadRequest(f"{name} is {quoted(repr(value))}: use a text.")
    return {name: value for name, value in given.items() if value is not None}


def _destination(account: Account, name: str, wanted: str | None) -> Document:
    """The event destination of a configuration set; the only one if none is named."""
    found = account.configuration_sets.find(name)
    if found is None:
        raise NotFound(f"Configuration set {quoted(name)} does not exist in {account.region}.")
    destinations = {each["Name"]: each for each in found.get("EventDestinations", ())}
    if wanted is None and len(destinations) == 1:
        [wanted] = destinations
    if wanted is None:
        names = ", ".join(destinations) or "none: create one first"
        raise BadRequest(f"destination is missing: there is {names}.")
    if wanted not in destinations:
        raise NotFound(
            f"Configuration set {quoted(name)} has no event destination {quoted(wanted)}."
        )
    one: Document = destinations[wanted]
    return one


def _published(account: Account, name: str, destination: Document, type: str) -> Shape:
    """Publish a sample: the schema TestDelivery."""
    target = target_of(destination)
    if target is None:
        raise BadRequest(
            f"Event destination {quoted(destination['Name'])} is of a kind that is not emulated."
        )
    facts, event = sample(account, name, type)
    told = document(facts, event, form=target.form)
    status, detail, error = DELIVERED, None, None
    started = time.monotonic()
    try:
        answer = publish(account, target, told, 0)
        code, detail = answer.status, answer.detail
    except DeliveryError as refusal:
        status, code, error = FAILED, refusal.status, str(refusal)
    return {
        "event_type": type,
        "message_id": facts.stored.id,
        "kind": target.kind,
        "name": target.name,
        "address": target.address or None,
        "form": target.form,
        "status": status,
        "attempts": [
            {
                "timestamp": timestamp(event.timestamp),
                "latency_ms": round((time.monotonic() - started) * 1000, 1),
                "status": code,
                "detail": detail,
                "error": error,
            }
        ],
        "body": to_json(told),
    }
