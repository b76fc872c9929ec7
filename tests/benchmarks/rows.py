"""The measurements. Each function of ROWS returns the lines that it adds to the table."""

from __future__ import annotations

import json
import os
import signal
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from tests.benchmarks import http_load, inbox, messages, searching, servers, smtp_load
from tests.benchmarks.results import Line, Unavailable, compared, missing, rate
from tests.benchmarks.servers import HOST, Server
from tests.receiver import receiving

READY_SECONDS = 1.0
SOON_MILLISECONDS = 100
QUEUED = 10_000
DELIVER_SECONDS = 300.0
SENDS = "sends/s"
MANY_CONNECTIONS = 200
MANY_MAILS = 20_000
LARGE_SECONDS = 1.5
LARGE_MEGABYTES = 200


@dataclass(frozen=True)
class Bench:
    """How long to measure, how many messages are many, and a folder for files."""

    folder: Path
    rounds: int = 5
    seconds: float = 3.0
    full: int = 100_000


Start = Callable[[Path], AbstractContextManager[Server]]

# Who sends through SES v2 are measured against, and how many times faster ours has to be.
COMPETITORS: tuple[tuple[str, Start, float], ...] = (
    ("aws-ses-v2-local", servers.aws_ses_v2_local, 1.0),
    ("ministack", servers.ministack, 3.0),
    ("moto", servers.moto, 10.0),
)


# Who mail over SMTP is measured against, and how many times faster ours has to be.
SMTP_SERVERS: dict[str, tuple[Start, float]] = {
    "MailDev": (servers.maildev, 2.0),
    "aiosmtpd that keeps nothing": (servers.smtp_sink, 0.6),
}


def v2_send(bench: Bench) -> list[Line]:
    """SendEmail of API v2 next to the other emulators of SES."""
    request = messages.v2_simple(bench.folder)
    running: list[Server] = []
    rates: dict[str, list[float]] = {}
    reasons: dict[str, str] = {}
    with ExitStack() as stack:
        ours = stack.enter_context(servers.ses_emulator(bench.folder))
        http_load.measure(ours, request, 1)
        for name, start, _ in COMPETITORS:
            try:
                server = stack.enter_context(start(bench.folder))
                if name == "moto":
                    identity = {"EmailIdentity": messages.SENDER}
                    server.call("POST", "/v2/email/identities", identity)
                http_load.measure(server, request, 1)
                running.append(server)
            except (Unavailable, RuntimeError, URLError) as error:
                reasons[name] = str(error)
        for _ in range(bench.rounds):
            for server in [ours, *running]:
                try:
                    rates.setdefault(server.name, []).append(_sends(server, request, bench.seconds))
                except RuntimeError as error:
                    if server is ours:
                        raise
                    reasons[server.name] = str(error)
                    running.remove(server)
    lines = [rate(_v2(ours.name), rates[ours.name], SENDS)]
    for name, _, target in COMPETITORS:
        if name in reasons:
            lines.append(missing(_v2(name), reasons[name], f"at least {target:.1f}x"))
        else:
            ratios = _ratios(rates[ours.name], rates[name])
            lines.append(compared(_v2(name), rates[name], SENDS, ratios, at_least=target))
    return lines


def v1_send(bench: Bench) -> list[Line]:
    """The sends of API v1, for information."""
    requests = {
        "v1 SendEmail": messages.v1_simple(bench.folder),
        "v1 SendRawEmail": messages.v1_raw(bench.folder),
    }
    rates: dict[str, list[float]] = {what: [] for what in requests}
    with servers.ses_emulator(bench.folder) as ours:
        for request in requests.values():
            http_load.measure(ours, request, 1)
        for _ in range(bench.rounds):
            for what, request in requests.items():
                rates[what].append(_sends(ours, request, bench.seconds))
    return [rate(f"{what}, ses-emulator", rates[what], SENDS) for what in requests]


def ready(bench: Bench) -> list[Line]:
    """The time from the command to the first answer of /_ses/health."""
    times = []
    for _ in range(bench.rounds + 1):
        with servers.ses_emulator(bench.folder) as server:
            times.append(server.seconds)
    middle = statistics.median(times[1:])  # the first start compiles and warms the disk's cache
    return [
        Line(
            "Ready after its start, ses-emulator",
            f"{middle:.2f} s",
            target=f"at most {READY_SECONDS:.1f} s",
            met=middle <= READY_SECONDS,
        )
    ]


