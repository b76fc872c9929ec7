"""What went wrong, in the words of each API: the one place where errors get their wire names."""

from typing import Any

from ses_emulator.errors import AwsError, Exists, Missing, SesError

# v1 has an error of its own for each kind: its code and the member that names the resource.
V1_MISSING = {
    "ConfigurationSet": ("ConfigurationSetDoesNotExist", "ConfigurationSetName"),
}
V1_EXISTS = {
    "ConfigurationSet": ("ConfigurationSetAlreadyExists", "ConfigurationSetName"),
}
MISSING = {
    "ConfigurationSet": "Configuration set <{name}> does not exist.",
    "EmailIdentity": "Email identity {name} does not exist.",
}
EXISTS = {
    "ConfigurationSet": "Configuration set <{name}> already exists.",
    "EmailIdentity": "Email identity {name} already exist.",
}
V2_CODES = {
    "AccountSendingPausedException": "SendingPausedException",
    "ConfigurationSetDoesNotExist": "NotFoundException",
    "ConfigurationSetSendingPausedException": "SendingPausedException",
    "InvalidNextToken": "BadRequestException",
    "InvalidParameterValue": "BadRequestException",
    "LimitExceeded": "LimitExceededException",
    "Throttling": "TooManyRequestsException",
    "ValidationError": "BadRequestException",
}
V1_CODES = {"InvalidNextToken": "InvalidParameterValue"}


def for_v1(error: SesError) -> AwsError:
    """The error as v1 words it."""
    if isinstance(error, AwsError):
        code = V1_CODES.get(error.code, error.code)
        return AwsError(code, error.message, **error.members)
    if isinstance(error, Missing):
        return _named(V1_MISSING, MISSING, error)
    assert isinstance(error, Exists)
    return _named(V1_EXISTS, EXISTS, error)


def _named(
    codes: dict[str, tuple[str, str]], sentences: dict[str, str], error: Missing | Exists
) -> AwsError:
    code, member = codes.get(error.kind, ("InvalidParameterValue", "Name"))
    members: dict[str, Any] = {member: error.name}
    return AwsError(code, sentences[error.kind].format(name=error.name), **members)


def for_v2(error: SesError) -> AwsError:
    """The error as v2 words it."""
    if isinstance(error, AwsError):
        return AwsError(V2_CODES.get(error.code, error.code), error.message)
    if isinstance(error, Missing):
        return AwsError("NotFoundException", MISSING[error.kind].format(name=error.name))
    assert isinstance(error, Exists)
    return AwsError("AlreadyExistsException", EXISTS[error.kind].format(name=error.name))
