"""Bytes that are no JSON, no form or no path, or only just, and how they are refused."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, unquote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ses_emulator.errors import AwsError
from ses_emulator.wire import models, query, restjson, scalars

V1 = models.load("ses")
V2 = models.load("sesv2")
ROUTER = restjson.Router(V2)
many = settings(max_examples=300, deadline=None, derandomize=True, database=None)


@many
@given(st.binary(max_size=60) | st.text(alphabet='{}[]":,\\ud8e1\n ', max_size=30).map(str.encode))
def test_any_bytes_are_json_or_refused(body: bytes) -> None:
    try:
        document = restjson.parse_json(body)
    except scalars.Malformed:
        return
    assert document == (json.loads(body) if body else {})


@many
@given(st.binary(max_size=60) | st.text(alphabet="a.1=&%+2Fe\u00e9;", max_size=30).map(str.encode))
def test_any_bytes_are_a_form_or_refused(body: bytes) -> None:
    try:
        fields = query.parse_fields(body)
    except AwsError as error:
        assert error.code == "MalformedInput"
        return
    assert query.parse_fields(urlencode(fields).encode()) == fields


@many
@given(st.text(alphabet="/v2email%2Fdntis{}.?#\u00e9\x00", max_size=40))
def test_any_path_is_routed_where_it_belongs_or_not_at_all(end: str) -> None:
    path = f"/v2/email/identities{end}"
    found = ROUTER.find("GET", path)
    if found is not None and found[0].name != "ListEmailIdentities":  # which is at two places
        template = found[0].path.split("/")
        parts = path.removesuffix("/").split("/")
        assert len(template) == len(parts)
        for expected, part in zip(template, parts, strict=True):
            assert part == expected or found[1][expected.strip("{}")] == unquote(part)


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"null",
        b"[]",
        b'"text"',
        b"5",
        b"true",
        b"{",
        b"{}}",
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 01}',
        b'{"a": "\n"}',
        b'{"a": "\xff"}',
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"a": "\\ude00\\ud83d"}',
        b'{"a": "\\uD83D x"}',
        b'{"a": ' + b"9" * 5_000 + b"}",
        b'{"a": ' * 100_000 + b"1" + b"}" * 100_000,
        b"[" * 1_000_000,
        '{"a": 1}'.encode("utf-16"),
        b'\xef\xbb\xbf{"a": 1}',
        b"\x00",
    ],
    ids=range(26),
)
def test_json_that_is_none_is_refused(body: bytes) -> None:
    shape = V2.operations["GetAccount"].input
    with pytest.raises(AwsError) as caught:
        restjson.parse_request(shape, {}, "", body)
    assert caught.value.code == "SerializationException"


def test_json_that_is_odd_is_read() -> None:
    assert restjson.parse_json(b"") == {}
    assert restjson.parse_json(b' {"a": "\\u0000\\uD83D\\uDE00 \\\\ud800"} ') == {
        "a": "\x00\U0001f600 \\ud800"
    }
    assert restjson.parse_json(b'{"a": 1, "a": 2}') == {"a": 2}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"SendingOptions": "nope"}, "Expected null"),
        ({"SendingOptions": []}, "Start of list found where not expected"),
        (
            {"SendingOptions": {"SendingEnabled": 1}},
            "NUMBER_VALUE can not be converted to a Boolean",
        ),
        ({"ConfigurationSetName": 5}, "NUMBER_VALUE can not be converted to a String"),
        ({"ConfigurationSetName": 5.5}, "DECIMAL_VALUE can not be converted to a String"),
        ({"ConfigurationSetName": False}, "FALSE_VALUE can not be converted to a String"),
        (
            {"ConfigurationSetName": {}},
            "Start of structure or map found where not expected.",
        ),
        ({"SuppressionOptions": {"SuppressedReasons": "BOUNCE"}}, "Expected list or null"),
        (
            {"DeliveryOptions": {"MaxDeliverySeconds": "5"}},
            "STRING_VALUE can not be converted to a Long",
        ),
    ],
)
def test_a_wrong_type_is_told_in_the_words_of_aws(value: dict[str, Any], message: str) -> None:
    shape = V2.operations["CreateConfigurationSet"].input
    with pytest.raises(AwsError) as caught:
        restjson.parse_request(shape, {}, "", json.dumps(value).encode())
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("operation", "fields", "message"),
    [
        ("SendRawEmail", {"RawMessage.Data": "?"}, "Invalid Base64 encoding"),
        (
            "SendBounce",
            {"MessageDsn.ArrivalDate": "yesterday"},
            "timestamp must follow ISO8601",
        ),
        (
            "SendEmail",
            {"Destination.ToAddresses": "a@b"},
            "Unexpected list element termination",
        ),
        ("SendEmail", {"Destination": "a@b"}, "Unexpected complex element termination"),
        ("SendEmail", {"Source.member.1": "a@b"}, "Start of list found where not expected"),
        (
            "SendEmail",
            {"Source.Address": "a@b"},
            "Start of structure or map found where not expected.",
        ),
        (
            "SendEmail",
            {"Destination.ToAddresses.member.x": "a@b"},
            "ToAddresses has a member without a number",
        ),
        ("SetIdentityDkimEnabled", {"DkimEnabled": "maybe"}, "'maybe' is not a valid boolean"),
        ("ListIdentities", {"MaxItems": "1.5"}, "'1.5' is not a valid integer"),
    ],
)
def test_a_malformed_field_is_told(operation: str, fields: dict[str, str], message: str) -> None:
    with pytest.raises(AwsError) as caught:
        query.parse_request(V1.operations[operation].input, fields)
    assert (caught.value.code, caught.value.message) == ("MalformedInput", message)


@pytest.mark.parametrize(
    "body", [b"a=\xff", b"a=%ff", b"a=%ed%a0%80", b"%80=1", b"&".join([b"a=1"] * 100_001)], ids=len
)
def test_a_form_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(AwsError) as caught:
        query.parse_fields(body)
    assert caught.value.code == "MalformedInput"


def test_a_form_that_is_odd_is_read() -> None:
    assert query.parse_fields(b"") == {}
    assert query.parse_fields(b"&&a&b=&=c&d=1&d=2") == {"a": "", "b": "", "": "c", "d": "2"}
    assert query.parse_fields(b"a=%zz%2&b=%00&c=%F0%9F%98%80+x") == {
        "a": "%zz%2",
        "b": "\x00",
        "c": "\U0001f600 x",
    }
    assert query.parse_fields("a=\u00e9".encode()) == {"a": "\u00e9"}


def test_names_of_any_depth_are_passed_over() -> None:
    shape = V1.operations["SendEmail"].input
    deep = {"Source" + ".a" * depth: "x" for depth in range(33, 10_000, 99)}
    with pytest.raises(AwsError, match="Value null at 'source'"):
        query.parse_request(shape, deep)


def test_ten_thousand_recipients_are_read() -> None:
    shape = V1.operations["SendRawEmail"].input
    fields = {f"Destinations.member.{n}": f"{n}@example.com" for n in range(10_000)}
    read = query.parse_request(shape, fields | {"RawMessage.Data": "YQ=="})
    assert read["Destinations"] == [f"{n}@example.com" for n in range(10_000)]


@pytest.mark.parametrize("encoded", ["YWJj", "YW\r\nJj", " YWJj\n", "YW Jj"])
def test_white_space_in_base64_is_passed_over(encoded: str) -> None:
    shape = V1.operations["SendRawEmail"].input
    assert query.parse_request(shape, {"RawMessage.Data": encoded}) == {
        "RawMessage": {"Data": b"abc"}
    }


@pytest.mark.parametrize(
    "text", ["2026-11-24T05:00:00Z", "2026-11-24T05:00:00.000+00:00", "2026-11-24T06:00:00+01:00"]
)
def test_a_moment_is_read_in_every_zone(text: str) -> None:
    shape = V2.operations["ListSuppressedDestinations"].input
    read = restjson.parse_request(shape, {}, f"StartDate={quote(text)}", b"")
    assert read == {"StartDate": 1795496400.0}


def test_the_path_and_the_query_string_win_over_the_body() -> None:
    shape = V2.operations["GetEmailIdentity"].input
    body = b'{"EmailIdentity": "body", "Other": 1}'
    read = restjson.parse_request(shape, {"EmailIdentity": "path"}, "EmailIdentity=query", body)
    assert read == {"EmailIdentity": "path"}
    shape = V2.operations["ListSuppressedDestinations"].input
    read = restjson.parse_request(shape, {}, "PageSize=2", b'{"PageSize": 1, "NextToken": "t"}')
    assert read == {"PageSize": 2, "NextToken": "t"}


def test_a_query_string_holds_no_structures() -> None:
    shape = V2.operations["SendEmail"].input
    with pytest.raises(AwsError, match="Value null at 'content'"):
        restjson.parse_request(shape, {}, "Content=x&EmailTags=y", b"{}")
