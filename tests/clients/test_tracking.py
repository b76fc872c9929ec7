"""Mail that is tracked, from the send through boto3 or SMTP to the click of its reader."""

from __future__ import annotations

import http.client
import json
import re
import smtplib
import urllib.request
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.clients.support import Emulator

SET = "tracked"
TOPIC = "arn:aws:sns:us-east-1:123456789012:events"
TARGET = "https://shop.example/?a=b%20c&d=%2F"
PAGE = (
    '<html><body><p><a ses:tags="kind:offer;" href="https://shop.example/?a=b%20c&amp;d=%2F">'
    'Offer</a> <a ses:no-track href="http://shop.example/">Shop</a></p></body></html>'
)
OWN = "click.shop.example"


def configure(emulator: Emulator, *types: str, **options: Any) -> None:
    """Create the configuration set with a destination for events of these types."""
    sesv2 = emulator.client("sesv2")
    sesv2.create_configuration_set(ConfigurationSetName=SET, **options)
    if types:
        sesv2.create_configuration_set_event_destination(
            ConfigurationSetName=SET,
            EventDestinationName="topic",
            EventDestination={
                "Enabled": True,
                "MatchingEventTypes": list(types),
                "SnsDestination": {"TopicArn": TOPIC},
            },
        )


def send(emulator: Emulator, page: str | None = PAGE, **options: Any) -> str:
    """Send a text, and HTML if there is some, with the configuration set; the id."""
    body = {"Text": {"Data": "See https://shop.example/"}}
    if page is not None:
        body["Html"] = {"Data": page}
    answer = emulator.client("sesv2").send_email(
        **{
            "FromEmailAddress": "shop@example.com",
            "Destination": {
                "ToAddresses": ["ada@example.com"],
                "BccAddresses": ["bob@example.com"],
            },
            "Content": {"Simple": {"Subject": {"Data": "Offer"}, "Body": body}},
            "ConfigurationSetName": SET,
        }
        | options
    )
    return str(answer["MessageId"])


