"""Statistics and reputation, through what is sent and what comes back, and pausing."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import Clock, client, refused, running, send_v1, send_v2

SIMULATOR = "simulator.amazonses.com"


def ask(emulator: Any, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """The answer of the inspection API."""
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(emulator.url + path, data, method=method)) as response:
        return json.load(response)


def happen(emulator: Any, id: str, type: str, **options: Any) -> None:
    """Let something happen to a message."""
    ask(emulator, "POST", f"/_ses/messages/{id}/events", {"type": type, **options})


def send(ses: Any, number: int, domain: str = "example.net", **arguments: Any) -> list[str]:
    """Messages to so many recipients, all to different ones; the ids."""
    return [
        send_v2(ses, Destination={"ToAddresses": [f"{each}@{domain}"]}, **arguments)
        for each in range(number)
    ]


def point(ses: Any) -> list[tuple[float, list[int]]]:
    names = ("DeliveryAttempts", "Bounces", "Complaints", "Rejects")
    return [
        (each["Timestamp"].timestamp(), [each[name] for name in names])
        for each in ses.get_send_statistics()["SendDataPoints"]
    ]


def test_send_statistics_count_what_came_back() -> None:
    clock = Clock()
    start = clock.now // 900 * 900
    with running(clock) as emulator:
        ses = client(emulator, "ses")
        for name in ("success", "bounce", "bounce+label", "complaint", "suppressionlist"):
            send_v1(ses, Destination={"ToAddresses": [f"{name}@{SIMULATOR}"]})
        id = send_v1(ses, Destination={"ToAddresses": ["a@example.com", "b@example.com"]})
        assert point(ses) == [(start, [7, 3, 1, 0])]
        clock.now = start + 900
        happen(emulator, id, "bounce", recipients=["b@example.com"])
        clock.now = start + 1800
        happen(emulator, send_v1(ses), "reject")
        happen(emulator, id, "complaint", recipients=["a@example.com"])
        assert point(ses) == [
            (start, [7, 3, 1, 0]),
            (start + 900, [0, 1, 0, 0]),
            (start + 1800, [1, 0, 1, 1]),
        ]
        assert point(client(emulator, "ses", region="eu-west-1")) == []
        clock.now += 15 * 24 * 3600
        assert point(ses) == []


def test_metrics_of_a_tenant() -> None:
    with running(Clock()) as emulator:
        ses = client(emulator, "sesv2")
        ses.create_tenant(TenantName="acme")
        send(ses, 2, TenantName="acme")
        send(ses, 1)
        now = emulator.instance.clock()
        [result] = ses.batch_get_metric_data(
            Queries=[
                {
                    "Id": "a",
                    "Namespace": "VDM",
                    "Metric": "SEND",
                    "Dimensions": {"TENANT_NAME": "acme"},
                    "StartDate": now - 3600,
                    "EndDate": now + 3600,
                }
            ]
        )["Results"]
        assert result["Values"] == [2]


def status(ses: Any) -> tuple[str, bool]:
    account = ses.get_account()
    return account["EnforcementStatus"], account["SendingEnabled"]


def test_nobody_is_paused_unless_asked_for(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    for id in send(ses, 10):
        happen(ses_emulator, id, "bounce")
    assert status(ses) == ("HEALTHY", True)
    send(ses, 1)


def test_bounces_pause_the_account() -> None:
    clock = Clock()
    with running(clock, pause_after=20) as emulator:
        ses, v1 = client(emulator, "sesv2"), client(emulator, "ses")
        other = client(emulator, "sesv2", region="eu-west-1")
        ids = send(ses, 19)
        for id in ids[:3]:
            happen(emulator, id, "bounce")
        assert status(ses) == ("HEALTHY", True)  # a share of so few says nothing yet
        ids = send(ses, 21, "example.org")  # 40 by now
        assert status(ses) == ("PROBATION", True)
        happen(emulator, ids[-1], "bounce")
        assert status(ses) == ("SHUTDOWN", False)
        paused = (
            "SendingPausedException",
            400,
            "Sending paused for this account. For more information, please check the inbox of the "
            "email address associated with your AWS account.",
        )
        assert refused(send_v2, ses) == paused
        assert refused(send_v1, v1)[0] == "AccountSendingPausedException"
        assert v1.get_account_sending_enabled()["Enabled"] is False
        # Only SES can resume what SES paused.
        words = "Sending was paused by Amazon SES and cannot be resumed until it is reviewed."
        assert refused(ses.put_account_sending_attributes, SendingEnabled=True)[2] == words
        assert refused(v1.update_account_sending_enabled, Enabled=True)[2] == words
        assert status(other) == ("HEALTHY", True)
        send(other, 1)

        clock.now += 1
        ask(emulator, "PUT", "/_ses/account?region=eu-west-1", {})
        assert status(ses) == ("SHUTDOWN", False)
        ask(emulator, "PUT", "/_ses/account", {})
        assert status(ses) == ("HEALTHY", True)
        # And what there was before counts no more.
        happen(emulator, send(ses, 1, "example.com")[0], "bounce")
        assert status(ses) == ("HEALTHY", True)
        ses.put_account_sending_attributes(SendingEnabled=False)
        ses.put_account_sending_attributes(SendingEnabled=True)
        assert status(ses) == ("HEALTHY", True)


def test_complaints_pause_the_account() -> None:
    with running(pause_after=10) as emulator:
        ses = client(emulator, "sesv2")
        ids = send(ses, 10)
        happen(emulator, ids[0], "complaint", complaintFeedbackType="not-spam")
        assert status(ses) == ("HEALTHY", True)
        happen(emulator, ids[0], "complaint")
        assert status(ses) == ("SHUTDOWN", False)


@pytest.mark.parametrize(
    "options",
    [
        {"bounceType": "Transient", "bounceSubType": "MailboxFull"},
        {"bounceType": "Permanent", "bounceSubType": "OnAccountSuppressionList"},
    ],
)
def test_bounces_that_do_not_count(options: dict[str, str]) -> None:
    with running(pause_after=5) as emulator:
        ses = client(emulator, "sesv2")
        for id in send(ses, 10):
            happen(emulator, id, "bounce", **options)
        assert status(ses) == ("HEALTHY", True)


def test_recipients_that_do_not_count() -> None:
    with running(pause_after=5) as emulator:
        ses = client(emulator, "sesv2")
        ses.create_email_identity(EmailIdentity="example.net")
        for id in send(ses, 10):
            happen(emulator, id, "bounce")  # in a domain of one's own
        for name in ("bounce", "complaint") * 5:
            send_v2(ses, Destination={"ToAddresses": [f"{name}@{SIMULATOR}"]})
        assert status(ses) == ("HEALTHY", True)
        [found] = ask(emulator, "GET", "/_ses/statistics")["reputation"]
        assert (found["recipients"], found["bounce_rate"], found["complaint_rate"]) == (10, 0, 0)


def test_the_global_suppression_list_counts() -> None:
    with running(pause_after=5) as emulator:
        ses = client(emulator, "sesv2")
        ids = send(ses, 5)
        happen(emulator, ids[0], "bounce", bounceType="Permanent", bounceSubType="Suppressed")
        assert status(ses) == ("SHUTDOWN", False)


def test_bounces_of_rules_pause_at_once() -> None:
    """Rules make messages bounce as they are sent."""
    with running(pause_after=4) as emulator:
        effect = {"event": {"type": "bounce", "bounceType": "Permanent"}}
        ask(emulator, "POST", "/_ses/rules", {"match": {"recipient": "3@*"}, "effect": effect})
        ses = client(emulator, "sesv2")
        send(ses, 4)
        assert refused(send, ses, 1)[0] == "SendingPausedException"


def reputations(emulator: Any) -> dict[str | None, tuple[int, float, str | None]]:
    return {
        each["configuration_set"]: (each["recipients"], each["bounce_rate"], each["impact"])
        for each in ask(emulator, "GET", "/_ses/statistics")["reputation"]
    }


def test_reputation_of_configuration_sets() -> None:
    clock = Clock()
    with running(clock) as emulator:
        ses = client(emulator, "sesv2")
        ses.create_configuration_set(
            ConfigurationSetName="watched", ReputationOptions={"ReputationMetricsEnabled": True}
        )
        ses.create_configuration_set(ConfigurationSetName="unwatched")
        send(ses, 10, ConfigurationSetName="unwatched")
        happen(emulator, send(ses, 10, ConfigurationSetName="watched")[0], "bounce")
        assert reputations(emulator) == {None: (20, 0.05, "LOW"), "watched": (10, 0.1, "HIGH")}
        clock.now += 1
        for enabled in (False, True):  # a fresh start
            ses.put_configuration_set_sending_options(
                ConfigurationSetName="watched", SendingEnabled=enabled
            )
        send(ses, 1, ConfigurationSetName="watched")
        assert reputations(emulator)["watched"] == (1, 0.0, None)


def entity(ses: Any, arn: str) -> dict[str, Any]:
    found: dict[str, Any] = ses.get_reputation_entity(
        ReputationEntityReference=arn, ReputationEntityType="RESOURCE"
    )["ReputationEntity"]
    return found


def put_policy(ses: Any, arn: str, name: str) -> None:
    ses.update_reputation_entity_policy(
        ReputationEntityReference=arn,
        ReputationEntityType="RESOURCE",
        ReputationEntityPolicy=f"arn:aws:ses:us-east-1:aws:reputation-policy/{name}",
    )


@pytest.mark.parametrize(
    ("policy", "bounces", "status"),
    [
        ("standard", 2, "ENABLED"),
        ("standard", 3, "DISABLED"),
        ("strict", 1, "ENABLED"),
        ("strict", 2, "DISABLED"),
        ("none", 3, "ENABLED"),
    ],
)
def test_policies_of_tenants(policy: str, bounces: int, status: str) -> None:
    with running(pause_after=20) as emulator:
        ses = client(emulator, "sesv2")
        arn = ses.create_tenant(TenantName="acme")["TenantArn"]
        put_policy(ses, arn, policy)
        send(ses, 80)  # others keep the account out of it
        for id in send(ses, 20, TenantName="acme")[:bounces]:
            happen(emulator, id, "bounce")
        found = entity(ses, arn)
        assert found["SendingStatusAggregate"] == status
        assert found["AwsSesManagedStatus"]["Status"] == "ENABLED"
        assert found.get("ReputationImpact") == (None, "LOW", "HIGH")[bounces - 1]
        assert ses.get_account()["SendingEnabled"] is True
        if status == "ENABLED":
            send(ses, 1, TenantName="acme")
            return
        words = f"bounce rate {bounces * 5}.0%, complaint rate 0.0% of 20 recipients."
        assert found["CustomerManagedStatus"]["Status"] == "DISABLED"
        assert found["CustomerManagedStatus"]["Cause"] == f"Sending paused: {words}"
        assert refused(send, ses, 1, TenantName="acme")[0] == "SendingPausedException"


def test_a_tenant_is_reinstated() -> None:
    with running(pause_after=5) as emulator:
        ses = client(emulator, "sesv2")
        arn = ses.create_tenant(TenantName="acme")["TenantArn"]
        send(ses, 80)
        happen(emulator, send(ses, 5, TenantName="acme")[0], "bounce")

        def status() -> str:
            return str(entity(ses, arn)["SendingStatusAggregate"])

        assert status() == "DISABLED"
        ses.update_reputation_entity_customer_managed_status(
            ReputationEntityReference=arn,
            ReputationEntityType="RESOURCE",
            SendingStatus="REINSTATED",
        )
        assert status() == "REINSTATED"
        # It may send in spite of what there is to find, until that is over.
        happen(emulator, send(ses, 10, "example.org", TenantName="acme")[0], "bounce")
        assert status() == "REINSTATED"
        send(ses, 10, "example.com", TenantName="acme")
        assert status() == "ENABLED"
        cause = entity(ses, arn)["CustomerManagedStatus"]["Cause"]
        assert cause == "Reputation metrics are healthy again."


def test_list_by_impact(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    for name in ("good", "bad"):
        ses.create_tenant(TenantName=name)
    send(ses, 10, TenantName="good")
    for id in send(ses, 10, TenantName="bad")[:2]:
        happen(ses_emulator, id, "bounce")
    listed = ses.list_reputation_entities(Filter={"REPUTATION_IMPACT": "HIGH"})
    [found] = listed["ReputationEntities"]
    assert "/bad/" in found["ReputationEntityReference"]
    assert (
        ses.list_reputation_entities(Filter={"REPUTATION_IMPACT": "LOW"})["ReputationEntities"]
        == []
    )


def test_a_pause_outlives_a_restart(tmp_path: Any) -> None:
    options: dict[str, Any] = {"database": str(tmp_path / "ses.db"), "pause_after": 5}
    with running(**options) as emulator:
        ses = client(emulator, "sesv2")
        happen(emulator, send(ses, 5)[0], "bounce")
    with running(**options) as emulator:
        assert status(client(emulator, "sesv2")) == ("SHUTDOWN", False)


def test_what_the_statistics_refuse(ses_emulator: SesEmulator) -> None:
    for query in ("by=x", "by=tag:", "since=yesterday", "until=x", "x=1", "account="):
        with pytest.raises(HTTPError) as caught:
            ask(ses_emulator, "GET", f"/_ses/statistics?{query}")
        assert caught.value.code == 400
        caught.value.close()
