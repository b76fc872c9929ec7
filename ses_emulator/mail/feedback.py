"""What follows from what happens to a message: suppression, and the mails that tell its sender."""

from collections.abc import Callable, Sequence

from ses_emulator.mail import reports
from ses_emulator.mail.identities import identity_of
from ses_emulator.mail.notices import capture
from ses_emulator.mail.publishing import author_of, mark, publishing_of
from ses_emulator.mail.reputation import judge
from ses_emulator.mail.simulator import simulated
from ses_emulator.mail.suppression import Policy, forgive, policy_of, record
from ses_emulator.store.account import Account
from ses_emulator.store.events import NOT_SENT, Event
from ses_emulator.store.messages import Stored

COMPLAINTS_FROM = "no-reply@amazonses.com"
# Where events go instead of mails. Source: the guide, "Receiving Amazon SES notifications through
# email", as far as it goes.
PUBLISHED = ("SnsDestination", "KinesisFirehoseDestination", "EventBridgeDestination")


def happen(account: Account, stored: Stored, events: Sequence[Event]) -> list[Event]:
    """Let something happen to a message that exists, with all that follows; the stored events.

    ``account`` is the message's own.
    """
    with account.instance.database.transaction():
        if publishing_of(account, stored.configuration_set, author_of(stored)).publishes:
            mark(events)
        new = account.messages.add_events(stored, events)
        react(account, stored, new)
    return new


def react(account: Account, stored: Stored, events: Sequence[Event]) -> None:
    """Do what SES and the mailbox simulator do about events of a message that is stored."""
    for event in events:
        if event.type in REACTIONS:
            REACTIONS[event.type](account, stored, event)
    judge(account, stored, events)


def _bounced(account: Account, stored: Stored, event: Event) -> None:
    detail = event.detail
    if detail["bounceType"] == "Permanent" and detail["bounceSubType"] not in NOT_SENT:
        _record(account, stored, event, "BOUNCE")
    if forwarded(account, stored, "Bounce"):
        raw = reports.bounce(
            detail, _raw(account, stored), region=account.region, to=stored.mail_from
        )
        _notify(account, stored, "Bounce", raw, mail_from="")


def _complained(account: Account, stored: Stored, event: Event) -> None:
    detail = event.detail
    if detail.get("complaintFeedbackType") == "not-spam":
        forgive(account, _policy(account, stored), event.recipients)
    elif not detail.get("complaintSubType"):
        _record(account, stored, event, "COMPLAINT")
    if forwarded(account, stored, "Complaint"):
        raw = reports.complaint(
            detail,
            _raw(account, stored),
            region=account.region,
            to=stored.mail_from,
            arrival=stored.received,
        )
        _notify(account, stored, "Complaint", raw, mail_from=COMPLAINTS_FROM)


def _delivered(account: Account, stored: Stored, event: Event) -> None:
    for recipient in event.recipients:
        scene = simulated(recipient)
        if scene and scene.replies and stored.mail_from:
            raw = reports.automatic_reply(recipient, _raw(account, stored), to=stored.mail_from)
            if raw is not None:
                # RFC 3834 section 3.3: nobody is to answer it.
                _notify(account, stored, "AutomaticReply", raw, mail_from="")


REACTIONS: dict[str, Callable[[Account, Stored, Event], None]] = {
    "Bounce": _bounced,
    "Complaint": _complained,
    "Delivery": _delivered,
}


def _record(account: Account, stored: Stored, event: Event, reason: str) -> None:
    record(
        account,
        _policy(account, stored),
        reason,
        event.recipients,
        message_id=stored.id,
        feedback_id=event.detail["feedbackId"],
    )


def _policy(account: Account, stored: Stored) -> Policy:
    return policy_of(account, stored.configuration_set, stored.tenant)


def _raw(account: Account, stored: Stored) -> bytes:
    # Looked for by its id: while it is being sent its number is not known yet.
    found = account.messages.find(stored.id)
    return account.messages.raw(found.seq) if found else b""


def _notify(account: Account, stored: Stored, operation: str, raw: bytes, mail_from: str) -> None:
    # To the envelope's sender, whichever way it was given. Source: the guide, "Email feedback
    # forwarding destination".
    capture(
        account,
        operation=operation,
        raw=raw,
        mail_from=mail_from,
        recipients=[stored.mail_from],
        original=stored.id,
    )


def forwarded(account: Account, stored: Stored, kind: str) -> bool:
    """Whether the sender of a message gets a mail about a ``Bounce`` or a ``Complaint``.

    Where the identity does not want them, but nothing else would tell of it, SES sends them all
    the same. Source: the guide, "Receiving Amazon SES notifications through email".
    """
    if not stored.mail_from or stored.api == "ses":
        return False
    found = identity_of(account, author_of(stored) or stored.mail_from)
    identity = found[1] if found else {}
    if identity.get("FeedbackForwardingStatus", True):
        return True
    if f"{kind}Topic" in identity.get("NotificationAttributes", {}):
        return False
    return not _published(account, stored.configuration_set, kind.upper())


def _published(account: Account, configuration_set: str | None, type: str) -> bool:
    """Whether a configuration set publishes a type of event to where somebody may read it."""
    document = account.configuration_sets.find(configuration_set or "") or {}
    return any(
        destination.get("Enabled")
        and type in destination["MatchingEventTypes"]
        and any(name in destination for name in PUBLISHED)
        for destination in document.get("EventDestinations", ())
    )
