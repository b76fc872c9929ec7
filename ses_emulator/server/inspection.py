"""The inspection API under ``/_ses/`` and the inbox at ``/``, as one Flask application."""

import json
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib.resources import files
from itertools import chain
from typing import Any

from flask import Flask, Response, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
    NotFound,
    RequestEntityTooLarge,
)
from werkzeug.wrappers import Response as BaseResponse

from ses_emulator import __version__
from ses_emulator.inbound.receive import LARGEST
from ses_emulator.mail.delivered import delivered
from ses_emulator.mail.index import Indexer
from ses_emulator.mail.read import Content, read
from ses_emulator.server import (
    account,
    bodies,
    calls,
    deliveries,
    events,
    identities,
    inbound,
    listing,
    metrics,
    operations,
    parameters,
    previews,
    release,
    rules,
    samples,
    shapes,
    simulation,
    statistics,
    structure,
    subscriptions,
    topics,
    tracking,
    verification,
)
from ses_emulator.server.aws import MAX_BODY
from ses_emulator.server.lookup import find_message
from ses_emulator.server.pages import add_pages
from ses_emulator.server.parameters import quoted
from ses_emulator.server.security import Guard
from ses_emulator.server.shapes import Shape
from ses_emulator.server.stream import frames
from ses_emulator.server.waiting import Places, watch_client
from ses_emulator.store.account import Instance
from ses_emulator.store.documents import everywhere
from ses_emulator.store.messages import Stored
from ses_emulator.store.query import Filters

ROOT = "/_ses"
# Method, path, operationId, and what answers.
Route = tuple[str, str, str, Callable[..., Any]]
# The rooms beside this one: each gives its routes.
ROOMS: tuple[Callable[[Instance], Sequence[Route]], ...] = (
    account.routes,
    calls.routes,
    identities.routes,
    inbound.routes,
    metrics.routes,
    operations.routes,
    previews.routes,
    release.routes,
    rules.routes,
    samples.routes,
    simulation.routes,
    statistics.routes,
    structure.routes,
    subscriptions.routes,
    topics.routes,
    tracking.routes,
    verification.routes,
)
LARGEST_BODY = 1024 * 1024
# By operationId, of those that take more.
LARGER_BODIES = {"receiveMail": LARGEST, "callOperation": MAX_BODY}
# For everything that is not a page of ours: if a browser shows it, it runs and loads nothing.
CLOSED_CSP = "default-src 'none'; sandbox; base-uri 'none'; frame-ancestors 'none'"


def create_app(
    instance: Instance,
    indexer: Indexer,
    ports: Callable[[], dict[str, int | None]],
    clear: Callable[[], None],
) -> Flask:
    """The application of an instance.

    ``ports`` gives the open ports by the names ``http``, ``smtp``, ``smtps`` and ``inbound``;
    ``clear`` forgets everything and tells ``instance.changes``.
    """
    app = Flask("ses_emulator.server", static_folder=None)
    provider = DefaultJSONProvider(app)
    provider.sort_keys = False
    app.json = provider
    app.url_map.merge_slashes = False  # an address that is not ours is no redirect either
    guard = Guard(instance.settings)
    app.before_request(lambda: _check_request(guard))
    app.after_request(_protect)
    app.register_error_handler(HTTPException, _error)
    add_pages(app)
    places = Places(instance.changes)
    own = Inspection(instance, ports, clear, places)
    for method, path, operation, view in chain(
        own.routes(),
        listing.routes(instance, indexer, places),
        deliveries.routes(instance, places),
        events.routes(instance, places),
        *(room(instance) for room in ROOMS),
    ):
        app.add_url_rule(path, operation, view, methods=[method])
    return app


