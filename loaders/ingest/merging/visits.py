"""Visits and browsers as their events and contacts show them.

A visit of which nobody tells but its events is made from them, and any visit shows at least what its events show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.ingest.entity import entity
from martlet.loaders.ingest.merging.facts import settle_facts
from martlet.loaders.ingest.merging.staging import Staged
from martlet.loaders.ingest.merging.tables import count

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

    from martlet.loaders.ingest.merging.outcome import Outcome

__all__ = ["identify_visitors", "make_visits", "show_events"]

_MADE = """
CREATE OR REPLACE TEMP TABLE staged_made_sessions AS
SELECT
    min(row) AS row,
    0 AS part,
    CAST(0 AS UBIGINT) AS content,
    session_id,
    arg_min(visitor_id, occurred_at) AS visitor_id,
    arg_min(customer_id, occurred_at) AS customer_id,
    min(occurred_at) AS started_at,
    arg_min(page, occurred_at) AS landing_page
FROM {events}
WHERE session_id IS NOT NULL
  AND session_id NOT IN (SELECT source_id FROM star.fact_session WHERE source_id IS NOT NULL)
GROUP BY session_id
"""
_FED = ("session_id", "visitor_id", "customer_id", "started_at", "landing_page")

_SHOWN = """
UPDATE star.fact_session AS visit
SET started_at = least(visit.started_at, shown.first_at),
    date_key = year(least(visit.started_at, shown.first_at)) * 10000 + month(least(visit.started_at, shown.first_at)) * 100
        + day(least(visit.started_at, shown.first_at)),
    page_views = CASE WHEN visit.page_views = 1 THEN greatest(shown.page_views, 1) ELSE visit.page_views END,
    duration_seconds = CASE WHEN visit.duration_seconds = 0 THEN shown.seconds ELSE visit.duration_seconds END,
    furthest_stage = greatest(visit.furthest_stage, coalesce(shown.furthest_stage, visit.furthest_stage))
FROM (
    SELECT
        session_id,
        min(occurred_at) AS first_at,
        count(*) FILTER (WHERE event_name IN ('page_view', 'product_view')) AS page_views,
        CAST(date_diff('second', min(occurred_at), max(occurred_at)) AS INTEGER) AS seconds,
        max(funnel_stage) AS furthest_stage
    FROM star.fact_event
    WHERE session_id IN (SELECT session_id FROM seen)
    GROUP BY session_id
) AS shown
WHERE visit.session_id = shown.session_id
"""

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


def make_visits(connection: duckdb.DuckDBPyConnection, staged: Staged, as_of: datetime) -> Outcome | None:
    """Make the visits that only staged events tell of; return what became of them, None if there were none."""
    if "session_id" not in staged.fed:
        return None
    connection.execute(_MADE.format(events=staged.all_fields()))
    made = None
    if count(connection, "staged_made_sessions"):
        made = settle_facts(
            connection, Staged(entity("sessions"), "staged_made_sessions", _FED, is_main=False), as_of
        )
        identify_visitors(connection, entity_at="started_at", has_customer=True)
    connection.execute("DROP TABLE staged_made_sessions")
    return made


def show_events(connection: duckdb.DuckDBPyConnection) -> None:
    """Let the visits of the events in `keyed` begin no later, and reach no less far, than the events show."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE seen AS SELECT DISTINCT session_id__key AS session_id FROM keyed WHERE session_id__key IS NOT NULL"
    )
    connection.execute(_SHOWN)
    connection.execute("DROP TABLE seen")


def identify_visitors(connection: duckdb.DuckDBPyConnection, *, entity_at: str, has_customer: bool) -> None:
    """Note in the bridge when the browsers in `keyed` were first seen, and who turned out to use them."""
    keyed = "keyed" if has_customer else "(SELECT *, 0 AS customer_key FROM keyed)"
    connection.execute(_IDENTIFIED.format(at=entity_at, keyed=keyed))
