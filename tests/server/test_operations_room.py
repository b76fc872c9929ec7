"""Any operation of SES, as the pages call it."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from ses_emulator.config import Settings
from ses_emulator.errors import AwsError
from ses_emulator.operations.catalogue import v1, v2
from ses_emulator.server.inspection import create_app
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.query import Filters
from ses_emulator.wire import models
from tests.server.conftest import Box, Client, error

SENDING: dict[str, Any] = {
    "FromEmailAddress": "shop@example.com",
    "Destination": {"ToAddresses": ["ada@example.com"]},
    "Content": {"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "It works"}}}},
}


def call(client: Client, operation: str, query: str = "", **parameters: Any) -> Any:
    """The result of an operation such as ``sesv2/GetAccount``."""
    answer = client.post(f"/_ses/operations/{operation}{query}", json=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json


def refused(client: Client, operation: str, **parameters: Any) -> tuple[int, str, str]:
    """Status, code and message of an operation that is refused."""
    answer = client.post(f"/_ses/operations/{operation}", json=parameters)
    body: Any = answer.json
    assert sorted(body) == ["code", "error"]
    return answer.status_code, body["code"], body["error"]


def test_v2(client: Client) -> None:
    made = call(client, "sesv2/CreateEmailIdentity", EmailIdentity="example.com")
    assert made["IdentityType"] == "DOMAIN"
    listed = call(client, "sesv2/ListEmailIdentities")
    assert [each["IdentityName"] for each in listed["EmailIdentities"]] == ["example.com"]
    assert call(client, "sesv2/DeleteEmailIdentity", EmailIdentity="example.com") == {}


def test_v1_sees_the_same(client: Client) -> None:
    assert call(client, "ses/VerifyEmailIdentity", EmailAddress="ada@example.com") == {}
    assert call(client, "ses/ListIdentities") == {"Identities": ["ada@example.com"]}
    [listed] = call(client, "sesv2/ListEmailIdentities")["EmailIdentities"]
    assert listed["IdentityName"] == "ada@example.com"


def test_account_and_region(client: Client) -> None:
    place = "?account=111111111111&region=eu-west-1"
    call(client, "sesv2/CreateContactList", place, ContactListName="here")
    assert call(client, "sesv2/ListContactLists")["ContactLists"] == []
    [there] = call(client, "sesv2/ListContactLists", place)["ContactLists"]
    assert there["ContactListName"] == "here"


@pytest.mark.parametrize("query", ["account=1", "region=EU", "name=x"])
def test_wrong_places(client: Client, query: str) -> None:
    answer = client.post(f"/_ses/operations/sesv2/GetAccount?{query}", json={})
    assert answer.status_code == 400
    assert error(answer)


def test_a_member_by_botocores_name(client: Client) -> None:
    """Two members stand in the path under another name."""
    status, code, message = refused(client, "sesv2/GetDedicatedIp", Ip="192.0.2.1")
    assert (status, code) == (404, "NotFoundException")
    assert "192.0.2.1" in message


def test_blobs_and_times(box: Box, client: Client) -> None:
    raw = b"From: shop@example.com\r\nTo: ada@example.com\r\nSubject: Raw\r\n\r\nHi\r\n"
    message = {"Data": base64.b64encode(raw).decode()}
    id = call(client, "ses/SendRawEmail", RawMessage=message)["MessageId"]
    stored = box.instance.messages.find(id)
    assert stored is not None
    assert (stored.subject, stored.operation) == ("Raw", "SendRawEmail")

    call(client, "sesv2/PutSuppressedDestination", EmailAddress="eve@example.com", Reason="BOUNCE")

    def listed(**span: str) -> list[dict[str, Any]]:
        found = call(client, "sesv2/ListSuppressedDestinations", Reasons=["BOUNCE"], **span)
        summaries: list[dict[str, Any]] = found["SuppressedDestinationSummaries"]
        return summaries

    [summary] = listed(StartDate="2020-01-01T00:00:00Z")
    assert summary["LastUpdateTime"].endswith("Z")
    assert listed(EndDate="2020-01-01T00:00:00+01:00") == []


def test_the_caller_is_told(box: Box, client: Client) -> None:
    id = call(client, "sesv2/SendEmail", **SENDING)["MessageId"]
    stored = box.instance.messages.find(id)
    assert stored is not None
    assert stored.source_ip == "127.0.0.1"


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        (
            "sesv2/GetEmailIdentity",
            {"EmailIdentity": "example.com"},
            (404, "NotFoundException", "Email identity example.com does not exist."),
        ),
        (
            "ses/DescribeConfigurationSet",
            {"ConfigurationSetName": "none"},
            (
                400,
                "ConfigurationSetDoesNotExist",
                "Configuration set <none> does not exist.",
            ),
        ),
        (
            "sesv2/CreateContactList",
            {},
            (
                400,
                "BadRequestException",
                "1 validation error detected: Value null at 'contactListName' failed to satisfy"
                " constraint: Member must not be null",
            ),
        ),
        (
            "sesv2/CreateContactList",
            {"ContactListName": ["a"]},
            (400, "SerializationException", "Start of list found where not expected"),
        ),
        (
            "sesv2/ListSuppressedDestinations",
            {"StartDate": "yesterday"},
            (400, "SerializationException", "timestamp must follow ISO8601"),
        ),
        (
            "ses/SendRawEmail",
            {"RawMessage": {"Data": "?"}},
            (400, "SerializationException", "Invalid Base64 encoding"),
        ),
    ],
)
def test_refusals(
    client: Client, operation: str, parameters: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    assert refused(client, operation, **parameters) == expected


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("sns/Publish", "The service 'sns' is not here: use ses or sesv2."),
        ("ses/GetAccount", "ses has no operation 'GetAccount': see AWS's API reference."),
        ("sesv2/getAccount", "sesv2 has no operation 'getAccount': see AWS's API reference."),
    ],
)
def test_what_is_not_there(client: Client, path: str, line: str) -> None:
    answer = client.post(f"/_ses/operations/{path}", json={})
    assert answer.status_code == 404
    assert error(answer) == line


@pytest.mark.parametrize("body", ["", "[]", "{", "null"])
def test_no_parameters(client: Client, body: str) -> None:
    answer = client.post("/_ses/operations/sesv2/GetAccount", data=body)
    assert answer.status_code == 400
    assert error(answer).startswith("The body ")


def test_a_refusal_changes_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an operation writes is undone if it is refused."""
    create = v2["CreateContactList"]

    def fail(account: Account, request: dict[str, Any]) -> None:
        create(account, request)
        raise AwsError("LimitExceeded", "Too many.")

    monkeypatch.setitem(v2, "CreateContactList", fail)
    assert refused(client, "sesv2/CreateContactList", ContactListName="a") == (
        400,
        "LimitExceededException",
        "Too many.",
    )
    assert call(client, "sesv2/ListContactLists")["ContactLists"] == []


