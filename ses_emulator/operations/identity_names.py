"""What names an identity, and what both APIs call its states."""

import re
from collections.abc import Iterable
from typing import Any

from ses_emulator.errors import AwsError
from ses_emulator.mail import addresses
from ses_emulator.store.account import Account

DOMAIN = re.compile(r"(?=.{1,253}\Z)(?:(?!-)[A-Za-z0-9_-]{1,63}(?<!-)\.)+[A-Za-z0-9-]{2,63}")
# What one Get…Attributes of v1 takes. Source: the API reference, "GetIdentityDkimAttributes".
MOST_IDENTITIES = 100
V1_STATUSES = {
    "PENDING": "Pending",
    "SUCCESS": "Success",
    "FAILED": "Failed",
    "TEMPORARY_FAILURE": "TemporaryFailure",
    "NOT_STARTED": "NotStarted",
}


def identity_name(given: str) -> str:
    """The name of an identity that is given by its name or its ARN; a domain is in lower case."""
    name = given.partition(":identity/")[2] if given.startswith("arn:") else given
    local, at, domain = name.rpartition("@")
    return f"{local}{at}{domain.lower()}"


def domain_of(name: str) -> str:
    """The domain of an identity: of an address what follows the ``@``, of a domain itself."""
    return name.rpartition("@")[2]


def check_name(name: str) -> None:
    """Raise AwsError ``InvalidParameterValue`` unless an identity can be called ``name``."""
    if "@" not in name:
        check_domain(name)
        return
    addresses.parse(name)
    if "<" in name:
        raise AwsError("InvalidParameterValue", f"Invalid email address<{name}>.")


def check_domain(name: str) -> None:
    """Raise AwsError ``InvalidParameterValue`` unless ``name`` is a domain's."""
    if not DOMAIN.fullmatch(name):
        raise AwsError("InvalidParameterValue", f"Invalid domain name <{name}>.")


def known_identities(
    account: Account, given: Iterable[str]
) -> list[tuple[str, str, dict[str, Any]]]:
    """Those of the given names and ARNs that there are: as given, name, document.

    Raises AwsError ``InvalidParameterValue`` for more than 100.
    """
    names = {each: identity_name(each) for each in given}
    if len(names) > MOST_IDENTITIES:
        raise AwsError(
            "InvalidParameterValue", f"Number of identities exceeds the limit of {MOST_IDENTITIES}."
        )
    known = account.identities.known(list(names.values()))
    return [(each, name, known[name]) for each, name in names.items() if name in known]
