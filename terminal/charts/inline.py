"""A picture in the lines of a table: a bar for each row, to both sides of zero, or the interval about its value."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from martlet.engine.tables.cells import Column
from martlet.terminal.charts.funnel import bar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

    from martlet.engine.telling import Chart

__all__ = ["bars", "beside", "intervals"]

_BARS: Final = ("bar", "dumbbell")
_INTERVALS: Final = ("interval", "response", "box")
# Left end, line, right end, value, zero, and ends that lie outside of the picture.
_MARKS: Final = "├─┤●│◂▸"
_ASCII_MARKS: Final = "[-]o|<>"
# Of three quarters of all ends the furthest, so many times: beyond it nothing is drawn.
_FURTHEST: Final = 2


def beside(
    chart: Chart | None, answer: pa.Table, headline: Sequence[str] = (), *, ascii_only: bool = False
) -> Callable[[int], Column] | None:
    """Return what draws a column of the picture within some characters; None where the answer has nothing to draw in its lines.

    Of several columns of `y` the first of the headline is drawn.
    """
    if chart is None or not set(chart.columns) <= set(answer.column_names):
        return None
    drawn = next((name for name in chart.y if name in headline), chart.y[0])
    values = _numbers(answer, drawn)
    if values is None or len(values) < 2 or not any(values):  # noqa: PLR2004 - there is nothing to compare one with
        return None
    if chart.kind in _BARS:
        return lambda room: Column(drawn, bars(values, room, ascii_only=ascii_only), is_number=False)
    if chart.kind in _INTERVALS and chart.low and chart.high:
        ends = [_numbers(answer, chart.low), _numbers(answer, chart.high)]
        low, high = ([None] * len(values) if end is None else end for end in ends)
        return lambda room: Column(
            drawn, intervals(values, low, high, room, ascii_only=ascii_only), is_number=False
        )
    return None


def bars(values: Sequence[float | None], width: int, *, ascii_only: bool = False) -> list[str | None]:
    """Return a bar for each value, right of a common zero where it is above it, and left where below; nothing of NULL."""
    known = [value for value in values if value is not None]
    most, least = max(known, default=0), min(known, default=0)
    if least >= 0:
        return [_right(value, most, width, ascii_only=ascii_only) for value in values]
    reach = max(most, 0) - least
    left = min(max(math.ceil(width * -least / reach), 1), width - 1 if most > 0 else width)
    right = width - left
    scale = max(-least / left, most / right if right else 0)
    full = "#" if ascii_only else "█"
    return [
        ""
        if value is None
        else (full * max(round(-value / scale), 1)).rjust(left)
        if value < 0
        else " " * left + (_right(value, scale * right, right, ascii_only=ascii_only) if right else "")
        for value in values
    ]


def intervals(
    values: Sequence[float | None],
    low: Sequence[float | None],
    high: Sequence[float | None],
    width: int,
    *,
    ascii_only: bool = False,
) -> list[str | None]:
    """Return a line from each lower end to the upper one, with a mark at the value and one at zero, which is always within."""
    ends = sorted(abs(end) for end in (*values, *low, *high) if end is not None)
    # An interval that knows nothing must not flatten all others: it leaves the picture.
    furthest = _FURTHEST * ends[3 * len(ends) // 4] if ends else 0
    known = [end for end in (*values, *low, *high) if end is not None and abs(end) <= furthest]
    least, most = min(0, *known, 0), max(0, *known, 0)
    reach = (most - least) or 1.0
    begin, line, end, mark, zero, before, beyond = _ASCII_MARKS if ascii_only else _MARKS

    def place(value: float) -> int:
        return min(max(round((width - 1) * (value - least) / reach), 0), width - 1)

    found: list[str | None] = []
    for value, lower, upper in zip(values, low, high, strict=True):
        cells = [" "] * width
        if lower is not None and upper is not None:
            cells[place(lower) : place(upper) + 1] = line * (place(upper) - place(lower) + 1)
            cells[place(lower)] = before if lower < least else begin
            cells[place(upper)] = beyond if upper > most else end
        cells[place(0)] = zero
        if value is not None and least <= value <= most:
            cells[place(value)] = mark
        found.append("".join(cells).rstrip())
    return found


def _right(value: float | None, most: float, width: int, *, ascii_only: bool) -> str:
    return "" if value is None or most <= 0 else bar(value / most, width, ascii_only=ascii_only)


def _numbers(answer: pa.Table, name: str) -> list[float | None] | None:
    """Return a column as numbers, what is not finite as nothing; None where it holds none."""
    values = answer.column(name).to_pylist()
    try:
        numbers = [None if value is None else float(value) for value in values]
    except (TypeError, ValueError):
        return None
    return [value if value is not None and math.isfinite(value) else None for value in numbers]
