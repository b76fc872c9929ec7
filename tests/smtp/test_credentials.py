"""Who may send: everybody, or who logs in with the password that SES derives."""

from __future__ import annotations

import base64
import smtplib
from contextlib import ExitStack

import pytest

from ses_emulator.config import ConfigError, Settings
from ses_emulator.smtp.credentials import passwords_of, smtp_password
from tests.smtp.support import HOST, SECONDS, SENDER, Door, Wire, opened, send, untrusting

USER = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
OTHER = "123456789012"
REQUIRED = {"smtp_auth": "required", "access_key": (f"{USER}={SECRET}", f"{OTHER}=other+secret")}
PASSWORD = smtp_password(SECRET, "us-east-1")


@pytest.mark.parametrize(
    ("secret", "region", "password"),
    [  # as others have them, who send with what they derive
        ("some+secret+key", "eu-central-1", "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2"),
        ("another+secret+key", "eu-central-1", "BBbphbrQmrKMx42d1N6+C7VINYEBGI5v9VsZeTxwskfh"),
        ("some+secret+key", "us-west-1", "BH+jbMzper5WwlwUar9E1ySBqHa9whi0GPo+sJ0mVYJj"),
        ("another+secret+key", "us-west-1", "BKVmjjMDFk/qqw8EROW99bjCS65PF8WKvK5bSr4Y6EqF"),
    ],
)
def test_the_password(secret: str, region: str, password: str) -> None:
    assert smtp_password(secret, region) == password


@pytest.mark.parametrize("text", ["", "=", f"{USER}", f"{USER}=", f"={SECRET}", f"{USER}:{SECRET}"])
def test_an_access_key_that_is_none(text: str) -> None:
    with pytest.raises(ConfigError, match="^--access-key, number 2: write ID=SECRET$"):
        passwords_of(Settings(access_key=("a=b", text)))


def test_nobody_could_log_in() -> None:
    with pytest.raises(ConfigError, match="^--smtp-auth required: give --access-key"):
        Door(smtp_auth="required")


def connection(door: Door, stack: ExitStack, way: str) -> smtplib.SMTP:
    """A client that has TLS."""
    if way == "TLS":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            HOST, door.smtps_port, timeout=SECONDS, context=untrusting()
        )
    else:
        smtp = smtplib.SMTP(HOST, door.port, timeout=SECONDS)
        smtp.starttls(context=untrusting())
    stack.enter_context(smtp)
    smtp.ehlo()
    return smtp


@pytest.mark.parametrize("way", ["TLS", "STARTTLS"])
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "plain", "login"])
@pytest.mark.parametrize(
    ("user", "secret", "account"),
    [(USER, SECRET, "111122223333"), (OTHER, "other+secret", OTHER)],
)
def test_the_right_password(way: str, mechanism: str, user: str, secret: str, account: str) -> None:
    with (
        opened(**REQUIRED, account_id="111122223333", region="eu-west-1") as door,
        ExitStack() as stack,
    ):
        smtp = connection(door, stack, way)
        smtp.user, smtp.password = user, smtp_password(secret, "eu-west-1")
        method = smtp.auth_plain if mechanism.upper() == "PLAIN" else smtp.auth_login
        assert smtp.auth(mechanism, method) == (235, b"Authentication successful.")
        send(smtp)
        [stored] = door.stored()
    assert (stored.account, stored.region) == (account, "eu-west-1")


@pytest.mark.parametrize(
    ("user", "password"),
    [
        (USER, "wrong"),
        (USER, SECRET),
        (USER, ""),
        (USER, smtp_password(SECRET, "eu-west-1")),
        (USER.lower(), PASSWORD),
        (OTHER, PASSWORD),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_a_wrong_password(user: str, password: str) -> None:
    with opened(**REQUIRED) as door, ExitStack() as stack:
        smtp = connection(door, stack, "STARTTLS")
        both = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        for _ in range(3):
            assert smtp.docmd("AUTH PLAIN", both) == (535, b"Authentication Credentials Invalid")
        assert smtp.mail(SENDER) == (530, b"Authentication required")
        smtp.login(USER, PASSWORD)
        send(smtp)


def test_without_a_login() -> None:
    with opened(**REQUIRED) as door, ExitStack() as stack:
        smtp = connection(door, stack, "TLS")
        assert smtp.mail(SENDER) == (530, b"Authentication required")
        assert smtp.rcpt(SENDER)[0] == 503
        assert smtp.docmd("DATA")[0] == 503
        assert smtp.noop()[0] == 250
        assert smtp.docmd("AUTH LOGIN")[0] == 334
        assert smtp.docmd("*")[0] == 501
        assert smtp.mail(SENDER) == (530, b"Authentication required")


def test_without_tls() -> None:
    """It offers AUTH before TLS, as SES does, and refuses it."""
    both = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
    with opened(**REQUIRED) as door, Wire(door.port) as wire:
        wire.reply()
        wire.write(b"EHLO client\r\n")
        assert {"250-STARTTLS", "250-AUTH PLAIN LOGIN"} <= set(wire.reply())
        refusal = "530 Must issue a STARTTLS command first"
        for command in (f"AUTH PLAIN {both}", "AUTH LOGIN", f"MAIL FROM:<{SENDER}>"):
            assert wire.ask(command) == refusal
        assert wire.ask("STARTTLS").startswith("220 ")


def test_starttls_forgets_nothing_that_counts() -> None:
    """Whoever has logged in has done it with TLS; a second login is refused."""
    with opened(**REQUIRED) as door, ExitStack() as stack:
        smtp = connection(door, stack, "STARTTLS")
        smtp.login(USER, PASSWORD)
        assert smtp.docmd("AUTH", "PLAIN")[0] == 503
        for _ in range(2):
            send(smtp)


def test_everybody_may_send_where_keys_are_known_but_not_required() -> None:
    with opened(access_key=REQUIRED["access_key"]) as door, ExitStack() as stack:
        smtp = stack.enter_context(smtplib.SMTP(HOST, door.port, timeout=SECONDS))
        smtp.login(USER, "whatever")
        send(smtp)


def test_the_port_for_received_mail_asks_for_no_login() -> None:
    with opened(**REQUIRED) as door, Wire(door.listeners.ports["inbound"] or 0) as wire:
        wire.reply()
        wire.ask("EHLO client")
        assert wire.ask("MAIL FROM:<somebody@example.org>") == "250 Ok"
