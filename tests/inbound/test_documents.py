"""What SES tells of a mail, held against the guide's examples.

Source: the guide, "Examples of notifications for Amazon SES email receiving".
"""

from __future__ import annotations

from typing import Any

from ses_emulator.inbound import documents
from ses_emulator.inbound.incoming import Verdicts
from tests.inbound.support import BOUNCE, RAW, S3, STOP, incoming, receiving, rule, take_one

ID = "d6iitobk75ur44p8kdnnp7g2n800"
RECEIVED = 1442003553.936
RETURN_PATH = "0000014fbe1c09cf-7cb9f704-7531-4e53-89a1-5fa9744f5eb6-000000@amazonses.com"
PASSED = Verdicts(spam="PASS", virus="PASS", spf="PASS", dkim="PASS", dmarc="PASS")
HEADERS = [
    ("Return-Path", f"<{RETURN_PATH}>"),
    (
        "Received",
        "from a9-183.smtp-out.amazonses.com (a9-183.smtp-out.amazonses.com [54.240.9.183])"
        " by inbound-smtp.us-east-1.amazonaws.com with SMTP id d6iitobk75ur44p8kdnnp7g2n800"
        " for recipient@example.com; Fri, 11 Sep 2015 20:32:33 +0000 (UTC)",
    ),
    ("From", "sender@example.com"),
    ("To", "recipient@example.com"),
    ("Subject", "Example subject"),
    ("MIME-Version", "1.0"),
    ("Content-Type", "text/plain; charset=UTF-8"),
    ("Content-Transfer-Encoding", "7bit"),
    ("Date", "Fri, 11 Sep 2015 20:32:32 +0000"),
    ("Message-ID", "<61967230-7A45-4A9D-BEC9-87CBCF2211C9@example.com>"),
    ("X-SES-Outgoing", "2015.09.11-54.240.9.183"),
    ("Feedback-ID", "1.us-east-1.Krv2FKpFdWV+KUYw3Qd6wcpPJ4Sv/pOPpEPSHn2u2o4=:AmazonSES"),
]


def message(headers: list[tuple[str, str]]) -> bytes:
    """A message whose headers are folded at each semicolon."""
    lines = [f"{name}: {value}".replace("; ", ";\r\n\t") for name, value in headers]
    return "\r\n".join([*lines, "", "Example content\r\n"]).encode()


def verdict(status: str) -> dict[str, str]:
    return {"status": status}


def test_the_notification_of_an_sns_action() -> None:
    arn = "arn:aws:sns:us-east-1:012345678912:example-topic"
    given = {"SNSAction": {"TopicArn": arn, "Encoding": "UTF-8"}}
    receipt = documents.receipt(
        PASSED,
        ["recipient@example.com"],
        documents.action(given, ID),
        now=RECEIVED + 0.222,
        received=RECEIVED,
        scanned=True,
    )
    raw = message(HEADERS)
    mail = documents.mail(ID, RECEIVED, RETURN_PATH, raw)
    content = raw.decode()
    assert documents.notification(receipt, mail, content) == {
        "notificationType": "Received",
        "receipt": {
            "timestamp": "2015-09-11T20:32:34.158Z",
            "processingTimeMillis": 222,
            "recipients": ["recipient@example.com"],
            "spamVerdict": verdict("PASS"),
            "virusVerdict": verdict("PASS"),
            "spfVerdict": verdict("PASS"),
            "dkimVerdict": verdict("PASS"),
            "dmarcVerdict": verdict("PASS"),
            "action": {"type": "SNS", "topicArn": arn, "encoding": "UTF8"},
        },
        "mail": {
            "timestamp": "2015-09-11T20:32:33.936Z",
            "source": RETURN_PATH,
            "messageId": ID,
            "destination": ["recipient@example.com"],
            "headersTruncated": False,
            "headers": [{"name": name, "value": value} for name, value in HEADERS],
            "commonHeaders": {
                "returnPath": RETURN_PATH,
                "from": ["sender@example.com"],
                "date": "Fri, 11 Sep 2015 20:32:32 +0000",
                "to": ["recipient@example.com"],
                "messageId": "<61967230-7A45-4A9D-BEC9-87CBCF2211C9@example.com>",
                "subject": "Example subject",
            },
        },
        "content": content,
    }
    assert "content" not in documents.notification(receipt, mail)


