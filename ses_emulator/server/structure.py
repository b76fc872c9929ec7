"""How a captured message is built: the tree of its parts, its links, what it loads."""

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import zip_longest
from typing import Any

from werkzeug.exceptions import NotFound

from ses_emulator.mail.delivered import delivered
from ses_emulator.mail.links import hyperlinks
from ses_emulator.mail.preview import remote
from ses_emulator.mail.read import Content, read
from ses_emulator.mail.tracking import link_tags
from ses_emulator.server.lookup import find_message
from ses_emulator.server.parameters import quoted
from ses_emulator.server.shapes import Shape
from ses_emulator.store.account import Instance

# In a text; a mark behind it belongs to the sentence.
URL = re.compile(r"https?://[^\s<>\"]{1,2000}[^\s<>\".,;:!?)\]']")
# Of a list; SES tracks no more than 250 links.
MOST = 1000


def routes(instance: Instance) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """What is asked for at which address."""

    def structure(id: str) -> Shape:
        tree = read(instance.messages.raw(find_message(instance, id).seq)).tree
        if not tree:
            raise NotFound(f"Message {quoted(id)} cannot be read: see its raw bytes.")
        return asdict(tree[0])

    def links(id: str) -> Shape:
        stored = find_message(instance, id)
        content = read(instance.messages.raw(stored.seq))
        sent = content if stored.tracking is None else read(delivered(instance, stored))
        found = [*_of_html(content, sent), *_of_text(content)]
        return {
            "links": found[:MOST],
            "total": len(found),
            "remote": remote(content.html or "")[:MOST],
        }

    return [
        ("GET", "/_ses/messages/<id>/structure", "getMessageStructure", structure),
        ("GET", "/_ses/messages/<id>/links", "getMessageLinks", links),
    ]


def _of_html(content: Content, sent: Content) -> Iterator[Shape]:
    """The links of the HTML, each with what became of it: tracking leaves their order as it is."""
    pairs = zip_longest(hyperlinks(content.html or ""), hyperlinks(sent.html or ""))
    for link, other in pairs:
        if link is None:
            return
        changed = other is not None and other.target != link.target
        yield {
            "body": "html",
            "text": link.text,
            "target": link.target,
            "tracked": other.target if changed else None,
            "trackable": link.trackable,
            "tags": link_tags(link.tags),
        }


def _of_text(content: Content) -> Iterator[Shape]:
    """The addresses in the plain text, which SES does not track."""
    for address in URL.findall(content.text or ""):
        yield {
            "body": "text",
            "text": address,
            "target": address,
            "tracked": None,
            "trackable": False,
            "tags": {},
        }
