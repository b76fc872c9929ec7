"""What the pixel and the links of a tracked mail open: each says so, and the links lead on."""

import base64
from collections.abc import Callable
from typing import Any

from flask import Response, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import BadRequest, NotFound

from ses_emulator.mail import details
from ses_emulator.mail.feedback import happen
from ses_emulator.mail.tracking import COUNTED, Link, Tracking, followed, opened
from ses_emulator.server.parameters import quoted
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Stored

# One transparent pixel.
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
# Source: the guide, "Configuring custom domains to handle open and click tracking".
LARGEST_HEADERS = 8192


class Redirect(Response):
    """Sends to ``target`` as it is; the framework would write some URLs in another way."""

    def __init__(self, target: str) -> None:
        super().__init__(status=302)
        self._target = target

    def get_wsgi_headers(self, environ: Any) -> Headers:
        headers = super().get_wsgi_headers(environ)
        headers["Location"] = self._target
        return headers


def routes(instance: Instance) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """What is asked for at which address; SES has others where the redirect domain is one's own."""
    tracker = Tracker(instance)
    return [
        ("GET", "/I0/<id>/<token>", "openPixel", tracker.pixel),
        ("GET", "/CI0/<id>/<token>", "openOwnPixel", tracker.pixel),
        ("GET", "/L0/<path:target>/<n>/<id>/<token>", "followLink", tracker.link),
        ("GET", "/CL0/<path:target>/<n>/<id>/<token>", "followOwnLink", tracker.link),
    ]


class Tracker:
    """Answers with what the links of an instance's messages stand for."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    def pixel(self, id: str, token: str) -> Response:
        """The pixel."""
        stored, plan = self._tracked(id)
        if not opened(plan, stored.id, token):
            raise _mangled(stored)
        self._count(stored, lambda to, now: details.open(to, now, **_reader()))
        return _kept_nowhere(Response(GIF, mimetype="image/gif"))

    def link(self, target: str, n: str, id: str, token: str) -> Response:
        """The way to where the link leads. Which of its kind it is, ``n``, tells nothing here."""
        stored, plan = self._tracked(id)
        link = followed(self._instance.messages.raw(stored.seq), plan, stored.id, target, token)
        if link is None:
            raise _mangled(stored)
        self._count(stored, lambda to, now: _click(link, to, now))
        return _kept_nowhere(Redirect(link.target))

    def _tracked(self, id: str) -> tuple[Stored, Tracking]:
        """The message and what is tracked of it. Raises BadRequest and NotFound."""
        size = sum(len(name) + len(value) for name, value in request.headers)
        if size > LARGEST_HEADERS:
            raise BadRequest(
                f"The headers have {size} bytes: SES takes at most {LARGEST_HEADERS} here."
            )
        stored = self._instance.messages.find(id)
        if stored is None or stored.id != id or stored.tracking is None:
            raise NotFound(
                f"No message {quoted(id)} is tracked: it was deleted meanwhile, everything was"
                " reset, or the link is not complete."
            )
        return stored, Tracking.from_document(stored.tracking)

    def _count(self, stored: Stored, event: Callable[[list[str], float], Event]) -> None:
        now = self._instance.clock()
        # Who only asks for the headers has neither opened nor clicked anything.
        if request.method == "HEAD" or now > stored.received + COUNTED:
            return
        account = Account(self._instance, stored.account, stored.region)
        # All recipients have the same links.
        recipients = self._instance.messages.recipients(stored.seq)
        happen(account, stored, [event(recipients, now)])


def _click(link: Link, recipients: list[str], now: float) -> Event:
    return details.click(recipients, now, link=link.target, link_tags=link.tags, **_reader())


def _reader() -> dict[str, str]:
    return {
        "ip_address": request.remote_addr or "",
        "user_agent": request.headers.get("User-Agent", ""),
    }


def _mangled(stored: Stored) -> NotFound:
    return NotFound(
        f"Message {quoted(stored.id)} has no such link: it is not complete, or was changed."
    )


def _kept_nowhere(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    # A mail is read in pages of other sites, too.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
