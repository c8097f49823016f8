"""Who brought whom: consistent in time, the channel of the sign-up, and better customers by the planted factors."""

import numpy as np
import polars as pl
import pytest

from martlet.loaders.company import load_preset

PRESET = load_preset("ecommerce")
REFERRAL = 9


def test_referrals_are_consistent_in_time(large):
    people = large["dim_customer"]
    referrals = large["fact_referral"].join(people, on="customer_key", suffix="_of_customer")
    referrers = people.select(
        referrer_key="customer_key",
        since="signed_up_at",
        ordered_on="first_ordered_on",
        started_by="acquisition_channel_key",
    )
    both = referrals.join(referrers, on="referrer_key")
    assert both.height == large["fact_referral"].height > 50
    assert (both["since"] < both["referred_at"]).all()
    assert (both["ordered_on"] <= both["referred_at"].dt.date()).all()
    assert (both["signed_up_at"] >= both["referred_at"]).all()
    assert (both["signed_up_at"] == both["signed_up_at_of_customer"]).all()
    assert (both["acquisition_channel_key"] == REFERRAL).all()
    assert (both["referrer_key"] < both["customer_key"]).all()
    rewarded = both.drop_nulls("rewarded_at")
    assert (rewarded["rewarded_at"] >= rewarded["signed_up_at"]).all()
    assert set(rewarded["reward_amount"].cast(pl.Float64)) == {PRESET.referrals.reward}
    assert (both.filter(pl.col("rewarded_at").is_null())["reward_amount"] == 0).all()


def test_each_referrer_has_one_code_and_some_bring_several(large):
    by_referrer = large["fact_referral"].group_by("referrer_key").agg(pl.col("code").n_unique(), pl.len())
    assert (by_referrer["code"] == 1).all()
    assert large["fact_referral"]["code"].n_unique() == by_referrer.height
    assert by_referrer["len"].max() > 1
    assert large["fact_referral"]["code"].str.contains("^[A-Z2-9]{6}$").all()


def test_most_of_those_whom_a_referral_brought_were_invited(large):
    people = large["dim_customer"].filter(
        (pl.col("acquisition_channel_key") == REFERRAL) & (pl.col("signed_up_at") > pl.datetime(2024, 3, 1))
    )
    invited = people.join(large["fact_referral"], on="customer_key").height
    # A few ask in vain whom they know; no more than one in a hundred.
    spread = np.sqrt(PRESET.referrals.share * (1 - PRESET.referrals.share) / people.height)
    assert -4 * spread - 0.01 < invited / people.height - PRESET.referrals.share < 4 * spread


def test_the_truth_has_the_planted_factors_in_it(large):
    factors = dict(large["truth.referral_effect"].iter_rows())
    assert factors == {"purchase rate": PRESET.referrals.rate, "dropout": PRESET.referrals.dropout}


@pytest.mark.slow
def test_invited_customers_buy_more_often_by_the_planted_factor(tables_of):
    """Means of what the truth says of many, with bounds of four standard errors: gamma rates and beta chances are heavy-tailed.

    A channel that brings all customers, half of them invited, gives enough of them.
    """
    from martlet.loaders.company import Company  # noqa: PLC0415

    many = {f"channels.{mix.name}.acquisition": 0.0 for mix in PRESET.channels if mix.name != "Referral"}
    tables = tables_of(Company(customers=6000, days=400, seed=3, set=many | {"referrals.share": 0.5}))
    truth = tables["truth.customer"].join(tables["dim_customer"], on="customer_key")
    truth = truth.filter(pl.col("signed_up_at") > pl.datetime(2024, 12, 15)).join(
        tables["fact_referral"].select("customer_key", invited=pl.lit(value=True)),
        on="customer_key",
        how="left",
    )
    invited, others = truth.filter("invited"), truth.filter(pl.col("invited").is_null())
    for column, factor in (
        ("purchase_rate", PRESET.referrals.rate),
        ("dropout_probability", PRESET.referrals.dropout),
    ):
        one, other = invited[column].to_numpy(), others[column].to_numpy()
        ratio = one.mean() / other.mean()
        error = ratio * np.sqrt(
            one.var() / one.size / one.mean() ** 2 + other.var() / other.size / other.mean() ** 2
        )
        assert abs(ratio - factor) < 4 * error, column
    # An analyst sees it in the orders: those after the sign-up, by customer.
    orders = tables["fact_order"].filter(pl.col("order_id") % 1_000_000 > 0).group_by("customer_key").len()
    means = [
        people.join(orders, on="customer_key", how="left")["len"].fill_null(0).mean()
        for people in (invited, others)
    ]
    assert means[0] > 1.05 * means[1]
