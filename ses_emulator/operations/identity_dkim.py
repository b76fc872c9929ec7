"""How the mail of an identity is signed: Easy DKIM, a key of one's own, or another region's."""

import base64
import binascii
import hashlib
from typing import Any

from ses_emulator.mail import dkim_keys
from ses_emulator.mail.dkim import UNSIGNED, attributes, primary_of, primary_region
from ses_emulator.mail.profile import verification_of
from ses_emulator.operations.identity_names import (
    V1_STATUSES,
    domain_of,
    identity_name,
    known_identities,
)
from ses_emulator.operations.refusals import invalid
from ses_emulator.operations.registry import Request, Result, v1, v2
from ses_emulator.store.account import DAY, Account

OWN_KEY = ("DomainSigningSelector", "DomainSigningPrivateKey")
DEFAULT_LENGTH = "RSA_2048_BIT"
# Regions whose DKIM domain is their own. Source: the AWS General Reference, "Amazon Simple Email
# Service endpoints and quotas", DKIM domains.
OWN_ZONES = frozenset(
    "af-south-1 ap-northeast-3 ap-south-2 ap-southeast-3 ap-southeast-5 ca-west-1 eu-central-2"
    " eu-south-1 il-central-1 me-central-1 us-gov-east-1".split()
)


@v1("SetIdentityDkimEnabled")
def set_identity_dkim_enabled(account: Account, request: Request) -> Result:
    _enable(account, request["Identity"], request["DkimEnabled"])
    return {}


@v2("PutEmailIdentityDkimAttributes")
def put_email_identity_dkim_attributes(account: Account, request: Request) -> None:
    _enable(account, request["EmailIdentity"], request.get("SigningEnabled", False))


@v1("GetIdentityDkimAttributes")
def get_identity_dkim_attributes(account: Account, request: Request) -> Result:
    shown = {}
    for given, name, document in known_identities(account, request["Identities"]):
        dkim = attributes(account, name, document)
        shown[given] = {
            "DkimEnabled": dkim["SigningEnabled"],
            "DkimVerificationStatus": V1_STATUSES[dkim["Status"]],
            "DkimTokens": dkim["Tokens"],
        }
    return {"DkimAttributes": shown}


@v2("PutEmailIdentityDkimSigningAttributes")
def put_email_identity_dkim_signing_attributes(account: Account, request: Request) -> Result:
    name = identity_name(request["EmailIdentity"])
    _check_domain(name)
    document = account.identities.get(name)
    given = request.get("SigningAttributes", {})
    if "DomainSigningAttributesOrigin" in given:
        raise invalid("DomainSigningAttributesOrigin is set by SigningAttributesOrigin.")
    origin = request["SigningAttributesOrigin"]
    before = document["DkimAttributes"]
    if origin == before["SigningAttributesOrigin"] == "AWS_SES":
        changes = _change_length(account, document, given)
    else:
        changes = _signing(account, name, origin, given)
        changes["DkimAttributes"]["SigningEnabled"] = before["SigningEnabled"]
    after = account.identities.update(name, **changes)
    dkim = attributes(account, name, after)
    return {
        "DkimStatus": dkim["Status"],
        "DkimTokens": dkim["Tokens"],
        "SigningHostedZone": dkim.get("SigningHostedZone"),
    }


def new_signing(account: Account, name: str, given: dict[str, Any]) -> dict[str, Any]:
    """The members that CreateEmailIdentity's DkimSigningAttributes make of a new identity.

    Raises AwsError ``InvalidParameterValue``.
    """
    _check_domain(name)
    origin = given.get("DomainSigningAttributesOrigin")
    if origin in ("AWS_SES", "EXTERNAL"):
        raise invalid(f"DomainSigningAttributesOrigin cannot be {origin}.")
    if not origin:
        origin = "EXTERNAL" if any(key in given for key in OWN_KEY) else "AWS_SES"
    return _signing(account, name, origin, given)


def easy(account: Account, name: str, length: str = DEFAULT_LENGTH) -> dict[str, Any]:
    """The DkimAttributes of a domain with Easy DKIM; the tokens of a domain are always the same."""
    region = account.region
    return {
        "SigningEnabled": True,
        "Status": _status(account),
        "Tokens": [
            base64.b32encode(digest(account, name, f"dkim{number}"))[:32].decode().lower()
            for number in range(3)
        ],
        "SigningHostedZone": f"dkim.{region}.amazonses.com"
        if region in OWN_ZONES
        else "dkim.amazonses.com",
        "SigningAttributesOrigin": "AWS_SES",
        "CurrentSigningKeyLength": length,
        "NextSigningKeyLength": length,
        "LastKeyGenerationTimestamp": account.now(),
    }


def replica_regions(account: Account, name: str) -> list[str]:
    """The regions in which an identity is signed as it is in this one."""
    document = account.identities.find(name) or {}
    origin = "AWS_SES_" + account.region.upper().replace("-", "_")
    return [
        region
        for region in document.get("ReplicaRegions", ())
        if (replica := account.elsewhere(region).identities.find(name))
        and replica["DkimAttributes"]["SigningAttributesOrigin"] == origin
    ]


