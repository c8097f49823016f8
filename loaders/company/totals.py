"""Rows that sum over all blocks: ad spend and stock; and the truth about channels, prices and pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY, dates_of_weeks
from martlet.loaders.company._draws import normal, poisson
from martlet.loaders.company._frames import date_keys, keys, money
from martlet.loaders.company._ids import TOUCHES
from martlet.loaders.company.baskets import return_probabilities
from martlet.loaders.company.campaigns import CHANNEL_KEYS
from martlet.loaders.company.media import limit_of_response
from martlet.loaders.company.modifiers import modifier_frame
from martlet.loaders.company.orders import BILLION

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.block_totals import BlockTotals
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["ad_spend_frame", "truth_frames"]

_MICROS_PER_CENT: Final = 10_000
_MANY: Final = 30.0


def counts(world: World, name: str, ids: Ints, mean: NDArray[np.floating]) -> Ints:
    """Return Poisson counts of any mean; large ones by the normal approximation."""
    mean = np.asarray(mean, dtype=np.float64)
    small = poisson(world.streams.uniform(f"{name}/small", ids), np.minimum(mean, _MANY), at_most=90)
    large = np.round(mean + np.sqrt(mean) * normal(world.streams, f"{name}/large", ids)).astype(np.int64)
    return np.where(mean < _MANY, small, np.maximum(large, 0))


def ad_spend_frame(world: World, totals: BlockTotals) -> pl.DataFrame:
    """Return the rows of `star.fact_ad_spend`: what the contacts of paid campaigns cost, and what the platforms claim."""
    mixes = {CHANNEL_KEYS[mix.name]: mix for mix in world.preset.channels if mix.platform}
    campaigns = world.campaigns.frame.select("channel_key", campaign=pl.col("campaign_key").cast(pl.Int64))
    ads = totals.ads.join(campaigns, on="campaign").filter(pl.col("channel_key").is_in(list(mixes)))
    ads = ads.fill_null(0).sort("day", "campaign")
    channel = ads["channel_key"].to_numpy().astype(np.int64)
    day, campaign = ads["day"].to_numpy(), ads["campaign"].to_numpy()
    top = max(CHANNEL_KEYS.values()) + 1
    rate, shown, overclaim = np.ones(top), np.ones(top), np.ones(top)
    for key, mix in mixes.items():
        rate[key], shown[key], overclaim[key] = mix.click_through, mix.shown, mix.overclaim
    ids = day * TOUCHES + campaign
    clicks, views = ads["clicks"].to_numpy(), ads["views"].to_numpy()
    # Clicks are known one by one. Of impressions, those of known people stand for several; for most channels none are known.
    unseen = views * (shown[channel] - 1) + clicks * (1 / rate[channel] - 1)
    impressions = clicks + views + counts(world, "ad/impressions", ids, unseen)
    spend = np.round(ads["cost"].to_numpy() / _MICROS_PER_CENT).astype(np.int64)
    claimed = np.round(ads["claims"].to_numpy() * overclaim[channel] * 100).astype(np.int64)
    return pl.DataFrame(
        {
            "date_key": date_keys(day * DAY),
            "campaign_key": keys(campaign),
            "channel_key": keys(channel),
            "platform": [mixes[key].platform for key in channel],
            "impressions": impressions,
            "clicks": clicks,
            "spend": money(spend),
            "leads": ads["leads"].to_numpy(),
            "platform_conversions": money(claimed),
            "platform_revenue": money(
                np.round(ads["revenue"].to_numpy() * overclaim[channel]).astype(np.int64)
            ),
        }
    )


def truth_frames(world: World, totals: BlockTotals) -> list[tuple[str, pl.DataFrame]]:
    """Return the rows of the truth about channels, media, categories and pairs of products."""
    mixes = world.preset.channels
    order = np.array([CHANNEL_KEYS[mix.name] for mix in mixes])
    expected = totals.effects.expected / BILLION
    effects = pl.DataFrame(
        {
            "channel_key": keys(order),
            "orders_per_touch": expected[order] / np.maximum(totals.effects.touches[order], 1),
            "base_orders_per_touch": [mix.effect for mix in mixes],
            "mean_lag_days": [mix.lag_days if mix.effect > 0 else None for mix in mixes],
            "platform_claim_factor": [mix.overclaim if mix.platform else None for mix in mixes],
            "platform_window_days": [mix.claim_days if mix.platform else None for mix in mixes],
        }
    )
    elasticities = pl.DataFrame(
        {
            "category": [category.name for category in world.preset.categories],
            "elasticity": [category.elasticity for category in world.preset.categories],
        }
    )
    returns = elasticities.select(
        "category", return_probability=pl.Series(return_probabilities(world.preset))
    )
    return [
        ("truth.effect_modifier", modifier_frame(world)),
        ("truth.media_week", _week_frame(world)),
        ("truth.channel_effect", effects.sort("channel_key")),
        ("truth.media_response", _media_frame(world, totals)),
        ("truth.price_elasticity", elasticities),
        ("truth.return_probability", returns),
        ("truth.product_affinity", _affinity_frame(world, totals)),
    ]


def _week_frame(world: World) -> pl.DataFrame:
    """Return the rows of `truth.media_week`: the plan of each channel whose spend has an influence, by calendar week."""
    plan = world.media
    first, last = plan.week_of(np.array([world.start_at, world.until_at - 1]))
    week = np.arange(first, last + 1, dtype=np.int64)
    monday = date_keys(dates_of_weeks(week + plan.first_week))
    return pl.concat(
        pl.DataFrame(
            {
                "date_key": monday,
                "channel_key": keys(np.full(week.size, CHANNEL_KEYS[mix.name])),
                "spend_index": plan.spend[CHANNEL_KEYS[mix.name], week],
                "pressure_index": plan.pressure[CHANNEL_KEYS[mix.name], week],
                "response_index": plan.response[CHANNEL_KEYS[mix.name], week],
            }
        )
        for mix in world.preset.channels
        if mix.half_spend > 0
    ).sort("date_key", "channel_key")


def _media_frame(world: World, totals: BlockTotals) -> pl.DataFrame:
    """Scale the plan, whose spend is 1 in a mean week, to this company's mean week."""
    weeks = (world.until - world.first_day).days / 7
    touches = dict(totals.touches.iter_rows())
    spend = dict(ad_spend_frame(world, totals).group_by("channel_key").agg(pl.col("spend").sum()).iter_rows())
    rows = []
    for mix in world.preset.channels:
        if mix.half_spend > 0:
            key = CHANNEL_KEYS[mix.name]
            weekly = float(spend.get(key, 0)) / weeks
            limit = limit_of_response(mix.adstock, mix.half_spend)
            rows.append(
                {
                    "channel_key": key,
                    "adstock": mix.adstock,
                    "saturation": mix.half_spend * weekly,
                    "coefficient": limit * touches.get(key, 0) / weeks,
                    "half_spend_index": mix.half_spend,
                }
            )
    return pl.DataFrame(
        rows,
        schema={
            "channel_key": pl.Int32,
            "adstock": pl.Float64,
            "saturation": pl.Float64,
            "coefficient": pl.Float64,
            "half_spend_index": pl.Float64,
        },
    ).sort("channel_key")


def _affinity_frame(world: World, totals: BlockTotals) -> pl.DataFrame:
    """Return the pairs, with the lift of the second product where the first is in the basket."""
    lines = dict(totals.baskets.iter_rows())
    orders = totals.orders
    chance = world.preset.basket.bundle_probability
    rows = []
    for product, companion in enumerate(world.products.companion):
        usual = lines.get(int(companion), 0) / max(orders, 1)
        if companion >= 0 and usual > 0:
            low, high = sorted((product + 1, int(companion) + 1))
            rows.append(
                {
                    "product_key": low,
                    "other_product_key": high,
                    "affinity": (chance + (1 - chance) * usual) / usual,
                }
            )
    return pl.DataFrame(
        rows, schema={"product_key": pl.Int32, "other_product_key": pl.Int32, "affinity": pl.Float64}
    ).sort("product_key", "other_product_key")
