"""An answer as a table for the eye: on a terminal, or as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from martlet.terminal.cells import Column, columns_of
from martlet.terminal.console import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

__all__ = ["fitted", "markdown", "tabled"]

_GAP = 2
_WIDEST_TEXT = 32
_NARROWEST_TEXT = 12
_FEW_ROWS = 12
_NULL = "-"


def tabled(columns: Sequence[Column], *, header: bool = True) -> Table:
    """Return columns of text as a rich table, numbers to the right, NULL as a dim dash."""
    table = Table(
        box=box.SIMPLE_HEAD if header else None,
        show_header=header,
        show_edge=False,
        pad_edge=False,
        padding=(0, _GAP, 0, 0),
        header_style="bold",
    )
    for column in columns:
        justify: Literal["left", "right"] = "right" if column.is_number else "left"
        table.add_column(
            Text(column.name), justify=justify, no_wrap="\n" not in column.name, overflow="ellipsis"
        )
    for texts in zip(*(column.texts for column in columns), strict=True):
        table.add_row(*(Text(_NULL, style="dim") if text is None else Text(text) for text in texts))
    return table


def fitted(answer: pa.Table, width: int, headline: Sequence[str] = ()) -> tuple[Table, list[str]]:
    """Return the answer as a table of at most `width` characters, and the names of the columns that did not fit.

    Long headers are broken at underscores first; then a few rows are laid on their side, a line for each column; then
    long texts are cut, and the last columns left out, those of the headline after all others.
    """
    columns = [Column(visible(column.name), column.texts, column.is_number) for column in columns_of(answer)]
    if _width(columns) > width:
        columns = [Column(_broken(column), column.texts, column.is_number) for column in columns]
    if (
        _width(columns) > width
        and answer.num_rows <= _FEW_ROWS
        and _width(lying := _on_their_side(columns)) <= width
    ):
        return tabled(lying), []
    if _width(columns) > width:
        columns = [
            Column(column.name, [_cut(text) for text in column.texts], column.is_number) for column in columns
        ]
    names = answer.column_names
    shown = list(range(len(columns)))
    while len(shown) > 1 and _width([columns[place] for place in shown]) > width:
        if headline and all(place == 0 or names[place] in headline for place in shown):
            columns = _shortened(columns, shown, width)
            if _width([columns[place] for place in shown]) <= width:
                break
        others = [place for place in shown[1:] if names[place] not in headline]
        shown.remove(others[-1] if headline and others else shown[-1])
    return tabled([columns[place] for place in shown]), [
        name for place, name in enumerate(names) if place not in shown
    ]


def markdown(answer: pa.Table) -> str:
    """Return the answer as a table in Markdown; NULL is empty."""
    columns = columns_of(answer)
    cells = [[_escaped(column.name), *(_escaped(text or "") for text in column.texts)] for column in columns]
    widths = [max(3, *(cell_len(cell) for cell in column)) for column in cells]
    rules = [
        "-" * (width - 1) + (":" if column.is_number else "-")
        for column, width in zip(columns, widths, strict=True)
    ]
    lines = list(zip(*cells, strict=True))
    padded = [
        [
            _padded(cell, width, right=column.is_number)
            for cell, width, column in zip(line, widths, columns, strict=True)
        ]
        for line in lines
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in (padded[0], rules, *padded[1:]))


def _on_their_side(columns: Sequence[Column]) -> list[Column]:
    """Return a column for each row, under the row's first value, beside the names of the other columns."""
    names = [column.name.replace("\n", "") for column in columns]
    first, *others = columns
    heads = Column(names[0], list(names[1:]), is_number=False)
    rows = range(len(first.texts))
    return [
        heads,
        *(Column(first.texts[n] or _NULL, [c.texts[n] for c in others], is_number=True) for n in rows),
    ]


def _width(columns: Sequence[Column]) -> int:
    # Between two columns stand the gap and the box's own space.
    return sum(_data_width(column) for column in columns) + (_GAP + 1) * (len(columns) - 1) + _GAP


def _data_width(column: Column) -> int:
    return max(
        *(cell_len(part) for part in column.name.split("\n")),
        *(cell_len(text or _NULL) for text in column.texts),
        1,
    )


def _broken(column: Column) -> str:
    """Break a header at underscores to be no wider than the widest of its words and of the data."""
    words = column.name.replace("_", "_\n").split("\n")
    widest = max(*(cell_len(word) for word in words), *(cell_len(text or _NULL) for text in column.texts), 1)
    lines = [""]
    for word in words:
        if cell_len(lines[-1] + word) > widest:
            lines.append("")
        lines[-1] += word
    return "\n".join(lines)


def _shortened(columns: list[Column], shown: Sequence[int], width: int) -> list[Column]:
    """Return the columns, the widest text among those shown cut to what fits, if that leaves enough to read."""
    texts = [place for place in shown if not columns[place].is_number]
    if not texts:
        return columns
    widest = max(texts, key=lambda place: _data_width(columns[place]))
    room = _data_width(columns[widest]) + width - _width([columns[place] for place in shown])
    if room < _NARROWEST_TEXT:
        return columns
    cut = Column(columns[widest].name, [_cut(text, room) for text in columns[widest].texts], is_number=False)
    return [cut if place == widest else column for place, column in enumerate(columns)]


def _cut(text: str | None, most: int = _WIDEST_TEXT) -> str | None:
    if text is None or cell_len(text) <= most:
        return text
    return text[: most - 1] + "…"


def _escaped(text: str) -> str:
    return visible(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def _padded(text: str, width: int, *, right: bool) -> str:
    spaces = " " * (width - cell_len(text))
    return spaces + text if right else text + spaces
