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
from martlet.terminal.commands import (
    chart,
    check,
    dashboard,
    extract,
    forget,
    ingest,
    make,
    model,
    own_packs,
    report,
    shell,
)

# Heavy modules (duckdb, polars, rich, ...) are imported by the commands that need them, so that help is quick.
# ruff: noqa: PLC0415

__all__ = ["cli"]


@click.group(cls=Application)
@click.version_option(package_name="martlet", message="%(prog)s %(version)s")
def cli() -> None:
    """Marketing analytics in one DuckDB file: build or load a warehouse, ask it questions.

    For example:
      martlet demo
    """


@cli.command()
@options.warehouse
def demo(warehouse: Path) -> None:
    """Show four answers, building a small warehouse first if there is none.

    For example:
      martlet demo
    """
    import martlet
    from martlet.engine.paths import resolved
    from martlet.terminal import demo as screen
    from martlet.terminal import progress

    if not resolved(warehouse).exists():
        click.echo(f"There is no {warehouse} yet: building one with a small synthetic company.", err=True)
        with progress.tables() as advance:
            report = martlet.build(warehouse, customers=screen.CUSTOMERS, progress=advance)
        click.echo(f"{warehouse}: {sum(report.rows.values()):,} rows in {report.seconds:.1f} s.\n", err=True)
    with martlet.open(warehouse) as opened:
        screen.show(opened, warehouse)


# Commands that make or tend data, in the order of the help; a new one is written in terminal/ and registered here.
for _command in (
    make.build,
    make.advance,
    ingest.ingest,
    ingest.ingest_paths,
    ingest.profiles,
    ingest.sniff,
    ingest.quarantine,
    check.check,
    forget.forget,
    model.model,
    extract.extract,
    own_packs.new,
    own_packs.test,
    own_packs.install_packs,
    own_packs.install_segments,
):
    cli.add_command(_command)


@cli.command()
@click.argument("pack", required=False, type=options.PackName())
@options.packs_folder()
@options.output_options
def packs(pack: str | None, *, packs: Path | None, **where: Any) -> None:
    """List all queries with the question that each answers, or tell what one pack is for.

    For example:
      martlet packs
      martlet packs attribution
      martlet packs --format csv | grep channel
    """
    from martlet.terminal import output
    from martlet.terminal import packs as screen

    asked = options.known_packs(packs)
    found = [asked.pack(pack)] if pack else list(asked.by_name.values())
    plain = where["name"] in (None, "table") and where["output"] is None and where["limit"] is None
    if not (plain and sys.stdout.isatty()):
        output.deliver(screen.listed(found), **where)
    elif pack:
        screen.page(*found)
    else:
        screen.show(found)


@cli.command()
@options.query_name
@options.packs_folder()
def describe(query: str, *, packs: Path | None) -> None:
    """Explain a query, or a pack: parameters, columns, assumptions, when it misleads, and how to call it.

    For example:
      martlet describe attribution/channels
      martlet describe attribution
    """
    from martlet.terminal import describe
    from martlet.terminal import packs as screen

    asked = options.known_packs(packs)
    if query in asked.by_name:
        screen.page(asked.pack(query))
    else:
        describe.page(asked.get(query))


@cli.command()
@options.query_name
@options.given_parameters
@options.output_options
@click.option("--show-sql", is_flag=True, help="Also print the SQL that was run, on stderr.")
@click.option(
    "--chart/--no-chart",
    "has_chart",
    default=None,
    help="Draw the answer in the lines of the table or below it, where a picture is known. Default: on a terminal.",
)
@options.packs_folder()
@options.warehouse
def query(
    query: str,
    parameters: Any,
    *,
    show_sql: bool,
    has_chart: bool | None,
    packs: Path | None,
    warehouse: Path,
    **where: Any,
) -> None:
    """Ask a query of a pack.

    For example:
      martlet query segmentation/rfm --limit 10
      martlet query email
      martlet query attribution/channels -p model=linear -p lookback_days=7
      martlet query funnel/stages -p steps=Homepage,Purchase --format json | jq .
      martlet query attribution/channels --columns channel,revenue,roas --round 1
      martlet query email/roi --output email.parquet
      martlet query email/roi --output email.xlsx --safe-cells
    """
    import martlet
    from martlet.terminal import output
    from martlet.terminal import packs as screen

    # In a pipe a list of queries would be taken for an answer: there the name of a pack stays an error.
    if sys.stdout.isatty() and not parameters and "/" not in query:
        known = options.known_packs(packs)
        if query in known.by_name:
            screen.page(known.pack(query))
            return
    with martlet.open(warehouse, packs=packs) as opened:
        described = opened.describe(query)
        result = opened.query(query, **options.assigned(parameters))
    if show_sql:
        click.echo(f"{result.sql};\n", err=True)
    output.deliver_result(result, described.headline, chart=described.chart, has_chart=has_chart, **where)


