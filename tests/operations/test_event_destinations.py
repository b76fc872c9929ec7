"""Event destinations of configuration sets through both APIs."""

from __future__ import annotations

from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import client, refused

SNS = {"TopicArn": "arn:aws:sns:us-east-1:000000000000:events"}
FIREHOSE = {
    "IamRoleArn": "arn:aws:iam::000000000000:role/ses",
    "DeliveryStreamArn": "arn:aws:firehose:us-east-1:000000000000:deliverystream/events",
}
EVENT_BUS = {"EventBusArn": "arn:aws:events:us-east-1:000000000000:event-bus/default"}
PINPOINT = {"ApplicationArn": "arn:aws:mobiletargeting:us-east-1:000000000000:apps/0123abcd"}
SET = {"ConfigurationSetName": "x"}


def dimensions(count: int = 1, **changes: str) -> dict[str, Any]:
    """A CloudWatch destination of v2."""
    return {
        "DimensionConfigurations": [
            {
                "DimensionName": f"ses:name-{number}",
                "DimensionValueSource": "MESSAGE_TAG",
                "DefaultDimensionValue": "a@example.com",
            }
            | changes
            for number in range(count)
        ]
    }


@pytest.fixture
def v1(ses_emulator: SesEmulator) -> Any:
    ses = client(ses_emulator, "ses")
    ses.create_configuration_set(ConfigurationSet={"Name": "x"})
    return ses


@pytest.fixture
def v2(ses_emulator: SesEmulator) -> Any:
    return client(ses_emulator, "sesv2")


def destination_v1(**members: Any) -> dict[str, Any]:
    return {
        **SET,
        "EventDestination": {
            "Name": "a",
            "MatchingEventTypes": ["send"],
            "SNSDestination": {"TopicARN": SNS["TopicArn"]},
        }
        | members,
    }


def destination_v2(name: str = "a", **members: Any) -> dict[str, Any]:
    """A destination with Enabled and one event type; of a kind only if ``members`` has one."""
    return {
        **SET,
        "EventDestinationName": name,
        "EventDestination": {"Enabled": True, "MatchingEventTypes": ["SEND"]} | members,
    }


def seen_by_v1(ses: Any) -> list[dict[str, Any]]:
    answer = ses.describe_configuration_set(
        **SET, ConfigurationSetAttributeNames=["eventDestinations"]
    )
    found: list[dict[str, Any]] = answer["EventDestinations"]
    return found


def seen_by_v2(ses: Any) -> list[dict[str, Any]]:
    answer = ses.get_configuration_set_event_destinations(**SET)
    found: list[dict[str, Any]] = answer["EventDestinations"]
    return found


def test_v1_seen_through_v2(v1: Any, v2: Any) -> None:
    given = {
        "Name": "metrics",
        "Enabled": True,
        "MatchingEventTypes": ["send", "renderingFailure"],
        "CloudWatchDestination": {
            "DimensionConfigurations": [
                {
                    "DimensionName": "ses:source-ip",
                    "DimensionValueSource": "emailHeader",
                    "DefaultDimensionValue": "none",
                }
            ]
        },
    }
    v1.create_configuration_set_event_destination(**SET, EventDestination=given)
    v1.create_configuration_set_event_destination(**destination_v1())
    cloudwatch = dimensions(
        DimensionName="ses:source-ip",
        DimensionValueSource="EMAIL_HEADER",
        DefaultDimensionValue="none",
    )
    assert seen_by_v2(v2) == [
        given
        | {
            "MatchingEventTypes": ["SEND", "RENDERING_FAILURE"],
            "CloudWatchDestination": cloudwatch,
        },
        {"Name": "a", "Enabled": False, "MatchingEventTypes": ["SEND"], "SnsDestination": SNS},
    ]
    assert seen_by_v1(v1) == [given, destination_v1()["EventDestination"] | {"Enabled": False}]


def test_v2_seen_through_v1(v1: Any, v2: Any) -> None:
    types = ["SEND", "DELIVERY_DELAY", "SUBSCRIPTION"]
    v2.create_configuration_set_event_destination(
        **destination_v2(KinesisFirehoseDestination=FIREHOSE, MatchingEventTypes=types)
    )
    v2.create_configuration_set_event_destination(
        **destination_v2("b", EventBridgeDestination=EVENT_BUS)
    )
    v2.create_configuration_set_event_destination(
        **destination_v2("c", PinpointDestination=PINPOINT)
    )
    assert seen_by_v2(v2)[1]["EventBridgeDestination"] == EVENT_BUS
    assert seen_by_v2(v2)[2]["PinpointDestination"] == PINPOINT
    # v1 has no word for EventBridge and Pinpoint.
    send = {"Enabled": True, "MatchingEventTypes": ["send"]}
    assert seen_by_v1(v1) == [
        {
            "Name": "a",
            "Enabled": True,
            "MatchingEventTypes": ["send", "deliveryDelay", "subscription"],
            "KinesisFirehoseDestination": {
                "IAMRoleARN": FIREHOSE["IamRoleArn"],
                "DeliveryStreamARN": FIREHOSE["DeliveryStreamArn"],
            },
        },
        {"Name": "b", **send},
        {"Name": "c", **send},
    ]


