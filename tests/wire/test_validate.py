"""The sentences of validation, word for word as AWS writes them."""

from __future__ import annotations

from typing import Any

import pytest

from ses_emulator.errors import AwsError
from ses_emulator.wire import models
from ses_emulator.wire.models import Service
from ses_emulator.wire.validate import validate

V1 = models.load("ses")
V2 = models.load("sesv2")
ROLE = "arn:[\\w-]+:iam::[0-9]+:role(\\u002F)([\\u0021-\\u007E]+\\u002F)?([\\w+=,.@-]+)"


def said(service: Service, operation: str, request: dict[str, Any]) -> str:
    """What is answered to ``request``, which must break something."""
    with pytest.raises(AwsError) as caught:
        validate(service.operations[operation].input, request)
    assert caught.value.code == "ValidationError"
    return caught.value.message


def one(sentence: str) -> str:
    return f"1 validation error detected: {sentence}"


def failed(where: str, words: str) -> str:
    return f"Value {where} failed to satisfy constraint: {words}"


def simple(**parts: Any) -> dict[str, Any]:
    """A v2 SendEmail whose simple content has these parts too."""
    body = {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}
    return {"Content": {"Simple": body | parts}}


def test_a_required_member_of_the_request() -> None:
    assert said(V1, "VerifyEmailIdentity", {}) == one(
        failed("null at 'emailAddress'", "Member must not be null")
    )


def test_null_is_as_good_as_missing() -> None:
    assert said(V2, "CreateEmailIdentity", {"EmailIdentity": None}) == one(
        failed("null at 'emailIdentity'", "Member must not be null")
    )


def test_required_members_below() -> None:
    request = {
        "Source": "a@example.com",
        "Destination": {},
        "Message": {"Subject": {}, "Body": {"Html": {}}},
    }
    assert said(V1, "SendEmail", request) == (
        "2 validation errors detected: "
        "Value null at 'message.subject.data' failed to satisfy constraint: "
        "Member must not be null; "
        "Value null at 'message.body.html.data' failed to satisfy constraint: "
        "Member must not be null"
    )


def test_a_required_member_of_a_structure_in_a_list() -> None:
    request = simple(Headers=[{"Name": "X-A", "Value": "1"}, {"Name": "X-B"}])
    assert said(V2, "SendEmail", request) == one(
        failed("null at 'content.simple.headers.2.member.value'", "Member must not be null")
    )


def test_a_name_in_capitals_loses_only_its_first() -> None:
    rule = {"Name": "r", "Actions": [{"SNSAction": {"TopicArn": "arn", "Encoding": "UTF-7"}}]}
    assert said(V1, "CreateReceiptRule", {"RuleSetName": "s", "Rule": rule}) == one(
        failed(
            "'UTF-7' at 'rule.actions.1.member.sNSAction.encoding'",
            "Member must satisfy enum value set: [UTF-8, Base64]",
        )
    )


def test_a_string_that_is_too_short() -> None:
    assert said(V2, "CreateEmailIdentity", {"EmailIdentity": ""}) == one(
        failed("'' at 'emailIdentity'", "Member must have length greater than or equal to 1")
    )


def test_a_string_that_is_too_long() -> None:
    request = {"EmailIdentity": "a@b", "PolicyName": "p" * 65, "Policy": "{}"}
    assert said(V2, "CreateEmailIdentityPolicy", request) == one(
        failed(f"'{'p' * 65}' at 'policyName'", "Member must have length less than or equal to 64")
    )


def test_a_character_outside_the_basic_plane_counts_as_one() -> None:
    request = {"EmailIdentity": "a@b", "PolicyName": "\U0001f600" * 64, "Policy": "{}"}
    validate(V2.operations["CreateEmailIdentityPolicy"].input, request)


def test_a_list_that_is_too_short() -> None:
    assert said(V2, "BatchGetMetricData", {"Queries": []}) == one(
        failed("'[]' at 'queries'", "Member must have length greater than or equal to 1")
    )


def test_a_list_that_is_too_long() -> None:
    request = {
        "MailType": "MARKETING",
        "WebsiteURL": "https://example.com",
        "AdditionalContactEmailAddresses": ["some@example.com"] * 5,
    }
    assert said(V2, "PutAccountDetails", request) == one(
        failed(
            "at 'additionalContactEmailAddresses'",
            "Member must have length less than or equal to 4",
        )
    )


