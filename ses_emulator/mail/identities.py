"""Which addresses an account may use: identities, and the domains that cover them."""

from collections.abc import Iterable, Sequence

from ses_emulator.errors import AwsError
from ses_emulator.mail.addresses import Address
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Document

Finding = dict[str, str]
# The API has the code; no page of AWS has the words.
MAIL_FROM_UNVERIFIED = "Mail-From domain {} is not verified."


def unverified(account: Account, addresses: Iterable[Address]) -> list[str]:
    """Those of the addresses that no verified identity covers, each once.

    Verified is the address itself, its domain or a parent of it. Source: the guide, "Verified
    identities in Amazon SES".
    """
    specs = dict.fromkeys(address.spec for address in addresses)
    return [spec for spec in specs if not is_verified(account, spec)]


def is_verified(account: Account, spec: str) -> bool:
    """Whether ``local@domain`` or a domain around it is a verified identity."""
    return account.instance.database.remember(
        ("verified", account.id, account.region, spec), lambda: _covered(account, spec)
    )


def _covered(account: Account, spec: str) -> bool:
    known = account.identities.known([spec, *domains_around(spec.rpartition("@")[2])])
    return any(document.get("VerifiedForSendingStatus") for document in known.values())


def domains_around(domain: str) -> list[str]:
    """A domain and those that it is in, the nearest first and without the top level."""
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]


def identity_of(account: Account, spec: str) -> tuple[str, Document] | None:
    """Name and document of the identity whose settings apply to what ``local@domain`` sends.

    It is the address, or else the nearest domain around it; not one that is not verified. Source:
    the guide, "Managing Amazon SES default configuration sets" and "Configuring Amazon SNS
    notifications for Amazon SES".
    """
    local, _, domain = spec.rpartition("@")
    domain = domain.lower()
    known = account.identities.known([f"{local}@{domain}", *domains_around(domain)])
    for name, document in known.items():
        if document.get("VerifiedForSendingStatus"):
            return name, document
    return None


def rejection(account: Account, failed: Iterable[str]) -> str:
    """SES's sentence about identities that are not verified."""
    return (
        "Email address is not verified. The following identities failed the check in region "
        f"{account.region.upper()}: {', '.join(failed)}"
    )


def check_verified(
    account: Account, senders: Iterable[Address], recipients: Iterable[Address]
) -> None:
    """Raise AwsError ``MessageRejected`` that names every address that must be verified and is not.

    The mailbox simulator's addresses may always be sent to.
    """
    failed = unverified(account, [*senders, *(r for r in recipients if not r.simulated)])
    if failed:
        raise AwsError("MessageRejected", rejection(account, failed))


def sender_findings(account: Account, senders: Sequence[Address]) -> list[Finding]:
    """What SES would say of senders that an open account lets through."""
    key = ("findings", account.id, account.region, *(sender.spec for sender in senders))
    return account.instance.database.remember(key, lambda: _findings(account, senders))


def _findings(account: Account, senders: Sequence[Address]) -> list[Finding]:
    found = []
    failed = unverified(account, senders)
    if failed:
        found.append(
            {
                "code": "UnverifiedSender",
                "message": f"SES would reject this: {rejection(account, failed)}",
                "help": "Verify the address or its domain with CreateEmailIdentity, or start with "
                "--account production to have such messages refused here, too.",
            }
        )
    domain = unready_mail_from(account, senders[0].spec) if senders else None
    if domain is not None:
        found.append(
            {
                "code": "UnverifiedMailFrom",
                "message": f"SES would reject this: {MAIL_FROM_UNVERIFIED.format(domain)}",
                "help": "Confirm its records with POST /_ses/identities/NAME/verify, or have SES "
                "use its own domain meanwhile: BehaviorOnMxFailure USE_DEFAULT_VALUE.",
            }
        )
    return found


def check_mail_from(account: Account, spec: str) -> None:
    """Raise AwsError if the sender's MAIL FROM domain must be used and cannot be.

    Source: the guide, "Using a custom MAIL FROM domain", RejectMessage.
    """
    domain = unready_mail_from(account, spec)
    if domain is not None:
        raise AwsError("MailFromDomainNotVerifiedException", MAIL_FROM_UNVERIFIED.format(domain))


def unready_mail_from(account: Account, spec: str) -> str | None:
    """The MAIL FROM domain of ``local@domain`` that is not verified and must be; mostly None."""
    return account.instance.database.remember(
        ("mail from", account.id, account.region, spec), lambda: _unready_mail_from(account, spec)
    )


def _unready_mail_from(account: Account, spec: str) -> str | None:
    names = [spec, *domains_around(spec.rpartition("@")[2])]
    known = account.identities.known(names)
    for name in names:
        mail_from = known[name].get("MailFromAttributes", {}) if name in known else {}
        if "MailFromDomain" in mail_from:  # an address's own before its domain's
            strict = mail_from["BehaviorOnMxFailure"] == "REJECT_MESSAGE"
            ready = mail_from["MailFromDomainStatus"] == "SUCCESS"
            return str(mail_from["MailFromDomain"]) if strict and not ready else None
    return None
