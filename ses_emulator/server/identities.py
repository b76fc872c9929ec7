"""Identities as the inspection API shows them: their states, their DNS records, the DNS itself."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest, NotFound

from ses_emulator.mail.dkim import attributes
from ses_emulator.mail.verification import status_of
from ses_emulator.operations import dns
from ses_emulator.operations.identity_names import identity_name
from ses_emulator.server.parameters import quoted
from ses_emulator.server.shapes import Shape
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.documents import Document, everywhere

ROOT = "/_ses/identities"
Found = tuple[Account, str, Document]


def routes(instance: Instance) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """What is asked for at which address."""
    room = Identities(instance)
    return [
        ("GET", ROOT, "listIdentities", room.identities),
        ("GET", f"{ROOT}/<name>", "getIdentity", room.identity),
        ("POST", f"{ROOT}/<name>/verify", "verifyIdentity", room.verify),
        ("GET", "/_ses/dns", "getDns", room.dns),
    ]


class Identities:
    """The operations of openapi.yaml on the identities of all accounts."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    def identities(self) -> Shape:
        return {"identities": [_summary(*found) for found in self._found()]}

    def identity(self, name: str) -> Shape:
        return _whole(*self._find(name))

    def verify(self, name: str) -> Shape:
        account, name, _ = self._find(name)
        dns.confirm(account, name)
        return _whole(account, name, account.identities.get(name))

    def dns(self) -> Shape:
        name, type = (_required(each) for each in ("name", "type"))
        if type not in dns.TYPES:
            raise BadRequest(f"type is {quoted(type)}: use one of {', '.join(dns.TYPES)}.")
        records = dns.answers(self._instance, name, type)
        return {
            "records": [{"type": type, "name": each.name, "value": each.value} for each in records]
        }

    def _found(self, name: str | None = None) -> list[Found]:
        """The identities that there are, within the account and region that the request names."""
        account, region = (request.args.get(each) for each in ("account", "region"))
        return [
            (Account(self._instance, row[0], row[1]), row[2], row[3])
            for row in sorted(everywhere(self._instance.database, "EmailIdentity", name), key=_key)
            if account in (None, row[0]) and region in (None, row[1])
        ]

    def _find(self, given: str) -> Found:
        """The one identity of this name. Raises NotFound, or BadRequest if there are more."""
        found = self._found(identity_name(given))
        if not found:
            raise NotFound(f"Identity {quoted(given)} does not exist here: see {ROOT} for all.")
        if len(found) > 1:
            places = [f"account={each.id}&region={each.region}" for each, *_ in found]
            raise BadRequest(
                f"Identity {quoted(given)} exists {len(found)} times: add one of"
                f" {', '.join(places)}."
            )
        return found[0]


def _key(row: tuple[str, str, str, Document]) -> tuple[str, str, str]:
    return row[:3]


def _required(name: str) -> str:
    value = request.args.get(name)
    if value is None:
        raise BadRequest(f"{name} is missing: give it, as in name=_dmarc.example.com&type=TXT.")
    return value


def _summary(account: Account, name: str, document: Document) -> Shape:
    """The schema Identity."""
    dkim = attributes(account, name, document)
    mail_from = document["MailFromAttributes"]
    return {
        "account": account.id,
        "region": account.region,
        "name": name,
        "type": document["IdentityType"],
        "status": status_of(account, document),
        "dkim_enabled": dkim["SigningEnabled"],
        "dkim_status": dkim["Status"],
        "mail_from_domain": mail_from.get("MailFromDomain"),
        "mail_from_status": mail_from.get("MailFromDomainStatus"),
    }


def _whole(account: Account, name: str, document: Document) -> Shape:
    """The schema IdentityWithRecords."""
    records = dns.records_of(account, name, document)
    return {**_summary(account, name, document), "records": [asdict(each) for each in records]}
