"""Custom verification email templates, and the mails that are made of them."""

from __future__ import annotations

from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import client, refused, running

TEMPLATE = {
    "TemplateName": "welcome",
    "FromEmailAddress": "Shop <from@example.com>",
    "TemplateSubject": "Confirm your address",
    "TemplateContent": '<h1 style="color:red">Welcome</h1><img src="a.png" alt="">',
    "SuccessRedirectionURL": "https://example.com/yes",
    "FailureRedirectionURL": "https://example.com/no",
}
LISTED = {name: value for name, value in TEMPLATE.items() if name != "TemplateContent"}
BOTH = pytest.mark.parametrize("service", ["ses", "sesv2"], ids=["v1", "v2"])


def got(ses: Any, name: str = "welcome") -> dict[str, Any]:
    template = dict(ses.get_custom_verification_email_template(TemplateName=name))
    del template["ResponseMetadata"]
    return template


def listed(ses: Any, **arguments: Any) -> list[dict[str, Any]]:
    answer = ses.list_custom_verification_email_templates(**arguments)
    return list(answer["CustomVerificationEmailTemplates"])


@BOTH
def test_lifecycle_seen_by_both_apis(ses_emulator: SesEmulator, service: str) -> None:
    ses = client(ses_emulator, service)
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    ses.create_custom_verification_email_template(**TEMPLATE)
    assert got(v1) == TEMPLATE
    assert got(v2) == {**TEMPLATE, "Tags": []}
    assert listed(v1) == listed(v2) == [LISTED]
    changed = {**TEMPLATE, "TemplateSubject": "Another"}
    ses.update_custom_verification_email_template(**changed)
    assert got(v1) == changed
    ses.delete_custom_verification_email_template(TemplateName="welcome")
    assert listed(v1) == []


def test_v1_changes_what_it_names(ses_emulator: SesEmulator) -> None:
    v1 = client(ses_emulator, "ses")
    v1.create_custom_verification_email_template(**TEMPLATE)
    v1.update_custom_verification_email_template(TemplateName="welcome", TemplateSubject="Another")
    assert got(v1) == {**TEMPLATE, "TemplateSubject": "Another"}


def test_tags(ses_emulator: SesEmulator) -> None:
    v2 = client(ses_emulator, "sesv2")
    tags = [{"Key": "team", "Value": "mail"}]
    v2.create_custom_verification_email_template(**TEMPLATE, Tags=tags)
    arn = "arn:aws:ses:us-east-1:000000000000:custom-verification-email-template/welcome"
    assert v2.list_tags_for_resource(ResourceArn=arn)["Tags"] == tags
    v2.update_custom_verification_email_template(**TEMPLATE)
    assert got(v2)["Tags"] == tags


def test_exists_already_and_does_not_exist(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    missing = "Custom verification email template <welcome> does not exist."
    for ses, code, status in (
        (v1, "CustomVerificationEmailTemplateDoesNotExist", 400),
        (v2, "NotFoundException", 404),
    ):
        for call, arguments in (
            (ses.get_custom_verification_email_template, {"TemplateName": "welcome"}),
            (ses.update_custom_verification_email_template, TEMPLATE),
            (
                ses.send_custom_verification_email,
                {"TemplateName": "welcome", "EmailAddress": "a@example.com"},
            ),
        ):
            assert refused(call, **arguments) == (code, status, missing)
    delete = v2.delete_custom_verification_email_template
    assert refused(delete, TemplateName="welcome") == ("NotFoundException", 404, missing)
    v1.delete_custom_verification_email_template(TemplateName="welcome")  # succeeds
    v1.create_custom_verification_email_template(**TEMPLATE)
    exists = "Custom verification email template <welcome> already exists."
    for ses, code in (
        (v1, "CustomVerificationEmailTemplateAlreadyExists"),
        (v2, "AlreadyExistsException"),
    ):
        create = ses.create_custom_verification_email_template
        assert refused(create, **TEMPLATE) == (code, 400, exists)


def test_fifty_and_their_pages(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    for number in range(50):
        name = f"t{number:02}"
        v1.create_custom_verification_email_template(**TEMPLATE | {"TemplateName": name})
    words = "An account cannot have more than 50 custom verification email templates."
    create = v1.create_custom_verification_email_template
    assert refused(create, **TEMPLATE) == ("LimitExceeded", 400, words)
    create = v2.create_custom_verification_email_template
    assert refused(create, **TEMPLATE) == ("LimitExceededException", 400, words)
    assert len(listed(v1)) == len(listed(v2)) == 50
    for ses, size in ((v1, {"MaxResults": 40}), (v2, {"PageSize": 40})):
        token = ses.list_custom_verification_email_templates(**size)["NextToken"]
        rest = listed(ses, NextToken=token, **size)
        assert [each["TemplateName"] for each in rest] == [f"t{n}" for n in range(40, 50)]
        assert refused(ses.list_custom_verification_email_templates, NextToken="x")[1] == 400


@BOTH
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<p><a href='x'>link</a></p>", "The tag <a> is not allowed."),
        ("<SCRIPT>1</SCRIPT>", "The tag <SCRIPT> is not allowed."),
        ("<p onclick='x'>", "The attribute onclick of the tag <p> is not allowed."),
        ('<p class="a > b" lang=en>', "The attribute lang of the tag <p> is not allowed."),
        ("x" * (10 * 1024 * 1024 + 1), "The content exceeds 10485760 bytes."),
    ],
    ids=["link", "script", "event", "attribute", "size"],
)
def test_content_that_is_not_allowed(
    ses_emulator: SesEmulator, service: str, content: str, words: str
) -> None:
    ses = client(ses_emulator, service)
    code = "CustomVerificationEmailInvalidContent" if service == "ses" else "BadRequestException"
    request = {**TEMPLATE, "TemplateContent": content}
    create = ses.create_custom_verification_email_template
    assert refused(create, **request) == (code, 400, words)
    ses.create_custom_verification_email_template(**TEMPLATE)
    update = ses.update_custom_verification_email_template
    assert refused(update, **request) == (code, 400, words)


