"""Policies of identities through both APIs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import client, refused

ARN = "arn:aws:ses:us-east-1:000000000000:identity/example.com"
STATEMENT: dict[str, Any] = {
    "Sid": "Sénder",
    "Effect": "Allow",
    "Resource": ARN,
    "Principal": {"AWS": ["123456789012"]},
    "Action": ["ses:SendEmail", "SES:SendRawEmail"],
}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]}, indent=2)
COMPACT = (
    '{"Version":"2012-10-17","Statement":[{"Sid":"Sénder","Effect":"Allow","Resource":"'
    f'{ARN}","Principal":{{"AWS":["123456789012"]}},"Action":["ses:SendEmail","SES:SendRawEmail"'
    "]}]}"
)


@pytest.fixture
def v1(ses_emulator: SesEmulator) -> Any:
    ses = client(ses_emulator, "ses")
    ses.verify_domain_identity(Domain="example.com")
    return ses


@pytest.fixture
def v2(ses_emulator: SesEmulator) -> Any:
    return client(ses_emulator, "sesv2")


def test_one_state_for_both_apis(v1: Any, v2: Any) -> None:
    v1.put_identity_policy(Identity="example.com", PolicyName="one", Policy=POLICY)
    v1.put_identity_policy(Identity=ARN, PolicyName="one", Policy=POLICY)
    v2.create_email_identity_policy(EmailIdentity="example.com", PolicyName="two", Policy=POLICY)
    policies = v2.get_email_identity_policies(EmailIdentity="example.com")["Policies"]
    assert policies == {"one": COMPACT, "two": COMPACT}
    assert v2.get_email_identity(EmailIdentity="example.com")["Policies"] == policies
    assert v1.list_identity_policies(Identity="example.com")["PolicyNames"] == ["one", "two"]
    names = ["two", "unknown"]
    assert v1.get_identity_policies(Identity="example.com", PolicyNames=names)["Policies"] == {
        "two": COMPACT
    }
    denied = json.dumps({"Statement": STATEMENT | {"Effect": "Deny"}})
    v2.update_email_identity_policy(EmailIdentity="example.com", PolicyName="one", Policy=denied)
    [policy] = v1.get_identity_policies(Identity="example.com", PolicyNames=["one"])[
        "Policies"
    ].values()
    assert json.loads(policy)["Statement"]["Effect"] == "Deny"
    v1.delete_identity_policy(Identity="example.com", PolicyName="two")
    v2.delete_email_identity_policy(EmailIdentity="example.com", PolicyName="one")
    assert v1.list_identity_policies(Identity="example.com")["PolicyNames"] == []
    # Both succeed if there is no such policy.
    v1.delete_identity_policy(Identity="example.com", PolicyName="two")
    v2.delete_email_identity_policy(EmailIdentity="example.com", PolicyName="one")
    v2.update_email_identity_policy(EmailIdentity="example.com", PolicyName="new", Policy=POLICY)
    assert v1.list_identity_policies(Identity="example.com")["PolicyNames"] == ["new"]


def test_policy_that_exists(v1: Any, v2: Any) -> None:
    v1.put_identity_policy(Identity="example.com", PolicyName="one", Policy=POLICY)
    assert refused(
        v2.create_email_identity_policy,
        EmailIdentity="example.com",
        PolicyName="one",
        Policy=POLICY,
    ) == ("AlreadyExistsException", 400, "Policy <one> already exists")


def test_at_most_20(v1: Any, v2: Any) -> None:
    for number in range(20):
        v1.put_identity_policy(Identity="example.com", PolicyName=f"p{number}", Policy=POLICY)
    sentence = (
        "Number of policies for <example.com> exceeds max allowed number of policies per resource"
    )
    new = {"PolicyName": "new", "Policy": POLICY}
    assert refused(v1.put_identity_policy, Identity="example.com", **new) == (
        "InvalidParameterValue",
        400,
        sentence,
    )
    assert refused(v2.create_email_identity_policy, EmailIdentity="example.com", **new) == (
        "LimitExceededException",
        400,
        sentence,
    )
    v1.put_identity_policy(Identity="example.com", PolicyName="p0", Policy=POLICY)
    names = v1.list_identity_policies(Identity="example.com")["PolicyNames"]
    assert len(names) == 20
    assert refused(
        v1.get_identity_policies, Identity="example.com", PolicyNames=[*names, "new"]
    ) == ("InvalidParameterValue", 400, "Number of policy names exceeds the limit of 20.")


def one(**changes: Any) -> str:
    """A policy of one statement; a change to None takes the element away."""
    statement = {key: value for key, value in (STATEMENT | changes).items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


EFFECT = "A statement must have the Effect Allow or Deny."
PRINCIPAL = "A statement must have at least one valid Principal, and no other."
ACTION = "A statement must have at least one Action, and only those of ses."
RESOURCE = f"The Resource of a statement must be {ARN}."


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("nonsense", "The policy is not valid JSON."),
        ("[" * 4000, "The policy is not valid JSON."),
        ('{"Statement": NaN}', "The policy is not valid JSON."),
        ('{"Statement": "\\ud800"}', "The policy is not valid JSON."),
        ("[]", "A policy must have at least one statement."),
        ('{"Version": "2012-10-17"}', "A policy must have at least one statement."),
        ('{"Statement": []}', "A policy must have at least one statement."),
        ('{"Statement": [1]}', "A statement must be an object."),
        (POLICY + " " * 4096, "A policy cannot exceed 4 KB."),
        (one(Effect=None), EFFECT),
        (one(Effect="Maybe"), EFFECT),
        (one(Principal=None), PRINCIPAL),
        (one(Principal={}), PRINCIPAL),
        (one(Principal={"AWS": []}), PRINCIPAL),
        (one(Principal={"AWS": ["123456789012", "nobody"]}), PRINCIPAL),
        (one(Principal={"Service": "example.com"}), PRINCIPAL),
        (one(Principal={"Federated": "123456789012"}), PRINCIPAL),
        (one(Action=None), ACTION),
        (one(Action=["ses:SendEmail", "s3:GetObject"]), ACTION),
        (one(Action=["ses:SendEmail", 1]), ACTION),
        (one(Resource=None), RESOURCE),
        (one(Resource="*"), RESOURCE),
        (one(Resource="example.com"), RESOURCE),
        (one(Resource=ARN + ".org"), RESOURCE),
        (one(Resource=[ARN, ARN]), RESOURCE),
    ],
)
def test_policy_that_is_none(v1: Any, v2: Any, policy: str, message: str) -> None:
    new = {"PolicyName": "new", "Policy": policy}
    assert refused(v1.put_identity_policy, Identity="example.com", **new) == (
        "InvalidPolicy",
        400,
        message,
    )
    for call in (v2.create_email_identity_policy, v2.update_email_identity_policy):
        assert refused(call, EmailIdentity="example.com", **new) == (
            "BadRequestException",
            400,
            message,
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"Principal": "*"},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"AWS": "arn:aws:iam::123456789012:user/Jane"}},
        {"Principal": {"Service": ["cognito-idp.amazonaws.com"]}},
        {"Action": "ses:*"},
        {"Action": "ses:Send*"},
        {"Resource": [ARN]},
        {"Condition": {"StringLike": {"ses:FromAddress": "a@example.com"}}},
    ],
)
def test_policies_that_are(v1: Any, changes: dict[str, Any]) -> None:
    v1.put_identity_policy(Identity="example.com", PolicyName="one", Policy=one(**changes))


def test_name_that_is_none(v1: Any, v2: Any) -> None:
    sentence = (
        "PolicyName is invalid. Policy names must only include alpha-numeric characters, dashes, "
        "and underscores."
    )
    new = {"PolicyName": "a.b", "Policy": POLICY}
    assert refused(v1.put_identity_policy, Identity="example.com", **new) == (
        "InvalidParameterValue",
        400,
        sentence,
    )
    assert refused(v2.create_email_identity_policy, EmailIdentity="example.com", **new) == (
        "BadRequestException",
        400,
        sentence,
    )


def test_unknown_identity(v1: Any, v2: Any) -> None:
    sentence = "Email identity unknown.com does not exist."
    policy = {"PolicyName": "one", "Policy": POLICY}
    calls: list[tuple[Any, dict[str, Any]]] = [
        (v1.put_identity_policy, policy),
        (v1.get_identity_policies, {"PolicyNames": ["one"]}),
        (v1.list_identity_policies, {}),
        (v1.delete_identity_policy, {"PolicyName": "one"}),
    ]
    for call, arguments in calls:
        assert refused(call, Identity="unknown.com", **arguments) == (
            "InvalidParameterValue",
            400,
            sentence,
        )
    calls = [
        (v2.create_email_identity_policy, policy),
        (v2.update_email_identity_policy, policy),
        (v2.get_email_identity_policies, {}),
        (v2.delete_email_identity_policy, {"PolicyName": "one"}),
    ]
    for call, arguments in calls:
        assert refused(call, EmailIdentity="unknown.com", **arguments) == (
            "NotFoundException",
            404,
            sentence,
        )
