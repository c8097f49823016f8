"""Fields of a row that contradict one another, made consistent by the entity's own rules and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.ingest.cleaning.changes import Change
from martlet.loaders.ingest.merging.equations import holds
from martlet.loaders.ingest.merging.flags import fences_of
from martlet.loaders.ingest.merging.tables import quoted, sql_type

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.merging.staging import Staged

__all__ = ["adjust", "adjusted"]

_EXAMPLES = 3


def adjust(connection: duckdb.DuckDBPyConnection, staged: Staged) -> list[Change]:
    """Hold staged rows to the entity's rules; a field that the file does not have is not made up."""
    changes = []
    for rule in staged.entity.adjustments:
        if rule.column not in staged.fed:
            continue
        column, kind = quoted(rule.column), sql_type(staged.entity.fields[rule.column])
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE adjusted AS SELECT row, part, {column} AS old, TRY_CAST({rule.to} AS {kind}) AS new "
            f"FROM {staged.all_fields()} WHERE {column} IS NOT NULL AND ({rule.when}) AND new IS NOT NULL{_sound(connection, staged, rule.by)}"
        )
        count = int(connection.execute("SELECT count(*) FROM adjusted").fetchall()[0][0])
        if count:
            examples = connection.execute(
                f"SELECT CAST(old AS VARCHAR), CAST(new AS VARCHAR) FROM adjusted ORDER BY row, part LIMIT {_EXAMPLES}"
            ).fetchall()
            connection.execute(
                f"UPDATE {staged.name} AS staged SET {column} = adjusted.new FROM adjusted "
                "WHERE staged.row = adjusted.row AND staged.part = adjusted.part"
            )
            changes.append(Change(f"made consistent: {rule.doc}", rule.column, count, tuple(examples)))
    connection.execute("DROP TABLE IF EXISTS adjusted")
    return changes


def _sound(connection: duckdb.DuckDBPyConnection, staged: Staged, by: str | None) -> str:
    """Return the further condition that the cell which decides is no outlier, or that an equation confirms it."""
    fences = fences_of(connection, staged, by) if by else None
    if by is None or fences is None:
        return ""
    confirmed = "".join(f" OR coalesce({holds(e)}, false)" for e in staged.entity.equations if by in e.solved)
    return f" AND ({quoted(by)} BETWEEN {fences[0]} AND {fences[1]}{confirmed})"


def adjusted(staged: Staged, rows: str) -> str:
    """Return a subquery of rows over stored ones, which have all fields of the entity, held to its rules.

    Where a row tells both fields of a rule it has been judged already. `rows` have `told_<field>`: whether the new row tells it.
    """
    for rule in staged.entity.adjustments:
        column = quoted(rule.column)
        judged = " AND ".join(f"told_{name}" for name in (rule.column, rule.by) if name)
        rows = f"(SELECT * REPLACE (CASE WHEN {rule.when} AND NOT ({judged}) THEN {rule.to} ELSE {column} END AS {column}) FROM {rows})"
    return rows
