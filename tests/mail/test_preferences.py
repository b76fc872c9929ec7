"""What a contact says by the link of a message, and what the message is told of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ses_emulator.mail import preferences
from ses_emulator.mail.message import ListManagement
from ses_emulator.mail.preferences import Preferences, Subscriber
from ses_emulator.mail.subscriptions import Managed, contacts_of, link, lists_of
from ses_emulator.store.account import Account
from tests.mail.account import ID, NOW, an_account, stored

ADA = "ada@example.com"
TOPICS = [
    {"TopicName": "sports", "DisplayName": "Sports", "DefaultSubscriptionStatus": "OPT_IN"},
    {"TopicName": "offers", "DisplayName": "Offers", "DefaultSubscriptionStatus": "OPT_OUT"},
]
UNSAID = [
    {"topicName": "sports", "subscriptionStatus": "OptIn"},
    {"topicName": "offers", "subscriptionStatus": "OptOut"},
]


@pytest.fixture
def account() -> Iterator[Account]:
    with an_account() as account:
        lists_of(account).create("news", {"ContactListName": "news", "Topics": TOPICS})
        stored(account, ADA)
        yield account


def who(account: Account, topic: str | None = None) -> Subscriber:
    """Whom the link of a message to Ada is for."""
    url = link(account, Managed(ListManagement("news", topic), [], ADA), ID)
    found = preferences.subscriber(account.instance, url.rpartition("/")[2])
    assert found
    assert (found.account.id, found.account.region) == (account.id, account.region)
    assert (found.contact, found.options, found.message_id) == (
        ADA,
        ListManagement("news", topic),
        ID,
    )
    return found


def now(account: Account) -> tuple[list[str], bool]:
    found = preferences.preferences(who(account))
    assert isinstance(found, Preferences)
    assert found.topics == TOPICS
    return found.chosen, found.unsubscribed


def told(account: Account) -> list[dict[str, Any]]:
    """The details of the message's Subscription events."""
    message = account.messages.find(ID)
    assert message
    events = account.messages.events(message.seq)
    found = [event for event in events if event.type == "Subscription"]
    assert all(event.recipients == [ADA] for event in found)
    return [event.detail for event in found]


def test_nothing_said_yet(account: Account) -> None:
    assert now(account) == (["sports"], False)
    assert contacts_of(account, "news").count() == 0  # looking makes no contact
    assert preferences.subscriber(account.instance, "x.y") is None


def test_one_click_for_the_topic(account: Account) -> None:
    preferences.unsubscribe(who(account, "sports"))
    assert now(account) == ([], False)
    said = [{"topicName": "sports", "subscriptionStatus": "OptOut"}]
    assert told(account) == [
        {
            "contactList": "news",
            "timestamp": "2027-01-15T08:00:00.500Z",
            "source": "UnsubscribeHeader",
            "newTopicPreferences": {
                "unsubscribeAll": False,
                "topicSubscriptionStatus": said,
                "topicDefaultSubscriptionStatus": UNSAID[1:],
            },
            "oldTopicPreferences": {
                "unsubscribeAll": False,
                "topicSubscriptionStatus": [],
                "topicDefaultSubscriptionStatus": UNSAID,
            },
        }
    ]
    preferences.unsubscribe(who(account, "sports"))
    assert len(told(account)) == 1


def test_one_click_without_a_topic(account: Account) -> None:
    preferences.unsubscribe(who(account))
    assert now(account) == (["sports"], True)
    [detail] = told(account)
    assert detail["newTopicPreferences"]["unsubscribeAll"] is True


def test_choosing_says_something_of_every_topic(account: Account) -> None:
    preferences.choose(who(account), ["offers", "unknown"])
    assert now(account) == (["offers"], False)
    [detail] = told(account)
    assert detail["source"] == "UnsubscribeFooter"
    assert detail["newTopicPreferences"] == {
        "unsubscribeAll": False,
        "topicSubscriptionStatus": [
            {"topicName": "sports", "subscriptionStatus": "OptOut"},
            {"topicName": "offers", "subscriptionStatus": "OptIn"},
        ],
    }


def test_back_from_nothing(account: Account) -> None:
    preferences.unsubscribe_from_all(who(account))
    preferences.choose(who(account), [])
    assert now(account) == ([], True)
    preferences.choose(who(account), ["sports"])
    assert now(account) == (["sports"], False)


def test_the_rest_of_the_contact_stays(account: Account) -> None:
    before = {
        "EmailAddress": ADA,
        "TopicPreferences": [{"TopicName": "gone", "SubscriptionStatus": "OPT_IN"}],
        "UnsubscribeAll": False,
        "AttributesData": '{"name": "Ada"}',
        "CreatedTimestamp": 1.0,
        "LastUpdatedTimestamp": 1.0,
    }
    contacts_of(account, "news").create(ADA, before)
    preferences.unsubscribe(who(account, "sports"))
    assert contacts_of(account, "news").get(ADA) == {
        **before,
        "TopicPreferences": [
            {"TopicName": "gone", "SubscriptionStatus": "OPT_IN"},
            {"TopicName": "sports", "SubscriptionStatus": "OPT_OUT"},
        ],
        "LastUpdatedTimestamp": NOW,
    }


def test_a_message_that_was_deleted_is_told_nothing(account: Account) -> None:
    account.instance.database.clear()
    lists_of(account).create("news", {"ContactListName": "news", "Topics": TOPICS})
    preferences.unsubscribe(who(account))
    assert now(account) == (["sports"], True)


def test_a_list_that_was_deleted(account: Account) -> None:
    lists_of(account).delete("news")
    assert preferences.preferences(who(account)) is None
    preferences.unsubscribe(who(account))
    preferences.choose(who(account), ["sports"])
    assert contacts_of(account, "news").count() == 0
    assert told(account) == []
