"""The weekly panel of a warehouse as arrays, and the channels that cannot be in a model, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.engine.errors import FitError, ParameterError, did_you_mean, shown
from martlet.loaders.fitting._asked import asked as query
from martlet.models.maximising import scipy_or_error
from martlet.models.mix.panel import Panel

if TYPE_CHECKING:
    from datetime import date

    import duckdb

    from martlet.loaders.fitting.mixing.asked import Asked, By

__all__ = ["Read", "read"]

LEAST_WEEKS: Final = 40
OWN_NAME: Final = " / own name"
# Regions beyond these, the ones with the fewest orders, are one.
_MOST_REGIONS: Final = 50
# Of the spend of the ledger, which that by region must reach for regions to be told apart.
_ALL_SPEND: Final = 0.99
_CONTROLS: Final = (
    "holiday_days",
    "promo_days",
    "consumer_confidence",
    "competitor_promotions",
    "rainy_days",
)
# From that share of a channel's charges on, it is paid by the sale.
_BY_SALE: Final = 0.2
# With spend in fewer weeks nothing can be learnt of a channel.
_LEAST_WEEKS_ON: Final = 4
_CHARGES = """
SELECT channel.channel, ad.impressions, ad.clicks, CAST(ad.platform_conversions AS DOUBLE) AS conversions, CAST(ad.spend AS DOUBLE) AS spend
FROM star.fact_ad_spend AS ad
INNER JOIN star.dim_channel AS channel ON channel.channel_key = ad.channel_key
ORDER BY ALL"""


@dataclass(frozen=True)
class Read:
    """A company as the model sees it.

    Attributes
    ----------
    panel
        With all channels.
    weeks
        Mondays.
    regions
        Country and region of each row of the panel.
    left_out
        By channel that cannot be in a model, the reason in a sentence.
    revenue_per_order
        Mean net revenue of an order.
    by
        Whether regions are told apart.
    """

    panel: Panel
    weeks: tuple[date, ...]
    regions: tuple[tuple[str, str], ...]
    left_out: dict[str, str]
    revenue_per_order: float
    by: By

    @property
    def kept(self) -> list[int]:
        """Places of the channels that are in the model."""
        return [place for place, channel in enumerate(self.panel.channels) if channel not in self.left_out]


def read(connection: duckdb.DuckDBPyConnection, asked: Asked) -> Read:
    """Read a company.

    Raises
    ------
    FitError
        If there is no spend, no order, or there are too few weeks of both.
    ParameterError
        If a channel that is to be left out is not there.
    """
    by = asked.by or _by(connection)
    sql, values = query(connection, "mix/panel", {"by": by})
    frame: pl.DataFrame = connection.sql(sql, params=values).pl()
    if frame.is_empty() and by == "region":
        raise FitError(
            "there is no whole week with both spend by region (star.fact_ad_region) and orders on record; ask for by company"
        )
    if frame.is_empty():
        raise FitError(
            "there is no whole week with both spend (star.fact_ad_spend) and orders (star.fact_order) on record, so there is nothing to "
            "learn a marketing mix from"
        )
    weeks = tuple(frame["week_start"].unique().sort().to_list())
    if len(weeks) < LEAST_WEEKS:
        raise FitError(
            f"there are {len(weeks)} whole weeks with both spend and orders on record; at least {LEAST_WEEKS} are needed to tell media from "
            "the course of the year"
        )
    frame = _fewer_regions(frame)
    channels = tuple(frame["channel"].unique().sort().to_list())
    regions = tuple(frame.select("country", "region").unique().sort("country", "region").iter_rows())
    frame = frame.sort("channel", "country", "region", "week_start")
    shape = (len(channels), len(regions), len(weeks))
    orders, revenue, spend = (
        frame[name].cast(pl.Float64).to_numpy().reshape(shape) for name in ("orders", "revenue", "spend")
    )
    if not orders[0].sum():
        raise FitError("there are no orders in the weeks with spend on record")
    odd = [channel for channel in channels if channel.startswith("(")]
    if odd:
        raise FitError(
            f"a channel is called {odd[0]}: names in brackets are those of what is no channel; name it otherwise"
        )
    if asked.outcome == "revenue" and not revenue[0].sum() > 0:
        raise FitError("orders have no net revenue (star.fact_order.net_revenue); fit outcome orders instead")
    panel = Panel(
        np.maximum(revenue[0], 0.0) if asked.outcome == "revenue" else orders[0],
        np.maximum(spend, 0.0),
        _controls(frame, shape),
        np.array([(week.toordinal() - 1) // 7 for week in weeks]),
        channels,
        is_count=asked.outcome == "orders",
    )
    left_out = _left_out(connection, panel, asked.leave_out)
    return Read(panel, weeks, regions, left_out, float(revenue[0].sum() / orders[0].sum()), by)


def _by(connection: duckdb.DuckDBPyConnection) -> By:
    """Return whether the spend by region is all of the spend, and of several regions."""
    sql = """
    SELECT
        coalesce((SELECT sum(spend) FROM star.fact_ad_region), 0) >= $share * coalesce((SELECT sum(spend) FROM star.fact_ad_spend), 0)
        AND (SELECT count(DISTINCT country || '/' || region) FROM star.fact_ad_region) > 1"""
    ((is_told,),) = connection.execute(sql, {"share": _ALL_SPEND}).fetchall()
    return "region" if is_told else "company"


def _fewer_regions(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the panel with the small regions as one, where there are many."""
    sizes = frame.group_by("country", "region").agg(pl.col("orders").sum())
    if sizes.height <= _MOST_REGIONS:
        return frame
    largest = sizes.sort("orders", "country", "region", descending=[True, False, False]).head(
        _MOST_REGIONS - 1
    )
    is_large = pl.struct("country", "region").is_in(largest.select(pl.struct("country", "region")).to_series().implode())  # fmt: skip
    named = frame.with_columns(
        pl.when(is_large).then(pl.col(name)).otherwise(pl.lit("(others)")).alias(name)
        for name in ("country", "region")
    )
    keys = ["week_start", "country", "region", "channel"]
    sums = [pl.col(name).sum() for name in ("spend", "orders", "revenue")]
    return named.group_by(keys).agg(*sums, *(pl.col(name).mean() for name in _CONTROLS))


