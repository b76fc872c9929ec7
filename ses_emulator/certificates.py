"""Self-signed certificates that an instance makes for itself and keeps."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_emulator.errors import Exists
from ses_emulator.store.account import Instance
from ses_emulator.store.documents import Collection

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes

NAME = "certificate"
# For clients whose clock is behind, or in another place of the same virtual machine.
EARLIER = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and the private key to it, as PEM."""

    certificate: str
    key: str


def kept(instance: Instance, kind: str, make: Callable[[], Pair]) -> Pair:
    """The certificate of this ``kind``; made when it is asked for first, kept until a reset."""
    collection = Collection(instance.database, "", "", kind)
    document = collection.find(NAME)
    if document is None:
        made = make()
        try:
            collection.create(NAME, {"Certificate": made.certificate, "PrivateKey": made.key})
        except Exists:  # somebody else was as quick
            pass
        document = collection.get(NAME)
    return Pair(document["Certificate"], document["PrivateKey"])


def self_signed(
    name: str,
    key: "CertificateIssuerPrivateKeyTypes",
    lifetime: datetime.timedelta,
    extensions: Sequence[tuple["x509.ExtensionType", bool]] = (),
) -> Pair:
    """A new certificate of a key for this common name.

    ``extensions`` are those that it has, and whether each is critical.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import NameOID

    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.datetime.now(datetime.UTC) - EARLIER
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + lifetime)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    made = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Pair(made.public_bytes(Encoding.PEM).decode(), private.decode())
