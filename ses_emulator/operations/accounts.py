"""The account: its quota, its statistics, its settings."""

from ses_emulator.mail.profile import profile_of
from ses_emulator.operations.registry import Request, Result, v1, v2
from ses_emulator.store.account import DAY, Account

INTERVAL = 15 * 60
TWO_WEEKS = 14 * DAY


@v1("GetSendQuota")
def get_send_quota(account: Account, request: Request) -> Result:
    return _quota(account)


@v2("GetAccount")
def get_account(account: Account, request: Request) -> Result:
    return {
        "DedicatedIpAutoWarmupEnabled": True,
        "EnforcementStatus": "HEALTHY",
        "ProductionAccessEnabled": profile_of(account).production,
        "SendQuota": _quota(account),
        "SendingEnabled": True,
        "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
        "VdmAttributes": {"VdmEnabled": "DISABLED"},
    }


def _quota(account: Account) -> Result:
    profile = profile_of(account)
    return {
        "Max24HourSend": float(profile.daily),
        "MaxSendRate": float(profile.rate),
        "SentLast24Hours": float(account.sent_since(account.now() - DAY, charged=True)),
    }


@v1("GetSendStatistics")
def get_send_statistics(account: Account, request: Request) -> Result:
    points = account.sent_by_interval(account.now() - TWO_WEEKS, INTERVAL)
    return {
        "SendDataPoints": [
            {
                "Timestamp": start,
                "DeliveryAttempts": attempts,
                "Bounces": 0,
                "Complaints": 0,
                "Rejects": 0,
            }
            for start, attempts in points
        ]
    }
