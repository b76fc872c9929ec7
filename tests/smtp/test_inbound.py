"""The port that receives mail."""

from __future__ import annotations

import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ses_emulator.inbound import actions
from ses_emulator.inbound.delivery import ActionResult
from ses_emulator.inbound.receive import LARGEST, PLAIN, UNKNOWN
from ses_emulator.store.account import Account
from tests.inbound.support import S3, activate, rule
from tests.smtp.support import HOST, SECONDS, Door, Wire, opened, untrusting

MAIL = b"From: ann@sender.example\r\nTo: in@example.com\r\nSubject: Hi\r\n\r\nText\r\n.dot\r\n"
SENDER = "ann@sender.example"


@pytest.fixture
def door() -> Iterator[Door]:
    """The ports of an instance whose account receives for example.com."""
    with opened() as door:
        activate(account_of(door), rule("one"))
        yield door


def account_of(door: Door) -> Account:
    """The account of the settings."""
    return Account(door.instance, "000000000000", "us-east-1")


@contextmanager
def connected(door: Door) -> Iterator[smtplib.SMTP]:
    """A client that has said EHLO."""
    with smtplib.SMTP(HOST, door.listeners.ports["inbound"] or 0, timeout=SECONDS) as smtp:
        smtp.ehlo("mail.sender.example")
        yield smtp


def wire(door: Door) -> Wire:
    """A connection on which the test writes for itself."""
    return Wire(door.listeners.ports["inbound"] or 0)


def test_a_mail_arrives_as_it_is(door: Door) -> None:
    with connected(door) as smtp:
        assert smtp.mail(SENDER) == (250, b"Ok")
        assert smtp.rcpt("in@example.com") == (250, b"Ok")
        code, words = smtp.data(MAIL)
    [stored] = door.stored()
    assert (code, words.decode()) == (250, f"OK {stored.id}")
    assert door.raw(stored.id) == MAIL
    assert (stored.api, stored.status) == ("inbound", "received")
    assert (stored.account, stored.region) == ("000000000000", "us-east-1")
    assert (stored.mail_from, stored.source_ip) == (SENDER, "127.0.0.1")
    receipt = stored.receipt or {}
    assert (receipt["helo"], receipt["tls"]) == ("mail.sender.example", False)


def test_greeting_and_extensions(door: Door) -> None:
    with wire(door) as client:
        assert client.reply() == ["220 inbound-smtp.amazonaws.com ESMTP ses-emulator"]
        client.write(b"EHLO mail.sender.example\r\n")
        assert client.reply() == [
            "250-inbound-smtp.amazonaws.com",
            "250-8BITMIME",
            "250-STARTTLS",
            "250 Ok",
        ]
        assert client.ask("AUTH PLAIN AGEAYg==").startswith("502 ")
        assert client.ask("AUTH").startswith("502 ")


def test_helo_and_a_mail_without_a_sender(door: Door) -> None:
    with wire(door) as client:
        client.reply()
        assert client.ask("HELO old.example") == "250 inbound-smtp.amazonaws.com"
        assert client.ask("MAIL FROM:<>") == "250 Ok"
        assert client.ask("RCPT TO:<in@example.com>") == "250 Ok"
        assert client.ask("DATA").startswith("354 ")
        client.write(MAIL.replace(b"\r\n.dot", b"\r\n..dot") + b".\r\n")
        assert client.reply()[0].startswith("250 OK ")
    [stored] = door.stored()
    assert stored.mail_from == ""
    assert (stored.receipt or {})["helo"] == "old.example"
    assert door.raw(stored.id) == MAIL


def test_tls(door: Door) -> None:
    activate(account_of(door), rule("tls", TlsPolicy="Require"))
    with connected(door) as smtp:
        smtp.mail(SENDER)
        code, words = smtp.rcpt("in@example.com")
        assert f"{code} {words.decode()}" == PLAIN
        smtp.rset()
        smtp.starttls(context=untrusting())
        smtp.ehlo("mail.sender.example")
        assert not smtp.has_extn("starttls")
        smtp.sendmail(SENDER, "in@example.com", MAIL)
    [stored] = door.stored()
    assert (stored.receipt or {})["tls"] is True


