"""``/_ses/topics``: the topics of ``--topic``; and the certificate of what they are sent."""

from collections.abc import Callable
from typing import Any

from flask import Response, request
from werkzeug.exceptions import NotFound

from ses_emulator.events.posting import shown
from ses_emulator.events.signing import PATH, certificate
from ses_emulator.events.topics import subscribe_url, subscription_of
from ses_emulator.mail.details import timestamp
from ses_emulator.server.parameters import quoted
from ses_emulator.server.shapes import Shape
from ses_emulator.store.account import Account, Instance


def routes(instance: Instance) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """What is asked for at which address."""

    def show_all() -> Shape:
        settings = instance.settings
        account = Account(instance, settings.account_id, settings.region, endpoint=request.host_url)
        found = [subscription_of(instance, topic) for topic in settings.topics.values()]
        return {
            "topics": [
                {
                    "arn": each.topic.arn,
                    "url": shown(each.topic.url),
                    "raw": each.topic.raw,
                    "signature_version": each.topic.signature_version,
                    "subscription_arn": each.arn,
                    "state": each.state,
                    "asked": _moment(each.asked),
                    "confirmed": _moment(each.confirmed),
                    "subscribe_url": subscribe_url(account, each.topic),
                }
                for each in found
            ]
        }

    def show_certificate(file: str) -> Response:
        known = certificate(instance)
        if file != known.file:
            raise NotFound(
                f"The certificate {quoted(file)} is not here: it may be of before a reset, see"
                f" {PATH}/{known.file} for the one of now."
            )
        return Response(known.pem, mimetype="application/x-pem-file")

    return [
        ("GET", "/_ses/topics", "listTopics", show_all),
        ("GET", f"{PATH}/<file>", "getSigningCertificate", show_certificate),
    ]


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else timestamp(seconds)
