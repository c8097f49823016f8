"""Reports of advertising: the finer rows are kept, a campaign's day is told once, and prices that can't be are questioned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.ingest.cleaning.changes import Change
from martlet.loaders.ingest.merging.fact_rows import FactRows
from martlet.loaders.ingest.merging.hook import Hook
from martlet.loaders.ingest.merging.report_parts import remember_days
from martlet.loaders.ingest.merging.summing import keep_detail
from martlet.loaders.ingest.merging.tables import columns_of, count

if TYPE_CHECKING:
    from martlet.loaders.ingest.merging.outcome import Outcome
    from martlet.loaders.ingest.merging.rows import KeyedRows

__all__ = ["AdReports"]

# More than a click or a thousand impressions costs in any currency; millionths of one reach it at a cent.
_DEAREST_CLICK = 10_000
_DEAREST_THOUSAND = 1_000_000

# A report without the kind of campaign takes its channel from elsewhere: with it, the same day may come under another.
_ELSEWHERE = """
CREATE OR REPLACE TEMP TABLE elsewhere AS
SELECT old.date_key, old.campaign_key, old.channel_key, old.platform, old.spend
FROM star.fact_ad_spend AS old
WHERE old.campaign_key <> 0
  AND old.platform <> '(unknown)'
  AND EXISTS (
      FROM incoming_days AS new
      WHERE new.date_key = old.date_key AND new.campaign_key = old.campaign_key AND new.platform = old.platform
  )
  AND NOT EXISTS (
      FROM incoming_days AS new
      WHERE new.date_key = old.date_key AND new.campaign_key = old.campaign_key AND new.platform = old.platform
        AND new.channel_key = old.channel_key
  )
"""
_REMOVE = """
DELETE FROM star.fact_ad_spend AS old
WHERE EXISTS (
    FROM elsewhere
    WHERE elsewhere.date_key = old.date_key AND elsewhere.campaign_key = old.campaign_key
      AND elsewhere.channel_key = old.channel_key AND elsewhere.platform = old.platform
)
"""


class AdReports(Hook):
    """After a report's rows are in, its detail follows, and what it says differently takes the place of what was there."""

    def after(self, outcome: Outcome, keyed: KeyedRows) -> None:
        """Keep detail, remove what is told twice, and question the price of a click."""
        outcome.changes += self._moved(keyed)
        outcome.changes += keep_detail(self.load, self.staged, keyed)
        outcome.notes += self._doubtful_prices()

    def _moved(self, keyed: KeyedRows) -> list[Change]:
        """Remove rows of days that this report tells under another channel of the same campaign."""
        connection, staged = self.load.connection, self.staged
        stored = {column.name: column for column in columns_of(connection, staged.entity.table)}
        rows = FactRows(staged, keyed, stored, self.load.as_of).alone()
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE incoming_days AS SELECT date_key, campaign_key, channel_key, platform FROM {rows}"
        )
        remember_days(self.load, "incoming_days", ("date_key", "campaign_key", "channel_key", "platform"))
        connection.execute(_ELSEWHERE)
        moved = count(connection, "elsewhere")
        connection.execute(_REMOVE)
        connection.execute("DROP TABLE elsewhere")
        connection.execute("DROP TABLE incoming_days")
        rule = "replaced: the same campaign and day, told under another channel"
        return [Change(rule, "channel", moved)] if moved else []

    def _doubtful_prices(self) -> list[str]:
        staged = self.staged
        [(spend, clicks, impressions)] = self.load.connection.execute(
            f"SELECT sum(spend), sum(clicks), sum(impressions) FROM {staged.all_fields()}"
        ).fetchall()
        for figure, per, dearest, what in (
            (clicks, 1, _DEAREST_CLICK, "click"),
            (impressions, 1000, _DEAREST_THOUSAND, "thousand impressions"),
        ):
            price = spend * per / figure if spend and figure else 0
            if price >= dearest:
                return [
                    (
                        f"spend comes to {price:,.2f} per {what}, which is hardly possible: if the report counts in millionths or "
                        'cents, name the column so, such as cost_micros, or give it unit = "micros" or "cents" in a profile'
                    )
                ]
        return []
