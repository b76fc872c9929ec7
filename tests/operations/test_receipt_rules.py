"""Receipt rule sets, their rules, and the order of these."""

from __future__ import annotations

from typing import Any

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import Clock, client, refused, running

SET: dict[str, Any] = {"RuleSetName": "set"}
STOP = {"StopAction": {"Scope": "RuleSet"}}
HEADER = {"AddHeaderAction": {"HeaderName": "X-Seen", "HeaderValue": "yes"}}
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
BOUNCE = {"SmtpReplyCode": "550", "Message": "No mailbox", "Sender": "postmaster@example.com"}
NO_TOPIC = "Invalid SNS topic: x"
NO_SET = ("RuleSetDoesNotExist", 400, "Rule set does not exist: x")
NO_RULE = ("RuleDoesNotExist", 400, "Rule does not exist: x")


def with_rules(emulator: Any, names: str = "") -> Any:
    """A client of an account with a set of these rules in this order."""
    ses = client(emulator, "ses")
    ses.create_receipt_rule_set(**SET)
    for name in reversed(names.split()):
        ses.create_receipt_rule(**SET, Rule={"Name": name})
    return ses


def order(ses: Any, name: str = "set") -> str:
    rules = ses.describe_receipt_rule_set(RuleSetName=name)["Rules"]
    return " ".join(rule["Name"] for rule in rules)


def test_rule_sets() -> None:
    clock = Clock()
    with running(clock) as emulator:
        ses = with_rules(emulator, "a b")
        clock.now += 60
        ses.clone_receipt_rule_set(RuleSetName="clone", OriginalRuleSetName="set")
        first, second = ses.list_receipt_rule_sets()["RuleSets"]
        assert (first["Name"], second["Name"]) == ("clone", "set")
        assert first["CreatedTimestamp"].timestamp() == clock.now
        assert second["CreatedTimestamp"].timestamp() == clock.now - 60
        described = ses.describe_receipt_rule_set(**SET)
        assert described["Metadata"] == second
        assert order(ses) == order(ses, "clone") == "a b"
        ses.delete_receipt_rule(RuleSetName="clone", RuleName="a")
        assert (order(ses), order(ses, "clone")) == ("a b", "b")
        ses.delete_receipt_rule_set(**SET)
        assert [each["Name"] for each in ses.list_receipt_rule_sets()["RuleSets"]] == ["clone"]
        ses.create_receipt_rule_set(**SET)
        assert order(ses) == ""


def test_active_rule_set(ses_emulator: SesEmulator) -> None:
    ses = with_rules(ses_emulator, "a")
    assert "Metadata" not in ses.describe_active_receipt_rule_set()
    ses.set_active_receipt_rule_set(**SET)
    active = ses.describe_active_receipt_rule_set()
    assert active["Metadata"]["Name"] == "set"
    assert [rule["Name"] for rule in active["Rules"]] == ["a"]
    assert refused(ses.delete_receipt_rule_set, **SET) == (
        "CannotDelete",
        400,
        "Cannot delete active rule set: set",
    )
    assert refused(ses.set_active_receipt_rule_set, RuleSetName="x") == NO_SET
    assert ses.describe_active_receipt_rule_set()["Metadata"]["Name"] == "set"
    other = client(ses_emulator, "ses", region="eu-west-1")
    assert "Metadata" not in other.describe_active_receipt_rule_set()
    ses.set_active_receipt_rule_set()
    assert "Metadata" not in ses.describe_active_receipt_rule_set()
    ses.delete_receipt_rule_set(**SET)


def test_clone_of_the_active_set_is_not_active(ses_emulator: SesEmulator) -> None:
    ses = with_rules(ses_emulator)
    ses.set_active_receipt_rule_set(**SET)
    ses.clone_receipt_rule_set(RuleSetName="clone", OriginalRuleSetName="set")
    ses.delete_receipt_rule_set(RuleSetName="clone")
    assert ses.describe_active_receipt_rule_set()["Metadata"]["Name"] == "set"


def test_new_rule_has_the_defaults(ses_emulator: SesEmulator) -> None:
    ses = with_rules(ses_emulator, "bare")
    assert ses.describe_receipt_rule(**SET, RuleName="bare")["Rule"] == {
        "Name": "bare",
        "Enabled": False,
        "TlsPolicy": "Optional",
        "Recipients": [],
        "Actions": [],
        "ScanEnabled": False,
    }


