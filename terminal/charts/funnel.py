"""A funnel as bars: a line for each step, with its count and the share of the step before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, set_cell_size

if TYPE_CHECKING:
    from martlet.terminal.charts.points import Points, Series

__all__ = ["bar", "lines"]

# A picture is looked at: after so many funnels nobody compares any more.
_MOST_SERIES: Final = 6
_WIDEST_LABEL: Final = 28
# Of the width, at most this share for the labels.
_LABEL_SHARE: Final = 3
_NARROWEST_BAR: Final = 8
_WIDEST_BAR: Final = 60
_EIGHTHS: Final = " ▏▎▍▌▋▊▉"
_FULL: Final = "█"


def lines(points: Points, width: int, ascii_only: bool) -> list[str]:
    """Return the bars of each series, longest at its greatest number; the series after the sixth are only counted."""
    shown = points.series[:_MOST_SERIES]
    label_width = min(max(map(cell_len, points.labels)), _WIDEST_LABEL, max(width // _LABEL_SHARE, 1))
    found: list[str] = []
    for one in shown:
        if len(points.series) > 1:
            found += [*([""] if found else []), set_cell_size(one.name, min(cell_len(one.name), width))]
        found += _bars(one, label_width, width, ascii_only=ascii_only)
    if more := len(points.series) - len(shown):
        found += ["", f"and {more:,} more"[:width]]
    return found


def bar(share: float, width: int, *, ascii_only: bool = False) -> str:
    """Return a bar that fills a share (0 to 1) of the width; what is more than nothing is seen."""
    eighths = min(round(share * width * 8), width * 8)
    if share > 0:
        eighths = max(eighths, 1)
    if ascii_only:
        return "#" * -(-eighths // 8)
    return (_FULL * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()


def _bars(one: Series, label_width: int, width: int, *, ascii_only: bool) -> list[str]:
    counts = [f"{value:,.0f}" for value in one.values]
    rates = ["", *(_rate(now, before) for before, now in zip(one.values, one.values[1:], strict=False))]
    count_width, rate_width = max(map(len, counts)), max(map(len, rates))
    # Label, bar, count and rate, a space between two of them.
    room = min(width - label_width - count_width - rate_width - 3, _WIDEST_BAR)
    greatest = max(*one.values, 1.0)
    found = []
    for label, value, count, rate in zip(one.labels, one.values, counts, rates, strict=True):
        numbers = f"{count:>{count_width}} {rate:>{rate_width}}".rstrip()
        drawing = ""
        if room >= _NARROWEST_BAR:
            drawing = f" {bar(max(value, 0) / greatest, room, ascii_only=ascii_only):<{room}}"
        found.append(f"{_cut(label, label_width, ascii_only=ascii_only)}{drawing} {numbers}"[:width].rstrip())
    return found


def _rate(now: float, before: float) -> str:
    return f"{100 * now / before:.1f} %" if before else ""


def _cut(label: str, width: int, *, ascii_only: bool) -> str:
    if cell_len(label) <= width:
        return set_cell_size(label, width)
    return set_cell_size(label, width - 1) + ("." if ascii_only else "…")
