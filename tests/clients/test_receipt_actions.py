"""What receipt rules do with a mail outside: in S3, SNS and Lambda, and in local processes."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from ses_emulator.emulator import Emulator
from ses_emulator.pytest_plugin import SesEmulator
from tests.neighbours import Function, Neighbours, Topic, arn
from tests.operations.support import client, refused, running
from tests.receiver import Receiver, receiving

SUBJECT = "Amazon SES Email Receipt Notification"
SETUP = "AMAZON_SES_SETUP_NOTIFICATION"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:mail"
TOPIC = "arn:aws:sns:us-east-1:000000000000:mail"
# Bytes that any handling of text would change.
RAW = (
    b"From: Ann <ann@sender.example>\r\nTo: in@example.com\r\nSubject: Hi\r\n\tthere\r\n"
    b"X-Raw: Gr\xfc\xdfe\r\n\r\nText \xff\x00\r\n.\nbare LF, " + b"long " * 300 + b"\r\n"
)
HEADER = {"AddHeaderAction": {"HeaderName": "X-Marked", "HeaderValue": "yes"}}


@pytest.fixture(scope="module")
def server(neighbours: Neighbours) -> Iterator[Emulator]:
    with running(aws_endpoint=[neighbours.url]) as emulator:
        yield emulator


@pytest.fixture
def emulator(server: Emulator) -> Emulator:
    """An emulator that knows the other services, with an active rule set."""
    server.clear()
    activate(server)
    return server


@pytest.fixture
def bucket(neighbours: Neighbours) -> Iterator[str]:
    name = f"b{uuid4().hex}"
    neighbours.client("s3").create_bucket(Bucket=name)
    yield name


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def activate(emulator: Any) -> None:
    ses = client(emulator, "ses")
    ses.verify_domain_identity(Domain="example.com")
    ses.create_receipt_rule_set(RuleSetName="set")
    ses.set_active_receipt_rule_set(RuleSetName="set")


def rule(emulator: Any, *actions: dict[str, Any], name: str = "all", **more: Any) -> None:
    """Add a rule behind all others."""
    ses = client(emulator, "ses")
    rules = ses.describe_receipt_rule_set(RuleSetName="set")["Rules"]
    after = {"After": rules[-1]["Name"]} if rules else {}
    given = {"Name": name, "Enabled": True, "Actions": list(actions), **more}
    ses.create_receipt_rule(RuleSetName="set", Rule=given, **after)


def take(emulator: Any, raw: bytes = RAW, **options: Any) -> dict[str, Any]:
    """Receive a mail; what became of it."""
    given = {"to": "in@example.com", "mail_from": "bounces@sender.example", **options}
    answer = SesEmulator(emulator).receive(raw, **given)
    assert answer["refused"] == []
    [message] = answer["messages"]
    assert SesEmulator(emulator).raw(message["id"]) == raw
    return dict(message)


def actions(message: dict[str, Any]) -> list[dict[str, Any]]:
    """What became of the actions of all rules."""
    return [action for rule in message["receipt"]["rules"] for action in rule["actions"]]


def statuses(message: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["type"], each["status"]) for each in actions(message)]


def notification(record: dict[str, Any]) -> dict[str, Any]:
    """What a topic got."""
    assert record["Subject"] == SUBJECT
    found: dict[str, Any] = json.loads(record["Message"])
    assert found["notificationType"] == "Received"
    return found


def test_s3(emulator: Emulator, neighbours: Neighbours, bucket: str) -> None:
    topic = Topic(neighbours)
    members = {"BucketName": bucket, "ObjectKeyPrefix": "in/", "TopicArn": topic.arn}
    key = "arn:aws:kms:us-east-1:123456789012:alias/aws/ses"
    rule(emulator, HEADER, {"S3Action": {**members, "KmsKeyArn": key}}, ScanEnabled=True)
    s3 = neighbours.client("s3")
    greeting = s3.get_object(Bucket=bucket, Key=f"in/{SETUP}")["Body"].read()
    assert b"\r\nSubject: Amazon SES Setup Notification\r\n" in greeting
    [greeted] = topic.published()
    assert notification(greeted)["mail"]["messageId"] == SETUP

    message = take(emulator)
    id = message["id"]
    written = s3.get_object(Bucket=bucket, Key=f"in/{id}")["Body"].read()
    assert written.endswith(RAW)
    added = written.removesuffix(RAW).decode()
    assert added.startswith("Return-Path: <bounces@sender.example>\r\nReceived: from ")
    assert added.endswith("\r\n")
    names = [line.partition(":")[0] for line in added.splitlines() if line[0] != " "]
    assert names[2:] == [
        "X-SES-Spam-Verdict",
        "X-SES-Virus-Verdict",
        "Received-SPF",
        "Authentication-Results",
        "X-SES-RECEIPT",
        "X-Marked",
        "X-SES-DKIM-SIGNATURE",
    ]

    [record] = topic.published()
    told = notification(record)
    assert told["receipt"]["action"] == {
        "type": "S3",
        "topicArn": topic.arn,
        "bucketName": bucket,
        "objectKeyPrefix": "in/",
        "objectKey": f"in/{id}",
    }
    assert told["receipt"]["recipients"] == ["in@example.com"]
    assert told["mail"]["messageId"] == id
    assert told["mail"]["source"] == "bounces@sender.example"
    assert {"name": "X-Marked", "value": "yes"} in told["mail"]["headers"]
    assert "content" not in told
    done = actions(message)[1]
    assert (done["status"], done["target"]) == ("done", f"s3://{bucket}/in/{id}")
    assert (done["notification"]["topic"], done["notification"]["status"]) == (topic.arn, "done")


@pytest.mark.parametrize("encoding", ["UTF-8", "Base64"])
def test_sns(emulator: Emulator, neighbours: Neighbours, encoding: str) -> None:
    topic = Topic(neighbours)
    rule(emulator, {"SNSAction": {"TopicArn": topic.arn, "Encoding": encoding}})
    [greeted] = topic.published()
    assert "Subject: Amazon SES Setup Notification" in notification(greeted)["content"]
    message = take(emulator)
    [record] = topic.published()
    told = notification(record)
    assert told["receipt"]["action"] == {
        "type": "SNS",
        "topicArn": topic.arn,
        "encoding": {"UTF-8": "UTF8", "Base64": "BASE64"}[encoding],
    }
    if encoding == "Base64":
        assert base64.b64decode(told["content"]).endswith(RAW)
    else:
        assert told["content"].endswith(RAW.decode("utf-8", "replace"))
    assert told["content"] != RAW
    [action] = actions(message)
    assert (action["status"], action["target"]) == ("done", topic.arn)


def test_sns_gets_150_kb_and_no_more(emulator: Emulator, neighbours: Neighbours) -> None:
    topic = Topic(neighbours)
    rule(emulator, {"SNSAction": {"TopicArn": topic.arn, "Encoding": "Base64"}}, HEADER)
    topic.published()
    head = b"From: a@sender.example\r\nTo: in@example.com\r\n\r\n"
    lines = (b"x" * 70 + b"\r\n") * 3000
    fits = head + lines[: 150 * 1024 - len(head)]
    message = take(emulator, fits)
    assert statuses(message) == [("SNS", "done"), ("AddHeader", "done")]
    [record] = topic.published()
    assert base64.b64decode(notification(record)["content"]).endswith(fits)
    message = take(emulator, fits + b"x")
    assert message["status"] == "rejected"
    assert statuses(message) == [("SNS", "failed"), ("AddHeader", "done")]
    assert "153601 bytes" in actions(message)[0]["error"]
    unanswered = take(emulator, fits + b"x", mail_from="<>")
    assert unanswered["status"] == "received"
    assert "empty sender" in actions(unanswered)[0]["error"]
    [notice] = SesEmulator(emulator).messages(to="bounces@sender.example")
    assert "Status: 5.3.4" in SesEmulator(emulator).raw(notice["id"]).decode()


def test_lambda(emulator: Emulator, neighbours: Neighbours) -> None:
    function, topic = Function(neighbours), Topic(neighbours)
    members = {"FunctionArn": function.arn, "TopicArn": topic.arn}
    rule(emulator, {"LambdaAction": {**members, "InvocationType": "RequestResponse"}}, HEADER)
    rule(emulator, {"LambdaAction": members}, HEADER, name="next")
    topic.published(2)
    function.returns({"disposition": "STOP_RULE"})
    message = take(emulator)
    assert statuses(message) == [
        ("Lambda", "done"),
        ("AddHeader", "skipped"),
        ("Lambda", "done"),
        ("AddHeader", "done"),
    ]
    told = [notification(each)["receipt"]["action"] for each in topic.published(2)]
    assert [each["invocationType"] for each in told] == ["RequestResponse", "Event"]
    assert {each["functionArn"] for each in told} == {function.arn}
    function.returns({"errorType": "KeyError", "errorMessage": "x"})
    message = take(emulator)
    assert statuses(message)[:2] == [("Lambda", "failed"), ("AddHeader", "done")]
    assert actions(message)[0]["error"] == "The function failed: KeyError: x"
    function.delete()


@pytest.mark.parametrize(
    ("returned", "status", "following", "next_rule"),
    [
        (b'{"disposition": "CONTINUE"}', "done", "done", "done"),
        (b'{"disposition": "STOP_RULE"}', "done", "skipped", "done"),
        (b'{"disposition": "stop_rule_set"}', "done", "skipped", "skipped"),
        (b"null", "done", "done", "done"),
        (b"no JSON", "done", "done", "done"),
        (b'{"errorMessage": "no", "errorType": "ValueError"}', "failed", "done", "done"),
    ],
)
def test_what_a_local_function_says(
    receiver: Receiver, returned: bytes, status: str, following: str, next_rule: str
) -> None:
    receiver.body = lambda request: returned
    with running(function=[f"{FUNCTION}={receiver.url}"]) as emulator:
        activate(emulator)
        asked = {"FunctionArn": f"{FUNCTION}:live", "InvocationType": "RequestResponse"}
        rule(emulator, {"LambdaAction": asked}, HEADER)
        rule(emulator, HEADER, name="next")
        message = take(emulator)
        assert [word for _, word in statuses(message)] == [status, following, next_rule]
        [request] = receiver.requests
    assert request.headers["x-amz-invocation-type"] == "RequestResponse"
    [record] = request.document["Records"]
    assert (record["eventSource"], record["eventVersion"]) == ("aws:ses", "1.0")
    assert record["ses"]["mail"]["messageId"] == message["id"]
    assert record["ses"]["receipt"]["spfVerdict"] == {"status": "GRAY"}
    assert record["ses"]["receipt"]["action"] == {
        "type": "Lambda",
        "functionArn": f"{FUNCTION}:live",
        "invocationType": "RequestResponse",
    }


def test_a_local_function_that_nobody_waits_for(receiver: Receiver) -> None:
    """It is invoked again until it takes the event, and the mail is received meanwhile."""
    ready = threading.Event()
    receiver.answer = lambda request: 200 if ready.is_set() else 503
    with running(function=[f"{FUNCTION}={receiver.url}"]) as emulator:
        activate(emulator)
        rule(emulator, {"LambdaAction": {"FunctionArn": FUNCTION}}, HEADER)
        message = take(emulator)
        assert message["status"] == "received"
        assert statuses(message) == [("Lambda", "waiting"), ("AddHeader", "done")]
        assert "was answered 503" in actions(message)[0]["error"]
        ready.set()
        first, second, *_ = receiver.wait(2)
        assert first.body == second.body
        assert first.headers["x-amz-invocation-type"] == "Event"
        ses = SesEmulator(emulator)
        found = eventually_done(ses, message["id"])
        assert found["error"] is None
        [event] = ses.events(type="Received")
        [delivery] = event["deliveries"]
        assert (delivery["kind"], delivery["address"]) == ("lambda", FUNCTION)
        assert (delivery["name"], delivery["form"]) == ("all", "receipt")
        assert len(delivery["attempts"]) == len(receiver.requests)
        assert event["document"] is None
        assert event["notification"] == first.document
        assert event["detail"]["rule"] == "all"


def eventually_done(ses: SesEmulator, id: str) -> dict[str, Any]:
    """The first action of a message, once its delivery was made."""
    for _ in range(2000):
        action = actions(ses.message(id))[0]
        if action["status"] == "done":
            return action
    pytest.fail(f"the action is {action}")


def test_a_function_that_cannot_be_reached() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        with running(function=[f"{FUNCTION}={url}"]) as emulator:
            activate(emulator)
            asked = {"FunctionArn": FUNCTION, "InvocationType": "RequestResponse"}
            rule(emulator, {"LambdaAction": asked}, HEADER)
            message = take(emulator)
    assert statuses(message) == [("Lambda", "failed"), ("AddHeader", "done")]
    assert "refused" in actions(message)[0]["error"]


def test_topics_without_sns(receiver: Receiver) -> None:
    """Of all kinds of actions that notify, in the order of the rule; the mail goes there, too."""
    organization = "arn:aws:workmail:us-east-1:123456789012:organization/m-1"
    topic = {"TopicArn": TOPIC}
    bounce = {"SmtpReplyCode": "550", "Message": "No", "Sender": "mailer@example.com"}
    with running(topic=[f"{TOPIC}={receiver.url}#confirmed"]) as emulator:
        activate(emulator)
        rule(
            emulator,
            {"SNSAction": topic},
            {"BounceAction": {**bounce, **topic}},
            {"WorkmailAction": {"OrganizationArn": organization, **topic}},
            {"StopAction": {"Scope": "RuleSet", **topic}},
        )
        greeted = [notification(each.document) for each in receiver.wait(4)]
        assert {each["mail"]["messageId"] for each in greeted} == {SETUP}
        message = take(emulator)
        assert [status for _, status in statuses(message)] == ["done"] * 4
        records = [notification(each.document) for each in receiver.wait(8)[4:]]
    kinds = [each["receipt"]["action"]["type"] for each in records]
    assert kinds == ["SNS", "Bounce", "WorkMail", "Stop"]
    assert {each["mail"]["messageId"] for each in records} == {message["id"]}
    assert ["content" in each for each in records] == [True, False, False, False]
    assert records[1]["receipt"]["action"] == {
        "type": "Bounce",
        "topicArn": TOPIC,
        "smtpReplyCode": "550",
        "message": "No",
        "sender": "mailer@example.com",
    }


def test_a_topic_whose_endpoint_has_not_confirmed(receiver: Receiver) -> None:
    """What is published waits for that."""
    with running(topic=[f"{TOPIC}={receiver.url}"]) as emulator:
        activate(emulator)
        rule(emulator, {"StopAction": {"Scope": "RuleSet", "TopicArn": TOPIC}})
        message = take(emulator)
        [action] = actions(message)
        assert (action["status"], action["notification"]["status"]) == ("done", "waiting")
        assert "has not confirmed" in action["notification"]["error"]


def test_failures_are_shown_and_the_rule_goes_on(
    emulator: Emulator, neighbours: Neighbours, bucket: str
) -> None:
    topic = Topic(neighbours)
    rule(
        emulator,
        {"S3Action": {"BucketName": bucket, "TopicArn": topic.arn}},
        {"SNSAction": {"TopicArn": topic.arn}},
        HEADER,
    )
    topic.delete()
    s3 = neighbours.client("s3")
    s3.delete_object(Bucket=bucket, Key=SETUP)
    s3.delete_bucket(Bucket=bucket)
    message = take(emulator)
    assert message["status"] == "received"
    assert statuses(message) == [("S3", "failed"), ("SNS", "failed"), ("AddHeader", "done")]
    first, second, _ = actions(message)
    assert "NoSuchBucket" in first["error"] and first["notification"] is None
    assert "NotFound" in second["error"]


def test_without_endpoints_nothing_is_asked_but_failures_tell_the_way() -> None:
    with running() as emulator:
        activate(emulator)
        rule(
            emulator,
            {"S3Action": {"BucketName": "mail"}},
            {"SNSAction": {"TopicArn": TOPIC}},
            {"LambdaAction": {"FunctionArn": FUNCTION, "InvocationType": "RequestResponse"}},
        )
        message = take(emulator)
    s3, sns, function = (each["error"] for each in actions(message))
    assert "--aws-endpoint" in s3
    assert "--topic" in sns
    assert "--function" in function


def test_what_rules_name_has_to_exist(
    emulator: Emulator, neighbours: Neighbours, bucket: str
) -> None:
    ses, topic, function = client(emulator, "ses"), Topic(neighbours), Function(neighbours)
    gone = arn("sns", f"t{uuid4().hex}")
    lost = arn("lambda", f"function:f{uuid4().hex}")
    cases: list[tuple[dict[str, Any], tuple[str, int, str]]] = [
        (
            {"S3Action": {"BucketName": "no-such-bucket"}},
            ("InvalidS3Configuration", 400, "No such bucket: no-such-bucket"),
        ),
        (
            {"SNSAction": {"TopicArn": gone}},
            ("InvalidSnsTopic", 400, f"Could not publish to SNS topic: {gone}"),
        ),
        (
            {"S3Action": {"BucketName": bucket, "TopicArn": gone}},
            ("InvalidSnsTopic", 400, f"Could not publish to SNS topic: {gone}"),
        ),
        (
            {"LambdaAction": {"FunctionArn": lost}},
            ("InvalidLambdaFunction", 400, f"Could not invoke Lambda function: {lost}"),
        ),
    ]
    rule(emulator)
    for action, error in cases:
        new = {"Name": "new", "Actions": [HEADER, action]}
        assert refused(ses.create_receipt_rule, RuleSetName="set", Rule=new) == error
        known = new | {"Name": "all"}
        assert refused(ses.update_receipt_rule, RuleSetName="set", Rule=known) == error
    [kept] = ses.describe_receipt_rule_set(RuleSetName="set")["Rules"]
    assert (kept["Name"], kept["Actions"]) == ("all", [])
    there = [
        {"S3Action": {"BucketName": bucket, "TopicArn": topic.arn}},
        {"LambdaAction": {"FunctionArn": function.arn, "InvocationType": "Event"}},
    ]
    ses.update_receipt_rule(RuleSetName="set", Rule={"Name": "all", "Actions": there})
    [kept] = ses.describe_receipt_rule_set(RuleSetName="set")["Rules"]
    assert kept["Actions"] == there
    ses.clone_receipt_rule_set(RuleSetName="copy", OriginalRuleSetName="set")
    assert ses.describe_receipt_rule_set(RuleSetName="copy")["Rules"] == [kept]


def test_the_error_names_what_is_missing(emulator: Emulator) -> None:
    with pytest.raises(ClientError) as caught:
        rule(emulator, {"S3Action": {"BucketName": "no-such-bucket"}})
    response: Any = caught.value.response
    assert response["Error"]["Bucket"] == "no-such-bucket"


def test_a_service_that_cannot_be_reached() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with running(aws_endpoint=[f"s3={url}"]) as emulator:
            activate(emulator)
            new = {"Name": "new", "Actions": [{"S3Action": {"BucketName": "mail"}}]}
            ses = client(emulator, "ses")
            assert refused(ses.create_receipt_rule, RuleSetName="set", Rule=new) == (
                "InvalidS3Configuration",
                400,
                "Could not write to bucket: mail",
            )


def test_a_rule_that_is_there_already_is_told_before_anything_is_written(
    emulator: Emulator, neighbours: Neighbours, bucket: str
) -> None:
    rule(emulator)
    new = {"Name": "all", "Actions": [{"S3Action": {"BucketName": bucket}}]}
    ses = client(emulator, "ses")
    code, _, _ = refused(ses.create_receipt_rule, RuleSetName="set", Rule=new)
    assert code == "AlreadyExists"
    assert neighbours.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_received_mail_is_priced(emulator: Emulator) -> None:
    rule(emulator, HEADER)
    take(emulator)
    take(emulator, RAW + (b"x" * 70 + b"\r\n") * 8000)
    with urlopen(f"{emulator.url}/_ses/statistics", timeout=30) as answer:
        statistics = json.load(answer)
    cost = {
        each["item"]: (each["quantity"], each["amount"]) for each in statistics["cost"]["items"]
    }
    assert cost == {"incoming": (2, "0.0002"), "incoming_chunks": (2, "0.00018")}
