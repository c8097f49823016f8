"""The pack `experiment/` against brute force over random data, statsmodels, published totals, and its own promises."""

import importlib.util
import math
import re
import sys
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

ROOT = Path(__file__).parents[2]
START = datetime(2025, 3, 1)
ARMS = [
    {"variant_key": 1, "experiment_key": 1, "variant": "control", "is_control": True, "allocation": 0.5},
    {"variant_key": 2, "experiment_key": 1, "variant": "red", "is_control": False, "allocation": 0.5},
]
EXPERIMENT = {
    "experiment_key": 1,
    "experiment_id": "x1",
    "name": "Red",
    "starts_on": START.date(),
    "ends_on": datetime(2025, 3, 20).date(),
}

hours = st.integers(-200, 600)
exposures = st.lists(
    st.tuples(st.integers(1, 6), st.integers(1, 2), st.integers(0, 300)), min_size=1, max_size=10
)
orders = st.lists(
    st.tuples(
        st.integers(1, 6), hours, st.sampled_from(["completed", "cancelled", "pending"]), st.integers(0, 90)
    ),
    max_size=12,
)


@given(exposures, orders, st.sampled_from([0, 24, 72]), st.sampled_from(["conversion", "orders", "revenue"]))
def test_results_count_by_brute_force(star, exposures, orders, window, metric):
    star.fill(
        dim_experiment=[EXPERIMENT],
        dim_variant=ARMS,
        fact_exposure=[
            {"exposure_id": n, "experiment_key": 1, "variant_key": arm, "customer_key": who, "exposed_at": START + timedelta(hours=at)}
            for n, (who, arm, at) in enumerate(exposures)
        ],
        fact_order=[
            {"order_id": n, "customer_key": who, "ordered_at": START + timedelta(hours=at), "status": status, "net_revenue": money}
            for n, (who, at, status, money) in enumerate(orders)
        ],
    )  # fmt: skip
    first, arms = {}, {}
    for who, arm, at in exposures:
        first[who] = min(first.get(who, at), at)
        arms.setdefault(who, set()).add(arm)
    value = {who: [] for who in first}
    for who, at, status, money in orders:
        end = 20 * 24 if window == 0 else min(first.get(who, 0) + window + 1e-9, 20 * 24)
        if who in first and status == "completed" and first[who] <= at < end:
            value[who].append(money)
    how = {
        "conversion": lambda found: float(bool(found)),
        "orders": lambda found: float(len(found)),
        "revenue": lambda found: float(sum(found)),
    }[metric]
    answer = {
        row["variant"]: row for row in star.ask("experiment/results", metric=metric, window_hours=window)
    }
    for arm in ARMS:
        mine = [how(found) for who, found in value.items() if arms[who] == {arm["variant_key"]}]
        row = answer.get(arm["variant"])
        if not orders:
            # Without any order on record nothing is known of them.
            assert row is None
        elif row is not None:
            assert row["people"] == len(mine)
            assert (row["total"] or 0) == pytest.approx(sum(mine))
            assert (row["spread"] is None) == (len(mine) < 2)
            if len(mine) > 1:
                assert row["spread"] == pytest.approx(np.std(mine, ddof=1), abs=1e-6)
        else:
            assert all(len(found) > 1 for found in arms.values())
    splits = star.ask("experiment/srm")
    assert {row["people_in_several"] for row in splits} == {sum(len(found) > 1 for found in arms.values())}


def told(star, groups, **columns):
    """Fill the star with an experiment of arms of people whose outcomes a source told: an array by arm."""
    variants = [
        {"variant_key": n, "experiment_key": 1, "variant": name, "is_control": n == 1, "allocation": None}
        for n, name in enumerate(groups, 1)
    ]
    exposed, outcomes = [], []
    for n, values in enumerate(groups.values(), 1):
        for value in values:
            who = len(exposed) + 1
            at = START + timedelta(minutes=who % 20_000)
            exposed.append(
                {
                    "exposure_id": who,
                    "experiment_key": 1,
                    "variant_key": n,
                    "customer_key": who,
                    "exposed_at": at,
                }
            )
            outcomes.append({"outcome_id": who, "experiment_key": 1, "variant_key": n, "customer_key": who, "observed_at": at}
                            | {name: take(value) for name, take in columns.items()})  # fmt: skip
    star.fill(
        dim_experiment=[EXPERIMENT],
        dim_variant=variants,
        fact_exposure=exposed,
        fact_experiment_outcome=outcomes,
    )


