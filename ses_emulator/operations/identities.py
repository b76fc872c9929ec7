"""Identities, the addresses and domains that may send: documents in v2's shape."""

import base64
from typing import Any

from ses_emulator.errors import AwsError
from ses_emulator.mail.dkim import attributes as dkim_attributes
from ses_emulator.mail.profile import verification_of
from ses_emulator.mail.verification import ask, status_of
from ses_emulator.operations import identity_dkim as dkim
from ses_emulator.operations.identity_certificates import certificates_of
from ses_emulator.operations.identity_names import (
    V1_STATUSES,
    check_domain,
    check_name,
    identity_name,
    known_identities,
)
from ses_emulator.operations.paging import page
from ses_emulator.operations.refusals import check_limit
from ses_emulator.operations.registry import Request, Result, v1, v2
from ses_emulator.operations.tags import check_tags
from ses_emulator.operations.tenants import check_unassociated
from ses_emulator.store.account import Account

MOST = 10_000
V1_TYPES = {"EmailAddress": "EMAIL_ADDRESS", "Domain": "DOMAIN"}


@v2("CreateEmailIdentity")
def create_email_identity(account: Account, request: Request) -> Result:
    name = identity_name(request["EmailIdentity"])
    check_name(name)
    tags = request.get("Tags", [])
    check_tags(tags)
    configuration_set = request.get("ConfigurationSetName")
    if configuration_set:
        account.configuration_sets.get(configuration_set)
    document = _new(account, name)
    if "DkimSigningAttributes" in request:
        document |= dkim.new_signing(account, name, request["DkimSigningAttributes"])
    document |= {"Tags": tags, "ConfigurationSetName": configuration_set}
    _add(account, name, document)
    _ask(account, name, "CreateEmailIdentity")
    return _shown(account, name, document)


@v2("GetEmailIdentity")
def get_email_identity(account: Account, request: Request) -> Result:
    name = identity_name(request["EmailIdentity"])
    return _shown(account, name, account.identities.get(name))


@v2("ListEmailIdentities")
def list_email_identities(account: Account, request: Request) -> Result:
    given = request.get("Filter", {})
    part = given.get("IDENTITY_NAME_CONTAINS", "").lower()
    kind, status = given.get("IDENTITY_TYPE"), given.get("VERIFICATION_STATUS")
    return page(
        account.identities,
        request,
        "EmailIdentities",
        lambda name, document: {
            "IdentityType": document["IdentityType"],
            "IdentityName": name,
            "SendingEnabled": document["VerifiedForSendingStatus"],
            "VerificationStatus": status_of(account, document),
        },
        keep=lambda document: (
            part in document["IdentityName"].lower()
            and kind in (None, document["IdentityType"])
            and status in (None, status_of(account, document))
        ),
    )


@v2("DeleteEmailIdentity")
def delete_email_identity(account: Account, request: Request) -> None:
    name = identity_name(request["EmailIdentity"])
    _check_unused(account, name)
    account.identities.delete(name)


@v2("PutEmailIdentityConfigurationSetAttributes")
def put_email_identity_configuration_set_attributes(account: Account, request: Request) -> None:
    name = identity_name(request["EmailIdentity"])
    account.identities.get(name)
    configuration_set = request.get("ConfigurationSetName") or None
    if configuration_set:
        account.configuration_sets.get(configuration_set)
    account.identities.update(name, ConfigurationSetName=configuration_set)


@v1("VerifyEmailIdentity")
def verify_email_identity(account: Account, request: Request) -> None:
    _ask(account, add_address(account, request["EmailAddress"]), "VerifyEmailIdentity")


@v1("VerifyEmailAddress")
def verify_email_address(account: Account, request: Request) -> None:
    _ask(account, add_address(account, request["EmailAddress"]), "VerifyEmailAddress")


@v1("VerifyDomainIdentity")
def verify_domain_identity(account: Account, request: Request) -> Result:
    name = identity_name(request["Domain"])
    check_domain(name)
    _verify(account, name)
    return {"VerificationToken": verification_token(account, name)}


@v1("VerifyDomainDkim")
def verify_domain_dkim(account: Account, request: Request) -> Result:
    name = identity_name(request["Domain"])
    check_domain(name)
    document = _verify(account, name)
    return {"DkimTokens": dkim_attributes(account, name, document)["Tokens"]}


