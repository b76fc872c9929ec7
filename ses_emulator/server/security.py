"""Whose requests are answered: programs' all, but of web pages only our own.

A page anywhere on the web can have its reader's browser ask what the browser can reach, and so it
reaches an emulator on a developer's machine. It cannot read the answers, unless it has the name by
which it was loaded lead here afterwards (DNS rebinding), which the header Host tells; but it could
send and delete. A page of our own therefore adds a header to what it writes, which browsers let no
other page add. Sources: the Fetch standard, "CORS protocol", and W3C, "Fetch Metadata Request
Headers".
"""

import base64
import binascii
import hmac
import re
import socket
from collections.abc import Iterable
from ipaddress import ip_address
from typing import NoReturn
from urllib.parse import urlsplit

from flask import Request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, HTTPException, Unauthorized

from ses_emulator.config import Settings
from ses_emulator.errors import AwsError
from ses_emulator.server.parameters import quoted

HEADER = "X-Ses-Emulator"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# What the reader of a mail opens, perhaps on another machine or by a redirect domain, by operation:
# the links say by themselves who may follow them.
TRACKED = frozenset(("openPixel", "openOwnPixel", "followLink", "followOwnLink"))
# Forms send no header of ours.
FORMS = frozenset(("changePreferences",))
# What is open without the password: besides those, a container's own check, and what receivers of
# SNS messages ask for.
OPEN = (
    TRACKED
    | FORMS
    | {
        "getHealth",
        "getSigningCertificate",
        "icon",
        "openPreferences",
        "openVerificationLink",
    }
)
LANDING_ASSETS = ("icon.svg", "landing.css")
# Files that tell nothing of this instance.
ASSETS = frozenset(("icon", "asset"))

HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:]*)(?::[0-9]*)?")
# Nobody can have such a name in the public DNS, so no page comes from there. Sources: RFC 6761,
# ICANN's reservation of .internal, and the default domain of Kubernetes.
RESERVED = (".localhost", ".test", ".internal", ".cluster.local")
# SES's own names lead here only where somebody saw to that.
AWS = re.compile(r"email(-fips)?\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|api\.aws)")
MOST_HOSTS = 1000

Headers = list[tuple[bytes, bytes]]
ALLOWED_METHODS = b"GET, POST, PUT, PATCH, DELETE"
EXPOSED = b"x-amzn-errortype, x-amzn-requestid"
PREFLIGHT_SECONDS = b"600"


class Misdirected(HTTPException):
    """The request is for a host that we are not."""

    code = 421


class Guard:
    """Judges the requests of one instance."""

    def __init__(self, settings: Settings) -> None:
        own = (
            socket.gethostname(),
            settings.host,
            urlsplit(settings.public_url).hostname or "",
            *settings.allowed_host,
        )
        self._names = {name.lower().rstrip(".") for name in own}
        self._login = settings.ui_auth.encode()
        self._known: dict[bytes, bool] = {}

    def check(self, request: Request) -> None:
        """Let a request of ours pass. Raises Misdirected, Unauthorized or Forbidden."""
        operation = request.endpoint
        host = request.headers.get("Host", "")
        if operation not in TRACKED and not self._knows(host.encode("latin-1", "replace")):
            raise Misdirected(_foreign(host))
        if self._login and not _is_open(request):
            self._check_login(request)
        if request.method not in SAFE_METHODS:
            _check_write(request)
        elif operation not in TRACKED | ASSETS:
            _check_read(request)

    def may_load(self, host: bytes) -> bool:
        """Whether anybody who knows us by this host may have the inbox's files."""
        return not self._login and self._knows(host)

    def admit(self, method: str, query: str, headers: Iterable[tuple[bytes, bytes]]) -> Headers:
        """Let a call of AWS's APIs pass; what its answer is to have among its headers.

        It is on the path of every send. Raises AwsError.
        """
        found = dict(headers)
        host = found.get(b"host", b"")
        if not self._knows(host):
            raise AwsError("MisdirectedRequest", _foreign(host.decode("latin-1")))
        origin, site = found.get(b"origin"), found.get(b"sec-fetch-site")
        if method != "POST" and "Action=" in query:
            # An image or a link in a page elsewhere could send by this, and it names no origin.
            if site is not None or found.get(b"user-agent", b"").startswith(b"Mozilla/"):
                raise AwsError("AccessDenied", f"A browser may not {method} an Action: use POST.")
        if origin is not None:
            return _shared(origin.decode("latin-1"), host.decode("latin-1"), site)
        if site not in (None, b"same-origin", b"none"):
            raise AwsError("AccessDenied", "A page of another site may not call SES here.")
        return []

    def preflight(self, headers: Iterable[tuple[bytes, bytes]]) -> Headers:
        """The headers of the answer to a browser that asks whether a page may call SES.

        Raises AwsError if it may not.
        """
        asked = dict(headers).get(b"access-control-request-headers", b"")
        return [
            *self.admit("OPTIONS", "", headers),
            (b"access-control-allow-methods", ALLOWED_METHODS),
            (b"access-control-allow-headers", asked),
            (b"access-control-max-age", PREFLIGHT_SECONDS),
        ]

    def _knows(self, host: bytes) -> bool:
        """Whether a Host header names us, remembered for the next time."""
        known = self._known.get(host)
        if known is None:
            if len(self._known) >= MOST_HOSTS:
                self._known.clear()
            known = self._known[host] = self._is_ours(host.decode("latin-1").lower())
        return known

    def _is_ours(self, host: str) -> bool:
        found = HOST.fullmatch(host)
        if found is None:
            return False
        name = found[1].rstrip(".")
        return (
            "." not in name  # no public name, but one of a container or of this machine
            or _is_address(name)
            or name in self._names
            or "*" in self._names
            or name.endswith(RESERVED)
            or AWS.fullmatch(name) is not None
        )

    def _check_login(self, request: Request) -> None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        login = b""
        if scheme.lower() == "basic":
            try:
                login = base64.b64decode(given)
            except (binascii.Error, ValueError):
                pass
        if not hmac.compare_digest(login, self._login):
            challenge = WWWAuthenticate("basic", {"realm": "ses-emulator", "charset": "UTF-8"})
            raise Unauthorized(
                "Log in with the user and the password of --ui-auth.", www_authenticate=challenge
            )


