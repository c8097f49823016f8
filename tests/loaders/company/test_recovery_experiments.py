"""Intervals for the lift of an experiment hold the planted one as often as they say, over many small companies."""

import tomllib
from datetime import date

import numpy as np
import polars as pl
import pytest
from scipy import stats

from martlet.loaders.company import Company, _ids

from .recovery import PRESET, changed

UNTIL = date(2026, 1, 1)
SEEDS = range(700, 748)
LEVEL = 0.95
# Two arms each, over the whole of the data, so that small companies say something.
PLANTED = {"add_to_cart": 0.25, "caused_orders": 0.5, "nothing": 0.0}


@pytest.fixture(scope="module")
def trials(tables_of, tmp_path_factory):
    """Counts by experiment and company: (successes, trials) of the treated arm, then of the control; and all arms' sizes."""
    template = tomllib.loads(PRESET.read_text(encoding="utf-8"))["experiments"][0]
    arm = template["arms"][0]
    experiments = [
        {
            **template,
            "name": name,
            "metric": "add_to_cart" if name == "nothing" else name,
            "start_day": 0,
            "days": 500,
            "arms": [
                {**arm, "name": "control", "allocation": 0.5, "split": 0.5, "lift": 0.0},
                {**arm, "name": "treated", "allocation": 0.5, "split": 0.5, "lift": lift},
            ],
        }
        for name, lift in PLANTED.items()
    ]
    path = tmp_path_factory.mktemp("preset") / "experiments.toml"
    strong = {"experiments": experiments, "visits": {"prospects": 0.0, "add_to_cart": 0.3}}
    changed(path, strong, {"orders": {"rate_scale": 1200.0}})
    counted = {name: [] for name in (*PLANTED, "splits")}
    for seed in SEEDS:
        tables = tables_of(Company(customers=500, days=500, until=UNTIL, seed=seed, preset=path))
        for key, name in enumerate(PLANTED, 1):
            count = _caused if name == "caused_orders" else _carts
            counted[name].append(count(tables, key))
            arms = _exposed(tables, key)["is_control"]
            counted["splits"].append([(~arms).sum(), arms.sum()])
    return {name: np.array(rows, dtype=float) for name, rows in counted.items()}


def _exposed(tables, key):
    return (
        tables["fact_exposure"]
        .filter(pl.col("experiment_key") == key)
        .join(tables["dim_variant"].select("variant_key", "is_control"), on="variant_key")
        .select("customer_key", "exposed_at", "is_control")
    )


def _by_arm(frame, good):
    rows = dict(frame.group_by("is_control").agg(pl.struct(x=good.sum(), n=pl.len())).iter_rows())
    return [rows[arm][name] for arm in (False, True) for name in ("x", "n")]


def _carts(tables, key):
    """Of the visits without order that an arm acts on and that saw a product, those that filled a cart."""
    stage = pl.col("furthest_stage").to_physical()
    seen = (
        tables["fact_session"]
        .filter(~pl.col("is_converted"), stage >= 1, pl.col("session_id") % _ids.TOUCHES < _ids.OPEN)
        .join(_exposed(tables, key), on="customer_key")
        .filter(pl.col("started_at") >= pl.col("exposed_at"))
    )
    return _by_arm(seen, stage >= 2)


def _caused(tables, key):
    """Of the contacts that an arm acts on, those that caused an order."""
    churned = tables["truth.customer"].select("customer_key", "churned_at")
    causes = tables["truth.order_cause"].select("touchpoint_id").drop_nulls().unique()
    touches = (
        tables["fact_touchpoint"]
        .filter(pl.col("touchpoint_id") % _ids.TOUCHES < _ids.OPEN)
        .join(_exposed(tables, key), on="customer_key")
        .join(churned, on="customer_key")
        .filter(
            pl.col("touched_at") >= pl.col("exposed_at"),
            pl.col("churned_at").is_null() | (pl.col("touched_at") < pl.col("churned_at")),
        )
        .join(causes.with_columns(works=pl.lit(value=True)), on="touchpoint_id", how="left")
    )
    return _by_arm(touches, pl.col("works").fill_null(value=False))


def _log_ratio(counts):
    """Return the log of the ratio of two proportions, and its standard error (Katz and others, 1978)."""
    x, n, base_x, base_n = counts.T
    return np.log(x / n) - np.log(base_x / base_n), np.sqrt(1 / x - 1 / n + 1 / base_x - 1 / base_n)


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANTED)
def test_intervals_cover_the_planted_lift_as_often_as_they_say(trials, name):
    log_ratio, error = _log_ratio(trials[name])
    wide = stats.norm.ppf(0.5 + LEVEL / 2)
    covered = int((np.abs(log_ratio - np.log1p(PLANTED[name])) < wide * error).sum())
    chance = stats.binomtest(covered, len(SEEDS), LEVEL).pvalue
    lifts = np.round(np.expm1(log_ratio), 2)
    assert chance > 0.001, (name, PLANTED[name], f"{covered} of {len(SEEDS)} covered", lifts)


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANTED)
def test_all_companies_together_measure_the_planted_lift(trials, name):
    """Pooled over the companies, the interval is a seventh as wide."""
    log_ratio, error = _log_ratio(trials[name])
    weight = error**-2
    pooled, narrow = np.average(log_ratio, weights=weight), weight.sum() ** -0.5
    assert abs(pooled - np.log1p(PLANTED[name])) < 3.3 * narrow, (np.expm1(pooled), narrow, PLANTED[name])
    if PLANTED[name]:
        assert pooled > 4 * narrow, (np.expm1(pooled), narrow)


@pytest.mark.slow
def test_fair_splits_look_fair_as_often_as_they_should(trials):
    """A sample ratio test at 5 % fires in about one of twenty."""
    treated, control = trials["splits"].T
    fires = int((stats.chi2.sf((treated - control) ** 2 / (treated + control), 1) < 0.05).sum())
    chance = stats.binomtest(fires, treated.size, 0.05).pvalue
    assert chance > 0.001, f"{fires} of {treated.size} fired"
