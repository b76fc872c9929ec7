"""Which mail is let in, and which rules it meets."""

from __future__ import annotations

from typing import Any

import pytest

from ses_emulator.inbound.matching import blocked, matches, matching


def ip_filter(policy: str, cidr: str) -> dict[str, Any]:
    """A filter as the API has it."""
    return {"Name": "filter", "IpFilter": {"Policy": policy, "Cidr": cidr}}


def rule(name: str, *recipients: str, enabled: bool = True) -> dict[str, Any]:
    """As much of a rule as matching reads."""
    return {"Name": name, "Recipients": list(recipients), "Enabled": enabled}


def nobody(recipient: str) -> bool:
    """Whose domain is verified."""
    return False


def test_without_filters_nobody_is_blocked() -> None:
    assert not blocked([], "192.0.2.1")


@pytest.mark.parametrize(
    ("address", "expected"),
    [("192.0.2.7", False), ("192.0.2.8", True), ("198.51.100.1", True), ("2001:db8::1", False)],
)
def test_everybody_but_those_on_the_allow_list(address: str, expected: bool) -> None:
    """The guide's example."""
    filters = [ip_filter("Block", "0.0.0.0/0"), ip_filter("Allow", "192.0.2.7")]
    for given in (filters, filters[::-1]):
        assert blocked(given, address) == expected


@pytest.mark.parametrize(
    ("address", "expected"), [("10.1.2.3", False), ("10.1.9.9", True), ("10.9.9.9", False)]
)
def test_the_narrowest_range_decides(address: str, expected: bool) -> None:
    filters = [
        ip_filter("Block", "10.1.0.0/16"),
        ip_filter("Allow", "10.1.2.0/24"),
        ip_filter("Allow", "10.0.0.0/8"),
    ]
    assert blocked(filters, address) == expected


def test_of_the_same_range_block_decides() -> None:
    filters = [ip_filter("Block", "10.0.0.1"), ip_filter("Allow", "10.0.0.1/32")]
    assert blocked(filters, "10.0.0.1")
    assert blocked(filters[::-1], "10.0.0.1")


def test_ranges_of_ipv6_and_bits_behind_the_prefix() -> None:
    filters = [ip_filter("Block", "2001:db8::7/32"), ip_filter("Block", "10.0.0.1/24")]
    assert blocked(filters, "2001:db8:1::1")
    assert blocked(filters, "10.0.0.200")
    assert blocked(filters, "::ffff:10.0.0.200")
    assert not blocked(filters, "2001:db9::1")
    assert not blocked(filters, "no address")


@pytest.mark.parametrize(
    ("condition", "recipient", "expected"),
    [
        ("user@example.com", "user@example.com", True),
        ("user@example.com", "USER@Example.COM", True),
        ("User@Example.com", "user@example.com", True),
        ("user@example.com", "user+label@example.com", True),
        ("user@example.com", "user+label+more@example.com", True),
        ("user@example.com", "user2@example.com", False),
        ("user@example.com", "user@sub.example.com", False),
        ("user+label@example.com", "user+label@example.com", True),
        ("user+label@example.com", "user+other@example.com", False),
        ("user+label@example.com", "user@example.com", False),
        ("example.com", "anyone+x@example.com", True),
        ("example.com", "user@sub.example.com", False),
        ("example.com", "user@notexample.com", False),
        (".example.com", "user@sub.example.com", True),
        (".example.com", "user@a.b.example.com", True),
        (".example.com", "user@example.com", False),
        (".example.com", "user@notexample.com", False),
    ],
)
def test_conditions(condition: str, recipient: str, expected: bool) -> None:
    """Source: the guide, "Creating receipt rules", recipient conditions."""
    assert matches([condition], recipient, nobody) == expected
    assert matches(["other.example", condition], recipient, nobody) == expected


def test_without_a_condition_a_rule_is_for_all_that_is_verified() -> None:
    owned = {"user@example.com"}
    assert matches([], "user@example.com", owned.__contains__)
    assert not matches([], "user@example.org", owned.__contains__)


def test_rules_in_order_with_those_who_meet_them() -> None:
    rules = [
        rule("all"),
        rule("off", "example.com", enabled=False),
        rule("one", "a@example.com"),
        rule("nobody", "c@example.com"),
        rule("domain", "example.com"),
    ]
    found = matching(
        rules, ["a@example.com", "b@example.com", "d@example.net"], "d@example.net".__eq__
    )
    assert [(each["Name"], matched) for each, matched in found] == [
        ("all", ["d@example.net"]),
        ("one", ["a@example.com"]),
        ("domain", ["a@example.com", "b@example.com"]),
    ]
