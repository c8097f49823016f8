"""Ratings, answers and complaints follow what happened, and the text of reviews follows the stars."""

import tomllib
from datetime import date

import numpy as np
import polars as pl
import pytest
from scipy import optimize, stats

from martlet.engine.errors import ParameterError
from martlet.loaders.company import Company, load_preset
from martlet.loaders.company import review_words as words
from martlet.loaders.company.preset import read_preset

from .recovery import hessian

PRESET = load_preset("ecommerce")
FEEDBACK = PRESET.feedback


@pytest.fixture(scope="module")
def vocal(tables_of):
    """Customers who review and answer nearly everything; a company of the usual rates says the same in twenty times the customers."""
    loud = {
        "feedback.review": 0.9,
        "feedback.survey": 0.9,
        "visits.prospects": 0.0,
        "orders.rate_scale": 60.0,
    }
    company = Company(customers=5000, days=400, until=date(2026, 1, 1), seed=61, set=loud)
    return tables_of(company, threads=2)


def _happened(tables):
    """By order: whether it was late, a stock-out was met, the first return, and the mean quality of its lines."""
    quality = tables["truth.product"].select("product_key", "quality")
    lines = tables["fact_order_line"].join(quality, on="product_key")
    late = tables["fact_delivery"].select(
        "order_id", late=(pl.col("delivered_at") > pl.col("promised_at")).cast(pl.Float64)
    )
    back = tables["fact_return"].group_by("order_id").agg(returned_at=pl.col("returned_at").min())
    met = tables["truth.stock_out_met"].with_columns(missed=pl.lit(1.0))
    found = lines.group_by("order_id").agg(pl.col("quality").mean())
    for other in (late, back, met):
        found = found.join(other, on="order_id", how="left")
    # What is bought in a store has no delivery that could be late.
    return found.with_columns(pl.col("missed", "late").fill_null(0.0))


def _ordered_probit(answers, design):
    """Maximum likelihood of the effects of `design` on ordered answers from 0 on; returns effects and standard errors."""
    levels = int(answers.max()) + 1
    width = design.shape[1]
    start = stats.norm.ppf(np.cumsum(np.bincount(answers, minlength=levels))[:-1] / answers.size)

    def loss(given):
        cuts = np.concatenate(([-np.inf], np.sort(given[width:]), [np.inf]))
        centre = design @ given[:width]
        chance = stats.norm.cdf(cuts[answers + 1] - centre) - stats.norm.cdf(cuts[answers] - centre)
        return -np.log(np.maximum(chance, 1e-12)).sum()

    best = optimize.minimize(loss, np.concatenate((np.zeros(width), start)), method="BFGS").x
    # What BFGS has gathered of the curvature is off by up to a half: the errors come from the curvature itself.
    return best[:width], np.sqrt(np.diag(np.linalg.inv(hessian(loss, best))))[:width]


@pytest.mark.slow
def test_an_ordered_probit_of_the_answers_finds_what_moves_satisfaction(vocal):
    answers = vocal["fact_survey"].join(_happened(vocal), left_on="survey_id", right_on="order_id")
    answers = answers.with_columns(back=(pl.col("returned_at") < pl.col("answered_at")).fill_null(False))
    planted = dict(vocal["truth.satisfaction"].iter_rows())
    order = ["quality", "return", "late delivery", "stock-out"]
    design = answers.select("quality", pl.col("back").cast(pl.Float64), "late", "missed").to_numpy()
    # The spread of the answers themselves comes on top of that of satisfaction.
    scale = np.hypot(1.0, FEEDBACK.answer_spread)
    effects, errors = _ordered_probit(answers["nps"].to_numpy(), design)
    for name, effect, error in zip(order, effects * scale, errors * scale, strict=True):
        assert abs(effect - planted[name]) < 4 * error, (name, effect, error, planted[name])
        # Few of those who answer had a late delivery, and hardly any met an empty shelf.
        least = {"quality": 4.0, "return": 4.0, "late delivery": 2.0, "stock-out": 0.0}[name]
        assert abs(effect) > least * error, (name, effect, error)