class Inspection:
    """The operations of openapi.yaml on one instance, a method each."""

    def __init__(
        self,
        instance: Instance,
        ports: Callable[[], dict[str, int | None]],
        clear: Callable[[], None],
        places: Places,
    ) -> None:
        self._instance = instance
        self._store = instance.messages
        self._ports = ports
        self._clear = clear
        self._places = places

    def routes(self) -> list[Route]:
        """What is asked for at which address."""
        return [
            ("GET", f"{ROOT}/health", "getHealth", self.health),
            ("GET", f"{ROOT}/openapi.json", "getOpenapi", self.openapi),
            ("POST", f"{ROOT}/reset", "reset", self.reset),
            ("GET", f"{ROOT}/messages/<id>", "getMessage", self.message),
            ("DELETE", f"{ROOT}/messages/<id>", "deleteMessage", self.delete),
            ("GET", f"{ROOT}/messages/<id>/raw", "getMessageRaw", self.raw),
            ("GET", f"{ROOT}/messages/<id>/html", "getMessageHtml", self.html),
            ("GET", f"{ROOT}/messages/<id>/text", "getMessageText", self.text),
            (
                "GET",
                f"{ROOT}/messages/<id>/attachments/<n>",
                "getMessageAttachment",
                self.attachment,
            ),
            ("GET", f"{ROOT}/exports/<id>", "getExport", self.export),
            ("GET", f"{ROOT}/stream", "getStream", self.stream),
        ]

    def health(self) -> Shape:
        settings = self._instance.settings
        return {
            "status": "ok",
            "version": __version__,
            "ports": self._ports(),
            "account": settings.account,
            "database": settings.database,
        }

    def openapi(self) -> Response:
        return Response(self._document, mimetype="application/json")

    @cached_property
    def _document(self) -> str:
        import yaml  # not needed to start

        return json.dumps(
            yaml.safe_load((files("ses_emulator.server") / "openapi.yaml").read_text("utf-8"))
        )

    def reset(self) -> Shape:
        self._clear()
        return {"status": "reset"}

    def message(self, id: str) -> Shape:
        return shapes.message(self._instance, self._find(id))

    def delete(self, id: str) -> Shape:
        return {"deleted": self._store.delete(Filters(id=self._find(id).id, failed=True))}

    def raw(self, id: str) -> Response:
        stored = self._find(id)
        if parameters.form(request.args) == "composed":
            return bodies.raw(stored.id, self._store.raw(stored.seq))
        return bodies.raw(stored.id, delivered(self._instance, stored))

    def html(self, id: str) -> Response:
        content = self._read(id)
        if content.html is None:
            raise NotFound(
                f"Message {quoted(id)} has no HTML: see {ROOT}/messages/{id} for what it has."
            )
        return bodies.html(
            content,
            remote=parameters.choice(request.args, "remote") == "true",
            scheme=parameters.choice(request.args, "scheme"),
        )

    def text(self, id: str) -> Response:
        content = self._read(id)
        if content.text is None:
            raise NotFound(
                f"Message {quoted(id)} has no text: see {ROOT}/messages/{id} for what it has."
            )
        return bodies.text(content.text)

    def attachment(self, id: str, n: str) -> Response:
        for part in self._read(id).attachments:
            if str(part.index) == n:
                return bodies.attachment(part)
        raise NotFound(
            f"Message {quoted(id)} has no attachment {quoted(n)}: "
            f"see attachments in {ROOT}/messages/{id}."
        )

    def export(self, id: str) -> Response:
        for *_, file in everywhere(self._instance.database, "ExportFile", id):
            return bodies.export(id, file["Content"], file["Type"])
        raise NotFound(f"Export {quoted(id)} does not exist: GetExportJob tells the address.")

    def stream(self) -> Response:
        self._places.enter()
        response = Response(
            frames(self._instance, request.headers.get("Last-Event-ID"), watch_client()),
            mimetype="text/event-stream",
        )
        response.call_on_close(self._places.leave)
        return response

    def _find(self, id: str) -> Stored:
        return find_message(self._instance, id)

    def _read(self, id: str) -> Content:
        return read(self._store.raw(self._find(id).seq))


def _check_request(guard: Guard) -> None:
    """Refuse what no operation is meant to see."""
    guard.check(request)
    limit = LARGER_BODIES.get(request.endpoint or "", LARGEST_BODY)
    if (request.content_length or 0) > limit:
        raise RequestEntityTooLarge(
            f"The body has {request.content_length} bytes: send at most {limit}."
        )
    if request.url_rule is not None and request.url_rule.rule.startswith(ROOT):
        known = parameters.PARAMETERS.get(request.url_rule.endpoint, ())
        parameters.check(request.args, known)


def _protect(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CLOSED_CSP)
    headers.setdefault("Cache-Control", "no-cache")
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "SAMEORIGIN"
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.pop("Date", None)  # the server's own is there already
    return response


def _error(error: HTTPException) -> BaseResponse:
    """``{"error": …}`` in place of the framework's page, under the same status and headers."""
    response = error.get_response()
    path = quoted(request.path)
    if isinstance(error, InternalServerError):
        cause = error.original_exception
        line = f"{request.method} {path} failed with {cause!r}: see the log, and please report it."
    elif error.description != type(error).description:
        line = error.description or error.name  # ours
    elif isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        line = f"{request.method} is not for {path}: use {allowed}."
    else:
        line = f"{path} is not here: see {ROOT}/openapi.json for what is."
    response.set_data(json.dumps({"error": " ".join(line.split())}) + "\n")
    response.mimetype = "application/json"
    return response
