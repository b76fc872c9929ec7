"""The certificate: who it is for, when it is made, that it is nowhere on the disk."""

from __future__ import annotations

import datetime
import socket
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ses_emulator.smtp.certificate import self_signed, server_context

TLS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


def handshake(server: ssl.SSLContext, client: ssl.SSLContext, name: str | None) -> bytes:
    """Let both shake hands; the server's certificate as DER. Raises what the client raises."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        server.wrap_bio(to_server, to_client, server_side=True),
        client.wrap_bio(to_client, to_server, server_hostname=name),
    ]
    waiting = set(ends)
    for _ in range(10):
        for end in ends:
            try:
                end.do_handshake()
                waiting.discard(end)
            except ssl.SSLWantReadError:
                pass
    assert not waiting
    certificate = ends[1].getpeercert(binary_form=True)
    assert certificate is not None
    return certificate


def untrusting(version: ssl.TLSVersion) -> ssl.SSLContext:
    """A client that speaks just this version."""
    client = ssl.create_default_context()
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    client.minimum_version = client.maximum_version = version
    return client


def test_what_it_says() -> None:
    pem = self_signed()
    certificate = x509.load_pem_x509_certificate(pem)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {"localhost", socket.gethostname()} <= set(names.get_values_for_type(x509.DNSName))
    addresses = {str(each) for each in names.get_values_for_type(x509.IPAddress)}
    assert addresses == {"127.0.0.1", "::1"}
    now = datetime.datetime.now(datetime.UTC)
    assert certificate.not_valid_before_utc < now < certificate.not_valid_after_utc
    assert certificate.issuer == certificate.subject
    key = load_pem_private_key(pem, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.public_key() == certificate.public_key()
    certificate.verify_directly_issued_by(certificate)


def test_each_is_another() -> None:
    first, second = (x509.load_pem_x509_certificate(self_signed()) for _ in range(2))
    assert first.serial_number != second.serial_number
    assert first.public_key() != second.public_key()


@pytest.mark.parametrize("version", TLS, ids=lambda version: version.name)
@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", None])
def test_handshake(version: ssl.TLSVersion, name: str | None) -> None:
    """A client that names an address, or nothing, sends no server name in its ClientHello."""
    assert handshake(server_context(), untrusting(version), name)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1"])
def test_a_client_can_trust_it(name: str) -> None:
    server = server_context()
    der = handshake(server, untrusting(TLS[-1]), None)
    trusting = ssl.create_default_context(cadata=der)
    assert handshake(server, trusting, name) == der
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(server, trusting, "other.example.com")


def test_one_context_has_one_certificate() -> None:
    server = server_context()
    seen = {handshake(server, untrusting(version), None) for version in TLS for _ in range(3)}
    assert len(seen) == 1


def test_nothing_stays_on_the_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    used: list[Path] = []
    temporary_folder = tempfile.TemporaryDirectory

    def folder(**options: str) -> tempfile.TemporaryDirectory[str]:
        made = temporary_folder(dir=tmp_path, **options)  # type: ignore[call-overload]
        used.append(Path(made.name))
        return made  # type: ignore[no-any-return]

    monkeypatch.setattr(tempfile, "TemporaryDirectory", folder)
    handshake(server_context(), untrusting(TLS[-1]), None)
    assert len(used) == 1
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_made_before_it_is_needed() -> None:
    code = (
        "import sys\n"
        "from ses_emulator.smtp.certificate import server_context\n"
        "server_context()\n"
        "print('cryptography' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
