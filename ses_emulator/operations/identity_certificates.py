"""S/MIME certificates of identities; only v2 has them."""

from typing import Any

from ses_emulator.mail import addresses
from ses_emulator.operations.identity_names import domain_of, identity_name
from ses_emulator.operations.paging import page
from ses_emulator.operations.refusals import invalid
from ses_emulator.operations.registry import Request, Result, v2
from ses_emulator.store.account import DAY, Account
from ses_emulator.store.documents import Collection

# How long a certificate is provisioned and how long it is valid are ACM's to know; these are ours.
PROVISIONING = 60
VALIDITY = 395 * DAY


@v2("AssociateEmailIdentityCertificate")
def associate_email_identity_certificate(account: Account, request: Request) -> None:
    name, sender = _sender(request)
    account.identities.get(name)
    document = {
        "FromAddress": sender,
        "CertificateArn": request["CertificateArn"],
        "AssociatedTimestamp": account.now(),
    }
    certificates_of(account, name).create(sender, document)


@v2("DisassociateEmailIdentityCertificate")
def disassociate_email_identity_certificate(account: Account, request: Request) -> None:
    name, sender = _sender(request)
    account.identities.get(name)
    certificates_of(account, name).discard(sender)


@v2("ListEmailIdentityCertificates")
def list_email_identity_certificates(account: Account, request: Request) -> Result:
    name = identity_name(request["EmailIdentity"])
    account.identities.get(name)
    return page(
        certificates_of(account, name),
        request,
        "Certificates",
        lambda sender, document: _shown(document, account.now()),
    )


def certificates_of(account: Account, name: str) -> Collection:
    """The certificates of an identity by the address that they are for."""
    return account.collection("EmailIdentityCertificate", name)


def _sender(request: Request) -> tuple[str, str]:
    """The identity's name, and the address that its certificate is for."""
    name = identity_name(request["EmailIdentity"])
    given = request.get("FromAddress")
    if given is None and "@" not in name:
        raise invalid("FromAddress is required when EmailIdentity is a domain.")
    sender = name if given is None else addresses.parse(given).spec
    if "@" in name:
        if identity_name(sender) != name:
            raise invalid(f"FromAddress <{sender}> does not match the email identity <{name}>.")
    elif not f".{domain_of(sender).lower()}".endswith(f".{name}"):
        raise invalid(f"FromAddress <{sender}> does not belong to the domain identity <{name}>.")
    return name, sender


def _shown(document: dict[str, Any], now: float) -> dict[str, Any]:
    since = now - document["AssociatedTimestamp"]
    if since < PROVISIONING:
        return {**document, "Status": "PROVISIONING"}
    return {
        **document,
        "Status": "ACTIVE" if since < VALIDITY else "FAILED",
        "CertificateExpiryTime": document["AssociatedTimestamp"] + VALIDITY,
    }
