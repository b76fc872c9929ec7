"""Identities through both APIs."""

from __future__ import annotations

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import client, refused, running


def test_one_state_for_both_apis(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    v1.verify_email_identity(EmailAddress="v1@example.com")
    v2.create_email_identity(EmailIdentity="example.org")
    v1.verify_email_address(EmailAddress="old@example.com")
    token = v1.verify_domain_identity(Domain="Example.COM")["VerificationToken"]
    names = ["example.com", "example.org", "old@example.com", "v1@example.com"]
    assert v1.list_identities()["Identities"] == names
    listed = v2.list_email_identities()["EmailIdentities"]
    assert [each["IdentityName"] for each in listed] == names
    assert listed[0] == {
        "IdentityType": "DOMAIN",
        "IdentityName": "example.com",
        "SendingEnabled": True,
        "VerificationStatus": "SUCCESS",
    }
    assert v1.list_identities(IdentityType="Domain")["Identities"] == names[:2]
    assert v1.list_identities(IdentityType="EmailAddress")["Identities"] == names[2:]
    assert v1.list_verified_email_addresses()["VerifiedEmailAddresses"] == names[2:]
    attributes = v1.get_identity_verification_attributes(
        Identities=["example.com", "v1@example.com", "unknown@example.com"]
    )["VerificationAttributes"]
    assert attributes == {
        "example.com": {"VerificationStatus": "Success", "VerificationToken": token},
        "v1@example.com": {"VerificationStatus": "Success"},
    }
    v1.delete_identity(Identity="example.org")
    v2.delete_email_identity(EmailIdentity="v1@example.com")
    v1.delete_verified_email_address(EmailAddress="old@example.com")
    assert v1.list_identities()["Identities"] == ["example.com"]


def test_identity_documents(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    ses.create_configuration_set(ConfigurationSetName="default")
    tags = [{"Key": "team", "Value": "mail"}]
    created = ses.create_email_identity(
        EmailIdentity="example.com", Tags=tags, ConfigurationSetName="default"
    )
    assert created["IdentityType"] == "DOMAIN"
    assert created["VerifiedForSendingStatus"] is True
    assert created["DkimAttributes"]["Status"] == "SUCCESS"
    tokens = created["DkimAttributes"]["Tokens"]
    assert len(set(tokens)) == 3
    assert all(len(token) == 32 and token.isalnum() and token.islower() for token in tokens)
    got = ses.get_email_identity(EmailIdentity="example.com")
    assert got["Tags"] == tags
    assert got["ConfigurationSetName"] == "default"
    assert got["FeedbackForwardingStatus"] is True
    assert got["VerificationStatus"] == "SUCCESS"
    assert got["DkimAttributes"]["Tokens"] == tokens
    ses.delete_email_identity(EmailIdentity="example.com")
    again = ses.create_email_identity(EmailIdentity="example.com")
    assert again["DkimAttributes"]["Tokens"] == tokens
    old = client(ses_emulator, "ses")
    assert old.verify_domain_dkim(Domain="example.com")["DkimTokens"] == tokens


def test_arn_is_taken_for_a_name(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    v1.verify_email_identity(EmailAddress="a/b@example.com")
    arn = "arn:aws:ses:us-east-1:000000000000:identity/a/b@example.com"
    assert list(
        v1.get_identity_verification_attributes(Identities=[arn])["VerificationAttributes"]
    ) == [arn]
    assert v2.get_email_identity(EmailIdentity="a/b@example.com")["IdentityType"] == "EMAIL_ADDRESS"
    v1.delete_identity(Identity=arn)
    assert v1.list_identities()["Identities"] == []


def test_verification_again_changes_nothing(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "ses")
    first = ses.verify_domain_identity(Domain="example.com")["VerificationToken"]
    assert ses.verify_domain_identity(Domain="example.com")["VerificationToken"] == first
    assert ses.list_identities()["Identities"] == ["example.com"]


def test_refusals_of_v2(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    for call in (ses.get_email_identity, ses.delete_email_identity):
        assert refused(call, EmailIdentity="a@example.com") == (
            "NotFoundException",
            404,
            "Email identity a@example.com does not exist.",
        )
    ses.create_email_identity(EmailIdentity="a@example.com")
    assert refused(ses.create_email_identity, EmailIdentity="a@example.com") == (
        "AlreadyExistsException",
        400,
        "Email identity a@example.com already exist.",
    )
    assert refused(
        ses.create_email_identity, EmailIdentity="example.com", ConfigurationSetName="unknown"
    ) == ("NotFoundException", 404, "Configuration set <unknown> does not exist.")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no domain", ""),
        ("-.com", ""),
        ("a@", "Missing final '@domain'"),
        ("@", "Missing final '@domain'"),
        ("Name <a@example.com>", "Invalid email address<Name <a@example.com>>."),
        ("a b@c", "Local address contains control or whitespace"),
    ],
)
def test_name_that_is_none(ses_emulator: SesEmulator, name: str, words: str) -> None:
    """``words`` are those of an address's name; what has no @ is taken for a domain's."""
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    domain = f"Invalid domain name <{name}>."
    address = words or f"Invalid email address<{name}>."
    assert refused(v2.create_email_identity, EmailIdentity=name) == (
        "BadRequestException",
        400,
        words or domain,
    )
    code = "InvalidParameterValue"
    for call in (v1.verify_email_identity, v1.verify_email_address):
        assert refused(call, EmailAddress=name) == (code, 400, address)
    for call in (v1.verify_domain_identity, v1.verify_domain_dkim):
        assert refused(call, Domain=name) == (code, 400, domain)


def test_deleting_what_is_not_there_succeeds_in_v1(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "ses")
    ses.delete_identity(Identity="unknown.example.com")
    ses.delete_verified_email_address(EmailAddress="unknown@example.com")


def test_pages(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    for number in range(5):
        v1.verify_email_identity(EmailAddress=f"a{number}@example.com")
        v1.verify_domain_identity(Domain=f"d{number}.example.com")
    v1_pages = list(
        v1.get_paginator("list_identities").paginate(
            IdentityType="EmailAddress", PaginationConfig={"PageSize": 2}
        )
    )
    assert [len(page["Identities"]) for page in v1_pages] == [2, 2, 1]
    names: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = v2.list_email_identities(PageSize=4, **token)
        names += [each["IdentityName"] for each in page["EmailIdentities"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert len(names) == len(set(names)) == 10


def test_verification_by_click_waits() -> None:
    with running(verification="click") as emulator:
        v1, v2 = client(emulator, "ses"), client(emulator, "sesv2")
        v1.verify_email_identity(EmailAddress="a@example.com")
        v2.create_email_identity(EmailIdentity="example.com")
        attributes = v1.get_identity_verification_attributes(
            Identities=["a@example.com", "example.com"]
        )["VerificationAttributes"]
        assert {each["VerificationStatus"] for each in attributes.values()} == {"Pending"}
        got = v2.get_email_identity(EmailIdentity="example.com")
        assert got["VerificationStatus"] == "PENDING"
        assert got["VerifiedForSendingStatus"] is False
        assert v1.list_verified_email_addresses()["VerifiedEmailAddresses"] == []


def test_default_configuration_set(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    ses.create_configuration_set(ConfigurationSetName="default")
    ses.create_email_identity(EmailIdentity="example.com")
    put = ses.put_email_identity_configuration_set_attributes
    put(EmailIdentity="example.com", ConfigurationSetName="default")
    got = ses.get_email_identity(EmailIdentity="example.com")
    assert got["ConfigurationSetName"] == "default"
    put(EmailIdentity="example.com")
    assert "ConfigurationSetName" not in ses.get_email_identity(EmailIdentity="example.com")
    assert refused(put, EmailIdentity="example.com", ConfigurationSetName="unknown") == (
        "NotFoundException",
        404,
        "Configuration set <unknown> does not exist.",
    )
    assert refused(put, EmailIdentity="example.org", ConfigurationSetName="default") == (
        "NotFoundException",
        404,
        "Email identity example.org does not exist.",
    )


def test_failed_creation_leaves_nothing(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    tags = [{"Key": "aws:team", "Value": "mail"}]
    assert refused(ses.create_email_identity, EmailIdentity="example.com", Tags=tags) == (
        "BadRequestException",
        400,
        "Caller is an end user and not allowed to mutate system tags",
    )
    assert ses.list_email_identities()["EmailIdentities"] == []


def test_filters(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    operation = ses.meta.service_model.operation_model("ListEmailIdentities")
    if "Filter" not in operation.input_shape.members:
        pytest.skip("the installed botocore does not filter identities")
    for name in ("a@Example.com", "example.com", "other.com"):
        ses.create_email_identity(EmailIdentity=name)

    def names(**filters: str) -> list[str]:
        identities = ses.list_email_identities(Filter=filters)["EmailIdentities"]
        return [each["IdentityName"] for each in identities]

    assert names(IDENTITY_NAME_CONTAINS="EXAM") == ["a@example.com", "example.com"]
    assert names(IDENTITY_NAME_CONTAINS="exam", IDENTITY_TYPE="DOMAIN") == ["example.com"]
    assert names(VERIFICATION_STATUS="PENDING") == []