def test_a_number_out_of_range() -> None:
    set_ = {"ConfigurationSetName": "c"}
    operation = "PutConfigurationSetDeliveryOptions"
    assert said(V2, operation, set_ | {"MaxDeliverySeconds": 5}) == one(
        failed("'5' at 'maxDeliverySeconds'", "Member must have value greater than or equal to 300")
    )
    assert said(V2, operation, set_ | {"MaxDeliverySeconds": 999999}) == one(
        failed(
            "'999999' at 'maxDeliverySeconds'",
            "Member must have value less than or equal to 50400",
        )
    )


def test_a_pattern() -> None:
    assert said(V2, "SendEmail", simple(Headers=[{"Name": "X A", "Value": "v"}])) == one(
        failed(
            "'X A' at 'content.simple.headers.1.member.name'",
            "Member must satisfy regular expression pattern: ^[!-9;-@A-~]+$",
        )
    )


def test_an_enum() -> None:
    request = {"ConfigurationSetName": "c", "TlsPolicy": "MAYBE"}
    assert said(V2, "PutConfigurationSetDeliveryOptions", request) == one(
        failed("'MAYBE' at 'tlsPolicy'", "Member must satisfy enum value set: [REQUIRE, OPTIONAL]")
    )


def test_several_at_one_value_stand_in_a_row() -> None:
    action = {"S3Action": {"BucketName": "b", "IamRoleArn": "role"}}
    request = {"RuleSetName": "s", "Rule": {"Name": "r", "Actions": [action]}}
    where = "'role' at 'rule.actions.1.member.s3Action.iamRoleArn'"
    assert said(V1, "CreateReceiptRule", request) == "2 validation errors detected: " + "; ".join(
        [
            failed(where, "Member must have length greater than or equal to 20"),
            failed(where, f"Member must satisfy regular expression pattern: {ROLE}"),
        ]
    )


def test_several_in_different_places_are_counted() -> None:
    request = {
        "EmailIdentity": "",
        "Tags": [{"Key": "k"}],
        "DkimSigningAttributes": {"NextSigningKeyLength": "RSA_1"},
    }
    message = said(V2, "CreateEmailIdentity", request)
    assert message.startswith("3 validation errors detected: Value ")
    assert message.count("; Value ") == 2
    assert "null at 'tags.1.member.value'" in message
    assert "'RSA_1' at 'dkimSigningAttributes.nextSigningKeyLength'" in message


def test_scalars_of_a_list_are_named_together_with_all_that_is_demanded() -> None:
    destination = {"Name": "d", "MatchingEventTypes": ["send", "deliveryDelay"]}
    request = {"ConfigurationSetName": "c", "EventDestination": destination}
    assert said(V1, "CreateConfigurationSetEventDestination", request) == one(
        failed(
            "'[send, deliveryDelay]' at 'eventDestination.matchingEventTypes'",
            "Member must satisfy constraint: [Member must satisfy enum value set: [send, reject, "
            "bounce, complaint, delivery, open, click, renderingFailure]]",
        )
    )


def test_null_in_a_list() -> None:
    assert said(V1, "GetIdentityDkimAttributes", {"Identities": ["a", None]}) == one(
        failed("null at 'identities.2.member'", "Member must not be null")
    )


def test_the_keys_of_a_map() -> None:
    assert said(V2, "ListRecommendations", {"Filter": {"NAME": "x"}}) == one(
        failed(
            "'{NAME=x}' at 'filter'",
            "Map keys must satisfy constraint: "
            "[Member must satisfy enum value set: [TYPE, IMPACT, STATUS, RESOURCE_ARN]]",
        )
    )


def test_the_values_of_a_map() -> None:
    assert said(V2, "ListRecommendations", {"Filter": {"TYPE": ""}}) == one(
        failed(
            "'{TYPE=}' at 'filter'",
            "Map value must satisfy constraint: "
            "[Member must have length less than or equal to 512, "
            "Member must have length greater than or equal to 1]",
        )
    )


def test_null_in_a_map() -> None:
    assert said(V2, "ListRecommendations", {"Filter": {"TYPE": None}}) == one(
        failed("null at 'filter.TYPE.member'", "Member must not be null")
    )


