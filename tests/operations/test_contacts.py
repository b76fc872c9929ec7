"""Contacts, their preferences, and the filters that list them."""

from __future__ import annotations

from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import Clock, client, refused, running

LIST = {"ContactListName": "readers"}
TOPICS = [
    {"TopicName": "News", "DisplayName": "News", "DefaultSubscriptionStatus": "OPT_IN"},
    {"TopicName": "Offers", "DisplayName": "Offers", "DefaultSubscriptionStatus": "OPT_OUT"},
]


def preference(topic: str, status: str) -> dict[str, str]:
    return {"TopicName": topic, "SubscriptionStatus": status}


def with_list(emulator: Any, **options: str) -> Any:
    ses = client(emulator, "sesv2", **options)
    ses.create_contact_list(**LIST, Topics=TOPICS)
    return ses


def test_lifecycle() -> None:
    clock = Clock()
    with running(clock) as emulator:
        ses = with_list(emulator)
        contact = {**LIST, "EmailAddress": "Ann@example.com"}
        ses.create_contact(
            **contact,
            TopicPreferences=[preference("Offers", "OPT_IN")],
            AttributesData='{"name": "Ann"}',
        )
        created = ses.get_contact(**contact)
        created.pop("ResponseMetadata")
        assert created.pop("CreatedTimestamp").timestamp() == clock.now
        assert created.pop("LastUpdatedTimestamp").timestamp() == clock.now
        assert created == {
            **contact,
            "TopicPreferences": [preference("Offers", "OPT_IN")],
            "TopicDefaultPreferences": [preference("News", "OPT_IN")],
            "UnsubscribeAll": False,
            "AttributesData": '{"name": "Ann"}',
        }
        clock.now += 60
        ses.update_contact(
            **contact, TopicPreferences=[preference("News", "OPT_OUT")], UnsubscribeAll=True
        )
        updated = ses.get_contact(**contact)
        assert updated["TopicPreferences"] == [preference("News", "OPT_OUT")]
        assert updated["TopicDefaultPreferences"] == [preference("Offers", "OPT_OUT")]
        assert updated["UnsubscribeAll"] is True
        assert "AttributesData" not in updated
        assert updated["CreatedTimestamp"].timestamp() == clock.now - 60
        assert updated["LastUpdatedTimestamp"].timestamp() == clock.now
        ses.delete_contact(**contact)
        assert ses.list_contacts(**LIST)["Contacts"] == []


def test_address_has_its_domain_in_lower_case(ses_emulator: SesEmulator) -> None:
    ses = with_list(ses_emulator)
    ses.create_contact(**LIST, EmailAddress="Ann@Example.COM")
    got = ses.get_contact(**LIST, EmailAddress="Ann@EXAMPLE.com")
    assert got["EmailAddress"] == "Ann@example.com"
    ses.create_contact(**LIST, EmailAddress="ann@example.com")
    assert len(ses.list_contacts(**LIST)["Contacts"]) == 2


def test_preference_for_a_topic_that_is_gone(ses_emulator: SesEmulator) -> None:
    ses = with_list(ses_emulator)
    contact = {**LIST, "EmailAddress": "a@example.com"}
    ses.create_contact(**contact, TopicPreferences=[preference("Offers", "OPT_IN")])
    ses.update_contact_list(**LIST, Topics=TOPICS[:1])
    got = ses.get_contact(**contact)
    assert got["TopicPreferences"] == []
    assert got["TopicDefaultPreferences"] == [preference("News", "OPT_IN")]


