"""Twelve experiments, each an example of something, and each as the truth says."""

from datetime import date
from math import log1p

import numpy as np
import polars as pl
import pytest
from scipy import stats

from martlet.loaders.company import Company

from .trials import exposed, log_ratio, measured, outcomes, truth

ON_SITE = {"winner", "loser", "no effect", "underpowered", "broken split", "novelty", "both arms"}
ON_MAIL = {"subject line", "send time"}
KINDS = ON_SITE | ON_MAIL | {"landing page", "description", "price"}
METRIC = {
    "broken split": "orders",
    "underpowered": "checkout",
    "landing page": "bounce",
    "price": "units",
    "subject line": "opens",
    "send time": "opens",
}


@pytest.fixture(scope="module")
def rows(large):
    return outcomes(large)


def scores(tables, rows, kind):
    """By round of an experiment, how many standard errors the measured lift lies above none, and above the truth."""
    found = []
    for row in truth(tables).filter(pl.col("kind") == kind).iter_rows(named=True):
        if row["metric"] == METRIC.get(kind, "add_to_cart"):
            ratio, error = measured(tables, row, rows)
            found.append((ratio / error, (ratio - log1p(row["relative_lift"])) / error))
    return np.array(found).T


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_lifts_are_the_true_ones(large, rows, kind):
    _, against_truth = scores(large, rows, kind)
    assert (np.abs(against_truth) < 3.5).all()


def test_each_reads_as_what_it_is(large, rows):
    """Both rounds together, in a company of six thousand: Stouffer's sum of scores."""
    found = {kind: scores(large, rows, kind)[0] for kind in KINDS}
    together = {kind: each.sum() / np.sqrt(each.size) for kind, each in found.items()}
    assert together["winner"] > 3
    assert together["loser"] < -3
    assert abs(together["no effect"]) < 3
    assert abs(together["underpowered"]) < 3
    assert together["landing page"] < -3
    for kind in ("description", "price", "subject line", "send time"):
        # Prices move the units of orders, of which there are few at this size.
        assert together[kind] > (0 if kind == "price" else 2.5), (kind, together[kind])


def test_the_winner_and_the_loser_are_clear_in_a_larger_company(large):
    """Expected scores at 20,000 customers follow from the truth: no luck is needed."""
    scale = 20_000 / 6_000
    people = exposed(large).group_by("experiment_key").len()
    for row in truth(large).join(people, on="experiment_key").iter_rows(named=True):
        if row["metric"] == "add_to_cart" and row["kind"] in ("winner", "loser"):
            treated = row["expected"]
            control = treated / (1 + row["relative_lift"])
            spread = treated * (1 - treated) + control * (1 - control)
            score = abs(treated - control) / np.sqrt(spread / (row["len"] * scale / 2))
            assert score > 4.5, row
        if row["kind"] == "underpowered" and row["metric"] == "checkout":
            control = row["expected"] / (1 + row["relative_lift"])
            error = np.sqrt(2 * control * (1 - control) / (row["len"] * scale / 2))
            assert stats.norm.sf(stats.norm.ppf(0.975) - (row["expected"] - control) / error) < 0.1, row


@pytest.fixture(scope="module")
def one_arm(tables_of):
    """A function that makes a company with everybody in the control, but for one experiment, by its place: the treatment."""

    def make(treated=None):
        sent = {
            f"experiments[{number}].arms[{place}].split": float((number == treated) == (place == 1))
            for number in range(len(KINDS))
            for place in (0, 1)
        }
        return tables_of(Company(customers=3000, days=240, until=date(2026, 1, 1), seed=31, set=sent))

    return make


@pytest.fixture(scope="module")
def all_control(one_arm):
    tables = one_arm()
    return tables, outcomes(tables)


@pytest.mark.parametrize("number", range(len(KINDS)))
def test_the_truth_is_the_mean_of_everybody_under_an_arm(one_arm, all_control, number):
    """The same company, with all in the control, and with all in one experiment's treatment, person by person."""
    tables, control = all_control
    both = control.join(outcomes(one_arm(number)), on=["experiment_key", "person"], suffix="_treated")
    mine = both.filter(pl.col("experiment_key") == number + 1)
    assert mine.height == (control["experiment_key"] == number + 1).sum() > 300
    arms = tables["truth.experiment"].filter(pl.col("experiment_key") == number + 1).sort("variant_key")
    since = mine.select("since", "since_treated")
    if arms["kind"][0] == "send time":
        since = since.with_columns(pl.all().dt.date())
    assert (since["since"] == since["since_treated"]).all()
    assert mine["is_control"].all()
    assert not mine["is_control_treated"].any()
    for (metric,), said in arms.group_by("metric", maintain_order=True):
        base, turned = mine[metric].to_numpy(), mine[f"{metric}_treated"].to_numpy()
        for values, expected in zip((base, turned), said["expected"], strict=True):
            assert abs(values.mean() - expected) < 4 * values.std() / np.sqrt(values.size), metric
        gained, difference = turned - base, said["expected"][1] - said["expected"][0]
        assert abs(gained.mean() - difference) <= 4 * gained.std() / np.sqrt(gained.size), metric
        lift = said["expected"][1] / said["expected"][0] - 1
        assert said["relative_lift"].to_list() == pytest.approx([0.0, lift], abs=1e-9)
        assert difference == 0 or gained.any(), metric


