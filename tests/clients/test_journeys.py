"""Journeys of people who open what is in their mails: verification and unsubscribing."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
from playwright.sync_api import expect

from ses_emulator.emulator import Emulator
from ses_emulator.mail.read import Content, read
from ses_emulator.store.account import DAY
from ses_emulator.store.messages import Stored
from tests.needs import needs_chromium
from tests.operations.support import Clock, client, refused, running, send_v2
from tests.web.support import chromium, watched

SENDER, ADA = "from@example.com", "ada@example.com"
MARK = "{{amazonSESUnsubscribeUrl}}"
URL = re.compile(r"https?://[^\s<>\"]+")
SUBJECT = "Amazon Web Services – Email Address Verification Request in region US East (N. Virginia)"
TEMPLATE = {
    "TemplateName": "welcome",
    "FromEmailAddress": SENDER,
    "TemplateSubject": "Confirm your address",
    "TemplateContent": "<html><body><h1>Welcome</h1></body></html>",
    "SuccessRedirectionURL": "https://example.com/yes",
    "FailureRedirectionURL": "https://example.com/no",
}
SPORTS, OFFERS = "Sports newsletter", "Offers"
TOPICS = [
    {
        "TopicName": "sports",
        "DisplayName": SPORTS,
        "Description": "Everything on all sports.",
        "DefaultSubscriptionStatus": "OPT_IN",
    },
    {"TopicName": "offers", "DisplayName": OFFERS, "DefaultSubscriptionStatus": "OPT_OUT"},
]
NEWS = {"ContactListName": "news", "TopicName": "sports"}


class _Stay(HTTPRedirectHandler):
    """Where a link leads on to is elsewhere: go nowhere."""

    def redirect_request(self, *args: Any) -> None:
        """No request."""


def fetch(url: str, form: dict[str, str] | None = None) -> tuple[int, HTTPResponse]:
    """Open a link, or post a form to it; the status and the answer."""
    data = None if form is None else urlencode(form).encode()
    try:
        answer: HTTPResponse = build_opener(_Stay).open(Request(url, data), timeout=10)
    except HTTPError as error:
        with error:
            return error.code, error  # type: ignore[return-value]
    with answer:
        return answer.status, answer


def mails(emulator: Emulator, to: str) -> list[tuple[Stored, Content]]:
    """What an address got, the oldest first."""
    with emulator.instance.database.reading() as connection:
        ids = connection.execute(
            "SELECT id FROM messages JOIN recipients USING (seq) WHERE address = ? ORDER BY seq",
            (to,),
        ).fetchall()
    found = [emulator.instance.messages.find(id) for (id,) in ids]
    return [(each, read(emulator.instance.messages.raw(each.seq))) for each in found if each]


def link(content: Content) -> str:
    """The link in a mail's text, or else in its HTML."""
    urls: list[str] = URL.findall(content.text or content.html or "")
    assert urls
    return urls[0]


def header(content: Content, name: str) -> list[str]:
    return [value for key, value in content.headers if key.lower() == name.lower()]


# Verification.


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def waiting(clock: Clock) -> Iterator[Emulator]:
    """An emulator where identities wait to be confirmed."""
    with running(clock, verification="click", account="production") as emulator:
        yield emulator


def status(emulator: Emulator, name: str = ADA) -> str:
    """What both APIs say of an identity."""
    identity = client(emulator, "sesv2").get_email_identity(EmailIdentity=name)
    found: str = identity["VerificationStatus"]
    assert identity["VerifiedForSendingStatus"] == (found == "SUCCESS")
    attributes = client(emulator, "ses").get_identity_verification_attributes(Identities=[name])
    [v1] = attributes["VerificationAttributes"].values()
    assert v1["VerificationStatus"].upper() == found
    return found


