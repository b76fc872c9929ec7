"""The records of an import job's file, as requests for the operations that they stand for.

Source: the guide, "Using list management" and "Using the Amazon SES account-level suppression
list", adding addresses in bulk.
"""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from ses_emulator.operations.registry import Request

TOPIC = "topicPreferences."
FLAGS = {"true": True, "false": False, "": False}


class BadRecord(Exception):
    """A record is none; the message says why."""


# The number of the record in the file, from 1, and the request or why there is none.
Record = tuple[int, Request | BadRecord]


def records(content: bytes, format: str, contacts: bool) -> Iterator[Record]:
    """The records of a file in ``CSV`` or ``JSON``; ``contacts`` or else suppressed addresses.

    Raises BadRecord if it is not UTF-8, or has no header where contacts need one.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRecord(f"The file is not UTF-8: {error.reason}.") from None
    rows = _json_rows(text) if format == "JSON" else _csv_rows(text, contacts)
    for number, row in enumerate(rows, 1):
        try:
            yield number, _contact(row) if contacts else _suppressed(row)
        except BadRecord as error:
            yield number, error


def _json_rows(text: str) -> Iterator[Any]:
    for line in text.splitlines():
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                yield None


def _csv_rows(text: str, header: bool) -> Iterator[Any]:
    """Each line's values by their names; topics as JSON has them."""
    lines = (row for row in csv.reader(io.StringIO(text, newline="")) if any(row))
    try:
        names = [name.strip() for name in next(lines, [])] if header else ["emailAddress", "reason"]
        if "emailAddress" not in names:
            raise BadRecord("The first line is no header with emailAddress.")
        for row in lines:
            values = {name: value.strip() for name, value in zip(names, row, strict=False) if value}
            topics = [name for name in values if name.startswith(TOPIC)]
            yield values | {
                "topicPreferences": [
                    {"topicName": name.removeprefix(TOPIC), "subscriptionStatus": values[name]}
                    for name in topics
                ]
            }
    except csv.Error as error:
        raise BadRecord(f"The file is no CSV: {error}.") from None


def _contact(row: Any) -> Request:
    flag = _member(row, "unsubscribeAll", "")
    topics = _member(row, "topicPreferences", [])
    if not isinstance(flag, bool):
        if str(flag).lower() not in FLAGS:
            raise BadRecord(f"unsubscribeAll is {flag!r}, neither true nor false.")
        flag = FLAGS[str(flag).lower()]
    if not isinstance(topics, list):
        raise BadRecord("topicPreferences is no list.")
    request = {
        "EmailAddress": _text(row, "emailAddress"),
        "UnsubscribeAll": flag,
        "TopicPreferences": [
            {
                "TopicName": _text(topic, "topicName"),
                "SubscriptionStatus": _one_of(topic, "subscriptionStatus", "OPT_IN", "OPT_OUT"),
            }
            for topic in topics
        ],
    }
    if "attributesData" in row:
        request["AttributesData"] = _text(row, "attributesData")
    return request


def _suppressed(row: Any) -> Request:
    request = {"EmailAddress": _text(row, "emailAddress")}
    if "reason" in row:
        request["Reason"] = _one_of(row, "reason", "BOUNCE", "COMPLAINT")
    return request


def _member(row: Any, name: str, default: Any) -> Any:
    if not isinstance(row, dict):
        raise BadRecord("The record is no JSON object.")
    value = row.get(name)
    return default if value is None else value


def _text(row: Any, name: str) -> str:
    value = _member(row, name, None)
    if not isinstance(value, str):
        raise BadRecord(f"{name} is missing or no string.")
    return value


def _one_of(row: Any, name: str, *values: str) -> str:
    value = _text(row, name).strip()
    if value not in values:
        raise BadRecord(f"{name} is {value!r}: use {' or '.join(values)}.")
    return value
