"""Real orders in: a CSV or Parquet file of orders, whatever program exported it, into the star of a warehouse.

What is decided here, and why:

Nothing is lost. Rows read = rows loaded + rows merged + rows quarantined. A row that can't be an order is kept in
`quarantine.rejected_row`, as it was written, with a reason. Its number counts rows of data from 1: the header, lines
above it and blank lines are no rows.

The same again changes nothing. A file whose content was loaded before is not loaded again. An order that the star
has already, by its number in the source, is merged if it is the same, and replaced if it is not: the later file is the
corrected one. The number of another customer's order is refused, and within one file the first row of a number counts.

Without a column of order numbers, rows that carry a time of day and repeat in every column are one order, exported
twice. Rows that carry only a day are all kept, since two equal purchases on one day do happen, and the report counts
them. Either kind gets a `source_id` made of the customer, the moment, the amount and which of the rows equal in these
it is; so a longer export that contains an earlier one merges with it instead of doubling it.

Negative amounts are refunds, not orders, and are quarantined. Orders of nothing (0.00) are orders.

A warehouse holds one company: real orders are not mixed into a synthetic one, whose planted truth they would belie.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from martlet.loaders import star
from martlet.loaders.ingest import _orders_in_star
from martlet.loaders.ingest._columns import choose
from martlet.loaders.ingest._dates import ORDERS
from martlet.loaders.ingest._order_rows import order_rows
from martlet.loaders.ingest._reading import read
from martlet.loaders.ingest.report import IngestReport
from martlet.loaders.warehouse_file import rewriting
from martlet.queries.connection import connect, is_martlet
from martlet.sql.errors import IngestError, ParameterError, WarehouseError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

    from martlet.loaders.ingest._columns import Columns
    from martlet.loaders.ingest._dates import DateOrder
    from martlet.loaders.ingest._order_rows import OrderRows
    from martlet.loaders.ingest._reading import Table

__all__ = ["IngestReport", "ingest_orders"]

_KIND = "ingest orders"
_LONGEST_EXAMPLE = 200


def ingest_orders(
    file: str | Path,
    *,
    warehouse: str | Path = "warehouse.duckdb",
    customer: str | int | None = None,
    date: str | int | None = None,
    amount: str | int | None = None,
    order_id: str | int | None = None,
    date_order: DateOrder | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> IngestReport:
    """Load a file of orders into a new or an existing warehouse, in one atomic step.

    Separator, header, encoding, the order of dates, decimal marks and columns are recognised; the report says how.

    Parameters
    ----------
    file
        CSV (any separator, or runs of spaces; UTF-8, UTF-16 or Windows-1252; also gzipped) or Parquet.
    warehouse
        The warehouse file to add to, or to make.
    customer, date, amount, order_id
        Columns, by name, or by position from 1; guessed if None. An order needs no `order_id`.
    date_order
        Order of day, month and year in dates such as 3/4/2024; decided by the whole column if None.
    progress
        Called with the name of the step and its share done, from 0 to 1.

    Raises
    ------
    IngestError
        If the file can't be read or understood, or none of its rows is an order; nothing is changed.
    ParameterError
        If `date_order` is unknown.
    WarehouseError
        If the warehouse can't be written, isn't Martlet's, or holds a synthetic company.
    CheckError
        If the star breaks a check afterwards; nothing is changed.
    """
    began = time.perf_counter()
    say = progress or (lambda _step, _share: None)
    if date_order is not None and date_order not in ORDERS:
        raise ParameterError(
            f"date_order is {date_order!r}.{did_you_mean(str(date_order), ORDERS)} It says the order of day, month and year."
        )
    file, warehouse = Path(file), Path(warehouse)
    say("reading", 0.0)
    table = read(file)
    earlier = _earlier_load(warehouse, table.content_hash)
    if earlier is not None:
        return _nothing_new(table, earlier, began)
    columns = choose(table, {"customer": customer, "date": date, "amount": amount, "order_id": order_id})
    say("parsing", 0.3)
    rows = order_rows(table, columns, date_order=date_order)
    if not rows.readable:
        raise IngestError(_nothing_readable(table, columns, rows))
    say("loading", 0.5)
    with rewriting(warehouse, start_from_existing=True) as connection:
        if not is_martlet(connection):
            star.create(connection)
        _refuse_synthetic(connection, warehouse)
        load_id = star.next_load_id(connection)
        report = _load(connection, load_id, table, columns=columns, rows=rows, began=began)
        say("checking", 0.8)
        star.finish(connection, load_id)
    say("done", 1.0)
    return replace(report, seconds=time.perf_counter() - began)


def _earlier_load(warehouse: Path, content_hash: str) -> int | None:
    """Return the load in which the warehouse took this content, or None; what is wrong with the file shows on writing."""
    if not warehouse.is_file():
        return None
    try:
        with connect(warehouse) as connection:
            if not is_martlet(connection):
                return None
            return _load_of(connection, content_hash)
    except WarehouseError:
        return None


def _load_of(connection: duckdb.DuckDBPyConnection, content_hash: str) -> int | None:
    sql = "SELECT min(load_id) FROM meta.load WHERE kind = $kind AND content_hash = $content_hash"
    found: list[tuple[int | None]] = connection.execute(
        sql, {"kind": _KIND, "content_hash": content_hash}
    ).fetchall()
    return found[0][0]


def _refuse_synthetic(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> None:
    if connection.execute("SELECT load_id FROM meta.load WHERE kind = 'build'").fetchall():
        raise WarehouseError(
            f"{warehouse} holds a synthetic company, and real orders would belie its planted truth; "
            "load them into a warehouse of their own, such as --warehouse orders.duckdb"
        )


def _load(
    connection: duckdb.DuckDBPyConnection,
    load_id: int,
    table: Table,
    *,
    columns: Columns,
    rows: OrderRows,
    began: float,
) -> IngestReport:
    days = rows.orders.select(
        first=pl.col("ordered_at").min().dt.date(), last=pl.col("ordered_at").max().dt.date()
    )
    first, last = days.row(0)
    if first is not None:
        star.extend_calendar(connection, first, last)
    settled = _orders_in_star.settle(connection, rows.orders)
    refused = settled.refused.with_columns(column_name=pl.lit(columns.of.get("order_id")))
    rejected = pl.concat([rows.rejected, refused.select(rows.rejected.columns)]).sort("row")
    star.insert(connection, "quarantine.rejected_row", _quarantine(load_id, table, rejected))
    merged = rows.merged + settled.merged
    seconds = time.perf_counter() - began
    star.record_load(
        connection,
        {
            "load_id": load_id,
            "kind": _KIND,
            "source": table.name,
            "content_hash": table.content_hash,
            "rows_read": table.cells.height,
            "rows_loaded": settled.loaded,
            "rows_merged": merged,
            "rows_quarantined": rejected.height,
            "seconds": seconds,
        },
    )
    counts = rejected["reason"].value_counts().sort(["count", "reason"], descending=[True, False])
    return IngestReport(
        load_id=load_id,
        source=table.name,
        format=table.format,
        columns={str(role): name for role, name in columns.of.items()},
        ignored=columns.ignored,
        rows_read=table.cells.height,
        rows_loaded=settled.loaded,
        rows_replaced=settled.replaced,
        rows_merged=merged,
        rows_quarantined=rejected.height,
        reasons=dict(counts.iter_rows()),
        notes=(*table.notes, *columns.notes, *rows.notes),
        customers_new=settled.customers_new,
        first_order_on=first,
        last_order_on=last,
        seconds=seconds,
        already_loaded=False,
    )


def _quarantine(load_id: int, table: Table, rejected: pl.DataFrame) -> pl.DataFrame:
    return rejected.select(
        load_id=pl.lit(load_id, pl.Int64),
        source=pl.lit(table.name),
        row_number=pl.col("row").cast(pl.Int64) + 1,
        row_text=table.originals_at(rejected["row"]),
        column_name="column_name",
        reason=pl.concat_str("reason", "detail", separator=": ", ignore_nulls=True),
    )


def _nothing_new(table: Table, load_id: int, began: float) -> IngestReport:
    return IngestReport(
        load_id=load_id,
        source=table.name,
        format=table.format,
        rows_read=table.cells.height,
        rows_merged=table.cells.height,
        seconds=time.perf_counter() - began,
        already_loaded=True,
    )


def _nothing_readable(table: Table, columns: Columns, rows: OrderRows) -> str:
    counts = (
        rows.rejected.group_by("reason", "column_name")
        .agg(pl.len().alias("n"), pl.col("row").min())
        .sort("n", "reason", descending=[True, False])
    )
    reasons = "; ".join(
        f"{reason} ({name or 'whole row'}): {n:,}" for reason, name, n, _ in counts.head(3).iter_rows()
    )
    example = table.originals_at(counts["row"].head(1))[0]
    chosen = ", ".join(f"{role} = {name!r}" for role, name in columns.of.items())
    return f"{table.name}: none of its {table.cells.height:,} rows could be read as an order. {reasons}. For example: {example[:_LONGEST_EXAMPLE]!r}. Columns taken: {chosen}; name others if these are wrong"
