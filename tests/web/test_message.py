"""One message in the browser: what its tabs show, and what can be done in them."""

from __future__ import annotations

import base64
import json
import re
import smtplib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

import pytest
from botocore.exceptions import ClientError
from playwright.sync_api import Browser, Locator, Page, expect

from tests.operations.support import client, running
from tests.sink import HOST, Sink, sink
from tests.web.mail import SENDER, raw, rich, simple
from tests.web.support import Emulator, Inbox, axe, recorder, watched

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)
DARK = """<meta name="color-scheme" content="light dark"><style>body { background: #fff }
@media (prefers-color-scheme: dark) { body { background: #102030 } }
@media (max-width: 400px) { p { color: rgb(1, 2, 3) } }</style><p>words</p>"""


@pytest.fixture
def ses(ses_emulator: Emulator) -> Any:
    """A client that sends to the emulator."""
    return ses_emulator.client("sesv2")


def panel(page: Page) -> Locator:
    """What the open tab shows."""
    return page.get_by_role("tabpanel")


def frame(page: Page) -> Locator:
    """The HTML of the open message."""
    return page.frame_locator("iframe[title='HTML body']").locator("body")


def style(at: Locator, name: str) -> str:
    """A property as the browser computed it."""
    return str(at.evaluate("(e, name) => getComputedStyle(e)[name]", name))


def tracked(ses: Any, html: str, **options: Any) -> str:
    """Send a message whose links and opens are tracked."""
    ses.create_configuration_set(ConfigurationSetName="main")
    ses.create_configuration_set_event_destination(
        ConfigurationSetName="main",
        EventDestinationName="to-topic",
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": ["SEND", "OPEN", "CLICK", "BOUNCE"],
            "SnsDestination": {"TopicArn": "arn:aws:sns:us-east-1:000000000000:topic"},
        },
    )
    return simple(ses, "Tracked", html=html, ConfigurationSetName="main", **options)


