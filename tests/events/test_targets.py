"""Where an event goes, and why it does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.session import get_session

from ses_emulator.config import Settings
from ses_emulator.events.targets import Target, destination_of, targets_of, type_of
from ses_emulator.mail.publishing import publishing_of
from ses_emulator.store.account import Account
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Stored
from tests.mail.account import NOW, an_account, stored

TOPIC = "arn:aws:sns:us-east-1:123456789012:"
BUS = "arn:aws:events:us-east-1:123456789012:event-bus/default"
STREAM = "arn:aws:firehose:us-east-1:123456789012:deliverystream/mail"
SNS = {"SnsDestination": {"TopicArn": f"{TOPIC}set"}}
NO_SET = "There is no configuration set: the message names none, nor does its identity."
NO_IDENTITY = (
    "There is no verified identity shop@example.com, nor of its domain, that could have a topic."
)


@pytest.fixture
def account() -> Iterator[Account]:
    with an_account() as account:
        yield account


def add_set(account: Account, *destinations: dict[str, Any]) -> None:
    """The configuration set ``set`` with these destinations."""
    base = {"Name": "mine", "Enabled": True, "MatchingEventTypes": ["BOUNCE", "DELIVERY"]}
    document = {"EventDestinations": [base | each for each in destinations]}
    account.configuration_sets.put("set", document)


def add_identity(account: Account, name: str, **attributes: Any) -> None:
    """An identity with these NotificationAttributes."""
    document = {"VerifiedForSendingStatus": True, "NotificationAttributes": attributes}
    account.identities.put(name, document)


def found(
    account: Account, type: str = "Bounce", configuration_set: str | None = None
) -> tuple[list[Target], list[str]]:
    """The targets of an event of a message from shop@example.com, and the reasons."""
    message: Stored = account.messages.find("latest") or stored(account, "a@example.com")
    message = replace(message, configuration_set=configuration_set)
    targets, reasons = targets_of(account, message, Event(type, NOW, ["a@example.com"]))
    if targets:
        assert publishing_of(account, configuration_set, "shop@example.com").publishes
    return targets, reasons


def test_nowhere(account: Account) -> None:
    assert found(account) == ([], [NO_SET, NO_IDENTITY])
    assert found(account, "Open") == ([], [NO_SET])
    assert not publishing_of(account, None, "shop@example.com").publishes
    assert not publishing_of(account, "set", "shop@example.com").publishes


@pytest.mark.parametrize(
    ("destination", "target"),
    [
        (SNS, Target("sns", "mine", f"{TOPIC}set", options=SNS["SnsDestination"])),
        (
            {"EventBridgeDestination": {"EventBusArn": BUS}},
            Target("eventbridge", "mine", BUS, options={"EventBusArn": BUS}),
        ),
        (
            {"KinesisFirehoseDestination": {"DeliveryStreamArn": STREAM, "IamRoleArn": "x"}},
            Target(
                "firehose", "mine", STREAM, options={"DeliveryStreamArn": STREAM, "IamRoleArn": "x"}
            ),
        ),
        (
            {"CloudWatchDestination": {"DimensionConfigurations": [{"DimensionName": "a"}]}},
            Target(
                "cloudwatch",
                "mine",
                "",
                options={"DimensionConfigurations": [{"DimensionName": "a"}]},
            ),
        ),
    ],
)
def test_event_destinations(account: Account, destination: dict[str, Any], target: Target) -> None:
    add_set(account, destination)
    assert found(account, configuration_set="set") == ([target], [])
    assert Target.from_document(target.to_document()) == target
    lane = target.address or "cloudwatch:us-east-1:123456789012"
    assert destination_of(account, target) == lane


def test_all_destinations_of_a_set(account: Account) -> None:
    add_set(account, SNS, {**SNS, "Name": "again"}, {**SNS, "Name": "off", "Enabled": False})
    targets, reasons = found(account, configuration_set="set")
    assert [each.name for each in targets] == ["mine", "again"]
    assert reasons == ["Event destination off of configuration set set is not enabled."]


@pytest.mark.parametrize(
    ("destinations", "reason"),
    [
        ([], "There is no event destination in configuration set set."),
        (
            [SNS | {"Enabled": False}],
            "Event destination mine of configuration set set is not enabled.",
        ),
        (
            [SNS | {"MatchingEventTypes": ["SEND"]}],
            "Event destination mine of configuration set set does not have BOUNCE among its event"
            " types.",
        ),
        (
            [{"PinpointDestination": {}}],
            "Event destination mine of configuration set set is of a kind that is not emulated.",
        ),
    ],
)
def test_reasons_of_a_set(
    account: Account, destinations: list[dict[str, Any]], reason: str
) -> None:
    add_set(account, *destinations)
    assert found(account, configuration_set="set") == ([], [reason, NO_IDENTITY])


def test_a_set_that_is_gone(account: Account) -> None:
    assert found(account, configuration_set="set")[1][0] == "Configuration set set was deleted."


def test_types_are_spelled_as_in_v2() -> None:
    service: Any = get_session().get_service_model("sesv2")
    known = service.shape_for("EventType").enum
    types = [
        "Send",
        "Reject",
        "Bounce",
        "Complaint",
        "Delivery",
        "Open",
        "Click",
        "Rendering Failure",
        "DeliveryDelay",
        "Subscription",
    ]
    assert sorted(map(type_of, types)) == sorted(known)


@pytest.mark.parametrize("kind", ["Bounce", "Complaint", "Delivery"])
def test_topic_of_an_identity(account: Account, kind: str) -> None:
    add_identity(account, "example.com", **{f"{kind}Topic": f"{TOPIC}{kind}"})
    target = Target("sns", "example.com", f"{TOPIC}{kind}", "notification", False)
    assert found(account, kind) == ([target], [])
    add_identity(
        account,
        "example.com",
        **{
            f"{kind}Topic": f"{TOPIC}{kind}",
            f"HeadersIn{kind}NotificationsEnabled": True,
        },
    )
    [target] = found(account, kind)[0]
    assert target.headers
    other = "Bounce" if kind != "Bounce" else "Delivery"
    assert found(account, other) == (
        [],
        [
            NO_SET,
            f"There is no SNS topic for {other} notifications set for identity example.com.",
        ],
    )
    assert found(account, "Open") == ([], [NO_SET])


def test_an_address_goes_before_its_domain(account: Account) -> None:
    add_identity(account, "example.com", BounceTopic=f"{TOPIC}domain")
    add_identity(account, "shop@example.com", BounceTopic=f"{TOPIC}address")
    [target] = found(account)[0]
    assert (target.name, target.address) == ("shop@example.com", f"{TOPIC}address")
    add_identity(account, "shop@example.com")
    assert found(account)[0] == []
    assert not publishing_of(account, None, "shop@example.com").publishes
    account.identities.update("shop@example.com", VerifiedForSendingStatus=False)
    [target] = found(account)[0]
    assert target.name == "example.com"


def test_topics_are_told_alongside_configuration_sets(account: Account) -> None:
    add_set(account, SNS)
    add_identity(account, "example.com", BounceTopic=f"{TOPIC}domain")
    targets, reasons = found(account, configuration_set="set")
    assert [(each.form, each.headers) for each in targets] == [
        ("event", True),
        ("notification", False),
    ]
    assert reasons == []


def test_webhooks_get_everything() -> None:
    with an_account() as account:
        settings = Settings(webhook=("http://localhost:1/", "http://localhost:2/"))
        instance = replace(account.instance, settings=settings)
        account = Account(instance, account.id, account.region)
        assert publishing_of(account, None, "shop@example.com").publishes
        for type in ("Send", "Open", "Bounce"):
            targets, reasons = found(account, type)
            assert [each.address for each in targets] == [
                "http://localhost:1/",
                "http://localhost:2/",
            ]
            assert {(each.kind, each.name, each.form) for each in targets} == {
                ("webhook", "--webhook", "event")
            }
            assert reasons == []


def test_whether_anything_is_published_is_known_anew(account: Account) -> None:
    database = account.instance.database

    def asked() -> bool:
        with database.transaction():  # where it is remembered
            return publishing_of(account, "set", "shop@example.com").publishes

    assert not asked()
    add_set(account, SNS)
    assert asked()
    add_set(account, SNS | {"Enabled": False})
    assert not asked()
    add_identity(account, "example.com", DeliveryTopic=f"{TOPIC}x")
    assert asked()
    account.identities.delete("example.com")
    assert not asked()


def test_other_accounts_and_regions_do_not_count(account: Account) -> None:
    add_set(account.elsewhere("eu-west-1"), SNS)
    add_identity(Account(account.instance, "999999999999", account.region), "example.com")
    assert found(account, configuration_set="set")[0] == []
    assert not publishing_of(account, "set", "shop@example.com").publishes
