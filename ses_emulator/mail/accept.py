"""Decides whether SES would take a message, and reads who sends it to whom with which settings."""

from dataclasses import dataclass, field

from ses_emulator.errors import AwsError
from ses_emulator.mail import addresses, tags
from ses_emulator.mail.addresses import Address
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.mail.identities import Finding, check_verified, sender_findings
from ses_emulator.mail.message import Simple, Submission
from ses_emulator.mail.profile import profile_of, spend
from ses_emulator.store.account import Account

MOST_RECIPIENTS = 50
ACCOUNT_PAUSED = (
    "Sending paused for this account. For more information, please check the inbox of the email "
    "address associated with your AWS account."
)
# Headers that tell SES what to do with a message; no recipient sees them. Source: the guide,
# "Using the Amazon SES SMTP interface" and "Specify your configuration set when you send email".
CONFIGURATION_SET = "x-ses-configuration-set"
MESSAGE_TAGS = "x-ses-message-tags"
STEERING = frozenset(
    (
        CONFIGURATION_SET,
        MESSAGE_TAGS,
        "x-ses-source-arn",
        "x-ses-from-arn",
        "x-ses-return-path-arn",
        "x-ses-list-management-options",
        "x-ses-tenant",
    )
)


@dataclass(slots=True)
class Accepted:
    """A message that SES takes: its content, its envelope, and what applies to it.

    ``charged`` is how many of the recipients count against the daily quota, ``hidden`` are those
    that no header names.
    """

    content: Simple | HeaderBlock
    mail_from: str
    recipients: list[str]
    hidden: list[str]
    charged: int
    configuration_set: str | None
    tags: dict[str, str]
    findings: list[Finding] = field(default_factory=list)


def accept(account: Account, submission: Submission) -> Accepted:
    """The message as it is to be sent.

    Raises AwsError with what SES answers to a message that it does not take, Missing for an
    unknown configuration set.
    """
    if not account.attributes.get("SendingEnabled", True):
        raise AwsError("AccountSendingPausedException", ACCOUNT_PAUSED)
    content = submission.content
    block = HeaderBlock(content) if isinstance(content, bytes) else None
    configuration_set = submission.configuration_set
    given_tags = submission.tags
    if block is not None:
        # What the API says wins over the headers; the two are not joined.
        configuration_set = configuration_set or block.get(CONFIGURATION_SET)
        given_tags = given_tags or tags.read_header(", ".join(block.all(MESSAGE_TAGS)))
    checked_tags = tags.check(given_tags)
    to, mail_from, senders = _envelope(submission, block)
    if configuration_set:
        _check_configuration_set(account, configuration_set)
    findings = _check_identities(account, senders, to)
    charged = sum(not recipient.simulated for recipient in to)
    spend(account, len(to), charged)
    if block is not None:
        block.remove(STEERING)
    recipients = [recipient.spec for recipient in to]
    return Accepted(
        content=block if block is not None else _simple(content),
        mail_from=mail_from,
        recipients=recipients,
        hidden=_hidden(recipients, block, content),
        charged=charged,
        configuration_set=configuration_set,
        tags=checked_tags,
        findings=findings,
    )


def _check_configuration_set(account: Account, name: str) -> None:
    """Raise Missing for a set that there is not, AwsError for one that is not to be sent with."""
    document = account.configuration_sets.get(name)
    if not document.get("SendingOptions", {}).get("SendingEnabled", True):
        raise AwsError(
            "ConfigurationSetSendingPausedException",
            f"Sending is paused for configuration set {name}",
            ConfigurationSetName=name,
        )


def _simple(content: Simple | bytes) -> Simple:
    assert isinstance(content, Simple)
    return content


def _envelope(
    submission: Submission, block: HeaderBlock | None
) -> tuple[list[Address], str, list[Address]]:
    """The recipients, the envelope's sender, and all that have to be verified to send."""
    mail_from = submission.mail_from
    return_path = None
    if block is None:
        sender = _simple(submission.content).sender
        senders = [addresses.parse(sender)]
        if mail_from == sender:  # as most often
            mail_from = None
    else:
        senders = _parsed(block, "from")
        return_path = next(iter(_parsed(block, "return-path")), None)
        senders += [*_parsed(block, "sender"), *([return_path] if return_path else [])]
    if mail_from:
        return_path = addresses.parse(mail_from)
        senders.append(return_path)
    if not senders:
        raise AwsError("InvalidParameterValue", "Missing required header 'From'.")
    if submission.recipients is None:
        assert block is not None
        to = [each for name in ("to", "cc", "bcc") for each in _parsed(block, name)]
    else:
        to = [addresses.parse(text) for text in submission.recipients]
    if not to:
        raise AwsError("InvalidParameterValue", "Destination is required.")
    if len(to) > MOST_RECIPIENTS:
        raise AwsError("InvalidParameterValue", f"Recipient count exceeds {MOST_RECIPIENTS}.")
    return to, (return_path or senders[0]).spec, senders


def _parsed(block: HeaderBlock, name: str) -> list[Address]:
    return [addresses.parse(text) for text in addresses.split(block.raw_values(name))]


def _check_identities(
    account: Account, senders: list[Address], recipients: list[Address]
) -> list[Finding]:
    profile = profile_of(account)
    if not profile.senders_verified:
        return sender_findings(account, senders)
    check_verified(account, senders, recipients if profile.recipients_verified else [])
    return []


def _hidden(recipients: list[str], block: HeaderBlock | None, content: Simple | bytes) -> list[str]:
    """The recipients that no header shows."""
    if block is None:
        named = [*_simple(content).to, *_simple(content).cc]
        if len(named) == len(recipients):
            return []
    else:
        named = [text for key in ("to", "cc") for text in addresses.split(block.raw_values(key))]
    shown = {addresses.spec_of(text).lower() for text in named}
    return [recipient for recipient in recipients if recipient.lower() not in shown]
