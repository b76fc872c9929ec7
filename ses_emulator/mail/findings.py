"""Findings: what SES, or the providers of the recipients' mailboxes, would object to in a message.

They are looked for when a captured message is read for the first time, for a send must not wait for
them. What an open account would refuse in a stricter one is found at the send itself.
"""

import re
from collections.abc import Iterable, Iterator

from ses_emulator.mail import addresses
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.mail.identities import Finding, domains_around, is_verified
from ses_emulator.mail.message import MEBIBYTE
from ses_emulator.mail.profile import profile_of
from ses_emulator.mail.read import Content
from ses_emulator.mail.simulator import simulated
from ses_emulator.mail.tracking import OPEN_TRACKER
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.messages import Stored

# Source: the guide, "Amazon SES unsupported attachment types".
UNSUPPORTED = frozenset(
    "ade adp app asp bas bat cer chm cmd com cpl crt csh der exe fxp gadget hlp hta inf ins isp its"
    " js jse ksh lib lnk mad maf mag mam maq mar mas mat mau mav maw mda mdb mde mdt mdw mdz msc"
    " msh msh1 msh2 mshxml msh1xml msh2xml msi msp mst ops pcd pif plg prf prg reg scf scr sct shb"
    " shs sys ps1 ps1xml ps2 ps2xml psc1 psc2 tmp url vb vbe vbs vps vsmacros vss vst vsw vxd ws"
    " wsc wsf wsh xnk".split()
)
# Source: the guide, "Service quotas in Amazon SES".
LARGE = 10 * MEBIBYTE
# Source: Gmail help, "Message is clipped".
CLIPPED = 102 * 1024
# RFC 5322 section 2.1.1, without CRLF.
LONGEST_LINE = 998
VARIABLE = re.compile(r"\{\{[ \t]*[^{}\s][^{}\n]{0,100}\}\}")
# It is replaced in what is delivered, not in what is captured.
BULK_OPERATIONS = ("SendBulkEmail", "SendBulkTemplatedEmail")
BULK_PRECEDENCES = ("bulk", "junk", "list")
SUB_TYPES = ("bounceSubType", "complaintSubType")
SUPPRESSED = frozenset(("OnAccountSuppressionList", "OnTenantSuppressionList"))
# What we add ourselves.
KNOWN_SES_HEADERS = ("x-ses-outgoing",)
SHOWN = 3


def findings(instance: Instance, message: Stored, raw: bytes, content: Content) -> list[Finding]:
    """What there is to object to in a captured message, besides what was found at the send."""
    if message.api in ("ses", "inbound") or message.status == "rendering_failed":
        return []
    account = Account(instance, message.account, message.region)
    return [*_of_account(account, message), *of_content(message, raw, content)]


def of_content(message: Stored, raw: bytes, content: Content) -> Iterator[Finding]:
    """What there is to object to in the message itself."""
    headers: dict[str, list[str]] = {}
    for name, value in content.headers:
        headers.setdefault(name.lower(), []).append(value)
    yield from _of_form(message, raw, headers)
    yield from _of_body(message, content)
    yield from _of_bulk(message, headers)


def _has_long_line(raw: bytes) -> bool:
    """Whether a line has more bytes than LONGEST_LINE; no list of all lines, which may be many."""
    start = 0
    while len(raw) - start > LONGEST_LINE:
        end = raw.rfind(b"\n", start, start + LONGEST_LINE + 1)
        if end < 0:  # but for the CR before its end, the line is too long
            end = raw.find(b"\n", start)
            end = len(raw) if end < 0 else end
            if len(raw[start:end].rstrip(b"\r")) > LONGEST_LINE:
                return True
        start = end + 1
    return False


def _of_form(message: Stored, raw: bytes, headers: dict[str, list[str]]) -> Iterator[Finding]:
    if message.size > LARGE:
        yield _finding(
            "LargeMessage",
            f"The message has {message.size} bytes: above 10 MB API v1 refuses it, SES sends it"
            " more slowly, and some receivers take less.",
            "Offer the files as links.",
        )
    if _has_long_line(raw):
        yield _finding(
            "LongLine",
            f"A line of the message has more than {LONGEST_LINE} characters, which SES and SMTP do"
            " not allow.",
            "Encode the body in quoted-printable or base64, and fold long headers.",
        )
    if not all(line.isascii() for _, line in HeaderBlock(raw).fields):
        yield _finding(
            "EightBitHeader",
            "A header has characters outside of ASCII that are not encoded, which may reach the"
            " recipients broken.",
            "Encode it as RFC 2047 says; libraries for mail do that by themselves.",
        )
    ignored = [
        name for name in headers if name.startswith("x-ses-") and name not in KNOWN_SES_HEADERS
    ]
    if ignored:
        yield _finding(
            "IgnoredHeader",
            f"SES does nothing about {_listed(ignored)}: it does not know the header, or takes it"
            " only in a raw message.",
            "Use the request's own member for it, or see the guide for the header's name.",
        )


