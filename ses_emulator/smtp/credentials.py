"""Who may log in over SMTP, with the passwords that SES derives from secret access keys.

Source: the guide, "Obtaining Amazon SES SMTP credentials".
"""

import base64
import hmac
import re
from collections.abc import Mapping
from typing import Any

from aiosmtpd.smtp import LoginPassword

from ses_emulator.config import ConfigError, Settings

# What the key is derived over, one after the other; the region comes after the first.
DATE = "11111111"
REST = ("ses", "aws4_request", "SendRawEmail")
VERSION = b"\x04"
ACCESS_KEY = re.compile(r"([A-Za-z0-9_]{1,128})=(\S+)")
ACCOUNT_ID = re.compile(rb"[0-9]{12}")

# Passwords by the user names.
Passwords = Mapping[bytes, bytes]


def smtp_password(secret: str, region: str) -> str:
    """The SMTP password of a secret access key in a region."""
    signature = f"AWS4{secret}".encode()
    for text in (DATE, region, *REST):
        signature = hmac.digest(signature, text.encode(), "sha256")
    return base64.b64encode(VERSION + signature).decode()


def passwords_of(settings: Settings) -> Passwords | None:
    """Whoever may log in; None is everybody, with any password. Raises ConfigError."""
    found: dict[bytes, bytes] = {}
    for number, text in enumerate(settings.access_key, 1):
        key = ACCESS_KEY.fullmatch(text)
        if key is None:  # what is written may be a secret
            raise ConfigError(f"--access-key, number {number}: write ID=SECRET")
        found[key[1].encode()] = smtp_password(key[2], settings.region).encode()
    if settings.smtp_auth == "any":
        return None
    if not found:
        raise ConfigError("--smtp-auth required: give --access-key ID=SECRET, too")
    return found


def is_password(passwords: Passwords, user: bytes, password: bytes) -> bool:
    """Whether a user has this password."""
    return hmac.compare_digest(passwords.get(user, b""), password) and user in passwords


def account_of(login: Any) -> str | None:
    """The account that a client sends for: its user name, if that is an account id."""
    if isinstance(login, LoginPassword) and ACCOUNT_ID.fullmatch(login.login):
        return login.login.decode()
    return None
