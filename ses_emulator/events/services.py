"""SNS, EventBridge, Firehose, CloudWatch, Lambda and S3, as far as events and actions need them.

A ``kind`` is one of these in lower case, which is also what neighbours.py calls the service, or
``webhook``. An ``address`` is the ARN of a topic, an event bus, a delivery stream or a function, or
the name of a bucket.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ses_emulator.events.answers import Answer, DeliveryError
from ses_emulator.neighbours import NoNeighbour, endpoint_of
from ses_emulator.store.account import Account

NOT_FOUND = ("NoSuchBucket", "NotFound", "NotFoundException", "ResourceNotFoundException")
# Beside those that say so by their status.
TRY_AGAIN = ("InternalException", "InternalFailure", "ServiceUnavailable", "Throttling")
# The way out where no endpoint is known.
HINTS = {
    "lambda": " A function of --function needs none.",
    "sns": " A topic of --topic needs none.",
}
WORDS = {
    "sns": "SNS topic",
    "eventbridge": "EventBridge event bus",
    "firehose": "Firehose delivery stream",
}


def check_target(account: Account, kind: str, address: str, greeting: str = "") -> str | None:
    """What is wrong with a target, None if it is there or nobody can be asked.

    A topic is asked by publishing ``greeting`` to it, as SES does. This waits for other services,
    so it must not be called in a transaction.
    """
    if kind not in WORDS or (kind == "sns" and address in account.settings.topics):
        return None
    try:
        endpoint_of(account.settings, kind)
    except NoNeighbour:
        return None
    name = f"{WORDS[kind]} <{address}>"
    try:
        with answers_of(kind):
            client = client_of(account, kind, address)
            if kind == "sns":
                client.publish(TopicArn=address, Message=greeting)
            elif kind == "eventbridge":
                client.describe_event_bus(Name=address)
            else:
                client.describe_delivery_stream(DeliveryStreamName=stream_of(address))
    except DeliveryError as error:
        if isinstance(error, NotThere):
            return f"{name} not found."
        return f"{name} cannot be used: {error}"
    return None


def stream_of(arn: str) -> str:
    """The name of a delivery stream."""
    return arn.rpartition("/")[2]


def client_of(account: Account, kind: str, address: str) -> Any:
    """A client for what is at an address, in its account and region, else in ours.

    Raises DeliveryError.
    """
    _, _, _, region, account_id, *_ = f"{address}:::::".split(":")
    try:
        return account.instance.neighbours.client(
            account.settings, kind, account_id or account.id, region or account.region
        )
    except NoNeighbour as error:
        raise DeliveryError(f"{error}{HINTS.get(kind, '')}", retry=False) from None


class NotThere(DeliveryError):
    """The topic, bus, stream, function or bucket does not exist."""


@contextmanager
def answers_of(kind: str) -> Iterator[None]:
    """Whatever botocore raises within, as a DeliveryError."""
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectionError,
        HTTPClientError,
    )
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as error:
        status = status_of(error.response)
        said = error.response.get("Error", {})
        code = str(said.get("Code", ""))
        message = f"{error.operation_name} was refused: {code}: {said.get('Message', '')}"
        make = NotThere if code in NOT_FOUND else DeliveryError
        raise make(message, retry=may_try_again(code, status), status=status) from None
    except (ConnectionError, HTTPClientError) as error:
        raise DeliveryError(str(error), retry=True) from None
    except ResponseParserError:
        raise DeliveryError(f"What answers is not {kind}.", retry=False) from None
    except BotoCoreError as error:
        raise DeliveryError(str(error), retry=False) from None


def may_try_again(code: str, status: int | None = None) -> bool:
    """Whether an error of AWS may be over the next time."""
    return code.startswith(TRY_AGAIN) or (status is not None and (status >= 500 or status == 429))


def status_of(response: Mapping[str, Any]) -> int | None:
    """The HTTP status of an answer."""
    status: int | None = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return status


def answer(response: Mapping[str, Any], detail: str) -> Answer:
    """What a service answered, with ``detail`` in words."""
    return Answer(status_of(response), detail)