def smtp(bench: Bench) -> list[Line]:
    """Mail over SMTP next to MailDev, and to an aiosmtpd that throws it away."""
    message = messages.mail()
    what = f"SMTP, {len(message) / 1024:.0f} KB, {smtp_load.CONNECTIONS} connections, "
    rates: list[float] = []
    other_rates: dict[str, list[float]] = {}
    lines = []
    with ExitStack() as stack:
        ours = stack.enter_context(servers.ses_emulator(bench.folder))
        port = ours.smtp_port()
        others = {}
        for name, (start, target) in SMTP_SERVERS.items():
            try:
                others[name] = stack.enter_context(start(bench.folder)).port
            except Unavailable as error:
                lines.append(missing(what + name, str(error), f"at least {target:.1f}x"))
        for each in (port, *others.values()):
            smtp_load.measure(HOST, each, message, 1)
        for _ in range(bench.rounds):
            before = ours.stored()
            rates.append(smtp_load.measure(HOST, port, message, bench.seconds))
            _check_stored(ours, before, rates[-1] * bench.seconds)
            ours.reset()  # or it would read its mails while the others are measured
            for name, other in others.items():
                found = smtp_load.measure(HOST, other, message, bench.seconds)
                other_rates.setdefault(name, []).append(found)
    for name, found_rates in other_rates.items():
        target = SMTP_SERVERS[name][1]
        ratios = _ratios(rates, found_rates)
        lines.append(compared(what + name, found_rates, "mails/s", ratios, at_least=target))
    return [rate(what + "ses-emulator", rates, "mails/s"), *lines]


def smtp_many(bench: Bench) -> list[Line]:
    """Numbered mails over many connections at once: each is there once, under the id replied."""
    sent = [b"Subject: %d\r\n" % number + messages.mail() for number in range(MANY_MAILS)]
    with servers.ses_emulator(bench.folder) as ours:
        started = time.perf_counter()
        replies = smtp_load.deliver(HOST, ours.smtp_port(), MANY_CONNECTIONS, sent)
        seconds = time.perf_counter() - started
        stored: list[tuple[str, str]] = []
        path = page = "/_ses/messages?limit=1000"
        while page:
            answer = ours.call("GET", page)
            stored += [(each["id"], each["subject"]) for each in answer["messages"]]
            page = f"{path}&after={answer['next']}" if answer["next"] else ""
    expected = {
        (reply.removeprefix("250 Ok "), str(number)) for number, reply in enumerate(replies)
    }
    lost, twice = len(expected - set(stored)), len(stored) - len(set(stored))
    return [
        Line(
            f"SMTP, {MANY_MAILS:,} mails over {MANY_CONNECTIONS} connections",
            f"{len(stored):,} stored in {seconds:.1f} s, {lost} lost, {twice} twice",
            target="none lost, none twice",
            met=not lost and sorted(stored) == sorted(expected),
        )
    ]


def smtp_large(bench: Bench) -> list[Line]:
    """One mail of the largest size: the time to its reply, and the memory of the whole process."""
    message = messages.large_mail()
    times, memories = [], []
    for _ in range(bench.rounds):
        with servers.ses_emulator(bench.folder) as ours:
            port = ours.smtp_port()
            smtp_load.deliver(HOST, port, 1, [messages.mail()])
            started = time.perf_counter()
            smtp_load.deliver(HOST, port, 1, [message])
            times.append(time.perf_counter() - started)
            memories.append(ours.memory())
    seconds, memory = statistics.median(times), max(memories)
    return [
        Line(
            f"SMTP, one mail of {len(message) / 2**20:.0f} MB",
            f"{seconds:.2f} s, {memory:.0f} MB of memory at most",
            target=f"at most {LARGE_SECONDS} s, {LARGE_MEGABYTES} MB",
            met=seconds <= LARGE_SECONDS and memory <= LARGE_MEGABYTES,
        )
    ]


def stored(bench: Bench) -> list[Line]:
    """What a send costs when many messages are stored, as against none."""
    request = messages.v2_simple(bench.folder)
    empty_rates: list[float] = []
    full_rates: list[float] = []
    with (
        servers.ses_emulator(bench.folder) as empty,
        servers.ses_emulator(bench.folder) as full,
    ):
        http_load.measure(empty, request, 1)
        while full.stored() < bench.full:
            http_load.measure(full, request, 1)
        kept = full.stored()
        for _ in range(bench.rounds):
            empty.reset()
            empty_rates.append(_sends(empty, request, bench.seconds))
            full_rates.append(_sends(full, request, bench.seconds))
    return [
        rate("v2 SendEmail, none stored", empty_rates, SENDS),
        compared(
            f"v2 SendEmail, {kept:,} stored; ratio of the cost",
            full_rates,
            SENDS,
            _ratios(empty_rates, full_rates),
            at_most=1.2,
        ),
    ]


def crud(bench: Bench) -> list[Line]:
    """Create, get, list and delete of a template next to the sends of the same server."""
    request = messages.templates(bench.folder)
    send = messages.v2_simple(bench.folder)
    rates: list[float] = []
    sends: list[float] = []
    for _ in range(bench.rounds):  # a server of its own each, for names are used once
        with servers.ses_emulator(bench.folder) as ours:
            kept = {"Subject": "Kept", "Text": "Text"}
            body = {"TemplateName": "kept", "TemplateContent": kept}
            ours.call("POST", "/v2/email/templates", body)
            rates.append(http_load.measure(ours, request, bench.seconds))
            http_load.measure(ours, send, 1)
            sends.append(_sends(ours, send, bench.seconds))
    what = "v2 templates, create, get, list, delete; ratio to SendEmail"
    return [compared(what, rates, "requests/s", _ratios(rates, sends), at_least=0.7)]


