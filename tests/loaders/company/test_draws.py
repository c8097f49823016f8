"""Random numbers have the distributions that they are named for."""

import numpy as np
import pytest

from martlet.loaders.company import _draws
from martlet.loaders.company.streams import Streams

IDS = np.arange(200_000, dtype=np.int64) * 1_000_003
STREAMS = Streams(1)


def moments(values):
    return values.mean(), values.var()


def test_uniform_numbers_are_uniform_and_addressed():
    values = STREAMS.uniform("a", IDS)
    counts = np.histogram(values, bins=100, range=(0, 1))[0]
    statistic = ((counts - IDS.size / 100) ** 2 / (IDS.size / 100)).sum()
    assert statistic < 149  # chi-square with 99 degrees of freedom, p = 0.001
    shuffled = np.random.default_rng(0).permutation(IDS.size)
    assert np.array_equal(STREAMS.uniform("a", IDS[shuffled]), values[shuffled])
    assert STREAMS.one("a", int(IDS[7])) == values[7]


@pytest.mark.parametrize("stride", [1, 100, 1 << 20, 10_000_000])
def test_numbers_of_neighbours_names_and_seeds_are_unrelated(stride):
    ids = np.arange(100_000, dtype=np.int64) * stride
    values = STREAMS.uniform("a", ids)
    others = [values[1:], STREAMS.uniform("b", ids)[:-1], Streams(2).uniform("a", ids)[:-1]]
    for other in others:
        assert abs(np.corrcoef(values[:-1], other)[0, 1]) < 4 / np.sqrt(ids.size)


@pytest.mark.parametrize("shape", [0.3, 0.55, 1.0, 3.8, 12.0])
def test_gamma(shape):
    mean, variance = moments(_draws.gamma(STREAMS, "gamma", IDS, shape))
    assert mean == pytest.approx(shape, rel=0.02)
    assert variance == pytest.approx(shape, rel=0.04)


def test_beta():
    a, b = 0.8, 2.8
    mean, variance = moments(_draws.beta(STREAMS, "beta", IDS, a, b))
    assert mean == pytest.approx(a / (a + b), rel=0.02)
    assert variance == pytest.approx(a * b / ((a + b) ** 2 * (a + b + 1)), rel=0.03)


def test_normal_and_exponential():
    mean, variance = moments(_draws.normal(STREAMS, "normal", IDS))
    assert mean == pytest.approx(0, abs=0.01)
    assert variance == pytest.approx(1, rel=0.02)
    mean, variance = moments(_draws.exponential(STREAMS.uniform("exponential", IDS)))
    assert mean == pytest.approx(1, rel=0.01)
    assert variance == pytest.approx(1, rel=0.03)


@pytest.mark.parametrize("rate", [0.02, 0.7, 6.0])
def test_poisson(rate):
    mean, variance = moments(_draws.poisson(STREAMS.uniform("poisson", IDS), rate, at_most=60))
    assert mean == pytest.approx(rate, rel=0.04)
    assert variance == pytest.approx(rate, rel=0.05)


def test_poisson_is_monotone_in_its_mean():
    """So that an effect that is halved takes orders away and adds none."""
    uniform = STREAMS.uniform("poisson", IDS)
    assert (_draws.poisson(uniform, 0.2, at_most=9) <= _draws.poisson(uniform, 0.4, at_most=9)).all()


def test_geometric_and_pick():
    assert _draws.geometric(STREAMS.uniform("geometric", IDS), 1.7).mean() == pytest.approx(1.7, rel=0.02)
    assert _draws.geometric(STREAMS.uniform("geometric", IDS), 0.0).max() == 0
    picked = np.bincount(_draws.pick(STREAMS.uniform("pick", IDS), [1.0, 0.0, 3.0])) / IDS.size
    assert picked == pytest.approx([0.25, 0.0, 0.75], abs=0.01)
    rows = np.arange(IDS.size) % 2
    by_row = _draws.pick_by(STREAMS.uniform("pick", IDS), np.array([[1.0, 1.0], [0.0, 1.0]]), rows)
    assert by_row[rows == 1].min() == 1
    assert by_row[rows == 0].mean() == pytest.approx(0.5, abs=0.01)


def test_ragged_rows():
    owner, place = _draws.ragged(np.array([2, 0, 3]))
    assert owner.tolist() == [0, 0, 2, 2, 2]
    assert place.tolist() == [0, 1, 0, 1, 2]
    assert _draws.running_within(owner).tolist() == place.tolist()
    assert _draws.running_within(np.zeros(0, dtype=np.int64)).tolist() == []
