"""The command that runs the checks of a warehouse."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from martlet.terminal import options
from martlet.terminal.application import Command

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from martlet.loaders.quality.checks import CheckResult
    from martlet.loaders.warehouse.checking import CheckReport

# Heavy modules are imported by the command itself, so that help is quick.
# ruff: noqa: PLC0415

__all__ = ["check", "warned"]

_COLUMNS = ("check_name", "relation", "severity", "offending_rows", "example")


@click.command(cls=Command)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "shows_all", is_flag=True, help="Show the checks that passed too.")
@click.option(
    "--history", "shows_history", is_flag=True, help="Show the rows that offended after each load instead."
)
@click.option(
    "--fail-on",
    type=click.Choice(["warn", "error"]),
    default="error",
    show_default=True,
    help="The least severity for which the exit code is 1.",
)
@click.option(
    "--set",
    "changes",
    type=options.Assignment(),
    multiple=True,
    metavar="CHECK.PARAMETER=VALUE",
    help="Change what is allowed in this warehouse, such as facts_are_fresh.days=14.",
)
@click.option(
    "--no-store", is_flag=True, help="Write nothing, even if the checks find something else than before."
)
@click.option("--json", "as_json", is_flag=True, help="All checks as one JSON object.")
@options.output_options
@options.warehouse
def check(
    names: tuple[str, ...],
    warehouse: Path,
    *,
    shows_all: bool,
    shows_history: bool,
    fail_on: str,
    changes: Sequence[tuple[str, str]],
    no_store: bool,
    as_json: bool,
    **where: Any,
) -> None:
    """Check the data in a warehouse: keys, ranges, dates, totals that must agree, freshness, volume, drift.

    Name checks, or tables, to run only these. Each build and each load has run them all: an error stopped it, a warning did not. The
    results are in meta.check_result, and are written again only if they are others now. The exit code is 1 when an error is found,
    with --fail-on warn when anything is.

    For example:
      martlet check
      martlet check star.fact_order --all
      martlet check --fail-on warn --json | jq .passed
      martlet check --set facts_are_fresh.days=14
      martlet check --history
    """
    from martlet.loaders.warehouse import checking

    if shows_history:
        _show_history(checking.history(warehouse), as_json=as_json, **where)
        return
    report = checking.check(warehouse, names=names, set=options.assigned(changes), store=not no_store)
    failures = report.failures(fail_on=fail_on)
    if as_json:
        click.echo(json.dumps(_as_object(report, passed=not failures), indent=2))
    else:
        _show(report, shows_all=shows_all, **where)
    if failures:
        raise click.exceptions.Exit(1)


def warned(results: Sequence[CheckResult]) -> None:
    """Say on stderr which checks only warned after a build or a load."""
    for result in results:
        if not result.is_passed:
            click.echo(f"warning: {result.in_words()}", err=True)


def _show(report: CheckReport, *, shows_all: bool, **where: Any) -> None:
    found = [result for result in report.results if not result.is_passed]
    shown = report.results if shows_all else found
    if shown or where["name"] or where["output"] or not sys.stdout.isatty():
        _deliver([{name: asdict(result)[name] for name in _COLUMNS} for result in shown], **where)
    click.echo(report.summary().partition("\n")[0], err=True)


def _show_history(rows: list[dict[str, Any]], *, as_json: bool, **where: Any) -> None:
    if as_json:
        click.echo(json.dumps({"history": rows}, indent=2))
    elif rows or where["name"] or where["output"] or not sys.stdout.isatty():
        _deliver(
            rows,
            columns=("check_name", "load_id", "loaded_at", "kind", "severity", "offending_rows"),
            **where,
        )
    else:
        click.echo("No check has found anything after any load.", err=True)


def _deliver(rows: list[dict[str, Any]], *, columns: tuple[str, ...] = _COLUMNS, **where: Any) -> None:
    import polars as pl

    from martlet.terminal import output

    numbers = ("load_id", "offending_rows")
    schema = {name: pl.Int64 if name in numbers else pl.String for name in columns}
    output.deliver(
        pl.DataFrame([{name: row[name] for name in columns} for row in rows], schema=schema).to_arrow(),
        **where,
    )


def _as_object(report: CheckReport, *, passed: bool) -> dict[str, Any]:
    return {
        "warehouse": str(report.warehouse),
        "load_id": report.load_id,
        "passed": passed,
        "is_stored": report.is_stored,
        "checks": [asdict(result) for result in report.results],
    }