def test_refusals(ses_emulator: SesEmulator) -> None:
    ses = with_list(ses_emulator)
    contact = {**LIST, "EmailAddress": "a@example.com"}
    for call in (ses.get_contact, ses.update_contact, ses.delete_contact):
        assert refused(call, **contact) == (
            "NotFoundException",
            404,
            "a@example.com doesn't exist in List.",
        )
    unknown = {**contact, "TopicPreferences": [preference("Unknown", "OPT_IN")]}
    no_topic = (
        "BadRequestException",
        400,
        "List: readers doesn't contain Topic: Unknown",
    )
    assert refused(ses.create_contact, **unknown) == no_topic
    ses.create_contact(**contact)
    assert refused(ses.update_contact, **unknown) == no_topic
    assert refused(ses.list_contacts, **LIST, Filter={"TopicFilter": {"TopicName": "Unknown"}}) == (
        no_topic
    )
    assert refused(ses.create_contact, **contact) == (
        "AlreadyExistsException",
        400,
        "a@example.com already exists in List.",
    )


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (" ", "EmailAddress can't be blank."),
        ("a", "EmailAddress <a> is invalid"),
        ("Ann <a@example.com>", "EmailAddress <Ann <a@example.com>> is invalid"),
    ],
)
def test_refused_addresses(ses_emulator: SesEmulator, address: str, words: str) -> None:
    ses = with_list(ses_emulator)
    for call in (ses.create_contact, ses.get_contact, ses.update_contact, ses.delete_contact):
        assert refused(call, **LIST, EmailAddress=address) == ("BadRequestException", 400, words)


OFFERS = {"TopicName": "Offers"}


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, "all in none out"),
        ({"FilteredStatus": "OPT_IN"}, "in none out"),
        ({"FilteredStatus": "OPT_OUT"}, "all"),
        ({"FilteredStatus": "OPT_IN", "TopicFilter": OFFERS}, "in"),
        ({"FilteredStatus": "OPT_OUT", "TopicFilter": OFFERS}, "all out"),
        (
            {
                "FilteredStatus": "OPT_OUT",
                "TopicFilter": {**OFFERS, "UseDefaultIfPreferenceUnavailable": True},
            },
            "all none out",
        ),
        (
            {
                "FilteredStatus": "OPT_IN",
                "TopicFilter": {"TopicName": "News", "UseDefaultIfPreferenceUnavailable": True},
            },
            "in none out",
        ),
        ({"TopicFilter": OFFERS}, "all in out"),
    ],
)
def test_filters(ses_emulator: SesEmulator, given: dict[str, Any], names: str) -> None:
    ses = with_list(ses_emulator)
    contacts: dict[str, dict[str, Any]] = {
        "in": {"TopicPreferences": [preference("Offers", "OPT_IN")]},
        "out": {"TopicPreferences": [preference("Offers", "OPT_OUT")]},
        "none": {},
        "all": {"TopicPreferences": [preference("Offers", "OPT_IN")], "UnsubscribeAll": True},
    }
    for name, members in contacts.items():
        ses.create_contact(**LIST, EmailAddress=f"{name}@example.com", **members)
    listed = ses.list_contacts(**LIST, Filter=given)["Contacts"]
    assert [each["EmailAddress"].partition("@")[0] for each in listed] == names.split()
    for each in listed:
        assert len(each["TopicPreferences"]) + len(each["TopicDefaultPreferences"]) == 2


def test_pages_of_a_filter(ses_emulator: SesEmulator) -> None:
    ses = with_list(ses_emulator)
    for number in range(10):
        ses.create_contact(
            **LIST, EmailAddress=f"{number}@example.com", UnsubscribeAll=bool(number % 2)
        )
    found: list[str] = []
    token: dict[str, str] = {}
    for pages_left in (2, 1, 0):
        page = ses.list_contacts(**LIST, Filter={"FilteredStatus": "OPT_IN"}, PageSize=2, **token)
        found += [each["EmailAddress"] for each in page["Contacts"]]
        assert ("NextToken" in page) is bool(pages_left)
        token = {"NextToken": page.get("NextToken", "")}
    assert found == [f"{number}@example.com" for number in range(0, 10, 2)]


def test_contacts_of_another_region(ses_emulator: SesEmulator) -> None:
    ses, other = with_list(ses_emulator), with_list(ses_emulator, region="eu-west-1")
    ses.create_contact(**LIST, EmailAddress="a@example.com")
    assert other.list_contacts(**LIST)["Contacts"] == []
