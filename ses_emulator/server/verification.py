"""What the link of a verification mail opens: the one GET that changes something."""

import re
from collections.abc import Callable
from typing import Any

from flask import Response, redirect, request

from ses_emulator.mail.verification import PATH, Outcome, follow
from ses_emulator.server.landing import page, said
from ses_emulator.store.account import Instance

# Only what a browser would go to; a template may say anything.
WEB_ADDRESS = re.compile(r"https?://[^\s\x00-\x1f\x7f]+", re.IGNORECASE)
STATUSES = {"verified": 200, "expired": 410, "gone": 404}


def routes(instance: Instance) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """What is asked for at which address."""

    def verify(token: str) -> Any:
        # A browser that fetches ahead, or a program that only looks, is nobody who confirms.
        if request.method == "HEAD" or "prefetch" in request.headers.get("Sec-Purpose", ""):
            return page("Open this link to confirm the address", "", 503)
        outcome = follow(instance, token)
        if outcome.redirect and WEB_ADDRESS.fullmatch(outcome.redirect):
            return redirect(outcome.redirect)
        return _page(outcome)

    return [("GET", f"{PATH}/<token>", "openVerificationLink", verify)]


def _page(outcome: Outcome) -> Response:
    address, region = said(outcome.address), said(outcome.region)
    if outcome.state == "verified":
        title = "The address is verified"
        body = f"<p>Mail can be sent from <strong>{address}</strong> in {region} now.</p>\n"
    elif outcome.state == "expired":
        title = "This link has expired"
        body = (
            f"<p>Links are good for 24 hours, and <strong>{address}</strong> was not confirmed in"
            " time. Ask for another mail, and open the link in that one.</p>\n"
        )
    else:
        title = "This link leads nowhere"
        body = (
            "<p>No address waits to be confirmed by it: it was deleted meanwhile, everything was"
            " reset, or the link is not complete.</p>\n"
        )
    return page(title, body, STATUSES[outcome.state])
