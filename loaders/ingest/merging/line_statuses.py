"""What lines say of the status of their order, where the order is made from them or follows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.merging.staging import Staged

__all__ = ["set_statuses"]

# Lines that are no sales any more, among others that are, are what came back of the order.
_SAID = """
CREATE OR REPLACE TEMP TABLE said AS
WITH lines AS (
    SELECT
        order_id,
        coalesce(status, 'completed') AS status,
        main.is_sale(coalesce(status, 'completed')) AND coalesce(status, '') <> 'refunded' AS is_kept,
        coalesce(net_revenue, quantity * unit_price - coalesce(discount_amount, 0)) AS net_revenue
    FROM {lines}
    WHERE order_id IN (SELECT order_id FROM {lines} WHERE status IS NOT NULL)
)

SELECT
    order_id,
    CASE
        WHEN count(DISTINCT status) = 1 THEN min(status)
        WHEN bool_and(is_kept) AND bool_or(status = 'partially_refunded') THEN 'partially_refunded'
        WHEN bool_and(is_kept) THEN 'open'
        WHEN bool_or(is_kept) THEN 'partially_refunded'
        WHEN bool_or(status = 'refunded') THEN 'refunded'
        WHEN bool_or(status IN ('pending', 'unknown')) THEN 'pending'
        ELSE 'cancelled'
    END AS status,
    sum(net_revenue) FILTER (WHERE NOT is_kept) AS refund_amount
FROM lines
GROUP BY order_id
"""
_SET = """
UPDATE star.fact_order AS orders
SET status = said.status,
    refund_amount = CASE
        WHEN said.status IN ('refunded', 'cancelled') THEN orders.net_revenue
        WHEN said.status = 'partially_refunded' THEN greatest(orders.refund_amount, least(said.refund_amount, orders.net_revenue), 0)
        ELSE orders.refund_amount
    END
FROM said
WHERE orders.source_id = said.order_id
  AND orders.order_id IN (SELECT order_id FROM following)
  AND NOT (said.status IN ('open', 'completed') AND orders.refund_amount > 0 AND orders.status <> 'cancelled')
"""


def set_statuses(connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Set the status of orders in the table `following` by what the staged lines say of it."""
    if "status" not in staged.fed:
        return
    connection.execute(_SAID.format(lines=staged.all_fields()))
    connection.execute(_SET)
    connection.execute("DROP TABLE said")
