"""Weekly spend works through adstock and saturation, as a fit by least squares finds them.

Spend, contacts and customers grow together, so the curve is fitted on what one customer costs and sees. Known customers only:
visits of unknown browsers follow sign-ups, not spend.
"""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy import optimize

from martlet.loaders.company import Company, _ids, load_preset
from martlet.loaders.warehouse.channels import CHANNELS

from .recovery import FLAT, changed

pytestmark = pytest.mark.slow

UNTIL = date(2026, 1, 1)
WEEKS = 156
KEYS = {channel.name: channel.key for channel in CHANNELS}


@pytest.fixture(scope="module")
def advertised(tables_of, tmp_path_factory):
    """A company whose every contact with the two channels is bought: nobody unknown, and nobody's attention fades.

    It is large, since spend follows the contacts of its own week: with few of them, chance in both hides what is carried over.
    """
    names = ("Paid Social", "Display")
    only = {
        "experiments": [],
        "visits": {"prospects": 0.0, "pre_sign_up": 0.0},
        "people": {"attention_after_churn": 1.0},
        "channels": {name: {"effect": 0.0, "touches": 0.4} for name in names},
    }
    preset = changed(tmp_path_factory.mktemp("preset") / "media.toml", FLAT, only)
    company = Company(customers=15_000, days=7 * WEEKS, until=UNTIL, seed=71, preset=preset)
    return tables_of(company, threads=2)


def _weeks(tables, name):
    """Return spend, contacts and customers by week."""
    first = UNTIL - timedelta(weeks=WEEKS)
    # Contacts of a paused week cost nothing: they are what earlier weeks carry over.
    exogenous = pl.col("touchpoint_id") % _ids.TOUCHES < _ids.OPEN
    touches = tables["fact_touchpoint"].filter(pl.col("channel_key") == KEYS[name], exogenous)
    week = (pl.col("touched_at").dt.date() - pl.lit(first)).dt.total_days() // 7
    found = touches.group_by(week=week).agg(n=pl.len(), spend=pl.col("cost").cast(pl.Float64).sum())
    rows = pl.DataFrame({"week": range(WEEKS)}, schema={"week": pl.Int64}).join(found, on="week", how="left")
    rows = rows.fill_null(0).sort("week")
    signed = (tables["dim_customer"]["signed_up_at"].dt.date() - first).dt.total_days().to_numpy() / 7
    exposed = np.clip(np.arange(WEEKS)[:, None] + 1 - signed[None, :], 0, 1).sum(axis=1)
    return rows["spend"].to_numpy(), rows["n"].to_numpy().astype(float), exposed


@pytest.mark.parametrize("name", ["Paid Social", "Display"])
def test_a_fit_finds_adstock_and_saturation(advertised, name):
    spend, contacts, exposed = _weeks(advertised, name)
    level = spend / exposed
    start = 26  # the first weeks have few customers, and pressure from before the data

    def response(adstock, half, limit):
        pressure, out = level[start - 20 : start].mean() / (1 - adstock), np.empty(WEEKS)
        for number in range(start - 20, WEEKS):
            pressure = level[number] + adstock * pressure
            out[number] = limit * pressure / (pressure + half)
        return out[start:]

    def off(given):
        expected = response(given[0], np.exp(given[1]), np.exp(given[2])) * exposed[start:]
        return (contacts[start:] - expected) / np.sqrt(np.maximum(expected, 1))

    mean = level[start:].mean()
    fit = optimize.least_squares(
        off, [0.3, np.log(mean), np.log(2 * contacts[start:].sum() / exposed[start:].sum())],
        bounds=([0, -20, -20], [0.95, 20, 20]),
    )  # fmt: skip
    errors = np.sqrt(np.diag(np.linalg.inv(fit.jac.T @ fit.jac)) * max(2 * fit.cost / (WEEKS - start - 3), 1))
    (mix,) = (mix for mix in load_preset("ecommerce").channels if mix.name == name)
    said = (
        f"adstock {fit.x[0]:.3f} +- {errors[0]:.3f}, planted {mix.adstock}; "
        f"half {np.exp(fit.x[1]) / mean:.3f} of mean spend +- {errors[1]:.0%}, planted {mix.half_spend}"
    )
    assert abs(fit.x[0] - mix.adstock) < 3 * errors[0], said
    assert errors[0] < 0.15, said
    # A mean week of the data is not exactly one of the plan, whose spend is lognormal.
    assert abs(np.exp(fit.x[1]) / mean - mix.half_spend) < 3 * errors[1] * mix.half_spend + 0.1, said
