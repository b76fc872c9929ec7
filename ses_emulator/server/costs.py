"""What AWS would have charged for what was sent, and for what is set up."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ses_emulator.operations.insights import lookups
from ses_emulator.server.prices import CURRENCY, DATE, SOURCE, Item, bill, money
from ses_emulator.server.shapes import Shape
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.totals import Arrived, Sent, Span, arrived, scopes, sent

# In bytes. Source: the page "Amazon SES pricing", which counts whole ones only.
CHUNK = 256 * 1024


def accounts(instance: Instance, span: Span) -> list[Account]:
    """The accounts in the regions in which they ever sent something."""
    return [
        Account(instance, account, region)
        for account, region in scopes(instance.database)
        if span.account in (None, account) and span.region in (None, region)
    ]


def cost(instance: Instance, span: Span) -> Shape:
    """The schema Cost."""
    volumes = sent(instance.database, span)
    incoming = {
        (each.account, each.region): each for each in arrived(instance.database, span, CHUNK)
    }
    looked_up = {
        scope: number
        for scope, number in lookups(instance, span.start, span.end).items()
        if span.account in (None, scope[0]) and span.region in (None, scope[1])
    }
    items, amount = [], Decimal(0)
    senders = {(account.id, account.region): account for account in accounts(instance, span)}
    others = {scope: Account(instance, *scope) for scope in (*incoming, *looked_up)}
    for scope, account in (others | senders).items():
        own = [each for each in volumes if (each.account, each.region) == scope]
        plan = account.attributes.get("PricingAttributes", {}).get("CurrentPlan", "NONE")
        usage = _usage(account, own, incoming.get(scope))
        usage["address_insights"] = looked_up.get(scope, 0)
        for item in bill(usage, plan):
            items.append(_shown(account, item))
            amount += item.amount
    return {
        "currency": CURRENCY,
        "total": money(amount),
        "items": items,
        "prices_of": DATE,
        "source": SOURCE,
    }


def _shown(account: Account, item: Item) -> Shape:
    return {
        "account": account.id,
        "region": account.region,
        "item": item.name,
        "quantity": item.quantity,
        "unit": item.unit,
        "amount": money(item.amount),
        "explanation": item.explanation,
        "source": item.source,
    }


def _usage(account: Account, volumes: Sequence[Sent], mail: Arrived | None) -> dict[str, int]:
    """Units by the names of the price list; of what is paid by the month, what there is now."""
    pools = dict(account.collection("DedicatedIpPool").all())
    managed = {name for name, pool in pools.items() if pool["ScalingMode"] == "MANAGED"}
    attributes = account.attributes
    usual = attributes.get("SuppressionAttributes", {}).get("ValidationAttributes", {})
    outgoing = sum(volume.recipients for volume in volumes)
    through_managed = validated = 0
    for volume in volumes:
        document = account.configuration_sets.find(volume.configuration_set or "") or {}
        if document.get("DeliveryOptions", {}).get("SendingPoolName") in managed:
            through_managed += volume.recipients
        if _validates(document.get("SuppressionOptions", {}).get("ValidationOptions", usual)):
            validated += volume.recipients
    vdm = attributes.get("VdmAttributes", {}).get("VdmEnabled") == "ENABLED"
    dashboard = account.collection("DeliverabilityDashboard").find(account.id) or {}
    addresses = account.collection("DedicatedIp").all()
    return {
        "outgoing": outgoing,
        "attachments": sum(volume.attachments for volume in volumes),
        "incoming": mail.mails if mail else 0,
        "incoming_chunks": mail.chunks if mail else 0,
        # Those that every account has are in the default pool and were not leased.
        "dedicated_ips": sum(ip["PoolName"] in pools.keys() - managed for _, ip in addresses),
        "managed_ips": int(bool(managed)),
        "managed_ips_outgoing": through_managed,
        "virtual_deliverability_manager": outgoing if vdm else 0,
        "deliverability_dashboard": int(dashboard.get("Enabled", False)),
        "email_validation": validated,
        "tenants": account.collection("Tenant").count(),
    }


def _validates(options: Mapping[str, Any]) -> bool:
    threshold: Mapping[str, Any] = options.get("ConditionThreshold", {})
    return "ENABLED" == threshold.get("ConditionThresholdEnabled")