@pytest.mark.parametrize(
    "operation", ["VerifyEmailIdentity", "VerifyEmailAddress", "CreateEmailIdentity"]
)
def test_the_owner_confirms_an_address(waiting: Emulator, operation: str) -> None:
    v1, v2 = client(waiting, "ses"), client(waiting, "sesv2")
    if operation == "VerifyEmailIdentity":
        v1.verify_email_identity(EmailAddress=ADA)
    elif operation == "VerifyEmailAddress":
        v1.verify_email_address(EmailAddress=ADA)
    else:
        v2.create_email_identity(EmailIdentity=ADA)
    assert status(waiting) == "PENDING"
    assert refused(send_v2, v2, FromEmailAddress=ADA)[0] == "MessageRejected"
    [(stored, content)] = mails(waiting, ADA)
    assert (stored.api, stored.operation, stored.status) == ("ses", operation, "delivered")
    assert stored.mail_from == "no-reply-aws@amazon.com"
    assert stored.sender == "Amazon Web Services <no-reply-aws@amazon.com>"
    assert (stored.subject, stored.to) == (SUBJECT, [ADA])
    url = link(content)
    assert url.startswith(f"{waiting.url}/_ses/verify/")
    for _ in range(2):
        assert fetch(url)[0] == 200
        assert status(waiting) == "SUCCESS"
    assert send_v2(v2, FromEmailAddress=ADA)
    quota = v1.get_send_quota()["SentLast24Hours"]
    assert quota == 1  # the mail of SES does not count


def test_a_link_lasts_a_day_and_another_can_be_had(waiting: Emulator, clock: Clock) -> None:
    v1, v2 = client(waiting, "ses"), client(waiting, "sesv2")
    v1.verify_email_identity(EmailAddress=ADA)
    clock.now += DAY
    assert status(waiting) == "FAILED"
    failed = {"VERIFICATION_STATUS": "FAILED"}
    [listed] = v2.list_email_identities(Filter=failed)["EmailIdentities"]
    assert (listed["IdentityName"], listed["VerificationStatus"]) == (ADA, "FAILED")
    [(_, content)] = mails(waiting, ADA)
    assert fetch(link(content))[0] == 410
    v1.verify_email_identity(EmailAddress=ADA)
    assert status(waiting) == "PENDING"
    first, second = mails(waiting, ADA)
    assert fetch(link(first[1]))[0] == 410
    assert fetch(link(second[1]))[0] == 200
    clock.now += DAY
    assert status(waiting) == "SUCCESS"


def test_of_several_mails_each_will_do(waiting: Emulator, clock: Clock) -> None:
    v1 = client(waiting, "ses")
    for _ in range(2):
        v1.verify_email_identity(EmailAddress=ADA)
        clock.now += DAY / 2 - 1
    first, second = mails(waiting, ADA)
    assert link(first[1]) != link(second[1])
    assert fetch(link(first[1]))[0] == 200
    assert status(waiting) == "SUCCESS"


def test_another_region_is_another_identity(waiting: Emulator) -> None:
    for region in ("us-east-1", "eu-central-1"):
        client(waiting, "ses", region=region).verify_email_identity(EmailAddress=ADA)
    _, (stored, content) = mails(waiting, ADA)
    assert stored.region == "eu-central-1" and "Europe (Frankfurt)" in stored.subject
    assert fetch(link(content))[0] == 200
    assert status(waiting) == "PENDING"


def test_domains_get_no_mail(waiting: Emulator) -> None:
    client(waiting, "sesv2").create_email_identity(EmailIdentity="example.com")
    client(waiting, "ses").verify_domain_identity(Domain="example.org")
    with waiting.instance.database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM messages").fetchone() == (0,)


def test_auto_sends_nothing() -> None:
    with running() as emulator:
        client(emulator, "ses").verify_email_identity(EmailAddress=ADA)
        client(emulator, "sesv2").create_email_identity(EmailIdentity="b@example.com")
        assert mails(emulator, ADA) == mails(emulator, "b@example.com") == []
        assert status(emulator) == "SUCCESS"


