"""MAIL FROM domains of identities through both APIs."""

from __future__ import annotations

from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import client, refused, running


def mail_from_v1(ses: Any, *names: str) -> dict[str, Any]:
    answer = ses.get_identity_mail_from_domain_attributes(Identities=list(names))
    attributes: dict[str, Any] = answer["MailFromDomainAttributes"]
    return attributes


def mail_from_v2(ses: Any, name: str = "example.com") -> dict[str, Any]:
    attributes: dict[str, Any] = ses.get_email_identity(EmailIdentity=name)["MailFromAttributes"]
    return attributes


def test_one_state_for_both_apis(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    v2.create_email_identity(EmailIdentity="example.com")
    v2.create_email_identity(EmailIdentity="a@example.org")
    assert mail_from_v2(v2) == {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}
    assert mail_from_v1(v1, "example.com", "unknown.com") == {
        "example.com": {"BehaviorOnMXFailure": "UseDefaultValue"}
    }
    v1.set_identity_mail_from_domain(
        Identity="example.com",
        MailFromDomain="bounce.example.com",
        BehaviorOnMXFailure="RejectMessage",
    )
    assert mail_from_v2(v2) == {
        "MailFromDomain": "bounce.example.com",
        "MailFromDomainStatus": "SUCCESS",
        "BehaviorOnMxFailure": "REJECT_MESSAGE",
    }
    v2.put_email_identity_mail_from_attributes(
        EmailIdentity="a@example.org", MailFromDomain="mail.example.org"
    )
    assert mail_from_v1(v1, "a@example.org") == {
        "a@example.org": {
            "MailFromDomain": "mail.example.org",
            "MailFromDomainStatus": "Success",
            "BehaviorOnMXFailure": "UseDefaultValue",
        }
    }
    # Without a domain the setting is off, and what it said is gone.
    v2.put_email_identity_mail_from_attributes(
        EmailIdentity="example.com", BehaviorOnMxFailure="REJECT_MESSAGE"
    )
    assert mail_from_v2(v2) == {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}
    v1.set_identity_mail_from_domain(Identity="a@example.org")
    assert mail_from_v2(v2, "a@example.org") == {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}


@pytest.mark.parametrize(
    "domain", ["example.com", "notexample.com", "example.org", "a b.example.com", ".example.com"]
)
@pytest.mark.parametrize("identity", ["example.com", "a@example.com"])
def test_domain_that_is_not_below_the_identitys(
    ses_emulator: SesEmulator, identity: str, domain: str
) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    v2.create_email_identity(EmailIdentity=identity)
    sentence = (
        f"Provided MAIL-FROM domain <{domain}> is not subdomain of the domain of the identity "
        "<example.com>."
    )
    assert refused(v1.set_identity_mail_from_domain, Identity=identity, MailFromDomain=domain) == (
        "InvalidParameterValue",
        400,
        sentence,
    )
    assert refused(
        v2.put_email_identity_mail_from_attributes, EmailIdentity=identity, MailFromDomain=domain
    ) == ("BadRequestException", 400, sentence)


def test_unknown_identity(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    sentence = "Email identity example.com does not exist."
    domain = {"MailFromDomain": "mail.example.com"}
    assert refused(v1.set_identity_mail_from_domain, Identity="example.com", **domain) == (
        "InvalidParameterValue",
        400,
        sentence,
    )
    assert refused(
        v2.put_email_identity_mail_from_attributes, EmailIdentity="example.com", **domain
    ) == ("NotFoundException", 404, sentence)


def test_pending_until_it_is_verified() -> None:
    with running(verification="click") as emulator:
        ses = client(emulator, "sesv2")
        ses.create_email_identity(EmailIdentity="example.com")
        ses.put_email_identity_mail_from_attributes(
            EmailIdentity="example.com", MailFromDomain="mail.example.com"
        )
        assert mail_from_v2(ses)["MailFromDomainStatus"] == "PENDING"
