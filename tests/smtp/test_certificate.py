"""The certificate: who it is for, when it is made, where it is kept; or a given one."""

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
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from ses_emulator.certificates import Pair
from ses_emulator.config import ConfigError
from ses_emulator.smtp.certificate import make, own_context
from tests.smtp.support import HOST, SECONDS, Door, opened
from tests.smtp.support import untrusting as any_version

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
    pair = make()
    certificate = x509.load_pem_x509_certificate(pair.certificate.encode())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {"localhost", socket.gethostname()} <= set(names.get_values_for_type(x509.DNSName))
    addresses = {str(each) for each in names.get_values_for_type(x509.IPAddress)}
    assert addresses == {"127.0.0.1", "::1"}
    now = datetime.datetime.now(datetime.UTC)
    assert certificate.not_valid_before_utc < now < certificate.not_valid_after_utc
    assert certificate.issuer == certificate.subject
    key = load_pem_private_key(pair.key.encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.public_key() == certificate.public_key()
    certificate.verify_directly_issued_by(certificate)


def test_each_is_another() -> None:
    first, second = (x509.load_pem_x509_certificate(make().certificate.encode()) for _ in range(2))
    assert first.serial_number != second.serial_number
    assert first.public_key() != second.public_key()


@pytest.mark.parametrize("version", TLS, ids=lambda version: version.name)
@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", None])
def test_handshake(version: ssl.TLSVersion, name: str | None) -> None:
    """A client that names an address, or nothing, sends no server name in its ClientHello."""
    assert handshake(own_context(make), untrusting(version), name)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1"])
def test_a_client_can_trust_it(name: str) -> None:
    server = own_context(make)
    der = handshake(server, untrusting(TLS[-1]), None)
    trusting = ssl.create_default_context(cadata=der)
    assert handshake(server, trusting, name) == der
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(server, trusting, "other.example.com")


def test_one_context_has_one_certificate() -> None:
    server = own_context(make)
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
    handshake(own_context(make), untrusting(TLS[-1]), None)
    assert len(used) == 1
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_made_before_it_is_needed() -> None:
    code = (
        "import sys\n"
        "from ses_emulator.smtp.certificate import make, own_context\n"
        "own_context(make)\n"
        "print('cryptography' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


def presented(door: Door) -> bytes:
    """The certificate of a door's port for TLS, as DER."""
    with (
        socket.create_connection((HOST, door.smtps_port), timeout=SECONDS) as plain,
        any_version().wrap_socket(plain) as connection,
    ):
        certificate = connection.getpeercert(binary_form=True)
    assert certificate is not None
    return certificate


def test_a_database_keeps_it(tmp_path: Path) -> None:
    seen = set()
    for _ in range(2):
        with opened(database=str(tmp_path / "ses.db")) as door:
            seen.add(presented(door))
    with opened() as door:
        other = presented(door)
    assert len(seen) == 1
    assert other not in seen


def written(folder: Path, pair: Pair) -> dict[str, str]:
    """The options for a certificate that is in files."""
    files = {"tls_cert": pair.certificate, "tls_key": pair.key}
    for name, text in files.items():
        (folder / name).write_text(text)
    return {name: str(folder / name) for name in files}


@pytest.mark.parametrize("files", [1, 2])
def test_a_given_one(tmp_path: Path, files: int) -> None:
    pair = make()
    options = written(tmp_path, pair)
    if files == 1:
        Path(options["tls_cert"]).write_text(pair.key + pair.certificate)
        del options["tls_key"]
    with opened(**options) as door:
        assert presented(door) == ssl.PEM_cert_to_DER_cert(pair.certificate)


def broken(folder: Path, what: str) -> dict[str, str]:
    """The options for a certificate that is no use."""
    pair = make()
    options = written(folder, pair)
    if what == "another key":
        Path(options["tls_key"]).write_text(make().key)
    elif what == "a key with a password":
        key = load_pem_private_key(pair.key.encode(), None)
        encrypted = key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
        )
        Path(options["tls_key"]).write_bytes(encrypted)
    elif what == "no such file":
        Path(options["tls_cert"]).unlink()
    elif what == "no certificate":
        Path(options["tls_cert"]).write_text("none")
    else:
        del options["tls_key" if what == "no key" else "tls_cert"]
    return options


@pytest.mark.parametrize(
    ("what", "option"),
    [
        ("another key", "--tls-cert"),
        ("a key with a password", "--tls-cert"),
        ("no such file", "--tls-cert"),
        ("no certificate", "--tls-cert"),
        ("no key", "--tls-cert"),
        ("a key only", "--tls-key is given without --tls-cert"),
    ],
)
def test_a_given_one_that_is_no_use(tmp_path: Path, what: str, option: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Door(**broken(tmp_path, what))
    [line] = str(refused.value).splitlines()
    assert line.startswith(option) and len(line) > len(option)
