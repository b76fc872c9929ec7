"""What was refused, kept so that a developer sees what the application was told.

It stands among the messages with the status ``failed``, with what is known of what was to be sent.
"""

from collections.abc import Sequence

from ses_emulator.mail import addresses
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.store.account import Account
from ses_emulator.store.events import FAILED
from ses_emulator.store.messages import Stored

# Bytes; of a longer message only the headers are kept.
KEPT = 1024 * 1024


def keep(
    account: Account,
    *,
    id: str,
    api: str,
    operation: str,
    raw: bytes,
    code: str,
    message: str,
    mail_from: str = "",
    sender: str | None = None,
    subject: str | None = None,
    to: Sequence[str] = (),
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    configuration_set: str | None = None,
    recipients: Sequence[str] = (),
) -> None:
    """Keep a send, or another call, that was answered with this ``code`` and ``message``.

    ``raw`` is the message, empty if there is none; its headers tell what is not given. The
    envelope's ``recipients`` are those of to, cc and bcc unless they are given.
    """
    block = HeaderBlock(raw)
    if len(raw) > KEPT:
        block.body = b""
        raw = block.to_bytes()
    stored = Stored(
        id=id,
        account=account.id,
        region=account.region,
        received=account.now(),
        api=api,
        operation=operation,
        status=FAILED,
        mail_from=mail_from,
        sender=sender or block.get("from") or "",
        subject=subject or block.get("subject") or "",
        configuration_set=configuration_set,
        size=len(raw),
        to=[*to] or addresses.listed(block, "to"),
        cc=[*cc] or addresses.listed(block, "cc"),
        bcc=[*bcc],
        tags={},
        source_ip=account.source_ip,
        findings=[],
        error={"code": code, "message": message},
    )
    meant = recipients or [
        addresses.spec_of(each) for each in (*stored.to, *stored.cc, *stored.bcc)
    ]
    account.messages.add(stored, raw, meant, [], None, account.call)
