"""HTTP POSTs to endpoints of the developer's own."""

import base64
import ssl
from collections.abc import Callable, Mapping
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import unquote, urlsplit

from ses_emulator.events.answers import Answer, DeliveryError

# Source: the guide of SNS, "Fanout Amazon SNS notifications to HTTPS endpoints".
TIMEOUT = 15.0
TOO_MANY = 429
# So much of what the endpoint says is kept, in bytes, and so much of what it is asked for.
LONGEST = 500
LARGEST = 6 * 1024 * 1024


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """POST ``body``; an answer of 2xx takes it. A redirect is not followed.

    Raises DeliveryError, to be tried again after 5xx, 429 or if there is no answer in TIMEOUT
    seconds.
    """
    status, said = _exchange(url, body, headers, TIMEOUT, lambda response: response.read1(LONGEST))
    return Answer(status, _line(said))


def ask(url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> bytes:
    """POST ``body``; what is answered, of which there may be LARGEST bytes. As ``post`` for the
    rest."""
    return _exchange(url, body, headers, timeout, lambda response: response.read(LARGEST))[1]


def _exchange(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    timeout: float,
    read: Callable[[HTTPResponse], bytes],
) -> tuple[int, bytes]:
    parts = urlsplit(url)
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    host, port = parts.hostname or "", parts.port
    connection: HTTPConnection
    if parts.scheme == "https":
        connection = HTTPSConnection(host, port, timeout=timeout, context=_context())
    else:
        connection = HTTPConnection(host, port, timeout=timeout)
    given = dict(headers)
    if parts.username is not None:
        user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        given["Authorization"] = f"Basic {base64.b64encode(user.encode()).decode()}"
    try:
        connection.request("POST", target, body, given)
        response = connection.getresponse()
        said = read(response)
    except (OSError, HTTPException) as error:
        reason = str(error) or type(error).__name__
        raise DeliveryError(f"POST {shown(url)} failed: {reason}.", retry=True) from None
    finally:
        connection.close()
    status = response.status
    if 200 <= status < 300:
        return status, said
    words = _line(said[:LONGEST])
    raise DeliveryError(
        f"POST {shown(url)} was answered {status} {response.reason}{f': {words}' if words else ''}",
        retry=status >= 500 or status == TOO_MANY,
        status=status,
    )


def _line(said: bytes) -> str:
    return " ".join(said.decode("utf-8", "replace").split())


@lru_cache(maxsize=1)
def _context() -> ssl.SSLContext:
    """What is trusted; reading it takes longer than a request."""
    return ssl.create_default_context()


def shown(url: str) -> str:
    """A URL without the user and the password in it."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