cli.add_command(chart.chart)
cli.add_command(report.report)
cli.add_command(dashboard.dashboard)


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
@options.packs_folder()
def compile_(query: str, dialect: str, parameters: Any, *, packs: Path | None) -> None:
    """Print a query as SQL for another engine, its parameters written in.

    The tables that it reads must exist there under the same names. What can't be translated is said on stderr.

    For example:
      martlet compile segmentation/rfm --dialect snowflake -p bins=4 > rfm.sql
    """
    from martlet.engine import compiling

    asked = options.known_packs(packs)
    text, warnings = compiling.compile(asked.get(query), options.assigned(parameters), dialect)
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
    from martlet.engine import sandbox
    from martlet.terminal import output

    text = sys.stdin.read() if statement == "-" else statement
    output.deliver(sandbox.run(warehouse, text, timeout=timeout, memory=memory), **where)


cli.add_command(shell.shell)


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

    left = summaries.leftovers(warehouse)
    with martlet.open(warehouse) as opened:
        summaries.show_contents({**summaries.contents(opened), "leftovers": left}, as_json=as_json)


@cli.command()
@click.argument("section", required=False)
@options.warehouse
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@options.output_options
def truth(section: str | None, *, warehouse: Path, as_json: bool, **where: Any) -> None:
    """Tell what was planted: what caused the orders, what each channel and experiment really does, who has left.

    In words on a terminal; elsewhere as a table of section, item, measure and value. Name a section, such as channels or
    experiment, to get it as a table of its own. Each is read from the tables of the schema truth.

    For example:
      martlet truth
      martlet truth channels --format csv
      martlet truth --json | jq .experiment
    """
    import martlet
    from martlet.loaders.company import planted_sections
    from martlet.terminal import planted

    with martlet.open(warehouse) as opened:
        found = planted_sections.sections(opened, section)
    planted.show(found, warehouse=warehouse, alone=section is not None, as_json=as_json, **where)


@cli.command()
@click.argument("kind", metavar="[NAME]", default="ecommerce")
@click.option("--keys", is_flag=True, help="List each key with its value and the allowed range instead.")
@options.output_options
def preset(kind: str, *, keys: bool, **where: Any) -> None:
    """Print a preset: all numbers of a kind of company, with the source or reason of each.

    Change single ones with martlet build --set KEY=VALUE, or copy the file and build with --preset FILE. A file that
    begins with base = "ecommerce" need only say what differs.

    For example:
      martlet preset > mine.toml
      martlet preset --keys | grep visits
    """
    from martlet.loaders.company.preset import load_preset, source_of
    from martlet.terminal import describe, output

    if keys:
        output.deliver(describe.keys(load_preset(kind)), **where)
    else:
        click.echo(source_of(kind).text, nl=False)


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
@options.packs_folder()
@options.warehouse
def docs(folder: Path, *, packs: Path | None, warehouse: Path) -> None:
    """Write a page on each pack into a folder, in Markdown, with examples asked of a warehouse.

    With --packs the pages are on yours, without it on those of Martlet.

    For example:
      martlet docs docs/packs
      martlet docs pages --packs packs
    """
    import martlet
    from martlet.terminal import formats, pages

    asked = options.known_packs(packs)
    mine = {query.pack for query in asked.own.values()}

    with martlet.open(warehouse, packs=packs) as opened:
        written = pages.pages([pack for name, pack in asked.by_name.items() if name in mine], opened)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.BadParameter(f"{folder} can't be made: {error.strerror}", param_hint="FOLDER") from error
    for name, text in written.items():
        with formats.destination(folder / name) as file:
            file.write(text.encode())
    click.echo(f"{folder}: {len(written)} pages.", err=True)


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
