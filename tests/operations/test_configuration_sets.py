"""Configuration sets through both APIs."""

from __future__ import annotations

from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import Clock, client, refused, running, send_v2

ALL = ["eventDestinations", "trackingOptions", "deliveryOptions", "reputationOptions"]
UNVERIFIED = "Domain <t.example.com> is not verified under this account."


@pytest.fixture
def v1(ses_emulator: SesEmulator) -> Any:
    return client(ses_emulator, "ses")


@pytest.fixture
def v2(ses_emulator: SesEmulator) -> Any:
    return client(ses_emulator, "sesv2")


def described(ses: Any, name: str = "x", attributes: list[str] = ALL) -> dict[str, Any]:
    """What v1 says of a set apart from its name."""
    answer: dict[str, Any] = ses.describe_configuration_set(
        ConfigurationSetName=name, ConfigurationSetAttributeNames=attributes
    )
    assert answer.pop("ConfigurationSet") == {"Name": name}
    answer.pop("ResponseMetadata")
    return answer


def got(ses: Any, name: str = "x") -> dict[str, Any]:
    answer: dict[str, Any] = ses.get_configuration_set(ConfigurationSetName=name)
    answer.pop("ResponseMetadata")
    return answer


def test_one_state_for_both_apis(v1: Any, v2: Any) -> None:
    v1.create_configuration_set(ConfigurationSet={"Name": "one"})
    tags = [{"Key": "team", "Value": "mail"}]
    v2.create_configuration_set(ConfigurationSetName="two", Tags=tags)
    assert v2.list_configuration_sets()["ConfigurationSets"] == ["one", "two"]
    assert v1.list_configuration_sets()["ConfigurationSets"] == [{"Name": "one"}, {"Name": "two"}]
    assert described(v1, "two", []) == {}
    assert got(v2, "two") == {
        "ConfigurationSetName": "two",
        "ReputationOptions": {"ReputationMetricsEnabled": False},
        "SendingOptions": {"SendingEnabled": True},
        "Tags": tags,
    }
    v1.delete_configuration_set(ConfigurationSetName="two")
    v2.delete_configuration_set(ConfigurationSetName="one")
    assert v2.list_configuration_sets()["ConfigurationSets"] == []


def test_created_with_everything(v1: Any, v2: Any) -> None:
    v2.create_email_identity(EmailIdentity="example.com")
    options: dict[str, Any] = {
        "TrackingOptions": {"CustomRedirectDomain": "t.example.com", "HttpsPolicy": "REQUIRE"},
        "DeliveryOptions": {
            "TlsPolicy": "REQUIRE",
            "SendingPoolName": "ses-shared-pool",
            "MaxDeliverySeconds": 300,
        },
        "ReputationOptions": {"ReputationMetricsEnabled": True},
        "SendingOptions": {"SendingEnabled": False},
        "Tags": [{"Key": "team", "Value": "mail"}],
        "SuppressionOptions": {"SuppressedReasons": ["BOUNCE"]},
        "VdmOptions": {"DashboardOptions": {"EngagementMetrics": "ENABLED"}},
    }
    v2.create_configuration_set(ConfigurationSetName="x", **options)
    assert got(v2) == {"ConfigurationSetName": "x", **options}
    assert described(v1) == {
        "EventDestinations": [],
        "TrackingOptions": {"CustomRedirectDomain": "t.example.com"},
        "DeliveryOptions": {"TlsPolicy": "Require"},
        "ReputationOptions": {"SendingEnabled": False, "ReputationMetricsEnabled": True},
    }


