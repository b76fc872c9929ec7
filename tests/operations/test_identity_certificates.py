"""S/MIME certificates of identities, which newer SDKs have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ses_emulator.operations.identity_certificates import PROVISIONING, VALIDITY
from tests.operations.support import Clock, client, refused, running

ARN = "arn:aws:acm:us-east-1:000000000000:certificate/0123abcd"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ses(clock: Clock) -> Iterator[Any]:
    with running(clock) as emulator:
        ses = client(emulator, "sesv2")
        if not hasattr(ses, "associate_email_identity_certificate"):
            pytest.skip("the installed botocore does not have certificates of identities")
        ses.create_email_identity(EmailIdentity="example.com")
        ses.create_email_identity(EmailIdentity="a@example.org")
        yield ses


def certificates(ses: Any, name: str = "example.com", **page: Any) -> list[dict[str, Any]]:
    answer = ses.list_email_identity_certificates(EmailIdentity=name, **page)
    found: list[dict[str, Any]] = answer["Certificates"]
    return found


def test_lifecycle(ses: Any, clock: Clock) -> None:
    ses.associate_email_identity_certificate(EmailIdentity="a@example.org", CertificateArn=ARN)
    start = clock.now
    [certificate] = certificates(ses, "a@example.org")
    assert certificate == {
        "FromAddress": "a@example.org",
        "Status": "PROVISIONING",
        "CertificateArn": ARN,
    }
    clock.now = start + PROVISIONING
    [certificate] = certificates(ses, "a@example.org")
    assert certificate["Status"] == "ACTIVE"
    assert certificate["CertificateExpiryTime"].timestamp() == start + VALIDITY
    clock.now = start + VALIDITY
    [certificate] = certificates(ses, "a@example.org")
    assert certificate["Status"] == "FAILED"
    for _ in range(2):  # the second time there is nothing to take away
        ses.disassociate_email_identity_certificate(EmailIdentity="a@example.org")
    assert certificates(ses, "a@example.org") == []


def test_pages(ses: Any) -> None:
    for number in range(3):
        ses.associate_email_identity_certificate(
            EmailIdentity="example.com",
            FromAddress=f"a{number}@sub.example.com",
            CertificateArn=ARN,
        )
    first = ses.list_email_identity_certificates(EmailIdentity="example.com", PageSize=2)
    assert len(first["Certificates"]) == 2
    [last] = certificates(ses, PageSize=2, NextToken=first["NextToken"])
    assert last["FromAddress"] == "a2@sub.example.com"


def test_identity_with_a_certificate_stays(ses: Any) -> None:
    address = {"EmailIdentity": "example.com", "FromAddress": "a@example.com"}
    ses.associate_email_identity_certificate(**address, CertificateArn=ARN)
    assert refused(ses.delete_email_identity, EmailIdentity="example.com") == (
        "BadRequestException",
        400,
        "Cannot delete <arn:aws:ses:us-east-1:000000000000:identity/example.com> because it has "
        "certificates associated with it. Disassociate all certificates and try again.",
    )
    ses.disassociate_email_identity_certificate(**address)
    ses.delete_email_identity(EmailIdentity="example.com")


def test_refusals(ses: Any) -> None:
    associate = ses.associate_email_identity_certificate
    for name, sender, message in [
        ("example.com", {}, "FromAddress is required when EmailIdentity is a domain."),
        (
            "example.com",
            {"FromAddress": "a@notexample.com"},
            "FromAddress <a@notexample.com> does not belong to the domain identity <example.com>.",
        ),
        (
            "a@example.org",
            {"FromAddress": "b@example.org"},
            "FromAddress <b@example.org> does not match the email identity <a@example.org>.",
        ),
    ]:
        refusal = ("BadRequestException", 400, message)
        assert refused(associate, EmailIdentity=name, CertificateArn=ARN, **sender) == refusal
        disassociate = ses.disassociate_email_identity_certificate
        assert refused(disassociate, EmailIdentity=name, **sender) == refusal
    associate(EmailIdentity="a@example.org", CertificateArn=ARN)
    assert refused(associate, EmailIdentity="a@example.org", CertificateArn=ARN) == (
        "AlreadyExistsException",
        400,
        "A certificate is already associated with sender <a@example.org> on identity "
        "<a@example.org>.",
    )
    missing = ("NotFoundException", 404, "Email identity b@example.org does not exist.")
    unknown = {"EmailIdentity": "b@example.org"}
    assert refused(associate, **unknown, CertificateArn=ARN) == missing
    assert refused(ses.disassociate_email_identity_certificate, **unknown) == missing
    assert refused(ses.list_email_identity_certificates, **unknown) == missing
