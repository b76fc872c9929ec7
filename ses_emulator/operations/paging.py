"""The pages of every list operation."""

from collections.abc import Callable
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
    size = next(
        (request[name] for name in ("PageSize", "MaxItems", "MaxResults") if request.get(name)),
        default,
    )
    if size < 1:
        raise AwsError("InvalidParameterValue", f"The page size must be between 1 and {default}")
    rows, token = collection.page(request.get("NextToken"), size, keep)
    return {member: [item(name, document) for name, document in rows], "NextToken": token}
