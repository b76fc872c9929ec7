"""Rules: which sends they match, how often they are applied, and what they do."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from ses_emulator.config import ConfigError, Settings
from ses_emulator.errors import AwsError, Missing
from ses_emulator.mail.message import Simple, Submission, Templated, Text
from ses_emulator.mail.rule_documents import RuleError, check
from ses_emulator.mail.rules import Rules, check_file, disrupt
from ses_emulator.store.account import Account, Disruption, Instance
from ses_emulator.store.changes import Changes
from ses_emulator.store.database import MEMORY, Database
from ses_emulator.store.messages import Messages

LATENCY: dict[str, Any] = {"latency": 1}
RAW = (
    b"From: Shop <shop@example.com>\r\nTo: Ada <ada@example.com>\r\nCc: bob@example.org\r\n"
    b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nX-SES-CONFIGURATION-SET: news\r\n\r\nText\r\n"
)


def make(path: str = MEMORY, **options: Any) -> Instance:
    database, changes = Database(path), Changes()
    settings = Settings(**options)
    return Instance(settings, database, changes, Messages(database, changes, keep=0))


@pytest.fixture
def instance() -> Iterator[Instance]:
    """An empty instance in memory."""
    instance = make()
    yield instance
    instance.database.close()


def simple(*recipients: str, subject: str = "Hello", **options: Any) -> Submission:
    to = list(recipients or ("ada@example.com",))
    content = Simple(
        sender="Shop <shop@example.com>",
        to=to,
        cc=[],
        reply_to=[],
        subject=Text(subject, "UTF-8"),
        text=Text("Text", "UTF-8"),
        html=None,
    )
    return submission(content, to, **options)


def submission(content: Simple | bytes, recipients: list[str] | None, **options: Any) -> Submission:
    given: dict[str, Any] = {
        "api": "v2",
        "operation": "SendEmail",
        "mail_from": "bounces@example.com",
        "limit": 10_000,
    }
    return Submission(content=content, recipients=recipients, **given | options)


def ask(
    instance: Instance,
    given: Submission,
    account: str = "000000000000",
    region: str = "us-east-1",
) -> Disruption | str | None:
    """What befalls the answer to a send, or the code of the error that it is refused with."""
    caller = Account(instance, account, region)
    try:
        with instance.database.attempt():
            disrupt(caller, given)
    except AwsError as error:
        return error.code
    return caller.disruption


def wanted(instance: Instance, given: Submission) -> list[tuple[list[str], str]]:
    """The events that rules want: the recipients that each is for, and its type."""
    with instance.database.attempt():
        found = disrupt(Account(instance, "000000000000", "us-east-1"), given)
    recipients = given.recipients or []
    return [
        ([to for to in recipients if rule.recipient is None or rule.recipient.fullmatch(to)], kind)
        for rule in found
        if (kind := rule.event["type"])
    ]


def applied(instance: Instance, when: dict[str, Any], count: int) -> str:
    """Which of so many sends a rule is applied to, as a line of ones and zeros."""
    rules = Rules(instance)
    id = rules.create({"effect": {"error": {"code": "Throttling"}}, "when": when})
    found = ["01"[ask(instance, simple()) == "Throttling"] for _ in range(count)]
    _, _, run = rules.get(id)
    assert (run.matched, run.applied) == (count, found.count("1"))
    return "".join(found)


# Which sends


@pytest.mark.parametrize(
    ("match", "matches"),
    [
        ({}, True),
        ({"recipient": "ada@example.com"}, True),
        ({"recipient": "ADA@*"}, True),
        ({"recipient": "*@example.org"}, True),
        ({"recipient": "ada"}, False),
        ({"recipient": "?da@example.com"}, True),
        ({"recipient": "[bc]*@example.com"}, False),
        ({"sender": "shop@example.com"}, True),
        ({"sender": "bounces@*"}, True),
        ({"sender": "Shop*"}, True),
        ({"sender": "shop"}, False),
        ({"subject": "grüße"}, True),
        ({"subject": "*GRÜ*"}, True),
        ({"subject": "Gr"}, False),
        ({"configuration_set": "NEWS"}, True),
        ({"configuration_set": "new"}, False),
        ({"operation": "sendrawemail"}, True),
        ({"operation": "Send*Email"}, True),
        ({"operation": "SMTP"}, False),
        ({"account": "0*"}, True),
        ({"account": "1*"}, False),
        ({"region": "us-*"}, True),
        ({"region": "eu-*"}, False),
        ({"recipient": "ada@*", "subject": "*", "operation": "*"}, True),
        ({"recipient": "ada@*", "subject": "no"}, False),
        ({"recipient": "ada@*.com", "sender": "other@*"}, False),
    ],
)
@pytest.mark.parametrize("envelope", [True, False])
def test_raw_messages(
    instance: Instance, match: dict[str, str], matches: bool, envelope: bool
) -> None:
    Rules(instance).create({"match": match, "effect": LATENCY})
    recipients = ["ada@example.com", "bob@example.org"] if envelope else None
    send = submission(RAW, recipients, operation="SendRawEmail")
    assert ask(instance, send) == (Disruption(latency=1) if matches else None)


def test_the_envelope_decides(instance: Instance) -> None:
    Rules(instance).create({"match": {"recipient": "ada@*"}, "effect": LATENCY})
    assert ask(instance, submission(RAW, ["eve@example.com"])) is None


def test_names_do_not_count(instance: Instance) -> None:
    Rules(instance).create({"match": {"recipient": "ada@*"}, "effect": LATENCY})
    assert ask(instance, simple("Ada <ada@example.com>")) == Disruption(latency=1)
    assert ask(instance, simple("ada <eve@example.com>")) is None


@pytest.mark.parametrize(("named", "matches"), [("news", True), ("other", False), (None, False)])
def test_configuration_set_of_the_request(
    instance: Instance, named: str | None, matches: bool
) -> None:
    Rules(instance).create({"match": {"configuration_set": "ne*"}, "effect": LATENCY})
    found = ask(instance, simple(configuration_set=named))
    assert found == (Disruption(latency=1) if matches else None)


def test_every_send_has_a_set_or_not(instance: Instance) -> None:
    Rules(instance).create({"match": {"configuration_set": "*"}, "effect": LATENCY})
    assert ask(instance, simple()) is None
    assert ask(instance, simple(configuration_set="any")) == Disruption(latency=1)


def templated(data: dict[str, Any]) -> Submission:
    content = Templated(
        sender="shop@example.com",
        to=["ada@example.com"],
        cc=[],
        reply_to=[],
        subject=Text("Order {{number}}", "UTF-8"),
        text=Text("Text", "UTF-8"),
        html=None,
        template="order",
        data=data,
    )
    return submission(content, ["ada@example.com"])


def test_subject_of_a_template(instance: Instance) -> None:
    Rules(instance).create({"match": {"subject": "Order 7"}, "effect": LATENCY})
    assert ask(instance, templated({"number": 7})) == Disruption(latency=1)
    assert ask(instance, templated({"number": 8})) is None
    assert ask(instance, templated({})) is None


def test_accounts_and_regions(instance: Instance) -> None:
    match = {"account": "111111111111", "region": "eu-west-1"}
    Rules(instance).create({"match": match, "effect": LATENCY})
    assert ask(instance, simple(), "111111111111", "eu-west-1") == Disruption(latency=1)
    assert ask(instance, simple(), "111111111111", "us-east-1") is None
    assert ask(instance, simple(), "222222222222", "eu-west-1") is None


# How often


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({}, "1111"),
        ({"first": 1}, "1000"),
        ({"first": 3}, "1110"),
        ({"every": 1}, "1111"),
        ({"every": 2}, "0101"),
        ({"every": 3}, "001001"),
        ({"probability": 0}, "0000"),
        ({"probability": 1}, "1111"),
    ],
)
def test_when(instance: Instance, when: dict[str, Any], expected: str) -> None:
    assert applied(instance, when, len(expected)) == expected


def test_probability_is_the_same_in_every_run() -> None:
    found = set()
    for _ in range(2):
        instance = make()
        found.add(applied(instance, {"probability": 0.3, "seed": 7}, 200))
        instance.database.close()
    [line] = found
    random = Random(7)
    assert line == "".join("01"[random.random() < 0.3] for _ in range(200))
    assert 30 < line.count("1") < 90


def test_seeds_differ(instance: Instance) -> None:
    lines = set()
    for seed in range(5):
        lines.add(applied(instance, {"probability": 0.5, "seed": seed}, 50))
        Rules(instance).clear()
    assert len(lines) == 5


def test_counts_only_what_matches(instance: Instance) -> None:
    rules = Rules(instance)
    id = rules.create(
        {
            "match": {"recipient": "ada@*"},
            "effect": {"error": {"code": "Throttling"}},
            "when": {"first": 1},
        }
    )
    assert ask(instance, simple("eve@example.com")) is None
    assert rules.get(id)[2].matched == 0
    assert ask(instance, simple("ada@example.com")) == "Throttling"
    assert ask(instance, simple("ada@example.com")) is None


def test_a_failed_transaction_does_not_turn_the_count_back(instance: Instance) -> None:
    Rules(instance).create({"effect": {"error": {"code": "Throttling"}}, "when": {"first": 2}})
    assert [ask(instance, simple()) for _ in range(3)] == ["Throttling", "Throttling", None]


def test_counting_begins_anew(instance: Instance) -> None:
    rules = Rules(instance)
    rule = {"effect": {"error": {"code": "Throttling"}}, "when": {"first": 1}}
    id = rules.create(rule)
    assert [ask(instance, simple()) for _ in range(2)] == ["Throttling", None]
    rules.replace(id, rule)
    assert rules.get(id)[2].matched == 0
    assert [ask(instance, simple()) for _ in range(2)] == ["Throttling", None]
    rules.delete(id)
    assert ask(instance, simple()) is None
    assert rules.create(rule) == id
    assert [ask(instance, simple()) for _ in range(2)] == ["Throttling", None]


# Several rules


def test_the_first_error_is_the_last_that_is_asked(instance: Instance) -> None:
    rules = Rules(instance)
    for code in ("Throttling", "ServiceUnavailable"):
        rules.create({"effect": {"error": {"code": code}}, "when": {"first": 2}})
    found = [ask(instance, simple()) for _ in range(5)]
    assert found == ["Throttling"] * 2 + ["ServiceUnavailable"] * 2 + [None]


def test_latencies_add_up_until_an_error(instance: Instance) -> None:
    rules = Rules(instance)
    rules.create({"effect": {"latency": 0.5}})
    rules.create({"effect": {"latency": 2}})
    rules.create({"effect": {"error": {"code": "Throttling", "status": 418}}})
    rules.create({"effect": {"latency": 4}})
    account = Account(instance, "000000000000", "us-east-1")
    with pytest.raises(AwsError) as refused, instance.database.attempt():
        disrupt(account, simple())
    assert (refused.value.code, str(refused.value)) == (
        "Throttling",
        "Maximum sending rate exceeded.",
    )
    assert account.disruption == Disruption(latency=2.5, status=418)


def test_a_lost_answer(instance: Instance) -> None:
    rules = Rules(instance)
    rules.create({"effect": {"drop": "after"}})
    rules.create({"effect": {"error": {"code": "Throttling"}}})
    assert ask(instance, simple()) == Disruption(drop="after")
    rules.clear()
    rules.create({"effect": {"drop": "before"}})
    account = Account(instance, "000000000000", "us-east-1")
    with pytest.raises(AwsError), instance.database.attempt():
        disrupt(account, simple())
    assert account.disruption == Disruption(drop="before")


def test_each_recipient_has_the_first_event(instance: Instance) -> None:
    rules = Rules(instance)
    for recipient, type in (("a@*", "bounce"), ("b@*", "complaint"), ("*", "delay")):
        rules.create({"match": {"recipient": recipient}, "effect": {"event": {"type": type}}})
    a, b, c = "a@example.com", "b@example.com", "c@example.com"
    send = simple(a, b, c)
    found = wanted(instance, send)
    assert [kind for _, kind in found] == ["bounce", "complaint", "delay"]
    assert found[:2] == [([a], "bounce"), ([b], "complaint")]
    # The last is not asked where nobody is left.
    assert [kind for _, kind in wanted(instance, simple(a, b))] == ["bounce", "complaint"]
    assert [run.matched for _, _, run in rules.all()] == [2, 2, 1]


def test_an_event_and_a_latency(instance: Instance) -> None:
    rules = Rules(instance)
    rules.create({"effect": {"event": {"type": "bounce"}}})
    rules.create({"effect": LATENCY})
    account = Account(instance, "000000000000", "us-east-1")
    with instance.database.attempt():
        [found] = disrupt(account, simple())
    assert (found.recipient, found.event) == (None, {"type": "bounce"})
    assert account.disruption == Disruption(latency=1)


def test_without_rules_nothing_is_read(instance: Instance) -> None:
    class Untouchable:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(f"{name} was read")

    given: Any = Untouchable()
    assert ask(instance, given) is None


# What is kept


def test_survive_a_restart(tmp_path: Any) -> None:
    path = str(tmp_path / "store.sqlite")
    first = make(path)
    rules = Rules(first)
    rules.create({"effect": {"error": {"code": "Throttling"}}, "when": {"first": 1}})
    assert [ask(first, simple()) for _ in range(2)] == ["Throttling", None]
    first.database.close()
    second = make(path)
    Rules(second).load()
    assert [ask(second, simple()) for _ in range(2)] == ["Throttling", None]
    second.database.close()


def test_rules_of_the_configuration_file(tmp_path: Any) -> None:
    path = str(tmp_path / "store.sqlite")
    configured = [{"effect": {"latency": number}} for number in range(12)]
    first = make(path, rules=configured)
    rules = Rules(first)
    rules.load()
    rules.create({"effect": {"latency": 100}})
    ids = [id for id, _, _ in rules.all()]
    assert ids == [*(f"file-{number}" for number in range(1, 13)), "rule-1"]
    assert ask(first, simple()) == Disruption(latency=sum(range(12)) + 100)
    rules.delete("file-3")
    rules.replace("file-2", {"effect": {"latency": 7}})
    first.database.close()
    # The file of the next start decides, and what was made at run time stays.
    second = make(path, rules=configured[:2])
    rules = Rules(second)
    rules.load()
    kept = [(id, document["effect"]["latency"]) for id, document, _ in rules.all()]
    assert kept == [("file-1", 0), ("file-2", 1), ("rule-1", 100)]
    second.database.close()


def test_missing_rules(instance: Instance) -> None:
    rules = Rules(instance)
    for call in (rules.get, rules.delete, lambda id: rules.replace(id, {"effect": LATENCY})):
        with pytest.raises(Missing):
            call("rule-1")


def test_most_rules(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ses_emulator.mail.rules.MOST_RULES", 2)
    rules = Rules(instance)
    for _ in range(2):
        rules.create({"effect": LATENCY})
    with pytest.raises(RuleError, match="2 rules already"):
        rules.create({"effect": LATENCY})


# What may be said


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("Throttling", "Throttling"),
        ("ThrottlingException", "Throttling"),
        ("TooManyRequestsException", "Throttling"),
        ("LimitExceededException", "LimitExceeded"),
        ("AccountSendingPaused", "AccountSendingPausedException"),
        ("SendingPausedException", "AccountSendingPausedException"),
        ("MailFromDomainNotVerified", "MailFromDomainNotVerifiedException"),
        ("AccessDeniedException", "AccessDenied"),
        ("InternalServiceErrorException", "InternalFailure"),
        ("BadRequestException", "InvalidParameterValue"),
    ],
)
def test_codes_of_either_api(code: str, known: str) -> None:
    assert check({"effect": {"error": {"code": code}}})["effect"]["error"] == {"code": known}


def test_what_is_kept_is_whole() -> None:
    assert check({"effect": {"drop": "after"}}) == {
        "match": {},
        "effect": {"drop": "after"},
        "when": {},
    }


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (None, "a rule is None: use an object with match, effect, when"),
        ([], "a rule is []"),
        ({}, "a rule without effect: give it one of event, error, latency, drop"),
        ({"effect": {}}, "effect has nothing: use one of event, error, latency, drop"),
        ({"effect": {"latency": 1, "drop": "after"}}, "effect has latency, drop: use one of"),
        ({"effect": {"lag": 1}}, "effect has 'lag', which is not known: use event"),
        ({"effect": "drop"}, "effect is 'drop': use an object"),
        ({"effect": LATENCY, "id": "x"}, "a rule has 'id', which is not known"),
        ({"effect": {"latency": -1}}, "effect.latency is -1: use a number of seconds from 0 to"),
        ({"effect": {"latency": 241}}, "effect.latency is 241: use"),
        ({"effect": {"latency": True}}, "effect.latency is True: use"),
        ({"effect": {"latency": "1"}}, "effect.latency is '1': use"),
        ({"effect": {"latency": float("nan")}}, "effect.latency is nan: use"),
        ({"effect": {"drop": "now"}}, "effect.drop is 'now': use before or after"),
        ({"effect": {"drop": None}}, "effect.drop is None: use before or after"),
        ({"effect": {"error": {}}}, "effect.error.code is None: use a line"),
        ({"effect": {"error": {"code": "Throtling"}}}, "effect.error.code is 'Throtling': use one"),
        ({"effect": {"error": "Throttling"}}, "effect.error is 'Throttling': use an object"),
        (
            {"effect": {"error": {"code": "Throttling", "status": 200}}},
            "effect.error.status is 200: use a whole number from 400 to 599",
        ),
        (
            {"effect": {"error": {"code": "Throttling", "message": ""}}},
            "effect.error.message is '': use a line of 1 to 1000 characters",
        ),
        ({"effect": {"event": {"type": "bang"}}}, "effect.event: type is 'bang': use one of"),
        ({"effect": {"event": {}}}, "effect.event: type is None"),
        (
            {"effect": {"event": {"type": "bounce", "recipients": ["a@b"]}}},
            "effect.event: an event of type bounce has 'recipients', which is not known",
        ),
        ({"match": {"to": "x"}, "effect": LATENCY}, "match has 'to', which is not known: use reci"),
        ({"match": {"subject": 7}, "effect": LATENCY}, "match.subject is 7: use a line"),
        ({"match": {"subject": "a\nb"}, "effect": LATENCY}, "match.subject is 'a\\nb': use a line"),
        ({"match": {"subject": "\ud800"}, "effect": LATENCY}, "match.subject is '\\ud800'"),
        ({"match": {"subject": "x" * 1001}, "effect": LATENCY}, "match.subject is 'xxx"),
        ({"match": None, "effect": LATENCY}, "match is None: use an object"),
        ({"when": {"first": 0}, "effect": LATENCY}, "when.first is 0: use a whole number from 1"),
        ({"when": {"every": 1.5}, "effect": LATENCY}, "when.every is 1.5: use a whole number"),
        ({"when": {"first": True}, "effect": LATENCY}, "when.first is True: use a whole number"),
        ({"when": {"probability": 2}, "effect": LATENCY}, "when.probability is 2: use a number"),
        ({"when": {"first": 1, "every": 2}, "effect": LATENCY}, "when has first, every: use one"),
        ({"when": {"seed": 1}, "effect": LATENCY}, "when.seed is for when.probability: leave it"),
        ({"when": {"last": 1}, "effect": LATENCY}, "when has 'last', which is not known: use fir"),
    ],
)
def test_what_cannot_be_said(rule: Any, reason: str) -> None:
    with pytest.raises(RuleError) as refused:
        check(rule)
    assert str(refused.value).startswith(reason)
    assert "\n" not in str(refused.value)
    with pytest.raises(ConfigError) as told:
        check_file([{"effect": LATENCY}, rule])
    assert str(told.value) == f"rule 2 of the configuration file: {refused.value}"


@pytest.mark.parametrize("pattern", ["*" * 1000, "*a" * 500, "[" * 1000, "(a+)+$", "[!a-z]*?[]"])
def test_patterns_take_no_time(instance: Instance, pattern: str) -> None:
    Rules(instance).create({"match": {"subject": pattern}, "effect": LATENCY})
    ask(instance, simple(subject="a" * 100_000 + "b"))
