"""Sending from another account's identity, which the ARN in a request or a header names.

Source: the guide, "Sending emails for the identity owner for Amazon SES sending authorization" and
"Overview of Amazon SES sending authorization".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ses_emulator.errors import AwsError
from ses_emulator.mail.addresses import Address, name_and_spec
from ses_emulator.mail.headers import HeaderBlock, decode, field_value, unfold
from ses_emulator.mail.identities import Finding, domains_around, rejection
from ses_emulator.mail.message import Submission, Templated
from ses_emulator.mail.policies import Request, decide
from ses_emulator.mail.profile import profile_of
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Document

IDENTITY_ARN = re.compile(r"arn:aws[a-z-]*:ses:([a-z0-9-]+|\*):(\d{12}):identity/(\S+)", re.ASCII)
SOURCE, FROM, RETURN_PATH = "x-ses-source-arn", "x-ses-from-arn", "x-ses-return-path-arn"
HEADERS = frozenset((SOURCE, FROM, RETURN_PATH))
# The guide names the first for policies, the API's own list of actions the second.
BULK_ACTIONS = ("ses:SendBulkTemplatedEmail", "ses:SendBulkEmail")
UNVERIFIED_HELP = (
    "Have the account that the ARN names create the identity in this region: its 12 digits as the "
    "access key make a client that account's."
)
DENIED_HELP = (
    "Have the owner of the identity attach a policy that allows it, with PutIdentityPolicy or "
    "CreateEmailIdentityPolicy."
)


@dataclass(frozen=True, slots=True)
class Arn:
    """The ARN of an identity: as it was written, its region, owner and name."""

    text: str
    region: str
    owner: str
    name: str

    def covers(self, address: Address) -> bool:
        """Whether the identity is the address, its domain or one around it."""
        return self.name in (address.spec, *domains_around(address.domain.lower()))


@dataclass(frozen=True, slots=True)
class Arns:
    """The identities that a message names for its Source, its From header and its Return-Path."""

    source: Arn | None
    author: Arn | None
    return_path: Arn | None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that an account wants to send.

    ``authors`` are the addresses of its From and Sender headers, ``return_paths`` those that
    bounces may go to; the last is the one that they do go to.
    """

    account: Account
    submission: Submission
    authors: Sequence[Address]
    return_paths: Sequence[Address]
    recipients: Sequence[Address]


@dataclass(slots=True)
class Authorization:
    """What the ARNs of a message are good for.

    ``covered`` are the addresses (``local@domain``) for which no identity of the sender is needed.
    ``recipients_verified`` is whether the sandbox of an owner allows only verified recipients.
    ``source_arn`` is the ARN that the first covered address is sent under, which is the From
    header's in nearly all messages.
    """

    covered: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    recipients_verified: bool = False
    source_arn: str | None = None


def named_arns(
    block: HeaderBlock | None, source: str | None, author: str | None, return_path: str | None
) -> Arns | None:
    """The ARNs of a request, and of the headers of a raw message where the request has none.

    None if there are none at all. Raises AwsError ``InvalidParameterValue`` for what is no ARN of
    an identity. Of a header that comes twice the first counts.
    """
    lines = [] if block is None else [field for field in block.fields if field[0] in HEADERS]
    if not lines and source is author is return_path is None:
        return None
    given = {SOURCE: source, FROM: author, RETURN_PATH: return_path}
    for name, line in lines:
        if given[name] is None:
            given[name] = unfold(field_value(line))
    return Arns(*(None if text is None else _parsed(text) for text in given.values()))


def _parsed(text: str) -> Arn:
    found = IDENTITY_ARN.fullmatch(text)
    if found is None:
        raise AwsError("InvalidParameterValue", f"Invalid ARN <{text}>.")
    region, owner, name = found.groups()
    local, at, domain = name.rpartition("@")
    return Arn(text, region, owner, f"{local}{at}{domain.lower()}")


def authorize(outgoing: Outgoing, arns: Arns) -> Authorization:
    """What may be sent from the identities that a message names.

    An address is sent under the first ARN that covers it: its own, that of the Source, that of the
    From header; without one the account's own identities have to cover it.

    Raises AwsError ``InvalidParameterValue`` for an ARN that is not that of its address,
    ``MessageRejected`` if an identity is not verified, ``AccessDenied`` if its policies do not
    allow the send. An open account is told of the last two by findings instead.
    """
    account = outgoing.account
    authors, return_paths = outgoing.authors, outgoing.return_paths
    _check_aligned(arns.author, authors)
    _check_aligned(arns.return_path, return_paths)
    _check_aligned(arns.source, [*authors, *return_paths])
    result = Authorization()
    unverified: list[str] = []
    denied: list[str] = []
    for address in (*authors, *return_paths):
        own = arns.author if address in authors else arns.return_path
        choice = (own, arns.source, arns.author)
        arn = next((each for each in choice if each and each.covers(address)), None)
        if arn is None:
            continue
        result.covered.add(address.spec)
        result.source_arn = result.source_arn or arn.text
        owner = Account(account.instance, arn.owner, account.region)
        identity = _verified_identity(owner, arn)
        if identity is None:
            unverified.append(arn.text)
        elif owner.id != account.id:
            result.recipients_verified |= profile_of(owner).recipients_verified
            if not _allowed(outgoing, address, owner, arn, identity):
                denied.append(arn.text)
    _refuse(outgoing, result, list(dict.fromkeys(unverified)), list(dict.fromkeys(denied)))
    return result


