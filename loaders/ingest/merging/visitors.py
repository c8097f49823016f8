"""Browsers in the bridge, as the facts that name them show: when they were first seen, and who turned out to use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.merging.rows import KeyedRows

__all__ = ["identify_visitors"]

_IDENTIFIED = """
UPDATE star.bridge_visitor AS bridge
SET first_seen_at = least(bridge.first_seen_at, seen.first_seen_at),
    customer_key = CASE WHEN bridge.customer_key = 0 THEN coalesce(seen.customer_key, 0) ELSE bridge.customer_key END,
    identified_at = least(bridge.identified_at, seen.identified_at)
FROM (
    SELECT
        visitor_key,
        min({at}) AS first_seen_at,
        arg_min(customer_key, {at}) FILTER (WHERE customer_key <> 0) AS customer_key,
        min({at}) FILTER (WHERE customer_key <> 0) AS identified_at
    FROM {keyed}
    WHERE visitor_key IS NOT NULL AND {at} IS NOT NULL
    GROUP BY visitor_key
) AS seen
WHERE bridge.visitor_id = seen.visitor_key
"""


def identify_visitors(connection: duckdb.DuckDBPyConnection, keyed: KeyedRows, *, at: str) -> None:
    """Note in the bridge what rows with the moment `at` show of the browsers that they name."""
    has_customer = "customer_key" in keyed.columns
    rows = keyed.table if has_customer else f"(SELECT *, 0 AS customer_key FROM {keyed.table})"
    connection.execute(_IDENTIFIED.format(at=at, keyed=rows))
