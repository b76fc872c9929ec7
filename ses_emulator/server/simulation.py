"""Events by hand: what a test or a person lets happen to a message that was captured."""

from collections.abc import Callable
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from ses_emulator.mail import wanted
from ses_emulator.mail.feedback import happen
from ses_emulator.mail.wanted import EventError, shown
from ses_emulator.server import shapes
from ses_emulator.server.documents import body
from ses_emulator.server.lookup import find_message
from ses_emulator.server.parameters import quoted
from ses_emulator.server.shapes import Shape
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.messages import Stored


def routes(instance: Instance) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """What is asked for at which address."""

    def create(id: str) -> tuple[Shape, int]:
        stored = find_message(instance, id)
        if stored.api == "inbound":
            raise BadRequest(f"Message {quoted(id)} was received: only what was sent has events.")
        given = body(request)
        try:
            recipients = _recipients(instance, stored, given.pop("recipients", None))
            asked = wanted.check(given)
        except EventError as error:
            raise BadRequest(f"{error}.") from None
        account = Account(instance, stored.account, stored.region)
        event = wanted.event(
            account,
            asked,
            recipients,
            account.now(),
            received=stored.received,
            template=stored.template,
        )
        events = happen(account, stored, [event])
        return {"events": [shapes.event(each) for each in events]}, 201

    return [("POST", "/_ses/messages/<id>/events", "createEvent", create)]


def _recipients(instance: Instance, stored: Stored, given: Any) -> list[str]:
    """The envelope's recipients that are named, as the envelope has them; all if none are."""
    known = instance.messages.recipients(stored.seq)
    if given is None:
        return known
    if not isinstance(given, list) or not given:
        raise EventError(f"recipients is {shown(given)}: use a list of addresses, or leave it out")
    by_address = {address.lower(): address for address in known}
    for address in given:
        if not isinstance(address, str) or address.lower() not in by_address:
            raise EventError(
                f"recipients has {shown(address)}, whom the message was not sent to: use"
                f" {', '.join(known)}"
            )
    return list(dict.fromkeys(by_address[address.lower()] for address in given))
