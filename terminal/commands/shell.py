"""The command that opens a prompt."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from martlet.terminal import options
from martlet.terminal.application import Command

if TYPE_CHECKING:
    from pathlib import Path

# Heavy modules are imported by the command that needs them, so that help is quick.
# ruff: noqa: PLC0415

__all__ = ["shell"]


@click.command(cls=Command)
@options.packs_folder()
@options.warehouse
def shell(*, packs: Path | None, warehouse: Path) -> None:
    """Open a prompt on a warehouse: SQL up to a semicolon, queries of the packs by name, Tab for names, .help for more.

    Nothing is written. A prompt takes the extra shell (pip install 'martlet[shell]'); without a terminal the lines of stdin are
    answered, and the exit code is 2 if one could not be.

    For example:
      martlet shell
      martlet shell < questions.sql
    """
    import martlet
    from martlet.terminal import prompt
    from martlet.terminal import shell as loop

    with martlet.open(warehouse, packs=packs) as opened:
        if not sys.stdin.isatty():
            if not loop.run(opened, sys.stdin):
                raise click.exceptions.Exit(2)
            return
        lines = prompt.typed(opened, list(loop.COMMANDS))
        click.echo(f"{opened!r}; .help says what can be asked, .quit leaves", err=True)
        loop.run(opened, lines)
