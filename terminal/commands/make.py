"""The commands that make data: build and advance. They read arguments, call the library and sum up on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from martlet.terminal import options
from martlet.terminal.application import Command
from martlet.terminal.commands import check

if TYPE_CHECKING:
    from pathlib import Path

# Heavy modules (duckdb, polars, rich, ...) are imported by the commands that need them, so that help is quick.
# ruff: noqa: PLC0415

__all__ = ["advance", "build"]


@click.command(cls=Command)
@options.warehouse
@click.option("--customers", type=click.IntRange(min=1), help="How many customers. Default: 10000.")
@click.option(
    "--size",
    type=click.Choice(["demo", "class", "assignment", "project", "ml"]),
    help="Or one of 10, 500, 5000, 50000, 200000 customers.",
)
@click.option(
    "--days", type=click.IntRange(min=1), default=730, show_default=True, help="How many days of history."
)
@click.option("--until", type=options.Day(), help="Day after the last of the data. Default: 2026-01-01.")
@click.option(
    "--customers-on",
    type=options.Day(),
    help="Day on which the company has so many customers; the number grows on after it. Default: --until.",
)
@click.option("--seed", type=int, default=42, show_default=True, help="The same seed gives the same data.")
@click.option(
    "--preset",
    default="ecommerce",
    show_default=True,
    help="Kind of company, or a TOML file that says what differs from one.",
)
@click.option(
    "--set",
    "changes",
    type=options.Change(),
    multiple=True,
    help="Another number in the preset; once for each. season=off makes demand flat.",
)
@click.option("--threads", type=click.IntRange(min=1), help="Default: all of the machine's.")
@options.quiet
def build(warehouse: Path, *, changes: Any, quiet: bool, **settings: Any) -> None:
    """Build a warehouse with a synthetic company, whose true causes and effects are known.

    An existing warehouse is replaced, in one step, when the new one has passed all checks. What it was built with is in
    meta.setting. martlet preset shows all numbers of the company; --set changes one, a TOML file many:

    \b
      base = "ecommerce"
      visits.prospects = 3
      [channels.Email]
      effect = 0.0

    For example:
      martlet build --customers 100000 --days 1095 --seed 7 --warehouse big.duckdb
      martlet build --size class --set visits.prospects=3
      martlet build --set "channels.Paid Social.effect=0" --set promotions=[]
      martlet build --preset mine.toml --set season=off
    """  # noqa: D301  (the escape is click's)
    import martlet
    from martlet.terminal import progress, summaries

    given = {name: value for name, value in settings.items() if value is not None}
    if changes:
        given["set"] = options.assigned(changes, what="key", a_list="[1, 2]")
    with progress.tables(quiet=quiet) as advance:
        report = martlet.build(warehouse, progress=advance, **given)
    if not quiet:
        check.warned(report.warnings)
        summaries.built(report, shown_as=warehouse)


@click.command(cls=Command)
@click.option("--days", type=click.IntRange(min=1), required=True, help="How many more days.")
@options.warehouse
@click.option("--threads", type=click.IntRange(min=1), help="Default: all of the machine's.")
@options.quiet
def advance(warehouse: Path, *, days: int, threads: int | None, quiet: bool) -> None:
    """Let time go on: continue the synthetic company of a warehouse by some days.

    There are new sign-ups, orders, visits and sends. The past does not change, which is checked before the file is
    replaced, in one step; only what was open goes on: late orders are completed, mails opened, leads won. The result is
    the company that building all days at once would have made.

    For example:
      martlet advance --days 30
    """
    import martlet
    from martlet.terminal import progress, summaries

    with progress.tables(quiet=quiet) as tell:
        report = martlet.advance(warehouse, days=days, threads=threads, progress=tell)
    if not quiet:
        check.warned(report.warnings)
        summaries.advanced(report, shown_as=warehouse)
