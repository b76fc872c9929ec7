"""A captured message, and the row of the table ``messages`` that it is kept as."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import orjson

from ses_emulator.store.database import to_json

COLUMNS = (
    "seq id account region received api operation status mail_from sender subject"
    " configuration_set size document snippet attachment_count".split()
)
INSERTED = COLUMNS[: COLUMNS.index("document") + 1]
# What a message has of them, between the first and the last.
kept_of = attrgetter(*INSERTED[1:-1])
UNREAD = "coalesce((SELECT unread FROM listed WHERE listed.seq = messages.seq), TRUE)"
SELECT = f"SELECT {', '.join(COLUMNS)}, {UNREAD} FROM messages"
# Members of the document that most messages do not have.
RARE = (
    *("tenant", "template", "original", "source_arn", "given"),
    *("signatures", "tracking", "base_url", "receipt", "released", "call", "error"),
)


@dataclass(slots=True)
class Stored:
    """A message as it is kept. ``sender`` is the decoded From header, ``received`` epoch seconds.

    ``snippet`` and ``attachment_count`` are None until the message was indexed, and so is
    ``attachment_bytes``, which stays so without attachments. ``original`` is the MessageId of what
    a notice of SES is about. ``signatures``, ``tracking`` and ``base_url`` are what makes the
    message that is delivered of the one that is stored: see mail.delivered.
    ``receipt`` is how a mail was received: see inbound.receive. ``given`` is what SES changed of a
    raw message: see mail.given. ``released`` tells of each time that the message was released: see
    mail.release. ``call`` is the id of the message that keeps the call that made this one, None if
    that is itself. ``error`` is the answer to a call that was refused. ``unread`` is kept by
    listing.py, from where it is read.
    """

    id: str
    account: str
    region: str
    received: float
    api: str
    operation: str
    status: str
    mail_from: str
    sender: str
    subject: str
    configuration_set: str | None
    size: int
    to: list[str]
    cc: list[str]
    bcc: list[str]
    tags: dict[str, str]
    source_ip: str | None
    findings: list[dict[str, str]]
    tenant: str | None = None
    template: str | None = None
    original: str | None = None
    source_arn: str | None = None
    given: dict[str, Any] | None = None
    signatures: list[Any] | None = None
    tracking: dict[str, Any] | None = None
    base_url: str | None = None
    receipt: dict[str, Any] | None = None
    released: list[dict[str, Any]] | None = None
    call: str | None = None
    error: dict[str, str] | None = None
    snippet: str | None = None
    attachment_count: int | None = None
    attachment_bytes: int | None = None
    unread: bool = True
    seq: int = 0


def document_of(message: Stored) -> str:
    """What has no column of its own, as JSON."""
    document: dict[str, Any] = {
        "to": message.to,
        "cc": message.cc,
        "bcc": message.bcc,
        "tags": message.tags,
        "source_ip": message.source_ip,
        "findings": message.findings,
    }
    for name in RARE:
        value = getattr(message, name)
        if value is not None:
            document[name] = value
    return to_json(document)


def from_row(row: Sequence[Any]) -> Stored:
    """The message of a row of SELECT."""
    *kept, unread = row
    values = dict(zip(COLUMNS, kept, strict=True))
    return Stored(**orjson.loads(values.pop("document")), **values, unread=bool(unread))
