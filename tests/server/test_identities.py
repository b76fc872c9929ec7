"""Identities in the inspection API, and the DNS that it plays."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ses_emulator.mail.dkim import AMAZON, signatures_of, signed
from ses_emulator.mail.dkim_keys import Signature, public_key
from ses_emulator.operations import identities as operations
from ses_emulator.operations.identity_dkim import put_email_identity_dkim_attributes
from ses_emulator.operations.identity_mail_from import put_email_identity_mail_from_attributes
from ses_emulator.store.account import Account
from tests.server.conftest import Box, Client, error


@pytest.fixture
def account(box: Box) -> Account:
    return Account(box.instance, "000000000000", "us-east-1")


@pytest.fixture
def waiting(client: Client, account: Account) -> Account:
    """The account, where nothing is verified by itself."""
    assert client.put("/_ses/account", json={"verification": "click"}).status_code == 200
    return account


def create(account: Account, name: str, **members: Any) -> list[str]:
    """Create an identity; its tokens."""
    created = operations.create_email_identity(account, {"EmailIdentity": name, **members})
    assert created
    tokens: list[str] = created["DkimAttributes"]["Tokens"]
    return tokens


def mail_from(account: Account, name: str, domain: str) -> None:
    request = {"EmailIdentity": name, "MailFromDomain": domain}
    put_email_identity_mail_from_attributes(account, request)


def records(client: Client, name: str, query: str = "") -> list[tuple[Any, ...]]:
    """Purpose, type, name, value and confirmed of each record of an identity."""
    body: Any = client.get(f"/_ses/identities/{name}{query}").json
    return [tuple(record.values()) for record in body["records"]]


def ask(client: Client, name: str, type: str = "TXT") -> list[str]:
    """The values that the DNS has."""
    body: Any = client.get("/_ses/dns", query_string={"name": name, "type": type}).json
    assert all(record["type"] == type for record in body["records"])
    return [record["value"] for record in body["records"]]


def test_none(client: Client) -> None:
    assert client.get("/_ses/identities").json == {"identities": []}


def test_all_accounts_and_regions(client: Client, box: Box, account: Account) -> None:
    other = Account(box.instance, "111111111111", "eu-west-1")
    create(account, "example.com")
    create(account, "Ada@example.com")
    create(account.elsewhere("eu-west-1"), "example.com")
    create(other, "example.org")
    mail_from(other, "example.org", "bounce.example.org")
    put_email_identity_dkim_attributes(other, {"EmailIdentity": "example.org"})
    body: Any = client.get("/_ses/identities").json
    plain = {
        "account": "000000000000",
        "region": "us-east-1",
        "name": "example.com",
        "type": "DOMAIN",
        "status": "SUCCESS",
        "dkim_enabled": True,
        "dkim_status": "SUCCESS",
        "mail_from_domain": None,
        "mail_from_status": None,
    }
    assert body["identities"] == [
        plain | {"region": "eu-west-1"},
        plain | {"name": "Ada@example.com", "type": "EMAIL_ADDRESS"},
        plain,
        plain
        | {
            "account": "111111111111",
            "region": "eu-west-1",
            "name": "example.org",
            "dkim_enabled": False,
            "mail_from_domain": "bounce.example.org",
            "mail_from_status": "SUCCESS",
        },
    ]
    for query, expected in (
        ("account=111111111111", ["example.org"]),
        ("region=us-east-1", ["Ada@example.com", "example.com"]),
        ("account=000000000000&region=eu-west-1", ["example.com"]),
        ("region=eu-west-2", []),
    ):
        body = client.get(f"/_ses/identities?{query}").json
        assert [each["name"] for each in body["identities"]] == expected


def test_records_of_a_domain(client: Client, waiting: Account) -> None:
    tokens = create(waiting, "example.com")
    mail_from(waiting, "example.com", "bounce.example.com")
    proof = operations.verification_token(waiting, "example.com")
    assert records(client, "example.com") == [
        ("verification", "TXT", "_amazonses.example.com", proof, False),
        *(
            (
                "dkim",
                "CNAME",
                f"{token}._domainkey.example.com",
                f"{token}.dkim.amazonses.com",
                False,
            )
            for token in tokens
        ),
        (
            "mail_from",
            "MX",
            "bounce.example.com",
            "10 feedback-smtp.us-east-1.amazonses.com",
            False,
        ),
        ("mail_from", "TXT", "bounce.example.com", "v=spf1 include:amazonses.com ~all", False),
        ("dmarc", "TXT", "_dmarc.example.com", "v=DMARC1; p=none;", None),
        ("inbound", "MX", "example.com", "10 inbound-smtp.us-east-1.amazonaws.com", None),
    ]


def test_records_of_regions_with_a_zone_of_their_own(client: Client, account: Account) -> None:
    [token, *_] = create(account.elsewhere("eu-south-1"), "example.com")
    values = [value for _, _, _, value, _ in records(client, "example.com")]
    assert f"{token}.dkim.eu-south-1.amazonses.com" in values
    assert "10 inbound-smtp.eu-south-1.amazonaws.com" in values
    [key] = ask(client, f"{token}._domainkey.example.com")
    assert ask(client, f"{token}.dkim.eu-south-1.amazonses.com") == [key]


def test_records_of_an_address(client: Client, account: Account) -> None:
    create(account, "ada@example.com")
    assert records(client, "ada@example.com") == []
    mail_from(account, "ada@example.com", "bounce.example.com")
    assert [each[:2] for each in records(client, "ada@example.com")] == [
        ("mail_from", "MX"),
        ("mail_from", "TXT"),
    ]


def test_record_of_a_key_of_ones_own(client: Client, account: Account) -> None:
    key = rsa.generate_private_key(65537, 1024)
    encoded = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    given = {
        "DomainSigningSelector": "Mine",
        "DomainSigningPrivateKey": base64.b64encode(encoded).decode(),
    }
    create(account, "example.com", DkimSigningAttributes=given)
    [dkim] = [each for each in records(client, "example.com") if each[0] == "dkim"]
    [signature] = signatures_of(account, "a@example.com")
    public = public_key(account.instance, signature)
    assert dkim == ("dkim", "TXT", "Mine._domainkey.example.com", public, True)
    assert ask(client, "mine._DOMAINKEY.example.com.") == [public]
    # It is asked for as long as there is mail that was signed with it.
    operations.delete_email_identity(account, {"EmailIdentity": "example.com"})
    assert ask(client, "Mine._domainkey.example.com") == [public]


def test_a_replica_has_the_records_of_its_primary(client: Client, account: Account) -> None:
    create(account, "example.com")
    origin = {"DomainSigningAttributesOrigin": "AWS_SES_US_EAST_1"}
    create(account.elsewhere("eu-west-1"), "example.com", DkimSigningAttributes=origin)
    create(account.elsewhere("eu-west-1"), "alone.com", DkimSigningAttributes=origin)
    east, west = (
        [each for each in records(client, "example.com", f"?region={region}") if each[0] == "dkim"]
        for region in ("us-east-1", "eu-west-1")
    )
    assert east == west
    assert len(east) == 3
    assert "dkim" not in [purpose for purpose, *_ in records(client, "alone.com")]


def test_verifying_a_domain(client: Client, waiting: Account) -> None:
    create(waiting, "example.com")
    mail_from(waiting, "example.com", "bounce.example.com")
    states = ("status", "dkim_status", "mail_from_status")
    before: Any = client.get("/_ses/identities/example.com").json
    assert [before[state] for state in states] == ["PENDING"] * 3
    answer: Any = client.post("/_ses/identities/example.com/verify").json
    assert [answer[state] for state in states] == ["SUCCESS"] * 3
    confirmed = [record["confirmed"] for record in answer["records"]]
    assert confirmed == [True] * 6 + [None] * 2
    assert client.get("/_ses/identities/example.com").json == answer
    shown = operations.get_email_identity(waiting, {"EmailIdentity": "example.com"})
    assert shown and shown["VerifiedForSendingStatus"] is True
    assert shown["VerificationInfo"]["LastSuccessTimestamp"]


def test_verifying_an_address(client: Client, waiting: Account) -> None:
    create(waiting, "Ada@example.com")
    before: Any = client.get("/_ses/identities/Ada@example.com").json
    assert before["status"] == "PENDING"
    answer: Any = client.post("/_ses/identities/Ada@EXAMPLE.com/verify").json
    assert answer["status"] == "SUCCESS"
    assert answer["dkim_status"] == "NOT_STARTED"


def test_verifying_a_primary_verifies_its_replicas(client: Client, waiting: Account) -> None:
    west = waiting.elsewhere("us-west-2")
    create(waiting, "example.com")
    origin = {"DomainSigningAttributesOrigin": "AWS_SES_US_EAST_1"}
    create(west, "example.com", DkimSigningAttributes=origin)
    client.post("/_ses/identities/example.com/verify?region=us-east-1")
    replica: Any = client.get("/_ses/identities/example.com?region=us-west-2").json
    assert replica["status"] == replica["dkim_status"] == "SUCCESS"


def test_a_name_that_exists_more_than_once(client: Client, box: Box, waiting: Account) -> None:
    create(waiting, "example.com")
    create(waiting.elsewhere("eu-west-1"), "example.com")
    create(Account(box.instance, "111111111111", "eu-west-1"), "example.com")
    for answer in (
        client.get("/_ses/identities/example.com"),
        client.post("/_ses/identities/example.com/verify"),
    ):
        assert answer.status_code == 400
        assert error(answer) == (
            "Identity 'example.com' exists 3 times: add one of "
            "account=000000000000&region=eu-west-1, account=000000000000&region=us-east-1, "
            "account=111111111111&region=eu-west-1."
        )
    assert client.get("/_ses/identities/example.com?region=eu-west-1").status_code == 400
    assert client.post("/_ses/identities/example.com/verify?account=1" + "1" * 11).json
    body: Any = client.get("/_ses/identities").json
    assert [(each["account"][0], each["status"]) for each in body["identities"]] == [
        ("0", "PENDING"),
        ("0", "PENDING"),
        ("1", "SUCCESS"),
    ]


def test_an_unknown_name(client: Client, account: Account) -> None:
    create(account, "example.com")
    for path in ("example.org", "example.com?region=eu-west-1"):
        answer = client.get(f"/_ses/identities/{path}")
        assert answer.status_code == 404
        assert error(answer).endswith("does not exist here: see /_ses/identities for all.")


def test_the_dns_has_every_record(client: Client, account: Account) -> None:
    tokens = create(account, "example.com")
    mail_from(account, "example.com", "Bounce.example.com")
    for _, type, name, value, _ in records(client, "example.com"):
        assert value in ask(client, name, type)
    assert ask(client, "bounce.example.com.") == ["v=spf1 include:amazonses.com ~all"]
    assert ask(client, "example.com", "CNAME") == []
    keys = [ask(client, f"{token}._domainkey.example.com") for token in tokens]
    assert keys == [ask(client, f"{token}.dkim.amazonses.com") for token in tokens]
    signatures = [
        Signature(domain="example.com", selector=token, key=f"RSA_{bits}_BIT")
        for token, bits in zip(tokens, (2048, 1024, 2048), strict=True)
    ]
    assert keys == [[public_key(account.instance, each)] for each in signatures]
    answer: Any = client.get(f"/_ses/dns?name={tokens[0]}._domainkey.example.com&type=TXT").json
    [record] = answer["records"]
    assert record["name"] == f"{tokens[0]}.dkim.amazonses.com"


def test_the_dns_of_two_regions_answers_for_both(client: Client, account: Account) -> None:
    create(account, "example.com")
    create(account.elsewhere("eu-west-1"), "example.com")
    assert sorted(ask(client, "example.com", "MX")) == [
        "10 inbound-smtp.eu-west-1.amazonaws.com",
        "10 inbound-smtp.us-east-1.amazonaws.com",
    ]
    assert ask(client, "_dmarc.example.com") == ["v=DMARC1; p=none;"]


def test_the_dns_of_a_former_identity(client: Client, account: Account) -> None:
    [token, *_] = create(account, "example.com")
    name = f"{token}._domainkey.example.com"
    [signature] = signatures_of(account, "a@example.com")
    signed(account.instance, b"From: a@example.com\r\n\r\n", [signature], 0.0)
    key = ask(client, name)
    operations.delete_email_identity(account, {"EmailIdentity": "example.com"})
    assert ask(client, name) == ask(client, f"{token}.dkim.amazonses.com") == key
    assert ask(client, f"{token}._domainkey.example.org") == []
    assert ask(client, "_dmarc.example.com") == []


def test_the_dns_of_amazon(client: Client, box: Box) -> None:
    name = f"{AMAZON['selector']}._domainkey.amazonses.com"
    assert ask(client, name) == [public_key(box.instance, AMAZON)]
    assert ask(client, name, "MX") == []
    assert ask(client, "a" * 32 + ".dkim.amazonses.com") == []
    assert ask(client, "other._domainkey.amazonses.com") == []


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("type=TXT", "name is missing: give it, as in name=_dmarc.example.com&type=TXT."),
        ("name=x", "type is missing: give it, as in name=_dmarc.example.com&type=TXT."),
        ("name=x&type=A", "type is 'A': use one of TXT, CNAME, MX."),
        ("name=x&type=TXT&region=y", "The parameter 'region' is not known: use name, type."),
    ],
)
def test_what_the_dns_cannot_be_asked(client: Client, query: str, line: str) -> None:
    answer = client.get(f"/_ses/dns?{query}")
    assert answer.status_code == 400
    assert error(answer) == line
