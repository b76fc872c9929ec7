"""List management: what a header says, who is sent to, and where the link goes."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest

from ses_emulator.errors import AwsError, Missing
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.mail.message import ListManagement, Simple, Text
from ses_emulator.mail.subscriptions import apply, contacts_of, lists_of, managed, read_header
from ses_emulator.store.account import Account
from tests.mail.account import NOW, an_account

URL = "http://host:8005/_ses/unsubscribe/to.ken?a&b"
HTML_URL = "http://host:8005/_ses/unsubscribe/to.ken?a&amp;b"
MARK = "{{amazonSESUnsubscribeUrl}}"
NEWS = ListManagement("news", "sports")


@pytest.fixture
def account() -> Iterator[Account]:
    with an_account() as account:
        topics = {"sports": "OPT_IN", "offers": "OPT_OUT"}
        document = {
            "ContactListName": "news",
            "Topics": [
                {"TopicName": name, "DefaultSubscriptionStatus": status}
                for name, status in topics.items()
            ],
        }
        lists_of(account).create("news", document)
        yield account


def contact(account: Account, address: str, unsubscribed: bool = False, **topics: str) -> None:
    preferences = [
        {"TopicName": name, "SubscriptionStatus": status} for name, status in topics.items()
    ]
    document = {"TopicPreferences": preferences, "UnsubscribeAll": unsubscribed}
    contacts_of(account, "news").put(address, {"EmailAddress": address, **document})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("news; topic=sports", NEWS),
        (" news ;TOPIC = sports ", NEWS),
        ("news", ListManagement("news")),
        ("news;", ListManagement("news")),
        ("news; topic=", ListManagement("news")),
        ("news; other=sports", ListManagement("news")),
        ("", None),
        ("; topic=sports", None),
    ],
)
def test_header(value: str, expected: ListManagement | None) -> None:
    assert read_header(value) == expected


@pytest.mark.parametrize(
    ("topic", "said", "skipped"),
    [
        (None, {}, False),
        (None, {"sports": "OPT_OUT", "offers": "OPT_OUT"}, False),
        (None, {"unsubscribed": True}, True),
        ("sports", {}, False),
        ("sports", {"sports": "OPT_OUT"}, True),
        ("sports", {"offers": "OPT_OUT"}, False),
        ("sports", {"sports": "OPT_IN", "unsubscribed": True}, True),
        ("offers", {}, True),
        ("offers", {"offers": "OPT_IN"}, False),
    ],
)
def test_who_is_skipped(
    account: Account, topic: str | None, said: dict[str, Any], skipped: bool
) -> None:
    contact(account, "a@example.com", **said)
    plan = managed(account, ListManagement("news", topic), ["a@example.com"])
    assert plan.unsubscribed == (["a@example.com"] if skipped else [])
    assert plan.contact == "a@example.com"


def test_several_recipients_have_no_link(account: Account) -> None:
    contact(account, "b@example.com", unsubscribed=True)
    plan = managed(account, NEWS, ["a@example.com", "b@example.com"])
    assert (plan.unsubscribed, plan.contact) == (["b@example.com"], None)


def test_who_is_unknown_becomes_a_contact(account: Account) -> None:
    managed(account, NEWS, ["a@example.com", "a@example.com"])
    assert contacts_of(account, "news").all() == [
        (
            "a@example.com",
            {
                "EmailAddress": "a@example.com",
                "TopicPreferences": [],
                "UnsubscribeAll": False,
                "AttributesData": None,
                "CreatedTimestamp": NOW,
                "LastUpdatedTimestamp": NOW,
            },
        )
    ]


def test_lists_and_topics_that_there_are_not(account: Account) -> None:
    with pytest.raises(Missing) as missing:
        managed(account, ListManagement("other"), ["a@example.com"])
    assert (missing.value.kind, missing.value.name) == ("ContactList", "other")
    with pytest.raises(AwsError, match="List: news doesn't contain Topic: none"):
        managed(account, ListManagement("news", "none"), ["a@example.com"])
    assert contacts_of(account, "news").count() == 0


def simple(text: str | None, html: str | None, **options: Any) -> Simple:
    def part(data: str | None) -> Text | None:
        return None if data is None else Text(data, "UTF-8")

    return Simple(
        "a@example.com", [], [], [], Text("s", "UTF-8"), part(text), part(html), **options
    )


def test_simple_content() -> None:
    given = [("list-unsubscribe", "<mailto:x@example.com>"), ("X-Other", "1")]
    content = simple(f"Bye: {MARK}", f'<a href="{MARK}">bye</a>', headers=given)
    filled = apply(content, URL)
    assert isinstance(filled, Simple) and filled.text and filled.html
    assert filled.text.data == f"Bye: {URL}"
    assert filled.html.data == f'<a href="{HTML_URL}">bye</a>'
    assert filled.headers == [
        ("X-Other", "1"),
        ("List-Unsubscribe", f"<{URL}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]
    assert content.headers == given  # another recipient's, too


def test_the_third_placeholder_stays() -> None:
    filled = apply(simple(f"{MARK} {MARK} {MARK}", None), URL)
    assert isinstance(filled, Simple) and filled.text
    assert filled.text.data == f"{URL} {URL} {MARK}"


def test_content_without_placeholder_has_the_headers() -> None:
    filled = apply(simple("Text", None), URL)
    assert isinstance(filled, Simple) and filled.text
    assert filled.text.data == "Text"
    assert [name for name, _ in filled.headers] == ["List-Unsubscribe", "List-Unsubscribe-Post"]


@pytest.mark.parametrize("encoding", ["7bit", "8bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
def test_raw_content(encoding: str, charset: str) -> None:
    word = "Tschüß" if encoding != "7bit" else "Tschuess"
    if encoding == "7bit":
        charset = "us-ascii"
    message = EmailMessage()
    message["From"], message["List-Unsubscribe"] = "a@example.com", "<mailto:x@example.com>"
    message.set_content(f"{word}: {MARK}\n", charset=charset, cte=encoding)
    message.add_alternative(f'<a href="{MARK}">{word}</a>\n', "html", charset=charset, cte=encoding)
    message.add_attachment(f"Attached: {MARK}\n", filename="note.txt")
    for policy in (email.policy.SMTP, email.policy.default):
        block = apply(HeaderBlock(message.as_bytes(policy=policy)), URL)
        assert isinstance(block, HeaderBlock)
        read = email.message_from_bytes(block.to_bytes(), policy=email.policy.default)
        assert isinstance(read, EmailMessage)
        text, html = read.get_body(("plain",)), read.get_body(("html",))
        assert text and text.get_content().strip() == f"{word}: {URL}"
        assert html and html.get_content().strip() == f'<a href="{HTML_URL}">{word}</a>'
        [attached] = read.iter_attachments()
        assert attached.get_content().strip() == f"Attached: {MARK}"
        assert read.get_all("List-Unsubscribe") == [f"<{URL}>"]
        assert read.get_all("List-Unsubscribe-Post") == ["List-Unsubscribe=One-Click"]


def test_raw_content_without_mime() -> None:
    block = apply(HeaderBlock(b"From: a@example.com\n\nBye {{amazonSESUnsubscribeUrl}}\n"), URL)
    assert isinstance(block, HeaderBlock)
    assert block.body == f"Bye {URL}\n".encode()
    signed = (
        b'Content-Type: multipart/signed; boundary="b"\n\n--b\n\n{{amazonSESUnsubscribeUrl}}\n'
        b"--b\nContent-Type: application/pgp-signature\n\nx\n--b--\n"
    )
    block = apply(HeaderBlock(signed), URL)
    assert isinstance(block, HeaderBlock)
    assert block.body == HeaderBlock(signed).body
