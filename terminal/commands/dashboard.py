"""The command that writes dashboards."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from martlet.terminal import options
from martlet.terminal.application import Command

if TYPE_CHECKING:
    from collections.abc import Sequence

# Heavy modules are imported by the command that needs them, so that help is quick.
# ruff: noqa: PLC0415

__all__ = ["dashboard"]


@click.command(cls=Command)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.option(
    "--template",
    "templates",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    metavar="FILE.toml",
    help="A page of your own beside the four; see docs/dashboards.md.",
)
@click.option(
    "--open/--no-open", "is_opened", default=None, help="Show it in a browser; by default on a terminal."
)
@options.quiet
@options.warehouse
def dashboard(
    *, folder: Path, templates: Sequence[Path], is_opened: bool | None, quiet: bool, warehouse: Path
) -> None:
    """Write linked pages with filters into a folder: overview, campaigns, journey, product.

    They need no network and no server: period, channel, device and category are chosen in the page. Pages of the same names are replaced.

    For example:
      martlet dashboard dashboards
      martlet dashboard dashboards --no-open --template shop.toml
    """
    import martlet

    told = martlet.dashboard(folder, warehouse=warehouse, templates=templates)
    if not quiet:
        heaviest = max(file.stat().st_size for file in told.files) / 1000
        click.echo(f"{folder}: {len(told.files)} pages by {told.grain}, up to {heaviest:,.0f} kB.", err=True)
        if told.lacking:
            click.echo(f"{warehouse} has nothing in {', nothing in '.join(told.lacking)}.", err=True)
    if is_opened if is_opened is not None else sys.stdout.isatty():
        click.launch(told.files[0].resolve().as_uri())
