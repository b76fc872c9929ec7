"""The one form that every door gives a message before the pipeline takes it."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

MEBIBYTE = 1024 * 1024


@dataclass(slots=True)
class Text:
    """A text of a request and the charset that it is to be sent in."""

    data: str
    charset: str


@dataclass(slots=True)
class Attachment:
    """A file that v2's Simple content carries; ``encoding`` is a Content-Transfer-Encoding."""

    name: str
    type: str
    data: bytes
    inline: bool = False
    content_id: str | None = None
    description: str | None = None
    encoding: str = "base64"


@dataclass(slots=True)
class Simple:
    """Content that SES itself composes. Addresses are header texts: ``Name <local@domain>``."""

    sender: str
    to: list[str]
    cc: list[str]
    reply_to: list[str]
    subject: Text
    text: Text | None
    html: Text | None
    headers: list[tuple[str, str]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Templated(Simple):
    """Content whose subject, text and HTML are templates, to be filled in with ``data``.

    ``template`` is the name of the stored template; None if the request carried it itself.
    """

    template: str | None
    data: dict[str, Any]


class ListManagement(NamedTuple):
    """The contact list that a message belongs to, and the topic in it."""

    contact_list: str
    topic: str | None = None


@dataclass(slots=True)
class Submission:
    """A message as it was handed in. No step of the pipeline knows the door by which it came.

    ``content`` is Simple or Templated, or the raw bytes of a message. ``mail_from`` is the
    envelope's sender, if the door gave one; ``recipients`` are the envelope's, None where the
    headers of a raw message name them. ``limit`` is the largest size in bytes that this door lets
    in. The ARNs are those of identities that may be another account's.
    """

    api: str
    operation: str
    content: Simple | bytes
    mail_from: str | None
    recipients: list[str] | None
    limit: int
    configuration_set: str | None = None
    tags: list[tuple[str, str]] = field(default_factory=list)
    source_ip: str | None = None
    list_management: ListManagement | None = None
    tenant: str | None = None
    source_arn: str | None = None
    from_arn: str | None = None
    return_path_arn: str | None = None
