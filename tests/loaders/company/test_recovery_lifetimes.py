"""The models of customer lifetime, fitted by our own maximum likelihood, find what was planted.

Baseline orders only, without seasons and without orders at sign-up: there the models hold exactly. Standard errors come from
the numerical Hessian of the log likelihood.
"""

from datetime import datetime

import numpy as np
import polars as pl
import pytest
from scipy import special, stats

from martlet.loaders.company import Company, load_preset

from .recovery import FLAT, Fit, bg_nbd, changed, gamma_gamma

pytestmark = pytest.mark.slow

UNTIL = datetime(2026, 1, 1)
ALONE = {
    "growth": {"days_before": 0},
    "catalogue": {"price_cut": 0.0},
    "orders": {"first_order_at_sign_up": 0.0},
    "visits": {"prospects": 0.0},
    "basket": {"bundle_probability": 0.0},
}


def _tables(tables_of, path, *changes, seed, customers=12_000):
    preset = changed(path, FLAT, ALONE, *changes)
    company = Company(customers=customers, days=1460, until=UNTIL.date(), seed=seed, preset=preset)
    return tables_of(company, threads=2), load_preset(preset).orders


def _summary(tables):
    """Return each customer's baseline orders, the last one and the age in days, and mean worth."""
    baseline = tables["truth.order_cause"].filter(pl.col("cause") == "baseline").select("order_id")
    orders = tables["fact_order"].join(baseline, on="order_id")
    by_customer = orders.group_by("customer_key").agg(
        x=pl.len(), last=pl.col("ordered_at").max(), worth=pl.col("net_revenue").cast(pl.Float64).mean()
    )
    people = tables["dim_customer"].select("customer_key", "signed_up_at")
    day = 86_400e6
    return (
        people.join(by_customer, on="customer_key", how="left")
        .with_columns(
            x=pl.col("x").fill_null(0),
            recency=((pl.col("last") - pl.col("signed_up_at")).dt.total_microseconds() / day).fill_null(0.0),
            age=(pl.lit(UNTIL) - pl.col("signed_up_at")).dt.total_microseconds() / day,
        )
        .sort("customer_key")
    )


@pytest.fixture(scope="module")
def alone(tables_of, tmp_path_factory):
    return _tables(tables_of, tmp_path_factory.mktemp("preset") / "flat.toml", seed=31)


def test_bg_nbd_finds_its_parameters(alone):
    tables, orders = alone
    frame = _summary(tables)
    likelihood = bg_nbd(*(frame[name].to_numpy().astype(float) for name in ("x", "recency", "age")))
    fit = Fit(likelihood, "r alpha a b", [1.0, 300.0, 1.0, 1.0])
    planted = [orders.rate_shape, orders.rate_scale, orders.dropout_a, orders.dropout_b]
    assert np.abs(fit.scores(planted)).max() < 3, fit.says(planted)
    assert stats.chi2.sf(fit.wald(planted), 4) > 0.001, fit.says(planted)
    # The data say something: each of the four is known within a factor of two.
    assert fit.errors.max() < np.log(2), fit.says(planted)


def test_bg_nbd_finds_other_parameters_too(tables_of, tmp_path):
    """Keen customers who leave soon, so that the fit can't have been right by the habits of one preset."""
    numbers = {"rate_shape": 1.4, "rate_scale": 180.0, "dropout_a": 1.6, "dropout_b": 2.2}
    tables, _ = _tables(tables_of, tmp_path / "keen.toml", {"orders": numbers}, seed=32, customers=6000)
    frame = _summary(tables)
    likelihood = bg_nbd(*(frame[name].to_numpy().astype(float) for name in ("x", "recency", "age")))
    fit = Fit(likelihood, "r alpha a b", [1.0, 300.0, 1.0, 1.0])
    planted = list(numbers.values())
    assert np.abs(fit.scores(planted)).max() < 3, fit.says(planted)


def test_gamma_gamma_finds_its_parameters(tables_of, tmp_path):
    """With a price list fine enough that baskets can be worth what they should be."""
    names = [category.name for category in load_preset("ecommerce").categories]
    fine = {"categories": {name: {"products": 600, "low": 1.0, "high": 1500.0} for name in names}}
    tables, orders = _tables(
        tables_of, tmp_path / "fine.toml", fine, {"basket": {"second_unit": 0.0}}, seed=33
    )
    buyers = _summary(tables).filter(pl.col("x") > 0)
    likelihood = gamma_gamma(buyers["x"].to_numpy().astype(float), buyers["worth"].to_numpy())
    fit = Fit(likelihood, "p q v", [2.0, 2.0, 20.0])
    planted = [orders.spend_shape, orders.spend_spread, orders.spend_scale]
    assert np.abs(fit.scores(planted)).max() < 3, fit.says(planted)
    assert stats.chi2.sf(fit.wald(planted), 3) > 0.001, fit.says(planted)


