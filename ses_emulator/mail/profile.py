"""How strict an account is: who may send to whom, and how much.

It begins as the settings say and can be switched while it runs: see ``switch``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ses_emulator.errors import AwsError
from ses_emulator.store.account import DAY, Account, Instance
from ses_emulator.store.documents import Collection, everywhere

DAILY_QUOTA_EXCEEDED = "Daily message quota exceeded."
# A daily quota that is none. Source: the API reference, "GetSendQuota".
UNLIMITED = -1
# Documents of what was switched, one for each scope. Their account, their region or both may be
# empty, which stands for all.
KIND = "AccountProfile"


@dataclass(frozen=True, slots=True)
class Profile:
    """How an account is; ``rate`` is recipients a second, ``daily`` in 24 hours.

    ``name`` is what ``--account`` calls it, ``verification`` as the option of that name.
    """

    name: str
    production: bool
    senders_verified: bool
    recipients_verified: bool
    daily: int
    rate: int
    enforced: bool
    verification: str = "auto"


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("open", True, False, False, 50_000, 14, False),
        Profile("production", True, True, False, 50_000, 14, True),
        Profile("sandbox", False, True, True, 200, 1, True),
    )
}


def profile_of(account: Account) -> Profile:
    """The profile that the account has now."""
    key = ("profile", account.id, account.region)
    return account.instance.database.remember(key, lambda: _read(account))


def verification_of(account: Account) -> str:
    """``auto`` if an identity is verified when it is created, ``click`` if it waits."""
    return profile_of(account).verification


def _read(account: Account) -> Profile:
    switched: Mapping[str, Any] = {}
    for scope in ((account.id, account.region), (account.id, ""), ("", account.region), ("", "")):
        found = Collection(account.instance.database, *scope, KIND).find(KIND)
        if found is not None:
            switched = found
            break
    profile = PROFILES[switched.get("profile", account.settings.account)]
    return replace(
        profile,
        daily=switched.get("daily_quota", profile.daily),
        rate=switched.get("rate", profile.rate),
        enforced=switched.get("enforced", profile.enforced),
        verification=switched.get("verification", account.settings.verification),
    )


def switch(
    instance: Instance, account: str | None, region: str | None, options: Mapping[str, Any]
) -> None:
    """Have the profile be what the options say; what they do not is as the settings have it.

    Only in this account and this region, if they are given. What was switched before there is
    over; without options nothing takes its place. Options are ``profile``, a name, ``daily_quota``,
    ``rate``, ``enforced`` and ``verification``.
    """
    database = instance.database
    with database.transaction():
        for of, where, name, _ in everywhere(database, KIND):
            if account in (None, of) and region in (None, where):
                Collection(database, of, where, KIND).discard(name)
        if options:
            Collection(database, account or "", region or "", KIND).put(KIND, dict(options))
        # What the other profile left of its rate says nothing about this one's.
        instance.buckets.clear()


def spend(account: Account, recipients: int, charged: int) -> None:
    """Take a message from the sending quota; ``charged`` recipients count against the daily one.

    Raises AwsError ``Throttling``. The rate is a bucket of one second's sends that refills
    steadily, so a short burst passes. Source: the guide, "Managing your Amazon SES sending limits".
    """
    profile = profile_of(account)
    if not profile.enforced:
        return
    now = account.now()
    if charged and profile.daily != UNLIMITED:
        sent = account.sent_since(now - DAY, charged=True)
        if sent + charged > profile.daily:
            raise AwsError("Throttling", DAILY_QUOTA_EXCEEDED)
    key = (account.id, account.region)
    left, since = account.instance.buckets.get(key, (float(profile.rate), now))
    left = min(float(profile.rate), left + (now - since) * profile.rate)
    if left < 1:
        account.instance.buckets[key] = (left, now)
        raise AwsError("Throttling", "Maximum sending rate exceeded.")
    # A message with more recipients than a second allows is let through and paid for afterwards.
    account.instance.buckets[key] = (left - recipients, now)
