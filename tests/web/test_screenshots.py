"""The pictures of the README: taken here, and kept when `SCREENSHOTS` is in the environment."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, expect

from tests.web.support import Emulator, watched

FOLDER = Path(__file__).parent / "screenshots"
README = Path(__file__).parents[2] / "README.md"
SUBJECTS = [
    ("ada@example.org", "Your order 1042 is on its way", "orders"),
    ("bounce@simulator.amazonses.com", "Reset your password", None),
    ("eve@example.net", "Ten ideas for your spring garden", "newsletter"),
    ("complaint@simulator.amazonses.com", "Ten ideas for your spring garden", "newsletter"),
    ("bob@example.org", "Invoice 2026-113", "orders"),
    ("ada@example.org", "Welcome to the shop, Ada", "orders"),
]
HTML = """<div style="font-family: sans-serif; max-width: 560px; margin: auto">
<h1 style="color: #14532d">Welcome, Ada</h1>
<p>Thank you for joining us. Here is what you can do next:</p>
<p><a href="https://shop.example/account" style="background: #14532d; color: white;
padding: 10px 18px; border-radius: 6px; text-decoration: none">Open your account</a></p>
<p style="color: #555">You get this mail because you signed up at
<a href="https://shop.example/">shop.example</a>.</p></div>"""


@pytest.fixture
def mailbox(ses_emulator: Emulator) -> str:
    """Some mail and what became of it; the id of the newest message."""
    ses = ses_emulator.client("sesv2")
    for name in ("orders", "newsletter"):
        ses.create_configuration_set(ConfigurationSetName=name)
    with pytest.raises(ses.exceptions.NotFoundException):
        send(ses, "ada@example.org", "Your order 1041 is on its way", "order")
    for to, subject, set_name in SUBJECTS:
        id = send(ses, to, subject, set_name)
        if "simulator" not in to:
            happen(ses_emulator, id, {"type": "open"})
    happen(ses_emulator, id, {"type": "click", "link": "https://shop.example/account"})
    return id


def send(ses: Any, to: str, subject: str, configuration_set: str | None) -> str:
    options = {"ConfigurationSetName": configuration_set} if configuration_set else {}
    text = f"{subject}. Thank you for shopping with us."
    answer = ses.send_email(
        FromEmailAddress="Garden Shop <hello@shop.example>",
        Destination={"ToAddresses": [to]},
        EmailTags=[{"Name": "campaign", "Value": "spring"}],
        Content={
            "Simple": {
                "Subject": {"Data": subject},
                "Body": {"Text": {"Data": text}, "Html": {"Data": HTML}},
            }
        },
        **options,
    )
    return str(answer["MessageId"])


def happen(ses_emulator: Emulator, id: str, event: dict[str, str]) -> None:
    request = Request(f"{ses_emulator.url}/_ses/messages/{id}/events", json.dumps(event).encode())
    request.add_header("Content-Type", "application/json")
    with urlopen(request):
        pass


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures(
    browser: Browser, ses_emulator: Emulator, mailbox: str, theme: str, tmp_path: Path
) -> None:
    folder = FOLDER if os.environ.get("SCREENSHOTS") else tmp_path
    folder.mkdir(exist_ok=True)
    with watched(browser, ses_emulator.url, width=1360, height=800) as inbox:
        page = inbox.open(f"#id={mailbox}")
        page.emulate_media(color_scheme="light" if theme == "light" else "dark")
        expect(page.get_by_role("heading", name="Welcome to the shop, Ada")).to_be_visible()
        frame = page.frame_locator("iframe").locator("h1")
        expect(frame).to_have_text("Welcome, Ada")
        page.screenshot(path=folder / f"inbox-{theme}.png", animations="disabled")
        page.get_by_role("button", name="Simulate").click()
        expect(page.get_by_role("form", name="Simulate")).to_be_visible()
        page.screenshot(path=folder / f"events-{theme}.png", animations="disabled")
        page.goto(f"{inbox.url}/#view=dashboard")
        expect(page.locator(".chart")).to_have_count(3)
        page.screenshot(path=folder / f"dashboard-{theme}.png", animations="disabled")
    assert len(list(folder.glob(f"*-{theme}.png"))) == 3


def test_the_readme_shows_those_that_there_are() -> None:
    shown = set(re.findall(r"tests/web/screenshots/([\w-]+\.png)", README.read_text("utf-8")))
    assert shown == {path.name for path in FOLDER.glob("*.png")}
    assert shown
