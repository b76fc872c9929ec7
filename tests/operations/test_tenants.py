"""Tenants, what they may use, and their reputation."""

from __future__ import annotations

from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import Clock, client, refused, running

IDENTITY = "arn:aws:ses:us-east-1:000000000000:identity/example.com"
SET = "arn:aws:ses:us-east-1:000000000000:configuration-set/billing"


def missing(name: str = "x") -> tuple[str, int, str]:
    return "NotFoundException", 404, f"The requested tenant <{name}> does not exist."


@pytest.fixture
def ses(ses_emulator: SesEmulator) -> Any:
    return client(ses_emulator, "sesv2")


def test_lifecycle() -> None:
    clock = Clock()
    with running(clock) as emulator:
        ses = client(emulator, "sesv2")
        tags = [{"Key": "plan", "Value": "gold"}]
        created = ses.create_tenant(TenantName="one", Tags=tags)
        id = created["TenantId"]
        assert id.startswith("tn-") and len(id) == 33
        assert created["TenantArn"] == f"arn:aws:ses:us-east-1:000000000000:tenant/one/{id}"
        assert created["SendingStatus"] == "ENABLED"
        assert created["CreatedTimestamp"].timestamp() == clock.now
        got = ses.get_tenant(TenantName="one")["Tenant"]
        assert got == {key: value for key, value in created.items() if key != "ResponseMetadata"}
        assert ses.list_tags_for_resource(ResourceArn=got["TenantArn"])["Tags"] == tags
        [listed] = ses.list_tenants()["Tenants"]
        assert listed["TenantId"] == id
        ses.delete_tenant(TenantName="one")
        assert ses.list_tenants()["Tenants"] == []


def test_pages(ses: Any) -> None:
    for name in ("a", "b", "c"):
        ses.create_tenant(TenantName=name)
    first = ses.list_tenants(PageSize=2)
    second = ses.list_tenants(PageSize=2, NextToken=first["NextToken"])
    names = [each["TenantName"] for each in first["Tenants"] + second["Tenants"]]
    assert names == ["a", "b", "c"]


def test_existing(ses: Any) -> None:
    ses.create_tenant(TenantName="one")
    assert refused(ses.create_tenant, TenantName="one") == (
        "AlreadyExistsException",
        400,
        "Tenant with name one already exists in account 000000000000",
    )


# What the operations on a tenant need besides its name.
CALLS: dict[str, dict[str, str]] = {
    "get_tenant": {},
    "delete_tenant": {},
    "list_tenant_resources": {},
    "create_tenant_resource_association": {"ResourceArn": IDENTITY},
    "delete_tenant_resource_association": {"ResourceArn": IDENTITY},
    "put_tenant_suppression_attributes": {},
}


@pytest.mark.parametrize("call", CALLS)
def test_unknown(ses: Any, call: str) -> None:
    if not hasattr(ses, call):
        pytest.skip(f"the installed botocore does not have {call}")
    assert refused(getattr(ses, call), TenantName="x", **CALLS[call]) == missing()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (" ", "TenantName cannot be empty"),
        ("x" * 65, "TenantName cannot exceed 64 characters."),
        (
            "a b",
            "Invalid tenant name <a b>: only alphanumeric ASCII characters, '_', and '-' are "
            "allowed.",
        ),
    ],
)
def test_refused_names(ses: Any, name: str, words: str) -> None:
    for call, more in [("create_tenant", {}), *CALLS.items()]:
        if hasattr(ses, call):
            assert refused(getattr(ses, call), TenantName=name, **more) == (
                "BadRequestException",
                400,
                words,
            )


def test_associations(ses: Any) -> None:
    ses.create_email_identity(EmailIdentity="example.com")
    ses.create_configuration_set(ConfigurationSetName="billing")
    for tenant in ("one", "two"):
        ses.create_tenant(TenantName=tenant)
        ses.create_tenant_resource_association(TenantName=tenant, ResourceArn=IDENTITY)
    ses.create_tenant_resource_association(TenantName="one", ResourceArn=SET)
    resources = ses.list_tenant_resources(TenantName="one")["TenantResources"]
    assert resources == [
        {"ResourceType": "CONFIGURATION_SET", "ResourceArn": SET},
        {"ResourceType": "EMAIL_IDENTITY", "ResourceArn": IDENTITY},
    ]
    for wanted in ("EMAIL_IDENTITY", "identity"):
        [found] = ses.list_tenant_resources(TenantName="one", Filter={"RESOURCE_TYPE": wanted})[
            "TenantResources"
        ]
        assert found["ResourceArn"] == IDENTITY
    tenants = ses.list_resource_tenants(ResourceArn=IDENTITY)["ResourceTenants"]
    assert [each["TenantName"] for each in tenants] == ["one", "two"]
    first = ses.list_resource_tenants(ResourceArn=IDENTITY, PageSize=1)
    second = ses.list_resource_tenants(ResourceArn=IDENTITY, NextToken=first["NextToken"])
    assert [each["TenantName"] for each in second["ResourceTenants"]] == ["two"]
    for _ in range(2):
        ses.delete_tenant_resource_association(TenantName="one", ResourceArn=IDENTITY)
    ses.delete_tenant(TenantName="two")
    assert ses.list_resource_tenants(ResourceArn=IDENTITY)["ResourceTenants"] == []


