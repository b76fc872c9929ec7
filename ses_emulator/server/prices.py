"""What AWS charges for what was sent: the price list, and the sum that follows from it.

The prices of us-east-1, without free tiers and taxes; a range of time is charged as one month.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

CURRENCY = "USD"
DATE = "2026-07-22"
SOURCE = "AWS Price List of AmazonSES, us-east-1, as api-evangelist/amazon-ses read it"
# Prices that are not in this list.
PAGE = "Amazon SES pricing page of 2026-09-27, as @wraps/core read it"
# Prices that are in neither, or not for all tiers.
UNCONFIRMED = "unconfirmed"
UNLIMITED = 10**18
# Up to how many units a price holds, and what one unit costs; the next holds beyond it.
Tiers = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Price:
    """What an item costs. ``per`` is how many units ``tiers`` are the price of."""

    text: str
    unit: str
    per: int
    tiers: Tiers
    source: str = SOURCE


def _flat(text: str, unit: str, per: int, price: str, source: str = SOURCE) -> Price:
    return Price(text, unit, per, ((UNLIMITED, price),), source)


GIGABYTE = 1024**3
TEN_MILLION, HUNDRED_MILLION = 10_000_000, 100_000_000
PRICES = {
    "outgoing": _flat("messages sent, one for each recipient", "message", 1000, "0.10"),
    "attachments": _flat("data in attachments sent", "byte", GIGABYTE, "0.12"),
    "incoming": _flat("messages received", "message", 1000, "0.10"),
    "incoming_chunks": _flat("chunks of 256 KB received", "chunk", 1000, "0.09"),
    "dedicated_ips": _flat("dedicated IP addresses (standard)", "address", 1, "24.95"),
    "managed_ips": _flat("dedicated IP addresses (managed)", "account", 1, "15.00", PAGE),
    "managed_ips_outgoing": Price(
        "messages sent through managed addresses",
        "message",
        1000,
        (
            (TEN_MILLION, "0.08"),
            (50_000_000, "0.04"),
            (HUNDRED_MILLION, "0.02"),
            (UNLIMITED, "0.01"),
        ),
        UNCONFIRMED,
    ),
    "virtual_deliverability_manager": _flat(
        "messages with Virtual Deliverability Manager", "message", 1000, "0.07", UNCONFIRMED
    ),
    "deliverability_dashboard": _flat("the Deliverability dashboard", "account", 1, "1250.00"),
    "email_validation": _flat(
        "recipients checked by automatic validation", "recipient", 1000, "0.01", PAGE
    ),
    "address_insights": _flat(
        "addresses looked up by GetEmailAddressInsights", "address", 1, "0.01"
    ),
    "tenants": _flat("tenants", "tenant", 1, "0.005"),
}
# What a pricing plan costs a month, and its price of outgoing messages. Source: the same list.
PLANS: Mapping[str, tuple[str, Tiers]] = {
    "ESSENTIALS": (
        "0.00",
        ((TEN_MILLION, "0.16"), (HUNDRED_MILLION, "0.14"), (UNLIMITED, "0.11")),
    ),
    "PRO": (
        "105.00",
        ((TEN_MILLION, "0.22"), (HUNDRED_MILLION, "0.17"), (UNLIMITED, "0.12")),
    ),
    "ENTERPRISE": (
        "500.00",
        ((TEN_MILLION, "0.23"), (HUNDRED_MILLION, "0.18"), (UNLIMITED, "0.13")),
    ),
}
ESSENTIALS = ("virtual_deliverability_manager",)
PRO = (
    *ESSENTIALS,
    "managed_ips",
    "managed_ips_outgoing",
    "deliverability_dashboard",
    "email_validation",
)
# Items that a plan includes. What the dashboard costs for more domains, addresses and tests than a
# plan has is not counted.
INCLUDED = {"ESSENTIALS": ESSENTIALS, "PRO": PRO, "ENTERPRISE": PRO}
# How many units of an item a plan includes.
ALLOWANCES: Mapping[str, Mapping[str, int]] = {
    "PRO": {"address_insights": 2500},
    "ENTERPRISE": {"address_insights": 5000, "tenants": 1000},
}


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the bill: how many units of what, and what they cost, with the reckoning."""

    name: str
    quantity: int
    unit: str
    amount: Decimal
    explanation: str
    source: str


def bill(usage: Mapping[str, int], plan: str = "NONE") -> list[Item]:
    """The lines for the ``usage`` (units by the names of PRICES) of one account in one region."""
    items = []
    for name, price in PRICES.items():
        included = ALLOWANCES.get(plan, {}).get(name, 0)
        quantity = usage.get(name, 0) - included
        if quantity <= 0 or name in INCLUDED.get(plan, ()):
            continue
        tiers = PLANS[plan][1] if name == "outgoing" and plan in PLANS else price.tiers
        amount, steps = _charge(quantity, price.per, tiers)
        beyond = f", beyond {included} of the plan" if included else ""
        explanation = f"{price.text}{beyond}: {steps}"
        items.append(Item(name, quantity, price.unit, amount, explanation, price.source))
    if plan in PLANS:
        fee = Decimal(PLANS[plan][0])
        words = f"the plan {plan}: 1 month x {fee} {CURRENCY}"
        items.append(Item("plan", 1, "month", fee, words, SOURCE))
    return items


def _charge(quantity: int, per: int, tiers: Tiers) -> tuple[Decimal, str]:
    """What a quantity costs, and how that is reckoned."""
    amount, steps, begin = Decimal(0), [], 0
    for end, price in tiers:
        units = min(quantity, end) - begin
        if units <= 0:
            break
        amount += Decimal(units) * Decimal(price) / per
        steps.append(f"{units} x {price} {CURRENCY}" + (f" / {per}" if per > 1 else ""))
        begin = end
    return amount, " + ".join(steps)


def money(amount: Decimal) -> str:
    """An amount without an exponent, with at least two and at most nine decimal places."""
    text = f"{amount:.9f}".rstrip("0")
    whole, _, places = text.partition(".")
    return f"{whole}.{places.ljust(2, '0')}"
