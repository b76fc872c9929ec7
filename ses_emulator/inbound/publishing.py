"""Has what SES says of an action published, by the outbox: nobody waits for a topic."""

from ses_emulator.events.documents import RECEIPT_FORM
from ses_emulator.events.targets import Target, destination_of
from ses_emulator.inbound import documents
from ses_emulator.inbound.delivery import Delivery
from ses_emulator.store.account import Account
from ses_emulator.store.database import to_json
from ses_emulator.store.deliveries import Deliveries
from ses_emulator.store.documents import Document
from ses_emulator.store.events import RECEIPT, Event


def announce(
    account: Account, delivery: Delivery, action: Document, kind: str, address: str, body: Document
) -> int | None:
    """Have ``body`` published for an action as the API has it; the id of the event.

    ``kind`` is ``sns`` or ``lambda``, ``address`` an ARN. None if the mail was deleted meanwhile.
    """
    instance, id = account.instance, delivery.stored.id
    target = Target(kind, delivery.rule["Name"], address, RECEIPT_FORM)
    event = Event(
        RECEIPT,
        account.now(),
        delivery.recipients,
        {"rule": delivery.rule["Name"], "action": documents.action(action, id)},
    )
    with instance.database.transaction():
        number = Deliveries(instance.database, instance.changes).announce(
            id,
            event,
            destination_of(account, target),
            target.to_document(),
            to_json(body),
            account.now(),
        )
        instance.database.after_commit(instance.messages.look_for_pending)
    return number
