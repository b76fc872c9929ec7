"""The page of the templates: the editor, and what a template makes of data."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.pages import delete, dialog, fits, heading, press, row, told, visit
from tests.web.support import Emulator, Inbox, recorder

HTML = '<p style="color: rgb(1, 2, 3)">Hello {{user.name}}, {{order}}</p>'


@pytest.fixture
def ses(ses_emulator: Emulator) -> Any:
    """A client of the emulator that has a template."""
    client = ses_emulator.client("sesv2")
    client.create_email_template(
        TemplateName="shipped",
        TemplateContent={"Subject": "Order {{order}}", "Text": "Dear {{user.name}}", "Html": HTML},
    )
    return client


def content(ses: Any, name: str = "shipped") -> dict[str, str]:
    """What is stored of a template."""
    found: dict[str, str] = ses.get_email_template(TemplateName=name)["TemplateContent"]
    return found


def shown(page: Page) -> Locator:
    """The body of the HTML preview."""
    return page.frame_locator("iframe[title='Preview of the HTML']").locator("body")


def data(page: Page) -> Locator:
    """The editor of the sample data."""
    return page.get_by_role("textbox", name="Sample data")


def test_templates_are_made_and_deleted(inbox: Inbox, ses_emulator: Emulator) -> None:
    client = ses_emulator.client("sesv2")
    page = visit(inbox, "templates")
    expect(page.get_by_text("No templates yet")).to_be_visible()
    press(page, "Create template")
    form = dialog(page, "Create template")
    form.get_by_label("Name").fill("welcome")
    form.get_by_label("Subject").fill("Welcome, {{name}}")
    press(form, "Create")
    expect(heading(page)).to_have_text("welcome")
    assert content(client, "welcome")["Subject"] == "Welcome, {{name}}"
    page.get_by_role("link", name="Templates").last.click()
    expect(heading(page)).to_have_text("Templates")
    delete(page, "welcome")
    expect(page.get_by_text("No templates yet")).to_be_visible()
    assert client.list_email_templates()["TemplatesMetadata"] == []


def test_editor_saves_what_was_changed(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "templates")
    page.get_by_role("link", name="shipped").click()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    page.get_by_label("Subject").fill("Sent: {{order}}")
    expect(page.get_by_text("Not saved")).to_be_visible()
    press(page, "Text")
    expect(page.get_by_role("button", name="Text", exact=True)).to_be_focused()
    page.get_by_role("textbox", name="Text").fill("Dear {{user.name}}, thanks")
    press(page, "Save")
    told(page, "Saved shipped")
    expect(page.get_by_text("Not saved")).to_be_hidden()
    assert content(ses) == {
        "Subject": "Sent: {{order}}",
        "Text": "Dear {{user.name}}, thanks",
        "Html": HTML,
    }
    page.get_by_role("textbox", name="Text").fill("Short")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    assert content(ses)["Text"] == "Short"


def test_draft_survives_a_look_elsewhere(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "templates", name="shipped")
    page.get_by_label("Subject").fill("A draft")
    page.get_by_role("link", name="Templates").last.click()
    expect(heading(page)).to_have_text("Templates")
    page.get_by_role("link", name="shipped").click()
    expect(page.get_by_label("Subject")).to_have_value("A draft")
    expect(page.get_by_text("Not saved")).to_be_visible()
    assert content(ses)["Subject"] == "Order {{order}}"
    page.get_by_label("Subject").fill("Order {{order}}")
    expect(page.get_by_text("Not saved")).to_be_hidden()


def test_broken_template_is_refused_with_its_error(inbox: Inbox, ses: Any) -> None:
    inbox.allow("400")
    page = visit(inbox, "templates", name="shipped")
    page.get_by_role("textbox", name="HTML").fill("{{#if a}}never closed")
    expect(page.get_by_role("region", name="Preview").get_by_role("alert")).to_contain_text("HTML:")
    press(page, "Save")
    expect(page.locator(".toast.bad")).to_be_visible()
    expect(page.get_by_text("Not saved")).to_be_visible()
    assert content(ses)["Html"] == HTML


def test_tab_indents_and_escape_lets_it_go_on(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "templates", name="shipped")
    editor = page.get_by_role("textbox", name="HTML")
    editor.fill("one\ntwo\nthree")
    editor.evaluate("(e) => e.setSelectionRange(1, 5)")
    editor.press("Tab")
    expect(editor).to_have_value("  one\n  two\nthree")
    editor.press("Shift+Tab")
    expect(editor).to_have_value("one\ntwo\nthree")
    editor.evaluate("(e) => e.setSelectionRange(3, 3)")
    editor.press("Tab")
    expect(editor).to_have_value("one  \ntwo\nthree")
    editor.press("Control+z")
    expect(editor).to_have_value("one\ntwo\nthree")
    editor.press("Escape")
    expect(editor).to_be_focused()
    editor.press("Tab")
    expect(editor).not_to_be_focused()


def test_preview_follows_template_and_data(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "templates", name="shipped")
    preview = page.get_by_role("region", name="Preview")
    expect(shown(page)).to_contain_text("Hello {{user.name}}, {{order}}")
    expect(shown(page).locator("mark")).to_have_text(["{{user.name}}", "{{order}}"])
    expect(preview.locator(".preview-subject mark")).to_have_text("{{order}}")
    expect(preview.get_by_role("status")).to_contain_text("The data has no order, user.name")
    data(page).fill('{"order": 7, "user": {"name": "Ada"}}')
    expect(shown(page)).to_have_text("Hello Ada, 7")
    expect(preview.locator(".preview-subject")).to_have_text("Order 7")
    expect(preview.get_by_role("status")).to_be_hidden()
    assert shown(page).locator("p").evaluate("(e) => getComputedStyle(e).color") == "rgb(1, 2, 3)"
    page.get_by_role("textbox", name="HTML").fill("<b>Bye {{user.name}}</b>")
    expect(shown(page)).to_have_text("Bye Ada")
    press(page, "Text")
    expect(preview.locator("pre")).to_have_text("Dear Ada")
    assert "part=text" in page.url
    page.reload()
    expect(preview.locator("pre")).to_have_text("Dear Ada")


def test_wrong_data_is_told_and_missing_is_added(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "templates", name="shipped")
    data(page).fill('{"order": ')
    expect(page.locator("#data-error")).to_contain_text("JSON")
    expect(data(page)).to_have_attribute("aria-invalid", "true")
    data(page).fill("[]")
    expect(page.locator("#data-error")).to_contain_text("Use an object")
    data(page).fill('{"order": 7}')
    expect(page.locator("#data-error")).to_be_empty()
    press(page, "Add the missing variables")
    expect(page.get_by_role("button", name="Add the missing variables")).to_be_hidden()
    assert json.loads(data(page).input_value()) == {"order": 7, "user": {"name": "name"}}
    expect(shown(page)).to_have_text("Hello name, 7")


@pytest.mark.parametrize("bulk", [False, True])
def test_data_of_a_message(inbox: Inbox, ses: Any, bulk: bool) -> None:
    if bulk:
        entries = [
            {
                "Destination": {"ToAddresses": [f"{name}@example.com"]},
                "ReplacementEmailContent": {
                    "ReplacementTemplate": {
                        "ReplacementTemplateData": json.dumps({"user": {"name": name}})
                    }
                },
            }
            for name in ("ada", "bob")
        ]
        template = {"TemplateName": "shipped", "TemplateData": '{"order": 1, "user": {}}'}
        ses.send_bulk_email(
            FromEmailAddress="shop@example.com",
            DefaultContent={"Template": template},
            BulkEmailEntries=entries,
        )
    else:
        ses.send_email(
            FromEmailAddress="shop@example.com",
            Destination={"ToAddresses": ["ada@example.com"]},
            Content={
                "Template": {
                    "TemplateName": "shipped",
                    "TemplateData": '{"order": 1, "user": {"name": "ada"}}',
                }
            },
        )
    page = visit(inbox, "templates", name="shipped")
    choice = page.get_by_role("combobox", name="Data of a message")
    expect(choice).to_be_enabled()
    option = choice.locator("option").filter(has_text="ada@example.com")
    choice.select_option(value=option.get_attribute("value"))
    expect(shown(page)).to_have_text("Hello ada, 1")
    assert json.loads(data(page).input_value()) == {"order": 1, "user": {"name": "ada"}}


def test_duplicate_and_delete(inbox: Inbox, ses: Any) -> None:
    page = visit(inbox, "templates", name="shipped")
    press(page, "Duplicate")
    form = dialog(page, "Duplicate shipped")
    expect(form.get_by_label("Name of the copy")).to_have_value("shipped-copy")
    press(form, "Duplicate")
    expect(heading(page)).to_have_text("shipped-copy")
    assert content(ses, "shipped-copy") == content(ses)
    delete(page, "shipped-copy")
    expect(heading(page)).to_have_text("Templates")
    expect(row(page, "shipped-copy")).to_have_count(0)
    expect(row(page, "shipped")).to_have_count(1)


def test_preview_runs_and_loads_nothing(inbox: Inbox, ses: Any) -> None:
    inbox.allow("Content Security Policy", "Blocked script execution", "sandboxed")
    with recorder() as (remote, paths):
        page = visit(inbox, "templates", name="shipped")
        page.get_by_role("textbox", name="HTML").fill(
            f"<script>top.document.title = 'owned'</script><img src='{remote}/pixel.png'>"
            "<img src=x onerror=\"top.document.title = 'owned'\"><p>seen</p>"
        )
        expect(shown(page)).to_contain_text("seen")
        assert "owned" not in page.title()
        assert paths == []


def test_on_a_phone(phone: Inbox, ses: Any) -> None:
    fits(visit(phone, "templates"))
    page = visit(phone, "templates", name="shipped")
    expect(shown(page)).to_contain_text("Hello")
    fits(page)