def test_update_and_delete(v1: Any, v2: Any) -> None:
    for name in ("a", "b"):
        v2.create_configuration_set_event_destination(**destination_v2(name, SnsDestination=SNS))
    v2.update_configuration_set_event_destination(
        **destination_v2(CloudWatchDestination=dimensions())
    )
    [first, second] = seen_by_v2(v2)
    assert first["CloudWatchDestination"] == dimensions()
    assert "SnsDestination" not in first
    v1.update_configuration_set_event_destination(**destination_v1(MatchingEventTypes=["click"]))
    assert seen_by_v2(v2) == [
        {"Name": "a", "Enabled": False, "MatchingEventTypes": ["CLICK"], "SnsDestination": SNS},
        second,
    ]
    v1.delete_configuration_set_event_destination(**SET, EventDestinationName="a")
    assert seen_by_v2(v2) == [second]
    v2.delete_configuration_set_event_destination(**SET, EventDestinationName="b")
    assert seen_by_v1(v1) == []


def test_deleted_set_takes_its_destinations_with_it(v1: Any, v2: Any) -> None:
    v1.create_configuration_set_event_destination(**destination_v1())
    v1.delete_configuration_set(**SET)
    v2.create_configuration_set(**SET)
    assert seen_by_v2(v2) == []


def test_destination_that_exists_or_not(v1: Any, v2: Any) -> None:
    name = {"EventDestinationName": "a"}
    missing = "No EventDestination found for x"
    for call, arguments in [
        (v1.update_configuration_set_event_destination, destination_v1()),
        (v1.delete_configuration_set_event_destination, SET | name),
    ]:
        assert refused(call, **arguments) == ("EventDestinationDoesNotExist", 400, missing)
    for call, arguments in [
        (v2.update_configuration_set_event_destination, destination_v2(SnsDestination=SNS)),
        (v2.delete_configuration_set_event_destination, SET | name),
    ]:
        assert refused(call, **arguments) == ("NotFoundException", 404, missing)
    v1.create_configuration_set_event_destination(**destination_v1())
    exists = "An event destination with name <a> already exists for configuration set <x>."
    assert refused(v1.create_configuration_set_event_destination, **destination_v1()) == (
        "EventDestinationAlreadyExists",
        400,
        exists,
    )
    assert refused(
        v2.create_configuration_set_event_destination, **destination_v2(SnsDestination=SNS)
    ) == ("AlreadyExistsException", 400, exists)


def test_unknown_set(v1: Any, v2: Any) -> None:
    unknown = {"ConfigurationSetName": "unknown"}
    missing = "Configuration set <unknown> does not exist."
    for call, arguments in [
        (v1.create_configuration_set_event_destination, destination_v1()),
        (v1.update_configuration_set_event_destination, destination_v1()),
        (v1.delete_configuration_set_event_destination, {"EventDestinationName": "a"}),
    ]:
        assert refused(call, **arguments | unknown) == (
            "ConfigurationSetDoesNotExist",
            400,
            missing,
        )
    for call, arguments in [
        (v2.create_configuration_set_event_destination, destination_v2(SnsDestination=SNS)),
        (v2.update_configuration_set_event_destination, destination_v2(SnsDestination=SNS)),
        (v2.delete_configuration_set_event_destination, {"EventDestinationName": "a"}),
        (v2.get_configuration_set_event_destinations, {}),
    ]:
        assert refused(call, **arguments | unknown) == ("NotFoundException", 404, missing)


def test_at_most_10(v1: Any, v2: Any) -> None:
    for number in range(10):
        v1.create_configuration_set_event_destination(**destination_v1(Name=f"d{number}"))
    sentence = "Number of event destinations for <x> exceeds the limit of 10."
    assert refused(v1.create_configuration_set_event_destination, **destination_v1()) == (
        "LimitExceeded",
        400,
        sentence,
    )
    assert refused(
        v2.create_configuration_set_event_destination, **destination_v2(SnsDestination=SNS)
    ) == ("LimitExceededException", 400, sentence)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({}, "Event destination is not provided."),
        (
            {"SnsDestination": SNS, "CloudWatchDestination": dimensions()},
            "Please provide only one destination with each request. Either a Firehose Destination "
            "or a Cloudwatch Destination or an SNS Destination or an EventBridge Destination.",
        ),
        (
            {"SnsDestination": SNS, "MatchingEventTypes": []},
            "At least one event type must be specified.",
        ),
        ({"SnsDestination": {"TopicArn": "topic"}}, "TopicArn <topic> is invalid."),
        (
            {"KinesisFirehoseDestination": FIREHOSE | {"IamRoleArn": "role"}},
            "IamRoleArn <role> is invalid.",
        ),
        (
            {"KinesisFirehoseDestination": FIREHOSE | {"DeliveryStreamArn": "stream"}},
            "DeliveryStreamArn <stream> is invalid.",
        ),
        (
            {"EventBridgeDestination": {"EventBusArn": EVENT_BUS["EventBusArn"] + "-not"}},
            f"EventBusArn <{EVENT_BUS['EventBusArn']}-not> is invalid.",
        ),
        ({"PinpointDestination": {}}, "ApplicationArn <> is invalid."),
        (
            {"CloudWatchDestination": dimensions(0)},
            "CloudWatch metrics dimension configuration list cannot be empty.",
        ),
        (
            {"CloudWatchDestination": dimensions(11)},
            "Number of CloudWatch dimensions exceeds the limit of 10.",
        ),
        (
            {"CloudWatchDestination": dimensions(DimensionName="a b")},
            "Invalid dimension name <a b>: only up to 256 alphanumeric ASCII characters, '_', '-' "
            "and ':' are allowed.",
        ),
        (
            {"CloudWatchDestination": dimensions(DefaultDimensionValue="a:b")},
            "Invalid default dimension value <a:b>: only up to 256 alphanumeric ASCII characters, "
            "'_', '-', '@' and '.' are allowed.",
        ),
    ],
)
def test_destination_that_is_none(v1: Any, v2: Any, members: dict[str, Any], message: str) -> None:
    given = destination_v2(**members)
    refusal = ("BadRequestException", 400, message)
    assert refused(v2.create_configuration_set_event_destination, **given) == refusal
    v1.create_configuration_set_event_destination(**destination_v1())
    assert refused(v2.update_configuration_set_event_destination, **given) == refusal


