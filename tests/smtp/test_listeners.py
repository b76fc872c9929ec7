"""The ports: opened, refused, closed."""

from __future__ import annotations

import gc
import logging
import smtplib
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from ses_emulator.errors import ListenError
from ses_emulator.smtp import listeners
from tests.smtp.support import HOST, SECONDS, Door, Wire, connected, opened, send, untrusting


def smtp_threads() -> list[str]:
    """The threads that SMTP started, of this test and of others of the process."""
    return [thread.name for thread in threading.enumerate() if thread.name == "smtp"]


@contextmanager
def taken_port() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.create_server((HOST, 0)) as other:
        yield other.getsockname()[1]


@pytest.mark.parametrize("option", ["smtp_port", "smtps_port", "inbound_port"])
def test_port_in_use(option: str) -> None:
    before = smtp_threads()
    with taken_port() as port:
        door = Door(**{option: port})
        with pytest.raises(ListenError) as refused:
            door.listeners.start()
        assert str(refused.value) == (
            f"--{option.replace('_', '-')} {port}: the port is in use on 127.0.0.1;"
            " choose another, or 0 for any free one"
        )
        assert door.listeners.ports == {"smtp": None, "smtps": None, "inbound": None}
        assert smtp_threads() == before
        door.listeners.stop()  # of what is not started is nothing to do
        door.instance.database.close()


def test_the_other_port_is_let_go() -> None:
    """A start that fails because of one port does not keep the other."""
    with taken_port() as port, socket.create_server((HOST, 0)) as placeholder:
        free: int = placeholder.getsockname()[1]
        placeholder.close()
        door = Door(smtp_port=free, smtps_port=port)
        with pytest.raises(ListenError):
            door.listeners.start()
        socket.create_server((HOST, free)).close()
        door.instance.database.close()


def test_an_address_of_another_machine() -> None:
    door = Door(host="192.0.2.1")
    with pytest.raises(ListenError, match=r"^--smtp-port 0: cannot listen on 192\.0\.2\.1: ."):
        door.listeners.start()
    door.instance.database.close()


def test_what_goes_wrong_in_the_thread_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("no loop today")

    monkeypatch.setattr("ses_emulator.smtp.listeners.new_event_loop", broken)
    before = smtp_threads()
    door = Door()
    with pytest.raises(RuntimeError, match="no loop today"):
        door.listeners.start()
    assert smtp_threads() == before
    door.instance.database.close()


def test_start_and_stop_again() -> None:
    with opened() as door:
        first = dict(door.listeners.ports)
        assert all(first.values())
        door.listeners.stop()
        assert door.listeners.ports == {"smtp": None, "smtps": None, "inbound": None}
        for port in first.values():
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((HOST, port or 0), timeout=SECONDS)
        door.listeners.start()
        with connected(door) as smtp:
            send(smtp)
        assert len(door.stored()) == 1


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this system has no IPv6")
@pytest.mark.parametrize(("host", "peers"), [("::1", ["::1"]), ("::", ["::1", HOST])])
def test_ipv6(host: str, peers: list[str]) -> None:
    with opened(host=host) as door:
        for peer in peers:
            with smtplib.SMTP(peer, door.port, timeout=SECONDS) as smtp:
                smtp.ehlo()
                send(smtp)
        assert len(door.stored()) == len(peers)


def test_two_instances_do_not_see_each_other() -> None:
    with opened(region="eu-west-1") as one, opened(region="us-west-2") as two:
        with connected(one) as smtp, connected(two) as other:
            first, second = send(smtp), send(other)
            assert [each.id for each in one.stored()] == [first]
            assert [each.id for each in two.stored()] == [second]
            one.listeners.stop()
            third = send(other)
        assert [each.id for each in two.stored()] == [second, third]
        assert first.startswith("0102") and second.startswith("0101")


def silent(door: Door, stack: ExitStack) -> None:
    """A client that only reads the greeting."""
    wire = stack.enter_context(Wire(door.port))
    assert wire.reply()[0].startswith("220 ")


def in_data(door: Door, stack: ExitStack) -> None:
    """A client in the middle of a message."""
    wire = stack.enter_context(Wire(door.port))
    wire.start_message()
    wire.write(b"Subject: half")


def in_auth(door: Door, stack: ExitStack) -> None:
    """A client that was asked for its password."""
    wire = stack.enter_context(Wire(door.port))
    assert wire.reply()[0].startswith("220 ")
    assert wire.ask("EHLO client") == "250 Ok"
    assert wire.ask("AUTH LOGIN dXNlcg==") == "334 UGFzc3dvcmQ6"


def after_starttls(door: Door, stack: ExitStack) -> None:
    """A client that has begun TLS."""
    smtp = stack.enter_context(unclosing(smtplib.SMTP(HOST, door.port, timeout=SECONDS)))
    smtp.starttls(context=untrusting())
    smtp.ehlo()


def in_starttls(door: Door, stack: ExitStack) -> None:
    """A client that has asked for TLS and says nothing more."""
    wire = stack.enter_context(Wire(door.port))
    assert wire.reply()[0].startswith("220 ")
    assert wire.ask("STARTTLS").startswith("220 ")


def over_tls(door: Door, stack: ExitStack) -> None:
    """A client of the port that has TLS from the start."""
    stack.enter_context(
        unclosing(smtplib.SMTP_SSL(HOST, door.smtps_port, timeout=SECONDS, context=untrusting()))
    )


def before_the_handshake(door: Door, stack: ExitStack) -> None:
    """A client that is to begin TLS and says nothing."""
    stack.enter_context(Wire(door.smtps_port))
    # A connection after it was served, so the server has taken the first one, too.
    over_tls(door, stack)


@contextmanager
def unclosing(smtp: smtplib.SMTP) -> Iterator[smtplib.SMTP]:
    """Close the client without a QUIT, for the server may be gone."""
    try:
        yield smtp
    finally:
        smtp.close()


CLIENTS = [
    silent,
    in_data,
    in_auth,
    after_starttls,
    in_starttls,
    over_tls,
    before_the_handshake,
]


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
def test_stop_with_open_connections(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    client: Callable[[Door, ExitStack], None],
    loop: str,
) -> None:
    if loop == "asyncio":
        monkeypatch.setitem(sys.modules, "uvloop", None)
    else:
        pytest.importorskip("uvloop")
    # The limit of the wait is for what nobody thought of: each of these ends by itself.
    monkeypatch.setattr(listeners, "STOP_SECONDS", 60)
    before = threading.active_count()
    caplog.set_level(logging.INFO, "asyncio")
    with ExitStack() as stack, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        door = stack.enter_context(opened())
        clients = stack.enter_context(ExitStack())
        client(door, clients)
        started = time.monotonic()
        door.listeners.stop()
        assert time.monotonic() - started < 1
        assert threading.active_count() == before
        clients.close()
        gc.collect()
    assert [str(each.message) for each in warned] == []
    assert caplog.messages == []


def test_what_is_answered_is_stored_when_it_stops() -> None:
    """A client that sends on and on while the server stops has every id that it was given kept."""
    with opened() as door:
        answered = threading.Semaphore(0)
        ids: list[str] = []

        def work() -> None:
            with connected(door) as smtp, pytest.raises((smtplib.SMTPException, OSError)):
                while True:
                    ids.append(send(smtp))
                    answered.release()

        thread = threading.Thread(target=work)
        thread.start()
        for _ in range(20):
            assert answered.acquire(timeout=SECONDS)
        door.listeners.stop()
        thread.join(SECONDS)
        assert not thread.is_alive()
        assert set(ids) <= {each.id for each in door.stored()}
