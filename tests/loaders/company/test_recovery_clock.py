"""Seasons, weekdays and hours come out as planted."""

import tomllib
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy import stats

from martlet.loaders.company import Company, load_preset
from martlet.loaders.warehouse.calendar import holidays

from .recovery import FLAT, PRESET, changed

pytestmark = pytest.mark.slow

UNTIL = date(2026, 1, 1)
DAYS = 728  # whole weeks


@pytest.fixture(scope="module")
def curves():
    """The shop's own curves, without holidays and promotions, which stand across them."""
    clock = tomllib.loads(PRESET.read_text(encoding="utf-8"))["clock"]
    return {name: clock[name] for name in ("month", "weekday", "hour", "hour_weekend", "days_off")}


@pytest.fixture(scope="module")
def seasonal(tables_of, curves, tmp_path_factory):
    changes = {"clock": curves, "orders": {"rate_scale": 100.0, "first_order_at_sign_up": 0.0}}
    preset = changed(tmp_path_factory.mktemp("preset") / "seasonal.toml", FLAT, changes)
    return tables_of(Company(customers=8000, days=DAYS, until=UNTIL, seed=161, preset=preset), threads=2)


@pytest.fixture(scope="module")
def baseline(seasonal):
    causes = seasonal["truth.order_cause"].filter(pl.col("cause") == "baseline").select("order_id")
    return seasonal["fact_order"].join(causes, on="order_id")


def _likely(count, total, share):
    return stats.binomtest(int(count), int(total), share).pvalue


def test_sundays_have_their_planted_share(baseline, curves):
    found = (baseline["ordered_at"].dt.weekday() == 7).sum()
    planted = curves["weekday"][6] / sum(curves["weekday"])
    assert _likely(found, baseline.height, planted) > 0.001, (found / baseline.height, planted)


def test_weekdays_have_their_planted_shares(baseline, curves):
    found = np.bincount(baseline["ordered_at"].dt.weekday().to_numpy(), minlength=8)[1:]
    expected = np.array(curves["weekday"]) / sum(curves["weekday"]) * baseline.height
    result = stats.chisquare(found, expected)
    assert result.pvalue > 0.001, (found / expected, result)


def _free(baseline, curves):
    """Weekends, and the days off by the calendar's own names."""
    off = {
        day
        for year in (2023, 2024, 2025)
        for name, day in holidays(year).items()
        if name in curves["days_off"]
    }
    day = baseline["ordered_at"].dt.date()
    return (day.dt.weekday() >= 6) | day.is_in(list(off))


def _local_hours(seasonal, rows):
    """Hours of the orders on the customer's clock: of the city, and later by what the persona says."""
    preset = load_preset("ecommerce")
    zones = {place.city: place.zone for place in preset.people.places}
    later = {persona.name: persona.later for persona in preset.people.personas}
    people = seasonal["dim_customer"].join(seasonal["truth.customer"], on="customer_key")
    known = rows.join(people.select("customer_key", "city", "persona"), on="customer_key")
    parts = []
    for (city,), mine in known.group_by("city"):
        noon = (pl.col("ordered_at").dt.truncate("1d") + pl.duration(hours=12)).dt.replace_time_zone("UTC")
        here = noon.dt.convert_time_zone(zones[city])
        ahead = here.dt.base_utc_offset() + here.dt.dst_offset()
        late = pl.duration(hours=pl.col("persona").replace_strict(later, return_dtype=pl.Int64))
        parts.append(mine.with_columns(ahead=ahead - late))
    return pl.concat(parts).with_columns(local=(pl.col("ordered_at") + pl.col("ahead")).dt.hour())


@pytest.mark.parametrize("curve", ["hour", "hour_weekend"])
def test_local_hours_have_their_planted_shares(seasonal, baseline, curves, curve):
    """In UTC days of which all the local hours are of one kind: west of Greenwich, those that follow a day like themselves."""
    rows = _local_hours(seasonal, baseline).filter(pl.col("ahead") <= pl.duration(hours=0))
    free = _free(rows, curves)
    before = _free(rows.with_columns(pl.col("ordered_at") - pl.duration(days=1)), curves)
    mine = rows.filter((free & before) if curve == "hour_weekend" else (~free & ~before))
    found = np.bincount(mine["local"].to_numpy(), minlength=24)
    expected = np.array(curves[curve]) / sum(curves[curve]) * mine.height
    result = stats.chisquare(found, expected)
    assert mine.height > 500
    assert result.pvalue > 0.001, (np.round(found / expected, 2), result)


def test_every_country_sleeps_at_night(seasonal, baseline):
    rows = _local_hours(seasonal, baseline).join(
        seasonal["dim_customer"].select("customer_key", "country"), on="customer_key"
    )
    shares = rows.group_by("country").agg(night=(pl.col("local") < 6).mean(), n=pl.len())
    assert shares.height == 4
    for country, night, n in shares.iter_rows():
        assert night < 0.06 + 3 * np.sqrt(0.06 / n), (country, night, n)


def test_november_and_december_have_their_planted_share(seasonal, baseline, curves):
    """Orders less the intensity that the living customers had are a martingale: each month is as a Poisson count.

    Months are read at their middle and blended between, which we compute anew here.
    """
    first = UNTIL - timedelta(days=DAYS)
    days = np.array([first + timedelta(days=number) for number in range(DAYS)])
    middles = np.arange(-1, 13) + 0.5
    month = np.array(curves["month"]) / np.mean(curves["month"])
    at = np.array([day.month - 1 + (day.day - 0.5) / 30.4375 for day in days])
    weekday = np.array(curves["weekday"]) / np.mean(curves["weekday"])
    weight = np.interp(at, middles, np.concatenate(([month[-1]], month, [month[0]])))
    weight *= weekday[[day.weekday() for day in days]]
    people = seasonal["truth.customer"].join(
        seasonal["dim_customer"].select("customer_key", "signed_up_at"), on="customer_key"
    )
    start = pl.lit(first).cast(pl.Datetime)
    rows = people.select(
        "purchase_rate",
        begins=(pl.col("signed_up_at") - start).dt.total_seconds() / 86_400,
        ends=((pl.col("churned_at") - start).dt.total_seconds() / 86_400).fill_null(float(DAYS)),
    )
    begins, ends = rows["begins"].to_numpy()[:, None], rows["ends"].to_numpy()[:, None]
    number = np.arange(DAYS)[None, :]
    alive = np.clip(np.minimum(ends, number + 1) - np.maximum(begins, number), 0, 1)
    by_day = (rows["purchase_rate"].to_numpy()[:, None] * alive).sum(axis=0) * weight
    which = np.array([(day.year - first.year) * 12 + day.month - 1 for day in days])
    expected = np.bincount(which, weights=by_day)
    placed = baseline["ordered_at"].dt.date()
    found = np.bincount(
        ((placed.dt.year() - first.year) * 12 + placed.dt.month() - 1).to_numpy(), minlength=expected.size
    )
    ratio = np.round(found / np.maximum(expected, 1e-9), 2)
    kept = expected > 0
    assert abs(found.sum() - expected.sum()) < 4 * np.sqrt(expected.sum()), ratio
    squares = ((found - expected)[kept] ** 2 / expected[kept]).sum()
    assert stats.chi2.sf(squares, kept.sum()) > 0.001, ratio
    feast = np.arange(expected.size) % 12 >= 10
    share = expected[feast].sum() / expected.sum()
    assert _likely(found[feast].sum(), found.sum(), share) > 0.001, (found[feast].sum() / found.sum(), share)
