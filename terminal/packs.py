"""The packs on a terminal: all of them with their questions, or one with its story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from martlet.terminal import console

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa
    from rich.console import Console

    from martlet.engine.pack import Pack

__all__ = ["listed", "page", "show"]


def listed(packs: Iterable[Pack]) -> pa.Table:
    """Return the name and the question of each query, a row for each, as a table to deliver."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only needed here

    found = [query for pack in packs for query in pack.queries]
    return pa.table(
        {"query": [query.path for query in found], "question": [query.question for query in found]}
    )


def show(packs: Iterable[Pack]) -> None:
    """Print the questions of all packs, by pack, wrapped to the terminal."""
    terminal = console.out()
    found = list(packs)
    widest = max((len(query.name) for pack in found for query in pack.queries), default=0)
    for pack in found:
        _head(terminal, pack)
        _questions(terminal, pack, widest)
        terminal.print()
    terminal.print(
        Text("martlet packs PACK says which query to take; martlet query PACK/QUERY asks it.", style="dim")
    )


def page(pack: Pack) -> None:
    """Print what is said of one pack, and its questions."""
    terminal = console.out()
    _head(terminal, pack)
    if pack.story:
        terminal.print()
        terminal.print(Text(pack.story))
    if pack.which:
        terminal.print()
        terminal.print(Text("Which to take", style="bold"))
        table = _plain_table()
        for want, path in pack.which.items():
            table.add_row(Text(path.removeprefix(f"{pack.name}/"), style="cyan"), Text(want))
        terminal.print(Padding(table, (0, 0, 0, 2)))
    terminal.print()
    terminal.print(Text("Queries", style="bold"))
    _questions(terminal, pack, max(len(query.name) for query in pack.queries))


def _head(terminal: Console, pack: Pack) -> None:
    terminal.print(Text.assemble((pack.name, "bold"), (f" · {pack.summary}" if pack.summary else "", "dim")))


def _questions(terminal: Console, pack: Pack, widest: int) -> None:
    # Of a narrow terminal rich would give a character too many.
    table = _plain_table(widest, max(terminal.width - widest - 4, 1))
    for query in pack.queries:
        table.add_row(Text(query.name, style="cyan"), Text(query.question))
    terminal.print(Padding(table, (0, 0, 0, 2)))


def _plain_table(widest: int | None = None, room: int | None = None) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    # A name is never cut: on a very narrow terminal it goes on in the next line.
    table.add_column(min_width=widest, overflow="fold")
    table.add_column(max_width=room, overflow="fold")
    return table
