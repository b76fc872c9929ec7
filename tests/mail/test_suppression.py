"""Who is suppressed, by whose settings, and who is put on which list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ses_emulator.mail.suppression import (
    Policy,
    Reason,
    forgive,
    policy_of,
    record,
    suppressed,
)
from ses_emulator.store.account import Account
from tests.mail.account import an_account, listed

A, B = "a@example.com", "b@example.com"
BOTH = frozenset(("BOUNCE", "COMPLAINT"))


@pytest.fixture
def account() -> Iterator[Account]:
    with an_account() as account:
        yield account


def put(account: Account, address: str, reason: str = "BOUNCE", tenant: str | None = None) -> None:
    kind = "SuppressedDestination" if tenant is None else "TenantSuppressedDestination"
    document = {"EmailAddress": address, "Reason": reason, "LastUpdateTime": 0.0}
    account.collection(kind, tenant or "").put(address, document)


def settings(account: Account, **options: Any) -> None:
    """Settle the SuppressionOptions of the set ``marketing`` and the tenant ``acme``."""
    account.configuration_sets.put(
        "marketing", {"SuppressionOptions": options["set"]} if "set" in options else {}
    )
    account.collection("Tenant").put("acme", {"SuppressionAttributes": options.get("tenant")})


def test_nobody_is(account: Account) -> None:
    assert suppressed(account, None, None, [A, B]) == {}


def test_who_is_on_the_list(account: Account) -> None:
    put(account, A)
    put(account, B, "COMPLAINT")
    found = suppressed(account, None, None, ["c@example.com", B, A])
    assert found == {A: Reason("BOUNCE", None), B: Reason("COMPLAINT", None)}


def test_case_does_not_count(account: Account) -> None:
    put(account, "Ada.Lovelace@example.com")
    assert list(suppressed(account, None, None, ["ada.lovelace@EXAMPLE.com"])) == [
        "ada.lovelace@EXAMPLE.com"
    ]


def test_only_the_reasons_that_count(account: Account) -> None:
    put(account, A)
    put(account, B, "COMPLAINT")
    account.set_attributes(SuppressionAttributes={"SuppressedReasons": ["COMPLAINT"]})
    assert list(suppressed(account, None, None, [A, B])) == [B]
    account.set_attributes(SuppressionAttributes={"SuppressedReasons": []})
    assert suppressed(account, None, None, [A, B]) == {}


def test_lists_of_other_accounts_and_regions(account: Account) -> None:
    put(account, A)
    other = Account(account.instance, "111122223333", account.region)
    assert suppressed(other, None, None, [A]) == {}
    assert suppressed(account.elsewhere("eu-west-1"), None, None, [A]) == {}


@pytest.mark.parametrize(
    ("options", "policy"),
    [
        ({}, Policy(BOTH, None)),
        ({"set": {"SuppressedReasons": ["BOUNCE"]}}, Policy(frozenset(("BOUNCE",)), None)),
        ({"set": {"SuppressedReasons": []}}, Policy(frozenset(), None)),
        (
            {"tenant": {"SuppressedReasons": ["COMPLAINT"], "SuppressionScope": "TENANT"}},
            Policy(frozenset(("COMPLAINT",)), "acme"),
        ),
        (
            {"tenant": {"SuppressedReasons": ["COMPLAINT"], "SuppressionScope": "ACCOUNT"}},
            Policy(frozenset(("COMPLAINT",)), None),
        ),
        # The set overrides what it names, and only that.
        (
            {
                "set": {"SuppressionScope": "ACCOUNT"},
                "tenant": {"SuppressedReasons": ["COMPLAINT"], "SuppressionScope": "TENANT"},
            },
            Policy(frozenset(("COMPLAINT",)), None),
        ),
        (
            {
                "set": {"SuppressedReasons": ["BOUNCE"]},
                "tenant": {"SuppressedReasons": ["COMPLAINT"], "SuppressionScope": "TENANT"},
            },
            Policy(frozenset(("BOUNCE",)), "acme"),
        ),
    ],
)
def test_what_holds(account: Account, options: dict[str, Any], policy: Policy) -> None:
    settings(account, **options)
    assert policy_of(account, "marketing", "acme") == policy


def test_a_scope_of_tenants_without_a_tenant(account: Account) -> None:
    settings(account, set={"SuppressionScope": "TENANT"})
    assert policy_of(account, "marketing", None) == Policy(BOTH, None)


def test_only_the_list_in_scope_is_read(account: Account) -> None:
    settings(account, tenant={"SuppressedReasons": ["BOUNCE"], "SuppressionScope": "TENANT"})
    put(account, A)
    put(account, B, tenant="acme")
    assert suppressed(account, None, "acme", [A, B]) == {B: Reason("BOUNCE", "acme")}
    assert suppressed(account, None, None, [A, B]) == {A: Reason("BOUNCE", None)}


def test_a_send_reads_nothing_twice(account: Account) -> None:
    put(account, A)
    with account.instance.database.transaction() as connection:
        suppressed(account, None, None, [A])
        seen: list[str] = []
        connection.set_trace_callback(seen.append)
        assert suppressed(account, None, None, [B]) == {}
        assert list(suppressed(account, None, None, [A])) == [A]
        connection.set_trace_callback(None)
        assert seen == []
        put(account, B)
        assert list(suppressed(account, None, None, [B])) == [B]


def record_all(account: Account, policy: Policy, reason: str, *recipients: str) -> None:
    record(account, policy, reason, recipients, message_id="m", feedback_id="f")


def test_an_entry(account: Account) -> None:
    record_all(account, Policy(BOTH, None), "BOUNCE", A)
    assert account.collection("SuppressedDestination").get(A) == {
        "EmailAddress": A,
        "Reason": "BOUNCE",
        "LastUpdateTime": account.now(),
        "TenantName": None,
        "Attributes": {"MessageId": "m", "FeedbackId": "f"},
    }


def test_who_is_put_on_which_list(account: Account) -> None:
    record_all(account, Policy(frozenset(("COMPLAINT",)), None), "BOUNCE", A)
    assert listed(account) == {}
    record_all(account, Policy(BOTH, "acme"), "COMPLAINT", A, "bounce@simulator.amazonses.com")
    assert (listed(account), listed(account, "acme")) == ({}, {A: "COMPLAINT"})


def test_who_no_longer_complains(account: Account) -> None:
    put(account, A, "COMPLAINT", "acme")
    put(account, B, "BOUNCE", "acme")
    put(account, A, "COMPLAINT")
    for policy in (Policy(BOTH, "acme"), Policy(BOTH, None)):
        forgive(account, policy, [A, B, "c@example.com"])
    assert listed(account, "acme") == {B: "BOUNCE"}
    assert listed(account) == {A: "COMPLAINT"}
