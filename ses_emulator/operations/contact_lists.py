"""Contact lists and their topics; only v2 has them. What they refuse is worded as SES does."""

import re

from ses_emulator.mail.subscriptions import contacts_of, lists_of
from ses_emulator.operations.paging import page
from ses_emulator.operations.refusals import invalid
from ses_emulator.operations.registry import Request, Result, v2
from ses_emulator.store.account import Account

MOST_LISTS = 1
MOST_TOPICS = 20
LONGEST_DISPLAY_NAME = 128
LONGEST_DESCRIPTION = 500
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@v2("CreateContactList")
def create_contact_list(account: Account, request: Request) -> None:
    _check(request)
    if lists_of(account).count() >= MOST_LISTS:
        raise invalid(f"A maximum of {MOST_LISTS} Lists allowed per account.")
    now = account.now()
    document = {"Topics": [], "Tags": [], "CreatedTimestamp": now, "LastUpdatedTimestamp": now}
    lists_of(account).create(request["ContactListName"], document | request)


@v2("GetContactList")
def get_contact_list(account: Account, request: Request) -> Result:
    return lists_of(account).get(request["ContactListName"])


@v2("ListContactLists")
def list_contact_lists(account: Account, request: Request) -> Result:
    return page(lists_of(account), request, "ContactLists", lambda name, document: document)


@v2("UpdateContactList")
def update_contact_list(account: Account, request: Request) -> None:
    _check(request)
    lists_of(account).update(
        request["ContactListName"],
        Topics=request.get("Topics", []),
        Description=request.get("Description"),
        LastUpdatedTimestamp=account.now(),
    )


@v2("DeleteContactList")
def delete_contact_list(account: Account, request: Request) -> None:
    name = request["ContactListName"]
    lists_of(account).delete(name)
    contacts_of(account, name).clear()


def _check(request: Request) -> None:
    _check_name("ContactListName", request["ContactListName"])
    topics = request.get("Topics", [])
    if len(topics) > MOST_TOPICS:
        raise invalid(f"Maximum of <{MOST_TOPICS}> topics allowed per ContactList")
    for topic in topics:
        _check_name("TopicName", topic["TopicName"])
        if len(topic["DisplayName"]) > LONGEST_DISPLAY_NAME:
            raise invalid(
                f"Topic DisplayName can contain up to <{LONGEST_DISPLAY_NAME}> characters."
            )
    if len({topic["TopicName"] for topic in topics}) < len(topics):
        raise invalid("Duplicate topic names are not allowed within a List.")
    if len(request.get("Description", "")) > LONGEST_DESCRIPTION:
        raise invalid(f"List description can contain up to {LONGEST_DESCRIPTION} characters.")


def _check_name(member: str, name: str) -> None:
    if not name.strip():
        raise invalid(f"{member} can't be blank.")
    if not NAME.fullmatch(name):
        raise invalid(
            f"{member} can contain up to 64 characters. Only alphanumeric characters, "
            "underscores(_) and hyphens(-) are allowed."
        )
