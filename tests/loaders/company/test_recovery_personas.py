"""Personas show in baskets: by the planted tastes, and so that a cluster analysis finds them."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from scipy import stats
from scipy.cluster.vq import kmeans2

from martlet.loaders.company import Company, load_preset

from .clusters import adjusted_rand
from .recovery import changed

pytestmark = pytest.mark.slow

UNTIL = date(2026, 1, 1)


@pytest.fixture(scope="module")
def shelves(tables_of, tmp_path_factory):
    """Lines by customer's persona and category, of a company whose customers buy often and never by the bundle."""
    often = {
        "orders": {"rate_scale": 40.0, "rate_shape": 2.0, "dropout_a": 0.2},
        "basket": {"bundle_probability": 0.0},
        "visits": {"prospects": 0.0},
        "categories": {category.name: {"season": ""} for category in load_preset("ecommerce").categories},
    }
    preset = changed(tmp_path_factory.mktemp("preset") / "often.toml", often)
    tables = tables_of(Company(customers=1500, days=730, until=UNTIL, seed=81, preset=preset), threads=2)
    return (
        tables["fact_order_line"]
        .join(tables["dim_product"].select("product_key", "category"), on="product_key")
        .join(tables["truth.customer"].select("customer_key", "persona"), on="customer_key")
    )


def test_each_persona_buys_by_its_tastes(shelves):
    """Categories of lines are multinomial with the planted weights."""
    names = [category.name for category in load_preset("ecommerce").categories]
    rows = shelves.group_by("persona", "category").len().iter_rows()
    counts = {(persona, category): count for persona, category, count in rows}
    for persona in load_preset("ecommerce").people.personas:
        found = np.array([counts.get((persona.name, name), 0) for name in names], dtype=float)
        weights = np.array([persona.tastes.get(name, 0.0) for name in names])
        result = stats.chisquare(found, weights / weights.sum() * found.sum())
        assert result.pvalue > 0.001, (persona.name, np.round(found / found.sum(), 3), weights, result)


def test_k_means_finds_the_personas(shelves):
    """Adjusted Rand index (Hubert and Arabie, 1985) of five clusters of category shares, for buyers of twenty lines or more."""
    buyers = shelves.filter(pl.len().over("customer_key") >= 20)
    wide = (
        buyers.group_by("customer_key", "persona", "category")
        .len()
        .pivot("category", index=["customer_key", "persona"], values="len")
        .fill_null(0)
        .sort("customer_key")
    )
    lines = wide.drop("customer_key", "persona").to_numpy().astype(float)
    shares = np.sqrt(lines / lines.sum(axis=1, keepdims=True))  # variances of square roots are alike
    runs = [kmeans2(shares, 5, minit="++", rng=np.random.default_rng(seed), iter=50) for seed in range(10)]
    inside = [((shares - centres[labels]) ** 2).sum() for centres, labels in runs]
    labels = runs[int(np.argmin(inside))][1]
    codes = np.unique(wide["persona"].to_numpy(), return_inverse=True)[1]
    index = adjusted_rand(codes, labels)
    assert wide.height > 200
    assert index > 0.6, index
