"""Contact lists and their topics."""

from __future__ import annotations

from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import Clock, client, refused, running

INVALID = "BadRequestException"


def topic(name: str, status: str = "OPT_IN", **members: str) -> dict[str, str]:
    return {"TopicName": name, "DisplayName": name, "DefaultSubscriptionStatus": status, **members}


def test_lifecycle() -> None:
    clock = Clock()
    with running(clock) as emulator:
        ses = client(emulator, "sesv2")
        tags = [{"Key": "team", "Value": "mail"}]
        topics = [topic("News", Description="All of it"), topic("Offers", "OPT_OUT")]
        ses.create_contact_list(
            ContactListName="readers", Description="Readers", Topics=topics, Tags=tags
        )
        created = ses.get_contact_list(ContactListName="readers")
        assert created["ContactListName"] == "readers"
        assert created["Description"] == "Readers"
        assert created["Topics"] == topics
        assert created["Tags"] == tags
        assert created["CreatedTimestamp"].timestamp() == clock.now
        assert created["LastUpdatedTimestamp"].timestamp() == clock.now
        clock.now += 60
        ses.update_contact_list(ContactListName="readers", Topics=topics[:1])
        updated = ses.get_contact_list(ContactListName="readers")
        assert updated["Topics"] == topics[:1]
        assert "Description" not in updated
        assert updated["Tags"] == tags
        assert updated["CreatedTimestamp"].timestamp() == clock.now - 60
        assert updated["LastUpdatedTimestamp"].timestamp() == clock.now
        [listed] = ses.list_contact_lists()["ContactLists"]
        assert listed.keys() == {"ContactListName", "LastUpdatedTimestamp"}
        assert listed["ContactListName"] == "readers"
        ses.delete_contact_list(ContactListName="readers")
        assert ses.list_contact_lists()["ContactLists"] == []


def test_only_one_list(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    ses.create_contact_list(ContactListName="one")
    for name in ("one", "two"):
        assert refused(ses.create_contact_list, ContactListName=name) == (
            INVALID,
            400,
            "A maximum of 1 Lists allowed per account.",
        )


def test_list_of_each_account_and_region(ses_emulator: SesEmulator) -> None:
    for key in ("111122223333", "444455556666"):
        for region in ("us-east-1", "eu-west-1"):
            ses = client(ses_emulator, "sesv2", key=key, region=region)
            ses.create_contact_list(ContactListName=f"of-{key}-in-{region}")
    ses = client(ses_emulator, "sesv2", key="111122223333", region="eu-west-1")
    [listed] = ses.list_contact_lists()["ContactLists"]
    assert listed["ContactListName"] == "of-111122223333-in-eu-west-1"


def test_deleting_a_list_deletes_its_contacts(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    ses.create_contact_list(ContactListName="readers")
    ses.create_contact(ContactListName="readers", EmailAddress="a@example.com")
    ses.delete_contact_list(ContactListName="readers")
    ses.create_contact_list(ContactListName="readers")
    assert ses.list_contacts(ContactListName="readers")["Contacts"] == []


def test_unknown_list(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    missing = ("NotFoundException", 404, "List with name: x doesn't exist.")
    for call in (ses.get_contact_list, ses.update_contact_list, ses.delete_contact_list):
        assert refused(call, ContactListName="x") == missing
    assert refused(ses.list_contacts, ContactListName="x") == missing
    for call in (ses.create_contact, ses.get_contact, ses.update_contact, ses.delete_contact):
        assert refused(call, ContactListName="x", EmailAddress="a@example.com") == missing


NAMES = (
    " can contain up to 64 characters. Only alphanumeric characters, underscores(_) and"
    " hyphens(-) are allowed."
)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"ContactListName": " "}, "ContactListName can't be blank."),
        ({"ContactListName": "a.b"}, f"ContactListName{NAMES}"),
        ({"ContactListName": "a" * 65}, f"ContactListName{NAMES}"),
        ({"Description": "d" * 501}, "List description can contain up to 500 characters."),
        ({"Topics": [topic(" ")]}, "TopicName can't be blank."),
        ({"Topics": [topic("a b")]}, f"TopicName{NAMES}"),
        (
            {"Topics": [topic("a", DisplayName="d" * 129)]},
            "Topic DisplayName can contain up to <128> characters.",
        ),
        (
            {"Topics": [topic("a"), topic("b"), topic("a")]},
            "Duplicate topic names are not allowed within a List.",
        ),
        (
            {"Topics": [topic(f"t{number}") for number in range(21)]},
            "Maximum of <20> topics allowed per ContactList",
        ),
    ],
)
def test_refused_lists(ses_emulator: SesEmulator, members: dict[str, Any], words: str) -> None:
    ses = client(ses_emulator, "sesv2")
    given = {"ContactListName": "readers"} | members
    assert refused(ses.create_contact_list, **given) == (INVALID, 400, words)
    ses.create_contact_list(ContactListName="readers")
    assert refused(ses.update_contact_list, **given) == (INVALID, 400, words)


def test_twenty_topics_are_taken(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    topics = [topic(f"t{number}") for number in range(20)]
    ses.create_contact_list(ContactListName="readers", Topics=topics)
    assert ses.get_contact_list(ContactListName="readers")["Topics"] == topics
