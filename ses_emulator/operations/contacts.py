"""The contacts of a contact list and what they subscribed to; only v2 has them."""

from collections.abc import Callable

from ses_emulator.errors import AwsError
from ses_emulator.mail import addresses
from ses_emulator.mail.subscriptions import contacts_of, topics_of
from ses_emulator.operations.paging import page
from ses_emulator.operations.registry import Request, Result, v2
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Document


@v2("CreateContact")
def create_contact(account: Account, request: Request) -> None:
    document = _document(account, request, created=account.now())
    contacts_of(account, request["ContactListName"]).create(document["EmailAddress"], document)


@v2("GetContact")
def get_contact(account: Account, request: Request) -> Result:
    address = address_of(request)
    topics = topics_of(account, request["ContactListName"])
    contact = contacts_of(account, request["ContactListName"]).get(address)
    return {"ContactListName": request["ContactListName"], **_shown(contact, topics)}


@v2("ListContacts")
def list_contacts(account: Account, request: Request) -> Result:
    topics = topics_of(account, request["ContactListName"])
    return page(
        contacts_of(account, request["ContactListName"]),
        request,
        "Contacts",
        lambda name, contact: _shown(contact, topics),
        _chosen(request, topics),
    )


@v2("UpdateContact")
def update_contact(account: Account, request: Request) -> None:
    """Everything that was said before is replaced.

    Source: the API reference, "UpdateContact": preferences that are not given are removed.
    """
    document = _document(account, request)
    contacts = contacts_of(account, request["ContactListName"])
    document["CreatedTimestamp"] = contacts.get(document["EmailAddress"])["CreatedTimestamp"]
    contacts.put(document["EmailAddress"], document)


@v2("DeleteContact")
def delete_contact(account: Account, request: Request) -> None:
    address = address_of(request)
    topics_of(account, request["ContactListName"])
    contacts_of(account, request["ContactListName"]).delete(address)


def address_of(request: Request) -> str:
    """The request's EmailAddress as the lists have it: its domain in lower case.

    Raises AwsError ``BadRequestException`` in the words of SES.
    """
    address = request["EmailAddress"].strip()
    if not address:
        raise AwsError("BadRequestException", "EmailAddress can't be blank.")
    if not addresses.PLAIN.fullmatch(address):
        raise AwsError("BadRequestException", f"EmailAddress <{address}> is invalid")
    return addresses.parse(address).spec


def _document(account: Account, request: Request, created: float | None = None) -> Document:
    """The contact that a request describes."""
    address = address_of(request)
    topics = topics_of(account, request["ContactListName"])
    preferences = {each["TopicName"]: each for each in request.get("TopicPreferences", ())}
    for topic in preferences:
        _check_topic(request, topics, topic)
    return {
        "EmailAddress": address,
        "TopicPreferences": list(preferences.values()),
        "UnsubscribeAll": request.get("UnsubscribeAll", False),
        "AttributesData": request.get("AttributesData"),
        "CreatedTimestamp": created,
        "LastUpdatedTimestamp": account.now(),
    }


def _check_topic(request: Request, topics: dict[str, str], topic: str) -> None:
    if topic not in topics:
        name = request["ContactListName"]
        raise AwsError("BadRequestException", f"List: {name} doesn't contain Topic: {topic}")


def _shown(contact: Document, topics: dict[str, str]) -> Result:
    """A contact with the preferences that it has now that its list has these topics."""
    preferences = [each for each in contact["TopicPreferences"] if each["TopicName"] in topics]
    defaults = topics.keys() - {each["TopicName"] for each in preferences}
    return contact | {
        "TopicPreferences": preferences,
        "TopicDefaultPreferences": [
            {"TopicName": topic, "SubscriptionStatus": status}
            for topic, status in topics.items()
            if topic in defaults
        ],
    }


def _chosen(request: Request, topics: dict[str, str]) -> Callable[[Document], bool] | None:
    """What the request's Filter keeps: contacts of a status, for a topic or for the whole list.

    Source: the guide, "Using list management". Who unsubscribed from all is opted out of every
    topic.
    """
    given = request.get("Filter", {})
    wanted = given.get("FilteredStatus")
    topic_filter = given.get("TopicFilter", {})
    topic = topic_filter.get("TopicName")
    if topic is not None:
        _check_topic(request, topics, topic)
    default = topics.get(topic) if topic_filter.get("UseDefaultIfPreferenceUnavailable") else None

    def status(contact: Document) -> str | None:
        if contact["UnsubscribeAll"]:
            return "OPT_OUT"
        if topic is None:
            return "OPT_IN"
        for preference in contact["TopicPreferences"]:
            if preference["TopicName"] == topic:
                return str(preference["SubscriptionStatus"])
        return default

    if wanted is not None:
        return lambda contact: status(contact) == wanted
    return (lambda contact: status(contact) is not None) if topic is not None else None
