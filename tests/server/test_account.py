"""Switching how strict accounts are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ses_emulator.config import Settings
from ses_emulator.mail.index import Indexer
from ses_emulator.mail.profile import profile_of, verification_of
from ses_emulator.server.inspection import create_app
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.changes import Changes
from ses_emulator.store.database import Database
from ses_emulator.store.messages import Messages
from tests.server.conftest import Box, Client, error

OPEN = {
    "account": "000000000000",
    "region": "us-east-1",
    "profile": "open",
    "daily_quota": 50_000,
    "rate": 14,
    "enforced": False,
    "verification": "auto",
}
SANDBOX = {**OPEN, "profile": "sandbox", "daily_quota": 200, "rate": 1, "enforced": True}
OTHER = "123456789012"


def put(client: Client, options: Any, query: str = "") -> Any:
    answer = client.put(f"/_ses/account{query}", json=options)
    assert answer.status_code == 200, answer.json
    return answer.json


def shown(client: Client, query: str = "") -> Any:
    return client.get(f"/_ses/account{query}").json


def test_settings(client: Client) -> None:
    assert shown(client) == OPEN
    assert shown(client, f"?account={OTHER}&region=eu-west-1") == {
        **OPEN,
        "account": OTHER,
        "region": "eu-west-1",
    }


def test_switch_and_back(client: Client, box: Box) -> None:
    assert put(client, {"profile": "sandbox"}) == SANDBOX
    assert shown(client) == SANDBOX
    assert shown(client, f"?account={OTHER}")["profile"] == "sandbox"
    profile = profile_of(Account(box.instance, OTHER, "eu-west-1"))
    assert (profile.production, profile.senders_verified, profile.recipients_verified) == (
        False,
        True,
        True,
    )
    assert put(client, {"profile": "production"}) == {
        **OPEN,
        "profile": "production",
        "enforced": True,
    }
    for nothing in ({}, {"profile": None}, {"profile": None, "rate": None}):
        put(client, {"profile": "sandbox"})
        assert put(client, nothing) == OPEN


def test_options(client: Client, box: Box) -> None:
    options = {"daily_quota": 5, "rate": 3, "enforced": True, "verification": "click"}
    assert put(client, options) == {**OPEN, **options}
    assert verification_of(Account(box.instance, OTHER, "eu-west-1")) == "click"
    # What is not named is as the profile has it, not as it was before.
    assert put(client, {"profile": "sandbox", "rate": 7}) == {**SANDBOX, "rate": 7}
    assert put(client, {"profile": "sandbox", "enforced": False}) == {**SANDBOX, "enforced": False}
    assert put(client, {"daily_quota": -1, "rate": None}) == {**OPEN, "daily_quota": -1}


def test_narrowed(client: Client) -> None:
    scopes = {
        "": ("000000000000", "us-east-1"),
        "?region=eu-west-1": ("000000000000", "eu-west-1"),
        f"?account={OTHER}": (OTHER, "us-east-1"),
        f"?account={OTHER}&region=eu-west-1": (OTHER, "eu-west-1"),
    }
    rates = {scope: number for number, scope in enumerate(scopes, 2)}
    for scope, rate in rates.items():
        assert put(client, {"rate": rate}, scope)["rate"] == rate
    for scope, (account, region) in scopes.items():
        held = shown(client, scope)
        assert (held["account"], held["region"], held["rate"]) == (account, region, rates[scope])
    # The narrowest holds, the account before the region, and gives way to what is around it.
    narrowest = f"?account={OTHER}&region=eu-west-1"
    assert put(client, {}, narrowest)["rate"] == rates[f"?account={OTHER}"]
    assert put(client, {}, f"?account={OTHER}")["rate"] == rates[""]
    assert shown(client, narrowest)["rate"] == rates["?region=eu-west-1"]
    assert put(client, {}, "?region=eu-west-1")["rate"] == rates[""]


def test_wider_switch_ends_the_narrower(client: Client) -> None:
    narrow = f"?account={OTHER}&region=eu-west-1"
    for wide in ("", f"?account={OTHER}", "?region=eu-west-1"):
        put(client, {"profile": "sandbox"}, narrow)
        put(client, {"profile": "production"}, wide)
        assert shown(client, narrow)["profile"] == "production"
        put(client, {"profile": "sandbox"}, narrow)
        put(client, {}, wide)
        assert shown(client, narrow)["profile"] == "open"
    put(client, {"profile": "sandbox"}, narrow)
    put(client, {"profile": "production"}, "?account=111111111111")
    put(client, {"profile": "production"}, "?region=us-west-2")
    assert shown(client, narrow)["profile"] == "sandbox"


def test_profile_is_remembered_until_it_is_switched(client: Client, box: Box) -> None:
    account = Account(box.instance, OTHER, "us-east-1")
    with box.instance.database.transaction():
        first = profile_of(account)
        assert profile_of(account) is first
    put(client, {"profile": "sandbox"})
    with box.instance.database.transaction():
        assert profile_of(account).name == "sandbox"
    put(client, {})
    with box.instance.database.transaction():
        assert profile_of(account) == first


def test_it_starts_with_a_full_bucket(client: Client, box: Box) -> None:
    box.instance.buckets[OTHER, "us-east-1"] = (-100.0, 0.0)
    put(client, {"profile": "sandbox"})
    assert box.instance.buckets == {}


def test_reset_forgets_it(client: Client) -> None:
    put(client, {"profile": "sandbox"})
    put(client, {"profile": "production"}, f"?account={OTHER}")
    assert client.post("/_ses/reset").status_code == 200
    assert shown(client) == OPEN
    assert shown(client, f"?account={OTHER}")["profile"] == "open"


def test_it_survives_a_restart(tmp_path: Path) -> None:
    def started() -> tuple[Database, Client]:
        database, changes = Database(str(tmp_path / "store.sqlite")), Changes()
        instance = Instance(Settings(), database, changes, Messages(database, changes, keep=0))
        app = create_app(instance, Indexer(instance), dict, lambda: None)
        return database, Client(app)

    database, client = started()
    put(client, {"profile": "sandbox", "rate": 9})
    database.close()
    database, client = started()
    assert shown(client) == {**SANDBOX, "rate": 9}
    database.close()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"profile": "strict"},
            "profile is 'strict': use one of open, production, sandbox, or null.",
        ),
        (
            {"profile": ["open"]},
            "profile is \"['open']\": use one of open, production, sandbox, or null.",
        ),
        ({"verification": "none"}, "verification is 'none': use one of auto, click, or null."),
        (
            {"daily_quota": -2},
            "daily_quota is '-2': use a whole number from -1 to 1000000000, or null.",
        ),
        ({"rate": 0}, "rate is '0': use a whole number from 1 to 1000000000, or null."),
        ({"rate": 1.5}, "rate is '1.5': use a whole number from 1 to 1000000000, or null."),
        ({"rate": True}, "rate is 'True': use a whole number from 1 to 1000000000, or null."),
        (
            {"rate": 10**9 + 1},
            "rate is '1000000001': use a whole number from 1 to 1000000000, or null.",
        ),
        ({"enforced": 1}, "enforced is '1': use true or false, or null."),
        (
            {"profil": "open"},
            "The option 'profil' is not known: "
            "use profile, daily_quota, rate, enforced, verification.",
        ),
        (["sandbox"], 'The body must be a JSON object, such as {"name": "value"}.'),
    ],
)
def test_bad_options(client: Client, options: Any, words: str) -> None:
    put(client, {"profile": "production"})
    answer = client.put("/_ses/account", data=json.dumps(options))
    assert (answer.status_code, error(answer)) == (400, words)
    assert shown(client)["profile"] == "production"


def test_null_of_an_unknown_option(client: Client) -> None:
    assert client.put("/_ses/account", json={"colour": None}).status_code == 400


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("account=1234", "account is '1234': use the 12 digits of an account id."),
        (
            "account=%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1",
            "use the 12 digits",
        ),
        ("region=us%20east", "region is 'us east': use a name such as us-east-1."),
        ("profile=open", "The parameter 'profile' is not known: use account, region."),
    ],
)
def test_bad_scope(client: Client, query: str, words: str) -> None:
    for answer in (
        client.get(f"/_ses/account?{query}"),
        client.put(f"/_ses/account?{query}", json={}),
    ):
        assert answer.status_code == 400
        assert words in error(answer)


def test_page_of_another_site_switches_nothing(client: Client) -> None:
    answer = client.put(
        "/_ses/account", json={"profile": "sandbox"}, headers={"Origin": "http://evil.example"}
    )
    assert answer.status_code == 403
    assert shown(client) == OPEN


def test_accounts(box: Box, client: Client) -> None:
    default = {"account": "000000000000", "region": "us-east-1"}
    nothing = {"messages": 0, "failed": 0, "resources": 0}
    assert client.get("/_ses/accounts").json == {"accounts": [default | nothing]}
    client.put("/_ses/account?account=333333333333", json={"profile": "sandbox"})  # no resource
    box.add()
    box.add(region="eu-west-1")
    box.add(region="eu-west-1", status="failed")
    for name in ("a.example.com", "b.example.com"):
        client.post(
            "/_ses/operations/sesv2/CreateEmailIdentity?account=111111111111",
            json={"EmailIdentity": name},
        )
    other = {"account": "111111111111", "region": "us-east-1"}
    assert client.get("/_ses/accounts").json == {
        "accounts": [
            default | {"region": "eu-west-1", "messages": 1, "failed": 1, "resources": 0},
            default | nothing | {"messages": 1},
            other | nothing | {"resources": 2},
        ]
    }
