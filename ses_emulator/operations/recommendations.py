"""The recommendations of Virtual Deliverability Manager's advisor; only v2 has them."""

from collections.abc import Iterator

from ses_emulator.errors import AwsError
from ses_emulator.mail.reputation import BOUNCES, COMPLAINTS, FEWEST
from ses_emulator.operations.metrics import check_vdm, select
from ses_emulator.operations.paging import page_of
from ses_emulator.operations.registry import Request, Result, v2
from ses_emulator.store.account import DAY, Account
from ses_emulator.store.documents import Document
from ses_emulator.store.statistics import total

# Shares of what was sent that are a finding of LOW and of HIGH impact.
RATES = {
    "BOUNCE": ("PERMANENT_BOUNCE", "bounce", *BOUNCES),
    "COMPLAINT": ("COMPLAINT", "complaint", *COMPLAINTS),
}
PERIOD = 30 * DAY


@v2("ListRecommendations")
def list_recommendations(account: Account, request: Request) -> Result:
    check_vdm(account, "NotFoundException")
    given = request.get("Filter", {})
    if len(given) == 2 and set(given) not in ({"STATUS", "IMPACT"}, {"STATUS", "TYPE"}):
        raise AwsError(
            "BadRequestException", "Filters can be combined only as STATUS and IMPACT or TYPE."
        )
    names = {"TYPE": "Type", "IMPACT": "Impact", "STATUS": "Status", "RESOURCE_ARN": "ResourceArn"}
    rows = [
        (f"{found['ResourceArn']} {found['Type']}", found)
        for found in _findings(account)
        if all(found[names[key]] == value for key, value in given.items())
    ]
    return page_of(sorted(rows, key=lambda row: row[0]), request, "Recommendations")


def _findings(account: Account) -> Iterator[Document]:
    """All findings, computed from the identities and what they sent."""
    for name, identity in account.identities.all():
        arn = account.arn(f"identity/{name}")
        since = identity["VerificationInfo"]["LastCheckedTimestamp"]
        if identity["IdentityType"] == "DOMAIN":
            dkim = identity["DkimAttributes"]
            if not (dkim.get("SigningEnabled") and dkim.get("Status") == "SUCCESS"):
                yield _finding(arn, "DKIM", "DKIM verification is not enabled.", since, "HIGH")
            if "MailFromDomain" not in identity["MailFromAttributes"]:
                yield _finding(arn, "SPF", "The MAIL FROM record is not aligned.", since, "LOW")
        yield from _rates(account, name, arn, since)


def _rates(account: Account, identity: str, arn: str, since: float) -> Iterator[Document]:
    since_then = account.now() - PERIOD
    chosen = select(account, since_then, float("inf"), {"EMAIL_IDENTITY": identity})
    database = account.instance.database
    sent = total(database, chosen, "SEND")
    if sent < FEWEST:
        return
    for type, (metric, noun, low, high) in RATES.items():
        rate = total(database, chosen, metric) / sent
        if rate >= low:
            words = f"The {noun} rate is {rate:.1%} of {sent} emails in the last 30 days."
            yield _finding(arn, type, words, since, "HIGH" if rate >= high else "LOW")


def _finding(arn: str, type: str, words: str, since: float, impact: str) -> Document:
    return {
        "ResourceArn": arn,
        "Type": type,
        "Description": words,
        "Status": "OPEN",
        "CreatedTimestamp": since,
        "LastUpdatedTimestamp": since,
        "Impact": impact,
    }
