"""DKIM (RFC 6376) as SES does it: which identity signs, and the signatures."""

import base64
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from ses_emulator.mail.dkim_keys import Signature, key_of, private_key
from ses_emulator.mail.headers import HeaderBlock, field_value
from ses_emulator.mail.identities import domains_around
from ses_emulator.store.account import Account, Instance

# The signature that every message has. Its selector and the length of its key are those of real
# mail from us-east-1; the key is of course not.
AMAZON = Signature(
    domain="amazonses.com", selector="6gbrjpgwjskckoa6a5zn6fwqkn67xbtw", key="RSA_1024_BIT"
)
# Which key the tokens of Easy DKIM stand for. A key of another length is another key and needs
# another selector, for mail that is under way; SES alternates between its tokens, too.
TOKEN_KEYS = ("RSA_2048_BIT", "RSA_1024_BIT", "RSA_2048_BIT")
# What SES signs of real mail, and what RFC 6376 section 5.4.1 recommends; it signs them in the
# order of the message. Only amazonses.com vouches for Feedback-ID.
SIGNED = frozenset(
    "cc content-description content-id content-transfer-encoding content-type date from in-reply-to"
    " list-archive list-help list-id list-owner list-post list-subscribe list-unsubscribe"
    " list-unsubscribe-post message-id mime-version references reply-to resent-cc resent-date"
    " resent-from resent-message-id resent-sender resent-to sender subject to".split()
)
FEEDBACK_ID = "feedback-id"
# How SES folds the header: columns of a line, and those of the signature's first.
WIDTH = 67
FIRST_WIDTH = 64
BLANKS = re.compile(rb"[ \t]+")
# What an address has whose domain is no identity.
UNSIGNED = {
    "SigningEnabled": False,
    "Status": "NOT_STARTED",
    "Tokens": [],
    "SigningAttributesOrigin": "AWS_SES",
}
# What a replica has from its primary, and goes on having when that changes.
REPLICATED = (
    "Status",
    "Tokens",
    "SigningHostedZone",
    "CurrentSigningKeyLength",
    "NextSigningKeyLength",
    "LastKeyGenerationTimestamp",
)


def attributes(account: Account, name: str, document: dict[str, Any]) -> dict[str, Any]:
    """The DkimAttributes of an identity as they are seen.

    An address has those of its domain, and may itself be signed or not. Source: the guide,
    "Managing Easy DKIM and BYODKIM", "Overriding inherited DKIM signing on an email address
    identity".
    """
    own: dict[str, Any] = document["DkimAttributes"]
    if "@" in name:
        domain = name.rpartition("@")[2]
        parent = account.identities.find(domain)
        inherited = attributes(account, domain, parent) if parent else UNSIGNED
        return {**inherited, **own}
    replicated = primary_of(account, name, own["SigningAttributesOrigin"])
    if replicated is None or own["Status"] == "FAILED":
        return own
    return {**own, **{key: replicated["DkimAttributes"].get(key) for key in REPLICATED}}


def primary_of(account: Account, name: str, origin: str) -> dict[str, Any] | None:
    """The identity that one of this origin replicates, if it is a replica and that is there."""
    if origin in ("AWS_SES", "EXTERNAL"):
        return None
    return account.elsewhere(primary_region(origin)).identities.find(name)


def primary_region(origin: str) -> str:
    """The region that a replica's origin names."""
    return origin.removeprefix("AWS_SES_").lower().replace("_", "-")


def signatures_of(account: Account, sender: str) -> list[Signature]:
    """The signatures of a message whose From header has ``local@domain``, besides AMAZON.

    None or one, to be kept with the message; it is not to be changed. The identity of the domain
    or else of the nearest one around it decides, unless one of the address says otherwise. Source:
    the guide, "Authenticating Email with DKIM in Amazon SES", "DKIM considerations".
    """
    return account.instance.database.remember(
        ("dkim", account.id, account.region, sender), lambda: _signatures(account, sender)
    )


def _signatures(account: Account, sender: str) -> list[Signature]:
    domains = domains_around(sender.rpartition("@")[2])
    known = account.identities.known([sender, *domains])
    domain = next((each for each in domains if each in known), None)
    if domain is None:
        return []
    dkim = attributes(account, domain, known[domain])
    if sender in known:
        dkim = {**dkim, **known[sender]["DkimAttributes"]}
    if not dkim["SigningEnabled"] or dkim["Status"] != "SUCCESS":
        return []
    current = dkim.get("CurrentSigningKeyLength")  # none of a key of one's own
    keys = keys_of(domain, dkim, known[domain])
    return [key for key in keys if current in (None, key["key"])][:1]


