"""To whom a mail is, and what the rules do with it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ses_emulator.inbound import actions as running
from ses_emulator.inbound.delivery import ActionResult, Delivery
from ses_emulator.inbound.receive import BLOCKED, PLAIN, UNKNOWN
from ses_emulator.mail.profile import switch
from ses_emulator.mail.read import read
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Document
from tests.inbound.support import (
    BOUNCE,
    RAW,
    S3,
    STOP,
    actions,
    activate,
    header,
    kept,
    receiving,
    rule,
    take,
    take_one,
)
from tests.mail.account import NOW, an_account

IN = "in@example.com"


def test_a_mail_is_a_message() -> None:
    with receiving(rule("one")) as account:
        stored = take_one(account, "in@example.com", "hidden@example.com", tls=True)
        assert account.messages.raw(stored.seq) == RAW
        assert account.messages.recipients(stored.seq) == ["in@example.com", "hidden@example.com"]
        assert account.messages.events(stored.seq) == []
        assert account.sent_since(0, charged=False) == 0
    assert re.fullmatch("[0-9a-v]{40}", stored.id)
    assert (stored.account, stored.region) == ("123456789012", "us-east-1")
    assert (stored.api, stored.operation, stored.status) == ("inbound", "Receive", "received")
    assert (stored.received, stored.source_ip) == (NOW, "192.0.2.1")
    assert (stored.mail_from, stored.sender) == (
        "bounces@sender.example",
        "Ann <ann@sender.example>",
    )
    assert (stored.subject, stored.to, stored.bcc) == (
        "Hello",
        ["In <in@example.com>"],
        ["hidden@example.com"],
    )
    assert stored.receipt is not None
    assert stored.receipt | {"verdicts": None} == {
        "rule_set": "set",
        "recipients": ["in@example.com", "hidden@example.com"],
        "remote_ip": "192.0.2.1",
        "helo": "mail.sender.example",
        "tls": True,
        "verdicts": None,
        "dmarc_policy": None,
        "rules": [
            {"name": "one", "recipients": ["in@example.com", "hidden@example.com"], "actions": []}
        ],
    }


def test_without_an_active_rule_set_nobody_receives() -> None:
    with an_account() as account:
        account.collection("ReceiptRuleSet").put("set", {"Metadata": {}, "Rules": [rule("one")]})
        assert take(account).refused == {IN: UNKNOWN}
        account.set_attributes(ActiveReceiptRuleSet="set")
        take_one(account)
        account.set_attributes(ActiveReceiptRuleSet=None)
        received = take(account)
        assert (received.messages, received.refused) == ([], {IN: UNKNOWN})
        assert len(kept(account)) == 1


def test_those_who_meet_no_rule_are_refused() -> None:
    with receiving(rule("one", Recipients=["a@example.com"])) as account:
        received = take(account, "a@example.com", "b@example.com")
        [message] = received.messages
        assert account.messages.recipients(1) == ["a@example.com"]
    assert received.refused == {"b@example.com": UNKNOWN}
    assert message.receipt and message.receipt["recipients"] == ["a@example.com"]


def test_every_account_and_region_that_meets_it_gets_it() -> None:
    with receiving(rule("one")) as account:
        activate(account.elsewhere("eu-west-1"), rule("far"))
        activate(
            Account(account.instance, "111122223333", "us-east-1"),
            rule("b", Recipients=["b@example.com"]),
        )
        received = take(account, "a@example.com", "b@example.com")
        assert received.refused == {}
        found = {
            (each.account, each.region): account.messages.recipients(number)
            for number, each in enumerate(received.messages, 1)
        }
        both = ["a@example.com", "b@example.com"]
        assert found == {
            ("123456789012", "us-east-1"): both,
            ("123456789012", "eu-west-1"): both,
            ("111122223333", "us-east-1"): ["b@example.com"],
        }
        assert len({each.id for each in received.messages}) == 3


def block(account: Account, cidr: str) -> None:
    """Let an account block a range."""
    document = {"Name": "x", "IpFilter": {"Policy": "Block", "Cidr": cidr}}
    account.collection("ReceiptFilter").put("x", document)


def test_a_blocked_address_is_refused_by_the_account_that_blocks_it() -> None:
    with receiving(rule("one")) as account:
        block(account, "192.0.2.0/24")
        refused = take(account, IN, "x@example.net").refused
        assert refused == {IN: BLOCKED.format("192.0.2.1"), "x@example.net": UNKNOWN}
        take_one(account, remote_ip="198.51.100.1")
        activate(account.elsewhere("eu-west-1"), rule("far"))
        assert take_one(account).region == "eu-west-1"


def test_who_wants_tls_gets_nothing_without() -> None:
    with receiving(
        rule("tls", Recipients=["a@example.com"], TlsPolicy="Require"), rule("any")
    ) as account:
        received = take(account, "a@example.com", "b@example.com")
        assert received.refused == {"a@example.com": PLAIN}
        assert [each.receipt and each.receipt["recipients"] for each in received.messages] == [
            ["b@example.com"]
        ]
        assert take(account, "a@example.com", "b@example.com", tls=True).refused == {}


def test_an_open_account_receives_for_whom_a_rule_names() -> None:
    with receiving(rule("named"), rule("all", Recipients=[])) as account:
        stored = take_one(account)
        [finding] = stored.findings
        assert finding["code"] == "UnverifiedRecipient"
        assert IN in finding["message"]
        assert [each["name"] for each in (stored.receipt or {})["rules"]] == ["named"]
        account.identities.create("example.com", {"VerifiedForSendingStatus": True})
        stored = take_one(account, "in@Sub.Example.com", IN)
        assert stored.findings == []
        assert [each["recipients"] for each in (stored.receipt or {})["rules"]] == [
            [IN],
            ["in@Sub.Example.com", IN],
        ]


def test_other_accounts_receive_for_verified_domains_only() -> None:
    with receiving(rule("named")) as account:
        switch(account.instance, None, None, {"profile": "production"})
        assert take(account).refused == {IN: UNKNOWN}
        account.identities.create("example.com", {"VerifiedForSendingStatus": False})
        assert take(account).refused == {IN: UNKNOWN}
        account.identities.update("example.com", VerifiedForSendingStatus=True)
        assert take_one(account).findings == []


def test_actions_run_in_order_until_a_stop() -> None:
    with receiving(
        rule("first", header("X-A", "1"), header("X-B", "2"), STOP),
        rule("second", header("X-C", "3"), BOUNCE),
    ) as account:
        stored = take_one(account)
        assert actions(stored) == [
            ("first", "AddHeader", "done", "X-A: 1"),
            ("first", "AddHeader", "done", "X-B: 2"),
            ("first", "Stop", "done", "RuleSet"),
            ("second", "AddHeader", "skipped", None),
            ("second", "Bounce", "skipped", None),
        ]
        assert stored.status == "received"
        assert len(kept(account)) == 1


def test_bounce() -> None:
    with receiving(rule("no", BOUNCE, Recipients=["a@example.com", "b@example.com"])) as account:
        stored = take_one(account, "a@example.com", "b@example.com")
        assert stored.status == "rejected"
        original, notice = kept(account)
        assert original.id == stored.id
        assert actions(stored) == [("no", "Bounce", "done", notice.id)]
        assert (notice.api, notice.operation, notice.original) == ("ses", "BounceAction", stored.id)
        assert (notice.mail_from, notice.sender) == ("", "mailer@example.com")
        assert account.messages.recipients(notice.seq) == ["bounces@sender.example"]
        raw = account.messages.raw(notice.seq)
    assert raw.count(b"Diagnostic-Code: smtp; 550 5.1.1 Nobody here\r\n") == 2
    assert b"Final-Recipient: rfc822; a@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n" in raw
    assert b"Final-Recipient: rfc822; b@example.com\r\n" in raw
    assert b"Reporting-MTA: dns; inbound-smtp.us-east-1.amazonaws.com\r\n" in raw
    content = read(raw)
    assert content.text is not None and content.text.strip() == "Nobody here"
    headers = content.attachments[-1]
    assert headers.type == "text/rfc822-headers"
    assert b"Message-ID: <1@sender.example>" in headers.content


def test_a_temporary_bounce_without_a_status() -> None:
    members = {"SmtpReplyCode": "450", "Message": "Later", "Sender": "mailer@example.com"}
    with receiving(rule("no", {"BounceAction": members})) as account:
        take_one(account)
        raw = account.messages.raw(2)
    assert b"Action: delayed\r\nStatus: 4.0.0\r\nDiagnostic-Code: smtp; 450 4.0.0 Later\r\n" in raw


def test_what_has_no_sender_does_not_bounce() -> None:
    with receiving(rule("no", BOUNCE, header("X-A", "1"))) as account:
        stored = take_one(account, mail_from="")
        assert [each[2] for each in actions(stored)] == ["not run", "done"]
        assert stored.status == "received"
        assert len(kept(account)) == 1


def test_what_is_only_recorded() -> None:
    workmail = "arn:aws:workmail:us-east-1:123456789012:organization/m-1"
    connect = "arn:aws:connect:us-east-1:123456789012:instance/1"
    with receiving(
        rule(
            "out",
            {"WorkmailAction": {"OrganizationArn": workmail}},
            {"ConnectAction": {"InstanceARN": connect, "IAMRoleARN": "arn:aws:iam::1:role/x"}},
        )
    ) as account:
        assert actions(take_one(account)) == [
            ("out", "Workmail", "done", workmail),
            ("out", "Connect", "done", connect),
        ]


def with_runner(monkeypatch: pytest.MonkeyPatch, runner: Any) -> None:
    """Let S3 actions be run so."""
    monkeypatch.setattr(running, "RUNNERS", {**running.LOCAL, "S3Action": runner})


def test_an_action_that_nobody_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "RUNNERS", running.LOCAL)
    with receiving(rule("s3", S3, header("X-A", "1"))) as account:
        stored = take_one(account)
        assert [each[2] for each in actions(stored)] == ["not run", "done"]
        assert (stored.receipt or {})["rules"][0]["actions"][0]["error"].endswith("no S3Action.")


def test_a_failure_is_shown_and_the_mail_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(account: Account, members: Document, delivery: Delivery) -> ActionResult:
        raise RuntimeError("the disk is full")

    with_runner(monkeypatch, fail)
    with receiving(rule("s3", S3, header("X-A", "1"))) as account:
        stored = take_one(account)
        assert [each[2] for each in actions(stored)] == ["failed", "done"]
        [result, _] = (stored.receipt or {})["rules"][0]["actions"]
        assert result["error"] == "RuntimeError: the disk is full"
        assert stored.status == "received"


def test_an_action_that_goes_outside_finds_the_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is stored, the transaction is over, and it has the headers that were added before."""
    seen: list[Any] = []

    def put(account: Account, members: Document, delivery: Delivery) -> ActionResult:
        database = account.instance.database
        stored = account.messages.find(delivery.stored.id)
        assert stored is not None and not database.in_transaction
        seen.extend([stored.status, members, delivery.content(), account.instance.changes.number])
        return ActionResult("done", "s3://mail/in/x")

    with_runner(monkeypatch, put)
    with receiving(rule("one", header("X-A", "1"), S3), rule("two", header("X-B", "2"))) as account:
        stored = take_one(account)
        assert actions(stored) == [
            ("one", "AddHeader", "done", "X-A: 1"),
            ("one", "S3", "done", "s3://mail/in/x"),
            ("two", "AddHeader", "done", "X-B: 2"),
        ]
        status, members, content, number = seen
        assert (status, members) == ("receiving", S3["S3Action"])
        assert content.endswith(RAW)
        assert b"\r\nX-A: 1\r\n" in content.removesuffix(RAW)
        assert b"X-B" not in content
        assert stored.status == "received"
        # Who waits is told once more.
        [change] = account.instance.changes.since(number) or []
        assert (change.kind, change.subject) == ("message", stored.id)


