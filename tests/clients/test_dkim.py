"""Mail that is sent with boto3 and verified with dkimpy, which asks the emulator for the keys."""

from __future__ import annotations

import base64
import json
import urllib.request
from typing import Any
from urllib.parse import urlencode

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.clients.support import Emulator

RAW = b"From: a@example.com\r\nTo: b@example.org\r\nSubject: \xc3\xbc\n\nbare line feeds\n\n\n"


def verified(emulator: Emulator, id: str) -> dict[str, bool]:
    """The domains that signed a message, in order, and whether their signatures are good."""

    def answer(name: bytes, timeout: float) -> bytes:
        query = urlencode({"name": name.decode(), "type": "TXT"})
        with urllib.request.urlopen(f"{emulator.url}/_ses/dns?{query}", timeout=10) as response:
            records = json.load(response)["records"]
        return str(records[0]["value"]).encode() if records else b""

    message = dkim.DKIM(emulator.raw(id))
    count = sum(name.lower() == b"dkim-signature" for name, _ in message.headers)
    found = {}
    for index in range(count):
        good = message.verify(index, answer)
        found[message.domain.decode()] = good
    return found


def send(emulator: Emulator, sender: str = "Ada <a@example.com>") -> str:
    """Send with v2; the id."""
    simple = {
        "Subject": {"Data": "Grüße"},
        "Body": {"Text": {"Data": "Text"}, "Html": {"Data": "<p>Straße</p>"}},
    }
    answer = emulator.client("sesv2").send_email(
        FromEmailAddress=sender,
        Destination={"ToAddresses": ["b@example.org"]},
        Content={"Simple": simple},
    )
    return str(answer["MessageId"])


def test_both_signatures_verify(ses_emulator: Emulator) -> None:
    ses_emulator.client("sesv2").create_email_identity(EmailIdentity="example.com")
    for sender in ("Ada <a@example.com>", "a@sub.example.com"):
        id = send(ses_emulator, sender)
        assert verified(ses_emulator, id) == {"example.com": True, "amazonses.com": True}
        assert ses_emulator.raw(id) == ses_emulator.raw(id)


def test_a_sender_without_an_identity_is_signed_for_by_amazon(ses_emulator: Emulator) -> None:
    assert verified(ses_emulator, send(ses_emulator)) == {"amazonses.com": True}
    ses_emulator.client("sesv2").create_email_identity(EmailIdentity="a@example.com")
    assert verified(ses_emulator, send(ses_emulator)) == {"amazonses.com": True}


def test_raw_mail(ses_emulator: Emulator) -> None:
    ses_emulator.client("ses").verify_domain_identity(Domain="example.com")
    answer = ses_emulator.client("ses").send_raw_email(RawMessage={"Data": RAW})
    expected = {"example.com": True, "amazonses.com": True}
    assert verified(ses_emulator, answer["MessageId"]) == expected


@pytest.mark.parametrize("format", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_key_of_ones_own(ses_emulator: Emulator, format: PrivateFormat) -> None:
    ses: Any = ses_emulator.client("sesv2")
    key = rsa.generate_private_key(65537, 2048)
    text = base64.b64encode(key.private_bytes(Encoding.DER, format, NoEncryption())).decode()
    given = {"DomainSigningSelector": "mine", "DomainSigningPrivateKey": text}
    ses.create_email_identity(EmailIdentity="example.com", DkimSigningAttributes=given)
    id = send(ses_emulator)
    assert b"\ts=mine; d=example.com; t=" in ses_emulator.raw(id)
    ses.delete_email_identity(EmailIdentity="example.com")
    assert verified(ses_emulator, id) == {"example.com": True, "amazonses.com": True}


def test_what_changes_later_changes_no_mail(ses_emulator: Emulator) -> None:
    ses: Any = ses_emulator.client("sesv2")
    ses.create_email_identity(EmailIdentity="example.com")
    id = send(ses_emulator)
    raw = ses_emulator.raw(id)
    ses.put_email_identity_dkim_signing_attributes(
        EmailIdentity="example.com",
        SigningAttributesOrigin="AWS_SES",
        SigningAttributes={"NextSigningKeyLength": "RSA_1024_BIT"},
    )
    shorter = send(ses_emulator)
    ses.put_email_identity_dkim_attributes(EmailIdentity="example.com", SigningEnabled=False)
    unsigned = send(ses_emulator)
    assert ses_emulator.raw(id) == raw
    both = {"example.com": True, "amazonses.com": True}
    assert verified(ses_emulator, id) == verified(ses_emulator, shorter) == both
    assert verified(ses_emulator, unsigned) == {"amazonses.com": True}