@pytest.mark.slow
def test_an_ordered_probit_of_the_stars_finds_quality(vocal):
    reviews = vocal["fact_review"].join(vocal["truth.product"], on="product_key")
    back = vocal["fact_return"].select("order_line_id", "returned_at")
    reviews = reviews.join(back, left_on="review_id", right_on="order_line_id", how="left")
    late = _happened(vocal).select("order_id", "late")
    lines = vocal["fact_order_line"].select("order_line_id", "order_id").join(late, on="order_id")
    reviews = reviews.join(lines, left_on="review_id", right_on="order_line_id").with_columns(
        back=(pl.col("returned_at") < pl.col("reviewed_at")).fill_null(False).cast(pl.Float64)
    )
    effects, errors = _ordered_probit(
        reviews["rating"].to_numpy() - 1, reviews.select("quality", "back", "late").to_numpy()
    )
    planted = [FEEDBACK.felt_quality, FEEDBACK.felt_return, FEEDBACK.felt_late]
    assert (np.abs(effects - planted) < 4 * errors).all(), (effects, errors, planted)
    # Without a model: the mean rating of a product goes with its quality.
    means = reviews.group_by("product_key").agg(
        pl.col("rating").mean(), pl.col("quality").first(), n=pl.len()
    )
    means = means.filter(pl.col("n") >= 10)
    assert stats.pearsonr(means["rating"], means["quality"]).statistic > 0.6


def test_stars_are_j_shaped(large):
    shares = dict(large["fact_review"]["rating"].value_counts(normalize=True).iter_rows())
    assert 0.54 < shares[5] < 0.68
    assert shares[1] > shares[2]
    assert shares[5] > shares[4] > shares[3]


def test_scores_have_their_zeros_and_complaints_come_by_chance(large):
    answers = large["fact_survey"]
    score = 100 * ((answers["nps"] >= 9).mean() - (answers["nps"] <= 6).mean())
    assert 20 < score < 55
    assert 0.005 < (answers["nps"] == 0).mean() < 0.06
    by_csat = answers.group_by("csat").agg(rate=pl.col("has_complained").mean(), n=pl.len()).sort("csat")
    assert by_csat["csat"].to_list() == [1, 2, 3, 4, 5]
    assert 0.15 < by_csat["rate"][0] < 0.8
    assert by_csat["rate"][0] > 3 * by_csat["rate"][3] > 0
    assert 0.02 < answers["has_complained"].mean() < 0.08


@pytest.mark.slow
def test_answers_of_one_person_go_together(vocal):
    stars = vocal["fact_review"].group_by("customer_key").agg(pl.col("rating").mean())
    both = (
        vocal["fact_survey"].group_by("customer_key").agg(pl.col("nps").mean()).join(stars, on="customer_key")
    )
    assert stats.spearmanr(both["nps"], both["rating"]).statistic > 0.3


def test_nothing_is_answered_before_it_arrives(large):
    came = large["fact_delivery"].select("order_id", "delivered_at")
    # What is bought in a store is there at once.
    handed_over = large["fact_order"].filter(pl.col("order_channel") == "store")
    handed_over = handed_over.select("order_id", delivered_at="ordered_at")
    assert handed_over.join(came, on="order_id").is_empty()
    late = (came.height, large["fact_delivery"].filter(pl.col("delivered_at") > pl.col("promised_at")).height)
    assert stats.binomtest(late[1], late[0], PRESET.basket.delivered_late).pvalue > 0.001
    came = pl.concat([came, handed_over])
    answers = large["fact_survey"].join(came, left_on="survey_id", right_on="order_id", how="left")
    assert answers["delivered_at"].null_count() == 0
    assert (answers["answered_at"] >= answers["delivered_at"]).all()
    back = large["fact_return"].join(came, on="order_id")
    assert back.height == large["fact_return"].height
    assert (back["returned_at"] >= back["delivered_at"]).all()
    orders = large["fact_order"].join(came, on="order_id", how="left")
    assert orders.filter(pl.col("status").cast(pl.String) == "completed")["delivered_at"].null_count() == 0


def _sentences(reviews):
    return pl.Series(reviews["text"].str.strip_chars_end(".").str.split(". ").explode())


@pytest.mark.slow
def test_no_sentence_is_in_more_than_half_a_percent_of_reviews(vocal):
    reviews = vocal["fact_review"]
    assert reviews.select("title", "text").null_count().sum_horizontal().item() == 0
    assert not reviews["text"].str.contains(r"[{}]|  |\.\.").any()
    assert not reviews["title"].str.contains(r"[{}]|  ").any()
    for said in (_sentences(reviews), reviews["title"]):
        assert said.value_counts()["count"].max() <= 0.005 * reviews.height


