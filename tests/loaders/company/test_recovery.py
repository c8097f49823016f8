"""What was planted can be found again in the rows."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from martlet.loaders.company import Company, load_preset

UNTIL = date(2026, 1, 1)


@pytest.fixture(scope="module")
def baseline(large):
    """Baseline orders after the one at sign-up, which BG/NBD leaves out, beside the customer's operational days.

    Of those who signed up within the data: what older customers bought before is not on record.
    """
    world = Company(customers=6000, days=730, until=UNTIL, seed=11)._world
    people = large["dim_customer"].select("customer_key", "signed_up_at")
    people = people.filter(pl.col("signed_up_at") >= world.first_day)
    start = people["signed_up_at"].dt.epoch("s").to_numpy()
    days = float(world.clock.forward(world.until_at)) - world.clock.forward(start)
    # Order numbers within the customer: 0 at sign-up, 1 to 999 baseline; see _ids.py.
    numbers = large["fact_order"].with_columns(number=pl.col("order_id") % 1_000_000)
    counts = numbers.filter(pl.col("number").is_between(1, 999)).group_by("customer_key").agg(x=pl.len())
    return people.with_columns(days=days).join(counts, on="customer_key", how="left").fill_null(0)


def test_as_many_never_bought_as_bg_nbd_expects(baseline):
    """P(X(t) = 0) = (alpha / (alpha + t))^r (Fader, Hardie and Lee, 2005)."""
    orders = load_preset("ecommerce").orders
    days = baseline["days"].to_numpy()
    expected = (orders.rate_scale / (orders.rate_scale + days)) ** orders.rate_shape
    found = (baseline["x"] == 0).sum()
    assert abs(found - expected.sum()) < 4 * np.sqrt((expected * (1 - expected)).sum())


def test_a_bg_nbd_fit_does_not_reject_the_planted_parameters(baseline, large):
    """The best likelihood that a search finds is no more above the planted one than chance allows."""
    orders = load_preset("ecommerce").orders
    world = Company(customers=6000, days=730, until=UNTIL, seed=11)._world
    numbers = large["fact_order"].filter((pl.col("order_id") % 1_000_000).is_between(1, 999))
    last = numbers.group_by("customer_key").agg(last=pl.col("ordered_at").max())
    frame = baseline.join(last, on="customer_key", how="left")
    start = world.clock.forward(frame["signed_up_at"].dt.epoch("s").to_numpy())
    at = frame["last"].fill_null(frame["signed_up_at"]).dt.epoch("s").to_numpy()
    recency = np.where(frame["x"].to_numpy() > 0, world.clock.forward(at) - start, 0.0)

    def log_gamma(values):
        """Stirling's series, shifted by eight to be exact enough."""
        shifted = values + 8.0
        series = (shifted - 0.5) * np.log(shifted) - shifted + 0.5 * np.log(2 * np.pi) + 1 / (12 * shifted)
        return series - sum(np.log(values + step) for step in range(8))

    def likelihood(r, alpha, a, b):
        x, days = frame["x"].to_numpy().astype(float), frame["days"].to_numpy()
        one = log_gamma(r + x) - log_gamma(np.array([r])) + r * np.log(alpha)
        two = (
            log_gamma(np.array([a + b])) + log_gamma(b + x) - log_gamma(np.array([b])) - log_gamma(a + b + x)
        )
        alive = -(r + x) * np.log(alpha + days)
        gone = np.log(a / (b + np.maximum(x, 1) - 1)) - (r + x) * np.log(alpha + recency)
        return (one + two + np.where(x > 0, np.logaddexp(alive, gone), alive)).sum()

    planted = np.log([orders.rate_shape, orders.rate_scale, orders.dropout_a, orders.dropout_b])
    best, height, step = planted, likelihood(*np.exp(planted)), 0.4
    while step > 0.02:
        moves = [best + step * sign * np.eye(4)[place] for place in range(4) for sign in (-1, 1)]
        moves += [
            best + step * sign * np.array(pair) for pair in ((1, 1, 0, 0), (0, 0, 1, 1)) for sign in (-1, 1)
        ]
        heights = [likelihood(*np.exp(move)) for move in moves]
        if max(heights) > height:
            best, height = moves[int(np.argmax(heights))], max(heights)
        else:
            step /= 2
    ratio = 2 * (height - likelihood(*np.exp(planted)))
    assert ratio < 18.5  # chi-square with four degrees of freedom, p = 0.001
    for place in (0, 1):
        assert likelihood(*np.exp(planted + np.log(2) * np.eye(4)[place])) < height - 10


def test_orders_are_worth_what_the_customer_spends(large):
    """At full price, order values average to the customers' planted means, in every fifth of these; what recommendations add is left out."""
    added = large["fact_order_line"].join(large["truth.recommendation"], on="order_line_id", how="semi")
    added = added.group_by("order_id").agg(added=pl.col("net_revenue").sum())
    orders = (
        large["fact_order"]
        .filter(pl.col("discount_amount") == 0)
        .join(large["truth.customer"], on="customer_key")
        .join(added, on="order_id", how="left")
        .with_columns(net_revenue=pl.col("net_revenue") - pl.col("added").fill_null(0))
    )
    orders = orders.with_columns(
        pl.col("net_revenue", "mean_spend").cast(pl.Float64),
        fifth=pl.col("mean_spend").rank("ordinal") * 5 // (pl.len() + 1),
    )
    # The dearest find no products so dear, and the means of a fifth have an error of 3 %.
    sums = orders.group_by("fifth").agg(pl.col("net_revenue", "mean_spend").mean())
    assert (sums["net_revenue"] / sums["mean_spend"]).is_between(0.9, 1.1).all(), sums


def test_mean_spend_is_gamma_gamma(large):
    """E[mean] = p v / (q - 1)."""
    orders = load_preset("ecommerce").orders
    expected = orders.spend_shape * orders.spend_scale / (orders.spend_spread - 1)
    spend = large["truth.customer"]["mean_spend"].cast(pl.Float64)
    assert spend.mean() == pytest.approx(expected, rel=0.05)


def test_last_touch_before_an_order_is_its_own_visit(large):
    touches = (
        large["fact_touchpoint"]
        .filter(pl.col("customer_key") > 0)
        .select("customer_key", "touched_at", "touchpoint_id")
    )
    orders = large["fact_order"].select("customer_key", "ordered_at", "session_id").sort("ordered_at")
    last = orders.join_asof(
        touches.sort("touched_at"),
        left_on="ordered_at",
        right_on="touched_at",
        by="customer_key",
        check_sortedness=False,
    )
    assert (last["touchpoint_id"] == last["session_id"]).mean() > 0.998