def delivered(emulator: Emulator, id: str) -> tuple[str, str]:
    """The text and the HTML of a message as its recipients get it."""
    mail = message_from_bytes(emulator.raw(id), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    parts = [mail.get_body(kind) for kind in (("plain",), ("html",))]
    text, page = [part.get_content() if part else "" for part in parts]
    return text, page


def ask(emulator: Emulator, url: str) -> http.client.HTTPResponse:
    """Open an URL, of whichever host, at the emulator."""
    here, there = urlsplit(emulator.url), urlsplit(url)
    connection = http.client.HTTPConnection(str(here.hostname), here.port, timeout=10)
    connection.request(
        "GET",
        url.partition(there.netloc)[2],
        headers={"Host": there.netloc, "User-Agent": "Mail/1.0"},
    )
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def events(emulator: Emulator, id: str) -> list[dict[str, Any]]:
    """The opens and clicks of a message."""
    found: list[dict[str, Any]] = emulator.message(id)["events"]
    return [event for event in found if event["type"] in ("Open", "Click")]


def test_opens_and_clicks(ses_emulator: Emulator) -> None:
    configure(ses_emulator, "OPEN", "CLICK")
    id = send(ses_emulator)
    text, page = delivered(ses_emulator, id)
    assert text.strip() == "See https://shop.example/"
    link, shop, pixel = re.findall(r'"(https?://[^"]*)"', page)
    assert link.startswith(
        f"{ses_emulator.url}/L0/https:%2F%2Fshop.example%2F%3Fa=b%2520c%26d=%252F/1/{id}/"
    )
    assert pixel.startswith(f"{ses_emulator.url}/I0/{id}/")
    assert page.strip() == (
        f'<html><body><p><a href="{link}">Offer</a> <a href="http://shop.example/">Shop</a></p>'
        f'<img alt="" src="{pixel}" style="display: none; width: 1px; height: 1px;"></body></html>'
    )
    assert shop == "http://shop.example/"
    assert ask(ses_emulator, pixel).headers["Content-Type"] == "image/gif"
    answer = ask(ses_emulator, link)
    assert (answer.status, answer.headers["Location"]) == (302, TARGET)
    opened, clicked = events(ses_emulator, id)
    for event in (opened, clicked):
        assert event["recipients"] == ["ada@example.com", "bob@example.com"]
        assert event["detail"].pop("timestamp")
    assert opened["detail"] == {"ipAddress": "127.0.0.1", "userAgent": "Mail/1.0"}
    assert clicked["detail"] == {
        "ipAddress": "127.0.0.1",
        "userAgent": "Mail/1.0",
        "link": TARGET,
        "linkTags": {"kind": ["offer"]},
    }
    assert ses_emulator.message(id)["status"] == "clicked"


def test_looking_at_the_inbox_is_not_opening(ses_emulator: Emulator) -> None:
    configure(ses_emulator, "OPEN", "CLICK")
    id = send(ses_emulator)
    with urllib.request.urlopen(f"{ses_emulator.url}/_ses/messages/{id}/html", timeout=10) as page:
        shown = page.read().decode()
    assert "https://shop.example/?a=b%20c&amp;d=%2F" in shown
    assert "/I0/" not in shown
    assert "/L0/" not in shown
    assert "/L0/" not in json.dumps(ses_emulator.message(id))
    assert ses_emulator.raw(id) == ses_emulator.raw(id)
    assert events(ses_emulator, id) == []


@pytest.mark.parametrize(
    ("types", "found"),
    [
        ((), []),
        (("SEND", "DELIVERY"), []),
        (("OPEN",), ["I0"]),
        (("CLICK",), ["L0"]),
        (("CLICK", "OPEN"), ["L0", "I0"]),
    ],
)
def test_the_destination_decides(
    ses_emulator: Emulator, types: tuple[str, ...], found: list[str]
) -> None:
    configure(ses_emulator, *types)
    _, page = delivered(ses_emulator, send(ses_emulator))
    assert re.findall(r"/([IL]0)/", page) == found
    assert ("ses:" in page) == (not found)


def test_what_counts_is_the_moment_of_the_send(ses_emulator: Emulator) -> None:
    sesv2 = ses_emulator.client("sesv2")
    configure(ses_emulator, "OPEN", "CLICK")
    before = send(ses_emulator)
    sesv2.delete_configuration_set_event_destination(
        ConfigurationSetName=SET, EventDestinationName="topic"
    )
    after = send(ses_emulator)
    assert "/I0/" in delivered(ses_emulator, before)[1]
    assert delivered(ses_emulator, after)[1].strip() == PAGE
    sesv2.delete_configuration_set(ConfigurationSetName=SET)
    link, _, pixel = re.findall(r'"(https?://[^"]*)"', delivered(ses_emulator, before)[1])
    assert [ask(ses_emulator, url).status for url in (link, pixel)] == [302, 200]
    assert [event["type"] for event in events(ses_emulator, before)] == ["Click", "Open"]


def test_text_alone_is_not_tracked(ses_emulator: Emulator) -> None:
    configure(ses_emulator, "OPEN", "CLICK")
    raw = ses_emulator.raw(send(ses_emulator, None))
    assert b"See https://shop.example/" in raw
    assert b"0/" not in raw.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    ("https", "start"), [("REQUIRE", "https"), ("REQUIRE_OPEN_ONLY", "https"), ("OPTIONAL", "http")]
)
def test_an_own_domain(ses_emulator: Emulator, https: str, start: str) -> None:
    ses_emulator.client("sesv2").create_email_identity(EmailIdentity="shop.example")
    configure(
        ses_emulator,
        "OPEN",
        "CLICK",
        TrackingOptions={"CustomRedirectDomain": OWN, "HttpsPolicy": https},
    )
    id = send(ses_emulator)
    link, _, pixel = re.findall(r'"(https?://[^"]*)"', delivered(ses_emulator, id)[1])
    assert link.startswith(f"https://{OWN}/CL0/https:%2F%2Fshop.example%2F")
    assert pixel.startswith(f"{start}://{OWN}/CI0/{id}/")
    assert ask(ses_emulator, link).headers["Location"] == TARGET
    assert ask(ses_emulator, pixel).status == 200
    assert [event["type"] for event in events(ses_emulator, id)] == ["Click", "Open"]


