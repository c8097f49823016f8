"""The models of customer lifetime value: published estimates, exact gradients, planted parameters, refusals."""

import importlib
import json
import subprocess
import sys

import numpy as np
import polars as pl
import pytest
from scipy.special import gammaln, hyp2f1

from martlet.engine.errors import FitError
from martlet.models import bg_nbd, gamma_gamma, pareto_nbd
from martlet.models.counted import Histories, Spending

from . import simulated


@pytest.fixture(scope="module")
def cdnow(shared):
    folder = shared / "known_answers" / "lifetimes"
    frame = pl.read_csv(folder / "cdnow_customers_summary.csv")
    return Histories.of(*(frame[name].to_numpy() for name in ("frequency", "recency", "T")))


@pytest.fixture(scope="module")
def published(shared):
    return json.loads((shared / "known_answers" / "lifetimes" / "expected_values.json").read_text("utf-8"))


def test_bg_nbd_finds_what_is_published_of_cdnow(cdnow):
    found = bg_nbd.fit(cdnow)
    assert found.converged
    assert (found.rows, found.distinct) == (2357, 1016)
    assert found.values == pytest.approx(
        {"r": 0.242593, "alpha": 4.413535, "a": 0.792884, "b": 2.425751}, rel=1e-4
    )
    assert found.log_likelihood == pytest.approx(-9582.4256, abs=1e-4)


def test_pareto_nbd_finds_what_is_published_of_cdnow(cdnow, published):
    found = pareto_nbd.fit(cdnow)
    assert found.converged
    # Published to three decimals.
    for name, value in published["pareto_nbd"]["params"].items():
        assert found.values[name] == pytest.approx(value, abs=6e-4 if value < 1 else 2e-3)
    # The log likelihood of Schmittlein's model on these data, as R's BTYD gives it.
    assert found.log_likelihood == pytest.approx(-9594.976, abs=0.003)


def test_pareto_nbd_expects_what_is_published(published):
    values = {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}
    asked = published["pareto_nbd"]["conditional_expectation"]
    one = Histories.of(*(np.array([float(asked[name])]) for name in ("x", "t_x", "T")))
    assert pareto_nbd.probability_alive(one, **values)[0] == pytest.approx(0.9979, abs=5e-5)
    assert pareto_nbd.expected_purchases(one, horizon=asked["t"], **values)[0] == pytest.approx(
        asked["expected"], abs=5e-3
    )


def test_gamma_gamma_finds_what_is_published_of_cdnow(shared, published):
    frame = pl.read_csv(
        shared / "known_answers" / "lifetimes" / "cdnow_customers_summary_with_transactions.csv"
    )
    found = gamma_gamma.fit(Spending.of(frame["x"].to_numpy(), frame["zbar"].to_numpy()))
    assert found.converged
    assert found.rows == published["rfm_summary"]["monetary_repeat_only"]["count"]
    for name, value in published["gamma_gamma"]["params"].items():
        assert found.values[name] == pytest.approx(value, abs=0.01)


HISTORIES = simulated.bg_nbd(300, r=0.5, alpha=20, a=0.6, b=2, longest=300, seed=1)
MONEY = Spending.of(*simulated.spending(300, p=4, q=4, v=60, seed=1))


@pytest.mark.parametrize(
    ("model", "data", "parameters"),
    [
        (bg_nbd, HISTORIES, (0.4, 15.0, 0.8, 2.5)),
        (bg_nbd, HISTORIES, (3.0, 200.0, 4.0, 0.3)),
        (pareto_nbd, HISTORIES, (0.4, 15.0, 0.8, 60.0)),
        (pareto_nbd, HISTORIES, (2.0, 90.0, 0.2, 5.0)),
        (gamma_gamma, MONEY, (4.0, 3.0, 40.0)),
        (gamma_gamma, MONEY, (0.7, 9.0, 400.0)),
    ],
)
def test_gradients_are_those_of_finite_differences(model, data, parameters):
    _, gradient = model.log_likelihood(data, *parameters)
    for place, value in enumerate(parameters):
        step = value * 1e-5
        ends = []
        for sign in (1, -1):
            moved = list(parameters)
            moved[place] += sign * step
            ends.append(model.log_likelihood(data, *moved)[0])
        assert gradient[place] == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=2e-5, abs=1e-4)


def test_pareto_nbd_likelihood_is_the_textbook_one():
    """Against Fader and Hardie's closed form with Gauss's function, where that does not cancel."""
    r, alpha, s, beta = 0.6, 12.0, 0.5, 9.0
    rows = [(0, 0, 30), (1, 4, 30), (3, 20, 39), (6, 31, 39)]
    for x, t_x, age in rows:
        one = Histories.of(*(np.array([float(value)]) for value in (x, t_x, age)))

        def gone(at, x=x):
            power = r + s + x
            return hyp2f1(power, s + 1, power + 1, (alpha - beta) / (alpha + at)) / (alpha + at) ** power

        inside = 1 / ((alpha + age) ** (r + x) * (beta + age) ** s) + s / (r + s + x) * (
            gone(t_x) - gone(age)
        )
        expected = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.log(inside)
        assert pareto_nbd.log_likelihood(one, r, alpha, s, beta)[0] == pytest.approx(expected, rel=1e-7)


