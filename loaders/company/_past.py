"""The check after `advance` (DECISIONS, D-017): the past of the old file is the past of the new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from martlet.engine.errors import CheckError
from martlet.engine.relations import relations

if TYPE_CHECKING:
    from datetime import date

    import duckdb

    from martlet.engine.relation import Relation

__all__ = ["BEFORE", "check"]

# Name under which the old file is attached.
BEFORE: Final = "before"


# What is compared value by value; of the other tables every row must be there.
_STRICT_FOLDERS: Final = ("bridges", "facts")
_STRICT: Final = ("truth.order_cause",)


def check(connection: duckdb.DuckDBPyConnection, *, until: date) -> dict[str, int]:
    """Compare the file attached as `before`, whose data end before `until`, with the new one; return the new rows by table.

    Every row of a fact is there, with the same values but for what was open; no new one is dated before `until`. Of
    dimensions and the truth every row is there: what they say is as of now.

    Raises
    ------
    CheckError
        If the past would change; the message names each table and gives an example.
    """
    failures: list[str] = []
    added: dict[str, int] = {}
    for relation in relations():
        if relation.kind != "table" or relation.schema not in ("star", "truth"):
            continue
        kept = _columns(connection, relation)
        if not kept:
            continue
        for what, sql in _questions(relation, kept):
            bound = {"until": until} if "$until" in sql else None
            count, example = connection.execute(sql, bound).fetchall()[0]
            if count:
                failures.append(f"{relation.qualified}: {count} {what}, for example {example}")
        added[relation.qualified] = connection.execute(
            f"SELECT (SELECT count(*) FROM {relation.qualified}) - (SELECT count(*) FROM {BEFORE}.{relation.qualified})"
        ).fetchall()[0][0]
    if failures:
        raise CheckError("nothing was published, since the past would change:\n  " + "\n  ".join(failures))
    return added


def _columns(connection: duckdb.DuckDBPyConnection, relation: Relation) -> list[str]:
    """Return the columns of a table of the old file; none if it lacks the table."""
    sql = (
        "SELECT column_name FROM duckdb_columns() WHERE database_name = $database AND schema_name = $schema "
        "AND table_name = $name ORDER BY column_index"
    )
    bound = {"database": BEFORE, "schema": relation.schema, "name": relation.name}
    return [name for (name,) in connection.execute(sql, bound).fetchall()]


def _questions(relation: Relation, columns: list[str]) -> list[tuple[str, str]]:
    """Return what must not be found in a table, in words, and the SQL that counts it and gives an example."""
    key = relation.keys[0].columns
    same = " AND ".join(f"new.{name} IS NOT DISTINCT FROM old.{name}" for name in key)
    example = " || ', ' || ".join(f"'{name} = ' || {{side}}.{name}" for name in key)
    old, new = f"{BEFORE}.{relation.qualified} AS old", f"{relation.qualified} AS new"
    asked = [
        (
            "rows gone",
            f"SELECT count(*), min({example.format(side='old')}) FROM {old} ANTI JOIN {new} ON {same}",
        )
    ]
    if relation.unit.folder not in _STRICT_FOLDERS and relation.qualified not in _STRICT:
        return asked
    header = relation.unit.header
    opened, open_where = header.get("open", ()), header.get("open_where")
    differs = [f"new.{name} IS DISTINCT FROM old.{name}" for name in columns if name not in (*opened, *key)]
    if open_where:
        late = " OR ".join(f"new.{name} IS DISTINCT FROM old.{name}" for name in opened)
        differs.append(f"(({late}) AND NOT old.is_open)")
        old = f"(SELECT *, {open_where} AS is_open FROM {BEFORE}.{relation.qualified}) AS old"
    joined = f"FROM {old} INNER JOIN {new} ON {same}"
    if differs:
        asked.append(
            (
                "rows changed",
                f"SELECT count(*), min({example.format(side='old')}) {joined} WHERE {' OR '.join(differs)}",
            )
        )
    early = "WHERE new.date_key < CAST(strftime(CAST($until AS DATE), '%Y%m%d') AS INTEGER)"
    if "there_from" in header:
        early += f" AND new.{header['there_from']} < $until"
    if "date_key" in columns:
        asked.append(
            (
                "new rows in the past",
                f"SELECT count(*), min({example.format(side='new')}) FROM {new} ANTI JOIN {old} ON {same} {early}",
            )
        )
    return asked
