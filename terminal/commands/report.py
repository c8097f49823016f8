"""The command that writes a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from martlet.terminal import options
from martlet.terminal.application import Command

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

# Heavy modules are imported by the command that needs them, so that help is quick.
# ruff: noqa: PLC0415

__all__ = ["report"]


@click.command(cls=Command)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The file; .html, .md or .pdf.",
)
@click.option(
    "--pack", type=options.PackName(), multiple=True, help="A pack that has a section; default: all."
)
@click.option("--since", type=options.Day(), help="First day; default: thirteen weeks before the end.")
@click.option("--until", type=options.Day(), help="The day after the last; default: the end of the data.")
@click.option(
    "--template",
    type=click.Path(path_type=Path),
    default="default",
    show_default=True,
    help="default, weekly, or a file of your own; see docs/reports.md.",
)
@options.given_parameters
@click.option("--interactive", is_flag=True, help="Pictures answer a pointer, by a script in the page.")
@click.option("--overwrite", is_flag=True, help="Write even over a DuckDB file.")
@options.quiet
@options.packs_folder()
@options.warehouse
def report(
    *,
    output: Path,
    pack: Sequence[str],
    since: date | None,
    until: date | None,
    template: Path,
    parameters: Any,
    interactive: bool,
    overwrite: bool,
    quiet: bool,
    packs: Path | None,
    warehouse: Path,
) -> None:
    """Write a report: key figures, what changed and why, what to do, and a section for each pack.

    One file, that needs no network. A template of your own asks what you want to know, as often as you want to know it.

    For example:
      martlet report -o report.html
      martlet report -o week.html --template weekly
      martlet report -o mail.md --pack email --since 2025-10-01
    """
    import martlet
    from martlet.engine.errors import ParameterError
    from martlet.reports.report import ending_of
    from martlet.terminal import formats, protection

    ending = ending_of(output)
    if interactive and ending != ".html":
        raise ParameterError(f"a report is interactive in .html alone, not in {ending}")
    # Before minutes of work, not after.
    protection.refuse(output, overwrite=overwrite)
    told = martlet.report(
        warehouse,
        template=template,
        pack=pack,
        since=since,
        until=until,
        packs=packs,
        **options.assigned(parameters),
    )
    content = told.written(ending, interactive=interactive)
    with formats.destination(output, overwrite=overwrite) as file:
        file.write(content)
    if not quiet:
        click.echo(
            f"{output}: {told.title}; {told.answers} answers, {len(content) / 1000:,.0f} kB.", err=True
        )