def test_refusals(v1: Any, v2: Any) -> None:
    missing = "Configuration set <x> does not exist."
    name = {"ConfigurationSetName": "x"}
    v2.create_email_identity(EmailIdentity="example.com")
    tracking = {"TrackingOptions": {"CustomRedirectDomain": "example.com"}}
    calls: list[tuple[Any, dict[str, Any]]] = [
        (v1.delete_configuration_set, {}),
        (v1.describe_configuration_set, {}),
        (v1.create_configuration_set_tracking_options, tracking),
        (v1.update_configuration_set_tracking_options, tracking),
        (v1.delete_configuration_set_tracking_options, {}),
        (v1.put_configuration_set_delivery_options, {}),
        (v1.update_configuration_set_reputation_metrics_enabled, {"Enabled": True}),
        (v1.update_configuration_set_sending_enabled, {"Enabled": True}),
    ]
    for call, arguments in calls:
        assert refused(call, **name, **arguments) == ("ConfigurationSetDoesNotExist", 400, missing)
    for call in (
        v2.delete_configuration_set,
        v2.get_configuration_set,
        v2.put_configuration_set_archiving_options,
        v2.put_configuration_set_delivery_options,
        v2.put_configuration_set_reputation_options,
        v2.put_configuration_set_sending_options,
        v2.put_configuration_set_suppression_options,
        v2.put_configuration_set_tracking_options,
        v2.put_configuration_set_vdm_options,
    ):
        assert refused(call, **name) == ("NotFoundException", 404, missing)
    v2.create_configuration_set(**name)
    exists = "Configuration set <x> already exists."
    assert refused(v1.create_configuration_set, ConfigurationSet={"Name": "x"}) == (
        "ConfigurationSetAlreadyExists",
        400,
        exists,
    )
    assert refused(v2.create_configuration_set, **name) == ("AlreadyExistsException", 400, exists)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "a b",
            "Invalid configuration set name <a b>: only alphanumeric ASCII characters, '_', and "
            "'-' are allowed.",
        ),
        ("n" * 65, "Configuration set name cannot exceed 64 characters."),
    ],
)
def test_name_that_is_none(v1: Any, v2: Any, name: str, message: str) -> None:
    assert refused(v1.create_configuration_set, ConfigurationSet={"Name": name}) == (
        "InvalidConfigurationSet",
        400,
        message,
    )
    assert refused(v2.create_configuration_set, ConfigurationSetName=name) == (
        "BadRequestException",
        400,
        message,
    )


@pytest.mark.parametrize("service", ["ses", "sesv2"])
def test_pages(ses_emulator: SesEmulator, v2: Any, service: str) -> None:
    for number in range(5):
        v2.create_configuration_set(ConfigurationSetName=f"set-{number}")
    size = {"ses": "MaxItems", "sesv2": "PageSize"}[service]
    found = 0
    token: dict[str, str | None] = {}
    for _ in range(3):
        page = client(ses_emulator, service).list_configuration_sets(**{size: 2}, **token)
        found += len(page["ConfigurationSets"])
        token = {"NextToken": page.get("NextToken")}
    assert found == 5
    assert token["NextToken"] is None


def test_filter(v2: Any) -> None:
    operation = v2.meta.service_model.operation_model("ListConfigurationSets")
    if "Filter" not in operation.input_shape.members:
        pytest.skip("the installed botocore does not filter configuration sets")
    for name in ("Billing", "news", "rebilling"):
        v2.create_configuration_set(ConfigurationSetName=name)
    given = {"CONFIGURATION_SET_NAME_CONTAINS": "BILL"}
    assert v2.list_configuration_sets(Filter=given)["ConfigurationSets"] == ["Billing", "rebilling"]


def test_message_names_its_set(ses_emulator: SesEmulator, v2: Any) -> None:
    v2.create_configuration_set(ConfigurationSetName="billing")
    id = send_v2(v2, ConfigurationSetName="billing")
    assert ses_emulator.message(id)["configuration_set"] == "billing"
    assert [each["id"] for each in ses_emulator.messages(configuration_set="billing")] == [id]


def test_options_that_are_replaced(v2: Any) -> None:
    v2.create_configuration_set(ConfigurationSetName="x")
    archive = f"arn:aws:ses:us-east-1:000000000000:mailmanager-archive/a-{'a' * 24}"
    vdm = {"GuardianOptions": {"OptimizedSharedDelivery": "DISABLED"}}
    for put, options, given in [
        (
            v2.put_configuration_set_archiving_options,
            "ArchivingOptions",
            {"ArchiveArn": archive},
        ),
        (
            v2.put_configuration_set_delivery_options,
            "DeliveryOptions",
            {"TlsPolicy": "OPTIONAL", "SendingPoolName": "ses-default-dedicated-pool"},
        ),
        (v2.put_configuration_set_delivery_options, "DeliveryOptions", {"TlsPolicy": "REQUIRE"}),
    ]:
        put(ConfigurationSetName="x", **given)
        assert got(v2)[options] == given
        put(ConfigurationSetName="x")
        assert options not in got(v2)
    v2.put_configuration_set_vdm_options(ConfigurationSetName="x", VdmOptions=vdm)
    assert got(v2)["VdmOptions"] == vdm
    v2.put_configuration_set_vdm_options(ConfigurationSetName="x")
    assert "VdmOptions" not in got(v2)
    v2.put_configuration_set_suppression_options(
        ConfigurationSetName="x", SuppressedReasons=["COMPLAINT"]
    )
    assert got(v2)["SuppressionOptions"] == {"SuppressedReasons": ["COMPLAINT"]}
    v2.put_configuration_set_suppression_options(ConfigurationSetName="x")
    assert got(v2)["SuppressionOptions"] == {"SuppressedReasons": []}


