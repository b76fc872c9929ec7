"""Multi-region endpoints, which the guide calls global endpoints; only v2 has them."""

from ses_emulator.operations.jobs import DELAY
from ses_emulator.operations.paging import page
from ses_emulator.operations.refusals import invalid
from ses_emulator.operations.registry import Request, Result, v2
from ses_emulator.operations.tags import check_tags
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Collection, Document


@v2("CreateMultiRegionEndpoint")
def create_multi_region_endpoint(account: Account, request: Request) -> Result:
    routes = request["Details"]["RoutesDetails"]
    if len(routes) != 1:
        raise invalid("RoutesDetails must contain exactly one route.")
    region = routes[0]["Region"]
    if region == account.region:
        raise invalid(f"The secondary region must not be the primary region {region}.")
    tags = request.get("Tags", [])
    check_tags(tags)
    digits = account.instance.new_id().replace("-", "")
    document = {
        "EndpointName": request["EndpointName"],
        "EndpointId": f"{digits[:8]}.{digits[-3:]}",
        "Regions": [account.region, region],
        "Routes": [{"Region": account.region}, {"Region": region}],
        "CreatedTimestamp": account.now(),
        "Tags": tags,
    }
    _endpoints(account).create(request["EndpointName"], document)
    return _shown(account, document)


@v2("GetMultiRegionEndpoint")
def get_multi_region_endpoint(account: Account, request: Request) -> Result:
    return _shown(account, _endpoints(account).get(request["EndpointName"]))


@v2("ListMultiRegionEndpoints")
def list_multi_region_endpoints(account: Account, request: Request) -> Result:
    return page(
        _endpoints(account),
        request,
        "MultiRegionEndpoints",
        lambda name, document: _shown(account, document),
    )


@v2("DeleteMultiRegionEndpoint")
def delete_multi_region_endpoint(account: Account, request: Request) -> Result:
    _endpoints(account).delete(request["EndpointName"])
    return {"Status": "DELETING"}


def _endpoints(account: Account) -> Collection:
    return account.collection("MultiRegionEndpoint")


def _shown(account: Account, document: Document) -> Result:
    """An endpoint with its status, which is READY a moment after it was created."""
    created = document["CreatedTimestamp"]
    ready = account.now() >= created + DELAY
    return document | {
        "Status": "READY" if ready else "CREATING",
        "LastUpdatedTimestamp": created + DELAY if ready else created,
    }
