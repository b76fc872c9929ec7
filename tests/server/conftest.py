"""An instance with a few messages, and its inspection API."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ses_emulator.config import Settings
from ses_emulator.mail.index import Indexer
from ses_emulator.server.asgi import Application
from ses_emulator.server.aws import AwsEndpoint
from ses_emulator.server.http import HttpServer
from ses_emulator.server.inspection import create_app
from ses_emulator.store.account import Instance
from ses_emulator.store.changes import Changes
from ses_emulator.store.database import MEMORY, Database
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Messages, Stored
from tests.server.document import check

PORTS: dict[str, int | None] = {"http": 8005, "smtp": 1025, "smtps": 1465, "inbound": None}
NOON = 1_750_000_000.25


class WatchedChanges(Changes):
    """Changes that tell when somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = 0
        self.waiting = threading.Event()

    def wait(self, number: int, timeout: float) -> bool:
        self.waits += 1
        self.waiting.set()
        return super().wait(number, timeout)


@dataclass
class Box:
    """An instance, and a way to put messages into it."""

    instance: Instance
    changes: WatchedChanges
    indexer: Indexer
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 100_000)))

    def add(
        self,
        subject: str = "Hello",
        text: str = "Some words",
        to: str = "ada@example.com",
        raw: bytes | None = None,
        **options: Any,
    ) -> str:
        """Capture a message and return its id."""
        if raw is None:
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = "shop@example.com", to, subject
            mail.set_content(text)
            raw = mail.as_bytes()
        number = next(self.numbers)
        values: dict[str, Any] = {
            "id": f"0100{number:012x}-id-000000",
            "account": "000000000000",
            "region": "us-east-1",
            "received": NOON + number,
            "api": "v2",
            "operation": "SendEmail",
            "status": "delivered",
            "mail_from": "bounces@example.com",
            "sender": "Shop <shop@example.com>",
            "subject": subject,
            "configuration_set": None,
            "size": len(raw),
            "to": [to],
            "cc": [],
            "bcc": [],
            "tags": {},
            "source_ip": "127.0.0.1",
            "findings": [],
        }
        stored = Stored(**{**values, **options})
        events = [Event("Send", NOON, [to]), Event("Delivery", NOON, [to], {"smtpResponse": "ok"})]
        self.instance.messages.add(stored, raw, [to, *stored.bcc], events, 1)
        return stored.id

    def clear(self) -> None:
        """What the emulator does."""
        self.instance.database.clear()
        self.instance.messages.clear()
        self.changes.publish("reset")


class Client(FlaskClient):
    """A test client that holds every answer of the API against the document."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        response = super().open(*args, buffered=True, **options)
        request = response.request
        if request.path.startswith("/_ses") and request.method not in ("HEAD", "OPTIONS"):
            body = response.json if response.is_json else None
            type = response.mimetype or ""
            check(request.method, request.path, response.status_code, type, body)
        return response


def error(answer: TestResponse) -> str:
    """The line of an answer that is an error and says nothing else."""
    assert answer.status_code >= 400
    body: Any = answer.json
    assert list(body) == ["error"]
    return str(body["error"])


@pytest.fixture
def box() -> Iterator[Box]:
    """An empty instance in memory."""
    database, changes = Database(MEMORY), WatchedChanges()
    instance = Instance(Settings(), database, changes, Messages(database, changes, keep=0))
    try:
        yield Box(instance, changes, Indexer(instance))
    finally:
        changes.close()
        database.close()


@pytest.fixture
def client(box: Box) -> Client:
    """The inspection API of the box."""
    app = create_app(box.instance, box.indexer, lambda: PORTS, box.clear)
    app.test_client_class = Client
    made = app.test_client()
    assert isinstance(made, Client)
    return made


class Serve:
    """Serves the box over a socket; a call gives the port."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._servers: list[HttpServer] = []

    def __call__(self) -> int:
        app = create_app(self._box.instance, self._box.indexer, lambda: PORTS, self._box.clear)
        server = HttpServer(Application(AwsEndpoint(self._box.instance), app), "127.0.0.1", 0)
        server.start()
        self._servers.append(server)
        return server.port

    def stop(self) -> None:
        """Stop what is served."""
        while self._servers:
            self._servers.pop().stop()


@pytest.fixture
def serve(box: Box) -> Iterator[Serve]:
    """Serves the box until the end of the test."""
    serve = Serve(box)
    yield serve
    box.changes.close()
    serve.stop()
