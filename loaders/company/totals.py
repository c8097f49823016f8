"""Rows that sum over all blocks: ad spend and stock; and the truth about channels, prices and pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY, seconds
from martlet.loaders.company._draws import normal, poisson
from martlet.loaders.company._frames import date_keys, keys, money
from martlet.loaders.company._ids import TOUCHES
from martlet.loaders.company.campaigns import CHANNEL_KEYS
from martlet.loaders.company.media import limit_of_response
from martlet.loaders.company.tallies import MONDAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._world import World
    from martlet.loaders.company.tallies import Tallies

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["ad_spend_frame", "inventory_frame", "truth_frames"]

_MICROS_PER_CENT: Final = 10_000
_MANY: Final = 30.0


def counts(world: World, name: str, ids: Ints, mean: NDArray[np.floating]) -> Ints:
    """Return Poisson counts of any mean; large ones by the normal approximation."""
    mean = np.asarray(mean, dtype=np.float64)
    small = poisson(world.streams.uniform(f"{name}/small", ids), np.minimum(mean, _MANY), at_most=90)
    large = np.round(mean + np.sqrt(mean) * normal(world.streams, f"{name}/large", ids)).astype(np.int64)
    return np.where(mean < _MANY, small, np.maximum(large, 0))


def ad_spend_frame(world: World, tallies: Tallies) -> pl.DataFrame:
    """Return the rows of `star.fact_ad_spend`: what the contacts of paid campaigns cost, and what the platforms claim."""
    mixes = {CHANNEL_KEYS[mix.name]: mix for mix in world.preset.channels if mix.platform}
    campaigns = world.campaigns.frame.select("channel_key", campaign=pl.col("campaign_key").cast(pl.Int64))
    ads = tallies.ads.join(campaigns, on="campaign").filter(pl.col("channel_key").is_in(list(mixes)))
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


def inventory_frame(world: World, tallies: Tallies) -> pl.DataFrame:
    """Return the rows of `star.fact_inventory`, from the first full week to the last.

    Reordered below so many weeks of recent sales, up to so many; sometimes a delivery is late, and brings what was sold
    in the meantime but no more, so that the shelf ends the week empty.
    """
    stock = world.preset.stock
    weeks = _mondays(world)
    products = world.products.price.size
    sold = np.zeros((weeks.size, products), dtype=np.int64)
    back = np.zeros_like(sold)
    units = tallies.units.fill_null(0)
    row = units["week"].to_numpy() - weeks[0]
    sold[row, units["product"].to_numpy()] = units["sold"].to_numpy()
    back[row, units["product"].to_numpy()] = units["restocked"].to_numpy()
    product = np.arange(products, dtype=np.int64)
    on_hand = np.full(products, stock.first_units, dtype=np.int64)
    pace = np.full(products, stock.first_units / stock.cover_weeks)
    received, left = np.zeros_like(sold), np.zeros_like(sold)
    for week in range(weeks.size):
        due = on_hand < pace * stock.reorder_weeks
        late = world.streams.uniform("stock/late", product * TOUCHES + weeks[week]) < stock.shortage
        level = np.ceil(pace * stock.cover_weeks).astype(np.int64)
        wanted = np.where(due & ~late, np.maximum(level - on_hand, 0), 0)
        short = np.maximum(sold[week] - on_hand - back[week] - wanted, 0)
        received[week] = back[week] + wanted + short
        on_hand = on_hand + received[week] - sold[week]
        left[week] = on_hand
        pace = stock.memory * pace + (1 - stock.memory) * sold[week]
    monday = np.repeat((weeks * 7 - MONDAY + 1) * DAY, products)
    return pl.DataFrame(
        {
            "date_key": date_keys(monday),
            "product_key": keys(np.tile(product + 1, weeks.size)),
            "received": keys(received.ravel()),
            "sold": keys(sold.ravel()),
            "on_hand": keys(left.ravel()),
            "is_in_stock": left.ravel() > 0,
        }
    )


def _mondays(world: World) -> Ints:
    """Return the weeks of the data, as weeks from 1970; the first may begin before the data."""
    first = (seconds(world.first_day) // DAY + MONDAY - 1) // 7
    last = (seconds(world.until) // DAY - 1 + MONDAY - 1) // 7
    return np.arange(first, last + 1, dtype=np.int64)


def truth_frames(world: World, tallies: Tallies) -> list[tuple[str, pl.DataFrame]]:
    """Return the rows of `truth.channel_effect`, `media_response`, `price_elasticity` and `product_affinity`."""
    mixes = world.preset.channels
    key = keys(np.array([CHANNEL_KEYS[mix.name] for mix in mixes]))
    effects = pl.DataFrame(
        {
            "channel_key": key,
            "orders_per_touch": [mix.effect for mix in mixes],
            "mean_lag_days": [mix.lag_days if mix.effect > 0 else None for mix in mixes],
        }
    )
    elasticities = pl.DataFrame(
        {
            "category": [category.name for category in world.preset.categories],
            "elasticity": [category.elasticity for category in world.preset.categories],
        }
    )
    return [
        ("truth.channel_effect", effects.sort("channel_key")),
        ("truth.media_response", _media_frame(world, tallies)),
        ("truth.price_elasticity", elasticities),
        ("truth.product_affinity", _affinity_frame(world, tallies)),
    ]


def _media_frame(world: World, tallies: Tallies) -> pl.DataFrame:
    """Scale the plan, whose spend is 1 in a mean week, to this company's mean week."""
    weeks = (world.until - world.first_day).days / 7
    touches = dict(tallies.touches.iter_rows())
    spend = dict(
        ad_spend_frame(world, tallies).group_by("channel_key").agg(pl.col("spend").sum()).iter_rows()
    )
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
                }
            )
    return pl.DataFrame(
        rows,
        schema={
            "channel_key": pl.Int32,
            "adstock": pl.Float64,
            "saturation": pl.Float64,
            "coefficient": pl.Float64,
        },
    ).sort("channel_key")


def _affinity_frame(world: World, tallies: Tallies) -> pl.DataFrame:
    """Return the pairs, with the lift of the second product where the first is in the basket."""
    lines = dict(tallies.baskets.iter_rows())
    orders = tallies.orders
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
