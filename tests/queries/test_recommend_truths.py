"""Styles, pairs and what lists bring about are planted in a synthetic company, and found again by the pack recommend."""

import pytest

import martlet

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def company(once):
    def build(folder):
        martlet.build(folder / "warehouse.duckdb", customers=6000, days=730, seed=29, threads=2)

    with martlet.open(once("recommend_truths", build) / "warehouse.duckdb") as opened:
        yield opened


def rows_by(company, query, *names, **params):
    """Return the answer's rows by one or two of their columns."""
    rows = company.query(query, **params).pl().to_dicts()
    return {tuple(row[name] for name in names) if names[1:] else row[names[0]]: row for row in rows}


def test_lists_by_customer_are_better_than_best_sellers_and_the_cosine(company):
    found = rows_by(company, "recommend/scorecard", "recommender")
    ours, popular = found["for_customer"], found["popular"]
    assert ours["customers"] > 300
    assert ours["lead_low"] > 0
    assert ours["ndcg"] > 1.5 * popular["ndcg"] > 0.03
    assert ours["ndcg"] > found["item cosine"]["ndcg"]
    assert ours["ndcg"] > found["popular in own categories"]["ndcg"]
    assert ours["coverage"] > 10 * popular["coverage"]
    assert ours["mean_popularity"] < popular["mean_popularity"]


def test_lists_by_customer_are_of_the_style_that_the_customer_likes(company):
    found = rows_by(company, "recommend/truth_scorecard", "subject", "method")
    ours, popular = found["own style", "for_customer"], found["own style", "popular"]
    assert ours["estimate_low"] > 0.8
    assert popular["estimate_high"] < 0.5
    assert 0.3 < ours["by_chance"] < 0.37


def test_planted_pairs_are_placed_before_others_though_they_sell_less(company):
    found = rows_by(company, "recommend/pair_scorecard", "measure")
    best, popular = found["log-likelihood ratio"], found["buyers"]
    assert best["auc"] > 0.85
    assert best["found"] >= 0.4 * best["met_pairs"] > 10
    assert popular["found"] <= 1


def test_what_lists_brought_about_is_told_from_what_was_bought_anyway(company):
    """By algorithm, within twice the 95 % interval: about four standard errors."""
    found = rows_by(company, "recommend/truth_scorecard", "subject", "method")
    caused = {method: row for (subject, method), row in found.items() if subject == "caused purchases"}
    assert caused.keys() == {"also bought", "popular", "random"}
    for row in caused.values():
        low, high = row["estimate_low"] - row["estimate"], row["estimate_high"] - row["estimate"]
        assert 2 * low <= row["planted"] - row["estimate"] <= 2 * high, row
    assert caused["also bought"]["estimate_low"] > 0