def test_action_objects() -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:f"
    topic = "arn:aws:sns:us-east-1:123456789012:t"
    organization = "arn:aws:workmail:us-east-1:1:organization/m"
    cases: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (
            {"S3Action": {"BucketName": "b", "ObjectKeyPrefix": "p/", "TopicArn": topic}},
            {
                "type": "S3",
                "topicArn": topic,
                "bucketName": "b",
                "objectKeyPrefix": "p/",
                "objectKey": f"p/{ID}",
            },
        ),
        ({"S3Action": {"BucketName": "b"}}, {"type": "S3", "bucketName": "b", "objectKey": ID}),
        (
            BOUNCE,
            {
                "type": "Bounce",
                "smtpReplyCode": "550",
                "statusCode": "5.1.1",
                "message": "Nobody here",
                "sender": "mailer@example.com",
            },
        ),
        (
            {"LambdaAction": {"FunctionArn": arn, "InvocationType": "Event"}},
            {"type": "Lambda", "functionArn": arn, "invocationType": "Event"},
        ),
        (STOP, {"type": "Stop"}),
        (
            {"WorkmailAction": {"OrganizationArn": organization}},
            {"type": "WorkMail", "organizationArn": organization},
        ),
        (
            {"SNSAction": {"TopicArn": topic, "Encoding": "Base64"}},
            {"type": "SNS", "topicArn": topic, "encoding": "BASE64"},
        ),
    ]
    for given, expected in cases:
        assert documents.action(given, ID) == expected


def test_a_receipt_of_what_failed_and_was_not_scanned() -> None:
    failed = Verdicts(spf="FAIL", dmarc="FAIL", dmarc_policy="quarantine")
    receipt = documents.receipt(failed, [], {"type": "Stop"}, now=1.0, received=0.5, scanned=False)
    assert receipt["spamVerdict"] == receipt["virusVerdict"] == verdict("DISABLED")
    assert receipt["dkimVerdict"] == verdict("GRAY")
    assert receipt["spfVerdict"] == receipt["dmarcVerdict"] == verdict("FAIL")
    assert receipt["dmarcPolicy"] == "quarantine"


def test_common_headers() -> None:
    raw = message(
        [
            ("Return-Path", "<>"),
            ("From", "=?utf-8?q?J=C3=B6?= <joe@example.com>, b@example.com"),
            ("Sender", "Secretary <s@example.com>"),
            ("Reply-To", "r@example.com"),
            ("To", "<in@example.com>, Two <two@example.com>"),
            ("Cc", "c@example.com"),
            ("Bcc", "hidden@example.com"),
            ("Subject", "=?utf-8?b?w7w=?="),
        ]
    )
    mail = documents.mail(ID, RECEIVED, "", raw)
    assert mail["commonHeaders"] == {
        "returnPath": "",
        "from": ["Jö <joe@example.com>", "b@example.com"],
        "sender": "s@example.com",
        "replyTo": ["r@example.com"],
        "to": ["in@example.com", "Two <two@example.com>"],
        "cc": ["c@example.com"],
        "bcc": ["hidden@example.com"],
        "subject": "ü",
    }
    assert mail["destination"] == [
        "in@example.com",
        "two@example.com",
        "c@example.com",
        "hidden@example.com",
    ]
    assert mail["headers"][1] == {"name": "From", "value": "Jö <joe@example.com>, b@example.com"}


def test_headers_of_more_than_10_kb_are_truncated() -> None:
    long = [("X-Long", "a" * 1000)] * 9
    mail = documents.mail(ID, RECEIVED, "", message([*long, ("X-Last", "b" * 1180)]))
    assert not mail["headersTruncated"] and len(mail["headers"]) == 10
    mail = documents.mail(
        ID, RECEIVED, "", message([*long, ("X-Last", "b" * 1300), ("To", "a@b.c")])
    )
    assert mail["headersTruncated"] and len(mail["headers"]) == 9
    assert mail["commonHeaders"]["to"] == ["a@b.c"]


def test_an_empty_message() -> None:
    mail = documents.mail(ID, RECEIVED, "", b"")
    assert (mail["headers"], mail["commonHeaders"], mail["destination"]) == ([], {}, [])


def test_a_delivery_tells_of_itself() -> None:
    from ses_emulator.inbound.delivery import Delivery

    given = rule("one")
    with receiving(given) as account:
        stored = take_one(account)
        delivery = Delivery(account, stored, incoming(), PASSED, given, ["in@example.com"])
        found = delivery.notification(S3)
        assert delivery.notification(S3, content="x")["content"] == "x"
        size = len(RAW)
    assert found["receipt"]["action"]["objectKey"] == f"in/{stored.id}"
    assert found["receipt"]["spamVerdict"] == verdict("DISABLED")
    assert found["mail"]["messageId"] == stored.id
    assert found["mail"]["source"] == "bounces@sender.example"
    names = [each["name"] for each in found["mail"]["headers"]]
    assert names[0] == "Return-Path" and "X-SES-RECEIPT" in names and names[-1] == "Message-ID"
    assert stored.size == size
