"""DKIM of identities through both APIs."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ses_emulator.pytest_plugin import SesEmulator
from ses_emulator.store.account import DAY
from tests.operations.support import Clock, client, refused, running

LENGTHS = ("CurrentSigningKeyLength", "NextSigningKeyLength")


def key_text(key: Any, format: PrivateFormat = PrivateFormat.PKCS8) -> str:
    """A private key as SES takes it."""
    return base64.b64encode(key.private_bytes(Encoding.DER, format, NoEncryption())).decode()


@pytest.fixture(scope="session")
def rsa_key() -> Any:
    return rsa.generate_private_key(65537, 1024)


def own_key(key: Any, selector: str = "mail") -> dict[str, str]:
    return {"DomainSigningSelector": selector, "DomainSigningPrivateKey": key_text(key)}


def dkim_of(ses: Any, name: str = "example.com") -> dict[str, Any]:
    attributes: dict[str, Any] = ses.get_email_identity(EmailIdentity=name)["DkimAttributes"]
    return attributes


def test_easy_dkim(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    created = v2.create_email_identity(EmailIdentity="example.com")["DkimAttributes"]
    assert created["SigningEnabled"] is True
    assert created["Status"] == "SUCCESS"
    assert created["SigningAttributesOrigin"] == "AWS_SES"
    assert created["SigningHostedZone"] == "dkim.amazonses.com"
    assert [created[length] for length in LENGTHS] == ["RSA_2048_BIT"] * 2
    assert "LastKeyGenerationTimestamp" in created
    assert len(set(created["Tokens"])) == 3
    assert dkim_of(v2) == created
    assert v1.verify_domain_dkim(Domain="example.com")["DkimTokens"] == created["Tokens"]
    assert v1.get_identity_dkim_attributes(Identities=["example.com", "unknown.example.com"])[
        "DkimAttributes"
    ] == {
        "example.com": {
            "DkimEnabled": True,
            "DkimVerificationStatus": "Success",
            "DkimTokens": created["Tokens"],
        }
    }


def test_region_with_a_dkim_domain_of_its_own(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2", region="af-south-1")
    created = ses.create_email_identity(EmailIdentity="example.com")["DkimAttributes"]
    assert created["SigningHostedZone"] == "dkim.af-south-1.amazonses.com"


def test_signing_is_switched_by_both_apis(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    v2.create_email_identity(EmailIdentity="example.com")
    v1.set_identity_dkim_enabled(Identity="example.com", DkimEnabled=False)
    assert dkim_of(v2)["SigningEnabled"] is False
    assert dkim_of(v2)["Status"] == "SUCCESS"
    v2.put_email_identity_dkim_attributes(EmailIdentity="example.com", SigningEnabled=True)
    assert dkim_of(v2)["SigningEnabled"] is True
    v2.put_email_identity_dkim_attributes(EmailIdentity="example.com")
    attributes = v1.get_identity_dkim_attributes(Identities=["example.com"])["DkimAttributes"]
    assert attributes["example.com"]["DkimEnabled"] is False


def test_address_has_the_signing_of_its_domain(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    alone = v2.create_email_identity(EmailIdentity="a@example.com")["DkimAttributes"]
    assert alone == {
        "SigningEnabled": False,
        "Status": "NOT_STARTED",
        "Tokens": [],
        "SigningAttributesOrigin": "AWS_SES",
    }
    refusal = "Domain example.com is not verified for DKIM signing."
    assert refused(v1.set_identity_dkim_enabled, Identity="a@example.com", DkimEnabled=True) == (
        "InvalidParameterValue",
        400,
        refusal,
    )
    assert refused(
        v2.put_email_identity_dkim_attributes, EmailIdentity="a@example.com", SigningEnabled=True
    ) == ("BadRequestException", 400, refusal)
    assert refused(v1.set_identity_dkim_enabled, Identity="example.com", DkimEnabled=True) == (
        "InvalidParameterValue",
        400,
        refusal,
    )
    assert refused(v2.put_email_identity_dkim_attributes, EmailIdentity="example.com") == (
        "BadRequestException",
        400,
        refusal,
    )
    domain = v2.create_email_identity(EmailIdentity="example.com")["DkimAttributes"]
    assert dkim_of(v2, "a@example.com") == domain
    v1.set_identity_dkim_enabled(Identity="a@example.com", DkimEnabled=False)
    assert dkim_of(v2, "a@example.com") == domain | {"SigningEnabled": False}
    assert dkim_of(v2) == domain
    v1.set_identity_dkim_enabled(Identity="unknown@example.com", DkimEnabled=False)
    assert len(v2.list_email_identities()["EmailIdentities"]) == 2


def test_own_key(ses_emulator: SesEmulator, rsa_key: Any) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    created = v2.create_email_identity(
        EmailIdentity="example.com", DkimSigningAttributes=own_key(rsa_key)
    )["DkimAttributes"]
    assert created == {
        "SigningEnabled": True,
        "Status": "SUCCESS",
        "Tokens": ["mail"],
        "SigningAttributesOrigin": "EXTERNAL",
    }
    attributes = v1.get_identity_dkim_attributes(Identities=["example.com"])["DkimAttributes"]
    assert attributes["example.com"]["DkimTokens"] == ["mail"]
    # From one's own key to Easy DKIM and back; whether mail is signed at all stays as it was.
    v1.set_identity_dkim_enabled(Identity="example.com", DkimEnabled=False)
    easy = v2.put_email_identity_dkim_signing_attributes(
        EmailIdentity="example.com", SigningAttributesOrigin="AWS_SES"
    )
    assert easy["DkimStatus"] == "SUCCESS"
    assert easy["SigningHostedZone"] == "dkim.amazonses.com"
    assert len(easy["DkimTokens"]) == 3
    assert dkim_of(v2)["SigningEnabled"] is False
    traditional = key_text(rsa_key, PrivateFormat.TraditionalOpenSSL)
    external = v2.put_email_identity_dkim_signing_attributes(
        EmailIdentity="example.com",
        SigningAttributesOrigin="EXTERNAL",
        SigningAttributes=own_key(rsa_key, "new") | {"DomainSigningPrivateKey": traditional},
    )
    external.pop("ResponseMetadata")
    assert external == {"DkimStatus": "SUCCESS", "DkimTokens": ["new"]}


def test_keys_that_are_none(ses_emulator: SesEmulator, rsa_key: Any) -> None:
    ses = client(ses_emulator, "sesv2")
    pem = rsa_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    keys = {
        "no base64 of a key": "bm9uc2Vuc2U=",
        "PEM": base64.b64encode(pem).decode(),
        "no RSA key": key_text(ec.generate_private_key(ec.SECP256R1())),
        "too long": key_text(rsa.generate_private_key(65537, 3072)),
    }
    for key in keys.values():
        attributes = {"DomainSigningSelector": "mail", "DomainSigningPrivateKey": key}
        assert refused(
            ses.create_email_identity, EmailIdentity="example.com", DkimSigningAttributes=attributes
        ) == (
            "BadRequestException",
            400,
            "DomainSigningPrivateKey must be an RSA key of 1024 to 2048 bits, in PKCS #1 or "
            "PKCS #8 format and base64, without the lines that begin and end a PEM file.",
        )
    assert ses.list_email_identities()["EmailIdentities"] == []


def test_attributes_that_do_not_go_together(ses_emulator: SesEmulator, rsa_key: Any) -> None:
    ses = client(ses_emulator, "sesv2")
    both = "DomainSigningSelector and DomainSigningPrivateKey"
    external = f"The origin EXTERNAL needs {both}, and nothing else."
    for given, message in [
        ({"DomainSigningSelector": "mail"}, external),
        (own_key(rsa_key) | {"NextSigningKeyLength": "RSA_1024_BIT"}, external),
        (
            {"DomainSigningAttributesOrigin": "EXTERNAL"},
            "DomainSigningAttributesOrigin cannot be EXTERNAL.",
        ),
        (
            own_key(rsa_key) | {"DomainSigningAttributesOrigin": "AWS_SES_EU_WEST_1"},
            f"{both} are not for the origin AWS_SES_EU_WEST_1.",
        ),
    ]:
        assert refused(
            ses.create_email_identity, EmailIdentity="example.com", DkimSigningAttributes=given
        ) == ("BadRequestException", 400, message)
    ses.create_email_identity(EmailIdentity="example.com")
    for origin, given, message in [
        ("EXTERNAL", {}, external),
        ("AWS_SES", own_key(rsa_key), f"{both} are not for the origin AWS_SES."),
        (
            "AWS_SES",
            {"DomainSigningAttributesOrigin": "AWS_SES_EU_WEST_1"},
            "DomainSigningAttributesOrigin is set by SigningAttributesOrigin.",
        ),
    ]:
        assert refused(
            ses.put_email_identity_dkim_signing_attributes,
            EmailIdentity="example.com",
            SigningAttributesOrigin=origin,
            SigningAttributes=given,
        ) == ("BadRequestException", 400, message)
    assert dkim_of(ses)["SigningAttributesOrigin"] == "AWS_SES"


def test_signing_attributes_are_a_domains(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    refusal = ("BadRequestException", 400, "The EmailIdentity value must be a valid domain.")
    length = {"NextSigningKeyLength": "RSA_1024_BIT"}
    assert (
        refused(
            ses.create_email_identity, EmailIdentity="a@example.com", DkimSigningAttributes=length
        )
        == refusal
    )
    put = ses.put_email_identity_dkim_signing_attributes
    assert refused(put, EmailIdentity="a@example.com", SigningAttributesOrigin="AWS_SES") == refusal
    assert refused(put, EmailIdentity="example.com", SigningAttributesOrigin="AWS_SES") == (
        "NotFoundException",
        404,
        "Email identity example.com does not exist.",
    )


def test_key_length_changes_once_a_day() -> None:
    clock = Clock()
    with running(clock) as emulator:
        ses = client(emulator, "sesv2")
        tokens = ses.create_email_identity(
            EmailIdentity="example.com",
            DkimSigningAttributes={"NextSigningKeyLength": "RSA_1024_BIT"},
        )["DkimAttributes"]["Tokens"]
        assert [dkim_of(ses)[length] for length in LENGTHS] == ["RSA_1024_BIT"] * 2

        def change(length: str) -> Any:
            return ses.put_email_identity_dkim_signing_attributes(
                EmailIdentity="example.com",
                SigningAttributesOrigin="AWS_SES",
                SigningAttributes={"NextSigningKeyLength": length},
            )

        clock.now += 60
        assert change("RSA_2048_BIT")["DkimTokens"] == tokens
        changed = dkim_of(ses)
        assert [changed[length] for length in LENGTHS] == ["RSA_2048_BIT"] * 2
        assert changed["LastKeyGenerationTimestamp"].timestamp() == clock.now
        clock.now += DAY - 1
        change("RSA_2048_BIT")
        assert refused(change, "RSA_1024_BIT") == (
            "BadRequestException",
            400,
            "NextSigningKeyLength can be changed at most once per day.",
        )
        clock.now += 1
        change("RSA_1024_BIT")
        assert dkim_of(ses)["CurrentSigningKeyLength"] == "RSA_1024_BIT"


def test_replica_of_another_region(ses_emulator: SesEmulator) -> None:
    east = client(ses_emulator, "sesv2")
    west = client(ses_emulator, "sesv2", region="us-west-2")
    primary = east.create_email_identity(EmailIdentity="example.com")["DkimAttributes"]
    origin = {"DomainSigningAttributesOrigin": "AWS_SES_US_EAST_1"}
    replica = west.create_email_identity(EmailIdentity="example.com", DkimSigningAttributes=origin)
    assert replica["VerifiedForSendingStatus"] is True
    expected = primary | {"SigningAttributesOrigin": "AWS_SES_US_EAST_1"}
    assert replica["DkimAttributes"] == expected
    # What changes in the primary changes in the replica.
    east.put_email_identity_dkim_signing_attributes(
        EmailIdentity="example.com",
        SigningAttributesOrigin="AWS_SES",
        SigningAttributes={"NextSigningKeyLength": "RSA_1024_BIT"},
    )
    assert dkim_of(west)["CurrentSigningKeyLength"] == "RSA_1024_BIT"
    sentence = (
        "Cannot delete <arn:aws:ses:us-east-1:000000000000:identity/example.com> because it has "
        "replica identities in us-west-2."
    )
    assert refused(east.delete_email_identity, EmailIdentity="example.com") == (
        "BadRequestException",
        400,
        sentence,
    )
    v1 = client(ses_emulator, "ses")
    assert refused(v1.delete_identity, Identity="example.com") == (
        "InvalidParameterValue",
        400,
        sentence,
    )
    west.put_email_identity_dkim_signing_attributes(
        EmailIdentity="example.com", SigningAttributesOrigin="AWS_SES"
    )
    assert dkim_of(west)["Tokens"] != primary["Tokens"]
    east.delete_email_identity(EmailIdentity="example.com")


def test_replica_without_a_primary_is_not_verified(ses_emulator: SesEmulator, rsa_key: Any) -> None:
    regions = {"": "us-east-1", "west": "us-west-2", "eu": "eu-west-1"}
    home, west, eu = (client(ses_emulator, "sesv2", region=each) for each in regions.values())
    west.create_email_identity(EmailIdentity="own.com", DkimSigningAttributes=own_key(rsa_key))
    eu.create_email_identity(EmailIdentity="replica.com")
    west.create_email_identity(
        EmailIdentity="replica.com",
        DkimSigningAttributes={"DomainSigningAttributesOrigin": "AWS_SES_EU_WEST_1"},
    )
    for name, region, error in [
        ("none.com", "US_WEST_2", "REPLICATION_PRIMARY_NOT_FOUND"),
        ("own.com", "US_WEST_2", "REPLICATION_PRIMARY_BYO_DKIM_NOT_SUPPORTED"),
        ("replica.com", "US_WEST_2", "REPLICATION_REPLICA_AS_PRIMARY_NOT_SUPPORTED"),
        ("self.com", "US_EAST_1", "REPLICATION_PRIMARY_INVALID_REGION"),
    ]:
        home.create_email_identity(
            EmailIdentity=name,
            DkimSigningAttributes={"DomainSigningAttributesOrigin": f"AWS_SES_{region}"},
        )
        got = home.get_email_identity(EmailIdentity=name)
        assert got["VerificationInfo"]["ErrorType"] == error
        assert got["VerificationStatus"] == got["DkimAttributes"]["Status"] == "FAILED"
        assert got["VerifiedForSendingStatus"] is False


def test_too_many_identities_at_once(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "ses")
    names = [f"d{number}.example.com" for number in range(101)]
    assert refused(ses.get_identity_dkim_attributes, Identities=names) == (
        "InvalidParameterValue",
        400,
        "Number of identities exceeds the limit of 100.",
    )
    assert ses.get_identity_dkim_attributes(Identities=names[1:])["DkimAttributes"] == {}


def test_pending_until_it_is_verified(rsa_key: Any) -> None:
    with running(verification="click") as emulator:
        v1, v2 = client(emulator, "ses"), client(emulator, "sesv2")
        easy = v2.create_email_identity(EmailIdentity="easy.com")["DkimAttributes"]
        own = v2.create_email_identity(
            EmailIdentity="own.com", DkimSigningAttributes=own_key(rsa_key)
        )["DkimAttributes"]
        assert easy["Status"] == own["Status"] == "PENDING"
        attributes = v1.get_identity_dkim_attributes(Identities=["easy.com"])["DkimAttributes"]
        assert attributes["easy.com"]["DkimVerificationStatus"] == "Pending"
