"""Event destinations, kept in their configuration set in v2's shape; v1 is a view of them."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from ses_emulator.errors import AwsError, Exists, Missing
from ses_emulator.events.services import check_target
from ses_emulator.events.topics import publish_later
from ses_emulator.operations.identity_feedback import SNS_TOPIC
from ses_emulator.operations.refusals import invalid
from ses_emulator.operations.registry import Request, Result, v1, v2
from ses_emulator.store.account import Account

Destination = dict[str, Any]
MOST_DESTINATIONS = 10
MOST_DIMENSIONS = 10
NAME = re.compile(r"[A-Za-z0-9_-]+")
LONGEST_NAME = 64
DIMENSION_NAME = re.compile(r"[A-Za-z0-9_:-]{1,256}")
# Headers that SES takes for no dimension. Source: the guide, "Set up a CloudWatch event destination
# for event publishing".
NO_DIMENSIONS = ("Received", "To", "From", "DKIM-Signature", "CC", "message-id", "Return-Path")
DIMENSION_VALUE = re.compile(r"[A-Za-z0-9_@.-]{1,256}")
# The ARN that a destination names, by destination and member.
ARNS = {
    "SnsDestination": {"TopicArn": SNS_TOPIC},
    "KinesisFirehoseDestination": {
        "IamRoleArn": re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/\S+"),
        "DeliveryStreamArn": re.compile(
            r"arn:aws[\w-]*:firehose:[a-z0-9-]+:\d{12}:deliverystream/[\w.-]{1,64}"
        ),
    },
    # Only the default bus is supported.
    "EventBridgeDestination": {
        "EventBusArn": re.compile(r"arn:aws[\w-]*:events:[a-z0-9-]+:\d{12}:event-bus/default")
    },
    "PinpointDestination": {
        "ApplicationArn": re.compile(r"arn:aws[\w-]*:mobiletargeting:[a-z0-9-]+:\d{12}:apps/\w+")
    },
}
# What SES publishes to the topic of a destination first.
VALIDATION = "Successfully validated SNS topic for Amazon SES event publishing."
# What is asked whether it exists, by destination: the service and the member that names it.
TARGETS = {
    "EventBridgeDestination": ("eventbridge", "EventBusArn"),
    "KinesisFirehoseDestination": ("firehose", "DeliveryStreamArn"),
    "SnsDestination": ("sns", "TopicArn"),
}
# The kinds of destinations, with v1's code for one that is invalid.
CODES = {
    "CloudWatchDestination": "InvalidCloudWatchDestination",
    "EventBridgeDestination": "InvalidParameterValue",
    "KinesisFirehoseDestination": "InvalidFirehoseDestination",
    "PinpointDestination": "InvalidParameterValue",
    "SnsDestination": "InvalidSNSDestination",
}
V1_MEMBERS = {
    "DeliveryStreamArn": "DeliveryStreamARN",
    "IamRoleArn": "IAMRoleARN",
    "SnsDestination": "SNSDestination",
    "TopicArn": "TopicARN",
}
MEMBERS = {given: member for member, given in V1_MEMBERS.items()}


@v2("CreateConfigurationSetEventDestination", outside=True)
def create_configuration_set_event_destination(account: Account, request: Request) -> None:
    _create(account, request["ConfigurationSetName"], _from_v2(request))


@v1("CreateConfigurationSetEventDestination", outside=True)
def create_configuration_set_event_destination_v1(account: Account, request: Request) -> Result:
    _create(account, request["ConfigurationSetName"], _from_v1(request))
    return {}


@v2("UpdateConfigurationSetEventDestination", outside=True)
def update_configuration_set_event_destination(account: Account, request: Request) -> None:
    _update(account, request["ConfigurationSetName"], _from_v2(request))


@v1("UpdateConfigurationSetEventDestination", outside=True)
def update_configuration_set_event_destination_v1(account: Account, request: Request) -> Result:
    _update(account, request["ConfigurationSetName"], _from_v1(request))
    return {}


@v2("GetConfigurationSetEventDestinations")
def get_configuration_set_event_destinations(account: Account, request: Request) -> Result:
    return {"EventDestinations": _destinations(account, request["ConfigurationSetName"])}


@v1("DeleteConfigurationSetEventDestination")
@v2("DeleteConfigurationSetEventDestination")
def delete_configuration_set_event_destination(account: Account, request: Request) -> Result:
    set_name, name = request["ConfigurationSetName"], request["EventDestinationName"]
    destinations = _destinations(account, set_name)
    del destinations[_position(destinations, name, set_name)]
    account.configuration_sets.update(set_name, EventDestinations=destinations)
    return {}


def v1_view(destinations: list[Destination]) -> list[Destination]:
    """Event destinations in v1's shape."""
    shown: list[Destination] = _translated(destinations, V1_MEMBERS, _camel)
    return shown


def _create(account: Account, set_name: str, destination: Destination) -> None:
    def add() -> list[Destination]:
        destinations = _destinations(account, set_name)
        _check(destination, set_name)
        if any(each["Name"] == destination["Name"] for each in destinations):
            raise Exists("EventDestination", destination["Name"], set_name)
        if len(destinations) >= MOST_DESTINATIONS:
            raise AwsError(
                "LimitExceeded",
                f"Number of event destinations for <{set_name}> exceeds the limit of"
                f" {MOST_DESTINATIONS}.",
            )
        return [*destinations, destination]

    _put(account, set_name, destination, add)


