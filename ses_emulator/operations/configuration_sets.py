"""Configuration sets: a document in v2's shape; v1 names it and sees its parts."""

from ses_emulator.operations.paging import page
from ses_emulator.operations.registry import Request, Result, v1, v2
from ses_emulator.store.account import Account


@v2("CreateConfigurationSet")
def create_configuration_set(account: Account, request: Request) -> None:
    document = {
        "ReputationOptions": {"ReputationMetricsEnabled": False},
        "SendingOptions": {"SendingEnabled": True},
        "Tags": [],
        **request,
    }
    account.configuration_sets.create(request["ConfigurationSetName"], document)


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
    return {"ConfigurationSet": {"Name": document["ConfigurationSetName"]}}


@v2("ListConfigurationSets")
def list_configuration_sets(account: Account, request: Request) -> Result:
    return page(
        account.configuration_sets, request, "ConfigurationSets", lambda name, document: name
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
    account.configuration_sets.delete(request["ConfigurationSetName"])
