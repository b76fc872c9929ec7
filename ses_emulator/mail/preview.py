"""The HTML of a mail as a page that can be shown: it runs nothing, and asks nobody for anything
unless its reader wants to see what it has elsewhere.
"""

import base64
import re
from urllib.parse import unquote

from ses_emulator.mail.read import Content, Part
from ses_emulator.mail.text import unescaped
from ses_emulator.mail.tracking import OPEN_TRACKER

# ``sandbox`` without allow-scripts stops scripts, forms and <meta http-equiv=refresh>; the popups
# are links that the reader opens. ``base-uri`` and ``form-action`` do not follow ``default-src``.
POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; {};"
    " base-uri 'none'; form-action 'none'"
)
CSP = POLICY.format("img-src data:; style-src 'unsafe-inline'")
# What mail programs load once their reader agrees.
REMOTE_CSP = POLICY.format(
    "img-src data: http: https:; style-src 'unsafe-inline' http: https:; font-src http: https:;"
    " media-src http: https:"
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
FRAME = re.compile(r"<(/?)iframe(?=[\s/>])", re.IGNORECASE)
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
# What a page loads by itself, where it begins with a host; links only as style sheets.
REMOTE = re.compile(
    r"""(?:\b(?:src|srcset|background|poster|data)\s*=\s*["']?|url\(\s*["']?|@import\s+["']"""
    r"""|<link\b[^>]{0,500}?\bhref\s*=\s*["']?)\s*((?:https?:)?//[^\s"'<>(),\\]{1,2000})""",
    re.IGNORECASE,
)
# In an attribute or a CSS url(): a Content-ID (RFC 2392), perhaps with entities or %-escapes.
CID = re.compile(r"""(["'=(,]\s*)cid:([^\s"'<>()]+)""", re.IGNORECASE)
IMAGE = re.compile(r"image/[\w.+-]+", re.ASCII)
# How a page asks whether its reader likes it dark, and how it says that it can be both.
PREFERS = re.compile(r"prefers-color-scheme\s*:\s*(dark|light)", re.IGNORECASE)
BOTH = re.compile(
    r"""(\bcolor-scheme\s*:\s*|\bname\s*=\s*["']?color-scheme["']?\s+content\s*=\s*["']?)"""
    r"(?:light\s+dark|dark\s+light)",
    re.IGNORECASE,
)
# Bytes of images in one page, each counted as often as it is shown.
MOST_INLINE = 25_000_000


def page(content: Content, remote: bool = False, scheme: str | None = None) -> str:
    """The document for a sandboxed iframe, to be served as UTF-8 under ``CSP``.

    It is the mail's HTML, and as the mail has it but for inline images, whose ``cid:`` references
    become ``data:`` URLs. A ``remote`` one is for ``REMOTE_CSP`` and keeps its style sheets.
    With a ``scheme``, dark or light, it is as somebody sees it who prefers that.
    """
    shown = (content.html or "").replace(OPEN_TRACKER, "")
    mail = (FRAME if remote else LINK_OR_FRAME).sub(_inert, shown.removeprefix("\ufeff"))
    if scheme is not None:
        mail = _preferring(mail, scheme)
    doctype = DOCTYPE.match(mail)
    start = doctype.end() if doctype else 0
    return mail[:start] + HEAD + _with_images(mail[start:], content.attachments)


def remote(html: str) -> list[str]:
    """The addresses elsewhere that a mail's HTML loads something from, each once, in order."""
    found = REMOTE.findall(COMMENT.sub("", html))
    return list(dict.fromkeys(unescaped(address) for address in found))


def _preferring(mail: str, scheme: str) -> str:
    """The mail with the answer to its question; no policy or attribute makes Chromium give it."""

    def answer(question: re.Match[str]) -> str:
        return "min-width: 0" if question[1].lower() == scheme else "max-width: 0"

    return BOTH.sub(rf"\g<1>{scheme}", PREFERS.sub(answer, mail))


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
