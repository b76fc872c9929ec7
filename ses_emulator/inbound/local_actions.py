"""The actions of receipt rules that SES does itself: AddHeader, Bounce, Stop, and what is only
recorded.
"""

from collections.abc import Sequence
from email.utils import formatdate

from ses_emulator.inbound.delivery import ActionResult, Delivery
from ses_emulator.mail import reports, wanted
from ses_emulator.mail.feedback import happen
from ses_emulator.mail.notices import capture
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Document
from ses_emulator.store.messages import Stored


def add_header(account: Account, members: Document, delivery: Delivery) -> ActionResult:
    """Have a header in what later actions get."""
    name, value = members["HeaderName"], members["HeaderValue"]
    delivery.added.append((name, value))
    return ActionResult("done", f"{name}: {value}")


def stop(account: Account, members: Document, delivery: Delivery) -> ActionResult:
    """Evaluate no more rules."""
    return ActionResult("done", members["Scope"], disposition="STOP_RULE_SET")


def bounce(account: Account, members: Document, delivery: Delivery) -> ActionResult:
    """Tell the sender that the mail is refused.

    Source: the guide, "Return bounce response action".
    """
    code = members["SmtpReplyCode"]
    return refuse(
        account,
        delivery,
        sender=members["Sender"],
        code=code,
        status=members.get("StatusCode") or f"{code[0]}.0.0",
        message=members["Message"],
    )


def refuse(
    account: Account, delivery: Delivery, *, sender: str, code: str, status: str, message: str
) -> ActionResult:
    """Let the mail bounce, by a notice from ``sender``; done, with the MessageId of the notice."""
    to = delivery.mail.mail_from
    if not to:
        # RFC 5321 section 4.5.5: or two servers would bounce to each other for ever.
        return ActionResult("not run", error="The mail has an empty sender; nothing bounces to it.")
    delivery.bounced = True
    diagnostic = f"smtp; {code} {status} {message}"
    sent = account.messages.find(delivery.mail.original) if delivery.mail.original else None
    if sent is not None:
        # SES itself gets what bounces of the mail that it sends.
        return _bounce_sent(account, sent, delivery.recipients, status, diagnostic)
    report = reports.delivery_status(
        [
            ("From", sender),
            ("To", to),
            ("Subject", reports.FAILURE),
            ("Auto-Submitted", "auto-replied"),  # RFC 3834 section 5
        ],
        message,
        [
            [
                ("Reporting-MTA", f"dns; inbound-smtp.{account.region}.amazonaws.com"),
                ("Arrival-Date", formatdate(delivery.stored.received)),
            ],
            *(
                [
                    ("Final-Recipient", f"rfc822; {recipient}"),
                    ("Action", "failed" if status.startswith("5") else "delayed"),
                    ("Status", status),
                    ("Diagnostic-Code", diagnostic),
                ]
                for recipient in delivery.recipients
            ),
        ],
        reports.header_part(delivery.mail.raw),
    )
    id = capture(
        account,
        operation="BounceAction",
        raw=report,
        mail_from="",
        recipients=[to],
        original=delivery.stored.id,
    )
    return ActionResult("done", id)


def _bounce_sent(
    account: Account, sent: Stored, recipients: Sequence[str], status: str, diagnostic: str
) -> ActionResult:
    """Let a message that was sent here bounce; SES tells its sender as it always does."""
    sender = Account(account.instance, sent.account, sent.region)
    asked = {
        "type": "bounce",
        "bounceType": "Permanent" if status.startswith("5") else "Transient",
        "bounceSubType": "General",
        "diagnosticCode": diagnostic,
    }
    event = wanted.event(
        sender, asked, recipients, sender.now(), received=sent.received, template=sent.template
    )
    happen(sender, sent, [event])
    return ActionResult("done", sent.id)


def record_workmail(account: Account, members: Document, delivery: Delivery) -> ActionResult:
    """Say that WorkMail would get the mail, which is not here."""
    return ActionResult("done", members["OrganizationArn"])


def record_connect(account: Account, members: Document, delivery: Delivery) -> ActionResult:
    """Say that Amazon Connect would get the mail, which is not here."""
    return ActionResult("done", members["InstanceARN"])
