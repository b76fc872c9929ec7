"""Who sent a mail: SPF, DKIM and DMARC, by records that a function gives, not the network."""

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from ses_emulator.inbound.incoming import Incoming, Signed, Verdicts
from ses_emulator.inbound.zones import Lookup
from ses_emulator.mail import addresses
from ses_emulator.mail.headers import HeaderBlock

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

# Each takes its time, and nobody needs so many.
MOST_SIGNATURES = 10
# The verdicts on results. Softfail and dmarc=none were seen to be GRAY.
OF_SPF = {
    "pass": "PASS",
    "fail": "FAIL",
    "softfail": "GRAY",
    "neutral": "GRAY",
    "none": "GRAY",
    "permerror": "PROCESSING_FAILED",
    "temperror": "PROCESSING_FAILED",
}
OF_DMARC = {"pass": "PASS", "fail": "FAIL", "none": "GRAY", "permerror": "PROCESSING_FAILED"}
POLICIES = ("none", "quarantine", "reject")


def authenticate(mail: Incoming, lookup: Lookup) -> Verdicts:
    """The verdicts on the sender; those of a scan are DISABLED."""
    block = HeaderBlock(mail.raw)
    spf = _spf(mail, lookup)
    signatures = _dkim(mail.raw, block, lookup)
    verdicts = Verdicts(
        spf=OF_SPF[spf], spf_result=spf, dkim=_of_dkim(signatures), signatures=signatures
    )
    passed = [each.domain for each in signatures if each.result == "pass"]
    envelope = (mail.mail_from.rpartition("@")[2] or mail.helo).lower()
    _dmarc(block, envelope if spf == "pass" else None, passed, lookup, verdicts)
    return verdicts


def _spf(mail: Incoming, lookup: Lookup) -> str:
    """The result of RFC 7208 for the envelope's sender, or else the name that the client gave."""
    import spftrace  # not needed to start

    class Resolver(spftrace.BaseResolver):
        async def _lookup(self, name: str, rtype: str) -> tuple[str, list[str]]:
            values = lookup(name, rtype)
            return ("NXDOMAIN", []) if values is None else ("NOERROR", values)

    found = spftrace.check(mail.remote_ip, mail.mail_from, mail.helo, resolver=Resolver())
    return str(found.verdict)


def _dkim(raw: bytes, block: HeaderBlock, lookup: Lookup) -> list[Signed]:
    """What becomes of each signature, in the order of the message."""
    given = block.raw_values("dkim-signature")[:MOST_SIGNATURES]
    if not given:
        return []
    import dkim  # not needed to start

    def txt(name: bytes, timeout: float = 0) -> str | None:
        values = lookup(name.decode("utf-8", "replace"), "TXT")
        record = values[0] if values else None
        try:
            dkim.evaluate_pk(name, record)
        except dkim.DKIMException as error:
            # Of its own exceptions dkimpy says only that the signature is none.
            raise LookupError(error) from None
        return record

    results = []
    for number, value in enumerate(given):
        tags = dict(_tags(value))
        try:
            result = "pass" if dkim.DKIM(raw).verify(idx=number, dnsfunc=txt) else "fail"
        except dkim.ValidationError:
            result = "fail"
        except Exception:  # nor is what is written so badly a signature
            result = "permerror"
        domain = tags.get("d", "").lower()
        results.append(Signed(result, domain, tags.get("i", f"@{domain}")))
    return results


def _of_dkim(signatures: Iterable[Signed]) -> str:
    results = {each.result for each in signatures}
    if not results:
        return "GRAY"
    if "pass" in results:
        return "PASS"
    return "FAIL" if "fail" in results else "PROCESSING_FAILED"


def _dmarc(
    block: HeaderBlock,
    envelope: str | None,
    signers: Iterable[str],
    lookup: Lookup,
    verdicts: Verdicts,
) -> None:
    """Find the result of DMARC (RFC 7489 section 6.6.2) for domains that passed SPF and DKIM."""
    authors = [addresses.spec_of(text) for text in addresses.split(block.raw_values("from"))]
    domains = {author.rpartition("@")[2].lower() if "@" in author else "" for author in authors}
    verdicts.author = domain = next(iter(sorted(domains)), "")
    if len(domains) != 1 or not domain:
        verdicts.dmarc_result = "permerror"
    else:
        organisation = organisational_domain(domain)
        record, policy = _record(domain, lookup), "p"
        if record is None and organisation != domain:
            record, policy = _record(organisation, lookup), "sp"
        if record is not None:
            aligned = (
                envelope is not None
                and _aligned(envelope, domain, record.get("aspf", "r"))
                or any(_aligned(each, domain, record.get("adkim", "r")) for each in signers)
            )
            verdicts.dmarc_result = "pass" if aligned else "fail"
            if not aligned:
                verdicts.dmarc_policy = record.get(policy, record["p"])
    verdicts.dmarc = OF_DMARC[verdicts.dmarc_result]


def _record(domain: str, lookup: Lookup) -> dict[str, str] | None:
    """The tags of a domain's DMARC record (RFC 7489 section 6.6.3)."""
    texts = [text for text in lookup(f"_dmarc.{domain}", "TXT") or () if _is_dmarc(text)]
    if len(texts) != 1:
        return None
    record = {name: value.lower() for name, value in _tags(texts[0])}
    if "p" not in record and "rua" not in record:
        return None
    for name in ("p", "sp"):
        if record.get(name, record.get("p")) not in POLICIES:
            record[name] = "none"
    return record


def _is_dmarc(text: str) -> bool:
    return text.partition(";")[0].replace(" ", "").lower() == "v=dmarc1"


def _tags(text: str) -> list[tuple[str, str]]:
    """The tags of a list (RFC 6376 section 3.2)."""
    pairs = [each.partition("=") for each in text.split(";") if "=" in each]
    return [(name.strip().lower(), "".join(value.split())) for name, _, value in pairs]


def _aligned(domain: str, author: str, mode: str) -> bool:
    """Whether a domain that vouches for a mail may do so for this author (section 3.1)."""
    if mode.startswith("s"):
        return domain == author
    return organisational_domain(domain) == organisational_domain(author)


def organisational_domain(domain: str) -> str:
    """The domain that somebody registered (RFC 7489 section 3.2), of this or around it."""
    return _suffixes().privatesuffix(domain) or domain


@lru_cache(maxsize=1)
def _suffixes() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList  # takes a tenth of a second

    return PublicSuffixList()
