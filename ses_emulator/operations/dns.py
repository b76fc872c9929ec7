"""The DNS records of identities, as if every one that is to be published was."""

import re
from dataclasses import dataclass

from ses_emulator.mail.dkim import AMAZON, TOKEN_KEYS, attributes, keys_of
from ses_emulator.mail.dkim_keys import Signature, kept, public_key
from ses_emulator.operations.identities import verification_token
from ses_emulator.operations.identity_dkim import replica_regions
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.documents import Document, everywhere

TYPES = ("TXT", "CNAME", "MX")
# The names at which Amazon publishes the public keys of Easy DKIM.
TOKEN = re.compile(r"([a-z2-7]{32})\.dkim(?:\.[a-z0-9-]+)?\.amazonses\.com")
SELECTOR = re.compile(r"([^.]+)\._domainkey\.(.+)")


@dataclass(frozen=True, slots=True)
class Record:
    """A record that the owner of an identity is to publish.

    ``purpose`` is ``verification``, ``dkim``, ``mail_from``, ``dmarc`` or ``inbound``; ``value`` of
    an MX begins with its preference. ``confirmed`` is None for what SES does not look for.
    """

    purpose: str
    type: str
    name: str
    value: str
    confirmed: bool | None = None


def records_of(account: Account, name: str, document: Document) -> list[Record]:
    """What an identity has to publish; an address has only a MAIL FROM domain.

    Source: the guide, "Creating a domain identity", "Easy DKIM in Amazon SES", "Using a custom MAIL
    FROM domain", "Complying with DMARC authentication protocol in Amazon SES" and "Publishing an MX
    record for Amazon SES email receiving".
    """
    mail_from = _mail_from(account, document)
    if "@" in name:
        return mail_from
    verified = document["VerificationStatus"] == "SUCCESS"
    token = verification_token(account, name)
    server = f"10 inbound-smtp.{account.region}.amazonaws.com"
    return [
        Record("verification", "TXT", f"_amazonses.{name}", token, verified),
        *_dkim(account, name, document),
        *mail_from,
        Record("dmarc", "TXT", f"_dmarc.{name}", "v=DMARC1; p=none;"),
        Record("inbound", "MX", name, server),
    ]


def _dkim(account: Account, domain: str, document: Document) -> list[Record]:
    dkim = attributes(account, domain, document)
    confirmed = dkim["Status"] == "SUCCESS"
    records = []
    for signature in keys_of(domain, dkim, document):
        name = f"{signature['selector']}._domainkey.{domain}"
        if dkim["SigningAttributesOrigin"] == "EXTERNAL":
            key = public_key(account.instance, signature)
            records.append(Record("dkim", "TXT", name, key, confirmed))
        else:
            target = f"{signature['selector']}.{dkim['SigningHostedZone']}"
            records.append(Record("dkim", "CNAME", name, target, confirmed))
    return records


def _mail_from(account: Account, document: Document) -> list[Record]:
    given = document["MailFromAttributes"]
    name = given.get("MailFromDomain")
    if name is None:
        return []
    confirmed = given["MailFromDomainStatus"] == "SUCCESS"
    server = f"10 feedback-smtp.{account.region}.amazonses.com"
    return [
        Record("mail_from", "MX", name, server, confirmed),
        Record("mail_from", "TXT", name, "v=spf1 include:amazonses.com ~all", confirmed),
    ]


def confirm(account: Account, name: str) -> None:
    """Take it that an identity is verified and all its records were found. Raises Missing.

    A replica is confirmed with its primary, whose records it shares.
    """
    document = account.identities.get(name)
    dkim, mail_from = document["DkimAttributes"], document["MailFromAttributes"]
    if dkim.get("Tokens"):
        dkim = {**dkim, "Status": "SUCCESS"}
    if "MailFromDomain" in mail_from:
        mail_from = {**mail_from, "MailFromDomainStatus": "SUCCESS"}
    now = account.now()
    account.identities.update(
        name,
        VerifiedForSendingStatus=True,
        VerificationStatus="SUCCESS",
        VerificationInfo={"LastCheckedTimestamp": now, "LastSuccessTimestamp": now},
        DkimAttributes=dkim,
        MailFromAttributes=mail_from,
    )
    for region in replica_regions(account, name):
        confirm(account.elsewhere(region), name)


def answers(instance: Instance, name: str, type: str) -> list[Record]:
    """What a resolver would answer: the records of this type, behind a CNAME too.

    Those of all accounts and regions, and the keys of former identities, for what they signed.
    ``type`` is one of TYPES; case and a dot at the end of the name do not count.
    """
    name = name.lower().removesuffix(".")
    found = _published(instance, name)
    target = next((record.value for record in found if record.type == "CNAME"), None)
    if target is not None and type != "CNAME":
        found += _published(instance, target)
    distinct = {record.value: record for record in found if record.type == type}
    return list(distinct.values())


def values(instance: Instance, name: str, type: str) -> list[str] | None:
    """The answers as the checks of received mail want them: see Instance.lookup."""
    found = [record.value for record in answers(instance, name, type)]
    if type == "MX":
        found = [value.rpartition(" ")[2] for value in found]
    return found or None


def _published(instance: Instance, name: str) -> list[Record]:
    found = []
    for account, region, identity, document in everywhere(instance.database, "EmailIdentity"):
        domain = identity.rpartition("@")[2]
        if name == domain or name.endswith(f".{domain}"):
            records = records_of(Account(instance, account, region), identity, document)
            found += [record for record in records if record.name.lower() == name]
    if not found:
        found = [
            Record("dkim", "TXT", name, public_key(instance, signature))
            for signature in _keys_at(instance, name)
        ]
    return found


def _keys_at(instance: Instance, name: str) -> list[Signature]:
    """The keys at a name that no identity publishes: Amazon's, and those of former identities."""
    if token := TOKEN.fullmatch(name):
        return _keys_of_token(instance, token[1])
    selector = SELECTOR.fullmatch(name)
    if selector is None:
        return []
    if selector.groups() == (AMAZON["selector"], AMAZON["domain"]):
        return [AMAZON]
    return kept(instance, *selector.groups())


def _keys_of_token(instance: Instance, token: str) -> list[Signature]:
    for *_, domain, document in everywhere(instance.database, "EmailIdentity"):
        dkim = document["DkimAttributes"]
        if dkim.get("SigningAttributesOrigin") == "AWS_SES" and token in dkim["Tokens"]:
            key = TOKEN_KEYS[dkim["Tokens"].index(token)]
            return [Signature(domain=domain, selector=token, key=key)]
    return kept(instance, token)
