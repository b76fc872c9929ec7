"""One valid call of every operation of both APIs, in an order in which each finds what it needs."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

Parameters = dict[str, Any]
# By service and operation, the latest of each.
Answers = dict[tuple[str, str], Any]
Given = Callable[[Answers], Parameters]
# The service, the operation and the parameters, which may come of the answers so far.
Step = tuple[str, str, Parameters | Given]

ACCOUNT, REGION = "111122223333", "us-east-1"
ARN = f"arn:aws:ses:{REGION}:{ACCOUNT}:"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/0123abcd"
STRICT = f"arn:aws:ses:{REGION}:aws:reputation-policy/strict"
IP = "198.51.100.1"
TO = {"ToAddresses": ["to@example.net"]}
TEXT = {"Subject": {"Data": "Subject"}, "Body": {"Text": {"Data": "Text"}}}
TAGS = [{"Key": "team", "Value": "mail"}]


def v1(operation: str, given: Parameters | Given | None = None, /, **parameters: Any) -> Step:
    return "ses", operation, given or parameters


def v2(operation: str, given: Parameters | Given | None = None, /, **parameters: Any) -> Step:
    return "sesv2", operation, given or parameters


def policy(domain: str, action: str = "ses:SendEmail") -> str:
    """A policy of a domain's identity."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "123456789012"},
        "Action": action,
        "Resource": f"{ARN}identity/{domain}",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def verification(name: str) -> Parameters:
    """A custom verification email template."""
    return {
        "TemplateName": name,
        "FromEmailAddress": "from@example.com",
        "TemplateSubject": "Is it you?",
        "TemplateContent": "<html><body>Is it you?</body></html>",
        "SuccessRedirectionURL": "https://example.com/yes",
        "FailureRedirectionURL": "https://example.com/no",
    }


def answer(service: str, operation: str, member: str, to: str) -> Callable[[Answers], Parameters]:
    """The parameter ``to``, which is a member of an earlier answer."""
    return lambda answers: {to: answers[service, operation][member]}


def today(answers: Answers) -> datetime:
    """The day on which the scenario plays, from midnight."""
    created: datetime = answers["sesv2", "CreateTenant"]["CreatedTimestamp"]
    return created.replace(hour=0, minute=0, second=0, microsecond=0)


def these_days(answers: Answers) -> Parameters:
    day = timedelta(days=1)
    return {"StartDate": today(answers) - day, "EndDate": today(answers) + day}


def entity(answers: Answers) -> Parameters:
    reference = answers["sesv2", "CreateTenant"]["TenantArn"]
    return {"ReputationEntityType": "RESOURCE", "ReputationEntityReference": reference}


def export(answers: Answers) -> Parameters:
    chosen = {"Include": {"Subject": ["Subject"]}}
    return {
        "ExportDataSource": {"MessageInsightsDataSource": these_days(answers) | chosen},
        "ExportDestination": {"DataFormat": "CSV"},
    }


def metrics(answers: Answers) -> Parameters:
    query = {"Id": "sent", "Namespace": "VDM", "Metric": "SEND"}
    return {"Queries": [query | these_days(answers)]}


def bounce(answers: Answers) -> Parameters:
    return {
        "OriginalMessageId": answers["ses", "SendEmail"]["MessageId"],
        "BounceSender": "bounces@example.com",
        "BouncedRecipientInfoList": [{"Recipient": "to@example.net", "BounceType": "DoesNotExist"}],
    }


def campaign(answers: Answers) -> Parameters:
    found = answers["sesv2", "ListDomainDeliverabilityCampaigns"]["DomainDeliverabilityCampaigns"]
    return {"CampaignId": found[0]["CampaignId"]}


