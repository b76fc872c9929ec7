"""Tags of resources."""

from __future__ import annotations

from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import client, refused

ACCOUNT = "arn:aws:ses:us-east-1:000000000000"
SET = f"{ACCOUNT}:configuration-set/x"
TEAM = {"Key": "team", "Value": "mail"}
STAGE = {"Key": "stage", "Value": "test"}


@pytest.fixture
def ses(ses_emulator: SesEmulator) -> Any:
    ses = client(ses_emulator, "sesv2")
    ses.create_configuration_set(ConfigurationSetName="x", Tags=[TEAM])
    return ses


def tags_of(ses: Any, arn: str = SET) -> list[dict[str, str]]:
    tags: list[dict[str, str]] = ses.list_tags_for_resource(ResourceArn=arn)["Tags"]
    return tags


def test_lifecycle(ses: Any) -> None:
    assert tags_of(ses) == [TEAM]
    new = {"Key": "team", "Value": "billing"}
    ses.tag_resource(ResourceArn=SET, Tags=[STAGE, new])
    assert tags_of(ses) == [new, STAGE]
    assert ses.get_configuration_set(ConfigurationSetName="x")["Tags"] == [new, STAGE]
    ses.untag_resource(ResourceArn=SET, TagKeys=["team", "unknown"])
    assert tags_of(ses) == [STAGE]
    ses.untag_resource(ResourceArn=SET, TagKeys=["stage"])
    assert tags_of(ses) == []


@pytest.mark.parametrize("name", ["example.com", "a/b@example.com"])
def test_identities(ses: Any, ses_emulator: SesEmulator, name: str) -> None:
    client(ses_emulator, "ses").verify_email_identity(EmailAddress="a/b@example.com")
    ses.create_email_identity(EmailIdentity="example.com")
    arn = f"{ACCOUNT}:identity/{name}"
    ses.tag_resource(ResourceArn=arn, Tags=[TEAM])
    assert tags_of(ses, arn.replace(".com", ".COM")) == [TEAM]
    assert ses.get_email_identity(EmailIdentity=name)["Tags"] == [TEAM]


def test_at_most_50(ses: Any) -> None:
    many = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    sentence = (
        "Maximum of 50 user tags are allowed per resource, consider reducing the number of tags "
        "in the request"
    )
    assert refused(ses.tag_resource, ResourceArn=SET, Tags=many) == (
        "BadRequestException",
        400,
        f"{sentence} or delete existing tags and retry",
    )
    assert refused(ses.create_configuration_set, ConfigurationSetName="y", Tags=[*many, TEAM]) == (
        "BadRequestException",
        400,
        sentence,
    )
    ses.tag_resource(ResourceArn=SET, Tags=[*many[1:], TEAM])
    assert len(tags_of(ses)) == 50


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        (
            [{"Key": "team", "Value": "a*b"}],
            "Tags can only contain letters, numbers, spaces, and the following special characters:"
            " _ . : / = + - @",
        ),
        (
            [{"Key": "AWS:team", "Value": ""}],
            "Caller is an end user and not allowed to mutate system tags",
        ),
        (
            [{"Key": "", "Value": ""}],
            "The key of a tag must have 1 to 128 characters",
        ),
        (
            [{"Key": "k" * 129, "Value": ""}],
            "The key of a tag must have 1 to 128 characters",
        ),
        (
            [{"Key": "k", "Value": "v" * 257}],
            "The value of a tag cannot have more than 256 characters",
        ),
        ([TEAM, TEAM], "Cannot provide multiple tags with the same key"),
    ],
)
def test_tags_that_are_none(ses: Any, tags: list[dict[str, str]], message: str) -> None:
    refusal = ("BadRequestException", 400, message)
    assert refused(ses.tag_resource, ResourceArn=SET, Tags=tags) == refusal
    assert refused(ses.create_configuration_set, ConfigurationSetName="y", Tags=tags) == refusal
    assert refused(ses.create_email_identity, EmailIdentity="a@example.com", Tags=tags) == refusal
    assert tags_of(ses) == [TEAM]


def test_letters_of_any_script(ses: Any) -> None:
    tag = {"Key": "Größe 名前 _.:/=+-@", "Value": "x" * 256}
    ses.tag_resource(ResourceArn=SET, Tags=[tag])
    assert tags_of(ses) == [TEAM, tag]


@pytest.mark.parametrize(
    ("arn", "code", "status", "message"),
    [
        ("nonsense", "BadRequestException", 400, "ResourceArn is not the expected format"),
        (SET[:-1], "BadRequestException", 400, "ResourceArn is not the expected format"),
        (
            SET.replace("000000000000", "111111111111"),
            "BadRequestException",
            400,
            "Operations on a resource created in a different account is not allowed",
        ),
        (f"{SET}y", "NotFoundException", 404, "No ConfigurationSet present with name: xy"),
        (
            f"{ACCOUNT}:identity/example.com",
            "NotFoundException",
            404,
            "No EmailIdentity present with name: example.com",
        ),
        (
            f"{ACCOUNT}:template/x",
            "NotFoundException",
            404,
            "No Template present with name: x",
        ),
        (
            f"{ACCOUNT}:tenant/x/tn-0123",
            "NotFoundException",
            404,
            "No Tenant present with name: x",
        ),
        (
            f"{ACCOUNT}:export-job/x",
            "NotFoundException",
            404,
            f"Resource {ACCOUNT}:export-job/x was not found.",
        ),
    ],
)
def test_resource_that_is_none(ses: Any, arn: str, code: str, status: int, message: str) -> None:
    refusal = (code, status, message)
    assert refused(ses.list_tags_for_resource, ResourceArn=arn) == refusal
    assert refused(ses.tag_resource, ResourceArn=arn, Tags=[STAGE]) == refusal
    assert refused(ses.untag_resource, ResourceArn=arn, TagKeys=["team"]) == refusal


def test_another_region(ses: Any) -> None:
    arn = SET.replace("us-east-1", "eu-west-1")
    assert refused(ses.tag_resource, ResourceArn=arn, Tags=[STAGE]) == (
        "BadRequestException",
        400,
        "Failed to tag resource",
    )
    assert refused(ses.untag_resource, ResourceArn=arn, TagKeys=["team"]) == (
        "BadRequestException",
        400,
        "Failed to untag resource",
    )
    assert tags_of(ses, arn) == []
    assert tags_of(ses) == [TEAM]
