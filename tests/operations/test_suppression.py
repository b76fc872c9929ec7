"""The suppression lists of an account and of a tenant."""

from __future__ import annotations

from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import Clock, client, refused, running


def listed(ses: Any, **arguments: Any) -> list[str]:
    answer = ses.list_suppressed_destinations(**arguments)
    return [each["EmailAddress"] for each in answer["SuppressedDestinationSummaries"]]


def test_lifecycle() -> None:
    clock = Clock()
    with running(clock) as emulator:
        ses = client(emulator, "sesv2")
        ses.put_suppressed_destination(EmailAddress="a@example.com", Reason="BOUNCE")
        clock.now += 60
        ses.put_suppressed_destination(EmailAddress="a@example.com", Reason="COMPLAINT")
        entry = ses.get_suppressed_destination(EmailAddress="a@example.com")
        entry = entry["SuppressedDestination"]
        assert entry.pop("LastUpdateTime").timestamp() == clock.now
        assert entry == {"EmailAddress": "a@example.com", "Reason": "COMPLAINT"}
        [summary] = ses.list_suppressed_destinations()["SuppressedDestinationSummaries"]
        assert summary.pop("LastUpdateTime").timestamp() == clock.now
        assert summary == entry
        ses.delete_suppressed_destination(EmailAddress="a@example.com")
        assert listed(ses) == []


def test_case_counts_before_the_at_only(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    for address in ("Ann@Example.COM", " Ann@example.com ", "ann@example.com"):
        ses.put_suppressed_destination(EmailAddress=address, Reason="BOUNCE")
    assert listed(ses) == ["Ann@example.com", "ann@example.com"]
    got = ses.get_suppressed_destination(EmailAddress="ann@EXAMPLE.com")
    assert got["SuppressedDestination"]["EmailAddress"] == "ann@example.com"
    ses.delete_suppressed_destination(EmailAddress="Ann@EXAMPLE.com")
    assert listed(ses) == ["ann@example.com"]


def test_unknown_address(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    for call in (ses.get_suppressed_destination, ses.delete_suppressed_destination):
        assert refused(call, EmailAddress="a@example.com") == (
            "NotFoundException",
            404,
            "Email address a@example.com does not exist on your suppression list.",
        )


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (" ", "EmailAddress can't be blank."),
        ("example.com", "EmailAddress <example.com> is invalid"),
    ],
)
def test_refused_addresses(ses_emulator: SesEmulator, address: str, words: str) -> None:
    ses = client(ses_emulator, "sesv2")
    refusal = ("BadRequestException", 400, words)
    assert refused(ses.put_suppressed_destination, EmailAddress=address, Reason="BOUNCE") == refusal
    for call in (ses.get_suppressed_destination, ses.delete_suppressed_destination):
        assert refused(call, EmailAddress=address) == refusal


def test_filters() -> None:
    clock = Clock()
    with running(clock) as emulator:
        ses = client(emulator, "sesv2")
        start = clock.now
        for name, reason in (("a", "BOUNCE"), ("b", "COMPLAINT"), ("c", "BOUNCE")):
            ses.put_suppressed_destination(EmailAddress=f"{name}@example.com", Reason=reason)
            clock.now += 60
        a, b, c = (f"{name}@example.com" for name in "abc")
        assert listed(ses, Reasons=["BOUNCE"]) == [a, c]
        assert listed(ses, Reasons=["BOUNCE", "COMPLAINT"]) == [a, b, c]
        assert listed(ses, StartDate=start + 1) == [b, c]
        assert listed(ses, EndDate=start + 119) == [a, b]
        assert listed(ses, StartDate=start + 1, EndDate=start + 119, Reasons=["BOUNCE"]) == []


def test_pages(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    for number in range(5):
        reason = "BOUNCE" if number < 4 else "COMPLAINT"
        ses.put_suppressed_destination(EmailAddress=f"{number}@example.com", Reason=reason)
    first = ses.list_suppressed_destinations(Reasons=["BOUNCE"], PageSize=2)
    assert len(first["SuppressedDestinationSummaries"]) == 2
    second = ses.list_suppressed_destinations(
        Reasons=["BOUNCE"], PageSize=2, NextToken=first["NextToken"]
    )
    assert [each["EmailAddress"] for each in second["SuppressedDestinationSummaries"]] == [
        "2@example.com",
        "3@example.com",
    ]
    assert "NextToken" not in second


def test_list_of_another_account(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2", key="111122223333")
    ses.put_suppressed_destination(EmailAddress="a@example.com", Reason="BOUNCE")
    assert listed(client(ses_emulator, "sesv2", key="444455556666")) == []


def with_tenants(emulator: SesEmulator) -> Any:
    """A client, if botocore knows the suppression lists of tenants."""
    ses = client(emulator, "sesv2")
    shape = ses.meta.service_model.operation_model("PutSuppressedDestination").input_shape
    if "TenantName" not in shape.members:
        pytest.skip("this botocore has no suppression lists of tenants")
    return ses


def test_list_of_a_tenant(ses_emulator: SesEmulator) -> None:
    ses = with_tenants(ses_emulator)
    ses.create_tenant(TenantName="one")
    ses.put_suppressed_destination(EmailAddress="a@example.com", Reason="BOUNCE")
    entry = {"EmailAddress": "b@example.com", "TenantName": "one"}
    ses.put_suppressed_destination(**entry, Reason="COMPLAINT")
    assert listed(ses) == ["a@example.com"]
    assert listed(ses, TenantName="one") == ["b@example.com"]
    got = ses.get_suppressed_destination(**entry)
    assert got["SuppressedDestination"]["TenantName"] == "one"
    ses.delete_suppressed_destination(**entry)
    assert refused(ses.delete_suppressed_destination, **entry) == (
        "NotFoundException",
        404,
        "Email address b@example.com does not exist on your tenant suppression list.",
    )


def test_unknown_tenant(ses_emulator: SesEmulator) -> None:
    ses = with_tenants(ses_emulator)
    entry = {"EmailAddress": "a@example.com", "TenantName": "unknown"}
    for call, arguments in (
        (ses.put_suppressed_destination, entry | {"Reason": "BOUNCE"}),
        (ses.get_suppressed_destination, entry),
        (ses.delete_suppressed_destination, entry),
        (ses.list_suppressed_destinations, {"TenantName": "unknown"}),
    ):
        assert refused(call, **arguments) == (
            "NotFoundException",
            404,
            "The requested tenant <unknown> does not exist.",
        )
