"""The AWS endpoint: v1 at ``POST /`` and v2 under ``/v2/``, in front of the Flask application.

It is on the path of every send, which Flask's dispatch would take half of the time of.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from ses_emulator.errors import AwsError, SesError
from ses_emulator.operations.catalogue import v1, v2
from ses_emulator.operations.registry import Registry, Request, Result
from ses_emulator.server import refused, sns
from ses_emulator.server.caller import caller
from ses_emulator.server.security import Guard
from ses_emulator.server.vocabulary import for_v1, for_v2
from ses_emulator.store import calls
from ses_emulator.store.account import Account, Disruption, Instance
from ses_emulator.wire import models, query, restjson
from ses_emulator.wire.models import ErrorShape

log = logging.getLogger(__name__)

# A message of 40 MB grows by a third in base64; beyond that nothing can be a request.
MAX_BODY = 64 * 1024 * 1024
FAULT = "An internal error occurred in ses-emulator; its log tells more."
Headers = list[tuple[bytes, bytes]]
# The header of a browser that asks whether a page may call. Source: the Fetch standard.
PREFLIGHT = b"access-control-request-method"


@dataclass(slots=True)
class Call:
    """An HTTP request. ``path`` and ``query`` stand as on the wire, percent-encoded.

    ``outside`` says that it may wait for other services: nobody waits for it and it is in no
    transaction. When it was answered ``disruption`` is known, and of a refused call also the
    ``operation`` as far as there is one, the ``request`` as far as it could be read, and the
    ``error``.
    """

    method: str
    path: str
    query: str
    headers: Iterable[tuple[bytes, bytes]]
    body: bytes
    remote: str | None
    outside: bool = False
    disruption: Disruption | None = None
    operation: str = ""
    request: Request = field(default_factory=dict)
    error: AwsError | None = None


@dataclass(slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: Headers
    body: bytes


class AsksOutside(Exception):
    """The operation asks other services and the call is not ``outside``."""


class AwsEndpoint:
    """Both APIs over one instance."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._v1 = models.load("ses")
        self._v2 = models.load("sesv2")
        self._router = restjson.Router(self._v2)
        self.guard = Guard(instance.settings)

    @staticmethod
    def handles(method: str, path: str, query: str) -> bool:
        """Whether a request is for AWS's APIs and not for ours."""
        if path == "/":
            return method in ("POST", "OPTIONS") or "Action=" in query
        return path.startswith("/v2/")

    def admit(self, call: Call) -> tuple[Answer | None, Headers]:
        """The answer to a request that is looked at no further, and the headers of any answer."""
        try:
            if call.method == "OPTIONS" and PREFLIGHT in dict(call.headers):
                return Answer(204, self.guard.preflight(call.headers), b""), []
            return None, self.guard.admit(call.method, call.query, call.headers)
        except AwsError as error:
            request_id = self._instance.new_id()
            if call.path == "/":
                return self._error_v1(for_v1(error), request_id), []
            return self._error_v2(for_v2(error), request_id), []

    def answer_outside(self, call: Call) -> Answer:
        """The answer to a request that asks other services, which may take long; never raises."""
        call.outside = True
        answer = self._answer(call)
        assert answer is not None
        return answer

    def answer_all(self, calls: Sequence[Call]) -> list[Answer | None]:
        """The answers to requests that are for AWS's APIs, None for `answer_outside`; never raises.

        What came at the same time is committed at the same time, which takes half of the time.
        """
        if len(calls) > 1:
            try:
                with self._instance.database.attempt():
                    return [self._answer(call) for call in calls]
            except Exception:
                log.exception("Requests are tried again one by one: one of them spoilt the others")
                for call in calls:
                    call.error = None
        return [self._answer(call) for call in calls]

    def _answer(self, call: Call) -> Answer | None:
        request_id = self._instance.new_id()
        try:
            if call.path == "/":
                answer = self._answer_v1(call, request_id)
            else:
                answer = self._answer_v2(call, request_id)
        except AsksOutside:
            return None
        if call.disruption is not None and call.disruption.status and answer.status != 200:
            answer.status = call.disruption.status
        if call.error:
            self._keep_refused(call, call.error, answer.status, request_id)
        return answer

    def _keep_refused(self, call: Call, error: AwsError, status: int, request_id: str) -> None:
        try:
            with self._instance.database.attempt():
                account = self._account(call, status)
                refused.keep(account, request_id, call.request, error)
        except Exception:
            log.exception("A refused call could not be kept")

    def _account(self, call: Call, status: int = 200) -> Account:
        known = caller(self._instance.settings, call.headers, call.query)
        kept = calls.Call(
            "ses" if call.path == "/" else "sesv2",
            call.operation,
            call.method,
            call.path,
            call.query,
            known.user_agent,
            known.access_key,
            status,
            len(call.body),
            call.body,
        )
        return Account(
            self._instance, known.account, known.region, call.remote, known.endpoint, kept
        )

    def _call(self, call: Call, operations: Registry, api: str) -> Result:
        name, request = call.operation, call.request
        function = operations.get(name)
        if function is None:
            raise AwsError(
                "NotImplementedException",
                f"ses-emulator does not implement {name} of SES {api} yet.",
            )
        if name in operations.outside and not call.outside:
            raise AsksOutside
        account = self._account(call)
        try:
            if call.outside:
                return function(account, request) or {}
            with self._instance.database.attempt():
                return function(account, request) or {}
        finally:
            call.disruption = account.disruption

    def _answer_v1(self, call: Call, request_id: str) -> Answer:
        try:
            _check_size(call)
            fields = query.parse_call(call.body, call.query)
            name = fields.pop("Action", "")
            if name in sns.ACTIONS:
                return _xml(*sns.answer(self._instance, name, fields, request_id), request_id)
            call.operation = name
            operation = self._v1.operations.get(name)
            if operation is None:
                raise _no_action(name)
            call.request = query.parse_request(operation.input, fields)
            result = self._call(call, v1, "v1")
            body = query.result_xml(self._v1, name, operation.output, result, request_id)
            return _xml(200, body, request_id)
        except AsksOutside:
            raise
        except SesError as error:
            call.error = for_v1(error)
        except Exception:
            log.exception("A request to API v1 failed")
            call.error = AwsError("InternalFailure", FAULT)
        return self._error_v1(call.error, request_id)

    def _error_v1(self, error: AwsError, request_id: str) -> Answer:
        declared = self._v1.errors.get(error.code)
        status = status_of(declared, error)
        members = {
            name: value
            for name, value in error.members.items()
            if declared and name in declared.members
        }
        body = query.error_xml(
            self._v1, error.code, error.message, members, status >= 500, request_id
        )
        return _xml(status, body, request_id)

    def _answer_v2(self, call: Call, request_id: str) -> Answer:
        try:
            _check_size(call)
            found = self._router.find(call.method, call.path)
            if found is None:
                raise AwsError(
                    "UnknownOperationException",
                    f"No operation of SES v2 is at {call.method} {unquote(call.path)}",
                )
            operation, labels = found
            call.operation = operation.name
            call.request = restjson.parse_request(operation.input, labels, call.query, call.body)
            result = self._call(call, v2, "v2")
            body = restjson.result_json(operation.output, result)
            return _json(200, body, request_id)
        except AsksOutside:
            raise
        except SesError as error:
            call.error = for_v2(error)
        except Exception:
            log.exception("A request to API v2 failed")
            call.error = AwsError("InternalServiceErrorException", FAULT)
        return self._error_v2(call.error, request_id)

    def _error_v2(self, error: AwsError, request_id: str) -> Answer:
        status = status_of(self._v2.errors.get(error.code), error)
        answer = _json(status, restjson.error_json(error.message), request_id)
        answer.headers.append((b"x-amzn-errortype", error.code.encode("ascii")))
        return answer


