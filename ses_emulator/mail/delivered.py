"""The message as its recipients get it: what was stored, with tracked links and signed."""

from ses_emulator.mail.dkim import signed
from ses_emulator.mail.tracking import Tracking, tracked
from ses_emulator.store.account import Instance
from ses_emulator.store.events import FAILED
from ses_emulator.store.messages import Stored

NEVER = ("rejected", "rendering_failed", FAILED)


def delivered(instance: Instance, stored: Stored) -> bytes:
    """The bytes that SES hands over; the same whenever they are asked for.

    Made when somebody looks, for most messages nobody looks at. What SES did not try to deliver, or
    received, is as it was stored. Empty if the message was deleted meanwhile.
    """
    raw = instance.messages.raw(stored.seq)
    if not raw or stored.api == "inbound" or stored.status in NEVER:
        return raw
    if stored.tracking is not None:
        plan = Tracking.from_document(stored.tracking)
        raw = tracked(raw, plan, stored.base_url or "", stored.id)
    return signed(instance, raw, stored.signatures or [], stored.received)
