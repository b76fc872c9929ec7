"""Who calls and in which region, from the scope of the signature, which is not checked."""

import re
from collections.abc import Iterable
from urllib.parse import parse_qs

from ses_emulator.config import Settings

# Source: the IAM guide, "Create a signed AWS API request": Credential=KEY/DATE/REGION/SERVICE/...
SCOPE = re.compile(r"Credential=([^/,\s]+)/\d{8}/([a-z0-9-]{1,40})/")
# SigV4A signs for a set of regions; its scope has none.
SCOPE_V4A = re.compile(r"Credential=([^/,\s]+)/\d{8}/ses/")
ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)


def caller(
    settings: Settings, headers: Iterable[tuple[bytes, bytes]], query: str
) -> tuple[str, str]:
    """The account id and the region of a request.

    An access key of 12 digits is the account id; any other key, or none, is the configured account.
    """
    authorization = ""
    for name, value in headers:
        if name == b"authorization":
            authorization = value.decode("latin-1")
            break
    else:
        if "X-Amz-Credential=" in query:
            authorization = f"Credential={parse_qs(query)['X-Amz-Credential'][0]}"
    found = SCOPE.search(authorization) or SCOPE_V4A.search(authorization)
    if found is None:
        return settings.account_id, settings.region
    key = found[1]
    region = found[2] if found.re is SCOPE else settings.region
    return (key if ACCOUNT_ID.fullmatch(key) else settings.account_id), region


def endpoint(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The URL by which the caller reached us, without a path, if it says."""
    for name, value in headers:
        if name == b"host":
            return f"http://{value.decode('latin-1')}"
    return None
