"""The command that draws an answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from martlet.terminal import options
from martlet.terminal.application import Command

# Heavy modules are imported by the command that needs them, so that help is quick.
# ruff: noqa: PLC0415

__all__ = ["chart"]


@click.command(cls=Command)
@options.query_name
@options.given_parameters
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The file; .svg, .png, .pdf, .html or .json (Vega-Lite).",
)
@click.option(
    "--width", type=click.IntRange(100, 4000), default=640, show_default=True, help="Pixels of the drawing."
)
@options.packs_folder()
@options.warehouse
def chart(
    query: str, parameters: Any, *, output: Path, width: int, packs: Path | None, warehouse: Path
) -> None:
    """Draw the answer to a query. Its title is what the answer says.

    For example:
      martlet chart segmentation/rfm_segments -o segments.svg
      martlet chart retention/cohorts -p period=month -o cohorts.html
    """
    import martlet
    from martlet.reports import drawing
    from martlet.terminal import formats

    ending = drawing.ending_of(output)
    with martlet.open(warehouse, packs=packs) as opened:
        result = opened.query(query, **options.assigned(parameters))
        picture = drawing.drawn(result, ending, width=width)
    with formats.destination(output, overwrite=False) as file:
        file.write(picture)
    click.echo(f"{output}: {result.finding or opened.describe(query).question}", err=True)
