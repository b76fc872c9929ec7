"""Who signs a message, and signatures that somebody else's verifier takes."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import dkim as verifier
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from ses_emulator.config import Settings
from ses_emulator.mail.compose import Stamp, compose
from ses_emulator.mail.dkim import AMAZON, signatures_of, signed
from ses_emulator.mail.dkim_keys import Signature, private_key, public_key
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.operations import dns
from ses_emulator.operations.identities import create_email_identity, delete_email_identity
from ses_emulator.operations.identity_dkim import (
    put_email_identity_dkim_attributes,
    put_email_identity_dkim_signing_attributes,
)
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.changes import Changes
from ses_emulator.store.database import MEMORY, Database
from ses_emulator.store.messages import Messages
from tests.mail.corpus import COLLECTION, assembled, many, mutated

NOW = 1_750_000_000.75
OWN = Signature(domain="example.com", selector="mail", key="RSA_2048_BIT")
HEADERS = b"From: a@example.com\r\nTo: b@example.org\r\nSubject: x\r\n"


def opened(path: str = MEMORY, **options: Any) -> Instance:
    database, changes = Database(path), Changes()
    messages = Messages(database, changes, keep=0)
    return Instance(Settings(**options), database, changes, messages)


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    """One that only signs, so that its keys are made once."""
    instance = opened()
    yield instance
    instance.database.close()


@pytest.fixture
def account() -> Iterator[Account]:
    instance = opened()
    yield Account(instance, "000000000000", "us-east-1")
    instance.database.close()


def verified(instance: Instance, raw: bytes) -> list[bool]:
    """What a verifier says of each signature of a message, with the keys of the instance."""

    def answer(name: bytes, timeout: float) -> bytes:
        selector, _, domain = name.decode().rstrip(".").partition("._domainkey.")
        [signature] = [
            s for s in (OWN, AMAZON) if (selector, domain) == (s["selector"], s["domain"])
        ]
        return public_key(instance, signature).encode()

    message = verifier.DKIM(raw)
    names = [name.lower() for name, _ in message.headers]
    return [message.verify(index, answer) for index in range(names.count(b"dkim-signature"))]


def composed(raw: bytes) -> bytes:
    return compose(HeaderBlock(raw), Stamp("0100-id", "us-east-1", NOW)).raw


def create(account: Account, name: str, **members: Any) -> list[str]:
    """Create an identity; its tokens."""
    created = create_email_identity(account, {"EmailIdentity": name, **members})
    assert created
    tokens: list[str] = created["DkimAttributes"]["Tokens"]
    return tokens


def put(account: Account, origin: str, **attributes: str) -> None:
    put_email_identity_dkim_signing_attributes(
        account,
        {
            "EmailIdentity": "example.com",
            "SigningAttributesOrigin": origin,
            **({"SigningAttributes": attributes} if attributes else {}),
        },
    )


def enable(account: Account, name: str, enabled: bool) -> None:
    request = {"EmailIdentity": name, "SigningEnabled": enabled}
    put_email_identity_dkim_attributes(account, request)


def own_key(selector: str = "mail") -> dict[str, str]:
    """A key of one's own, as SES takes it."""
    key = rsa.generate_private_key(65537, 1024)
    encoded = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return {
        "DomainSigningSelector": selector,
        "DomainSigningPrivateKey": base64.b64encode(encoded).decode(),
    }


@pytest.mark.parametrize("path", COLLECTION, ids=lambda path: path.name)
def test_mail_of_all_kinds_verifies(instance: Instance, path: Path) -> None:
    raw = composed(path.read_bytes())
    message = signed(instance, raw, [OWN], NOW)
    assert message.endswith(raw)
    assert verified(instance, message)[:2] == [True, True]


