"""Which columns of an answer stand where: upright as far as they fit, else on their side.

The columns decide, never the number of rows that are asked for. Those of the headline come first and are never left out: where even they
don't fit upright, each row becomes a column of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from martlet.engine.tables.cells import Column, columns_of, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

__all__ = ["LEAST_BESIDE", "NULL", "ROWS_LYING", "ROWS_UPRIGHT", "Layout", "Placed", "laid_out"]

NULL: Final = "-"
# A table is for looking at; of one on its side fewer rows are seen at once.
ROWS_UPRIGHT: Final = 50
ROWS_LYING: Final = 12
# What stands beside a table, such as bars, needs so much room, and takes so much.
LEAST_BESIDE: Final = 10
_MOST_BESIDE: Final = 24
# Between two columns, usually and where room is short.
_GAP, _NARROW_GAP = 3, 2
# A longer text is wrapped: where room is short, and where it is needed for the headline.
_COMFORTABLE, _LEAST = 24, 10
_WIDEST_LYING: Final = 32


@dataclass(frozen=True)
class Placed:
    """A column and the characters that it takes; longer texts are wrapped."""

    column: Column
    width: int


@dataclass(frozen=True)
class Layout:
    """Where everything stands.

    `blocks` are tables one below the other, `said` the columns that are the same in all rows, `missing` those that did not fit, `rows` how
    many rows are shown.
    """

    blocks: tuple[tuple[Placed, ...], ...]
    gap: int
    rows: int
    said: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    is_lying: bool = False


def laid_out(
    answer: pa.Table,
    width: int,
    headline: Sequence[str] = (),
    *,
    limit: int | None = None,
    beside: Callable[[int], Column] | None = None,
) -> Layout:
    """Return how an answer stands within `width` characters.

    Parameters
    ----------
    answer
        The rows, all of them: so the number that is shown changes nothing.
    width
        The most characters of a line.
    headline
        Names of the columns that are the answer; none: all of them are.
    limit
        The most rows to show; by default 50, or 12 of a table on its side.
    beside
        Returns one more column, of at most so many characters, for every row that is looked at; it is left out where there is no room.
    """
    looked_at = answer.slice(0, max(ROWS_UPRIGHT, limit or 0))
    columns = [replace(column, name=visible(column.name)) for column in columns_of(looked_at)]
    names = list(answer.column_names)
    first = [place for name in dict.fromkeys(headline) for place, other in enumerate(names) if other == name]
    places = first + [place for place in range(len(columns)) if place not in first]
    kept = len(first) or len(columns)
    found = _upright(columns, places, kept=len(places), width=width, beside=beside)
    if found is None and answer.num_rows == 1:
        return _lying(columns, places, width, 1 if limit is None else limit)
    said: list[int] = []
    if found is None:
        said = _same(columns, places[:kept])
        kept -= len(said)
        # What is the same everywhere tells least.
        alike = _same(columns, places[kept + len(said) :])
        places = [place for place in places if place not in (*said, *alike)] + alike
        found = _upright(columns, places, kept=kept, width=width, beside=beside)
    if found is None:
        found = _lying(columns, places[:kept], width, ROWS_LYING if limit is None else limit)
    shown = len(found.blocks[0]) if not found.is_lying else kept
    return replace(
        _cut(found, min(ROWS_UPRIGHT if limit is None else limit, looked_at.num_rows)),
        said=tuple((columns[place].name, columns[place].texts[0] or NULL) for place in said),
        missing=tuple(columns[place].name for place in places[shown:]),
    )


def _same(columns: Sequence[Column], places: Sequence[int]) -> list[int]:
    """Return the columns of words that have one value in all rows, but for the last column where all have."""
    same = [
        place
        for place in places
        if not columns[place].is_number and len(set(columns[place].texts)) == 1 < len(columns[place].texts)
    ]
    return same[:-1] if len(same) == len(columns) else same


def _upright(
    columns: Sequence[Column],
    places: Sequence[int],
    *,
    kept: int,
    width: int,
    beside: Callable[[int], Column] | None,
) -> Layout | None:
    """Return a table of as many of the columns as fit, with what stands beside if that leaves the first `kept`; None if these don't fit."""
    for more in (beside, None) if beside else (None,):
        room = width - (LEAST_BESIDE + _GAP if more else 0)
        for count in range(len(places), kept - 1, -1):
            chosen = [columns[place] for place in places[:count]]
            found = _narrowed(chosen, room, _COMFORTABLE if more or count > kept else _LEAST)
            if found is not None:
                return _with_beside(found, width, more) if more else found
    return None


