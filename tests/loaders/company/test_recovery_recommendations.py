"""Styles are found again by an item-to-item recommendation (Sarwar et al., 2001), which beats the best-sellers on a split in time.

Trained on what was bought before a day, asked for what was bought from then on by those who had bought before; what a customer
has bought already is not recommended.
"""

from datetime import date, datetime

import numpy as np
import polars as pl
import pytest

from martlet.loaders.company import Company

UNTIL = date(2026, 1, 1)
SPLIT = datetime(2025, 7, 1)
BEST = 10


def _matrix(pairs: pl.DataFrame, shape: tuple[int, int]) -> np.ndarray:
    found = np.zeros(shape)
    found[pairs["customer_key"].to_numpy(), pairs["product_key"].to_numpy()] = 1.0
    return found


def _measures(scores: np.ndarray, asked: np.ndarray) -> tuple[float, float]:
    """Return precision and NDCG of the first ten (Järvelin and Kekäläinen, 2002), with relevance 0 or 1."""
    best = np.argsort(-scores, axis=1, kind="stable")[:, :BEST]
    hits = np.take_along_axis(asked, best, axis=1)
    worth = 1 / np.log2(np.arange(2, BEST + 2))
    most = np.cumsum(worth)[np.minimum(asked.sum(axis=1), BEST).astype(int) - 1]
    return float(hits.mean()), float(((hits * worth).sum(axis=1) / most).mean())


