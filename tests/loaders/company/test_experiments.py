"""Seven experiments, each an example of something, and each as the truth says."""

from datetime import date

import polars as pl
import pytest

from martlet.loaders.company import Company

KINDS = {"winner", "loser", "no effect", "underpowered", "broken split", "novelty", "both arms"}


def person():
    return (
        pl.when(pl.col("customer_key") > 0)
        .then(pl.col("customer_key").cast(pl.Int64))
        .otherwise(-pl.col("visitor_id"))
    )


@pytest.fixture(scope="module")
def carts(large):
    """Visits without an order that see a product, by experiment and kind, with the arm that came first."""
    exposures = large["fact_exposure"].with_columns(person=person()).sort("exposed_at")
    exposures = exposures.unique(["experiment_key", "person"], keep="first", maintain_order=True)
    exposures = exposures.select("experiment_key", "variant_key", "person", "exposed_at").join(
        large["truth.experiment"].select("variant_key", "kind", "relative_lift", "metric"), on="variant_key"
    )
    exposures = exposures.join(
        large["dim_experiment"].select("experiment_key", "starts_on", "ends_on"), on="experiment_key"
    )
    stage = pl.col("furthest_stage").to_physical()
    visits = (
        large["fact_session"].filter(~pl.col("is_converted") & (stage >= 1)).with_columns(person=person())
    )
    visits = visits.with_columns(cart=stage >= 2).select("person", "started_at", "cart")
    return visits.join(exposures.filter(pl.col("metric") == "add_to_cart"), on="person").filter(
        (pl.col("started_at") >= pl.col("exposed_at")) & (pl.col("started_at").dt.date() <= pl.col("ends_on"))
    )


def arms(carts, *conditions):
    """Return the carts a visit, and the visits, of control and treatment, and the planted lift."""
    rows = carts.filter(*conditions).with_columns(treated=pl.col("relative_lift") != 0)
    if rows["treated"].sum() == 0:
        rows = rows.with_columns(treated=pl.col("variant_key") % 2 == 0)
    found = rows.group_by("treated").agg(
        share=pl.col("cart").mean(), n=pl.len(), lift=pl.col("relative_lift").max()
    )
    control, treated = found.sort("treated").rows(named=True)
    error = sum(row["share"] * (1 - row["share"]) / row["n"] for row in (control, treated)) ** 0.5
    return control["share"], treated["share"], error


@pytest.mark.parametrize(("kind", "lift"), [("winner", 0.4), ("loser", -0.35), ("no effect", 0.0)])
def test_effects_are_the_planted_ones(carts, kind, lift):
    control, treated, error = arms(carts, pl.col("kind") == kind)
    assert abs(treated - (1 + lift) * control) < 4 * error
    if lift:
        assert abs(treated - control) > 3 * error


def test_the_novelty_wears_off(carts):
    day = (pl.col("started_at").dt.date() - pl.col("starts_on")).dt.total_days()
    early = arms(carts, pl.col("kind") == "novelty", day < 15)
    late = arms(carts, pl.col("kind") == "novelty", day >= 50)
    assert early[1] - early[0] > 2 * early[2]
    assert late[1] - late[0] < 3 * late[2]


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


def test_the_small_experiment_is_small(large):
    sizes = large["fact_exposure"].join(
        large["truth.experiment"].select("variant_key", "kind"), on="variant_key"
    )
    sizes = dict(sizes.group_by("kind").len().iter_rows())
    assert sizes["underpowered"] < 0.2 * sizes["winner"]


def test_half_a_year_has_every_kind(tables_of):
    company = Company(customers=150, days=181, until=date(2025, 1, 1), seed=2)
    truth = tables_of(company)["truth.experiment"]
    assert set(truth["kind"]) == KINDS
    ends = dict(company.dimensions())["star.dim_experiment"]["ends_on"]
    assert ends.max() < date(2025, 1, 1)
    broken = truth.filter(pl.col("defect").is_not_null())["kind"].unique()
    assert set(broken) == {"underpowered", "broken split", "novelty", "both arms"}
