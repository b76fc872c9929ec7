"""The suppression lists: addresses that SES does not send to, of the account or of a tenant.

Only v2 has them. An entry is a document in the shape of SuppressedDestination.
"""

from ses_emulator.errors import AwsError
from ses_emulator.operations.contacts import address_of
from ses_emulator.operations.paging import page
from ses_emulator.operations.registry import Request, Result, v2
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Collection, Document


@v2("PutSuppressedDestination")
def put_suppressed_destination(account: Account, request: Request) -> None:
    address = address_of(request)
    document = {
        "EmailAddress": address,
        "Reason": request["Reason"],
        "LastUpdateTime": account.now(),
        "TenantName": request.get("TenantName"),
    }
    _entries(account, request).put(address, document)


@v2("GetSuppressedDestination")
def get_suppressed_destination(account: Account, request: Request) -> Result:
    return {"SuppressedDestination": _entries(account, request).get(address_of(request))}


@v2("ListSuppressedDestinations")
def list_suppressed_destinations(account: Account, request: Request) -> Result:
    reasons = request.get("Reasons")
    start = request.get("StartDate", 0.0)
    end = request.get("EndDate", float("inf"))

    def chosen(document: Document) -> bool:
        if reasons and document["Reason"] not in reasons:
            return False
        return bool(start <= document["LastUpdateTime"] <= end)

    try:
        return page(
            _entries(account, request),
            request,
            "SuppressedDestinationSummaries",
            lambda name, document: document,
            chosen,
        )
    except AwsError as error:
        if error.code != "InvalidNextToken":
            raise
        # No other operation of v2 has a code of its own for this.
        raise AwsError("InvalidNextTokenException", error.message) from None


@v2("DeleteSuppressedDestination")
def delete_suppressed_destination(account: Account, request: Request) -> None:
    _entries(account, request).delete(address_of(request))


def _entries(account: Account, request: Request) -> Collection:
    """The suppression list that a request is about. Raises Missing for an unknown tenant."""
    tenant = request.get("TenantName")
    if tenant is None:
        return account.collection("SuppressedDestination")
    account.collection("Tenant").get(tenant)
    return account.collection("TenantSuppressedDestination", tenant)