def test_rules_are_for_the_application(box: Box, client: Client) -> None:
    rule = {"effect": {"error": {"code": "Throttling"}}, "when": {"first": 1}}
    made: Any = client.post("/_ses/rules", json=rule).json
    assert call(client, "sesv2/SendEmail", **SENDING)["MessageId"]
    now: Any = client.get(f"/_ses/rules/{made['id']}").json
    assert (now["matched"], now["applied"]) == (0, 0)


def test_what_is_strict_is_strict_here_too(client: Client) -> None:
    client.put("/_ses/account", json={"profile": "sandbox"})
    status, code, message = refused(client, "sesv2/SendEmail", **SENDING)
    assert (status, code) == (400, "MessageRejected")
    assert "not verified" in message


def test_no_refused_call_is_kept(box: Box, client: Client) -> None:
    refused(client, "sesv2/SendEmail", FromEmailAddress="shop@example.com")
    assert box.instance.messages.count(Filters()) == 0


def test_operations_that_ask_others_do_not_hold_up_the_rest(
    box: Box, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are in no transaction; all others are in one."""
    seen: dict[str, bool] = {}

    def record(name: str) -> Any:
        def function(account: Any, request: Any) -> None:
            seen[name] = box.instance.database.in_transaction

        return function

    outside = sorted(v1.outside)[0]
    monkeypatch.setitem(v1, outside, record("outside"))
    monkeypatch.setitem(v2, "GetAccount", record("inside"))
    monkeypatch.setattr(models.load("ses").operations[outside], "input", _anything())
    call(client, f"ses/{outside}")
    call(client, "sesv2/GetAccount")
    assert seen == {"outside": False, "inside": True}


def _anything() -> models.Shape:
    return models.Shape("Anything", {"type": "structure"})


def test_every_operation_is_there(client: Client) -> None:
    """Each is answered or refused by SES, and none fails."""
    for service in ("ses", "sesv2"):
        for name in models.load(service).operations:
            answer = client.post(f"/_ses/operations/{service}/{name}", json={})
            body: Any = answer.json
            assert answer.status_code == 200 or "code" in body, (name, body)
            assert answer.status_code < 500, (name, body)


def test_the_settings_say_where(box: Box) -> None:
    settings = Settings(account_id="222222222222", region="eu-central-1")
    instance = Instance(settings, box.instance.database, box.changes, box.instance.messages)
    client = create_app(instance, box.indexer, dict, box.clear).test_client()
    made: Any = client.post(
        "/_ses/operations/sesv2/CreateEmailIdentity", json={"EmailIdentity": "example.com"}
    )
    assert made.status_code == 200
    [found] = client.get("/_ses/identities").json["identities"]  # type: ignore[index]
    assert (found["account"], found["region"]) == ("222222222222", "eu-central-1")
