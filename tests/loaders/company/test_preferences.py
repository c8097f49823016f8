"""The preference survey: answered by a sample, by persona, with noise."""

import numpy as np
import polars as pl
import pytest
from scipy import stats

from martlet.loaders.company import load_preset
from martlet.loaders.company.preferences import STATEMENTS

PRESET = load_preset("ecommerce")


@pytest.fixture(scope="module")
def answers(large):
    return large["fact_preference"].join(large["truth.customer"], on="customer_key")


def test_a_sample_answers_once(large, answers):
    assert answers["customer_key"].is_unique().all()
    assert 0.2 < answers.height / large["dim_customer"].height < 0.45
    signed_up = answers.join(large["dim_customer"].select("customer_key", "signed_up_at"), on="customer_key")
    assert (signed_up["answered_at"] >= signed_up["signed_up_at"]).all()


@pytest.mark.parametrize("statement", STATEMENTS)
def test_answers_stray_about_the_personas_own(answers, large, statement):
    """The mean of rounded and clipped normal numbers, by persona; the whole scale is used."""
    spread = PRESET.preferences.spread
    edges = np.array([-np.inf, 1.5, 2.5, 3.5, 4.5, np.inf])
    for row in large["truth.persona"].iter_rows(named=True):
        mine = answers.filter(pl.col("persona") == row["persona"])[statement].drop_nulls().to_numpy()
        shares = np.diff(stats.norm.cdf((edges - row[statement]) / spread))
        mean = shares @ np.arange(1, 6)
        assert abs(mine.mean() - mean) < 4 * mine.std() / np.sqrt(mine.size), row["persona"]
    found = answers[statement].drop_nulls()
    assert set(found) == {1, 2, 3, 4, 5}
    assert answers[statement].null_count() > 0


def test_lifestyles_tell_personas_apart_but_not_cleanly(answers, large):
    own = dict(large["truth.persona"].select("persona", "lifestyle").iter_rows())
    known = answers.drop_nulls("lifestyle")
    hits = (known["lifestyle"] == known["persona"].replace_strict(own)).sum()
    chance = PRESET.preferences.own_lifestyle
    planted = chance + (1 - chance) / len(own)
    assert stats.binomtest(int(hits), known.height, planted).pvalue > 0.001
