"""The command that writes raw extracts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from martlet.terminal import options
from martlet.terminal.application import Command

# Heavy modules are imported by the command itself, so that help is quick.
# ruff: noqa: PLC0415

__all__ = ["extract"]


@click.command(cls=Command)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--messy",
    type=click.Choice(["none", "light", "heavy"]),
    default="none",
    show_default=True,
    help="How much is spoilt on purpose.",
)
@click.option("--seed", type=int, default=42, show_default=True, help="The same seed spoils the same cells.")
@click.option(
    "--format",
    type=click.Choice(["csv", "parquet", "mixed"]),
    default="csv",
    show_default=True,
    help="Format of the files; mixed: each as its system would have it.",
)
@options.warehouse
@options.quiet
def extract(folder: Path, warehouse: Path, *, quiet: bool, **settings: Any) -> None:
    """Write raw extracts of a synthetic warehouse into a folder, as its source systems would export them.

    With --messy there is something to clean: duplicates, gaps, mixed dates, wrong types, outliers, orphans, late rows,
    broken lines, encodings. Every defect is recorded in DIR/_truth/defects.parquet. The warehouse is only read.

    For example:
      martlet extract raw --messy heavy --format mixed
      martlet ingest orders raw/shop_orders.csv --warehouse mine.duckdb
    """
    from martlet.loaders.extract import extract as write
    from martlet.terminal import progress

    with progress.tables(quiet=quiet) as advance:
        report = write(warehouse, folder, progress=advance, **settings)
    if not quiet:
        click.echo(report.summary(), err=True)