def test_rule_comes_back_as_it_was_given(ses_emulator: SesEmulator) -> None:
    ses = with_rules(ses_emulator)
    topic = "arn:aws:sns:us-east-1:123456789012:topic"
    actions: list[dict[str, dict[str, str]]] = [
        HEADER,
        {"S3Action": {"BucketName": "bucket", "ObjectKeyPrefix": "in/", "TopicArn": topic}},
        {"SNSAction": {"TopicArn": topic}},
        {"LambdaAction": {"FunctionArn": FUNCTION}},
        {"LambdaAction": {"FunctionArn": FUNCTION, "InvocationType": "RequestResponse"}},
        {"BounceAction": BOUNCE | {"StatusCode": "5.1.1"}},
        STOP,
    ]
    rule = {
        "Name": "full",
        "Enabled": True,
        "TlsPolicy": "Require",
        "Recipients": ["example.com", ".example.org", "a@example.net"],
        "Actions": actions,
        "ScanEnabled": True,
    }
    ses.create_receipt_rule(**SET, Rule=rule)
    got = ses.describe_receipt_rule(**SET, RuleName="full")["Rule"]
    actions[2]["SNSAction"]["Encoding"] = "UTF-8"
    actions[3]["LambdaAction"]["InvocationType"] = "Event"
    assert got == rule
    assert ses.describe_receipt_rule_set(**SET)["Rules"] == [got]


def test_update_replaces_a_rule_in_its_place(ses_emulator: SesEmulator) -> None:
    ses = with_rules(ses_emulator, "a b c")
    ses.update_receipt_rule(**SET, Rule={"Name": "b", "Enabled": True, "Recipients": ["a.com"]})
    ses.update_receipt_rule(**SET, Rule={"Name": "b", "ScanEnabled": True})
    assert order(ses) == "a b c"
    rule = ses.describe_receipt_rule(**SET, RuleName="b")["Rule"]
    assert (rule["Enabled"], rule["Recipients"], rule["ScanEnabled"]) == (False, [], True)


def test_positions(ses_emulator: SesEmulator) -> None:
    ses = with_rules(ses_emulator, "a b c")
    ses.create_receipt_rule(**SET, Rule={"Name": "front"})
    ses.create_receipt_rule(**SET, Rule={"Name": "d"}, After="a")
    assert order(ses) == "front a d b c"
    ses.set_receipt_rule_position(**SET, RuleName="c")
    assert order(ses) == "c front a d b"
    ses.set_receipt_rule_position(**SET, RuleName="c", After="d")
    assert order(ses) == "front a d c b"
    ses.set_receipt_rule_position(**SET, RuleName="front", After="b")
    assert order(ses) == "a d c b front"
    ses.set_receipt_rule_position(**SET, RuleName="d", After="d")
    assert order(ses) == "a d c b front"
    ses.reorder_receipt_rule_set(**SET, RuleNames=["b", "front", "a", "c", "d"])
    assert order(ses) == "b front a c d"
    assert refused(ses.set_receipt_rule_position, **SET, RuleName="b", After="x") == NO_RULE
    assert order(ses) == "b front a c d"


@pytest.mark.parametrize(
    ("names", "answer"),
    [
        (["a", "b"], ("InvalidParameterValue", 400, "Positions for rules not found: c")),
        ([], ("InvalidParameterValue", 400, "Positions for rules not found: a, b, c")),
        (
            ["a", "b", "c", "a"],
            ("InvalidParameterValue", 400, "Multiple positions found for rule: a"),
        ),
        (["a", "x", "b", "c"], NO_RULE),
    ],
)
def test_reordering_names_every_rule_once(
    ses_emulator: SesEmulator, names: list[str], answer: tuple[str, int, str]
) -> None:
    ses = with_rules(ses_emulator, "a b c")
    assert refused(ses.reorder_receipt_rule_set, **SET, RuleNames=names) == answer
    assert order(ses) == "a b c"


def test_what_is_not_there(ses_emulator: SesEmulator) -> None:
    ses = with_rules(ses_emulator)
    no_set: dict[str, Any] = {"RuleSetName": "x"}
    rule, name = {"Rule": {"Name": "x"}}, {"RuleName": "x"}
    clone = {"RuleSetName": "new", "OriginalRuleSetName": "x"}
    for call, arguments in (
        (ses.describe_receipt_rule_set, no_set),
        (ses.clone_receipt_rule_set, clone),
        (ses.reorder_receipt_rule_set, no_set | {"RuleNames": ["a"]}),
        (ses.create_receipt_rule, no_set | rule),
        (ses.update_receipt_rule, no_set | rule),
        (ses.describe_receipt_rule, no_set | name),
        (ses.delete_receipt_rule, no_set | name),
        (ses.set_receipt_rule_position, no_set | name),
    ):
        assert refused(call, **arguments) == NO_SET
    for call, arguments in (
        (ses.create_receipt_rule, SET | {"Rule": {"Name": "a"}, "After": "x"}),
        (ses.update_receipt_rule, SET | rule),
        (ses.describe_receipt_rule, SET | name),
        (ses.set_receipt_rule_position, SET | name),
    ):
        assert refused(call, **arguments) == NO_RULE
    ses.delete_receipt_rule_set(**no_set)
    ses.delete_receipt_rule(**SET, **name)
    assert [each["Name"] for each in ses.list_receipt_rule_sets()["RuleSets"]] == ["set"]


