"""A table as lines of text, or as Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, chop_cells, set_cell_size

from martlet.engine.tables.cells import Column, columns_of, visible
from martlet.engine.tables.layout import NULL, Layout, Placed, laid_out

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

__all__ = ["Block", "blocks", "lines", "markdown", "of_columns", "of_layout", "said"]

_RULE: Final = "─"
_GAP: Final = 3


@dataclass(frozen=True)
class Block:
    """The lines of a table: its heads, and all below them."""

    heads: tuple[str, ...]
    body: tuple[str, ...]


def blocks(layout: Layout) -> list[Block]:
    """Return the tables of a layout as lines."""
    return [_block(block, layout.gap) for block in layout.blocks]


def said(layout: Layout, width: int) -> list[str]:
    """Return lines that name the columns which are the same in all rows; none where there are none."""
    words = ", ".join(f"{name} = {value}" for name, value in layout.said)
    return _wrapped(words, width) if words else []


def lines(
    answer: pa.Table,
    width: int,
    headline: Sequence[str] = (),
    *,
    limit: int | None = None,
    beside: Callable[[int], Column] | None = None,
) -> list[str]:
    """Return the lines of an answer within a width, without those of what did not fit; see `laid_out`."""
    layout = laid_out(answer, width, headline, limit=limit, beside=beside)
    return of_layout(layout, width)


def of_layout(layout: Layout, width: int) -> list[str]:
    """Return the lines of a layout."""
    found = said(layout, width)
    for number, block in enumerate(blocks(layout)):
        found += [*([""] if number else []), *block.heads, *block.body]
    return found


def of_columns(columns: Sequence[Column], *, has_heads: bool = True) -> list[str]:
    """Return the lines of columns of text, each as wide as it is."""
    placed = [
        Placed(
            one, max(map(cell_len, (one.name if has_heads else "", *(text or NULL for text in one.texts))))
        )
        for one in columns
    ]
    block = _block(placed, _GAP)
    return [*(block.heads if has_heads else ()), *block.body[0 if has_heads else 1 :]]


def markdown(answer: pa.Table) -> str:
    """Return the answer as a table in Markdown; NULL is empty."""
    columns = columns_of(answer)
    cells = [[_escaped(column.name), *(_escaped(text or "") for text in column.texts)] for column in columns]
    widths = [max(3, *(cell_len(cell) for cell in column)) for column in cells]
    rules = [
        "-" * (width - 1) + (":" if column.is_number else "-")
        for column, width in zip(columns, widths, strict=True)
    ]
    rows = list(zip(*cells, strict=True))
    padded = [
        [
            _padded(cell, width, right=column.is_number)
            for cell, width, column in zip(row, widths, columns, strict=True)
        ]
        for row in rows
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in (padded[0], rules, *padded[1:]))


def _block(placed: Sequence[Placed], gap: int) -> Block:
    heads = [one.column.name.split("\n") for one in placed]
    deepest = max(map(len, heads))
    # The last line of a head stands on the rule.
    top = [[*[""] * (deepest - len(head)), *head] for head in heads]
    total = sum(one.width for one in placed) + gap * (len(placed) - 1)
    body = [_RULE * total]
    for row in zip(*(one.column.texts for one in placed), strict=True):
        cells = [
            _wrapped(NULL if text is None else text, one.width) for text, one in zip(row, placed, strict=True)
        ]
        height = max(map(len, cells))
        body += _lines([[*cell, *[""] * (height - len(cell))] for cell in cells], placed, gap)
    return Block(tuple(_lines(top, placed, gap)), tuple(body))


def _lines(cells: Sequence[Sequence[str]], placed: Sequence[Placed], gap: int) -> list[str]:
    """Return the lines of cells that are equally high."""
    return [
        (" " * gap)
        .join(
            _padded(text, one.width, right=one.column.is_number)
            for text, one in zip(line, placed, strict=True)
        )
        .rstrip()
        for line in zip(*cells, strict=True)
    ]


def _wrapped(text: str, width: int) -> list[str]:
    """Break a text at spaces; a word that is longer than a line goes on in the next."""
    if cell_len(text) <= width:
        return [text]
    found = [""]
    for word in text.split(" "):
        longer = f"{found[-1]} {word}" if found[-1] else word
        if cell_len(longer) <= width:
            found[-1] = longer
            continue
        *full, last = chop_cells(word, width) or [""]
        found += [*full, last]
    return found if found[0] else found[1:]


def _escaped(text: str) -> str:
    return visible(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def _padded(text: str, width: int, *, right: bool) -> str:
    if cell_len(text) > width:
        return set_cell_size(text, width)
    spaces = " " * (width - cell_len(text))
    return spaces + text if right else text + spaces
