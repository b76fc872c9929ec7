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

from ses_emulator.certificates import Pair, kept, self_signed
from ses_emulator.store.account import Instance

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
KIND = "SnsCertificate"
LIFETIME = datetime.timedelta(days=3650)


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
    pair = kept(instance, KIND, _made)
    digest = hashlib.sha256(pair.certificate.encode()).hexdigest()[:32]
    return Certificate(f"SimpleNotificationService-{digest}.pem", pair.certificate, pair.key)


def _made() -> Pair:
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

    # Some verifiers look for SNS's own name.
    return self_signed("sns.amazonaws.com", generate_private_key(65537, 2048), LIFETIME)


@lru_cache(maxsize=16)
def _load(pem: str) -> "RSAPrivateKey":
    """A key as it is kept. Loading one takes as long as signing with it."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(pem.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return key
