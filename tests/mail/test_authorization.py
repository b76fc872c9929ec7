"""Sending from identities that ARNs name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ses_emulator.config import Settings
from ses_emulator.errors import AwsError
from ses_emulator.mail.addresses import parse
from ses_emulator.mail.authorization import (
    Arns,
    Authorization,
    Outgoing,
    actions,
    authorize,
    named_arns,
)
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.mail.message import Simple, Submission, Templated, Text
from ses_emulator.mail.profile import switch
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.changes import Changes
from ses_emulator.store.database import MEMORY, Database
from ses_emulator.store.messages import Messages

OWNER, DELEGATE = "888888888888", "123456789012"
NOON = 1_800_000_000.5
SIMPLE = Simple("a@example.com", [], [], [], Text("", "UTF-8"), None, None)
TEMPLATED = Templated(
    "a@example.com", [], [], [], Text("", "UTF-8"), None, None, template="t", data={}
)
DENIED = (
    "User `arn:aws:iam::123456789012:root' is not authorized to perform `ses:SendEmail' on "
    "resource `{}'"
)
UNVERIFIED = (
    "Email address is not verified. The following identities failed the check in region "
    "US-EAST-1: {}"
)
Opened = Callable[[str], "Box"]


def arn(name: str, owner: str = OWNER, region: str = "us-east-1") -> str:
    return f"arn:aws:ses:{region}:{owner}:identity/{name}"


def statement(name: str = "example.com", effect: str = "Allow", **members: Any) -> dict[str, Any]:
    return {
        "Effect": effect,
        "Resource": arn(name),
        "Principal": {"AWS": DELEGATE},
        "Action": "ses:Send*",
        **members,
    }


class Box:
    """An instance, the owner of identities in it, and a delegate who sends."""

    def __init__(self, profile: str) -> None:
        database, changes = Database(MEMORY), Changes()
        self.instance = Instance(
            Settings(account=profile),
            database,
            changes,
            Messages(database, changes, keep=0),
            clock=lambda: NOON,
        )
        self.owner = Account(self.instance, OWNER, "us-east-1")
        self.delegate = Account(self.instance, DELEGATE, "us-east-1")

    def identity(
        self, name: str, *statements: dict[str, Any], verified: bool = True, **options: Any
    ) -> None:
        account = options.get("account", self.owner)
        policies = {"policy": json.dumps({"Statement": list(statements)})} if statements else {}
        document = {"VerifiedForSendingStatus": verified, "Policies": policies}
        account.identities.put(name, document)

    def send(
        self,
        authors: str | list[str] = "a@example.com",
        return_paths: str | list[str] = (),  # type: ignore[assignment]
        recipients: str = "to@example.org",
        *,
        source: str | None = None,
        author: str | None = None,
        return_path: str | None = None,
        **options: Any,
    ) -> Authorization:
        """What becomes of a message under these ARNs."""
        submission = Submission(
            **{
                "api": "v1",
                "operation": "SendEmail",
                "content": SIMPLE,
                "mail_from": None,
                "recipients": [],
                "limit": 0,
                "source_ip": "203.0.113.7",
                **options,
            }
        )
        named = [
            [texts] if isinstance(texts, str) else list(texts)
            for texts in (authors, return_paths, recipients)
        ]
        outgoing = Outgoing(
            self.delegate, submission, *([parse(text) for text in texts] for texts in named)
        )
        arns = named_arns(None, source, author, return_path)
        assert arns is not None
        return authorize(outgoing, arns)

    def refused(self, *arguments: Any, **options: Any) -> tuple[str, str]:
        with pytest.raises(AwsError) as caught:
            self.send(*arguments, **options)
        return caught.value.code, caught.value.message


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Opens boxes whose accounts have a profile."""
    boxes: list[Box] = []

    def open(profile: str) -> Box:
        boxes.append(Box(profile))
        return boxes[-1]

    yield open
    for box in boxes:
        box.instance.database.close()


@pytest.fixture
def box(opened: Opened) -> Box:
    return opened("production")


# Which ARNs a message names.


def test_no_arn() -> None:
    assert named_arns(None, None, None, None) is None
    assert (
        named_arns(HeaderBlock(b"From: a@example.com\r\nX-SES-Tenant: t\r\n\r\n"), *[None] * 3)
        is None
    )


