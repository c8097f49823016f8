"""The commands around real data: ingest, ingest-paths, profiles, sniff, quarantine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from martlet.terminal import options
from martlet.terminal.application import Command

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from martlet.loaders.ingest.planning import Plan

# Heavy modules are imported by the commands that need them, so that help is quick.
# ruff: noqa: PLC0415

__all__ = ["ingest", "ingest_paths", "profiles", "quarantine", "sniff"]


class ProfileName(options.Completed):
    """The name of a profile, or a TOML file."""

    name = "profile"

    def words(self, ctx: click.Context) -> Iterable[tuple[str, str | None]]:  # noqa: ARG002
        """Return the names of the profiles that Martlet ships."""
        from martlet.loaders import ingest

        return [(profile.name, profile.title) for profile in ingest.profiles()]


@click.command(cls=Command)
@click.argument("words", nargs=-1, metavar="PROFILE FILE...")
@click.option(
    "--profile", type=ProfileName(), help="The profile, or a TOML file of your own; else the first word."
)
@click.option("--as-of", type=options.Day(), help="Day as of which the files tell. Default: today.")
@click.option(
    "--column",
    "columns",
    type=options.ColumnName(),
    multiple=True,
    help="Which column is which, by header or by position from 1, where the guess is wrong.",
)
@click.option(
    "--date-order", type=click.Choice(["dmy", "mdy", "ymd"]), help="How dates such as 03/04/2025 are meant."
)
@click.option(
    "--timezone",
    help="Zone whose days count, such as Europe/Berlin; settled by the first load. Default: the warehouse's, else UTC.",
)
@click.option("--path-separator", help="What stands between two steps of a path. Default: found.")
@click.option(
    "--status",
    "statuses",
    type=options.StatusWord(),
    multiple=True,
    help="What a word of the files says of an order, where Martlet does not know it or knows better.",
)
@click.option(
    "--impute",
    type=options.Imputation(),
    multiple=True,
    help="Fill empty cells of a field with the file's median, mean or mode, or with a value.",
)
@click.option(
    "--pseudonymise",
    is_flag=True,
    help="Replace names and email addresses by keyed hashes, and show no cell and no name of a file.",
)
@click.option(
    "--pseudonym-key-file",
    type=click.Path(path_type=Path),
    help="File with the key of the hashes. Default: the variable MARTLET_PSEUDONYM_KEY.",
)
@click.option(
    "--rates",
    type=click.Path(path_type=Path),
    help="CSV file of date, currency and rate: convert amounts of other currencies. Default: their rows are set aside.",
)
@options.limits
@click.option("--retry", is_flag=True, help="The files are exports of the quarantine, repaired.")
@click.option("--dry-run", is_flag=True, help="Do everything, say what came of it, and write nothing.")
@click.option(
    "--totals-only",
    is_flag=True,
    help="Write nothing; print what the files would come to, beside their own totals.",
)
@options.warehouse
@options.quiet
def ingest(
    words: tuple[str, ...],
    *,
    profile: str | None,
    as_of: date | None,
    columns: Sequence[tuple[str, str]],
    statuses: Sequence[tuple[str, str]],
    impute: Sequence[tuple[str, str]],
    limits: Sequence[tuple[str, str]],
    pseudonymise: bool,
    pseudonym_key_file: Path | None,
    dry_run: bool,
    totals_only: bool,
    warehouse: Path,
    quiet: bool,
    **choices: Any,
) -> None:
    """Load files of real data into a new or existing warehouse, in one step: all of them or none.

    PROFILE says what kind of export it is; martlet profiles lists them, martlet sniff FILE finds the one that fits, and auto
    recognises each file of a folder. Columns and formats
    are recognised, and shown. Rows that can't be taken are kept, see martlet quarantine. The same file twice changes nothing;
    a corrected one replaces by key.

    For example:
      martlet ingest orders orders.csv --warehouse mine.duckdb
      martlet ingest shopify_orders exports/ --as-of 2026-01-31
      martlet ingest customers crm.csv --dry-run --impute income=median
      martlet ingest orders shop.csv --status "Auf Eis=pending"
      martlet ingest google_ads report.csv --totals-only
      martlet ingest auto exports/
      martlet ingest orders old.txt --column customer_id=1 --date-order dmy
    """
    import martlet
    from martlet.loaders import ingest as loader
    from martlet.loaders.ingest import planning
    from martlet.loaders.privacy.pseudonyms import pseudonym_key
    from martlet.loaders.privacy.veil import Veil
    from martlet.terminal import progress

    given = words if profile else words[1:]
    name = profile or (words[0] if words else None)
    if name is None or not given:
        raise click.UsageError(
            "ingest takes a profile and at least one file, such as: martlet ingest orders orders.csv"
        )
    key = pseudonym_key(pseudonym_key_file) if pseudonymise or pseudonym_key_file else None
    planned: str | Plan = name
    most = options.assigned(limits, what="limit")
    if planning.family(name):
        veil = Veil(key, map(Path, given))
        with veil.over_errors():
            planned, given = loader.plan(name, *given, limits=most), ()
        if not quiet:
            veil.hide(planned.paths)
            click.echo(veil.text(planned.summary()), err=True)
    with progress.steps(quiet=quiet) as advance:
        report = martlet.ingest(
            planned,
            *given,
            warehouse=warehouse,
            as_of=as_of,
            columns=options.assigned(columns, what="column"),
            statuses=options.assigned(statuses, what="word"),
            impute=options.assigned(impute, what="field"),
            limits=most,
            pseudonym_key=key,
            dry_run=dry_run or totals_only,
            progress=advance,
            **choices,
        )
    if totals_only:
        click.echo(report.totals())
        return
    if quiet:
        return
    click.echo(report.summary(), err=True)
    if report.rows_quarantined and not report.is_dry_run:
        from martlet.terminal.summaries import option_for

        click.echo(f"Try next: martlet quarantine{option_for(warehouse)}", err=True)


@click.command("ingest-paths", cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--column",
    "columns",
    type=options.ColumnName("conversions=orders"),
    multiple=True,
    help="Which column is path, conversions, revenue or non_conversions, where its name is not a usual one.",
)
@click.option("--separator", help="What stands between two channels. Default: found.")
@options.warehouse
@options.quiet
@click.pass_context
def ingest_paths(context: click.Context, /, file: Path, *, separator: str | None, **choices: Any) -> None:
    """Load paths that somebody has counted: the same as martlet ingest paths FILE.

    For example:
      martlet ingest-paths paths.csv --warehouse paths.duckdb
      martlet query attribution/given_paths -p model=markov -w paths.duckdb
    """
    context.invoke(ingest, words=("paths", str(file)), path_separator=separator, **choices)
    if not choices["quiet"]:
        from martlet.terminal.summaries import option_for

        try_next = f"martlet query attribution/given_paths{option_for(choices['warehouse'])}"
        click.echo(f"Try next: {try_next}", err=True)


@click.command(cls=Command)
@click.argument("profile", required=False, type=ProfileName(), metavar="[PROFILE | new FILE]")
@click.argument("file", required=False, type=click.Path(path_type=Path), metavar="")
@options.limits
@options.output_options
def profiles(
    profile: str | None, file: Path | None, *, limits: Sequence[tuple[str, str]], **where: Any
) -> None:
    """List the profiles, show the columns of one and what they feed, or begin one for a file that none fits.

    For example:
      martlet profiles
      martlet profiles shopify_orders
      martlet profiles new export.csv > mine.toml
    """
    import pyarrow as pa

    from martlet.loaders import ingest as loader
    from martlet.loaders.ingest.profile_files import load_profile
    from martlet.terminal import output

    if profile == "new":
        _begin_profile(file, options.assigned(limits, what="limit"))
        return
    if file is not None:
        raise click.UsageError("profiles takes the name of one profile, or new and a file")
    if profile is None:
        found = loader.profiles()
        table = pa.table(
            {
                "profile": [one.name for one in found],
                "title": [one.title for one in found],
                "feeds": [
                    ", ".join(dict.fromkeys(mapping.entity for mapping in one.mappings)) for one in found
                ],
            }
        )
        output.deliver(table, **where)
        return
    shown = load_profile(profile)
    for line in (shown.title, shown.row, shown.docs):
        if line:
            click.echo(line, err=True)
    columns = list(shown.columns.values())
    fed = {
        column.key: ", ".join(
            f"{mapping.entity}.{field}"
            for mapping in shown.mappings
            for field, source in mapping.fields.items()
            if column.key in source.columns
        )
        for column in columns
    }
    table = pa.table(
        {
            "column": [column.key for column in columns],
            "names": [", ".join(column.names or (column.key,)) for column in columns],
            "required": [column.required for column in columns],
            "feeds": [fed[column.key] for column in columns],
            "example": [column.example or None for column in columns],
        },
        schema=pa.schema(
            {
                "column": pa.string(),
                "names": pa.string(),
                "required": pa.bool_(),
                "feeds": pa.string(),
                "example": pa.string(),
            }
        ),
    )
    output.deliver(table, **where)


def _begin_profile(file: Path | None, limits: Mapping[str, str]) -> None:
    from martlet.loaders import ingest as loader

    if file is None:
        raise click.UsageError(
            "profiles new takes a file, such as: martlet profiles new export.csv > mine.toml"
        )
    begun = loader.new_profile(file, limits=limits)
    click.echo(begun.text, nl=False)
    if begun.guessed:
        click.echo(f"Guessed by what the columns hold, so look at them: {', '.join(begun.guessed)}", err=True)
    if begun.missing:
        click.echo(f"No column was found for: {', '.join(begun.missing)}; name them in the file", err=True)
    click.echo(f"Try next: martlet ingest mine.toml {file} --totals-only", err=True)


# More would hide what counts.
_BEST = 3


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--all", "all_of_them", is_flag=True, help="Show all profiles that know any column of the file."
)
@options.limits
@options.output_options
def sniff(file: Path, *, all_of_them: bool, limits: Sequence[tuple[str, str]], **where: Any) -> None:
    """Say which profiles fit a file, the best first, why, and what is missing.

    For example:
      martlet sniff export.csv
      martlet sniff export.csv --all
    """
    import pyarrow as pa

    from martlet.loaders import ingest as loader
    from martlet.terminal import output

    known = loader.sniff(file, limits=options.assigned(limits, what="limit"))
    proposed = [fit for fit in known if fit.is_proposal]
    fits = known if all_of_them else (proposed or [fit for fit in known if fit.missing])[:_BEST]
    table = pa.table(
        {
            "profile": pa.array([fit.profile for fit in fits], pa.string()),
            "score": pa.array([round(fit.score, 2) for fit in fits], pa.float64()),
            "title": pa.array([fit.title for fit in fits], pa.string()),
            "missing": pa.array([", ".join(fit.missing) or None for fit in fits], pa.string()),
            "reasons": pa.array(["; ".join(fit.reasons) for fit in fits], pa.string()),
        }
    )
    output.deliver(table, **where)
    if proposed:
        click.echo(f"Try next: martlet ingest {proposed[0].profile} {file} --dry-run", err=True)
        return
    why = "no profile fits" if known else "no profile knows any column of"
    click.echo(
        f"{why} {file}; begin one of your own: martlet profiles new {file} > mine.toml".capitalize(), err=True
    )


@click.command(cls=Command)
@click.option("--load", "load_id", type=click.IntRange(min=1), help="Only of this load.")
@click.option("--reason", help="Only with this text in the reason.")
@click.option(
    "--export",
    type=click.Path(path_type=Path),
    help="Write the rows that wait for repair to this file, as they were written.",
)
@options.output_options
@options.warehouse
def quarantine(
    load_id: int | None, reason: str | None, export: Path | None, warehouse: Path, **where: Any
) -> None:
    """Show the rows that could not be loaded, by load and reason, and export them for repair.

    In an export each row begins with martlet_row, by which it finds its place again; leave it as it is. When the rest is
    mended, martlet ingest PROFILE FILE --retry takes the rows, and marks them here.

    For example:
      martlet quarantine
      martlet quarantine --reason "unreadable date" --export mend.csv
      martlet ingest orders mend.csv --retry
    """
    import pyarrow as pa

    from martlet.engine.connection import connect, refuse_foreign
    from martlet.engine.tables import spreadsheets
    from martlet.loaders.ingest import quarantined
    from martlet.terminal import formats, output

    with connect(warehouse) as connection:
        refuse_foreign(connection, warehouse)
        if export is not None:
            cell = spreadsheets.safe_text if where["safe_cells"] else None
            with formats.destination(export, overwrite=where["overwrite"]) as file:
                written = quarantined.export(connection, file, load_id=load_id, reason=reason, cell=cell)
            mend = "take the apostrophes of --safe-cells away and mend them" if cell else "mend them"
            click.echo(
                f"{export}: {written:,} rows; {mend}, then martlet ingest PROFILE {export} --retry", err=True
            )
            return
        found = quarantined.groups(connection, load_id=load_id, reason=reason)
    columns = {
        "load_id": ([group.load_id for group in found], pa.int64()),
        "profile": ([group.profile for group in found], pa.string()),
        "source": ([group.source for group in found], pa.string()),
        "reason": ([group.reason for group in found], pa.string()),
        "column": ([group.column for group in found], pa.string()),
        "rows": ([group.rows for group in found], pa.int64()),
        "resolved": ([group.resolved for group in found], pa.int64()),
        "first_row": ([group.first_row for group in found], pa.int64()),
        "example": ([group.example for group in found], pa.string()),
        "explanation": ([group.explanation for group in found], pa.string()),
    }
    output.deliver(
        pa.table({name: pa.array(values, type_) for name, (values, type_) in columns.items()}), **where
    )
    waiting = sum(group.rows - group.resolved for group in found)
    click.echo(f"{waiting:,} rows wait for repair; --export FILE writes them as they were", err=True)
