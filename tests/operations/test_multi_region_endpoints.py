"""Multi-region endpoints."""

from __future__ import annotations

from typing import Any

import pytest

from ses_emulator.operations.jobs import DELAY
from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import Clock, client, refused, running


def details(*regions: str) -> dict[str, Any]:
    return {"RoutesDetails": [{"Region": region} for region in regions]}


def test_lifecycle() -> None:
    clock = Clock()
    with running(clock) as emulator:
        ses = client(emulator, "sesv2")
        created = ses.create_multi_region_endpoint(
            EndpointName="global", Details=details("eu-west-1")
        )
        assert created["Status"] == "CREATING"
        start = clock.now
        assert ses.get_multi_region_endpoint(EndpointName="global")["Status"] == "CREATING"
        clock.now += DELAY
        got = ses.get_multi_region_endpoint(EndpointName="global")
        assert got["Status"] == "READY"
        assert got["EndpointId"] == created["EndpointId"]
        assert got["Routes"] == [{"Region": "us-east-1"}, {"Region": "eu-west-1"}]
        assert got["CreatedTimestamp"].timestamp() == start
        assert got["LastUpdatedTimestamp"].timestamp() == clock.now
        [listed] = ses.list_multi_region_endpoints()["MultiRegionEndpoints"]
        assert listed["Regions"] == ["us-east-1", "eu-west-1"]
        assert listed["Status"] == "READY"
        deleted = ses.delete_multi_region_endpoint(EndpointName="global")
        assert deleted["Status"] == "DELETING"
        assert ses.list_multi_region_endpoints()["MultiRegionEndpoints"] == []


def test_pages(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    for name in ("a", "b", "c"):
        ses.create_multi_region_endpoint(EndpointName=name, Details=details("eu-west-1"))
    first = ses.list_multi_region_endpoints(PageSize=2)
    second = ses.list_multi_region_endpoints(PageSize=2, NextToken=first["NextToken"])
    found = first["MultiRegionEndpoints"] + second["MultiRegionEndpoints"]
    assert [each["EndpointName"] for each in found] == ["a", "b", "c"]


def test_unknown_and_existing(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    for call in (ses.get_multi_region_endpoint, ses.delete_multi_region_endpoint):
        assert refused(call, EndpointName="x") == (
            "NotFoundException",
            404,
            "Multi-region endpoint x does not exist.",
        )
    new = {"EndpointName": "x", "Details": details("eu-west-1")}
    ses.create_multi_region_endpoint(**new)
    assert refused(ses.create_multi_region_endpoint, **new) == (
        "AlreadyExistsException",
        400,
        "Multi-region endpoint x already exists.",
    )


@pytest.mark.parametrize(
    ("regions", "words"),
    [
        ((), "RoutesDetails must contain exactly one route."),
        (("eu-west-1", "eu-west-2"), "RoutesDetails must contain exactly one route."),
        (("us-east-1",), "The secondary region must not be the primary region us-east-1."),
    ],
)
def test_refused_routes(ses_emulator: SesEmulator, regions: tuple[str, ...], words: str) -> None:
    create = client(ses_emulator, "sesv2").create_multi_region_endpoint
    assert refused(create, EndpointName="x", Details=details(*regions)) == (
        "BadRequestException",
        400,
        words,
    )