def test_the_public_url_is_where_links_go() -> None:
    public = "https://mail.example.com/"
    with running(verification="click", public_url=public) as emulator:
        client(emulator, "ses").verify_email_identity(EmailAddress=ADA)
        [(_, content)] = mails(emulator, ADA)
        assert link(content).startswith(f"{public}_ses/verify/")


@pytest.mark.parametrize("verification", ["click", "auto"])
@pytest.mark.parametrize("service", ["ses", "sesv2"])
def test_custom_mails(clock: Clock, service: str, verification: str) -> None:
    with running(clock, verification=verification) as emulator:
        ses = client(emulator, service)
        ses.create_custom_verification_email_template(**TEMPLATE)
        ses.send_custom_verification_email(EmailAddress=ADA, TemplateName="welcome")
        assert status(emulator) == {"click": "PENDING", "auto": "SUCCESS"}[verification]
        [(stored, content)] = mails(emulator, ADA)
        assert stored.operation == "SendCustomVerificationEmail"
        assert content.html is not None and content.text is None
        assert content.html.startswith("<html><body><h1>Welcome</h1>\n<p><a href=")
        assert content.html.rstrip().endswith("</p>\n</body></html>")
        url = link(content)
        for _ in range(2):
            code, answer = fetch(url)
            assert (code, answer.headers["Location"]) == (302, "https://example.com/yes")
        assert status(emulator) == "SUCCESS"
        client(emulator, "ses").delete_identity(Identity=ADA)
        code, answer = fetch(url)
        assert (code, answer.headers["Location"]) == (302, "https://example.com/no")


def test_a_custom_mail_that_is_opened_too_late(clock: Clock) -> None:
    with running(clock, verification="click") as emulator:
        ses = client(emulator, "sesv2")
        ses.create_custom_verification_email_template(**TEMPLATE)
        ses.send_custom_verification_email(EmailAddress=ADA, TemplateName="welcome")
        clock.now += DAY
        [(_, content)] = mails(emulator, ADA)
        code, answer = fetch(link(content))
        assert (code, answer.headers["Location"]) == (302, "https://example.com/no")
        assert status(emulator) == "FAILED"


def test_links_survive_a_restart(tmp_path: Path) -> None:
    database = str(tmp_path / "mail.sqlite")
    with running(verification="click", database=database) as emulator:
        client(emulator, "ses").verify_email_identity(EmailAddress=ADA)
        path = link(mails(emulator, ADA)[0][1]).removeprefix(emulator.url)
    with running(verification="click", database=database) as emulator:
        assert fetch(f"{emulator.url}{path}x")[0] == 404
        assert status(emulator) == "PENDING"
        assert fetch(f"{emulator.url}{path}")[0] == 200
        assert status(emulator) == "SUCCESS"


# Contact lists.


@pytest.fixture
def news() -> Iterator[Emulator]:
    """An emulator with a contact list."""
    with running() as emulator:
        ses = client(emulator, "sesv2")
        ses.create_contact_list(ContactListName="news", Topics=TOPICS)
        yield emulator


def send(emulator: Emulator, *to: str, body: dict[str, Any] | None = None, **options: Any) -> str:
    """SendEmail of v2 for the list's topic; the id."""
    parts = body or {"Text": f"Bye: {MARK}", "Html": f'<a href="{MARK}">bye</a>'}
    simple = {
        "Subject": {"Data": "News"},
        "Body": {name: {"Data": data} for name, data in parts.items()},
    }
    arguments: dict[str, Any] = {
        "Destination": {"ToAddresses": list(to or (ADA,))},
        "Content": {"Simple": simple},
        "ListManagementOptions": NEWS,
    }
    return send_v2(client(emulator, "sesv2"), **arguments | options)


