"""What an action is run on, and what becomes of it."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from ses_emulator.inbound import documents, headers
from ses_emulator.inbound.incoming import Incoming, Verdicts
from ses_emulator.mail.dkim import signed
from ses_emulator.mail.headers import field_value, unfold
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Document
from ses_emulator.store.messages import Stored


@dataclass(slots=True)
class Delivery:
    """A mail that is stored, as a rule's actions get it; ``recipients`` are those that it matched.

    ``added`` are the header fields of AddHeader actions so far, of earlier rules too, ``bounced``
    says that the sender was told that the mail is refused. ``built`` is the content, and with how
    many of ``added`` it was made.
    """

    account: Account
    stored: Stored
    mail: Incoming
    verdicts: Verdicts
    rule: Document
    recipients: list[str]
    added: list[tuple[str, str]] = field(default_factory=list)
    bounced: bool = False
    built: tuple[int, bytes] | None = None

    def content(self) -> bytes:
        """The mail as SES hands it on: its bytes as they came, under SES's headers."""
        if self.built is None or self.built[0] != len(self.added):
            self.built = len(self.added), self._build()
        return self.built[1]

    def _build(self) -> bytes:
        raw = self.mail.raw
        fields = headers.prepended(
            id=self.stored.id,
            region=self.account.region,
            received=self.stored.received,
            mail_from=self.mail.mail_from,
            recipient=self.recipients[0],
            remote_ip=self.mail.remote_ip,
            helo=self.mail.helo,
            verdicts=self.verdicts,
            scanned=self.rule["ScanEnabled"],
        )
        fields += b"".join(headers.added(name, value) for name, value in self.added)
        whole = signed(self.account.instance, fields + raw, [], self.stored.received)
        signature = whole[: len(whole) - len(fields) - len(raw)]
        return fields + headers.resigned(unfold(field_value(signature))) + raw

    def notification(self, action: Document, *, content: str | None = None) -> Document:
        """What SES tells a topic of an action as the API has it; see documents.notification."""
        return documents.notification(*self._told(action), content)

    def lambda_event(self, action: Document) -> Document:
        """What SES tells a function."""
        return documents.lambda_event(*self._told(action))

    def _told(self, action: Document) -> tuple[Document, Document]:
        """The receipt object and the mail object."""
        receipt = documents.receipt(
            self.verdicts,
            self.recipients,
            documents.action(action, self.stored.id),
            now=self.account.now(),
            received=self.stored.received,
            scanned=self.rule["ScanEnabled"],
        )
        mail = documents.mail(
            self.stored.id, self.stored.received, self.mail.mail_from, self.content()
        )
        return receipt, mail


@dataclass(slots=True)
class ActionResult:
    """What became of an action: ``done``, ``failed``, ``not run`` or, behind a stop, ``skipped``.

    ``target`` says where to it went or what came of it, ``error`` why it did not. ``disposition``
    is what is to follow: CONTINUE, STOP_RULE or STOP_RULE_SET. ``event`` is that whose delivery is
    what the action does, ``notified`` that of the notification about it.
    """

    status: str
    target: str | None = None
    error: str | None = None
    disposition: str = "CONTINUE"
    event: int | None = None
    notified: int | None = None

    def to_document(self, action: Document) -> dict[str, Any]:
        """The result as a message's receipt keeps it, with the action's kind."""
        [kind] = action
        return {
            "type": kind.removesuffix("Action"),
            "status": self.status,
            "target": self.target,
            "error": self.error,
            "event": self.event,
            "notified": self.notified,
        }


class Runner(Protocol):
    """Runs the actions of a kind; ``members`` are those of the action."""

    def __call__(self, account: Account, members: Document, delivery: Delivery) -> ActionResult: ...
