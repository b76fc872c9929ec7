"""The RSA keys of DKIM, in the store for as long as a message may need them."""

import base64
import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, TypedDict

from ses_emulator.errors import Exists
from ses_emulator.store.account import Instance
from ses_emulator.store.documents import Collection

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

# The lengths of keys that SES generates, by their names in the API.
BITS = {"RSA_1024_BIT": 1024, "RSA_2048_BIT": 2048}


class Signature(TypedDict):
    """Who signs: ``d=`` and ``s=`` of the header, and which of the selector's keys.

    ``key`` is a length of BITS for a key that SES generates, else what ``keep`` called it.
    """

    domain: str
    selector: str
    key: str


def keep(instance: Instance, domain: str, selector: str, text: str) -> None:
    """Store a key that somebody brought: base64 of PKCS #1 or PKCS #8."""
    signature = Signature(domain=domain, selector=selector, key=key_of(text))
    _keys(instance).put(_name(signature), {"PrivateKey": text})


def key_of(text: str) -> str:
    """What a key that somebody brought is called."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def kept(instance: Instance, selector: str, domain: str | None = None) -> list[Signature]:
    """Whatever was ever signed with under a selector, of all domains if none is given."""
    start = f"{selector}._domainkey.{'' if domain is None else f'{domain}/'}".lower()
    found = []
    for name, _ in _keys(instance).all():
        if name.lower().startswith(start):
            owner, _, key = name.partition("/")
            selector, _, domain = owner.partition("._domainkey.")
            found.append(Signature(domain=domain, selector=selector, key=key))
    return found


def private_key(instance: Instance, signature: Signature) -> "RSAPrivateKey":
    """The key to sign with; it is generated when it is asked for the first time.

    Raises Missing for one that somebody brought and that was not kept.
    """
    keys, name = _keys(instance), _name(signature)
    if signature["key"] in BITS and keys.find(name) is None:
        try:
            keys.create(name, {"PrivateKey": _generate(BITS[signature["key"]])})
        except Exists:  # somebody else was as quick
            pass
    return _load(keys.get(name)["PrivateKey"])


def public_key(instance: Instance, signature: Signature) -> str:
    """The TXT record at the selector (RFC 6376 section 3.6.1)."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = private_key(instance, signature).public_key()
    encoded = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(encoded).decode()}"


def _keys(instance: Instance) -> Collection:
    # Of no account: two of them, or two regions, may sign with the same key.
    return Collection(instance.database, "", "", "DkimKey")


def _name(signature: Signature) -> str:
    return f"{signature['selector']}._domainkey.{signature['domain']}/{signature['key']}"


def _generate(bits: int) -> str:
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = generate_private_key(65537, bits)
    encoded = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return base64.b64encode(encoded).decode()


@lru_cache(maxsize=256)
def _load(text: str) -> "RSAPrivateKey":
    """A key as it is kept. Loading one takes as long as signing with it."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    key = load_der_private_key(base64.b64decode(text), None)
    assert isinstance(key, RSAPrivateKey)
    return key