# Of the errors that are common to AWS's services and not in the models.
STATUSES = {
    "AccessDenied": 403,
    "AccessDeniedException": 403,
    "ExpiredToken": 403,
    "ExpiredTokenException": 403,
    "InternalFailure": 500,
    "InvalidClientTokenId": 403,
    "InvalidSignatureException": 403,
    "MisdirectedRequest": 421,
    "NotImplementedException": 501,
    "RequestEntityTooLarge": 413,
    "ServiceUnavailable": 503,
    "SignatureDoesNotMatch": 403,
    "UnknownOperationException": 404,
    "UnrecognizedClientException": 403,
}


def status_of(declared: ErrorShape | None, error: AwsError) -> int:
    """The HTTP status of an error, which the API's model declares or not."""
    return declared.status if declared else STATUSES.get(error.code, 400)


def _check_size(call: Call) -> None:
    if len(call.body) > MAX_BODY:
        raise AwsError("RequestEntityTooLarge", f"The request is longer than {MAX_BODY} bytes.")


def _no_action(name: str) -> AwsError:
    if not name:
        return AwsError("MissingAction", "The request must contain the parameter Action.")
    return AwsError("InvalidAction", f"Could not find operation {name} for version 2010-12-01")


def _xml(status: int, body: bytes, request_id: str) -> Answer:
    headers = [
        (b"content-type", b"text/xml"),
        (b"content-length", b"%d" % len(body)),
        (b"x-amzn-requestid", request_id.encode("ascii")),
    ]
    return Answer(status, headers, body)


def _json(status: int, body: bytes, request_id: str) -> Answer:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"x-amzn-requestid", request_id.encode("ascii")),
    ]
    return Answer(status, headers, body)
