"""Reputation entities: the tenants, seen as what may be paused; only v2 has them."""

from ses_emulator.errors import AwsError, Missing
from ses_emulator.mail.reputation import (
    POLICIES,
    judge_tenant,
    of_tenant,
    policy_of,
    put_status,
)
from ses_emulator.operations.paging import page
from ses_emulator.operations.registry import Request, Result, v2
from ses_emulator.operations.tenants import tenants
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Document


@v2("GetReputationEntity")
def get_reputation_entity(account: Account, request: Request) -> Result:
    return {"ReputationEntity": _shown(account, _tenant(account, request))}


@v2("ListReputationEntities")
def list_reputation_entities(account: Account, request: Request) -> Result:
    given = request.get("Filter", {})
    prefix, status = given.get("ENTITY_REFERENCE_PREFIX", ""), given.get("SENDING_STATUS")
    some, impact = given.get("ENTITY_TYPE") in (None, "RESOURCE"), given.get("REPUTATION_IMPACT")

    def chosen(tenant: Document) -> bool:
        known = tenant["TenantArn"].startswith(prefix)
        return (
            some
            and known
            and status in (None, tenant["SendingStatus"])
            and (impact is None or impact == of_tenant(account, tenant).impact())
        )

    return page(
        tenants(account),
        request,
        "ReputationEntities",
        lambda name, tenant: _shown(account, tenant),
        chosen,
    )


@v2("UpdateReputationEntityCustomerManagedStatus")
def update_reputation_entity_customer_managed_status(account: Account, request: Request) -> None:
    name = _changed(account, request)["TenantName"]
    put_status(account, name, request["SendingStatus"], "Status manually updated.")


@v2("UpdateReputationEntityPolicy")
def update_reputation_entity_policy(account: Account, request: Request) -> None:
    policy = request["ReputationEntityPolicy"]
    if policy not in (_policy(account, name) for name in POLICIES):
        raise AwsError("BadRequestException", f"Reputation policy <{policy}> does not exist.")
    name = _changed(account, request)["TenantName"]
    tenants(account).update(name, ReputationManagementPolicy=policy)


def _changed(account: Account, request: Request) -> Document:
    """The tenant that a request changes.

    Source: the API reference, whose updates of reputation entities have no NotFoundException.
    """
    try:
        return _tenant(account, request)
    except Missing as missing:
        words = f"Reputation entity <{missing.name}> does not exist."
        raise AwsError("BadRequestException", words) from None


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
    tenant = judge_tenant(account, tenant)
    return {
        "ReputationEntityReference": tenant["TenantArn"],
        "ReputationEntityType": "RESOURCE",
        "ReputationManagementPolicy": _policy(account, policy_of(tenant)),
        "CustomerManagedStatus": tenant.get("CustomerManagedStatus"),
        "AwsSesManagedStatus": {
            "Status": "ENABLED",
            "LastUpdatedTimestamp": tenant["CreatedTimestamp"],
        },
        "SendingStatusAggregate": tenant["SendingStatus"],
        "ReputationImpact": of_tenant(account, tenant).impact() or None,
    }


def _policy(account: Account, name: str) -> str:
    return f"arn:aws:ses:{account.region}:aws:reputation-policy/{name}"