def test_update_leaves_what_it_does_not_name(v2: Any) -> None:
    if not hasattr(v2, "update_configuration_set"):
        pytest.skip("the installed botocore does not have UpdateConfigurationSet")
    v2.create_configuration_set(ConfigurationSetName="x")
    security = {"SigningScheme": {"SmimeScheme": {"SignatureFormat": "DETACHED"}}}
    before = got(v2)
    for given in ({"MessageSecurityOptions": security}, {}):
        v2.update_configuration_set(ConfigurationSetName="x", **given)
        assert got(v2) == before | {"MessageSecurityOptions": security}
    assert refused(v2.update_configuration_set, ConfigurationSetName="unknown") == (
        "NotFoundException",
        404,
        "Configuration set <unknown> does not exist.",
    )


def test_sending_and_fresh_start() -> None:
    clock = Clock()
    with running(clock) as emulator:
        v1, v2 = client(emulator, "ses"), client(emulator, "sesv2")
        v1.create_configuration_set(ConfigurationSet={"Name": "x"})
        v1.update_configuration_set_sending_enabled(ConfigurationSetName="x", Enabled=True)
        assert got(v2)["SendingOptions"] == {"SendingEnabled": True}
        assert "LastFreshStart" not in got(v2)["ReputationOptions"]
        v2.put_configuration_set_sending_options(ConfigurationSetName="x")
        reputation = described(v1)["ReputationOptions"]
        assert reputation == {"SendingEnabled": False, "ReputationMetricsEnabled": False}
        clock.now += 60
        v1.update_configuration_set_sending_enabled(ConfigurationSetName="x", Enabled=True)
        v2.put_configuration_set_reputation_options(
            ConfigurationSetName="x", ReputationMetricsEnabled=True
        )
        for reputation in (
            described(v1)["ReputationOptions"],
            got(v2)["ReputationOptions"] | got(v2)["SendingOptions"],
        ):
            assert reputation.pop("LastFreshStart").timestamp() == clock.now
            assert reputation == {"SendingEnabled": True, "ReputationMetricsEnabled": True}
        v1.update_configuration_set_reputation_metrics_enabled(
            ConfigurationSetName="x", Enabled=False
        )
        assert got(v2)["ReputationOptions"]["ReputationMetricsEnabled"] is False


def test_tls_policy_of_v1_leaves_the_rest(v1: Any, v2: Any) -> None:
    v2.create_configuration_set(
        ConfigurationSetName="x", DeliveryOptions={"SendingPoolName": "ses-shared-pool"}
    )
    assert "DeliveryOptions" not in described(v1)
    v1.put_configuration_set_delivery_options(
        ConfigurationSetName="x", DeliveryOptions={"TlsPolicy": "Require"}
    )
    assert got(v2)["DeliveryOptions"] == {
        "TlsPolicy": "REQUIRE",
        "SendingPoolName": "ses-shared-pool",
    }
    v1.put_configuration_set_delivery_options(ConfigurationSetName="x")
    assert described(v1)["DeliveryOptions"] == {"TlsPolicy": "Optional"}


@pytest.mark.parametrize(
    ("pool", "message"),
    [
        ("unknown", "SendingPool <unknown> doesn't exist"),
        ("", "sendingPoolName can't be blank."),
    ],
)
def test_unknown_pool(v2: Any, pool: str, message: str) -> None:
    delivery = {"SendingPoolName": pool}
    refusal = ("BadRequestException", 400, message)
    name = {"ConfigurationSetName": "x"}
    assert refused(v2.create_configuration_set, **name, DeliveryOptions=delivery) == refusal
    v2.create_configuration_set(**name)
    assert refused(v2.put_configuration_set_delivery_options, **name, **delivery) == refusal


