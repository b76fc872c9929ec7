"""All operations: importing this module registers every function."""

from ses_emulator.operations import (
    accounts,
    configuration_sets,
    contact_lists,
    contacts,
    event_destinations,
    identities,
    identity_certificates,
    identity_dkim,
    identity_feedback,
    identity_mail_from,
    identity_policies,
    receipt_filters,
    receipt_rules,
    sending,
    suppression,
    tags,
)
from ses_emulator.operations.registry import Registry, v1, v2

__all__ = [
    "Registry",
    "accounts",
    "configuration_sets",
    "contact_lists",
    "contacts",
    "event_destinations",
    "identities",
    "identity_certificates",
    "identity_dkim",
    "identity_feedback",
    "identity_mail_from",
    "identity_policies",
    "receipt_filters",
    "receipt_rules",
    "sending",
    "suppression",
    "tags",
    "v1",
    "v2",
]
