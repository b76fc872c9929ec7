"""Who sends a message to whom, as the request and the headers of the message say."""

from dataclasses import dataclass

from ses_emulator.errors import AwsError
from ses_emulator.mail import addresses
from ses_emulator.mail.addresses import Address
from ses_emulator.mail.headers import HeaderBlock
from ses_emulator.mail.message import Simple, Submission

MOST_RECIPIENTS = 50


@dataclass(slots=True)
class Envelope:
    """The addresses of a message.

    ``authors`` are those of its From and Sender headers, ``return_paths`` those that bounces may go
    to, of which the last is the one that they do go to.
    """

    authors: list[Address]
    return_paths: list[Address]
    recipients: list[Address]

    @property
    def senders(self) -> list[Address]:
        """All that have to be verified to send."""
        return self.authors + self.return_paths

    @property
    def mail_from(self) -> str:
        """The envelope's sender."""
        return (self.return_paths[-1] if self.return_paths else self.authors[0]).spec


def simple(content: Simple | bytes) -> Simple:
    """Content that is not raw."""
    assert isinstance(content, Simple)
    return content


def read_envelope(submission: Submission, block: HeaderBlock | None) -> Envelope:
    """The envelope of a submission; ``block`` are the headers of raw content.

    Raises AwsError for what SES does not take.
    """
    mail_from = submission.mail_from
    return_paths: list[Address] = []
    if block is None:
        sender = simple(submission.content).sender
        authors = [addresses.parse(sender)]
        if mail_from == sender:  # as most often
            mail_from = None
    else:
        authors = [*_parsed(block, "from"), *_parsed(block, "sender")]
        return_paths = _parsed(block, "return-path")[:1]
    if mail_from:
        return_paths.append(addresses.parse(mail_from))
    if not authors and not return_paths:
        raise AwsError("InvalidParameterValue", "Missing required header 'From'.")
    if submission.recipients is None:
        assert block is not None
        to = [each for name in ("to", "cc", "bcc") for each in _parsed(block, name)]
    else:
        to = [addresses.parse(text) for text in submission.recipients]
    if not to:
        raise AwsError("InvalidParameterValue", "Destination is required.")
    if len(to) > MOST_RECIPIENTS:
        raise AwsError("InvalidParameterValue", f"Recipient count exceeds {MOST_RECIPIENTS}.")
    return Envelope(authors, return_paths, to)


def _parsed(block: HeaderBlock, name: str) -> list[Address]:
    return [addresses.parse(text) for text in addresses.split(block.raw_values(name))]


def hidden(recipients: list[str], block: HeaderBlock | None, content: Simple | bytes) -> list[str]:
    """The recipients that no header shows."""
    if block is None:
        named = [*simple(content).to, *simple(content).cc]
        if len(named) == len(recipients):
            return []
    else:
        named = [text for key in ("to", "cc") for text in addresses.split(block.raw_values(key))]
    shown = {addresses.spec_of(text).lower() for text in named}
    return [recipient for recipient in recipients if recipient.lower() not in shown]
