"""Captured messages as the inspection API shows them: the schemas of openapi.yaml."""

from collections.abc import Sequence
from typing import Any

from ses_emulator.events.targets import targets_of
from ses_emulator.mail.delivered import delivered
from ses_emulator.mail.details import timestamp
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.mail.index import summarise
from ses_emulator.mail.read import read
from ses_emulator.server import receipts
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.deliveries import WAITING, Deliveries, Delivery
from ses_emulator.store.documents import Document
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Stored

Shape = dict[str, Any]
# Of an event that went nowhere though there is a target for it now.
BEFORE = "Nothing was to be published when it happened; what is set now is for what happens next."


def summary(instance: Instance, stored: Stored) -> Shape:
    """The schema Summary."""
    _complete(instance, stored)
    return {
        "id": stored.id,
        "account": stored.account,
        "region": stored.region,
        "received": timestamp(stored.received),
        "api": stored.api,
        "operation": stored.operation,
        "from": stored.sender,
        "to": stored.to,
        "cc": stored.cc,
        "bcc": stored.bcc,
        "subject": stored.subject,
        "snippet": stored.snippet,
        "status": stored.status,
        "unread": stored.unread,
        "configuration_set": stored.configuration_set,
        "tenant": stored.tenant,
        "template": stored.template,
        "original": stored.original,
        "tags": stored.tags,
        "size": stored.size,
        "attachment_count": stored.attachment_count,
        "finding_count": len(stored.findings),
        "call": call_of(stored),
        "error": stored.error,
    }


def call_of(stored: Stored) -> str | None:
    """The id by which the call is kept that made a message, if a call of AWS's APIs did."""
    return stored.call or (stored.id if stored.api in ("v1", "v2") else None)


def _complete(instance: Instance, stored: Stored) -> None:
    """Add what the indexer finds out, if it has not come to the message yet."""
    if stored.snippet is None:
        indexed = summarise(instance, stored)
        stored.snippet, stored.attachment_count = indexed.snippet, indexed.attachment_count
        stored.findings = [*stored.findings, *indexed.findings]


def message(instance: Instance, stored: Stored) -> Shape:
    """The schema Message."""
    content = read(instance.messages.raw(stored.seq))
    return {
        **summary(instance, stored),
        "envelope": {
            "mail_from": stored.mail_from,
            "rcpt_to": instance.messages.recipients(stored.seq),
        },
        "source_ip": stored.source_ip,
        "headers": [
            {"name": name, "value": value}
            for name, value in HeaderBlock(delivered(instance, stored)).items()
        ],
        "text": content.text,
        "html": content.html,
        "attachments": [
            {
                "index": part.index,
                "name": part.name,
                "type": part.type,
                "size": len(part.content),
                "content_id": part.content_id,
                "inline": part.inline,
            }
            for part in content.attachments
        ],
        "events": routed(instance, stored, instance.messages.events(stored.seq)),
        "findings": stored.findings,
        "receipt": stored.receipt and receipts.shown(instance, stored.receipt),
        "released": [released(each) for each in stored.released or ()],
        "parse_error": content.error,
    }


def released(result: Document) -> Shape:
    """The schema Release."""
    return {**result, "timestamp": timestamp(result["timestamp"])}


def event(event: Event) -> Shape:
    """The schema Event."""
    return {
        "id": event.id,
        "message_id": event.message_id,
        "type": event.type,
        "timestamp": timestamp(event.timestamp),
        "recipients": list(event.recipients),
        "detail": event.detail,
    }


def routed(instance: Instance, stored: Stored, events: Sequence[Event]) -> list[Shape]:
    """Events of a message and where they went: the schema RoutedEvent."""
    account = Account(instance, stored.account, stored.region)
    known = Deliveries(instance.database, instance.changes).of([each.id for each in events])
    return [
        {
            **event(each),
            "deliveries": [delivery(on_way) for on_way in known[each.id]],
            "unpublished": _reasons(account, stored, each, bool(known[each.id])),
        }
        for each in events
    ]


def _reasons(account: Account, stored: Stored, event: Event, published: bool) -> list[str]:
    """Why an event did not go somewhere; nobody knows yet of one that is pending."""
    if event.pending:
        return []
    targets, reasons = targets_of(account, stored, event)
    return [BEFORE] if targets and not published else reasons


def delivery(delivery: Delivery) -> Shape:
    """The schema Delivery."""
    target = delivery.target
    return {
        "id": delivery.id,
        "event_id": delivery.event,
        "event_type": delivery.type,
        "message_id": delivery.message,
        "kind": target["kind"],
        "name": target["name"],
        "address": target["address"] or None,
        "form": target["form"],
        "status": delivery.status,
        "due": timestamp(delivery.due) if delivery.status == WAITING else None,
        "attempts": [
            {**attempt, "timestamp": timestamp(attempt["timestamp"])}
            for attempt in delivery.attempts
        ],
    }