def test_widths_of_the_preview(inbox: Inbox, ses: Any) -> None:
    page = inbox.open(f"#id={simple(ses, 'Wide', html=DARK)}")
    words = frame(page).locator("p")
    expect(words).to_be_visible()
    assert style(words, "color") == "rgb(0, 0, 0)"
    widths = {}
    for name in ("Phone", "Tablet", "Desktop"):
        button = panel(page).get_by_role("button", name=name)
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        widths[name] = frame(page).evaluate("() => innerWidth")
    assert widths == {"Phone": 375, "Tablet": 768, "Desktop": 1280}
    box = page.locator("iframe").bounding_box()
    stage = page.locator(".stage").bounding_box()
    assert box and stage and box["width"] <= stage["width"]
    page.reload()  # It is remembered.
    expect(panel(page).get_by_role("button", name="Desktop")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_width_is_dragged_and_moved_by_keys(inbox: Inbox, ses: Any) -> None:
    page = inbox.open(f"#id={simple(ses, 'Wide', html=DARK)}")
    panel(page).get_by_role("button", name="Phone").click()
    grip = panel(page).get_by_role("separator", name="Width of the preview")
    expect(grip).to_have_attribute("aria-valuenow", "375")
    box = grip.bounding_box()
    assert box
    page.mouse.move(box["x"] + 6, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 56, box["y"] + 100, steps=3)
    page.mouse.up()
    expect(grip).to_have_attribute("aria-valuenow", "475")
    assert frame(page).evaluate("() => innerWidth") == 475
    grip.focus()
    page.keyboard.press("ArrowLeft")
    expect(grip).to_have_attribute("aria-valuenow", "465")
    assert style(frame(page).locator("p"), "color") == "rgb(0, 0, 0)"
    for _ in range(4):
        page.keyboard.press("Shift+ArrowLeft")
    expect(grip).to_have_attribute("aria-valuenow", "240")
    assert style(frame(page).locator("p"), "color") == "rgb(1, 2, 3)"


def test_light_and_dark(inbox: Inbox, ses: Any) -> None:
    page = inbox.open(f"#id={simple(ses, 'Both', html=DARK)}")
    page.emulate_media(color_scheme="dark")  # What the page's own theme is does not matter.
    expect(frame(page)).to_have_css("background-color", "rgb(255, 255, 255)")
    panel(page).get_by_role("button", name="Dark").click()
    expect(frame(page)).to_have_css("background-color", "rgb(16, 32, 48)")
    expect(panel(page)).not_to_contain_text("no styles for the dark")
    simple(ses, "Only light", html="<p>words</p>")
    page.get_by_role("link", name=re.compile("Only light")).click()
    expect(panel(page)).to_contain_text("no styles for the dark")


def test_remote_content_only_when_asked(inbox: Inbox, ses: Any) -> None:
    inbox.allow("Content Security Policy")
    with recorder() as (remote, asked):
        inbox.origins.add(remote)
        html = f'<img src="{remote}/a.png"><p style="background: url({remote}/b.png)">words</p>'
        page = inbox.open(f"#id={simple(ses, 'Remote', html=html)}")
        expect(panel(page)).to_contain_text("Not loaded: 2 remote resources from 127.0.0.1")
        expect(frame(page)).to_contain_text("words")
        assert asked == []
        with page.expect_response(f"{remote}/b.png"):
            panel(page).get_by_role("switch", name="Load remote content").click()
        assert sorted(asked) == ["/a.png", "/b.png"]
        expect(panel(page)).to_contain_text("Loaded 2 remote resources")
        page.get_by_role("switch", name="Do not load remote content").click()
        page.get_by_role("switch", name="Load remote content", exact=True).wait_for()
        expect(frame(page)).to_contain_text("words")
        assert len(asked) == 2


def test_no_bar_without_remote_content(inbox: Inbox, ses: Any) -> None:
    page = inbox.open()
    with page.expect_response("**/links"):
        simple(ses, "Local", html="<p>words</p>")
        page.get_by_role("link", name=re.compile("Local")).click()
    expect(frame(page)).to_contain_text("words")
    expect(page.get_by_role("switch", name="Load remote content")).to_have_count(0)


def test_links(inbox: Inbox, ses: Any) -> None:
    html = """<a href="https://shop.example/track" ses:tags="kind:order;">Track it</a>
    <a href="https://evil.example/">https://bank.example/login</a>
    <a href="javascript:alert(1)">Run</a> <a href="https://shop.example/x" ses:no-track>Plain</a>"""
    page = inbox.open(f"#id={tracked(ses, html)}&tab=links")
    items = panel(page).get_by_role("listitem")
    expect(items).to_have_count(4)
    expect(items.nth(0)).to_contain_text("Track it")
    expect(items.nth(0)).to_contain_text(f"tracked as{inbox.url}/L0/https:")
    expect(items.nth(0)).to_contain_text("kind=order")
    expect(items.nth(0).get_by_role("link")).to_have_attribute("rel", "noopener noreferrer")
    items.nth(0).get_by_role("button", name="Copy the tracked link").click()
    expect(items.nth(0).get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith(f"{inbox.url}/L0/")
    expect(items.nth(1)).to_contain_text("bank.example, and it leads to evil.example")
    expect(items.nth(2)).to_contain_text("javascript:alert(1)")
    expect(items.nth(2).get_by_role("link")).to_have_count(0)
    expect(items.nth(3)).to_contain_text("ses:no-track")


def test_parts(inbox: Inbox, ses: Any) -> None:
    page = inbox.open(f"#id={raw(ses, rich())}&tab=parts")
    items = panel(page).get_by_role("listitem")
    expect(items).to_contain_text(
        ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/csv"]
    )
    expect(items.nth(2)).to_contain_text("shown as text")
    expect(items.nth(3)).to_contain_text("shown as HTML")
    expect(items.nth(4)).to_contain_text("base64")
    indents = [float(style(items.nth(n), "padding-left")[:-2]) for n in range(5)]
    assert indents[0] < indents[1] == indents[4] < indents[2] == indents[3]
    with page.expect_download() as download:
        items.nth(4).get_by_role("link", name="Download order.csv").click()
    assert download.value.suggested_filename == "order.csv"


def test_pictures_of_attachments(inbox: Inbox, ses: Any) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = SENDER, "ada@example.com", "Pictures"
    mail.set_content("words")
    mail.add_attachment(PNG, maintype="image", subtype="png", filename="dot.png")
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    mail.add_attachment(svg, maintype="image", subtype="svg+xml", filename="dot.svg")
    name = "invoice\u202egnp.exe"
    mail.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename=name)
    page = inbox.open(f"#id={raw(ses, mail.as_bytes())}&tab=attachments")
    items = panel(page).get_by_role("listitem")
    expect(items).to_have_count(3)
    picture = items.nth(0).locator("img")
    expect(picture).to_have_js_property("naturalWidth", 1)
    expect(panel(page).locator("img")).to_have_count(1)
    expect(items.nth(2)).to_contain_text("invoice[U+202E]gnp.exe")
    expect(items.nth(2)).to_contain_text("turn the reading direction around")
    with page.expect_download() as download:
        items.nth(2).get_by_role("link").click()
    assert download.value.suggested_filename == "invoice_gnp.exe"


def test_envelope_against_headers(inbox: Inbox, ses: Any) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Shop <orders@example.com>", '"Lovelace, Ada" <ada@example.com>'
    mail["Cc"], mail["Reply-To"], mail["Subject"] = "away@example.com", "help@example.org", "Who"
    mail.set_content("words")
    ses.send_email(
        FromEmailAddress="orders@example.com",
        FeedbackForwardingEmailAddress="bounces@other.example",
        Destination={"ToAddresses": ["ada@example.com"], "BccAddresses": ["hidden@example.com"]},
        Content={"Raw": {"Data": mail.as_bytes()}},
    )
    page = inbox.open("#id=latest&tab=envelope")
    rows = panel(page).get_by_role("row")
    expect(rows.filter(has_text="ada@example.com")).to_contain_text("Named in To")
    expect(rows.filter(has_text="hidden@example.com")).to_contain_text("In the envelope only")
    expect(rows.filter(has_text="away@example.com")).to_contain_text("not sent to it")
    expect(rows.filter(has_text="help@example.org")).to_contain_text("Another address than From")
    expect(rows.filter(has_text="MAIL FROM")).to_be_visible()


def test_source_as_sent_and_what_changed(inbox: Inbox, ses: Any) -> None:
    html = "<p>words</p>\n" * 40 + '<a href="https://shop.example/track">Track it</a>'
    page = inbox.open(f"#id={tracked(ses, html)}&tab=source")
    expect(panel(page)).to_contain_text("DKIM-Signature:")
    panel(page).get_by_role("button", name="As sent").click()
    expect(panel(page)).to_contain_text("Subject: Tracked")
    expect(panel(page)).not_to_contain_text("DKIM-Signature:")
    panel(page).get_by_role("button", name="Changes").click()
    expect(panel(page)).to_contain_text("SES adds DKIM-Signature. 1 link of the HTML is tracked.")
    expect(panel(page).get_by_role("insertion").first).to_contain_text("DKIM-Signature")
    expect(panel(page).get_by_role("insertion").last).to_contain_text("/L0/https:")
    expect(panel(page).get_by_role("deletion").last).to_contain_text("shop.example/track")
    folded = panel(page).get_by_text("lines as before").first
    folded.click()
    expect(panel(page).get_by_text("Subject: Tracked")).to_be_visible()
    page.reload()  # The URL has it.
    expect(panel(page)).to_contain_text("SES adds DKIM-Signature.")


def test_events_of_each_recipient(inbox: Inbox, ses: Any) -> None:
    ses.send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": ["ada@example.com", "bounce@simulator.amazonses.com"]},
        Content={"Simple": {"Subject": {"Data": "Two"}, "Body": {"Text": {"Data": "words"}}}},
    )
    page = inbox.open("#q=subject:two")
    page.get_by_role("link", name=re.compile("Two")).click()
    page.get_by_role("tab", name="Events").click()
    events = page.get_by_role("list", name="Events").get_by_role("listitem")
    expect(events).to_contain_text(["Send", "Delivery", "Bounce"])
    who = panel(page).get_by_role("group", name="Recipients")
    expect(who.get_by_role("button", name="ada@example.com")).to_contain_text("delivered")
    bounced = who.get_by_role("button", name="bounce@simulator.amazonses.com")
    expect(bounced).to_contain_text("bounced")
    bounced.click()
    expect(events).to_contain_text(["Send", "Bounce"])
    expect(events).to_have_count(2)
    expect(events.last).to_contain_text("Permanent · General — smtp; 550 5.1.1 user unknown")
    page.reload()  # The URL has it.
    expect(events).to_have_count(2)
    who.get_by_role("button", name="All").click()
    expect(events).to_have_count(3)
    expect(panel(page)).to_contain_text("Not published. There is no configuration set")


