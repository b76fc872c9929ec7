"""Tenants and the resources that they may use; only v2 has them. Words as SES answers them."""

import re

from ses_emulator.errors import AwsError
from ses_emulator.mail.tenancy import resources_of
from ses_emulator.operations.identity_names import identity_name
from ses_emulator.operations.paging import page
from ses_emulator.operations.refusals import invalid
from ses_emulator.operations.registry import Request, Result, v2
from ses_emulator.operations.tags import check_tags
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Collection, Document

LONGEST_NAME = 64
NAME = re.compile(r"[A-Za-z0-9_-]+")
# What can be associated, by the first part of an ARN's resource: its type and kind of document.
RESOURCES = {
    "identity": ("EMAIL_IDENTITY", "EmailIdentity"),
    "configuration-set": ("CONFIGURATION_SET", "ConfigurationSet"),
    "template": ("EMAIL_TEMPLATE", "EmailTemplate"),
}


@v2("CreateTenant")
def create_tenant(account: Account, request: Request) -> Result:
    name = request["TenantName"]
    _check_name(name)
    tags = request.get("Tags", [])
    check_tags(tags)
    suppression = _suppression(request.get("SuppressionAttributes", {}))
    if tenants(account).find(name) is not None:
        raise AwsError(
            "AlreadyExistsException",
            f"Tenant with name {name} already exists in account {account.id}",
        )
    id = "tn-" + account.instance.new_id().replace("-", "")[:30]
    document = {
        "TenantName": name,
        "TenantId": id,
        "TenantArn": account.arn(f"tenant/{name}/{id}"),
        "CreatedTimestamp": account.now(),
        "Tags": tags,
        "SendingStatus": "ENABLED",
        "SuppressionAttributes": suppression,
    }
    tenants(account).create(name, document)
    return document


@v2("GetTenant")
def get_tenant(account: Account, request: Request) -> Result:
    return {"Tenant": _tenant(account, request)}


@v2("ListTenants")
def list_tenants(account: Account, request: Request) -> Result:
    given = request.get("Filter", {})
    part, status = given.get("TENANT_NAME_CONTAINS", ""), given.get("SENDING_STATUS")
    return page(
        tenants(account),
        request,
        "Tenants",
        lambda name, tenant: tenant,
        lambda tenant: part in tenant["TenantName"] and status in (None, tenant["SendingStatus"]),
    )


@v2("DeleteTenant")
def delete_tenant(account: Account, request: Request) -> None:
    name = _tenant(account, request)["TenantName"]
    resources = resources_of(account, name)
    for arn, _ in resources.all():
        _tenants_of(account, arn).discard(name)
    resources.clear()
    account.collection("TenantSuppressedDestination", name).clear()
    tenants(account).delete(name)


@v2("PutTenantSuppressionAttributes")
def put_tenant_suppression_attributes(account: Account, request: Request) -> None:
    """Without both members the tenant has no preferences of its own any more."""
    suppression = _suppression(request)
    name = _tenant(account, request)["TenantName"]
    tenants(account).update(name, SuppressionAttributes=suppression)


@v2("CreateTenantResourceAssociation")
def create_tenant_resource_association(account: Account, request: Request) -> None:
    tenant = _tenant(account, request)
    arn, type = _existing(account, request["ResourceArn"])
    name = tenant["TenantName"]
    if resources_of(account, name).find(arn) is not None:
        raise AwsError(
            "AlreadyExistsException",
            f"Resources {arn} has already been associated with tenant {name}",
        )
    document = {
        "TenantName": name,
        "TenantId": tenant["TenantId"],
        "ResourceType": type,
        "ResourceArn": arn,
        "AssociatedTimestamp": account.now(),
    }
    resources_of(account, name).create(arn, document)
    _tenants_of(account, arn).create(name, document)


@v2("DeleteTenantResourceAssociation")
def delete_tenant_resource_association(account: Account, request: Request) -> None:
    """An association that does not exist is no error."""
    name = _tenant(account, request)["TenantName"]
    arn, _ = _parse(account, request["ResourceArn"])
    resources_of(account, name).discard(arn)
    _tenants_of(account, arn).discard(name)


