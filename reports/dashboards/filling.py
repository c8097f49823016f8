"""The rows of a cube as columns of whole numbers: words and periods by their place, amounts in their smallest unit, so that sums are exact."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from martlet.engine.errors import ParameterError, QueryError
from martlet.reports.dashboards.template import PERIOD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pyarrow as pa

    from martlet.engine.warehouse import Warehouse
    from martlet.reports.dashboards.template import Cube

__all__ = ["ALL", "OTHERS", "PREVIOUS", "Filled", "answer", "filled", "words_of"]

# The place of no word: the row is of all words together.
ALL: Final = -1
_UNKNOWN: Final = "(unknown)"
OTHERS: Final = "(all others)"
PREVIOUS: Final = "previous"
_FIRST: Final[dict[str, Callable[[date], date]]] = {
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
    "quarter": lambda day: day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
    "year": lambda day: day.replace(month=1, day=1),
}
# JavaScript knows whole numbers exactly up to here.
_EXACT: Final = 2**53
_NUMBERS: Final = re.compile(r"(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Filled:
    """A cube with its rows, as columns.

    Attributes
    ----------
    cube
        What its columns are.
    words
        The words of each dimension but the period, in the order in which a page shows them.
    columns
        By name: places of periods and words, and measures times ten to the power of their digits, None where unknown.
    digits
        The digits behind the point of each measure.
    folded
        How many words of a dimension are together in `OTHERS`.
    """

    cube: Cube
    words: dict[str, list[str]]
    columns: dict[str, list[Any]]
    digits: dict[str, int]
    folded: dict[str, int]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), []))


def answer(warehouse: Warehouse, cube: Cube, grain: str) -> pa.Table:
    """Return the rows of a cube's SELECT, of a `distinct` one those that can be added up.

    Raises
    ------
    QueryError
        If the SELECT fails, or has other columns than the template says.
    """
    values = {PERIOD: grain} if f"${PERIOD}" in cube.sql else None
    told = warehouse.sql(_counted(cube) if cube.distinct else cube.sql, values)
    wanted = [*cube.dimensions, *([PREVIOUS] if cube.distinct else []), *cube.measures]
    if sorted(told.columns) != sorted(wanted):
        raise QueryError(
            f"the cube has the columns {', '.join(told.columns)}, where its template says {', '.join(wanted)}"
        )
    table = told.arrow().select(wanted)
    if PERIOD in cube.dimensions:
        _refuse_odd(table.column(PERIOD).unique().to_pylist(), grain)
    return table


def _refuse_odd(periods: list[Any], grain: str) -> None:
    """Refuse a column of periods that holds anything but the first days of such spans."""
    for day in periods:
        if type(day) is not date or day != _FIRST[grain](day):
            raise QueryError(
                f"the column {PERIOD} holds {'NULL' if day is None else day}, where it must hold the first day of a {grain}: "
                f"CAST(date_trunc(${PERIOD}, ...) AS DATE), of rows whose day is known"
            )


def _counted(cube: Cube) -> str:
    """Return the SELECT that counts ids so that the counts add up: in each period those whose period before was a given one.

    Whoever is met in a span of periods is met there for the first time once: the period before lies before the span. So the rows within the
    span whose period before lies outside count each once.
    """
    names = [name for name in cube.dimensions if name != PERIOD]
    (measure,) = cube.measures
    parts = []
    for only in (None, *names):
        words = ", ".join(
            f'"{name}"' if name == only else f'CAST(NULL AS VARCHAR) AS "{name}"' for name in names
        )
        told = f'WHERE "{only}" IS NOT NULL' if only else ""
        parts.append(
            f'SELECT DISTINCT {PERIOD}, {words}{", " if words else ""}"{cube.distinct}" AS id FROM facts {told}'
        )
    listed = ", ".join(f'"{name}"' for name in names)
    grouped = f"{PERIOD}, {PREVIOUS}{', ' if listed else ''}{listed}"
    partition = f"id{', ' if listed else ''}{listed}"
    return f"""WITH facts AS ({cube.sql.strip().rstrip(";")}),