@pytest.mark.parametrize(
    "raw",
    [
        HEADERS + b"\r\nText\r\n",
        HEADERS + b"\r\nno line end",
        HEADERS + b"\r\n",
        HEADERS,
        HEADERS + b"\r\n\r\n\r\n\r\n",
        HEADERS + b"\r\ntrailing\r\n\r\n \r\n\r\n\r\n",
        HEADERS + b"\r\nline feeds\nand both\r\n\n\n",
        HEADERS + b"\r\ncarriage\rreturns\r\r\n\r\r\n\r",
        HEADERS + b"\r\n\r\r\n\r\n",
        HEADERS + b"\r\n8 bit: \xc3\xbc \xff \x00\r\n",
        HEADERS.replace(b"\r\n", b"\n") + b"\nline feeds only\n\n",
        b"from:a@example.com\r\nX:\r\nSUBJECT:   many \t  blanks\t\r\n and\r\n\t folds\r\n\r\nText",
        b"Subject: none is from anybody\r\n\r\nText",
        b"To: 1\r\nFrom: a@example.com\r\nTo: 2\r\nFrom: b@example.com\r\nTo: 3\r\n\r\nText",
        b"From: \xc3\xbc@example.com\r\nSubject: \xff\r\n\r\nText",
        b"DKIM-Signature: v=1; a=rsa-sha256; b=x\r\n" + HEADERS + b"\r\nText",
    ],
)
def test_odd_messages_verify(instance: Instance, raw: bytes) -> None:
    for each in (raw, composed(raw)):
        message = signed(instance, each, [OWN], NOW)
        assert message.endswith(each)
        assert message == signed(instance, each, [OWN], NOW)
        assert verifier.DKIM(message).verify(1, lambda *_, **__: public_key(instance, AMAZON))
        assert verifier.DKIM(message).verify(0, lambda *_, **__: public_key(instance, OWN))


@many
@given(st.one_of(mutated(), assembled()))
def test_whatever_was_composed_verifies(instance: Instance, raw: bytes) -> None:
    raw = composed(raw)
    message = signed(instance, raw, [], NOW)
    assert message.endswith(raw)
    try:
        verification = verifier.DKIM(message)
    except verifier.MessageFormatError:  # it takes no blank before the colon of a field
        return
    assert verification.verify(0, lambda *_, **__: public_key(instance, AMAZON))


def test_what_is_changed_does_not_verify(instance: Instance) -> None:
    raw = composed(HEADERS + b"\r\nText\r\n")
    message = signed(instance, raw, [OWN], NOW)
    assert verified(instance, message.replace(b"Subject: x", b"Subject:  X")) == [False, False]
    assert verified(instance, message.replace(b"Subject: x", b"sUBJECT:   x")) == [True, True]
    assert verified(instance, message.replace(b"Feedback-ID: ", b"Feedback-ID: :")) == [True, False]
    with pytest.raises(verifier.ValidationError, match="body hash mismatch"):
        verified(instance, message.replace(b"Text", b"text"))


