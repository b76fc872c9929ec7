"""The mailbox simulator: recipients with whom something always happens.

Source: the guide, "Sending test emails in Amazon SES with the simulator".
"""

from dataclasses import dataclass

from ses_emulator.mail.addresses import SIMULATOR
from ses_emulator.store.documents import Document

DOMAIN = f"@{SIMULATOR}"


@dataclass(frozen=True, slots=True)
class Scene:
    """What becomes of a message: an event, in the form in which rules ask for one, or a delivery.

    ``replies`` is whether the recipient answers automatically.
    """

    event: Document | None = None
    replies: bool = False


SCENES = {
    "success": Scene(),
    "bounce": Scene({"type": "bounce"}),
    "ooto": Scene(replies=True),
    "complaint": Scene({"type": "complaint", "userAgent": "Amazon SES Mailbox Simulator"}),
    "suppressionlist": Scene({"type": "bounce", "bounceSubType": "Suppressed"}),
}


def simulated(spec: str) -> Scene | None:
    """What happens to a message for ``name+label@simulator.amazonses.com``; None for another.

    A name that there is not bounces, as any unknown user does.
    """
    spec = spec.lower()
    if not spec.endswith(DOMAIN):
        return None
    name = spec.removesuffix(DOMAIN).partition("+")[0]
    return SCENES.get(name, SCENES["bounce"])
