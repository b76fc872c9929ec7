"""What becomes of a message after its delivery: it is received here, too, and may be released.

Received by whom an account here receives mail for: when the transaction that stored it is
committed, it is handed over to inbound.arrivals. Released as mail.release tells.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ses_emulator.mail.release import release_later
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.documents import Document, everywhere
from ses_emulator.store.events import Event


class Arrival(NamedTuple):
    """A message (by its MessageId) that was sent, and to whom of its recipients."""

    id: str
    recipients: Sequence[str]


def loop_back(account: Account, id: str, outcome: Iterable[Event]) -> None:
    """Have a message received by those whom it is delivered to, as far as accounts here receive.

    And have it released to those of ``--release``. To be called in the transaction that delivers
    it. Costs nothing where no account receives.
    """
    instance = account.instance
    if instance.settings.release:
        release_later(instance, id, outcome)
    if instance.database.remember("receives", lambda: bool(active_rule_sets(instance))):
        deliveries = [event for event in outcome if event.type == "Delivery"]
        recipients = [recipient for event in deliveries for recipient in event.recipients]
        if recipients:
            arrival = Arrival(id, recipients)
            instance.database.after_commit(lambda: instance.arrivals.put(arrival))


def active_rule_sets(instance: Instance) -> list[tuple[Account, str, Document]]:
    """The receipt rule sets that are active, with their accounts and their names."""
    found = []
    for id, region, _, attributes in everywhere(instance.database, "Account"):
        name = attributes.get("ActiveReceiptRuleSet")
        if name:
            account = Account(instance, id, region)
            rule_set = account.collection("ReceiptRuleSet").find(name)
            if rule_set is not None:
                found.append((account, str(name), rule_set))
    return found