def whole(emulator: Emulator, id: str) -> tuple[Stored, Content, list[Any]]:
    """A message, what it says, and what happened to it."""
    stored = emulator.instance.messages.find(id)
    assert stored
    messages = emulator.instance.messages
    return stored, read(messages.raw(stored.seq)), messages.events(stored.seq)


def unsubscribe_link(content: Content) -> str:
    """The link of the headers, which are those of RFC 8058."""
    [value] = header(content, "List-Unsubscribe")
    assert header(content, "List-Unsubscribe-Post") == ["List-Unsubscribe=One-Click"]
    assert value[:1] + value[-1:] == "<>"
    return value[1:-1]


def contact(emulator: Emulator, address: str = ADA) -> tuple[dict[str, str], bool]:
    """What a contact says of topics, and whether of all."""
    got = client(emulator, "sesv2").get_contact(ContactListName="news", EmailAddress=address)
    topics = {each["TopicName"]: each["SubscriptionStatus"] for each in got["TopicPreferences"]}
    return topics, got["UnsubscribeAll"]


def test_one_click_ends_a_topic(news: Emulator) -> None:
    id = send(news)
    assert contact(news) == ({}, False)  # SES adds who is unknown
    _, content, _ = whole(news, id)
    url = unsubscribe_link(content)
    assert url.startswith(f"{news.url}/_ses/unsubscribe/")
    assert content.text == f"Bye: {url}"
    assert content.html == f'<a href="{url}">bye</a>'
    assert fetch(url)[0] == 200
    assert contact(news) == ({}, False)
    for _ in range(2):
        assert fetch(url, {"List-Unsubscribe": "One-Click"})[0] == 200
        assert contact(news) == ({"sports": "OPT_OUT"}, False)
    *_, event = whole(news, id)[2]
    assert (event.type, event.recipients) == ("Subscription", [ADA])
    assert event.detail["source"] == "UnsubscribeHeader"
    # Nothing more is sent to the topic, but to the list.
    stored, _, events = whole(news, send(news))
    assert stored.status == "suppressed"
    assert [each.type for each in events] == ["Send", "Bounce"]
    assert events[1].detail["bounceType"] == "Permanent"
    assert events[1].detail["bounceSubType"] == "UnsubscribedRecipient"
    [bounced] = events[1].detail["bouncedRecipients"]
    assert bounced["emailAddress"] == ADA
    assert (
        client(news, "sesv2").list_suppressed_destinations()["SuppressedDestinationSummaries"] == []
    )
    stored, _, _ = whole(news, send(news, ListManagementOptions={"ContactListName": "news"}))
    assert stored.status == "delivered"


def test_one_click_without_a_topic_ends_all(news: Emulator) -> None:
    options = {"ContactListName": "news"}
    url = unsubscribe_link(whole(news, send(news, ListManagementOptions=options))[1])
    assert fetch(url, {"List-Unsubscribe": "One-Click"})[0] == 200
    assert contact(news) == ({}, True)
    assert whole(news, send(news, ListManagementOptions=options))[0].status == "suppressed"
    assert whole(news, send(news))[0].status == "suppressed"
    ses = client(news, "sesv2")
    ses.update_contact(ContactListName="news", EmailAddress=ADA, UnsubscribeAll=False)
    assert whole(news, send(news))[0].status == "delivered"


def test_several_recipients(news: Emulator) -> None:
    ses = client(news, "sesv2")
    ses.create_contact(
        ContactListName="news",
        EmailAddress=ADA,
        TopicPreferences=[{"TopicName": "sports", "SubscriptionStatus": "OPT_OUT"}],
    )
    _, content, events = whole(news, send(news, ADA, "b@example.com"))
    assert header(content, "List-Unsubscribe") == []
    assert content.text == f"Bye: {MARK}"
    assert [(each.type, list(each.recipients)) for each in events] == [
        ("Send", [ADA, "b@example.com"]),
        ("Delivery", ["b@example.com"]),
        ("Bounce", [ADA]),
    ]


