"""Configuration sets: a document in v2's shape; v1 names it and sees its parts."""

import re
from collections.abc import Callable
from typing import Any

from ses_emulator.errors import AwsError, Exists, Missing
from ses_emulator.mail.identities import is_verified
from ses_emulator.operations.event_destinations import v1_view
from ses_emulator.operations.paging import page
from ses_emulator.operations.refusals import check_limit
from ses_emulator.operations.registry import Function, Request, Result, v1, v2
from ses_emulator.operations.tags import check_tags
from ses_emulator.operations.tenants import check_unassociated
from ses_emulator.store.account import Account

Check = Callable[[Account, dict[str, Any]], None]
NAME = re.compile(r"[A-Za-z0-9_-]+")
LONGEST_NAME = 64
MOST_SETS = 10_000
# Pools that every account has. Source: the guide, "Assigning IP pools in Amazon SES".
COMMON_POOLS = ("ses-default-dedicated-pool", "ses-shared-pool")
V1_TLS_POLICIES = {"REQUIRE": "Require", "OPTIONAL": "Optional"}
TLS_POLICIES = {given: policy for policy, given in V1_TLS_POLICIES.items()}


@v2("CreateConfigurationSet")
def create_configuration_set(account: Account, request: Request) -> None:
    name = request["ConfigurationSetName"]
    _check_name(name)
    check_tags(request.get("Tags", []))
    _check_tracking(account, request.get("TrackingOptions", {}))
    _check_pool(account, request.get("DeliveryOptions", {}))
    sending = request.get("SendingOptions", {"SendingEnabled": True})
    document = {
        "Tags": [],
        **request,
        "ReputationOptions": {
            "ReputationMetricsEnabled": False,
            **request.get("ReputationOptions", {}),
        },
        "SendingOptions": {"SendingEnabled": False, **sending},
    }
    account.configuration_sets.create(name, document)
    check_limit(
        account.configuration_sets,
        MOST_SETS,
        f"Number of configuration sets exceeds the limit of {MOST_SETS}.",
    )


@v1("CreateConfigurationSet")
def create_configuration_set_v1(account: Account, request: Request) -> None:
    name = request["ConfigurationSet"]["Name"]
    create_configuration_set(account, {"ConfigurationSetName": name})


@v2("GetConfigurationSet")
def get_configuration_set(account: Account, request: Request) -> Result:
    return account.configuration_sets.get(request["ConfigurationSetName"])


@v1("DescribeConfigurationSet")
def describe_configuration_set(account: Account, request: Request) -> Result:
    document = account.configuration_sets.get(request["ConfigurationSetName"])
    wanted = request.get("ConfigurationSetAttributeNames", [])
    described: Result = {"ConfigurationSet": {"Name": document["ConfigurationSetName"]}}
    if "eventDestinations" in wanted:
        described["EventDestinations"] = v1_view(document.get("EventDestinations", []))
    if "trackingOptions" in wanted:
        described["TrackingOptions"] = document.get("TrackingOptions")
    if "deliveryOptions" in wanted and "TlsPolicy" in document.get("DeliveryOptions", {}):
        policy = document["DeliveryOptions"]["TlsPolicy"]
        described["DeliveryOptions"] = {"TlsPolicy": V1_TLS_POLICIES[policy]}
    if "reputationOptions" in wanted:
        described["ReputationOptions"] = {
            **document["ReputationOptions"],
            **document["SendingOptions"],
        }
    return described


@v2("ListConfigurationSets")
def list_configuration_sets(account: Account, request: Request) -> Result:
    part = request.get("Filter", {}).get("CONFIGURATION_SET_NAME_CONTAINS", "").lower()
    return page(
        account.configuration_sets,
        request,
        "ConfigurationSets",
        lambda name, document: name,
        keep=lambda document: part in document["ConfigurationSetName"].lower(),
    )


@v1("ListConfigurationSets")
def list_configuration_sets_v1(account: Account, request: Request) -> Result:
    return page(
        account.configuration_sets,
        request,
        "ConfigurationSets",
        lambda name, document: {"Name": name},
    )


@v1("DeleteConfigurationSet")
@v2("DeleteConfigurationSet")
def delete_configuration_set(account: Account, request: Request) -> None:
    name = request["ConfigurationSetName"]
    check_unassociated(account, f"configuration-set/{name}")
    account.configuration_sets.delete(name)


@v2("UpdateConfigurationSet")
def update_configuration_set(account: Account, request: Request) -> None:
    account.configuration_sets.update(request["ConfigurationSetName"], **request)


@v2("PutConfigurationSetSendingOptions")
def put_configuration_set_sending_options(account: Account, request: Request) -> None:
    _enable_sending(account, request, request.get("SendingEnabled", False))


@v1("UpdateConfigurationSetSendingEnabled")
def update_configuration_set_sending_enabled(account: Account, request: Request) -> None:
    _enable_sending(account, request, request["Enabled"])


@v2("PutConfigurationSetReputationOptions")
def put_configuration_set_reputation_options(account: Account, request: Request) -> None:
    _merge(
        account,
        request,
        "ReputationOptions",
        ReputationMetricsEnabled=request.get("ReputationMetricsEnabled", False),
    )


@v1("UpdateConfigurationSetReputationMetricsEnabled")
def update_configuration_set_reputation_metrics_enabled(account: Account, request: Request) -> None:
    _merge(account, request, "ReputationOptions", ReputationMetricsEnabled=request["Enabled"])