def _narrowed(columns: Sequence[Column], width: int, least: int) -> Layout | None:
    """Return the columns side by side, made narrower step by step until they fit: heads broken, gaps smaller, texts wrapped."""
    for is_broken, gap, most in (
        (False, _GAP, None),
        (True, _GAP, None),
        (True, _NARROW_GAP, None),
        (True, _NARROW_GAP, _COMFORTABLE),
        (True, _NARROW_GAP, least),
    ):
        placed = [_placed(column, most, is_broken=is_broken) for column in columns]
        spare = width - sum(one.width for one in placed) - gap * (len(placed) - 1)
        if spare >= 0:
            names = [column.name for column in columns]
            return Layout((tuple(_widened(placed, names, spare, is_broken=is_broken)),), gap, 0)
    return None


def _placed(column: Column, most: int | None, *, is_broken: bool) -> Placed:
    natural = max((cell_len(text or NULL) for text in column.texts), default=1)
    data = natural if most is None or column.is_number else min(natural, most)
    name = _broken(column.name, data) if is_broken else column.name
    return Placed(replace(column, name=name), max(data, *map(cell_len, name.split("\n")), 1))


def _widened(placed: Sequence[Placed], names: Sequence[str], spare: int, *, is_broken: bool) -> list[Placed]:
    """Give the room that is left to the texts that are wrapped, the narrowest first."""
    widths = [one.width for one in placed]
    wanted = [max(one.width, *(cell_len(text or NULL) for text in one.column.texts), 1) for one in placed]
    while spare > 0:
        short = [n for n in range(len(placed)) if widths[n] < wanted[n]]
        if not short:
            break
        widths[min(short, key=lambda n: widths[n])] += 1
        spare -= 1
    return [
        Placed(replace(one.column, name=_broken(name, width) if is_broken else name), width)
        for one, name, width in zip(placed, names, widths, strict=True)
    ]


def _with_beside(found: Layout, width: int, beside: Callable[[int], Column]) -> Layout:
    taken = sum(one.width for one in found.blocks[0]) + found.gap * len(found.blocks[0])
    column = beside(min(width - taken, _MOST_BESIDE))
    placed = _placed(column, None, is_broken=True)
    return replace(found, blocks=((*found.blocks[0], placed),)) if placed.width + taken <= width else found


def _lying(columns: Sequence[Column], places: Sequence[int], width: int, rows: int) -> Layout:
    """Return a column for each row, in blocks one below the other, under what tells the rows apart beside the names of the columns."""
    first, *others = (columns[place] for place in places)
    if not others or len(set(first.texts)) < len(first.texts) or None in first.texts:
        others, heads = [first, *others], [str(number) for number in range(1, len(first.texts) + 1)]
        first = replace(first, name="")
    else:
        heads = [text or NULL for text in first.texts]
    names = Column(first.name, [column.name for column in others], is_number=False)
    names_width = min(max(map(cell_len, (names.name, *map(str, names.texts)))), max(width // 2, 1))
    room = max(width - names_width - _NARROW_GAP, 1)
    cells = []
    for row, head in enumerate(heads[:rows]):
        texts = [column.texts[row] for column in others]
        widest = max(map(cell_len, (head, *(text or NULL for text in texts))))
        # What a row is called is never cut where there is room for it.
        most = max(_WIDEST_LYING, cell_len(head))
        cells.append(Placed(Column(head, texts, is_number=True), min(widest, room, most)))
    blocks: list[list[Placed]] = []
    left = -1
    for cell in cells:
        if left < cell.width + _NARROW_GAP:
            blocks.append([Placed(names, names_width)])
            left = width - names_width
        blocks[-1].append(cell)
        left -= cell.width + _NARROW_GAP
    return Layout(
        tuple(map(tuple, blocks)) or ((Placed(names, names_width),),), _NARROW_GAP, len(cells), is_lying=True
    )


def _cut(layout: Layout, rows: int) -> Layout:
    """Leave the first rows of a table that was laid out for more."""
    if layout.is_lying:
        return layout
    block = tuple(
        replace(one, column=replace(one.column, texts=one.column.texts[:rows])) for one in layout.blocks[0]
    )
    return replace(layout, blocks=(block,), rows=rows)


def _broken(name: str, data: int) -> str:
    """Break a head at underscores to be no wider than the widest of its words and of the data."""
    words = name.replace("_", "_\n").split("\n")
    widest = max(*map(cell_len, words), data, 1)
    lines = [""]
    for word in words:
        if cell_len(lines[-1] + word) > widest:
            lines.append("")
        lines[-1] += word
    return "\n".join(lines)
