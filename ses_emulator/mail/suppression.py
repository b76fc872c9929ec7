"""Who is not sent to: the suppression lists of the account and of its tenants.

Source: the guide, "Using the Amazon SES account-level suppression list" and "Using tenant-level
suppression lists in Amazon SES".
"""

from collections import ChainMap
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ses_emulator.mail.simulator import simulated
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Collection

# What a new account suppresses for.
REASONS = ("BOUNCE", "COMPLAINT")


class Reason(NamedTuple):
    """Why an address is not sent to: BOUNCE or COMPLAINT, and whose list has it.

    ``tenant`` is None for the account's.
    """

    reason: str
    tenant: str | None


class Policy(NamedTuple):
    """What holds for a message: the reasons that count, and the tenant whose list is used."""

    reasons: frozenset[str]
    tenant: str | None


def suppressed(
    account: Account, configuration_set: str | None, tenant: str | None, recipients: Sequence[str]
) -> dict[str, Reason]:
    """Those of the recipients that a message is not sent to, with the reason.

    It may use a configuration set, and be a tenant's.
    """
    policy = policy_of(account, configuration_set, tenant)
    listed = _listed(account, policy.tenant) if policy.reasons else {}
    if not listed:
        return {}
    return {
        recipient: Reason(reason, policy.tenant)
        for recipient in recipients
        # For sending, case does not count in the local part either. Source: the guide, "Managing
        # tenant suppression list entries".
        if (reason := listed.get(recipient.lower())) in policy.reasons and reason
    }


def policy_of(account: Account, configuration_set: str | None, tenant: str | None) -> Policy:
    """What a configuration set, a tenant and the account say of suppression, in this order."""
    key = ("suppression", account.id, account.region, configuration_set, tenant)
    return account.instance.database.remember(
        key, lambda: _policy(account, configuration_set, tenant)
    )


def _policy(account: Account, configuration_set: str | None, tenant: str | None) -> Policy:
    sources = [account.attributes.get("SuppressionAttributes", {})]
    if tenant:
        document = account.collection("Tenant").find(tenant) or {}
        sources.insert(0, document.get("SuppressionAttributes") or {})
    if configuration_set:
        document = account.configuration_sets.find(configuration_set) or {}
        sources.insert(0, document.get("SuppressionOptions") or {})
    # Each is overridden by itself; the first that says something counts.
    said = ChainMap(*sources)
    reasons = said.get("SuppressedReasons", REASONS)
    return Policy(frozenset(reasons), tenant if said.get("SuppressionScope") == "TENANT" else None)


def _listed(account: Account, tenant: str | None) -> dict[str, str]:
    """The addresses of a list, in lower case, with their reasons."""
    return account.instance.database.remember(
        ("suppressed", account.id, account.region, tenant),
        lambda: {
            name.lower(): document["Reason"] for name, document in entries(account, tenant).all()
        },
    )


def entries(account: Account, tenant: str | None) -> Collection:
    """The suppression list of a tenant, or the account's: documents like SuppressedDestination."""
    if tenant is None:
        return account.collection("SuppressedDestination")
    return account.collection("TenantSuppressedDestination", tenant)


def record(
    account: Account,
    policy: Policy,
    reason: str,
    recipients: Iterable[str],
    *,
    message_id: str,
    feedback_id: str,
) -> None:
    """Put recipients who bounced or complained on the list, if they are to be.

    Those of the mailbox simulator never are.
    """
    if reason not in policy.reasons:
        return
    for recipient in recipients:
        if simulated(recipient) is None:
            document = {
                "EmailAddress": recipient,
                "Reason": reason,
                "LastUpdateTime": account.now(),
                "TenantName": policy.tenant,
                "Attributes": {"MessageId": message_id, "FeedbackId": feedback_id},
            }
            entries(account, policy.tenant).put(recipient, document)


def forgive(account: Account, policy: Policy, recipients: Iterable[str]) -> None:
    """Take recipients who no longer complain from their tenant's list; the account's keeps them."""
    if policy.tenant is None:
        return
    listed = entries(account, policy.tenant)
    for name, document in listed.known(recipients).items():
        if document["Reason"] == "COMPLAINT":
            listed.discard(name)
