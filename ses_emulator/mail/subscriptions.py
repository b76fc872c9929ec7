"""Subscription management: who of a contact list a message is for, and its unsubscribe link.

Source: the guide, "Using list management" and "Using subscription management".
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from ses_emulator.errors import AwsError
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.mail.message import ListManagement, Simple, Text
from ses_emulator.mail.text_bodies import text_bodies
from ses_emulator.mail.tokens import sealed
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Collection, Document

PLACEHOLDER = "{{amazonSESUnsubscribeUrl}}"
# Of a body; further ones stay as they are.
MOST_PLACEHOLDERS = 2
UNSUBSCRIBE = "List-Unsubscribe"
UNSUBSCRIBE_POST = "List-Unsubscribe-Post"
ONE_CLICK = "One-Click"
OWN_HEADERS = frozenset((UNSUBSCRIBE.lower(), UNSUBSCRIBE_POST.lower()))
PATH = "/_ses/unsubscribe"
PURPOSE = "unsubscribe"
# The subtype of the Permanent bounce that SES tells of instead of sending. No page of AWS has it.
BOUNCE = "UnsubscribedRecipient"


@dataclass(frozen=True, slots=True)
class Managed:
    """What list management makes of a message.

    ``unsubscribed`` are the recipients that it is not sent to. ``contact`` is who gets a link; None
    if the message has several recipients, for then SES adds none.
    """

    options: ListManagement
    unsubscribed: list[str]
    contact: str | None


def read_header(value: str) -> ListManagement | None:
    """What X-SES-LIST-MANAGEMENT-OPTIONS says, ``list; topic=name``; None if it is empty.

    Source: the guide, "Using the Amazon SES SMTP interface to send email".
    """
    name, _, rest = value.partition(";")
    key, _, topic = rest.partition("=")
    if not name.strip():
        return None
    return ListManagement(
        name.strip(), topic.strip() or None if key.strip().lower() == "topic" else None
    )


def managed(account: Account, options: ListManagement, recipients: Sequence[str]) -> Managed:
    """Decide for whom of the envelope's ``recipients`` a message is; all of them become contacts.

    Raises Missing for a contact list that there is not, AwsError for a topic.
    """
    topics = topics_of(account, options.contact_list)
    if options.topic is not None and options.topic not in topics:
        raise AwsError(
            "InvalidParameterValue",
            f"List: {options.contact_list} doesn't contain Topic: {options.topic}",
        )
    contacts = contacts_of(account, options.contact_list)
    unsubscribed = []
    for recipient in dict.fromkeys(recipients):
        contact = contacts.find(recipient)
        if contact is None:
            contact = new_contact(account, recipient)
            contacts.create(recipient, contact)
        if not is_subscribed(contact, options.topic, topics):
            unsubscribed.append(recipient)
    single = recipients[0] if len(recipients) == 1 else None
    return Managed(options, unsubscribed, single)


def topics_of(account: Account, name: str) -> dict[str, str]:
    """The topics of a contact list with their default subscription status. Raises Missing."""
    topics = lists_of(account).get(name)["Topics"]
    return {topic["TopicName"]: topic["DefaultSubscriptionStatus"] for topic in topics}


def lists_of(account: Account) -> Collection:
    """The contact lists: documents with v2's members."""
    return account.collection("ContactList")


def contacts_of(account: Account, contact_list: str) -> Collection:
    """The contacts of a list by their addresses: documents with v2's members."""
    return account.collection("Contact", contact_list)


def new_contact(account: Account, address: str) -> Document:
    """A contact who has said nothing yet."""
    now = account.now()
    return {
        "EmailAddress": address,
        "TopicPreferences": [],
        "UnsubscribeAll": False,
        "AttributesData": None,
        "CreatedTimestamp": now,
        "LastUpdatedTimestamp": now,
    }


def statuses(contact: Document, topics: dict[str, str]) -> dict[str, str]:
    """Whether a contact wants each topic, OPT_IN or OPT_OUT, leaving UnsubscribeAll aside."""
    said = {each["TopicName"]: each["SubscriptionStatus"] for each in contact["TopicPreferences"]}
    return {topic: said.get(topic, default) for topic, default in topics.items()}


def is_subscribed(contact: Document, topic: str | None, topics: dict[str, str]) -> bool:
    """Whether a contact gets what is sent to a topic, or without one to the list."""
    if contact["UnsubscribeAll"]:
        return False
    return topic is None or statuses(contact, topics)[topic] == "OPT_IN"


def link(account: Account, plan: Managed, message_id: str) -> str:
    """The link by which the contact of a message unsubscribes, or says what else to send."""
    options = plan.options
    values = (account.id, account.region, *options, plan.contact, message_id)
    return f"{account.base_url}{PATH}/{sealed(account.instance, PURPOSE, *values)}"


def apply(content: Simple | HeaderBlock, url: str) -> Simple | HeaderBlock:
    """The content with the link in its headers, and in its bodies where the placeholder stands."""
    headers = [(UNSUBSCRIBE, f"<{url}>"), (UNSUBSCRIBE_POST, f"{UNSUBSCRIBE}={ONE_CLICK}")]
    if isinstance(content, HeaderBlock):
        block = HeaderBlock(_filled_raw(content.to_bytes(), url))
        block.remove(OWN_HEADERS)
        for name, value in headers:
            block.append(name, value)
        return block
    kept = [header for header in content.headers if header[0].lower() not in OWN_HEADERS]
    return replace(
        content,
        text=content.text and Text(_filled(content.text.data, url), content.text.charset),
        html=content.html and Text(_filled(content.html.data, escape(url)), content.html.charset),
        headers=[*kept, *headers],
    )


def _filled(text: str, url: str) -> str:
    return text.replace(PLACEHOLDER, url, MOST_PLACEHOLDERS)


def _filled_raw(raw: bytes, url: str) -> bytes:
    for type, value in (("text/plain", url), ("text/html", escape(url))):
        pieces = []
        done = 0
        for body in text_bodies(raw, type):
            if PLACEHOLDER in body.text:
                pieces += [raw[done : body.start], body.with_text(_filled(body.text, value))]
                done = body.end
        raw = b"".join([*pieces, raw[done:]])
    return raw
