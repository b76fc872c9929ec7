"""Decides whether SES would take a message, and reads which settings apply to it."""

from dataclasses import dataclass, field

from ses_emulator.errors import AwsError, Missing
from ses_emulator.mail import authorization, subscriptions, tags
from ses_emulator.mail.addresses import Address
from ses_emulator.mail.authorization import Outgoing, named_arns
from ses_emulator.mail.envelope import hidden, read_envelope, simple
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.mail.identities import (
    Finding,
    check_mail_from,
    check_verified,
    sender_findings,
)
from ses_emulator.mail.message import Simple, Submission
from ses_emulator.mail.profile import profile_of, spend
from ses_emulator.mail.publishing import publishing_of
from ses_emulator.mail.subscriptions import Managed
from ses_emulator.mail.tenancy import check_tenant
from ses_emulator.store.account import Account

ACCOUNT_PAUSED = (
    "Sending paused for this account. For more information, please check the inbox of the email "
    "address associated with your AWS account."
)
# Headers that tell SES what to do with a message; no recipient sees them. Source: the guide,
# "Using the Amazon SES SMTP interface" and "Specify your configuration set when you send email".
CONFIGURATION_SET = "x-ses-configuration-set"
MESSAGE_TAGS = "x-ses-message-tags"
LIST_MANAGEMENT = "x-ses-list-management-options"
TENANT = "x-ses-tenant"
STEERING = authorization.HEADERS | {CONFIGURATION_SET, MESSAGE_TAGS, LIST_MANAGEMENT, TENANT}


@dataclass(slots=True)
class Accepted:
    """A message that SES takes: its content, its envelope, and what applies to it.

    ``author`` is the first address of its From header (``local@domain``), ``charged`` how many of
    the recipients count against the daily quota; ``hidden`` are those that no header names.
    ``source_arn`` is the identity that it is sent with, if that was named. ``publishes`` says
    whether what happens to it may be published. ``given`` are the header fields of a raw message
    before any was taken out, None of another.
    """

    content: Simple | HeaderBlock
    author: str
    mail_from: str
    recipients: list[str]
    hidden: list[str]
    charged: int
    configuration_set: str | None
    tags: dict[str, str]
    findings: list[Finding] = field(default_factory=list)
    listing: Managed | None = None
    tenant: str | None = None
    source_arn: str | None = None
    publishes: bool = False
    given: list[tuple[str, bytes]] | None = None


def accept(account: Account, submission: Submission) -> Accepted:
    """The message as it is to be sent.

    Raises AwsError with what SES answers to a message that it does not take, Missing for an
    unknown configuration set, contact list or tenant.
    """
    if not account.attributes.get("SendingEnabled", True):
        raise AwsError("AccountSendingPausedException", ACCOUNT_PAUSED)
    content = submission.content
    block = HeaderBlock(content) if isinstance(content, bytes) else None
    given = block.fields if block is not None else None
    arns = named_arns(block, submission.source_arn, submission.from_arn, submission.return_path_arn)
    steering = block.take(STEERING) if block is not None else {}

    def steered(name: str) -> str | None:
        return steering[name][0] if name in steering else None

    # What the API says wins over the headers; the two are not joined.
    configuration_set = submission.configuration_set or steered(CONFIGURATION_SET)
    given_tags = submission.tags
    if MESSAGE_TAGS in steering:
        given_tags = given_tags or tags.read_header(", ".join(steering[MESSAGE_TAGS]))
    checked_tags = tags.check(given_tags)
    envelope = read_envelope(submission, block)
    publishing = publishing_of(account, configuration_set or None, envelope.senders[0].spec)
    if configuration_set:
        _check_configuration_set(account, configuration_set)
    elif publishing.configuration_set is not None:
        configuration_set = publishing.configuration_set
        _check_default(account, configuration_set)
    source_arn = None
    if arns is None:
        findings = _check_identities(account, envelope.senders, envelope.recipients)
    else:
        outgoing = Outgoing(
            account, submission, envelope.authors, envelope.return_paths, envelope.recipients
        )
        found = authorization.authorize(outgoing, arns)
        senders = [each for each in envelope.senders if each.spec not in found.covered]
        findings = _check_identities(
            account, senders, envelope.recipients, sandboxed=found.recipients_verified
        )
        findings = [*findings, *found.findings]
        source_arn = found.source_arn
    tenant = submission.tenant or steered(TENANT)
    if tenant is not None:
        findings = [*findings, *check_tenant(account, tenant, envelope, configuration_set)]
    recipients = [recipient.spec for recipient in envelope.recipients]
    options = submission.list_management
    if LIST_MANAGEMENT in steering:
        options = options or subscriptions.read_header(steering[LIST_MANAGEMENT][0])
    listing = subscriptions.managed(account, options, recipients) if options else None
    charged = sum(not recipient.simulated for recipient in envelope.recipients)
    spend(account, len(recipients), charged)
    return Accepted(
        content=block if block is not None else simple(content),
        author=envelope.senders[0].spec,
        mail_from=envelope.mail_from,
        recipients=recipients,
        hidden=hidden(recipients, block, content),
        charged=charged,
        configuration_set=configuration_set,
        tags=checked_tags,
        findings=findings,
        listing=listing,
        tenant=tenant,
        source_arn=source_arn,
        publishes=publishing.publishes,
        given=given,
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


def _check_default(account: Account, name: str) -> None:
    """Raise AwsError unless there is the set of the sender's identity, which may be deleted.

    Source: the guide, "Managing Amazon SES default configuration sets": such a send fails with a
    "bad request" error.
    """
    try:
        _check_configuration_set(account, name)
    except Missing:
        raise AwsError(
            "InvalidParameterValue", f"Configuration set <{name}> does not exist."
        ) from None


def _check_identities(
    account: Account,
    senders: list[Address],
    recipients: list[Address],
    *,
    sandboxed: bool = False,
) -> list[Finding]:
    profile = profile_of(account)
    if not profile.senders_verified:
        return sender_findings(account, senders)
    restricted = sandboxed or profile.recipients_verified
    check_verified(account, senders, recipients if restricted else [])
    if senders:
        check_mail_from(account, senders[0].spec)
    return []
