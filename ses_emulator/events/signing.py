"""The signatures of SNS, and the certificate of this instance that they are verified with.

Source: the guide of SNS, "Verifying the signatures of Amazon SNS messages".
"""

import base64
import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ses_emulator.errors import Exists
from ses_emulator.store.account import Instance
from ses_emulator.store.documents import Collection, Document

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

# The members that are signed, as far as a message has them.
SIGNED = (
    "Message",
    "MessageId",
    "Subject",
    "SubscribeURL",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
)
HASHES = {"1": "SHA1", "2": "SHA256"}
PATH = "/_ses/sns"
NAME = "certificate"
LIFETIME = datetime.timedelta(days=3650)
# For clients whose clock is behind.
EARLIER = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Certificate:
    """The file that SigningCertURL names, its text, and the private key to it, as PEM."""

    file: str
    pem: str
    key: str

    def signature(self, message: Mapping[str, str], version: str) -> str:
        """The signature of a message, for SignatureVersion ``1`` or ``2``."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

        algorithm = getattr(hashes, HASHES[version])()
        signed = _load(self.key).sign(canonical(message).encode(), PKCS1v15(), algorithm)
        return base64.b64encode(signed).decode()


def canonical(message: Mapping[str, str]) -> str:
    """What is signed of a message: names and values in the order of the names, a line each."""
    return "".join(f"{name}\n{message[name]}\n" for name in SIGNED if name in message)


def certificate(instance: Instance) -> Certificate:
    """The certificate of an instance, which it keeps until a reset."""
    document = _kept(instance)
    pem = document["Certificate"]
    digest = hashlib.sha256(pem.encode()).hexdigest()[:32]
    return Certificate(f"SimpleNotificationService-{digest}.pem", pem, document["PrivateKey"])


def _kept(instance: Instance) -> Document:
    """Key and certificate; they are made when they are asked for the first time."""
    collection = Collection(instance.database, "", "", "SnsCertificate")
    document = collection.find(NAME)
    if document is None:
        try:
            collection.create(NAME, _made())
        except Exists:  # somebody else was as quick
            pass
        document = collection.get(NAME)
    return document


def _made() -> Document:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import NameOID

    key = generate_private_key(65537, 2048)
    # Some verifiers look for SNS's own name.
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + LIFETIME)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {
        "PrivateKey": private.decode(),
        "Certificate": made.public_bytes(Encoding.PEM).decode(),
    }


@lru_cache(maxsize=16)
def _load(pem: str) -> "RSAPrivateKey":
    """A key as it is kept. Loading one takes as long as signing with it."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(pem.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return key