def test_three_arms_of_a_published_experiment(star):
    """The totals of the e-mail experiment of 64,000 customers (Hillstrom 2008): visits 2,262 of 21,306, 3,894 of 21,307, 3,238 of 21,387."""
    counts = {"No E-Mail": (2262, 21306), "Mens E-Mail": (3894, 21307), "Womens E-Mail": (3238, 21387)}
    told(
        star,
        {name: np.arange(people) < visits for name, (visits, people) in counts.items()},
        has_visited=bool,
    )
    answer = {row["variant"]: row for row in star.ask("experiment/results", metric="visit")}
    base, size = counts["No E-Mail"]
    for name in ("Mens E-Mail", "Womens E-Mail"):
        visits, people = counts[name]
        row = answer[name]
        pooled = (visits + base) / (people + size)
        z = (visits / people - base / size) / math.sqrt(pooled * (1 - pooled) * (1 / people + 1 / size))
        assert row["p_value"] == pytest.approx(2 * stats.norm.sf(z), rel=1e-9)
        assert row["lift"] == pytest.approx(visits / people / (base / size) - 1)
        assert row["difference_low"] < visits / people - base / size < row["difference_high"]
        assert row["verdict"] == "winner"
    expected = stats.chisquare([people for _, people in counts.values()]).pvalue
    assert [row["split_p"] for row in star.ask("experiment/srm")] == pytest.approx([expected] * 3)


def test_the_same_as_statsmodels(star):
    proportion = pytest.importorskip(
        "statsmodels.stats.proportion", reason="an oracle that is not among the test's own packages"
    )
    weighted = pytest.importorskip("statsmodels.stats.weightstats")
    random = np.random.default_rng(3)
    groups = {"control": random.gamma(0.5, 30, 400).round(2), "red": random.gamma(0.5, 36, 350).round(2)}
    told(star, groups, value=lambda value: f"{value:.2f}", has_converted=lambda value: bool(value > 20))
    row = star.ask("experiment/results", metric="revenue")[1]
    means = weighted.CompareMeans(
        weighted.DescrStatsW(groups["red"]), weighted.DescrStatsW(groups["control"])
    )
    assert row["p_value"] == pytest.approx(means.ttest_ind(usevar="unequal")[1], rel=1e-9)
    assert (row["difference_low"], row["difference_high"]) == pytest.approx(
        means.tconfint_diff(usevar="unequal"), rel=1e-9
    )
    row = star.ask("experiment/results", metric="conversion")[1]
    counts, sizes = [int((values > 20).sum()) for values in groups.values()], [400, 350]
    assert row["p_value"] == pytest.approx(proportion.proportions_ztest(counts, sizes)[1], rel=1e-9)
    ends = proportion.confint_proportions_2indep(
        counts[1], sizes[1], counts[0], sizes[0], method="newcomb", compare="diff"
    )
    assert (row["difference_low"], row["difference_high"]) == pytest.approx(ends, rel=1e-9)


