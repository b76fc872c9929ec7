"""Identities, the addresses and domains that may send: documents in v2's shape."""

import base64
import hashlib
import re
from collections.abc import Iterable
from typing import Any

from ses_emulator.errors import AwsError
from ses_emulator.mail import addresses
from ses_emulator.operations.paging import page
from ses_emulator.operations.registry import Request, Result, v1, v2
from ses_emulator.store.account import Account

DOMAIN = re.compile(r"(?=.{1,253}\Z)(?:(?!-)[A-Za-z0-9_-]{1,63}(?<!-)\.)+[A-Za-z0-9-]{2,63}")
V1_TYPES = {"EmailAddress": "EMAIL_ADDRESS", "Domain": "DOMAIN"}
V1_STATUSES = {
    "PENDING": "Pending",
    "SUCCESS": "Success",
    "FAILED": "Failed",
    "TEMPORARY_FAILURE": "TemporaryFailure",
    "NOT_STARTED": "NotStarted",
}


@v2("CreateEmailIdentity")
def create_email_identity(account: Account, request: Request) -> Result:
    name = identity_name(request["EmailIdentity"])
    _check_name(name)
    configuration_set = request.get("ConfigurationSetName")
    if configuration_set:
        account.configuration_sets.get(configuration_set)
    document = _new(account, name)
    document["Tags"] = request.get("Tags", [])
    document["ConfigurationSetName"] = configuration_set
    account.identities.create(name, document)
    return document


@v2("GetEmailIdentity")
def get_email_identity(account: Account, request: Request) -> Result:
    return account.identities.get(identity_name(request["EmailIdentity"]))


@v2("ListEmailIdentities")
def list_email_identities(account: Account, request: Request) -> Result:
    return page(
        account.identities,
        request,
        "EmailIdentities",
        lambda name, document: {
            "IdentityType": document["IdentityType"],
            "IdentityName": name,
            "SendingEnabled": document["VerifiedForSendingStatus"],
            "VerificationStatus": document["VerificationStatus"],
        },
    )


@v2("DeleteEmailIdentity")
def delete_email_identity(account: Account, request: Request) -> None:
    account.identities.delete(identity_name(request["EmailIdentity"]))


@v1("VerifyEmailIdentity")
@v1("VerifyEmailAddress")
def verify_email_identity(account: Account, request: Request) -> None:
    address = request["EmailAddress"]
    if "@" not in address:
        raise AwsError("InvalidParameterValue", f"Invalid email address<{address}>.")
    _verify(account, identity_name(address))


@v1("VerifyDomainIdentity")
def verify_domain_identity(account: Account, request: Request) -> Result:
    name = identity_name(request["Domain"])
    _verify_domain(account, name)
    return {"VerificationToken": verification_token(account, name)}


@v1("VerifyDomainDkim")
def verify_domain_dkim(account: Account, request: Request) -> Result:
    name = identity_name(request["Domain"])
    _verify_domain(account, name)
    return {"DkimTokens": account.identities.get(name)["DkimAttributes"]["Tokens"]}


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
        attributes[given] = {"VerificationStatus": V1_STATUSES[document["VerificationStatus"]]}
        if document["IdentityType"] == "DOMAIN":
            attributes[given]["VerificationToken"] = verification_token(account, name)
    return {"VerificationAttributes": attributes}


@v1("DeleteIdentity")
def delete_identity(account: Account, request: Request) -> Result:
    account.identities.discard(identity_name(request["Identity"]))
    return {}


@v1("DeleteVerifiedEmailAddress")
def delete_verified_email_address(account: Account, request: Request) -> None:
    account.identities.discard(identity_name(request["EmailAddress"]))


def identity_name(given: str) -> str:
    """The name of an identity that is given by its name or its ARN; a domain is in lower case."""
    name = given.partition(":identity/")[2] if given.startswith("arn:") else given
    local, at, domain = name.rpartition("@")
    return f"{local}{at}{domain.lower()}"


def known_identities(
    account: Account, given: Iterable[str]
) -> list[tuple[str, str, dict[str, Any]]]:
    """Those of the given names and ARNs that there are: as given, name, document."""
    names = {each: identity_name(each) for each in given}
    known = account.identities.known(list(names.values()))
    return [(each, name, known[name]) for each, name in names.items() if name in known]


def _check_name(name: str) -> None:
    if "@" in name:
        addresses.parse(name)
        if "<" in name:
            raise AwsError("InvalidParameterValue", f"Invalid email address<{name}>.")
    elif not DOMAIN.fullmatch(name):
        raise AwsError("InvalidParameterValue", f"Invalid domain name <{name}>.")


def _verify_domain(account: Account, name: str) -> None:
    if not DOMAIN.fullmatch(name):
        raise AwsError("InvalidParameterValue", f"Invalid domain name <{name}>.")
    _verify(account, name)


def _verify(account: Account, name: str) -> None:
    """Begin the verification of an identity; one that is there stays as it is."""
    _check_name(name)
    if account.identities.find(name) is None:
        account.identities.create(name, _new(account, name))


def _new(account: Account, name: str) -> dict[str, Any]:
    verified = account.settings.verification == "auto"
    status = "SUCCESS" if verified else "PENDING"
    domain = "@" not in name
    now = account.now()
    return {
        "IdentityType": "DOMAIN" if domain else "EMAIL_ADDRESS",
        "FeedbackForwardingStatus": True,
        "VerifiedForSendingStatus": verified,
        "VerificationStatus": status,
        "VerificationInfo": {
            "LastCheckedTimestamp": now,
            **({"LastSuccessTimestamp": now} if verified else {}),
        },
        "DkimAttributes": {
            "SigningEnabled": domain,
            "Status": status if domain else "NOT_STARTED",
            "SigningAttributesOrigin": "AWS_SES",
            "Tokens": dkim_tokens(account, name) if domain else [],
            "CurrentSigningKeyLength": "RSA_2048_BIT",
            "NextSigningKeyLength": "RSA_2048_BIT",
        },
        "MailFromAttributes": {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"},
        "Policies": {},
        "Tags": [],
    }


def dkim_tokens(account: Account, name: str) -> list[str]:
    """The three tokens of Easy DKIM; always the same for a domain, as in SES."""
    return [
        base64.b32encode(_digest(account, name, f"dkim{number}"))[:32].decode().lower()
        for number in range(3)
    ]


def verification_token(account: Account, name: str) -> str:
    """The TXT record that proves a domain to v1; always the same for a domain."""
    return base64.b64encode(_digest(account, name, "verification")).decode()


def _digest(account: Account, name: str, purpose: str) -> bytes:
    return hashlib.sha256(f"{account.arn(f'identity/{name}')} {purpose}".encode()).digest()
