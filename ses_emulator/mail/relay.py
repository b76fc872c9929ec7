"""The real SMTP server that messages are released to."""

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from ses_emulator.config import ConfigError, Settings

PORTS = {"smtp": 25, "smtps": 465}
STARTTLS = ("required", "never")
FORM = "write smtp://[USER:PASSWORD@]HOST[:PORT] or smtps://…"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
SECONDS = 30.0
LINE_END = re.compile(rb"\r\n|\r|\n")


class RelayError(Exception):
    """The server did not take a message; one line tells which server, and why."""


class Handed(NamedTuple):
    """What the server said: to the message, and to each recipient whom it refused."""

    reply: str
    refused: dict[str, str]


@dataclass(frozen=True, slots=True)
class Relay:
    """An SMTP server. ``tls`` is from the start; ``starttls`` is None for if it is offered.

    ``verified`` is whether its certificate must be one that is trusted.
    """

    host: str
    port: int
    user: str
    password: str
    tls: bool
    starttls: bool | None
    verified: bool

    @property
    def name(self) -> str:
        """HOST:PORT."""
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def relay_of(settings: Settings) -> Relay | None:
    """The server of ``--relay``, if there is one. Raises ConfigError."""
    if not settings.relay:
        if settings.release:
            raise ConfigError("--release is given without --relay: name the SMTP server, too")
        return None
    try:
        relay = _read(settings.relay)
    except ValueError as error:  # without the address, for it may have a password
        raise ConfigError(f"--relay: {error}") from None
    # What is released there would be released again, and again.
    if relay.host in (*LOOPBACK, settings.host) and relay.port in (
        settings.smtp_port,
        settings.smtps_port,
    ):
        raise ConfigError(f"--relay {relay.name}: that is a port of this emulator itself")
    return relay


def _read(text: str) -> Relay:
    """The server that an address names. Raises ValueError."""
    url = urlsplit(text)
    if url.scheme not in PORTS or not url.hostname or url.path not in ("", "/") or url.fragment:
        raise ValueError(FORM)
    given = dict(parse_qsl(url.query, keep_blank_values=True, strict_parsing=bool(url.query)))
    starttls, verify = given.pop("starttls", None), given.pop("verify", None)
    if given or verify not in (None, "no") or starttls not in (None, *STARTTLS):
        raise ValueError("behind ? use starttls=required or starttls=never, and verify=no")
    tls = url.scheme == "smtps"
    if tls and starttls:
        raise ValueError("starttls is for smtp://, smtps:// has TLS from the start")
    # A password is not to be read on its way.
    required = bool(url.username) if starttls is None else starttls == "required"
    return Relay(
        host=url.hostname,
        port=url.port or PORTS[url.scheme],
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        tls=tls,
        starttls=False if tls or starttls == "never" else required or None,
        verified=verify is None and (tls or required),
    )


def hand_over(relay: Relay, mail_from: str, recipients: Sequence[str], message: bytes) -> Handed:
    """Give a message to a server, byte for byte; line ends that SMTP has not become CRLF.

    Takes as long as the server does. Raises RelayError, also if it refuses all recipients.
    """
    step = "connecting"
    try:
        with _session(relay) as smtp:
            step = "EHLO"
            smtp.ehlo_or_helo_if_needed()
            step = "STARTTLS"
            _begin_tls(smtp, relay)
            step = "AUTH"
            if relay.user:
                smtp.login(relay.user, relay.password)
            step = "MAIL"
            content = LINE_END.sub(b"\r\n", message)
            _expect(250, *smtp.mail(_ascii(mail_from), _options(smtp, content)))
            step = "RCPT"
            refused = {}
            for recipient in recipients:
                code, reply = smtp.rcpt(_ascii(recipient))
                if code not in (250, 251):
                    refused[recipient] = _line(code, reply)
            if len(refused) == len(recipients):
                said = "; ".join(f"{recipient}: {reply}" for recipient, reply in refused.items())
                raise RelayError(f"{relay.name} refuses all recipients: {said}")
            step = "DATA"
            _expect(354, *smtp.docmd("DATA"))
            # Not smtplib's own, which takes more than CRLF for the end of a line.
            smtp.send(_stuffed(content))
            code, reply = smtp.getreply()
            _expect(250, code, reply)
            return Handed(_line(code, reply), refused)
    except smtplib.SMTPResponseException as error:
        reason = _line(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
    raise RelayError(f"{relay.name}, {step}: {reason}")


@contextmanager
def _session(relay: Relay) -> Iterator[smtplib.SMTP]:
    """A connection that is closed behind the block; how does not matter any more then."""
    smtp = _connected(relay)
    try:
        yield smtp
    finally:
        with suppress(smtplib.SMTPException, OSError):
            smtp.docmd("QUIT")
        smtp.close()


def _connected(relay: Relay) -> smtplib.SMTP:
    # smtplib's own looks the name up in the DNS, which may take long.
    name = socket.gethostname()
    host = name if "." in name and name.isascii() else "[127.0.0.1]"
    if relay.tls:
        return smtplib.SMTP_SSL(
            relay.host, relay.port, host, timeout=SECONDS, context=_context(relay)
        )
    return smtplib.SMTP(relay.host, relay.port, host, timeout=SECONDS)


def _begin_tls(smtp: smtplib.SMTP, relay: Relay) -> None:
    if relay.starttls or (relay.starttls is None and smtp.has_extn("starttls")):
        smtp.starttls(context=_context(relay))
        smtp.ehlo()


def _context(relay: Relay) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not relay.verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _ascii(address: str) -> str:
    """An address with its domain as the DNS has it. Raises UnicodeError if that is not enough."""
    local, at, domain = address.rpartition("@")
    return address if address.isascii() else f"{local}{at}{domain.encode('idna').decode()}"


def _options(smtp: smtplib.SMTP, content: bytes) -> list[str]:
    """The parameters of MAIL that the server offers and the message calls for."""
    options = [f"SIZE={len(content)}"] if smtp.has_extn("size") else []
    if not content.isascii() and smtp.has_extn("8bitmime"):
        options.append("BODY=8BITMIME")
    return options


def _stuffed(content: bytes) -> bytes:
    """A message as it goes over the wire, with its end (RFC 5321 section 4.5.2)."""
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    end = b".\r\n" if stuffed.endswith(b"\r\n") or not stuffed else b"\r\n.\r\n"
    return stuffed + end


def _expect(expected: int, code: int, reply: bytes) -> None:
    if code != expected:
        raise smtplib.SMTPResponseException(code, reply)


def _line(code: int, reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return " ".join(f"{code} {text}".split())
