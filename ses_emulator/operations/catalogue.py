"""All operations: importing this module registers every function."""

from ses_emulator.operations import accounts, configuration_sets, identities, sending
from ses_emulator.operations.registry import Registry, v1, v2

__all__ = ["Registry", "accounts", "configuration_sets", "identities", "sending", "v1", "v2"]
