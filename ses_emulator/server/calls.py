"""``/_ses/calls``: what an application asked for, what it was told, and how to ask again."""

from collections.abc import Callable
from typing import Any

from flask import request
from werkzeug.exceptions import NotFound

from ses_emulator.errors import AwsError
from ses_emulator.server import replay
from ses_emulator.server.lookup import find_message
from ses_emulator.server.parameters import quoted
from ses_emulator.server.shapes import Shape, call_of
from ses_emulator.store.account import Instance
from ses_emulator.store.calls import Call
from ses_emulator.wire import models, query, restjson
from ses_emulator.wire.restjson import parse_json


def routes(instance: Instance) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """What is asked for at which address."""
    reader = Reader()

    def show(id: str) -> Shape:
        stored = find_message(instance, id)
        kept = call_of(stored)
        found = instance.messages.call(kept) if kept else None
        if found is None:
            raise NotFound(f"Message {quoted(id)} was made by no call that is kept.")
        call, made = found
        parameters = reader.parameters(call)
        again = replay.Again(
            call.service,
            call.operation,
            parameters,
            request.host_url.rstrip("/"),
            stored.region,
            call.access_key or "test",
        )
        known = parameters is not None and call.operation != ""
        return {
            "id": kept,
            "account": stored.account,
            "region": stored.region,
            "service": call.service,
            "operation": call.operation,
            "parameters": replay.plain(parameters),
            "source_ip": stored.source_ip,
            "user_agent": call.user_agent,
            "access_key": call.access_key,
            "method": call.method,
            "path": call.path + (f"?{call.query}" if call.query else ""),
            "length": call.length,
            "status": call.http_status,
            "error": stored.error,
            "messages": made,
            "boto3": replay.boto3(again) if known else None,
            "cli": replay.cli(again) if known else None,
        }

    return [("GET", "/_ses/calls/<id>", "getCall", show)]


class Reader:
    """Reads the parameters of calls that are kept."""

    def __init__(self) -> None:
        self._v1 = models.load("ses")
        self._v2 = models.load("sesv2")
        self._router = restjson.Router(self._v2)

    def parameters(self, call: Call) -> dict[str, Any] | None:
        """What a call asked with: in botocore's shape if it is valid, else as it came.

        None if the body is not kept, or cannot be read at all.
        """
        if call.body is None:
            return None
        try:
            read = self._read_v1 if call.service == "ses" else self._read_v2
            return read(call, call.body)
        except AwsError:
            return None

    def _read_v1(self, call: Call, body: bytes) -> dict[str, Any]:
        fields = query.parse_call(body, call.query)
        for name in ("Action", "Version"):
            fields.pop(name, None)
        operation = self._v1.operations.get(call.operation)
        try:
            return query.parse_request(operation.input, fields) if operation else {**fields}
        except AwsError:
            return {**fields}

    def _read_v2(self, call: Call, body: bytes) -> dict[str, Any]:
        found = self._router.find(call.method, call.path)
        if found is None:
            return parse_json(body)
        operation, labels = found
        try:
            return restjson.parse_request(operation.input, labels, call.query, body)
        except AwsError:
            return {**parse_json(body), **labels}
