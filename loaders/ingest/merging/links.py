"""What facts say of each other, brought together at the end of a load, in whatever order they came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.ingest.entity import entities
from martlet.loaders.ingest.merging.tables import columns_of, count, has_rows

if TYPE_CHECKING:
    import duckdb

__all__ = ["link"]

# An order is of the visit that names it, if it names no other itself.
_CLAIMED = """
UPDATE star.fact_order AS orders
SET session_id = claim.session_id
FROM (
    SELECT awaited.target_source_id, min(visit.session_id) AS session_id
    FROM quarantine.awaited_reference AS awaited
    JOIN star.fact_session AS visit ON visit.source_id = awaited.source_id
    WHERE awaited.relation = 'star.fact_session' AND awaited.column_name = 'order_id'
    GROUP BY awaited.target_source_id
) AS claim
WHERE orders.source_id = claim.target_source_id AND orders.session_id IS NULL
"""
_CLAIMS_DONE = """
DELETE FROM quarantine.awaited_reference
WHERE relation = 'star.fact_session' AND column_name = 'order_id'
  AND target_source_id IN (SELECT source_id FROM star.fact_order WHERE source_id IS NOT NULL)
"""
# A visit with several sales names the first of them.
_CONVERTED = """
CREATE OR REPLACE TEMP TABLE converted AS
SELECT session_id, arg_min(order_id, (ordered_at, order_id)) AS order_id, arg_min(net_revenue, (ordered_at, order_id)) AS revenue
FROM star.fact_order
WHERE session_id IS NOT NULL AND main.is_sale(status)
GROUP BY session_id
"""
_UNCONVERT = """
UPDATE star.fact_session SET is_converted = false, order_id = NULL, revenue = 0
WHERE order_id IS NOT NULL AND session_id NOT IN (SELECT session_id FROM converted)
"""
_CONVERT = """
UPDATE star.fact_session AS visit
SET is_converted = true, order_id = converted.order_id, revenue = converted.revenue, furthest_stage = 'Purchase', is_bounce = false
FROM converted
WHERE visit.session_id = converted.session_id
  AND (visit.order_id IS DISTINCT FROM converted.order_id OR visit.revenue <> converted.revenue)
"""
# What an order does not say of itself is that of its visit.
_ORDERS_FOLLOW = """
UPDATE star.fact_order AS orders
SET {key} = visit.{key}
FROM star.fact_session AS visit
WHERE visit.session_id = orders.session_id AND orders.{key} = 0 AND visit.{key} <> 0
"""
_OF_THE_VISIT = ("channel_key", "campaign_key", "device_key")
# A line is of its order's customer and moment, whatever a later file says of the order.
_LINES_FOLLOW = """
UPDATE star.fact_order_line AS line
SET customer_key = orders.customer_key, ordered_at = orders.ordered_at, date_key = orders.date_key
FROM star.fact_order AS orders
WHERE line.order_id = orders.order_id AND (line.customer_key <> orders.customer_key OR line.ordered_at <> orders.ordered_at)
"""


def link(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill in references that were awaited, link visits and orders, and give contacts the channel of their campaign."""
    if has_rows(connection, "quarantine.awaited_reference"):
        _resolve(connection)
        connection.execute(_CLAIMED)
        connection.execute(_CLAIMS_DONE)
    if has_rows(connection, "star.fact_session"):
        connection.execute(_CONVERTED)
        connection.execute(_UNCONVERT)
        connection.execute(_CONVERT)
        connection.execute("DROP TABLE converted")
        for key in _OF_THE_VISIT:
            connection.execute(_ORDERS_FOLLOW.format(key=key))
    if has_rows(connection, "star.fact_order_line"):
        connection.execute(_LINES_FOLLOW)
    _inherit_channels(connection)


def _resolve(connection: duckdb.DuckDBPyConnection) -> None:
    for entity in entities().values():
        for name, field in entity.fields.items():
            if field.reference is None or name in entity.linked or field.required:
                continue
            target = entities()[field.reference]
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE arrived AS SELECT awaited.source_id, target.{target.id} AS id "
                f"FROM quarantine.awaited_reference AS awaited JOIN {target.table} AS target ON target.source_id = awaited.target_source_id "
                f"WHERE awaited.relation = '{entity.table}' AND awaited.column_name = '{name}'"
            )
            if count(connection, "arrived"):
                connection.execute(
                    f"UPDATE {entity.table} AS fact SET {name} = arrived.id FROM arrived WHERE fact.source_id = arrived.source_id"
                )
                connection.execute(
                    f"DELETE FROM quarantine.awaited_reference WHERE relation = '{entity.table}' AND column_name = '{name}' "
                    "AND source_id IN (SELECT source_id FROM arrived)"
                )
            connection.execute("DROP TABLE arrived")


def _inherit_channels(connection: duckdb.DuckDBPyConnection) -> None:
    """Give facts without a channel that of their campaign, which may have come after them."""
    facts = (entity for entity in entities().values() if not entity.is_dimension)
    for table in dict.fromkeys(table for entity in facts for table in entity.tables):
        names = {column.name for column in columns_of(connection, table)}
        if {"channel_key", "campaign_key"} <= names and has_rows(connection, table):
            connection.execute(
                f"UPDATE {table} AS fact SET channel_key = campaign.channel_key FROM star.dim_campaign AS campaign "
                "WHERE fact.channel_key = 0 AND fact.campaign_key <> 0 AND campaign.campaign_key = fact.campaign_key "
                "AND campaign.channel_key <> 0"
            )