def test_error_names_what_it_is_about(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "ses")
    with pytest.raises(ses.exceptions.RuleSetDoesNotExistException) as caught:
        ses.describe_receipt_rule_set(RuleSetName="x")
    assert caught.value.response["Error"]["Name"] == "x"
    ses.create_receipt_rule_set(**SET)
    action = {"S3Action": {"BucketName": "No_Bucket"}}
    with pytest.raises(ses.exceptions.InvalidS3ConfigurationException) as caught:
        ses.create_receipt_rule(**SET, Rule={"Name": "a", "Actions": [action]})
    assert caught.value.response["Bucket"] == "No_Bucket"


def test_sender_of_bounces_must_be_verified() -> None:
    with running(account="production") as emulator:
        ses = with_rules(emulator, "a")
        rule = {"Name": "a", "Actions": [{"BounceAction": BOUNCE}]}
        assert refused(ses.update_receipt_rule, **SET, Rule=rule) == (
            "InvalidParameterValue",
            400,
            "Identity is not verified: postmaster@example.com",
        )
        ses.verify_domain_identity(Domain="example.com")
        ses.update_receipt_rule(**SET, Rule=rule)


def test_what_exists_already(ses_emulator: SesEmulator) -> None:
    ses = with_rules(ses_emulator, "a")
    exists = ("AlreadyExists", 400, "Rule set already exists: set")
    assert refused(ses.create_receipt_rule_set, **SET) == exists
    assert refused(ses.clone_receipt_rule_set, **SET, OriginalRuleSetName="set") == exists
    assert refused(ses.create_receipt_rule, **SET, Rule={"Name": "a", "Enabled": True}) == (
        "AlreadyExists",
        400,
        "Rule already exists: a",
    )
    assert ses.describe_receipt_rule(**SET, RuleName="a")["Rule"]["Enabled"] is False


@pytest.mark.parametrize("name", ["a b", "ä", "", "a/b"])
def test_characters_of_names(ses_emulator: SesEmulator, name: str) -> None:
    ses = with_rules(ses_emulator)
    words = (
        "1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: ^[a-zA-Z0-9_.-]+$"
    )
    assert refused(ses.create_receipt_rule_set, RuleSetName=name) == (
        "ValidationError",
        400,
        words.format(name, "ruleSetName"),
    )
    assert refused(ses.create_receipt_rule, **SET, Rule={"Name": name}) == (
        "ValidationError",
        400,
        words.format(name, "rule.name"),
    )


@pytest.mark.parametrize("name", ["-a", "a_", "a" * 65])
def test_names_that_are_none(ses_emulator: SesEmulator, name: str) -> None:
    ses = with_rules(ses_emulator)
    code = "InvalidParameterValue"
    for call, arguments, what in (
        (ses.create_receipt_rule_set, {"RuleSetName": name}, "ruleSetName"),
        (
            ses.clone_receipt_rule_set,
            {"RuleSetName": name, "OriginalRuleSetName": "set"},
            "ruleSetName",
        ),
        (ses.create_receipt_rule, SET | {"Rule": {"Name": name}}, "ruleName"),
    ):
        assert refused(call, **arguments) == (code, 400, f"Not a valid {what}: {name}")
    ses.create_receipt_rule_set(RuleSetName="a" * 64)


