"""Which mail is let in, and which receipt rules it meets: pure, over the documents of the API.

Source: the guide, "Amazon SES email receiving concepts and use cases" and "Creating receipt rules".
"""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address, ip_network

from ses_emulator.store.documents import Document


def blocked(filters: Iterable[Document], address: str) -> bool:
    """Whether IP filters keep an address out: the narrowest range that it is in decides.

    Of the same range, Block decides. What is no address is kept out by no filter.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    ip = getattr(ip, "ipv4_mapped", None) or ip
    found = []
    for each in filters:
        network = ip_network(each["IpFilter"]["Cidr"], strict=False)
        if ip.version == network.version and ip in network:
            found.append((network.prefixlen, each["IpFilter"]["Policy"] == "Block"))
    return bool(found) and max(found)[1]


def matching(
    rules: Iterable[Document], recipients: Sequence[str], owned: Callable[[str], bool]
) -> list[tuple[Document, list[str]]]:
    """The enabled rules that recipients match, in order, each with those that match it.

    ``owned`` says of a recipient whether it is within a verified identity, which a rule without
    conditions asks for.
    """
    found = []
    for rule in rules:
        if rule["Enabled"]:
            matched = [each for each in recipients if matches(rule["Recipients"], each, owned)]
            if matched:
                found.append((rule, matched))
    return found


def matches(conditions: Sequence[str], recipient: str, owned: Callable[[str], bool]) -> bool:
    """Whether a recipient (``local@domain``) meets one of a rule's conditions."""
    if not conditions:
        return owned(recipient)
    return any(_meets(condition.lower(), recipient.lower()) for condition in conditions)


def _meets(condition: str, recipient: str) -> bool:
    local, _, domain = recipient.rpartition("@")
    if "@" in condition:
        # An address covers its forms with a label, one with a label only itself.
        return condition in (recipient, f"{local.partition('+')[0]}@{domain}")
    if condition.startswith("."):
        return domain.endswith(condition)
    return domain == condition
