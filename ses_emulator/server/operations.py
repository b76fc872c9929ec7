"""``/_ses/operations``: any operation of SES as the pages call it, in JSON for both APIs.

It is the way of a call that an application makes, from validation to the words of a refusal, but
for two things: no rule applies to it, for rules are for the application's sends and count them, and
it is no call of the application that is kept.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson
from flask import request
from werkzeug.exceptions import NotFound

from ses_emulator.errors import AwsError, SesError
from ses_emulator.operations.catalogue import v1, v2
from ses_emulator.operations.registry import Registry, Request, Result
from ses_emulator.server.aws import status_of
from ses_emulator.server.documents import body
from ses_emulator.server.lookup import account_of
from ses_emulator.server.parameters import quoted
from ses_emulator.server.shapes import Shape
from ses_emulator.server.vocabulary import for_v1, for_v2
from ses_emulator.store.account import Instance
from ses_emulator.wire import models, restjson, scalars
from ses_emulator.wire.models import Operation


class Api(NamedTuple):
    """One API: its model, its functions, and how it words what goes wrong."""

    service: models.Service
    functions: Registry
    worded: Callable[[SesError], AwsError]


def routes(instance: Instance) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """What is asked for at which address."""
    apis = {
        "ses": Api(models.load("ses"), v1, for_v1),
        "sesv2": Api(models.load("sesv2"), v2, for_v2),
    }

    def call(service: str, name: str) -> tuple[Shape, int]:
        api = apis.get(service)
        if api is None:
            raise NotFound(f"The service {quoted(service)} is not here: use {' or '.join(apis)}.")
        operation, function = api.service.operations.get(name), api.functions.get(name)
        if operation is None or function is None:
            raise NotFound(f"{service} has no operation {quoted(name)}: see AWS's API reference.")
        caller = account_of(
            instance,
            request.args,
            source_ip=request.remote_addr,
            endpoint=request.host_url,
            by_hand=True,
        )
        given = body(request)
        try:
            asked = _request(operation, given)
            if name in api.functions.outside:
                result = function(caller, asked) or {}
            else:
                with instance.database.attempt():
                    result = function(caller, asked) or {}
        except SesError as error:
            refusal = api.worded(error)
            status = status_of(api.service.errors.get(refusal.code), refusal)
            return {"error": refusal.message, "code": refusal.code}, status
        return _answer(operation, result), 200

    return [("POST", "/_ses/operations/<service>/<name>", "callOperation", call)]


def _request(operation: Operation, given: Shape) -> Request:
    """The validated request that a document in botocore's shape is. Raises AwsError."""
    members = operation.input.members
    try:
        told = _converted(operation.input, given, _epoch)
    except scalars.Malformed as error:
        raise AwsError("SerializationException", str(error)) from None
    on_wire = {
        members[name].wire_name if name in members else name: value for name, value in told.items()
    }
    return restjson.parse_request(operation.input, {}, "", orjson.dumps(on_wire))


def _answer(operation: Operation, result: Result) -> Shape:
    """The result as a document in botocore's shape."""
    if operation.output is None:
        return {}
    document = orjson.loads(restjson.result_json(operation.output, result))
    answer: Shape = _converted(operation.output, document, scalars.write_iso)
    return answer


def _epoch(given: Any) -> Any:
    return scalars.read_text("timestamp", given) if isinstance(given, str) else given


def _converted(shape: models.Shape, value: Any, moment: Callable[[Any], Any]) -> Any:
    """A JSON value with each timestamp that the shape has in it converted by ``moment``."""
    if shape.type == "timestamp":
        return moment(value)
    if shape.type == "structure" and isinstance(value, dict):
        members = shape.members
        return {
            name: _converted(members[name].shape, item, moment) if name in members else item
            for name, item in value.items()
        }
    if shape.element is not None and isinstance(value, list):
        return [_converted(shape.element, item, moment) for item in value]
    if shape.element is not None and isinstance(value, dict):
        return {key: _converted(shape.element, item, moment) for key, item in value.items()}
    return value
