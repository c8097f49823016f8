"""Orders into an open warehouse: customers recognised, orders given numbers, corrected ones replaced, facts kept in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    import duckdb

__all__ = ["Settled", "settle"]

# A row without a number of its own gets one made of the customer, the moment, the amount and which of such rows it is,
# so that a longer export that holds the row again says the same.
_INCOMING = """
CREATE TEMP TABLE incoming AS
SELECT
    new.*,
    CAST(CAST(new.cents AS DECIMAL(20, 0)) * 0.01 AS DECIMAL(18, 2)) AS amount,
    customer.customer_key
FROM incoming_frame AS new
LEFT JOIN star.dim_customer AS customer ON customer.customer_id = new.customer_id AND customer.customer_key <> 0
"""

_REFUSED = """
SELECT new.row, owner.customer_id AS owner
FROM incoming AS new
JOIN star.fact_order AS old ON old.source_id = new.order_ref
JOIN star.dim_customer AS owner ON owner.customer_key = old.customer_key
WHERE old.customer_key IS DISTINCT FROM new.customer_key
ORDER BY new.row
"""

_NEW_CUSTOMERS = """
CREATE TEMP TABLE new_customer AS
SELECT
    CAST((SELECT coalesce(max(customer_key), 0) FROM star.dim_customer) + row_number() OVER (ORDER BY min(row)) AS INTEGER) AS customer_key,
    customer_id,
    arg_min(first_name, row) AS first_name,
    arg_min(last_name, row) AS last_name,
    arg_min(email, row) AS email
FROM incoming
WHERE customer_key IS NULL
GROUP BY customer_id
"""

_FIRST_VERSIONS = """
INSERT INTO star.dim_customer_history BY NAME
SELECT
    CAST((SELECT coalesce(max(customer_version_key), 0) FROM star.dim_customer_history) + row_number() OVER (ORDER BY customer_key) AS INTEGER)
        AS customer_version_key,
    customer_key
FROM new_customer
"""

_COMPLETE_CUSTOMERS = """
UPDATE star.dim_customer AS customer
SET first_name = coalesce(customer.first_name, known.first_name),
    last_name = coalesce(customer.last_name, known.last_name),
    email = coalesce(customer.email, known.email)
FROM (
    SELECT
        customer_key,
        arg_min(first_name, row) AS first_name,
        arg_min(last_name, row) AS last_name,
        arg_min(email, row) AS email
    FROM incoming
    GROUP BY customer_key
) AS known
WHERE customer.customer_key = known.customer_key
  AND (
    (customer.first_name IS NULL AND known.first_name IS NOT NULL)
    OR (customer.last_name IS NULL AND known.last_name IS NOT NULL)
    OR (customer.email IS NULL AND known.email IS NOT NULL)
  )
"""

_PLACED = """
CREATE TEMP TABLE placed AS
WITH
keyed AS (
    SELECT
        new.* EXCLUDE (customer_key),
        coalesce(new.customer_key, fresh.customer_key) AS customer_key
    FROM incoming AS new
    LEFT JOIN new_customer AS fresh ON fresh.customer_id = new.customer_id
),
identified AS (
    SELECT
        *,
        coalesce(order_ref, concat('~', customer_key, '|', ordered_at, '|', amount, '|', repeat)) AS source_id
    FROM keyed
)
SELECT
    new.row,
    new.customer_key,
    new.ordered_at,
    new.amount,
    new.units,
    new.source_id,
    old.order_id AS old_order_id,
    old.order_id IS NOT NULL
        AND old.ordered_at = new.ordered_at
        AND old.gross_amount = new.amount
        AND old.item_count = new.units AS is_same
FROM identified AS new
LEFT JOIN star.fact_order AS old ON old.source_id = new.source_id
"""

_CHANGED = """
CREATE TEMP TABLE changed AS
SELECT
    coalesce(
        old_order_id,
        (SELECT coalesce(max(order_id), 0) FROM star.fact_order)
            + row_number() OVER (PARTITION BY old_order_id IS NULL ORDER BY row)
    ) AS order_id,
    customer_key,
    ordered_at,
    CAST(strftime(ordered_at, '%Y%m%d') AS INTEGER) AS date_key,
    units AS item_count,
    amount AS gross_amount,
    amount AS net_revenue,
    source_id,
    old_order_id IS NULL AS is_new
