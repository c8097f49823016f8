"""The marketing mix model on companies that the test makes itself, and on public simulated ones whose truth is stated."""

import csv
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from martlet.engine.errors import FitError
from martlet.models.mix.backtesting import backtest, mape
from martlet.models.mix.checking import apart
from martlet.models.mix.curves import MULTIPLES, told
from martlet.models.mix.demand import Design, fitted_demand
from martlet.models.mix.fitting import Lift, drawn, fitted
from martlet.models.mix.media import carried, saturated
from martlet.models.mix.panel import Panel

from .mixes import CARRY, mix


@pytest.fixture(scope="module")
def known():
    """Return a company of some 400 orders a week, what its channels brought, its fit, and its draws."""
    panel, brought = mix(seed=4)
    fit = fitted(panel)
    return panel, brought, fit, drawn(fit, draws=60, seed=1)


def test_what_was_planted_is_found_within_fifteen_percent_and_within_its_interval(known):
    _, brought, fit, draws = known
    truth = brought.sum(axis=(1, 2))
    assert fit.has_converged
    assert fit.added().sum(axis=(1, 2)) == pytest.approx(truth, rel=0.15)
    low, high = np.quantile(told(fit, draws, year=52).total[1:], (0.05, 0.95), axis=0)
    assert ((low <= truth) & (truth <= high)).sum() >= 2
    assert (np.abs(fit.carry - CARRY) <= 0.3).all()


def test_without_noise_the_truth_is_found_nearly_exactly():
    panel, brought = mix(seed=2, noise=False, orders=4000.0)
    fit = fitted(panel)
    assert fit.added().sum(axis=(1, 2)) == pytest.approx(brought.sum(axis=(1, 2)), rel=0.03)
    assert fit.carry == pytest.approx(CARRY, abs=0.11)


def test_a_channel_that_does_nothing_is_found_to_bring_little():
    panel, brought = mix(seed=3, limit=[0.5, 0.0, 0.4])
    fit = fitted(panel)
    found = fit.added().sum(axis=(1, 2))
    assert found[1] < 0.03 * panel.sales.sum()
    assert found[[0, 2]] == pytest.approx(brought.sum(axis=(1, 2))[[0, 2]], rel=0.2)


def test_a_lift_draws_the_fit_to_it_and_narrows_the_interval():
    panel, brought = mix(seed=5, orders=3.0)
    truth = float(brought[0].sum())
    lift = [Lift(0, truth, 0.05 * truth)]
    free, held = fitted(panel), fitted(panel, lift)

    def width(fit, lifts):
        total = told(fit, drawn(fit, lifts, draws=60, seed=1), year=52).total[1:, 0]
        return np.quantile(total, 0.95) - np.quantile(total, 0.05)

    assert width(held, lift) < 0.6 * width(free, [])
    assert held.added()[0].sum() == pytest.approx(truth, rel=0.1)


def test_an_experiment_in_some_regions_and_weeks_counts_there():
    panel, _ = mix(seed=5, orders=3.0)
    is_in = np.zeros(panel.sales.shape)
    is_in[:5, 20:60] = 1.0
    for wanted in (0.0, 400.0):
        fit = fitted(panel, [Lift(1, wanted, 1.0, is_in)])
        assert (fit.added()[1] * is_in).sum() == pytest.approx(wanted, abs=15)


def test_shape_by_shape_the_search_is_as_good_as_trying_them_all():
    panel, _ = mix(seed=6, regions=3, limit=[0.5])
    fit = fitted(panel)

    def loss(place):
        shape = fit.media.shape(0, place).ravel()
        best = np.inf
        coefficient = 0.0
        for _ in range(30):
            weights = fitted_demand(
                panel.sales.ravel() / fit.level,
                fit.design,
                1 + coefficient * shape,
                fit.spread / fit.level,
            )
            demand = np.exp(fit.design.rows @ weights)

            def deviance(beta, demand=demand, weights=weights):
                mean = demand * (1 + beta[0] * shape)
                likelihood = (panel.sales.ravel() / fit.level * np.log(mean) - mean).sum()
                penalty = (fit.design.precision * weights**2).sum() + beta[0] ** 2
                return -2 * likelihood / (fit.spread / fit.level) + penalty

            found = minimize(deviance, [coefficient], bounds=[(0, None)])
            coefficient, best = float(found.x[0]), float(found.fun)
        return best + fit.media.penalty()[0, place]

    candidates = [loss(place) for place in range(fit.media.carry.size)]
    assert loss(int(fit.place[0])) <= min(candidates) + 1.0


