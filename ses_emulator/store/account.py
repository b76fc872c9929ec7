"""The store as one account in one region sees it, with the clock, the ids and the settings."""

import queue
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ses_emulator.config import Settings
from ses_emulator.neighbours import Neighbours
from ses_emulator.store.calls import Call
from ses_emulator.store.changes import Changes
from ses_emulator.store.database import Database
from ses_emulator.store.documents import Collection, Document
from ses_emulator.store.messages import Messages

DAY = 24 * 3600
# The first digits of a MessageId tell its region; those of other regions are not documented.
ID_PREFIXES = {
    "us-east-1": "0100",
    "us-west-2": "0101",
    "eu-west-1": "0102",
    "ap-northeast-1": "0106",
    "eu-central-1": "0107",
    "ap-southeast-2": "0108",
    "ap-south-1": "0109",
    "eu-west-2": "010b",
    "ca-central-1": "010d",
    "ap-southeast-1": "010e",
    "us-east-2": "010f",
}


def random_uuid() -> str:
    """A UUID (RFC 9562, version 4) as text.

    Nothing here is secret, so it does not ask the system for its randomness, and two are made for
    every send, so it does not make an object of it.
    """
    digits = f"{random.getrandbits(128):032x}"
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A job that is to be done: the document ``id`` of a ``kind`` in an account and region."""

    account: str
    region: str
    kind: str
    id: str


@dataclass(frozen=True)
class Instance:
    """What all accounts of one emulator share.

    ``clock`` gives epoch seconds, ``new_id`` a UUID as text; both are passed in so that a test can
    hold them still. ``buckets`` has, by account and region, what the sending rate leaves and the
    moment it was reckoned. ``tickets`` are the jobs to be done, in order; None is the end. ``url``
    tells where the instance listens. ``rule_runs`` has, by their ids, how the rules have fared.
    ``scans`` are the messages that ClamAV is to look at; None is the end. ``neighbours`` has the
    clients of other AWS services. ``lookup`` is the DNS: the values of a name's records of a type,
    None if there is no such name. ``arrivals`` are messages that were sent here,
    ``releases`` those for the real SMTP server; None is the end of either.
    """

    settings: Settings
    database: Database
    changes: Changes
    messages: Messages
    clock: Callable[[], float] = time.time
    new_id: Callable[[], str] = random_uuid
    buckets: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    tickets: queue.SimpleQueue[Ticket | None] = field(default_factory=queue.SimpleQueue)
    url: Callable[[], str] = str
    rule_runs: dict[str, Any] = field(default_factory=dict)
    scans: queue.SimpleQueue[Any] = field(default_factory=queue.SimpleQueue)
    neighbours: Neighbours = field(default_factory=Neighbours)
    lookup: Callable[[str, str], list[str] | None] = lambda name, type: None
    arrivals: queue.SimpleQueue[Any] = field(default_factory=queue.SimpleQueue)
    releases: queue.SimpleQueue[Any] = field(default_factory=queue.SimpleQueue)


@dataclass(slots=True)
class Disruption:
    """What befalls the answer to a call: its latency in seconds, another HTTP status, or its loss.

    ``drop`` is ``before`` or ``after`` the message was captured; None is not at all.
    """

    latency: float = 0.0
    status: int | None = None
    drop: str | None = None


class Account:
    """One account in one region: what operations and the pipeline read and write.

    ``source_ip`` is the address of the caller, ``endpoint`` the URL by which it reached us.
    ``disruption`` is what a rule does to the answer, for the door to do. ``call`` is the call of
    AWS's APIs that is being answered. No rule applies to what is done ``by_hand``, in the inbox.
    """

    __slots__ = (
        "by_hand",
        "call",
        "disruption",
        "endpoint",
        "id",
        "instance",
        "region",
        "source_ip",
    )

    def __init__(
        self,
        instance: Instance,
        id: str,
        region: str,
        source_ip: str | None = None,
        endpoint: str | None = None,
        call: Call | None = None,
        *,
        by_hand: bool = False,
    ) -> None:
        self.instance = instance
        self.id = id
        self.region = region
        self.source_ip = source_ip
        self.endpoint = endpoint
        self.disruption: Disruption | None = None
        self.call = call
        self.by_hand = by_hand

    @property
    def settings(self) -> Settings:
        return self.instance.settings

    @property
    def messages(self) -> Messages:
        return self.instance.messages

    @property
    def base_url(self) -> str:
        """What the links in mails begin with: where we are, as far as their reader is told."""
        url = self.settings.public_url or self.endpoint or self.instance.url()
        return url.rstrip("/")

    def now(self) -> float:
        """Epoch seconds, UTC."""
        return self.instance.clock()

    def elsewhere(self, region: str) -> "Account":
        """The same account in another region."""
        return Account(
            self.instance,
            self.id,
            region,
            self.source_ip,
            self.endpoint,
            self.call,
            by_hand=self.by_hand,
        )

    def collection(self, kind: str, parent: str = "") -> Collection:
        """The documents of a kind; see Collection."""
        return Collection(self.instance.database, self.id, self.region, kind, parent)

    @property
    def identities(self) -> Collection:
        return self.collection("EmailIdentity")

    @property
    def configuration_sets(self) -> Collection:
        return self.collection("ConfigurationSet")

    @property
    def attributes(self) -> Document:
        """What was set of the account itself, under GetAccount's names; empty until then.

        Besides them it has ``ActiveReceiptRuleSet``, a name.
        """
        return self.collection("Account").find(self.id) or {}

    def set_attributes(self, **members: Any) -> None:
        """Replace members of the account's attributes."""
        self.collection("Account").put(self.id, {**self.attributes, **members})

    def arn(self, resource: str) -> str:
        """The ARN of a resource such as ``identity/example.com``."""
        return f"arn:aws:ses:{self.region}:{self.id}:{resource}"

    def new_message_id(self, now: float) -> str:
        """A MessageId of this region for a message that is accepted at ``now``.

        Source: the examples of the guide, "Contents of event data that Amazon SES publishes".
        """
        prefix = ID_PREFIXES.get(self.region, "0100")
        return f"{prefix}{int(now * 1000):012x}-{self.instance.new_id()}-000000"

    def sent_since(self, second: float, *, charged: bool) -> int:
        """Recipients of what was sent since this second; ``charged`` only those that count."""
        column = "charged" if charged else "recipients"
        with self.instance.database.reading() as connection:
            (count,) = connection.execute(
                f"SELECT coalesce(sum({column}), 0) FROM sendings"
                " WHERE account = ? AND region = ? AND second >= ?",
                (self.id, self.region, int(second)),
            ).fetchone()
        return int(count)

    def sent_by_interval(self, since: float, seconds: int) -> list[tuple[int, int]]:
        """Start (epoch seconds) and delivery attempts of each interval in which there were some."""
        with self.instance.database.reading() as connection:
            rows: list[tuple[int, int]] = connection.execute(
                "SELECT second / ? * ? AS start, sum(recipients) FROM sendings"
                " WHERE account = ? AND region = ? AND second >= ? GROUP BY start ORDER BY start",
                (seconds, seconds, self.id, self.region, int(since)),
            ).fetchall()
        return rows
