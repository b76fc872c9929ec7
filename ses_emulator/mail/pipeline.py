"""The one way of a message, whichever door it came in by."""

from collections.abc import Sequence
from dataclasses import replace

from ses_emulator.errors import AwsError
from ses_emulator.mail.accept import Accepted, accept
from ses_emulator.mail.compose import Composed, Stamp, compose
from ses_emulator.mail.dkim import signatures_of
from ses_emulator.mail.feedback import react
from ses_emulator.mail.given import given_document
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.mail.loopback import loop_back
from ses_emulator.mail.message import Simple, Submission, Templated, Text
from ses_emulator.mail.outcomes import outcomes
from ses_emulator.mail.publishing import mark
from ses_emulator.mail.render import RenderingError, render
from ses_emulator.mail.rules import disrupt
from ses_emulator.mail.subscriptions import apply, link
from ses_emulator.mail.tracking import tracking_of
from ses_emulator.mail.virus import scan_later
from ses_emulator.store.account import Account
from ses_emulator.store.events import Event, status_of
from ses_emulator.store.messages import Stored


def send(account: Account, submission: Submission) -> str:
    """Take a message as SES would and capture it; the MessageId that the sender is answered.

    Raises AwsError in SES's words if it is refused, Missing for a configuration set, contact list
    or tenant that there is not. What was answered with an id is stored.
    """
    with account.instance.database.attempt():
        wanted = disrupt(account, submission)
        accepted = accept(account, submission)
        now = account.now()
        stamp = Stamp(account.new_message_id(now), account.region, now)
        content = accepted.content
        try:
            content = render(content)
            if accepted.listing is not None and accepted.listing.contact is not None:
                content = apply(content, link(account, accepted.listing, stamp.id))
            composed = compose(content, stamp)
            outcome = outcomes(account, accepted, content, stamp, wanted)
        except RenderingError as error:
            composed = _unrendered(content, stamp)
            outcome = [Event("Rendering Failure", now, accepted.recipients, error.failure)]
        _check_size(composed, submission.limit)
        _record(account, submission, accepted, composed, stamp, outcome)
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
    outcome: Sequence[Event],
) -> None:
    recipients = accepted.recipients
    if account.settings.clamd:
        scan_later(account, stamp.id, recipients, outcome)
        outcome = []
    # Source: the guide, "Using custom verification email templates", Q8.
    untracked = submission.operation == "SendCustomVerificationEmail"
    tracking = None if untracked else tracking_of(account, accepted.configuration_set)
    content = submission.content
    message = Stored(
        id=stamp.id,
        account=account.id,
        region=account.region,
        received=stamp.now,
        api=submission.api,
        operation=submission.operation,
        status=status_of(outcome),
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
        tenant=accepted.tenant,
        template=content.template if isinstance(content, Templated) else None,
        source_arn=accepted.source_arn,
        given=None
        if accepted.given is None
        else given_document(submission.mail_from, accepted.given),
        signatures=signatures_of(account, accepted.author) or None,
        tracking=tracking.to_document() if tracking else None,
        base_url=account.base_url if tracking else None,
    )
    events = [Event("Send", stamp.now, recipients), *outcome]
    if accepted.publishes:
        mark(events)
    account.messages.add(message, composed.raw, recipients, events, accepted.charged, account.call)
    loop_back(account, stamp.id, outcome)
    if accepted.charged != len(recipients) or message.status != "delivered":
        # Of a plain delivery nothing follows.
        react(account, message, outcome)