def _of_body(message: Stored, content: Content) -> Iterator[Finding]:
    if not message.subject.strip():
        yield _finding(
            "MissingSubject",
            "The message has no subject, which spam filters hold against it.",
            "Give it a subject.",
        )
    html = content.html or ""
    if html and not (content.text or "").strip():
        yield _finding(
            "MissingText",
            "The message has HTML and no plain text, which spam filters hold against it.",
            "Send a text part, too: Body.Text, or multipart/alternative in a raw message.",
        )
    length = len(html.encode("utf-8", "replace"))
    if length > CLIPPED:
        yield _finding(
            "ClippedHtml",
            f"The HTML has {length} bytes, and Gmail shows only the first 102 KB.",
            "Shorten it: leave out comments, unused styles and images as data: URLs.",
        )
    texts = (message.subject, content.text or "", html)
    left = dict.fromkeys(name for text in texts for name in VARIABLE.findall(text))
    left.pop(OPEN_TRACKER, None)
    if left:
        yield _finding(
            "UnresolvedVariable",
            f"The recipients read {_listed(left)} as it stands here.",
            "Send the text as a template with data for it, or fill it in before.",
        )
    refused = [
        part.name
        for part in content.attachments
        if part.name.lower().rpartition(".")[2] in UNSUPPORTED and "." in part.name
    ]
    if refused:
        yield _finding(
            "UnsupportedAttachment",
            f"SES does not accept files of the type of {_listed(refused)}.",
            "Offer the file as a link, or send it as another type.",
        )


def _of_bulk(message: Stored, headers: dict[str, list[str]]) -> Iterator[Finding]:
    """Source: Google's "Email sender guidelines" and Yahoo's "Sender Best Practices"."""
    unsubscribe = " ".join(headers.get("list-unsubscribe", ())).lower()
    precedence = {value.strip().lower() for value in headers.get("precedence", ())}
    bulk = (
        message.operation in BULK_OPERATIONS
        or not precedence.isdisjoint(BULK_PRECEDENCES)
        or "list-id" in headers
    )
    if bulk and not unsubscribe:
        yield _finding(
            "MissingUnsubscribe",
            "Gmail and Yahoo refuse or filter bulk mail that has no List-Unsubscribe header.",
            "Send it with ListManagementOptions, or add the headers List-Unsubscribe and"
            " List-Unsubscribe-Post.",
        )
    # RFC 8058 section 3.1.
    elif unsubscribe and not ("<http" in unsubscribe and "list-unsubscribe-post" in headers):
        yield _finding(
            "MissingOneClick",
            "Gmail and Yahoo want bulk mail to be unsubscribed from with one click, which the"
            " headers do not offer.",
            "Give an https address in List-Unsubscribe, and add List-Unsubscribe-Post:"
            " List-Unsubscribe=One-Click.",
        )


def _of_account(account: Account, message: Stored) -> Iterator[Finding]:
    listed = _suppressed(account, message)
    if listed:
        yield _finding(
            "SuppressedRecipient",
            f"SES does not send to {_listed(listed)}: it is on the suppression list.",
            "Do not send to it any more, or take it off with DeleteSuppressedDestination.",
        )
    author = next(iter(addresses.split([message.sender])), "")
    spec = addresses.spec_of(author)
    domain = spec.rpartition("@")[2].lower()
    if not is_verified(account, f"{spec.rpartition('@')[0]}@{domain}"):
        return  # which is a finding of its own, and the first to be mended
    if not message.signatures and not _has_mail_from(account, spec, domain):
        yield _finding(
            "UnalignedSender",
            f"The message fails DMARC for {domain}: it has neither a DKIM signature of that domain"
            " nor a MAIL FROM domain in it, which Gmail and Yahoo want of bulk mail.",
            f"Verify the domain {domain} with DKIM.",
        )
    unknown = _outside_sandbox(account, message)
    if unknown:
        yield _finding(
            "SandboxRecipient",
            f"SES would reject this while the account is in the sandbox: {_listed(unknown)} is not"
            " verified.",
            "Verify the recipient, ask for production access (PutAccountDetails), or start with"
            " --account production if you have it.",
        )


def _suppressed(account: Account, message: Stored) -> list[str]:
    """The recipients who were not sent to because of a suppression list."""
    if message.status in ("sent", "delivered"):  # as most often
        return []
    return [
        recipient
        for event in account.messages.events(message.seq)
        if not SUPPRESSED.isdisjoint(map(event.detail.get, SUB_TYPES))
        for recipient in event.recipients
    ]


def _has_mail_from(account: Account, spec: str, domain: str) -> bool:
    """Whether a MAIL FROM domain of the sender's identities is in use; it is a subdomain of them.

    Source: the guide, "Using a custom MAIL FROM domain".
    """
    known = account.identities.known([spec, *domains_around(domain)])
    return any(
        document.get("MailFromAttributes", {}).get("MailFromDomainStatus") == "SUCCESS"
        for document in known.values()
    )


def _outside_sandbox(account: Account, message: Stored) -> list[str]:
    """The recipients that a sandbox would refuse, if the account may well be in one.

    It is, for all that is known, an open account for which nobody has asked for production access.
    """
    if profile_of(account).name != "open" or "Details" in account.attributes:
        return []
    return [
        recipient
        for recipient in account.messages.recipients(message.seq)
        if simulated(recipient) is None and not is_verified(account, recipient)
    ]


def _finding(code: str, message: str, help: str) -> Finding:
    return {"code": code, "message": message, "help": help}


def _listed(names: Iterable[str]) -> str:
    first, *more = list(names)
    shown = [first, *more][:SHOWN]
    rest = len(more) + 1 - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")
