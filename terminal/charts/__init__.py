"""An answer as a picture of characters: what the `[chart]` of its query says, where a kind of picture is known here.

A kind that stands below its table is one row of `KINDS`: a function that takes the points of the answer and the room there is, and returns
lines. What stands in the lines of the table is drawn by `inline`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.terminal.charts import funnel, sparkline
from martlet.terminal.charts.inline import beside
from martlet.terminal.charts.points import points_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from martlet.engine.telling import Chart
    from martlet.terminal.charts.points import Points

__all__ = ["KINDS", "beside", "drawn"]

# Curves, and a sparkline below the table draws them all.
_CURVES = ("line", "lorenz", "survival")
KINDS: dict[str, Callable[[Points, int, bool], list[str]]] = {
    "funnel": funnel.lines,
    **dict.fromkeys(_CURVES, sparkline.lines),
}


def drawn(chart: Chart | None, answer: pa.Table, width: int, *, ascii_only: bool = False) -> list[str]:
    """Return the lines of the picture, of at most `width` characters each; none where there is nothing to draw.

    `ascii_only` is for terminals that know no block characters.
    """
    if chart is None or chart.kind not in KINDS or answer.num_rows == 0:
        return []
    if not set(chart.columns) <= set(answer.column_names):
        return []
    if chart.kind in _CURVES:
        # Of a funnel a step that nobody reached is 0; at a time of which nothing is known nothing is drawn.
        answer = answer.filter(answer.column(chart.y[0]).is_valid())
    return KINDS[chart.kind](points_of(chart, answer), width, ascii_only)
