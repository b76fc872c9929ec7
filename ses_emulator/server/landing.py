"""The frame of the pages that a mail's link opens: small HTML without a script."""

from html import escape

from flask import Response

STYLE = "/web/landing.css"
# What a page loads is its style. Only one with a form may send one, and only here.
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action {forms}"
)
FRAME = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<link rel="icon" href="/web/icon.svg">
<link rel="stylesheet" href="{style}">
</head>
<body>
<main>
<h1>{title}</h1>
{body}</main>
<footer>ses-emulator, a local Amazon SES</footer>
</body>
</html>
"""


def page(title: str, body: str, status: int = 200, *, forms: bool = False) -> Response:
    """A page with a ``title`` of plain text and a ``body`` of HTML, which may have ``forms``."""
    html = FRAME.format(title=escape(title), style=STYLE, body=body)
    response = Response(html.encode("utf-8", "replace"), status, mimetype="text/html")
    headers = response.headers
    headers["Content-Security-Policy"] = CSP.format(forms="'self'" if forms else "'none'")
    # Under no-referrer a browser would not tell from where a form is sent.
    headers["Referrer-Policy"] = "same-origin"
    headers["X-Robots-Tag"] = "noindex"
    headers["Cache-Control"] = "no-store"
    return response


def said(text: str) -> str:
    """Plain text, such as an address, within HTML: in its own direction of writing."""
    return f"<bdi>{escape(text)}</bdi>"