def test_engagement_tracking_needs_no_configuration_set(ses_emulator: Emulator) -> None:
    sesv2 = ses_emulator.client("sesv2")
    sesv2.put_account_vdm_attributes(
        VdmAttributes={
            "VdmEnabled": "ENABLED",
            "DashboardAttributes": {"EngagementMetrics": "ENABLED"},
        }
    )
    configure(ses_emulator, VdmOptions={"DashboardOptions": {"EngagementMetrics": "DISABLED"}})
    overridden = send(ses_emulator)
    assert delivered(ses_emulator, overridden)[1].strip() == PAGE
    answer = ses_emulator.client("ses").send_email(
        Source="shop@example.com",
        Destination={"ToAddresses": ["ada@example.com"]},
        Message={"Subject": {"Data": "Offer"}, "Body": {"Html": {"Data": PAGE}}},
    )
    page = delivered(ses_emulator, answer["MessageId"])[1]
    assert re.findall(r"/([IL]0)/", page) == ["L0", "I0"]


@pytest.mark.parametrize("door", ["v1", "v2", "smtp"])
def test_raw_mail(ses_emulator: Emulator, door: str) -> None:
    configure(ses_emulator, "OPEN", "CLICK")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "shop@example.com", "ada@example.com", "Grüße"
    mail["X-SES-CONFIGURATION-SET"] = SET
    mail.set_content("See https://shop.example/")
    mail.add_alternative("{{ses:openTracker}}Grüße <a href='http://a.example/'>x</a>", "html")
    mail.add_attachment("<a href='http://b.example/'>", subtype="html", filename="b.html")
    raw = mail.as_bytes(policy=policy.SMTP)
    if door == "v1":
        ses_emulator.client("ses").send_raw_email(RawMessage={"Data": raw})
    elif door == "v2":
        ses_emulator.client("sesv2").send_email(Content={"Raw": {"Data": raw}})
    else:
        with smtplib.SMTP(ses_emulator.smtp_host, ses_emulator.smtp_port) as smtp:
            smtp.send_message(mail)
    [summary] = ses_emulator.messages()
    id = summary["id"]
    parsed = message_from_bytes(ses_emulator.raw(id), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    text, page, file = [part.get_content() for part in parsed.walk() if not part.is_multipart()]
    assert text.strip() == "See https://shop.example/"
    assert file.strip() == "<a href='http://b.example/'>"
    found = re.fullmatch(
        r'<img alt="" src="([^"]*/I0/[^"]*)" style="[^"]*">Grüße <a href=\'(.*)\'>x</a>',
        page.strip(),
    )
    assert found
    assert ask(ses_emulator, found[1]).status == 200
    assert ask(ses_emulator, found[2]).headers["Location"] == "http://a.example/"
    assert [event["type"] for event in events(ses_emulator, id)] == ["Open", "Click"]


def test_the_placeholder_in_a_template(ses_emulator: Emulator) -> None:
    configure(ses_emulator, "OPEN")
    ses_emulator.client("sesv2").create_email_template(
        TemplateName="offer",
        TemplateContent={
            "Subject": "Offer for {{name}}",
            "Html": "<body>{{ses:openTracker}}<p>{{name}}</p></body>",
        },
    )
    id = send(
        ses_emulator,
        Content={"Template": {"TemplateName": "offer", "TemplateData": '{"name": "Ada"}'}},
    )
    page = delivered(ses_emulator, id)[1].strip()
    assert re.sub(r"<img[^>]*/I0/[^>]*>", "|", page) == "<body>|<p>Ada</p></body>"


def test_links_live_in_all_regions_and_accounts(ses_emulator: Emulator) -> None:
    other = ses_emulator.client("sesv2", region_name="eu-west-1", aws_access_key_id="222222222222")
    other.create_configuration_set(ConfigurationSetName=SET)
    other.create_configuration_set_event_destination(
        ConfigurationSetName=SET,
        EventDestinationName="topic",
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": ["CLICK"],
            "SnsDestination": {"TopicArn": "arn:aws:sns:eu-west-1:222222222222:events"},
        },
    )
    answer = other.send_email(
        FromEmailAddress="shop@example.com",
        Destination={"ToAddresses": ["ada@example.com"]},
        Content={"Simple": {"Subject": {"Data": "x"}, "Body": {"Html": {"Data": PAGE}}}},
        ConfigurationSetName=SET,
    )
    link, *_ = re.findall(r'"(https?://[^"]*)"', delivered(ses_emulator, answer["MessageId"])[1])
    assert ask(ses_emulator, link).headers["Location"] == TARGET
    assert [event["type"] for event in events(ses_emulator, answer["MessageId"])] == ["Click"]
