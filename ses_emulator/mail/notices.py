"""The mails that SES itself sends: they are captured like any other, and belong to no quota."""

from ses_emulator.mail.compose import Stamp, compose
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.mail.loopback import loop_back
from ses_emulator.store.account import Account
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Stored


def capture(
    account: Account,
    *,
    operation: str,
    raw: bytes,
    mail_from: str,
    recipients: list[str],
    original: str | None = None,
) -> str:
    """Capture a mail of SES; its MessageId.

    ``operation`` is what it came of, ``mail_from`` the envelope's sender, which may be empty
    (RFC 5321 section 4.5.5), ``original`` the MessageId of the message that it is about.
    """
    now = account.now()
    stamp = Stamp(account.new_message_id(now), account.region, now)
    composed = compose(HeaderBlock(raw), stamp)
    with account.instance.database.attempt():
        account.messages.add(
            Stored(
                id=stamp.id,
                account=account.id,
                region=account.region,
                received=now,
                api="ses",
                operation=operation,
                status="delivered",
                mail_from=mail_from,
                sender=composed.sender,
                subject=composed.subject,
                configuration_set=None,
                size=len(composed.raw),
                to=composed.to,
                cc=composed.cc,
                bcc=[],
                tags={},
                source_ip=None,
                findings=[],
                original=original,
            ),
            composed.raw,
            recipients,
            [],
            charged=None,
        )
        loop_back(account, stamp.id, [Event("Delivery", now, recipients)])
    return stamp.id
