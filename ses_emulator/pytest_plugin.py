"""The pytest fixture ``ses_emulator``: a server for the session, emptied for each test.

Nothing but pytest is imported until a test uses it.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest

if TYPE_CHECKING:
    from ses_emulator.emulator import Emulator

REGION = "us-east-1"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
}
# Answers come within the wait that was asked for; this is for the way there and back.
MARGIN = 10.0
# So long the actions of a rule may take, which wait for Lambda functions.
ACTIONS = 300.0


class SesEmulator:
    """A running emulator as tests see it.

    ``url`` is for AWS clients and the browser; ``smtp_host``, ``smtp_port`` and ``smtps_port`` are
    for SMTP clients.
    """

    def __init__(self, emulator: Emulator) -> None:
        ports = emulator.ports
        self._emulator = emulator
        self.url = emulator.url
        self.smtp_host = emulator.settings.host
        self.smtp_port = ports["smtp"] or 0
        self.smtps_port = ports["smtps"] or 0

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client for ``"ses"`` or ``"sesv2"``; options as ``boto3.client`` takes them."""
        import boto3

        given = {
            "endpoint_url": self.url,
            "region_name": REGION,
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
        }
        return boto3.client(service, **given | options)

    def messages(self, **filters: Any) -> list[dict[str, Any]]:
        """The summaries of the captured messages that match, newest first.

        Filters are those of ``GET /_ses/messages``, such as ``to``, ``subject`` or ``tag``, or
        ``search`` as in the inbox; write ``from_`` for ``from``. Raises ValueError for a filter
        that there is not, and for a search with a mistake.
        """
        return self._all("messages", filters)

    def message(self, id: str = "latest") -> dict[str, Any]:
        """Everything about one message: see ``GET /_ses/messages/{id}``."""
        message: dict[str, Any] = json.loads(self._get(f"messages/{quote(id)}"))
        return message

    def raw(self, id: str = "latest") -> bytes:
        """The exact bytes of a message."""
        return self._get(f"messages/{quote(id)}/raw")

    def wait_for(
        self, count: int = 1, *, timeout: float = 5.0, **filters: Any
    ) -> list[dict[str, Any]]:
        """Wait until ``count`` messages match and return all that do, newest first.

        Fails the test after ``timeout`` seconds with a list of what did arrive.
        """
        __tracebackhide__ = True
        self._page("messages", filters | {"wait": timeout, "count": count, "limit": 1}, timeout)
        found = self.messages(**filters)
        if len(found) < count:
            pytest.fail(self._missed(count, timeout, filters, found))
        return found

    def events(self, **filters: Any) -> list[dict[str, Any]]:
        """What happened to messages, newest first, each with the ``document`` that SES publishes.

        Filters are those of ``GET /_ses/events``, such as ``type``, ``message`` or ``recipient``.
        Raises ValueError for a filter that there is not.
        """
        return self._all("events", filters)

    def wait_for_event(
        self, type: str, count: int = 1, *, timeout: float = 5.0, **filters: Any
    ) -> list[dict[str, Any]]:
        """Wait until there are ``count`` events of a type such as ``"Bounce"`` that match.

        Returns all that do, newest first; fails the test after ``timeout`` seconds with a list of
        what did happen.
        """
        __tracebackhide__ = True
        wanted = filters | {"type": type}
        self._page("events", wanted | {"wait": timeout, "count": count, "limit": 1}, timeout)
        found = self.events(**wanted)
        if len(found) < count:
            told = ", ".join(f"{name}={value!r}" for name, value in filters.items())
            lines = [
                f"waited {timeout:g} s for {count} {type} event(s){' with ' if told else ''}{told};"
                f" {len(found)} came. All:"
            ]
            for each in self.events():
                to = ", ".join(each["recipients"])
                lines.append(f"  {each['timestamp']}  {each['type']}  {to}  {each['message_id']}")
            pytest.fail("\n".join(lines if len(lines) > 1 else [*lines, "  nothing"]))
        return found

    def account(
        self,
        profile: str | None = None,
        *,
        account: str | None = None,
        region: str | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        """Switch how strict accounts are for the test: ``account("sandbox", rate=5)``.

        All accounts in all regions, or only the one given. Options are ``daily_quota``, ``rate``,
        ``enforced`` and ``verification``; without any of them it goes back to the settings. See
        ``PUT /_ses/account``, whose answer this is. Raises ValueError for what is no option.
        """
        narrowed = {"account": account, "region": region}
        query = urlencode({name: value for name, value in narrowed.items() if value is not None})
        path = f"account?{query}" if query else "account"
        held: dict[str, Any] = json.loads(self._call("PUT", path, {"profile": profile, **options}))
        return held

    def rule(
        self,
        *,
        match: dict[str, str] | None = None,
        when: dict[str, float] | None = None,
        **effect: Any,
    ) -> dict[str, Any]:
        """Let sends go wrong: ``rule(error={"code": "Throttling"}, when={"first": 2})``.

        The effect is one of ``event``, ``error``, ``latency`` and ``drop``; see
        ``POST /_ses/rules``, whose answer this is. Raises ValueError if there is no such rule.
        """
        rule = {"match": match or {}, "when": when or {}, "effect": effect}
        made: dict[str, Any] = json.loads(self._call("POST", "rules", rule))
        return made

    def receive(
        self, raw: bytes, *, to: str | Sequence[str] | None = None, **options: Any
    ) -> dict[str, Any]:
        """Let a mail come in: ``receive(raw, to="in@example.com", spam="FAIL")``.

        Without ``to`` it is for the recipients of its headers. Options are those of
        ``POST /_ses/inbound``, such as ``mail_from`` or ``remote_ip``; the answer is its own: the
        ``messages`` that it became, each with its ``receipt``, and the recipients ``refused``.
        Raises ValueError for what is no option.
        """
        if to is not None:
            options["recipients"] = to if isinstance(to, str) else ",".join(to)
        path = f"inbound?{urlencode(options)}" if options else "inbound"
        received: dict[str, Any] = json.loads(self._call("POST", path, raw=raw, wait=ACTIONS))
        return received

    def simulate(
        self,
        type: str,
        *,
        message: str = "latest",
        recipients: list[str] | None = None,
        **options: Any,
    ) -> list[dict[str, Any]]:
        """Let something happen to a message: ``simulate("bounce", bounceType="Transient")``.

        It happens to all recipients unless some are named; see ``POST /_ses/messages/{id}/events``.
        Returns the events. Raises ValueError for what cannot happen, LookupError without a message.
        """
        given = {"type": type, **options}
        if recipients is not None:
            given["recipients"] = recipients
        answer = json.loads(self._call("POST", f"messages/{quote(message)}/events", given))
        events: list[dict[str, Any]] = answer["events"]
        return events

    def clear(self) -> None:
        """Forget every message, identity and other resource."""
        self._emulator.clear()

    def _all(self, kind: str, filters: dict[str, Any]) -> list[dict[str, Any]]:
        """All pages of a list, or the one that a limit asks for."""
        found: list[dict[str, Any]] = []
        after: str | None = None
        while True:
            page = self._page(kind, filters | ({"after": after} if after else {}))
            found += page[kind]
            after = page["next"]
            if after is None or "limit" in filters:
                return found

    def _page(self, kind: str, parameters: dict[str, Any], wait: float = 0.0) -> dict[str, Any]:
        named = {
            name.rstrip("_"): str(value).lower() if isinstance(value, bool) else value
            for name, value in parameters.items()
        }
        page: dict[str, Any] = json.loads(self._get(f"{kind}?{urlencode(named)}", wait))
        return page

    def _get(self, path: str, wait: float = 0.0) -> bytes:
        return self._call("GET", path, wait=wait)

    def _call(
        self,
        method: str,
        path: str,
        document: Any = None,
        wait: float = 0.0,
        raw: bytes | None = None,
    ) -> bytes:
        body = raw if document is None else json.dumps(document).encode()
        request = urllib.request.Request(f"{self.url}/_ses/{path}", body, method=method)
        try:
            with urllib.request.urlopen(request, timeout=wait + MARGIN) as answer:
                content: bytes = answer.read()
                return content
        except urllib.error.HTTPError as error:
            with error:
                reason = json.loads(error.read())["error"]
            raise (LookupError if error.code == 404 else ValueError)(reason) from None

    def _missed(
        self, count: int, timeout: float, filters: dict[str, Any], found: list[dict[str, Any]]
    ) -> str:
        wanted = ", ".join(f"{name}={value!r}" for name, value in filters.items())
        lines = [
            f"waited {timeout:g} s for {count} message(s){' with ' if wanted else ''}{wanted};"
            f" {len(found)} came. In the emulator:"
        ]
        for each in self.messages():
            to = ", ".join([*each["to"], *each["cc"], *each["bcc"]])
            lines.append(f"  {each['received']}  {each['from']} -> {to}  {each['subject']!r}")
        return "\n".join(lines if len(lines) > 1 else [*lines, "  nothing"])


@pytest.fixture(scope="session")
def _ses_emulator_server() -> Iterator[Emulator]:
    from ses_emulator.config import Settings
    from ses_emulator.emulator import Emulator

    settings = Settings(port=0, smtp_port=0, smtps_port=0, inbound_port=0)
    with Emulator(settings) as emulator:
        yield emulator


@pytest.fixture
def ses_emulator(
    _ses_emulator_server: Emulator, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SesEmulator]:
    """An empty local Amazon SES; AWS clients that are made in the test talk to it by themselves."""
    emulator = SesEmulator(_ses_emulator_server)
    emulator.clear()
    monkeypatch.setenv("AWS_ENDPOINT_URL_SES", emulator.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", emulator.url)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"):
        monkeypatch.delenv(name, raising=False)
    yield emulator
