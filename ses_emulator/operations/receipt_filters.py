"""Receiving: filters that block or allow mail by the address that it comes from; v1 only."""

import re
from ipaddress import ip_network

from ses_emulator.errors import AwsError
from ses_emulator.operations.receipt_rules import check_name
from ses_emulator.operations.refusals import check_limit
from ses_emulator.operations.registry import Request, Result, v1
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Collection

MOST_FILTERS = 100
# Narrower than what Python reads: no netmask behind the slash, no zone, no IPv4 within IPv6.
CIDR = re.compile(r"(?:[0-9.]+|[0-9A-Fa-f:]+)(?:/[0-9]{1,3})?")


@v1("CreateReceiptFilter")
def create_receipt_filter(account: Account, request: Request) -> None:
    document = request["Filter"]
    check_name("filterName", document["Name"])
    _check_cidr(document["IpFilter"]["Cidr"])
    _filters(account).create(document["Name"], document)
    check_limit(_filters(account), MOST_FILTERS, "Too many filters")


@v1("ListReceiptFilters")
def list_receipt_filters(account: Account, request: Request) -> Result:
    return {"Filters": [document for _, document in _filters(account).all()]}


@v1("DeleteReceiptFilter")
def delete_receipt_filter(account: Account, request: Request) -> None:
    _filters(account).discard(request["FilterName"])


def _filters(account: Account) -> Collection:
    return account.collection("ReceiptFilter")


def _check_cidr(cidr: str) -> None:
    """Raise AwsError unless it is an address or a range; bits behind the prefix may be set."""
    try:
        if not CIDR.fullmatch(cidr):
            raise ValueError
        ip_network(cidr, strict=False)
    except ValueError:
        raise AwsError("InvalidParameterValue", f"Invalid CIDR block: {cidr}") from None
