"""What a benchmark found, and the table it is shown in."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

HEAD = ("Measurement", "Result", "Ratio (of each round)", "Target", "Met")


class Unavailable(Exception):
    """Something to measure, or to measure with, is missing; the text says what and what to do."""


@dataclass(frozen=True)
class Line:
    """One line of the table. `met` is None where there is no target."""

    what: str
    result: str
    ratio: str = ""
    target: str = ""
    met: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """The line's text, column by column."""
        if self.met is None:
            return (self.what, self.result, self.ratio, self.target, "")
        return (self.what, self.result, self.ratio, self.target, "yes" if self.met else "**no**")


def rate(what: str, rates: Sequence[float], unit: str) -> Line:
    """A line with the median of `rates`, for information."""
    return Line(what, _amount(rates, unit))


def compared(
    what: str,
    rates: Sequence[float],
    unit: str,
    ratios: Sequence[float],
    at_least: float | None = None,
    at_most: float | None = None,
) -> Line:
    """A line whose target is a bound on the median of `ratios`, one of each round."""
    middle = statistics.median(ratios)
    shown = f"{middle:.2f}x ({min(ratios):.2f} to {max(ratios):.2f})"
    if at_least is not None:
        return Line(
            what, _amount(rates, unit), shown, f"at least {at_least:.1f}x", middle >= at_least
        )
    assert at_most is not None
    return Line(what, _amount(rates, unit), shown, f"at most {at_most:.1f}x", middle <= at_most)


def missing(what: str, reason: str, target: str = "") -> Line:
    """A line for what could not be measured; a target that it had is not met."""
    result = "not available: " + " ".join(reason.split())
    if not target:
        return Line(what, result)
    return Line(what, result, "not measured", target, False)


def table(lines: Sequence[Line]) -> str:
    """`lines` as a Markdown table with aligned columns."""
    rows = [HEAD, *(line.cells for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    text = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    text.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(text)


def _amount(values: Sequence[float], unit: str) -> str:
    middle = statistics.median(values)
    return f"{middle:,.0f} {unit}" if middle >= 10 else f"{middle:.2f} {unit}"