@pytest.mark.parametrize(
    ("members", "code", "words"),
    [
        ({"Actions": [HEADER] * 11}, "LimitExceeded", "Too many actions"),
        ({"Recipients": ["a.com"] * 101}, "LimitExceeded", "Too many recipients"),
        (
            {"Actions": [STOP, HEADER]},
            "InvalidParameterValue",
            "Stop action, if any, must be placed at the end of the actions list",
        ),
        (
            {"Actions": [HEADER | STOP]},
            "InvalidParameterValue",
            "An action must be of exactly one kind",
        ),
        (
            {"Actions": [{"AddHeaderAction": {"HeaderName": "a:", "HeaderValue": "b"}}]},
            "InvalidParameterValue",
            "Invalid header name: a:",
        ),
        (
            {"Actions": [{"AddHeaderAction": {"HeaderName": "a" * 51, "HeaderValue": "b"}}]},
            "InvalidParameterValue",
            f"Invalid header name: {'a' * 51}",
        ),
        (
            {"Actions": [{"AddHeaderAction": {"HeaderName": "a", "HeaderValue": "b\nc"}}]},
            "InvalidParameterValue",
            "Invalid header value: b\nc",
        ),
        (
            {"Actions": [{"AddHeaderAction": {"HeaderName": "a", "HeaderValue": "b" * 2049}}]},
            "InvalidParameterValue",
            f"Invalid header value: {'b' * 2049}",
        ),
        *(
            ({"Actions": [{kind: needed | {"TopicArn": "x"}}]}, "InvalidSnsTopic", NO_TOPIC)
            for kind, needed in {
                "SNSAction": {},
                "S3Action": {"BucketName": "bucket"},
                "LambdaAction": {"FunctionArn": FUNCTION},
                "BounceAction": BOUNCE,
                "WorkmailAction": {"OrganizationArn": "arn:aws:workmail:x"},
                "StopAction": {"Scope": "RuleSet"},
            }.items()
        ),
        (
            {"Actions": [{"S3Action": {"BucketName": "No_Bucket"}}]},
            "InvalidS3Configuration",
            "No such bucket: No_Bucket",
        ),
        (
            {"Actions": [{"S3Action": {"BucketName": ""}}]},
            "InvalidParameterValue",
            "Bucket name must not be empty",
        ),
        (
            {"Actions": [{"S3Action": {"BucketName": "bucket", "KmsKeyArn": "key"}}]},
            "InvalidS3Configuration",
            "Invalid KMS key: key",
        ),
        (
            {"Actions": [{"LambdaAction": {"FunctionArn": "f"}}]},
            "InvalidLambdaFunction",
            "Invalid Lambda function: f",
        ),
        (
            {"Actions": [{"LambdaAction": {"FunctionArn": ""}}]},
            "InvalidParameterValue",
            "Lambda function ARN must not be empty",
        ),
        (
            {"Actions": [{"BounceAction": BOUNCE | {"SmtpReplyCode": ""}}]},
            "InvalidParameterValue",
            "Invalid SMTP reply code: ",
        ),
        (
            {"Actions": [{"BounceAction": BOUNCE | {"Message": ""}}]},
            "InvalidParameterValue",
            "Invalid SMTP response message: ",
        ),
        (
            {"Actions": [{"BounceAction": BOUNCE | {"Sender": "nobody"}}]},
            "InvalidParameterValue",
            "Missing final '@domain'",
        ),
    ],
)
def test_refused_rules(
    ses_emulator: SesEmulator, members: dict[str, Any], code: str, words: str
) -> None:
    ses = with_rules(ses_emulator, "known")
    for call, name in ((ses.create_receipt_rule, "new"), (ses.update_receipt_rule, "known")):
        assert refused(call, **SET, Rule={"Name": name, **members}) == (code, 400, words)
    assert order(ses) == "known"


def test_longest_rule(ses_emulator: SesEmulator) -> None:
    ses = with_rules(ses_emulator)
    rule = {"Name": "long", "Actions": [HEADER] * 10, "Recipients": ["a.com"] * 100}
    ses.create_receipt_rule(**SET, Rule=rule)
    got = ses.describe_receipt_rule(**SET, RuleName="long")["Rule"]
    assert (len(got["Actions"]), len(got["Recipients"])) == (10, 100)


def test_forty_sets(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "ses")
    for number in range(40):
        ses.create_receipt_rule_set(RuleSetName=f"set-{number:02}")
    too_many = ("LimitExceeded", 400, "Too many rule sets")
    assert refused(ses.create_receipt_rule_set, RuleSetName="more") == too_many
    assert (
        refused(ses.clone_receipt_rule_set, RuleSetName="more", OriginalRuleSetName="set-00")
        == too_many
    )
    listed = ses.list_receipt_rule_sets()
    assert [each["Name"] for each in listed["RuleSets"]] == [f"set-{n:02}" for n in range(40)]


def test_two_hundred_rules(ses_emulator: SesEmulator) -> None:
    names = " ".join(str(number) for number in range(200))
    ses = with_rules(ses_emulator, names)
    assert refused(ses.create_receipt_rule, **SET, Rule={"Name": "more"}) == (
        "LimitExceeded",
        400,
        "Too many rules",
    )
    assert order(ses) == names
