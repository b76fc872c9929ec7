"""The preference page and one-click unsubscribing, as they are served."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ses_emulator.mail.message import ListManagement
from ses_emulator.mail.subscriptions import Managed, contacts_of, link, lists_of
from ses_emulator.store.account import Account
from tests.server.conftest import Box, Client

ADA = "ada@example.com"
TOPICS: list[dict[str, str]] = [
    {
        "TopicName": "sports",
        "DisplayName": "Sports <b>",
        "Description": "All & everything",
        "DefaultSubscriptionStatus": "OPT_IN",
    },
    {"TopicName": "offers", "DisplayName": "عروض", "DefaultSubscriptionStatus": "OPT_OUT"},
]


def account_of(box: Box) -> Account:
    return Account(box.instance, "000000000000", "us-east-1", endpoint="http://localhost")


def opened(box: Box, topics: list[dict[str, str]] = TOPICS, topic: str | None = "sports") -> str:
    """Have a list and a message to Ada; the path of the message's link."""
    lists_of(account_of(box)).put("news", {"ContactListName": "news", "Topics": topics})
    plan = Managed(ListManagement("news", topic), [], ADA)
    return link(account_of(box), plan, box.add(to=ADA)).removeprefix("http://localhost")


def said(box: Box) -> tuple[dict[str, str], bool]:
    """What Ada says of topics, and whether she unsubscribed from all."""
    contact = contacts_of(account_of(box), "news").get(ADA)
    topics = {each["TopicName"]: each["SubscriptionStatus"] for each in contact["TopicPreferences"]}
    return topics, contact["UnsubscribeAll"]


def checked(page: str) -> list[str]:
    return re.findall(r'<input type="checkbox" name="topic" value="(\w+)" checked>', page)


def events(box: Box) -> list[str]:
    stored = box.instance.messages.find("latest")
    assert stored
    return [event.type for event in box.instance.messages.events(stored.seq)]


def test_the_page_changes_nothing(box: Box, client: Client) -> None:
    path = opened(box)
    for method in ("GET", "HEAD"):
        assert client.open(path, method=method).status_code == 200
    page = client.get(path).text
    assert checked(page) == ["sports"]
    assert ADA in page and "news" in page
    assert "Sports &lt;b&gt;" in page and "All &amp; everything" in page
    assert '<span dir="auto">عروض</span>' in page
    assert contacts_of(account_of(box), "news").count() == 0
    assert "Subscription" not in events(box)


def test_saving(box: Box, client: Client) -> None:
    path = opened(box)
    data: Any = {"action": "save", "topic": ["offers", "other"]}
    for _ in range(2):
        answer = client.post(path, data=data, headers={"Origin": "http://localhost"})
        assert answer.status_code == 200
        assert "Saved." in answer.text and checked(answer.text) == ["offers"]
        assert said(box) == ({"sports": "OPT_OUT", "offers": "OPT_IN"}, False)
    assert events(box).count("Subscription") == 1
    assert checked(client.get(path).text) == ["offers"]


def test_unsubscribing_from_all_and_back(box: Box, client: Client) -> None:
    path = opened(box)
    page = client.post(path, data={"action": "unsubscribe"}).text
    assert said(box) == ({}, True)
    assert checked(page) == [] and 'value="unsubscribe"' not in page
    page = client.post(path, data={"action": "save", "topic": "sports"}).text
    assert said(box) == ({"sports": "OPT_IN", "offers": "OPT_OUT"}, False)
    assert checked(page) == ["sports"] and 'value="unsubscribe"' in page


@pytest.mark.parametrize("type", ["application/x-www-form-urlencoded", "multipart/form-data"])
@pytest.mark.parametrize(
    ("topic", "expected"), [("offers", ({"offers": "OPT_OUT"}, False)), (None, ({}, True))]
)
def test_one_click(box: Box, client: Client, type: str, topic: str | None, expected: Any) -> None:
    path = opened(box, topic=topic)
    for _ in range(2):
        answer = client.post(path, data={"List-Unsubscribe": "One-Click"}, content_type=type)
        assert answer.status_code == 200
        assert said(box) == expected
    assert events(box).count("Subscription") == 1


def test_a_list_without_topics(box: Box, client: Client) -> None:
    path = opened(box, [], None)
    assert 'value="save"' not in client.get(path).text
    page = client.post(path, data={"action": "unsubscribe"}).text
    assert "Subscribe again" in page and said(box) == ({}, True)
    client.post(path, data={"action": "save"})
    assert said(box) == ({}, False)


@pytest.mark.parametrize("data", [{}, {"action": "other"}, {"List-Unsubscribe": "Two-Clicks"}])
def test_a_form_that_says_nothing(box: Box, client: Client, data: dict[str, str]) -> None:
    assert client.post(opened(box), data=data).status_code == 400
    assert contacts_of(account_of(box), "news").count() == 0


def test_pages_of_other_sites_may_not(box: Box, client: Client) -> None:
    path = opened(box)
    for origin in ("http://evil.example", "null"):
        headers = {"Origin": origin}
        answer = client.post(path, data={"List-Unsubscribe": "One-Click"}, headers=headers)
        assert answer.status_code == 403
    assert contacts_of(account_of(box), "news").count() == 0


def test_links_that_lead_nowhere(box: Box, client: Client) -> None:
    path = opened(box)
    lists_of(account_of(box)).delete("news")
    one_click = {"List-Unsubscribe": "One-Click"}
    assert client.get(path).status_code == 410
    assert client.post(path, data=one_click).status_code == 410
    assert client.get(f"{path}x").status_code == 404
    assert client.post(f"{path}x", data=one_click).status_code == 404
    box.clear()
    assert client.get(path).status_code == 404


def test_only_this_page_may_send_forms(box: Box, client: Client) -> None:
    answer = client.get(opened(box))
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"} <= set(policy)
    # Under no-referrer a browser sends a form with the Origin null, which is refused.
    assert answer.headers["Referrer-Policy"] == "same-origin"