def test_json_of_an_event_stays_open(inbox: Inbox, ses: Any) -> None:
    id = simple(ses, "Told")
    page = inbox.open(f"#id={id}&tab=events")
    events = page.get_by_role("list", name="Events").get_by_role("listitem")
    expect(events).to_have_count(2)
    events.first.get_by_text("JSON").click()
    document = events.first.get_by_label("the event", exact=True)
    expect(document).to_contain_text('"eventType": "Send"')
    assert json.loads(document.text_content() or "")["mail"]["messageId"] == id
    body = {"type": "open"}
    answer = inbox.context.request.post(f"{inbox.url}/_ses/messages/{id}/events", data=body)
    assert answer.status == 201
    expect(events).to_have_count(3)
    expect(events.first.get_by_label("the event", exact=True)).to_be_visible()


def test_deliveries_and_redelivering(inbox: Inbox, ses: Any) -> None:
    page = inbox.open(f"#id={tracked(ses, '<p>words</p>')}&tab=events")
    deliveries = panel(page).get_by_role("list", name="Deliveries").get_by_role("listitem")
    expect(deliveries).to_have_count(1)
    expect(deliveries).to_contain_text("to-topic")
    expect(deliveries).to_contain_text("arn:aws:sns:us-east-1:000000000000:topic")
    expect(deliveries.locator(".problem")).to_contain_text("sns")  # There is no such service.
    expect(deliveries).to_contain_text("Failed")
    deliveries.get_by_text("and what was published").click()
    expect(deliveries.get_by_label("what was published", exact=True)).to_contain_text("eventType")
    attempts = re.compile(r"^[2-9]\d* attempts")
    deliveries.get_by_role("button", name="Redeliver to to-topic").click()
    expect(deliveries.get_by_text(attempts)).to_be_visible()
    expect(page.get_by_text("Delivering to to-topic once more")).to_be_visible()
    expect(panel(page)).to_contain_text("Not published: ")  # Why the delivery is not.


