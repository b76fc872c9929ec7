"""Lambda functions: those of Lambda, and local processes that stand in for them by ``--function``.

A local process gets the event as the runtime interface emulator of AWS's images does, and what it
answers is what the function returns.
"""

from typing import Any

import orjson

from ses_emulator.events.answers import Answer, DeliveryError
from ses_emulator.events.posting import ask, post
from ses_emulator.events.services import answer, answers_of, client_of
from ses_emulator.neighbours import LAMBDA_TIMEOUT
from ses_emulator.store.account import Account
from ses_emulator.store.database import to_json

KIND = "lambda"


def invoke(account: Account, arn: str, event: dict[str, Any]) -> Answer:
    """Invoke a function asynchronously. Raises DeliveryError."""
    url = account.settings.function_at(arn)
    if url is not None:
        return post(url, to_json(event).encode(), _headers("Event"))
    with answers_of(KIND):
        client = client_of(account, KIND, arn)
        given = client.invoke(
            FunctionName=arn, InvocationType="Event", Payload=to_json(event).encode()
        )
        return answer(given, f"RequestId {given['ResponseMetadata'].get('RequestId')}")


def call(account: Account, arn: str, event: dict[str, Any]) -> Any:
    """What a function returns for an event, from JSON; None if it is none.

    Raises DeliveryError, also if the function fails.
    """
    url = account.settings.function_at(arn)
    if url is not None:
        failed = False
        said = ask(url, to_json(event).encode(), _headers("RequestResponse"), LAMBDA_TIMEOUT)
    else:
        with answers_of(KIND):
            client = client_of(account, KIND, arn)
            given = client.invoke(
                FunctionName=arn, InvocationType="RequestResponse", Payload=to_json(event).encode()
            )
            failed, said = "FunctionError" in given, given["Payload"].read()
    try:
        returned = orjson.loads(said)
    except orjson.JSONDecodeError:
        returned = None
    # Only Lambda says so in a header, too.
    if failed or (isinstance(returned, dict) and "errorMessage" in returned):
        words = returned if isinstance(returned, dict) else {}
        kind, message = words.get("errorType", "Error"), words.get("errorMessage", "")
        raise DeliveryError(f"The function failed: {kind}: {message}", retry=False)
    return returned


def _headers(kind: str) -> dict[str, str]:
    return {"Content-Type": "application/json", "X-Amz-Invocation-Type": kind}
