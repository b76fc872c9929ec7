"""Tags of the resources that have them, in the ``Tags`` of each document."""

import re
import unicodedata

from ses_emulator.errors import AwsError
from ses_emulator.operations.identity_names import identity_name
from ses_emulator.operations.refusals import invalid
from ses_emulator.operations.registry import Request, Result, v2
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Collection

Tags = list[dict[str, str]]
MOST_TAGS = 50
LONGEST_KEY = 128
LONGEST_VALUE = 256
SPECIAL = frozenset("_.:/=+-@")
# The kinds of documents by the first part of an ARN's resource. Source: the Service Authorization
# Reference, "Amazon Simple Email Service v2", resource types.
KINDS = {
    "configuration-set": "ConfigurationSet",
    "contact-list": "ContactList",
    "custom-verification-email-template": "CustomVerificationEmailTemplate",
    "dedicated-ip-pool": "DedicatedIpPool",
    "deliverability-test-report": "DeliverabilityTestReport",
    "identity": "EmailIdentity",
    "multi-region-endpoint": "MultiRegionEndpoint",
    "template": "EmailTemplate",
    "tenant": "Tenant",
}
ARN = re.compile(
    r"arn:[^:]+:[^:]+:(?P<region>[^:]+):(?P<account>\d{12}):(?P<type>[a-z-]+)/(?P<name>\S.*)"
)


@v2("TagResource")
def tag_resource(account: Account, request: Request) -> None:
    collection, name, tags = _resource(account, request, "Failed to tag resource")
    check_tags(request["Tags"])
    values = {tag["Key"]: tag["Value"] for tag in [*tags, *request["Tags"]]}
    if len(values) > MOST_TAGS:
        raise invalid(f"{_too_many()} or delete existing tags and retry")
    collection.update(name, Tags=[{"Key": key, "Value": value} for key, value in values.items()])


@v2("UntagResource")
def untag_resource(account: Account, request: Request) -> None:
    collection, name, tags = _resource(account, request, "Failed to untag resource")
    keys = frozenset(request["TagKeys"])
    collection.update(name, Tags=[tag for tag in tags if tag["Key"] not in keys])


@v2("ListTagsForResource")
def list_tags_for_resource(account: Account, request: Request) -> Result:
    *_, tags = _resource(account, request)
    return {"Tags": tags}


def check_tags(tags: Tags) -> None:
    """Raise AwsError ``BadRequestException`` unless a resource can be created with ``tags``."""
    if len(tags) > MOST_TAGS:
        raise invalid(_too_many())
    texts = [text for tag in tags for text in (tag["Key"], tag["Value"])]
    if not all(_allowed(character) for text in texts for character in text):
        raise invalid(
            "Tags can only contain letters, numbers, spaces, and the following special "
            "characters: _ . : / = + - @"
        )
    keys = [tag["Key"] for tag in tags]
    if any(key.lower().startswith("aws:") for key in keys):
        raise invalid("Caller is an end user and not allowed to mutate system tags")
    if not all(1 <= len(key) <= LONGEST_KEY for key in keys):
        raise invalid(f"The key of a tag must have 1 to {LONGEST_KEY} characters")
    if any(len(tag["Value"]) > LONGEST_VALUE for tag in tags):
        raise invalid(f"The value of a tag cannot have more than {LONGEST_VALUE} characters")
    if len(set(keys)) < len(keys):
        raise invalid("Cannot provide multiple tags with the same key")


def _resource(
    account: Account, request: Request, elsewhere: str | None = None
) -> tuple[Collection, str, Tags]:
    """Where the resource of the request's ARN is kept, its name and its tags.

    ``elsewhere`` is the refusal of an ARN of another region; without it the resource is looked for
    in this region all the same, and has no tags. Raises AwsError.
    """
    arn = request["ResourceArn"]
    found = ARN.fullmatch(arn)
    if found is None:
        raise invalid("ResourceArn is not the expected format")
    if found["account"] != account.id:
        raise invalid("Operations on a resource created in a different account is not allowed")
    here = found["region"] == account.region
    if elsewhere and not here:
        raise invalid(elsewhere)
    kind = KINDS.get(found["type"])
    if kind is None:
        raise AwsError("NotFoundException", f"Resource {arn} was not found.")
    name = found["name"]
    if kind == "EmailIdentity":
        name = identity_name(name)
    elif kind == "Tenant":  # its ARN has the tenant's id behind the name
        name = name.partition("/")[0]
    collection = account.collection(kind)
    document = collection.find(name)
    if document is None:
        called = "Template" if kind == "EmailTemplate" else kind
        raise AwsError("NotFoundException", f"No {called} present with name: {name}")
    return collection, name, document.get("Tags", []) if here else []


def _allowed(character: str) -> bool:
    return character in SPECIAL or unicodedata.category(character)[0] in "LNZ"


def _too_many() -> str:
    return (
        f"Maximum of {MOST_TAGS} user tags are allowed per resource, consider reducing the number"
        " of tags in the request"
    )
