"""The errors that a rule may answer a send with: AWS's codes, and the words that go with them.

Each API gives a code its own name and HTTP status at its edge, as it does for any other error.
"""

from ses_emulator.errors import AwsError
from ses_emulator.mail.accept import ACCOUNT_PAUSED
from ses_emulator.store.account import Account

# By v1's code. Source: the API reference, "Common Errors", and the guide, "Amazon SES email sending
# errors".
WORDS = {
    "AccessDenied": "User `arn:aws:iam::{account}:root' is not authorized to perform"
    " `ses:{operation}'",
    "AccountSendingPausedException": ACCOUNT_PAUSED,
    "AccountSuspendedException": "Sending suspended for this account. For more information, please"
    " check the inbox of the email address associated with your AWS account.",
    "ConfigurationSetSendingPausedException": "Sending is paused for the configuration set.",
    "ExpiredToken": "The security token included in the request is expired",
    "InternalFailure": "The request processing has failed because of an unknown error, exception"
    " or failure.",
    "InvalidClientTokenId": "The security token included in the request is invalid.",
    "InvalidParameterValue": "The request has a parameter with an invalid value.",
    "LimitExceeded": "The account has reached its limit.",
    "MailFromDomainNotVerifiedException": "The MAIL FROM domain is not verified.",
    "MessageRejected": "The message was rejected.",
    "RequestExpired": "Request has expired",
    "ServiceUnavailable": "The request has failed due to a temporary failure of the server.",
    "SignatureDoesNotMatch": "The request signature we calculated does not match the signature you"
    " provided. Check your AWS Secret Access Key and signing method.",
    "Throttling": "Maximum sending rate exceeded.",
}
# v2's names that differ from v1's by more than the ending.
ELSEWHERE = {
    "BadRequest": "InvalidParameterValue",
    "InternalServiceError": "InternalFailure",
    "InvalidSignature": "SignatureDoesNotMatch",
    "SendingPaused": "AccountSendingPausedException",
    "TooManyRequests": "Throttling",
    "UnrecognizedClient": "InvalidClientTokenId",
}
ENDING = "Exception"
CODES = ELSEWHERE | {code.removesuffix(ENDING): code for code in WORDS}


def code_of(name: str) -> str | None:
    """v1's code for one of either API, with or without its ending ``Exception``; or None."""
    return CODES.get(name.removesuffix(ENDING))


def refusal(account: Account, operation: str, code: str, message: str | None) -> AwsError:
    """What a send is refused with; ``code`` is v1's, no ``message`` is AWS's own words."""
    # Over SMTP it is this permission that is missing.
    called = "SendRawEmail" if operation == "SMTP" else operation
    words = WORDS[code].format(account=account.id, operation=called)
    return AwsError(code, message or words)
