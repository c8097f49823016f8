"""What touches cause: as many orders as planted, at the lags planted, and as a randomised hold-out measures it."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy import stats

from martlet.loaders.company import Company, _ids
from martlet.loaders.warehouse.channels import CHANNELS

from .recovery import FLAT, changed

pytestmark = pytest.mark.slow

UNTIL = date(2026, 1, 1)
NAMES = {channel.key: channel.name for channel in CHANNELS}
LONGEST = timedelta(days=60)  # ten times the longest mean lag: no order is cut off


def _counted(tables):
    """Return touches that may cause orders, all of whose orders lie in the data; see truth.channel_effect."""
    customers = tables["truth.customer"].select("customer_key", "churned_at")
    people = tables["dim_customer"].select("customer_key", "signed_up_at")
    touches = tables["fact_touchpoint"].join(customers, on="customer_key").join(people, on="customer_key")
    place = pl.col("touchpoint_id") % _ids.TOUCHES
    holding = tables["fact_session"].filter("is_converted").select(touchpoint_id="session_id")
    return touches.join(holding, on="touchpoint_id", how="anti").filter(
        place < _ids.HARVEST,  # harvest follows from an order, and causes none
        pl.col("touch_type") != "email_click",  # of an email, the open counts
        pl.col("touched_at") >= pl.col("signed_up_at"),
        pl.col("churned_at").is_null() | (pl.col("touched_at") < pl.col("churned_at")),
        pl.col("touched_at") < pl.lit(UNTIL).cast(pl.Datetime) - LONGEST,
    )


@pytest.fixture(scope="module")
def flat(tables_of, tmp_path_factory):
    preset = changed(tmp_path_factory.mktemp("preset") / "flat.toml", FLAT, {"experiments": []})
    return tables_of(Company(customers=6000, days=900, until=UNTIL, seed=41, preset=preset), threads=2)


def test_each_channel_causes_its_planted_orders_per_touch(flat):
    """Counts are Poisson: exact two-sided probability above 1 in 1,000 for each channel and for their sum of squares."""
    touches = _counted(flat)
    caused = flat["truth.order_cause"].join(touches.select("touchpoint_id"), on="touchpoint_id")
    found = dict(caused.group_by("channel_key").len().iter_rows())
    shown = dict(touches.group_by("channel_key").len().iter_rows())
    squares, said = 0.0, []
    for key, effect in flat["truth.channel_effect"].select("channel_key", "orders_per_touch").iter_rows():
        count, expected = found.get(key, 0), shown.get(key, 0) * effect
        said.append(f"{NAMES[key]}: {count} orders of {shown.get(key, 0)} touches, {expected:.1f} planned")
        if effect == 0:
            assert count == 0, said[-1]
            continue
        chance = 2 * min(stats.poisson.cdf(count, expected), stats.poisson.sf(count - 1, expected))
        assert chance > 0.001, said[-1]
        squares += (count - expected) ** 2 / expected
    channels = sum(effect > 0 for effect in flat["truth.channel_effect"]["orders_per_touch"])
    assert stats.chi2.sf(squares, channels) > 0.001, "; ".join(said)


def test_lags_are_exponential_with_the_planted_mean(flat):
    touches = _counted(flat).select("touchpoint_id", "touched_at")
    caused = (
        flat["truth.order_cause"].join(touches, on="touchpoint_id").join(flat["fact_order"], on="order_id")
    )
    caused = caused.with_columns(
        lag=(pl.col("ordered_at") - pl.col("touched_at")).dt.total_seconds() / 86_400.0
    )
    means = dict(flat["truth.channel_effect"].select("channel_key", "mean_lag_days").iter_rows())
    seen = 0
    for (key,), group in caused.group_by("channel_key", maintain_order=True):
        lags = group["lag"].to_numpy()
        result = stats.kstest(lags, stats.expon(scale=means[key]).cdf)
        assert result.pvalue > 0.001, (NAMES[key], lags.mean(), means[key], result)
        seen += lags.size
    assert seen > 500


def test_a_hold_out_measures_what_emails_caused(tables_of, tmp_path):
    """Orders in the fortnight after a mailing, treated less held out, beside those that the truth names."""
    strong = {"channels": {"Email": {"effect": 0.35}}, "experiments": []}
    preset = changed(tmp_path / "strong.toml", FLAT, strong)
    tables = tables_of(Company(customers=6000, days=730, until=UNTIL, seed=43, preset=preset), threads=2)
    window = timedelta(days=14)
    mails = tables["fact_email"].filter(
        pl.col("assigned_at") < pl.lit(UNTIL).cast(pl.Datetime) - window,
        pl.col("is_holdout").any().over("campaign_key"),
    )
    orders = (
        tables["fact_order"]
        .join(tables["truth.order_cause"].rename({"campaign_key": "root_campaign_key"}), on="order_id")
        .select("customer_key", "ordered_at", "root_campaign_key", "cause")
    )
    pairs = (
        mails.select("email_id", "customer_key", "campaign_key", "assigned_at")
        .join(orders, on="customer_key")
        .filter(pl.col("ordered_at").is_between(pl.col("assigned_at"), pl.col("assigned_at") + window))
    )
    by_mail = pairs.group_by("email_id").agg(
        orders=pl.len(), caused=(pl.col("root_campaign_key") == pl.col("campaign_key")).sum()
    )
    mails = mails.join(by_mail, on="email_id", how="left").fill_null(0)
    assert mails.filter("is_holdout")["caused"].sum() == 0
    # Types hold out different shares of different people, so each is measured by itself.
    types = mails.join(tables["dim_campaign"].select("campaign_key", "campaign_type"), on="campaign_key")
    squares, lifts, said = 0.0, [], []
    for (name,), mine in types.group_by("campaign_type", maintain_order=True):
        treated, held = mine.filter(~pl.col("is_holdout")), mine.filter("is_holdout")
        lift = treated["orders"].mean() - held["orders"].mean()
        variance = treated["orders"].var() / treated.height + held["orders"].var() / held.height
        planted = treated["caused"].mean()
        squares += (lift - planted) ** 2 / variance
        lifts.append((treated.height, lift, variance))
        said.append(f"{name}: {lift:.4f} +- {variance**0.5:.4f}, in truth {planted:.4f}")
    assert stats.chi2.sf(squares, len(lifts)) > 0.001, "; ".join(said)
    size, lift, variance = np.array(lifts).T
    pooled = np.average(lift, weights=size)
    assert pooled > 4 * np.sqrt((size**2 * variance).sum()) / size.sum(), "; ".join(said)
    treated = mails.filter(~pl.col("is_holdout"))
    planted = treated["caused"].mean()
    # Opens by people who have not left, times the effect of one on its type of mail, less what falls out of the fortnight.
    by_type = tables["truth.effect_modifier"].filter(pl.col("segment") == "type of mail")
    factors = by_type.select("campaign_type", "factor")
    treated = treated.join(tables["dim_campaign"].select("campaign_key", "campaign_type"), on="campaign_key")
    treated = treated.join(factors, on="campaign_type", how="left").with_columns(
        pl.col("factor").fill_null(1.0)
    )
    treated = treated.join(tables["truth.customer"].select("customer_key", "churned_at"), on="customer_key")
    left = (pl.col("churned_at") < pl.col("first_human_opened_at")).fill_null(value=False)
    has_opened = (pl.col("first_human_opened_at").is_not_null() & ~left).cast(pl.Float64)
    opened = treated.select((has_opened * pl.col("factor")).mean()).item()
    assert planted == pytest.approx(opened * 0.35, rel=0.15)
