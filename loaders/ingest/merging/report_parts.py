"""Parts of one report of advertising in files of one command: refused, since of each day the later would replace the earlier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.engine.errors import IngestError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from martlet.loaders.ingest.merging.hook import FileLoad

__all__ = ["refuse_parts", "remember_days"]

# What the files of a command told, by load; it lives as long as its connection.
_TOLD = "days_of_command"


def remember_days(load: FileLoad, table: str, key: Sequence[str]) -> None:
    """Note of which keys of a fact a file of several tells; `table` holds its rows."""
    if load.is_alone:
        return
    columns = ", ".join(key)
    select = f"SELECT DISTINCT {columns}, CAST({load.load_id} AS BIGINT) AS load_id FROM {table}"
    load.connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {_TOLD} AS {select} LIMIT 0")
    load.connection.execute(f"INSERT INTO {_TOLD} {select}")


def refuse_parts(load: FileLoad, apart: str, key: Sequence[str]) -> None:
    """Refuse a file where an earlier one of the same command has other parts of the same keys, which the table `apart` holds.

    Raises
    ------
    IngestError
        If there are any; the message names both files.
    """
    if (
        load.is_alone
        or not load.connection.execute(
            f"SELECT 1 FROM duckdb_tables() WHERE temporary AND table_name = '{_TOLD}'"
        ).fetchall()
    ):
        return
    found = load.connection.execute(
        f"SELECT load.source, count(*) FROM {_TOLD} JOIN {apart} USING ({', '.join(key)}) JOIN meta.load AS load USING (load_id) "
        f"WHERE load_id <> {load.load_id} GROUP BY ALL ORDER BY count(*) DESC, load.source LIMIT 1"
    ).fetchall()
    for earlier, number in found:
        raise IngestError(
            f"{earlier} and {load.source} hold different parts of the same campaigns and days ({number:,} of them), such as other ad groups or devices, "
            "and of one campaign and day the later file replaces the earlier one: put the parts of one report into one file; if the later "
            "one corrects the earlier, load them by two commands"
        )
