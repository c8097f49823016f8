"""The command that forgets a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from martlet.terminal import options
from martlet.terminal.application import Command

if TYPE_CHECKING:
    from pathlib import Path


# Heavy modules are imported by the command itself, so that help is quick.
# ruff: noqa: PLC0415

__all__ = ["forget"]


@click.command(cls=Command)
@click.argument("customer_id")
@click.option("--dry-run", is_flag=True, help="Only say what would be erased.")
@click.option(
    "--everywhere",
    is_flag=True,
    help="Erase their name also from what rows of others refer to, such as a campaign that is called so.",
)
@options.warehouse
@options.quiet
def forget(customer_id: str, warehouse: Path, *, dry_run: bool, everywhere: bool, quiet: bool) -> None:
    """Erase a person from a warehouse for good, and keep the totals.

    CUSTOMER_ID is the id or the email address; also the address of somebody who stands in a row that was set aside alone.
    Name, address, birth, household and place are emptied, the customer id is replaced, and what the quarantine, the reports of loads,
    names of files and of campaigns say of the person goes too. Their orders, visits and emails stay, of a customer without a name, so
    that every total is as it was. Other accounts with the same address are forgotten with them. The file is written anew, so that no free block of it holds
    anything; backups and the files that were loaded are not touched. A later load of the same person brings nothing back.

    For example:
      martlet forget CU0000002 --dry-run
      martlet forget CU0000002 --warehouse mine.duckdb
    """
    from martlet.loaders.privacy.forget import forget as erase

    report = erase(customer_id, warehouse=warehouse, dry_run=dry_run, everywhere=everywhere)
    if dry_run or not quiet:
        click.echo(report.summary(), err=True)