@pytest.mark.parametrize(
    ("arn", "words"),
    [
        ("x", "Provided resource identifier is not an SES resource"),
        ("arn:aws:sns:us-east-1:000000000000:x", "Provided ARN is not in SES resource ARN format"),
        (
            "arn:aws:ses:us-east-1:000000000000:contact-list/x",
            "Unsupported resource type: contact-list",
        ),
        (
            "arn:aws:ses:us-east-1:000000000000:identity/",
            "Provided resource identifier is not an SES resource",
        ),
        (
            "arn:aws:ses:eu-west-1:000000000000:identity/example.com",
            "Resource <arn:aws:ses:eu-west-1:000000000000:identity/example.com> must be in the "
            "same region",
        ),
        (
            "arn:aws:ses:us-east-1:111122223333:identity/example.com",
            "Resource <arn:aws:ses:us-east-1:111122223333:identity/example.com> must be in the "
            "same account",
        ),
    ],
)
def test_refused_resources(ses: Any, arn: str, words: str) -> None:
    ses.create_tenant(TenantName="one")
    assert refused(ses.create_tenant_resource_association, TenantName="one", ResourceArn=arn) == (
        "BadRequestException",
        400,
        words,
    )


def test_resource_that_is_unknown_or_associated(ses: Any) -> None:
    ses.create_tenant(TenantName="one")
    associate = {"TenantName": "one", "ResourceArn": IDENTITY}
    for call, arguments in (
        (ses.create_tenant_resource_association, associate),
        (ses.list_resource_tenants, {"ResourceArn": IDENTITY}),
    ):
        assert refused(call, **arguments) == (
            "NotFoundException",
            404,
            "Email identity example.com does not exist.",
        )
    ses.create_email_identity(EmailIdentity="example.com")
    ses.create_tenant_resource_association(**associate)
    assert refused(ses.create_tenant_resource_association, **associate) == (
        "AlreadyExistsException",
        400,
        f"Resources {IDENTITY} has already been associated with tenant one",
    )
    assert refused(ses.list_tenant_resources, TenantName="one", Filter={"RESOURCE_TYPE": "x"}) == (
        "BadRequestException",
        400,
        "Invalid resource type x specified.",
    )


def with_suppression(ses: Any) -> Any:
    """The client, if botocore knows the suppression preferences of tenants."""
    if not hasattr(ses, "put_tenant_suppression_attributes"):
        pytest.skip("this botocore has no suppression preferences of tenants")
    return ses


def test_suppression_preferences(ses: Any) -> None:
    given = {"SuppressedReasons": ["BOUNCE"], "SuppressionScope": "TENANT"}
    with_suppression(ses).create_tenant(TenantName="one", SuppressionAttributes=given)
    assert ses.get_tenant(TenantName="one")["Tenant"]["SuppressionAttributes"] == given
    given = {"SuppressedReasons": [], "SuppressionScope": "ACCOUNT"}
    ses.put_tenant_suppression_attributes(TenantName="one", **given)
    assert ses.get_tenant(TenantName="one")["Tenant"]["SuppressionAttributes"] == given
    ses.put_tenant_suppression_attributes(TenantName="one")
    assert "SuppressionAttributes" not in ses.get_tenant(TenantName="one")["Tenant"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"SuppressionScope": "TENANT"},
            "SuppressionScope cannot be specified without SuppressedReasons.",
        ),
        (
            {"SuppressedReasons": ["BOUNCE"]},
            "SuppressedReasons cannot be specified without SuppressionScope.",
        ),
        (
            {"SuppressedReasons": []},
            "SuppressionScope is required when SuppressedReasons are provided. "
            "Valid values are: TENANT, ACCOUNT",
        ),
        (
            {"SuppressedReasons": ["BOUNCE", "BOUNCE"], "SuppressionScope": "TENANT"},
            "Each suppressed reason can only be specified at most once",
        ),
    ],
)
def test_refused_suppression_preferences(ses: Any, given: dict[str, Any], words: str) -> None:
    put = with_suppression(ses).put_tenant_suppression_attributes
    assert refused(put, TenantName="x", **given) == ("BadRequestException", 400, words)


def test_reputation() -> None:
    clock = Clock()
    with running(clock) as emulator:
        ses = client(emulator, "sesv2")
        arn = ses.create_tenant(TenantName="one")["TenantArn"]
        entity = {"ReputationEntityType": "RESOURCE", "ReputationEntityReference": arn}
        policy = "arn:aws:ses:us-east-1:aws:reputation-policy/"
        got = ses.get_reputation_entity(**entity)["ReputationEntity"]
        assert got.pop("AwsSesManagedStatus")["Status"] == "ENABLED"
        assert got == entity | {
            "ReputationManagementPolicy": f"{policy}standard",
            "SendingStatusAggregate": "ENABLED",
        }
        clock.now += 60
        ses.update_reputation_entity_customer_managed_status(**entity, SendingStatus="DISABLED")
        ses.update_reputation_entity_policy(**entity, ReputationEntityPolicy=f"{policy}strict")
        got = ses.get_reputation_entity(**entity)["ReputationEntity"]
        assert got["SendingStatusAggregate"] == "DISABLED"
        assert got["ReputationManagementPolicy"] == f"{policy}strict"
        status = got["CustomerManagedStatus"]
        assert status.pop("LastUpdatedTimestamp").timestamp() == clock.now
        assert status == {"Status": "DISABLED", "Cause": "Status manually updated."}
        assert ses.get_tenant(TenantName="one")["Tenant"]["SendingStatus"] == "DISABLED"


