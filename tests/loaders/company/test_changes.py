"""People move and come to other incomes; what is tracked of them says so, at the moment when they did."""

import numpy as np
import polars as pl
import pytest
from scipy import stats

from martlet.loaders.company import Company, load_preset
from martlet.loaders.company._frames import NEVER
from martlet.loaders.company.people import People

PEOPLE = load_preset("ecommerce").people
TRACKED = ("loyalty_tier", "income_range", "region", "is_email_opted_in")


@pytest.fixture(scope="module")
def versions(large):
    return large["dim_customer_history"].sort("customer_key", "valid_from")


@pytest.fixture(scope="module")
def drawn():
    world = Company(customers=20_000, days=730, seed=3)._world
    return world, People.of(world, 0, 20_000)


@pytest.mark.parametrize(("name", "rate"), [("moved_at", PEOPLE.moves), ("earned_at", PEOPLE.income_changes)])
def test_changes_come_at_their_rate(drawn, name, rate):
    """Waits are exponential, to the day; of those with an income, where it is about that."""
    _, people = drawn
    known = people.income >= 0 if name == "earned_at" else np.ones(people.key.size, dtype=bool)
    years = (getattr(people.changes, name) - people.signed_up_at)[known] / 86_400 / 365.25
    for within in (0.5, 2.0, 5.0):
        found = int((years < within).sum())
        assert stats.binomtest(found, years.size, -np.expm1(-rate * within)).pvalue > 0.0001, within


def test_people_move_to_another_city_of_their_country(drawn):
    _, people = drawn
    moved = people.changes.moved_at < NEVER
    countries = np.array([place.country for place in PEOPLE.places])
    assert (people.place[moved] != people.changes.place[moved]).all()
    assert (countries[people.place[moved]] == countries[people.changes.place[moved]]).all()


def test_nobody_moves_where_nobody_is_to():
    place = vars(PEOPLE.places[0]) | {"postal": ["10%##"]}
    single = Company(customers=50, set={"people.places": [place], "stores.places": []})
    people = People.of(single._world, 0, 50)
    assert (people.changes.moved_at == NEVER).all()


def test_no_version_says_the_same_as_the_one_before(versions):
    same = versions.with_columns(
        again=pl.all_horizontal(
            pl.col(name).eq_missing(pl.col(name).shift(1).over("customer_key")) for name in TRACKED
        )
    ).filter(pl.int_range(pl.len()).over("customer_key") > 0)
    assert same.height > 100
    assert not same["again"].any()


@pytest.mark.parametrize("name", ["region", "income_range"])
def test_the_last_version_is_how_the_customer_stands_now(versions, large, name):
    both = versions.filter(pl.col("is_current")).join(
        large["dim_customer"].select("customer_key", now=name), on="customer_key"
    )
    assert both.height == large["dim_customer"].height
    assert both[name].eq_missing(both["now"]).all()
    changed = versions.group_by("customer_key").agg(pl.col(name).n_unique())[name] > 1
    assert 0.02 < changed.mean() < 0.4


def test_visits_after_a_move_are_at_the_new_home(versions, large):
    """Visits of known customers, by the version of their moment: the same region."""
    visits = large["fact_session"].filter(pl.col("customer_key") > 0).sort("started_at")
    at = visits.join_asof(
        versions.sort("valid_from").select("customer_key", "valid_from", home="region"),
        left_on="started_at",
        right_on="valid_from",
        by="customer_key",
    ).join(large["dim_geography"].select("geography_key", "region"), on="geography_key")
    assert at.height == visits.height
    assert (at["home"] == at["region"]).all()
    moved = versions.group_by("customer_key").agg(n=pl.col("region").n_unique()).filter(pl.col("n") > 1)
    regions = at.join(moved, on="customer_key").group_by("customer_key").agg(pl.col("region").n_unique())
    assert (regions["region"] > 1).sum() > 10