def test_demand_is_that_of_a_penalised_poisson_regression():
    panel, _ = mix(seed=7, regions=2, weeks=60, limit=[0.3])
    design, sales = Design.of(panel), panel.sales.ravel() / panel.sales.mean()
    weights = fitted_demand(sales, design, np.ones(sales.size), 0.1)

    def loss(values):
        logs = design.rows @ values
        return (np.exp(logs) - sales * logs).sum() / 0.1 + (design.precision * values**2).sum() / 2

    found = minimize(loss, np.zeros(weights.size), method="BFGS", options={"gtol": 1e-8, "maxiter": 3000})
    assert loss(weights) <= found.fun + 1e-6
    assert design.rows @ weights == pytest.approx(design.rows @ found.x, abs=1e-3)


def test_parts_add_up_to_the_fit_and_curves_are_concave_and_end_at_nothing(known):
    panel, _, fit, draws = known
    said = told(fit, draws, year=52)
    assert said.total[0] == pytest.approx(fit.added().sum(axis=(1, 2)))
    assert (said.weekly >= 0).all()
    assert fit.demand.sum() + said.total[0].sum() == pytest.approx(panel.sales.sum(), rel=0.005)
    at = [MULTIPLES.index(one) for one in (0.0, 1.0)]
    assert said.curve[:, :, at[0]] == pytest.approx(0.0)
    assert said.curve[:, :, at[1]] * 52 == pytest.approx(said.of_year)
    slopes = np.diff(said.curve, axis=2) / np.diff(MULTIPLES)
    assert (np.diff(slopes, axis=2) <= 1e-9 * np.maximum(said.curve[:, :, -1:], 1.0)).all()


def test_draws_are_the_same_by_seed_and_others_by_another(known):
    _, _, fit, draws = known
    again, other = drawn(fit, draws=60, seed=1), drawn(fit, draws=60, seed=2)
    assert (again.coefficient == draws.coefficient).all()
    assert (again.place == draws.place).all()
    assert (other.coefficient != draws.coefficient).any()


@given(
    unit=st.sampled_from([0.001, 0.37, 100.0, 5e6]),
    seed=st.integers(0, 30),
    regions=st.integers(1, 5),
    weeks=st.integers(45, 90),
)
def test_contributions_are_never_negative_and_do_not_hang_on_the_unit_of_spend(unit, seed, regions, weeks):
    panel, _ = mix(seed=seed, regions=regions, weeks=weeks, orders=5.0, limit=[0.4, 0.2])
    one, other = fitted(panel), fitted(replace(panel, spend=panel.spend * unit))
    assert (one.added() >= 0).all()
    assert (drawn(one, draws=20, seed=1).coefficient >= 0).all()
    assert other.added() == pytest.approx(one.added(), rel=1e-6, abs=1e-9)


@given(unit=st.sampled_from([0.01, 25.0, 1e4]))
def test_money_may_be_counted_in_any_unit(unit):
    panel = replace(mix(seed=8, regions=4, weeks=60)[0], is_count=False)
    one, other = fitted(panel), fitted(replace(panel, sales=panel.sales * unit))
    assert other.added() == pytest.approx(one.added() * unit, rel=1e-4, abs=1e-6 * unit)


@given(st.lists(st.floats(0, 50), min_size=2, max_size=30), st.floats(0, 0.9), st.floats(0.1, 5))
def test_saturation_and_carry_over_keep_their_bounds(spend, carry, half):
    effect = saturated(np.array(spend), half)
    late = carried(effect, carry)
    assert (effect >= 0).all()
    assert (effect < 1).all()
    assert (late >= 0).all()
    assert late.max() <= effect.max() + 1e-12
    assert late.sum() <= effect.sum() + 1e-9


def test_channels_that_move_together_are_seen_to():
    panel, _ = mix(seed=9, limit=[0.5, 0.3])
    same = replace(panel, spend=np.stack([panel.spend[0], panel.spend[0] * 3.0]))
    told_apart, alike = apart(fitted(panel)), apart(fitted(same))
    assert np.abs(told_apart.correlation).max() < 0.5
    assert told_apart.condition < 5
    assert alike.correlation.max() > 0.9
    assert alike.own.max() < 0.1
    assert alike.condition > 30
    assert alike.alike.tolist() == [1, 0]


def test_a_channel_that_never_changes_has_nothing_of_its_own():
    panel, _ = mix(seed=10, limit=[0.5], flighted=False)
    steady = replace(panel, spend=panel.spend * 0 + panel.sales.mean(axis=1)[None, :, None])
    found = apart(fitted(steady))
    assert found.off.tolist() == [0.0]
    assert found.own[0] < 0.02


