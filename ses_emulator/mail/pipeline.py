"""The one way of a message, whichever door it came in by."""

from ses_emulator.errors import AwsError
from ses_emulator.mail.accept import Accepted, accept
from ses_emulator.mail.compose import Composed, Stamp, compose
from ses_emulator.mail.message import Submission
from ses_emulator.store.account import Account
from ses_emulator.store.messages import Event, Stored


def send(account: Account, submission: Submission) -> str:
    """Take a message as SES would and capture it; the MessageId that the sender is answered.

    Raises AwsError in SES's words if it is refused, Missing for an unknown configuration set. What
    was answered with an id is stored.
    """
    with account.instance.database.attempt():
        accepted = accept(account, submission)
        now = account.now()
        stamp = Stamp(account.new_message_id(now), account.region, now)
        composed = compose(accepted.content, stamp)
        _check_size(composed, submission.limit)
        _record(account, submission, accepted, composed, stamp)
    return stamp.id


def _check_size(composed: Composed, limit: int) -> None:
    size = len(composed.raw)
    if size > limit:
        raise AwsError(
            "InvalidParameterValue", f"Message length is more than {limit} bytes long: '{size}'."
        )


def _record(
    account: Account, submission: Submission, accepted: Accepted, composed: Composed, stamp: Stamp
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
            status="delivered",
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
        [Event("Send", stamp.now, recipients), Event("Delivery", stamp.now, recipients)],
        accepted.charged,
    )