def test_every_phrase_of_a_cell_has_its_like_in_the_others():
    """Cells are laid out one after another, so that each needs as many phrases."""
    cells = words.NEUTRAL + 1
    assert len(words.DONE) == len(words.HOW) == cells == 2 * len(words.ASPECTS) + 1
    for phrases in (words.DONE, words.HOW, words.TITLES):
        assert len({len(cell) for cell in phrases}) == 1
        assert all(len(set(cell)) >= len(cell) - 1 for cell in phrases)
    assert all("{noun}" in title for cell in words.TITLES for title in cell)


@pytest.mark.slow
def test_naive_bayes_tells_bad_reviews_from_good_ones_but_not_always(vocal):
    """Words of the texts, multinomial with Laplace's correction; half of the reviews teach, the others are judged."""
    reviews = vocal["fact_review"].filter(pl.col("rating") != 3).sort("review_id")
    good = (reviews["rating"] > 3).to_numpy()
    tokens = reviews["text"].str.to_lowercase().str.extract_all(r"[a-z']+").to_list()
    place = {}
    pairs = np.array(
        [(row, place.setdefault(token, len(place))) for row, text in enumerate(tokens) for token in text]
    )
    table = np.zeros((len(tokens), len(place)))
    np.add.at(table, (pairs[:, 0], pairs[:, 1]), 1)
    teach = np.arange(good.size) % 2 == 0
    logs = [np.log(table[teach & (good == side)].sum(axis=0) + 1) for side in (False, True)]
    logs = [log - np.log(np.exp(log).sum()) for log in logs]
    prior = np.log(good[teach].mean() / (1 - good[teach].mean()))
    says = table @ (logs[1] - logs[0]) + prior > 0
    judged = ~teach
    right = (says == good)[judged]
    assert 0.8 < right.mean() < 0.97, right.mean()
    # And not by calling all good: the mean of both classes' shares.
    balanced = (right[good[judged]].mean() + right[~good[judged]].mean()) / 2
    assert 0.75 < balanced < 0.97, balanced


@pytest.mark.slow
def test_reviews_of_late_deliveries_and_wrong_sizes_say_so(vocal):
    late = _happened(vocal).select("order_id", "late")
    lines = vocal["fact_order_line"].select("order_line_id", "order_id").join(late, on="order_id")
    reviews = vocal["fact_review"].join(lines, left_on="review_id", right_on="order_line_id")
    blame = "|".join(words.DONE[2 * words.ASPECTS.index("delivery")])
    rates = (
        reviews.filter(pl.col("rating") <= FEEDBACK.blaming_stars)
        .group_by("late")
        .agg(rate=pl.col("text").str.contains(blame).mean())
        .sort("late")
    )
    assert rates["rate"][1] > 0.9
    assert rates["rate"][0] < 0.4
    unfit = "|".join(words.DONE[2 * words.ASPECTS.index("fit")])
    category = vocal["dim_product"].select("product_key", "category")
    others = reviews.join(category, on="product_key").filter(pl.col("category") != "Clothing")
    assert not others["text"].str.contains(unfit).any()


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("rating_cuts", [0.0, 1.0], "feedback.rating_cuts has 2 numbers; allowed are 4"),
        ("csat_cuts", [1.0, 0.0, 2.0, 3.0], "feedback.csat_cuts must rise"),
        ("aspects", [1.0], "feedback.aspects has 1 numbers; allowed are 5"),
        ("praise", [1.0], "feedback.praise has 1 numbers; allowed are 5"),
        ("blaming_stars", 9, "feedback.blaming_stars is 9; allowed are 0 to 5"),
    ],
)
def test_impossible_feedback_is_named(preset_text, key, value, message):
    table = tomllib.loads(preset_text)
    table["feedback"][key] = value
    with pytest.raises(ParameterError, match=message):
        read_preset(table)


def test_reasons_of_returns_fit_what_came_back(large):
    """Only clothes come back because they do not fit, and only what came late because of that."""
    back = large["fact_return"].join(large["dim_product"].select("product_key", "category"), on="product_key")
    came = large["fact_delivery"].select("order_id", late=pl.col("delivered_at") > pl.col("promised_at"))
    back = back.join(came, on="order_id")
    reasons = dict(back.group_by("reason").agg(pl.col("category").unique()).iter_rows())
    assert reasons["Does not fit"] == ["Clothing"]
    assert len(reasons["Changed mind"]) > 5
    assert back.filter(pl.col("reason") == "Arrived late")["late"].all()
