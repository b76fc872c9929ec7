"""What a contact gets, as the link of a message shows and changes it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from ses_emulator.mail import details
from ses_emulator.mail.feedback import happen
from ses_emulator.mail.message import ListManagement
from ses_emulator.mail.subscriptions import (
    PURPOSE,
    contacts_of,
    lists_of,
    new_contact,
    statuses,
)
from ses_emulator.mail.tokens import opened
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.documents import Document

# Where a change came from, as events have it. Source: the guide, "Examples of event data that
# Amazon SES publishes to Amazon SNS"; it has no example of the second.
HEADER = "UnsubscribeHeader"
FOOTER = "UnsubscribeFooter"
EVENT_STATUSES = {"OPT_IN": "OptIn", "OPT_OUT": "OptOut"}


class Subscriber(NamedTuple):
    """Whom the link of a message is for."""

    account: Account
    options: ListManagement
    contact: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a contact has said. ``topics`` are the contact list's, ``chosen`` the names of those
    that it gets, unless it is ``unsubscribed`` from all.
    """

    topics: list[Document]
    chosen: list[str]
    unsubscribed: bool


def subscriber(instance: Instance, token: str) -> Subscriber | None:
    """Whom a link is for; None if it is none of ours."""
    values = opened(instance, PURPOSE, token)
    if values is None:
        return None
    id, region, contact_list, topic, contact, message_id = values
    options = ListManagement(contact_list, topic)
    return Subscriber(Account(instance, id, region), options, contact, message_id)


def preferences(who: Subscriber) -> Preferences | None:
    """What a contact gets now; None if the contact list is deleted."""
    found = lists_of(who.account).find(who.options.contact_list)
    if found is None:
        return None
    contact = _contact(who)
    chosen = statuses(contact, _defaults(found))
    return Preferences(
        found["Topics"],
        [topic for topic, status in chosen.items() if status == "OPT_IN"],
        contact["UnsubscribeAll"],
    )


def unsubscribe(who: Subscriber) -> None:
    """One click: no more of the topic that the message was sent to, or without one of the list."""
    topic = who.options.topic
    _change(who, HEADER, {topic: "OPT_OUT"} if topic else {}, True if topic is None else None)


def choose(who: Subscriber, chosen: Collection[str]) -> None:
    """Get these of the contact list's topics, by their names, and no others."""
    now = preferences(who)
    if now is not None:
        names = [topic["TopicName"] for topic in now.topics]
        said = {name: "OPT_IN" if name in chosen else "OPT_OUT" for name in names}
        nothing = bool(names) and "OPT_IN" not in said.values()
        _change(who, FOOTER, said, now.unsubscribed and nothing)


def unsubscribe_from_all(who: Subscriber) -> None:
    """Get nothing that is sent to the contact list."""
    _change(who, FOOTER, {}, True)


def _change(
    who: Subscriber, source: str, topics: dict[str, str], unsubscribed: bool | None
) -> None:
    """Store what a contact says of ``topics``, and of all unless it is None.

    Of a change the message that has the link is told.
    """
    account = who.account
    with account.instance.database.transaction():
        found = lists_of(account).find(who.options.contact_list)
        if found is None:
            return
        before = _contact(who)
        said = {each["TopicName"]: each for each in before["TopicPreferences"]}
        for name, status in topics.items():
            said[name] = {"TopicName": name, "SubscriptionStatus": status}
        after = {**before, "TopicPreferences": list(said.values())}
        if unsubscribed is not None:
            after["UnsubscribeAll"] = unsubscribed
        if after == before:
            return
        after["LastUpdatedTimestamp"] = account.now()
        contacts_of(account, who.options.contact_list).put(who.contact, after)
        stored = account.messages.find(who.message_id)
        if stored is not None:
            event = details.subscription(
                who.options.contact_list,
                [who.contact],
                account.now(),
                source=source,
                new=_told(after, _defaults(found)),
                old=_told(before, _defaults(found)),
            )
            happen(account, stored, [event])


def _contact(who: Subscriber) -> Document:
    """The contact; who was deleted meanwhile may say all the same what not to get."""
    contacts = contacts_of(who.account, who.options.contact_list)
    return contacts.find(who.contact) or new_contact(who.account, who.contact)


def _defaults(contact_list: Document) -> dict[str, str]:
    topics = contact_list["Topics"]
    return {topic["TopicName"]: topic["DefaultSubscriptionStatus"] for topic in topics}


def _told(contact: Document, defaults: dict[str, str]) -> dict[str, object]:
    """What an event tells of a contact: what it said of topics, and the default of the others."""
    said = {each["TopicName"]: each["SubscriptionStatus"] for each in contact["TopicPreferences"]}
    unsaid = {name: status for name, status in defaults.items() if name not in said}
    return details.preferences(
        contact["UnsubscribeAll"],
        {name: EVENT_STATUSES[status] for name, status in said.items()},
        {name: EVENT_STATUSES[status] for name, status in unsaid.items()},
    )
