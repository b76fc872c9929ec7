"""Viruses: EICAR in an attachment, however it is written, and what ClamAV says."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import quopri
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from ses_emulator.emulator import Emulator
from ses_emulator.mail import virus
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.mail.message import Attachment, Simple, Text
from ses_emulator.mail.virus import CHUNK, EICAR, MARK, Clamd, ScanError, infected
from tests.clamav import LARGEST, NAME, clamd
from tests.operations.support import client, running, send_v2

TOP = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
PART = (
    TOP + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
    b"Content-Type: text/plain\r\n\r\nText\r\n--b\r\n%s\r\n\r\n%s\r\n--b--\r\n"
)
BINARY = b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: "


def in_raw(raw: bytes) -> bool:
    return infected(HeaderBlock(raw))


def lines(data: bytes, width: int, end: bytes) -> bytes:
    return end.join(data[start : start + width] for start in range(0, len(data), width))


def test_the_string() -> None:
    """It cannot be written here, but by this sum it is known everywhere."""
    assert hashlib.md5(EICAR).hexdigest() == "44d88612fea8a8f36de82e1278abb02f"
    assert MARK in EICAR


# EICAR


def simple(*attachments: Attachment, text: bytes = b"Text") -> Simple:
    return Simple(
        sender="a@example.com",
        to=["b@example.com"],
        cc=[],
        reply_to=[],
        subject=Text("s", "UTF-8"),
        text=Text(text.decode(), "UTF-8"),
        html=None,
        attachments=list(attachments),
    )


def test_attachments_of_v2() -> None:
    clean = Attachment("a.txt", "text/plain", b"nothing")
    bad = Attachment("b.txt", "text/plain", b"x" + EICAR + b"\n", encoding="7bit")
    assert not infected(simple())
    assert not infected(simple(clean))
    assert infected(simple(clean, bad))
    assert not infected(simple(text=EICAR))


@pytest.mark.parametrize("width", [4, 19, 60, 76, 10_000])
@pytest.mark.parametrize("before", range(4))
@pytest.mark.parametrize("end", [b"\r\n", b"\n", b" \r\n\t"])
def test_base64(width: int, before: int, end: bytes) -> None:
    for after in range(3):
        data = b"\xff" * before + EICAR + b"\xfe" * after
        assert in_raw(PART % (BINARY + b"base64", lines(b64encode(data), width, end)))


def test_quoted_printable() -> None:
    for before in range(0, 80, 7):
        data = b"=\xff " * before + EICAR + b"\n"
        assert in_raw(PART % (BINARY + b"quoted-printable", quopri.encodestring(data)))


@pytest.mark.parametrize("place", [-100, -60, -34, -1, 0, 1])
@pytest.mark.parametrize("encoding", [b"binary", b"base64"])
def test_across_the_pieces_that_are_looked_at(place: int, encoding: bytes) -> None:
    head = PART % (BINARY + encoding, b"")
    before = b"A" * ((CHUNK + place - len(head) % 4) // 4 * 4)
    eicar = b64encode(EICAR) if encoding == b"base64" else EICAR
    assert in_raw(PART % (BINARY + encoding, before + eicar))
    assert not in_raw(PART % (BINARY + encoding, before + eicar[:-4]))


@pytest.mark.parametrize("encoding", [b"7bit", b"8bit", b"binary", b"unknown"])
def test_as_it_is(encoding: bytes) -> None:
    assert in_raw(PART % (BINARY + encoding, EICAR))


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Type: text/plain\r\nContent-Disposition: attachment",
        b'Content-Type: text/plain; name="a.txt"',
        b"Content-Type: message/rfc822",
        b"Content-Disposition: attachment; filename=a.bin",
    ],
)
def test_what_is_an_attachment(head: bytes) -> None:
    assert in_raw(PART % (head, EICAR))


def test_a_message_that_is_one_attachment() -> None:
    for head in (
        b"Content-Type: application/zip\r\n",
        b"Content-Disposition: attachment\r\nContent-Type: text/plain\r\n",
    ):
        assert in_raw(TOP + head + b"\r\n" + EICAR)
    for encoded in (True, False):
        mail = EmailMessage()
        mail["From"] = "a@example.com"
        mail.set_content(EICAR, "application", "pdf", cte="base64" if encoded else "8bit")
        assert in_raw(mail.as_bytes())


def test_in_the_middle_of_others() -> None:
    mail = EmailMessage()
    mail["From"] = "a@example.com"
    mail.set_content("Text")
    mail.add_alternative("<p>HTML</p>", subtype="html")
    mail.add_attachment(b"\0" * 5000, "image", "png")
    mail.add_attachment(b"\1" * 301 + EICAR, "application", "pdf", filename="a.pdf")
    mail.add_attachment(b"\0" * 5000, "image", "png")
    assert in_raw(mail.as_bytes())


def test_a_body_is_no_attachment() -> None:
    assert not in_raw(TOP + b"\r\n" + EICAR)
    assert not in_raw(TOP + b"Content-Type: text/html\r\n\r\n" + EICAR)
    assert not in_raw(PART % (b"Content-Type: text/html", EICAR))
    assert not in_raw(PART % (b"Content-Type: text/html\r\nContent-Disposition: inline", EICAR))


def test_a_part_of_it_is_none() -> None:
    assert not in_raw(PART % (BINARY + b"7bit", MARK))
    assert not in_raw(PART % (BINARY + b"base64", b64encode(EICAR[:67])))
    assert not in_raw(PART % (BINARY + b"base64", b64encode(b64encode(EICAR))))


def test_a_usual_message_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(raw: bytes) -> Any:
        raise AssertionError("it was read")

    monkeypatch.setattr(virus, "read", fail)
    assert not in_raw(PART % (BINARY + b"base64", b64encode(bytes(range(256)) * 20)))
    assert not in_raw(TOP + b"Content-Type: text/plain\r\n\r\n" + EICAR)


# ClamAV


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A ClamAV daemon that knows EICAR."""
    with clamd(tmp_path_factory.mktemp("clamav")) as address:
        yield address


