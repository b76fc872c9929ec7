"""The headers that SES puts before a mail."""

from __future__ import annotations

import re
from typing import Any

import dkim
import pytest

from ses_emulator.inbound.delivery import Delivery
from ses_emulator.inbound.headers import SPF_WORDS, added, prepended, resigned
from ses_emulator.inbound.incoming import Signed, Verdicts
from ses_emulator.mail.dkim import AMAZON
from ses_emulator.mail.dkim_keys import public_key
from ses_emulator.mail.headers import HeaderBlock
from tests.inbound.support import RAW, incoming, receiving, rule, take_one

ID = "d6iitobk75ur44p8kdnnp7g2n800d6iitobk7501"
DAYS = 365 * 24 * 3600
VERDICTS = Verdicts(
    spam="PASS",
    virus="FAIL",
    spf_result="pass",
    signatures=[
        Signed("pass", "sender.example", "@sender.example"),
        Signed("permerror", "other.example", "list@other.example"),
    ],
    dmarc_result="pass",
    author="sender.example",
)


def made(**options: Any) -> str:
    """The headers of a mail, as text."""
    given: dict[str, Any] = {
        "id": ID,
        "region": "eu-west-1",
        "received": 1442003553.9,
        "mail_from": "bounces@sender.example",
        "recipient": "in@example.com",
        "remote_ip": "192.0.2.1",
        "helo": "mail.sender.example",
        "verdicts": VERDICTS,
        "scanned": True,
    }
    return prepended(**given | options).decode()


def test_order_words_and_folds() -> None:
    lines = made().split("\r\n")
    assert lines[-1] == ""
    token = lines[-2].removeprefix("X-SES-RECEIPT: ")
    assert re.fullmatch("AEFBQUFBQUFBQUF[A-Za-z0-9+/]{300,500}=*", token)
    spf = (
        "pass (spfCheck: domain of sender.example designates 192.0.2.1 as permitted sender)"
        " client-ip=192.0.2.1; envelope-from=bounces@sender.example; helo=mail.sender.example;"
    )
    assert lines[:-2] == [
        "Return-Path: <bounces@sender.example>",
        "Received: from mail.sender.example (mail.sender.example [192.0.2.1])",
        f" by inbound-smtp.eu-west-1.amazonaws.com with SMTP id {ID}",
        " for in@example.com;",
        " Fri, 11 Sep 2015 20:32:33 +0000 (UTC)",
        "X-SES-Spam-Verdict: PASS",
        "X-SES-Virus-Verdict: FAIL",
        f"Received-SPF: {spf}",
        "Authentication-Results: amazonses.com;",
        f" spf={spf}",
        " dkim=pass header.i=@sender.example;",
        " dkim=permerror header.i=list@other.example;",
        " dmarc=pass header.from=sender.example;",
    ]
    assert made() == made()
    assert made(id="other").split("\r\n")[-2] != lines[-2]


def test_what_was_not_scanned_has_no_such_verdicts() -> None:
    assert "X-SES-Spam-Verdict" not in made(scanned=False)
    assert "X-SES-Virus-Verdict" not in made(scanned=False)


def test_without_a_sender_the_client_is_who_it_says() -> None:
    text = made(mail_from="")
    assert text.startswith("Return-Path: <>\r\n")
    assert "pass (spfCheck: domain of mail.sender.example designates 192.0.2.1" in text
    assert "envelope-from=; helo=" in text


@pytest.mark.parametrize("result", SPF_WORDS)
def test_every_spf_result_has_words(result: str) -> None:
    text = made(verdicts=Verdicts(spf_result=result))
    assert f"\r\nReceived-SPF: {result} (spfCheck: " in text
    assert f"\r\n spf={result} (spfCheck: " in text


def test_what_a_client_says_begins_no_header() -> None:
    text = made(helo="a\r\nX-Evil: 1\0", recipient="b\n c@example.com")
    names = [name for name, _ in HeaderBlock(text.encode()).items()]
    assert "X-Evil" not in names
    assert len(names) == 7
    assert added("X-A", "ü").decode() == "X-A: ü\r\n"
    assert resigned("v=1; a=b") == b"X-SES-DKIM-SIGNATURE: v=1; a=b\r\n"


def test_the_signature_is_one_of_amazonses() -> None:
    """Under the name that DKIM gives it, it verifies; SES keeps its own from being taken for it."""
    given = rule("one", ScanEnabled=True)
    with receiving(given) as account:
        stored = take_one(account)
        stored.received -= DAYS  # dkimpy has another clock than the account
        delivery = Delivery(account, stored, incoming(), VERDICTS, given, ["in@example.com"])
        delivery.added.append(("X-A", "b"))
        content = delivery.content()
        record = public_key(account.instance, AMAZON).encode()
        assert delivery.content() == content
    assert content.endswith(RAW)
    block = HeaderBlock(content)
    names = [name for name, _ in block.items()]
    assert names == [
        "Return-Path",
        "Received",
        "X-SES-Spam-Verdict",
        "X-SES-Virus-Verdict",
        "Received-SPF",
        "Authentication-Results",
        "X-SES-RECEIPT",
        "X-A",
        "X-SES-DKIM-SIGNATURE",
        "From",
        "To",
        "Subject",
        "Message-ID",
    ]
    assert f"with SMTP id {stored.id} for in@example.com;" in (block.get("received") or "")
    renamed = content.replace(b"X-SES-DKIM-SIGNATURE:", b"DKIM-Signature:")
    options = {"dnsfunc": lambda name, timeout=0: record}
    assert dkim.verify(renamed, **options)
    assert not dkim.verify(renamed.replace(b"Text\r\n", b"Test\r\n"), **options)
