"""Programs that send mail, as they are set up for SES: TLS that is verified, and a login."""

from __future__ import annotations

import json
import smtplib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ses_emulator.smtp.certificate import make
from ses_emulator.smtp.credentials import smtp_password
from tests.clients.support import HERE, body_of, run
from tests.needs import needs_msmtp, needs_node, needs_swaks
from tests.smtp.support import Door, opened

USER = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
SENDER, TO, BCC = "from@example.com", "to@example.com", "bcc@example.com"
TEXT = "Grüße\n.dot\n..dots\n" + "x" * 200 + "\n"


@dataclass(frozen=True)
class Strict:
    """A door that asks for a login, the file with its certificate, and whether TLS comes first."""

    door: Door
    certificate: Path
    tls_first: bool

    @property
    def port(self) -> int:
        """The port that is to be used."""
        return self.door.smtps_port if self.tls_first else self.door.port


@pytest.fixture(params=["STARTTLS", "TLS"])
def strict(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Strict]:
    """A door whose certificate is given, and which asks for a login."""
    pair = make()
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    certificate.write_text(pair.certificate)
    key.write_text(pair.key)
    with opened(
        smtp_auth="required",
        access_key=(f"{USER}={SECRET}",),
        tls_cert=str(certificate),
        tls_key=str(key),
    ) as door:
        yield Strict(door, certificate, request.param == "TLS")


Send = Callable[[Strict, str], str]


def with_smtplib(strict: Strict, password: str) -> str:
    """Send a message with Python's own; what it says if it cannot."""
    context = ssl.create_default_context(cafile=str(strict.certificate))
    smtp = (
        smtplib.SMTP_SSL("localhost", strict.port, context=context, timeout=30)
        if strict.tls_first
        else smtplib.SMTP("localhost", strict.port, timeout=30)
    )
    with smtp:
        if not strict.tls_first:
            smtp.starttls(context=context)
        try:
            smtp.login(USER, password)
            content = message().replace("\n", "\r\n").encode()
            smtp.sendmail(SENDER, [TO, BCC], content, ["BODY=8BITMIME"])
        except smtplib.SMTPException as error:
            return str(error)
    return ""


def with_nodemailer(strict: Strict, password: str) -> str:
    """Send a message with nodemailer, which writes its headers itself."""
    transport = {
        "host": "localhost",
        "port": strict.port,
        "secure": strict.tls_first,
        "requireTLS": True,
        "auth": {"user": USER, "pass": password},
        "tls": {"ca": strict.certificate.read_text()},
    }
    mail = {
        "from": SENDER,
        "to": TO,
        "bcc": BCC,
        "subject": "Hello",
        "text": TEXT,
        "textEncoding": "base64",
        "headers": {"X-SES-MESSAGE-TAGS": "campaign=spring"},
    }
    done = run(
        [str(needs_node()), str(HERE / "nodemailer_send.mjs")],
        json.dumps({"transport": transport, "mail": mail}),
    )
    if done.returncode == 0:
        [stored] = strict.door.stored()
        assert json.loads(done.stdout)["response"] == f"250 Ok {stored.id}"
    return "" if done.returncode == 0 else done.stderr


def with_swaks(strict: Strict, password: str) -> str:
    """Send a message with swaks."""
    tls = "--tls-on-connect" if strict.tls_first else "--tls"
    done = run(
        [
            *(str(needs_swaks()), "--server", "localhost", "--port", str(strict.port), tls),
            *("--tls-verify", "--tls-ca-path", str(strict.certificate)),
            *("--auth", "LOGIN", "--auth-user", USER, "--auth-password", password),
            *("--from", SENDER, "--to", f"{TO},{BCC}", "--data", "-"),
        ],
        message(),
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def with_msmtp(strict: Strict, password: str) -> str:
    """Send a message with msmtp, in the place of sendmail."""
    starttls = "off" if strict.tls_first else "on"
    done = run(
        [
            *(str(needs_msmtp()), "--file=/dev/null", "--host=localhost", f"--port={strict.port}"),
            *("--tls=on", f"--tls-starttls={starttls}"),
            f"--tls-trust-file={strict.certificate}",
            *("--auth=plain", f"--user={USER}", f"--passwordeval=echo {password}"),
            *(f"--from={SENDER}", "--", TO, BCC),
        ],
        message(),
    )
    return "" if done.returncode == 0 else done.stderr


def message() -> str:
    """What is sent, with the line ends of files."""
    return (
        f"From: {SENDER}\nTo: {TO}\nSubject: Hello\nX-SES-MESSAGE-TAGS: campaign=spring\n"
        "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
        f"Content-Transfer-Encoding: 8bit\n\n{TEXT}"
    )


MAILERS = pytest.mark.parametrize(
    "send", [with_smtplib, with_nodemailer, with_swaks, with_msmtp], ids=lambda send: send.__name__
)


@MAILERS
def test_a_message(strict: Strict, send: Send) -> None:
    assert send(strict, smtp_password(SECRET, "us-east-1")) == ""
    [stored] = strict.door.stored()
    assert (stored.mail_from, stored.subject, stored.to) == (SENDER, "Hello", [TO])
    assert stored.tags["campaign"] == "spring"
    assert strict.door.instance.messages.recipients(stored.seq) == [TO, BCC]
    raw = strict.door.raw(stored.id)
    assert BCC.encode() not in raw and b"X-SES-MESSAGE-TAGS" not in raw
    if send is not with_nodemailer:
        assert body_of(raw).rstrip(b"\r\n") == TEXT.replace("\n", "\r\n").encode().rstrip()


@MAILERS
def test_a_wrong_password(strict: Strict, send: Send) -> None:
    said = send(strict, smtp_password(SECRET, "eu-west-1"))
    assert "535" in said
    assert "Authentication Credentials Invalid" in said
    assert strict.door.stored() == []