def test_clamd_tells_the_name(daemon: str) -> None:
    found = Clamd(daemon)
    assert found.scan(PART % (BINARY + b"base64", b64encode(EICAR))) == NAME
    assert found.scan(PART % (BINARY + b"base64", b64encode(b"nothing"))) is None
    assert found.scan(b"") is None


def test_clamd_is_asked_in_pieces(daemon: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virus, "CHUNK", 7)
    assert Clamd(daemon).scan(EICAR) == NAME


@pytest.mark.parametrize("size", [LARGEST + 1, 20 * LARGEST])
def test_clamd_takes_no_more(daemon: str, size: int) -> None:
    with pytest.raises(ScanError) as failed:
        Clamd(daemon).scan(bytes(size))
    assert str(failed.value).startswith(f"--clamd {daemon}: ")
    assert "\n" not in str(failed.value)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        address = f"127.0.0.1:{found.getsockname()[1]}"
    with pytest.raises(ScanError, match=f"--clamd {address}: .*refused"):
        Clamd(address).scan(b"x")


@pytest.mark.parametrize(
    "reply", [b"", b"HTTP/1.1 400 Bad Request\r\n", b"stream: ", b"\xff" * 9000]
)
def test_somebody_else_listens(reply: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer, args=(server, reply))
        thread.start()
        try:
            with pytest.raises(ScanError):
                Clamd(f"127.0.0.1:{server.getsockname()[1]}").scan(b"x")
        finally:
            thread.join()


def answer(server: socket.socket, reply: bytes) -> None:
    connection, _ = server.accept()
    with connection, contextlib.suppress(ConnectionError):
        connection.sendall(reply)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1000):
            pass


def kinds(emulator: Emulator, id: str) -> list[str]:
    stored = emulator.instance.messages.find(id)
    assert stored is not None
    return [event.type for event in emulator.instance.messages.events(stored.seq)]


def wait_for(emulator: Emulator, id: str, count: int) -> list[str]:
    """The types of the events of a message, once there are so many."""
    changes = emulator.instance.changes
    seen = changes.number
    while len(found := kinds(emulator, id)) < count:
        assert changes.wait(seen, 10), found
        seen = changes.number
    return found


def with_file(data: bytes) -> dict[str, Any]:
    files = [{"FileName": "a.txt", "RawContent": data}]
    content = {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}, "Attachments": files}
    return {"Content": {"Simple": content}}


def test_eicar_is_accepted_and_rejected() -> None:
    with running() as emulator:
        ses = client(emulator, "sesv2")
        bad = send_v2(ses, **with_file(EICAR))
        good = send_v2(ses, **with_file(b"nothing"))
        assert kinds(emulator, bad) == ["Send", "Reject"]
        assert kinds(emulator, good) == ["Send", "Delivery"]
        stored = emulator.instance.messages.find(bad)
        assert stored is not None and stored.status == "rejected"
        [_, event] = emulator.instance.messages.events(stored.seq)
        assert event.detail == {"reason": "Bad content"}
        assert event.recipients == ["to@example.com"]


def test_clamd_decides(daemon: str) -> None:
    with running(clamd=daemon) as emulator:
        ses = client(emulator, "sesv2")
        bad = send_v2(ses, **with_file(EICAR))
        good = send_v2(ses, **with_file(b"nothing"))
        bounced = send_v2(
            ses,
            Destination={
                "ToAddresses": ["a@example.com", "bounce@simulator.amazonses.com"],
            },
        )
        assert wait_for(emulator, bad, 2) == ["Send", "Reject"]
        assert wait_for(emulator, good, 2) == ["Send", "Delivery"]
        assert wait_for(emulator, bounced, 3) == ["Send", "Delivery", "Bounce"]
        statuses = [emulator.instance.messages.find(id) for id in (bad, good, bounced)]
        assert [each and each.status for each in statuses] == ["rejected", "delivered", "bounced"]


def test_clamd_that_is_not_there(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        address = f"127.0.0.1:{found.getsockname()[1]}"
    with caplog.at_level(logging.WARNING), running(clamd=address) as emulator:
        ses = client(emulator, "sesv2")
        for _ in range(3):
            assert wait_for(emulator, send_v2(ses), 2) == ["Send", "Delivery"]
    [warning] = [each for each in caplog.messages if "look for viruses" in each]
    assert f"--clamd {address}: " in warning


def test_stopping_waits_for_no_scan() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with running(clamd=f"127.0.0.1:{silent.getsockname()[1]}") as emulator:
            ids = [send_v2(client(emulator, "sesv2")) for _ in range(3)]
            connection, _ = silent.accept()  # the first is being looked at
            assert [kinds(emulator, id) for id in ids] == [["Send"]] * 3
            began = time.monotonic()
        assert time.monotonic() - began < 2
        connection.close()


def test_what_waits_is_not_lost(tmp_path: Path) -> None:
    path = str(tmp_path / "store.sqlite")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        with running(clamd=address, database=path) as emulator:
            ids = [send_v2(client(emulator, "sesv2")) for _ in range(3)]
    with running(database=path) as emulator:
        assert [kinds(emulator, id) for id in ids] == [["Send", "Delivery"]] * 3