@v1("ListIdentities")
def list_identities(account: Account, request: Request) -> Result:
    kind = V1_TYPES.get(request.get("IdentityType", ""))
    return page(
        account.identities,
        request,
        "Identities",
        lambda name, document: name,
        keep=lambda document: kind in (None, document["IdentityType"]),
    )


@v1("ListVerifiedEmailAddresses")
def list_verified_email_addresses(account: Account, request: Request) -> Result:
    return {
        "VerifiedEmailAddresses": [
            name
            for name, document in account.identities.all()
            if document["IdentityType"] == "EMAIL_ADDRESS" and document["VerifiedForSendingStatus"]
        ]
    }


@v1("GetIdentityVerificationAttributes")
def get_identity_verification_attributes(account: Account, request: Request) -> Result:
    attributes = {}
    for given, name, document in known_identities(account, request["Identities"]):
        attributes[given] = {"VerificationStatus": V1_STATUSES[status_of(account, document)]}
        if document["IdentityType"] == "DOMAIN":
            attributes[given]["VerificationToken"] = verification_token(account, name)
    return {"VerificationAttributes": attributes}


@v1("DeleteIdentity")
def delete_identity(account: Account, request: Request) -> Result:
    name = identity_name(request["Identity"])
    _check_unused(account, name)
    account.identities.discard(name)
    return {}


@v1("DeleteVerifiedEmailAddress")
def delete_verified_email_address(account: Account, request: Request) -> None:
    delete_identity(account, {"Identity": request["EmailAddress"]})


def verification_token(account: Account, name: str) -> str:
    """The TXT record that proves a domain to v1; always the same for a domain."""
    return base64.b64encode(dkim.digest(account, name, "verification")).decode()


def add_address(account: Account, address: str) -> str:
    """Let an address be an identity, if it is none; its name. Raises AwsError."""
    if "@" not in address:
        raise AwsError("InvalidParameterValue", f"Invalid email address<{address}>.")
    name = identity_name(address)
    _verify(account, name)
    return name


def _ask(account: Account, name: str, operation: str) -> None:
    """Have the owner of an address asked to confirm it, where that is needed."""
    if "@" in name and verification_of(account) == "click":
        ask(account, name, operation)


def _verify(account: Account, name: str) -> dict[str, Any]:
    """Begin the verification of an identity; one that is there stays as it is. Its document."""
    check_name(name)
    document = account.identities.find(name)
    if document is None:
        document = _new(account, name)
        _add(account, name, document)
    return document


def _add(account: Account, name: str, document: dict[str, Any]) -> None:
    account.identities.create(name, document)
    words = f"Number of identities exceeds the limit of {MOST}."
    check_limit(account.identities, MOST, words)


def _new(account: Account, name: str) -> dict[str, Any]:
    verified = verification_of(account) == "auto"
    domain = "@" not in name
    now = account.now()
    return {
        "IdentityName": name,
        "IdentityType": "DOMAIN" if domain else "EMAIL_ADDRESS",
        "FeedbackForwardingStatus": True,
        "VerifiedForSendingStatus": verified,
        "VerificationStatus": "SUCCESS" if verified else "PENDING",
        "VerificationInfo": {
            "LastCheckedTimestamp": now,
            **({"LastSuccessTimestamp": now} if verified else {}),
        },
        "DkimAttributes": dkim.easy(account, name) if domain else {},
        "MailFromAttributes": {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"},
        "Policies": {},
        "Tags": [],
    }


def _shown(account: Account, name: str, document: dict[str, Any]) -> Result:
    return {
        **document,
        "VerificationStatus": status_of(account, document),
        "DkimAttributes": dkim_attributes(account, name, document),
    }


def _check_unused(account: Account, name: str) -> None:
    """Raise AwsError if something still needs the identity."""
    check_unassociated(account, f"identity/{name}")
    if certificates_of(account, name).count():
        raise _in_use(
            account,
            name,
            "it has certificates associated with it. Disassociate all certificates and try again.",
        )
    regions = dkim.replica_regions(account, name)
    if regions:
        raise _in_use(account, name, f"it has replica identities in {', '.join(regions)}.")


def _in_use(account: Account, name: str, reason: str) -> AwsError:
    arn = account.arn(f"identity/{name}")
    return AwsError("InvalidParameterValue", f"Cannot delete <{arn}> because {reason}")
