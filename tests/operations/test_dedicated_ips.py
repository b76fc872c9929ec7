"""Dedicated IP addresses, their warm-up and their pools."""

from __future__ import annotations

from typing import Any

import pytest

from ses_emulator.operations.dedicated_ips import ADDRESSES, DEFAULT_POOL
from ses_emulator.pytest_plugin import SesEmulator
from ses_emulator.store.account import DAY
from tests.operations.support import Clock, client, refused, running

FIRST, SECOND, THIRD = ADDRESSES


def addresses(ses: Any, **arguments: Any) -> list[str]:
    return [each["Ip"] for each in ses.get_dedicated_ips(**arguments)["DedicatedIps"]]


def test_pools(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    tags = [{"Key": "team", "Value": "mail"}]
    ses.create_dedicated_ip_pool(PoolName="one", Tags=tags)
    ses.create_dedicated_ip_pool(PoolName="two", ScalingMode="MANAGED")
    assert ses.list_dedicated_ip_pools()["DedicatedIpPools"] == ["one", "two"]
    pool = ses.get_dedicated_ip_pool(PoolName="one")["DedicatedIpPool"]
    assert pool == {"PoolName": "one", "ScalingMode": "STANDARD"}
    arn = "arn:aws:ses:us-east-1:000000000000:dedicated-ip-pool/one"
    assert ses.list_tags_for_resource(ResourceArn=arn)["Tags"] == tags
    ses.put_dedicated_ip_pool_scaling_attributes(PoolName="one", ScalingMode="MANAGED")
    pool = ses.get_dedicated_ip_pool(PoolName="one")["DedicatedIpPool"]
    assert pool["ScalingMode"] == "MANAGED"
    ses.delete_dedicated_ip_pool(PoolName="one")
    assert ses.list_dedicated_ip_pools()["DedicatedIpPools"] == ["two"]


def test_pages(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    for name in ("a", "b", "c"):
        ses.create_dedicated_ip_pool(PoolName=name)
    first = ses.list_dedicated_ip_pools(PageSize=2)
    assert first["DedicatedIpPools"] == ["a", "b"]
    second = ses.list_dedicated_ip_pools(PageSize=2, NextToken=first["NextToken"])
    assert second["DedicatedIpPools"] == ["c"]
    first = ses.get_dedicated_ips(PageSize=2)
    assert addresses(ses, NextToken=first["NextToken"]) == [THIRD]


def test_address_moves_between_pools(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    assert addresses(ses) == addresses(ses, PoolName=DEFAULT_POOL) == list(ADDRESSES)
    ses.create_dedicated_ip_pool(PoolName="one")
    for ip in (FIRST, SECOND):
        ses.put_dedicated_ip_in_pool(Ip=ip, DestinationPoolName="one")
    assert addresses(ses, PoolName="one") == [FIRST, SECOND]
    assert ses.get_dedicated_ip(Ip=FIRST)["DedicatedIp"] == {
        "Ip": FIRST,
        "PoolName": "one",
        "WarmupStatus": "DONE",
        "WarmupPercentage": 100,
    }
    ses.put_dedicated_ip_in_pool(Ip=FIRST, DestinationPoolName=DEFAULT_POOL)
    assert addresses(ses, PoolName="one") == [SECOND]
    ses.delete_dedicated_ip_pool(PoolName="one")
    assert addresses(ses, PoolName=DEFAULT_POOL) == list(ADDRESSES)


def test_address_in_a_managed_pool(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    ses.create_dedicated_ip_pool(PoolName="one", ScalingMode="MANAGED")
    ses.put_dedicated_ip_in_pool(Ip=FIRST, DestinationPoolName="one")
    found = ses.get_dedicated_ip(Ip=FIRST)["DedicatedIp"]
    assert (found["WarmupStatus"], found["WarmupPercentage"]) == ("NOT_APPLICABLE", -1)


def test_warm_up() -> None:
    clock = Clock()
    with running(clock) as emulator:
        ses = client(emulator, "sesv2")

        def warm_up() -> tuple[str, int]:
            found = ses.get_dedicated_ip(Ip=FIRST)["DedicatedIp"]
            return found["WarmupStatus"], found["WarmupPercentage"]

        ses.put_dedicated_ip_warmup_attributes(Ip=FIRST, WarmupPercentage=10)
        assert warm_up() == ("IN_PROGRESS", 10)
        clock.now += 9 * DAY
        assert warm_up() == ("IN_PROGRESS", 30)
        ses.put_account_dedicated_ip_warmup_attributes(AutoWarmupEnabled=False)
        assert warm_up() == ("IN_PROGRESS", 10)
        ses.put_account_dedicated_ip_warmup_attributes(AutoWarmupEnabled=True)
        clock.now += 45 * DAY
        assert warm_up() == ("DONE", 100)


def test_unknown_pool_and_address(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    pool = ("NotFoundException", 404, "The requested pool <x> does not exist.")
    for call, arguments in (
        (ses.get_dedicated_ip_pool, {"PoolName": "x"}),
        (ses.delete_dedicated_ip_pool, {"PoolName": "x"}),
        (ses.get_dedicated_ips, {"PoolName": "x"}),
        (
            ses.put_dedicated_ip_pool_scaling_attributes,
            {"PoolName": "x", "ScalingMode": "STANDARD"},
        ),
        (ses.put_dedicated_ip_in_pool, {"Ip": FIRST, "DestinationPoolName": "x"}),
    ):
        assert refused(call, **arguments) == pool
    address = (
        "NotFoundException",
        404,
        "Could not find dedicated IP <192.0.2.9> under this account.",
    )
    calls: list[tuple[Any, dict[str, Any]]] = [
        (ses.get_dedicated_ip, {}),
        (ses.put_dedicated_ip_in_pool, {"DestinationPoolName": "x"}),
        (ses.put_dedicated_ip_warmup_attributes, {"WarmupPercentage": 5}),
    ]
    for call, more in calls:
        assert refused(call, Ip="192.0.2.9", **more) == address


def test_existing_pool(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    ses.create_dedicated_ip_pool(PoolName="one")
    assert refused(ses.create_dedicated_ip_pool, PoolName="one") == (
        "AlreadyExistsException",
        400,
        "The pool <one> already exists.",
    )


def test_managed_pool_stays_managed(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    ses.create_dedicated_ip_pool(PoolName="one", ScalingMode="MANAGED")
    assert refused(
        ses.put_dedicated_ip_pool_scaling_attributes, PoolName="one", ScalingMode="STANDARD"
    ) == ("BadRequestException", 400, "The ScalingMode parameter is invalid.")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (" ", "Pool name can't be blank."),
        (DEFAULT_POOL, "Pool name describes either a shared or default dedicated ip pool"),
        ("ses-shared-pool", "Pool name describes either a shared or default dedicated ip pool"),
        (
            "Upper",
            "Pool name can contain up to 64 characters. Only lowercase letters, numbers, "
            "underscores (_) and hyphens (-) are allowed.",
        ),
        (
            "p" * 65,
            "Pool name can contain up to 64 characters. Only lowercase letters, numbers, "
            "underscores (_) and hyphens (-) are allowed.",
        ),
    ],
)
def test_refused_names(ses_emulator: SesEmulator, name: str, words: str) -> None:
    ses = client(ses_emulator, "sesv2")
    expected = ("BadRequestException", 400, words)
    assert refused(ses.create_dedicated_ip_pool, PoolName=name) == expected


@pytest.mark.parametrize("name", [" ", DEFAULT_POOL, "ses-shared-pool"])
def test_pools_that_are_nobodys(ses_emulator: SesEmulator, name: str) -> None:
    ses = client(ses_emulator, "sesv2")
    blank = "Pool name can't be blank."
    words = "Pool name describes either a shared or default dedicated ip pool"
    refusal = ("BadRequestException", 400, words if name.strip() else blank)
    put = ses.put_dedicated_ip_pool_scaling_attributes
    for call, more in (
        (ses.get_dedicated_ip_pool, {}),
        (ses.delete_dedicated_ip_pool, {}),
        (put, {"ScalingMode": "STANDARD"}),
    ):
        assert refused(call, PoolName=name, **more) == refusal
    assert refused(ses.put_dedicated_ip_in_pool, Ip=FIRST, DestinationPoolName=" ") == (
        "BadRequestException",
        400,
        blank,
    )


@pytest.mark.parametrize("percentage", [-1, 101])
def test_refused_percentages(ses_emulator: SesEmulator, percentage: int) -> None:
    put = client(ses_emulator, "sesv2").put_dedicated_ip_warmup_attributes
    assert refused(put, Ip=FIRST, WarmupPercentage=percentage) == (
        "BadRequestException",
        400,
        "Warmup Percentage must be between 0 and 100.",
    )