def _foreign(host: str) -> str:
    name = host.rpartition(":")[0] or host
    return (
        f"{quoted(host)} is no name of this ses-emulator: start it with"
        f" --allowed-host {name[:80]} if it is to be one."
    )


def _is_address(name: str) -> bool:
    """Whether it is an IP address, which no DNS is asked for."""
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _is_open(request: Request) -> bool:
    if request.endpoint == "asset":
        return (request.view_args or {}).get("path") in LANDING_ASSETS
    return request.endpoint in OPEN


def _check_write(request: Request) -> None:
    """Raise Forbidden unless it is a program that writes, or our page by its own header."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if origin is None and site is None:
        return
    # What the browser says of it holds where a proxy gave the host another name.
    if site != "same-origin" and (origin is None or not _is_same(origin, request.host)):
        _forbid(request, origin)
    if request.endpoint not in FORMS and request.headers.get(HEADER) is None:
        raise Forbidden(
            f"A page may {request.method} {request.path} only with the header {HEADER}: 1."
        )


def _check_read(request: Request) -> None:
    """Raise Forbidden if it is a page elsewhere that reads; a link there may lead here."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if site in (None, "same-origin", "none"):
        if origin is None or site == "same-origin" or _is_same(origin, request.host):
            return
    elif request.headers.get("Sec-Fetch-Mode") == "navigate":
        return
    _forbid(request, origin)


def _forbid(request: Request, origin: str | None) -> NoReturn:
    whose = "of another site" if origin is None else f"of {quoted(origin)}"
    raise Forbidden(
        f"A page {whose} may not {request.method} {request.path}: "
        f"only pages of {request.host} may, and programs that send no Origin."
    )


def _is_same(origin: str, host: str) -> bool:
    """Whether a page's origin is this host; a proxy in front may speak TLS."""
    return origin.partition("://")[2].lower() == host.lower()


def _shared(origin: str, host: str, site: bytes | None) -> Headers:
    """The headers by which a page of this machine may read what SES answers; none of our own.

    That is a developer's own application, which calls SES from the browser. Raises AwsError for a
    page of anywhere else.
    """
    if site == b"same-origin" or _is_same(origin, host):
        return []
    name = urlsplit(origin).hostname or ""
    if name == "localhost" or name.endswith(".localhost") or _is_loopback(name):
        return [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-expose-headers", EXPOSED),
            (b"vary", b"Origin"),
        ]
    raise AwsError(
        "AccessDenied",
        f"A page of {quoted(origin)} may not call SES here: only pages of localhost may, and"
        " programs that send no Origin.",
    )


def _is_loopback(name: str) -> bool:
    return _is_address(name) and ip_address(name).is_loopback
