"""How far a build or a load is, on stderr: a bar per table on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["steps", "tables"]

# A log is told so often, in seconds, that a long build is alive; what was made is said at its end.
_SILENCE = 10


@contextmanager
def tables(*, quiet: bool = False) -> Iterator[Callable[[str, int, float], None] | None]:
    """Yield what a build calls with a table, its rows so far and the share done; None when it shall say nothing."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bars() as advance:
            yield advance
    else:
        with _lines() as advance:
            yield advance


@contextmanager
def steps(*, quiet: bool = False) -> Iterator[Callable[[str, float], None] | None]:
    """Yield what a load calls with the name of a step and the share done before it; None when it shall say nothing."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from martlet.terminal import console  # noqa: PLC0415 - rich is only imported to draw

    with console.err().status("reading") as status:
        yield lambda step, _share: status.update(step)


@contextmanager
def _lines() -> Iterator[Callable[[str, int, float], None]]:
    told = time.monotonic()
    written: dict[str, int] = {}

    def advance(table: str, rows: int, _share: float) -> None:
        nonlocal told
        written[table] = rows
        if time.monotonic() - told >= _SILENCE:
            told = time.monotonic()
            click.echo(f"{sum(written.values()):,} rows so far, now of {table}", err=True)

    yield advance


@contextmanager
def _bars() -> Iterator[Callable[[str, int, float], None]]:
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    from martlet.terminal import console  # noqa: PLC0415 - rich is only imported to draw

    tasks: dict[str, TaskID] = {}
    bars = Progress(
        SpinnerColumn(finished_text=" "),
        TextColumn("{task.description:<26}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[rows]:>14}"),
        TimeElapsedColumn(),
        console=console.err(),
        transient=True,
    )
    with bars:
        # What follows the tables reports nothing, but can take a while on a large warehouse.
        last = bars.add_task("marts, packs and checks", total=None, rows="", visible=False)

        def advance(table: str, rows: int, share: float) -> None:
            if table not in tasks:
                tasks[table] = bars.add_task(table, total=1.0, rows="")
            # A terminal is lower than a warehouse has tables: what is done makes room; the summary names it.
            bars.update(tasks[table], completed=share, rows=f"{rows:,} rows", visible=share < 1)
            bars.update(last, visible=all(bars.tasks[task].finished for task in tasks.values()))

        yield advance
