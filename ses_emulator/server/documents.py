"""The JSON bodies of the inspection API."""

import json
from typing import Any

from flask import Request
from werkzeug.exceptions import BadRequest


def body(request: Request) -> dict[str, Any]:
    """The object that a request carries. Raises BadRequest."""
    try:
        document = json.loads(request.get_data() or b"null")
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is no JSON: {error}.") from None
    if not isinstance(document, dict):
        raise BadRequest('The body must be a JSON object, such as {"name": "value"}.')
    return document