def test_the_largest_message_verifies(instance: Instance) -> None:
    body = b"0123456789" * 7 + b"\n"
    raw = composed(HEADERS + b"\n" + body * (40 * 1024 * 1024 // len(body)))
    assert verified(instance, signed(instance, raw, [OWN], NOW)) == [True, True]


def test_the_header_is_as_ses_writes_it(instance: Instance) -> None:
    raw = composed(
        b"MIME-Version: 1.0\r\nX-Mailer: mine\r\nfrom: a@example.com\r\nTo: b@example.org\r\n"
        b"List-Unsubscribe: <https://example.com>\r\nUser-Agent: mine\r\nSubject: x\r\n\r\nText"
    )
    lines = signed(instance, raw, [OWN], NOW)[: -len(raw)].decode().split("\r\n")
    body_hash = base64.b64encode(hashlib.sha256(b"Text\r\n").digest()).decode()
    headers = "MIME-Version:from:To:List-Unsubscribe:Subject:Message-ID:Date"
    first = "DKIM-Signature: v=1; a=rsa-sha256; q=dns/txt; c=relaxed/simple;"
    assert lines[:4] == [
        first,
        "\ts=mail; d=example.com; t=1750000000;",
        f"\th={headers};",
        f"\tbh={body_hash};",
    ]
    assert [len(line) for line in lines[4:10]] == [67, 68, 68, 68, 68, 13]
    assert lines[10:14] == [
        first,
        "\ts=6gbrjpgwjskckoa6a5zn6fwqkn67xbtw; d=amazonses.com; t=1750000000;",
        f"\th={headers}:Feedback-ID;",
        f"\tbh={body_hash};",
    ]
    assert [len(line) for line in lines[14:]] == [67, 68, 42, 0]


def test_long_names_are_folded(instance: Instance) -> None:
    signature = Signature(domain="hernandez-ros.com", selector="4" * 32, key="RSA_1024_BIT")
    assert signed(instance, HEADERS, [signature], NOW).split(b"\r\n")[1:3] == [
        b"\ts=" + b"4" * 32 + b"; d=hernandez-ros.com;",
        b"\tt=1750000000;",
    ]


def test_a_message_in_lines_of_unix_stays_in_them(instance: Instance) -> None:
    raw = b"From: a@example.com\n\nText\n"
    assert b"\r" not in signed(instance, raw, [OWN], NOW)


def test_keys_are_made_once_and_when_they_are_needed(tmp_path: Path) -> None:
    path = str(tmp_path / "keys.sqlite")
    instance = opened(path)
    account = Account(instance, "000000000000", "us-east-1")
    tokens = create(account, "example.com")
    [signature] = signatures_of(account, "a@example.com")
    assert signature == {"domain": "example.com", "selector": tokens[0], "key": "RSA_2048_BIT"}
    with instance.database.reading() as connection:
        kind = "SELECT count(*) FROM documents WHERE kind = 'DkimKey'"
        assert connection.execute(kind).fetchone() == (0,)
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: signed(instance, HEADERS, [signature], NOW), range(8)))
    assert len(made) == 1
    with instance.database.reading() as connection:
        assert connection.execute(kind).fetchone() == (2,)
    instance.database.close()
    instance = opened(path)
    assert signed(instance, HEADERS, [signature], NOW) in made
    instance.database.close()


def test_every_identity_has_a_key_of_its_own(account: Account) -> None:
    west = account.elsewhere("us-west-2")
    for place, name in ((account, "example.com"), (account, "example.org"), (west, "example.com")):
        create(place, name)
    found = [
        *signatures_of(account, "a@example.com"),
        *signatures_of(account, "a@example.org"),
        *signatures_of(west, "a@example.com"),
    ]
    keys = [private_key(account.instance, each) for each in found]
    assert [key.key_size for key in keys] == [2048] * 3
    assert len({key.private_numbers().d for key in keys}) == 3


def test_who_signs(account: Account) -> None:
    assert signatures_of(account, "a@example.com") == []
    create(account, "example.com")
    domains = {
        sender: [each["domain"] for each in signatures_of(account, sender)]
        for sender in (
            "a@example.com",
            "a@deep.sub.example.com",
            "a@example.org",
            "a@myexample.com",
            "a@com",
        )
    }
    assert domains == {
        "a@example.com": ["example.com"],
        "a@deep.sub.example.com": ["example.com"],
        "a@example.org": [],
        "a@myexample.com": [],
        "a@com": [],
    }
    assert signatures_of(account.elsewhere("eu-west-1"), "a@example.com") == []
    assert signatures_of(Account(account.instance, "1" * 12, "us-east-1"), "a@example.com") == []


def test_the_nearest_domain_decides(account: Account) -> None:
    create(account, "example.com")
    create(account, "sub.example.com")
    [own] = signatures_of(account, "a@sub.example.com")
    assert own["domain"] == "sub.example.com"
    enable(account, "sub.example.com", False)
    assert signatures_of(account, "a@sub.example.com") == []
    assert signatures_of(account, "a@deep.sub.example.com") == []
    assert len(signatures_of(account, "a@other.example.com")) == 1


