"""A discount of a whole order, shared out among its lines in proportion to what they came to, to the cent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from martlet.loaders.ingest.cleaning.changes import Change

if TYPE_CHECKING:
    import duckdb

__all__ = ["make_up", "share_out"]

# An order whose header says how much less it came to than its lines, by a discount of at least so much.
_SHARED: Final = """
CREATE OR REPLACE TEMP TABLE shared AS
WITH whole AS (
    SELECT
        orders.order_id,
        CAST(round(100 * (sum(line.net_revenue) - orders.net_revenue)) AS BIGINT) AS cents,
        CAST(round(100 * sum(line.net_revenue)) AS BIGINT) AS total
    FROM star.fact_order AS orders
    JOIN star.fact_order_line AS line ON line.order_id = orders.order_id
    WHERE orders.source_id IN (SELECT order_id FROM {lines}) AND orders.net_revenue >= 0
        AND orders.order_id NOT IN (SELECT order_id FROM following)
    GROUP BY orders.order_id, orders.net_revenue, orders.discount_amount
    HAVING sum(line.net_revenue) > orders.net_revenue
        AND sum(line.net_revenue) - orders.net_revenue <= orders.discount_amount + 0.01
),
parts AS (
    SELECT
        line.order_line_id,
        line.order_id,
        whole.cents,
        CAST(whole.cents AS HUGEINT) * CAST(round(100 * line.net_revenue) AS BIGINT) // whole.total AS share,
        CAST(whole.cents AS HUGEINT) * CAST(round(100 * line.net_revenue) AS BIGINT) % whole.total AS rest
    FROM whole
    JOIN star.fact_order_line AS line ON line.order_id = whole.order_id
)
SELECT
    order_line_id,
    order_id,
    -- Cents that whole shares leave over go to the largest remainders.
    CAST((share + CASE WHEN row_number() OVER (PARTITION BY order_id ORDER BY rest DESC, order_line_id)
        <= cents - sum(share) OVER (PARTITION BY order_id) THEN 1 ELSE 0 END) * 0.01 AS DECIMAL(18, 2)) AS discount
FROM parts
"""
_TAKEN: Final = """
UPDATE star.fact_order_line AS line
SET discount_amount = line.discount_amount + shared.discount, net_revenue = line.net_revenue - shared.discount
FROM shared
WHERE shared.order_line_id = line.order_line_id AND shared.discount <> 0
"""


# What rounding leaves between an order and its lines, once their prices are less than what the source wrote.
_ROUNDED: Final = """
CREATE OR REPLACE TEMP TABLE rounded AS
SELECT
    arg_max(line.order_line_id, (line.net_revenue, line.order_line_id)) AS order_line_id,
    orders.net_revenue - sum(line.net_revenue) AS missing
FROM star.fact_order AS orders
JOIN star.fact_order_line AS line ON line.order_id = orders.order_id
WHERE orders.source_id IN (SELECT order_id FROM {lines}) AND orders.order_id NOT IN (SELECT order_id FROM following)
GROUP BY orders.order_id, orders.net_revenue
HAVING missing <> 0 AND abs(missing) <= 0.01 * count(*)
"""
_MADE_UP: Final = """
UPDATE star.fact_order_line AS line
SET net_revenue = line.net_revenue + rounded.missing,
    unit_price = greatest(line.unit_price, ceil((line.net_revenue + rounded.missing) / greatest(line.quantity, 1) * 10000) / 10000)
FROM rounded
WHERE rounded.order_line_id = line.order_line_id
"""
_LEFT: Final = """
UPDATE star.fact_order_line AS line
SET discount_amount = greatest(round(line.quantity * line.unit_price, 2) - line.net_revenue, 0)
FROM rounded
WHERE rounded.order_line_id = line.order_line_id
"""


def make_up(connection: duckdb.DuckDBPyConnection, lines: str) -> None:
    """Give the largest line of an order the cents that rounding left between the order and its lines."""
    connection.execute(_ROUNDED.format(lines=lines))
    connection.execute(_MADE_UP)
    connection.execute(_LEFT)
    connection.execute("DROP TABLE rounded")


def share_out(connection: duckdb.DuckDBPyConnection, lines: str) -> list[Change]:
    """Share discounts out among the lines of the orders that staged `lines` are of."""
    connection.execute(_SHARED.format(lines=lines))
    number = connection.execute("SELECT count(DISTINCT order_id) FROM shared").fetchall()[0][0]
    connection.execute(_TAKEN)
    connection.execute("DROP TABLE shared")
    return (
        [Change("discounts of whole orders, shared out among their lines", "discount_amount", number)]
        if number
        else []
    )
