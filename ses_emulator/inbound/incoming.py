"""A mail on its way in, and what SES says of it."""

from dataclasses import dataclass, field
from typing import NamedTuple

# What a verdict may be. Source: the guide, "Contents of notifications for Amazon SES email
# receiving".
VALUES = ("PASS", "FAIL", "GRAY", "PROCESSING_FAILED")
# What SES says of a scan that no rule wants.
DISABLED = "DISABLED"
CHECKS = ("spam", "virus", "spf", "dkim", "dmarc")
SCANS = ("spam", "virus")


@dataclass(slots=True, kw_only=True)
class Incoming:
    """A mail as a door hands it in; ``raw`` are its bytes as they came.

    ``mail_from`` may be empty (RFC 5321 section 4.5.5). ``verdicts`` is what a test wants some of
    CHECKS to say. ``original`` is the MessageId of what was sent here, if that is what arrives.
    """

    raw: bytes
    mail_from: str
    recipients: list[str]
    remote_ip: str = "127.0.0.1"
    helo: str = "localhost"
    tls: bool = False
    verdicts: dict[str, str] = field(default_factory=dict)
    original: str | None = None


class Signed(NamedTuple):
    """What became of a DKIM signature, in the words of RFC 8601, and whose it is."""

    result: str
    domain: str
    identity: str


@dataclass(slots=True)
class Verdicts:
    """What SES says of a mail: CHECKS, each one of VALUES or DISABLED.

    ``dmarc_policy`` is the sender's, for a mail that fails DMARC. The rest is what the headers
    tell: the results of RFC 7208 and RFC 8601, and the domain of the From header.
    """

    spam: str = DISABLED
    virus: str = DISABLED
    spf: str = "GRAY"
    dkim: str = "GRAY"
    dmarc: str = "GRAY"
    dmarc_policy: str | None = None
    spf_result: str = "none"
    signatures: list[Signed] = field(default_factory=list)
    dmarc_result: str = "none"
    author: str = ""

    def values(self, *, scanned: bool = True) -> dict[str, str]:
        """The value of each of CHECKS; DISABLED for those of a scan that a rule does not want."""
        found = {check: str(getattr(self, check)) for check in CHECKS}
        return found if scanned else found | dict.fromkeys(SCANS, DISABLED)