V1_TEMPLATE = {"TemplateName": "v1", "SubjectPart": "Hi {{name}}", "TextPart": "Hello"}
V2_TEMPLATE = {"Subject": "Hi {{name}}", "Text": "Hello"}
V1_DESTINATION = {
    "Name": "sns",
    "Enabled": True,
    "MatchingEventTypes": ["send"],
    "SNSDestination": {"TopicARN": TOPIC},
}
V2_DESTINATION = {
    "Enabled": True,
    "MatchingEventTypes": ["SEND"],
    "EventBridgeDestination": {"EventBusArn": BUS},
}
RULE = {"Name": "first", "Enabled": True, "Actions": [{"StopAction": {"Scope": "RuleSet"}}]}
RULES = {"RuleSetName": "rules"}
V1_SET, V2_SET = {"ConfigurationSetName": "one"}, {"ConfigurationSetName": "two"}
COM, ORG = {"Identity": "example.com"}, {"EmailIdentity": "example.org"}
LIST, TENANT = {"ContactListName": "news"}, {"TenantName": "tenant"}
CONTACT = LIST | {"EmailAddress": "reader@example.net"}
SUPPRESSED = {"EmailAddress": "suppressed@example.net"}
ASSOCIATION = TENANT | {"ResourceArn": f"{ARN}configuration-set/two"}

