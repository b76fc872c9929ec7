"""Moments as people write them."""

import re
from datetime import UTC, datetime, timedelta

AGO = re.compile(r"(\d{1,6})(m|h|d|w)", re.IGNORECASE | re.ASCII)
SECONDS = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
DAYS = {"today": 0, "yesterday": 1}


def iso(text: str) -> float:
    """A moment in ISO 8601 as epoch seconds; without an offset it is UTC. Raises ValueError."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC).timestamp()  # within the years that there are
    except OverflowError as error:
        raise ValueError(str(error)) from None


def moment(text: str, now: float) -> float:
    """A moment in ISO 8601, so long ago (``30m``, ``2h``, ``3d``, ``1w``), or the start of a day.

    As epoch seconds, as is ``now``. Days are those of UTC. Raises ValueError.
    """
    ago = AGO.fullmatch(text)
    if ago:
        return now - int(ago[1]) * SECONDS[ago[2].lower()]
    if text.lower() in DAYS:
        day = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return (day - timedelta(days=DAYS[text.lower()])).timestamp()
    return iso(text)
