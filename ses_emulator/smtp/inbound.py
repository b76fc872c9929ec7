"""One SMTP client's connection to the port that receives mail, answered as SES answers."""

import logging
import ssl
from concurrent.futures import Executor

from aiosmtpd.smtp import Envelope, syntax

from ses_emulator.inbound.incoming import Incoming
from ses_emulator.inbound.receive import MOST_RECIPIENTS, receive, sort_out
from ses_emulator.smtp import replies
from ses_emulator.smtp.commands import is_address
from ses_emulator.smtp.connection import Connection
from ses_emulator.store.account import Instance

log = logging.getLogger(__name__)

LONGEST_NAME = 255  # RFC 5321 section 4.5.3.1.2


class InboundConnection(Connection):
    """The protocol of one connection; mails are received on the threads of ``executor``."""

    host = "inbound-smtp.amazonaws.com"

    def __init__(
        self,
        instance: Instance,
        tls: ssl.SSLContext,
        open_connections: set[Connection],
        *,
        executor: Executor,
    ) -> None:
        super().__init__(instance, tls, open_connections)
        self._executor = executor

    def _extensions(self) -> list[str]:
        return ["8BITMIME"] if self._secure else ["8BITMIME", "STARTTLS"]

    @syntax("AUTH")
    async def smtp_AUTH(self, arg: str) -> None:
        await self.push("502 AUTH is not offered for mail that is received")

    def _is_sender(self, address: str) -> bool:
        return not address or is_address(address)

    def _refuse_recipient(self, address: str) -> str | None:
        assert self.envelope is not None
        if len(self.envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return replies.TOO_MANY_RECIPIENTS
        _, refused = sort_out(self._instance, [address], self._remote_ip(), tls=self._secure)
        return refused.get(address)

    def _remote_ip(self) -> str:  # no property: aiosmtpd looks at all of them before a session
        assert self.session is not None
        return str(self.session.peer[0]) if self.session.peer else ""

    async def _take(self, envelope: Envelope, content: bytes) -> str:
        """Receive the mail; the reply, when all that its rules say was done."""
        assert self.session is not None
        mail = Incoming(
            raw=content,
            mail_from=envelope.mail_from or "",
            recipients=list(dict.fromkeys(envelope.rcpt_tos)),
            remote_ip=self._remote_ip(),
            helo=(self.session.host_name or "")[:LONGEST_NAME],
            tls=self._secure,
        )
        try:
            received = await self.loop.run_in_executor(
                self._executor, receive, self._instance, mail
            )
        except Exception:
            log.exception("a mail could not be received")
            return replies.TEMPORARY
        if not received.messages:  # The rules were changed meanwhile.
            return next(iter(received.refused.values()))
        return f"250 OK {received.messages[0].id}"