FROM placed
WHERE NOT is_same
"""

_REPLACE = """
UPDATE star.fact_order AS old
SET ordered_at = new.ordered_at,
    date_key = new.date_key,
    item_count = new.item_count,
    gross_amount = new.gross_amount,
    net_revenue = new.net_revenue
FROM changed AS new
WHERE old.order_id = new.order_id
"""

_ADD = """
INSERT INTO star.fact_order BY NAME
SELECT
    * EXCLUDE (is_new),
    row_number() OVER (PARTITION BY customer_key ORDER BY ordered_at, order_id) = 1 AS is_first_order
FROM changed
WHERE is_new
ORDER BY customer_key, ordered_at, order_id
"""

# Beside older orders the whole table is written anew: facts lie in order of customer and time, and a customer's first
# order may have changed.
_CLUSTERED = """
CREATE TEMP TABLE clustered AS
SELECT * REPLACE (row_number() OVER (PARTITION BY customer_key ORDER BY ordered_at, order_id) = 1 AS is_first_order)
FROM star.fact_order
"""

_REWRITE = """
INSERT INTO star.fact_order BY NAME
SELECT *
FROM clustered
ORDER BY customer_key, ordered_at, order_id
"""


_COUNTS = """
SELECT
    (SELECT count(*) FROM changed),
    (SELECT count(*) FROM changed WHERE NOT is_new),
    (SELECT count(*) FROM placed WHERE is_same),
    (SELECT count(*) FROM new_customer)
"""


@dataclass(frozen=True)
class Settled:
    """What became of the orders of a file: counts of orders and new customers, and the rows refused, as in `_order_rows`."""

    loaded: int
    replaced: int
    merged: int
    customers_new: int
    refused: pl.DataFrame


def settle(connection: duckdb.DuckDBPyConnection, orders: pl.DataFrame) -> Settled:
    """Write orders, as in `_order_rows.OrderRows.orders`, into the star, whose calendar must hold their days already.

    An order whose number is in the star is merged if it is the same, replaces the old one if it is of the same
    customer, and is refused if it is of another. Customers keep their keys; attributes that were not known are completed.
    """
    connection.register("incoming_frame", orders)
    connection.execute(_INCOMING)
    connection.unregister("incoming_frame")
    refused = connection.sql(_REFUSED).pl()
    if refused.height:
        connection.register("refused_frame", refused)
        connection.execute("DELETE FROM incoming WHERE row IN (SELECT row FROM refused_frame)")
        connection.unregister("refused_frame")
    connection.execute(_COMPLETE_CUSTOMERS)
    connection.execute(_NEW_CUSTOMERS)
    connection.execute(
        "INSERT INTO star.dim_customer BY NAME SELECT * FROM new_customer ORDER BY customer_key"
    )
    connection.execute(_FIRST_VERSIONS)
    connection.execute(_PLACED)
    connection.execute(_CHANGED)
    had_orders = bool(connection.execute("SELECT 1 FROM star.fact_order LIMIT 1").fetchall())
    connection.execute(_REPLACE)
    connection.execute(_ADD)
    if had_orders:
        connection.execute(_CLUSTERED)
        connection.execute("DELETE FROM star.fact_order")
        connection.execute(_REWRITE)
        connection.execute("DROP TABLE clustered")
    loaded, replaced, merged, customers_new = connection.execute(_COUNTS).fetchall()[0]
    for table in ("incoming", "new_customer", "placed", "changed"):
        connection.execute(f"DROP TABLE {table}")
    return Settled(loaded, replaced, merged, customers_new, _as_rejected(refused))


def _as_rejected(refused: pl.DataFrame) -> pl.DataFrame:
    return refused.select(
        pl.col("row").cast(pl.UInt32),
        reason=pl.lit("order number of another customer"),
        detail=pl.format("the warehouse has it as an order of {}", "owner"),
    )
