"""``GET /_ses/statistics``."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from ses_emulator.mail.details import bounce, complaint, timestamp
from ses_emulator.operations.insights import LOOKUPS
from ses_emulator.server.prices import PLANS, PRICES, bill, money
from ses_emulator.store.account import Account
from ses_emulator.store.events import Event
from tests.server.conftest import NOON, Box, error


def get(client: FlaskClient, **query: str) -> Any:
    answer = client.get("/_ses/statistics", query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.json


def happen(box: Box, id: str, *events: Event) -> None:
    stored = box.instance.messages.find(id)
    assert stored
    box.instance.messages.add_events(stored, events)


def account(box: Box) -> Account:
    return Account(box.instance, "000000000000", "us-east-1")


def test_nothing(client: FlaskClient) -> None:
    found = get(client, by="day")
    assert found["total"]["sends"] == 0
    assert set(found["total"]["rates"].values()) == {None}
    assert (found["groups"], found["reputation"]) == ([], [])
    assert (found["cost"]["total"], found["cost"]["items"]) == ("0.00", [])


def test_counts_and_rates(box: Box, client: FlaskClient) -> None:
    ids = [box.add(to=f"{number}@example.net") for number in range(10)]
    to = ["1@example.net"]
    happen(
        box,
        ids[1],
        bounce("Permanent", "General", to, NOON, feedback_id="x", reporting_mta="dns; x"),
    )
    happen(box, ids[2], complaint(["2@example.net"], NOON, feedback_id="y"))
    for type in ("Open", "Open", "Click"):
        happen(box, ids[3], Event(type, NOON, ["3@example.net"]))
    preferences = {"newTopicPreferences": {"unsubscribeAll": True}}
    happen(box, ids[4], Event("Subscription", NOON, ["4@example.net"], preferences))
    found = get(client)
    assert found["total"] == {
        "sends": 10,
        "deliveries": 10,
        "bounces": 1,
        "complaints": 1,
        "opens": 1,
        "clicks": 1,
        "unsubscribes": 1,
        "rejects": 0,
        "rendering_failures": 0,
        "rates": {
            "deliveries": 1.0,
            "bounces": 0.1,
            "rejects": 0.0,
            "rendering_failures": 0.0,
            "complaints": 0.1,
            "opens": 0.1,
            "clicks": 0.1,
            "unsubscribes": 0.1,
        },
    }
    assert (found["by"], found["groups"]) == (None, [])
    assert found["reputation"] == [
        {
            "account": "000000000000",
            "region": "us-east-1",
            "configuration_set": None,
            "recipients": 10,
            "bounce_rate": 0.1,
            "complaint_rate": 0.1,
            "impact": "HIGH",
            "enforcement_status": "HEALTHY",
        }
    ]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("configuration_set", [(None, 2), ("billing", 1)]),
        ("domain", [("example.com", 2), ("sub.example.com", 1)]),
        ("recipient_domain", [("example.com", 2), ("example.net", 1)]),
        ("tag:campaign", [("spring", 2), (None, 1)]),
        ("minute", [("2025-06-15T15:06:00Z", 2), ("2025-06-15T16:06:00Z", 1)]),
        ("hour", [("2025-06-15T15:00:00Z", 2), ("2025-06-15T16:00:00Z", 1)]),
        ("day", [("2025-06-15", 3)]),
    ],
)
def test_groups(box: Box, client: FlaskClient, by: str, expected: list[Any]) -> None:
    box.add(sender='"Shop, the" <shop@example.com>', tags={"campaign": "spring"})
    box.add(sender="info@EXAMPLE.com", configuration_set="billing")
    box.add(
        sender="info@sub.example.com",
        to="ada@Example.net",
        tags={"campaign": "spring"},
        received=NOON + 3600,
    )
    found = get(client, by=by)
    assert [(group["name"], group["sends"]) for group in found["groups"]] == expected
    assert found["total"]["sends"] == 3


def test_filters(box: Box, client: FlaskClient) -> None:
    box.add(received=NOON)
    box.add(received=NOON + 60, account="111122223333")
    box.add(received=NOON + 120, region="eu-west-1")

    def sends(**query: str) -> int:
        return int(get(client, **query)["total"]["sends"])

    assert sends() == 3
    assert sends(account="111122223333") == 1
    assert sends(region="us-east-1") == 2
    assert sends(since="2025-06-15T15:07:30Z") == 2
    assert sends(since="2025-06-15T17:07:30+02:00", until="2025-06-15T15:08:35") == 1
    assert sends(until="2025-06-15") == 0
    assert get(client, since="2025-06-15")["since"] == "2025-06-15T00:00:00.000Z"


def test_more_groups_than_are_shown(box: Box, client: FlaskClient) -> None:
    with box.instance.database.transaction():
        for number in range(1003):
            box.add(raw=b"x", tags={"n": str(number)})
    found = get(client, by="tag:n")
    assert (len(found["groups"]), found["groups_left_off"]) == (1000, 3)
    assert found["total"]["sends"] == 1003


def test_of_more_times_than_are_shown_the_latest_are(box: Box, client: FlaskClient) -> None:
    with box.instance.database.transaction():
        for number in range(1003):
            box.add(raw=b"x", received=NOON + 60 * number)
    found = get(client, by="minute")
    assert (len(found["groups"]), found["groups_left_off"]) == (1000, 3)
    names = [group["name"] for group in found["groups"]]
    assert names == sorted(names)
    assert (names[0], names[-1]) == ("2025-06-15T15:09:00Z", "2025-06-16T07:48:00Z")


def test_groups_have_rates(box: Box, client: FlaskClient) -> None:
    """Each has what the total has, so that a chart needs nothing else."""
    for number in range(4):
        id = box.add(tags={"campaign": "ab"[number % 2]})
        if not number:
            happen(box, id, complaint(["ada@example.com"], NOON, feedback_id="x"))
    for by, rates in (("tag:campaign", [0.5, 0.0]), ("hour", [0.25]), ("domain", [0.25])):
        found = get(client, by=by)
        assert [each["rates"]["complaints"] for each in found["groups"]] == rates
        assert all(each.keys() == {*found["total"], "name"} for each in found["groups"])


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (
            "by=sender",
            "by is 'sender': use one of account, configuration_set, day, domain, hour, minute, "
            "month, operation, recipient_domain, region, template, tenant, tag:NAME.",
        ),
        ("by=tag:", "by is 'tag:': use one of"),
        ("since=noon", "since is 'noon': use a moment in ISO 8601, such as 2026-01-31T12:00:00Z."),
        ("until=0001-01-01T00:00:00%2B14:00", "until is"),
    ],
)
def test_refused(client: FlaskClient, query: str, words: str) -> None:
    answer = client.get(f"/_ses/statistics?{query}")
    assert answer.status_code == 400
    assert error(answer).startswith(words)


def items(found: Any) -> dict[str, tuple[int, str]]:
    return {each["item"]: (each["quantity"], each["amount"]) for each in found["cost"]["items"]}


def test_cost_of_messages(box: Box, client: FlaskClient) -> None:
    from email.message import EmailMessage

    mail = EmailMessage()
    mail.set_content("See the attachment")
    mail.add_attachment(b"x" * 1024**2, maintype="application", subtype="x", filename="x")
    box.add(raw=mail.as_bytes(), bcc=["bob@example.com"])  # two recipients
    box.add()
    found = get(client)
    assert items(found) == {
        "outgoing": (3, "0.0003"),
        "attachments": (2 * 1024**2, "0.000234375"),
    }
    cost = found["cost"]
    assert (cost["total"], cost["currency"]) == ("0.000534375", "USD")
    assert cost["items"][0]["explanation"] == (
        "messages sent, one for each recipient: 3 x 0.10 USD / 1000"
    )
    assert items(get(client, until="2025-06-01")) == {}
    assert items(get(client, account="111122223333")) == {}


def test_cost_of_features(box: Box, client: FlaskClient) -> None:
    mine = account(box)
    threshold = {"ConditionThreshold": {"ConditionThresholdEnabled": "ENABLED"}}
    off = {"ConditionThreshold": {"ConditionThresholdEnabled": "DISABLED"}}
    mine.set_attributes(
        VdmAttributes={"VdmEnabled": "ENABLED"},
        SuppressionAttributes={"ValidationAttributes": threshold},
    )
    for name, mode in (("own", "STANDARD"), ("auto", "MANAGED")):
        pool = {"PoolName": name, "ScalingMode": mode}
        mine.collection("DedicatedIpPool").create(name, pool)
    for ip, name in (("198.51.100.1", "own"), ("198.51.100.2", "ses-default-dedicated-pool")):
        mine.collection("DedicatedIp").create(ip, {"Ip": ip, "PoolName": name})
    mine.configuration_sets.create(
        "auto",
        {
            "DeliveryOptions": {"SendingPoolName": "auto"},
            "SuppressionOptions": {"ValidationOptions": off},
            "ReputationOptions": {"ReputationMetricsEnabled": False},
        },
    )
    mine.collection("Tenant").create("acme", {})
    mine.collection("DeliverabilityDashboard").create(mine.id, {"Enabled": True})
    box.add()
    box.add(configuration_set="auto")
    assert items(get(client)) == {
        "outgoing": (2, "0.0002"),
        "dedicated_ips": (1, "24.95"),
        "managed_ips": (1, "15.00"),
        "managed_ips_outgoing": (1, "0.00008"),
        "virtual_deliverability_manager": (2, "0.00014"),
        "deliverability_dashboard": (1, "1250.00"),
        "email_validation": (1, "0.00001"),
        "tenants": (1, "0.005"),
    }
    mine.set_attributes(PricingAttributes={"CurrentPlan": "PRO"})
    found = items(get(client))
    assert found["outgoing"] == (2, "0.00044")
    assert found["plan"] == (1, "105.00")
    assert found.keys() == {"outgoing", "plan", "dedicated_ips", "tenants"}


def test_cost_of_looking_up_addresses(box: Box, client: FlaskClient) -> None:
    mine = account(box)
    start = int(mine.now())
    for number, second in ((2, start), (3, start + 60)):
        mine.collection(LOOKUPS).put(f"{second:012}", {"Number": number})
    found = get(client)
    assert items(found) == {"address_insights": (5, "0.05")}
    assert (found["total"]["sends"], found["reputation"]) == (0, [])
    assert items(get(client, since=timestamp(start + 30))) == {"address_insights": (3, "0.03")}
    assert items(get(client, until=timestamp(start + 30))) == {"address_insights": (2, "0.02")}
    assert items(get(client, account="111122223333")) == {}


def test_allowances_of_plans() -> None:
    usage = {"address_insights": 5001, "tenants": 1000}
    [line, _] = bill(usage, "ENTERPRISE")
    assert (line.name, line.quantity, money(line.amount)) == ("address_insights", 1, "0.01")
    assert line.explanation == (
        "addresses looked up by GetEmailAddressInsights, beyond 5000 of the plan: 1 x 0.01 USD"
    )
    lines = {line.name: line.quantity for line in bill(usage, "PRO")}
    assert lines == {"address_insights": 2501, "tenants": 1000, "plan": 1}
    lines = {line.name: line.quantity for line in bill(usage, "ESSENTIALS")}
    assert lines == {"address_insights": 5001, "tenants": 1000, "plan": 1}


def test_tiers() -> None:
    [line, _] = bill({"outgoing": 110_000_000}, "ESSENTIALS")
    assert line.amount == Decimal("1600") + Decimal("12600") + Decimal("1100")
    assert line.explanation == (
        "messages sent, one for each recipient: 10000000 x 0.16 USD / 1000"
        " + 90000000 x 0.14 USD / 1000 + 10000000 x 0.11 USD / 1000"
    )


def test_received_mail_has_prices() -> None:
    lines = bill({"incoming": 2000, "incoming_chunks": 3000})
    assert [money(line.amount) for line in lines] == ["0.20", "0.27"]


def test_price_list() -> None:
    for tiers in [
        *(price.tiers for price in PRICES.values()),
        *(plan[1] for plan in PLANS.values()),
    ]:
        assert [end for end, _ in tiers] == sorted({end for end, _ in tiers})
        assert all(Decimal(price) > 0 for _, price in tiers)


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "0.00"), ("1250", "1250.00"), ("0.0000001", "0.0000001"), ("1E+3", "1000.00")],
)
def test_money(amount: str, text: str) -> None:
    assert money(Decimal(amount)) == text
