"""The pages of every list operation."""

import base64
from collections.abc import Callable, Sequence
from typing import Any

from ses_emulator.errors import AwsError
from ses_emulator.operations.registry import Request, Result
from ses_emulator.store.documents import Collection, Document

DEFAULT_SIZE = 1000


def page(
    collection: Collection,
    request: Request,
    member: str,
    item: Callable[[str, Document], Any],
    keep: Callable[[Document], bool] | None = None,
    default: int = DEFAULT_SIZE,
) -> Result:
    """One page of ``collection`` in the order of names, as ``{member: [...], "NextToken": ...}``.

    The size is the request's ``PageSize``, ``MaxItems`` or ``MaxResults``. ``item`` is what the
    list has of a name and its document; ``keep`` chooses documents. Raises AwsError
    ``InvalidNextToken``, and ``InvalidParameterValue`` for a size below 1.
    """
    rows, token = collection.page(request.get("NextToken"), _size(request, default), keep)
    return {member: [item(name, document) for name, document in rows], "NextToken": token}


def page_of(rows: Sequence[tuple[str, Any]], request: Request, member: str) -> Result:
    """One page of a list that is computed: ``rows`` are names, in their order, with their items.

    Raises what ``page`` raises.
    """
    start = request.get("NextToken")
    size = _size(request, DEFAULT_SIZE)
    if start:
        try:
            after = base64.b64decode(start, validate=True).decode().removeprefix(f"{member} ")
        except ValueError:
            after = ""
        if base64.b64encode(f"{member} {after}".encode()).decode() != start:
            raise AwsError("InvalidNextToken", "The specified NextToken is invalid.")
        rows = [row for row in rows if row[0] > after]
    token = None
    if len(rows) > size:
        token = base64.b64encode(f"{member} {rows[size - 1][0]}".encode()).decode()
    return {member: [item for _, item in rows[:size]], "NextToken": token}


def _size(request: Request, default: int) -> int:
    size: int = next(
        (request[name] for name in ("PageSize", "MaxItems", "MaxResults") if request.get(name)),
        default,
    )
    if size < 1:
        raise AwsError("InvalidParameterValue", f"The page size must be between 1 and {default}")
    return size
