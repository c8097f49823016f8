"""The fit of the mix, its draws and its back-test, as one report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.engine.errors import FitError
from martlet.engine.summed import Summed
from martlet.loaders.fitting.mixing.lifts import lifts
from martlet.loaders.fitting.mixing.reading import read
from martlet.loaders.fitting.mixing.words import of_channel, sales_in_words
from martlet.models.mix.backtesting import Backtest, backtest, mape
from martlet.models.mix.checking import apart
from martlet.models.mix.curves import told
from martlet.models.mix.fitting import drawn, fitted
from martlet.models.threads import one_thread

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.fitting.mixing.asked import Asked
    from martlet.loaders.fitting.mixing.lifts import Told as ToldLift
    from martlet.loaders.fitting.mixing.reading import Read
    from martlet.models.mix.checking import Apart
    from martlet.models.mix.curves import Told
    from martlet.models.mix.fitting import Mix

__all__ = ["INTERVAL", "MODEL", "YEAR", "MixReport", "report"]

MODEL: Final = "demand_and_media"
YEAR: Final = 52
INTERVAL: Final = (0.05, 0.95)
# Weeks that the fit of the back-test must have.
_LEAST_KNOWN: Final = 30


@dataclass(frozen=True, repr=False)
class MixReport(Summed):
    """What each channel brought, with intervals of 90 %, how far the data can tell, and what the last weeks say of the model."""

    name: str
    asked: Asked
    read: Read
    mix: Mix
    told: Told
    apart: Apart
    lifts: tuple[ToldLift, ...]
    backtest: Backtest | None

    @property
    def frame(self) -> pl.DataFrame:
        """The channels, one a row, those that brought most first; NULL of those that could not be fitted."""
        panel, total = self.read.panel, self.told.total
        spend = panel.spend.sum(axis=(1, 2))
        low, high = np.quantile(total[1:], INTERVAL, axis=0) if total.shape[1] else (np.zeros(0),) * 2
        places = {place: at for at, place in enumerate(self.read.kept)}
        rows = [
            {
                "channel": channel,
                "spend": float(spend[place]),
                "sales": float(total[0, places[place]]) if place in places else None,
                "low": float(low[places[place]]) if place in places else None,
                "high": float(high[places[place]]) if place in places else None,
                "words": self.words(channel),
            }
            for place, channel in enumerate(panel.channels)
        ]
        schema = {"channel": pl.String, "spend": pl.Float64, "sales": pl.Float64, "low": pl.Float64, "high": pl.Float64, "words": pl.String}  # fmt: skip
        return pl.DataFrame(rows, schema=schema).sort(
            "sales", "channel", descending=[True, False], nulls_last=True
        )

    @property
    def refused(self) -> dict[str, str]:
        """Channels that could not be fitted, and why."""
        return self.read.left_out

    def words(self, channel: str) -> str | None:
        """Return what to know of a channel, None where there is nothing."""
        return of_channel(self, channel)

    @property
    def errors(self) -> tuple[float, float]:
        """Mean absolute error of the back-test, of the model and of the year before; NaN where there is none."""
        if self.backtest is None:
            return float("nan"), float("nan")
        one = self.backtest
        return mape(one.actual, one.predicted), mape(one.actual, one.naive)

    def summary(self) -> str:
        """Return what media brought of all sales, how well the last weeks were foretold, and what is not known."""
        total, all_sales = self.told.total, float(self.read.panel.sales.sum())
        low, high = np.quantile(total[1:].sum(axis=1), INTERVAL)
        weeks, regions = self.read.panel.weeks, self.read.panel.regions
        where = f"{weeks} weeks and {regions} region{'s' if regions > 1 else ''}"
        brought = f"{len(self.read.kept)} channel{'s' if len(self.read.kept) > 1 else ''} brought {total[0].sum():,.0f} ({low:,.0f} to {high:,.0f})"
        lines = [
            f"{self.name}.{MODEL}: of {sales_in_words(all_sales, self.asked.outcome)} in {where}, {brought}"
        ]
        if self.backtest is not None:
            ours, naive = self.errors
            beside = "" if np.isnan(naive) else f"; the weeks of a year before are off by {naive:.1%}"
            lines.append(
                f"the last {self.backtest.actual.size} weeks, foretold by a fit of those before, are off by {ours:.1%}{beside}"
            )
            if ours > naive:
                lines.append(
                    "warning: that is worse than the year before: what it says of demand, and so of media, is doubtful"
                )
        lines += [f"not known: {channel}: {reason}" for channel, reason in self.refused.items()]
        lines += [
            f"warning: {channel}: {words}"
            for channel in self.mix.panel.channels
            if (words := self.words(channel))
        ]
        if not self.mix.has_converged:
            lines.append("warning: the fit still moved when it was ended")
        return "\n".join(lines)


def report(connection: duckdb.DuckDBPyConnection, name: str, asked: Asked, *, seed: int) -> MixReport:
    """Fit a mix on an open warehouse; see `martlet.fit`.

    Raises
    ------
    FitError
        If there are too few weeks, or no channel that could be fitted.
    """
    seen = read(connection, asked)
    if not seen.kept:
        reasons = " ".join(f"{channel}: {reason}" for channel, reason in seen.left_out.items())
        raise FitError(f"there is no channel whose effect could be found. {reasons}")
    panel = seen.panel.of(seen.kept)
    known = lifts(connection, seen, asked)
    told_lifts = [one.lift for one in known]
    with one_thread():
        mix = fitted(panel, told_lifts)
        draws = drawn(mix, told_lifts, draws=asked.draws, seed=seed)
        said, known_apart = told(mix, draws, year=min(YEAR, panel.weeks)), apart(mix)
        held = (
            backtest(panel, told_lifts, weeks=asked.holdout_weeks, draws=asked.draws, seed=seed)
            if panel.weeks - asked.holdout_weeks >= _LEAST_KNOWN
            else None
        )
    return MixReport(
        name=name,
        asked=asked,
        read=seen,
        mix=mix,
        told=said,
        apart=known_apart,
        lifts=tuple(known),
        backtest=held,
    )