@pytest.mark.parametrize(
    ("disposition", "second", "third"),
    [
        ("CONTINUE", "done", "done"),
        ("STOP_RULE", "skipped", "done"),
        ("STOP_RULE_SET", "skipped", "skipped"),
    ],
)
def test_dispositions(
    monkeypatch: pytest.MonkeyPatch, disposition: str, second: str, third: str
) -> None:
    def answer(account: Account, members: Document, delivery: Delivery) -> ActionResult:
        return ActionResult("done", disposition=disposition)

    with_runner(monkeypatch, answer)
    with receiving(rule("one", S3, header("X-A", "1")), rule("two", header("X-B", "2"))) as account:
        assert [each[2] for each in actions(take_one(account))] == ["done", second, third]


def test_scanning() -> None:
    gtube = RAW + b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n"
    with receiving(
        rule("plain"), rule("scan", ScanEnabled=True, Recipients=["a@example.com"])
    ) as account:
        verdicts = (take_one(account, raw=gtube).receipt or {})["verdicts"]
        assert (verdicts["spam"], verdicts["virus"]) == ("DISABLED", "DISABLED")
        verdicts = (take_one(account, "a@example.com", raw=gtube).receipt or {})["verdicts"]
        assert (verdicts["spam"], verdicts["virus"]) == ("FAIL", "PASS")


def test_a_test_may_say_what_the_verdicts_are() -> None:
    wanted = {"spam": "GRAY", "virus": "FAIL", "spf": "PASS", "dkim": "PASS", "dmarc": "FAIL"}
    with receiving(rule("scan", ScanEnabled=True)) as account:
        receipt = take_one(account, verdicts=wanted).receipt or {}
    assert receipt["verdicts"] == wanted
    assert receipt["dmarc_policy"] == "none"


def test_what_was_forgotten_meanwhile_does_not_arrive() -> None:
    with receiving(rule("one")) as account:
        assert take(account, original="0100-gone").messages == []
        first = take_one(account)
        assert take_one(account, original=first.id).original == first.id


def test_two_instances_do_not_see_each_other() -> None:
    with receiving(rule("one")) as account, an_account() as other:
        take_one(account)
        assert take(other).refused == {IN: UNKNOWN}
        assert kept(other) == []
