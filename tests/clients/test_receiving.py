"""Receiving as an application sees it: rules by boto3, mail by smtplib and by its own sends."""

from __future__ import annotations

import json
import smtplib
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dkim
import pytest

from ses_emulator.emulator import Emulator
from ses_emulator.mail.dkim import AMAZON
from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import client, running, send_v1, send_v2

RAW = b"From: ann@sender.example\r\nTo: in@example.com\r\nSubject: Hi\r\n\r\nText\r\n"
BOUNCE = {
    "BounceAction": {
        "SmtpReplyCode": "550",
        "StatusCode": "5.1.1",
        "Message": "Nobody here",
        "Sender": "mailer@example.com",
    }
}
ZONE = """\
$ORIGIN sender.example.
@      TXT "v=spf1 ip4:127.0.0.1 -all"
_dmarc TXT "v=DMARC1; p=quarantine"
"""
WAIT = 30.0


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator with records of sender.example."""
    file = tmp_path / "zone"
    file.write_text(ZONE)
    with running(zone=str(file)) as emulator:
        yield emulator


def receive(
    emulator: Any, *rules: dict[str, Any], domain: str = "example.com", **scope: str
) -> Any:
    """Let an account receive by these rules, in order; its client."""
    ses = client(emulator, "ses", **scope)
    ses.verify_domain_identity(Domain=domain)
    ses.verify_domain_dkim(Domain=domain)
    ses.create_receipt_rule_set(RuleSetName="set")
    after: dict[str, str] = {}
    for rule in rules:
        ses.create_receipt_rule(RuleSetName="set", Rule={"Enabled": True, **rule}, **after)
        after = {"After": rule["Name"]}
    ses.set_active_receipt_rule_set(RuleSetName="set")
    return ses


def wait_for(emulator: Emulator, count: int = 1, **filters: Any) -> list[dict[str, Any]]:
    """The received messages, once there are so many."""
    filters = {"status": "received", **filters}
    return SesEmulator(emulator).wait_for(count, timeout=WAIT, **filters)


def whole(emulator: Emulator, summary: dict[str, Any]) -> dict[str, Any]:
    """Everything about a message."""
    return SesEmulator(emulator).message(summary["id"])


def test_a_mail_from_elsewhere(emulator: Emulator) -> None:
    receive(emulator, {"Name": "all", "ScanEnabled": True})
    with smtplib.SMTP("127.0.0.1", emulator.ports["inbound"] or 0) as smtp:
        smtp.sendmail("ann@sender.example", "in@example.com", RAW)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            smtp.sendmail("ann@sender.example", "in@example.org", RAW)
    [summary] = wait_for(emulator)
    message = whole(emulator, summary)
    assert SesEmulator(emulator).raw(message["id"]) == RAW
    assert message["receipt"]["verdicts"] == {
        "spam": "PASS",
        "virus": "PASS",
        "spf": "PASS",
        "dkim": "GRAY",
        "dmarc": "PASS",
    }
    assert message["findings"] == []


def test_a_forged_mail(emulator: Emulator) -> None:
    receive(emulator, {"Name": "all"})
    raw = b"From: ann@sender.example\r\n\r\n"
    url = f"{emulator.url}/_ses/inbound?recipients=in@example.com&remote_ip=192.0.2.66"
    with urllib.request.urlopen(urllib.request.Request(url, raw, method="POST")) as answer:
        [message] = json.load(answer)["messages"]
    verdicts = message["receipt"]["verdicts"]
    assert (verdicts["spf"], verdicts["dkim"], verdicts["dmarc"]) == ("FAIL", "GRAY", "FAIL")
    assert message["receipt"]["dmarc_policy"] == "quarantine"


def test_what_the_application_sends_here_is_received(emulator: Emulator) -> None:
    receive(emulator, {"Name": "all", "ScanEnabled": True, "TlsPolicy": "Require"})
    ids = [
        send_v1(
            client(emulator, "ses"),
            Source="shop@example.com",
            Destination={"ToAddresses": ["in@example.com", "out@example.org"]},
        ),
        send_v2(
            client(emulator, "sesv2"),
            FromEmailAddress="shop@example.com",
            Destination={
                "BccAddresses": ["hidden@example.com"],
                "ToAddresses": ["out@example.org"],
            },
        ),
    ]
    with smtplib.SMTP("127.0.0.1", emulator.ports["smtp"] or 0) as smtp:
        smtp.sendmail("shop@example.com", ["in@example.com"], RAW)
    found = {each["original"]: whole(emulator, each) for each in wait_for(emulator, 3)}
    first, second = (found[id] for id in ids)
    assert first["envelope"] == {
        "mail_from": f"{ids[0]}@amazonses.com",
        "rcpt_to": ["in@example.com"],
    }
    assert second["envelope"]["rcpt_to"] == second["bcc"] == ["hidden@example.com"]
    assert len(found) == 3
    for message in found.values():
        raw = SesEmulator(emulator).raw(message["id"])
        assert raw == SesEmulator(emulator).raw(message["original"])
        assert message["receipt"]["tls"] is True
    # Its own signature passes, by the keys that are published here.
    assert set(first["receipt"]["verdicts"].values()) == {"PASS"}
    assert set(second["receipt"]["verdicts"].values()) == {"PASS"}


def test_what_is_not_delivered_does_not_arrive(emulator: Emulator) -> None:
    ses = receive(emulator, {"Name": "two", "Recipients": ["no@example.com", "in@example.com"]})
    v2 = client(emulator, "sesv2")
    v2.put_suppressed_destination(EmailAddress="no@example.com", Reason="BOUNCE")
    send_v1(ses, Destination={"ToAddresses": ["no@example.com"]})
    last = send_v1(ses, Destination={"ToAddresses": ["no@example.com", "in@example.com"]})
    [message] = wait_for(emulator)
    assert message["original"] == last
    assert whole(emulator, message)["envelope"]["rcpt_to"] == ["in@example.com"]


def test_without_active_rules_nothing_arrives(emulator: Emulator) -> None:
    ses = receive(emulator, {"Name": "all"})
    ses.set_active_receipt_rule_set()
    send_v1(ses, Destination={"ToAddresses": ["in@example.com"]})
    ses.set_active_receipt_rule_set(RuleSetName="set")
    second = send_v1(ses, Destination={"ToAddresses": ["in@example.com"]})
    assert [each["original"] for each in wait_for(emulator)] == [second]


def test_bounces_and_complaints_come_back_to_the_application(emulator: Emulator) -> None:
    """Feedback forwarding to an address that a rule receives for."""
    ses = receive(emulator, {"Name": "feedback", "Recipients": ["from@example.com"]})
    send_v1(ses, Destination={"ToAddresses": ["bounce@simulator.amazonses.com"]})
    [message] = wait_for(emulator)
    assert message["subject"] == "Delivery Status Notification (Failure)"
    assert whole(emulator, message)["envelope"] == {
        "mail_from": "",
        "rcpt_to": ["from@example.com"],
    }


def test_a_bounce_of_what_was_sent_here_is_a_bounce_event(emulator: Emulator) -> None:
    ses = receive(emulator, {"Name": "no", "Recipients": ["no@example.com"], "Actions": [BOUNCE]})
    id = send_v1(ses, Destination={"ToAddresses": ["no@example.com"]})
    [message] = wait_for(emulator, status="rejected")
    assert message["original"] == id
    sent = SesEmulator(emulator).message(id)
    assert sent["status"] == "bounced"
    [bounce] = [each for each in sent["events"] if each["type"] == "Bounce"]
    assert bounce["recipients"] == ["no@example.com"]
    assert bounce["detail"]["bounceType"] == "Permanent"
    [recipient] = bounce["detail"]["bouncedRecipients"]
    assert recipient["diagnosticCode"] == "smtp; 550 5.1.1 Nobody here"


def test_an_answer_to_a_mail_that_came_in(emulator: Emulator) -> None:
    """SendBounce takes the MessageId of a received mail."""
    ses = receive(emulator, {"Name": "all"})
    with smtplib.SMTP("127.0.0.1", emulator.ports["inbound"] or 0) as smtp:
        smtp.sendmail("ann@sender.example", "in@example.com", RAW)
    [message] = wait_for(emulator)
    ses.send_bounce(
        OriginalMessageId=message["id"],
        BounceSender="mailer@example.com",
        BouncedRecipientInfoList=[{"Recipient": "in@example.com", "BounceType": "DoesNotExist"}],
    )
    [notice] = SesEmulator(emulator).messages(to="ann@sender.example")
    assert notice["operation"] == "SendBounce"


def test_accounts_and_regions(emulator: Emulator) -> None:
    receive(emulator, {"Name": "one"})
    receive(emulator, {"Name": "two"}, domain="example.org", key="111122223333", region="eu-west-1")
    with smtplib.SMTP("127.0.0.1", emulator.ports["inbound"] or 0) as smtp:
        smtp.sendmail("ann@sender.example", ["in@example.com", "in@example.org"], RAW)
    found = {(each["account"], each["region"]) for each in wait_for(emulator, 2)}
    assert found == {("000000000000", "us-east-1"), ("111122223333", "eu-west-1")}


def test_the_key_of_amazonses_is_published(emulator: Emulator) -> None:
    """A mail that was sent here verifies for everybody, by the records that are shown."""
    receive(emulator, {"Name": "all"})
    send_v1(client(emulator, "ses"), Destination={"ToAddresses": ["in@example.com"]})
    [message] = wait_for(emulator)
    name = f"{AMAZON['selector']}._domainkey.{AMAZON['domain']}"
    url = f"{emulator.url}/_ses/dns?name={name}&type=TXT"
    with urllib.request.urlopen(url) as answer:
        [record] = json.load(answer)["records"]
    raw = SesEmulator(emulator).raw(message["id"])
    signature = dkim.DKIM(raw)
    assert signature.verify(idx=1, dnsfunc=lambda *_, **__: record["value"].encode())
