"""The real SMTP server: how it is named, what it is told, what it may answer."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ses_emulator.certificates import Pair
from ses_emulator.config import ConfigError, Settings
from ses_emulator.mail.relay import Relay, RelayError, hand_over, relay_of
from ses_emulator.smtp.certificate import make, own_context
from tests.sink import HOST, Sink, sink

MESSAGE = b"From: a@example.com\r\nTo: b@example.com\r\n\r\n.one\r\n..two\r\n.\r\nend\r\n"
USERS = {"user": "pass:w@rd/%"}
LOGIN = "user:pass%3Aw%40rd%2F%25"


def relay(address: str) -> Relay:
    """The server of an address."""
    found = relay_of(Settings(relay=address))
    assert found is not None
    return found


def send(address: str, message: bytes = MESSAGE) -> str:
    """Hand a message over; what the server said."""
    return hand_over(relay(address), "a@example.com", ["b@example.com"], message).reply


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("smtp://mail", Relay("mail", 25, "", "", False, None, False)),
        ("smtp://mail:2500/", Relay("mail", 2500, "", "", False, None, False)),
        ("smtps://mail", Relay("mail", 465, "", "", True, False, True)),
        ("smtps://[::1]:1?verify=no", Relay("::1", 1, "", "", True, False, False)),
        (f"smtp://{LOGIN}@mail", Relay("mail", 25, "user", "pass:w@rd/%", False, True, True)),
        ("smtp://u:p@mail?starttls=never", Relay("mail", 25, "u", "p", False, False, False)),
        ("smtp://mail?starttls=required", Relay("mail", 25, "", "", False, True, True)),
        (
            "smtp://mail?starttls=required&verify=no",
            Relay("mail", 25, "", "", False, True, False),
        ),
    ],
)
def test_addresses(address: str, expected: Relay) -> None:
    assert relay(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "mail:25",
        "http://mail",
        "smtp://",
        "smtp://:secret@",
        "smtp://u:secret@mail:port",
        "smtp://u:secret@mail:70000",
        "smtp://u:secret@mail/path",
        "smtp://u:secret@mail#x",
        "smtp://u:secret@mail?starttls=yes",
        "smtp://u:secret@mail?tls",
        "smtp://u:secret@mail?verify=yes",
        "smtps://u:secret@mail?starttls=never",
    ],
)
def test_addresses_that_are_none(address: str) -> None:
    with pytest.raises(ConfigError, match=r"^--relay: ") as refused:
        relay(address)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("address", ["smtp://localhost:1025", "smtps://127.0.0.1:1465"])
def test_the_emulator_itself(address: str) -> None:
    with pytest.raises(ConfigError, match="a port of this emulator itself"):
        relay(address)


def test_patterns_without_a_server() -> None:
    with pytest.raises(ConfigError, match="--release is given without --relay"):
        relay_of(Settings(release=("*",)))
    assert relay_of(Settings()) is None


@pytest.mark.parametrize(
    "message",
    [
        MESSAGE,
        b".\r\n",
        b"A: b\r\n\r\n" + bytes(byte for byte in range(256) if byte not in b"\r\n") + b"\r\n",
        b"A: b\r\n\r\n" + "Grüße, 日本\r\n".encode(),
    ],
    ids=["dots", "a dot", "all bytes", "UTF-8"],
)
def test_the_bytes_are_the_same(message: bytes) -> None:
    with sink() as server:
        assert send(f"smtp://{HOST}:{server.port}", message) == "250 taken"
    [mail] = server.mails
    assert mail.content == message
    assert (mail.mail_from, mail.recipients) == ("a@example.com", ["b@example.com"])
    assert f"SIZE={len(message)}" in mail.options
    assert ("BODY=8BITMIME" in mail.options) == (not message.isascii())


def test_what_smtp_cannot_carry() -> None:
    """Line ends that are none there, and a message that does not end with one."""
    with sink() as server:
        send(f"smtp://{HOST}:{server.port}", b"A: b\n\n.a\n.\r.b")
        send(f"smtp://{HOST}:{server.port}", b"")
    assert [mail.content for mail in server.mails] == [b"A: b\r\n\r\n.a\r\n.\r\n.b\r\n", b""]


def test_a_sender_that_is_empty() -> None:
    with sink() as server:
        hand_over(relay(f"smtp://{HOST}:{server.port}"), "", ["b@example.com"], MESSAGE)
    assert server.mails[0].mail_from == "<>"


@pytest.mark.parametrize("tls_first", [False, True], ids=["STARTTLS", "TLS"])
@pytest.mark.parametrize("login", [False, True], ids=["no login", "login"])
def test_tls_and_login(tls_first: bool, login: bool) -> None:
    users = USERS if login else None
    scheme, user = "smtps" if tls_first else "smtp", f"{LOGIN}@" if login else ""
    with sink(tls=own_context(make), tls_first=tls_first, users=users) as server:
        assert send(f"{scheme}://{user}{HOST}:{server.port}?verify=no") == "250 taken"
    [mail] = server.mails
    assert mail.tls
    assert mail.user == ("user" if login else None)


def test_a_login_in_the_clear() -> None:
    with sink(users=USERS) as server:
        send(f"smtp://{LOGIN}@{HOST}:{server.port}?starttls=never")
    assert not server.mails[0].tls


def test_the_certificate_is_verified(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pair = make()
    file = tmp_path / "trusted.pem"
    file.write_text(pair.certificate)

    def give() -> Pair:
        return pair

    with sink(tls=own_context(give)) as server:
        address = f"smtp://{HOST}:{server.port}?starttls=required"
        with pytest.raises(RelayError, match="STARTTLS: .*certificate verify failed"):
            send(address)
        assert server.mails == []
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        send(address)
    assert server.mails[0].tls


def refusing_everybody(server: Sink) -> None:
    server.refusals = {"b@example.com": "550 5.1.1 unknown"}


def refusing_the_message(server: Sink) -> None:
    server.reply = "554 no, thanks"


@pytest.mark.parametrize(
    ("change", "options", "reason"),
    [
        (refusing_everybody, "", "refuses all recipients: b@example.com: 550 5.1.1 unknown"),
        (refusing_the_message, "", ", DATA: 554 no, thanks"),
        (lambda server: None, "?starttls=required", ", STARTTLS: STARTTLS extension not supported"),
    ],
)
def test_what_the_server_refuses(change: object, options: str, reason: str) -> None:
    assert callable(change)
    with sink() as server:
        change(server)
        with pytest.raises(RelayError) as refused:
            send(f"smtp://{HOST}:{server.port}{options}")
        assert server.mails == [] or server.reply != "250 taken"
    assert str(refused.value).startswith(f"{HOST}:{server.port}")
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("user", "reason"),
    [("user:wrong@", "AUTH: 535 "), ("", "MAIL: 530 ")],
)
def test_a_login_that_is_none(user: str, reason: str) -> None:
    with sink(users=USERS) as server:
        with pytest.raises(RelayError, match=reason) as refused:
            send(f"smtp://{user}{HOST}:{server.port}?starttls=never")
    assert "wrong" not in str(refused.value)


def test_some_are_refused() -> None:
    with sink() as server:
        server.refusals = {"b@example.com": "450 later"}
        handed = hand_over(
            relay(f"smtp://{HOST}:{server.port}"), "", ["b@example.com", "c@example.com"], MESSAGE
        )
    assert handed == ("250 taken", {"b@example.com": "450 later"})
    assert server.mails[0].recipients == ["c@example.com"]


@pytest.mark.parametrize("goodbye", ["421 too late", "no reply at all"])
def test_a_goodbye_that_is_none(goodbye: str) -> None:
    """What was taken is taken, and what was refused is why."""
    with sink() as server:
        server.goodbye = goodbye
        assert send(f"smtp://{HOST}:{server.port}") == "250 taken"
        server.reply = "554 no, thanks"
        with pytest.raises(RelayError, match="DATA: 554 no, thanks"):
            send(f"smtp://{HOST}:{server.port}")


def test_domains_in_other_scripts() -> None:
    with sink() as server:
        to = ["b@exämple.com", "c@example.com"]
        hand_over(relay(f"smtp://{HOST}:{server.port}"), "a@bücher.example", to, MESSAGE)
        with pytest.raises(RelayError, match="RCPT: .*ascii"):
            hand_over(relay(f"smtp://{HOST}:{server.port}"), "", ["ä@example.com"], MESSAGE)
    [mail] = server.mails
    assert mail.mail_from == "a@xn--bcher-kva.example"
    assert mail.recipients == ["b@xn--exmple-cua.com", "c@example.com"]


@contextmanager
def saying(text: bytes) -> Iterator[int]:
    """The port of a server that says one thing and closes."""
    with socket.create_server((HOST, 0)) as listener:

        def run() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(text)

        thread = threading.Thread(target=run)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


@pytest.mark.parametrize("text", [b"", b"554 go away\r\n", b"220 hello\r\n", b"\0\r\n"])
def test_a_server_that_is_none(text: bytes) -> None:
    with saying(text) as port, pytest.raises(RelayError) as failed:
        send(f"smtp://{HOST}:{port}")
    assert re.match(rf"{HOST}:{port}, (connecting|EHLO): \S", str(failed.value))
    assert len(str(failed.value).splitlines()) == 1


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_nobody_is_there(scheme: str) -> None:
    with socket.create_server((HOST, 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(RelayError, match=rf"^{HOST}:{port}, connecting: .*refused"):
        send(f"{scheme}://{HOST}:{port}")


def test_tls_that_is_none() -> None:
    with sink() as server, pytest.raises(RelayError, match="connecting: .*SSL"):
        send(f"smtps://{HOST}:{server.port}")
    assert isinstance(ssl.SSLError(), OSError)
