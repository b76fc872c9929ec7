"""Messages that are released to the real SMTP server, on request."""

from collections.abc import Callable
from typing import Any

from flask import request
from werkzeug.exceptions import BadGateway, BadRequest, Conflict

from ses_emulator.errors import AwsError
from ses_emulator.mail import addresses
from ses_emulator.mail.relay import relay_of
from ses_emulator.mail.release import release
from ses_emulator.server import shapes
from ses_emulator.server.documents import body
from ses_emulator.server.lookup import find_message
from ses_emulator.server.parameters import quoted
from ses_emulator.server.shapes import Shape
from ses_emulator.store.account import Instance


def routes(instance: Instance) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """What is asked for at which address."""
    relay = relay_of(instance.settings)

    def create(id: str) -> Shape:
        stored = find_message(instance, id)
        given = body(request) if request.get_data() else {}
        recipients = _recipients(given.pop("recipients", None))
        if given:
            raise BadRequest(
                f"{quoted(next(iter(given)))} is not known: use recipients, or nothing."
            )
        if relay is None:
            raise Conflict("There is no server to release to: start with --relay smtp://HOST:PORT.")
        to = recipients or instance.messages.recipients(stored.seq)
        released = release(instance, relay, stored, to)
        if released["error"] is not None:
            raise BadGateway(f"{released['error']}.")
        return shapes.released(released)

    return [("POST", "/_ses/messages/<id>/release", "releaseMessage", create)]


def _recipients(given: Any) -> list[str] | None:
    """The addresses that a request names in place of the envelope's. Raises BadRequest."""
    if given is None:
        return None
    if not isinstance(given, list) or not given:
        raise BadRequest("recipients must be a list of addresses: leave it out for the envelope's.")
    return list(dict.fromkeys(_address(each) for each in given))


def _address(given: Any) -> str:
    try:
        if isinstance(given, str) and given.isascii():
            return addresses.parse(addresses.spec_of(given)).spec
        reason = "addresses are ASCII texts"
    except AwsError as error:
        reason = str(error)
    raise BadRequest(f"recipients has {quoted(str(given))}, which is no address: {reason}.")
