"""The Deliverability dashboard and its inbox placement tests; only v2 has them."""

import hashlib
from datetime import UTC, datetime

from ses_emulator.errors import AwsError
from ses_emulator.mail.addresses import SIMULATOR, spec_of
from ses_emulator.mail.dkim import attributes as dkim_attributes
from ses_emulator.operations import dedicated_ips
from ses_emulator.operations.jobs import DELAY
from ses_emulator.operations.metrics import ISPS
from ses_emulator.operations.paging import page
from ses_emulator.operations.registry import Request, Result, v2
from ses_emulator.operations.sending import send_email_v2
from ses_emulator.operations.tags import check_tags
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Collection, Document

KIND = "DeliverabilityDashboard"


@v2("PutDeliverabilityDashboardOption")
def put_deliverability_dashboard_option(account: Account, request: Request) -> None:
    """A domain that is left out, or all of them, stay until the end of the month."""
    now = account.now()
    enabled = request["DashboardEnabled"]
    given = {each.get("Domain", ""): each for each in request.get("SubscribedDomains", [])}
    if not all(domain.strip() for domain in given):
        raise AwsError("BadRequestException", "Domain can't be blank.")
    for domain in given:
        account.identities.get(domain)
    before = _dashboard(account)
    domains = {}
    for domain, option in (given if enabled else {}).items():
        known = before["Domains"].get(domain, {"SubscriptionStartDate": now})
        domains[domain] = known | option
    end = _month_end(now)
    gone = [option | {"Expires": end} for option in before["Domains"].values()]
    document = {
        "Enabled": enabled,
        "Expires": end if before["Enabled"] else before["Expires"],
        "Domains": domains,
        "Leaving": [each for each in before["Leaving"] + gone if each["Domain"] not in domains],
    }
    account.collection(KIND).put(account.id, document)


@v2("GetDeliverabilityDashboardOptions")
def get_deliverability_dashboard_options(account: Account, request: Request) -> Result:
    dashboard = _dashboard(account)
    now = account.now()
    expires = dashboard["Expires"]
    if dashboard["Enabled"]:
        status = "ACTIVE"
    else:
        status = "PENDING_EXPIRATION" if expires and now < expires else "DISABLED"
    return {
        "DashboardEnabled": status != "DISABLED",
        "SubscriptionExpiryDate": expires if status == "PENDING_EXPIRATION" else None,
        "AccountStatus": status,
        "ActiveSubscribedDomains": list(dashboard["Domains"].values()),
        "PendingExpirationSubscribedDomains": [
            option for option in dashboard["Leaving"] if now < option["Expires"]
        ],
    }


@v2("CreateDeliverabilityTestReport")
def create_deliverability_test_report(account: Account, request: Request) -> Result:
    """The message goes to an address of the mailbox simulator for each of the providers."""
    tags = request.get("Tags", [])
    check_tags(tags)
    sender = request["FromEmailAddress"]
    seeds = [f"success+{isp.lower()}@{SIMULATOR}" for isp in ISPS]
    send: Request = {
        "FromEmailAddress": sender,
        "Destination": {"ToAddresses": seeds},
        "Content": request["Content"],
    }
    sent = send_email_v2(account, send) or {}
    message = account.messages.find(sent["MessageId"])
    id = account.instance.new_id()
    now = account.now()
    document = {
        "ReportId": id,
        "ReportName": request.get("ReportName") or f"Report {datetime.fromtimestamp(now, UTC):%F}",
        "Subject": message.subject if message else "",
        "FromEmailAddress": sender,
        "CreateDate": now,
        "Message": account.messages.raw(message.seq).decode("utf-8", "replace")
        if message
        else None,
        "Tags": tags,
    }
    _reports(account).create(id, document)
    return _shown(account, document)


@v2("GetDeliverabilityTestReport")
def get_deliverability_test_report(account: Account, request: Request) -> Result:
    document = _reports(account).get(request["ReportId"])
    report = _shown(account, document)
    placements = {}
    if report["DeliverabilityTestStatus"] == "COMPLETED":
        placements = {isp: _placement(account, document, isp) for isp in ISPS}
    overall = {
        name: sum(each[name] for each in placements.values()) / len(placements)
        for name in next(iter(placements.values()), {})
    }
    return {
        "DeliverabilityTestReport": report,
        "OverallPlacement": overall,
        "IspPlacements": [
            {"IspName": isp, "PlacementStatistics": each} for isp, each in placements.items()
        ],
        "Message": document["Message"],
        "Tags": document["Tags"],
    }


@v2("ListDeliverabilityTestReports")
def list_deliverability_test_reports(account: Account, request: Request) -> Result:
    return page(
        _reports(account),
        request,
        "DeliverabilityTestReports",
        lambda id, document: _shown(account, document),
    )


@v2("GetBlacklistReports")
def get_blacklist_reports(account: Account, request: Request) -> Result:
    """No list has the addresses, which are of a documentation range."""
    for ip in request["BlacklistItemNames"]:
        dedicated_ips.get_dedicated_ip(account, {"Ip": ip})
    return {"BlacklistReport": {ip: [] for ip in request["BlacklistItemNames"]}}


def subscribed_domains(account: Account) -> list[str]:
    """The domains that the dashboard tells of, those that are about to leave included."""
    dashboard, now = _dashboard(account), account.now()
    leaving = [each["Domain"] for each in dashboard["Leaving"] if now < each["Expires"]]
    return sorted({*dashboard["Domains"], *leaving})


def _dashboard(account: Account) -> Document:
    empty: Document = {"Enabled": False, "Expires": None, "Domains": {}, "Leaving": []}
    return account.collection(KIND).find(account.id) or empty


def _month_end(now: float) -> float:
    moment = datetime.fromtimestamp(now, UTC)
    year, month = divmod(moment.year * 12 + moment.month, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC).timestamp()


def _reports(account: Account) -> Collection:
    return account.collection("DeliverabilityTestReport")


def _shown(account: Account, document: Document) -> Document:
    done = account.now() >= document["CreateDate"] + DELAY
    return document | {"DeliverabilityTestStatus": "COMPLETED" if done else "IN_PROGRESS"}


def _placement(account: Account, document: Document, isp: str) -> dict[str, float]:
    """Where a provider put the message, in percent: always the same for the same message.

    What nobody signed is more often taken for spam.
    """
    domain = spec_of(document["FromEmailAddress"]).rpartition("@")[2].lower()
    identity = account.identities.find(domain)
    signed = identity is not None and (
        dkim_attributes(account, domain, identity).get("Status") == "SUCCESS"
    )
    digest = hashlib.sha256(f"{isp} {domain} {document['Subject']}".encode()).digest()
    spam = digest[0] % 6 + (0 if signed else 30)
    return {
        "InboxPercentage": float(100 - spam),
        "SpamPercentage": float(spam),
        "MissingPercentage": 0.0,
        "SpfPercentage": 100.0,
        "DkimPercentage": 100.0 if signed else 0.0,
    }
