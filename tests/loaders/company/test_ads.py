"""Ads: varied words, keywords with an intent, rows that add up, and effects as planted."""

from collections import Counter

import numpy as np
import polars as pl
import pytest

FACTORS = {"impressions": "impression_factor", "clicks": "click_factor", "spend": "price_factor"}


def test_details_add_up_to_campaigns_and_days(large):
    by = ["date_key", "campaign_key", "channel_key", "platform"]
    counted = ["impressions", "clicks", "spend", "leads", "platform_conversions", "platform_revenue"]
    detail = large["fact_ad_detail"].group_by(by).agg(pl.col(counted).sum()).sort(by)
    whole = (
        large["fact_ad_spend"]
        .filter(pl.any_horizontal(pl.col("impressions", "spend", "leads", "platform_conversions") > 0))
        .sort(by)
    )
    for name in ("impressions", "clicks", "leads"):
        assert detail[name].equals(whole[name].cast(detail[name].dtype)), name
    for name in ("spend", "platform_conversions", "platform_revenue"):
        assert np.allclose(detail[name].cast(pl.Float64), whole[name].cast(pl.Float64), atol=1e-6), name
    assert (large["fact_ad_detail"]["clicks"] <= large["fact_ad_detail"]["impressions"]).all()


def test_words_are_varied_and_fit(large):
    ads = large["dim_ad"]
    assert ads["ad_id"].is_unique().all()
    for column in ("headline", "body"):
        assert ads[column].value_counts()["count"].max() <= max(5, 0.01 * ads.height), column
    sentences = Counter(sentence for body in ads["body"] for sentence in body.rstrip(".").split(". "))
    assert max(sentences.values()) <= 0.005 * 2 * ads.height
    assert not ads["headline"].str.contains("[{}]").any()
    assert not ads["body"].str.contains("[{}]").any()
    search = ads.filter(pl.col("intent").is_not_null())
    assert set(search["intent"]) == {"informational", "commercial", "transactional", "navigational"}
    assert set(search["match_type"]) == {"Exact", "Phrase", "Broad"}
    assert (search["keyword"] == search["keyword"].str.to_lowercase()).all()
    assert ads.filter(pl.col("intent").is_null())["keyword"].null_count() == ads.height - search.height
    offers = ads.filter(pl.col("angle") == "Offer")["headline"]
    assert offers.str.contains("%").all()
    assert not ads.filter(pl.col("angle") != "Offer")["headline"].str.contains("%").any()


@pytest.mark.parametrize("measure", ["clicks", "spend", "platform_conversions"])
def test_ads_of_a_campaign_differ_by_what_is_planted(large, measure):
    """Rate of two halves of each campaign's ads, the better against the worse by plan: pooled log ratio as planted, within 4 errors.

    The error is that of counts, half as much again, since shares scatter by day beside chance.
    """
    base, factor = {
        "clicks": ("impressions", "click_factor"),
        "spend": ("clicks", "price_factor"),
        "platform_conversions": ("clicks", "order_factor"),
    }[measure]
    sums = (
        large["fact_ad_detail"]
        .group_by("ad_key")
        .agg(
            pl.col("impressions", "clicks").sum().cast(pl.Float64),
            pl.col("spend", "platform_conversions").sum().cast(pl.Float64),
        )
    )
    ads = sums.join(large["truth.ad"], on="ad_key").join(
        large["dim_ad"].select("ad_key", "campaign_key", "intent", "channel_key"), on="ad_key"
    )
    search = ads.filter(pl.col("intent").is_in(["informational", "commercial", "transactional"]))
    better = (pl.col(factor) > pl.col(factor).median()).over("campaign_key")
    halves = (
        search.with_columns(better=better, planned=pl.col(base) * pl.col(factor))
        .group_by("better")
        .agg(
            pl.col(base, measure, "planned", "clicks", "platform_conversions").sum()
            if base != "clicks"
            else pl.col("clicks", measure, "planned", "platform_conversions").sum()
        )
    )
    low, high = (row for row in halves.sort("better").rows(named=True))
    found = np.log(high[measure] / high[base] * low[base] / low[measure])
    planned = np.log(high["planned"] / high[base] * low[base] / low["planned"])
    count = "platform_conversions" if measure == "platform_conversions" else "clicks"
    error = 1.5 * np.sqrt(1 / high[count] + 1 / low[count])
    assert planned > 0.2
    assert abs(found - planned) < 4 * error + 0.05, (found, planned, error)


def test_who_wants_to_buy_clicks_and_orders_more(large):
    """The obvious cross-tab, by intent."""
    ads = large["fact_ad_detail"].join(large["dim_ad"].select("ad_key", "intent"), on="ad_key")
    rows = ads.group_by("intent").agg(
        through=pl.col("clicks").sum() / pl.col("impressions").sum(),
        price=pl.col("spend").sum().cast(pl.Float64) / pl.col("clicks").sum(),
        order=pl.col("platform_conversions").sum().cast(pl.Float64) / pl.col("clicks").sum(),
    )
    by = {row["intent"]: row for row in rows.iter_rows(named=True)}
    for name in ("through", "price", "order"):
        assert by["informational"][name] < by["transactional"][name], name
