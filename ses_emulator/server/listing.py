"""``/_ses/messages``: the list of captured messages, searched, marked, deleted and taken away."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from flask import Response, request
from werkzeug.exceptions import BadRequest

from ses_emulator.mail.index import Indexer
from ses_emulator.server import parameters, shapes
from ses_emulator.server.archive import archive
from ses_emulator.server.completions import complete
from ses_emulator.server.documents import body
from ses_emulator.server.parameters import quoted
from ses_emulator.server.search import Search, SearchError, parse
from ses_emulator.server.shapes import Shape
from ses_emulator.server.waiting import Places
from ses_emulator.store.account import Instance
from ses_emulator.store.listing import Tally
from ses_emulator.store.messages import Stored
from ses_emulator.store.query import Filters

PATH = "/_ses/messages"
MARKED = ("ids", "search", "unread", "failed")
# Messages that are read at once for an archive, while it is made.
BATCH = 100


def routes(
    instance: Instance, indexer: Indexer, places: Places
) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """What is asked for at which address."""
    store = instance.messages

    def prepared(filters: Filters) -> Filters:
        """The filters, when everything is known that was accepted so far."""
        if filters.read:
            indexer.catch_up()
        return filters

    def understood(text: str, *, typing: bool = False) -> Search:
        try:
            return parse(text, instance.clock(), typing=typing)
        except SearchError as error:
            raise BadRequest(str(error)) from None

    def narrowed(filters: Filters, search: Search) -> Filters:
        return replace(filters, terms=search.terms, failed=filters.failed or search.failed)

    def chosen() -> Filters:
        """The messages that a request is to do something with. Never all by mistake."""
        filters, text = parameters.filters(request.args), request.args.get("search")
        if text is not None:
            search = understood(text)
            if not search.terms:
                raise BadRequest(f"search is {quoted(text)}: write a term, or leave it out.")
            filters = narrowed(filters, search)
        ids = request.args.getlist("id")
        if ids:
            filters = replace(filters, ids=ids, failed=True)
        return prepared(filters)

    def listed() -> Shape:
        search = understood(request.args.get("search", ""), typing=True)
        filters = narrowed(parameters.filters(request.args), search)
        paging = parameters.paging(request.args)
        if paging.wait:
            places.wait(lambda: store.count(prepared(filters)), paging.count, paging.wait)
        found = store.page(prepared(filters), paging.before, paging.limit + 1, paging.offset)
        page = found[: paging.limit]
        if len(found) == len(page) and paging.before is None and not paging.offset:
            tally = Tally(len(found), sum(stored.unread for stored in found))
        else:
            tally = store.tally(filters)
        return {
            "messages": [shapes.summary(instance, stored) for stored in page],
            "total": tally.total,
            "unread": tally.unread,
            "next": str(page[-1].seq) if len(found) > len(page) else None,
            "terms": _terms(request.args.get("search", ""), search),
        }

    def delete() -> Shape:
        return {"deleted": store.delete(chosen())}

    def mark() -> Shape:
        filters, unread = asked(body(request))
        return {"marked": store.mark(prepared(filters), unread=unread)}

    def asked(given: dict[str, Any]) -> tuple[Filters, bool]:
        """The messages that are to be marked, and whether as unread."""
        for name in given:
            if name not in MARKED:
                raise BadRequest(
                    f"The member {quoted(name)} is not known: use {', '.join(MARKED)}."
                )
        ids, text, failed = given.get("ids"), given.get("search"), given.get("failed", False)
        unread = given.get("unread")
        if not isinstance(unread, bool) or not isinstance(failed, bool):
            raise BadRequest("unread has to be true or false, and so has failed if it is given.")
        if (ids is None) is (text is None):
            raise BadRequest("Give either ids or a search: what is to be marked.")
        if text is None:
            if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
                raise BadRequest("ids has to be a list of MessageIds.")
            return Filters(ids=ids, failed=True), unread
        if not isinstance(text, str):
            raise BadRequest("search has to be text; an empty one means all messages.")
        parameters.check_text("search", text)
        return narrowed(Filters(failed=failed), understood(text)), unread

    def zipped() -> Response:
        response = Response(archive(instance, each(chosen())), mimetype="application/zip")
        response.headers["Content-Disposition"] = "attachment; filename=messages.zip"
        return response

    def each(filters: Filters) -> Iterator[Stored]:
        before: int | None = None
        while found := store.page(filters, before, BATCH):
            yield from found
            before = found[-1].seq

    def completed() -> Shape:
        text = request.args.get("text", "")
        cursor = _index(text, int(parameters.number(request.args, "cursor")))
        found = complete(instance.database, text, cursor)
        return {
            "start": _units(text, found.start),
            "end": _units(text, found.end),
            "values": [{"text": value.text, "hint": value.hint} for value in found.values],
        }

    return [
        ("GET", PATH, "listMessages", listed),
        ("DELETE", PATH, "deleteMessages", delete),
        ("POST", f"{PATH}/mark", "markMessages", mark),
        ("GET", f"{PATH}.zip", "getMessagesZip", zipped),
        ("GET", "/_ses/search", "completeSearch", completed),
    ]


def _terms(text: str, search: Search) -> list[Shape]:
    """The schema Term of each piece."""
    return [
        {
            "text": piece.text,
            "operator": piece.operator,
            "value": piece.value,
            "negated": piece.negated,
            "start": _units(text, piece.start),
            "end": _units(text, piece.end),
        }
        for piece in search.pieces
    ]


# JavaScript counts the units of UTF-16, of which an emoji has two.


def _units(text: str, index: int) -> int:
    return len(text[:index].encode("utf-16-le", "surrogatepass")) // 2


def _index(text: str, units: int) -> int:
    encoded = text.encode("utf-16-le", "surrogatepass")[: 2 * units]
    return len(encoded.decode("utf-16-le", "ignore"))
