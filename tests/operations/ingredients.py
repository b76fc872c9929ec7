"""What the calls of the scenario are made of: names, documents, and members of earlier answers."""

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
V1_IDENTITIES = {"Identities": ["example.com", "example.org", "one@example.net"]}
