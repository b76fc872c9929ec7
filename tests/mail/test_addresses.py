"""Addresses, and SES's words for those that it refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_emulator.errors import AwsError
from ses_emulator.mail import addresses
from tests.mail.corpus import many


@pytest.mark.parametrize(
    ("text", "local", "domain"),
    [
        ("ada@example.com", "ada", "example.com"),
        ("Ada.Love+tag@Example.COM", "Ada.Love+tag", "Example.COM"),
        ("  ada@example.com ", "ada", "example.com"),
        ("<ada@example.com>", "ada", "example.com"),
        ("Ada Lovelace <ada@example.com>", "ada", "example.com"),
        ('"Lovelace, Ada" <ada@example.com>', "ada", "example.com"),
        ("=?utf-8?q?J=C3=BCrgen?= <j@example.com>", "j", "example.com"),
        ("Jürgen <j@example.com>", "j", "example.com"),
        ("ada@example.com (Ada)", "ada", "example.com"),
        ("ada@münchen.example", "ada", "münchen.example"),
        ("Ada <ada@münchen.example>", "ada", "münchen.example"),
        ('"a b"@example.com', '"a b"', "example.com"),
        ("ada@localhost", "ada", "localhost"),
        ("a" * 308 + "@example.com", "a" * 308, "example.com"),
        ("!#$%&'*+/=?^_`{|}~-@example.com", "!#$%&'*+/=?^_`{|}~-", "example.com"),
    ],
)
def test_parse(text: str, local: str, domain: str) -> None:
    address = addresses.parse(text)
    assert (address.text, address.local, address.domain) == (text, local, domain)
    assert address.spec == f"{local}@{domain.lower()}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Empty address"),
        ("   ", "Empty address"),
        ("Ada <>", "Empty address"),
        ("ada", "Missing final '@domain'"),
        ("ada@", "Missing final '@domain'"),
        ("Ada <ada>", "Missing final '@domain'"),
        ("Lovelace, Ada <ada@example.com>", "Missing final '@domain'"),
        ("@example.com", "Missing local name"),
        ("ada@exam ple.com", "Domain contains control or whitespace"),
        ("ada@exam\tple.com", "Domain contains control or whitespace"),
        ("ada@.example.com", "Domain starts with dot"),
        ("ada@example.com.", "Domain ends with dot"),
        ("ada@example..com", "Domain contains dot-dot"),
        ("ada@exam!ple.com", "Domain contains illegal character"),
        ("ada@[192.0.2.1]", "Domain contains illegal character"),
        ("ada lovelace@example.com", "Local address contains control or whitespace"),
        ("ada\x07@example.com", "Local address contains control or whitespace"),
        (".ada@example.com", "Local address starts with dot"),
        ("ada.@example.com", "Local address ends with dot"),
        ("ada..love@example.com", "Local address contains dot-dot"),
        ("a,da@example.com", "Local address contains illegal character"),
        ("a;b@example.com", "Local address contains illegal character"),
        ("a@b@example.com", "Local address contains illegal character"),
        ("jürgen@example.com", "Local address contains illegal character"),
        ('""@example.com', "Local address contains illegal character"),
        ("a@example.com, b@example.com", "Local address contains control or whitespace"),
        ("A <a@example.com>, B <b@example.com>", "Illegal address"),
        ("ada@example.com\r\nBcc: all@example.com", "Local address contains control or whitespace"),
        ("Ada\n <ada@example.com>", "Local address contains control or whitespace"),
        ("ada@example.com\0", "Local address contains control or whitespace"),
        ("a" * 309 + "@example.com", "Address length is more than 320 characters long"),
        ("A <" + "a" * 309 + "@example.com>", "Address length is more than 320 characters long"),
    ],
)
def test_refusals(text: str, words: str) -> None:
    with pytest.raises(AwsError) as refused:
        addresses.parse(text)
    assert (refused.value.code, refused.value.message) == ("InvalidParameterValue", words)


@pytest.mark.parametrize(
    ("text", "simulated"),
    [
        ("success@simulator.amazonses.com", True),
        ("Bounce <bounce+label@SIMULATOR.amazonses.com>", True),
        ("success@simulator.amazonses.com.example.com", False),
        ("simulator.amazonses.com@example.com", False),
    ],
)
def test_simulated(text: str, simulated: bool) -> None:
    assert addresses.parse(text).simulated is simulated


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([""], []),
        (["a@example.com"], ["a@example.com"]),
        (["a@example.com, B <b@example.com>"], ["a@example.com", "B <b@example.com>"]),
        (["a@example.com", "b@example.com,"], ["a@example.com", "b@example.com"]),
        (["Team: a@example.com, b@example.com;"], ["a@example.com", "b@example.com"]),
        (["undisclosed-recipients:;"], []),
        (["=?utf-8?q?J=2C?= <j@example.com>"], ["=?utf-8?q?J=2C?= <j@example.com>"]),
        (['"Lovelace, Ada" <ada@example.com>'], ['"Lovelace, Ada" <ada@example.com>']),
        (["(" * 3000 + "a@example.com"], ["a@example.com"]),
        (["a:" * 3000 + "b@example.com"], ["b@example.com"]),
    ],
)
def test_split(values: list[str], expected: list[str]) -> None:
    assert addresses.split(values) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ada@example.com", "ada@example.com"),
        (" Ada <ada@example.com>", "ada@example.com"),
        (" (no address) ", "(no address)"),
        ("A <a@example.com>, b@example.com", "A <a@example.com>, b@example.com"),
        ("", ""),
    ],
)
def test_spec_of(text: str, expected: str) -> None:
    assert addresses.spec_of(text) == expected


def test_name_and_spec() -> None:
    assert addresses.name_and_spec('"B, A" <a@example.com>') == ("B, A", "a@example.com")
    assert addresses.name_and_spec("a@example.com, b@example.com") == ("", "")


@many
@given(st.text(st.characters(exclude_categories=["Cs"])) | st.text('a@.<>()",;:\\ [] \n\0é'))
def test_any_text(text: str) -> None:
    for spec in addresses.split([text]):
        assert spec
    try:
        address = addresses.parse(text)
    except AwsError as refused:
        assert refused.code == "InvalidParameterValue"
    else:
        assert address.local
        assert address.domain
        assert not {"\r", "\n", "\0"} & set(address.spec)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "a:" * 100_000,
        "<" * 50_000,
        "a<" * 50_000,
        '"' * 99_999,
        "(" * 6000 + "a" * 10**6,
    ],
)
def test_broken_addresses_take_linear_time(text: str) -> None:
    addresses.split([text])
    addresses.spec_of(text)
    with pytest.raises(AwsError):
        addresses.parse(text)
