"""``/_ses/deliveries``: where events went, how that went, and once more."""

from collections.abc import Callable
from typing import Any

from flask import request
from werkzeug.exceptions import NotFound

from ses_emulator.server import parameters, shapes
from ses_emulator.server.parameters import quoted
from ses_emulator.server.shapes import Shape
from ses_emulator.server.waiting import Places
from ses_emulator.store.account import Instance
from ses_emulator.store.deliveries import Deliveries, Delivery

ROOT = "/_ses/deliveries"
DIGITS = 18  # no id has more


def routes(instance: Instance, places: Places) -> list[tuple[str, str, str, Callable[..., Any]]]:
    """What is asked for at which address."""
    deliveries = Deliveries(instance.database, instance.changes)

    def show_all() -> Shape:
        filters, paging = parameters.delivery_filters(request.args), parameters.paging(request.args)
        total = places.wait(lambda: deliveries.count(filters), paging.count, paging.wait)
        found = deliveries.page(filters, paging.before, paging.limit + 1)
        page = found[: paging.limit]
        return {
            "deliveries": [shapes.delivery(each) for each in page],
            "total": total,
            "next": str(page[-1].id) if len(found) > len(page) else None,
        }

    def show(id: str) -> Shape:
        delivery = _find(id)
        return {**shapes.delivery(delivery), "body": delivery.body}

    def redeliver(id: str) -> tuple[Shape, int]:
        deliveries.redeliver(_find(id).id, instance.clock())
        instance.messages.look_for_pending()
        return shapes.delivery(_find(id)), 202

    def _find(id: str) -> Delivery:
        known = id.isascii() and id.isdecimal() and len(id) <= DIGITS
        delivery = deliveries.find(int(id)) if known else None
        if delivery is None:
            raise NotFound(f"Delivery {quoted(id)} does not exist: see {ROOT} for all.")
        return delivery

    return [
        ("GET", ROOT, "listDeliveries", show_all),
        ("GET", f"{ROOT}/<id>", "getDelivery", show),
        ("POST", f"{ROOT}/<id>/redeliver", "redeliver", redeliver),
    ]
