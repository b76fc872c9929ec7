"""The parts of a captured message as answers that a browser may open without harm."""

import io
import re

from flask import Response, send_file

from ses_emulator.mail.preview import CSP, REMOTE_CSP, page
from ses_emulator.mail.read import Content, Part

# What no browser runs or takes for a page, even where it ignores that it is a download.
HARMLESS = re.compile(
    r"(image/(?!svg)|audio/|video/|font/)[a-z0-9.+-]{1,80}"
    r"|text/(plain|csv|calendar)"
    r"|application/(gzip|json|msword|pdf|pgp-signature|zip|vnd\.(ms-|o)[a-z0-9.-]{1,80})"
)
# A name in a header: no line breaks, no folders for those who save it, and no marks that turn it
# around so that it ends otherwise than it seems to.
UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\\u202a-\u202e\u2066-\u2069]")
LONGEST_NAME = 200


def raw(id: str, content: bytes) -> Response:
    """The exact bytes of a message."""
    return _file(content, "message/rfc822", f"{id}.eml", as_attachment=False)


def html(content: Content, *, remote: bool, scheme: str | None) -> Response:
    """The HTML body as a page that runs nothing; what it has elsewhere is loaded if ``remote``."""
    response = Response(_encode(page(content, remote, scheme)), mimetype="text/html")
    response.headers["Content-Security-Policy"] = REMOTE_CSP if remote else CSP
    return response


def text(text: str) -> Response:
    """The plain text body."""
    return Response(_encode(text), mimetype="text/plain")


def attachment(part: Part) -> Response:
    """An attachment as a download, whatever its type."""
    type = part.type.lower()
    if not HARMLESS.fullmatch(type):
        type = "application/octet-stream"
    name = UNSAFE.sub("_", _encode(part.name).decode())[-LONGEST_NAME:] or "attachment"
    return _file(part.content, type, name, as_attachment=True)


def export(id: str, content: str, type: str) -> Response:
    """The file of an export job as a download."""
    name = f"{id}.{type.rpartition('/')[2]}"
    return _file(_encode(content), type, name, as_attachment=True)


def _file(content: bytes, type: str, name: str, *, as_attachment: bool) -> Response:
    response = send_file(
        io.BytesIO(),
        mimetype=type,
        as_attachment=as_attachment,
        download_name=name,
        conditional=False,
    )
    response.headers["Content-Type"] = type  # without a charset, which nobody knows here
    # In one piece: the thousands of a file would each cost a change of threads.
    response.direct_passthrough = False
    response.set_data(content)
    return response


def _encode(text: str) -> bytes:
    """UTF-8; what came from broken bytes may have no form in it."""
    return text.encode("utf-8", "replace")
