"""Messages and accounts as a request names them."""

from typing import Any

from werkzeug.exceptions import NotFound

from ses_emulator.server.parameters import Arguments, quoted, scope
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.messages import Stored


def account_of(instance: Instance, arguments: Arguments, **options: Any) -> Account:
    """The account and region that arguments name, or the usual ones. Raises BadRequest."""
    id, region = scope(arguments)
    settings = instance.settings
    return Account(instance, id or settings.account_id, region or settings.region, **options)


def find_message(instance: Instance, id: str) -> Stored:
    """The message with this id, or the ``latest``. Raises NotFound."""
    stored = instance.messages.find(id)
    if stored is None and id == "latest":
        raise NotFound("There is no latest message: none has arrived, or all were deleted.")
    if stored is None:
        raise NotFound(f"Message {quoted(id)} does not exist: see /_ses/messages for all.")
    return stored
