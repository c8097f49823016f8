"""What a class is told about segments shows in the obvious table of two columns, and in a proper comparison."""

from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from scipy import stats

from martlet.loaders.warehouse.channels import CHANNELS

pytestmark = pytest.mark.slow

AGES = ["18-24", "25-34", "35-44", "45-54", "55-64", "65+"]


def _keys(*names):
    return [entry.key for entry in CHANNELS if entry.name in names]


def _of_age(shop, frame):
    return frame.join(
        shop["dim_customer"].select("customer_key", "age_range", "signed_up_at"), on="customer_key"
    )


def _through(shop, table, channel):
    chosen = pl.col("channel_key").is_in(_keys(channel)) & (pl.col("customer_key") > 0)
    return _of_age(shop, shop[table].filter(chosen))


def _trend(frame, hit):
    """Return the shares of hits by age, and the standard errors by which they rise with it (Cochran and Armitage)."""
    table = frame.group_by("age_range").agg(hits=hit.sum(), rows=pl.len())
    found = {age: (hits, rows) for age, hits, rows in table.iter_rows()}
    hits, rows = np.array([found[age] for age in AGES], dtype=float).T
    score, mean = np.arange(len(AGES)), hits.sum() / rows.sum()
    centred = score - (rows * score).sum() / rows.sum()
    rise = (hits * centred).sum() / np.sqrt(mean * (1 - mean) * (rows * centred**2).sum())
    return hits / rows, rise


def test_paid_social_converts_the_young(shop):
    """Of all identified visits, and still more clearly without the visit of the sign-up, where all ages order alike."""
    visits = _through(shop, "fact_session", "Paid Social")
    shares, rise = _trend(visits, pl.col("is_converted"))
    assert rise < -3, shares
    assert shares[:2].mean() > 1.4 * shares[-2:].mean(), shares
    later = visits.filter(pl.col("started_at") > pl.col("signed_up_at") + pl.duration(hours=1))
    shares, rise = _trend(later, pl.col("is_converted"))
    assert rise < -4, shares
    assert shares[:2].mean() > 3 * shares[-2:].mean(), shares


def test_email_brings_orders_of_the_old(shop):
    """Per visit, per thousand mails, and of all orders."""
    shares, rise = _trend(_through(shop, "fact_session", "Email"), pl.col("is_converted"))
    assert rise > 3, shares
    mails = _of_age(shop, shop["fact_email"].drop_nulls("sent_at")).group_by("age_range").len()
    orders = _through(shop, "fact_order", "Email").group_by("age_range").len()
    rates = mails.join(orders, on="age_range").sort("age_range")
    rates = (rates["len_right"] / rates["len"]).to_numpy()
    assert (np.diff(rates) > -0.1 * rates[:-1]).all(), rates
    assert rates[-1] > 2 * rates[0], rates
    shares, rise = _trend(_of_age(shop, shop["fact_order"]), pl.col("channel_key").is_in(_keys("Email")))
    assert rise > 5, shares


def test_the_young_order_through_social_media(shop):
    social = pl.col("channel_key").is_in(_keys("Paid Social", "Organic Social"))
    shares, rise = _trend(_of_age(shop, shop["fact_order"]), social)
    assert rise < -5, shares


def test_higher_tiers_open_more(shop):
    """Of mails; and of customers, each of whom counts once, by rank."""
    mails = (
        shop["fact_email"]
        .drop_nulls("delivered_at")
        .join(shop["dim_customer"].select("customer_key", "loyalty_tier"), on="customer_key")
    )
    opened = pl.col("first_human_opened_at").is_not_null().mean()
    rates = dict(mails.group_by(pl.col("loyalty_tier").cast(pl.String)).agg(opened).iter_rows())
    assert rates["Gold"] > 1.1 * rates["Silver"] > 1.1 * 1.1 * rates["Bronze"], rates
    people = mails.group_by("customer_key", pl.col("loyalty_tier").cast(pl.String)).agg(
        rate=opened, n=pl.len()
    )
    people = people.filter(pl.col("n") > 10)
    by_tier = [
        people.filter(pl.col("loyalty_tier") == tier)["rate"].to_numpy()
        for tier in ("Bronze", "Silver", "Gold")
    ]
    for lower, higher in pairwise(by_tier):
        assert stats.mannwhitneyu(higher, lower, alternative="greater").pvalue < 0.01


def test_who_earns_more_orders_and_visits_more(shop):
    count = shop["fact_order"].group_by("customer_key").agg(orders=pl.len())
    visits = shop["fact_session"].group_by("customer_key").agg(visits=pl.len())
    people = shop["dim_customer"].drop_nulls("income_range").join(count, on="customer_key", how="left")
    people = people.join(visits, on="customer_key", how="left").fill_null(0)
    for column in ("orders", "visits"):
        means = (
            people.group_by("income_range").agg(pl.col(column).mean()).sort("income_range")[column].to_numpy()
        )
        assert means[-1] > 1.3 * means[0], (column, means)
        assert stats.spearmanr(np.arange(means.size), means).statistic > 0.8, (column, means)
        found = stats.spearmanr(people["income_range"].rank(), people[column])
        assert found.statistic > 0.05, (column, found)
        assert found.pvalue < 1e-6, (column, found)


def test_phones_convert_less_and_hold_smaller_baskets(shop):
    """Among all, and within customers who ordered on both, by their own orders."""
    devices = shop["dim_device"].select(
        "device_key", mobile=pl.col("device_type").cast(pl.String) == "mobile"
    )
    visits = shop["fact_session"].join(devices, on="device_key")
    rates = dict(visits.group_by("mobile").agg(pl.col("is_converted").mean()).iter_rows())
    assert 0.35 < rates[True] / rates[False] < 0.75, rates
    orders = shop["fact_order"].join(devices, on="device_key")
    orders = orders.with_columns(worth=pl.col("net_revenue").cast(pl.Float64)).filter(pl.col("worth") > 0)
    means = dict(orders.group_by("mobile").agg(pl.col("worth").mean()).iter_rows())
    assert 0.7 < means[True] / means[False] < 0.92, means
    both = orders.group_by("customer_key").agg(
        phone=pl.col("worth").filter("mobile").log().mean(),
        other=pl.col("worth").filter(~pl.col("mobile")).log().mean(),
    )
    both = both.drop_nulls()
    result = stats.ttest_rel(both["phone"], both["other"])
    assert result.statistic < -5, result
    ratio = np.exp((both["phone"] - both["other"]).mean())
    assert 0.75 < ratio < 0.95, ratio