def _controls(frame: pl.DataFrame, shape: tuple[int, ...]) -> np.ndarray:
    """Return what is known of the regions' weeks; what is missing is the mean, and what nobody knows is left out."""
    found = []
    for name in _CONTROLS:
        column = frame[name].cast(pl.Float64)
        if column.null_count() < column.len():
            found.append(column.fill_null(column.mean()).to_numpy().reshape(shape)[0])
    return np.array(found).reshape(-1, *shape[1:])


def _left_out(
    connection: duckdb.DuckDBPyConnection, panel: Panel, wanted: tuple[str, ...] | None
) -> dict[str, str]:
    """Return the channels that cannot be in a model, with the reason; those that are asked for instead, where any are."""
    spend = panel.spend.sum(axis=1)
    found = {}
    for channel, weekly in zip(panel.channels, spend, strict=True):
        if not weekly.any():
            found[channel] = "Nothing was spent on it in these weeks, so there is nothing to learn from."
        elif (weekly > 0).sum() < _LEAST_WEEKS_ON:
            found[channel] = (
                f"It had spend in {(weekly > 0).sum()} weeks only, which is too few to learn from."
            )
    if wanted is not None:
        for channel in wanted:
            if channel not in panel.channels:
                raise ParameterError(
                    f"leave_out names {shown(channel)}, but the channels with spend are {', '.join(panel.channels)}."
                    f"{did_you_mean(channel, panel.channels)}"
                )
        return found | dict.fromkeys(wanted, "It was asked to be left out, so it is part of demand.")
    by_sale = _by_sale(connection)
    for channel in panel.channels:
        if channel.endswith(OWN_NAME):
            found.setdefault(
                channel,
                "Paid search for the company's own name goes to people who had already decided: its spend follows sales, and does not lead them.",
            )
        elif by_sale.get(channel, 0.0) >= _BY_SALE:
            found.setdefault(
                channel,
                f"It is paid by the sale ({by_sale[channel]:.0%} of what it charges goes with the conversions that it claims): its spend follows "
                "sales, and a model would take that for an effect.",
            )
    return found


def _by_sale(connection: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Return by channel the share of what it charges that goes with conversions beyond clicks and impressions, by non-negative least squares."""
    frame: pl.DataFrame = connection.sql(_CHARGES).pl()
    found = {}
    for (channel,), rows in frame.group_by("channel", maintain_order=True):
        matrix = rows.select("impressions", "clicks", "conversions").cast(pl.Float64).to_numpy()
        spend = rows["spend"].to_numpy()
        if spend.sum() > 0 and matrix[:, 2].any():
            scale = np.maximum(matrix.max(axis=0), 1.0)
            prices = scipy_or_error("optimize").nnls(matrix / scale, spend)[0]
            found[str(channel)] = float(prices[2] * (matrix[:, 2] / scale[2]).sum() / spend.sum())
    return found