@pytest.mark.parametrize(
    "content",
    ["plain text, 1 < 2", "<TABLE WIDTH=1 Summary='<'><td colspan=2></table>", "<!-- --><br/>"],
)
def test_content_that_is_allowed(ses_emulator: SesEmulator, content: str) -> None:
    v1 = client(ses_emulator, "ses")
    v1.create_custom_verification_email_template(**{**TEMPLATE, "TemplateContent": content})
    assert got(v1)["TemplateContent"] == content


@BOTH
def test_the_mail_and_the_identity(service: str) -> None:
    with running(verification="click") as emulator:
        ses, v1 = client(emulator, service), client(emulator, "ses")
        ses.create_custom_verification_email_template(**TEMPLATE)
        v1.create_configuration_set(ConfigurationSet={"Name": "main"})
        answer = ses.send_custom_verification_email(
            EmailAddress="new@example.org", TemplateName="welcome", ConfigurationSetName="main"
        )
        stored = emulator.instance.messages.find(answer["MessageId"])
        assert stored is not None
        assert (stored.operation, stored.configuration_set) == (
            "SendCustomVerificationEmail",
            "main",
        )
        assert (stored.sender, stored.to, stored.subject) == (
            TEMPLATE["FromEmailAddress"],
            ["new@example.org"],
            TEMPLATE["TemplateSubject"],
        )
        assert TEMPLATE["TemplateContent"].encode() in emulator.instance.messages.raw(stored.seq)
        identity = client(emulator, "sesv2").get_email_identity(EmailIdentity="new@example.org")
        assert identity["VerificationStatus"] == "PENDING"


@BOTH
def test_addresses_and_sets_that_are_refused(ses_emulator: SesEmulator, service: str) -> None:
    ses = client(ses_emulator, service)
    ses.create_custom_verification_email_template(**TEMPLATE)
    send = ses.send_custom_verification_email
    code = "InvalidParameterValue" if service == "ses" else "BadRequestException"
    assert refused(send, EmailAddress="nobody", TemplateName="welcome") == (
        code,
        400,
        "Invalid email address<nobody>.",
    )
    code, status = (
        ("ConfigurationSetDoesNotExist", 400) if service == "ses" else ("NotFoundException", 404)
    )
    named = {"EmailAddress": "a@example.com", "TemplateName": "welcome"}
    assert refused(send, **named, ConfigurationSetName="nope") == (
        code,
        status,
        "Configuration set <nope> does not exist.",
    )
    assert client(ses_emulator, "ses").list_identities()["Identities"] == []


@BOTH
def test_the_sender_must_be_verified(service: str) -> None:
    code = "FromEmailAddressNotVerified" if service == "ses" else "BadRequestException"
    words = "The address <from@example.com> is not verified."
    with running(account="production") as emulator:
        ses, v1 = client(emulator, service), client(emulator, "ses")
        create = ses.create_custom_verification_email_template
        assert refused(create, **TEMPLATE) == (code, 400, words)
        v1.verify_domain_identity(Domain="example.com")
        create(**TEMPLATE)
        update = ses.update_custom_verification_email_template
        changed = {**TEMPLATE, "FromEmailAddress": "x@example.org"}
        assert refused(update, **changed)[:2] == (code, 400)
        send = ses.send_custom_verification_email
        named = {"EmailAddress": "new@example.org", "TemplateName": "welcome"}
        send(**named)
        v1.delete_identity(Identity="example.com")
        assert refused(send, **named) == (code, 400, words)


@BOTH
def test_the_sandbox_has_none(service: str) -> None:
    code = "ProductionAccessNotGranted" if service == "ses" else "BadRequestException"
    with running(account="sandbox") as emulator:
        ses = client(emulator, service)
        client(emulator, "ses").verify_email_identity(EmailAddress="from@example.com")
        ses.create_custom_verification_email_template(**TEMPLATE)
        send = ses.send_custom_verification_email
        assert refused(send, EmailAddress="new@example.org", TemplateName="welcome") == (
            code,
            400,
            "Custom verification emails need production access, which this account does not have.",
        )