def test_the_same_as_tea_tasting(star):
    tea = pytest.importorskip("tea_tasting", reason="an oracle that is not among the test's own packages")
    pa = pytest.importorskip("pyarrow")
    random = np.random.default_rng(4)
    before = random.gamma(1.5, 20, 700).round(2)
    after = (0.7 * before + random.gamma(1, 10, 700)).round(2)
    arm = np.arange(700) >= 330
    pairs = list(zip(after, before, strict=True))
    groups = {"control": [pair for pair, is_arm in zip(pairs, arm, strict=True) if not is_arm],
              "red": [pair for pair, is_arm in zip(pairs, arm, strict=True) if is_arm]}  # fmt: skip
    told(star, groups, value=lambda pair: f"{pair[0]:.2f}", value_before=lambda pair: f"{pair[1]:.2f}")
    table = pa.table({"variant": arm.astype(int), "after": after, "before": before})
    plain = tea.Experiment(mean=tea.Mean("after")).analyze(table)["mean"]
    row = star.ask("experiment/results", metric="revenue")[1]
    assert row["p_value"] == pytest.approx(plain.pvalue, rel=1e-9)
    assert (row["difference_low"], row["difference_high"]) == pytest.approx(
        (plain.effect_size_ci_lower, plain.effect_size_ci_upper), rel=1e-9
    )
    assert (row["lift_low"], row["lift_high"]) == pytest.approx(
        (plain.rel_effect_size_ci_lower, plain.rel_effect_size_ci_upper), rel=1e-2
    )
    cuped = tea.Experiment(mean=tea.Mean("after", covariate="before")).analyze(table)["mean"]
    row = star.ask("experiment/cuped", metric="revenue")[1]
    # It takes the covariance over all people together, we within arms; the difference is of the order of the effect squared.
    assert row["adjusted_difference"] == pytest.approx(cuped.effect_size, rel=0.02, abs=0.02)
    assert row["adjusted_high"] - row["adjusted_low"] == pytest.approx(
        cuped.effect_size_ci_upper - cuped.effect_size_ci_lower, rel=0.02
    )


@pytest.mark.parametrize(
    "values",
    [
        ([0.0] * 9, [0.0] * 7),
        ([5.0] * 9, [5.0] * 7),
        ([5.0], [7.0]),
        ([1.0, 2.0], []),
        ([0.1] * 50, [0.1] * 50),
    ],
)
def test_nothing_that_varies_is_no_evidence(star, values):
    told(star, dict(zip(("control", "red"), values, strict=True)), value=lambda value: f"{value:.2f}")
    red = star.ask("experiment/results", metric="revenue")[1]
    assert red["verdict"] == "no evidence"
    assert red["p_value"] in (None, 1)
    for query in ("cuped", "bayesian", "sequential", "power", "segments", "novelty", "business_impact", "aa"):
        star.ask(f"experiment/{query}", metric="revenue")


def test_people_of_the_company_are_in_one_arm_or_in_several(warehouse):
    ((people,),) = warehouse.sql(
        "SELECT count(DISTINCT row(experiment_key, CASE WHEN customer_key <> 0 THEN customer_key ELSE -visitor_id END)) FROM star.fact_exposure"
    ).rows()
    splits = warehouse.query("experiment/srm").pl()
    assert splits["people"].sum() + splits.unique("experiment_id")["people_in_several"].sum() == people
    assert warehouse.query("experiment/results").pl()["people"].sum() == splits["people"].sum()


def test_intervals_hold_the_planted_lifts_of_the_company(warehouse):
    card = warehouse.query("experiment/scorecard").pl()
    held = card["is_held"].drop_nulls()
    assert len(held) >= 5
    assert stats.binomtest(int(held.sum()), len(held), 0.95).pvalue > 0.001


def calibration():
    path = ROOT / "benchmarks" / "experiments.py"
    spec = importlib.util.spec_from_file_location("benchmark_experiments", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def published():
    page = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8")
    rows = re.search(r"<!-- calibration -->\n(.*?)<!-- /calibration -->", page, re.DOTALL)[1].splitlines()
    return {row.split("|")[1].strip(): row for row in rows}


def test_the_page_tells_of_every_kind_and_the_promises_are_kept():
    rows = published()
    kinds = {kind.name: kind for kind in calibration().KINDS}
    assert list(rows) == list(kinds)
    for name, row in rows.items():
        rejected, difference, lift, always, stopped, _ = (
            float(cell.strip(" %") or "nan") for cell in row.split("|")[2:-1]
        )
        if kinds[name].lift == 0:
            assert 3.4 <= rejected <= 6.6, name
            assert stopped <= 5, name
        assert 93 <= difference <= 97, name
        assert 93 <= lift <= 97, name
        assert always >= 94, name


@pytest.mark.parametrize(
    "name",
    [
        "shares, tiny: 50 a side",
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in ("money, tiny: 60 a side", "shares, tiny: 50 a side, +40 %", "shares, 300 a side")
        ),
    ],
)
def test_the_page_is_what_the_pack_does(name):
    module = calibration()
    kind = next(kind for kind in module.KINDS if kind.name == name)
    assert module.found(kind).row(kind.lift) == published()[name]