@v2("ListTenantResources")
def list_tenant_resources(account: Account, request: Request) -> Result:
    name = _tenant(account, request)["TenantName"]
    wanted = request.get("Filter", {}).get("RESOURCE_TYPE")
    # SES itself takes the words of ARNs.
    types = {word: type for word, (type, _) in RESOURCES.items()}
    type = types.get(wanted, wanted)
    if type not in (None, *types.values()):
        raise invalid(f"Invalid resource type {wanted} specified.")
    return page(
        resources_of(account, name),
        request,
        "TenantResources",
        lambda arn, document: document,
        lambda document: type in (None, document["ResourceType"]),
    )


@v2("ListResourceTenants")
def list_resource_tenants(account: Account, request: Request) -> Result:
    arn, _ = _existing(account, request["ResourceArn"])
    return page(
        _tenants_of(account, arn), request, "ResourceTenants", lambda name, document: document
    )


def tenants(account: Account) -> Collection:
    """The tenants by their names."""
    return account.collection("Tenant")


def check_unassociated(account: Account, resource: str) -> None:
    """Raise AwsError if a tenant still has ``resource``, such as ``identity/example.com``."""
    arn = account.arn(resource)
    if _tenants_of(account, arn).count():
        raise AwsError(
            "InvalidParameterValue",
            f"Cannot delete <{arn}> because it has tenant associations. "
            "Remove all tenant associations and try again.",
        )


def _tenants_of(account: Account, arn: str) -> Collection:
    return account.collection("ResourceTenant", arn)


def _tenant(account: Account, request: Request) -> Document:
    name = request["TenantName"]
    _check_name(name)
    return tenants(account).get(name)


def _check_name(name: str) -> None:
    if not name.strip():
        raise invalid("TenantName cannot be empty")
    if len(name) > LONGEST_NAME:
        raise invalid(f"TenantName cannot exceed {LONGEST_NAME} characters.")
    if not NAME.fullmatch(name):
        raise invalid(
            f"Invalid tenant name <{name}>: only alphanumeric ASCII characters, '_', and '-' "
            "are allowed."
        )


def _suppression(given: Request) -> Document | None:
    """The suppression preferences of a request; None if it has none of them."""
    reasons, scope = given.get("SuppressedReasons"), given.get("SuppressionScope")
    if reasons is None and scope is None:
        return None
    if reasons is None:
        raise invalid("SuppressionScope cannot be specified without SuppressedReasons.")
    if len(set(reasons)) < len(reasons):
        raise invalid("Each suppressed reason can only be specified at most once")
    if scope is None and not reasons:
        raise invalid(
            "SuppressionScope is required when SuppressedReasons are provided. "
            "Valid values are: TENANT, ACCOUNT"
        )
    if scope is None:
        raise invalid("SuppressedReasons cannot be specified without SuppressionScope.")
    return {"SuppressedReasons": reasons, "SuppressionScope": scope}


def _existing(account: Account, given: str) -> tuple[str, str]:
    """The ARN and the type of a resource of this account. Raises Missing if it does not exist."""
    arn, word = _parse(account, given)
    type, kind = RESOURCES[word]
    account.collection(kind).get(arn.partition("/")[2])
    return arn, type


def _parse(account: Account, arn: str) -> tuple[str, str]:
    """The ARN as SES writes it, and the first part of its resource. Raises AwsError."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        raise invalid("Provided resource identifier is not an SES resource")
    if parts[2] != "ses":
        raise invalid("Provided ARN is not in SES resource ARN format")
    word, _, name = parts[5].partition("/")
    if word not in RESOURCES:
        raise invalid(f"Unsupported resource type: {word}")
    if not name:
        raise invalid("Provided resource identifier is not an SES resource")
    if parts[3] != account.region:
        raise invalid(f"Resource <{arn}> must be in the same region")
    if parts[4] != account.id:
        raise invalid(f"Resource <{arn}> must be in the same account")
    return account.arn(f"{word}/{identity_name(name) if word == 'identity' else name}"), word
