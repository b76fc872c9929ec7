"""Rules: which sends go wrong, and how, so that a program's answer to it can be tested.

For every send the rules are asked in order, those of the configuration file before those that were
made at run time. Latencies add up; the first error or drop is the last that is asked. An event is
for the recipients that match, and of several the first is for a recipient. A rule counts the sends
that it is asked about and that match; ``when`` looks at that count, so a send that an earlier rule
refused does not count. What a rule does is the same in every run.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from re import Pattern
from typing import Any, NamedTuple

from ses_emulator.config import ConfigError
from ses_emulator.errors import AwsError
from ses_emulator.mail import addresses, faults
from ses_emulator.mail.accept import CONFIGURATION_SET
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.mail.message import Simple, Submission
from ses_emulator.mail.render import RenderingError, render
from ses_emulator.mail.rule_documents import RuleError, check, glob
from ses_emulator.store.account import Account, Disruption, Instance
from ses_emulator.store.documents import Collection, Document

MOST_RULES = 1000
# Ids are these and a number; the order of the rules is that of the origins, then of the numbers.
FROM_FILE, FROM_CALL = "file", "rule"
DROPPED = "The connection is closed without an answer."


@dataclass(slots=True)
class Run:
    """How a rule has fared since it was put: sends that matched, and those it was applied to."""

    random: Random
    matched: int = 0
    applied: int = 0

    def is_due(self, when: Document) -> bool:
        """Count a send that matches; whether the rule is to be applied to it."""
        self.matched += 1
        due = True
        if "first" in when:
            due = bool(self.matched <= when["first"])
        elif "every" in when:
            due = self.matched % when["every"] == 0
        elif "probability" in when:
            due = self.random.random() < when["probability"]
        self.applied += due
        return due


class Rules:
    """The rules of an instance, kept as documents; how they fare is kept in memory."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._documents = Collection(instance.database, "", "", "Rule")

    def all(self) -> list[tuple[str, Document, Run]]:
        """Id, document and fate of every rule, in the order in which they are asked."""
        with self._instance.database.attempt():
            found = sorted(self._documents.all(), key=lambda rule: _place(rule[0]))
            return [(id, document, self._run(id, document)) for id, document in found]

    def get(self, id: str) -> tuple[str, Document, Run]:
        """One rule. Raises Missing."""
        with self._instance.database.attempt():
            document = self._documents.get(id)
            return id, document, self._run(id, document)

    def create(self, given: Any) -> str:
        """Add a rule behind all others; its id. Raises RuleError."""
        document = check(given)
        with self._instance.database.transaction():
            known = [_place(id) for id, _ in self._documents.all()]
            if len(known) >= MOST_RULES:
                raise RuleError(f"there are {MOST_RULES} rules already: delete some")
            last = max((number for origin, number in known if origin == FROM_CALL), default=0)
            id = f"{FROM_CALL}-{last + 1}"
            self._put(id, document)
        return id

    def replace(self, id: str, given: Any) -> None:
        """Put another rule in the place of one, which begins to count anew.

        Raises RuleError, Missing.
        """
        document = check(given)
        with self._instance.database.transaction():
            self._documents.get(id)
            self._put(id, document)

    def delete(self, id: str) -> None:
        """Delete a rule. Raises Missing."""
        self._documents.delete(id)

    def clear(self) -> int:
        """Delete every rule; how many there were."""
        with self._instance.database.transaction():
            count = self._documents.count()
            self._documents.clear()
        return count

    def load(self) -> None:
        """Bring back the rules of the configuration file, as at the start and after a reset."""
        with self._instance.database.transaction():
            for id, _ in self._documents.all():
                if _place(id)[0] == FROM_FILE:
                    self._documents.delete(id)
            for number, given in enumerate(self._instance.settings.rules, 1):
                self._put(f"{FROM_FILE}-{number}", check(given))

    def _put(self, id: str, document: Document) -> None:
        self._documents.put(id, document)
        self._instance.rule_runs.pop(id, None)

    def _run(self, id: str, document: Document) -> Run:
        runs = self._instance.rule_runs
        if id not in runs:
            runs[id] = Run(Random(document["when"].get("seed", 0)))
        run: Run = runs[id]
        return run


def check_file(rules: Iterable[Any]) -> None:
    """Raise ConfigError unless these, from the configuration file, are rules."""
    for number, given in enumerate(rules, 1):
        try:
            check(given)
        except RuleError as error:
            raise ConfigError(f"rule {number} of the configuration file: {error}") from None


