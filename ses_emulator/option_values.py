"""Values of options that are more than a word: topics, functions, endpoints of AWS services."""

import re
from dataclasses import dataclass
from typing import Any

# With user and password, if there are any, and without a fragment.
WEB_ADDRESS = re.compile(
    r"https?://(?:[^\s/?#@]*@)?(?:\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::[0-9]{1,5})?(?:[/?][!\"$-~]*)?",
    re.ASCII,
)
TOPIC = re.compile(
    r"(arn:aws[\w-]*:sns:[a-z0-9-]+:[0-9]{12}:[\w.-]{1,256})="
    rf"({WEB_ADDRESS.pattern})(?:#(\S*))?",
    re.ASCII,
)
# A version or an alias may stand behind the function.
FUNCTION = re.compile(
    r"(arn:aws[\w-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[\w-]{1,64}(?::[\w$-]{1,128})?)="
    rf"({WEB_ADDRESS.pattern})",
    re.ASCII,
)
# What may stand behind the # of a topic, and the members of Topic that it stands for.
TOPIC_OPTIONS: dict[str, dict[str, Any]] = {
    "confirmed": {"confirmed": True},
    "raw": {"raw": True},
    "signature=1": {"signature_version": "1"},
    "signature=2": {"signature_version": "2"},
}
# Other services that SES uses, by what the AWS SDKs call them in AWS_ENDPOINT_URL_SNS and so on.
AWS_SERVICES = ("cloudwatch", "eventbridge", "firehose", "lambda", "s3", "sns")
ENDPOINT = re.compile(rf"(?:([a-z0-9]+)=)?({WEB_ADDRESS.pattern})", re.ASCII)


class ConfigError(Exception):
    """An option cannot be used; the message names it, its value and the way out."""


@dataclass(frozen=True, slots=True)
class Topic:
    """An SNS topic that needs no SNS: what is published to it is posted to ``url``, as SNS would.

    ``raw`` is SNS's raw message delivery; what is ``confirmed`` waits for no confirmation.
    """

    arn: str
    url: str
    raw: bool = False
    confirmed: bool = False
    signature_version: str = "1"


def topic(text: str) -> Topic:
    """A topic as it is written. Raises ConfigError."""
    found = TOPIC.fullmatch(text)
    if found is None:
        raise ConfigError(
            f"--topic {text!r}: write ARN=URL, such as"
            " arn:aws:sns:us-east-1:000000000000:mail=http://localhost:3000/sns"
        )
    arn, url, words = found.groups()
    options: dict[str, Any] = {}
    for word in words.split(",") if words is not None else ():
        if word not in TOPIC_OPTIONS:
            raise ConfigError(
                f"--topic {text!r}: {word!r} is not known, use {', '.join(TOPIC_OPTIONS)}"
            )
        options |= TOPIC_OPTIONS[word]
    return Topic(arn, url, **options)


def function(text: str) -> tuple[str, str]:
    """The ARN and the URL of a function as it is written. Raises ConfigError."""
    found = FUNCTION.fullmatch(text)
    if found is None:
        raise ConfigError(
            f"--function {text!r}: write ARN=URL, such as"
            " arn:aws:lambda:us-east-1:000000000000:function:mail=http://localhost:3000/mail"
        )
    return found[1], found[2]


def endpoint(text: str) -> tuple[str, str]:
    """The service of an endpoint as it is written, "" for all others, and its URL.

    Raises ConfigError.
    """
    found = ENDPOINT.fullmatch(text)
    if found is None or found[1] not in (None, *AWS_SERVICES):
        raise ConfigError(
            f"--aws-endpoint {text!r}: write URL, or SERVICE=URL with one of"
            f" {', '.join(AWS_SERVICES)}"
        )
    return found[1] or "", found[2]
