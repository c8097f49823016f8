"""What advertising cost and how often it was shown: by campaign and day, and by region too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY, weeks
from martlet.loaders.company._draws import counts, normal
from martlet.loaders.company._frames import date_keys, keys, money, texts
from martlet.loaders.company._ids import TOUCHES
from martlet.loaders.company.auction import CENT, shown
from martlet.loaders.company.campaigns import CHANNEL_KEYS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.block_totals import BlockTotals
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["ad_region_frame", "ad_spend_frame"]

_REGIONS: Final = 1000
_TINY: Final = 1e-9


def ad_spend_frame(world: World, totals: BlockTotals) -> pl.DataFrame:
    """Return the rows of `star.fact_ad_spend`: what the contacts of paid campaigns cost, and what the platforms claim."""
    ads = _with_channels(
        world,
        _running(world)
        .drop("region")
        .unique()
        .join(totals.ads, on=["day", "campaign"], how="full", coalesce=True),
    )
    ads = ads.fill_null(0).sort("day", "campaign")
    channel = ads["channel_key"].to_numpy().astype(np.int64)
    day, campaign = ads["day"].to_numpy(), ads["campaign"].to_numpy()
    mixes = {CHANNEL_KEYS[mix.name]: mix for mix in world.preset.channels}
    overclaim = np.array([mixes[key].overclaim for key in channel.tolist()])
    impressions = _impressions(world, ads)
    return pl.DataFrame(
        {
            "date_key": date_keys(day * DAY),
            "campaign_key": keys(campaign),
            "channel_key": keys(channel),
            "platform": [mixes[key].platform for key in channel.tolist()],
            "impressions": impressions,
            "clicks": ads["clicks"].to_numpy(),
            "spend": money(ads["cost"].to_numpy() // CENT),
            "leads": ads["leads"].to_numpy(),
            "platform_conversions": money(
                np.round(ads["claims"].to_numpy() * overclaim * 100).astype(np.int64)
            ),
            "platform_revenue": money(np.round(ads["revenue"].to_numpy() * overclaim).astype(np.int64)),
        }
    ).filter(pl.any_horizontal(pl.exclude("date_key", "campaign_key", "channel_key", "platform") > 0))


def ad_region_frame(world: World, totals: BlockTotals, spend: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `star.fact_ad_region`, which add up to those of `star.fact_ad_spend`, given as `spend`."""
    by = ["day", "campaign"]
    frame = _running(world).join(totals.regions, on=[*by, "region"], how="full", coalesce=True)
    day = spend["date_key"].cast(pl.String).str.to_date("%Y%m%d").cast(pl.Int32).cast(pl.Int64)
    whole = spend.select(day=day, campaign=pl.col("campaign_key").cast(pl.Int64), shown="impressions")
    frame = _with_channels(world, frame).join(whole, on=by, how="left").fill_null(0).sort(*by, "region")
    region = frame["region"].to_numpy()
    ids = (frame["day"].to_numpy() * TOUCHES + frame["campaign"].to_numpy()) * _REGIONS + region
    contacts = frame["clicks"].to_numpy() + frame["views"].to_numpy()
    weight = shown(
        world, "ad/region", ids, contacts, np.where((frame["runs"].to_numpy() > 0) | (contacts > 0), 1.0, 0.0)
    )
    # Whole numbers that add up: what the sums so far come to, rounded, less what the one before came to.
    rest = pl.col("shown") - pl.col("clicks").sum().over(by)
    so_far = (pl.col("weight").cum_sum() / pl.col("weight").sum()).over(by)
    frame = frame.with_columns(weight=pl.Series(weight) + _TINY)
    frame = frame.with_columns(so_far=(so_far * rest).round().cast(pl.Int64))
    frame = frame.with_columns(
        impressions=pl.col("clicks") + pl.col("so_far") - pl.col("so_far").shift(1).over(by).fill_null(0)
    )
    names = world.media.regions.names
    return frame.select(
        pl.Series("date_key", date_keys(frame["day"].to_numpy() * DAY)),
        pl.col("campaign").cast(pl.Int32).alias("campaign_key"),
        "channel_key",
        pl.Series("country", texts(region, [country for country, _ in names])),
        pl.Series("region", texts(region, [name for _, name in names])),
        "impressions",
        "clicks",
        pl.Series("spend", money(frame["cost"].to_numpy() // CENT)),
    ).filter((pl.col("impressions") > 0) | (pl.col("spend") > 0))


def _impressions(world: World, ads: pl.DataFrame) -> Ints:
    """Return how often the ads of campaigns were shown by day, for the contacts on record."""
    channel = ads["channel_key"].to_numpy()
    day, campaign = ads["day"].to_numpy(), ads["campaign"].to_numpy()
    top = max(CHANNEL_KEYS.values()) + 1
    each, by_view = np.ones(top), np.zeros(top, dtype=bool)
    for mix in world.preset.channels:
        key = CHANNEL_KEYS[mix.name]
        by_view[key] = mix.touch_type == "impression"
        each[key] = mix.shown if by_view[key] else 1.0 / mix.click_through - 1.0
    spread = world.preset.media.through_spread
    week = weeks(day * DAY)
    appeal = np.exp(spread * normal(world.streams, "ad/appeal", week * TOUCHES + campaign) - spread**2 / 2)
    clicks = ads["clicks"].to_numpy()
    contacts = np.where(by_view[channel], ads["views"].to_numpy(), clicks)
    ids = day * TOUCHES + campaign
    mean = shown(world, "ad/shown", ids, contacts, each[channel] * appeal)
    mean[(ads["runs"].to_numpy() == 0) & (contacts == 0)] = 0.0
    seen: Ints = np.maximum(counts(world.streams, "ad/impressions", ids, mean), ads["views"].to_numpy())
    seen += clicks
    return seen


def _with_channels(world: World, frame: pl.DataFrame) -> pl.DataFrame:
    """Return rows by campaign with the channel, of campaigns for which a platform reports."""
    platforms = [CHANNEL_KEYS[mix.name] for mix in world.preset.channels if mix.platform]
    campaigns = world.campaigns.frame.select("channel_key", campaign=pl.col("campaign_key").cast(pl.Int64))
    return frame.join(campaigns, on="campaign").filter(pl.col("channel_key").is_in(platforms))


def _running(world: World) -> pl.DataFrame:
    """Return the days of the data on which each campaign runs, by region."""
    media, parts = world.media, []
    at = np.arange(world.start_at, world.until_at, DAY, dtype=np.int64)
    harvested = {(entry.channel, entry.campaign_type) for entry in world.preset.harvest}
    for mix in world.preset.channels:
        if not mix.platform:
            continue
        key = CHANNEL_KEYS[mix.name]
        for slot, kind in enumerate(mix.campaigns, 1):
            # What people click on their way to an order always runs.
            always = (mix.name, kind.type) in harvested
            if kind.weight <= 0 and not always:
                continue
            number, region = np.nonzero((media.contacts[key][:, media.week_of(at)].T > 0) | always)
            campaign = world.campaign_of(key, slot, at[number])
            parts.append(pl.DataFrame({"day": at[number] // DAY, "campaign": campaign, "region": region}))
    empty = pl.DataFrame(schema={"day": pl.Int64, "campaign": pl.Int64, "region": pl.Int64})
    running = pl.concat([empty, *parts]).filter(pl.col("campaign") > 0)
    return running.with_columns(runs=pl.lit(1, dtype=pl.Int64))
