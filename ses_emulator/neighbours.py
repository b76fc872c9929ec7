"""Clients of the other AWS services that SES uses, at an endpoint that is not AWS's own."""

import os
import threading
from typing import Any

from ses_emulator.config import Settings
from ses_emulator.option_values import AWS_SERVICES

# In seconds. Whoever needs an answer asks again.
CONNECT_TIMEOUT = 3
READ_TIMEOUT = 15
# Source: the guide, "Invoke Lambda function action".
LAMBDA_TIMEOUT = 30
# What botocore calls services that the AWS SDKs call otherwise elsewhere.
BOTOCORE_NAMES = {"eventbridge": "events"}


class NoNeighbour(Exception):
    """A service cannot be used; the message says why and names the way out."""


def endpoint_of(settings: Settings, service: str) -> str:
    """The URL of a service, one of AWS_SERVICES. Raises NoNeighbour if none is known.

    It is that of ``--aws-endpoint``, or what the environment variables of the AWS SDKs say. There
    is no other, for nothing is to reach AWS by accident.
    """
    assert service in AWS_SERVICES
    given = settings.aws_endpoints
    variable = f"AWS_ENDPOINT_URL_{service.upper()}"
    endpoint = (
        given.get(service)
        or given.get("")
        or os.environ.get(variable)
        or os.environ.get("AWS_ENDPOINT_URL")
    )
    if not endpoint:
        raise NoNeighbour(f"No endpoint of {service} is known: set --aws-endpoint or {variable}.")
    return endpoint


class Neighbours:
    """Makes clients and keeps them, for one takes tenths of a second. Any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._session: Any = None
        self._clients: dict[tuple[str, str, str, str], Any] = {}

    def client(self, settings: Settings, service: str, account_id: str, region: str) -> Any:
        """A client of botocore on behalf of an account; it tries nothing a second time.

        Raises NoNeighbour.
        """
        key = (service, account_id, region, endpoint_of(settings, service))
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._make(*key)
            return self._clients[key]

    def _make(self, service: str, account_id: str, region: str, endpoint: str) -> Any:
        from botocore.config import Config  # not needed to start
        from botocore.exceptions import BotoCoreError
        from botocore.session import get_session

        given: dict[str, Any] = {}
        if not os.environ.get("AWS_ACCESS_KEY_ID"):
            # Other emulators take an access key of 12 digits for the account.
            given = {"aws_access_key_id": account_id, "aws_secret_access_key": "test"}
        try:
            self._session = self._session or get_session()
            return self._session.create_client(
                BOTOCORE_NAMES.get(service, service),
                endpoint_url=endpoint,
                region_name=region,
                config=Config(
                    connect_timeout=CONNECT_TIMEOUT,
                    read_timeout=LAMBDA_TIMEOUT if service == "lambda" else READ_TIMEOUT,
                    retries={"total_max_attempts": 1},
                    s3={"addressing_style": "path"},
                ),
                **given,
            )
        except (BotoCoreError, ValueError) as error:
            raise NoNeighbour(f"No client of {service} at {endpoint}: {error}") from None
