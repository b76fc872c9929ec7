"""HTTP POSTs to endpoints of the developer's own."""

import base64
import ssl
from collections.abc import Mapping
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import unquote, urlsplit

from ses_emulator.events.answers import Answer, DeliveryError

# Source: the guide of SNS, "Fanout Amazon SNS notifications to HTTPS endpoints".
TIMEOUT = 15.0
TOO_MANY = 429
# So much of what the endpoint says is kept, in bytes.
LONGEST = 500


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """POST ``body``; an answer of 2xx takes it. A redirect is not followed.

    Raises DeliveryError, to be tried again after 5xx, 429 or if there is no answer in TIMEOUT
    seconds.
    """
    parts = urlsplit(url)
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    host, port = parts.hostname or "", parts.port
    connection: HTTPConnection
    if parts.scheme == "https":
        connection = HTTPSConnection(host, port, timeout=TIMEOUT, context=_context())
    else:
        connection = HTTPConnection(host, port, timeout=TIMEOUT)
    given = dict(headers)
    if parts.username is not None:
        user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        given["Authorization"] = f"Basic {base64.b64encode(user.encode()).decode()}"
    try:
        connection.request("POST", target, body, given)
        response = connection.getresponse()
        said = " ".join(response.read1(LONGEST).decode("utf-8", "replace").split())
    except (OSError, HTTPException) as error:
        reason = str(error) or type(error).__name__
        raise DeliveryError(f"POST {shown(url)} failed: {reason}.", retry=True) from None
    finally:
        connection.close()
    status = response.status
    if 200 <= status < 300:
        return Answer(status, said)
    raise DeliveryError(
        f"POST {shown(url)} was answered {status} {response.reason}{f': {said}' if said else ''}",
        retry=status >= 500 or status == TOO_MANY,
        status=status,
    )


@lru_cache(maxsize=1)
def _context() -> ssl.SSLContext:
    """What is trusted; reading it takes longer than a request."""
    return ssl.create_default_context()


def shown(url: str) -> str:
    """A URL without the user and the password in it."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