def within(found, planted, errors=4):
    """Each parameter is as near as four standard errors: by chance one of 16,000 is not."""
    for parameter in found.parameters:
        assert abs(parameter.value - planted[parameter.name]) < errors * parameter.standard_error
        assert parameter.standard_error < planted[parameter.name]


def test_bg_nbd_finds_planted_parameters():
    planted = {"r": 0.6, "alpha": 40.0, "a": 0.8, "b": 2.5}
    found = bg_nbd.fit(simulated.bg_nbd(20_000, **planted, longest=700, seed=3))
    assert found.converged
    within(found, planted)


def test_pareto_nbd_finds_planted_parameters():
    planted = {"r": 0.7, "alpha": 40.0, "s": 0.8, "beta": 150.0}
    found = pareto_nbd.fit(simulated.pareto_nbd(10_000, **planted, longest=700, seed=3))
    assert found.converged
    within(found, planted)


def test_gamma_gamma_finds_planted_parameters():
    planted = {"p": 5.0, "q": 4.0, "v": 90.0}
    found = gamma_gamma.fit(Spending.of(*simulated.spending(20_000, **planted, seed=3)))
    assert found.converged
    within(found, planted)


def test_standard_errors_are_the_spread_of_repeated_fits():
    planted = {"p": 5.0, "q": 4.0, "v": 90.0}
    fits = [
        gamma_gamma.fit(Spending.of(*simulated.spending(800, **planted, seed=seed))) for seed in range(60)
    ]
    spread = np.std([fit.values["q"] for fit in fits], ddof=1)
    told = np.median([fit.parameters[1].standard_error for fit in fits])
    # Sixty fits know a spread to 9 %, and the error of one varies; a third apart is four of both together.
    assert told == pytest.approx(spread, rel=0.35)


def test_counted_rows_are_fitted_as_the_rows_themselves():
    rows = np.array([(0, 0, 50), (0, 0, 50), (2, 30, 60), (1, 5, 80), (4, 60, 90)] * 30, dtype=float)
    whole = Histories.of(*rows.T)
    apart = Histories(rows[:, 0], rows[:, 1], rows[:, 2], np.ones(len(rows)))
    assert len(whole.x) == 4
    parameters = (0.5, 30.0, 0.7, 2.0)
    assert bg_nbd.log_likelihood(whole, *parameters)[0] == pytest.approx(
        bg_nbd.log_likelihood(apart, *parameters)[0], rel=1e-12
    )


def test_the_unit_of_time_does_not_matter():
    weeks, days = (
        bg_nbd.fit(Histories.of(HISTORIES.x, HISTORIES.t_x * unit, HISTORIES.age * unit, HISTORIES.customers))
        for unit in (1, 7)
    )
    assert days.values == pytest.approx(weeks.values | {"alpha": weeks.values["alpha"] * 7}, rel=1e-5)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([(0, 0, 30)] * 3, "there are 3 customers"),
        ([(0, 0, 30)] * 100, "bought once only"),
        ([(0, 0, 0)] * 100, "on the last day"),
        ([(0, 0, 30)] * 100 + [(1, 20, 30)] * 2, "only 2 of 102 customers bought again"),
        ([(1, 40, 30)] * 100, "t_x <= T"),
        ([(0.5, 10, 30)] * 100, "whole numbers"),
    ],
)
def test_what_can_not_be_fitted_is_refused_in_words(rows, words):
    with pytest.raises(FitError, match=words):
        bg_nbd.fit(Histories.of(*np.array(rows, dtype=float).T))


@pytest.mark.parametrize(
    ("x", "mean", "words"),
    [([1] * 5, [10.0] * 5, "there are 5"), ([1] * 50, [10.0] * 50, "came to the same")],
)
def test_spending_that_can_not_be_fitted_is_refused_in_words(x, mean, words):
    with pytest.raises(FitError, match=words):
        gamma_gamma.fit(Spending.of(np.array(x), np.array(mean)))


def test_customers_who_never_leave_do_not_converge():
    draw = np.random.default_rng(1)
    x = draw.poisson(3, 500).astype(float)
    # All bought on the last day: nothing speaks for leaving.
    found = bg_nbd.fit(Histories.of(x, np.where(x > 0, 100.0, 0.0), np.full(500, 100.0)))
    assert not found.converged
    assert np.isnan([parameter.standard_error for parameter in found.parameters]).all()


def test_without_scipy_the_error_names_the_extra(monkeypatch):
    real = importlib.import_module

    def without(name, *rest):
        if name.startswith("scipy"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(FitError, match=r"pip install 'martlet\[models\]'"):
        bg_nbd.fit(HISTORIES)


def test_importing_the_models_imports_no_scipy():
    asked = "import sys, martlet.models.bg_nbd, martlet.models.pareto_nbd, martlet.models.gamma_gamma; print('scipy' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
        == "False\n"
    )
