"""How soon the list and a search are answered when many messages are stored."""

from __future__ import annotations

import http.client
import json
import statistics
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.benchmarks import mailboxes, servers
from tests.benchmarks.results import Line
from tests.benchmarks.servers import HOST, Server

if TYPE_CHECKING:
    from tests.benchmarks.rows import Bench

SEARCH_MILLISECONDS = 50
PAGE_MILLISECONDS = 20
# What the inbox asks for.
PAGE = {"failed": "true", "limit": "50"}
REPEATS = 5


def search(bench: Bench) -> list[Line]:
    """Searches of every kind, for what few, many and all messages have, and pages of the list."""
    file = mailboxes.mailbox(bench.folder, bench.full)
    with servers.ses_emulator(bench.folder, "--database", str(file)) as ours:
        client = _Client(ours)
        client.ask({})
        searches = _searches(client)
        times = [client.ask({"search": each}) for _ in range(bench.rounds) for each in searches]
        first = [client.ask({}) for _ in range(REPEATS * bench.rounds)]
        deep = {"offset": str(bench.full - 100)}
        last = [client.ask(deep) for _ in range(REPEATS * bench.rounds)]
    stored = f"{bench.full:,} stored"
    return [
        _line(f"Search, {stored}, {len(searches)} searches, p95", _p95(times), SEARCH_MILLISECONDS),
        _line(f"First page of the list, {stored}", statistics.median(first), PAGE_MILLISECONDS),
        _line(f"Page at {bench.full - 100:,}, {stored}, p95", _p95(last), SEARCH_MILLISECONDS),
    ]


class _Client:
    """Asks over one connection, as a browser does."""

    def __init__(self, server: Server) -> None:
        self._connection = http.client.HTTPConnection(HOST, server.port, timeout=60)
        self.answer: Any = None

    def ask(self, parameters: dict[str, str]) -> float:
        """Ask for a page of the list; the seconds until all of it is there."""
        path = f"/_ses/messages?{urlencode(PAGE | parameters)}"
        started = time.perf_counter()
        self._connection.request("GET", path)
        response = self._connection.getresponse()
        body = response.read()
        seconds = time.perf_counter() - started
        self.answer = json.loads(body)
        if response.status != 200:
            raise RuntimeError(f"{path}: {self.answer['error']}")
        return seconds


def _searches(client: _Client) -> list[str]:
    """All operators, and words as they are typed, of a message that is there."""
    client.ask({"offset": "1000"})
    message = client.answer["messages"][0]
    first, second, third, *_ = message["snippet"].split()
    to, subject = message["to"][0], message["subject"]
    return [
        *(first[:length] for length in range(1, len(first) + 1)),
        f"{first} {second}",
        f'"{first} {second} {third}"',
        "example",
        f"-{first}",
        "-example",
        f"{first} -{second}",
        f"to:{to}",
        f"to:{to[:4]}",
        "to:@example.net",
        "from:orders",
        "from:nobody",
        f"subject:{subject[:5]}",
        f"subject:{subject[-3:]}",
        f"-subject:{subject[:5]}",
        f"body:{second}",
        f'body:"{second} {third}"',
        "cc:somebody",
        "has:attachment",
        "is:unread",
        "is:read",
        "is:failed",
        "status:bounced",
        "-status:delivered",
        "event:send",
        "event:open",
        "set:newsletter",
        "template:receipt",
        "tag:stage",
        "tag:stage=test",
        "api:smtp",
        "account:111122223333",
        "region:eu-west-1",
        "after:3d",
        "before:3d",
        "larger:1k",
        "smaller:600",
        message["id"],
        f"id:{message['id']}",
        f"from:orders status:bounced {first}",
        f"example -status:delivered after:7d {first}",
        "from:orders to:@example.com set:trial is:unread",
    ]


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _line(what: str, seconds: float, most: int) -> Line:
    found = seconds * 1000
    return Line(what, f"{found:.0f} ms", target=f"at most {most} ms", met=found <= most)
