"""What went wrong, in the words of each API: the one place where errors get their wire names."""

from dataclasses import dataclass

from ses_emulator.errors import AwsError, Exists, Missing, SesError


@dataclass(frozen=True, slots=True)
class Kind:
    """How the APIs speak of a kind of resource that is missing or exists already.

    Sentences have ``{name}`` and ``{parent}``. v1 has codes of its own for most kinds, and members
    of the error's shape for the name and the parent; v2's codes are the same for all.
    """

    missing: str
    exists: str = ""
    v1_missing: str = "InvalidParameterValue"
    v1_exists: str = "InvalidParameterValue"
    members: tuple[str, ...] = ()


KINDS = {
    "ConfigurationSet": Kind(
        "Configuration set <{name}> does not exist.",
        "Configuration set <{name}> already exists.",
        "ConfigurationSetDoesNotExist",
        "ConfigurationSetAlreadyExists",
        ("ConfigurationSetName",),
    ),
    "Contact": Kind("{name} doesn't exist in List.", "{name} already exists in List."),
    "ContactList": Kind("List with name: {name} doesn't exist."),
    "CustomVerificationEmailTemplate": Kind(
        "Custom verification email template <{name}> does not exist.",
        "Custom verification email template <{name}> already exists.",
        "CustomVerificationEmailTemplateDoesNotExist",
        "CustomVerificationEmailTemplateAlreadyExists",
        ("CustomVerificationEmailTemplateName",),
    ),
    "DedicatedIp": Kind("Could not find dedicated IP <{name}> under this account."),
    "DedicatedIpPool": Kind(
        "The requested pool <{name}> does not exist.", "The pool <{name}> already exists."
    ),
    "DeliverabilityTestReport": Kind("Deliverability test report {name} does not exist."),
    "EmailIdentity": Kind(
        "Email identity {name} does not exist.", "Email identity {name} already exist."
    ),
    "EmailIdentityCertificate": Kind(
        missing="",
        exists="A certificate is already associated with sender <{name}> on identity <{parent}>.",
    ),
    "EmailIdentityPolicy": Kind(missing="", exists="Policy <{name}> already exists"),
    "EmailTemplate": Kind(
        "Template {name} does not exist.",
        v1_missing="TemplateDoesNotExist",
        members=("TemplateName",),
    ),
    "EventDestination": Kind(
        "No EventDestination found for {parent}",
        "An event destination with name <{name}> already exists for configuration set <{parent}>.",
        "EventDestinationDoesNotExist",
        "EventDestinationAlreadyExists",
        ("EventDestinationName", "ConfigurationSetName"),
    ),
    "ExportJob": Kind("Export job {name} does not exist."),
    "ImportJob": Kind("Import job {name} does not exist."),
    "MultiRegionEndpoint": Kind(
        "Multi-region endpoint {name} does not exist.",
        "Multi-region endpoint {name} already exists.",
    ),
    "ReceiptFilter": Kind(
        "Filter does not exist: {name}",
        "Filter already exists: {name}",
        v1_exists="AlreadyExists",
        members=("Name",),
    ),
    "ReceiptRule": Kind(
        "Rule does not exist: {name}",
        "Rule already exists: {name}",
        "RuleDoesNotExist",
        "AlreadyExists",
        ("Name",),
    ),
    "ReceiptRuleSet": Kind(
        "Rule set does not exist: {name}",
        "Rule set already exists: {name}",
        "RuleSetDoesNotExist",
        "AlreadyExists",
        ("Name",),
    ),
    "ReputationEntity": Kind("Reputation entity <{name}> does not exist."),
    "SuppressedDestination": Kind("Email address {name} does not exist on your suppression list."),
    "Tenant": Kind("The requested tenant <{name}> does not exist."),
    "TenantSuppressedDestination": Kind(
        "Email address {name} does not exist on your tenant suppression list."
    ),
    "TrackingOptions": Kind(
        "There are no tracking options for configuration set <{name}>",
        "Configuration set <{name}> already has tracking options.",
        "TrackingOptionsDoesNotExistException",
        "TrackingOptionsAlreadyExistsException",
        ("ConfigurationSetName",),
    ),
}
# AwsError carries v1's code; what v2 calls it.
V2_CODES = {
    "AccessDenied": "AccessDeniedException",
    "AccountSendingPausedException": "SendingPausedException",
    "AlreadyExists": "AlreadyExistsException",
    "ConfigurationSetSendingPausedException": "SendingPausedException",
    "CustomVerificationEmailInvalidContent": "BadRequestException",
    "ExpiredToken": "ExpiredTokenException",
    "FromEmailAddressNotVerified": "BadRequestException",
    "InternalFailure": "InternalServiceErrorException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "InvalidCloudWatchDestination": "BadRequestException",
    "InvalidConfigurationSet": "BadRequestException",
    "InvalidFirehoseDestination": "BadRequestException",
    "InvalidNextToken": "BadRequestException",
    "InvalidParameterValue": "BadRequestException",
    "InvalidPolicy": "BadRequestException",
    "InvalidRenderingParameter": "BadRequestException",
    "InvalidSNSDestination": "BadRequestException",
    "InvalidTemplate": "BadRequestException",
    "InvalidTrackingOptions": "BadRequestException",
    "LimitExceeded": "LimitExceededException",
    "MissingRenderingAttribute": "BadRequestException",
    "ProductionAccessNotGranted": "BadRequestException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "Throttling": "TooManyRequestsException",
    "ValidationError": "BadRequestException",
}
V1_CODES = {
    "AccountSuspendedException": "MessageRejected",
    "InvalidNextToken": "InvalidParameterValue",
}


def for_v1(error: SesError) -> AwsError:
    """The error as v1 words it."""
    if isinstance(error, AwsError):
        code = V1_CODES.get(error.code, error.code)
        return AwsError(code, error.message, **error.members)
    assert isinstance(error, Missing | Exists)
    kind = KINDS[error.kind]
    code = kind.v1_missing if isinstance(error, Missing) else kind.v1_exists
    named = zip(kind.members, (error.name, error.parent), strict=False)
    return AwsError(code, _sentence(kind, error), **dict(named))


def for_v2(error: SesError) -> AwsError:
    """The error as v2 words it."""
    if isinstance(error, AwsError):
        return AwsError(V2_CODES.get(error.code, error.code), error.message)
    assert isinstance(error, Missing | Exists)
    code = "NotFoundException" if isinstance(error, Missing) else "AlreadyExistsException"
    return AwsError(code, _sentence(KINDS[error.kind], error))


def _sentence(kind: Kind, error: Missing | Exists) -> str:
    sentence = kind.missing if isinstance(error, Missing) else kind.exists
    return sentence.format(name=error.name, parent=error.parent)
