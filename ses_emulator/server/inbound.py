"""``/_ses/inbound``: mail that comes in, for tests."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from ses_emulator.errors import AwsError
from ses_emulator.inbound.incoming import CHECKS, Incoming
from ses_emulator.inbound.receive import LARGEST, MOST_RECIPIENTS, receive
from ses_emulator.mail import addresses
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.server import receipts
from ses_emulator.server.parameters import choice, quoted
from ses_emulator.server.shapes import Shape
from ses_emulator.store.account import Instance
from ses_emulator.store.messages import Stored

# So many seconds an answer waits for what the outbox has to publish.
PATIENCE = 5.0


def routes(instance: Instance) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """What is asked for at which address."""

    def take() -> Shape:
        received = receive(instance, _incoming())
        receipts.settle(
            instance, [each.receipt for each in received.messages if each.receipt], PATIENCE
        )
        return {
            "messages": [_shape(instance, stored) for stored in received.messages],
            "refused": [
                {"recipient": recipient, "reply": reply}
                for recipient, reply in received.refused.items()
            ],
        }

    return [("POST", "/_ses/inbound", "receiveMail", take)]


def _incoming() -> Incoming:
    """The mail of the request. Raises BadRequest or RequestEntityTooLarge."""
    raw = request.get_data()
    if not raw:
        raise BadRequest("The body is empty: send the mail as it is, such as with --data-binary.")
    if len(raw) > LARGEST:
        raise RequestEntityTooLarge(f"The mail has {len(raw)} bytes: send at most {LARGEST}.")
    block = HeaderBlock(raw)
    wanted = {check: choice(request.args, check) for check in CHECKS}
    return Incoming(
        raw=raw,
        mail_from=_sender(block),
        recipients=_recipients(block),
        remote_ip=_remote_ip(),
        helo=request.args.get("helo", "localhost"),
        tls=choice(request.args, "tls") == "true",
        verdicts={check: value for check, value in wanted.items() if value is not None},
    )


def _sender(block: HeaderBlock) -> str:
    given = request.args.get("mail_from")
    if given == "<>":
        return ""
    texts = [given] if given else addresses.split(block.raw_values("from"))
    return _address("mail_from", texts[0]) if texts else ""


def _recipients(block: HeaderBlock) -> list[str]:
    given = request.args.get("recipients")
    if given is not None:
        texts = given.split(",")
    else:
        texts = addresses.split(
            [value for name in ("to", "cc", "bcc") for value in block.raw_values(name)]
        )
    found = list(dict.fromkeys(_address("recipients", text) for text in texts))
    if not 0 < len(found) <= MOST_RECIPIENTS:
        raise BadRequest(
            f"The mail has {len(found)} recipients: give 1 to {MOST_RECIPIENTS} in recipients,"
            " separated by commas, or in the headers To, Cc and Bcc."
        )
    return found


def _address(name: str, text: str) -> str:
    try:
        return addresses.parse(addresses.spec_of(text)).text
    except AwsError as error:
        raise BadRequest(f"{name} has {quoted(text)}, which is no address: {error}.") from None


def _remote_ip() -> str:
    given = request.args.get("remote_ip", "127.0.0.1")
    try:
        return str(ip_address(given))
    except ValueError:
        raise BadRequest(f"remote_ip is {quoted(given)}: use an IP address.") from None


def _shape(instance: Instance, stored: Stored) -> Shape:
    assert stored.receipt is not None
    return {
        "id": stored.id,
        "account": stored.account,
        "region": stored.region,
        "status": stored.status,
        "receipt": receipts.shown(instance, stored.receipt),
    }