def test_recipients_are_refused_one_by_one(door: Door) -> None:
    with connected(door) as smtp:
        refused = smtp.sendmail(SENDER, ["in@example.com", "x@example.org", "no-domain@"], MAIL)
        assert sorted(refused) == ["no-domain@", "x@example.org"]
        code, words = refused["x@example.org"]
        assert f"{code} {words.decode()}" == UNKNOWN
        assert refused["no-domain@"][0] == 501
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            smtp.sendmail(SENDER, ["x@example.org"], MAIL)
    [stored] = door.stored()
    assert door.instance.messages.recipients(stored.seq) == ["in@example.com"]


def test_a_blocked_address(door: Door) -> None:
    document = {"Name": "x", "IpFilter": {"Policy": "Block", "Cidr": "127.0.0.0/8"}}
    account_of(door).collection("ReceiptFilter").put("x", document)
    with connected(door) as smtp:
        smtp.mail(SENDER)
        code, words = smtp.rcpt("in@example.com")
        assert (code, words[:6]) == (550, b"5.7.1 ")
        assert b"127.0.0.1" in words


def test_a_hundred_recipients(door: Door) -> None:
    with connected(door) as smtp:
        smtp.mail(SENDER)
        for number in range(100):
            assert smtp.rcpt(f"in{number}@example.com")[0] == 250
        assert smtp.rcpt("more@example.com") == (452, b"4.5.3 Too many recipients")
        assert smtp.data(MAIL)[0] == 250
    [stored] = door.stored()
    assert len(door.instance.messages.recipients(stored.seq)) == 100


def test_accounts_and_regions(door: Door) -> None:
    """A mail to several is one message for each."""
    far = Account(door.instance, "111122223333", "eu-west-1")
    activate(far, rule("far", Recipients=["example.org"]))
    with connected(door) as smtp:
        assert smtp.sendmail(SENDER, ["in@example.com", "in@example.org"], MAIL) == {}
    found = {
        (each.account, each.region): door.instance.messages.recipients(each.seq)
        for each in door.stored()
    }
    assert found == {
        ("000000000000", "us-east-1"): ["in@example.com"],
        ("111122223333", "eu-west-1"): ["in@example.org"],
    }


def test_a_mail_that_is_too_long(door: Door) -> None:
    with connected(door) as smtp:
        smtp.mail(SENDER)
        smtp.rcpt("in@example.com")
        assert smtp.data(b"Subject: x\r\n\r\n" + b"x" * LARGEST) == (552, b"Message is too long.")
        smtp.sendmail(SENDER, "in@example.com", MAIL)
    assert len(door.stored()) == 1


def test_rules_that_change_meanwhile(door: Door) -> None:
    with connected(door) as smtp:
        smtp.mail(SENDER)
        smtp.rcpt("in@example.com")
        account_of(door).set_attributes(ActiveReceiptRuleSet=None)
        code, words = smtp.data(MAIL)
        assert f"{code} {words.decode()}" == UNKNOWN
    assert door.stored() == []


def test_what_goes_wrong_is_temporary(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any) -> None:
        raise RuntimeError("no disk")

    monkeypatch.setattr("ses_emulator.smtp.inbound.receive", fail)
    with connected(door) as smtp:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            smtp.sendmail(SENDER, "in@example.com", MAIL)
        assert refused.value.smtp_code == 451
        monkeypatch.undo()
        smtp.sendmail(SENDER, "in@example.com", MAIL)


def test_a_slow_action_holds_up_nobody_else(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    go, begun = threading.Event(), threading.Event()

    def wait(*arguments: Any) -> ActionResult:
        begun.set()
        assert go.wait(SECONDS)
        return ActionResult("done")

    monkeypatch.setattr(actions, "RUNNERS", {**actions.LOCAL, "S3Action": wait})
    activate(account_of(door), rule("slow", S3, Recipients=["slow@example.com"]), rule("one"))
    with wire(door) as slow, connected(door) as smtp:
        slow.reply()
        for line in ("HELO a", f"MAIL FROM:<{SENDER}>", "RCPT TO:<slow@example.com>", "DATA"):
            slow.ask(line)
        slow.write(MAIL + b".\r\n")
        assert begun.wait(SECONDS)
        smtp.sendmail(SENDER, "in@example.com", MAIL)
        assert [each.status for each in door.stored()] == ["receiving", "received"]
        go.set()
        assert slow.reply()[0].startswith("250 OK ")
    assert [each.status for each in door.stored()] == ["received", "received"]


def test_it_stops_with_the_others() -> None:
    with opened() as door:
        port = door.listeners.ports["inbound"] or 0
        idle = socket.create_connection((HOST, port), timeout=SECONDS)
    with idle, pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, port), timeout=SECONDS)
