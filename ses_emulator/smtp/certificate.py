"""The self-signed certificate of the SMTP ports, made when the first client asks for TLS."""

import datetime
import ipaddress
import socket
import ssl
import tempfile
import threading
from pathlib import Path

LIFETIME = datetime.timedelta(days=825)  # the longest that all systems' libraries take
# For clients whose clock is behind, or in another place of the same virtual machine.
EARLIER = datetime.timedelta(days=1)


def server_context() -> ssl.SSLContext:
    """TLS for a server, with a certificate of its own.

    The certificate would cost more than the rest of the start of SMTP does, and most clients never
    ask for it, so it is made at the first handshake.
    """
    lock = threading.Lock()
    made: list[ssl.SSLContext] = []

    def give_certificate(
        connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, context: ssl.SSLContext
    ) -> None:
        with lock:
            if not made:
                made.append(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
                _load(made[0], self_signed())
        connection.context = made[0]

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Called for every ClientHello, before a certificate is looked for, also if it names no server.
    context.sni_callback = give_certificate
    return context


def self_signed() -> bytes:
    """A new certificate for this machine and its private key, as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ses-emulator")])
    now = datetime.datetime.now(datetime.UTC)
    names: list[x509.GeneralName] = [x509.DNSName(host) for host in _host_names()]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in ("127.0.0.1", "::1")]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now - EARLIER + LIFETIME)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        # Its own authority, so that a client can be told to trust exactly this certificate.
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _host_names() -> list[str]:
    """localhost and this machine's name, if it is one that a certificate can carry."""
    name = socket.gethostname()
    return list(dict.fromkeys(["localhost", name] if name.isascii() and name else ["localhost"]))


def _load(context: ssl.SSLContext, pem: bytes) -> None:
    # OpenSSL's binding reads certificates from files only; this one is gone at once.
    with tempfile.TemporaryDirectory(prefix="ses-emulator-") as folder:
        file = Path(folder) / "certificate.pem"
        file.touch(mode=0o600)
        file.write_bytes(pem)
        context.load_cert_chain(file)
