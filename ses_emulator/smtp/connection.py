"""One SMTP client's connection to the submission port, answered as SES answers."""

import asyncio
import collections
import logging
import math
import ssl
from asyncio.sslproto import SSLProtocol
from typing import Any, cast

from aiosmtpd.smtp import (
    SMTP,
    AuthResult,
    Envelope,
    Session,
    TLSSetupException,
    syntax,
)

from ses_emulator.errors import SesError
from ses_emulator.mail import pipeline
from ses_emulator.mail.message import MEBIBYTE, Submission
from ses_emulator.smtp import replies
from ses_emulator.smtp.capture import Capture, keep_refused
from ses_emulator.smtp.commands import is_address, read_path, refuse_parameters
from ses_emulator.smtp.credentials import Passwords, account_of, is_password
from ses_emulator.store.account import Account, Disruption, Instance

log = logging.getLogger(__name__)

HOST = "email-smtp.amazonaws.com"
LARGEST = 40 * MEBIBYTE
# RFC 4954 section 4: an AUTH command may have so many bytes; all other commands are shorter.
LONGEST_COMMAND = 12_288
BUFFER = 64 * 1024
# To capture a message of this size takes about a millisecond, in which other clients wait. A
# thread for every message, however small, would cost a third of the rate.
SMALL = MEBIBYTE
# Longer than SES's 10 seconds: here a person may type, or a program be stopped in a debugger.
IDLE_SECONDS = 300.0


class _Session(Session):
    # The base class warns in the log at every login that this attribute is deprecated.
    login_data = None


def _let_in(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: Any
) -> AuthResult:
    """Whoever has a password of the server's, or everybody where it has none."""
    assert isinstance(server, Connection)
    if server.passwords is None or is_password(server.passwords, login.login, login.password):
        return AuthResult(success=True, message=replies.AUTHENTICATED, auth_data=login)
    return AuthResult(success=False, handled=False, message=replies.WRONG_CREDENTIALS)


