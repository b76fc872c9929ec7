"""What the links in mails stand for, signed so that nobody else can make one."""

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Any

import orjson

from ses_emulator.store.account import Instance
from ses_emulator.store.documents import Collection

SIGNATURE_BYTES = 16
NAME = "links"


def sealed(instance: Instance, purpose: str, *values: Any) -> str:
    """A token for a link: the JSON ``values``, for this ``purpose`` alone.

    It is of letters, digits, ``-``, ``_`` and ``.``; it lasts as long as the database, over a
    restart too, but not over a reset.
    """
    payload = _encode(orjson.dumps(values))
    return f"{payload}.{_signature(instance, purpose, payload)}"


def opened(instance: Instance, purpose: str, token: str) -> list[Any] | None:
    """The values of a token; None if it was not made here, or for another purpose."""
    payload, _, signature = token.rpartition(".")
    expected = _signature(instance, purpose, payload)
    if not hmac.compare_digest(signature.encode(), expected.encode()):
        return None
    try:
        values: list[Any] = orjson.loads(base64.urlsafe_b64decode(payload + "=" * 3))
    except (ValueError, binascii.Error):
        return None
    return values


def _signature(instance: Instance, purpose: str, payload: str) -> str:
    text = f"{purpose}.{payload}".encode()
    return _encode(hmac.digest(_secret(instance), text, hashlib.sha256)[:SIGNATURE_BYTES])


def _secret(instance: Instance) -> bytes:
    """The secret of the instance; one of all accounts, for a token tells whose it is."""
    collection = Collection(instance.database, "", "", "Secret")
    document = collection.find(NAME)
    if document is None:
        with instance.database.transaction():
            document = collection.find(NAME) or {"Key": secrets.token_hex(32)}
            collection.put(NAME, document)
    return bytes.fromhex(document["Key"])


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
