"""What each load added: rows by table, and how the values of the watched columns are distributed before and after.

Facts have no column for their load, which would be expensive on 132 million rows (DECISIONS, D-029). Real data get their
keys in the order of loading, so the rows of a load are those with a key above the highest one before. They are compared
with all rows before the load: a comparison of the whole table before and after would not show a small load, and one by
date would miss a file of older days. Rows that a load replaced keep their keys and do not count. Tables without a key of
one column use their day instead. The keys of a generated company do not grow so, and its past is compared value by value
when it advances: only the rows of its tables are counted.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from martlet.engine.relation import quote
from martlet.engine.relations import relations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from martlet.engine.relation import Relation

__all__ = ["is_generated", "record"]

_TENTHS: Final = [tenth / 10 for tenth in range(1, 10)]
_MOST_WORDS: Final = 19
_EMPTY, _OTHERS = "(empty)", "(others)"

_LAST = """
SELECT relation, row_count, last_key FROM meta.load_relation WHERE load_id < $load_id
QUALIFY row_number() OVER (PARTITION BY relation ORDER BY load_id DESC) = 1
"""
_COUNTED = """
SELECT
    $load_id AS load_id, '{relation}' AS relation, count(*) AS row_count, count(*) - {before} AS rows_added,
    CAST({last_key} AS BIGINT) AS last_key
FROM {relation}
"""
_PROFILED = """
INSERT INTO meta.load_profile BY NAME
SELECT
    $load_id AS load_id, $relation AS relation, $column AS column_name, {bucket} AS bucket,
    count(*) FILTER (WHERE {key} <= $last_key) AS rows_before, count(*) FILTER (WHERE {key} > $last_key) AS rows_added
FROM {relation}
WHERE {key} <> 0
GROUP BY bucket
"""


def is_generated(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether the warehouse holds a generated company."""
    return bool(connection.execute("SELECT 1 FROM meta.setting WHERE name = 'generator'").fetchall())


def record(connection: duckdb.DuckDBPyConnection, load_id: int) -> None:
    """Write what the load added to each table of the star into `meta.load_relation` and `meta.load_profile`."""
    tables = [table for table in relations() if table.kind == "table" and table.schema == "star"]
    keys = {} if is_generated(connection) else {table.qualified: _key(table) for table in tables}
    bound = {"load_id": load_id}
    last = {relation: found for relation, *found in connection.execute(_LAST, bound).fetchall()}
    counted = [_counted(table.qualified, keys, last) for table in tables]
    # In one statement, since to plan each takes longer than to count.
    connection.execute(f"INSERT INTO meta.load_relation BY NAME {' UNION ALL '.join(counted)}", bound)
    for table in tables:
        key, (before, last_key) = keys.get(table.qualified), last.get(table.qualified, (0, None))
        if key and last_key is not None and before:
            for column in table.unit.header.get("watched", ()):
                _profile(connection, load_id, table, column, key=key, last_key=last_key)


def _counted(table: str, keys: Mapping[str, str | None], last: Mapping[str, Sequence[int | None]]) -> str:
    key = keys.get(table)
    before, _ = last.get(table, (0, None))
    return _COUNTED.format(relation=table, before=before, last_key=f"max({key})" if key else "NULL")


def _key(relation: Relation) -> str | None:
    """Return the column that grows from load to load."""
    primary = relation.keys[0].columns
    if len(primary) == 1:
        return primary[0]
    return "date_key" if "date_key" in primary else None


def _profile(
    connection: duckdb.DuckDBPyConnection,
    load_id: int,
    relation: Relation,
    column: str,
    *,
    key: str,
    last_key: int,
) -> None:
    new = f"SELECT 1 FROM {relation.qualified} WHERE {key} > $last_key LIMIT 1"
    if not connection.execute(new, {"last_key": last_key}).fetchall():
        return
    before = f"FROM {relation.qualified} WHERE {key} <= {last_key} AND {key} <> 0 AND {column} IS NOT NULL"
    kind = connection.execute(f"SELECT typeof({column}) FROM {relation.qualified} LIMIT 1").fetchall()[0][0]
    is_measure = kind.startswith(("DECIMAL", "DOUBLE", "INTEGER", "BIGINT")) and not column.endswith("_key")
    bucket = _numbers(connection, column, before) if is_measure else _words(connection, column, before)
    connection.execute(
        _PROFILED.format(bucket=bucket, key=key, relation=relation.qualified),
        {"load_id": load_id, "relation": relation.qualified, "column": column, "last_key": last_key},
    )


def _numbers(connection: duckdb.DuckDBPyConnection, column: str, before: str) -> str:
    """Return the SQL that names the tenth in which a number falls; tenths that end at the same number are merged."""
    sql = f"SELECT quantile_disc({column}, {_TENTHS}) {before}"
    ends = list(dict.fromkeys(connection.execute(sql).fetchall()[0][0] or ()))
    if not ends:
        return f"CASE WHEN {column} IS NULL THEN {quote(_EMPTY)} ELSE 'given' END"
    names = [f"to {ends[0]}", *(f"above {low} to {high}" for low, high in itertools.pairwise(ends))]
    cases = " ".join(
        f"WHEN {column} <= {end} THEN {quote(name)}" for end, name in zip(ends, names, strict=True)
    )
    return f"CASE WHEN {column} IS NULL THEN {quote(_EMPTY)} {cases} ELSE {quote(f'above {ends[-1]}')} END"


def _words(connection: duckdb.DuckDBPyConnection, column: str, before: str) -> str:
    """Return the SQL that names the bucket of a word: itself, or a common one for all rare words."""
    sql = (
        f"SELECT CAST({column} AS VARCHAR) AS word {before} GROUP BY word ORDER BY count(*) DESC, word "
        f"LIMIT {_MOST_WORDS}"
    )
    common = ", ".join(quote(word) for (word,) in connection.execute(sql).fetchall()) or "''"
    text = f"CAST({column} AS VARCHAR)"
    return (
        f"CASE WHEN {column} IS NULL THEN {quote(_EMPTY)} WHEN {text} IN ({common}) THEN {text} "
        f"ELSE {quote(_OTHERS)} END"
    )
