"""How a mail came in, with what has become of the deliveries that its rules asked for."""

import time
from collections.abc import Iterator
from typing import Any

from ses_emulator.store.account import Instance
from ses_emulator.store.deliveries import DELIVERED, WAITING, Deliveries, Delivery
from ses_emulator.store.documents import Document

# Of a delivery, in the words of actions.
STATUSES = {DELIVERED: "done"}


def shown(instance: Instance, receipt: Document) -> dict[str, Any]:
    """The schema Receipt, of a message's receipt."""
    known = _deliveries(instance, [receipt])
    rules = [
        {**rule, "actions": [_action(action, known) for action in rule["actions"]]}
        for rule in receipt["rules"]
    ]
    return {**receipt, "rules": rules}


def settle(instance: Instance, receipts: list[Document], seconds: float) -> None:
    """Wait until all deliveries of messages were tried, but no longer than so many seconds."""
    end = time.monotonic() + seconds
    while not instance.changes.closed:
        number = instance.changes.number
        known = _deliveries(instance, receipts).values()
        left = end - time.monotonic()
        if left <= 0 or not any(each.status == WAITING and not each.tries for each in known):
            return
        instance.changes.wait(number, left)


def _action(action: Document, known: dict[int, Delivery]) -> dict[str, Any]:
    done = {name: action[name] for name in ("type", "status", "target", "error")}
    own, notice = known.get(action["event"] or 0), known.get(action["notified"] or 0)
    done["delivery"] = None
    if own is not None:
        done |= _outcome(own)
    done["notification"] = (
        None if notice is None else {"topic": notice.target["address"], **_outcome(notice)}
    )
    return done


def _outcome(delivery: Delivery) -> dict[str, Any]:
    """What became of a delivery; the error is that of the last attempt."""
    error = delivery.attempts[-1]["error"] if delivery.attempts else None
    status = STATUSES.get(delivery.status, delivery.status)
    return {"status": status, "error": error, "delivery": delivery.id}


def _deliveries(instance: Instance, receipts: list[Document]) -> dict[int, Delivery]:
    """The deliveries of all actions by their events, each of which has one."""
    ids = [id for receipt in receipts for id in _events(receipt)]
    if not ids:
        return {}
    found = Deliveries(instance.database, instance.changes).of(ids)
    return {id: deliveries[0] for id, deliveries in found.items() if deliveries}


def _events(receipt: Document) -> Iterator[int]:
    for rule in receipt["rules"]:
        for action in rule["actions"]:
            yield from (id for id in (action["event"], action["notified"]) if id is not None)
