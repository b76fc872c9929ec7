"""The inbox in Chromium: its first list, a new message, and a burst of them."""

from __future__ import annotations

import json
import shutil
import statistics
import time
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Browser, Page

from tests.benchmarks import mailboxes, messages, servers
from tests.benchmarks.results import Line, Unavailable
from tests.benchmarks.servers import Server
from tests.needs import CHROMIUM
from tests.web.support import chromium

if TYPE_CHECKING:
    from tests.benchmarks.rows import Bench

PAINTED_MILLISECONDS = 300
VISIBLE_MILLISECONDS = 250
TASK_MILLISECONDS = 200
BURST = 1000
SINGLE = 10

# Tells when the first row is there, and every time a row comes first, in epoch milliseconds.
WATCH = """
window.firsts = {};
window.tasks = [];
const look = () => {
    const id = document.querySelector(".mail[aria-posinset='1']")?.dataset.id;
    if (id && !(id in firsts)) {
        firsts[id] = null;
        // When the next frame begins, this one is painted.
        requestAnimationFrame(() => requestAnimationFrame(() => {
            firsts[id] = performance.timeOrigin + performance.now();
        }));
    }
};
new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true });
new PerformanceObserver((list) => tasks.push(...list.getEntries().map((each) => each.duration)))
    .observe({ type: "longtask", buffered: true });
"""


def inbox(bench: Bench) -> list[Line]:
    """What somebody who has the inbox open waits for, with many messages stored."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        raise Unavailable("no Chromium on the PATH; on Debian: apt-get install chromium")
    file = mailboxes.mailbox(bench.folder, bench.full)
    request = messages.v2_simple(bench.folder)
    body = json.loads(request.body.read_bytes())
    with (
        servers.ses_emulator(bench.folder, "--database", str(file)) as ours,
        chromium(path) as browser,
    ):
        painted = [_painted(browser, ours) for _ in range(max(3, bench.rounds))]
        page = _open(browser, ours)
        visible = [_visible(page, ours, request.path, body) for _ in range(SINGLE)]
        page.evaluate("tasks.length = 0")
        for _ in range(BURST):
            last = ours.call("POST", request.path, body)["MessageId"]
        _first(page, last)
        longest = max(page.evaluate("tasks"), default=0)
    stored = f"{bench.full:,} stored"
    return [
        _line(
            f"First list painted, {stored}, median",
            statistics.median(painted),
            PAINTED_MILLISECONDS,
        ),
        _line("New message visible after its send, slowest", max(visible), VISIBLE_MILLISECONDS),
        _line(f"Longest task of the page in {BURST:,} sends", longest, TASK_MILLISECONDS),
    ]


def _open(browser: Browser, server: Server) -> Page:
    """A page of a new browser profile, when its list is there."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.add_init_script(WATCH)
    page.goto(server.url)
    page.wait_for_selector("#connection[data-state=connected]")
    page.wait_for_selector(".mail[data-id]")
    return page


def _painted(browser: Browser, server: Server) -> float:
    """Milliseconds from the navigation until the first list is painted."""
    page = _open(browser, server)
    _settled(page)
    origin, first = page.evaluate("[performance.timeOrigin, Math.min(...Object.values(firsts))]")
    page.context.close()
    return float(first - origin)


def _visible(page: Page, server: Server, path: str, body: dict[str, Any]) -> float:
    """Milliseconds from the beginning of a send until its message is painted first in the list."""
    sent = time.time() * 1000
    return _first(page, server.call("POST", path, body)["MessageId"]) - sent


def _first(page: Page, id: str) -> float:
    """The moment when a message was painted first in the list."""
    page.wait_for_selector(f".mail[aria-posinset='1'][data-id='{id}']")
    _settled(page)
    return float(page.evaluate("(id) => firsts[id]", id))


def _settled(page: Page) -> None:
    """Wait until what was drawn last is painted."""
    page.evaluate(
        """() => new Promise((done) => {
            const look = () => (Object.values(firsts).includes(null)
                ? requestAnimationFrame(look) : done());
            look();
        })"""
    )


def _line(what: str, milliseconds: float, limit: int) -> Line:
    return Line(
        what, f"{milliseconds:.0f} ms", target=f"at most {limit} ms", met=milliseconds <= limit
    )
