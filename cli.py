"""The command line: a thin layer that reads arguments, calls the library and shows what it returns.

stdout carries data only; progress, notes and errors go to stderr.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from martlet.terminal import options
from martlet.terminal.application import Application

# Heavy modules (duckdb, polars, rich, ...) are imported by the commands that need them, so that help is quick.
# ruff: noqa: PLC0415

__all__ = ["cli"]


@click.group(cls=Application, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="martlet", message="%(prog)s %(version)s")
def cli() -> None:
    """Marketing analytics in one DuckDB file: build or load a warehouse, ask it questions.

    For example:
      martlet demo
    """


@cli.command()
@options.warehouse
def demo(warehouse: Path) -> None:
    """Show one answer from each pack, building a small warehouse first if there is none.

    For example:
      martlet demo
    """
    import martlet
    from martlet.terminal import demo as screen
    from martlet.terminal import progress

    if not warehouse.exists():
        click.echo(f"There is no {warehouse} yet: building one with a small synthetic company.", err=True)
        with progress.tables() as advance:
            report = martlet.build(warehouse, customers=screen.CUSTOMERS, progress=advance)
        click.echo(f"{warehouse}: {sum(report.rows.values()):,} rows in {report.seconds:.1f} s.\n", err=True)
    with martlet.open(warehouse) as opened:
        screen.show(opened, warehouse)


@cli.command()
@options.warehouse
@click.option(
    "--customers", type=click.IntRange(min=1), default=10_000, show_default=True, help="How many customers."
)
@click.option(
    "--days", type=click.IntRange(min=1), default=730, show_default=True, help="How many days of history."
)
@click.option("--until", type=options.Day(), help="Day after the last of the data. Default: 2026-01-01.")
@click.option("--seed", type=int, default=42, show_default=True, help="The same seed gives the same data.")
@click.option(
    "--preset", default="ecommerce", show_default=True, help="Kind of company, or a TOML file like a preset."
)
@click.option("--threads", type=click.IntRange(min=1), help="Default: all of the machine's.")
@options.quiet
def build(warehouse: Path, *, quiet: bool, **settings: Any) -> None:
    """Build a warehouse with a synthetic company, whose true causes and effects are known.

    An existing warehouse is replaced, in one step, when the new one has passed all checks.

    For example:
      martlet build --customers 100000 --days 1095 --seed 7 --warehouse big.duckdb
    """
    import martlet
    from martlet.terminal import progress, summaries

    given = {name: value for name, value in settings.items() if value is not None}
    with progress.tables(quiet=quiet) as advance:
        report = martlet.build(warehouse, progress=advance, **given)
    if not quiet:
        summaries.built(report, shown_as=warehouse)


@cli.group()
def ingest() -> None:
    """Load real data into a warehouse."""


@ingest.command()
@click.argument("file", type=click.Path(path_type=Path))
@options.warehouse
@click.option("--customer", metavar="COLUMN", help="Column that says who ordered.")
@click.option("--date", metavar="COLUMN", help="Column that says when.")
@click.option("--amount", metavar="COLUMN", help="Column that says for how much.")
@click.option("--order-id", metavar="COLUMN", help="Column with the order's number, if there is one.")
@click.option(
    "--date-order", type=click.Choice(["dmy", "mdy", "ymd"]), help="How dates such as 03/04/2025 are meant."
)
@options.quiet
def orders(file: Path, warehouse: Path, *, quiet: bool, **columns: Any) -> None:
    """Load a CSV or Parquet file of orders into a new or existing warehouse.

    Columns and formats are recognised, and shown; name them where the guess is wrong, by header or by position from 1.
    Rows that can't be read are kept in quarantine.rejected_row. The same file twice changes nothing.

    For example:
      martlet ingest orders orders.csv --warehouse mine.duckdb
      martlet ingest orders export.txt --customer 1 --date 3 --date-order dmy
    """
    from martlet.loaders.ingest.orders import ingest_orders
    from martlet.terminal import progress

    with progress.steps(quiet=quiet) as advance:
        report = ingest_orders(file, warehouse=warehouse, progress=advance, **columns)
    if not quiet:
        click.echo(report.summary(), err=True)


@cli.command()
@options.output_options
def packs(**where: Any) -> None:
    """List all queries with the question that each answers.

    For example:
      martlet packs | grep attribution
    """
    from martlet.queries import catalogue
    from martlet.terminal import describe, output

    output.deliver(describe.listed(catalogue.queries().values()), **where)


@cli.command()
@options.query_name
def describe(query: str) -> None:
    """Explain a query: its parameters, its columns, its assumptions, and how to call it.

    For example:
      martlet describe attribution/channels
    """
    from martlet.queries import catalogue
    from martlet.terminal import describe

    describe.page(catalogue.get(query))


@cli.command()
@options.query_name
@options.given_parameters
@options.output_options
@click.option("--show-sql", is_flag=True, help="Also print the SQL that was run, on stderr.")
@options.warehouse
def query(query: str, parameters: Any, *, show_sql: bool, warehouse: Path, **where: Any) -> None:
    """Ask a query of a pack.

    For example:
      martlet query segmentation/rfm --limit 10
      martlet query attribution/channels -p model=linear -p lookback_days=7
      martlet query funnel/stages -p steps=Homepage,Purchase --format json | jq .
      martlet query email/roi --output email.parquet
    """
    import martlet
    from martlet.terminal import output

    with martlet.open(warehouse) as opened:
        result = opened.query(query, **options.assigned(parameters))
    if show_sql:
        click.echo(f"{result.sql};\n", err=True)
    output.deliver(result.arrow(), **where)


@cli.command("compile")
@options.query_name
@click.option(
    "-d",
    "--dialect",
    type=options.Dialect(),
    required=True,
    help="Such as snowflake, bigquery, postgres, spark.",
)
@options.given_parameters
def compile_(query: str, dialect: str, parameters: Any) -> None:
    """Print a query as SQL for another engine, its parameters written in.

    The tables that it reads must exist there under the same names. What can't be translated is said on stderr.

    For example:
      martlet compile segmentation/rfm --dialect snowflake -p bins=4 > rfm.sql
    """
    from martlet.queries import catalogue, compiling

    text, warnings = compiling.compile(catalogue.get(query), options.assigned(parameters), dialect)
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(f"{text};")


@cli.command()
@click.argument("statement", metavar="SELECT|-")
@options.output_options
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), default=30, show_default=True, help="Seconds."
)
@click.option("--memory", default="1GB", show_default=True, help="The most that it may take.")
@options.warehouse
def sql(statement: str, *, timeout: float, memory: str, warehouse: Path, **where: Any) -> None:
    """Run one SELECT of your own; it can read the warehouse, and nothing else. With - it is read from stdin.

    For example:
      martlet sql "SELECT segment, count(*) FROM segmentation.rfm GROUP BY ALL"
      martlet sql "FROM attribution.channels(lookback_days := 7)" --format csv
      martlet sql - < question.sql
    """
    from martlet.queries import sandbox
    from martlet.terminal import output

    text = sys.stdin.read() if statement == "-" else statement
    output.deliver(sandbox.run(warehouse, text, timeout=timeout, memory=memory), **where)


@cli.command()
@options.warehouse
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def info(warehouse: Path, *, as_json: bool) -> None:
    """Show what is in a warehouse: settings, loads, tables and views with their rows.

    For example:
      martlet info --json | jq '.relations[].name'
    """
    import martlet
    from martlet.terminal import summaries

    with martlet.open(warehouse) as opened:
        summaries.show_contents(summaries.contents(opened), as_json=as_json)


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that makes a shell complete commands, queries and parameters.

    For example:
      martlet completion bash >> ~/.bashrc
      martlet completion fish > ~/.config/fish/completions/martlet.fish
    """
    from martlet.terminal import completion

    click.echo(completion.script(cli, shell))
