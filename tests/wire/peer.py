"""botocore's client at the other end, with our wire layer in the place of the network."""

from __future__ import annotations

import functools
import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore import UNSIGNED, xform_name
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config

from ses_emulator.wire import models, query, restjson

REQUEST_ID = "6b2f3d4e-0000-4000-8000-000000000001"


class Peer:
    """A client of ``ses`` or ``sesv2`` whose requests are kept and answered by hand."""

    def __init__(self, service: str) -> None:
        self.service = models.load(service)
        self.router = restjson.Router(self.service)
        self.client: Any = botocore.session.Session().create_client(
            service,
            region_name="us-east-1",
            endpoint_url="http://ses.invalid",
            config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
        )
        self.client.meta.events.register("before-send", self._answer)
        self._request: Any = None
        self._response: Any = None

    def call(
        self,
        operation: str,
        request: Mapping[str, Any],
        body: bytes,
        status: int = 200,
        error: str | None = None,
    ) -> dict[str, Any]:
        """What the client makes of ``body``; raises its exception where it reads an error."""
        headers = HTTPHeaders()
        headers["x-amzn-RequestId"] = REQUEST_ID
        if error is not None:
            headers["x-amzn-ErrorType"] = error
        self._response = AWSResponse("http://ses.invalid", status, headers, _Raw(body))
        result: dict[str, Any] = getattr(self.client, xform_name(operation))(**request)
        return result

    def received(self) -> tuple[str, dict[str, Any]]:
        """The operation and the request that our side reads from what the client sent last."""
        body = self._request.body or b""
        if self.service.name == "ses":
            fields = query.parse_fields(body.encode() if isinstance(body, str) else body)
            operation = self.service.operations[fields["Action"]]
            return operation.name, query.parse_request(operation.input, fields)
        url = urlsplit(self._request.url)
        found = self.router.find(self._request.method, url.path)
        assert found is not None, f"no route for {self._request.method} {url.path}"
        operation, labels = found
        return operation.name, restjson.parse_request(operation.input, labels, url.query, body)

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> Any:
        self._request = request
        return self._response


class _Raw(io.BytesIO):
    """A body as urllib3 would hand it over."""

    def stream(self) -> list[bytes]:
        return [self.getvalue()]


@functools.cache
def peer(service: str) -> Peer:
    """The one of each service; making a client takes longer than a hundred calls."""
    return Peer(service)
