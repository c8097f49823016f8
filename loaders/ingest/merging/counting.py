"""Rows of a file that were refused, or that have several records: counted and told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from martlet.loaders.ingest.cleaning.changes import Change
from martlet.loaders.ingest.merging.tables import count

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.merging.outcome import Outcome
    from martlet.loaders.ingest.merging.staging import Staged

__all__ = ["by_row", "left_out"]


def by_row(connection: duckdb.DuckDBPyConnection, table: Staged, outcome: Outcome) -> Outcome:
    """Count rows of the file where a row has several records: a row is loaded if any of them is."""
    if not count(connection, f"{table.name} WHERE part > 0"):
        return outcome
    kept = f"SELECT row, NULL AS fate FROM {table.name} AS staged ANTI JOIN {table.dropped} AS gone USING (row, part)"
    fates = (
        "SELECT row, bool_or(fate IS NULL) AS is_loaded, bool_or(coalesce(fate = 'refused', false)) AS is_refused "
        f"FROM (SELECT row, fate FROM {table.dropped} UNION ALL {kept}) GROUP BY row"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE fate AS {fates}")
    loaded, merged = (
        count(connection, "fate WHERE is_loaded"),
        count(connection, "fate WHERE NOT is_loaded AND NOT is_refused"),
    )
    refused = outcome.refused
    if refused is not None:
        gone = connection.sql("SELECT row FROM fate WHERE NOT is_loaded AND is_refused").pl()
        partly = refused.join(gone, on="row", how="anti")
        if partly.height:
            outcome.changes.append(_refusals(table, partly))
        refused = refused.join(gone, on="row", how="semi").unique("row", keep="first", maintain_order=True)
    connection.execute("DROP TABLE fate")
    return replace(outcome, loaded=loaded, merged=merged, refused=refused)


def left_out(table: Staged, outcome: Outcome) -> list[Change]:
    """Return what to tell of rows that were refused in a table that only completes the main one."""
    if outcome.refused is None or outcome.refused.is_empty():
        return []
    return [_refusals(table, outcome.refused)]


def _refusals(table: Staged, refused: pl.DataFrame) -> Change:
    examples = refused.select(pl.format("row {}", "row"), pl.col("detail").fill_null("")).head(3).rows()
    rule = f"left out of {table.entity.name.replace('_', ' ')}: {refused['reason'][0]}"
    return Change(rule, str(refused["field"][0]), refused.height, tuple(examples))
