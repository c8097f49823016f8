"""The first screen that a newcomer sees: four answers, small enough to be read at a glance."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import click
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from martlet.engine.tables import drawing
from martlet.engine.telling import Chart
from martlet.terminal import charts, console
from martlet.terminal.demo_scenes import SCENES
from martlet.terminal.options import VARIABLE
from martlet.terminal.summaries import option_for

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from martlet.engine.warehouse import Warehouse
    from martlet.terminal.demo_scenes import Scene

__all__ = ["CUSTOMERS", "show"]

# Enough for the answers to be steady, few enough to be built while one waits.
CUSTOMERS = 3_000

_TRUTH = "martlet truth"
_NEXT = (
    ("martlet packs", "all questions"),
    ("martlet describe attribution/channels", "what an answer means"),
    ("martlet query attribution/channels -p model=linear", "credit shared out alike"),
    ('martlet sql "SELECT * FROM customers LIMIT 5"', "plain tables for practice"),
    (_TRUTH, "what was planted, in words"),
    ("martlet info", "all that is in the file"),
    ("martlet ingest orders my.csv --warehouse my.duckdb", "your own orders"),
)


def show(warehouse: Warehouse, path: Path) -> None:
    """Print four answers of an open warehouse on stdout; `path` is how the caller named its file."""
    terminal = console.out()
    has_truth = bool(warehouse.sql("SELECT 1 FROM truth.order_cause LIMIT 1").rows())
    if option_for(path):
        click.echo(f"$ export {VARIABLE}={shlex.quote(str(path))}\n")
    for scene in SCENES:
        if scene.needs_truth in (None, has_truth):
            _show(terminal, scene, warehouse)
    _next(terminal, has_truth=has_truth)


def _show(terminal: Console, scene: Scene, warehouse: Warehouse) -> None:
    answer = warehouse.sql(scene.sql).arrow()
    rows: list[dict[str, Any]] = answer.to_pylist()
    terminal.rule(Text(scene.title, style="bold"), align="left", style="dim")
    if rows:
        beside = charts.beside(
            Chart("bar", answer.column_names[0], (scene.bars,)),
            answer,
            ascii_only=terminal.options.ascii_only,
        )
        for line in drawing.lines(answer, terminal.width - 2, beside=beside):
            terminal.print(Text(f"  {line}"))
        meaning = scene.meaning(rows)
    else:
        meaning = "There is nothing to answer it from in this warehouse."
    terminal.print(Padding(Text(meaning), (0, 0, 0, 2)))
    terminal.print(Padding(Text(f"$ {scene.command}", style="cyan"), (0, 0, 1, 2)))


def _next(terminal: Console, *, has_truth: bool) -> None:
    terminal.rule(Text("What to try next", style="bold"), align="left", style="dim")
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    for command, purpose in _NEXT:
        if has_truth or command != _TRUTH:
            table.add_row(Text(command, style="cyan"), Text(purpose))
    terminal.print(Padding(table, (0, 0, 0, 2)))
