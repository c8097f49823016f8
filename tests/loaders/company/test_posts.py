"""Social posts: what they say, and how people answer by kind of content, hour and weekday."""

import re
from collections import Counter

import numpy as np
import polars as pl
import pytest
from scipy import stats

from .regression import dummies, poisson_regression, wald


def test_no_sentence_is_frequent(large):
    posts = large["fact_social_post"]
    sentences = Counter(
        sentence for text in posts["post_text"] for sentence in re.split(r"(?<=[.?!]) ", text)
    )
    assert max(sentences.values()) <= 0.005 * posts.height
    for text, tags in posts.select("post_text", "hashtags").iter_rows():
        assert not re.search(r"[{}]|  ", text), text
        assert text[0].isupper() or text[0].isdigit(), text
        assert re.fullmatch(r"#[a-z0-9]+( #[a-z0-9]+)*", tags), tags
        assert len(set(tags.split())) == len(tags.split()), tags


def _factors(truth, acts_on, feature, levels):
    mine = truth.filter((pl.col("acts_on") == acts_on) & (pl.col("feature") == feature))
    found = dict(mine.select("value", "factor").iter_rows())
    return np.log([found[level] for level in levels])


@pytest.mark.parametrize("measure", ["likes", "shares", "clicks"])
def test_a_regression_finds_what_moves_answers(large, measure):
    """Counts per person reached on platform, kind of content, hour and weekday, against image, noon and Monday.

    Each group of coefficients lies within the 99.95 % quantile of chi-square around the truth, and kinds and weekdays matter.
    """
    posts = large["fact_social_post"].filter(pl.col("reach") > 0)
    # Of hours with a few posts the sandwich underestimates the error.
    posts = posts.filter(pl.len().over(pl.col("posted_at").dt.hour()) >= 15)
    at = posts.select(hour=pl.col("posted_at").dt.strftime("%H"), weekday=pl.col("posted_at").dt.weekday())
    groups = {
        "content type": dummies(posts["content_type"].cast(pl.String).to_list(), "image"),
        "hour": dummies(at["hour"].to_list(), "12"),
        "weekday": dummies([str(day) for day in at["weekday"]], "1"),
    }
    platform, _ = dummies(posts["platform"].to_list())
    design = np.column_stack((*(columns for columns, _ in groups.values()), platform))
    counts, offset = posts[measure].to_numpy().astype(float), np.log(posts["reach"].to_numpy())
    beta, covariance = poisson_regression(design, counts, offset)
    bases = {"content type": "image", "hour": "12", "weekday": "1"}
    place = 0
    for feature, (columns, levels) in groups.items():
        mine = slice(place, place + columns.shape[1])
        place += columns.shape[1]
        truth = large["truth.post_effect"]
        planted = _factors(truth, measure, feature, levels) - _factors(
            truth, measure, feature, [bases[feature]]
        )
        distance = wald(beta[mine], covariance[mine, mine], planted)
        assert stats.chi2.sf(distance, len(levels)) > 0.0005, (feature, np.exp(beta[mine]), np.exp(planted))
        moved = wald(beta[mine], covariance[mine, mine], np.zeros(len(levels)))
        assert stats.chi2.sf(moved, len(levels)) < (0.01 if feature == "hour" else 0.001), feature


def test_answers_vary_more_than_by_chance_and_ratios_are_not_constant(large):
    posts = large["fact_social_post"].filter(
        (pl.col("platform") == "Instagram") & (pl.col("content_type") == "image")
    )
    rate = posts["likes"].sum() / posts["reach"].sum()
    mean = posts["reach"].to_numpy() * rate
    dispersion = ((posts["likes"].to_numpy() - mean) ** 2 / mean).mean()
    assert dispersion > 5
    assert (posts["impressions"] / posts["reach"]).std() > 0.05
    assert (posts["cost"].cast(pl.Float64)).std() > 0.15 * posts["cost"].cast(pl.Float64).mean()
