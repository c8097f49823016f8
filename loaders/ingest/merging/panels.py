"""Tables of places and periods, which look like experiments on people and are none."""

from __future__ import annotations

from typing import Final

from martlet.engine.errors import IngestError
from martlet.loaders.ingest.merging.hook import Hook

__all__ = ["Panels"]

# Of people a few meet two arms, by two devices or a late change of the split; the queries leave them out and say how many.
_ALLOWED: Final = 0.05
_COUNTS = """
SELECT
    count(*),
    count(*) FILTER (WHERE arms > 1),
    count(*) FILTER (WHERE arms = 1 AND outcomes > 1),
    max(outcomes)
FROM (
    SELECT
        count(DISTINCT variant) AS arms,
        count(DISTINCT row(observed_at, has_visited, has_converted, "value")) AS outcomes
    FROM {staged}
    WHERE customer_id IS NOT NULL OR visitor_id IS NOT NULL
    GROUP BY experiment, customer_id, visitor_id
) AS units
"""


class Panels(Hook):
    """Refuses outcomes of units that switch between arms, or stand in one row for each period: their rows are not independent.

    A switchback has few units, each of which meets each arm in turn; a geo experiment has places and days. Taken for people,
    both would give intervals that are far too narrow.
    """

    def before(self) -> None:
        """Count the rows of each unit.

        Raises
        ------
        IngestError
            If more than one of twenty units meets several arms, or has several outcomes in one.
        """
        columns = {name for name, *_ in self.load.connection.sql(f"DESCRIBE {self.staged.name}").fetchall()}
        missing = {
            "customer_id",
            "visitor_id",
            "observed_at",
            "has_visited",
            "has_converted",
            "value",
        } - columns
        staged = self.staged.name
        if missing:
            nothing = ", ".join(f'NULL AS "{name}"' for name in sorted(missing))
            staged = f"(SELECT *, {nothing} FROM {staged})"
        ((units, switching, repeated, most),) = self.load.connection.sql(
            _COUNTS.format(staged=staged)
        ).fetchall()
        if units and switching / units > _ALLOWED:
            raise IngestError(
                f"{self.load.source}: {switching} of {units} units stand in several variants, so this is no experiment in which each person has one: "
                "a switchback (or crossover) needs an analysis by period, which Martlet does not have. Nothing was loaded"
            )
        if units and repeated / units > _ALLOWED:
            raise IngestError(
                f"{self.load.source}: {repeated} of {units} units have several outcomes, up to {most}: rows of places or periods, as of a geo experiment, "
                "are not independent, and tests of people would be far too sure of them. Give one row for each person, outcomes added up. Nothing was loaded"
            )