def test_the_last_quarter_is_foretold_within_its_interval():
    panel, _ = mix(seed=11)
    found = backtest(panel, weeks=13, draws=60, seed=1)
    inside = ((found.actual >= found.low) & (found.actual <= found.high)).mean()
    assert mape(found.actual, found.predicted) < min(0.12, mape(found.actual, found.naive))
    assert inside >= 0.7
    assert (found.naive == panel.sales.sum(axis=0)[104 - 13 - 52 : 104 - 52]).all()


def test_the_future_does_not_change_what_is_foretold():
    panel, _ = mix(seed=11, regions=6)
    changed = replace(panel, sales=np.where(np.arange(104) >= 91, panel.sales * 7 + 3, panel.sales))
    one, other = (backtest(each, weeks=13, draws=20, seed=1) for each in (panel, changed))
    assert (one.predicted == other.predicted).all()
    assert (one.high == other.high).all()


def test_without_a_year_before_there_is_nothing_to_hold_it_against():
    panel, _ = mix(seed=1, regions=2, weeks=50, limit=[0.4])
    found = backtest(panel, weeks=8, draws=20, seed=1)
    assert np.isnan(found.naive).all()
    assert np.isnan(mape(found.actual, found.naive))


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("sales", np.full((2, 50), -1.0), "sales must be known in each week and region, and not negative"),
        ("spend", np.full((1, 2, 50), np.nan), "spend must be known"),
        ("spend", np.zeros((2, 2, 50)), "spend has the shape"),
        ("controls", np.full((1, 2, 50), np.inf), "controls must be known"),
        ("week", np.arange(49), "week has the shape"),
    ],
)
def test_what_cannot_be_fitted_is_refused(name, values, words):
    right = {
        "sales": np.ones((2, 50)),
        "spend": np.ones((1, 2, 50)),
        "controls": np.zeros((1, 2, 50)),
        "week": np.arange(50),
    }
    with pytest.raises(FitError, match=words):
        Panel(**{**right, name: values}, channels=("A",))


@pytest.fixture(scope="module")
def published():
    """Return the simulated weeks of PyMC-Marketing (data/mmm_example.csv, Apache-2.0), which are not part of the project."""
    root = Path(os.environ.get("MARTLET_SHARED", Path(__file__).parents[3] / "shared"))
    path = Path(
        os.environ.get("MARTLET_MMM_EXAMPLE", root / "known_answers" / "pymc_marketing" / "mmm_example.csv")
    )
    if not path.is_file():
        pytest.skip(
            f"no {path}: put data/mmm_example.csv of github.com/pymc-labs/pymc-marketing there, or name it in MARTLET_MMM_EXAMPLE"
        )
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) for row in rows]) for name in ("y", "x1", "x2", "event_1", "event_2")} | {
        "week": np.array([(_day(row["date_week"]).toordinal() - 1) // 7 for row in rows])
    }  # fmt: skip


def _day(text):
    if "/" not in text:
        return date.fromisoformat(text)
    month, day, year = (int(part) for part in text.split("/"))
    return date(year, month, day)


def test_the_published_simulation_is_found_within_fifteen_percent(published):
    # As its notebook states: geometric adstock of 0.4 and 0.2 over 8 weeks, logistic saturation with 4 and 3, times 3,000 and 2,000.
    def stated(spend, carry, steep, most):
        weights = carry ** np.arange(8)
        late = np.convolve(spend, weights / weights.sum())[: spend.size]
        return most * (1 - np.exp(-steep * late)) / (1 + np.exp(-steep * late))

    truth = np.array(
        [stated(published["x1"], 0.4, 4, 3000).sum(), stated(published["x2"], 0.2, 3, 2000).sum()]
    )
    panel = Panel(
        published["y"][None],
        np.array([published["x1"][None], published["x2"][None]]),
        np.array([published["event_1"][None], published["event_2"][None]]),
        published["week"],
        ("x1", "x2"),
        is_count=False,
    )
    fit = fitted(panel)
    assert fit.added().sum(axis=(1, 2)) == pytest.approx(truth, rel=0.15)
    low, high = np.quantile(told(fit, drawn(fit, draws=100, seed=1), year=52).total[1:], (0.05, 0.95), axis=0)
    assert (low <= truth).all()
    assert (truth <= high).all()
    found = backtest(panel, weeks=13, draws=50, seed=1)
    assert mape(found.actual, found.predicted) < 0.1