@pytest.mark.parametrize("mark", [MARK, "{{ amazonSESUnsubscribeUrl }}", f"{{{MARK}}}"])
def test_templates(news: Emulator, mark: str) -> None:
    template = {
        "TemplateContent": {"Subject": "For {{name}}", "Text": f"{mark} {mark} {mark}"},
        "TemplateData": '{"name": "Ada"}',
    }
    _, content, _ = whole(news, send(news, Content={"Template": template}))
    url = unsubscribe_link(content)
    assert content.text == f"{url} {url} {MARK}"


def test_a_raw_message_and_its_own_headers(news: Emulator) -> None:
    data = (
        f"From: {SENDER}\r\nTo: {ADA}\r\nList-Unsubscribe: <mailto:a@example.com>\r\n"
        f"Subject: s\r\n\r\nBye: {MARK}\r\n"
    ).encode()
    raw = {"Raw": {"Data": data}}
    _, content, _ = whole(news, send(news, Content=raw))
    assert (content.text or "").rstrip() == f"Bye: {unsubscribe_link(content)}"
    other = send_v2(client(news, "sesv2"), Content=raw)
    _, content, _ = whole(news, other)
    assert header(content, "List-Unsubscribe") == ["<mailto:a@example.com>"]
    assert (content.text or "").rstrip() == f"Bye: {MARK}"


def test_the_header_over_smtp(news: Emulator) -> None:
    data = (
        f"From: {SENDER}\r\nTo: {ADA}\r\nX-SES-LIST-MANAGEMENT-OPTIONS: news; topic=sports\r\n"
        f"Subject: s\r\n\r\nBye: {MARK}\r\n"
    )
    with smtplib.SMTP("127.0.0.1", news.ports["smtp"] or 0, timeout=10) as smtp:
        smtp.sendmail(SENDER, [ADA], data)
        [(stored, content)] = mails(news, ADA)
        assert header(content, "X-SES-LIST-MANAGEMENT-OPTIONS") == []
        url = unsubscribe_link(content)
        assert url.startswith(news.url)
        assert fetch(url, {"List-Unsubscribe": "One-Click"})[0] == 200
        assert contact(news) == ({"sports": "OPT_OUT"}, False)
        with pytest.raises(smtplib.SMTPDataError, match="554.*nope does not exist"):
            smtp.sendmail(SENDER, [ADA], data.replace("news;", "nope;"))


def test_lists_and_topics_that_there_are_not(news: Emulator) -> None:
    ses = client(news, "sesv2")
    for options, expected in (
        ({"ContactListName": "x"}, ("NotFoundException", 404, "List with name: x doesn't exist.")),
        (
            {"ContactListName": "news", "TopicName": "x"},
            ("BadRequestException", 400, "List: news doesn't contain Topic: x"),
        ),
    ):
        assert refused(send_v2, ses, ListManagementOptions=options) == expected


def test_the_preference_page_in_a_browser(news: Emulator) -> None:
    url = unsubscribe_link(whole(news, send(news))[1])
    with chromium(str(needs_chromium())) as browser, watched(browser, news.url, 375) as inbox:
        page = inbox.context.new_page()
        page.goto(url)
        sports = page.get_by_role("checkbox", name=SPORTS)
        offers = page.get_by_role("checkbox", name=OFFERS)
        expect(sports).to_be_checked()
        expect(offers).not_to_be_checked()
        expect(page.get_by_text("Everything on all sports.")).to_be_visible()
        sports.uncheck()
        offers.check()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status")).to_have_text("Saved.")
        assert contact(news) == ({"sports": "OPT_OUT", "offers": "OPT_IN"}, False)
        expect(offers).to_be_checked()
        page.get_by_role("button", name="Unsubscribe from all").click()
        expect(page.get_by_role("status")).to_have_text("You are unsubscribed.")
        assert contact(news)[1] is True
        page.goto(url)
        expect(page.get_by_text("You are unsubscribed from all of it.")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 375