# Source: the guide, "Set up a CloudWatch event destination for event publishing".
NO_DIMENSIONS = "Received, To, From, DKIM-Signature, CC, message-id, Return-Path"


@pytest.mark.parametrize("name", [*NO_DIMENSIONS.split(", "), "Message-ID", "cc"])
def test_headers_that_are_no_dimension(v1: Any, v2: Any, name: str) -> None:
    refusal = f"Invalid dimension name <{name}>: the email headers {NO_DIMENSIONS} cannot be used."
    given = dimensions(DimensionName=name, DimensionValueSource="EMAIL_HEADER")
    assert refused(
        v2.create_configuration_set_event_destination,
        **destination_v2(CloudWatchDestination=given),
    ) == ("BadRequestException", 400, refusal)
    [dimension] = given["DimensionConfigurations"]
    given = {"DimensionConfigurations": [dimension | {"DimensionValueSource": "emailHeader"}]}
    assert refused(
        v1.create_configuration_set_event_destination,
        **SET,
        EventDestination={
            "Name": "a",
            "MatchingEventTypes": ["send"],
            "CloudWatchDestination": given,
        },
    ) == ("InvalidCloudWatchDestination", 400, refusal)
    # A tag may have the name.
    v2.create_configuration_set_event_destination(
        **destination_v2(CloudWatchDestination=dimensions(DimensionName=name))
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "a.b",
            "Invalid event destination name <a.b>: only alphanumeric ASCII characters, '_', and "
            "'-' are allowed.",
        ),
        ("n" * 65, "Event destination name cannot exceed 64 characters."),
    ],
)
def test_name_that_is_none(v1: Any, v2: Any, name: str, message: str) -> None:
    assert refused(v1.create_configuration_set_event_destination, **destination_v1(Name=name)) == (
        "InvalidParameterValue",
        400,
        message,
    )
    assert refused(
        v2.create_configuration_set_event_destination, **destination_v2(name, SnsDestination=SNS)
    ) == ("BadRequestException", 400, message)


@pytest.mark.parametrize(
    ("code", "kind", "given", "message"),
    [
        (
            "InvalidSNSDestination",
            "SNSDestination",
            {"TopicARN": "topic"},
            "TopicArn <topic> is invalid.",
        ),
        (
            "InvalidFirehoseDestination",
            "KinesisFirehoseDestination",
            {"IAMRoleARN": "a", "DeliveryStreamARN": "b"},
            "IamRoleArn <a> is invalid.",
        ),
        (
            "InvalidCloudWatchDestination",
            "CloudWatchDestination",
            {
                "DimensionConfigurations": [
                    {
                        "DimensionName": "a b",
                        "DimensionValueSource": "linkTag",
                        "DefaultDimensionValue": "none",
                    }
                ]
            },
            "Invalid dimension name <a b>: only up to 256 alphanumeric ASCII characters, '_', '-' "
            "and ':' are allowed.",
        ),
    ],
)
def test_codes_of_v1(v1: Any, code: str, kind: str, given: dict[str, Any], message: str) -> None:
    v1.create_configuration_set_event_destination(**destination_v1())
    definition = {"Name": "a", "MatchingEventTypes": ["send"], kind: given}
    for call in (
        v1.create_configuration_set_event_destination,
        v1.update_configuration_set_event_destination,
    ):
        assert refused(call, **SET, EventDestination=definition) == (code, 400, message)
        with pytest.raises(v1.exceptions.ClientError) as caught:
            call(**SET, EventDestination=definition)
        response = caught.value.response
        assert response["ConfigurationSetName"] == "x"
        assert response["EventDestinationName"] == "a"
