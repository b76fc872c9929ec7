"""What a model forbids is refused over HTTP, and what it allows is never a fault of ours."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from ses_emulator.emulator import Emulator
from tests.operations import scenario
from tests.operations.support import running
from tests.wire import broken
from tests.wire.broken import MISSING, at, places, put
from tests.wire.values import HURTS, full, minimal, model

EVERY = [(service, name) for service in ("ses", "sesv2") for name in model(service).operation_names]
FORBIDDEN = {"ses": "ValidationError", "sesv2": "BadRequestException"}
MALFORMED = {"ses": "MalformedInput", "sesv2": "SerializationException"}
# Texts that an operation may read for what it expects: an address, a name, an ARN, JSON.
ODD = ["", " ", "@", "a@", "x" * 3_000, HURTS, "{", "[]", "arn:aws:ses:::", "{{#each x}}", "\x00"]
V1_CODE = re.compile("<Code>(.*?)</Code>")
Outcome = tuple[int, str]


class Wire:
    """One connection, kept alive; requests of any values, as a client would write them."""

    def __init__(self, emulator: Emulator) -> None:
        port = emulator.ports["http"]
        assert port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        key = f"{scenario.ACCOUNT}/20261124/{scenario.REGION}/ses/aws4_request"
        self._headers = {"authorization": f"AWS4-HMAC-SHA256 Credential={key}"}

    def send(self, service: str, operation: str, request: dict[str, Any]) -> Outcome:
        """The HTTP status and the error's code, empty if there is none."""
        shape = shape_of(service, operation)
        if service == "ses":
            fields = {"Action": operation} | broken.form(shape, request)
            status, _, body = self._exchange("POST", "/", urlencode(fields).encode())
            found = V1_CODE.search(body.decode())
            return status, found[1] if found else ""
        route = model(service).operation_model(operation).http
        method, path = route["method"], route["requestUri"]
        for name, value in broken.labels(shape, request).items():
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        query = broken.query_string(shape, request)
        body = b"" if method in ("GET", "DELETE") else broken.body(shape, request)
        status, code, answer = self._exchange(method, f"{path}?{query}" if query else path, body)
        assert status == 200 or json.loads(answer)["message"]
        return status, code

    def close(self) -> None:
        self._connection.close()

    def _exchange(self, method: str, path: str, body: bytes) -> tuple[int, str, bytes]:
        self._connection.request(method, path, body, self._headers)
        answer = self._connection.getresponse()
        return answer.status, answer.headers.get("x-amzn-errortype", ""), answer.read()


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


@pytest.fixture
def wire(emulator: Emulator) -> Iterator[Wire]:
    wire = Wire(emulator)
    yield wire
    wire.close()


@pytest.fixture(scope="module")
def used() -> Iterator[tuple[Emulator, scenario.Answers]]:
    """An emulator in which there is something of everything."""
    with running() as emulator:
        clients = scenario.clients_of(emulator)
        yield emulator, scenario.play(clients, scenario.CREATES, scenario.READS)


def shape_of(service: str, operation: str) -> Any:
    """botocore's shape of the input; of an operation without one, an empty one."""
    shape = model(service).operation_model(operation).input_shape
    return shape or model("sesv2").operation_model("GetAccount").input_shape


def texts(shape: Any, request: Any) -> Iterator[broken.Path]:
    """Where any text may stand in a request."""
    for path, there in places(shape, request):
        if there.type_name == "string" and not there.enum:
            yield path


def invalid(service: str, operation: str) -> Iterator[tuple[str, broken.Path, Any]]:
    """Each way in which one place of a valid request can be wrong: the code, where and what."""
    shape = shape_of(service, operation)
    request = full(shape)
    for path, there in places(shape, request):
        place = broken.place_of(shape, path[0]) if service == "sesv2" else None
        value = at(request, path)
        alone = service == "ses" and path[:-1] and len(at(request, path[:-1])) == 1
        # A form cannot write an empty structure, nor a path an empty label.
        written = isinstance(path[-1], str) and place != "uri" and not alone
        if written and broken.required(shape, path):
            map_value = broken.is_map_value(shape, path)
            yield FORBIDDEN[service], path, None if map_value else MISSING
        for wrong in broken.violations(there, value):
            if wrong not in ("", []) or not place:  # a path or a query string has nothing there
                yield FORBIDDEN[service], path, wrong
        kind = there.type_name
        if service == "sesv2" and not place:
            others = broken.json_of_other_types(kind)
        else:
            others = broken.texts_of_other_types(kind)
            others += broken.fields_of_other_types(kind) if service == "ses" else []
        for other in others:
            yield MALFORMED[service], path, other


BREAKABLE = [each for each in EVERY if any(invalid(*each))]
WITH_TEXT = [each for each in EVERY if any(texts(shape_of(*each), full(shape_of(*each))))]


@pytest.mark.parametrize(("service", "operation"), BREAKABLE)
def test_what_the_model_forbids_is_refused(wire: Wire, service: str, operation: str) -> None:
    request = full(shape_of(service, operation))
    for code, path, wrong in invalid(service, operation):
        outcome = wire.send(service, operation, put(request, path, wrong))
        assert outcome == (400, code), (path, str(wrong)[:80])


@pytest.mark.parametrize(("service", "operation"), EVERY)
def test_what_the_model_allows_is_no_fault(wire: Wire, service: str, operation: str) -> None:
    shape = shape_of(service, operation)
    requests = [full(shape), full(shape, 1), minimal(shape)]
    for path, _ in places(shape, requests[0]):
        if not broken.required(shape, path):
            requests.append(put(requests[0], path, MISSING))
    for request in requests:
        status, code = wire.send(service, operation, request)
        assert status < 500, (code, str(request)[:500])


@pytest.mark.parametrize(("service", "operation"), WITH_TEXT)
def test_a_step_with_an_odd_text_is_no_fault(
    used: tuple[Emulator, scenario.Answers], service: str, operation: str
) -> None:
    """Most of the request is what the operation takes, so that it comes to the odd text."""
    emulator, answers = used
    shape = shape_of(service, operation)
    others = {name: None for name, there in shape.members.items() if there.type_name == "string"}
    steps = [step for step in scenario.EVERY if step[:2] == (service, operation)]
    wire = Wire(emulator)
    for *_, parameters in scenario.resolved(scenario.clients_of(emulator), steps, answers):
        request = others | parameters
        for path in texts(shape, request):
            for odd in ODD:
                status, code = wire.send(service, operation, put(request, path, odd))
                assert status < 500, (path, odd, code)
    wire.close()
