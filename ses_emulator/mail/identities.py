"""Which addresses an account may use: identities, and the domains that cover them."""

from collections.abc import Iterable, Sequence

from ses_emulator.errors import AwsError
from ses_emulator.mail.addresses import Address
from ses_emulator.store.account import Account

Finding = dict[str, str]


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
    labels = spec.rpartition("@")[2].split(".")
    domains = [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]
    known = account.identities.known([spec, *domains])
    return any(document.get("VerifiedForSendingStatus") for document in known.values())


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
    failed = unverified(account, senders)
    if not failed:
        return []
    return [
        {
            "code": "UnverifiedSender",
            "message": f"SES would reject this: {rejection(account, failed)}",
            "help": "Verify the address or its domain with CreateEmailIdentity, or start with "
            "--account production to have such messages refused here, too.",
        }
    ]
