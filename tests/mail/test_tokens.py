"""Tokens of links: nobody else can make one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ses_emulator.config import Settings
from ses_emulator.mail.tokens import opened, sealed
from ses_emulator.store.account import Instance
from ses_emulator.store.changes import Changes
from ses_emulator.store.database import Database
from ses_emulator.store.messages import Messages
from tests.mail.account import an_account

VALUES = ["123456789012", None, "ä@example.com", 1.5]


def test_values_come_back() -> None:
    with an_account() as account:
        token = sealed(account.instance, "verify", *VALUES)
        assert re.fullmatch(r"[\w.-]+", token, re.ASCII)
        assert opened(account.instance, "verify", token) == VALUES
        assert opened(account.instance, "unsubscribe", token) is None


def test_another_instance_has_another_secret() -> None:
    with an_account() as one, an_account() as other:
        assert opened(other.instance, "verify", sealed(one.instance, "verify", 1)) is None


def test_what_was_changed_is_refused() -> None:
    with an_account() as account:
        token = sealed(account.instance, "verify", *VALUES)
        # The last character of a group in base64 has bits that stand for nothing.
        for position in range(len(token) - 1):
            other = "A" if token[position] != "A" else "B"
            changed = token[:position] + other + token[position + 1 :]
            assert opened(account.instance, "verify", changed) is None


@pytest.mark.parametrize("token", ["", ".", "x", "é.é", "W10", "W10.", ".W10", "a" * 100_000])
def test_what_is_no_token(token: str) -> None:
    with an_account() as account:
        sealed(account.instance, "verify")
        assert opened(account.instance, "verify", token) is None


def test_it_survives_a_restart_and_no_reset(tmp_path: Path) -> None:
    path = str(tmp_path / "store.sqlite")
    database = Database(path)
    token = sealed(_instance(database), "verify", *VALUES)
    database.close()
    database = Database(path)
    instance = _instance(database)
    try:
        assert opened(instance, "verify", token) == VALUES
        database.clear()
        assert opened(instance, "verify", token) is None
    finally:
        database.close()


def _instance(database: Database) -> Instance:
    changes = Changes()
    return Instance(Settings(), database, changes, Messages(database, changes, keep=0))
