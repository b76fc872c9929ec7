"""The account: its quota, its statistics, its settings."""

from ses_emulator.errors import AwsError
from ses_emulator.mail.profile import profile_of
from ses_emulator.mail.reputation import enforcement_status, is_shut_down
from ses_emulator.operations.refusals import invalid
from ses_emulator.operations.registry import Request, Result, v1, v2
from ses_emulator.store.account import DAY, Account
from ses_emulator.store.statistics import POINTS, points

INTERVAL = 15 * 60
TWO_WEEKS = 14 * DAY


@v1("GetSendQuota")
def get_send_quota(account: Account, request: Request) -> Result:
    return _quota(account)


@v2("GetAccount")
def get_account(account: Account, request: Request) -> Result:
    return {
        "DedicatedIpAutoWarmupEnabled": True,
        "PricingAttributes": {"CurrentPlan": "NONE"},
        "SendingEnabled": True,
        "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
        **account.attributes,
        "EnforcementStatus": enforcement_status(account),
        "ProductionAccessEnabled": profile_of(account).production,
        "SendQuota": _quota(account),
    }


@v2("PutAccountDetails")
def put_account_details(account: Account, request: Request) -> None:
    """Keep the details; production access comes from ``--account`` and is not granted here."""
    review = account.attributes.get("Details", {}).get("ReviewDetails", {})
    if review.get("Status") == "PENDING":
        raise AwsError(
            "ConflictException", "There is already an ongoing account details update under review."
        )
    wanted = request.get("ProductionAccessEnabled", False)
    status = "PENDING" if wanted and not profile_of(account).production else "GRANTED"
    account.set_attributes(Details={**request, "ReviewDetails": {"Status": status}})


@v2("PutAccountSendingAttributes")
def put_account_sending_attributes(account: Account, request: Request) -> None:
    _enable_sending(account, request.get("SendingEnabled", False))


@v1("UpdateAccountSendingEnabled")
def update_account_sending_enabled(account: Account, request: Request) -> None:
    _enable_sending(account, request.get("Enabled", False))


@v1("GetAccountSendingEnabled")
def get_account_sending_enabled(account: Account, request: Request) -> Result:
    return {"Enabled": account.attributes.get("SendingEnabled", True)}


@v2("PutAccountDedicatedIpWarmupAttributes")
def put_account_dedicated_ip_warmup_attributes(account: Account, request: Request) -> None:
    enabled = request.get("AutoWarmupEnabled", False)
    account.set_attributes(DedicatedIpAutoWarmupEnabled=enabled)


@v2("PutAccountVdmAttributes")
def put_account_vdm_attributes(account: Account, request: Request) -> None:
    account.set_attributes(VdmAttributes=request["VdmAttributes"])


@v2("PutAccountSuppressionAttributes")
def put_account_suppression_attributes(account: Account, request: Request) -> None:
    account.set_attributes(SuppressionAttributes={"SuppressedReasons": [], **request})


@v2("PutAccountPricingAttributes")
def put_account_pricing_attributes(account: Account, request: Request) -> None:
    account.set_attributes(PricingAttributes={"CurrentPlan": request["Plan"]})


@v2("PutAccountDeliveryAttributes")
def put_account_delivery_attributes(account: Account, request: Request) -> None:
    account.set_attributes(DeliveryAttributes=request)


def _enable_sending(account: Account, enabled: bool) -> None:
    """Pause or resume sending, but not where SES paused it."""
    if enabled and is_shut_down(account):
        raise invalid(
            "Sending was paused by Amazon SES and cannot be resumed until it is reviewed."
        )
    account.set_attributes(SendingEnabled=enabled)


def _quota(account: Account) -> Result:
    profile = profile_of(account)
    return {
        "Max24HourSend": float(profile.daily),
        "MaxSendRate": float(profile.rate),
        "SentLast24Hours": float(account.sent_since(account.now() - DAY, charged=True)),
    }


@v1("GetSendStatistics")
def get_send_statistics(account: Account, request: Request) -> Result:
    """A point for each quarter of an hour in which something was sent or came back."""
    since = account.now() - TWO_WEEKS
    attempts = dict(account.sent_by_interval(since, INTERVAL))
    database = account.instance.database
    feedback = points(database, account.id, account.region, since, INTERVAL)
    nothing = dict.fromkeys(POINTS.values(), 0)
    return {
        "SendDataPoints": [
            {
                "Timestamp": start,
                "DeliveryAttempts": attempts.get(start, 0),
                **feedback.get(start, nothing),
            }
            for start in sorted({*attempts, *feedback})
        ]
    }
