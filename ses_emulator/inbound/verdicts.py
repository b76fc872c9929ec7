"""The verdicts on a mail that came in: who sent it, and whether it is harmless."""

import logging

from ses_emulator.inbound.authentication import authenticate
from ses_emulator.inbound.incoming import Incoming, Signed, Verdicts
from ses_emulator.inbound.spam import SpamError, spam_verdict
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.mail.virus import Clamd, ScanError, infected
from ses_emulator.store.account import Instance

log = logging.getLogger(__name__)

# What the headers say of a verdict that a test wants.
RESULTS = {"PASS": "pass", "FAIL": "fail", "GRAY": "none", "PROCESSING_FAILED": "temperror"}


def judge(instance: Instance, mail: Incoming, *, scan: bool) -> Verdicts:
    """What SES says of a mail. Spam and viruses are only looked for if ``scan`` is set.

    What the mail itself says the verdicts are to be is what they are.
    """
    wanted = mail.verdicts
    verdicts = authenticate(mail, instance.lookup)
    if scan:
        verdicts.spam = wanted.get("spam") or _spam(instance, mail.raw)
        verdicts.virus = wanted.get("virus") or _virus(instance, mail.raw)
    if "spf" in wanted:
        verdicts.spf, verdicts.spf_result = wanted["spf"], RESULTS[wanted["spf"]]
    if "dkim" in wanted:
        result, domain = RESULTS[wanted["dkim"]], verdicts.author
        verdicts.dkim = wanted["dkim"]
        verdicts.signatures = [] if result == "none" else [Signed(result, domain, f"@{domain}")]
    if "dmarc" in wanted:
        verdicts.dmarc, verdicts.dmarc_result = wanted["dmarc"], RESULTS[wanted["dmarc"]]
        failed = verdicts.dmarc == "FAIL"
        verdicts.dmarc_policy = (verdicts.dmarc_policy or "none") if failed else None
    return verdicts


def _spam(instance: Instance, raw: bytes) -> str:
    try:
        return spam_verdict(raw, instance.settings.spamd)
    except SpamError as error:
        log.warning("a mail was not looked at for spam: %s", error)
        return "PROCESSING_FAILED"


def _virus(instance: Instance, raw: bytes) -> str:
    clamd = instance.settings.clamd
    try:
        found = infected(HeaderBlock(raw)) or bool(clamd and Clamd(clamd).scan(raw))
    except ScanError as error:
        log.warning("a mail was not looked at for viruses: %s", error)
        return "PROCESSING_FAILED"
    return "FAIL" if found else "PASS"
