"""Subject lines: many, in decent form, telling their type but not always; and what their words do to opens."""

import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from math import log

import numpy as np
import polars as pl
import pytest
from scipy import stats

from martlet.loaders.company import Company

from .regression import dummies, poisson_regression, wald


@pytest.fixture(scope="module")
def lines(large):
    return large["dim_campaign"].filter(pl.col("subject_line").is_not_null()).sort("campaign_key")


def test_there_are_hundreds_and_none_is_frequent(lines):
    counts = Counter(lines["subject_line"])
    assert len(counts) >= 400
    assert max(counts.values()) <= 0.005 * lines.height


def test_lines_are_in_form(lines):
    for text in lines["subject_line"]:
        bare = text.replace("{first_name}", "Ann")
        assert bare[0].isupper() or bare[0].isdigit(), text
        assert not re.search(r"[{}]|  |^\s|\s$|[?!.][,:]", bare), text
        assert 8 < len(text) < 110, text


def test_a_last_chance_comes_on_the_last_day(lines):
    company = Company(customers=6000, days=730, until=date(2026, 1, 1), seed=11)
    last_days = {ends - timedelta(days=1) for _, ends in company.promotions()}
    late = lines.filter(pl.col("subject_line").str.contains("(?i)last chance|ends tonight|final hours"))
    late = late.filter(pl.col("campaign_type") == "Promotional", pl.col("starts_on") >= company.first_day)
    assert late.height > 20
    assert set(late["starts_on"]) <= last_days


def test_naive_bayes_knows_most_types(lines):
    """Multinomial naive Bayes on words, each line left out in turn: counts without it, smoothed by 0.3."""
    words = [set(re.findall(r"\w+|\S", text.lower())) for text in lines["subject_line"]]
    types = lines["campaign_type"].to_list()
    sizes, seen = Counter(types), defaultdict(Counter)
    for kind, mine in zip(types, words, strict=True):
        seen[kind].update(mine)
    right = 0
    for kind, mine in zip(types, words, strict=True):
        scores = {}
        for other, size in sizes.items():
            own = other == kind
            scores[other] = log(size - own + 0.1) + sum(
                log((seen[other][word] - own + 0.3) / (size - own + 1)) for word in mine
            )
        right += max(scores, key=scores.get) == kind
    assert 0.75 < right / len(types) < 0.95


def test_a_regression_finds_what_features_do(large, lines):
    """Opens by people per mail delivered, by version, within the mailing.

    The six coefficients together lie within the 99.9 % quantile of chi-square; each must be clear of none where its factor is 10 % off.
    """
    mails = large["fact_email"].filter(pl.col("delivered_at").is_not_null())
    cells = mails.group_by("campaign_key").agg(
        n=pl.len(), opened=pl.col("first_human_opened_at").is_not_null().sum()
    )
    cells = cells.join(lines, on="campaign_key").sort("campaign_key")
    planted = large["truth.subject_effect"].sort("feature")
    texts = cells["subject_line"]
    columns = [
        [len(text) / 10 if pattern is None else float(bool(re.search(pattern, text))) for text in texts]
        for pattern in planted["pattern"]
    ]
    # Arms of experiments on mail and hours are shared out among the versions at random.
    within, _ = dummies(cells["mailing"].to_list())
    design = np.column_stack((np.array(columns).T, within))
    beta, covariance = poisson_regression(
        design, cells["opened"].to_numpy().astype(float), np.log(cells["n"].to_numpy())
    )
    size = planted.height
    truth = np.log(planted["factor"].to_numpy())
    distance = wald(beta[:size], covariance[:size, :size], truth)
    said = list(zip(planted["feature"], np.exp(beta[:size]).round(3), planted["factor"], strict=True))
    assert stats.chi2.sf(distance, size) > 0.001, said
    errors = np.sqrt(np.diag(covariance)[:size])
    for feature, estimate, error, factor in zip(planted["feature"], beta, errors, truth, strict=False):
        if abs(factor) > log(1.095):
            assert abs(estimate) > 2 * error, (feature, estimate, error)
            assert np.sign(estimate) == np.sign(factor), feature


def test_versions_split_a_mailing_at_random(large, lines):
    mails = large["fact_email"].join(lines.select("campaign_key", "mailing"), on="campaign_key")
    sizes = mails.group_by("mailing", "campaign_key").len().group_by("mailing").agg(pl.col("len"))
    chances = [stats.chisquare(row).pvalue for row in sizes["len"] if min(row) > 5]
    assert len(chances) > 60
    assert stats.kstest(chances, "uniform").pvalue > 0.001