CREATES = [
    v1("VerifyDomainIdentity", Domain="example.com"),
    v1("VerifyDomainDkim", Domain="example.com"),
    v1("VerifyEmailIdentity", EmailAddress="one@example.net"),
    v1("VerifyEmailAddress", EmailAddress="two@example.net"),
    v2("CreateEmailIdentity", **ORG, Tags=TAGS),
    v1("PutIdentityPolicy", **COM, PolicyName="v1", Policy=policy("example.com")),
    v2("CreateEmailIdentityPolicy", **ORG, PolicyName="v2", Policy=policy("example.org")),
    v2(
        "AssociateEmailIdentityCertificate",
        **ORG,
        FromAddress="from@example.org",
        CertificateArn=CERTIFICATE,
    ),
    v2("CreateDedicatedIpPool", PoolName="pool", Tags=TAGS),
    v2("PutDedicatedIpInPool", Ip=IP, DestinationPoolName="pool"),
    v1("CreateConfigurationSet", ConfigurationSet={"Name": "one"}),
    v2("CreateConfigurationSet", **V2_SET, DeliveryOptions={"TlsPolicy": "REQUIRE"}),
    v1("CreateConfigurationSetEventDestination", **V1_SET, EventDestination=V1_DESTINATION),
    v2(
        "CreateConfigurationSetEventDestination",
        **V2_SET,
        EventDestinationName="bus",
        EventDestination=V2_DESTINATION,
    ),
    v1(
        "CreateConfigurationSetTrackingOptions",
        **V1_SET,
        TrackingOptions={"CustomRedirectDomain": "example.com"},
    ),
    v1("CreateTemplate", Template=V1_TEMPLATE),
    v2("CreateEmailTemplate", TemplateName="v2", TemplateContent=V2_TEMPLATE),
    v1("CreateCustomVerificationEmailTemplate", verification("v1")),
    v2("CreateCustomVerificationEmailTemplate", verification("v2")),
    v1(
        "CreateReceiptFilter",
        Filter={"Name": "filter", "IpFilter": {"Policy": "Block", "Cidr": "192.0.2.0/24"}},
    ),
    v1("CreateReceiptRuleSet", **RULES),
    v1("CreateReceiptRule", **RULES, Rule=RULE),
    v1("CreateReceiptRule", **RULES, Rule={"Name": "second"}, After="first"),
    v1("CloneReceiptRuleSet", RuleSetName="clone", OriginalRuleSetName="rules"),
    v1("SetActiveReceiptRuleSet", RuleSetName="rules"),
    v2(
        "CreateContactList",
        **LIST,
        Topics=[
            {"TopicName": "sport", "DisplayName": "Sport", "DefaultSubscriptionStatus": "OPT_IN"}
        ],
    ),
    v2("CreateContact", **CONTACT),
    v2("CreateTenant", **TENANT, Tags=TAGS),
    v2("CreateTenantResourceAssociation", **ASSOCIATION),
    v2("PutSuppressedDestination", **SUPPRESSED, Reason="BOUNCE"),
    v2("PutSuppressedDestination", **SUPPRESSED, Reason="COMPLAINT", **TENANT),
    v2(
        "CreateMultiRegionEndpoint",
        EndpointName="both",
        Details={"RoutesDetails": [{"Region": "eu-west-1"}]},
    ),
    v1("SendEmail", Source="from@example.com", Destination=TO, Message=TEXT),
    v1("SendBounce", bounce),
    v1("SendRawEmail", RawMessage={"Data": b"From: a@example.com\nTo: b@c.de\n\nText"}),
    v1(
        "SendTemplatedEmail",
        Source="from@example.com",
        Destination=TO,
        Template="v1",
        TemplateData='{"name": "you"}',
    ),
    v1(
        "SendBulkTemplatedEmail",
        Source="from@example.com",
        Template="v1",
        DefaultTemplateData='{"name": "you"}',
        Destinations=[{"Destination": TO}],
    ),
    v2("SendEmail", FromEmailAddress="from@example.com", Destination=TO, Content={"Simple": TEXT}),
    v2(
        "SendBulkEmail",
        FromEmailAddress="from@example.com",
        DefaultContent={"Template": {"TemplateName": "v2", "TemplateData": '{"name": "you"}'}},
        BulkEmailEntries=[{"Destination": TO}],
    ),
    v1("SendCustomVerificationEmail", EmailAddress="new1@example.net", TemplateName="v1"),
    v2("SendCustomVerificationEmail", EmailAddress="new2@example.net", TemplateName="v2"),
    v2(
        "PutDeliverabilityDashboardOption",
        DashboardEnabled=True,
        SubscribedDomains=[{"Domain": "example.com"}],
    ),
    v2(
        "CreateDeliverabilityTestReport",
        FromEmailAddress="from@example.com",
        Content={"Simple": TEXT},
    ),
    v2("CreateExportJob", export),
    v2(
        "CreateImportJob",
        ImportDestination={"SuppressionListDestination": {"SuppressionListImportAction": "PUT"}},
        ImportDataSource={"S3Url": "s3://bucket/list.csv", "DataFormat": "CSV"},
    ),
]
V1_IDENTITIES = {"Identities": ["example.com", "example.org", "one@example.net"]}
READS = [
    v1("DescribeActiveReceiptRuleSet"),
    v1(
        "DescribeConfigurationSet",
        **V1_SET,
        ConfigurationSetAttributeNames=["eventDestinations", "trackingOptions"],
    ),
    v1("DescribeReceiptRule", **RULES, RuleName="first"),
    v1("DescribeReceiptRuleSet", **RULES),
    v1("GetAccountSendingEnabled"),
    v1("GetCustomVerificationEmailTemplate", TemplateName="v2"),
    v1("GetIdentityDkimAttributes", **V1_IDENTITIES),
    v1("GetIdentityMailFromDomainAttributes", **V1_IDENTITIES),
    v1("GetIdentityNotificationAttributes", **V1_IDENTITIES),
    v1("GetIdentityPolicies", **COM, PolicyNames=["v1"]),
    v1("GetIdentityVerificationAttributes", **V1_IDENTITIES),
    v1("GetSendQuota"),
    v1("GetSendStatistics"),
    v1("GetTemplate", TemplateName="v2"),
    v1("ListConfigurationSets"),
    v1("ListCustomVerificationEmailTemplates"),
    v1("ListIdentities"),
    v1("ListIdentityPolicies", **COM),
    v1("ListReceiptFilters"),
    v1("ListReceiptRuleSets"),
    v1("ListTemplates"),
    v1("ListVerifiedEmailAddresses"),
    v1("TestRenderTemplate", TemplateName="v1", TemplateData='{"name": "you"}'),
    v2("BatchGetMetricData", metrics),
    v2("GetAccount"),
    v2("GetBlacklistReports", BlacklistItemNames=[IP]),
    v2("GetConfigurationSet", **V2_SET),
    v2("GetConfigurationSetEventDestinations", **V2_SET),
    v2("GetContact", **CONTACT),
    v2("GetContactList", **LIST),
    v2("GetCustomVerificationEmailTemplate", TemplateName="v1"),
    v2("GetDedicatedIp", Ip=IP),
    v2("GetDedicatedIpPool", PoolName="pool"),
    v2("GetDedicatedIps", PoolName="pool"),
    v2("GetDeliverabilityDashboardOptions"),
    v2(
        "GetDeliverabilityTestReport",
        answer("sesv2", "CreateDeliverabilityTestReport", "ReportId", "ReportId"),
    ),
    v2(
        "ListDomainDeliverabilityCampaigns",
        lambda answers: these_days(answers) | {"SubscribedDomain": "example.com"},
    ),
    v2("GetDomainDeliverabilityCampaign", campaign),
    v2(
        "GetDomainStatisticsReport", lambda answers: these_days(answers) | {"Domain": "example.com"}
    ),
    v2("GetEmailAddressInsights", EmailAddress="to@example.net"),
    v2("GetEmailIdentity", **ORG),
    v2("GetEmailIdentityPolicies", **ORG),
    v2("GetEmailTemplate", TemplateName="v1"),
    v2("GetExportJob", answer("sesv2", "CreateExportJob", "JobId", "JobId")),
    v2("GetImportJob", answer("sesv2", "CreateImportJob", "JobId", "JobId")),
    v2("GetMessageInsights", answer("sesv2", "SendEmail", "MessageId", "MessageId")),
    v2("GetMultiRegionEndpoint", EndpointName="both"),
    v2("GetReputationEntity", entity),
    v2("GetSuppressedDestination", **SUPPRESSED),
    v2("GetSuppressedDestination", **SUPPRESSED, **TENANT),
    v2("GetTenant", **TENANT),
    v2("ListConfigurationSets"),
    v2("ListContactLists"),
    v2("ListContacts", **LIST),
    v2("ListCustomVerificationEmailTemplates"),
    v2("ListDedicatedIpPools"),
    v2("ListDeliverabilityTestReports"),
    v2("ListEmailIdentities"),
    v2("ListEmailIdentityCertificates", **ORG),
    v2("ListEmailTemplates"),
    v2("ListExportJobs"),
    v2("ListImportJobs"),
    v2("ListMultiRegionEndpoints"),
    v2("ListRecommendations"),
    v2("ListReputationEntities"),
    v2("ListResourceTenants", ResourceArn=ASSOCIATION["ResourceArn"]),
    v2("ListSuppressedDestinations"),
    v2("ListSuppressedDestinations", **TENANT),
    v2("ListTagsForResource", ResourceArn=f"{ARN}identity/example.org"),
    v2("ListTenantResources", **TENANT),
    v2("ListTenants"),
    v2("TestRenderEmailTemplate", TemplateName="v2", TemplateData='{"name": "x"}'),
]
UPDATES = [
    v1("PutConfigurationSetDeliveryOptions", **V1_SET),
    v1("ReorderReceiptRuleSet", **RULES, RuleNames=["second", "first"]),
    v1("SetReceiptRulePosition", **RULES, RuleName="first"),
    v1("UpdateReceiptRule", **RULES, Rule=RULE | {"TlsPolicy": "Require"}),
    v1("SetIdentityDkimEnabled", **COM, DkimEnabled=False),
    v1("SetIdentityNotificationTopic", **COM, NotificationType="Bounce", SnsTopic=TOPIC),
    v1("SetIdentityHeadersInNotificationsEnabled", **COM, NotificationType="Bounce", Enabled=True),
    v1("SetIdentityFeedbackForwardingEnabled", **COM, ForwardingEnabled=True),
    v1("SetIdentityMailFromDomain", **COM, MailFromDomain="mail.example.com"),
    v1(
        "UpdateConfigurationSetEventDestination",
        **V1_SET,
        EventDestination=V1_DESTINATION | {"Enabled": False},
    ),
    v1("UpdateConfigurationSetReputationMetricsEnabled", **V1_SET, Enabled=True),
    v1("UpdateConfigurationSetSendingEnabled", **V1_SET, Enabled=False),
    v1(
        "UpdateConfigurationSetTrackingOptions",
        **V1_SET,
        TrackingOptions={"CustomRedirectDomain": "example.org"},
    ),
    v1("UpdateCustomVerificationEmailTemplate", TemplateName="v1", TemplateSubject="Really?"),
    v1("UpdateTemplate", Template=V1_TEMPLATE | {"TextPart": "Changed"}),
    v2("PutAccountDetails", MailType="TRANSACTIONAL", WebsiteURL="https://example.com"),
    v2("PutAccountDedicatedIpWarmupAttributes", AutoWarmupEnabled=False),
    v2("PutAccountDeliveryAttributes", SharedPoolDeliveryMode="REGIONAL"),
    v2("PutAccountPricingAttributes", Plan="PRO"),
    v2("PutAccountSuppressionAttributes", SuppressedReasons=["BOUNCE"]),
    v2("PutAccountVdmAttributes", VdmAttributes={"VdmEnabled": "ENABLED"}),
    v2(
        "PutConfigurationSetArchivingOptions",
        **V2_SET,
        ArchiveArn=f"{ARN}mailmanager-archive/a-0123456789abcdefghijklmn",
    ),
    v2("PutConfigurationSetDeliveryOptions", **V2_SET, SendingPoolName="pool"),
    v2("PutConfigurationSetReputationOptions", **V2_SET, ReputationMetricsEnabled=True),
    v2("PutConfigurationSetSendingOptions", **V2_SET, SendingEnabled=False),
    v2("PutConfigurationSetSuppressionOptions", **V2_SET, SuppressedReasons=["BOUNCE"]),
    v2("PutConfigurationSetTrackingOptions", **V2_SET, CustomRedirectDomain="example.com"),
    v2(
        "PutConfigurationSetVdmOptions",
        **V2_SET,
        VdmOptions={"DashboardOptions": {"EngagementMetrics": "ENABLED"}},
    ),
    v2(
        "UpdateConfigurationSet",
        **V2_SET,
        MessageSecurityOptions={"SigningScheme": {"DefaultScheme": {}}},
    ),
    v2(
        "UpdateConfigurationSetEventDestination",
        **V2_SET,
        EventDestinationName="bus",
        EventDestination=V2_DESTINATION | {"MatchingEventTypes": ["SEND", "BOUNCE"]},
    ),
    v2("PutDedicatedIpWarmupAttributes", Ip=IP, WarmupPercentage=50),
    v2("PutEmailIdentityConfigurationSetAttributes", **ORG, **V2_SET),
    v2("PutEmailIdentityDkimAttributes", **ORG, SigningEnabled=False),
    v2(
        "PutEmailIdentityDkimSigningAttributes",
        **ORG,
        SigningAttributesOrigin="AWS_SES",
        SigningAttributes={"NextSigningKeyLength": "RSA_1024_BIT"},
    ),
    v2("PutEmailIdentityFeedbackAttributes", **ORG, EmailForwardingEnabled=True),
    v2("PutEmailIdentityMailFromAttributes", **ORG, MailFromDomain="mail.example.org"),
    v2(
        "PutTenantSuppressionAttributes",
        **TENANT,
        SuppressedReasons=["BOUNCE"],
        SuppressionScope="TENANT",
    ),
    v2("TagResource", ResourceArn=f"{ARN}identity/example.com", Tags=TAGS),
    v2("UntagResource", ResourceArn=f"{ARN}dedicated-ip-pool/pool", TagKeys=["team"]),
    v2("UpdateContact", **CONTACT, UnsubscribeAll=True),
    v2("UpdateContactList", **LIST, Description="Changed"),
    v2("UpdateCustomVerificationEmailTemplate", verification("v2")),
    v2("UpdateEmailIdentityPolicy", **ORG, PolicyName="v2", Policy=policy("example.org", "ses:*")),
    v2("UpdateEmailTemplate", TemplateName="v2", TemplateContent=V2_TEMPLATE | {"Text": "Changed"}),
    v2(
        "UpdateReputationEntityCustomerManagedStatus",
        lambda answers: entity(answers) | {"SendingStatus": "DISABLED"},
    ),
    v2(
        "UpdateReputationEntityPolicy",
        lambda answers: entity(answers) | {"ReputationEntityPolicy": STRICT},
    ),
    v2("PutDedicatedIpPoolScalingAttributes", PoolName="pool", ScalingMode="MANAGED"),
    v2("PutAccountSendingAttributes", SendingEnabled=True),
    v1("UpdateAccountSendingEnabled", Enabled=False),
]
DELETES = [
    v2("CreateExportJob", export),
    v2("CancelExportJob", answer("sesv2", "CreateExportJob", "JobId", "JobId")),
    v2("DeleteTenantResourceAssociation", **ASSOCIATION),
    v2("DeleteSuppressedDestination", **SUPPRESSED, **TENANT),
    v2("DeleteSuppressedDestination", **SUPPRESSED),
    v2("DeleteTenant", **TENANT),
    v2("DeleteMultiRegionEndpoint", EndpointName="both"),
    v2("DeleteContact", **CONTACT),
    v2("DeleteContactList", **LIST),
    v1("SetActiveReceiptRuleSet"),
    v1("DeleteReceiptRule", **RULES, RuleName="first"),
    v1("DeleteReceiptRuleSet", **RULES),
    v1("DeleteReceiptRuleSet", RuleSetName="clone"),
    v1("DeleteReceiptFilter", FilterName="filter"),
    v1("DeleteCustomVerificationEmailTemplate", TemplateName="v1"),
    v2("DeleteCustomVerificationEmailTemplate", TemplateName="v2"),
    v1("DeleteTemplate", TemplateName="v1"),
    v2("DeleteEmailTemplate", TemplateName="v2"),
    v1("DeleteConfigurationSetTrackingOptions", **V1_SET),
    v1("DeleteConfigurationSetEventDestination", **V1_SET, EventDestinationName="sns"),
    v2("DeleteConfigurationSetEventDestination", **V2_SET, EventDestinationName="bus"),
    v2("PutEmailIdentityConfigurationSetAttributes", **ORG),
    v1("DeleteConfigurationSet", **V1_SET),
    v2("DeleteConfigurationSet", **V2_SET),
    v2("DeleteDedicatedIpPool", PoolName="pool"),
    v2("DisassociateEmailIdentityCertificate", **ORG, FromAddress="from@example.org"),
    v1("DeleteIdentityPolicy", **COM, PolicyName="v1"),
    v2("DeleteEmailIdentityPolicy", **ORG, PolicyName="v2"),
    v1("DeleteVerifiedEmailAddress", EmailAddress="two@example.net"),
    v1("DeleteIdentity", Identity="one@example.net"),
    v1("DeleteIdentity", Identity="new1@example.net"),
    v1("DeleteIdentity", Identity="new2@example.net"),
    v1("DeleteIdentity", **COM),
    v2("DeleteEmailIdentity", **ORG),
]
EVERY = CREATES + READS + UPDATES + DELETES
