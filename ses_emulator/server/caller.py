"""Who calls and in which region, from the scope of the signature, which is not checked."""

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import parse_qs

from ses_emulator.config import Settings

# Source: the IAM guide, "Create a signed AWS API request": Credential=KEY/DATE/REGION/SERVICE/...
SCOPE = re.compile(r"Credential=([^/,\s]+)/\d{8}/([a-z0-9-]{1,40})/")
# SigV4A signs for a set of regions; its scope has none.
SCOPE_V4A = re.compile(r"Credential=([^/,\s]+)/\d{8}/ses/")
ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)


class Caller(NamedTuple):
    """Who calls; ``endpoint`` is the URL by which they reached us, without a path."""

    account: str
    region: str
    access_key: str | None
    endpoint: str | None
    user_agent: str | None


def caller(settings: Settings, headers: Iterable[tuple[bytes, bytes]], query: str) -> Caller:
    """The caller as a request tells them.

    An access key of 12 digits is the account id; any other key, or none, is the configured account.
    """
    authorization = host = user_agent = None
    for name, value in headers:
        if name == b"authorization":
            authorization = value.decode("latin-1")
        elif name == b"host":
            host = f"http://{value.decode('latin-1')}"
        elif name == b"user-agent":
            user_agent = value.decode("latin-1")
    if authorization is None and "X-Amz-Credential=" in query:
        authorization = f"Credential={parse_qs(query)['X-Amz-Credential'][0]}"
    authorization = authorization or ""
    found = SCOPE.search(authorization) or SCOPE_V4A.search(authorization)
    if found is None:
        return Caller(settings.account_id, settings.region, None, host, user_agent)
    key = found[1]
    account = key if ACCOUNT_ID.fullmatch(key) else settings.account_id
    region = found[2] if found.re is SCOPE else settings.region
    return Caller(account, region, key, host, user_agent)
