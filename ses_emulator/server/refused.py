"""Calls that were refused, kept with what their requests say of what was to be sent."""

from typing import Any

from ses_emulator.errors import AwsError
from ses_emulator.mail import refused
from ses_emulator.store.account import Account


def keep(account: Account, id: str, request: dict[str, Any], error: AwsError) -> None:
    """Keep the account's call under the id of its answer.

    ``request`` is empty if it could not be read.
    """
    call = account.call
    assert call is not None
    destination = request.get("Destination", {})
    refused.keep(
        account,
        id=id,
        api="v1" if call.service == "ses" else "v2",
        operation=call.operation,
        raw=_raw(request),
        code=error.code,
        message=error.message,
        sender=request.get("FromEmailAddress") or request.get("Source"),
        subject=_subject(request),
        to=destination.get("ToAddresses") or request.get("Destinations") or [],
        cc=destination.get("CcAddresses", []),
        bcc=destination.get("BccAddresses", []),
        configuration_set=request.get("ConfigurationSetName"),
    )


def _raw(request: dict[str, Any]) -> bytes:
    """The raw message of a request, if it has one."""
    content = request.get("Content")
    raw = content.get("Raw") if isinstance(content, dict) else request.get("RawMessage")
    return raw["Data"] if raw and "Data" in raw else b""


def _subject(request: dict[str, Any]) -> str | None:
    content = request.get("Content")
    simple = content.get("Simple") if isinstance(content, dict) else request.get("Message")
    return simple.get("Subject", {}).get("Data") if isinstance(simple, dict) else None
