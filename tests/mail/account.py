"""An account with a message or two, for what happens to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ses_emulator.config import Settings
from ses_emulator.mail.accept import Accepted
from ses_emulator.mail.addresses import parse
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.changes import Changes
from ses_emulator.store.database import MEMORY, Database
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Messages, Stored

NOW = 1_800_000_000.5
ID = "0100018d00000000-aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee-000000"
RAW = (
    b"From: Shop <shop@example.com>\r\nTo: a@example.com\r\nSubject: Hello\r\n"
    b"Message-ID: <%s@email.amazonses.com>\r\n\r\nText\r\n" % ID.encode()
)


@contextmanager
def an_account(region: str = "us-east-1") -> Iterator[Account]:
    """An account of an instance in memory, whose clock stands still."""
    database, changes = Database(MEMORY), Changes()
    instance = Instance(
        Settings(), database, changes, Messages(database, changes, keep=0), clock=lambda: NOW
    )
    try:
        yield Account(instance, "123456789012", region)
    finally:
        changes.close()
        database.close()


def stored(account: Account, *to: str, raw: bytes = RAW, **options: Any) -> Stored:
    """A message that was sent to these and is stored; as it is found."""
    values: dict[str, Any] = {
        "id": ID,
        "account": account.id,
        "region": account.region,
        "received": NOW - 60,
        "api": "v2",
        "operation": "SendEmail",
        "status": "delivered",
        "mail_from": "bounces@example.com",
        "sender": "Shop <shop@example.com>",
        "subject": "Hello",
        "configuration_set": None,
        "size": len(raw),
        "to": list(to),
        "cc": [],
        "bcc": [],
        "tags": {},
        "source_ip": None,
        "findings": [],
    }
    message = Stored(**values | options)
    events = [Event("Send", NOW - 60, to), Event("Delivery", NOW - 60, to)]
    account.messages.add(message, raw, list(to), events, len(to))
    found = account.messages.find(message.id)
    assert found
    return found


def accepted(*to: str, **options: Any) -> Accepted:
    """A message that was accepted for these."""
    parsed = [parse(address) for address in to]
    values: dict[str, Any] = {
        "content": HeaderBlock(RAW),
        "author": "shop@example.com",
        "mail_from": "bounces@example.com",
        "recipients": [address.spec for address in parsed],
        "hidden": [],
        "charged": sum(not address.simulated for address in parsed),
        "configuration_set": None,
        "tags": {},
    }
    return Accepted(**values | options)


def notices(account: Account) -> list[Stored]:
    """The mails that SES sent itself, the oldest first."""
    with account.instance.database.reading() as connection:
        rows = connection.execute("SELECT id FROM messages WHERE api = 'ses' ORDER BY seq")
        ids = [id for (id,) in rows.fetchall()]
    found = [account.messages.find(id) for id in ids]
    return [each for each in found if each]


def listed(account: Account, tenant: str | None = None) -> dict[str, str]:
    """The suppression list: the reason of each address."""
    kind = "SuppressedDestination" if tenant is None else "TenantSuppressedDestination"
    entries: Sequence[tuple[str, dict[str, Any]]] = account.collection(kind, tenant or "").all()
    return {name: document["Reason"] for name, document in entries}