def test_arns_of_headers() -> None:
    """The request's come first, and of two headers the first."""
    raw = (
        f"X-SES-SOURCE-ARN: {arn('a.example')}\r\nX-SES-From-ARN:\r\n {arn('b.example')}\r\n"
        f"x-ses-return-path-arn: {arn('c.example')}\r\nX-SES-Source-ARN: {arn('d.example')}\r\n"
        "From: a@a.example\r\n\r\n"
    )
    block = HeaderBlock(raw.encode())
    assert names(named_arns(block, None, None, None)) == ["a.example", "b.example", "c.example"]
    given = named_arns(block, arn("e.example"), None, arn("f.example"))
    assert names(given) == ["e.example", "b.example", "f.example"]


def names(arns: Arns | None) -> list[str | None]:
    assert arns is not None
    return [each.name if each else None for each in (arns.source, arns.author, arns.return_path)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com",
        "arn:aws:ses:us-east-1:888888888888:example.com",
        "arn:aws:ses:us-east-1:888888888888:identity/",
        "arn:aws:ses:us-east-1:8888:identity/example.com",
        "arn:aws:ses::888888888888:identity/example.com",
        "arn:aws:sns:us-east-1:888888888888:identity/example.com",
        "arn:aws:ses:us-east-1:888888888888:configuration-set/example.com",
        "arn:aws:ses:us-east-1:888888888888:identity/example.com example.org",
    ],
)
def test_malformed_arn(text: str) -> None:
    for place in range(3):
        given: list[str | None] = [None] * 3
        given[place] = text
        with pytest.raises(AwsError) as caught:
            named_arns(None, *given)
        assert (caught.value.code, caught.value.message) == (
            "InvalidParameterValue",
            f"Invalid ARN <{text}>.",
        )


# Which identity an ARN names.


def test_identity_of_another_account(box: Box) -> None:
    box.identity("example.com", statement())
    for name in ("example.com", "Example.COM"):
        done = box.send(source=arn(name))
        assert done == Authorization({"a@example.com"}, [], False, arn(name))
    assert box.send("a@mail.Example.com", source=arn("example.com")).covered == {
        "a@mail.example.com"
    }
    assert box.send(source=arn("example.com", region="*")).covered
    assert box.send(source=arn("example.com").replace("arn:aws:", "arn:aws-us-gov:")).covered


@pytest.mark.parametrize("profile", ["production", "sandbox"])
def test_identity_that_is_not_verified(opened: Opened, profile: str) -> None:
    box = opened(profile)
    named = arn("example.com")
    rejected = ("MessageRejected", UNVERIFIED.format(named))
    assert box.refused(source=named) == rejected
    box.identity("example.com", statement(), verified=False)
    assert box.refused(source=named) == rejected
    box.identity("example.com", statement())
    assert box.send(source=named).covered
    # Of a domain that is verified an address is no identity by itself.
    address = arn("a@example.com")
    assert box.refused(source=address) == ("MessageRejected", UNVERIFIED.format(address))


def test_identity_of_another_region(box: Box) -> None:
    """It has to be sent from the region that the identity is verified in."""
    named = arn("example.com", region="eu-west-1")
    europe = Account(box.instance, OWNER, "eu-west-1")
    box.identity("example.com", statement(Resource=named), account=europe)
    assert box.refused(source=named) == ("MessageRejected", UNVERIFIED.format(named))


def test_all_that_are_not_verified_are_named(box: Box) -> None:
    source, author = arn("example.com"), arn("example.org", owner=DELEGATE)
    code, words = box.refused(
        "a@example.org", "b@example.com", source=source, author=author, return_path=source
    )
    assert (code, words) == ("MessageRejected", UNVERIFIED.format(f"{author}, {source}"))


def test_own_identity(box: Box) -> None:
    """Is only to be verified: no policy is asked."""
    named = arn("example.com", owner=DELEGATE)
    assert box.refused(source=named) == ("MessageRejected", UNVERIFIED.format(named))
    box.identity("example.com", statement(effect="Deny", Resource=named), account=box.delegate)
    assert box.send(source=named).covered == {"a@example.com"}


# Which address is sent under which ARN.


def test_address_that_is_not_the_arns(box: Box) -> None:
    box.identity("example.com", statement())
    for name in ("example.org", "b@example.com", "mail.example.com", "ample.com", "com"):
        assert box.refused("Ann <a@example.com>", source=arn(name)) == (
            "InvalidParameterValue",
            f"The address 'Ann <a@example.com>' does not align with the given ARN '{arn(name)}'",
        )