@v2("PutConfigurationSetSuppressionOptions")
def put_configuration_set_suppression_options(account: Account, request: Request) -> None:
    # No reasons are an override, too: nothing is added to the suppression list. A scope overrides
    # by itself. Source: the guide, "Using tenant-level suppression lists in Amazon SES".
    usual: Request = {} if "SuppressionScope" in request else {"SuppressedReasons": []}
    _replace("SuppressionOptions")(account, usual | request)


@v2("PutConfigurationSetVdmOptions")
def put_configuration_set_vdm_options(account: Account, request: Request) -> None:
    options = request.get("VdmOptions")
    account.configuration_sets.update(request["ConfigurationSetName"], VdmOptions=options)


@v1("PutConfigurationSetDeliveryOptions")
def put_configuration_set_delivery_options(account: Account, request: Request) -> Result:
    policy = request.get("DeliveryOptions", {}).get("TlsPolicy", "Optional")
    _merge(account, request, "DeliveryOptions", TlsPolicy=TLS_POLICIES[policy])
    return {}


@v1("CreateConfigurationSetTrackingOptions")
def create_configuration_set_tracking_options(account: Account, request: Request) -> Result:
    _check_v1_tracking(account, request)
    name = request["ConfigurationSetName"]
    if account.configuration_sets.get(name).get("TrackingOptions"):
        raise Exists("TrackingOptions", name)
    account.configuration_sets.update(name, TrackingOptions=request["TrackingOptions"])
    return {}


@v1("UpdateConfigurationSetTrackingOptions")
def update_configuration_set_tracking_options(account: Account, request: Request) -> Result:
    _check_v1_tracking(account, request)
    _check_tracked(account, request["ConfigurationSetName"])
    _merge(account, request, "TrackingOptions", **request["TrackingOptions"])
    return {}


@v1("DeleteConfigurationSetTrackingOptions")
def delete_configuration_set_tracking_options(account: Account, request: Request) -> Result:
    _check_tracked(account, request["ConfigurationSetName"])
    account.configuration_sets.update(request["ConfigurationSetName"], TrackingOptions=None)
    return {}


def _replace(options: str, check: Check | None = None) -> Function:
    """A function that puts all of the request but the set's name in the place of ``options``."""

    def put(account: Account, request: Request) -> None:
        given = dict(request)
        name = given.pop("ConfigurationSetName")
        account.configuration_sets.get(name)
        if check:
            check(account, given)
        account.configuration_sets.update(name, **{options: given or None})

    return put


def _merge(account: Account, request: Request, options: str, **members: Any) -> None:
    """Change ``members`` of one of the set's options. Raises Missing."""
    name = request["ConfigurationSetName"]
    before = account.configuration_sets.get(name).get(options, {})
    account.configuration_sets.update(name, **{options: before | members})


def _enable_sending(account: Account, request: Request, enabled: bool) -> None:
    before = account.configuration_sets.get(request["ConfigurationSetName"])["SendingOptions"]
    if enabled and not before["SendingEnabled"]:
        _merge(account, request, "ReputationOptions", LastFreshStart=account.now())
    _merge(account, request, "SendingOptions", SendingEnabled=enabled)


def _check_name(name: str) -> None:
    if len(name) > LONGEST_NAME:
        problem = f"Configuration set name cannot exceed {LONGEST_NAME} characters."
    elif not NAME.fullmatch(name):
        problem = (
            f"Invalid configuration set name <{name}>: only alphanumeric ASCII characters, '_', "
            "and '-' are allowed."
        )
    else:
        return
    raise AwsError("InvalidConfigurationSet", problem)


def _check_tracking(account: Account, options: dict[str, Any]) -> None:
    domain = options.get("CustomRedirectDomain")
    if domain:
        _check_redirect_domain(account, domain)
    elif options:
        raise AwsError("InvalidParameterValue", "CustomRedirectDomain must be specified.")


def _check_v1_tracking(account: Account, request: Request) -> None:
    domain = request["TrackingOptions"].get("CustomRedirectDomain")
    if not domain:
        raise AwsError(
            "InvalidTrackingOptions", "At least one field of TrackingOptions must contain a value."
        )
    _check_redirect_domain(account, domain)


def _check_redirect_domain(account: Account, domain: str) -> None:
    if not is_verified(account, domain.lower()):
        raise AwsError(
            "InvalidTrackingOptions", f"Domain <{domain}> is not verified under this account."
        )


def _check_tracked(account: Account, name: str) -> None:
    if not account.configuration_sets.get(name).get("TrackingOptions"):
        raise Missing("TrackingOptions", name)


def _check_pool(account: Account, options: dict[str, Any]) -> None:
    pool = options.get("SendingPoolName")
    if pool is None or pool in COMMON_POOLS:
        return
    if not pool.strip():
        raise AwsError("BadRequestException", "sendingPoolName can't be blank.")
    if account.collection("DedicatedIpPool").find(pool) is None:
        raise AwsError("BadRequestException", f"SendingPool <{pool}> doesn't exist")


v2("PutConfigurationSetArchivingOptions")(_replace("ArchivingOptions"))
v2("PutConfigurationSetDeliveryOptions")(_replace("DeliveryOptions", _check_pool))
v2("PutConfigurationSetTrackingOptions")(_replace("TrackingOptions", _check_tracking))
