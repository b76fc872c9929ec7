"""Dedicated IP addresses, their warm-up and the pools that they are in; only v2 has them."""

import re

from ses_emulator.operations.paging import page
from ses_emulator.operations.refusals import invalid
from ses_emulator.operations.registry import Request, Result, v2
from ses_emulator.operations.tags import check_tags
from ses_emulator.store.account import DAY, Account
from ses_emulator.store.documents import Collection, Document

# No operation leases an address, so each account has these. Source: RFC 5737, TEST-NET-2.
ADDRESSES = ("198.51.100.1", "198.51.100.2", "198.51.100.3")
# Every account has both. Source: the guide, "Assigning IP pools in Amazon SES".
DEFAULT_POOL = "ses-default-dedicated-pool"
OWN_POOLS = (DEFAULT_POOL, "ses-shared-pool")
POOL_NAME = re.compile(r"[a-z0-9_-]{1,64}")
# Source: the guide, "Warming up dedicated IP addresses".
WARMUP = 45 * DAY


@v2("CreateDedicatedIpPool")
def create_dedicated_ip_pool(account: Account, request: Request) -> None:
    name = request["PoolName"]
    _check_name(name)
    if not POOL_NAME.fullmatch(name):
        raise invalid(
            "Pool name can contain up to 64 characters. Only lowercase letters, numbers, "
            "underscores (_) and hyphens (-) are allowed."
        )
    tags = request.get("Tags", [])
    check_tags(tags)
    mode = request.get("ScalingMode", "STANDARD")
    _pools(account).create(name, {"PoolName": name, "ScalingMode": mode, "Tags": tags})


@v2("GetDedicatedIpPool")
def get_dedicated_ip_pool(account: Account, request: Request) -> Result:
    return {"DedicatedIpPool": _pool(account, request)}


@v2("ListDedicatedIpPools")
def list_dedicated_ip_pools(account: Account, request: Request) -> Result:
    return page(_pools(account), request, "DedicatedIpPools", lambda name, document: name)


@v2("DeleteDedicatedIpPool")
def delete_dedicated_ip_pool(account: Account, request: Request) -> None:
    name = request["PoolName"]
    _pool(account, request)
    _pools(account).delete(name)
    for ip, document in _ips(account).all():
        if document["PoolName"] == name:
            _ips(account).update(ip, PoolName=DEFAULT_POOL)


@v2("PutDedicatedIpPoolScalingAttributes")
def put_dedicated_ip_pool_scaling_attributes(account: Account, request: Request) -> None:
    mode = request["ScalingMode"]
    if _pool(account, request)["ScalingMode"] == "MANAGED" and mode == "STANDARD":
        raise invalid("The ScalingMode parameter is invalid.")
    _pools(account).update(request["PoolName"], ScalingMode=mode)


@v2("GetDedicatedIp")
def get_dedicated_ip(account: Account, request: Request) -> Result:
    return {"DedicatedIp": _shown(account, _ips(account).get(request["Ip"]))}


@v2("GetDedicatedIps")
def get_dedicated_ips(account: Account, request: Request) -> Result:
    pool = request.get("PoolName")
    if pool not in (None, *OWN_POOLS):
        _pools(account).get(pool)
    return page(
        _ips(account),
        request,
        "DedicatedIps",
        lambda ip, document: _shown(account, document),
        keep=lambda document: pool in (None, document["PoolName"]),
    )


@v2("PutDedicatedIpInPool")
def put_dedicated_ip_in_pool(account: Account, request: Request) -> None:
    pool = request["DestinationPoolName"]
    if not pool.strip():
        raise invalid("Pool name can't be blank.")
    _ips(account).get(request["Ip"])
    if pool != DEFAULT_POOL:
        _pools(account).get(pool)
    _ips(account).update(request["Ip"], PoolName=pool)


@v2("PutDedicatedIpWarmupAttributes")
def put_dedicated_ip_warmup_attributes(account: Account, request: Request) -> None:
    percentage = request["WarmupPercentage"]
    if not 0 <= percentage <= 100:
        raise invalid("Warmup Percentage must be between 0 and 100.")
    _ips(account).update(request["Ip"], WarmupPercentage=percentage, WarmupFrom=account.now())


def ips_of(account: Account) -> list[str]:
    """The account's dedicated IP addresses."""
    return [ip for ip, _ in _ips(account).all()]


def _pools(account: Account) -> Collection:
    return account.collection("DedicatedIpPool")


def _ips(account: Account) -> Collection:
    collection = account.collection("DedicatedIp")
    if not collection.count():
        for ip in ADDRESSES:
            new = {"Ip": ip, "PoolName": DEFAULT_POOL, "WarmupPercentage": 100, "WarmupFrom": 0.0}
            collection.create(ip, new)
    return collection


def _pool(account: Account, request: Request) -> Document:
    name = request["PoolName"]
    _check_name(name)
    return _pools(account).get(name)


def _check_name(name: str) -> None:
    if not name.strip():
        raise invalid("Pool name can't be blank.")
    if name in OWN_POOLS:
        raise invalid("Pool name describes either a shared or default dedicated ip pool")


def _shown(account: Account, document: Document) -> Result:
    """An address with its warm-up as it stands now: automatic warm-up takes 45 days in all."""
    pool = _pools(account).find(document["PoolName"])
    if pool and pool["ScalingMode"] == "MANAGED":
        return document | {"WarmupStatus": "NOT_APPLICABLE", "WarmupPercentage": -1}
    percentage = document["WarmupPercentage"]
    if account.attributes.get("DedicatedIpAutoWarmupEnabled", True):
        warmed = int((account.now() - document["WarmupFrom"]) * 100 / WARMUP)
        percentage = min(100, percentage + warmed)
    status = "DONE" if percentage == 100 else "IN_PROGRESS"
    return document | {"WarmupStatus": status, "WarmupPercentage": percentage}
