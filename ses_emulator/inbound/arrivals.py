"""Receives what was sent here, as its recipients' server would."""

import logging
import threading

from ses_emulator.inbound.incoming import Incoming
from ses_emulator.inbound.receive import receive
from ses_emulator.mail.compose import OUTGOING_IP
from ses_emulator.mail.delivered import delivered
from ses_emulator.mail.identities import domains_around
from ses_emulator.mail.loopback import Arrival
from ses_emulator.mail.publishing import author_of
from ses_emulator.store.account import Account, Instance
from ses_emulator.store.messages import Stored

log = logging.getLogger(__name__)

# The name of OUTGOING_IP.
OUTGOING_HOST = "a8-1.smtp-out.amazonses.com"


class Arrivals:
    """Takes the messages that wait, one by one, on a thread of its own."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._thread = threading.Thread(target=self._run, name="arrivals", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, seconds: float = 1.0) -> None:
        """Stop; what still waits is not received any more, an action is waited for so long."""
        if self._thread.is_alive():
            while not self._instance.arrivals.empty():
                self._instance.arrivals.get_nowait()
            self._instance.arrivals.put(None)
            self._thread.join(seconds)

    def _run(self) -> None:
        while (arrival := self._instance.arrivals.get()) is not None:
            try:
                self._take(arrival)
            except Exception:
                log.exception("message %s could not be received", arrival.id)

    def _take(self, arrival: Arrival) -> None:
        stored = self._instance.messages.find(arrival.id)
        if stored is None:  # deleted meanwhile
            return
        sender = Account(self._instance, stored.account, stored.region)
        receive(
            self._instance,
            Incoming(
                raw=delivered(self._instance, stored),
                mail_from=return_path(sender, stored),
                recipients=list(arrival.recipients),
                remote_ip=OUTGOING_IP,
                helo=OUTGOING_HOST,
                tls=True,
                original=stored.id,
            ),
        )


def return_path(account: Account, stored: Stored) -> str:
    """The envelope's sender with which SES delivers a message: in the MAIL FROM domain, or its own.

    Source: the guide, "Using a custom MAIL FROM domain". A notice about a message has none.
    """
    if stored.api == "ses" and not stored.mail_from:
        return ""
    author = author_of(stored)
    for name in (author, *domains_around(author.rpartition("@")[2].lower())):
        mail_from = (account.identities.find(name) or {}).get("MailFromAttributes", {})
        if mail_from.get("MailFromDomainStatus") == "SUCCESS":
            return f"{stored.id}@{mail_from['MailFromDomain']}"
    region = "" if stored.region == "us-east-1" else f"{stored.region}."
    return f"{stored.id}@{region}amazonses.com"
