"""The actions of receipt rules that need nothing outside: AddHeader, Bounce, Stop, and what is only
recorded.
"""

from email.utils import formatdate

from ses_emulator.inbound.delivery import ActionResult, Delivery
from ses_emulator.mail import reports
from ses_emulator.mail.notices import capture
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Document


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
    delivery.bounced = True
    sender = delivery.mail.mail_from
    if not sender:
        # RFC 5321 section 4.5.5: or two servers would bounce to each other for ever.
        return ActionResult("not run", error="The mail has an empty sender; nothing bounces to it.")
    code, message = members["SmtpReplyCode"], members["Message"]
    status = members.get("StatusCode") or f"{code[0]}.0.0"
    report = reports.delivery_status(
        [
            ("From", members["Sender"]),
            ("To", sender),
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
                    ("Diagnostic-Code", f"smtp; {code} {status} {message}"),
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
        recipients=[sender],
        original=delivery.stored.id,
    )
    return ActionResult("done", id)


def record_workmail(account: Account, members: Document, delivery: Delivery) -> ActionResult:
    """Say that WorkMail would get the mail, which is not here."""
    return ActionResult("done", members["OrganizationArn"])


def record_connect(account: Account, members: Document, delivery: Delivery) -> ActionResult:
    """Say that Amazon Connect would get the mail, which is not here."""
    return ActionResult("done", members["InstanceARN"])
