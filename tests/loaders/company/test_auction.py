"""Paid media obey an auction: contacts cost money, rates vary as chance does, prices move, and all breakdowns add up."""

import numpy as np
import polars as pl

from martlet.loaders.company import load_preset
from martlet.loaders.warehouse.channels import CHANNELS

from .media_mix import days

PRESET = load_preset("ecommerce")
NAMES = {channel.key: channel.name for channel in CHANNELS}
KEYS = {name: key for key, name in NAMES.items()}


def test_no_click_is_free_and_none_is_bought_where_nothing_is_spent(large):
    spend = large["fact_ad_spend"]
    assert spend.filter((pl.col("clicks") > 0) & (pl.col("spend") <= 0)).is_empty()
    assert spend.filter(
        (pl.col("spend") > 0) & (pl.col("impressions") == 0) & (pl.col("platform_conversions") == 0)
    ).is_empty()
    assert (spend["clicks"] <= spend["impressions"]).all()
    kinds = large["dim_campaign"].select("campaign_key", "campaign_type")
    by_region = (
        large["fact_ad_region"].join(kinds, on="campaign_key").filter(pl.col("campaign_type") != "Brand")
    )
    by_region = by_region.with_columns(
        date_key=days(by_region).dt.truncate("1w").dt.strftime("%Y%m%d").cast(pl.Int32)
    )
    met = by_region.join(large["truth.media_week"], on=["date_key", "channel_key", "country", "region"])
    off = met.filter(pl.col("contact_index") == 0)
    # A visit that is moved behind another may begin in the next week.
    assert off["clicks"].sum() <= 0.001 * met["clicks"].sum()
    paused = large["truth.media_week"].group_by("channel_key").agg(off=(pl.col("contact_index") == 0).mean())
    assert paused["off"].is_between(0.4, 0.8).all()


def test_regions_add_up_to_campaigns_and_days(large):
    spend = large["fact_ad_spend"]
    by = ["date_key", "campaign_key", "channel_key"]
    sums = [pl.col("impressions", "clicks", "spend").sum()]
    # Days on which a platform only claims orders, of contacts long before, have no place in it.
    by_day = (
        spend.filter((pl.col("impressions") > 0) | (pl.col("spend") > 0))
        .select(*by, "impressions", "clicks", "spend")
        .sort(by)
    )
    by_region = large["fact_ad_region"].group_by(by).agg(sums).sort(by)
    assert by_day.equals(by_region)


def test_rates_of_clicks_vary_at_least_as_chance_does(large):
    """Of each channel's days with 20 clicks or more, binomial chance alone gives a dispersion of 1."""
    for (key,), mine in large["fact_ad_spend"].filter(pl.col("clicks") >= 20).group_by("channel_key"):
        rates = mine.group_by("campaign_key").agg(pl.col("clicks", "impressions").sum())
        joined = mine.join(rates, on="campaign_key", suffix="_all")
        expected = (joined["impressions"] * joined["clicks_all"] / joined["impressions_all"]).to_numpy()
        dispersion = ((joined["clicks"].to_numpy() - expected) ** 2 / expected).mean()
        assert dispersion > 1.0 - 4 * np.sqrt(2 / mine.height), (NAMES[key], dispersion)


def test_prices_move_and_do_not_follow_spend(large):
    """By week and campaign type; affiliates are paid by sale, and brand search is bought by nobody's plan."""
    kinds = large["dim_campaign"].select("campaign_key", "campaign_type")
    spend = (
        large["fact_ad_spend"]
        .join(kinds, on="campaign_key")
        .with_columns(week=days(large["fact_ad_spend"]).dt.truncate("1w"))
    )
    weeks = spend.group_by("channel_key", "campaign_type", "week").agg(
        pl.col("spend").sum().cast(pl.Float64), pl.col("clicks").sum()
    )
    weeks = weeks.filter(pl.col("clicks") >= 15).with_columns(price=pl.col("spend") / pl.col("clicks"))
    checked = 0
    for (key, kind), mine in weeks.group_by("channel_key", "campaign_type"):
        if NAMES[key] not in ("Paid Search", "Paid Social") or kind == "Brand" or mine.height < 40:
            continue
        spread = mine["price"].std() / mine["price"].mean()
        assert 0.08 < spread < 0.4, (key, kind, spread)
        assert mine["price"].n_unique() > 0.9 * mine.height
        assert abs(np.corrcoef(mine["price"], mine["spend"])[0, 1]) < 0.55, (key, kind)
        checked += 1
    assert checked >= 4


def test_affiliates_take_a_share_of_what_they_claim(large):
    """What contacts cost is on the touchpoints; the rest of the spend is the commission, to the cent of each order."""
    ads = large["fact_ad_spend"].filter(pl.col("channel_key") == KEYS["Affiliates"])
    (mix,) = (mix for mix in PRESET.channels if mix.name == "Affiliates")
    cost = large["fact_touchpoint"].filter(pl.col("channel_key") == KEYS["Affiliates"])
    cost = cost.group_by("date_key", "campaign_key").agg(cost=pl.col("cost").sum().cast(pl.Float64))
    joined = ads.join(cost, on=["date_key", "campaign_key"], how="left").fill_null(0)
    commission = joined["spend"].cast(pl.Float64) - joined["cost"]
    claimed = joined["platform_revenue"].cast(pl.Float64) / mix.overclaim
    orders = joined["platform_conversions"].cast(pl.Float64) / mix.overclaim
    assert ((commission - mix.commission * claimed).abs() <= 0.005 * orders + 0.011).all()
    assert commission.sum() > 500
