"""Messages with a history, put into the store of a running emulator."""

from __future__ import annotations

from typing import Any

from ses_emulator.emulator import Emulator
from ses_emulator.store.account import Account
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Stored

PERMANENT = {
    "bounceType": "Permanent",
    "bounceSubType": "General",
    "bouncedRecipients": [{"emailAddress": "x", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}],
}
SUPPRESSED = {"bounceType": "Permanent", "bounceSubType": "OnAccountSuppressionList"}
TRANSIENT = {"bounceType": "Transient", "bounceSubType": "MailboxFull"}
ABUSE = {"complaintFeedbackType": "abuse"}


def capture(
    emulator: Emulator,
    to: str,
    *happened: str | tuple[str, dict[str, Any]],
    sender: str = "Shop <shop@example.com>",
    subject: str = "Hello",
    configuration_set: str | None = None,
    tags: dict[str, str] | None = None,
    tenant: str | None = None,
) -> str:
    """A message that was sent and to which something happened, a second apart; its id.

    What happened is the type of an event, or a type and its detail.
    """
    account = Account(emulator.instance, "000000000000", "us-east-1")
    now = account.now()
    id = account.new_message_id(now)
    pairs = [each if isinstance(each, tuple) else (each, {}) for each in ("Send", *happened)]
    events = [
        Event(type, now + number, [to], detail) for number, (type, detail) in enumerate(pairs)
    ]
    stored = Stored(
        id=id,
        account=account.id,
        region=account.region,
        received=now,
        api="v2",
        operation="SendEmail",
        status="sent",
        mail_from="bounces@example.com",
        sender=sender,
        subject=subject,
        configuration_set=configuration_set,
        size=1,
        to=[to],
        cc=[],
        bcc=[],
        tags=tags or {},
        source_ip=None,
        tenant=tenant,
        findings=[],
    )
    account.messages.add(stored, b"x", [to], events, 1)
    return id
