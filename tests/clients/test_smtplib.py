"""Python's smtplib and commands sent by hand, against the SMTP doors."""

from __future__ import annotations

import email
import email.policy
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.header import Header
from email.message import EmailMessage

import pytest

from tests.clients.support import Emulator, body_of, header

SENDER = "from@example.com"
MESSAGE = b"From: from@example.com\r\nTo: to@example.com\r\nSubject: plain\r\n\r\nHello.\r\n"
SECONDS = 30
CRLF = "\r\n"


@contextmanager
def connected(emulator: Emulator) -> Iterator[smtplib.SMTP]:
    """A connection to the submission door that has said EHLO."""
    with smtplib.SMTP(emulator.smtp_host, emulator.smtp_port, timeout=SECONDS) as smtp:
        smtp.ehlo()
        yield smtp


def untrusting() -> ssl.SSLContext:
    """TLS with whatever certificate the server has."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def send(smtp: smtplib.SMTP, message: bytes, *recipients: str) -> str:
    """Send a message that has to be taken; the id from the reply."""
    assert smtp.mail(SENDER)[0] == 250
    for recipient in recipients or ("to@example.com",):
        assert smtp.rcpt(recipient)[0] == 250
    code, reply = smtp.data(message)
    assert code == 250, reply
    word, id = reply.decode("ascii").split()
    assert word == "Ok"
    return id


def with_header(line: str) -> bytes:
    """MESSAGE with one more header line."""
    return line.encode() + b"\r\n" + MESSAGE


def test_reply_names_the_message(ses_emulator: Emulator) -> None:
    with connected(ses_emulator) as smtp:
        first = send(smtp, MESSAGE)
        second = send(smtp, MESSAGE.replace(b"plain", b"other"))
    assert first != second
    assert ses_emulator.message(first)["subject"] == "plain"
    message = ses_emulator.message(second)
    assert message["subject"] == "other"
    assert message["api"] == "smtp"
    assert message["operation"] == "SMTP"
    assert message["envelope"] == {"mail_from": SENDER, "rcpt_to": ["to@example.com"]}


def test_without_auth(ses_emulator: Emulator) -> None:
    with connected(ses_emulator) as smtp:
        smtp.sendmail(SENDER, ["to@example.com"], MESSAGE)
    [message] = ses_emulator.messages()
    assert message["subject"] == "plain"


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_auth(ses_emulator: Emulator, mechanism: str) -> None:
    with connected(ses_emulator) as smtp:
        assert mechanism in smtp.esmtp_features["auth"].split()
        smtp.user, smtp.password = "AKIAIOSFODNN7EXAMPLE", "password"
        method = smtp.auth_plain if mechanism == "PLAIN" else smtp.auth_login
        code, _ = smtp.auth(mechanism, method)
        assert code == 235
        id = send(smtp, MESSAGE)
    assert ses_emulator.message(id)["subject"] == "plain"


def test_starttls(ses_emulator: Emulator) -> None:
    with connected(ses_emulator) as smtp:
        assert smtp.has_extn("starttls")
        assert smtp.starttls(context=untrusting())[0] == 220
        smtp.ehlo()
        assert not smtp.has_extn("starttls")
        smtp.login("AKIAIOSFODNN7EXAMPLE", "password")
        id = send(smtp, MESSAGE)
    assert ses_emulator.message(id)["subject"] == "plain"


def test_smtps(ses_emulator: Emulator) -> None:
    with smtplib.SMTP_SSL(
        ses_emulator.smtp_host, ses_emulator.smtps_port, timeout=SECONDS, context=untrusting()
    ) as smtp:
        smtp.login("AKIAIOSFODNN7EXAMPLE", "password")
        id = send(smtp, MESSAGE)
    assert ses_emulator.message(id)["subject"] == "plain"


def test_bcc_is_in_the_envelope_only(ses_emulator: Emulator) -> None:
    message = EmailMessage()
    message["From"] = SENDER
    message["To"] = "One <one@example.com>, two@example.com"
    message["Cc"] = "cc@example.com"
    message["Bcc"] = "bcc@example.com"
    message["Subject"] = "Several"
    message.set_content("Hello.")
    with connected(ses_emulator) as smtp:
        assert smtp.send_message(message) == {}
    [summary] = ses_emulator.messages()
    captured = ses_emulator.message(summary["id"])
    assert captured["to"] == ["One <one@example.com>", "two@example.com"]
    assert captured["cc"] == ["cc@example.com"]
    assert captured["bcc"] == ["bcc@example.com"]
    assert sorted(captured["envelope"]["rcpt_to"]) == [
        "bcc@example.com",
        "cc@example.com",
        "one@example.com",
        "two@example.com",
    ]
    assert header(captured, "Bcc") == []
    assert b"bcc@example.com" not in ses_emulator.raw(summary["id"])


def test_lines_with_dots(ses_emulator: Emulator) -> None:
    body = b".\r\n..\r\n.one\r\nin.side\r\n...three\r\n.\r\n\r\n. \r\nend.\r\n"
    with connected(ses_emulator) as smtp:
        id = send(smtp, MESSAGE.replace(b"Hello.\r\n", body))
    assert body_of(ses_emulator.raw(id)) == body


def test_8_bit_body(ses_emulator: Emulator) -> None:
    text = "Grüße, 日本語, 😀\r\n"
    message = (
        b"From: from@example.com\r\nTo: to@example.com\r\nSubject: 8 bit\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    ) + text.encode()
    with connected(ses_emulator) as smtp:
        assert smtp.has_extn("8bitmime")
        assert smtp.mail(SENDER, ["BODY=8BITMIME"])[0] == 250
        assert smtp.rcpt("to@example.com")[0] == 250
        code, reply = smtp.data(message)
    assert code == 250
    id = reply.decode().split()[1]
    assert body_of(ses_emulator.raw(id)) == text.encode()
    assert ses_emulator.message(id)["text"].strip() == text.strip()


def test_long_lines_and_any_bytes(ses_emulator: Emulator) -> None:
    body = b"x" * 20_000 + b"\r\n" + bytes(b for b in range(256) if b not in b"\r\n") + b"\r\n"
    with connected(ses_emulator) as smtp:
        smtp.mail(SENDER)
        smtp.rcpt("to@example.com")
        code, reply = smtp.data(MESSAGE.replace(b"Hello.\r\n", body))
        # A server may refuse lines over 998 bytes, but not break the connection or the bytes.
        if code == 250:
            assert body_of(ses_emulator.raw(reply.decode().split()[1])) == body
        else:
            assert 500 <= code <= 559
        smtp.rset()
        send(smtp, MESSAGE)


def test_encoded_headers(ses_emulator: Emulator) -> None:
    subject = "Ünï cödé " * 20 + "end"
    head = "\r\n".join(
        [
            f"From: {Header('Jürgen Groß', 'iso-8859-1').encode()} <from@example.com>",
            f"To: {Header('日本', 'utf-8').encode()} <to@example.com>",
            f"Subject: {Header(subject, 'utf-8', header_name='Subject').encode(linesep=CRLF)}",
        ]
    )
    with connected(ses_emulator) as smtp:
        id = send(smtp, f"{head}\r\n\r\nHello.\r\n".encode("ascii"))
    captured = ses_emulator.message(id)
    assert captured["from"] == "Jürgen Groß <from@example.com>"
    assert captured["to"] == ["日本 <to@example.com>"]
    assert captured["subject"] == subject


def test_raw_utf8_headers(ses_emulator: Emulator) -> None:
    with connected(ses_emulator) as smtp:
        id = send(smtp, MESSAGE.replace(b"plain", "Grüße 日本".encode()))
    assert "Subject: Grüße 日本\r\n".encode() in ses_emulator.raw(id)
    assert ses_emulator.message(id)["subject"] == "Grüße 日本"


def test_pipelined_commands(ses_emulator: Emulator) -> None:
    address = (ses_emulator.smtp_host, ses_emulator.smtp_port)
    with socket.create_connection(address, timeout=SECONDS) as connection:
        replies = connection.makefile("rb")

        def reply() -> bytes:
            while (line := replies.readline())[3:4] == b"-":
                pass
            return line

        assert reply().startswith(b"220 ")
        connection.sendall(b"EHLO client.example.com\r\n")
        assert reply().startswith(b"250 ")
        connection.sendall(
            b"MAIL FROM:<from@example.com>\r\nRCPT TO:<one@example.com>\r\n"
            b"RCPT TO:<two@example.com>\r\nDATA\r\n"
        )
        assert [reply()[:4] for _ in range(4)] == [b"250 ", b"250 ", b"250 ", b"354 "]
        connection.sendall(
            MESSAGE
            + b".\r\nNOOP\r\nMAIL FROM:<from@example.com>\r\n"
            + b"RCPT TO:<three@example.com>\r\nDATA\r\n"
        )
        first = reply()
        assert first.startswith(b"250 Ok ")
        assert [reply()[:4] for _ in range(4)] == [b"250 ", b"250 ", b"250 ", b"354 "]
        connection.sendall(MESSAGE + b".\r\nQUIT\r\n")
        second = reply()
        assert second.startswith(b"250 Ok ")
        assert reply().startswith(b"221 ")
        assert replies.read() == b""
    recipients = [
        ses_emulator.message(line.decode().split()[2])["envelope"]["rcpt_to"]
        for line in (first, second)
    ]
    assert recipients == [["one@example.com", "two@example.com"], ["three@example.com"]]


def test_unknown_configuration_set(ses_emulator: Emulator) -> None:
    with connected(ses_emulator) as smtp:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            smtp.sendmail(
                SENDER, ["to@example.com"], with_header("X-SES-CONFIGURATION-SET: unknown-set")
            )
        assert refused.value.smtp_code == 554
        assert "unknown-set" in str(refused.value.smtp_error)
        assert ses_emulator.messages() == []
        send(smtp, MESSAGE)


def test_configuration_set_is_used_and_its_header_removed(ses_emulator: Emulator) -> None:
    ses_emulator.client("sesv2").create_configuration_set(ConfigurationSetName="known-set")
    with connected(ses_emulator) as smtp:
        id = send(smtp, with_header("X-SES-CONFIGURATION-SET: known-set"))
    assert ses_emulator.message(id)["configuration_set"] == "known-set"
    assert b"configuration-set" not in ses_emulator.raw(id).lower()


def test_message_tags_are_read_and_removed(ses_emulator: Emulator) -> None:
    with connected(ses_emulator) as smtp:
        id = send(smtp, with_header("X-SES-MESSAGE-TAGS: campaign=spring, tier=gold"))
    message = ses_emulator.message(id)
    assert message["tags"]["campaign"] == "spring"
    assert message["tags"]["tier"] == "gold"
    assert header(message, "X-SES-MESSAGE-TAGS") == []
    assert b"message-tags" not in ses_emulator.raw(id).lower()
    assert body_of(ses_emulator.raw(id)) == b"Hello.\r\n"


def test_list_management_options_are_read_and_removed(ses_emulator: Emulator) -> None:
    v2 = ses_emulator.client("sesv2")
    topic = {"TopicName": "news", "DisplayName": "News", "DefaultSubscriptionStatus": "OPT_IN"}
    v2.create_contact_list(ContactListName="readers", Topics=[topic])
    options = with_header("X-SES-LIST-MANAGEMENT-OPTIONS: readers; topic=news")
    with connected(ses_emulator) as smtp:
        id = send(smtp, options)
        v2.update_contact(
            ContactListName="readers",
            EmailAddress="to@example.com",
            TopicPreferences=[{"TopicName": "news", "SubscriptionStatus": "OPT_OUT"}],
        )
        unsubscribed = send(smtp, options)
    message = ses_emulator.message(id)
    [link] = header(message, "List-Unsubscribe")
    assert link.startswith("<http://")
    assert header(message, "List-Unsubscribe-Post") == ["List-Unsubscribe=One-Click"]
    assert message["status"] == "delivered"
    assert ses_emulator.message(unsubscribed)["status"] == "suppressed"
    for each in (id, unsubscribed):
        assert b"list-management" not in ses_emulator.raw(each).lower()


def test_tenant_is_used_and_its_header_removed(ses_emulator: Emulator) -> None:
    ses_emulator.client("sesv2").create_tenant(TenantName="shop")
    with connected(ses_emulator) as smtp:
        id = send(smtp, with_header("X-SES-TENANT: shop"))
        smtp.mail(SENDER)
        smtp.rcpt("to@example.com")
        code, reply = smtp.data(with_header("X-SES-TENANT: unknown"))
    assert ses_emulator.message(id)["tenant"] == "shop"
    assert b"x-ses-tenant" not in ses_emulator.raw(id).lower()
    assert code == 554
    assert b"unknown" in reply


@pytest.mark.parametrize("argument", ["TO:", "TO:<no-at-sign", "to@example.com", "TO:<>"])
def test_rcpt_syntax_error(ses_emulator: Emulator, argument: str) -> None:
    with connected(ses_emulator) as smtp:
        assert smtp.mail(SENDER)[0] == 250
        assert smtp.docmd("RCPT", argument)[0] in (501, 553)
        assert smtp.rcpt("to@example.com")[0] == 250
        code, _ = smtp.data(MESSAGE)
    assert code == 250
    [message] = ses_emulator.messages()
    assert ses_emulator.message(message["id"])["envelope"]["rcpt_to"] == ["to@example.com"]


@pytest.mark.parametrize("commands", [("DATA",), ("RCPT TO:<a@example.com>",)], ids=str)
def test_commands_out_of_order(ses_emulator: Emulator, commands: tuple[str, ...]) -> None:
    with connected(ses_emulator) as smtp:
        for command in commands:
            assert smtp.docmd(command)[0] == 503
        send(smtp, MESSAGE)


def test_reset_forgets_the_transaction(ses_emulator: Emulator) -> None:
    with connected(ses_emulator) as smtp:
        smtp.mail("other@example.com")
        smtp.rcpt("other@example.com")
        assert smtp.rset()[0] == 250
        id = send(smtp, MESSAGE)
    message = ses_emulator.message(id)
    assert message["envelope"] == {"mail_from": SENDER, "rcpt_to": ["to@example.com"]}


def size_limit(smtp: smtplib.SMTP) -> int:
    """The SIZE that EHLO announces; SES takes 40 MB."""
    limit = int(smtp.esmtp_features["size"])
    assert 40_000_000 <= limit <= 40 * 2**20
    return limit


def large(size: int) -> bytes:
    """A message of `size` bytes."""
    start = MESSAGE.removesuffix(b"Hello.\r\n")
    count, rest = divmod(size - len(start), 100)
    return start + (b"x" * 98 + b"\r\n") * (count - 1) + b"x" * (98 + rest) + b"\r\n"


def refused_by_size(smtp: smtplib.SMTP, limit: int) -> int:
    """The reply to a MAIL that announces one byte over `limit`."""
    return smtp.mail(SENDER, [f"SIZE={limit + 1}"])[0]


def refused_by_data(smtp: smtplib.SMTP, limit: int) -> int:
    """The reply to a message of more than `limit` bytes whose size was not announced."""
    smtp.mail(SENDER)
    smtp.rcpt("to@example.com")
    return smtp.data(large(limit + 1000))[0]


@pytest.mark.parametrize("attempt", [refused_by_size, refused_by_data])
def test_too_large(ses_emulator: Emulator, attempt: Callable[[smtplib.SMTP, int], int]) -> None:
    with connected(ses_emulator) as smtp:
        assert attempt(smtp, size_limit(smtp)) == 552
        smtp.rset()
        send(smtp, MESSAGE)
    assert len(ses_emulator.messages()) == 1


def test_almost_too_large(ses_emulator: Emulator) -> None:
    with connected(ses_emulator) as smtp:
        message = large(size_limit(smtp) - 1000)
        id = send(smtp, message)
    assert body_of(ses_emulator.raw(id)) == body_of(message)


def test_captured_message_parses_as_sent(ses_emulator: Emulator) -> None:
    message = EmailMessage()
    message["From"] = SENDER
    message["To"] = "to@example.com"
    message["Subject"] = "Parts"
    message.set_content("Text")
    message.add_alternative("<b>HTML</b>", subtype="html")
    message.add_attachment(b"\x00\xff", "application", "octet-stream", filename="ä.bin")
    with connected(ses_emulator) as smtp:
        smtp.send_message(message)
    [summary] = ses_emulator.messages()
    captured = ses_emulator.message(summary["id"])
    assert captured["text"].strip() == "Text"
    assert captured["html"].strip() == "<b>HTML</b>"
    [attachment] = captured["attachments"]
    assert (attachment["name"], attachment["size"]) == ("ä.bin", 2)
    parsed = email.message_from_bytes(ses_emulator.raw(summary["id"]), policy=email.policy.default)
    [part] = parsed.iter_attachments()
    assert part.get_content() == b"\x00\xff"


def test_what_is_refused_is_shown(ses_emulator: Emulator) -> None:
    """Not among the messages, but in the inbox, with the reply."""
    mail = (
        b"From: shop@example.com\r\nTo: ada@example.com\r\nX-SES-CONFIGURATION-SET: nowhere\r\n\r\n"
    )
    with connected(ses_emulator) as smtp, pytest.raises(smtplib.SMTPDataError) as refused:
        smtp.sendmail("bounces@example.com", ["eve@example.com"], mail)
    assert ses_emulator.messages() == []
    [row] = ses_emulator.messages(failed=True)
    words = refused.value.smtp_error
    assert isinstance(words, bytes)
    assert row["error"] == {"code": "554", "message": words.decode()}
    assert (row["api"], row["status"], row["call"]) == ("smtp", "failed", None)
    assert (row["from"], row["to"]) == ("shop@example.com", ["ada@example.com"])
    assert ses_emulator.messages(to="eve@example.com", failed=True) == [row]
