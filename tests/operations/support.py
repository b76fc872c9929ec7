"""What the tests of this folder share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from ses_emulator.config import Settings
from ses_emulator.emulator import Emulator

TOO_MANY_JOBS = (
    "LimitExceededException",
    400,
    "There are too many jobs running - either cancel one of the jobs or wait for it to complete "
    "before resubmitting.",
)
ONCE = Config(retries={"total_max_attempts": 1, "mode": "standard"}, parameter_validation=False)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@contextmanager
def running(clock: Clock | None = None, **options: Any) -> Iterator[Emulator]:
    """An emulator of its own with other settings than the fixture's."""
    ports = {"port": 0, "smtp_port": 0, "smtps_port": 0, "inbound_port": 0}
    given: dict[str, Any] = {"clock": clock} if clock else {}
    with Emulator(Settings(**ports | options), **given) as emulator:
        yield emulator


def client(
    emulator: Any, service: str, key: str = "test", region: str = "us-east-1", **options: Any
) -> Any:
    """A client that does not retry and does not check its parameters."""
    make: Any = boto3.client
    return make(
        service,
        endpoint_url=emulator.url,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key="test",
        config=ONCE,
        **options,
    )


def send_v1(ses: Any, **arguments: Any) -> str:
    """SendEmail of v1; the id."""
    message = {"Subject": {"Data": "Subject"}, "Body": {"Text": {"Data": "Text"}}}
    answer = ses.send_email(
        **{
            "Source": "from@example.com",
            "Destination": {"ToAddresses": ["to@example.com"]},
            "Message": message,
        }
        | arguments
    )
    return str(answer["MessageId"])


def send_v2(ses: Any, **arguments: Any) -> str:
    """SendEmail of v2 with a Simple content; the id."""
    simple = {"Subject": {"Data": "Subject"}, "Body": {"Text": {"Data": "Text"}}}
    answer = ses.send_email(
        **{
            "FromEmailAddress": "from@example.com",
            "Destination": {"ToAddresses": ["to@example.com"]},
            "Content": {"Simple": simple},
        }
        | arguments
    )
    return str(answer["MessageId"])


def refused(call: Callable[..., Any], *arguments: Any, **named: Any) -> tuple[str, int, str]:
    """The code, HTTP status and message of the error that a call is answered with."""
    with pytest.raises(ClientError) as caught:
        call(*arguments, **named)
    response: Any = caught.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return response["Error"]["Code"], status, response["Error"]["Message"]
