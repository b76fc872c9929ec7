"""A running emulator: starting, stopping, keeping, and what it never loses."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ses_emulator.errors import ListenError
from ses_emulator.store.database import SCHEMA_VERSION, StoreError
from tests.operations.support import client, running, send_v2


def messages(emulator: Any) -> list[dict[str, Any]]:
    """The summaries of all messages."""
    with urllib.request.urlopen(f"{emulator.url}/_ses/messages?limit=1000", timeout=30) as answer:
        found: list[dict[str, Any]] = json.loads(answer.read())["messages"]
        return found


def test_two_in_one_process_do_not_see_each_other() -> None:
    with running() as one, running() as other:
        assert set(one.ports.values()).isdisjoint(
            port for port in other.ports.values() if port is not None
        )
        send_v2(client(one, "sesv2"))
        client(one, "sesv2").create_email_identity(EmailIdentity="example.com")
        assert len(messages(one)) == 1
        assert messages(other) == []
        assert client(other, "ses").list_identities()["Identities"] == []


def test_start_and_stop_leave_nothing_behind() -> None:
    before = set(threading.enumerate())
    for _ in range(3):
        with running() as emulator:
            send_v2(client(emulator, "sesv2"))
            port = emulator.ports["http"]
        with pytest.raises(OSError), socket.create_connection(("127.0.0.1", port or 0), timeout=1):
            pass
    left = [thread for thread in threading.enumerate() if thread not in before]
    assert [thread.name for thread in left if thread.is_alive()] == []


@pytest.mark.parametrize("option", ["port", "smtp_port", "smtps_port", "inbound_port"])
def test_port_in_use(option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(ListenError) as refused, running(**{option: number}):
            pass
    flag = "--" + option.replace("_", "-")
    assert str(refused.value) == (
        f"{flag} {number}: the port is in use on 127.0.0.1; choose another, or 0 for any free one"
    )


def test_file_keeps_everything(tmp_path: Path) -> None:
    database = str(tmp_path / "ses.db")
    with running(database=database) as emulator:
        ses = client(emulator, "sesv2")
        ses.create_email_identity(EmailIdentity="example.com")
        id = send_v2(ses)
        kept = messages(emulator)
    with running(database=database) as emulator:
        assert messages(emulator) == kept
        assert [each["id"] for each in kept] == [id]
        assert client(emulator, "ses").list_identities()["Identities"] == ["example.com"]
        assert client(emulator, "ses").get_send_quota()["SentLast24Hours"] == 1
        with urllib.request.urlopen(f"{emulator.url}/_ses/messages?q=subject") as answer:
            assert json.loads(answer.read())["total"] == 1


def test_file_of_a_newer_version(tmp_path: Path) -> None:
    path = tmp_path / "ses.db"
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    with pytest.raises(StoreError, match=r"written by a newer ses-emulator .* Upgrade"):
        running(database=str(path)).__enter__()


def test_max_messages() -> None:
    with running(max_messages=3) as emulator:
        ids = [send_v2(client(emulator, "sesv2")) for _ in range(5)]
        assert [each["id"] for each in messages(emulator)] == ids[:1:-1]


@contextmanager
def command(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command as a process of its own, with its URL."""
    ports = ["--port", "0", "--smtp-port", "0", "--smtps-port", "0", "--inbound-port", "0"]
    process = subprocess.Popen(
        [sys.executable, "-m", "ses_emulator", *ports, *options],
        stdout=subprocess.PIPE,
        text=True,
        env={k: v for k, v in os.environ.items() if not k.startswith("SES_EMULATOR_")},
    )
    try:
        assert process.stdout is not None
        url = ""
        while not url:
            line = process.stdout.readline()
            assert line, "it ended"
            if line.split()[:1] == ["inbox"]:
                url = line.split()[1].rstrip("/")
        yield process, url
    finally:
        process.kill()
        process.communicate()


def test_kill_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    database = str(tmp_path / "ses.db")
    answered: list[str] = []
    with command("--database", database) as (process, url):
        enough = threading.Event()

        def send(number: int) -> None:
            ses = client(type("At", (), {"url": url}), "sesv2")
            try:
                while True:
                    answered.append(send_v2(ses))
                    if len(answered) > 100:
                        enough.set()
            except Exception:
                return

        threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        assert enough.wait(60)
        os.kill(process.pid, signal.SIGKILL)
        for thread in threads:
            thread.join()
    with running(database=database) as emulator:
        kept = [each["id"] for each in messages(emulator)]
    assert len(kept) == len(set(kept))
    assert set(answered) <= set(kept)
    assert len(kept) <= len(answered) + len(threads)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_by_signal(number: signal.Signals) -> None:
    with command() as (process, url):
        # An open event stream must not hold it up.
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as stream:
            stream.sendall(b"GET /_ses/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert stream.recv(100).startswith(b"HTTP/1.1 200")
            process.send_signal(number)
            assert process.wait(2) == 0
