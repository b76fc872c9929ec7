"""How strict an account is: who may send to whom, and how much."""

from dataclasses import dataclass

from ses_emulator.errors import AwsError
from ses_emulator.store.account import DAY, Account

DAILY_QUOTA_EXCEEDED = "Daily message quota exceeded."


@dataclass(frozen=True, slots=True)
class Profile:
    """What ``--account`` stands for; ``rate`` is recipients a second, ``daily`` in 24 hours."""

    production: bool
    senders_verified: bool
    recipients_verified: bool
    daily: int
    rate: int
    enforced: bool


PROFILES = {
    "open": Profile(True, False, False, 50_000, 14, False),
    "production": Profile(True, True, False, 50_000, 14, True),
    "sandbox": Profile(False, True, True, 200, 1, True),
}


def profile_of(account: Account) -> Profile:
    """The profile that the account has now."""
    return PROFILES[account.settings.account]


def spend(account: Account, recipients: int, charged: int) -> None:
    """Take a message from the sending quota; ``charged`` recipients count against the daily one.

    Raises AwsError ``Throttling``. The rate is a bucket of one second's sends that refills
    steadily, so a short burst passes. Source: the guide, "Managing your Amazon SES sending limits".
    """
    profile = profile_of(account)
    if not profile.enforced:
        return
    now = account.now()
    sent = account.sent_since(now - DAY, charged=True)
    if charged and sent + charged > profile.daily:
        raise AwsError("Throttling", DAILY_QUOTA_EXCEEDED)
    key = (account.id, account.region)
    left, since = account.instance.buckets.get(key, (float(profile.rate), now))
    left = min(float(profile.rate), left + (now - since) * profile.rate)
    if left < 1:
        account.instance.buckets[key] = (left, now)
        raise AwsError("Throttling", "Maximum sending rate exceeded.")
    # A message with more recipients than a second allows is let through and paid for afterwards.
    account.instance.buckets[key] = (left - recipients, now)
