"""What was sent, counted by the dimensions that the APIs know; only v2 has them.

Source: the guide, "Virtual Deliverability Manager dashboard".
"""

import re
from collections.abc import Mapping

from ses_emulator.errors import AwsError
from ses_emulator.mail.addresses import spec_of
from ses_emulator.mail.profile import profile_of
from ses_emulator.operations.refusals import invalid
from ses_emulator.operations.registry import Request, Result, v2
from ses_emulator.store.account import DAY, Account
from ses_emulator.store.statistics import Selection, campaigns, daily

# The providers that recipients' domains are known to be of, under SES's names for them.
ISPS = {
    "Gmail": ("gmail.com", "googlemail.com"),
    "Hotmail": ("hotmail.com", "live.com", "msn.com", "outlook.com"),
    "Yahoo": ("yahoo.com", "ymail.com", "rocketmail.com"),
    "AOL": ("aol.com",),
    "iCloud": ("icloud.com", "mac.com", "me.com"),
}
UNKNOWN_ISP = "UNKNOWN_ISP"
ISP_OF = {domain: isp for isp, domains in ISPS.items() for domain in domains}
LONGEST_INTERVAL = 60 * DAY
NAME = re.compile(r"[A-Za-z0-9_-]+")
NO_VDM = "To use this feature you must enable Virtual Deliverability Manager"


@v2("BatchGetMetricData")
def batch_get_metric_data(account: Account, request: Request) -> Result:
    check_vdm(account, "NotFoundException")
    queries = request["Queries"]
    if len({query["Id"] for query in queries}) < len(queries):
        raise invalid("All queries must have a unique identifier.")
    for query in queries:
        _check_dimensions(query.get("Dimensions", {}))
    results = []
    for query in queries:
        start, end = query["StartDate"], query["EndDate"]
        if start >= end:
            raise invalid("Expected start date to be before the end date.")
        if end - start > LONGEST_INTERVAL:
            raise invalid(
                "Invalid interval, can request at most 60 days. Please partition your requested "
                "interval."
            )
        chosen = select(account, start, end, query.get("Dimensions", {}))
        days = daily(account.instance.database, chosen, query["Metric"])
        results.append(
            {
                "Id": query["Id"],
                "Timestamps": [day for day, _ in days],
                "Values": [count for _, count in days],
            }
        )
    return {"Results": results, "Errors": []}


def check_vdm(account: Account, code: str) -> None:
    """Raise AwsError unless the account may use Virtual Deliverability Manager."""
    enabled = account.attributes.get("VdmAttributes", {}).get("VdmEnabled") == "ENABLED"
    if profile_of(account).enforced and not enabled:
        raise AwsError(code, NO_VDM)


def select(
    account: Account, start: float, end: float, dimensions: Mapping[str, str] | None = None
) -> Selection:
    """The account's messages of a time, of these dimensions."""
    dimensions = dimensions or {}
    chosen = Selection(account=account.id, region=account.region, start=start, end=end)
    isp, identity = dimensions.get("ISP"), dimensions.get("EMAIL_IDENTITY")
    if isp == UNKNOWN_ISP:
        chosen = chosen.of(other_domains=list(ISP_OF))
    elif isp is not None:
        chosen = chosen.of(domains=ISPS.get(isp, ()))
    if identity is not None:
        chosen = chosen.of(senders=senders(account, identity))
    return chosen.of(
        configuration_set=dimensions.get("CONFIGURATION_SET"),
        tenant=dimensions.get("TENANT_NAME"),
    )


def senders(account: Account, identity: str) -> list[str]:
    """The From headers, as stored, of messages that an address or a domain sent."""
    ever = select(account, 0.0, float("inf"))
    found = {campaign.sender for campaign in campaigns(account.instance.database, ever)}
    return [sender for sender in found if sent_by(sender, identity)]


def sent_by(sender: str, identity: str) -> bool:
    """Whether a From header is of this address, or of one in this domain."""
    spec, identity = spec_of(sender).lower(), identity.lower()
    return identity in (spec, spec.rpartition("@")[2])


def isp_of(address: str) -> str:
    """The provider of a recipient."""
    return ISP_OF.get(address.rpartition("@")[2].lower(), UNKNOWN_ISP)


def _check_dimensions(dimensions: Mapping[str, str]) -> None:
    for name, value in dimensions.items():
        if name == "EMAIL_IDENTITY":
            if not re.fullmatch(r"[^\s@*]+(@[^\s@*]+)?", value):
                raise invalid("Invalid email identity provided.")
        elif name == "ISP":
            if not NAME.fullmatch(value):
                raise invalid("Invalid ISP name provided.")
        elif not value:
            raise invalid(
                "TenantName cannot be empty"
                if name == "TENANT_NAME"
                else "The configuration set name must be specified."
            )
        elif not NAME.fullmatch(value):
            noun = "tenant name" if name == "TENANT_NAME" else "configuration set name"
            raise invalid(
                f"Invalid {noun} <{value}>: only alphanumeric ASCII characters, '_', and '-' are "
                "allowed."
            )
