"""Memberships: paid by the period, kept apart from orders, and left with the planted chances."""

from datetime import timedelta

import polars as pl
import pytest
from scipy import stats

from martlet.loaders.company import load_preset

PRESET = load_preset("ecommerce")
PLANS = {plan.name: plan for plan in PRESET.membership.plans}


@pytest.fixture(scope="module")
def memberships(large):
    return large["fact_subscription"].with_columns(pl.col("status").cast(pl.String))


def test_payments_begin_the_periods(memberships, large):
    payments = large["fact_subscription_payment"].join(memberships, on="subscription_id")
    due = pl.col("started_at") + (pl.col("period_number") - 1) * pl.col("period_days") * timedelta(days=1)
    assert payments.select((pl.col("paid_at") == due).all()).item()
    counts = payments.group_by("subscription_id").agg(pl.len(), pl.col("renewals").first())
    assert (counts["len"] == counts["renewals"] + 1).all()
    assert counts.height == memberships.height > 100
    for name, plan in PLANS.items():
        mine = payments.filter(pl.col("plan") == name)
        assert set(mine["amount"].cast(pl.Float64)) == {plan.price}
        assert set(mine["period_days"]) == {plan.days}


def test_the_status_says_how_it_stands(memberships, large):
    until = large["fact_order"]["ordered_at"].max()
    ended = memberships.filter(pl.col("status") == "ended")
    assert (ended["cancelled_at"] <= ended["ended_at"]).all()
    whole = pl.col("started_at") + (pl.col("renewals") + 1) * pl.col("period_days") * timedelta(days=1)
    assert ended.select((pl.col("ended_at") == whole).all()).item()
    running = memberships.filter(pl.col("status") == "cancelled")
    assert running["ended_at"].null_count() == running.height
    assert running.select((whole >= until).all()).item()
    assert (running["cancelled_at"] >= running["started_at"]).all()
    active = memberships.filter(pl.col("status") == "active")
    assert active["cancelled_at"].null_count() == active.height
    assert set(memberships["status"]) == {"active", "cancelled", "ended"}


def test_only_living_customers_become_members(memberships, large):
    people = memberships.join(large["truth.customer"], on="customer_key").join(
        large["dim_customer"], on="customer_key"
    )
    assert (people["started_at"] >= people["signed_up_at"]).all()
    assert people.filter(pl.col("started_at") > pl.col("churned_at") + timedelta(days=1)).is_empty()
    assert people["customer_key"].is_unique().all()


def test_churn_by_plan_and_period_is_the_planted_one(memberships, large):
    """Life tables by plan: of the periods that are over, the share after which nobody paid again; each by its binomial test."""
    planted = large["truth.subscription_churn"]
    asked = 0
    for plan, since, chance in planted.iter_rows():
        later = planted.filter((pl.col("plan") == plan) & (pl.col("from_period") > since))["from_period"]
        until = later.min() if later.len() else 1_000
        periods = lost = 0
        for renewals, status in (
            memberships.filter(pl.col("plan") == plan).select("renewals", "status").iter_rows()
        ):
            over = renewals + (status == "ended")
            periods += max(0, min(over, until - 1) - since + 1)
            lost += status == "ended" and since <= renewals + 1 < until
        if periods >= 20:
            # A test of 0.0027, three standard errors, by six rows.
            assert stats.binomtest(lost, periods, chance).pvalue > 0.0027 / planted.height, (plan, since)
            asked += 1
    assert asked >= 5


def test_fees_are_in_no_order(large):
    """The sums of orders are those of their lines, so nothing of a membership is in them."""
    lines = large["fact_order_line"]["net_revenue"].sum()
    assert large["fact_order"]["net_revenue"].sum() == lines
    assert large["fact_subscription_payment"]["amount"].sum() > 0