def _update(account: Account, set_name: str, destination: Destination) -> None:
    def replace() -> list[Destination]:
        destinations = _destinations(account, set_name)
        position = _position(destinations, destination["Name"], set_name)
        _check(destination, set_name)
        destinations[position] = destination
        return destinations

    _put(account, set_name, destination, replace)


def _put(
    account: Account,
    set_name: str,
    destination: Destination,
    changed: Callable[[], list[Destination]],
) -> None:
    """Keep what ``changed`` makes of the set's destinations, if the target of this one exists.

    Called before and after that was asked: the set may change meanwhile.
    """
    with account.instance.database.attempt():
        changed()
    [kind] = [kind for kind in CODES if kind in destination]
    service, member = TARGETS.get(kind, ("", ""))
    address = destination[kind].get(member, "")
    problem = check_target(account, service, address, VALIDATION)
    if problem:
        raise _refusal(kind, problem, destination["Name"], set_name)
    with account.instance.database.attempt():
        account.configuration_sets.update(set_name, EventDestinations=changed())
        if address in account.settings.topics:
            publish_later(account, account.settings.topics[address], VALIDATION)


def _destinations(account: Account, set_name: str) -> list[Destination]:
    destinations: list[Destination] = account.configuration_sets.get(set_name).get(
        "EventDestinations", []
    )
    return destinations


def _position(destinations: list[Destination], name: str, set_name: str) -> int:
    for position, destination in enumerate(destinations):
        if destination["Name"] == name:
            return position
    raise Missing("EventDestination", name, set_name)


def _from_v2(request: Request) -> Destination:
    definition = request["EventDestination"]
    return {"Name": request["EventDestinationName"], "Enabled": False, **definition}


def _from_v1(request: Request) -> Destination:
    definition = _translated(request["EventDestination"], MEMBERS, _screaming)
    return {"Enabled": False, **definition}


def _translated(value: Any, names: Mapping[str, str], word: Callable[[str], str]) -> Any:
    """``value`` with the members' names and the enumerated words of the other API."""
    if isinstance(value, list):
        return [_translated(each, names, word) for each in value]
    if not isinstance(value, dict):
        return value
    translated = {
        names.get(key, key): _translated(each, names, word) for key, each in value.items()
    }
    if "MatchingEventTypes" in value:
        translated["MatchingEventTypes"] = [word(each) for each in value["MatchingEventTypes"]]
    if "DimensionValueSource" in value:
        translated["DimensionValueSource"] = word(value["DimensionValueSource"])
    return translated


def _screaming(word: str) -> str:
    return re.sub(r"([A-Z])", r"_\1", word).upper()


def _camel(word: str) -> str:
    first, *rest = word.lower().split("_")
    return first + "".join(map(str.capitalize, rest))


def _check(destination: Destination, set_name: str) -> None:
    """Raise AwsError unless this can be an event destination."""
    name = destination["Name"]
    if not NAME.fullmatch(name):
        raise invalid(
            f"Invalid event destination name <{name}>: only alphanumeric ASCII characters, '_', "
            "and '-' are allowed."
        )
    if len(name) > LONGEST_NAME:
        raise invalid(f"Event destination name cannot exceed {LONGEST_NAME} characters.")
    if not destination.get("MatchingEventTypes"):
        raise invalid("At least one event type must be specified.")
    kinds = [kind for kind in CODES if kind in destination]
    if not kinds:
        raise invalid("Event destination is not provided.")
    if len(kinds) > 1:
        raise invalid(
            "Please provide only one destination with each request. Either a Firehose Destination "
            "or a Cloudwatch Destination or an SNS Destination or an EventBridge Destination."
        )
    [kind] = kinds
    problem = _problem(kind, destination[kind])
    if problem:
        raise _refusal(kind, problem, name, set_name)


def _refusal(kind: str, problem: str, name: str, set_name: str) -> AwsError:
    members = {"ConfigurationSetName": set_name, "EventDestinationName": name}
    return AwsError(CODES[kind], problem, **members)


def _problem(kind: str, given: dict[str, Any]) -> str | None:
    """What is wrong with a destination of this kind."""
    for member, form in ARNS.get(kind, {}).items():
        arn = given.get(member, "")
        if not form.fullmatch(arn):
            return f"{member} <{arn}> is invalid."
    if kind == "CloudWatchDestination":
        return _dimension_problem(given["DimensionConfigurations"])
    return None


def _dimension_problem(dimensions: list[dict[str, str]]) -> str | None:
    if not dimensions:
        return "CloudWatch metrics dimension configuration list cannot be empty."
    if len(dimensions) > MOST_DIMENSIONS:
        return f"Number of CloudWatch dimensions exceeds the limit of {MOST_DIMENSIONS}."
    for dimension in dimensions:
        name, value = dimension["DimensionName"], dimension["DefaultDimensionValue"]
        if not DIMENSION_NAME.fullmatch(name):
            return (
                f"Invalid dimension name <{name}>: only up to 256 alphanumeric ASCII characters, "
                "'_', '-' and ':' are allowed."
            )
        header = dimension["DimensionValueSource"] == "EMAIL_HEADER"
        if header and name.lower() in map(str.lower, NO_DIMENSIONS):
            return (
                f"Invalid dimension name <{name}>: the email headers {', '.join(NO_DIMENSIONS)} "
                "cannot be used."
            )
        if not DIMENSION_VALUE.fullmatch(value):
            return (
                f"Invalid default dimension value <{value}>: only up to 256 alphanumeric ASCII "
                "characters, '_', '-', '@' and '.' are allowed."
            )
    return None
