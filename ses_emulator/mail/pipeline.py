"""The one way of a message, whichever door it came in by."""

from dataclasses import replace

from ses_emulator.errors import AwsError
from ses_emulator.mail.accept import Accepted, accept
from ses_emulator.mail.compose import Composed, Stamp, compose
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.mail.message import Simple, Submission, Text
from ses_emulator.mail.render import RenderingError, render
from ses_emulator.store.account import Account
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Stored


def send(account: Account, submission: Submission) -> str:
    """Take a message as SES would and capture it; the MessageId that the sender is answered.

    Raises AwsError in SES's words if it is refused, Missing for an unknown configuration set. What
    was answered with an id is stored.
    """
    with account.instance.database.attempt():
        accepted = accept(account, submission)
        now = account.now()
        stamp = Stamp(account.new_message_id(now), account.region, now)
        try:
            composed = compose(render(accepted.content), stamp)
            status, outcome = "delivered", Event("Delivery", now, accepted.recipients)
        except RenderingError as error:
            composed = _unrendered(accepted.content, stamp)
            status = "rendering_failed"
            outcome = Event("Rendering Failure", now, accepted.recipients, error.failure)
        _check_size(composed, submission.limit)
        _record(account, submission, accepted, composed, stamp, status, outcome)
    return stamp.id


def _unrendered(content: Simple | HeaderBlock, stamp: Stamp) -> Composed:
    """The headers that are known of a message without its templates."""
    assert isinstance(content, Simple)
    bare = replace(content, subject=Text("", "UTF-8"), text=None, html=None, attachments=[])
    composed = compose(bare, stamp)
    block = HeaderBlock(composed.raw)
    block.remove(("subject", "content-type", "content-transfer-encoding"))
    return replace(composed, raw=block.to_bytes())


def _check_size(composed: Composed, limit: int) -> None:
    size = len(composed.raw)
    if size > limit:
        raise AwsError(
            "InvalidParameterValue", f"Message length is more than {limit} bytes long: '{size}'."
        )


def _record(
    account: Account,
    submission: Submission,
    accepted: Accepted,
    composed: Composed,
    stamp: Stamp,
    status: str,
    outcome: Event,
) -> None:
    recipients = accepted.recipients
    account.messages.add(
        Stored(
            id=stamp.id,
            account=account.id,
            region=account.region,
            received=stamp.now,
            api=submission.api,
            operation=submission.operation,
            status=status,
            mail_from=accepted.mail_from,
            sender=composed.sender,
            subject=composed.subject,
            configuration_set=accepted.configuration_set,
            size=len(composed.raw),
            to=composed.to,
            cc=composed.cc,
            bcc=accepted.hidden,
            tags=accepted.tags,
            source_ip=submission.source_ip,
            findings=accepted.findings,
        ),
        composed.raw,
        recipients,
        [Event("Send", stamp.now, recipients), outcome],
        accepted.charged,
    )
