"""Whether anything is published of what happens to a message; events.targets tells where to."""

from collections.abc import Iterable
from typing import NamedTuple

from ses_emulator.mail import addresses
from ses_emulator.mail.identities import identity_of
from ses_emulator.store.account import Account
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Stored

# Of what an identity's topics are told, with the members that they are kept under.
TOPICS = {kind: f"{kind}Topic" for kind in ("Bounce", "Complaint", "Delivery")}


class Publishing(NamedTuple):
    """The configuration set of a message, if there is one, and whether anything is published."""

    configuration_set: str | None
    publishes: bool


def publishing_of(account: Account, configuration_set: str | None, sender: str) -> Publishing:
    """What holds for a message that names a configuration set, or None.

    ``sender`` is the address (``local@domain``) of its From header; the set of its identity counts
    if the message names none.
    """
    return account.instance.database.remember(
        ("publishing", account.id, account.region, configuration_set, sender),
        lambda: _publishing_of(account, configuration_set, sender),
    )


def _publishing_of(account: Account, configuration_set: str | None, sender: str) -> Publishing:
    found = identity_of(account, sender)
    identity = found[1] if found else {}
    name = configuration_set or identity.get("ConfigurationSetName")
    document = account.configuration_sets.find(name) if name else None
    topics = identity.get("NotificationAttributes", {})
    publishes = (
        bool(account.settings.webhook)
        or any(each["Enabled"] for each in (document or {}).get("EventDestinations", ()))
        or any(member in topics for member in TOPICS.values())
    )
    return Publishing(name, publishes)


def mark(events: Iterable[Event]) -> None:
    """Have new events published."""
    for event in events:
        event.pending = True


def author_of(stored: Stored) -> str:
    """The first address (``local@domain``) of a message's From header."""
    found = addresses.split([stored.sender])
    return addresses.spec_of(found[0]) if found else ""
