"""What a refusal of the pipeline is over SMTP."""

from __future__ import annotations

import pytest

from ses_emulator.errors import AwsError, Exists, Missing, SesError
from ses_emulator.smtp import replies


@pytest.mark.parametrize(
    ("error", "reply"),
    [
        (
            AwsError("MessageRejected", "Email address is not verified."),
            "554 Message rejected: Email address is not verified.",
        ),
        (
            AwsError("Throttling", "Maximum sending rate exceeded."),
            "454 Throttling failure: Maximum sending rate exceeded.",
        ),
        (
            AwsError("Throttling", "Daily message quota exceeded."),
            "454 Throttling failure: Daily message quota exceeded.",
        ),
        (
            AwsError("InvalidParameterValue", "Recipient count exceeds 50."),
            "554 Transaction failed: Recipient count exceeds 50.",
        ),
        (
            AwsError("InvalidParameterValue", "Message length is more than 7 bytes long: '8'."),
            "552 Message is too long.",
        ),
        (
            AwsError("AccountSendingPausedException", "Sending paused for this account."),
            "554 Message rejected: Sending paused for this account.",
        ),
        (
            Missing("ConfigurationSet", "a-set"),
            "554 Configuration Set does not exist: Configuration set <a-set> does not exist.",
        ),
        (AwsError("NewCode", "Something."), "554 Transaction failed: Something."),
        (Exists("Cow", "Berta"), "554 Transaction failed: Cow Berta exists already"),
    ],
    ids=lambda value: value.split(":")[0] if isinstance(value, str) else "",
)
def test_words(error: SesError, reply: str) -> None:
    assert replies.refused(error) == reply


def test_accepted() -> None:
    assert replies.accepted("0100-id-000000") == "250 Ok 0100-id-000000"


@pytest.mark.parametrize("text", ["a\r\nb", "a\nb", "a \t b", "a\r\n\r\n b"])
def test_a_reply_is_one_line(text: str) -> None:
    """What a client put into its message cannot make a reply of its own."""
    assert replies.refused(AwsError("MessageRejected", text)) == "554 Message rejected: a b"


@pytest.mark.parametrize("character", ["x", "ü", "日", "😀"])
def test_a_long_reply_ends_with_three_periods(character: str) -> None:
    line = replies.refused(AwsError("MessageRejected", character * 1000))
    assert line.startswith(f"554 Message rejected: {character}")
    assert line.endswith(f"{character}...")
    assert 505 < len(line.encode()) <= 510


def test_what_utf_8_cannot_carry() -> None:
    line = replies.refused(AwsError("MessageRejected", "a\udcffb"))
    assert line == "554 Message rejected: a?b"
