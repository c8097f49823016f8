"""What acts from outside: known to the week, and as strong as planted."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from martlet.loaders.company import Company
from martlet.loaders.company.preset import load_preset
from martlet.loaders.warehouse.channels import CHANNELS

from .media_mix import Panel, adstock, days
from .recovery import FLAT, changed

UNTIL = date(2026, 1, 1)
FIRST, WEEKS = date(2024, 1, 1), 104
KEYS = {channel.name: channel.key for channel in CHANNELS}
SECTION = load_preset("ecommerce").external


def test_weeks_have_one_index_and_each_region_its_own_weather(large):
    weeks = large["fact_external_week"]
    regions = large["dim_geography"].select("country", "region").unique().height
    assert weeks.height == regions * weeks["date_key"].n_unique()
    alike = weeks.group_by("date_key").agg(
        pl.col("consumer_confidence").n_unique(),
        pl.col("competitor_promotions").n_unique(),
        pl.col("rainy_days").n_unique(),
    )
    assert (alike["consumer_confidence"] == 1).all()
    assert (alike["competitor_promotions"] == 1).all()
    assert (alike["rainy_days"] > 1).mean() > 0.9
    assert weeks["rainy_days"].is_between(0, 7).all()
    assert abs(weeks["rainy_days"].mean() / 7 - SECTION.rain) < 0.1
    assert (
        0.3
        < weeks.group_by("date_key")
        .agg(pl.col("competitor_promotions").first())["competitor_promotions"]
        .mean()
        < 0.9
    )


def test_the_truth_says_what_the_preset_says(large):
    effects = {row["factor"]: row for row in large["truth.external_effect"].iter_rows(named=True)}
    assert set(effects) <= set(large["fact_external_week"].columns)
    assert effects["consumer_confidence"]["coefficient"] == SECTION.confidence_effect
    assert effects["competitor_promotions"]["coefficient"] == SECTION.competitor_effect
    assert effects["rainy_days"]["coefficient"] == SECTION.rain_effect


def poisson_fit(design: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients and standard errors of a Poisson regression with log link, by reweighted least squares."""
    slopes = np.zeros(design.shape[1])
    slopes[0] = np.log(counts.mean())
    for _ in range(30):
        mean = np.exp(design @ slopes)
        information = design.T @ (design * mean[:, None])
        slopes = slopes + np.linalg.solve(information, design.T @ (counts - mean))
    mean = np.exp(design @ slopes)
    spread = max(float(((counts - mean) ** 2 / mean).sum() / (counts.size - slopes.size)), 1.0)
    return slopes, np.sqrt(np.diag(np.linalg.inv(information)) * spread)


def test_confidence_and_competitors_move_visits_by_what_is_planted(tables_of, tmp_path):
    """Direct visits of a company without seasons, by week: within 4 standard errors, and told from nothing by 3."""
    acting = {"confidence_effect": SECTION.confidence_effect, "competitor_effect": SECTION.competitor_effect}
    preset = changed(tmp_path / "outside.toml", FLAT, {"experiments": [], "external": acting})
    tables = tables_of(Company(customers=1500, days=731, until=UNTIL, seed=5, preset=preset))
    visits = tables["fact_session"].filter(
        pl.col("channel_key").is_in([KEYS["Direct"], KEYS["Organic Search"]])
    )
    week = (visits["started_at"].dt.date() - FIRST).dt.total_days() // 7
    counts = np.bincount(week.to_numpy(), minlength=WEEKS + 1)[:WEEKS].astype(float)
    outside = tables["fact_external_week"].unique("date_key").sort("date_key").head(WEEKS)
    design = np.array(
        [
            np.ones(WEEKS),
            outside["consumer_confidence"].cast(pl.Float64).to_numpy() - 100,
            outside["competitor_promotions"].to_numpy(),
            np.linspace(-1, 1, WEEKS),
        ]
    ).T
    slopes, errors = poisson_fit(design, counts)
    for number, planted in ((1, SECTION.confidence_effect), (2, SECTION.competitor_effect)):
        assert abs(slopes[number] - planted) < 4 * errors[number], (slopes, errors)
        assert abs(planted) > 3 * errors[number], errors


@pytest.mark.slow
def test_rain_raises_what_contacts_bring_about(tables_of):
    """Orders by region and week, both held fixed: by the planted effect on the share that contacts cause, within 3 standard errors."""
    tables = tables_of(Company(customers=20_000, days=731, until=UNTIL, seed=9), threads=2)
    panel = Panel(tables, FIRST, WEEKS)
    outside = tables["fact_external_week"]
    outside = outside.with_columns(day=days(outside), rainy_days=pl.col("rainy_days").cast(pl.Float64))
    # Rain acts on contacts; the orders that they cause come later, as from adstock of the same mean lag.
    causes = tables["truth.order_cause"].filter(pl.col("cause") == "touch")
    lags = causes.join(
        tables["truth.channel_effect"].select("channel_key", "mean_lag_days"), on="channel_key"
    )
    lag = lags["mean_lag_days"].mean()
    rain = adstock(panel.grid(outside, "rainy_days") - 7 * SECTION.rain, lag / (lag + 7.0))
    feature = rain * panel.orders.sum() / panel.customers.sum()
    found, errors, _ = panel.fit([feature])
    scale = (feature * panel.customers).sum()
    expected = SECTION.rain_effect * causes.height / tables["truth.order_cause"].height
    slope, error = found[0] / scale, abs(errors[0] / scale)
    assert abs(slope - expected) < 3 * error, (slope, expected, error)
    assert slope > 3 * error, (slope, error)
