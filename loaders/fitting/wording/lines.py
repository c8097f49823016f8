"""The subject lines of campaigns in the order of their sending, and their parts: the last quarter tests, the time before it chooses, the rest teaches."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.engine.errors import FitError
from martlet.loaders.fitting._asked import asked

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

__all__ = ["Lines", "read", "split"]

_TEST: Final = 0.25
_VALIDATION: Final = 0.15
# Fewer lines in the smallest part say nothing.
_LEAST: Final = 15


@dataclass(frozen=True)
class Lines:
    """Lines that teach, choose and test, one after the other in time: line, words, campaign_type, sent_at, delivered and opens."""

    training: pl.DataFrame
    validation: pl.DataFrame
    test: pl.DataFrame

    @property
    def tested_from(self) -> datetime:
        """When the first line of the test was sent."""
        first: datetime = self.test["sent_at"][0]
        return first


def read(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return the campaigns with a subject line and a moment, by that moment; opens are those by people where all are known so."""
    sql, bound = asked(connection, "email/campaigns", {})
    found: pl.DataFrame = connection.sql(
        f"""
        WITH campaigns AS ({sql}),
        told AS (SELECT count(*) FILTER (WHERE unique_human_opens IS NULL AND unique_opens IS NOT NULL) = 0 AS by_people FROM campaigns)
        SELECT
            campaigns.subject_line AS line,
            main.line_words(campaigns.subject_line) AS words,
            nullif(campaigns.campaign_type, '(unknown)') AS campaign_type,
            campaigns.sent_at,
            CAST(campaigns.delivered AS DOUBLE) AS delivered,
            CAST(CASE WHEN told.by_people THEN campaigns.unique_human_opens ELSE campaigns.unique_opens END AS DOUBLE) AS opens
        FROM campaigns
        CROSS JOIN told
        WHERE campaigns.subject_line IS NOT NULL AND campaigns.sent_at IS NOT NULL
        ORDER BY campaigns.sent_at, campaigns.campaign_id""",
        params=bound,
    ).pl()
    return found


def split(lines: pl.DataFrame, what: str) -> Lines:
    """Return the lines in three parts by time; those of one moment, such as the versions of a mailing, stay together.

    Raises
    ------
    FitError
        If there are too few, with how many are needed.
    """
    days = lines["sent_at"].unique().sort()
    if len(days) >= 3:  # noqa: PLR2004 (a moment for each part)
        place = max(int(len(days) * (1 - _TEST)), 2)
        before = max(int(len(days) * (1 - _TEST - _VALIDATION)), 1)
        chosen, tested = days[before], days[place]
        parts = [
            lines.filter(pl.col("sent_at") < chosen),
            lines.filter((pl.col("sent_at") >= chosen) & (pl.col("sent_at") < tested)),
            lines.filter(pl.col("sent_at") >= tested),
        ]
        if min(part.height for part in parts) >= _LEAST:
            return Lines(*parts)
    needed = math.ceil(_LEAST / _VALIDATION)
    moments = f"{len(days)} moment{'' if len(days) == 1 else 's'}"
    raise FitError(
        f"there are {lines.height} campaigns with a subject line{what}, sent at {moments}; about {needed}, sent one after the other, are needed: "
        f"the last quarter tests, {_VALIDATION:.0%} before it choose, the rest teaches, and each part takes {_LEAST} at least"
    )
