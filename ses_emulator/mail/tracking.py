"""Open and click tracking: what applies to a message, and the message with its links and pixel."""

import base64
import hashlib
import html
import re
from collections import Counter
from dataclasses import asdict, dataclass
from typing import NamedTuple
from urllib.parse import quote

from ses_emulator.mail.links import rewritten
from ses_emulator.mail.text_bodies import text_bodies
from ses_emulator.store.account import DAY, Account
from ses_emulator.store.documents import Document

# Source: the guide, "Email sending metrics FAQs".
MOST_LINKS = 250
# Seconds after the send in which opens and clicks count.
COUNTED = 60 * DAY
OPEN_TRACKER = "{{ses:openTracker}}"
LINK_TAG = re.compile(r"\s*([A-Za-z0-9_-]+)\s*:\s*([A-Za-z0-9_-]+)\s*")
TOKEN = re.compile(r"[\w-]{27}=(\d{1,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tracking:
    """What SES tracks of a message.

    ``domain`` is the configuration set's own redirect domain, ``https`` its HttpsPolicy.
    """

    opens: bool
    clicks: bool
    domain: str | None = None
    https: str = "OPTIONAL"

    def to_document(self) -> Document:
        """As it is stored beside a message."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Document) -> "Tracking":
        """What ``to_document`` gave."""
        return cls(**document)


class Link(NamedTuple):
    """A tracked link: where it leads, and its tags as events have them."""

    target: str
    tags: dict[str, list[str]]


def tracking_of(account: Account, configuration_set: str | None) -> Tracking | None:
    """What is tracked of a message that is sent with this configuration set; None if nothing is."""
    return account.instance.database.remember(
        ("Tracking", account.id, account.region, configuration_set),
        lambda: _tracking(account, configuration_set),
    )


def _tracking(account: Account, configuration_set: str | None) -> Tracking | None:
    """Source: the API reference, TrackingConfigurationOverrides tells what decides without it."""
    found = account.configuration_sets.find(configuration_set) if configuration_set else None
    document = found or {}
    types = {
        type
        for destination in document.get("EventDestinations", ())
        if destination["Enabled"]
        for type in destination["MatchingEventTypes"]
    }
    engagement = _engagement(account.attributes, document)
    opens, clicks = engagement or "OPEN" in types, engagement or "CLICK" in types
    if not (opens or clicks):
        return None
    options = document.get("TrackingOptions") or {}
    return Tracking(
        opens, clicks, options.get("CustomRedirectDomain"), options.get("HttpsPolicy", "OPTIONAL")
    )


def _engagement(attributes: Document, configuration_set: Document) -> bool:
    """Whether the Virtual Deliverability Manager tracks; a configuration set overrides it."""
    vdm: Document = attributes.get("VdmAttributes", {})
    if vdm.get("VdmEnabled") != "ENABLED":
        return False
    options: Document = configuration_set.get("VdmOptions") or {}
    member = "EngagementMetrics"
    general = vdm.get("DashboardAttributes", {}).get(member)
    return bool(options.get("DashboardOptions", {}).get(member, general) == "ENABLED")


def track_html(page: str, plan: Tracking, base: str, message_id: str) -> str:
    """An HTML body as it is delivered; its links begin with the URL ``base``."""
    return _Rewriting(plan, base, message_id).body(page, plan.opens)


def tracked(raw: bytes, plan: Tracking, base: str, message_id: str) -> bytes:
    """A message as it is delivered; its links begin with the URL ``base``.

    Only its HTML bodies change; what is signed, encrypted or cannot be read stays as it is.
    """
    return _Rewriting(plan, base, message_id).message(raw)


def followed(raw: bytes, plan: Tracking, message_id: str, target: str, token: str) -> Link | None:
    """The link of a message that leads to this target and has this token; None if there is none.

    ``raw`` is the message before it was tracked: it alone decides where a redirect may lead.
    """
    form = TOKEN.fullmatch(token)
    if form is None or token != _token(message_id, int(form[1]), target):
        return None
    rewriting = _Rewriting(plan, "", message_id)
    rewriting.message(raw)
    links = rewriting.links[int(form[1]) - 1 : int(form[1])]
    return next((link for link in links if link.target == target), None)


def opened(plan: Tracking, message_id: str, token: str) -> bool:
    """Whether this is the token of a message's pixel."""
    return plan.opens and token == _token(message_id, 0, "")


def _token(message_id: str, number: int, target: str) -> str:
    """What tells a whole link from one that was mangled on its way, in the shape of SES's."""
    text = f"{message_id} {number} {target}"
    digest = hashlib.sha1(text.encode(), usedforsecurity=False).digest()
    return f"{base64.urlsafe_b64encode(digest).decode()}{number}"


class _Rewriting:
    """Tracks one message; ``links`` are those that it has tracked so far."""

    def __init__(self, plan: Tracking, base: str, message_id: str) -> None:
        self._plan = plan
        self._base = base
        self._id = message_id
        self._times: Counter[str] = Counter()
        self.links: list[Link] = []

    def message(self, raw: bytes) -> bytes:
        """A message; one of its HTML bodies gets the pixel."""
        bodies = list(text_bodies(raw, "text/html"))
        marked = [number for number, body in enumerate(bodies) if OPEN_TRACKER in body.text]
        opener = [*marked, len(bodies) - 1][0]
        pieces = []
        done = 0
        for number, body in enumerate(bodies):
            text = self.body(body.text, self._plan.opens and number == opener)
            if text != body.text:
                pieces += [raw[done : body.start], body.with_text(text)]
                done = body.end
        return b"".join([*pieces, raw[done:]])

    def body(self, page: str, opens: bool) -> str:
        """An HTML body, with the pixel where its placeholder stands or else at the end."""
        pixel = self._pixel() if opens else ""
        before, mark, after = page.partition(OPEN_TRACKER)
        if mark:
            page = before + pixel + after.replace(OPEN_TRACKER, "")
            pixel = ""
        return rewritten(page, self._redirect, pixel)

    def _pixel(self) -> str:
        secure = self._plan.https in ("REQUIRE", "REQUIRE_OPEN_ONLY")
        url = html.escape(self._url("I", secure, _token(self._id, 0, "")))
        return f'<img alt="" src="{url}" style="display: none; width: 1px; height: 1px;">'

    def _redirect(self, target: str, tags: str) -> str | None:
        if not self._plan.clicks or len(self.links) == MOST_LINKS:
            return None
        self.links.append(Link(target, link_tags(tags)))
        self._times[target] += 1  # SES tells links to the same target apart
        secure = self._plan.https == "REQUIRE" or target[:6].lower() == "https:"
        token = _token(self._id, len(self.links), target)
        return self._url("L", secure, token, quote(target, safe=":="), str(self._times[target]))

    def _url(self, kind: str, secure: bool, token: str, *before: str) -> str:
        if self._plan.domain is None:
            start = f"{self._base}/{kind}0"
        else:
            start = f"{'https' if secure else 'http'}://{self._plan.domain}/C{kind}0"
        return "/".join((start, *before, self._id, token))


def link_tags(text: str) -> dict[str, list[str]]:
    """The tags of ``a:b;c:d;``; those that SES does not allow are passed over."""
    tags: dict[str, list[str]] = {}
    for pair in text.split(";"):
        if tag := LINK_TAG.fullmatch(pair):
            tags.setdefault(tag[1], []).append(tag[2])
    return tags