def test_the_novelty_wears_off(large):
    """Of those exposed in the first fortnight the treated fill more carts, of those exposed in the last weeks no more."""
    rows = outcomes(large).with_columns(day=(pl.col("since").dt.date() - pl.col("starts_on")).dt.total_days())
    keys = large["truth.experiment"].filter(pl.col("kind") == "novelty")["experiment_key"].unique()
    rows = rows.filter(pl.col("experiment_key").is_in(keys.to_list()))

    def score(*conditions):
        arms = [
            rows.filter(*conditions, pl.col("is_control") == side)["add_to_cart"].to_numpy()
            for side in (False, True)
        ]
        ratio, error = log_ratio(*arms)
        return ratio / error

    assert score(pl.col("day") < 14) > 2.5
    assert abs(score(pl.col("day") >= 50)) < 3


def test_the_broken_split_alone_is_broken(large):
    sizes = large["fact_exposure"].group_by("experiment_key", "variant_key").len().sort("variant_key")
    kinds = dict(large["truth.experiment"].select("experiment_key", "kind").iter_rows())
    for (experiment,), arms in sizes.group_by("experiment_key", maintain_order=True):
        chance = stats.chisquare(arms["len"].to_numpy()).pvalue
        assert (chance < 0.001) == (kinds[experiment] == "broken split"), (kinds[experiment], chance)


def test_some_are_in_both_arms_of_one_experiment_only(large):
    counts = (
        large["fact_exposure"]
        .filter(pl.col("customer_key") > 0)
        .group_by("experiment_key", "customer_key")
        .agg(arms=pl.col("variant_key").n_unique(), rows=pl.len())
    )
    assert (counts["arms"] == counts["rows"]).all()
    both = set(counts.filter(pl.col("arms") > 1)["experiment_key"])
    kinds = large["truth.experiment"].filter(pl.col("experiment_key").is_in(list(both)))["kind"].unique()
    assert kinds.to_list() == ["both arms"]
    mine = counts.filter(pl.col("experiment_key").is_in(list(both)))
    assert (mine["arms"] > 1).mean() > 0.01


def test_exposures_lie_in_visits_of_those_exposed(large):
    """The visit in which a person was exposed is one of theirs."""
    visits = large["fact_session"].select("visitor_id", "customer_key", exposed_at="started_at")
    in_visits = large["fact_exposure"].filter(pl.col("visitor_id").is_not_null())
    found = in_visits.join(visits, on=["visitor_id", "customer_key", "exposed_at"], how="left")
    assert in_visits.join(visits, on=["visitor_id", "customer_key", "exposed_at"], how="anti").is_empty()
    assert found.height == in_visits.height


def test_mail_exposes_those_to_whom_it_is_sent(large):
    """The first mail of the type that was sent to a person during the experiment, and no other."""
    about = large["truth.experiment"].filter(pl.col("kind").is_in(list(ON_MAIL)))
    about = about.select("experiment_key", "campaign_type").unique()
    runs = large["dim_experiment"].join(about, on="experiment_key")
    types = large["dim_campaign"].select("campaign_key", "campaign_type")
    mails = large["fact_email"].join(types, on="campaign_key").join(runs, on="campaign_type")
    mails = mails.filter(pl.col("sent_at").dt.date().is_between(pl.col("starts_on"), pl.col("ends_on")))
    first = mails.group_by("experiment_key", "customer_key").agg(exposed_at=pl.col("sent_at").min())
    exposures = large["fact_exposure"].filter(pl.col("visitor_id").is_null())
    assert exposures.height == first.height > 3000
    on = ["experiment_key", "customer_key", "exposed_at"]
    assert exposures.join(first, on=on, how="anti").is_empty()


def test_the_small_experiment_is_small(large):
    sizes = large["fact_exposure"].join(
        large["truth.experiment"].select("variant_key", "kind").unique(), on="variant_key"
    )
    sizes = dict(sizes.group_by("kind").len().iter_rows())
    assert sizes["underpowered"] < 0.2 * sizes["winner"]


def test_half_a_year_has_every_kind(tables_of):
    company = Company(customers=150, days=181, until=date(2025, 1, 1), seed=2)
    truth_ = tables_of(company)["truth.experiment"]
    assert set(truth_["kind"]) == KINDS
    ends = dict(company.dimensions())["star.dim_experiment"]["ends_on"]
    assert ends.max() < date(2025, 1, 1)
    broken = truth_.filter(pl.col("defect").is_not_null())["kind"].unique()
    assert set(broken) == {"underpowered", "broken split", "novelty", "both arms"}
