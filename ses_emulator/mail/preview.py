"""The HTML of a mail as a page that can be shown: it runs nothing and asks nobody for anything."""

import base64
import re
from urllib.parse import unquote

from ses_emulator.mail.read import Content, Part
from ses_emulator.mail.text import unescaped
from ses_emulator.mail.tracking import OPEN_TRACKER

# ``sandbox`` without allow-scripts stops scripts, forms and <meta http-equiv=refresh>; the popups
# are links that the reader opens. ``base-uri`` and ``form-action`` do not follow ``default-src``.
CSP = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:;"
    " style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
# Links open in a new tab, and no name server is asked for their hosts before.
HEAD = '<base target="_blank"><meta http-equiv="x-dns-prefetch-control" content="off">'
# What may stand before a document type; behind the type our elements go, for before it they would
# put the page into quirks mode.
DOCTYPE = re.compile(r"(?:\s|<\?[^>]*>|(?><!--.*?-->))*+<!doctype[^>]*>", re.IGNORECASE | re.DOTALL)
# No policy keeps Chromium from connecting for <link rel=preconnect> and dns-prefetch, nor from
# showing a srcdoc frame, in which the same could stand. All else that a link or a frame could load
# is stopped, so both become elements that do nothing and are parsed in the same way.
LINK_OR_FRAME = re.compile(r"<(?:link|(/?)iframe)(?=[\s/>])", re.IGNORECASE)
# In an attribute or a CSS url(): a Content-ID (RFC 2392), perhaps with entities or %-escapes.
CID = re.compile(r"""(["'=(,]\s*)cid:([^\s"'<>()]+)""", re.IGNORECASE)
IMAGE = re.compile(r"image/[\w.+-]+", re.ASCII)
# Bytes of images in one page, each counted as often as it is shown.
MOST_INLINE = 25_000_000


def page(content: Content) -> str:
    """The document for a sandboxed iframe, to be served as UTF-8 under ``CSP``.

    It is the mail's HTML, and as the mail has it but for inline images, whose ``cid:`` references
    become ``data:`` URLs.
    """
    shown = (content.html or "").replace(OPEN_TRACKER, "")
    mail = LINK_OR_FRAME.sub(_inert, shown.removeprefix("\ufeff"))
    doctype = DOCTYPE.match(mail)
    start = doctype.end() if doctype else 0
    return mail[:start] + HEAD + _with_images(mail[start:], content.attachments)


def _inert(tag: re.Match[str]) -> str:
    return "<meta" if tag[1] is None else f"<{tag[1]}noframes"


def _with_images(mail: str, parts: list[Part]) -> str:
    images = {
        part.content_id: part for part in parts if part.content_id and IMAGE.fullmatch(part.type)
    }
    left = MOST_INLINE

    def replace(reference: re.Match[str]) -> str:
        nonlocal left
        image = images.get(unquote(unescaped(reference[2])))
        if image is None or len(image.content) > left:
            return reference[0]
        left -= len(image.content)
        data = base64.b64encode(image.content).decode("ascii")
        return f"{reference[1]}data:{image.type};base64,{data}"

    return CID.sub(replace, mail) if images else mail
