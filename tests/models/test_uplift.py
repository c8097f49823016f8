"""Measures of uplift against plain loops, what must hold for any trial, and models on people whose true effects are known."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.loaders.fitting.uplift.learning import learn
from martlet.models.predicting.design import Column, Design
from martlet.models.uplift.measuring import Trial, depths, shrinkage, transformed


def simulated(people, seed, share=0.8, shuffled=False):
    """Return features, true effects and a trial: the action moves those with a high first feature, and the second one alone says who buys anyway."""
    draw = np.random.default_rng(seed)
    matrix = draw.normal(size=(people, 3))
    anyway = 0.02 + 0.2 / (1 + np.exp(-1.5 * matrix[:, 1]))
    effect = 0.2 / (1 + np.exp(-2.5 * (matrix[:, 0] - 0.3))) - 0.03
    stratum = draw.integers(0, 4, people)
    is_treated = draw.random(people) < share
    bought = (draw.random(people) < anyway + effect * is_treated).astype(float)
    if shuffled:
        is_treated = draw.permutation(is_treated)
    return matrix, effect, Trial(bought, is_treated, stratum, np.arange(people))


def by_hand(outcome, is_treated, stratum, score):
    """Return the area between curve and random line, person by person and mailing by mailing, and the effect."""
    treated = sum(is_treated)
    ratio = {
        one: sum(t for t, s in zip(is_treated, stratum, strict=True) if s == one)
        / sum(not t for t, s in zip(is_treated, stratum, strict=True) if s == one)
        for one in set(stratum)
    }
    rows = sorted(zip(score, outcome, is_treated, stratum, strict=True), key=lambda row: -row[0])
    heights, gained = [0.0], 0.0
    for _, bought, was_treated, one in rows:
        gained += bought if was_treated else -bought * ratio[one]
        heights.append(gained / treated)
    area = sum((low + high) / 2 for low, high in pairwise(heights)) / len(rows)
    return area - heights[-1] / 2, heights[-1]


def test_the_area_is_that_under_the_curve_drawn_person_by_person():
    _, _, trial = simulated(400, 5, share=0.7)
    score = np.random.default_rng(1).permutation(400) / 400
    area, effect = by_hand(
        trial.outcome.tolist(), trial.is_treated.tolist(), trial.stratum.tolist(), score.tolist()
    )
    assert trial.qini(score)[0] == pytest.approx(area, abs=1e-12)
    assert trial.effect()[0] == pytest.approx(effect, abs=1e-12)


def test_the_effect_is_the_difference_of_rates_with_the_textbook_error_where_there_is_one_mailing():
    draw = np.random.default_rng(2)
    outcome, is_treated = (draw.random(500) < 0.3).astype(float), np.arange(500) < 350
    trial = Trial(outcome, is_treated, np.zeros(500, dtype=int), np.arange(500))
    effect, error = trial.effect()
    treated, control = outcome[is_treated], outcome[~is_treated]
    assert effect == pytest.approx(treated.mean() - control.mean(), abs=1e-12)
    assert error == pytest.approx(np.sqrt(treated.var(ddof=1) / 350 + control.var(ddof=1) / 150), abs=1e-12)


trials = st.integers(0, 10_000).map(lambda seed: simulated(60, seed, share=0.6)[2])


@given(trials, st.integers(0, 10_000))
def test_no_order_beats_the_best_one_and_its_reverse_loses_as_much(trial, seed):
    score = np.random.default_rng(seed).integers(0, 8, 60).astype(float)
    qini, best = trial.qini(score)[0], trial.best_qini()
    assert abs(qini) <= best + 1e-12
    assert trial.qini(-score)[0] == pytest.approx(-qini, abs=1e-12)
    assert trial.qini(np.exp(score))[0] == pytest.approx(qini, abs=1e-12)
    assert trial.qini(np.ones(60)) == pytest.approx((0, 0), abs=1e-12)
    assert depths(score).mean() == pytest.approx(0.5)


def test_errors_are_those_of_trials_that_are_drawn_again():
    matrix, _, _ = simulated(1_500, 0)
    qinis, effects = [], []
    for seed in range(150):
        draw = np.random.default_rng(seed)
        is_treated = draw.random(1_500) < 0.7
        bought = (draw.random(1_500) < 0.1 + 0.1 * is_treated * (matrix[:, 0] > 0)).astype(float)
        trial = Trial(bought, is_treated, np.arange(1_500) % 3, np.arange(1_500))
        qinis.append(trial.qini(matrix[:, 0]))
        effects.append(trial.effect())
    for found in (np.array(qinis), np.array(effects)):
        assert found[:, 0].std() == pytest.approx(found[:, 1].mean(), rel=0.15)
        assert np.mean(np.abs(found[:, 0] - found[:, 0].mean()) < 1.96 * found[:, 1]) > 0.9


def test_a_person_held_out_of_all_mailings_counts_as_one():
    """Two mailings of the same people with the same arms and outcomes tell no more than one."""
    _, _, one = simulated(300, 3)
    one = Trial(one.outcome, one.is_treated, np.zeros(300, dtype=int), one.person)
    twice = Trial(
        np.tile(one.outcome, 2), np.tile(one.is_treated, 2), np.repeat([0, 1], 300), np.tile(one.person, 2)
    )
    assert twice.effect() == pytest.approx(one.effect(), abs=1e-12)


def test_the_transformed_outcome_averages_to_the_effect_and_orders_as_class_transformation_does():
    _, _, trial = simulated(50_000, 4, share=0.8)
    assert transformed(trial).mean() == pytest.approx(trial.effect()[0], abs=2e-3)
    outcome, is_treated = np.array([1.0, 0.0, 1.0, 0.0]), np.array([True, True, False, False])
    even = transformed(Trial(outcome, is_treated, np.zeros(4, dtype=int), np.arange(4)))
    turned = np.where(is_treated, outcome, 1 - outcome)
    # Jaskowski and Jaroszewicz (2012): effect = 2 P(turned) - 1, cell by cell the mean of both arms.
    assert even.mean() == pytest.approx(2 * turned.mean() - 1)


def test_shrinkage_is_1_of_true_effects_half_of_doubled_ones_and_nothing_of_noise():
    _, effect, trial = simulated(200_000, 6)
    assert shrinkage(trial, effect) == pytest.approx(1, abs=0.08)
    assert shrinkage(trial, 2 * effect) == pytest.approx(0.5, abs=0.04)
    assert shrinkage(trial, np.random.default_rng(0).normal(size=200_000)) == pytest.approx(0, abs=0.01)


@pytest.fixture(scope="module")
def learnt():
    """The four models, and people whom they have not seen, with their true effects."""
    design = Design((Column("moved"), Column("anyway"), Column("nothing")))
    training, validation = (simulated(people, seed) for people, seed in ((12_000, 1), (8_000, 2)))
    matrix, effect, trial = simulated(30_000, 3)
    models = learn(design, (training[0], training[2]), (validation[0], validation[2]), seed=1)
    return models, matrix, effect, trial


def test_each_model_finds_who_is_moved_and_the_oracle_is_better(learnt):
    models, matrix, effect, trial = learnt
    oracle, _ = trial.qini(effect)
    assert [len(one.parts) for one in models].count(2) == 2
    for one in models:
        score = one.raw(matrix)
        qini, error = trial.qini(score)
        assert oracle > qini > 1.96 * error > 0
        assert np.corrcoef(score, effect)[0, 1] > 0.75
        assert score.mean() == pytest.approx(effect.mean(), abs=0.02)
    chosen = np.corrcoef(models[0].raw(matrix), effect)[0, 1]
    assert chosen > 0.85


def test_who_buys_anyway_is_not_who_is_moved(learnt):
    models, matrix, _, trial = learnt
    anyway, error = trial.qini(matrix[:, 1])
    assert abs(anyway) < 3 * error < trial.qini(models[0].raw(matrix))[0]


def test_with_arms_shuffled_nothing_is_found():
    design = Design((Column("moved"), Column("anyway"), Column("nothing")))
    sets = [simulated(6_000, seed, shuffled=True) for seed in (11, 12, 13)]
    (training, validation, test) = ((matrix, trial) for matrix, _, trial in sets)
    for one in learn(design, training, validation, seed=1):
        qini, error = test[1].qini(one.raw(test[0]))
        assert abs(qini) < 2.6 * error or error == 0
