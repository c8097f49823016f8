"""Intervals for the lift of an experiment hold the true one as often as they say, over many small companies."""

import tomllib
from datetime import date
from math import log1p

import numpy as np
import polars as pl
import pytest
from scipy import stats

from martlet.loaders.company import Company

from .recovery import PRESET, changed
from .trials import measured, outcomes, truth

SEEDS = range(900, 948)
LEVEL = 0.95
STEPS = ("winner", "loser", "no effect", "novelty", "both arms", "description")
METRIC = {
    "broken split": "orders",
    "landing page": "bounce",
    "price": "units",
    "subject line": "opens",
    "send time": "opens",
}
ASKED = [(kind, metric) for kind in STEPS for metric in ("add_to_cart", "checkout")] + list(METRIC.items())


@pytest.fixture(scope="module")
def trials(tables_of, tmp_path_factory):
    """By kind and metric, for each company: the log of the measured lift, its standard error, the log of the true lift.

    Experiments take everybody in over the whole of the data, so that small companies say something.
    """
    experiments = tomllib.loads(PRESET.read_text(encoding="utf-8"))["experiments"]
    kept = [
        {**entry, "start_day": 0, "days": 240, "traffic": 1.0}
        for entry in experiments
        if entry["kind"] in {kind for kind, _ in ASKED}
    ]
    path = changed(tmp_path_factory.mktemp("preset") / "experiments.toml", {"experiments": kept})
    found = {asked: [] for asked in ASKED}
    splits = []
    for seed in SEEDS:
        company = Company(customers=700, days=240, until=date(2026, 1, 1), seed=seed, preset=path)
        tables = tables_of(company)
        rows = outcomes(tables)
        for row in truth(tables).iter_rows(named=True):
            if (row["kind"], row["metric"]) not in found:
                continue
            found[row["kind"], row["metric"]].append(
                (*measured(tables, row, rows), log1p(row["relative_lift"]))
            )
        fair = tables["truth.experiment"].filter(pl.col("kind") == "no effect")["experiment_key"][0]
        splits.append(
            tables["fact_exposure"].filter(pl.col("experiment_key") == fair)["variant_key"].value_counts()
        )
    return {key: np.array(rows).T for key, rows in found.items() if rows}, splits


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "metric"), ASKED)
def test_intervals_cover_the_true_lift_as_often_as_they_say(trials, kind, metric):
    ratio, error, true = trials[0][kind, metric]
    assert ratio.size == len(SEEDS)
    covered = int((np.abs(ratio - true) < stats.norm.ppf(0.5 + LEVEL / 2) * error).sum())
    chance = stats.binomtest(covered, len(SEEDS), LEVEL).pvalue
    assert chance > 0.001, (f"{covered} of {len(SEEDS)} covered", np.round(np.expm1(ratio), 2))


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "metric"), ASKED)
def test_all_companies_together_measure_the_true_lift(trials, kind, metric):
    """Pooled over the companies, the interval is a seventh as wide."""
    ratio, error, true = trials[0][kind, metric]
    weight = error**-2
    off, narrow = np.average(ratio - true, weights=weight), weight.sum() ** -0.5
    assert abs(off) < 3.3 * narrow, (off, narrow)
    if kind in ("winner", "loser", "both arms") and metric == "add_to_cart":
        assert abs(np.average(ratio, weights=weight)) > 4 * narrow


@pytest.mark.slow
def test_fair_splits_look_fair_as_often_as_they_should(trials):
    """A sample ratio test at 5 % fires in about one of twenty."""
    chances = [stats.chisquare(counts["count"].to_numpy()).pvalue for counts in trials[1]]
    fires = sum(chance < 0.05 for chance in chances)
    assert stats.binomtest(fires, len(chances), 0.05).pvalue > 0.001, f"{fires} of {len(chances)} fired"