def test_a_list_in_a_map_and_the_size_of_a_map() -> None:
    metrics: dict[str, Any] = {
        "Dimensions": {"ISP": []},
        "Namespace": "VDM",
        "Metrics": [{"Name": "SEND"}],
    }
    metrics |= {"StartDate": 1.0, "EndDate": 2.0}
    request = {
        "ExportDataSource": {"MetricsDataSource": metrics},
        "ExportDestination": {"DataFormat": "CSV"},
    }
    path = "exportDataSource.metricsDataSource.dimensions"
    assert said(V2, "CreateExportJob", request) == one(
        failed(f"'[]' at '{path}.ISP.member'", "Member must have length greater than or equal to 1")
    )
    metrics["Dimensions"] = {}
    assert said(V2, "CreateExportJob", request) == one(
        failed(f"'{{}}' at '{path}'", "Member must have length greater than or equal to 1")
    )


def test_a_sensitive_value_is_not_repeated() -> None:
    request = {
        "EmailIdentity": "example.com",
        "DkimSigningAttributes": {
            "DomainSigningSelector": "s",
            "DomainSigningPrivateKey": "geh eim",
        },
    }
    message = said(V2, "CreateEmailIdentity", request)
    assert "geh eim" not in message
    assert message == one(
        failed(
            "at 'dkimSigningAttributes.domainSigningPrivateKey'",
            "Member must satisfy regular expression pattern: ^[a-zA-Z0-9+\\/]+={0,2}$",
        )
    )


def test_a_sensitive_value_in_a_list_is_not_repeated() -> None:
    request = {
        "MailType": "MARKETING",
        "WebsiteURL": "https://example.com",
        "AdditionalContactEmailAddresses": ["nobody"],
    }
    assert said(V2, "PutAccountDetails", request) == one(
        failed(
            "at 'additionalContactEmailAddresses'",
            "Member must satisfy constraint: [Member must have length less than or equal to 254, "
            "Member must have length greater than or equal to 6, "
            "Member must satisfy regular expression pattern: ^(.+)@(.+)$]",
        )
    )


def test_a_long_value_is_cut() -> None:
    message = said(V2, "SendEmail", simple(Headers=[{"Name": "X-A", "Value": "v" * 100_000}]))
    assert message == one(
        failed(
            f"'{'v' * 1000}...' at 'content.simple.headers.1.member.value'",
            "Member must have length less than or equal to 995",
        )
    )


def small(shape: dict[str, Any]) -> Service:
    """A service with one operation that takes this shape as ``Thing``."""
    shapes = {
        "Request": {"type": "structure", "members": {"Thing": {"shape": "Thing"}}},
        "Thing": shape,
        "Text": {"type": "string"},
        "Short": {"type": "blob", "max": 2},
        "Secret": {"type": "string", "max": 2, "sensitive": True},
    }
    http = {"method": "POST", "requestUri": "/"}
    operations = {"Put": {"name": "Put", "http": http, "input": {"shape": "Request"}}}
    metadata = {"protocol": "rest-json"}
    return Service("small", {"metadata": metadata, "operations": operations, "shapes": shapes})


def test_a_union_sets_one_member_and_shows_none() -> None:
    members = {"This": {"shape": "Text"}, "That": {"shape": "Text"}}
    service = small({"type": "structure", "union": True, "members": members})
    validate(service.operations["Put"].input, {"Thing": {"This": "x"}})
    for value in ({}, {"This": "x", "That": "y"}):
        assert said(service, "Put", {"Thing": value}) == one(
            failed("at 'thing'", "Member must set exactly one of [This, That]")
        )


def test_bytes_are_printed_by_their_length() -> None:
    service = small({"type": "structure", "members": {"Data": {"shape": "Short"}}})
    assert said(service, "Put", {"Thing": {"Data": b"abc"}}) == one(
        failed(
            "'java.nio.HeapByteBuffer[pos=0 lim=3 cap=3]' at 'thing.data'",
            "Member must have length less than or equal to 2",
        )
    )


def test_a_structure_is_printed_member_by_member() -> None:
    service = small({"type": "list", "max": 0, "member": {"shape": "Text"}})
    assert said(service, "Put", {"Thing": [{"A": "x", "B": True, "C": None}]}).startswith(
        "1 validation error detected: Value '[{A=x, B=true, C=null}]' at 'thing' failed"
    )


@pytest.mark.parametrize(
    "shape",
    [
        {"type": "map", "key": {"shape": "Secret"}, "value": {"shape": "Text"}},
        {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Secret"}},
    ],
)
def test_a_sensitive_key_or_value_of_a_map_is_not_repeated(shape: dict[str, Any]) -> None:
    message = said(small(shape), "Put", {"Thing": {"secret": "secret"}})
    assert message.startswith("1 validation error detected: Value at 'thing' failed to satisfy")
    assert "secret" not in message
