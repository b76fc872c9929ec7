"""Captured messages as the inspection API shows them: the schemas of openapi.yaml."""

from datetime import UTC, datetime
from typing import Any

from ses_emulator.mail.index import summarise
from ses_emulator.mail.read import read
from ses_emulator.store.account import Instance
from ses_emulator.store.events import Event
from ses_emulator.store.messages import Stored

Shape = dict[str, Any]


def summary(instance: Instance, stored: Stored) -> Shape:
    """The schema Summary."""
    snippet, attachment_count = stored.snippet, stored.attachment_count
    if snippet is None or attachment_count is None:  # the indexer has not come to it yet
        indexed = summarise(instance, stored)
        snippet, attachment_count = indexed.snippet, indexed.attachment_count
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
        "snippet": snippet,
        "status": stored.status,
        "configuration_set": stored.configuration_set,
        "tags": stored.tags,
        "size": stored.size,
        "attachment_count": attachment_count,
        "finding_count": len(stored.findings),
    }


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
        "headers": [{"name": name, "value": value} for name, value in content.headers],
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


def timestamp(seconds: float) -> str:
    """Epoch seconds in UTC, ISO 8601 with milliseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
