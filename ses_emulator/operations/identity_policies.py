"""Policies of identities, which let others use them.

What a policy has to be: the guide, "Amazon SES policy anatomy".
"""

import re
from typing import Any

import orjson

from ses_emulator.errors import AwsError, Exists
from ses_emulator.operations.identity_names import identity_name
from ses_emulator.operations.registry import Request, Result, v1, v2
from ses_emulator.store.account import Account

MOST_POLICIES = 20
LONGEST_POLICY = 4096
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
ACTION = re.compile(r"ses:[a-z*?]+", re.IGNORECASE)
PRINCIPALS = {
    "AWS": re.compile(r"\*|\d{12}|arn:aws[\w-]*:(iam|sts)::\d{12}:\S+"),
    "Service": re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?"),
}


@v1("PutIdentityPolicy")
def put_identity_policy(account: Account, request: Request) -> Result:
    _put(account, request["Identity"], request, "InvalidParameterValue")
    return {}


@v2("CreateEmailIdentityPolicy")
def create_email_identity_policy(account: Account, request: Request) -> None:
    name = identity_name(request["EmailIdentity"])
    if request["PolicyName"] in account.identities.get(name)["Policies"]:
        raise Exists("EmailIdentityPolicy", request["PolicyName"], name)
    _put(account, name, request)


@v2("UpdateEmailIdentityPolicy")
def update_email_identity_policy(account: Account, request: Request) -> None:
    _put(account, request["EmailIdentity"], request)


@v2("GetEmailIdentityPolicies")
def get_email_identity_policies(account: Account, request: Request) -> Result:
    return account.identities.get(identity_name(request["EmailIdentity"]))


@v1("GetIdentityPolicies")
def get_identity_policies(account: Account, request: Request) -> Result:
    names = request["PolicyNames"]
    if len(names) > MOST_POLICIES:
        raise AwsError(
            "InvalidParameterValue", f"Number of policy names exceeds the limit of {MOST_POLICIES}."
        )
    policies = account.identities.get(identity_name(request["Identity"]))["Policies"]
    return {"Policies": {name: policies[name] for name in names if name in policies}}


@v1("ListIdentityPolicies")
def list_identity_policies(account: Account, request: Request) -> Result:
    policies = account.identities.get(identity_name(request["Identity"]))["Policies"]
    return {"PolicyNames": sorted(policies)}


@v1("DeleteIdentityPolicy")
def delete_identity_policy(account: Account, request: Request) -> Result:
    _delete(account, request["Identity"], request["PolicyName"])
    return {}


@v2("DeleteEmailIdentityPolicy")
def delete_email_identity_policy(account: Account, request: Request) -> None:
    _delete(account, request["EmailIdentity"], request["PolicyName"])


def _put(account: Account, given: str, request: Request, full: str = "LimitExceeded") -> None:
    """Add or replace a policy; ``full`` is the error's code when there are 20 already."""
    identity, policy = identity_name(given), request["PolicyName"]
    policies = account.identities.get(identity)["Policies"]
    if not NAME.fullmatch(policy):
        raise AwsError(
            "InvalidParameterValue",
            "PolicyName is invalid. Policy names must only include alpha-numeric characters, "
            "dashes, and underscores.",
        )
    policies[policy] = _compacted(request["Policy"], account.arn(f"identity/{identity}"))
    if len(policies) > MOST_POLICIES:
        raise AwsError(
            full,
            f"Number of policies for <{identity}> exceeds max allowed number of policies per"
            " resource",
        )
    account.identities.update(identity, Policies=policies)


def _delete(account: Account, given: str, policy: str) -> None:
    identity = identity_name(given)
    policies = account.identities.get(identity)["Policies"]
    policies.pop(policy, None)
    account.identities.update(identity, Policies=policies)


def _compacted(text: str, arn: str) -> str:
    """The policy without its blanks.

    Raises AwsError ``InvalidPolicy`` unless it can be one of the identity with this ``arn``.
    """
    if len(text.encode()) > LONGEST_POLICY:
        raise _invalid("A policy cannot exceed 4 KB.")
    try:
        policy = orjson.loads(text)
    except ValueError:
        raise _invalid("The policy is not valid JSON.") from None
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    if not statements:
        raise _invalid("A policy must have at least one statement.")
    for statement in statements if isinstance(statements, list) else [statements]:
        if not isinstance(statement, dict):
            raise _invalid("A statement must be an object.")
        _check(statement, arn)
    return orjson.dumps(policy).decode()


def _check(statement: dict[str, Any], arn: str) -> None:
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise _invalid("A statement must have the Effect Allow or Deny.")
    if not _is_principal(statement.get("Principal")):
        raise _invalid("A statement must have at least one valid Principal, and no other.")
    if not _all_match(ACTION, statement.get("Action")):
        raise _invalid("A statement must have at least one Action, and only those of ses.")
    resources = _strings(statement.get("Resource"))
    if [resource.lower() for resource in resources] != [arn.lower()]:
        raise _invalid(f"The Resource of a statement must be {arn}.")


def _is_principal(principal: Any) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, dict) or not principal:
        return False
    return all(
        kind in PRINCIPALS and _all_match(PRINCIPALS[kind], given)
        for kind, given in principal.items()
    )


def _all_match(form: re.Pattern[str], value: Any) -> bool:
    """Whether an element of a policy is or lists strings, and all of this form."""
    strings = _strings(value)
    return bool(strings) and all(form.fullmatch(each) for each in strings)


def _strings(value: Any) -> list[str]:
    """The strings that an element of a policy is or lists; none if it has anything else."""
    values = value if isinstance(value, list) else [value]
    return values if all(isinstance(each, str) for each in values) else []


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidPolicy", message)
