"""How many of a kind an account may have, where making them through the API would take long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ses_emulator.emulator import Emulator
from ses_emulator.store.account import Account
from tests.operations.support import client, refused, running

LIMITS = {
    "EmailIdentity": (10_000, "Number of identities exceeds the limit of 10000."),
    "ConfigurationSet": (10_000, "Number of configuration sets exceeds the limit of 10000."),
    "EmailTemplate": (20_000, "Number of email templates exceeds the limit of 20000."),
}


@pytest.fixture(scope="module")
def full() -> Iterator[Emulator]:
    """An emulator whose default account has as many of everything as it may have."""
    with running() as emulator:
        account = Account(emulator.instance, "000000000000", "us-east-1")
        with emulator.instance.database.transaction():
            for kind, (most, _) in LIMITS.items():
                for number in range(most):
                    account.collection(kind).create(f"x{number}.com", {})
        yield emulator


@pytest.mark.parametrize(
    ("service", "operation", "kind", "parameters"),
    [
        ("ses", "verify_email_identity", "EmailIdentity", {"EmailAddress": "a@example.com"}),
        ("ses", "verify_domain_identity", "EmailIdentity", {"Domain": "example.com"}),
        ("sesv2", "create_email_identity", "EmailIdentity", {"EmailIdentity": "example.com"}),
        (
            "ses",
            "create_configuration_set",
            "ConfigurationSet",
            {"ConfigurationSet": {"Name": "one-more"}},
        ),
        (
            "sesv2",
            "create_configuration_set",
            "ConfigurationSet",
            {"ConfigurationSetName": "one-more"},
        ),
        (
            "ses",
            "create_template",
            "EmailTemplate",
            {"Template": {"TemplateName": "one-more", "SubjectPart": "S"}},
        ),
        (
            "sesv2",
            "create_email_template",
            "EmailTemplate",
            {"TemplateName": "one-more", "TemplateContent": {"Subject": "S"}},
        ),
    ],
)
def test_one_more_is_refused(
    full: Emulator, service: str, operation: str, kind: str, parameters: dict[str, Any]
) -> None:
    most, words = LIMITS[kind]
    code = "LimitExceeded" if service == "ses" else "LimitExceededException"
    call = getattr(client(full, service), operation)
    assert refused(call, **parameters) == (code, 400, words)
    assert Account(full.instance, "000000000000", "us-east-1").collection(kind).count() == most
    elsewhere = {"ses": "eu-west-1", "sesv2": "eu-west-2"}[service]
    getattr(client(full, service, region=elsewhere), operation)(**parameters)
