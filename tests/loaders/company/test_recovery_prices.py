"""Demand answers to price by the planted elasticities, as a log-log regression finds them."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from scipy import stats

from martlet.loaders.company import Company

from .recovery import changed

pytestmark = pytest.mark.slow

UNTIL = date(2026, 1, 1)


@pytest.fixture(scope="module")
def busy(tables_of, tmp_path_factory):
    """Customers who order often, so that promotions sell enough for eight regressions."""
    preset = changed(tmp_path_factory.mktemp("preset") / "busy.toml", {"orders": {"rate_scale": 100.0}})
    return tables_of(Company(customers=10_000, days=1095, until=UNTIL, seed=51, preset=preset), threads=2)


def test_a_log_log_regression_finds_each_categorys_elasticity(busy):
    """Mean units a line on the price paid, by depth of discount, weighted by the inverse variance of the log mean."""
    lines = busy["fact_order_line"].join(
        busy["dim_product"].select("product_key", "category"), on="product_key"
    )
    paid = pl.col("net_revenue").cast(pl.Float64) / (pl.col("unit_price") * pl.col("quantity")).cast(
        pl.Float64
    )
    cells = (
        lines.with_columns(price=paid.round(2))
        .group_by("category", "price")
        .agg(n=pl.len(), units=pl.col("quantity").mean(), spread=pl.col("quantity").var())
        .filter(pl.col("n") > 30)
    )
    elasticities = dict(busy["truth.price_elasticity"].select("category", "elasticity").iter_rows())
    squares, said = 0.0, []
    for category, planted in elasticities.items():
        mine = cells.filter(pl.col("category") == category)
        weight = (mine["n"] * mine["units"] ** 2 / mine["spread"]).to_numpy()
        x, y = np.log(mine["price"].to_numpy()), np.log(mine["units"].to_numpy())
        centre = x - np.average(x, weights=weight)
        slope = (weight * centre * y).sum() / (weight * centre**2).sum()
        error = (weight * centre**2).sum() ** -0.5
        squares += ((slope - planted) / error) ** 2
        said.append(f"{category}: {slope:.2f} +- {error:.2f}, planted {planted}")
        assert abs(slope - planted) < 4 * error, said[-1]
        assert slope < -3 * error, said[-1]
    assert stats.chi2.sf(squares, len(elasticities)) > 0.001, "; ".join(said)


def test_companions_join_baskets_as_often_as_planted(busy):
    """Lift of a pair: its baskets, divided by those of its two products if they were independent."""
    baskets = busy["fact_order_line"].select("order_id", "product_key").unique()
    total = busy["fact_order"].height
    usual = dict(baskets.group_by("product_key").len().iter_rows())
    pairs = busy["truth.product_affinity"]
    both = (
        baskets.join(baskets, on="order_id", suffix="_of_other")
        .join(
            pairs,
            left_on=["product_key", "product_key_of_other"],
            right_on=["product_key", "other_product_key"],
        )
        .height
    )
    independent = sum(usual.get(one, 0) * usual.get(other, 0) / total for one, other, _ in pairs.iter_rows())
    assert both > 3 * independent, (both, independent)
