"""The commands for packs of one's own: begin a query, test the packs of a folder, install them in a warehouse."""

from __future__ import annotations

from pathlib import Path

import click

from martlet.terminal import options
from martlet.terminal.application import Application, Command

# Heavy modules (duckdb, polars, rich, ...) are imported by the commands that need them, so that help is quick.
# ruff: noqa: PLC0415

__all__ = ["install_packs", "install_segments", "new", "test"]


@click.group(cls=Application)
def new() -> None:
    """Begin something of your own: a query.

    For example:
      martlet new query mine/by_month
    """


@new.command("query")
@click.argument("name", metavar="PACK/NAME")
@options.packs_folder(default=options.DEFAULT_PACKS)
def new_query(name: str, packs: Path) -> None:
    """Write a query with its header, and a case, to be changed into your own; they run as they stand.

    For example:
      martlet new query mine/by_month
      martlet query mine/by_month --packs packs
    """
    from martlet.loaders.user_packs.starting import new_query

    for path in new_query(name, packs):
        click.echo(path)
    click.echo(
        f"Ask it:  martlet query {name} --packs {packs}\n"
        f"Test it: martlet test packs {packs}\n"
        f"Keep it: martlet install-packs {packs}",
        err=True,
    )


@click.group(cls=Application)
def test() -> None:
    """Test something of your own: the packs of a folder.

    For example:
      martlet test packs packs
    """


@test.command("packs")
@click.argument("folder", type=options.Folder(), default=options.DEFAULT_PACKS)
def test_packs(folder: Path) -> None:
    """Hold the packs of a folder to what Martlet's own are held to: header, columns, order, grain, macro and cases.

    The cases stand in the folder too, as cases/PACK/NAME/RULE/ with given/*.csv, params.toml and expect.csv.

    For example:
      martlet test packs packs
    """
    from martlet.loaders.user_packs.testing import test_packs

    found = test_packs(folder)
    faults = [finding for findings in found.values() for finding in findings]
    for path, findings in found.items():
        if path or findings:
            click.echo(f"{path}: {'ok' if not findings else ''}".strip() if path else "cases:")
        for finding in findings:
            click.echo(f"  {finding.fault}")
    if faults:
        raise click.exceptions.Exit(1)


@click.command("install-packs", cls=Command)
@click.argument("folder", type=options.Folder(), default=options.DEFAULT_PACKS)
@options.warehouse
def install_packs(folder: Path, *, warehouse: Path) -> None:
    """Install the packs of a folder in a warehouse, beside those that it came with.

    Each query becomes a view and a table macro, and the file keeps its text: later loads keep it, and it needs no --packs
    any more. They take the place of those installed before; a new build of the file begins without them.

    For example:
      martlet install-packs packs
    """
    import martlet

    installed = martlet.install_packs(folder, warehouse)
    click.echo(f"{warehouse}: {', '.join(installed)}", err=True)


@click.command("install-segments", cls=Command)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@options.warehouse
def install_segments(file: Path, *, warehouse: Path) -> None:
    """Put segments of your own into a warehouse: by conditions, or as a map from RFM scores to names.

    A file of TOML says which; those of the same names are replaced, and later loads keep them.

    For example:
      martlet install-segments segments.toml
      martlet query segmentation/members -p name=big_spenders
      martlet query segmentation/rfm_segments -p rule_map=mine
    """
    import martlet

    for name in martlet.install_segments(file, warehouse):
        click.echo(name)
