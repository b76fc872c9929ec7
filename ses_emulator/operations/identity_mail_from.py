"""The custom MAIL FROM domain of an identity."""

from typing import Any

from ses_emulator.errors import AwsError
from ses_emulator.mail.profile import verification_of
from ses_emulator.operations.identity_names import (
    DOMAIN,
    V1_STATUSES,
    domain_of,
    identity_name,
    known_identities,
)
from ses_emulator.operations.registry import Request, Result, v1, v2
from ses_emulator.store.account import Account

DEFAULT_BEHAVIOR = "USE_DEFAULT_VALUE"
V1_BEHAVIORS = {DEFAULT_BEHAVIOR: "UseDefaultValue", "REJECT_MESSAGE": "RejectMessage"}
BEHAVIORS = {given: behavior for behavior, given in V1_BEHAVIORS.items()}


@v1("SetIdentityMailFromDomain")
def set_identity_mail_from_domain(account: Account, request: Request) -> Result:
    behavior = BEHAVIORS[request.get("BehaviorOnMXFailure", V1_BEHAVIORS[DEFAULT_BEHAVIOR])]
    _set(account, request["Identity"], request.get("MailFromDomain"), behavior)
    return {}


@v2("PutEmailIdentityMailFromAttributes")
def put_email_identity_mail_from_attributes(account: Account, request: Request) -> None:
    behavior = request.get("BehaviorOnMxFailure", DEFAULT_BEHAVIOR)
    _set(account, request["EmailIdentity"], request.get("MailFromDomain"), behavior)


@v1("GetIdentityMailFromDomainAttributes")
def get_identity_mail_from_domain_attributes(account: Account, request: Request) -> Result:
    identities = known_identities(account, request["Identities"])
    return {
        "MailFromDomainAttributes": {
            given: _v1_view(document["MailFromAttributes"]) for given, _, document in identities
        }
    }


def _set(account: Account, identity: str, domain: str | None, behavior: str) -> None:
    name = identity_name(identity)
    account.identities.get(name)
    attributes = {"BehaviorOnMxFailure": DEFAULT_BEHAVIOR}
    if domain:
        _check(domain, domain_of(name))
        verified = verification_of(account) == "auto"
        attributes = {
            "MailFromDomain": domain,
            "MailFromDomainStatus": "SUCCESS" if verified else "PENDING",
            "BehaviorOnMxFailure": behavior,
        }
    account.identities.update(name, MailFromAttributes=attributes)


def _check(domain: str, parent: str) -> None:
    if not DOMAIN.fullmatch(domain) or not domain.lower().endswith(f".{parent}"):
        raise AwsError(
            "InvalidParameterValue",
            f"Provided MAIL-FROM domain <{domain}> is not subdomain of the domain of the identity"
            f" <{parent}>.",
        )


def _v1_view(attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        "MailFromDomain": attributes.get("MailFromDomain"),
        "MailFromDomainStatus": V1_STATUSES.get(attributes.get("MailFromDomainStatus", "")),
        "BehaviorOnMXFailure": V1_BEHAVIORS[attributes["BehaviorOnMxFailure"]],
    }
