"""Which rows of the star a file tells of, so that their totals can be held against the file's own."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from martlet.loaders.ingest.entity import entities
from martlet.loaders.ingest.merging.tables import quoted

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.entity import Entity
    from martlet.loaders.ingest.merging.fact_rows import FactRows

__all__ = [
    "forget",
    "refunded_elsewhere",
    "remember",
    "remember_all",
    "remember_booked",
    "remember_referred",
    "remember_refunds",
    "rows_of",
]

# The only column of what is remembered of a fact all of whose rows the file tells.
_ALL: Final = "all_rows"
_BOOKED, _REFUNDS = "told_booked", "told_refunds"


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


def remember_booked(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Remember which refunds a file tells, those that were known among them, by `source_id` of a table."""
    connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {_BOOKED} (source_id VARCHAR)")
    connection.execute(f"INSERT INTO {_BOOKED} SELECT source_id FROM {table}")


def remember_refunds(connection: duckdb.DuckDBPyConnection) -> None:
    """Remember the credit notes of the refunds that a file tells, and what went back of orders that it does not tell."""
    if not _is_there(connection, _BOOKED):
        return
    mine = f"SELECT * FROM meta.refund WHERE source_id IN (SELECT source_id FROM {_BOOKED})"
    orders = entities()["orders"]
    rows = rows_of(connection, orders)
    others = f"AND order_id NOT IN (SELECT order_id FROM {rows})" if rows else ""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {_REFUNDS} AS SELECT amount FROM ({mine}) WHERE order_id IS NOT NULL {others}"
    )
    _add(
        connection,
        orders,
        f"WITH mine AS ({mine}), notes AS ("
        "SELECT coalesce(order_number, source_id) AS source_id FROM mine UNION SELECT concat(order_number, '/credit') FROM mine) "
        "SELECT source_id FROM star.fact_order WHERE status = 'credit_note' AND source_id IN (SELECT source_id FROM notes)",
    )


def refunded_elsewhere(connection: duckdb.DuckDBPyConnection) -> Decimal:
    """Return what went back of orders that the file does not tell."""
    if not _is_there(connection, _REFUNDS):
        return Decimal(0)
    return Decimal(connection.execute(f"SELECT coalesce(sum(amount), 0) FROM {_REFUNDS}").fetchall()[0][0])


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


def _is_there(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    sql = "SELECT 1 FROM duckdb_tables() WHERE table_name = $name"
    return bool(connection.execute(sql, {"name": table}).fetchall())


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
