"""What a client is told before it sends a message."""

from __future__ import annotations

import base64
import logging
import smtplib

import pytest

from tests.smtp.support import (
    HOST,
    SECONDS,
    SENDER,
    Door,
    Wire,
    connected,
    opened,
    send,
    untrusting,
)


def test_greeting_and_extensions(door: Door) -> None:
    with Wire(door.port) as wire:
        assert wire.reply() == ["220 email-smtp.amazonaws.com ESMTP ses-emulator"]
        wire.write(b"EHLO client.example.com\r\n")
        assert wire.reply() == [
            "250-email-smtp.amazonaws.com",
            "250-8BITMIME",
            "250-SIZE 41943040",
            "250-STARTTLS",
            "250-AUTH PLAIN LOGIN",
            "250 Ok",
        ]
        assert wire.ask("QUIT").startswith("221 ")
        assert wire.reply() == []


def test_helo(door: Door) -> None:
    with smtplib.SMTP(HOST, door.port, timeout=SECONDS) as smtp:
        assert smtp.helo() == (250, b"email-smtp.amazonaws.com")
        send(smtp)


@pytest.mark.parametrize(
    ("user", "account"),
    [
        ("123456789012", "123456789012"),
        ("AKIAIOSFODNN7EXAMPLE", "111122223333"),
        ("1234567890123", "111122223333"),
        ("١٢٣٤٥٦٧٨٩٠١٢", "111122223333"),
    ],
)
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_account_of_the_user(
    caplog: pytest.LogCaptureFixture, mechanism: str, user: str, account: str
) -> None:
    with opened(account_id="111122223333", region="eu-west-1") as door, connected(door) as smtp:
        name, password = (base64.b64encode(each.encode()).decode() for each in (user, "x" * 2000))
        both = base64.b64encode(f"\0{user}\0{'x' * 2000}".encode()).decode()
        if mechanism == "PLAIN":
            assert smtp.docmd("AUTH PLAIN", both) == (235, b"Authentication successful.")
        else:
            assert smtp.docmd("AUTH LOGIN") == (334, b"VXNlcm5hbWU6")
            assert smtp.docmd(name) == (334, b"UGFzc3dvcmQ6")
            assert smtp.docmd(password) == (235, b"Authentication successful.")
        send(smtp)
        [stored] = door.stored()
        assert (stored.account, stored.region) == (account, "eu-west-1")
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_starttls_forgets_the_user(door: Door) -> None:
    """RFC 3207 section 4.2: nothing that was said before TLS counts after it."""
    with connected(door) as smtp:
        smtp.login("123456789012", "password")
        assert smtp.starttls(context=untrusting())[0] == 220
        assert smtp.docmd("MAIL", f"FROM:<{SENDER}>")[0] == 503
        smtp.ehlo()
        send(smtp)
    [stored] = door.stored()
    assert stored.account == "000000000000"


@pytest.mark.parametrize("command", ["AUTH", "AUTH CRAM-MD5", "AUTH PLAIN !", "AUTH PLAIN eA=="])
def test_auth_that_is_none(door: Door, command: str) -> None:
    with connected(door) as smtp:
        assert smtp.docmd(command)[0] in (501, 504)
        send(smtp)


@pytest.mark.parametrize(
    ("argument", "reply"),
    [
        (f"FROM:<{SENDER}>", "250 Ok"),
        (f"from: <{SENDER}>", "250 Ok"),
        (f"FROM: {SENDER}", "250 Ok"),
        (f"FROM:<{SENDER}> SIZE=100 BODY=8BITMIME AUTH=<>", "250 Ok"),
        (f"FROM:<{SENDER}> size=41943040 body=7bit", "250 Ok"),
        (f"FROM:<{SENDER}> SIZE=41943041", "552 Message is too long."),
        (f"FROM:<{SENDER}> SIZE={'9' * 20}", "552 Message is too long."),
        (f"FROM:<{SENDER}> SIZE={'9' * 5000}", "501 Syntax: SIZE=<number of bytes>"),
        (f"FROM:<{SENDER}> SIZE", "501 Syntax: SIZE=<number of bytes>"),
        (f"FROM:<{SENDER}> SIZE=١", "501 Syntax: SIZE=<number of bytes>"),
        (f"FROM:<{SENDER}> BODY=9BIT", "501 Error: BODY can only be one of 7BIT, 8BITMIME"),
        (
            f"FROM:<{SENDER}> SMTPUTF8",
            "555 MAIL FROM parameters not recognized or not implemented",
        ),
        ("FROM:<>", "501 Invalid MAIL FROM address provided"),
        ("FROM:<AKIAIOSFODNN7EXAMPLE>", "501 Invalid MAIL FROM address provided"),
        ("FROM:<@example.com>", "501 Invalid MAIL FROM address provided"),
        ("FROM:<grüße@example.com>", "501 Invalid MAIL FROM address provided"),
        ("FROM:<a\0b@example.com>", "501 Invalid MAIL FROM address provided"),
        ("FROM:<a@example.com", "501 Syntax: MAIL FROM:<address>"),
        ("FROM:", "501 Syntax: MAIL FROM:<address>"),
        ("FROM", "501 Syntax: MAIL FROM:<address>"),
        ("TO:<a@example.com>", "501 Syntax: MAIL FROM:<address>"),
    ],
)
def test_mail(door: Door, argument: str, reply: str) -> None:
    with Wire(door.port) as wire:
        wire.reply()
        wire.ask("EHLO client")
        assert wire.ask(f"MAIL {argument}") == reply
        follows = wire.ask(f"MAIL FROM:<{SENDER}>")
        assert follows == ("503 Error: nested MAIL command" if reply == "250 Ok" else "250 Ok")


@pytest.mark.parametrize(
    ("argument", "reply"),
    [
        ("TO:<to@example.com>", "250 Ok"),
        ("to:to@example.com", "250 Ok"),
        ('TO:<"a..b"@example.com>', "250 Ok"),
        ("TO:<to@example.com> NOTIFY=NEVER", None),
        ("TO:<>", "501 Invalid RCPT TO address provided"),
        ("TO:<no-at-sign>", "501 Invalid RCPT TO address provided"),
        ("TO:<ñ@example.com>", "501 Invalid RCPT TO address provided"),
        ("TO:<to@exämple.com>", "501 Invalid RCPT TO address provided"),
        ("TO:", "501 Syntax: RCPT TO:<address>"),
        ("FROM:<to@example.com>", "501 Syntax: RCPT TO:<address>"),
    ],
)
def test_rcpt(door: Door, argument: str, reply: str | None) -> None:
    with Wire(door.port) as wire:
        wire.reply()
        wire.ask("EHLO client")
        wire.ask(f"MAIL FROM:<{SENDER}>")
        expected = reply or "555 RCPT TO parameters not recognized or not implemented"
        assert wire.ask(f"RCPT {argument}") == expected


def test_lines_that_are_no_commands(door: Door) -> None:
    with Wire(door.port) as wire:
        wire.reply()
        for line in ("", "\0", "grüße", "X" * 100_000, "MAIL " + "x" * 20_000):
            assert wire.ask(line).startswith("50")
        wire.write(b"VRFY \xff<\r\n")
        assert wire.reply()[0].startswith("252 ")
        assert wire.ask("EHLO client") == "250 Ok"
