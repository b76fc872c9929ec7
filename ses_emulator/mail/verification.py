"""How an address is verified: the mail with the link, and what opening the link does."""

from dataclasses import dataclass
from functools import cache

from ses_emulator.mail.compose import Stamp, compose
from ses_emulator.mail.message import Simple, Text
from ses_emulator.mail.notices import capture
from ses_emulator.mail.tokens import opened, sealed
from ses_emulator.store.account import DAY, Account, Instance
from ses_emulator.store.documents import Collection, Document

# Source: the guide, "Creating and verifying identities in Amazon SES".
LIFETIME = DAY
SENDER = "no-reply-aws@amazon.com"
PURPOSE = "verify"
PATH = "/_ses/verify"
TEXT = """\
Hello,

somebody asked to use this address with Amazon SES in the region {region}. If it was you, \
open this link to confirm that the address is yours:

{link}

The link is good for 24 hours. If it was not you, there is nothing to do: without the link the \
address stays unverified, and nobody can send from it.

This mail comes from ses-emulator in place of Amazon SES: account {account}, region {region_id}.
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a link led to. ``state`` is ``verified``, ``expired`` or ``gone``.

    ``address`` is empty if the link is none of ours. ``redirect`` is where the custom verification
    email template says that its reader is to go next.
    """

    state: str
    address: str = ""
    region: str = ""
    redirect: str | None = None


def templates(account: Account) -> Collection:
    """The custom verification email templates: documents with v2's members."""
    return account.collection("CustomVerificationEmailTemplate")


def status_of(account: Account, identity: Document) -> str:
    """The VerificationStatus of an identity now: an address that nobody confirmed has failed.

    Source: the API reference of v1, "GetIdentityVerificationAttributes".
    """
    status: str = identity["VerificationStatus"]
    asked = identity.get("VerificationAsked")
    if status == "PENDING" and asked is not None and account.now() >= asked + LIFETIME:
        return "FAILED"
    return status


def link(account: Account, address: str, template: str = "") -> str:
    """A link that verifies an address, an identity of the account, for 24 hours from now on.

    With the name of a custom verification email ``template`` it leads on to where that says.
    """
    now = account.now()
    identity = account.identities.get(address)
    # Of this identity alone: one that is deleted and made again has to be confirmed again.
    made = identity.get("VerificationId") or account.instance.new_id()
    account.identities.update(address, VerificationId=made, VerificationAsked=now)
    values = (account.id, account.region, address, made, now, template)
    return f"{account.base_url}{PATH}/{sealed(account.instance, PURPOSE, *values)}"


def ask(account: Account, address: str, operation: str) -> None:
    """Capture the mail by which SES asks the owner of an address, an identity, to confirm it."""
    region = _region_name(account.region)
    text = TEXT.format(
        region=region, region_id=account.region, account=account.id, link=link(account, address)
    )
    content = Simple(
        sender=f"Amazon Web Services <{SENDER}>",
        to=[address],
        cc=[],
        reply_to=[],
        subject=Text(
            f"Amazon Web Services – Email Address Verification Request in region {region}", "UTF-8"
        ),
        text=Text(text, "UTF-8"),
        html=None,
    )
    now = account.now()
    stamp = Stamp(account.new_message_id(now), account.region, now)
    capture(
        account,
        operation=operation,
        raw=compose(content, stamp).raw,
        mail_from=SENDER,
        recipients=[address],
    )


def follow(instance: Instance, token: str) -> Outcome:
    """Do what a link is for; once more does nothing more."""
    values = opened(instance, PURPOSE, token)
    if values is None:
        return Outcome("gone")
    id, region, address, made, asked, name = values
    account = Account(instance, id, region)
    with instance.database.transaction():
        state = _confirm(account, address, made, asked)
        template = templates(account).find(name) if name else None
    target = "SuccessRedirectionURL" if state == "verified" else "FailureRedirectionURL"
    return Outcome(state, address, region, template.get(target) if template else None)


def _confirm(account: Account, address: str, made: str, asked: float) -> str:
    """Verify an address if it still waits for that; the state that it is left in."""
    identity = account.identities.find(address)
    if identity is None or identity.get("VerificationId") != made:
        return "gone"
    if identity["VerificationStatus"] == "SUCCESS":
        return "verified"
    now = account.now()
    if now >= asked + LIFETIME:
        return "expired"
    account.identities.update(
        address,
        VerifiedForSendingStatus=True,
        VerificationStatus="SUCCESS",
        VerificationInfo={"LastCheckedTimestamp": now, "LastSuccessTimestamp": now},
    )
    return "verified"


@cache
def _region_name(region: str) -> str:
    """``US East (N. Virginia)`` for us-east-1; the region's id if AWS has no such region."""
    from botocore.loaders import Loader  # its data is only read for this

    for partition in Loader().load_data("partitions")["partitions"]:
        if region in partition["regions"]:
            return str(partition["regions"][region]["description"])
    return region
