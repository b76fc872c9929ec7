"""The page by which a contact says what to get, and the address of one-click unsubscribing."""

from collections.abc import Callable
from html import escape
from typing import Any

from flask import Response, request

from ses_emulator.mail import preferences as kept
from ses_emulator.mail.preferences import Preferences, Subscriber
from ses_emulator.mail.subscriptions import ONE_CLICK, PATH, UNSUBSCRIBE
from ses_emulator.server.landing import page, said
from ses_emulator.store.account import Instance
from ses_emulator.store.documents import Document

UNSUBSCRIBED = "You are unsubscribed."


def routes(instance: Instance) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """What is asked for at which address."""

    def show(token: str) -> Response:
        who = kept.subscriber(instance, token)
        return _page(who) if who else _nowhere()

    def change(token: str) -> Response:
        who = kept.subscriber(instance, token)
        if who is None:
            return _nowhere()
        form = request.form
        if form.get(UNSUBSCRIBE) == ONE_CLICK:  # RFC 8058 section 3.2
            kept.unsubscribe(who)
            return _page(who, UNSUBSCRIBED)
        if form.get("action") == "unsubscribe":
            kept.unsubscribe_from_all(who)
            return _page(who, UNSUBSCRIBED)
        if form.get("action") == "save":
            kept.choose(who, form.getlist("topic"))
            return _page(who, "Saved.")
        return page(
            "Nothing was changed", f"<p>The form says neither what to get nor {ONE_CLICK}.</p>", 400
        )

    return [
        ("GET", f"{PATH}/<token>", "openPreferences", show),
        ("POST", f"{PATH}/<token>", "changePreferences", change),
    ]


def _nowhere() -> Response:
    body = "<p>It is not complete, or everything was reset since the mail was sent.</p>\n"
    return page("This link leads nowhere", body, 404)


def _page(who: Subscriber, done: str = "") -> Response:
    now = kept.preferences(who)
    if now is None:
        name = said(who.options.contact_list)
        return page("There is nothing to choose", f"<p>The list {name} was deleted.</p>\n", 410)
    said_before = now.unsubscribed and done != UNSUBSCRIBED
    state = "<p>You are unsubscribed from all of it.</p>\n" if said_before else ""
    notice = f'<p class="done" role="status">{done}</p>\n' if done else ""
    contact, contact_list = said(who.contact), said(who.options.contact_list)
    body = (
        f"{notice}<p>What <strong>{contact}</strong> gets of the list {contact_list}.</p>\n"
        f'{state}<form method="post">\n{_topics(now)}<div class="buttons">\n{_buttons(now)}'
        "</div>\n</form>\n"
    )
    return page("Mail preferences", body, forms=True)


def _topics(now: Preferences) -> str:
    if not now.topics:
        return ""
    rows = "".join(
        _topic(topic, not now.unsubscribed and topic["TopicName"] in now.chosen)
        for topic in now.topics
    )
    return f"<fieldset>\n<legend>Topics</legend>\n{rows}</fieldset>\n"


def _topic(topic: Document, chosen: bool) -> str:
    description = topic.get("Description")
    more = f'<small dir="auto">{escape(description)}</small>' if description else ""
    return (
        f'<label><input type="checkbox" name="topic" value="{escape(topic["TopicName"])}"'
        f"{' checked' if chosen else ''}>"
        f'<span><span dir="auto">{escape(topic["DisplayName"])}</span>{more}</span></label>\n'
    )


def _buttons(now: Preferences) -> str:
    save = "Save" if now.topics else "Subscribe again" if now.unsubscribed else ""
    buttons = _button("save", save, "primary") if save else ""
    if not now.unsubscribed:
        buttons += _button("unsubscribe", "Unsubscribe from all", "")
    return buttons


def _button(action: str, text: str, kind: str) -> str:
    return f'<button name="action" value="{action}" class="{kind}">{text}</button>\n'