met AS ({" UNION ALL ".join(parts)}),
seen AS (SELECT *, lag({PERIOD}) OVER (PARTITION BY {partition} ORDER BY {PERIOD}) AS {PREVIOUS} FROM met)
SELECT {grouped}, count(*) AS "{measure}" FROM seen GROUP BY {grouped}"""


def words_of(answers: Iterable[tuple[Cube, pa.Table]], name: str, most: int) -> tuple[list[str], int]:
    """Return the words of a dimension over all cubes that have it, and how many more there are than `most`.

    The most important stay: those with the greatest share of the first measure in any cube.
    """
    weights: dict[str, Decimal] = {}
    for cube, table in answers:
        if name not in cube.dimensions:
            continue
        nothing = None if name in cube.overlapping else _UNKNOWN
        measure = next(iter(cube.measures))
        sums: dict[str, Decimal] = {}
        for word, value in zip(
            table.column(name).to_pylist(), table.column(measure).to_pylist(), strict=True
        ):
            told = nothing if word is None else str(word)
            if told is not None:
                sums[told] = sums.get(told, Decimal(0)) + Decimal(value or 0)
        whole = sum(sums.values()) or Decimal(1)
        for word, total in sums.items():
            weights[word] = max(weights.get(word, Decimal(0)), total / whole)
    if len(weights) <= most:
        return sorted(weights, key=_natural), 0
    kept = sorted(weights, key=lambda word: (-weights[word], word))[:most]
    return [*sorted(kept, key=_natural), OTHERS], len(weights) - most


def _natural(word: str) -> list[tuple[bool, float, str]]:
    """Return a key that sorts 5 before 10, and what is not known last."""
    parts = [part for part in _NUMBERS.split(word) if part]
    return [
        (word.startswith("("), 0.0, ""),
        *((False, float(part), "") if part[0].isdigit() else (True, 0.0, part) for part in parts),
    ]


def filled(
    cube: Cube,
    table: pa.Table,
    periods: list[date],
    words: Mapping[str, list[str]],
    folded: Mapping[str, int],
) -> Filled:
    """Return a cube with its rows; `words` and `folded` are those of the dimensions that cubes share.

    Raises
    ------
    QueryError
        If a measure is no exact number, or too large to be one in a browser.
    """
    own = dict(words)
    more = dict(folded)
    for name in cube.dimensions:
        if name != PERIOD and name not in own:
            own[name], more[name] = words_of([(cube, table)], name, cube.most.get(name, len(table) or 1))
    places = {
        name: {word: place for place, word in enumerate(own[name])}
        for name in cube.dimensions
        if name != PERIOD
    }
    when = {day: place for place, day in enumerate(periods)}
    keys: list[list[int]] = []
    for name in (*cube.dimensions, *([PREVIOUS] if cube.distinct else [])):
        column = table.column(name).to_pylist()
        if name in (PERIOD, PREVIOUS):
            keys.append([ALL if day is None else when[day] for day in column])
        else:
            known, others = places[name], places[name].get(OTHERS, ALL)
            nothing = ALL if name in cube.overlapping else known.get(_UNKNOWN, others)
            keys.append([nothing if word is None else known.get(str(word), others) for word in column])
    digits = {name: _digits(table, name) for name in cube.measures}
    values = [_whole(table, name, digits[name]) for name in cube.measures]
    rows: dict[tuple[int, ...], list[int | None]] = {}
    for key, row in zip(
        zip(*keys, strict=True) if keys else ((),) * len(table), zip(*values, strict=True), strict=True
    ):
        rows[key] = (
            [_added(one, other) for one, other in zip(rows[key], row, strict=True)]
            if key in rows
            else list(row)
        )
    names = (*cube.dimensions, *([PREVIOUS] if cube.distinct else []))
    rests = {name: places[name][OTHERS] for name in places if more.get(name, 0) > 1}
    _leave_unknown(cube, names, rows, rests)
    _refuse_large(cube, rows.values())
    columns: dict[str, list[Any]] = {name: [] for name in (*names, *cube.measures)}
    for key in sorted(rows):
        for name, number in zip((*names, *cube.measures), (*key, *rows[key]), strict=True):
            columns[name].append(number)
    return Filled(
        cube,
        {name: own[name] for name in places},
        columns,
        digits,
        {name: more.get(name, 0) for name in places},
    )


def _leave_unknown(
    cube: Cube,
    names: Sequence[str],
    rows: Mapping[tuple[int, ...], list[int | None]],
    others: Mapping[str, int],
) -> None:
    """Make unknown what can't be told of words that are together: medians, and what counts one thing under several of them."""
    for key, row in rows.items():
        together = {name for name, place in zip(names, key, strict=True) if others.get(name) == place}
        overlap = together & cube.overlapping
        for number, measure in enumerate(cube.measures.values()):
            if (together and measure.kind == "figure") or (overlap and (measure.overlaps or cube.distinct)):
                row[number] = None


def _digits(table: pa.Table, name: str) -> int:
    import pyarrow as pa  # noqa: PLC0415 - heavy, and there when there is a table

    kind = table.schema.field(name).type
    if pa.types.is_decimal(kind):
        return int(kind.scale)
    if pa.types.is_integer(kind) or pa.types.is_null(kind):
        return 0
    raise QueryError(
        f"the measure {name} is {kind}: sums are exact of whole numbers and DECIMAL alone; cast it, or round it by main.money"
    )


def _whole(table: pa.Table, name: str, digits: int) -> list[int | None]:
    return [
        None if value is None else int(Decimal(value).scaleb(digits))
        for value in table.column(name).to_pylist()
    ]


def _added(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other


def _refuse_large(cube: Cube, rows: Iterable[list[int | None]]) -> None:
    for name, values in zip(cube.measures, zip(*rows, strict=True), strict=False):
        if sum(abs(value or 0) for value in values) >= _EXACT:
            raise ParameterError(
                f"the measure {name} is too large to be summed exactly in a browser; cast it to fewer digits"
            )
