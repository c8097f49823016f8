"""A line over time as a row of small bars: one for each series, with its first and its last value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, set_cell_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from martlet.terminal.charts.points import Points

__all__ = ["lines", "sparkline"]

_MOST_SERIES: Final = 8
_WIDEST_LABEL: Final = 24
_WIDEST: Final = 60
_FEWEST_POINTS: Final = 3
_LEVELS: Final = "▁▂▃▄▅▆▇█"
_ASCII_LEVELS: Final = "_.-=*#"


def lines(points: Points, width: int, ascii_only: bool) -> list[str]:
    """Return a line for each series of three points or more, all of one scale; the series after the eighth are only counted."""
    known = [one for one in points.series if len(one.values) >= _FEWEST_POINTS]
    shown = known[:_MOST_SERIES]
    if not shown:
        return []
    least, most = min(min(one.values) for one in shown), max(max(one.values) for one in shown)
    ends = [f"{_short(one.values[0])} to {_short(one.values[-1])}" for one in shown]
    label_width = min(max(cell_len(one.name) for one in shown), _WIDEST_LABEL)
    room = min(width - label_width - max(map(len, ends)) - 2 * bool(label_width) - 2, _WIDEST)
    if room < _FEWEST_POINTS:
        return []
    found = []
    for one, end in zip(shown, ends, strict=True):
        label = f"{set_cell_size(one.name, label_width)}  " if label_width else ""
        picture = sparkline(one.values, room, (least, most), ascii_only=ascii_only)
        found.append(f"{label}{picture}  {end}")
    if more := len(known) - len(shown):
        found.append(f"and {more:,} more"[:width])
    return found


def sparkline(
    values: Sequence[float], width: int, bounds: tuple[float, float], *, ascii_only: bool = False
) -> str:
    """Return a character for each value, or for the mean of neighbours where there are more values than room; `bounds` are least and most."""
    count = min(len(values), width)
    least, most = bounds
    levels = _ASCII_LEVELS if ascii_only else _LEVELS
    reach = most - least
    drawn = []
    for place in range(count):
        part = values[place * len(values) // count : (place + 1) * len(values) // count]
        height = (sum(part) / len(part) - least) / reach if reach else 0
        drawn.append(levels[min(int(height * len(levels)), len(levels) - 1)])
    return "".join(drawn)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"  # noqa: PLR2004 - whole numbers are read faster
