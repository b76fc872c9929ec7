"""What becomes of a message that was accepted, recipient by recipient."""

from collections.abc import Sequence

from ses_emulator.mail import details, wanted
from ses_emulator.mail.accept import Accepted
from ses_emulator.mail.compose import Stamp
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.mail.message import Simple, Templated
from ses_emulator.mail.rules import Wanted
from ses_emulator.mail.simulator import simulated
from ses_emulator.mail.subscriptions import BOUNCE
from ses_emulator.mail.suppression import Reason, suppressed
from ses_emulator.mail.virus import infected
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Document
from ses_emulator.store.events import Event

# What is told of who is not sent to. Source: the guide, "Using tenant-level suppression lists in
# Amazon SES", and for complaints "Contents of event data that Amazon SES publishes to Amazon SNS".
ON_TENANT_LIST: Document = {"type": "bounce", "bounceSubType": "OnTenantSuppressionList"}
ON_ACCOUNT_LIST: dict[str, Document] = {
    "BOUNCE": {"type": "bounce", "bounceSubType": "OnAccountSuppressionList"},
    "COMPLAINT": {"type": "complaint", "complaintSubType": "OnAccountSuppressionList"},
}
UNSUBSCRIBED: Document = {"type": "bounce", "bounceSubType": BOUNCE}


def outcomes(
    account: Account,
    accepted: Accepted,
    content: Simple | HeaderBlock,
    stamp: Stamp,
    rules: Sequence[Wanted] = (),
) -> list[Event]:
    """What happens to a message besides Send, each event with all recipients that it is about.

    ``content`` is what was composed, ``rules`` are the events that rules want.
    """
    now, recipients = stamp.now, accepted.recipients
    if infected(content):
        return [details.reject(recipients, now)]
    unsubscribed = accepted.listing.unsubscribed if accepted.listing else ()
    listed = suppressed(account, accepted.configuration_set, accepted.tenant, recipients)
    plain = not (listed or unsubscribed or rules)
    if plain and accepted.charged == len(recipients):  # as most often
        return [Event("Delivery", now, recipients)]
    delivered: list[str] = []
    groups: list[tuple[Document, list[str]]] = []
    for recipient in recipients:
        if reason := listed.get(recipient):
            asked, sent = _suppression(reason), False
        elif recipient in unsubscribed:
            asked, sent = UNSUBSCRIBED, False
        else:
            asked = _asked(recipient, rules)
            sent = asked is None or asked["type"] in wanted.DELIVERED
        if sent:
            delivered.append(recipient)
        if asked is not None:
            _group(groups, asked).append(recipient)
    template = content.template if isinstance(content, Templated) else None
    events = [Event("Delivery", now, delivered)] if delivered else []
    events += [
        wanted.event(account, asked, members, now, received=now, template=template)
        for asked, members in groups
        if asked["type"] != "delivery"
    ]
    return events


def _suppression(reason: Reason) -> Document | None:
    return ON_TENANT_LIST if reason.tenant is not None else ON_ACCOUNT_LIST[reason.reason]


def _asked(recipient: str, rules: Sequence[Wanted]) -> Document | None:
    """The event that a rule wants for a recipient, or else the mailbox simulator."""
    for rule in rules:
        if rule.recipient is None or rule.recipient.fullmatch(recipient):
            return rule.event
    scene = simulated(recipient)
    return scene.event if scene else None


def _group(groups: list[tuple[Document, list[str]]], asked: Document) -> list[str]:
    """Those with whom the same happens; they share an event."""
    for known, members in groups:
        if known == asked:
            return members
    groups.append((asked, []))
    return groups[-1][1]
