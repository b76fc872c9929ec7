"""What the Deliverability dashboard tells of a domain, counted from what it sent; only v2 has it.

A message that was delivered is in an inbox, one that was complained about is taken for spam.
"""

import hashlib
from collections.abc import Iterator

from ses_emulator.errors import AwsError
from ses_emulator.mail.addresses import spec_of
from ses_emulator.operations.dedicated_ips import ips_of
from ses_emulator.operations.deliverability import subscribed_domains
from ses_emulator.operations.metrics import ISPS, select, sent_by
from ses_emulator.operations.paging import page_of
from ses_emulator.operations.refusals import invalid
from ses_emulator.operations.registry import Request, Result, v2
from ses_emulator.store.account import DAY, Account
from ses_emulator.store.documents import Document
from ses_emulator.store.statistics import Campaign, Selection, campaigns, total

LONGEST_INTERVAL = 30 * DAY


@v2("GetDomainStatisticsReport")
def get_domain_statistics_report(account: Account, request: Request) -> Result:
    start, end = _interval(request)
    domain = request["Domain"]
    account.identities.get(domain)
    chosen = select(account, start, end, {"EMAIL_IDENTITY": domain})
    days = []
    while start < end:
        day = chosen.of(start=start, end=min(start + DAY, end))
        days.append({"StartDate": start, **_volume(account, day)})
        start += DAY
    overall = {**_volume(account, chosen), "ReadRatePercent": _read_rate(account, chosen)}
    return {"OverallVolume": overall, "DailyVolumes": days}


@v2("ListDomainDeliverabilityCampaigns")
def list_domain_deliverability_campaigns(account: Account, request: Request) -> Result:
    start, end = _interval(request)
    domain = request["SubscribedDomain"]
    if domain not in subscribed_domains(account):
        raise _not_subscribed(domain)
    found = {_id(each): each for each in _campaigns(account, domain, start, end)}
    listed = page_of(sorted(found.items()), request, "DomainDeliverabilityCampaigns")
    listed["DomainDeliverabilityCampaigns"] = [
        _shown(account, each) for each in listed["DomainDeliverabilityCampaigns"]
    ]
    return listed


@v2("GetDomainDeliverabilityCampaign")
def get_domain_deliverability_campaign(account: Account, request: Request) -> Result:
    id = request["CampaignId"]
    for domain in subscribed_domains(account):
        for campaign in _campaigns(account, domain, 0.0, float("inf")):
            if _id(campaign) == id:
                return {"DomainDeliverabilityCampaign": _shown(account, campaign)}
    raise AwsError("NotFoundException", f"Campaign {id} does not exist.")


def _interval(request: Request) -> tuple[float, float]:
    start, end = request["StartDate"], request["EndDate"]
    if start > end:
        raise invalid("StartDate must not be after EndDate.")
    if end - start > LONGEST_INTERVAL:
        raise invalid("EndDate must be at most 30 days after StartDate.")
    # The last day counts in full.
    return start, end + DAY


def _volume(account: Account, chosen: Selection) -> Document:
    placements = []
    for isp, domains in ISPS.items():
        inbox, spam = _counts(account, chosen.of(domains=domains))
        if inbox + spam:
            placements.append(
                {
                    "IspName": isp,
                    "InboxRawCount": inbox,
                    "SpamRawCount": spam,
                    "InboxPercentage": inbox * 100 / (inbox + spam),
                    "SpamPercentage": spam * 100 / (inbox + spam),
                }
            )
    inbox, spam = _counts(account, chosen)
    statistics = {
        "InboxRawCount": inbox,
        "SpamRawCount": spam,
        "ProjectedInbox": inbox,
        "ProjectedSpam": spam,
    }
    return {"VolumeStatistics": statistics, "DomainIspPlacements": placements}


def _counts(account: Account, chosen: Selection) -> tuple[int, int]:
    """How many are in inboxes and how many are taken for spam."""
    spam = total(account.instance.database, chosen, "DELIVERY_COMPLAINT")
    return total(account.instance.database, chosen, "DELIVERY") - spam, spam


def _read_rate(account: Account, chosen: Selection) -> float:
    delivered = total(account.instance.database, chosen, "DELIVERY")
    read = total(account.instance.database, chosen, "DELIVERY_OPEN")
    return read * 100 / delivered if delivered else 0.0


def _campaigns(account: Account, domain: str, start: float, end: float) -> Iterator[Campaign]:
    for campaign in campaigns(account.instance.database, select(account, start, end)):
        if sent_by(campaign.sender, domain):
            yield campaign


def _id(campaign: Campaign) -> str:
    """The same for all messages of a From header and subject."""
    text = f"{campaign.sender}\n{campaign.subject}"
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _shown(account: Account, campaign: Campaign) -> Document:
    chosen = select(account, campaign.first, campaign.last + DAY).of(
        senders=[campaign.sender], subject=campaign.subject
    )
    inbox, spam = _counts(account, chosen)
    return {
        "CampaignId": _id(campaign),
        "Subject": campaign.subject,
        "FromAddress": spec_of(campaign.sender),
        "SendingIps": ips_of(account),
        "FirstSeenDateTime": campaign.first,
        "LastSeenDateTime": campaign.last,
        "InboxCount": inbox,
        "SpamCount": spam,
        "ReadRate": _read_rate(account, chosen),
        "DeleteRate": 0.0,
        "ReadDeleteRate": 0.0,
        "ProjectedVolume": inbox + spam,
        "Esps": ["Amazon SES"],
    }


def _not_subscribed(domain: str) -> AwsError:
    return AwsError(
        "NotFoundException", f"Domain {domain} has no Deliverability dashboard subscription."
    )