def test_request(inbox: Inbox, ses: Any) -> None:
    long = "a long text " * 100
    page = inbox.open(f"#id={simple(ses, 'Asked', text=long)}&tab=request")
    shown = panel(page)
    for part in ("SendEmail of v2", "POST /v2/email/outbound-emails", "answered 200", "Boto3"):
        expect(shown).to_contain_text(part)
    tree = shown.locator(".tree").first
    expect(tree.get_by_text("ToAddresses")).to_be_visible()
    expect(tree.get_by_text("ada@example.com")).to_be_visible()
    expect(tree.get_by_text(long.strip())).to_have_count(0)
    shown.get_by_role("button", name="All of 1.2 KB").click()
    expect(tree.get_by_text(long.strip())).to_be_visible()
    expect(shown.get_by_label("the boto3 code", exact=True)).to_contain_text("client.send_email(")
    shown.get_by_role("button", name="AWS CLI").click()
    expect(shown.get_by_label("the AWS CLI code", exact=True)).to_contain_text(
        "aws sesv2 send-email"
    )
    shown.get_by_role("button", name="Copy the AWS CLI code").click()
    expect(shown.get_by_role("button", name="Copied the AWS CLI code")).to_be_visible()
    assert "aws sesv2" in page.evaluate("navigator.clipboard.readText()")


def test_request_of_smtp_is_its_envelope(inbox: Inbox, ses_emulator: Emulator) -> None:
    with smtplib.SMTP(ses_emulator.smtp_host, ses_emulator.smtp_port) as smtp:
        text = "From: a@example.com\r\nSubject: By SMTP\r\n\r\nwords"
        smtp.sendmail("a@example.com", ["b@example.com"], text)
    page = inbox.open("#id=latest&tab=request")
    expect(panel(page)).to_contain_text("came over SMTP")
    expect(panel(page)).to_contain_text("MAIL FROM:<a@example.com>")
    expect(panel(page)).to_contain_text("RCPT TO:<b@example.com>")


def test_call_that_was_refused(inbox: Inbox, ses: Any) -> None:
    with pytest.raises(ClientError) as refused:
        simple(ses, "Never sent", ConfigurationSetName="nowhere")
    id = refused.value.response["ResponseMetadata"]["RequestId"]
    page = inbox.open(f"#id={id}")
    expect(page.get_by_role("heading", name="Never sent")).to_be_visible()
    alert = page.locator(".head").get_by_role("alert")
    expect(alert).to_contain_text(refused.value.response["Error"]["Code"])
    expect(alert).to_contain_text(refused.value.response["Error"]["Message"])
    expect(page.get_by_role("tab", name="Request")).to_have_attribute("aria-selected", "true")
    expect(panel(page)).to_contain_text("SendEmail")
    expect(panel(page)).to_contain_text("nowhere")
    for name in ("Events", "Envelope"):
        expect(page.get_by_role("tab", name=name)).to_have_count(0)
    for name in ("Simulate", "Release to a real server"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)


def test_findings_say_how_to_mend(inbox: Inbox, ses: Any) -> None:
    page = inbox.open(f"#id={simple(ses, 'Dear {{name}}')}&tab=findings")
    finding = panel(page).get_by_role("listitem").filter(has_text="UnresolvedVariable")
    expect(finding).to_contain_text("{{name}}")
    expect(finding).to_contain_text("Send the text as a template")


