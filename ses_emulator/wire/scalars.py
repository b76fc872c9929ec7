"""Scalar values as both protocols write them."""

import base64
import binascii
import math
import re
from datetime import UTC, datetime
from typing import Any

RANGES = {"integer": 2**31, "long": 2**63}
LAST_SECOND = 253402300799  # of the year 9999
ILLEGAL_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Malformed(Exception):
    """A value is not of the type that the model gives it; the message says how."""


def read_text(kind: str, text: str) -> Any:
    """A scalar of the model's type ``kind`` from its text, as forms and query strings have it.

    Raises Malformed.
    """
    if kind == "string":
        return text
    if kind == "boolean":
        if text.lower() not in ("true", "false"):
            raise Malformed(f"{_short(text)} is not a valid boolean")
        return text.lower() == "true"
    if kind == "blob":
        return read_blob(text)
    if kind == "timestamp":
        return _read_iso(text)
    try:
        if not text.isascii() or "_" in text:  # numbers to Python only
            raise ValueError(text)
        if kind in RANGES:
            return in_range(kind, int(text))
        return finite(float(text))
    except ValueError:
        raise Malformed(f"{_short(text)} is not a valid {kind}") from None


def read_blob(text: str) -> bytes:
    """Bytes from base64; white space is passed over, anything else foreign raises Malformed."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        pass
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("Invalid Base64 encoding") from None


def _read_iso(text: str) -> float:
    """Epoch seconds from ISO 8601, in UTC where it names no offset. Raises Malformed."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError):
        raise Malformed("timestamp must follow ISO8601") from None


def read_epoch(seconds: float) -> float:
    """Epoch seconds if a calendar has them; else ValueError or OverflowError."""
    if not -LAST_SECOND <= seconds <= LAST_SECOND:
        raise ValueError(seconds)
    return float(seconds)


def write_iso(seconds: float) -> str:
    """Epoch seconds as UTC with milliseconds: ``2026-11-24T05:00:00.000Z``."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def in_range(kind: str, number: int) -> int:
    """The number if it is an ``integer`` or a ``long``; else ValueError."""
    if not -RANGES[kind] <= number < RANGES[kind]:
        raise ValueError(number)
    return number


def finite(number: float) -> float:
    """The number unless it is infinite or none; else ValueError."""
    if not math.isfinite(number):
        raise ValueError(number)
    return number


def xml_text(text: str) -> str:
    """Text without the characters that XML 1.0 cannot carry."""
    return ILLEGAL_IN_XML.sub("\ufffd", text)


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "...")
