"""Short numbers of orders and visits, rising with time.

Rows are generated with the address of what they are (`_ids.py`), which needs no order among customers. When all are there, orders
and visits are numbered from 1 on by their moments, those of one moment by their addresses. What comes later takes later numbers, so a
longer horizon changes none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from martlet.engine.relations import relations

if TYPE_CHECKING:
    import duckdb

__all__ = ["number"]

# The id, and the table and the moment that it is numbered by; it is in every table that has a column of this name.
_IDS: Final = (
    ("order_id", "star.fact_order", "ordered_at"),
    ("session_id", "star.fact_session", "started_at"),
)
_SCHEMAS: Final = ("star", "truth")

# Rows that are changed at a time: what is changed stays in memory until it is written.
_ROWS: Final = 20_000_000
# Rows are to be changed as they lie, which is a hundred times faster: so the numbers are looked up, and not the rows.
_NO_SWAP: Final = "SET disabled_optimizers = 'join_order,build_side_probe_side'"


def number(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the orders and visits of a generated company their numbers, wherever they are named."""
    connection.execute(_NO_SWAP)
    for name, table, moment in _IDS:
        connection.execute(
            f"CREATE TEMP TABLE numbers AS SELECT {name} AS address, row_number() OVER (ORDER BY {moment}, {name}) AS number FROM {table}"
        )
        for holder in _holders(name):
            (rows,) = connection.execute(f"SELECT count(*) FROM {holder}").fetchall()[0]
            for first in range(0, rows, _ROWS):
                connection.execute(
                    f"UPDATE {holder} AS holder SET {name} = numbers.number FROM numbers WHERE numbers.address = holder.{name} "
                    f"AND holder.rowid >= {first} AND holder.rowid < {first + _ROWS}"
                )
                if rows > _ROWS:
                    connection.execute("CHECKPOINT")
        connection.execute("DROP TABLE numbers")
    connection.execute("RESET disabled_optimizers")


def _holders(name: str) -> list[str]:
    """Return the tables of a generated company that have a column."""
    return [
        relation.qualified
        for relation in relations()
        if relation.kind == "table" and relation.schema in _SCHEMAS and name in relation.unit.columns
    ]