def recommend(tables: dict[str, pl.DataFrame]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the measures of the best-sellers and those of the cosine of products in what customers bought."""
    lines = tables["fact_order_line"].select("customer_key", "product_key", "ordered_at")
    shape = (int(lines["customer_key"].max()) + 1, int(lines["product_key"].max()) + 1)
    known = _matrix(lines.filter(pl.col("ordered_at") < SPLIT), shape)
    asked = _matrix(lines.filter(pl.col("ordered_at") >= SPLIT), shape)
    buyers = (known.sum(axis=1) > 0) & (asked.sum(axis=1) > 0)
    length = np.sqrt(known.sum(axis=0))
    unit = known / np.where(length > 0, length, 1.0)
    alike = unit.T @ unit
    np.fill_diagonal(alike, 0.0)
    popular = np.broadcast_to(known.sum(axis=0), known[buyers].shape)
    bought = known[buyers] > 0
    return tuple(
        _measures(np.where(bought, -1.0, scores), asked[buyers])
        for scores in (popular, known[buyers] @ alike)
    )


def test_customers_buy_and_look_at_products_of_their_style(large):
    """Lines and views of the own style, of which chance would make a third."""
    style = large["truth.customer"].select("customer_key", own="style")
    for table, least in (("fact_order_line", 0.85), ("fact_event", 0.85)):
        rows = large[table].filter(pl.col("product_key") > 0).join(style, on="customer_key")
        rows = rows.join(large["truth.product"].select("product_key", "style"), on="product_key")
        assert (rows["own"] == rows["style"]).mean() > least
    shares = large["truth.customer"]["style"].value_counts(normalize=True)["proportion"]
    assert 0.3 < shares.min() < shares.max() < 0.37


def test_brands_have_one_style(large):
    products = large["dim_product"].join(large["truth.product"], on="product_key")
    assert (products.group_by("brand").agg(pl.col("style").n_unique())["style"] == 1).all()


def _lists(tables):
    """Rows of lists beside whether their visit holds an order."""
    orders = tables["fact_order"].select("session_id", "order_id")
    return tables["fact_recommendation"].join(orders, on="session_id", how="left")


def test_lists_are_short_and_name_no_product_twice(large):
    rows = large["fact_recommendation"]
    lists = rows.group_by("session_id").agg(
        pl.len(), pl.col("position").max(), pl.col("product_key").n_unique(), pl.col("page_key").n_unique()
    )
    assert (lists["len"] == lists["position"]).all()
    assert (lists["len"] == lists["product_key"]).all()
    assert lists["len"].max() == 4
    assert (lists["page_key"] == 1).all()
    assert rows["algorithm"].n_unique() == 3
    whose = (
        rows.filter(pl.col("customer_key") > 0).group_by("customer_key").agg(pl.col("is_holdout").n_unique())
    )
    assert (whose["is_holdout"] == 1).all()
    # No more than a tenth of what is on record of visits.
    assert rows.height < 0.1 * sum(large[name].height for name in ("fact_event", "fact_session"))


def test_what_is_clicked_is_seen_at_that_moment(large):
    clicked = large["fact_recommendation"].filter(pl.col("clicked_at").is_not_null())
    views = large["fact_event"].filter(pl.col("event_name").cast(pl.String) == "product_view")
    seen = clicked.join(
        views,
        left_on=["session_id", "product_key", "clicked_at"],
        right_on=["session_id", "product_key", "occurred_at"],
    )
    assert seen["recommendation_id"].n_unique() == clicked.height > 500
    assert (clicked["clicked_at"] >= clicked["shown_at"]).all()
    assert not clicked["is_holdout"].any()


def test_clicks_fall_by_place_and_differ_by_algorithm_as_planted(large):
    """Clicks in visits without an order: binomial; twelve cells at four standard errors, and their chi-square."""
    rows = _lists(large).filter(pl.col("order_id").is_null() & ~pl.col("is_holdout"))
    cells = (
        rows.group_by("algorithm", "position")
        .agg(n=pl.len(), hits=pl.col("clicked_at").count())
        .join(large["truth.recommendation_effect"], on=["algorithm", "position"])
    )
    assert cells.height == 12
    mean = (cells["n"] * cells["click_probability"]).to_numpy()
    scores = (cells["hits"].to_numpy() - mean) / np.sqrt(mean * (1 - cells["click_probability"].to_numpy()))
    assert np.abs(scores).max() < 4, cells
    assert (scores**2).sum() < 32.9  # chi-square, twelve degrees of freedom, p = 0.001


def test_the_holdout_measures_the_lines_that_came_of_lists(tables_of):
    """Lines an order, shown against held back, is what the truth holds; to claim all lines that were clicked says as much."""
    company = Company(
        customers=12_000,
        days=730,
        until=UNTIL,
        seed=5,
        set={"visits.prospects": 0.0, "recommendations.holdout": 0.5},
    )
    tables = tables_of(company, threads=2)
    lists = _lists(tables).filter(pl.col("order_id").is_not_null())
    visits = lists.group_by("order_id").agg(pl.col("is_holdout").first())
    lines = tables["fact_order_line"].group_by("order_id").agg(lines=pl.len())
    by_arm = (
        visits.join(lines, on="order_id")
        .group_by("is_holdout")
        .agg(pl.len(), pl.col("lines").mean(), spread=pl.col("lines").var())
        .sort("is_holdout")
    )
    lift = by_arm["lines"][0] - by_arm["lines"][1]
    error = (by_arm["spread"] / by_arm["len"]).sum() ** 0.5
    truth = tables["truth.recommendation"]
    caused = truth.height / by_arm["len"][0]
    assert abs(lift - caused) < 4 * error, (lift, caused, error)
    assert lift > 2.5 * error, (lift, error)
    whole = truth.join(lists, on="recommendation_id").join(
        tables["fact_order_line"], on="order_line_id", suffix="_of_line"
    )
    assert whole.height == truth.height
    assert (whole["product_key"] == whole["product_key_of_line"]).all()
    assert (whole["order_id"] == whole["order_id_of_line"]).all()
    assert whole["clicked_at"].null_count() == 0
    planted = tables["truth.recommendation_effect"].select("algorithm", "position", "line_probability")
    expected = (
        lists.filter(~pl.col("is_holdout"))
        .join(planted, on=["algorithm", "position"])["line_probability"]
        .sum()
    )
    # A few are in the basket already.
    assert 0.9 * expected - 4 * expected**0.5 < truth.height < expected + 4 * expected**0.5


@pytest.mark.slow
def test_item_to_item_beats_best_sellers_by_half(tables_of):
    company = Company(customers=20_000, days=730, until=UNTIL, seed=42, set={"visits.prospects": 0.0})
    best_sellers, cosine = recommend(tables_of(company, threads=2))
    assert cosine[0] > 1.5 * best_sellers[0] > 0.015, (best_sellers, cosine)
    assert cosine[1] > 1.5 * best_sellers[1] > 0.03, (best_sellers, cosine)