class Connection(SMTP):
    """The protocol of one connection; ``open_connections`` holds it as long as it lasts.

    With ``tls_first`` the client begins with TLS, else it may ask for it by STARTTLS. With
    ``passwords`` it has to have TLS and one of these. More connections than ``most`` are refused.
    Connections that share a ``capture`` share transactions.
    """

    command_size_limit = LONGEST_COMMAND
    command_size_limits = collections.defaultdict(lambda: LONGEST_COMMAND)
    # The buffer of the reader; lines of a message may be longer.
    line_length_limit = BUFFER
    AuthLoginUsernameChallenge = "Username:"
    AuthLoginPasswordChallenge = "Password:"
    # What the server is called, and what it says of itself.
    host = HOST
    greeting = replies.GREETING

    def __init__(
        self,
        instance: Instance,
        tls: ssl.SSLContext,
        open_connections: set["Connection"],
        *,
        tls_first: bool = False,
        capture: Capture | None = None,
        passwords: Passwords | None = None,
        most: float = math.inf,
        timeout: float = IDLE_SECONDS,
    ) -> None:
        super().__init__(
            None,
            loop=asyncio.get_running_loop(),
            hostname=self.host,
            ident=self.greeting,
            data_size_limit=LARGEST,
            # Not announced, for SES does not offer it; it lets commands and replies be UTF-8.
            enable_SMTPUTF8=True,
            tls_context=tls,
            auth_require_tls=False,
            authenticator=_let_in,
            timeout=timeout,
        )
        self._instance = instance
        self._open_connections = open_connections
        self._tls_first = tls_first
        self.passwords = passwords
        self._most = most
        self._capture = capture or Capture(instance)
        self._plain: asyncio.BaseTransport | None = None

    def _create_session(self) -> Session:
        return _Session(self.loop)

    # The life of the connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._open_connections.add(self)
        if self._tls_first and self._plain is None:
            self._begin_tls(transport)
        elif self.session is None and len(self._open_connections) > self._most:
            self.transport = transport
            cast(asyncio.Transport, transport).write(f"{replies.TOO_MANY_CONNECTIONS}\r\n".encode())
            transport.close()
        else:
            super().connection_made(transport)

    def _begin_tls(self, plain: asyncio.BaseTransport) -> None:
        """Shake hands; SSLProtocol calls connection_made once more when that is done.

        Not left to the server's ``ssl`` parameter, which hides a connection until then, so that it
        could not be aborted, and not to ``start_tls``, which misses what arrives before it runs.
        """
        assert self.tls_context is not None
        self._plain = plain
        done = self.loop.create_future()
        done.add_done_callback(self._end_handshake)
        protocol = SSLProtocol(self.loop, self, self.tls_context, done, server_side=True)
        plain.set_protocol(protocol)
        protocol.connection_made(plain)

    def _end_handshake(self, handshake: asyncio.Future[None]) -> None:
        error = handshake.exception()
        if self.transport is None:
            log.info("TLS handshake failed: %s", error or "the connection was closed")
            self._open_connections.discard(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._open_connections.discard(self)
        if self.session is not None:
            super().connection_lost(error)

    def eof_received(self) -> bool | None:
        # The base class drops what came before the end, and with it the mail of a script that
        # writes its commands and closes. Nothing can be answered any more over TLS.
        stays_open = super(SMTP, self).eof_received()
        return stays_open and not self._secure

    def abort(self) -> None:
        """Close the connection at once."""
        # uvloop's transports are no subclasses of asyncio's.
        cast(asyncio.Transport, self.transport or self._plain).abort()
        if self._tls_protocol is not None and self.session is not None and not self.session.ssl:
            # In the middle of STARTTLS: nobody else will say that the connection is lost.
            self.connection_lost(None)

    @property
    def _secure(self) -> bool:
        return self.transport is not None and bool(self.transport.get_extra_info("sslcontext"))

    def _timeout_cb(self) -> None:
        assert self.transport is not None
        self._writer.write(f"{replies.TIMEOUT}\r\n".encode())
        self.transport.close()

    async def handle_exception(self, error: Exception) -> str:
        if isinstance(error, (asyncio.IncompleteReadError, ConnectionError, TLSSetupException)):
            # The client is gone; the next await ends this connection's task.
            assert self.transport is not None and self._handler_coroutine is not None
            self.transport.close()
            self._handler_coroutine.cancel()
        else:
            log.error("an SMTP command failed", exc_info=error)
        return replies.TEMPORARY

    # Commands

    @syntax("EHLO hostname")
    async def smtp_EHLO(self, hostname: str) -> None:
        if not hostname:
            await self.push("501 Syntax: EHLO hostname")
            return
        assert self.session is not None
        self.envelope = Envelope()
        self.session.extended_smtp = True
        self.session.host_name = hostname
        lines = [self.host, *self._extensions()]
        await self.push("".join(f"250-{line}\r\n" for line in lines) + replies.OK)

    def _extensions(self) -> list[str]:
        """What the server offers besides the commands that every server has."""
        tls = [] if self._secure else ["STARTTLS"]
        return ["8BITMIME", f"SIZE {LARGEST}", *tls, "AUTH PLAIN LOGIN"]

    @syntax("STARTTLS", when="tls_context")
    async def smtp_STARTTLS(self, arg: str) -> None:
        if self._secure:
            await self.push("503 TLS is active already")
        else:
            await super().smtp_STARTTLS(arg)

    @syntax("AUTH <mechanism>")
    async def smtp_AUTH(self, arg: str) -> None:
        if self.passwords is not None and not self._secure:
            await self.push(replies.NO_TLS)
            return
        mechanism, blank, initial = (arg or "").partition(" ")
        await super().smtp_AUTH(mechanism.upper() + blank + initial)

    def _refuse_client(self) -> str | None:
        """The reply to a client who may not send; None to one who may."""
        assert self.session is not None
        if self.passwords is None:
            return None
        if not self._secure:
            return replies.NO_TLS
        return None if self.session.authenticated else replies.NOT_AUTHENTICATED

    @syntax("MAIL FROM: <address>", extended=" [SP <mail-parameters>]")
    async def smtp_MAIL(self, arg: str | None) -> None:
        if await self.check_helo_needed():
            return
        if refusal := self._refuse_client():
            await self.push(refusal)
            return
        assert self.envelope is not None
        if self.envelope.mail_from is not None:
            await self.push("503 Error: nested MAIL command")
            return
        found = read_path("FROM", arg)
        if found is None:
            await self.push("501 Syntax: MAIL FROM:<address>")
            return
        address, parameters = found
        if not self._is_sender(address):
            await self.push(replies.INVALID_SENDER)
        elif refusal := refuse_parameters(parameters, LARGEST):
            await self.push(refusal)
        else:
            self.envelope.mail_from = address
            await self.push(replies.OK)

    def _is_sender(self, address: str) -> bool:
        return is_address(address)

    @syntax("RCPT TO: <address>")
    async def smtp_RCPT(self, arg: str | None) -> None:
        if await self.check_helo_needed():
            return
        assert self.envelope is not None
        if self.envelope.mail_from is None:
            await self.push("503 Error: need MAIL command")
            return
        found = read_path("TO", arg)
        if found is None:
            await self.push("501 Syntax: RCPT TO:<address>")
            return
        address, parameters = found
        if not is_address(address):
            await self.push(replies.INVALID_RECIPIENT)
        elif parameters:
            await self.push("555 RCPT TO parameters not recognized or not implemented")
        elif refusal := self._refuse_recipient(address):
            await self.push(refusal)
        else:
            self.envelope.rcpt_tos.append(address)
            await self.push(replies.OK)

    def _refuse_recipient(self, address: str) -> str | None:
        """The reply to a recipient who is not taken; None for one who is."""
        # More than SES allows are refused as SES does it, after the message.
        return None

    @syntax("VRFY <address>")
    async def smtp_VRFY(self, arg: str | None) -> None:
        await self.push("252 Addresses are not verified before a message is sent")

    @syntax("DATA")
    async def smtp_DATA(self, arg: str | None) -> None:
        if await self.check_helo_needed():
            return
        assert self.envelope is not None
        if not self.envelope.rcpt_tos:
            await self.push("503 Error: need RCPT command")
            return
        if arg:
            await self.push("501 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content = await self._capture.read(self._reader, LARGEST, self._reset_timeout)
        envelope = self.envelope
        self.envelope = Envelope()
        if content is None:
            await self.push(replies.TOO_LONG)
        else:
            await self.push(await self._take(envelope, content))

    async def _take(self, envelope: Envelope, content: bytes) -> str:
        """Give the message to the pipeline; the reply."""
        assert self.session is not None
        settings = self._instance.settings
        source_ip = self.session.peer[0] if self.session.peer else None
        id = account_of(self.session.auth_data) or settings.account_id
        account = Account(self._instance, id, settings.region, source_ip)
        submission = Submission(
            api="smtp",
            operation="SMTP",
            content=content,
            mail_from=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            limit=LARGEST,
            source_ip=source_ip,
        )
        try:
            if len(content) <= SMALL:
                message_id = await self._capture.send(account, submission)
            else:
                sent = self.loop.run_in_executor(None, pipeline.send, account, submission)
                message_id = await sent
            reply = replies.accepted(message_id)
        except SesError as error:
            reply = replies.refused(error)
            keep_refused(account, submission, reply)
        except Exception:
            log.exception("a message could not be captured")
            reply = replies.TEMPORARY
        if account.disruption is not None:
            await self._disrupt(account.disruption)
        return reply

    async def _disrupt(self, disruption: Disruption) -> None:
        """Hold the reply up as a rule says, or raise what closes the connection in its place."""
        await asyncio.sleep(disruption.latency)
        if disruption.drop is not None:
            raise ConnectionAbortedError