def digest(account: Account, name: str, purpose: str) -> bytes:
    """Bytes that are always the same for an identity and a purpose."""
    return hashlib.sha256(f"{account.arn(f'identity/{name}')} {purpose}".encode()).digest()


def _enable(account: Account, given: str, enabled: bool) -> None:
    name = identity_name(given)
    domain = domain_of(name)
    if account.identities.find(domain) is None:
        raise invalid(f"Domain {domain} is not verified for DKIM signing.")
    document = account.identities.find(name)
    if document:
        dkim = {**document["DkimAttributes"], "SigningEnabled": enabled}
        account.identities.update(name, DkimAttributes=dkim)


def _signing(account: Account, name: str, origin: str, given: dict[str, Any]) -> dict[str, Any]:
    """The members of an identity that is signed in this way from now on."""
    if origin == "EXTERNAL":
        return _external(account, name, given)
    if any(key in given for key in OWN_KEY):
        raise invalid(f"{' and '.join(OWN_KEY)} are not for the origin {origin}.")
    if origin == "AWS_SES":
        dkim = easy(account, name, given.get("NextSigningKeyLength", DEFAULT_LENGTH))
        return {"DkimAttributes": dkim, "DkimSigningAttributes": None}
    return _replica(account, name, origin)


def _external(account: Account, name: str, given: dict[str, Any]) -> dict[str, Any]:
    if not all(key in given for key in OWN_KEY) or "NextSigningKeyLength" in given:
        raise invalid(f"The origin EXTERNAL needs {' and '.join(OWN_KEY)}, and nothing else.")
    selector, key = (given[member] for member in OWN_KEY)
    _check_key(key)
    # Mail that is signed with it may outlive the identity.
    dkim_keys.keep(account.instance, name, selector, key)
    return {
        "DkimAttributes": {
            "SigningEnabled": True,
            "Status": _status(account),
            "Tokens": [selector],
            "SigningAttributesOrigin": "EXTERNAL",
        },
        "DkimSigningAttributes": {key: given[key] for key in OWN_KEY},
    }


def _check_key(text: str) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    try:
        key = load_der_private_key(base64.b64decode(text, validate=True), None)
    except (binascii.Error, ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey) or not 1024 <= key.key_size <= 2048:
        raise invalid(
            "DomainSigningPrivateKey must be an RSA key of 1024 to 2048 bits, in PKCS #1 or"
            " PKCS #8 format and base64, without the lines that begin and end a PEM file."
        )


def _replica(account: Account, name: str, origin: str) -> dict[str, Any]:
    """A replica whose primary cannot be one is not verified.

    Source: the guide, "Using Deterministic Easy DKIM (DEED) in Amazon SES", and the API reference,
    "VerificationInfo".
    """
    primary = primary_of(account, name, origin)
    dkim = {**UNSIGNED, "SigningEnabled": True, "SigningAttributesOrigin": origin}
    members: dict[str, Any] = {"DkimAttributes": dkim, "DkimSigningAttributes": None}
    if primary_region(origin) == account.region:
        error = "REPLICATION_PRIMARY_INVALID_REGION"
    elif primary is None:
        error = "REPLICATION_PRIMARY_NOT_FOUND"
    elif primary["DkimAttributes"]["SigningAttributesOrigin"] == "EXTERNAL":
        error = "REPLICATION_PRIMARY_BYO_DKIM_NOT_SUPPORTED"
    elif primary["DkimAttributes"]["SigningAttributesOrigin"] != "AWS_SES":
        error = "REPLICATION_REPLICA_AS_PRIMARY_NOT_SUPPORTED"
    else:
        regions = {*primary.get("ReplicaRegions", ()), account.region}
        home = account.elsewhere(primary_region(origin))
        home.identities.update(name, ReplicaRegions=sorted(regions))
        dkim["Status"] = primary["DkimAttributes"]["Status"]
        verification = ("VerificationStatus", "VerifiedForSendingStatus")
        return members | {key: primary[key] for key in verification}
    dkim["Status"] = "FAILED"
    return members | {
        "VerificationStatus": "FAILED",
        "VerifiedForSendingStatus": False,
        "VerificationInfo": {"LastCheckedTimestamp": account.now(), "ErrorType": error},
    }


def _change_length(
    account: Account, document: dict[str, Any], given: dict[str, Any]
) -> dict[str, Any]:
    if any(key in given for key in OWN_KEY):
        raise invalid(f"{' and '.join(OWN_KEY)} are not for the origin AWS_SES.")
    dkim = document["DkimAttributes"]
    length = given.get("NextSigningKeyLength", dkim["NextSigningKeyLength"])
    if length == dkim["NextSigningKeyLength"]:
        return {}
    now = account.now()
    if now - document.get("KeyLengthChangedTimestamp", now - DAY) < DAY:
        raise invalid("NextSigningKeyLength can be changed at most once per day.")
    changes = {
        "CurrentSigningKeyLength": length,
        "NextSigningKeyLength": length,
        "LastKeyGenerationTimestamp": now,
    }
    return {"DkimAttributes": dkim | changes, "KeyLengthChangedTimestamp": now}


def _status(account: Account) -> str:
    return "SUCCESS" if verification_of(account) == "auto" else "PENDING"


def _check_domain(name: str) -> None:
    if "@" in name:
        raise invalid("The EmailIdentity value must be a valid domain.")
