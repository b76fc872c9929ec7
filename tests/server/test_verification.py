"""The link of a verification mail, as it is served."""

from __future__ import annotations

from typing import Any

import pytest

from ses_emulator.mail.verification import link, status_of, templates
from ses_emulator.store.account import DAY, Account
from tests.server.conftest import Box, Client

ADDRESS = "ada@example.com"
SUCCESS, FAILURE = "https://example.com/yes?a=1&b=2", "https://example.com/no"


def account_of(box: Box) -> Account:
    return Account(box.instance, "123456789012", "eu-west-1", endpoint="http://localhost")


def pending(box: Box, template: str = "", address: str = ADDRESS) -> str:
    """Have an address wait for its confirmation; the path of its link."""
    account = account_of(box)
    document = {"VerificationStatus": "PENDING", "VerifiedForSendingStatus": False}
    account.identities.put(address, document)
    return link(account, address, template).removeprefix("http://localhost")


def state(box: Box, address: str = ADDRESS) -> str:
    account = account_of(box)
    return status_of(account, account.identities.get(address))


def test_opening_it_verifies(box: Box, client: Client) -> None:
    path = pending(box)
    assert state(box) == "PENDING"
    for _ in range(2):  # twice is harmless
        answer = client.get(path)
        assert answer.status_code == 200
        assert "The address is verified" in answer.text and ADDRESS in answer.text
        identity = account_of(box).identities.get(ADDRESS)
        assert identity["VerificationStatus"] == "SUCCESS"
        assert identity["VerifiedForSendingStatus"] is True
    assert client.post(path).status_code == 405


@pytest.mark.parametrize(
    ("method", "headers"), [("HEAD", {}), ("GET", {"Sec-Purpose": "prefetch;prerender"})]
)
def test_looking_does_not(box: Box, client: Client, method: str, headers: dict[str, str]) -> None:
    answer = client.open(pending(box), method=method, headers=headers)
    assert answer.status_code == 503
    assert state(box) == "PENDING"


def test_a_day_later_it_has_expired(
    box: Box, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = box.instance.clock()
    path = pending(box)
    monkeypatch.setattr(Account, "now", lambda self: now + DAY - 1)
    assert state(box) == "PENDING"
    monkeypatch.setattr(Account, "now", lambda self: now + DAY + 1)
    assert state(box) == "FAILED"
    answer = client.get(path)
    assert (answer.status_code, "expired" in answer.text) == (410, True)
    assert state(box) == "FAILED"
    again = link(account_of(box), ADDRESS).removeprefix("http://localhost")
    assert state(box) == "PENDING"
    assert client.get(path).status_code == 410
    assert client.get(again).status_code == 200
    assert client.get(path).status_code == 200  # verified is verified


def test_an_identity_that_is_gone_or_another(box: Box, client: Client) -> None:
    path = pending(box)
    account_of(box).identities.delete(ADDRESS)
    assert client.get(path).status_code == 404
    pending(box)
    assert client.get(path).status_code == 404
    assert state(box) == "PENDING"


@pytest.mark.parametrize("token", ["x", "W10.W10", "%00", "a" * 2000])
def test_a_link_that_is_none(box: Box, client: Client, token: str) -> None:
    answer = client.get(f"/_ses/verify/{token}")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "leads nowhere" in answer.text


def test_templates_say_where_to_go(box: Box, client: Client) -> None:
    urls = {"SuccessRedirectionURL": SUCCESS, "FailureRedirectionURL": FAILURE}
    templates(account_of(box)).create("welcome", urls)
    path = pending(box, "welcome")
    for _ in range(2):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, SUCCESS)
    assert state(box) == "SUCCESS"
    pending(box, "welcome", "eve@example.com")
    account_of(box).identities.delete(ADDRESS)
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, FAILURE)
    templates(account_of(box)).delete("welcome")
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("url", ["javascript:1", "//evil", "https://a\r\nX: 1", "https://a b", ""])
def test_where_nobody_is_sent(box: Box, client: Client, url: str) -> None:
    templates(account_of(box)).create("welcome", {"SuccessRedirectionURL": url})
    answer = client.get(pending(box, "welcome"))
    assert (answer.status_code, "Location" in answer.headers) == (200, False)


def test_the_page(box: Box, client: Client) -> None:
    address = '"<b>\u202e"@example.com'
    answer = client.get(pending(box, address=address))
    assert "<bdi>&quot;&lt;b&gt;\u202e&quot;@example.com</bdi>" in answer.text
    headers: Any = answer.headers
    policy = headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "form-action 'none'", "frame-ancestors 'none'"} <= set(policy)
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Cache-Control"] == "no-store"
    assert "<script" not in answer.text and "style=" not in answer.text
    assert client.get("/web/landing.css").status_code == 200
