"""Captured messages as the inspection API shows them: the schemas of openapi.yaml."""

from typing import Any

from ses_emulator.mail.delivered import delivered
from ses_emulator.mail.details import timestamp
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.mail.index import summarise
from ses_emulator.mail.read import read
from ses_emulator.store.account import Instance
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Stored

Shape = dict[str, Any]


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
        "configuration_set": stored.configuration_set,
        "tenant": stored.tenant,
        "template": stored.template,
        "original": stored.original,
        "tags": stored.tags,
        "size": stored.size,
        "attachment_count": stored.attachment_count,
        "finding_count": len(stored.findings),
    }


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
        "events": [event(each) for each in instance.messages.events(stored.seq)],
        "findings": stored.findings,
        "parse_error": content.error,
    }


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
