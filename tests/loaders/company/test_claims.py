"""Platforms claim what they could see, and order values are those of a shop with many prices."""

from datetime import timedelta

import numpy as np
import polars as pl

from martlet.loaders.company import load_preset
from martlet.loaders.warehouse.channels import CHANNELS

PRESET = load_preset("ecommerce")
KEYS = {channel.name: channel.key for channel in CHANNELS}
TOUCHES = 10_000_000
PROSPECTS = 7_000_000  # touches from here on are of unknown browsers, see _ids.py


def test_platforms_claim_the_orders_after_their_contacts_times_their_factor(large):
    """Last contact through the platform's channel within its window, counted anew from the touchpoints."""
    start = large["fact_order"]["ordered_at"].min() + timedelta(days=31)  # earlier contacts are not on record
    on_site = large["fact_order"].filter(pl.col("order_channel") == "web")
    orders = on_site.filter(pl.col("ordered_at") >= start).sort("ordered_at")
    orders = orders.select(
        "order_id", "ordered_at", "net_revenue", person=pl.col("customer_key").cast(pl.Int64)
    )
    touches = large["fact_touchpoint"].filter(
        pl.col("touchpoint_id") % TOUCHES < PROSPECTS, pl.col("campaign_key") > 0
    )
    touches = touches.with_columns(person=pl.col("touchpoint_id") // TOUCHES).sort(
        "touched_at", "touchpoint_id"
    )
    checked = 0
    for mix in PRESET.channels:
        if not mix.platform:
            continue
        contacts = touches.filter(pl.col("channel_key") == KEYS[mix.name]).select(
            "person", "touched_at", "campaign_key"
        )
        seen = orders.join_asof(
            contacts,
            left_on="ordered_at",
            right_on="touched_at",
            by="person",
            tolerance=timedelta(days=mix.claim_days),
            check_sortedness=False,
        ).drop_nulls("campaign_key")
        expected = seen.group_by(
            pl.col("ordered_at").dt.strftime("%Y%m%d").cast(pl.Int32).alias("date_key"), "campaign_key"
        ).agg(n=pl.len(), revenue=pl.col("net_revenue").sum().cast(pl.Float64))
        spend = large["fact_ad_spend"].filter(
            pl.col("channel_key") == KEYS[mix.name], pl.col("date_key") > int(start.strftime("%Y%m%d"))
        )
        claimed = float(spend["platform_conversions"].sum())
        expected = expected.filter(pl.col("date_key") > int(start.strftime("%Y%m%d")))
        assert claimed == round(expected["n"].sum() * mix.overclaim, 2) or abs(
            claimed - expected["n"].sum() * mix.overclaim
        ) <= 0.01 * max(1, spend.height), mix.name
        revenue = float(spend["platform_revenue"].sum())
        assert abs(revenue - expected["revenue"].sum() * mix.overclaim) < 0.01 * spend.height, mix.name
        checked += expected["n"].sum()
    assert checked > 1000


def test_order_values_are_smooth(large):
    """Counts of order values in steps of two, against the mean of their neighbours: best-sellers bought alone make small peaks."""
    values = large["fact_order"]["net_revenue"].cast(pl.Float64).to_numpy()
    counts = np.histogram(values, np.arange(20, 122, 2))[0].astype(float)
    smooth = np.convolve(counts, np.ones(7) / 7, mode="valid")
    inner = counts[3:-3]
    # A value less the mean of seven with itself among them has the variance 6/7 of a Poisson count.
    dispersion = ((inner - smooth) ** 2 / smooth).mean() * 7 / 6
    assert dispersion < 4.0, dispersion
    assert np.unique(values, return_counts=True)[1].max() < 0.015 * values.size
