"""E-mail addresses as SES reads and refuses them.

The words of a refusal are those that SES answers with, for what stands in an address header.
"""

import re
from dataclasses import dataclass
from email.utils import getaddresses, quote

from ses_emulator.errors import AwsError
from ses_emulator.mail.headers import HeaderBlock, decode

# Looked for in a long text it would begin again at every character, were it not for what may not
# stand before it.
PLAIN = re.compile(
    r"(?<![A-Za-z0-9!#$%&'*+/=?^_`{|}~.-])"
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
)
CONTROL = re.compile(r"[\s\x00-\x1f\x7f]")
SPECIALS = re.compile(r'[()<>,;:\\"\[\]@]')
DOMAIN = re.compile(r"(?!-)[\w-]+(?:\.[\w-]+)*")
SIMULATOR = "simulator.amazonses.com"
LONGEST = 320


@dataclass(slots=True)
class Address:
    """An address of which ``local`` and ``domain`` are known; ``text`` is how it was written."""

    text: str
    local: str
    domain: str

    @property
    def spec(self) -> str:
        """``local@domain``, with the domain in lower case, for case does not count there."""
        return f"{self.local}@{self.domain.lower()}"

    @property
    def simulated(self) -> bool:
        """Whether it is one of the mailbox simulator's."""
        return self.domain.lower() == SIMULATOR


def parse(text: str) -> Address:
    """The address that ``text`` is, with or without a display name.

    Raises AwsError ``InvalidParameterValue`` in the words of SES.
    """
    spec = text
    if not PLAIN.fullmatch(text):
        if CONTROL.search(text.strip(" ")) and ("\n" in text or "\r" in text or "\0" in text):
            raise _invalid("Local address contains control or whitespace")
        named = "<" in text or "(" in text
        found = _getaddresses([text]) if named else [("", text.strip())]
        for _, spec in found:
            if not PLAIN.fullmatch(spec):
                _explain(spec)
        if len(found) != 1:
            raise _invalid("Illegal address")
    if len(spec) > LONGEST:
        raise _invalid(f"Address length is more than {LONGEST} characters long")
    local, _, domain = spec.rpartition("@")
    return Address(text, local, domain)


def _explain(spec: str) -> None:
    """Raise what is wrong with an address; return if it is only unusual, such as quoted."""
    local, at, domain = spec.rpartition("@")
    if not spec:
        raise _invalid("Empty address")
    if not at or not domain:
        raise _invalid("Missing final '@domain'")
    if not local:
        raise _invalid("Missing local name")
    if CONTROL.search(domain):
        raise _invalid("Domain contains control or whitespace")
    if domain.startswith("."):
        raise _invalid("Domain starts with dot")
    if domain.endswith("."):
        raise _invalid("Domain ends with dot")
    if ".." in domain:
        raise _invalid("Domain contains dot-dot")
    if not DOMAIN.fullmatch(domain):
        raise _invalid("Domain contains illegal character")
    if local.startswith('"') and local.endswith('"') and len(local) > 2:
        return
    if CONTROL.search(local):
        raise _invalid("Local address contains control or whitespace")
    if local.startswith("."):
        raise _invalid("Local address starts with dot")
    if local.endswith("."):
        raise _invalid("Local address ends with dot")
    if ".." in local:
        raise _invalid("Local address contains dot-dot")
    if SPECIALS.search(local) or not local.isascii():
        raise _invalid("Local address contains illegal character")


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message)


def split(values: list[str]) -> list[str]:
    """The addresses of address headers, each as it was written; groups are their members."""
    if all(map(PLAIN.fullmatch, values)):
        return values
    found = [_written(name, spec) for name, spec in _getaddresses(values) if spec]
    # The standard library gives up on a whole header for one broken address in it.
    return found or [match[0] for value in values for match in PLAIN.finditer(value)]


def listed(block: HeaderBlock, name: str) -> list[str]:
    """The decoded addresses of all headers of a name (lower case)."""
    return [decode(text) for text in split(block.raw_values(name))]


def _written(name: str, spec: str) -> str:
    """An address with its name as a header has it: quoted if it has characters of the syntax."""
    if SPECIALS.search(name):
        name = f'"{quote(name)}"'
    return f"{name} <{spec}>" if name else spec


def _getaddresses(values: list[str]) -> list[tuple[str, str]]:
    try:
        return getaddresses(values)
    except RecursionError:  # thousands of comments or groups in each other
        return []


def name_and_spec(text: str) -> tuple[str, str]:
    """The display name and ``local@domain`` of an address; both empty if it is none, or more."""
    found = _getaddresses([text])
    return found[0] if len(found) == 1 else ("", "")


def spec_of(text: str) -> str:
    """``local@domain`` of an address that may have a display name; the text if it has none."""
    if PLAIN.fullmatch(text):
        return text
    return name_and_spec(text)[1] or text.strip()
