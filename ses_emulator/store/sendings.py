"""How much was sent, by account, region and second: what quotas and rates are reckoned from."""

import sqlite3
from collections.abc import Iterable


def add(
    connection: sqlite3.Connection, sent: Iterable[tuple[str, str, float, int, int | None]]
) -> None:
    """Count sends: account, region, moment, recipients, and how many of them are charged.

    Those that are charged for None are none of the account's.
    """
    totals: dict[tuple[str, str, int], list[int]] = {}
    for account, region, moment, recipients, charged in sent:
        if charged is not None:
            total = totals.setdefault((account, region, int(moment)), [0, 0])
            total[0] += recipients
            total[1] += charged
    connection.executemany(
        "INSERT INTO sendings VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " recipients = recipients + excluded.recipients, charged = charged + excluded.charged",
        [(*key, *total) for key, total in totals.items()],
    )
