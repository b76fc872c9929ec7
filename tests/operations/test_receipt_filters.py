"""Receipt filters."""

from __future__ import annotations

from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import client, refused


def block(name: str = "filter", cidr: str = "10.0.0.1", policy: str = "Block") -> dict[str, Any]:
    return {"Name": name, "IpFilter": {"Policy": policy, "Cidr": cidr}}


def test_lifecycle(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "ses")
    filters = [block("a", "10.0.0.1/24"), block("b", "2001:db8::/32", "Allow")]
    for each in reversed(filters):
        ses.create_receipt_filter(Filter=each)
    assert ses.list_receipt_filters()["Filters"] == filters
    assert client(ses_emulator, "ses", key="111122223333").list_receipt_filters()["Filters"] == []
    ses.delete_receipt_filter(FilterName="a")
    ses.delete_receipt_filter(FilterName="a")
    assert ses.list_receipt_filters()["Filters"] == filters[1:]


def test_exists_already(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "ses")
    ses.create_receipt_filter(Filter=block())
    assert refused(ses.create_receipt_filter, Filter=block(policy="Allow")) == (
        "AlreadyExists",
        400,
        "Filter already exists: filter",
    )
    assert ses.list_receipt_filters()["Filters"] == [block()]


@pytest.mark.parametrize("name", ["a b", "-a", "a.", "a" * 65])
def test_names_that_are_none(ses_emulator: SesEmulator, name: str) -> None:
    ses = client(ses_emulator, "ses")
    assert refused(ses.create_receipt_filter, Filter=block(name)) == (
        "InvalidParameterValue",
        400,
        f"Not a valid filterName: {name}",
    )


def test_empty_name(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "ses")
    assert refused(ses.create_receipt_filter, Filter=block("")) == (
        "InvalidParameterValue",
        400,
        "filterName must not be empty",
    )


@pytest.mark.parametrize(
    "cidr",
    [
        "",
        "example.com",
        "10.0.0.1/33",
        "10.0.0",
        "10.0.0.256",
        "10.0.0.1/",
        "10.0.0.0/255.0.0.0",
        "2001:db8::/129",
        "[2001:db8::1]",
        "fe80::1%eth0",
        "::ffff:192.0.2.1",
    ],
)
def test_ranges_that_are_none(ses_emulator: SesEmulator, cidr: str) -> None:
    ses = client(ses_emulator, "ses")
    assert refused(ses.create_receipt_filter, Filter=block(cidr=cidr)) == (
        "InvalidParameterValue",
        400,
        f"Invalid CIDR block: {cidr}",
    )


def test_hundred_filters(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "ses")
    for number in range(100):
        ses.create_receipt_filter(Filter=block(f"filter-{number}"))
    assert refused(ses.create_receipt_filter, Filter=block("more")) == (
        "LimitExceeded",
        400,
        "Too many filters",
    )
    assert len(ses.list_receipt_filters()["Filters"]) == 100