def keys_of(domain: str, dkim: dict[str, Any], document: dict[str, Any]) -> list[Signature]:
    """Every key that a domain identity with these DkimAttributes has published."""
    if dkim["SigningAttributesOrigin"] == "EXTERNAL":
        given = document["DkimSigningAttributes"]
        return [
            Signature(
                domain=domain,
                selector=given["DomainSigningSelector"],
                key=key_of(given["DomainSigningPrivateKey"]),
            )
        ]
    return [
        Signature(domain=domain, selector=token, key=key)
        for token, key in zip(dkim["Tokens"], TOKEN_KEYS, strict=False)
    ]


def signed(
    instance: Instance, raw: bytes, signatures: Sequence[Signature], timestamp: float
) -> bytes:
    """A message with its signatures and that of AMAZON before it, made at ``timestamp``.

    ``raw`` is a message as it was composed. The same arguments give the same bytes.
    """
    block = HeaderBlock(raw)
    body_hash = base64.b64encode(hashlib.sha256(_simple(block.body)).digest()).decode()
    lines = [
        _header(instance, signature, block, body_hash, int(timestamp))
        for signature in (*signatures, AMAZON)
    ]
    newline = block.newline
    return b"".join([*(newline.join(each) + newline for each in lines), raw])


def _header(
    instance: Instance, signature: Signature, block: HeaderBlock, body_hash: str, second: int
) -> list[bytes]:
    """The lines of one DKIM-Signature. The order of the tags and the folds are those of SES."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    covered = SIGNED | {FEEDBACK_ID} if signature is AMAZON else SIGNED
    fields = [field for field in block.fields if field[0] in covered]
    names = [line.partition(b":")[0].rstrip().decode() for _, line in fields]
    if not any(name == "from" for name, _ in fields):
        names.append("From")  # RFC 6376 section 5.4: always, even if it is not there
    tags = [f"s={signature['selector']};", f"d={signature['domain']};", f"t={second};"]
    lines = [
        "DKIM-Signature: v=1; a=rsa-sha256; q=dns/txt; c=relaxed/simple;",
        *_folded(tags),
        f"\th={':'.join(names)};",
        f"\tbh={body_hash};",
        "\tb=",
    ]
    data = _relaxed_headers(fields) + _relaxed("dkim-signature", "".join(lines).encode())
    made = private_key(instance, signature).sign(data, PKCS1v15(), SHA256())
    text = base64.b64encode(made).decode()
    lines[-1] += text[:FIRST_WIDTH]
    rest = range(FIRST_WIDTH, len(text), WIDTH)
    lines += [f"\t{text[start : start + WIDTH]}" for start in rest]
    return [line.encode() for line in lines]


def _folded(tags: Iterable[str]) -> list[str]:
    lines: list[str] = []
    for tag in tags:
        if lines and len(lines[-1]) + len(tag) <= WIDTH:
            lines[-1] += f" {tag}"
        else:
            lines.append(f"\t{tag}")
    return lines


def _relaxed_headers(fields: Iterable[tuple[str, bytes]]) -> bytes:
    """Header fields as they are hashed; of those with the same name the last comes first."""
    left: dict[str, list[bytes]] = defaultdict(list)
    for name, line in fields:
        left[name].append(_relaxed(name, line))
    return b"".join(left[name].pop() + b"\r\n" for name, _ in fields)


def _relaxed(name: str, line: bytes) -> bytes:
    """A header field in the canonical form "relaxed" (RFC 6376 section 3.4.2)."""
    value = field_value(line).replace(b"\r\n", b"").replace(b"\n", b"")
    return name.encode() + b":" + BLANKS.sub(b" ", value).strip()


def _simple(body: bytes) -> bytes:
    """A body in the canonical form "simple" (RFC 6376 section 3.4.3), its lines ended by CRLF.

    The empty lines at the end are one line end there.
    """
    if body.count(b"\n") != body.count(b"\r\n"):
        body = body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    end = len(body.rstrip(b"\r\n"))
    if body.endswith(b"\r"):
        end = len(body)
    else:  # a CR that ends no line is no empty line
        end = max(end, body.rfind(b"\r\r", end) + 1)
    return body[:end] + b"\r\n"