def test_each_header_under_its_own_arn(box: Box) -> None:
    domains = ["a.example", "b.example", "c.example"]
    for domain in domains:
        box.identity(domain, statement(domain))
    a, b, c = map(arn, domains)
    done = box.send(
        "x@b.example", "x@c.example", source=a.replace("a.", "b."), author=b, return_path=c
    )
    assert done.covered == {"x@b.example", "x@c.example"}
    assert done.source_arn == b
    code, words = box.refused("x@a.example", source=a, author=b)
    assert code == "InvalidParameterValue"
    assert words.endswith(f"'x@a.example' does not align with the given ARN '{b}'")
    code, words = box.refused("x@a.example", "x@b.example", source=a, return_path=c)
    assert words.endswith(f"'x@b.example' does not align with the given ARN '{c}'")


def test_source_stands_for_the_others(box: Box) -> None:
    """As the API reference has it of SendRawEmail; an address elsewhere is the sender's own."""
    box.identity("example.com", statement())
    named = arn("example.com")
    assert box.send("a@example.com", "b@example.com", source=named).covered == {
        "a@example.com",
        "b@example.com",
    }
    assert box.send("a@example.com", "b@example.org", source=named).covered == {"a@example.com"}
    assert box.send("a@example.org", "b@example.com", source=named).covered == {"b@example.com"}
    assert box.send(["a@example.com", "s@example.org"], source=named).covered == {"a@example.com"}


def test_from_arn_is_enough(box: Box) -> None:
    """As was seen of raw messages whose Source is the address of their From header."""
    box.identity("example.com", statement())
    done = box.send("Ann <a@example.com>", "a@example.com", author=arn("example.com"))
    assert done.covered == {"a@example.com"}


def test_message_without_a_from_header(box: Box) -> None:
    """Over SMTP there may be none; the envelope's sender is what is checked then."""
    condition = {"StringEquals": {"ses:FromAddress": "a@example.com"}}
    box.identity("example.com", statement(Condition=condition))
    done = box.send([], "a@example.com", source=arn("example.com"))
    assert done.covered == {"a@example.com"}
    assert box.refused([], "b@example.com", source=arn("example.com"))[0] == "AccessDenied"


def test_return_path_arn_without_a_return_path(box: Box) -> None:
    assert box.send(return_path=arn("example.com")) == Authorization()


# What the policies say.


@pytest.mark.parametrize("profile", ["production", "sandbox"])
def test_not_allowed(opened: Opened, profile: str) -> None:
    box = opened(profile)
    named = arn("example.com")
    refused = ("AccessDenied", DENIED.format(named))
    for statements in (
        [],
        [statement(Principal={"AWS": "111111111111"})],
        [statement(Action="ses:SendRawEmail")],
        [statement(), statement(effect="Deny")],
        [statement(Condition={"StringEquals": {"ses:FromAddress": "b@example.com"}})],
    ):
        box.identity("example.com", *statements)
        assert box.refused(source=named) == refused


def test_policies_are_joined(box: Box) -> None:
    policies = {name: json.dumps({"Statement": statement(Action=f"ses:{name}*")}) for name in "GS"}
    identity = {"VerifiedForSendingStatus": True, "Policies": policies}
    box.owner.identities.put("example.com", identity)
    assert box.send(source=arn("example.com")).covered


def test_policies_of_an_address_come_before_those_of_its_domain(box: Box) -> None:
    domain = arn("example.com")
    box.identity("example.com", statement())
    box.identity("a@example.com", statement("a@example.com", effect="Deny"))
    assert box.refused(source=domain) == ("AccessDenied", DENIED.format(domain))
    assert box.send("b@example.com", source=domain).covered
    box.identity("example.com", statement(effect="Deny"))
    box.identity("a@example.com", statement("a@example.com"))
    assert box.send(source=arn("a@example.com")).covered
    assert box.send(source=domain).covered
    assert box.refused("b@example.com", source=domain)[0] == "AccessDenied"
    box.identity("example.com", statement())
    box.identity("a@example.com", statement("a@example.com", Action="ses:SendRawEmail"))
    assert box.send(source=domain).covered