def test_an_address_may_be_signed_or_not(account: Account) -> None:
    create(account, "a@example.com")
    assert signatures_of(account, "a@example.com") == []  # no domain, no key
    create(account, "example.com")
    assert len(signatures_of(account, "a@example.com")) == 1
    enable(account, "a@example.com", False)
    assert signatures_of(account, "a@example.com") == []
    assert len(signatures_of(account, "b@example.com")) == 1
    enable(account, "example.com", False)
    enable(account, "a@example.com", True)
    assert [each["domain"] for each in signatures_of(account, "a@example.com")] == ["example.com"]
    assert signatures_of(account, "b@example.com") == []


def test_it_is_remembered_within_a_send_and_no_longer(account: Account) -> None:
    create(account, "example.com")
    with account.instance.database.transaction():
        found = signatures_of(account, "a@example.com")
        assert signatures_of(account, "a@example.com") is found
        enable(account, "example.com", False)
        assert signatures_of(account, "a@example.com") == []


def test_unconfirmed_records_sign_nothing() -> None:
    instance = opened(verification="click")
    account = Account(instance, "000000000000", "us-east-1")
    create(account, "example.com")
    assert signatures_of(account, "a@example.com") == []
    dns.confirm(account, "example.com")
    assert len(signatures_of(account, "a@example.com")) == 1
    instance.database.close()


def test_a_key_of_another_length_has_another_selector(account: Account) -> None:
    tokens = create(account, "example.com")
    [before] = signatures_of(account, "a@example.com")
    message = signed(account.instance, HEADERS, [before], NOW)
    put(account, "AWS_SES", NextSigningKeyLength="RSA_1024_BIT")
    [after] = signatures_of(account, "a@example.com")
    assert after == {"domain": "example.com", "selector": tokens[1], "key": "RSA_1024_BIT"}
    assert private_key(account.instance, after).key_size == 1024
    assert signed(account.instance, HEADERS, [before], NOW) == message


def test_a_key_of_ones_own(account: Account) -> None:
    key = own_key("mine")
    create(account, "example.com", DkimSigningAttributes=key)
    [signature] = signatures_of(account, "a@sub.example.com")
    assert (signature["domain"], signature["selector"]) == ("example.com", "mine")
    message = signed(account.instance, HEADERS, [signature], NOW)
    given = base64.b64decode(key["DomainSigningPrivateKey"])
    numbers = private_key(account.instance, signature)
    assert (
        numbers.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        == given
    )
    # What is signed with it stays so, whatever becomes of the identity.
    put(account, "EXTERNAL", **own_key("mine"))
    [other] = signatures_of(account, "a@example.com")
    assert other["selector"] == "mine"
    assert signed(account.instance, HEADERS, [other], NOW) != message
    assert signed(account.instance, HEADERS, [signature], NOW) == message
    put(account, "AWS_SES")
    delete_email_identity(account, {"EmailIdentity": "example.com"})
    assert signed(account.instance, HEADERS, [signature], NOW) == message


def test_a_replica_signs_with_the_key_of_its_primary(account: Account) -> None:
    create(account, "example.com")
    west = account.elsewhere("us-west-2")
    origin = {"DomainSigningAttributesOrigin": "AWS_SES_US_EAST_1"}
    create(west, "example.com", DkimSigningAttributes=origin)
    assert signatures_of(west, "a@example.com") == signatures_of(account, "a@example.com") != []
    create(west, "alone.com", DkimSigningAttributes=origin)
    assert signatures_of(west, "a@alone.com") == []


def test_public_keys(instance: Instance) -> None:
    assert re.fullmatch(r"v=DKIM1; k=rsa; p=MIIBIjAN[A-Za-z0-9+/]{384}", public_key(instance, OWN))
    assert re.fullmatch(
        r"v=DKIM1; k=rsa; p=MIGfMA0G[A-Za-z0-9+/]{208}", public_key(instance, AMAZON)
    )
