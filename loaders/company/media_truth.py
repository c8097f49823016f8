"""The truth about media: the plan by region and week, how channels answer to it, and the orders that they brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from martlet.loaders.company._clock import dates_of_weeks
from martlet.loaders.company._frames import date_keys, keys
from martlet.loaders.company.campaigns import CHANNEL_KEYS
from martlet.loaders.company.media import carry_over

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.block_totals import BlockTotals
    from martlet.loaders.company.world import World

    Ints = NDArray[np.int64]

__all__ = ["contribution_frame", "response_frame", "week_frame"]


def week_frame(world: World) -> pl.DataFrame:
    """Return the rows of `truth.media_week`: the plan of each channel whose spend has an influence, by region and week."""
    plan = world.media
    first, last = plan.week_of(np.array([world.start_at, world.until_at - 1]))
    week = np.arange(first, last + 1, dtype=np.int64)
    number, region = (
        grid.ravel() for grid in np.meshgrid(week, np.arange(len(plan.regions.names)), indexing="ij")
    )
    frames = []
    for mix in world.preset.channels:
        if mix.half_spend > 0:
            key = CHANNEL_KEYS[mix.name]
            frames.append(
                pl.DataFrame(
                    {
                        "date_key": date_keys(dates_of_weeks(number + plan.first_week)),
                        "channel_key": keys(np.full(number.size, key)),
                        "country": [plan.regions.names[at][0] for at in region.tolist()],
                        "region": [plan.regions.names[at][1] for at in region.tolist()],
                        "spend_index": plan.spend[key, region, number],
                        "price_index": plan.price[key, number],
                        "contact_index": plan.contacts[key, region, number],
                        "response_index": plan.response[key, region, number],
                    }
                )
            )
    return pl.concat(frames) if frames else pl.DataFrame(schema=_WEEK)


_WEEK = {
    "date_key": pl.Int32,
    "channel_key": pl.Int32,
    "country": pl.String,
    "region": pl.String,
    "spend_index": pl.Float64,
    "price_index": pl.Float64,
    "contact_index": pl.Float64,
    "response_index": pl.Float64,
}


def contribution_frame(world: World, totals: BlockTotals) -> pl.DataFrame:
    """Return the rows of `truth.media_contribution`."""
    won = totals.won.sort("week", "channel", "region")
    region = won["region"].to_list()
    return pl.DataFrame(
        {
            "date_key": date_keys(dates_of_weeks(won["week"].to_numpy())),
            "channel_key": keys(won["channel"].to_numpy()),
            "country": pl.Series([world.media.regions.names[at][0] for at in region], dtype=pl.String),
            "region": pl.Series([world.media.regions.names[at][1] for at in region], dtype=pl.String),
            "orders_by_contacts": won["by_contacts"].to_numpy(),
            "orders_at_sign_up": won["at_sign_up"].to_numpy(),
        }
    )


def response_frame(world: World, totals: BlockTotals, spend: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `truth.media_response`: the plan, whose spend is 1 in a mean week, scaled to this company's mean week."""
    plan = world.media
    weeks = (world.until - world.first_day).days / 7
    first, last = plan.week_of(np.array([world.start_at, world.until_at - 1]))
    paid = dict(spend.group_by("channel_key").agg(pl.col("spend").sum().cast(pl.Float64)).iter_rows())
    won = totals.won.group_by("channel").agg(orders=pl.col("by_contacts").sum() + pl.col("at_sign_up").sum())
    orders = dict(won.iter_rows())
    rows = []
    for mix in world.preset.channels:
        if mix.half_spend > 0:
            key = CHANNEL_KEYS[mix.name]
            mean_spend, mean_response = (
                max(float((plan.regions.weight @ values[key, :, first : last + 1]).mean()), 1e-9)
                for values in (plan.spend, plan.response)
            )
            rows.append(
                {
                    "channel_key": key,
                    "adstock": carry_over(mix.lag_days),
                    "saturation": mix.half_spend * paid.get(key, 0.0) / weeks / mean_spend,
                    "coefficient": (1.0 + mix.half_spend) * orders.get(key, 0) / weeks / mean_response,
                    "half_spend_index": mix.half_spend,
                }
            )
    schema = {"channel_key": pl.Int32} | dict.fromkeys(
        ("adstock", "saturation", "coefficient", "half_spend_index"), pl.Float64
    )
    return pl.DataFrame(rows, schema=schema).sort("channel_key")
