"""The outbox of a whole emulator: at once, after kill -9, and after a reset."""

from __future__ import annotations

import json
import os
import signal
import threading
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

from tests.operations.support import client, running, send_v2
from tests.receiver import Received, Receiver, receiving
from tests.test_emulator import command

MESSAGES = 60


def ask(url: str, path: str, method: str = "GET") -> Any:
    """An answer of the inspection API."""
    request = urllib.request.Request(f"{url}/_ses/{path}", method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def told(receiver: Receiver) -> Counter[tuple[str, str]]:
    """How often each event of each message was received."""
    return Counter(
        (each.document["mail"]["messageId"], each.document["eventType"])
        for each in receiver.requests
    )


def test_kill_loses_no_event(tmp_path: Path) -> None:
    """Some were delivered, some are under way, some wait to be tried again, some were not seen."""
    database = str(tmp_path / "ses.db")
    killed = threading.Event()

    def answer(request: Received) -> int:
        if killed.is_set():
            return 200
        if len(receiver.requests) > 30:
            killed.wait(30)  # hangs
        return (200, 503)[len(receiver.requests) % 2]

    with receiving() as receiver:
        receiver.answer = answer
        with command("--database", database, "--webhook", receiver.url) as (process, url):
            ses = client(type("At", (), {"url": url}), "sesv2")
            sent = [send_v2(ses) for _ in range(MESSAGES)]
            receiver.wait(31)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        killed.set()
        with running(database=database, webhook=(receiver.url,)) as emulator:
            query = f"deliveries?status=delivered&wait=60&count={2 * MESSAGES}"
            assert ask(emulator.url, query)["total"] == 2 * MESSAGES
        expected = {(id, type) for id in sent for type in ("Send", "Delivery")}
        assert set(told(receiver)) == expected


def test_dead_destinations_are_nothing_to_a_send() -> None:
    """One that does not answer, one where nobody listens, one that is in trouble.

    Sends are answered, and mail can be read, while not one event has been taken.
    """
    release = threading.Event()

    def hang(request: Received) -> int:
        release.wait(60)
        return 200

    with receiving() as gone:
        pass
    with receiving() as hanging, receiving() as broken:
        hanging.answer = hang
        broken.answer = lambda request: 503
        urls = tuple(each.url for each in (hanging, broken, gone))
        with running(webhook=urls) as emulator:
            try:
                ses = client(emulator, "sesv2")
                sent = [send_v2(ses) for _ in range(100)]
                hanging.wait(1)
                sent += [send_v2(ses) for _ in range(100)]
                assert ask(emulator.url, "messages?limit=1")["total"] == len(set(sent)) == 200
                assert ask(emulator.url, "deliveries?status=delivered")["total"] == 0
            finally:
                release.set()


def test_reset(tmp_path: Path) -> None:
    release = threading.Event()

    def answer(request: Received) -> int:
        release.wait(30)
        return 200

    with receiving() as receiver, running(webhook=(receiver.url,)) as emulator:
        receiver.answer = answer
        ses = client(emulator, "sesv2")
        old = [send_v2(ses) for _ in range(5)]
        receiver.wait(1)
        ask(emulator.url, "reset", "POST")
        release.set()
        new = send_v2(ses)
        assert ask(emulator.url, "deliveries?status=delivered&wait=30&count=2")["total"] == 2
        shown = ask(emulator.url, "deliveries")["deliveries"]
        assert {each["message_id"] for each in shown} == {new}
        late = {id for id, _ in told(receiver)} - {new}
        assert late <= set(old)
        assert len(late) < len(old)


def test_default_configuration_set_and_what_goes_nowhere() -> None:
    arn = "arn:aws:sns:us-east-1:000000000000:mail"
    with receiving() as receiver, running(topic=(f"{arn}={receiver.url}#confirmed",)) as emulator:
        ses = client(emulator, "sesv2")
        ses.create_configuration_set(ConfigurationSetName="set")
        ses.create_configuration_set_event_destination(
            ConfigurationSetName="set",
            EventDestinationName="mine",
            EventDestination={
                "Enabled": True,
                "MatchingEventTypes": ["DELIVERY"],
                "SnsDestination": {"TopicArn": arn},
            },
        )
        ses.create_email_identity(EmailIdentity="example.com", ConfigurationSetName="set")
        id = send_v2(ses)
        ask(emulator.url, f"deliveries?message={id}&status=delivered&wait=30")
        send, delivery = ask(emulator.url, f"messages/{id}")["events"]
        assert send["deliveries"] == []
        assert send["unpublished"] == [
            "Event destination mine of configuration set set does not have SEND among its event"
            " types."
        ]
        [gone] = delivery["deliveries"]
        assert (gone["name"], gone["address"], gone["status"]) == ("mine", arn, "delivered")
        again = ask(emulator.url, f"deliveries/{gone['id']}/redeliver", "POST")
        assert again["status"] == "waiting"
        ask(emulator.url, "deliveries?status=delivered&wait=30")
        notifications = [
            each.document["Message"]
            for each in receiver.wait(3)
            if each.document["Type"] == "Notification" and "eventType" in each.document["Message"]
        ]
        assert len(notifications) == 2
        assert notifications[0] == notifications[1]


def test_an_event_is_seen_soon() -> None:
    """The benchmarks measure how soon."""
    with receiving() as receiver, running(webhook=(receiver.url,)) as emulator:
        send_v2(client(emulator, "sesv2"))
        receiver.wait(2, timeout=5)
        assert sorted(type for _, type in told(receiver)) == ["Delivery", "Send"]