def test_the_shops_own_prices_keep_gamma_gamma_within_a_tenth(alone):
    """A basket is made of products at their prices, so that a fit is a little off: by less than a tenth in p and q."""
    tables, orders = alone
    buyers = _summary(tables).filter(pl.col("x") > 0)
    likelihood = gamma_gamma(buyers["x"].to_numpy().astype(float), buyers["worth"].to_numpy())
    fit = Fit(likelihood, "p q v", [2.0, 2.0, 20.0])
    planted = [orders.spend_shape, orders.spend_spread, orders.spend_scale]
    room = np.log(1.1) + 3 * fit.errors
    assert (np.abs(fit.logs - np.log(planted)) < room).all(), fit.says(planted)
    expected = orders.spend_shape * orders.spend_scale / (orders.spend_spread - 1)
    p, q, v = np.exp(fit.logs)
    assert p * v / (q - 1) == pytest.approx(expected, rel=0.03)


def test_mean_spend_is_inverse_gamma(alone):
    """p / nu with nu ~ gamma(q, v): Fader and Hardie (2013)."""
    tables, orders = alone
    spend = tables["truth.customer"]["mean_spend"].cast(pl.Float64).to_numpy()
    planted = stats.invgamma(orders.spend_spread, scale=orders.spend_shape * orders.spend_scale)
    result = stats.kstest(spend, planted.cdf)
    assert result.pvalue > 0.001, result


def test_purchase_rates_are_gamma_and_dropouts_beta(alone):
    tables, orders = alone
    truth = tables["truth.customer"]
    rate = stats.kstest(
        truth["purchase_rate"].to_numpy(), stats.gamma(orders.rate_shape, scale=1 / orders.rate_scale).cdf
    )
    dropout = stats.kstest(
        truth["dropout_probability"].to_numpy(), stats.beta(orders.dropout_a, orders.dropout_b).cdf
    )
    assert rate.pvalue > 0.001, rate
    assert dropout.pvalue > 0.001, dropout
    independent = stats.spearmanr(truth["purchase_rate"].to_numpy(), truth["mean_spend"].to_numpy())
    assert independent.pvalue > 0.001, independent


def test_orders_of_the_best_tenth_are_worth_as_much_more_as_planted(alone):
    """E[M | best tenth] / E[M] of an inverse gamma mean M is P(gamma(q - 1) < g) / 0.1, with g the tenth of gamma(q)."""
    tables, orders = alone
    q = orders.spend_spread
    expected = special.gammainc(q - 1, special.gammaincinv(q, 0.1)) / 0.1
    baseline = tables["truth.order_cause"].filter(pl.col("cause") == "baseline").select("order_id")
    joined = (
        tables["fact_order"].join(baseline, on="order_id").join(tables["truth.customer"], on="customer_key")
    )
    best = tables["truth.customer"]["mean_spend"].quantile(0.9)
    joined = joined.with_columns(
        worth=pl.col("net_revenue").cast(pl.Float64), best=pl.col("mean_spend").cast(pl.Float64) >= best
    )
    of_best, of_all = joined.filter("best")["worth"], joined["worth"]
    found = of_best.mean() / of_all.mean()
    # Orders of one customer go together, so the error is counted by customer.
    means = joined.filter("best").group_by("customer_key").agg(pl.col("worth").sum(), n=pl.len())
    off = (means["worth"] - of_best.mean() * means["n"]).to_numpy()
    error = np.sqrt((off**2).sum()) / means["n"].sum() / of_all.mean()
    assert abs(found - expected) < 4 * error, (found, expected, error)


def test_orders_vary_as_a_mixture_and_not_as_chance(alone):
    """Poisson counts of customers who sign up together have a variance-to-mean ratio of 1; a mixture lies well above."""
    frame = _summary(alone[0])
    oldest = frame.filter(pl.col("age") > frame["age"].quantile(0.8))["x"]
    ratio = oldest.var() / oldest.mean()
    assert ratio > 1.4, ratio


def test_no_two_customers_share_an_email(large, alone):
    for tables in (large, alone[0]):
        emails = tables["dim_customer"]["email"].drop_nulls().str.to_lowercase()
        assert emails.n_unique() == emails.len()
