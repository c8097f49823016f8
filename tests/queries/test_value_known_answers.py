"""The pack value against published figures of CDNOW, and its sum against Gauss's function and integrals."""

import json
import math
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from scipy import integrate, special

from martlet.models import bg_nbd, gamma_gamma, pareto_nbd
from martlet.models.counted import Histories, Spending

from . import fits

AS_OF = datetime(1997, 9, 30, 23, 59)
CDNOW = {"r": 0.242593, "alpha": 4.413535 * 7, "a": 0.792884, "b": 2.425751}
SPENDING = {"p": 6.25, "q": 3.74, "v": 15.44}


@pytest.fixture(scope="module")
def published(shared):
    return json.loads((shared / "known_answers" / "lifetimes" / "expected_values.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def cdnow(shared, star):
    """The published transactions of 2,357 customers as orders."""
    lines = (shared / "known_answers" / "lifetimes" / "CDNOW_sample.txt").read_text("utf-8").splitlines()
    rows = [line.split() for line in lines if line.strip()]
    star.fill(
        fact_order=[
            {
                "order_id": number,
                "customer_key": int(customer),
                "ordered_at": datetime.strptime(day, "%Y%m%d"),  # noqa: DTZ007
                "net_revenue": Decimal(value),
            }
            for number, (_, customer, day, _, value) in enumerate(rows, 1)
        ]
    )
    summary = pl.read_csv(
        shared / "known_answers" / "lifetimes" / "cdnow_customers_summary_with_transactions.csv"
    )
    spent = gamma_gamma.fit(Spending.of(summary["x"].to_numpy(), summary["zbar"].to_numpy()))
    fits.put(star, bg_nbd=CDNOW, gamma_gamma=spent.values)
    return star


def test_rfmt_is_the_published_summary(cdnow, shared):
    folder = shared / "known_answers" / "lifetimes"
    expected = pl.read_csv(folder / "cdnow_customers_summary.csv").sort("ID")
    money = dict(
        pl.read_csv(folder / "cdnow_customers_summary_with_transactions.csv").select("ID", "zbar").rows()
    )
    found = sorted(cdnow.ask("value/rfmt", as_of=AS_OF), key=lambda row: row["customer_key"])
    assert len(found) == expected.height == 2357
    for row, (key, x, t_x, age) in zip(found, expected.rows(), strict=True):
        assert (row["customer_key"], row["x"]) == (key, x)
        assert round(row["t_x"] / 7, 2) == pytest.approx(t_x, abs=0.0051)
        assert round(row["age_days"] / 7, 2) == pytest.approx(age, abs=0.0051)
        # The published means are rounded to the cent, halves either way.
        assert float(row["monetary"] or 0) == pytest.approx(money[key], abs=0.0101)


def test_expectations_are_those_of_the_papers(cdnow, published):
    asked = published["bg_nbd"]["conditional_expectation"]
    answer = cdnow.ask("value/clv", as_of=AS_OF, horizon_days=asked["t"] * 7, discount_rate=0)
    assert len(answer) == 2357
    # Customer 1 is the one of the paper: x = 2, t_x = 30.43, T = 38.86.
    (first,) = (row for row in answer if row["customer_key"] == 1)
    assert first["expected_purchases"] == pytest.approx(asked["expected"], abs=asked["tol"])
    by_key = {row["customer_key"]: row for row in answer}
    expected = published["gamma_gamma"]["first10_conditional_profit"]
    for key, value in enumerate(expected, 1):
        assert float(by_key[key]["expected_purchase_value"]) == pytest.approx(value, abs=0.02)
    assert {row["p_alive"] for row in answer if row["x"] == 0} == {1.0}


def test_a_fit_of_what_the_query_answers_is_the_published_one(cdnow):
    rows = cdnow.ask("value/rfmt", as_of=AS_OF)
    found = bg_nbd.fit(
        Histories.of(*(np.array([float(row[name]) for row in rows]) for name in ("x", "t_x", "age_days")))
    )
    # The published summary rounds weeks to two decimals, which moves the estimates in the fourth digit.
    assert found.values == pytest.approx(CDNOW, rel=2e-3)


def test_pareto_nbd_expects_what_is_published(star, published):
    values = published["pareto_nbd"]["params"]
    asked = published["pareto_nbd"]["conditional_expectation"]
    # In days: 26 purchases, the last a day before the end of 31 weeks.
    as_of = bought(star, [(26, 216, 217), (0, 0, 217), (1, 217, 217), (3, 5, 217)])
    days = values | {"alpha": values["alpha"] * 7, "beta": values["beta"] * 7}
    fits.put(star, pareto_nbd=days)
    answer = star.ask("value/two_models", as_of=as_of, horizon_days=asked["t"] * 7)
    assert answer[0]["p_alive_pareto"] == pytest.approx(
        published["pareto_nbd"]["p_alive"]["expected"], abs=5e-5
    )
    assert answer[0]["expected_purchases_pareto"] == pytest.approx(asked["expected"], abs=5e-3)
    assert answer[2]["p_alive_pareto"] == 1
    histories = Histories(
        *(np.array([float(row[name]) for row in answer]) for name in ("x", "t_x", "age_days")),
        np.ones(len(answer)),
    )
    with np.errstate(divide="ignore"):
        chances = pareto_nbd.probability_alive(histories, **days)
        bought_then = pareto_nbd.expected_purchases(histories, horizon=asked["t"] * 7, **days)
    assert [row["p_alive_pareto"] for row in answer] == pytest.approx(chances, rel=1e-9)
    assert [row["expected_purchases_pareto"] for row in answer] == pytest.approx(bought_then, rel=1e-9)
    assert {row["p_alive"] for row in answer} == {None}


def textbook(horizon, x, age, *, r, alpha, a, b):
    """Return the purchases expected of who is there still, by Fader, Hardie and Lee's formula (10)."""
    z = horizon / (alpha + age + horizon)
    gauss = special.hyp2f1(r + x, b + x, a + b + x - 1, z)
    return (a + b + x - 1) / (a - 1) * (1 - (1 - z) ** (r + x) * gauss)


def integral(horizon, x, age, *, r, alpha, a, b):
    """Return the same as the mean over the chance p of leaving after a purchase, which is Beta(a, b + x)."""
    norm = special.betaln(a, b + x)
    stretch, k = horizon / (alpha + age), r + x

    def part(odds):
        # Over the log odds of p, on which nothing is steep at the ends.
        log_p, log_q = -np.logaddexp(0, -odds), -np.logaddexp(0, odds)
        bought = -math.expm1(-k * math.log1p(math.exp(log_p) * stretch))
        return math.exp((a - 1) * log_p + (b + x) * log_q - norm) * bought

    middle = math.log(a / (b + x))
    found = 0.0
    for low, high in ((-60, -12), (-12, -4), (-4, 0), (0, 4), (4, 12), (12, 60)):
        found += integrate.quad(part, middle + low, middle + high, epsabs=0, epsrel=1e-11, limit=200)[0]
    return found


FITS = [
    {"r": 0.243, "alpha": 31.0, "a": 0.793, "b": 2.426},
    {"r": 0.53, "alpha": 195.0, "a": 0.35, "b": 0.47},
    # Poles of the textbook's formula: a = 1, a + b whole, r - a whole.
    {"r": 0.5, "alpha": 40.0, "a": 1.0, "b": 2.0},
    {"r": 2.25, "alpha": 60.0, "a": 1.25, "b": 4.0},
    # Chances of leaving that hardly differ, and such that are very small.
    {"r": 1.1, "alpha": 30.0, "a": 30.0, "b": 60.0},
    {"r": 0.9, "alpha": 15.0, "a": 0.4, "b": 300.0},
]
HISTORIES = [
    (0, 0, 0),
    (0, 0, 400),
    (1, 1, 1),
    (1, 200, 400),
    (3, 100, 200),
    (11, 390, 400),
    (40, 398, 400),
    (399, 400, 400),
]


def bought(star, histories):
    """Fill a star with customers of these histories, all watched to the same day."""
    today = datetime(2024, 12, 31)
    rows = []
    for key, (x, t_x, age) in enumerate(histories, 1):
        days = sorted({0, *([t_x] if x else []), *range(1, x)})
        assert len(days) == x + 1
        rows += [(key, today - timedelta(days=age - day)) for day in days]
    star.fill(
        fact_order=[
            {"order_id": number, "customer_key": key, "ordered_at": at, "net_revenue": Decimal(10)}
            for number, (key, at) in enumerate(rows, 1)
        ]
    )
    return today


@pytest.mark.parametrize("parameters", FITS, ids=str)
@pytest.mark.parametrize("horizon", [7, 365, 20_000])
def test_the_sum_in_sql_is_the_integral_that_it_stands_for(star, parameters, horizon):
    as_of = bought(star, HISTORIES)
    fits.put(star, bg_nbd=parameters)
    answer = star.ask("value/clv", as_of=as_of, horizon_days=horizon, discount_rate=0)
    assert len(answer) == len(HISTORIES)
    for row in answer:
        x, t_x, age = HISTORIES[row["customer_key"] - 1]
        assert (row["x"], row["t_x"], row["age_days"]) == (x, t_x, age)
        expected = row["p_alive"] * integral(horizon, x, age, **parameters)
        # Where P(alive) is below the least that matters, so is the expectation.
        assert row["expected_purchases"] == pytest.approx(expected, rel=2e-7, abs=1e-12), (x, t_x, age)


def test_the_sum_in_sql_is_the_formula_of_the_paper(star):
    """By Gauss's function where SciPy's is right: no pole, few purchases."""
    as_of = bought(star, HISTORIES[:6])
    fits.put(star, bg_nbd=FITS[0])
    for horizon in (7, 365, 3000):
        for row in star.ask("value/clv", as_of=as_of, horizon_days=horizon, discount_rate=0):
            expected = row["p_alive"] * textbook(horizon, row["x"], row["age_days"], **FITS[0])
            assert row["expected_purchases"] == pytest.approx(expected, rel=1e-8)


def test_thousands_of_purchases_are_no_number_too_large(star):
    x = 2000
    as_of = bought(star, [(x, x, x), (x, x, x + 1), (x, x, 3 * x)])
    fits.put(star, bg_nbd=CDNOW, gamma_gamma=SPENDING)
    kept, shaky, gone = sorted(
        star.ask("value/clv", as_of=as_of, horizon_days=365, discount_rate=0.1),
        key=lambda row: row["customer_key"],
    )
    for row in (kept, shaky):
        assert row["expected_purchases"] == pytest.approx(
            row["p_alive"] * integral(365, x, row["age_days"], **CDNOW), rel=1e-7
        )
    assert (gone["p_alive"], gone["expected_purchases"]) == (
        pytest.approx(0, abs=1e-300),
        pytest.approx(0, abs=1e-300),
    )
    assert kept["clv"] > 0


def test_discounting_is_the_integral_of_what_comes_when(star):
    as_of = bought(star, HISTORIES)
    parameters = FITS[1]
    fits.put(star, bg_nbd=parameters, gamma_gamma={"p": 1e6, "q": 1e6, "v": 1e6})
    rate = 0.25
    (answer,) = (
        {
            row["customer_key"]: row
            for row in star.ask("value/clv", as_of=as_of, horizon_days=1000, discount_rate=rate)
        },
    )
    log_rate = math.log1p(rate) / 365.25
    for key, (x, t_x, age) in enumerate(HISTORIES, 1):
        # By parts: what has come by then, discounted, and what it lost before.
        lost = integrate.quad(
            lambda day, x=x, age=age: math.exp(-log_rate * day) * integral(day, x, age, **parameters),
            0,
            1000,
            epsrel=1e-6,
        )[0]
        expected = math.exp(-log_rate * 1000) * integral(1000, x, age, **parameters) + log_rate * lost
        row = answer[key]
        value = row["p_alive"] * expected * float(row["expected_purchase_value"])
        assert float(row["clv"]) == pytest.approx(value, rel=2e-3, abs=0.006), (x, t_x, age)
        assert row["clv"] <= row["expected_revenue"]


def test_longer_silence_makes_it_less_likely_that_a_customer_is_there(star):
    as_of = bought(star, [(5, t_x, 300) for t_x in range(5, 301, 5)])
    fits.put(star, bg_nbd=CDNOW)
    answer = sorted(star.ask("value/clv", as_of=as_of), key=lambda row: row["t_x"])
    chances = [row["p_alive"] for row in answer]
    assert chances == sorted(chances)
    assert 0 < chances[0] < 0.01
    assert 0.5 < chances[-1] < 1


def test_expectations_grow_with_the_horizon_and_no_days_bring_nothing(star):
    as_of = bought(star, HISTORIES)
    fits.put(star, bg_nbd=CDNOW)
    known = {}
    for horizon in (0, 1, 30, 365, 3650):
        for row in star.ask("value/clv", as_of=as_of, horizon_days=horizon, discount_rate=0):
            before = known.get(row["customer_key"], -1.0)
            assert row["expected_purchases"] > before
            known[row["customer_key"]] = row["expected_purchases"]
            assert horizon or row["expected_purchases"] == 0
