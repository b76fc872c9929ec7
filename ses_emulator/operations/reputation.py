"""Reputation entities: the tenants, seen as what may be paused; only v2 has them."""

from typing import Any

from ses_emulator.errors import AwsError, Missing
from ses_emulator.operations.paging import page
from ses_emulator.operations.registry import Request, Result, v2
from ses_emulator.operations.tenants import tenants
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Document

# Source: the guide, "Tenants", reputation policies; a new tenant has the first.
POLICIES = ("standard", "strict", "none")


@v2("GetReputationEntity")
def get_reputation_entity(account: Account, request: Request) -> Result:
    return {"ReputationEntity": _shown(account, _tenant(account, request))}


@v2("ListReputationEntities")
def list_reputation_entities(account: Account, request: Request) -> Result:
    given = request.get("Filter", {})
    prefix, status = given.get("ENTITY_REFERENCE_PREFIX", ""), given.get("SENDING_STATUS")
    some = given.get("ENTITY_TYPE") in (None, "RESOURCE") and "REPUTATION_IMPACT" not in given

    def chosen(tenant: Document) -> bool:
        known = tenant["TenantArn"].startswith(prefix)
        return some and known and status in (None, tenant["SendingStatus"])

    return page(
        tenants(account),
        request,
        "ReputationEntities",
        lambda name, tenant: _shown(account, tenant),
        chosen,
    )


@v2("UpdateReputationEntityCustomerManagedStatus")
def update_reputation_entity_customer_managed_status(account: Account, request: Request) -> None:
    status = request["SendingStatus"]
    record = {
        "Status": status,
        "Cause": "Status manually updated.",
        "LastUpdatedTimestamp": account.now(),
    }
    _update(account, request, CustomerManagedStatus=record, SendingStatus=status)


@v2("UpdateReputationEntityPolicy")
def update_reputation_entity_policy(account: Account, request: Request) -> None:
    policy = request["ReputationEntityPolicy"]
    if policy not in (_policy(account, name) for name in POLICIES):
        raise AwsError("BadRequestException", f"Reputation policy <{policy}> does not exist.")
    _update(account, request, ReputationManagementPolicy=policy)


def _update(account: Account, request: Request, **members: Any) -> None:
    """Change the tenant of a request.

    Source: the API reference, whose updates of reputation entities have no NotFoundException.
    """
    try:
        name = _tenant(account, request)["TenantName"]
    except Missing as missing:
        words = f"Reputation entity <{missing.name}> does not exist."
        raise AwsError("BadRequestException", words) from None
    tenants(account).update(name, **members)


def _tenant(account: Account, request: Request) -> Document:
    """The tenant of a request's ReputationEntityReference; of its ARN the id counts."""
    reference = request["ReputationEntityReference"]
    if reference.startswith(account.arn("tenant/")):
        id = reference.rpartition("/")[2]
        for _, tenant in tenants(account).all():
            if tenant["TenantId"] == id:
                return tenant
    raise Missing("ReputationEntity", reference)


def _shown(account: Account, tenant: Document) -> Result:
    return {
        "ReputationEntityReference": tenant["TenantArn"],
        "ReputationEntityType": "RESOURCE",
        "ReputationManagementPolicy": tenant.get(
            "ReputationManagementPolicy", _policy(account, POLICIES[0])
        ),
        "CustomerManagedStatus": tenant.get("CustomerManagedStatus"),
        "AwsSesManagedStatus": {
            "Status": "ENABLED",
            "LastUpdatedTimestamp": tenant["CreatedTimestamp"],
        },
        "SendingStatusAggregate": tenant["SendingStatus"],
    }


def _policy(account: Account, name: str) -> str:
    return f"arn:aws:ses:{account.region}:aws:reputation-policy/{name}"
