"""The `aws` command."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.clients.support import Emulator, body_of, run

RAW = b"From: raw@example.com\nTo: one@example.com\nSubject: From a file\n\nThe raw body.\n"
# What versions 1 and 2 of the AWS CLI exit with when the service answers with an error.
SERVICE_ERRORS = (255, 254)


def aws_command() -> str:
    """The path of `aws` next to the running interpreter; skips without it, fails in CI."""
    for name in ("aws", "aws.cmd"):
        path = Path(sys.executable).parent / name
        if path.exists():
            return str(path)
    reason = "the AWS CLI is not installed in this environment: pip install awscli"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def aws(*arguments: str) -> Any:
    """The JSON that a command prints; None if it prints nothing."""
    done = run([aws_command(), *arguments, "--output", "json"])
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout.strip() else None


def test_ses_send_email(ses_emulator: Emulator) -> None:
    answer = aws(
        *("ses", "send-email", "--from", "from@example.com"),
        *("--to", "one@example.com", "two@example.com", "--bcc", "bcc@example.com"),
        *("--subject", "Von der Kommandozeile: ä", "--text", "Text", "--html", "<i>HTML</i>"),
    )
    message = ses_emulator.message(answer["MessageId"])
    assert message["operation"] == "SendEmail"
    assert message["to"] == ["one@example.com", "two@example.com"]
    assert message["bcc"] == ["bcc@example.com"]
    assert message["subject"] == "Von der Kommandozeile: ä"
    assert message["text"].rstrip() == "Text"
    assert message["html"].rstrip() == "<i>HTML</i>"


def test_ses_send_raw_email(ses_emulator: Emulator, tmp_path: Path) -> None:
    file = tmp_path / "message.json"
    file.write_text(json.dumps({"Data": RAW.decode()}))
    answer = aws("ses", "send-raw-email", "--raw-message", f"file://{file}")
    message = ses_emulator.message(answer["MessageId"])
    assert message["operation"] == "SendRawEmail"
    assert message["subject"] == "From a file"
    assert body_of(ses_emulator.raw(answer["MessageId"])) == body_of(RAW)


def test_ses_get_send_quota(ses_emulator: Emulator) -> None:
    quota = aws("ses", "get-send-quota")
    assert set(quota) == {"Max24HourSend", "MaxSendRate", "SentLast24Hours"}
    assert quota["SentLast24Hours"] == 0
    ses_emulator.client("ses").send_email(
        Source="from@example.com",
        Destination={"ToAddresses": ["one@example.com", "two@example.com"]},
        Message={"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}},
    )
    assert aws("ses", "get-send-quota")["SentLast24Hours"] == 2


def test_ses_list_identities(ses_emulator: Emulator) -> None:
    assert aws("ses", "list-identities") == {"Identities": []}
    aws("ses", "verify-email-identity", "--email-address", "someone@example.com")
    assert aws("ses", "list-identities") == {"Identities": ["someone@example.com"]}


def test_sesv2_send_email(ses_emulator: Emulator) -> None:
    content = {
        "Simple": {
            "Subject": {"Data": "Version 2"},
            "Body": {"Text": {"Data": "Text: ü"}, "Html": {"Data": "<i>HTML</i>"}},
        }
    }
    answer = aws(
        *("sesv2", "send-email", "--from-email-address", "from@example.com"),
        *("--destination", "ToAddresses=one@example.com,CcAddresses=two@example.com"),
        *("--content", json.dumps(content), "--email-tags", "Name=campaign,Value=spring"),
    )
    message = ses_emulator.message(answer["MessageId"])
    assert message["api"] == "v2"
    assert message["to"] == ["one@example.com"]
    assert message["cc"] == ["two@example.com"]
    assert message["text"].rstrip() == "Text: ü"
    assert message["tags"]["campaign"] == "spring"


def test_sesv2_identities(ses_emulator: Emulator) -> None:
    created = aws("sesv2", "create-email-identity", "--email-identity", "example.com")
    assert created["IdentityType"] == "DOMAIN"
    [identity] = aws("sesv2", "list-email-identities")["EmailIdentities"]
    assert identity["IdentityName"] == "example.com"
    assert identity["IdentityType"] == "DOMAIN"


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (
            ("ses", "delete-configuration-set", "--configuration-set-name", "unknown-set"),
            "(ConfigurationSetDoesNotExist)",
        ),
        (
            ("sesv2", "get-email-identity", "--email-identity", "nobody@example.com"),
            "(NotFoundException)",
        ),
    ],
    ids=["ses", "sesv2"],
)
def test_errors(ses_emulator: Emulator, command: tuple[str, ...], error: str) -> None:
    done = run([aws_command(), *command])
    assert done.returncode in SERVICE_ERRORS
    assert done.stdout == ""
    assert error in done.stderr


def test_ses_receipt_rules(ses_emulator: Emulator, tmp_path: Path) -> None:
    actions: list[dict[str, Any]] = [
        {"AddHeaderAction": {"HeaderName": "X-A", "HeaderValue": "1"}},
        {"S3Action": {"BucketName": "mail", "ObjectKeyPrefix": "in/"}},
        {"SNSAction": {"TopicArn": "arn:aws:sns:us-east-1:000000000000:mail"}},
        {"StopAction": {"Scope": "RuleSet"}},
    ]
    of_set = ("--rule-set-name", "set")
    aws("ses", "create-receipt-rule-set", *of_set)
    for name in ("first", "second"):
        file = tmp_path / f"{name}.json"
        file.write_text(
            json.dumps(
                {
                    "Name": name,
                    "Enabled": True,
                    "TlsPolicy": "Optional",
                    "Recipients": ["example.com"],
                    "ScanEnabled": True,
                    "Actions": actions,
                }
            )
        )
        aws("ses", "create-receipt-rule", *of_set, "--rule", f"file://{file}")
    rules = aws("ses", "describe-receipt-rule-set", *of_set)["Rules"]
    assert [each["Name"] for each in rules] == ["second", "first"]
    actions[2]["SNSAction"]["Encoding"] = "UTF-8"
    assert rules[0]["Actions"] == actions
    aws("ses", "reorder-receipt-rule-set", *of_set, "--rule-names", "first", "second")
    aws("ses", "set-active-receipt-rule-set", *of_set)
    active = aws("ses", "describe-active-receipt-rule-set")
    assert [each["Name"] for each in active["Rules"]] == ["first", "second"]
    found = aws("ses", "describe-receipt-rule", *of_set, "--rule-name", "first")["Rule"]
    assert found == active["Rules"][0]
    done = run([aws_command(), "ses", "delete-receipt-rule-set", *of_set])
    assert done.returncode in SERVICE_ERRORS
    assert "Cannot delete active rule set: set" in done.stderr