def test_tracking_options(v1: Any, v2: Any) -> None:
    v1.create_configuration_set(ConfigurationSet={"Name": "x"})
    v1.verify_domain_identity(Domain="example.com")

    def tracking(domain: str) -> dict[str, Any]:
        return {
            "ConfigurationSetName": "x",
            "TrackingOptions": {"CustomRedirectDomain": domain},
        }

    missing = (
        "TrackingOptionsDoesNotExistException",
        400,
        "There are no tracking options for configuration set <x>",
    )
    delete = v1.delete_configuration_set_tracking_options
    update = v1.update_configuration_set_tracking_options
    assert refused(update, **tracking("t.example.com")) == missing
    assert refused(delete, ConfigurationSetName="x") == missing
    v1.create_configuration_set_tracking_options(**tracking("T.example.com"))
    assert got(v2)["TrackingOptions"] == {"CustomRedirectDomain": "T.example.com"}
    assert refused(v1.create_configuration_set_tracking_options, **tracking("t.example.com")) == (
        "TrackingOptionsAlreadyExistsException",
        400,
        "Configuration set <x> already has tracking options.",
    )
    v2.put_configuration_set_tracking_options(
        ConfigurationSetName="x", CustomRedirectDomain="u.example.com", HttpsPolicy="REQUIRE"
    )
    update(**tracking("example.com"))
    assert got(v2)["TrackingOptions"] == {
        "CustomRedirectDomain": "example.com",
        "HttpsPolicy": "REQUIRE",
    }
    delete(ConfigurationSetName="x")
    assert "TrackingOptions" not in got(v2)
    v2.put_configuration_set_tracking_options(
        ConfigurationSetName="x", CustomRedirectDomain="t.example.com"
    )
    v2.put_configuration_set_tracking_options(ConfigurationSetName="x")
    assert "TrackingOptions" not in described(v1)


def test_tracking_domain_that_is_not_verified(v1: Any, v2: Any) -> None:
    domain = {"CustomRedirectDomain": "t.example.com"}
    name = {"ConfigurationSetName": "x"}
    v2.create_email_identity(EmailIdentity="a@t.example.com")
    refusal = ("BadRequestException", 400, UNVERIFIED)
    assert refused(v2.create_configuration_set, **name, TrackingOptions=domain) == refusal
    v2.create_configuration_set(**name)
    assert refused(v2.put_configuration_set_tracking_options, **name, **domain) == refusal
    for call in (
        v1.create_configuration_set_tracking_options,
        v1.update_configuration_set_tracking_options,
    ):
        assert refused(call, **name, TrackingOptions=domain) == (
            "InvalidTrackingOptions",
            400,
            UNVERIFIED,
        )
        assert refused(call, **name, TrackingOptions={"CustomRedirectDomain": ""}) == (
            "InvalidTrackingOptions",
            400,
            "At least one field of TrackingOptions must contain a value.",
        )
    assert refused(v2.put_configuration_set_tracking_options, **name, HttpsPolicy="OPTIONAL") == (
        "BadRequestException",
        400,
        "CustomRedirectDomain must be specified.",
    )


def test_shared_pool_delivery_mode(v1: Any, v2: Any) -> None:
    operation = v2.meta.service_model.operation_model("PutConfigurationSetDeliveryOptions")
    if "SharedPoolDeliveryMode" not in operation.input_shape.members:
        pytest.skip("the installed botocore does not have SharedPoolDeliveryMode")
    name = {"ConfigurationSetName": "x"}
    mode = {"SharedPoolDeliveryMode": "REGIONAL"}
    v2.create_configuration_set(**name, DeliveryOptions=mode)
    assert got(v2)["DeliveryOptions"] == mode
    v2.put_configuration_set_delivery_options(**name)
    assert "DeliveryOptions" not in got(v2)
    v2.put_configuration_set_delivery_options(**name, **mode, TlsPolicy="OPTIONAL")
    assert got(v2)["DeliveryOptions"] == mode | {"TlsPolicy": "OPTIONAL"}
    v1.put_configuration_set_delivery_options(**name, DeliveryOptions={"TlsPolicy": "Require"})
    assert got(v2)["DeliveryOptions"] == mode | {"TlsPolicy": "REQUIRE"}
