"""A real SMTP server of a test: it keeps what it is sent."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

HOST = "127.0.0.1"


@dataclass
class Mail:
    """What came in, with the parameters of its MAIL, the user and whether TLS was on."""

    mail_from: str
    recipients: list[str]
    content: bytes
    options: list[str]
    user: str | None
    tls: bool


@dataclass
class Sink:
    """Keeps what it takes in ``mails``.

    ``refusals`` are replies by recipient, ``reply`` is to messages and ``goodbye`` to QUIT.
    """

    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    reply: str = "250 taken"
    goodbye: str = "221 Bye"
    needs_login: bool = False

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a sender who has logged in, if that is asked for."""
        if self.needs_login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or do not."""
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the message."""
        login: Any = session.auth_data
        assert server.transport is not None
        self.mails.append(
            Mail(
                envelope.mail_from or "",
                envelope.rcpt_tos,
                envelope.original_content or b"",
                envelope.mail_options,
                login.login.decode() if login else None,
                session.ssl is not None
                or server.transport.get_extra_info("ssl_object") is not None,
            )
        )
        return self.reply

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Say goodbye."""
        return self.goodbye


@contextmanager
def sink(
    *,
    tls: ssl.SSLContext | None = None,
    tls_first: bool = False,
    users: Mapping[str, str] | None = None,
) -> Iterator[Sink]:
    """A server within the block; with ``users`` (and their passwords) it asks for a login."""
    kept = Sink(needs_login=users is not None)

    def log_in(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: Any
    ) -> AuthResult:
        known = (users or {}).get(login.login.decode()) == login.password.decode()
        return AuthResult(success=known, handled=False, auth_data=login)

    options: dict[str, Any] = {"authenticator": log_in, "auth_require_tls": False}
    if tls is not None and not tls_first:
        options["tls_context"] = tls
    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(
        loop.create_server(
            lambda: SMTP(kept, loop=loop, **options), HOST, 0, ssl=tls if tls_first else None
        )
    )
    kept.port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield kept
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        listening.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
