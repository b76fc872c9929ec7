"""The header fields that SES puts before a mail that it received, in SES's order and words.

Source: the guide, "Examples of notifications for Amazon SES email receiving", and mail that SES
received.
"""

import base64
import hashlib
from collections.abc import Iterable
from email.utils import formatdate

from ses_emulator.inbound.incoming import Verdicts

# What SES says of an SPF result, by the result's name in RFC 7208.
SPF_WORDS = {
    "pass": "domain of {domain} designates {ip} as permitted sender",
    "fail": "domain of {domain} does not designate {ip} as permitted sender",
    "softfail": "transitioning domain of {domain} does not designate {ip} as permitted sender",
    "neutral": "{ip} is neither permitted nor denied by domain of {domain}",
    "none": "{ip} is neither permitted nor denied by domain of {domain}",
    "permerror": "Error in processing SPF Record",
    "temperror": "Error in retrieving data from DNS",
}
CRLF = "\r\n"


def prepended(
    *,
    id: str,
    region: str,
    received: float,
    mail_from: str,
    recipient: str,
    remote_ip: str,
    helo: str,
    verdicts: Verdicts,
    scanned: bool,
) -> bytes:
    """The fields up to X-SES-RECEIPT. Those of the scan are there only if the mail was scanned."""
    envelope = f"client-ip={remote_ip}; envelope-from={mail_from}; helo={helo};"
    domain = mail_from.rpartition("@")[2] or helo
    words = SPF_WORDS[verdicts.spf_result].format(domain=domain, ip=remote_ip)
    spf = f"{verdicts.spf_result} (spfCheck: {words}) {envelope}"
    results = [f"spf={spf}"]
    results += [f"dkim={each.result} header.i={each.identity};" for each in verdicts.signatures]
    results.append(f"dmarc={verdicts.dmarc_result} header.from={verdicts.author};")
    fields = [
        ("Return-Path", [f"<{mail_from}>"]),
        (
            "Received",
            [
                f"from {helo} ({helo} [{remote_ip}])",
                f"by inbound-smtp.{region}.amazonaws.com with SMTP id {id}",
                f"for {recipient};",
                formatdate(received).replace("-0000", "+0000 (UTC)"),
            ],
        ),
    ]
    if scanned:
        fields.append(("X-SES-Spam-Verdict", [verdicts.spam]))
        fields.append(("X-SES-Virus-Verdict", [verdicts.virus]))
    fields += [
        ("Received-SPF", [spf]),
        ("Authentication-Results", ["amazonses.com;", *results]),
        ("X-SES-RECEIPT", [_token(id)]),
    ]
    return b"".join(_field(name, lines) for name, lines in fields)


def added(name: str, value: str) -> bytes:
    """The field of an AddHeader action."""
    return _field(name, [value])


def resigned(signature: str) -> bytes:
    """The field with the value of SES's own DKIM-Signature of the mail under its other fields."""
    return _field("X-SES-DKIM-SIGNATURE", [signature])


def _field(name: str, lines: Iterable[str]) -> bytes:
    # What came over SMTP is no header of its own, whatever is in it.
    clean = ["".join(c if c.isprintable() else " " for c in line) for line in lines]
    return f"{name}: {f'{CRLF} '.join(clean)}{CRLF}".encode("utf-8", "replace")


def _token(id: str) -> str:
    """What SES would know the mail by again: as long as SES's, and as opaque."""
    digest = b"".join(hashlib.sha256(f"{id}/{part}".encode()).digest() for part in range(8))
    return base64.b64encode(b"\0AAAAAAAAAAF" + base64.b64encode(digest)).decode()