def _check_aligned(arn: Arn | None, addresses: Sequence[Address]) -> None:
    """Raise AwsError if there are addresses that the ARN is for and it covers none of them."""
    if arn is not None and addresses and not any(map(arn.covers, addresses)):
        raise AwsError(
            "InvalidParameterValue",
            f"The address '{addresses[0].text}' does not align with the given ARN '{arn.text}'",
        )


def _verified_identity(owner: Account, arn: Arn) -> Document | None:
    """The identity, if it is verified in the region that is sent from; ``*`` is any."""
    if arn.region not in ("*", owner.region):
        return None
    identity = owner.identities.find(arn.name)
    return identity if identity and identity.get("VerifiedForSendingStatus") else None


def _allowed(
    outgoing: Outgoing, address: Address, owner: Account, arn: Arn, identity: Document
) -> bool:
    """Whether the owner's policies allow the send as far as this address is concerned.

    Those of an address come before those of its domain. Source: the guide, "Creating a sending
    authorization policy in Amazon SES".
    """
    policies = {arn.name: identity["Policies"]}
    own = owner.identities.find(address.spec)
    if own is not None:
        policies = {address.spec: own["Policies"], **policies}
    author = address if address in outgoing.authors else next(iter(outgoing.authors), address)
    keys = _condition_keys(outgoing, author)
    for name, documents in policies.items():
        resource = owner.arn(f"identity/{name}")
        request = Request(outgoing.account.id, actions(outgoing.submission), resource, keys)
        effect = decide(documents.values(), request)
        if effect is not None:
            return effect == "Allow"
    return False


def _condition_keys(outgoing: Outgoing, author: Address) -> dict[str, Sequence[str]]:
    """The keys that SES knows, by their names in lower case.

    Source: the guide, "Identity and access management in Amazon SES".
    """
    now = outgoing.account.now()
    return_path = outgoing.return_paths[-1] if outgoing.return_paths else author
    keys: dict[str, Sequence[str]] = {
        "aws:currenttime": [datetime.fromtimestamp(now, UTC).isoformat()],
        "aws:epochtime": [str(int(now))],
        # SES is reached in no other way; that we are is no reason to refuse.
        "aws:securetransport": ["true"],
        "ses:apiversion": ["1" if outgoing.submission.api == "v1" else "2"],
        "ses:feedbackaddress": [_as_written(return_path)],
        "ses:fromaddress": [_as_written(author)],
        "ses:recipients": [_as_written(address) for address in outgoing.recipients],
    }
    name = decode(name_and_spec(author.text)[0])
    if name:
        keys["ses:fromdisplayname"] = [name]
    if outgoing.submission.source_ip:
        keys["aws:sourceip"] = [outgoing.submission.source_ip]
    return keys


def _as_written(address: Address) -> str:
    return f"{address.local}@{address.domain}"


def actions(submission: Submission) -> Sequence[str]:
    """What policies call this send, by any of the names."""
    if isinstance(submission.content, bytes):
        return ("ses:SendRawEmail",)
    if submission.operation.startswith("SendBulk"):
        return BULK_ACTIONS if submission.api == "v2" else BULK_ACTIONS[:1]
    if isinstance(submission.content, Templated):
        return ("ses:SendTemplatedEmail",)
    return ("ses:SendEmail",)


def _refuse(
    outgoing: Outgoing, result: Authorization, unverified: Sequence[str], denied: Sequence[str]
) -> None:
    """Raise what SES answers about these ARNs, or have it among the findings of an open account."""
    account = outgoing.account
    strict = profile_of(account).senders_verified
    if unverified:
        words = rejection(account, unverified)
        if strict:
            raise AwsError("MessageRejected", words)
        result.findings.append(_finding("UnverifiedSender", words, UNVERIFIED_HELP))
    for arn in denied:
        words = (
            f"User `arn:aws:iam::{account.id}:root' is not authorized to perform "
            f"`{actions(outgoing.submission)[0]}' on resource `{arn}'"
        )
        if strict:
            raise AwsError("AccessDenied", words)
        result.findings.append(_finding("UnauthorizedSender", words, DENIED_HELP))


def _finding(code: str, words: str, help: str) -> Finding:
    return {"code": code, "message": f"SES would reject this: {words}", "help": help}
