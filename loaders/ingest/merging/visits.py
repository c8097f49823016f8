"""Visits as their events show them.

A visit of which nobody tells but its events is made from them, and any visit shows at least what its events show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.ingest.entity import entity
from martlet.loaders.ingest.merging.facts import merge_facts
from martlet.loaders.ingest.merging.hook import Hook
from martlet.loaders.ingest.merging.staging import Staged
from martlet.loaders.ingest.merging.tables import count

if TYPE_CHECKING:
    from martlet.loaders.ingest.merging.outcome import Outcome
    from martlet.loaders.ingest.merging.rows import KeyedRows

__all__ = ["EventVisits"]

# Events that were sent together have one moment. They are set microseconds apart in the order in which they were done: that of
# the source where it tells, whatever was done, else that of the funnel. A moment without a time of day is only a day, and stays.
_ORDERED = """
CREATE OR REPLACE TEMP TABLE ordered_events AS
WITH staged AS (
    SELECT
        row,
        part,
        coalesce(session_id, visitor_id, customer_id) AS whose,
        occurred_at,
        TRY_CAST(string_split(position, ' ') AS BIGINT[]) AS position,
        TRY_CAST(({stage}) AS star.funnel_stage) AS stage
    FROM {events}
),

together AS (
    SELECT whose, occurred_at, coalesce(min(position) <> max(position), false) AS is_numbered
    FROM staged
    WHERE position IS NOT NULL OR (stage IS NOT NULL AND occurred_at <> date_trunc('day', occurred_at))
    GROUP BY whose, occurred_at
    HAVING min(stage) <> max(stage) OR min(position) <> max(position)
)

SELECT
    staged.row,
    staged.part,
    dense_rank() OVER (PARTITION BY whose, occurred_at ORDER BY staged.position, staged.stage NULLS FIRST) - 1 AS place
FROM staged
INNER JOIN together USING (whose, occurred_at)
WHERE staged.stage IS NOT NULL OR (together.is_numbered AND staged.position IS NOT NULL)
"""
_SET_APART = """
UPDATE {events} AS staged SET occurred_at = occurred_at + to_microseconds(ordered_events.place)
FROM ordered_events WHERE ordered_events.row = staged.row AND ordered_events.part = staged.part AND ordered_events.place > 0
"""

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

# What Google Analytics 4 sends of its own accord: nobody did it, and a visit of one page is still a bounce with it.
_OF_ITSELF = "'session_start', 'first_visit', 'user_engagement'"
_SHOWN = f"""
UPDATE star.fact_session AS visit
SET started_at = least(visit.started_at, shown.first_at),
    date_key = year(least(visit.started_at, shown.first_at)) * 10000 + month(least(visit.started_at, shown.first_at)) * 100
        + day(least(visit.started_at, shown.first_at)),
    page_views = greatest(visit.page_views, shown.page_views),
    duration_seconds = greatest(visit.duration_seconds, shown.seconds),
    is_bounce = CASE
        WHEN shown.acts > 1 THEN false
        WHEN shown.acts = 1 AND shown.page_views = 1 AND visit.page_views <= 1 AND NOT visit.is_converted THEN true
        ELSE visit.is_bounce
    END,
    furthest_stage = greatest(visit.furthest_stage, coalesce(shown.furthest_stage, visit.furthest_stage))
FROM (
    SELECT
        session_id,
        min(occurred_at) AS first_at,
        count(*) FILTER (WHERE event_name IN ('page_view', 'product_view')) AS page_views,
        count(*) FILTER (WHERE source_event IS NULL OR source_event NOT IN ({_OF_ITSELF})) AS acts,
        CAST(date_diff('second', min(occurred_at), max(occurred_at)) AS INTEGER) AS seconds,
        max(funnel_stage) AS furthest_stage
    FROM star.fact_event
    WHERE session_id IN (SELECT session_id__key FROM {{events}})
    GROUP BY session_id
) AS shown
WHERE visit.session_id = shown.session_id
"""


class EventVisits(Hook):
    """Before events come, they are ordered, and the visits that only they tell of are made; afterwards any visit shows what its events show."""

    def before(self) -> None:
        """Make the visits."""
        connection, staged = self.load.connection, self.staged
        stage = staged.entity.columns["funnel_stage"]
        connection.execute(_ORDERED.format(events=staged.all_fields(), stage=stage))
        connection.execute(_SET_APART.format(events=staged.name))
        connection.execute("DROP TABLE ordered_events")
        if "session_id" not in staged.fed:
            return
        connection.execute(_MADE.format(events=staged.all_fields()))
        visits = Staged(entity("sessions"), "staged_made_sessions", _FED, is_main=False)
        if count(connection, visits.name):
            outcome, keyed = merge_facts(connection, visits, self.load.as_of)
            keyed.drop(connection)
            self.load.result.note_other("sessions", visits.entity.table, outcome)
        visits.drop(connection)

    def after(self, outcome: Outcome, keyed: KeyedRows) -> None:  # noqa: ARG002  (a hook's signature)
        """Let the visits of the events begin no later, and reach no less far, than the events show."""
        if "session_id" in self.staged.fed:
            self.load.connection.execute(_SHOWN.format(events=keyed.table))
            self.load.result.tables["star.fact_session"] += 1