def test_receipt_of_received_mail(inbox: Inbox, ses_emulator: Emulator) -> None:
    ses = ses_emulator.client("ses")
    ses.create_receipt_rule_set(RuleSetName="main")
    ses.set_active_receipt_rule_set(RuleSetName="main")
    ses.create_receipt_rule(
        RuleSetName="main",
        Rule={
            "Name": "stop-it",
            "Enabled": True,
            "ScanEnabled": True,
            "Recipients": ["in.example"],
            "Actions": [{"StopAction": {"Scope": "RuleSet"}}],
        },
    )
    answer = inbox.context.request.post(
        f"{inbox.url}/_ses/inbound?recipients=help@in.example&spam=FAIL",
        data=b"From: a@example.com\r\nTo: help@in.example\r\nSubject: Coming in\r\n\r\nwords",
        headers={"Content-Type": "message/rfc822"},
    )
    assert answer.ok
    page = inbox.open("#id=latest&tab=receipt")
    verdicts = panel(page).locator(".verdicts").get_by_role("listitem")
    expect(verdicts).to_have_count(5)
    expect(verdicts.filter(has_text="Spam")).to_contain_text("Fail")
    rule = panel(page).get_by_role("listitem").filter(has_text="stop-it")
    expect(rule).to_contain_text("for help@in.example")
    expect(rule).to_contain_text("Stop")
    expect(panel(page)).to_contain_text("127.0.0.1")
    expect(page.get_by_role("button", name="Simulate")).to_have_count(0)


@contextmanager
def sink_elsewhere() -> Iterator[Sink]:
    """A sink whose loop does not meet that of the browser, which is in this thread."""
    at = sink()
    with ThreadPoolExecutor(1) as thread:
        yield thread.submit(at.__enter__).result()
        thread.submit(at.__exit__, None, None, None).result()


def test_release(browser: Browser) -> None:
    with sink_elsewhere() as server, running(relay=f"smtp://{HOST}:{server.port}") as emulator:
        simple(client(emulator, "sesv2"), "Release me")
        with watched(browser, emulator.url) as inbox:
            page = inbox.open("#id=latest&tab=events")
            page.get_by_role("button", name="Release to a real server").click()
            dialog = page.get_by_role("dialog", name="Release to a real server")
            dialog.get_by_role("textbox", name="Recipients").fill("me@example.net you@example.net")
            dialog.get_by_role("button", name="Release").click()
            expect(dialog).to_have_count(0)
            expect(page.get_by_text("Released to 2 recipients")).to_be_visible()
            released = panel(page).get_by_role("listitem").filter(has_text="Released")
            expect(released).to_contain_text("me@example.net, you@example.net")
            expect(released).to_contain_text(f"{HOST}:{server.port}")


def test_release_that_is_not_set_up(inbox: Inbox, ses: Any) -> None:
    inbox.allow("status of 409")
    page = inbox.open(f"#id={simple(ses, 'Release me')}")
    page.get_by_role("button", name="Release to a real server").click()
    dialog = page.get_by_role("dialog", name="Release to a real server")
    expect(dialog.get_by_role("textbox", name="Recipients")).to_have_value("ada@example.com")
    dialog.get_by_role("button", name="Release").click()
    expect(dialog.get_by_role("alert")).to_contain_text("start with --relay")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)


def test_nothing_serious_for_axe(inbox: Inbox, ses: Any) -> None:
    inbox.allow("Blocked script execution")  # Of the test's own, to look into the frame.
    id = raw(ses, rich())
    page = inbox.open(f"#id={id}")
    tabs = page.get_by_role("tab")
    expect(tabs).to_have_count(11)
    for number in range(tabs.count()):
        tabs.nth(number).click()
        expect(page.locator(".later[aria-busy]")).to_have_count(0)
        axe(page)
    page.get_by_role("button", name="Simulate").click()
    expect(page.get_by_role("form", name="Simulate")).to_be_visible()
    axe(page)


def test_nothing_is_wider_than_a_phone(phone: Inbox, ses: Any) -> None:
    page = phone.open(f"#id={tracked(ses, '<a href=https://shop.example/' + 'x' * 300 + '>x</a>')}")
    tabs = page.get_by_role("tab")
    for number in range(tabs.count()):
        tabs.nth(number).click()
        expect(page.locator(".later[aria-busy]")).to_have_count(0)
        wide = page.evaluate(
            """() => ["html", ".reader", ".panel"].filter((name) => {
                const e = document.querySelector(name);
                return e.scrollWidth > e.clientWidth;
            })"""
        )
        assert wide == [], tabs.nth(number).text_content()
