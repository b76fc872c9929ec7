"""The arguments of MAIL and RCPT, read and checked."""

import re

from ses_emulator.errors import AwsError
from ses_emulator.mail import addresses
from ses_emulator.smtp import replies

# The guide's own example leaves the angle brackets away.
PATH = re.compile(r"\s*:\s*(?:<([^<>]*)>|([^\s<>]+))(?:\s+(.*))?")
SIZE = re.compile(r"[0-9]{1,20}")  # RFC 1870 section 4


def read_path(keyword: str, argument: str | None) -> tuple[str, str] | None:
    """Address and parameters of ``FROM:<address> parameters``; None if it has not this form."""
    if argument is None or argument[: len(keyword)].upper() != keyword:
        return None
    found = PATH.fullmatch(argument, len(keyword))
    if found is None:
        return None
    bracketed, bare, parameters = found.groups("")
    return bracketed or bare, parameters


def is_address(text: str) -> bool:
    """Whether SES takes an address; it offers no SMTPUTF8, so ASCII only."""
    try:
        addresses.parse(text)
    except AwsError:
        return False
    return text.isascii()


def refuse_parameters(text: str, largest: int) -> str | None:
    """The reply to parameters of MAIL that cannot be met, for messages up to ``largest`` bytes."""
    for parameter in text.upper().split():
        name, _, value = parameter.partition("=")
        if name == "SIZE":
            if not SIZE.fullmatch(value):
                return "501 Syntax: SIZE=<number of bytes>"
            if int(value) > largest:
                return replies.TOO_LONG
        elif name == "BODY":
            if value not in ("7BIT", "8BITMIME"):
                return "501 Error: BODY can only be one of 7BIT, 8BITMIME"
        elif name != "AUTH":  # RFC 4954 section 5: to be taken, and to be ignored if not trusted
            return "555 MAIL FROM parameters not recognized or not implemented"
    return None
