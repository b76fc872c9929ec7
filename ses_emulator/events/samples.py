"""Events of a message that nobody sent, to try an event destination with."""

from typing import Any

from ses_emulator.events.documents import KEYS, MessageFacts
from ses_emulator.events.targets import type_of
from ses_emulator.mail import wanted
from ses_emulator.store.account import Account
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Stored

SENDER, RECIPIENT = "sender@example.com", "recipient@example.com"
SUBJECT = "A test event of ses-emulator"
TEMPLATE = "Template"
# Type of event by API v2's spelling.
TYPES = {type_of(type): type for type in KEYS}
# Of all but Send, what is asked for: see mail.wanted.
ASKED: dict[str, dict[str, Any]] = {
    "Delivery": {"type": "delivery"},
    "Bounce": {"type": "bounce"},
    "Complaint": {"type": "complaint"},
    "Reject": {"type": "reject"},
    "Open": {"type": "open"},
    "Click": {"type": "click", "link": "https://example.com/"},
    "Rendering Failure": {"type": "renderingFailure"},
    "DeliveryDelay": {"type": "delay"},
    "Subscription": {"type": "subscription", "contactList": "ContactList"},
}


def sample(account: Account, configuration_set: str, type: str) -> tuple[MessageFacts, Event]:
    """An event of a type, such as ``Bounce``, of a message with a configuration set; neither is
    kept."""
    now = account.now()
    stored = Stored(
        id=account.new_message_id(now),
        account=account.id,
        region=account.region,
        received=now,
        api="v2",
        operation="SendEmail",
        status="sent",
        mail_from=SENDER,
        sender=SENDER,
        subject=SUBJECT,
        configuration_set=configuration_set,
        size=0,
        to=[RECIPIENT],
        cc=[],
        bcc=[],
        tags={},
        source_ip="127.0.0.1",
        findings=[],
    )
    headers = [
        ("From", SENDER),
        ("To", RECIPIENT),
        ("Subject", SUBJECT),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=UTF-8"),
    ]
    identity = account.arn(f"identity/{SENDER}")
    facts = MessageFacts(stored, [RECIPIENT], headers, identity, account.region)
    if type == "Send":
        return facts, Event(type, now, [RECIPIENT])
    event = wanted.event(account, ASKED[type], [RECIPIENT], now, received=now, template=TEMPLATE)
    return facts, event
