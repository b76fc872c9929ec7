"""TLS of the SMTP ports: with a given certificate, or with one of the instance's own."""

import datetime
import ipaddress
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from ses_emulator.certificates import Pair, kept, self_signed
from ses_emulator.config import ConfigError, Settings
from ses_emulator.store.account import Instance

KIND = "SmtpCertificate"
# A day of it is past when it begins: 825 are the most that all systems' libraries take.
LIFETIME = datetime.timedelta(days=825)


def server_context(instance: Instance) -> ssl.SSLContext:
    """TLS for a server of this instance. Raises ConfigError if a given certificate is no use."""
    settings = instance.settings
    if settings.tls_cert or settings.tls_key:
        return _given(settings)
    return own_context(lambda: kept(instance, KIND, make))


def _given(settings: Settings) -> ssl.SSLContext:
    if not settings.tls_cert:
        raise ConfigError("--tls-key is given without --tls-cert: give both, or none")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # A password would be asked for on the terminal.
        context.load_cert_chain(settings.tls_cert, settings.tls_key or None, password="")
    except (OSError, ValueError) as error:
        key = f", --tls-key {settings.tls_key}" if settings.tls_key else ""
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"--tls-cert {settings.tls_cert}{key}: {reason}") from None
    return context


def own_context(give: Callable[[], Pair]) -> ssl.SSLContext:
    """TLS for a server with the certificate that ``give`` gives.

    To make one would cost more than the rest of the start of SMTP does, and most clients never
    ask for it, so ``give`` is called at the first handshake.
    """
    lock = threading.Lock()
    made: list[ssl.SSLContext] = []

    def give_certificate(
        connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, context: ssl.SSLContext
    ) -> None:
        with lock:
            if not made:
                made.append(_loaded(give()))
        connection.context = made[0]

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Called for every ClientHello, before a certificate is looked for, also if it names no server.
    context.sni_callback = give_certificate
    return context


def make() -> Pair:
    """A new certificate for this machine."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    names: list[x509.GeneralName] = [x509.DNSName(host) for host in _host_names()]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in ("127.0.0.1", "::1")]
    return self_signed(
        "ses-emulator",
        ec.generate_private_key(ec.SECP256R1()),
        LIFETIME,
        [
            (x509.SubjectAlternativeName(names), False),
            # Its own authority, so that a client can be told to trust exactly this certificate.
            (x509.BasicConstraints(ca=True, path_length=0), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        ],
    )


def _host_names() -> list[str]:
    """localhost and this machine's name, if it is one that a certificate can carry."""
    name = socket.gethostname()
    return list(dict.fromkeys(["localhost", name] if name.isascii() and name else ["localhost"]))


def _loaded(pair: Pair) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # OpenSSL's binding reads certificates from files only; this one is gone at once.
    with tempfile.TemporaryDirectory(prefix="ses-emulator-") as folder:
        file = Path(folder) / "certificate.pem"
        file.touch(mode=0o600)
        file.write_text(pair.certificate + pair.key, "ascii")
        context.load_cert_chain(file)
    return context
