"""How many bounce and complain, and pausing those who send too much of that.

Source: the guide, "Reputation metrics messages" and "Amazon SES sending review process FAQs"; for
tenants AWS's blog, which gives their thresholds and says that the owner reinstates whom a policy
paused. How large a representative volume is, AWS does not say.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ses_emulator.mail.addresses import SIMULATOR
from ses_emulator.mail.identities import is_verified
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.documents import Document, everywhere
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Stored
from ses_emulator.store.statistics import Selection, volume

# Shares from which a sender is under review, and from which sending is paused.
BOUNCES = (0.05, 0.1)
COMPLAINTS = (0.001, 0.005)
TENANT_BOUNCES = (0.1, 0.15)
TENANT_COMPLAINTS = (0.005, 0.01)
# The rates are of the last messages, of this many or more: MARGIN times the option, since those of
# the mailbox simulator do not count. A share of fewer recipients than FEWEST says nothing.
REPRESENTATIVE = 1000
MARGIN = 10
FEWEST = 10
STATUSES = {"": "HEALTHY", "LOW": "PROBATION", "HIGH": "SHUTDOWN"}
# The impact from which a tenant is paused, by the name of its policy, the last part of the ARN.
POLICIES = {"standard": ("HIGH",), "strict": ("LOW", "HIGH"), "none": ()}
RECOVERED = "Reputation metrics are healthy again."
PAUSED = "Sending paused: bounce rate {:.1%}, complaint rate {:.1%} of {} recipients."


@dataclass(frozen=True, slots=True)
class Reputation:
    """Rates from 0 to 1, and of how many ``recipients`` they are.

    ``bounces`` and ``complaints`` are the shares by which they are judged.
    """

    recipients: int
    bounce_rate: float
    complaint_rate: float
    bounces: tuple[float, float] = BOUNCES
    complaints: tuple[float, float] = COMPLAINTS

    def impact(self, fewest: int = FEWEST) -> str:
        """``HIGH`` where SES pauses, ``LOW`` where it reviews, or nothing.

        Nothing, too, of fewer recipients than ``fewest``.
        """
        if self.recipients < fewest:
            return ""
        pairs = ((self.bounce_rate, self.bounces), (self.complaint_rate, self.complaints))
        if any(rate >= pause for rate, (_, pause) in pairs):
            return "HIGH"
        return "LOW" if any(rate >= review for rate, (review, _) in pairs) else ""


def reputation(
    account: Account,
    configuration_set: str | None = None,
    tenant: str | None = None,
    since: float = 0.0,
) -> Reputation:
    """That of the account, or of a configuration set or a tenant of it, from a moment on.

    A bounce counts if it is a hard one of a domain that the account has not verified; what went to
    the mailbox simulator does not count at all.
    """
    chosen = Selection(
        account=account.id,
        region=account.region,
        start=since,
        end=float("inf"),
        configuration_set=configuration_set,
        tenant=tenant,
    )
    most = max(REPRESENTATIVE, MARGIN * account.settings.pause_after)
    lately = volume(account.instance.database, chosen, most, SIMULATOR)
    if not lately.recipients:
        return Reputation(0, 0.0, 0.0)
    own = {each: is_verified(account, each) for each in {*map(_domain, lately.bounced)}}
    bounced = sum(not own[_domain(recipient)] for recipient in lately.bounced)
    return Reputation(
        lately.recipients, bounced / lately.recipients, len(lately.complained) / lately.recipients
    )


def of_account(account: Account) -> Reputation:
    """That of the account since it was last found healthy."""
    return reputation(account, since=account.attributes.get("FreshStart", 0.0))


def of_configuration_set(account: Account, name: str, document: Document) -> Reputation | None:
    """That of a configuration set since its fresh start; None if its metrics are not enabled."""
    options = document["ReputationOptions"]
    if not options["ReputationMetricsEnabled"]:
        return None
    return reputation(account, configuration_set=name, since=options.get("LastFreshStart", 0.0))


def of_tenant(account: Account, tenant: Document) -> Reputation:
    """That of a tenant, by the thresholds of tenants."""
    found = reputation(account, tenant=tenant["TenantName"])
    return replace(found, bounces=TENANT_BOUNCES, complaints=TENANT_COMPLAINTS)


def enforcement_status(account: Account) -> str:
    """GetAccount's EnforcementStatus; always HEALTHY if nobody is ever paused."""
    fewest = account.settings.pause_after
    if not fewest:
        return STATUSES[""]
    if is_shut_down(account):
        return STATUSES["HIGH"]
    return STATUSES["LOW"] if of_account(account).impact(fewest) else STATUSES[""]


def is_shut_down(account: Account) -> bool:
    """Whether SES paused the account, not its owner."""
    return account.attributes.get("EnforcementStatus") == STATUSES["HIGH"]


def judge(account: Account, stored: Stored, events: Sequence[Event]) -> None:
    """Pause the account and the tenant that sent a message, if SES would after these events."""
    fewest = account.settings.pause_after
    if not fewest or not any(event.type in ("Bounce", "Complaint") for event in events):
        return
    if not is_shut_down(account) and of_account(account).impact(fewest) == "HIGH":
        account.set_attributes(SendingEnabled=False, EnforcementStatus=STATUSES["HIGH"])
    tenant = account.collection("Tenant").find(stored.tenant) if stored.tenant else None
    if tenant is not None:
        judge_tenant(account, tenant)


def judge_tenant(account: Account, tenant: Document) -> Document:
    """The tenant, paused if its policy wants it, enabled if it was reinstated and recovered."""
    fewest, status = account.settings.pause_after, tenant["SendingStatus"]
    if not fewest or status == "DISABLED":
        return tenant
    found = of_tenant(account, tenant)
    impact = found.impact(fewest)
    if status == "ENABLED" and impact in POLICIES[policy_of(tenant)]:
        cause = PAUSED.format(found.bounce_rate, found.complaint_rate, found.recipients)
        return put_status(account, tenant["TenantName"], "DISABLED", cause)
    if status == "REINSTATED" and not impact and found.recipients >= fewest:
        return put_status(account, tenant["TenantName"], "ENABLED", RECOVERED)
    return tenant


def put_status(account: Account, tenant: str, status: str, cause: str) -> Document:
    """Set the customer-managed status of a tenant, which decides alone: SES's own stays enabled."""
    record = {"Status": status, "Cause": cause, "LastUpdatedTimestamp": account.now()}
    return account.collection("Tenant").update(
        tenant, CustomerManagedStatus=record, SendingStatus=status
    )


def policy_of(tenant: Document) -> str:
    """The name of a tenant's reputation policy; a new tenant has the first."""
    arn: str = tenant.get("ReputationManagementPolicy", next(iter(POLICIES)))
    return arn.rpartition("/")[2]


def reinstate(instance: Instance, account: str | None, region: str | None) -> None:
    """Let accounts that SES paused send again, as after its review; what they sent is forgiven.

    Only this account and this region, if they are given.
    """
    with instance.database.transaction():
        for of, where, _, document in everywhere(instance.database, "Account"):
            paused = Account(instance, of, where)
            if account in (None, of) and region in (None, where) and is_shut_down(paused):
                attributes = {**document, "SendingEnabled": True, "FreshStart": paused.now()}
                attributes.pop("EnforcementStatus")
                paused.collection("Account").put(of, attributes)


def _domain(recipient: str) -> str:
    return recipient.rpartition("@")[2].lower()
