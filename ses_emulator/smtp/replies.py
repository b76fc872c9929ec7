"""SES's answers over SMTP.

Source: the guide, "SMTP response codes returned by Amazon SES"; what it does not list is worded as
SES was seen to answer.
"""

from ses_emulator.errors import AwsError, Missing, SesError

GREETING = "ESMTP ses-emulator"
OK = "250 Ok"
AUTHENTICATED = "235 Authentication successful."
TOO_MANY_CONNECTIONS = "421 Too many concurrent SMTP connections"
NO_TLS = "530 Must issue a STARTTLS command first"
NOT_AUTHENTICATED = "530 Authentication required"
WRONG_CREDENTIALS = "535 Authentication Credentials Invalid"
TEMPORARY = "451 Temporary service failure"
TIMEOUT = "451 4.4.2 Timeout waiting for data from client."
INVALID_SENDER = "501 Invalid MAIL FROM address provided"
INVALID_RECIPIENT = "501 Invalid RCPT TO address provided"
TOO_LONG = "552 Message is too long."
TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients"  # RFC 5321 section 4.5.3.1.10

TRANSACTION_FAILED = "554 Transaction failed"
# What SES puts before the message of an error of the API, by the error's code.
REFUSALS = {
    "AccessDenied": "554 Access denied",
    "AccountSendingPausedException": "554 Message rejected",
    "AccountSuspendedException": "554 Message rejected",
    "ConfigurationSetDoesNotExist": "554 Configuration Set does not exist",
    "ConfigurationSetSendingPausedException": "554 Message rejected",
    "InternalFailure": TEMPORARY,
    "InvalidParameterValue": TRANSACTION_FAILED,
    "MailFromDomainNotVerifiedException": "554 MAIL FROM domain not verified",
    "MessageRejected": "554 Message rejected",
    "ServiceUnavailable": TEMPORARY,
    "Throttling": "454 Throttling failure",
}
LONGEST = 510  # RFC 5321 section 4.5.3.1.5, without CRLF


def accepted(message_id: str) -> str:
    """The reply to a message that was taken."""
    return f"{OK} {message_id}"


def refused(error: SesError) -> str:
    """The reply to a message that the pipeline does not take: one line, without its end.

    A line that would be too long ends with three periods, as in the guide's "Message rejected".
    """
    if isinstance(error, Missing) and error.kind == "ConfigurationSet":
        error = AwsError(
            "ConfigurationSetDoesNotExist", f"Configuration set <{error.name}> does not exist."
        )
    text = str(error)
    if text.startswith("Message length is more than"):
        return TOO_LONG
    code = error.code if isinstance(error, AwsError) else ""
    words = " ".join(f"{REFUSALS.get(code, TRANSACTION_FAILED)}: {text}".split())
    line = words.encode("utf-8", "replace")
    if len(line) <= LONGEST:
        return line.decode()
    return line[: LONGEST - 3].decode("utf-8", "ignore") + "..."