CONDITIONS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"StringEquals": {"ses:FromAddress": "A@Example.com"}}, {"authors": "Ann <A@Example.com>"}),
    ({"StringEquals": {"ses:FromDisplayName": "Ann"}}, {"authors": "Ann <a@example.com>"}),
    (
        {"StringEquals": {"ses:FromDisplayName": "Änn"}},
        {"authors": "=?utf-8?q?=C3=84nn?= <a@example.com>"},
    ),
    ({"Null": {"ses:FromDisplayName": "true"}}, {}),
    ({"StringEquals": {"ses:FeedbackAddress": "a@example.com"}}, {}),
    (
        {"StringEquals": {"ses:FeedbackAddress": "c@example.com"}},
        {"return_paths": ["b@example.com", "c@example.com"]},
    ),
    (
        {"ForAllValues:StringLike": {"ses:Recipients": "*@example.org"}},
        {"recipients": ["a@example.org", "B <b@example.org>"]},
    ),
    ({"StringEquals": {"ses:ApiVersion": "1"}}, {"api": "v1"}),
    ({"StringEquals": {"ses:ApiVersion": "2"}}, {"api": "v2"}),
    ({"StringEquals": {"ses:ApiVersion": "2"}}, {"api": "smtp"}),
    ({"DateEquals": {"aws:CurrentTime": "2027-01-15T08:00:00.5Z"}}, {}),
    ({"NumericEquals": {"aws:EpochTime": 1_800_000_000}}, {}),
    ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, {}),
    ({"Null": {"aws:SourceIp": "true"}}, {"source_ip": None}),
    ({"Bool": {"aws:SecureTransport": "true"}}, {}),
]


@pytest.mark.parametrize(("condition", "sent"), CONDITIONS)
def test_condition_keys(box: Box, condition: dict[str, Any], sent: dict[str, Any]) -> None:
    """Each holds, and nothing is denied by it only because it does not."""
    named = arn("example.com")
    box.identity("example.com", statement(Condition=condition))
    assert box.send(**sent, source=named).covered
    box.identity("example.com", statement(), statement(effect="Deny", Condition=condition))
    assert box.refused(**sent, source=named)[0] == "AccessDenied"


def test_each_author_has_to_be_allowed(box: Box) -> None:
    box.identity(
        "example.com", statement(Condition={"StringEquals": {"ses:FromAddress": "a@example.com"}})
    )
    assert box.send(["a@example.com"], "b@example.com", source=arn("example.com")).covered
    code, _ = box.refused(["a@example.com", "b@example.com"], source=arn("example.com"))
    assert code == "AccessDenied"


@pytest.mark.parametrize(
    ("api", "operation", "content", "expected"),
    [
        ("v1", "SendEmail", SIMPLE, ["ses:SendEmail"]),
        ("v1", "SendRawEmail", b"", ["ses:SendRawEmail"]),
        ("v1", "SendTemplatedEmail", TEMPLATED, ["ses:SendTemplatedEmail"]),
        ("v1", "SendBulkTemplatedEmail", TEMPLATED, ["ses:SendBulkTemplatedEmail"]),
        ("v2", "SendEmail", SIMPLE, ["ses:SendEmail"]),
        ("v2", "SendEmail", b"", ["ses:SendRawEmail"]),
        ("v2", "SendEmail", TEMPLATED, ["ses:SendTemplatedEmail"]),
        (
            "v2",
            "SendBulkEmail",
            TEMPLATED,
            ["ses:SendBulkTemplatedEmail", "ses:SendBulkEmail"],
        ),
        ("smtp", "SMTP", b"", ["ses:SendRawEmail"]),
    ],
)
def test_actions(api: str, operation: str, content: Any, expected: list[str]) -> None:
    submission = Submission(
        api=api, operation=operation, content=content, mail_from=None, recipients=[], limit=0
    )
    assert list(actions(submission)) == expected


def test_action_is_named(box: Box) -> None:
    named = arn("example.com")
    box.identity("example.com", statement(Action="ses:SendEmail"))
    code, words = box.refused(source=named, content=b"", operation="SendRawEmail")
    assert words == DENIED.format(named).replace("SendEmail", "SendRawEmail")


# How strict.


def test_open_account_is_told(opened: Opened) -> None:
    box = opened("open")
    named = arn("example.com")
    done = box.send("a@example.com", "b@example.com", source=named)
    assert done.covered == {"a@example.com", "b@example.com"}
    [finding] = done.findings
    assert finding["code"] == "UnverifiedSender"
    assert finding["message"] == f"SES would reject this: {UNVERIFIED.format(named)}"
    assert "12 digits" in finding["help"]
    box.identity("example.com")
    [finding] = box.send("a@example.com", "b@example.com", source=named).findings
    assert finding["code"] == "UnauthorizedSender"
    assert finding["message"] == f"SES would reject this: {DENIED.format(named)}"
    box.identity("example.com", statement())
    assert box.send(source=named).findings == []
    assert box.refused("a@example.org", source=named)[0] == "InvalidParameterValue"


def test_owner_in_the_sandbox(box: Box) -> None:
    """Then even a delegate out of it may send to verified addresses only."""
    box.identity("example.com", statement())
    assert box.send(source=arn("example.com")).recipients_verified is False
    switch(box.instance, OWNER, None, {"profile": "sandbox"})
    assert box.send(source=arn("example.com")).recipients_verified is True
