"""Which rows of the star a file tells of, so that their totals can be held against the file's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from martlet.loaders.ingest.entity import entities
from martlet.loaders.ingest.merging.tables import quoted

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.entity import Entity
    from martlet.loaders.ingest.merging.fact_rows import FactRows

__all__ = ["forget", "remember", "remember_all", "remember_referred", "remember_refunds", "rows_of"]

# The only column of what is remembered of a fact all of whose rows the file tells.
_ALL: Final = "all_rows"


def remember_all(connection: duckdb.DuckDBPyConnection, entity: Entity) -> None:
    """Remember that a fact was empty before the file."""
    connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {_name(entity)} ({_ALL} BOOLEAN)")


def remember(connection: duckdb.DuckDBPyConnection, rows: FactRows) -> None:
    """Remember rows of a fact by the columns that find them in the star."""
    _add(connection, rows.staged.entity, f"SELECT {', '.join(map(quoted, rows.match))} FROM {rows.alone()}")


def remember_referred(connection: duckdb.DuckDBPyConnection) -> None:
    """Remember the rows without which others can't be, such as the orders of lines."""
    for entity in entities().values():
        rows = rows_of(connection, entity)
        if rows is None:
            continue
        for name, field in entity.fields.items():
            if field.reference and field.required:
                of = entities()[field.reference]
                _add(
                    connection,
                    of,
                    f"SELECT source_id FROM {of.table} WHERE {of.id} IN (SELECT {name} FROM {rows})",
                )


def remember_refunds(connection: duckdb.DuckDBPyConnection, *, since: int) -> None:
    """Remember the orders that refunds after that of a number are of, and their credit notes."""
    mine = f"SELECT * FROM meta.refund WHERE refund_id > {since}"
    if not connection.execute(f"FROM ({mine}) LIMIT 1").fetchall():
        return
    _add(
        connection,
        entities()["orders"],
        f"WITH mine AS ({mine}), notes AS ("
        "SELECT coalesce(order_number, source_id) AS source_id FROM mine UNION SELECT concat(order_number, '/credit') FROM mine) "
        "SELECT source_id FROM star.fact_order WHERE order_id IN (SELECT order_id FROM mine) "
        "OR (status = 'credit_note' AND source_id IN (SELECT source_id FROM notes))",
    )


def rows_of(connection: duckdb.DuckDBPyConnection, entity: Entity) -> str | None:
    """Return what can follow FROM to read the remembered rows of an entity; None if there are none."""
    columns = _columns(connection, entity)
    if not columns:
        return None
    if columns == [_ALL]:
        return entity.table
    return f"{entity.table} SEMI JOIN {_name(entity)} USING ({', '.join(map(quoted, columns))})"


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget all."""
    found = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE temporary AND starts_with(table_name, 'told_')"
    ).fetchall()
    for (table,) in found:
        connection.execute(f"DROP TABLE {table}")


def _add(connection: duckdb.DuckDBPyConnection, entity: Entity, sql: str) -> None:
    columns = _columns(connection, entity)
    if columns == [_ALL]:
        return
    into = f"INSERT INTO {_name(entity)}" if columns else f"CREATE TEMP TABLE {_name(entity)} AS"
    connection.execute(f"{into} {sql}")


def _columns(connection: duckdb.DuckDBPyConnection, entity: Entity) -> list[str]:
    """Return the columns of what is remembered of a fact, none if nothing is."""
    found = connection.execute(
        "SELECT column_name FROM duckdb_columns() WHERE table_name = $name ORDER BY column_index",
        {"name": _name(entity)},
    ).fetchall()
    return [name for (name,) in found]


def _name(entity: Entity) -> str:
    return f"told_{entity.table.removeprefix('star.')}"
