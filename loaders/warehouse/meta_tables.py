"""The catalogue of a warehouse, in its `meta` schema: relations, columns, keys and queries, from their headers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from martlet.engine import user_packs
from martlet.engine.relation import FOLDERS
from martlet.engine.relations import relations

if TYPE_CHECKING:
    import duckdb

    from martlet.engine.query import Query

__all__ = ["FRAMES"]


def _relations(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    grains = {relation.qualified: relation.unit.header.get("grain", []) for relation in relations()}
    queries = user_packs.stored(connection, "warehouse").queries
    grains |= {f"{query.pack}.{query.name}": query.grain for query in queries.values()}
    found: pl.DataFrame = connection.sql(
        "SELECT schema_name, table_name AS name, 'table' AS kind, comment AS doc FROM duckdb_tables() "
        "UNION ALL SELECT schema_name, view_name, 'view', comment FROM duckdb_views() WHERE NOT internal "
        "ORDER BY schema_name, name"
    ).pl()
    names = found.select(pl.format("{}.{}", "schema_name", "name")).to_series()
    tables = [name for name, kind in zip(names, found["kind"], strict=True) if kind == "table"]
    counted = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables)
    counts = dict(connection.execute(counted).fetchall())
    counts["meta.relation"] = found.height
    return found.with_columns(
        grain=pl.Series([", ".join(grains.get(name, ())) or None for name in names], dtype=pl.String),
        row_count=pl.Series([counts.get(name) for name in names], dtype=pl.Int64),
    )


def _columns(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    columns: pl.DataFrame = connection.sql(
        "SELECT schema_name, table_name AS relation, column_name AS name, column_index AS position, data_type, "
        "comment AS doc FROM duckdb_columns() WHERE NOT internal ORDER BY schema_name, relation, position"
    ).pl()
    return columns


def _keys(_: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    rows = [
        {
            "schema_name": relation.schema,
            "relation": relation.name,
            "kind": key.kind,
            "columns": ", ".join(key.columns),
            "references_schema": key.references.split(".")[0] or None,
            "references_relation": key.references.split(".")[-1] or None,
            "references_columns": ", ".join(key.target) or None,
            "is_enforced": FOLDERS[relation.unit.folder].physical_keys,
        }
        for relation in relations()
        for key in relation.keys
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _queries(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    queries = user_packs.stored(connection, "warehouse").queries
    return pl.DataFrame([_query(query) for query in queries.values()])


def _query(query: Query) -> dict[str, Any]:
    parameters = {
        name: {
            key: value
            for key, value in vars(parameter).items()
            if key != "name" and value is not None and value != ()
        }
        for name, parameter in query.parameters.items()
    }
    return {
        "pack": query.pack,
        "name": query.name,
        "question": query.question,
        "doc": query.comment,
        "grain": ", ".join(query.grain),
        "parameters": json.dumps(parameters, default=str),
    }


# In this order, since `meta.relation` counts the rows of the others.
FRAMES = {
    "meta.column": _columns,
    "meta.key": _keys,
    "meta.query": _queries,
    "meta.relation": _relations,
}
