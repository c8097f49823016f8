"""Sums over a cube, as the script of a page makes them: `dashboard.js` has the same functions under the same names."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from martlet.reports.dashboards.filling import ALL, OTHERS, PREVIOUS
from martlet.reports.dashboards.template import PERIOD

if TYPE_CHECKING:
    from martlet.reports.dashboards.filling import Filled
    from martlet.reports.dashboards.template import Tile

__all__ = ["UNKNOWN", "Row", "rows_of", "shown", "totals"]

UNKNOWN: Final = "\N{EN DASH}"
_MILLION: Final = 1_000_000


@dataclass(frozen=True)
class Row:
    """A row of a tile: the places of its words by dimension, and its values by name."""

    key: tuple[int, ...]
    values: dict[str, float | None]


def totals(filled: Filled, by: tuple[str, ...] = (), where: dict[str, int] | None = None) -> list[Row]:
    """Return the sums of a cube over the whole period, one row for each combination of the words of `by`."""
    cube, columns = filled.cube, filled.columns
    fixed = where or {}
    kept = [
        row
        for row in range(len(filled))
        if all(columns[name][row] == place for name, place in fixed.items())
        and all((columns[name][row] == ALL) == (name not in by) for name in cube.overlapping - fixed.keys())
        and (not cube.distinct or PERIOD in by or columns[PREVIOUS][row] == ALL)
    ]
    last = max((columns[PERIOD][row] for row in kept), default=ALL) if PERIOD in cube.dimensions else ALL
    sums: dict[tuple[int, ...], dict[str, int | None]] = {}
    met: dict[tuple[int, ...], int] = {}
    for row in kept:
        key = tuple(columns[name][row] for name in by)
        cell = sums.setdefault(key, dict.fromkeys(cube.measures))
        met[key] = met.get(key, 0) + 1
        for name, measure in cube.measures.items():
            value = columns[name][row]
            if measure.kind == "figure" and met[key] > 1:
                cell[name] = None
            elif value is not None and (
                measure.kind != "last" or PERIOD in by or columns[PERIOD][row] == last
            ):
                cell[name] = (cell[name] or 0) + value
    return [Row(key, _figures(filled, cell)) for key, cell in sorted(sums.items())]


def _figures(filled: Filled, cell: dict[str, int | None]) -> dict[str, float | None]:
    """Return what the sums of a row are as numbers, and its ratios."""
    values: dict[str, float | None] = {
        name: None if value is None else value / 10 ** filled.digits[name] for name, value in cell.items()
    }
    for name, ratio in filled.cube.ratios.items():
        one, other = values[ratio.of], values[ratio.per]
        values[name] = None if one is None or not other else one / other
    return values


def rows_of(filled: Filled, tile: Tile) -> list[Row]:
    """Return the rows of a tile over the whole period, in their order, and no more than it shows."""
    where = {
        name: filled.words[name].index(word) if word in filled.words[name] else ALL - 1
        for name, word in tile.where.items()
    }
    rows = totals(filled, tile.by, where)
    rows = [
        row for row in rows if all((row.values[name] or 0) >= least for name, least in tile.least.items())
    ]
    if tile.kind == "bar" or tile.top:
        first = tile.measures[0]
        rows.sort(key=lambda row: (_is_rest(filled, tile, row), -_or_least(row.values[first]), row.key))
    if tile.kind == "scatter":
        rows = [row for row in rows if not _is_rest(filled, tile, row)]
    return rows[: tile.top]


def _or_least(value: float | None) -> float:
    return float("-inf") if value is None else value


def _is_rest(filled: Filled, tile: Tile, row: Row) -> bool:
    """Return whether a row is of words that are together: it stands behind the others, and is no point among them."""
    return any(
        name != PERIOD and place != ALL and filled.words[name][place] == OTHERS
        for name, place in zip(tile.by, row.key, strict=True)
    )


def shown(value: float | None, unit: str, *, short: bool = False) -> str:
    """Return a number as it is written; `short` where there is little room."""
    if value is None:
        return UNKNOWN
    if unit == "percent":
        return f"{_fixed(100 * value, 1)} %"
    if unit == "count":
        return _brief(value) if short else _fixed(value, 0)
    if unit == "money":
        return _brief(value) if short and abs(value) >= 1000 else _fixed(value, 2)  # noqa: PLR2004 - below, cents count
    return _fixed(value, 2)


def _brief(value: float) -> str:
    """Return a number with three digits that count, from ten thousand in thousands, from a million in millions."""
    if abs(value) >= _MILLION:
        return f"{_fixed(value / _MILLION, 2)} M"
    return f"{_fixed(value / 1000, 1)} k" if abs(value) >= 10_000 else _fixed(value, 0)  # noqa: PLR2004


def _fixed(value: float, digits: int) -> str:
    """Return a number with so many digits, halves away from zero, as `toFixed` of JavaScript does."""
    told = Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{told or abs(told):,}"
