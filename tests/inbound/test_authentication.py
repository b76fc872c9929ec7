"""SPF, DKIM and DMARC, by records that a test gives."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ses_emulator.inbound.authentication import authenticate, organisational_domain
from ses_emulator.inbound.incoming import Signed, Verdicts
from tests.inbound.support import RAW, incoming

Records = dict[tuple[str, str], list[str]]
DMARC = ("_dmarc.sender.example", "TXT")
SPF: Records = {("sender.example", "TXT"): ["v=spf1 ip4:192.0.2.1 -all"]}


def judged(records: Records, raw: bytes = RAW, **options: Any) -> Verdicts:
    """The verdicts where the DNS has only these records."""
    names = {name for name, _ in records}

    def lookup(name: str, type: str) -> list[str] | None:
        key = name.lower().removesuffix(".")
        return records.get((key, type), [] if key in names else None)

    return authenticate(incoming(raw=raw, **options), lookup)


@cache
def key() -> tuple[bytes, str]:
    """A private key as PEM, and the record of its public key."""
    made = rsa.generate_private_key(65537, 1024)
    pem = made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = made.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def signed(domain: str, raw: bytes = RAW, selector: str = "s") -> bytes:
    """A message with a signature of a domain."""
    header: bytes = dkim.sign(raw, selector.encode(), domain.encode(), key()[0])
    return header + raw


def published(domain: str, selector: str = "s") -> Records:
    """The record of the key."""
    return {(f"{selector}._domainkey.{domain}", "TXT"): [key()[1]]}


# SPF


@pytest.mark.parametrize(
    ("record", "result", "verdict"),
    [
        ("v=spf1 ip4:192.0.2.0/24 -all", "pass", "PASS"),
        ("v=spf1 a:mail.sender.example -all", "pass", "PASS"),
        ("v=spf1 mx -all", "pass", "PASS"),
        ("v=spf1 include:other.example -all", "pass", "PASS"),
        ("v=spf1 redirect=other.example", "pass", "PASS"),
        ("v=spf1 exists:%{ir}.list.example -all", "pass", "PASS"),
        ("v=spf1 ip4:198.51.100.0/24 -all", "fail", "FAIL"),
        ("v=spf1 ~all", "softfail", "GRAY"),
        ("v=spf1 ?all", "neutral", "GRAY"),
        ("no policy", "none", "GRAY"),
        ("v=spf1 nonsense:x", "permerror", "PROCESSING_FAILED"),
        ("v=spf1 include:sender.example -all", "permerror", "PROCESSING_FAILED"),
    ],
)
def test_spf(record: str, result: str, verdict: str) -> None:
    records: Records = {
        ("sender.example", "TXT"): [record],
        ("sender.example", "MX"): ["mail.sender.example"],
        ("mail.sender.example", "A"): ["192.0.2.1"],
        ("other.example", "TXT"): ["v=spf1 ip4:192.0.2.1 -all"],
        ("1.2.0.192.list.example", "A"): ["127.0.0.2"],
    }
    found = judged(records)
    assert (found.spf_result, found.spf) == (result, verdict)


def test_spf_of_a_domain_that_is_not_there() -> None:
    assert judged({}).spf == "GRAY"


def test_spf_of_the_client_where_there_is_no_sender() -> None:
    records: Records = {("mail.sender.example", "TXT"): ["v=spf1 ip4:192.0.2.1 -all"]}
    assert judged(records, mail_from="").spf == "PASS"
    assert judged(records, mail_from="", helo="[192.0.2.1]").spf == "GRAY"


@pytest.mark.parametrize(
    ("remote_ip", "verdict"),
    [("2001:db8::1", "PASS"), ("2001:db9::1", "FAIL"), ("", "PROCESSING_FAILED")],
)
def test_spf_of_other_addresses(remote_ip: str, verdict: str) -> None:
    records: Records = {("sender.example", "TXT"): ["v=spf1 ip6:2001:db8::/32 -all"]}
    assert judged(records, remote_ip=remote_ip).spf == verdict


@pytest.mark.parametrize("text", ["", "@", "a@", "é@é", "a b", "x" * 300, "\0", "a@b..c", "[::1]"])
def test_odd_names_break_nothing(text: str) -> None:
    found = judged(SPF, mail_from=text, helo=text)
    assert found.spf in ("GRAY", "PROCESSING_FAILED")


# DKIM


def test_a_mail_without_a_signature() -> None:
    found = judged({})
    assert (found.dkim, found.signatures) == ("GRAY", [])


def test_a_signature() -> None:
    found = judged(published("sender.example"), signed("sender.example"))
    assert found.dkim == "PASS"
    assert found.signatures == [Signed("pass", "sender.example", "@sender.example")]


def test_a_mail_that_was_changed() -> None:
    raw = signed("sender.example").replace(b"Text", b"Test")
    found = judged(published("sender.example"), raw)
    assert found.dkim == "FAIL"
    assert found.signatures == [Signed("fail", "sender.example", "@sender.example")]


@pytest.mark.parametrize("record", [[], ["v=DKIM1; p="], ["nonsense"], ["v=DKIM1; k=rsa; p=AAAA"]])
def test_a_key_that_cannot_be_used(record: list[str]) -> None:
    records: Records = {("s._domainkey.sender.example", "TXT"): record}
    found = judged(records, signed("sender.example"))
    assert found.dkim == "PROCESSING_FAILED"
    assert [each.result for each in found.signatures] == ["permerror"]


def test_one_good_signature_is_enough() -> None:
    raw = signed("other.example", signed("sender.example"))
    found = judged(published("sender.example"), raw)
    assert found.dkim == "PASS"
    assert [(each.result, each.domain) for each in found.signatures] == [
        ("permerror", "other.example"),
        ("pass", "sender.example"),
    ]


@pytest.mark.parametrize(
    "header",
    [
        b"nonsense",
        b"",
        b"v=1",
        b"v=1; d=sender.example; s=s; h=from; b=!; bh=!; a=rsa-sha256",
        b"=;=;=",
    ],
)
def test_a_header_that_is_no_signature(header: bytes) -> None:
    found = judged(published("sender.example"), b"DKIM-Signature: " + header + b"\r\n" + RAW)
    assert found.dkim in ("FAIL", "PROCESSING_FAILED")


def test_a_message_that_is_none() -> None:
    raw = b"DKIM-Signature: v=1\r\nno header\r\n\xff\x00"
    assert judged({}, raw).dkim == "PROCESSING_FAILED"
    assert judged({}, b"").dmarc == "PROCESSING_FAILED"


# DMARC


def test_without_a_policy() -> None:
    found = judged(SPF)
    assert (found.dmarc, found.dmarc_result, found.dmarc_policy) == ("GRAY", "none", None)
    assert found.author == "sender.example"


def test_spf_of_the_authors_domain_passes() -> None:
    found = judged(SPF | {DMARC: ["v=DMARC1; p=reject"]})
    assert (found.dmarc, found.dmarc_policy) == ("PASS", None)


@pytest.mark.parametrize("policy", ["none", "quarantine", "reject"])
def test_a_failure_tells_the_policy(policy: str) -> None:
    found = judged({DMARC: [f"v=DMARC1; p={policy}; sp=none"]})
    assert (found.dmarc, found.dmarc_result, found.dmarc_policy) == ("FAIL", "fail", policy)


@pytest.mark.parametrize(
    ("mode", "expected"), [("", "PASS"), ("aspf=r; ", "PASS"), ("aspf=s; ", "FAIL")]
)
def test_alignment_of_spf(mode: str, expected: str) -> None:
    records: Records = {
        ("bounce.sender.example", "TXT"): ["v=spf1 ip4:192.0.2.1 -all"],
        DMARC: [f"v=DMARC1; {mode}p=reject"],
    }
    assert judged(records, mail_from="x@bounce.sender.example").dmarc == expected


@pytest.mark.parametrize(
    ("domain", "mode", "expected"),
    [
        ("sender.example", "", "PASS"),
        ("mail.sender.example", "", "PASS"),
        ("mail.sender.example", "adkim=s; ", "FAIL"),
        ("sender.example", "adkim=s; ", "PASS"),
        ("other.example", "", "FAIL"),
        ("example", "", "FAIL"),
    ],
)
def test_alignment_of_dkim(domain: str, mode: str, expected: str) -> None:
    records = published(domain) | {DMARC: [f"v=DMARC1; {mode}p=reject"]}
    found = judged(records, signed(domain))
    assert (found.dkim, found.dmarc) == ("PASS", expected)


def test_spf_of_another_domain_does_not_help() -> None:
    records = {**SPF, ("_dmarc.my-shop.example", "TXT"): ["v=DMARC1; p=reject"]}
    raw = RAW.replace(b"ann@sender.example", b"ann@my-shop.example")
    found = judged(records, raw)
    assert (found.spf, found.dmarc, found.author) == ("PASS", "FAIL", "my-shop.example")


@pytest.mark.parametrize(
    ("tags", "policy"),
    [
        ("p=reject", "reject"),
        ("p=reject; sp=quarantine", "quarantine"),
        ("p=none; sp=what", "none"),
    ],
)
def test_the_policy_of_the_domain_around(tags: str, policy: str) -> None:
    raw = RAW.replace(b"ann@sender.example", b"ann@a.b.sender.example")
    found = judged({DMARC: [f"v=DMARC1; {tags}"]}, raw)
    assert (found.dmarc, found.dmarc_policy) == ("FAIL", policy)
    own = {("_dmarc.a.b.sender.example", "TXT"): ["v=DMARC1;p=none"]}
    assert judged({DMARC: ["v=DMARC1; p=reject"], **own}, raw).dmarc_policy == "none"


@pytest.mark.parametrize(
    "texts",
    [
        ["v=DMARC1; p=reject", "v=DMARC1; p=none"],
        ["v=DMARC2; p=reject"],
        ["p=reject; v=DMARC1"],
        ["v=DMARC1"],
        ["something else"],
    ],
)
def test_what_is_no_policy(texts: list[str]) -> None:
    assert judged({DMARC: texts}).dmarc == "GRAY"


def test_a_policy_among_other_records() -> None:
    found = judged({DMARC: ["something else", "V=dmarc1 ;P=Reject"]})
    assert (found.dmarc, found.dmarc_policy) == ("FAIL", "reject")
    assert judged({DMARC: ["v=DMARC1; rua=mailto:a@b.c; p=what"]}).dmarc_policy == "none"
    assert judged({DMARC: ["v=DMARC1; rua=mailto:a@b.c"]}).dmarc_policy == "none"


@pytest.mark.parametrize(
    "header", [b"", b"From: nobody\r\n", b"From: a@sender.example, b@other.example\r\n"]
)
def test_without_one_author(header: bytes) -> None:
    found = judged({DMARC: ["v=DMARC1; p=reject"]}, header + b"Subject: x\r\n\r\n")
    assert (found.dmarc, found.dmarc_result) == ("PROCESSING_FAILED", "permerror")


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("a.b.example.com", "example.com"),
        ("a.example.co.uk", "example.co.uk"),
        ("example.com", "example.com"),
        ("com", "com"),
        ("a.unknown-top-level", "a.unknown-top-level"),
    ],
)
def test_organisational_domains(domain: str, expected: str) -> None:
    assert organisational_domain(domain) == expected
