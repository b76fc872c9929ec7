"""Clients of the other AWS services that SES uses, at an endpoint that is not AWS's own."""

import os
from typing import Any

from ses_emulator.config import Settings


class NoNeighbour(Exception):
    """A service cannot be used; the message says why and names the way out."""


def neighbour(settings: Settings, service: str, account_id: str, region: str) -> Any:
    """A client for ``service``, such as ``"s3"``, on behalf of an account.

    Its endpoint is ``--aws-endpoint``, or what the environment variables of the AWS SDKs say. There
    is no other, for nothing is to reach AWS by accident. Raises NoNeighbour.
    """
    endpoint = (
        settings.aws_endpoint
        or os.environ.get(f"AWS_ENDPOINT_URL_{service.upper()}")
        or os.environ.get("AWS_ENDPOINT_URL")
    )
    if not endpoint:
        raise NoNeighbour(
            f"No endpoint of {service} is known: set --aws-endpoint or "
            f"AWS_ENDPOINT_URL_{service.upper()}."
        )
    from botocore.config import Config  # not needed to start
    from botocore.session import get_session

    given: dict[str, Any] = {}
    if not os.environ.get("AWS_ACCESS_KEY_ID"):
        # Other emulators take an access key of 12 digits for the account.
        given = {"aws_access_key_id": account_id, "aws_secret_access_key": "test"}
    return get_session().create_client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        config=Config(
            connect_timeout=5,
            read_timeout=30,
            retries={"max_attempts": 2, "mode": "standard"},
            s3={"addressing_style": "path"},
        ),
        **given,
    )
