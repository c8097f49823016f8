"""Models that foretell, against scikit-learn and SciPy: what was taken out of it scores alike, figures are the same, and chance is chance."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies
from scipy.stats import binomtest, spearmanr
from sklearn import metrics
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from martlet.models.predicting import measuring
from martlet.models.predicting.calibrating import Isotonic, Platt, calibrated, grown, levelled, logistic_of
from martlet.models.predicting.design import Column, Design
from martlet.models.predicting.explaining import importances, pushes, typical
from martlet.models.predicting.linear import logistic, ridge
from martlet.models.predicting.trees import boosted, taken_out


def drawn(rows=2_000, seed=1):
    """Return a matrix with gaps, a class and an amount that hang on it."""
    draw = np.random.default_rng(seed)
    matrix = np.column_stack(
        [draw.normal(size=rows), draw.poisson(3, rows), draw.normal(size=rows), draw.integers(0, 2, rows)]
    )
    matrix[draw.random(rows) < 0.2, 2] = np.nan
    odds = -1 + matrix[:, 0] - 0.5 * matrix[:, 1] * (matrix[:, 3] > 0) + np.nan_to_num(matrix[:, 2], nan=1.5)
    label = (draw.random(rows) < logistic_of(odds)).astype(float)
    return matrix, label, odds * 10 + draw.normal(size=rows)


MATRIX, LABEL, AMOUNT = drawn()


def test_trees_score_as_scikit_learn_does():
    settings = {"max_iter": 20, "max_leaf_nodes": 8, "random_state": 3}
    model = HistGradientBoostingClassifier(**settings).fit(MATRIX, LABEL)
    other, _, _ = drawn(500, seed=2)
    assert logistic_of(taken_out(model).raw(other)) == pytest.approx(
        model.predict_proba(other)[:, 1], abs=1e-12
    )
    model = HistGradientBoostingRegressor(**settings).fit(MATRIX, AMOUNT)
    assert taken_out(model).raw(other) == pytest.approx(model.predict(other), abs=1e-9)


def test_a_linear_model_scores_as_a_pipeline_of_scikit_learn_does():
    pipeline = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True),
        StandardScaler(),
        LogisticRegression(C=0.1, max_iter=500),
    ).fit(MATRIX, LABEL)
    other, _, _ = drawn(500, seed=2)
    found = logistic_of(logistic(MATRIX, LABEL, strength=10).raw(other))
    assert found == pytest.approx(pipeline.predict_proba(other)[:, 1], abs=1e-4)
    pipeline.steps[-1] = ("ridge", Ridge(alpha=10))
    pipeline.fit(MATRIX, AMOUNT)
    assert ridge(MATRIX, AMOUNT, strength=10).raw(other) == pytest.approx(pipeline.predict(other), abs=1e-6)


@given(
    strategies.lists(
        strategies.tuples(strategies.booleans(), strategies.sampled_from([0.05, 0.2, 0.2001, 0.5, 0.9])),
        min_size=12,
        max_size=60,
    )
)
def test_figures_are_those_of_scikit_learn_with_any_ties(rows):
    label = np.array([float(happened) for happened, _ in rows])
    score = np.array([value for _, value in rows])
    found = measuring.class_figures(label, score)
    assert found["brier"] == pytest.approx(metrics.brier_score_loss(label, score))
    assert found["log_loss"] == pytest.approx(metrics.log_loss(label, score, labels=[0, 1]))
    if 0 < label.sum() < len(label):
        assert found["auc"] == pytest.approx(metrics.roc_auc_score(label, score))
    if label.sum():
        assert found["average_precision"] == pytest.approx(metrics.average_precision_score(label, score))
    taken = (score >= 0.2).astype(int)
    decided = measuring.decision_figures(label, score, 0.2)
    assert decided["accuracy"] == pytest.approx(metrics.accuracy_score(label, taken))
    if label.sum() or taken.sum():
        assert decided["f1"] == pytest.approx(metrics.f1_score(label, taken, zero_division=0))


def test_the_parts_of_the_brier_score_add_up_where_scores_of_a_bin_are_equal():
    draw = np.random.default_rng(5)
    score = np.repeat(np.linspace(0.05, 0.95, 10), 40)
    label = (draw.random(400) < score).astype(float)
    found = measuring.class_figures(label, score)
    parts = found["brier_reliability"] - found["brier_resolution"] + found["brier_uncertainty"]
    assert parts == pytest.approx(found["brier"])


def test_tenths_hold_all_rows_and_their_intervals_are_wilson_s():
    found = measuring.bins(LABEL, MATRIX[:, 0])
    assert [one.rows for one in found] == [200] * 10
    assert sum(one.positives for one in found) == LABEL.sum()
    assert all(one.high_score <= other.low_score for one, other in pairwise(found))
    for one in found:
        interval = binomtest(int(one.positives), one.rows).proportion_ci(method="wilson")
        assert (one.rate_low, one.rate_high) == pytest.approx((interval.low, interval.high))


def test_figures_of_an_amount_are_those_of_scikit_learn():
    score = AMOUNT + np.random.default_rng(3).normal(size=len(AMOUNT)).round(1)
    found = measuring.amount_figures(AMOUNT, score)
    assert found["mae"] == pytest.approx(metrics.mean_absolute_error(AMOUNT, score))
    assert found["r2"] == pytest.approx(metrics.r2_score(AMOUNT, score))
    assert found["rank_correlation"] == pytest.approx(spearmanr(AMOUNT, score).statistic)


def test_the_error_of_an_auc_is_its_spread_over_samples():
    areas = []
    for seed in range(60):
        matrix, label, _ = drawn(400, seed=seed)
        areas.append(measuring.auc(label, matrix[:, 0]))
    _, label, _ = drawn(400, seed=0)
    told = measuring.auc_error(float(np.mean(areas)), label.sum(), len(label) - label.sum())
    assert told == pytest.approx(np.std(areas), rel=0.35)


def test_shuffled_labels_teach_nothing():
    label = np.random.default_rng(9).permutation(LABEL)
    other, other_label, _ = drawn(3_000, seed=4)
    for model in (boosted(MATRIX, label, is_class=True, seed=1), logistic(MATRIX, label, strength=10)):
        area = measuring.auc(other_label, model.raw(other))
        # Two sets, so twice the error that the test alone has; three of these.
        assert abs(area - 0.5) < 3 * 2 * measuring.auc_error(
            0.5, other_label.sum(), len(other_label) - other_label.sum()
        )


def test_few_cases_are_put_right_by_a_line_and_many_by_steps():
    few = calibrated(MATRIX[:, 0], LABEL)
    assert isinstance(few, Platt)
    matrix, label, _ = drawn(8_000, seed=6)
    many = calibrated(matrix[:, 0] * 3, label)
    assert isinstance(many, Isotonic)
    for curve in (few, many):
        raw = np.linspace(-4, 4, 200)
        probability = curve.score(raw)
        assert (np.diff(probability) >= 0).all()
        assert ((probability >= 0) & (probability <= 1)).all()
    # What is too sure of itself becomes right on average.
    assert many.score(matrix[:, 0] * 3).mean() == pytest.approx(label.mean(), abs=0.01)


def test_amounts_get_the_right_level_and_keep_their_order():
    line = levelled(AMOUNT * 3 + 7, AMOUNT)
    assert line.score(AMOUNT * 3 + 7) == pytest.approx(np.maximum(AMOUNT, 0))
    backwards = levelled(-AMOUNT, AMOUNT)
    assert backwards.slope == 1
    assert (backwards.intercept - AMOUNT).mean() == pytest.approx(AMOUNT.mean())


def test_logarithms_become_amounts_with_the_mean_of_what_came():
    amounts = np.abs(AMOUNT)
    curve = grown(np.log(amounts + 1) + 3, amounts)
    found = curve.score(np.log(amounts + 1) + 3)
    assert found.mean() == pytest.approx(amounts.mean())
    assert found == pytest.approx((amounts + 1) * amounts.mean() / (amounts + 1).mean())
    assert grown(amounts * 0, amounts * 0).factor == 1


def test_trees_of_amounts_find_the_mean_of_each_group_whatever_its_spread():
    draw = np.random.default_rng(4)
    group = draw.integers(0, 3, 6000).astype(float)
    # Most bring nothing, a few much; what is below 0 counts as 0.
    amount = np.where(draw.random(6000) < 0.1, draw.gamma(0.5, 200 * (group + 1)), -1.0)
    trees = boosted(group[:, None], amount, is_class=False, seed=1)
    for one in (0.0, 1.0, 2.0):
        mean = np.maximum(amount[group == one], 0).mean()
        assert np.exp(trees.raw(np.array([[one]])))[0] == pytest.approx(mean, rel=0.02)


def test_a_matrix_has_a_column_for_each_usual_word_and_none_for_what_is_alike():
    table = {
        "visits": np.array([1.0, 2.0, np.nan] * 20),
        "alike": np.array([3.0] * 60),
        "unknown": np.array([np.nan] * 60),
        "city": ["Rome"] * 30 + ["Oslo"] * 20 + [None] * 9 + ["Bern"],
        "land": ["one"] * 60,
    }
    design = Design.of(table)
    assert design.columns == (Column("visits"), Column("city", "Rome"), Column("city", "Oslo"))
    matrix = design.matrix(table)
    assert matrix.shape == (60, 3)
    assert np.isnan(matrix[:, 0]).sum() == 20
    assert matrix[:, 1].sum() == 30
    assert matrix[-1].tolist()[1:] == [0, 0]


def test_what_matters_is_found_and_what_does_not_is_not():
    matrix, label, _ = drawn(4_000, seed=8)
    matrix[:, 3] = np.random.default_rng(2).normal(size=len(matrix))
    design = Design(tuple(Column(name) for name in ("strong", "count", "gaps", "noise")))
    model = boosted(matrix, label, is_class=True, seed=1)
    other, other_label, _ = drawn(3_000, seed=9)
    other[:, 3] = np.random.default_rng(3).normal(size=len(other))
    found = {
        one.feature: one
        for one in importances(model, design, other, other_label, figure=measuring.auc, seed=1)
    }
    assert found["strong"].loss > 0.05
    assert abs(found["noise"].loss) < 0.01
    assert found["strong"].direction > 0
    assert found["count"].direction < 0
    # A row that is typical in all has no reason.
    usual = typical(matrix)
    assert all(push[0] == 0 for push in pushes(model, design, usual[None, :], usual).values())


@given(strategies.lists(strategies.integers(1, 50), min_size=3, max_size=12))
def test_the_stability_index_is_nothing_for_the_same_and_the_same_both_ways(counts):
    one = np.array(counts) / sum(counts)
    other = one[::-1].copy()
    assert measuring.psi(one, one) == 0
    assert measuring.psi(one, other) >= 0
    assert measuring.psi(one, other) == pytest.approx(measuring.psi(other, one))


def test_what_changed_rows_score_is_the_same_whether_all_trees_are_asked_or_those_that_it_matters_to():
    draw = np.random.default_rng(11)
    matrix = draw.normal(size=(800, 4))
    matrix[draw.random(matrix.shape) < 0.1] = np.nan
    label = (draw.random(800) < np.where(np.nan_to_num(matrix[:, 0]) > 0, 0.7, 0.3)).astype(float)
    trees = boosted(matrix, label, is_class=True, seed=1)
    scores = trees.raw(matrix)
    for places in ([0], [3], [1, 2], []):
        changed = matrix.copy()
        changed[:, places] = draw.permutation(matrix)[:, places]
        found = trees.raw_of_changed(scores, matrix, changed, places)
        assert found == pytest.approx(trees.raw(changed), abs=1e-12)