def events_cost(bench: Bench) -> list[Line]:
    """What it costs a send that its events go to SNS, as against nowhere."""
    request = messages.v2_simple(bench.folder, ConfigurationSetName="set")
    rates: list[float] = []
    plain_rates: list[float] = []
    what = "v2 SendEmail, events go to SNS (moto); ratio to no destination"
    with ExitStack() as stack:
        try:
            sns = stack.enter_context(servers.moto(bench.folder))
        except Unavailable as error:
            return [missing(what, str(error), "at least 0.9x")]
        plain = stack.enter_context(servers.ses_emulator(bench.folder))
        ours = stack.enter_context(servers.ses_emulator(bench.folder, "--aws-endpoint", sns.url))
        for server in (plain, ours):
            server.call("POST", "/v2/email/configuration-sets", {"ConfigurationSetName": "set"})
        destination = {
            "Enabled": True,
            "MatchingEventTypes": ["SEND", "DELIVERY"],
            "SnsDestination": {"TopicArn": servers.create_topic(sns)},
        }
        body = {"EventDestinationName": "sns", "EventDestination": destination}
        ours.call("POST", "/v2/email/configuration-sets/set/event-destinations", body)
        for _ in range(bench.rounds):
            for server, found in ((plain, plain_rates), (ours, rates)):
                http_load.measure(server, request, 1)
                found.append(_sends(server, request, bench.seconds))
                # What is not delivered yet would be during the next measurement.
                server.call("DELETE", "/_ses/messages")
    return [
        rate("v2 SendEmail with a configuration set", plain_rates, SENDS),
        compared(what, rates, SENDS, _ratios(rates, plain_rates), at_least=0.9),
    ]


def events_soon(bench: Bench) -> list[Line]:
    """The time from the answer to a send until both of its events are at a webhook."""
    request = messages.v2_simple(bench.folder)
    body = json.loads(request.body.read_bytes())
    times = []
    with (
        receiving() as receiver,
        servers.ses_emulator(bench.folder, "--webhook", receiver.url) as ours,
    ):
        for number in range(1, 20 * bench.rounds + 1):
            ours.call("POST", request.path, body)
            answered = time.perf_counter()
            receiver.wait(2 * number)
            times.append(time.perf_counter() - answered)
    middle = statistics.median(times) * 1000
    return [
        Line(
            "Event at a webhook after the send's answer, median",
            f"{middle:.0f} ms",
            target=f"at most {SOON_MILLISECONDS} ms",
            met=middle <= SOON_MILLISECONDS,
        )
    ]


def events_kept(bench: Bench) -> list[Line]:
    """Events that were queued when the process was killed, and are delivered by the next."""
    request = messages.v2_simple(bench.folder)
    database = ("--database", str(bench.folder / "events.db"))
    with receiving() as receiver:
        receiver.answer = lambda request: 503
        webhook = ("--webhook", receiver.url)
        with servers.ses_emulator(bench.folder, *database, *webhook) as first:
            while first.stored() < QUEUED / 2:  # a Send and a Delivery of each
                http_load.measure(first, request, 1)
            queued = 2 * first.stored()
            os.kill(first.process, signal.SIGKILL)
        receiver.answer = lambda request: 200
        receiver.requests.clear()
        started = time.perf_counter()
        with servers.ses_emulator(bench.folder, *database, *webhook) as second:
            while second.delivered() < queued and time.perf_counter() - started < DELIVER_SECONDS:
                time.sleep(0.1)
        seconds = time.perf_counter() - started
        found = {
            (each.headers["x-ses-message-id"], each.headers["x-ses-event-type"])
            for each in receiver.requests
        }
    return [
        Line(
            f"{queued:,} queued events, kill -9, next start",
            f"{len(found):,} delivered in {seconds:.0f} s, {queued - len(found)} lost",
            target="none lost",
            met=len(found) == queued,
        )
    ]


# A new row is a function here and its name in this dict.
ROWS: dict[str, Callable[[Bench], list[Line]]] = {
    "v2-send": v2_send,
    "v1-send": v1_send,
    "ready": ready,
    "smtp": smtp,
    "smtp-many": smtp_many,
    "smtp-large": smtp_large,
    "stored": stored,
    "crud": crud,
    "search": searching.search,
    "inbox": inbox.inbox,
    "events-cost": events_cost,
    "events-soon": events_soon,
    "events-kept": events_kept,
}


def _v2(name: str) -> str:
    return f"v2 SendEmail, {http_load.CONNECTIONS} connections, {name}"


def _sends(server: Server, request: http_load.Request, seconds: float) -> float:
    """The rate of `server`; what ses-emulator answers with 200 has to be stored, too."""
    if server.name != "ses-emulator":
        return http_load.measure(server, request, seconds)
    before = server.stored()
    result = http_load.measure(server, request, seconds)
    _check_stored(server, before, result * seconds)
    return result


def _check_stored(server: Server, before: int, sent: float) -> None:
    added = server.stored() - before
    if added < sent * 0.9:
        raise RuntimeError(f"{server.name} took about {sent:.0f} messages and stored {added}")


def _ratios(over: list[float], under: list[float]) -> list[float]:
    return [one / other for one, other in zip(over, under, strict=True)]
