"""Who the customers are: ages without steps, names, postal codes and marital states as in their country."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from martlet.loaders.company import load_preset
from martlet.loaders.company.ages import years_of
from martlet.loaders.company.names import Pool, name_pools
from martlet.loaders.company.postcodes import codes_of

PEOPLE = load_preset("ecommerce").people


class Band:
    def __init__(self, low, high, weight):
        self.low, self.high, self.weight = low, high, weight


@given(
    widths=st.lists(st.integers(1, 30), min_size=1, max_size=6),
    weights=st.lists(st.floats(0.01, 5.0), min_size=6, max_size=6),
)
def test_every_band_of_ages_keeps_its_weight(widths, weights):
    edges = np.cumsum([18, *widths])
    bands = [Band(*entry) for entry in zip(edges[:-1], edges[1:], weights, strict=False)]
    years = years_of(bands, (np.arange(20_000) + 0.5) / 20_000)
    shares = np.array(weights[: len(bands)])
    found = np.histogram(years, edges)[0] / years.size
    assert np.allclose(found, shares / shares.sum(), atol=2e-4)
    assert (np.diff(years) >= 0).all()


def test_ages_have_no_steps():
    """From year to year their number changes by no more than a quarter of the mean."""
    years = years_of(PEOPLE.ages, (np.arange(200_000) + 0.5) / 200_000)
    by_year = np.histogram(years, np.arange(18, 87))[0]
    assert np.abs(np.diff(by_year)).max() < 0.25 * by_year.mean()
    assert by_year[-1] < 0.05 * by_year.max()


def test_frequent_names_are_borne_by_more_people():
    pool = Pool.of({"Ana": 3.0, "Bo": 1.0})
    assert pool.pick(np.array([0.0, 0.74, 0.75, 0.999])).to_list() == ["Ana", "Ana", "Bo", "Bo"]
    assert Pool.of(("Ana", "Bo")).pick(np.array([0.4, 0.6])).to_list() == ["Ana", "Bo"]


@pytest.mark.parametrize(
    ("patterns", "shape"),
    [
        (("100%#",), r"100[1-9]\d"),
        (("V5@ #@#", "V6@ #@#"), r"V[56][A-Z] \d[A-Z]\d"),
        (("M% #@@", "M1% #@@"), r"M1?[1-9] \d[A-Z]{2}"),
        (("20%#",), r"20[1-9]\d"),
    ],
)
def test_codes_have_the_form_of_their_pattern(patterns, shape):
    uniform = np.random.default_rng(3).random(2000)
    codes = codes_of((("9",), patterns), np.ones(2000, dtype=np.int64), uniform)
    assert codes.str.contains(f"^{shape}$").all()
    assert codes.n_unique() > 80
    assert set(codes_of((("9",), patterns), np.zeros(3, dtype=np.int64), uniform[:3])) == {"9"}


def test_each_country_has_its_postal_codes(large):
    shapes = {
        "United States": r"^\d{5}$",
        "Canada": r"^[MV]\d[A-Z] \d[A-Z]\d$",
        "United Kingdom": r"^[A-Z]{1,2}\d{1,2} \d[A-Z]{2}$",
        "Australia": r"^[23]\d{3}$",
    }
    for (country,), people in large["dim_customer"].group_by("country"):
        assert people["postal_code"].str.contains(shapes[country]).all(), country


def test_names_are_those_of_the_country(large):
    """Of the family names that only one of the lists has, people of another country bear none."""
    lists = {name: set(name_pools(name).family.names) for name in ("en_GB", "en_NZ", "en_US")}
    locale = {country.name: country.names for country in PEOPLE.countries}
    for (country,), people in large["dim_customer"].group_by("country"):
        assert set(people["last_name"]) <= lists[locale[country]], country


def test_marital_states_come_by_age_and_country(large):
    people = large["dim_customer"]
    band_at_sign_up = (
        people["signed_up_at"] - people["birth_date"].cast(pl.Datetime)
    ).dt.total_days() / 365.25
    age = np.searchsorted([band.low for band in PEOPLE.ages[1:]], band_at_sign_up.to_numpy(), side="right")
    is_us = (people["country"] == "United States").to_numpy()
    state = people["marital_status"].to_numpy()
    for number, band in enumerate(PEOPLE.ages):
        mine = state[is_us & (age == number)]
        for name in ("married", "together", "divorced", "widowed"):
            found = int((mine == name.capitalize()).sum())
            assert stats.binomtest(found, mine.size, getattr(band, name)).pvalue > 0.0001, (band.name, name)
    together = people.group_by("country").agg(pl.col("marital_status").eq("Together").mean()).rows()
    assert dict(together)["Canada"] > 1.3 * dict(together)["United States"]