def _place(id: str) -> tuple[str, int]:
    origin, _, number = id.partition("-")
    return origin, int(number)


class Wanted(NamedTuple):
    """An event that a rule wants for the recipients that match; None is for all."""

    recipient: Pattern[str] | None
    event: Document


class _Rule(NamedTuple):
    """A rule that is ready to be asked."""

    patterns: dict[str, Pattern[str]]
    effect: str
    value: Any
    when: Document
    run: Run


def disrupt(account: Account, submission: Submission) -> Sequence[Wanted]:
    """Ask the rules about a send, before anything else is done with it; the events they want.

    Raises AwsError for an error, and where nothing is to be captured before the connection is
    closed. What concerns the answer is added to ``account.disruption``, raised or not.
    """
    if account.by_hand:
        return ()
    instance = account.instance
    rules: list[_Rule] = instance.database.remember(_Rule, lambda: _ready(instance))
    return _ask(account, submission, rules) if rules else ()


def _ready(instance: Instance) -> list[_Rule]:
    rules = []
    for _, document, run in Rules(instance).all():
        patterns = {name: glob(text) for name, text in document["match"].items()}
        [(effect, value)] = document["effect"].items()
        rules.append(_Rule(patterns, effect, value, document["when"], run))
    return rules


def _ask(account: Account, submission: Submission, rules: list[_Rule]) -> list[Wanted]:
    send = _Send(account, submission)
    left = send.recipients
    wanted: list[Wanted] = []
    for patterns, effect, value, when, run in rules:
        recipient = patterns.get("recipient")
        among = left if effect == "event" else send.recipients
        chosen = [each for each in among if recipient is None or recipient.fullmatch(each)]
        if not chosen or not send.matches(patterns) or not run.is_due(when):
            continue
        if effect == "event":
            wanted.append(Wanted(recipient, value))
            left = [each for each in left if each not in chosen]
            continue
        disruption = account.disruption = account.disruption or Disruption()
        if effect == "latency":
            disruption.latency += value
        elif effect == "error":
            disruption.status = value.get("status")
            raise faults.refusal(account, submission.operation, value["code"], value.get("message"))
        else:
            disruption.drop = value
            if value == "before":
                raise AwsError("InternalFailure", DROPPED)
            break
    return wanted


class _Send:
    """What rules match a send by, read when one asks for it."""

    def __init__(self, account: Account, submission: Submission) -> None:
        self._account = account
        self._submission = submission

    def matches(self, patterns: dict[str, Pattern[str]]) -> bool:
        """Whether all match, but for ``recipient``, which is asked for each by itself."""
        return all(
            any(map(pattern.fullmatch, getattr(self, name)))
            for name, pattern in patterns.items()
            if name != "recipient"
        )

    @cached_property
    def recipients(self) -> list[str]:
        given = self._submission.recipients
        if given is None and self._block is not None:
            return self._addresses("to", "cc", "bcc")
        return [addresses.spec_of(text) for text in given or ()]

    @cached_property
    def sender(self) -> list[str]:
        content = self._submission.content
        header = (
            [addresses.spec_of(content.sender)]
            if isinstance(content, Simple)
            else self._addresses("from")
        )
        envelope = self._submission.mail_from
        return [*header, addresses.spec_of(envelope)] if envelope else header

    @cached_property
    def subject(self) -> list[str]:
        content = self._submission.content
        if isinstance(content, Simple):
            try:
                rendered = render(content)
            except RenderingError:
                rendered = content
            return [rendered.subject.data] if isinstance(rendered, Simple) else []
        return [self._block.get("subject") or ""] if self._block is not None else []

    @cached_property
    def configuration_set(self) -> list[str]:
        header = self._block.get(CONFIGURATION_SET) if self._block is not None else None
        name = self._submission.configuration_set or header
        return [name] if name else []

    @property
    def operation(self) -> list[str]:
        return [self._submission.operation]

    @property
    def account(self) -> list[str]:
        return [self._account.id]

    @property
    def region(self) -> list[str]:
        return [self._account.region]

    @cached_property
    def _block(self) -> HeaderBlock | None:
        content = self._submission.content
        return HeaderBlock(content) if isinstance(content, bytes) else None

    def _addresses(self, *names: str) -> list[str]:
        assert self._block is not None
        values = [text for name in names for text in self._block.raw_values(name)]
        return [addresses.spec_of(text) for text in addresses.split(values)]
