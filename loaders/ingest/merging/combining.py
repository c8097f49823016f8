"""Several records of one key, each telling a part: of a visit, the events of an analytics export.

Of each field the first in time that is given counts. Where a contact came from is one thing and comes from one record: the first
that a paid click led to, else the first that names a channel, else the first without any source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.ingest.channel_grouping import UNASSIGNED
from martlet.loaders.ingest.merging.tables import quoted

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.merging.staging import Staged

__all__ = ["combine"]

_ORIGIN = ("channel", "source", "medium", "campaign", "gclid")


def combine(connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Make one row of the staged rows of a key."""
    entity = staged.entity
    key = [quoted(name) for name in entity.key]
    moment = quoted(entity.at or "row")
    place = f"{{'at': {moment}, 'row': row, 'part': part}}"
    origin = [name for name in _ORIGIN if name in staged.fed]
    rank = " ".join(
        f"WHEN {condition} THEN {number}"
        for number, (name, condition) in enumerate(
            (
                ("gclid", "gclid IS NOT NULL"),
                ("channel", f"channel NOT IN ('Direct', '{UNASSIGNED}')"),
                ("channel", "channel <> 'Direct'"),
                ("channel", "channel IS NOT NULL"),
            )
        )
        if name in staged.fed
    )
    ranked = (
        f"{{'rank': {f'CASE {rank} ELSE 9 END' if rank else '0'}, 'at': {moment}, 'row': row, 'part': part}}"
    )
    packed = ", ".join(f"'{name}': {quoted(name)}" for name in origin)
    chosen = [
        f"arg_min({quoted(name)}, {place}) FILTER (WHERE {quoted(name)} IS NOT NULL) AS {quoted(name)}"
        for name in staged.fed
        if name not in (*entity.key, *origin)
    ]
    if origin:
        chosen.append(f"arg_min({{{packed}}}, {ranked}) AS origin")
    unpacked = "".join(f", origin.{quoted(name)} AS {quoted(name)}" for name in origin)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE combined AS SELECT * {'EXCLUDE (origin)' if origin else ''}{unpacked} FROM ("
        f"SELECT min(row) AS row, CAST(0 AS INTEGER) AS part, arg_min(content, row) AS content, {', '.join([*key, *chosen])} "
        f"FROM {staged.name} WHERE {' AND '.join(f'{name} IS NOT NULL' for name in key)} GROUP BY {', '.join(key)})"
    )
    connection.execute(f"DROP TABLE {staged.name}")
    connection.execute(f"ALTER TABLE combined RENAME TO {staged.name}")
    if not staged.is_main and entity.id is not None and entity.at is not None:
        # The end of a visit that began in an earlier file tells nothing of how it came.
        connection.execute(
            f"DELETE FROM {staged.name} AS staged USING {entity.table} AS known "
            f"WHERE known.source_id = CAST(staged.{key[0]} AS VARCHAR) AND known.{moment} < staged.{moment}"
        )
