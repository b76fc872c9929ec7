"""Message tags: what SES takes for their names and values, and how a header spells them."""

import re
from collections.abc import Iterable

from ses_emulator.errors import AwsError

LONGEST = 255
NAME = re.compile(r"[A-Za-z0-9_-]+")
VALUE = re.compile(r"[A-Za-z0-9_.@-]+")
# SES's own names that a sender may set. Source: the guide, "Feedback-ID".
OWN_NAMES = frozenset(("ses:feedback-id-a", "ses:feedback-id-b"))


def check(tags: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The tags by name; of a repeated one the last. Raises AwsError ``InvalidParameterValue``."""
    found = {}
    for name, value in tags:
        if not name:
            raise _invalid("The tag name must be specified.")
        if not value:
            raise _invalid("The tag value must be specified.")
        if len(name) > LONGEST or len(value) > LONGEST:
            raise _invalid(f"Tag name/value cannot exceed {LONGEST} characters.")
        if not NAME.fullmatch(name) and name not in OWN_NAMES:
            raise _invalid(
                f"Invalid tag name <{name}>: only alphanumeric ASCII characters, '_',  '-' are"
                " allowed."
            )
        if not VALUE.fullmatch(value):
            raise _invalid(
                f"Invalid tag value <{value}>: only alphanumeric ASCII characters, '_',  '-' ,"
                " '.', '@' are allowed."
            )
        found[name] = value
    return found


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message)


def read_header(value: str) -> list[tuple[str, str]]:
    """The tags of an X-SES-MESSAGE-TAGS header, ``a=b, c=d``; a part without ``=`` has no value."""
    parts = [part.partition("=") for part in value.split(",") if part.strip()]
    return [(name.strip(), tag.strip()) for name, _, tag in parts]