def test_list_of_reputation_entities(ses: Any) -> None:
    arns = [ses.create_tenant(TenantName=name)["TenantArn"] for name in ("a", "b", "c")]
    ses.update_reputation_entity_customer_managed_status(
        ReputationEntityType="RESOURCE",
        ReputationEntityReference=arns[1],
        SendingStatus="DISABLED",
    )

    def listed(**arguments: Any) -> list[str]:
        found = ses.list_reputation_entities(**arguments)["ReputationEntities"]
        return [each["ReputationEntityReference"] for each in found]

    assert listed() == listed(Filter={"ENTITY_TYPE": "RESOURCE"}) == arns
    assert listed(Filter={"SENDING_STATUS": "DISABLED"}) == [arns[1]]
    assert listed(Filter={"ENTITY_REFERENCE_PREFIX": arns[2][:-30]}) == [arns[2]]
    assert listed(Filter={"REPUTATION_IMPACT": "HIGH"}) == []
    assert listed(PageSize=2) == arns[:2]


def test_refused_reputation(ses: Any) -> None:
    arn = ses.create_tenant(TenantName="one")["TenantArn"]
    entity = {"ReputationEntityType": "RESOURCE", "ReputationEntityReference": arn}
    policy = "arn:aws:ses:us-east-1:aws:reputation-policy/x"
    assert refused(
        ses.update_reputation_entity_policy, **entity, ReputationEntityPolicy=policy
    ) == ("BadRequestException", 400, f"Reputation policy <{policy}> does not exist.")
    assert refused(
        ses.get_reputation_entity, **entity | {"ReputationEntityReference": IDENTITY}
    ) == ("NotFoundException", 404, f"Reputation entity <{IDENTITY}> does not exist.")
    unknown = entity | {"ReputationEntityReference": IDENTITY}
    for call, more in (
        (ses.update_reputation_entity_customer_managed_status, {"SendingStatus": "ENABLED"}),
        (ses.update_reputation_entity_policy, {"ReputationEntityPolicy": policy[:-1] + "strict"}),
    ):
        assert refused(call, **unknown, **more) == (
            "BadRequestException",
            400,
            f"Reputation entity <{IDENTITY}> does not exist.",
        )


def test_filters(ses: Any) -> None:
    for name in ("apple", "pear"):
        ses.create_tenant(TenantName=name)

    def names(**given: str) -> list[str]:
        return [each["TenantName"] for each in ses.list_tenants(Filter=given)["Tenants"]]

    assert names(TENANT_NAME_CONTAINS="pp") == ["apple"]
    assert names(SENDING_STATUS="ENABLED") == ["apple", "pear"]
    assert names(SENDING_STATUS="DISABLED") == []


@pytest.mark.parametrize(
    ("resource", "service", "operation", "name"),
    [
        ("identity/example.com", "ses", "delete_identity", "Identity"),
        ("identity/example.com", "sesv2", "delete_email_identity", "EmailIdentity"),
        (
            "configuration-set/billing",
            "ses",
            "delete_configuration_set",
            "ConfigurationSetName",
        ),
        (
            "configuration-set/billing",
            "sesv2",
            "delete_configuration_set",
            "ConfigurationSetName",
        ),
        ("template/hello", "ses", "delete_template", "TemplateName"),
        ("template/hello", "sesv2", "delete_email_template", "TemplateName"),
    ],
)
def test_resource_of_a_tenant_stays(
    ses_emulator: SesEmulator, ses: Any, resource: str, service: str, operation: str, name: str
) -> None:
    ses.create_email_identity(EmailIdentity="example.com")
    ses.create_configuration_set(ConfigurationSetName="billing")
    ses.create_email_template(TemplateName="hello", TemplateContent={"Subject": "S"})
    ses.create_tenant(TenantName="one")
    arn = f"arn:aws:ses:us-east-1:000000000000:{resource}"
    association = {"TenantName": "one", "ResourceArn": arn.replace("example.com", "Example.COM")}
    ses.create_tenant_resource_association(**association)
    delete = getattr(client(ses_emulator, service), operation)
    request = {name: resource.partition("/")[2]}
    assert refused(delete, **request) == (
        "InvalidParameterValue" if service == "ses" else "BadRequestException",
        400,
        f"Cannot delete <{arn}> because it has tenant associations. "
        "Remove all tenant associations and try again.",
    )
    ses.delete_tenant_resource_association(**association)
    delete(**request)
    assert ses.list_tenant_resources(TenantName="one")["TenantResources"] == []
