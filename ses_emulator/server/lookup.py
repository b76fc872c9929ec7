"""Messages by the id that a request names."""

from werkzeug.exceptions import NotFound

from ses_emulator.server.parameters import quoted
from ses_emulator.store.account import Instance
from ses_emulator.store.messages import Stored


def find_message(instance: Instance, id: str) -> Stored:
    """The message with this id, or the ``latest``. Raises NotFound."""
    stored = instance.messages.find(id)
    if stored is None and id == "latest":
        raise NotFound("There is no latest message: none has arrived, or all were deleted.")
    if stored is None:
        raise NotFound(f"Message {quoted(id)} does not exist: see /_ses/messages for all.")
    return stored
