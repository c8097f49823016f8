"""Distributions, drawn from addressed uniform numbers; and helpers for rows that own several rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from martlet.loaders.company.streams import Streams

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = [
    "beta",
    "counts",
    "exponential",
    "gamma",
    "geometric",
    "normal",
    "normal_of_gamma",
    "pick",
    "pick_by",
    "poisson",
    "ragged",
    "running_within",
]

# Poisson means from here on are drawn by the normal approximation.
_MANY: Final = 30.0


def exponential(uniform: Floats) -> Floats:
    """Return exponential numbers of mean 1."""
    return -np.log1p(-uniform)


def normal(streams: Streams, name: str, ids: Ints) -> Floats:
    """Return standard normal numbers (Box-Muller)."""
    radius = np.sqrt(2.0 * exponential(streams.uniform(f"{name}/radius", ids)))
    return radius * np.cos(2.0 * np.pi * streams.uniform(f"{name}/angle", ids))


def gamma(streams: Streams, name: str, ids: Ints, shape: float) -> Floats:
    """Return gamma numbers of scale 1 (Marsaglia and Tsang, 2000; a shape below 1 by their boost)."""
    boosted = shape if shape >= 1 else shape + 1
    d = boosted - 1.0 / 3.0
    c = 1.0 / np.sqrt(9.0 * d)
    out = np.empty(ids.shape)
    open_ = np.arange(ids.size)
    attempt = 0
    while open_.size:
        open_ids = ids[open_]
        x = normal(streams, f"{name}/{attempt}", open_ids)
        v = (1.0 + c * x) ** 3
        positive = v > 0
        log_v = np.log(np.where(positive, v, 1.0))
        log_u = np.log(streams.uniform(f"{name}/{attempt}/accept", open_ids) + 2.0**-60)
        accepted = positive & (log_u < 0.5 * x * x + d - d * v + d * log_v)
        out[open_[accepted]] = d * v[accepted]
        open_ = open_[~accepted]
        attempt += 1
    if shape < 1:
        out *= (1.0 - streams.uniform(f"{name}/boost", ids)) ** (1.0 / shape)
    return out


def normal_of_gamma(values: Floats, shape: float) -> Floats:
    """Return the standard normal numbers of the same rank as gamma numbers of scale 1 (Wilson and Hilferty, 1931)."""
    scores: Floats = 3.0 * np.sqrt(shape) * ((values / shape) ** (1.0 / 3.0) - 1.0 + 1.0 / (9.0 * shape))
    return scores


def beta(streams: Streams, name: str, ids: Ints, a: float, b: float) -> Floats:
    """Return beta numbers, as the share of one gamma in two."""
    one = gamma(streams, f"{name}/a", ids, a)
    return one / (one + gamma(streams, f"{name}/b", ids, b))


def poisson(uniform: Floats, mean: Floats | float, *, at_most: int) -> Ints:
    """Return Poisson counts by inversion, cut at `at_most`, which must be far in the tail; monotone in the mean."""
    counts = np.zeros(uniform.shape, dtype=np.int64)
    means = np.broadcast_to(np.asarray(mean, dtype=np.float64), uniform.shape)
    hit = np.nonzero(uniform >= np.exp(-means))
    u, m = uniform[hit], means[hit]
    term = np.exp(-m)
    total = term.copy()
    count = np.zeros(u.shape, dtype=np.int64)
    for k in range(1, at_most + 1):
        count += u >= total
        term *= m / k
        total += term
    counts[hit] = count
    return counts


def counts(streams: Streams, name: str, ids: Ints, mean: NDArray[np.floating]) -> Ints:
    """Return Poisson counts of any mean; large ones by the normal approximation."""
    mean = np.asarray(mean, dtype=np.float64)
    small = poisson(streams.uniform(f"{name}/small", ids), np.minimum(mean, _MANY), at_most=90)
    large = np.round(mean + np.sqrt(mean) * normal(streams, f"{name}/large", ids)).astype(np.int64)
    return np.where(mean < _MANY, small, np.maximum(large, 0))


def geometric(uniform: Floats, mean: Floats | float) -> Ints:
    """Return geometric counts from 0 with the given mean (0 or more)."""
    positive = np.maximum(mean, 1e-12)
    counts: Ints = np.floor(np.log1p(-uniform) / np.log(positive / (1.0 + positive))).astype(np.int64)
    return counts


def pick(uniform: Floats, weights: Sequence[float] | Floats) -> Ints:
    """Return an index for each number, with chances in proportion to `weights`."""
    cumulative = np.cumsum(np.asarray(weights, dtype=np.float64))
    cumulative /= cumulative[-1]
    index = np.searchsorted(cumulative, uniform, side="right")
    return np.minimum(index, cumulative.size - 1).astype(np.int64)


def pick_by(uniform: Floats, weights: Floats, row: Ints) -> Ints:
    """Return an index for each number, with chances in proportion to the row `row` of the matrix `weights`."""
    cumulative = np.cumsum(weights, axis=1)
    cumulative /= cumulative[:, -1:]
    index = np.zeros(uniform.shape, dtype=np.int64)
    for column in range(cumulative.shape[1] - 1):
        index += uniform >= cumulative[row, column]
    return index


def ragged(counts: Ints) -> tuple[Ints, Ints]:
    """Return, for owners with that many rows each, the owner of every row and the row's position within its owner."""
    owner = np.repeat(np.arange(counts.size, dtype=np.int64), counts)
    starts = np.cumsum(counts) - counts
    return owner, np.arange(owner.size, dtype=np.int64) - np.repeat(starts, counts)


def running_within(owner: Ints) -> Ints:
    """Return the position of every row within its owner, for rows that are sorted by owner."""
    if not owner.size:
        return np.zeros(0, dtype=np.int64)
    first = np.concatenate(([True], owner[1:] != owner[:-1]))
    starts = np.flatnonzero(first)
    position: Ints = np.arange(owner.size, dtype=np.int64) - np.repeat(
        starts, np.diff(np.append(starts, owner.size))
    )
    return position
