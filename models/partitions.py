"""How good a partition is, how alike two are, and which cluster of one is which of another."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Labels: TypeAlias = NDArray[np.int64]

__all__ = ["adjusted_rand", "davies_bouldin", "matched", "silhouettes"]

# Rows of the matrix of distances that are in memory at once.
_CHUNK: Final = 250


def silhouettes(points: Floats, partitions: Mapping[int, Labels]) -> dict[int, float]:
    """Return the mean silhouette (Rousseeuw 1987) of each partition of the same points, over all pairs; a point alone has 0."""
    members = {
        name: (labels[:, None] == np.unique(labels)).astype(np.float64) for name, labels in partitions.items()
    }
    sums = dict.fromkeys(partitions, 0.0)
    for first in range(0, len(points), _CHUNK):
        chunk = slice(first, first + _CHUNK)
        apart = np.sqrt(((points[chunk, None, :] - points[None, :, :]) ** 2).sum(axis=2))
        for name, of in members.items():
            sums[name] += _silhouettes(apart @ of, of[chunk], of.sum(axis=0)).sum()
    return {name: total / len(points) for name, total in sums.items()}


def _silhouettes(sums: Floats, own: Floats, sizes: Floats) -> Floats:
    """Return the silhouette of points, of whom the sums of distances from each cluster are known."""
    if len(sizes) == 1:
        return np.zeros(len(sums))
    size = own @ sizes
    within = (own * sums).sum(axis=1) / np.maximum(size - 1, 1)
    between = np.where(own > 0, np.inf, sums / sizes).min(axis=1)
    larger = np.maximum(within, between)
    return np.where((size > 1) & (larger > 0), (between - within) / np.where(larger > 0, larger, 1), 0)


def davies_bouldin(points: Floats, labels: Labels) -> float:
    """Return the index of Davies and Bouldin (1979), with distances from the means."""
    names = np.unique(labels)
    middles = np.array([points[labels == name].mean(axis=0) for name in names])
    widths = np.array(
        [
            np.sqrt(((points[labels == name] - middle) ** 2).sum(axis=1)).mean()
            for name, middle in zip(names, middles, strict=True)
        ]
    )
    apart = np.sqrt(((middles[:, None, :] - middles[None, :, :]) ** 2).sum(axis=2))
    np.fill_diagonal(apart, np.inf)
    return float(((widths[:, None] + widths[None, :]) / apart).max(axis=1).mean())


def adjusted_rand(one: Labels, other: Labels) -> float:
    """Return the adjusted Rand index (Hubert and Arabie 1985) of two partitions: 1 for the same, 0 on average by chance."""
    _, first = np.unique(one, return_inverse=True)
    _, second = np.unique(other, return_inverse=True)
    table = np.zeros((first.max() + 1, second.max() + 1))
    np.add.at(table, (first, second), 1)

    def pairs(counts: Floats) -> float:
        return float((counts * (counts - 1) / 2).sum())

    together, in_one, in_other = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    total = len(one) * (len(one) - 1) / 2
    by_chance = in_one * in_other / total if total else 0.0
    most = (in_one + in_other) / 2
    return 1.0 if most == by_chance else (together - by_chance) / (most - by_chance)


def matched(overlap: Mapping[tuple[int, int], int]) -> dict[int, int]:
    """Return which old cluster each new one goes on as, so that as many customers as possible stay where they were.

    Parameters
    ----------
    overlap
        Number of customers by new and old cluster. There are few clusters, so all ways are compared.
    """
    new = sorted({one for one, _ in overlap})
    old = sorted({other for _, other in overlap})

    @cache
    def best(place: int, taken: int) -> tuple[int, tuple[tuple[int, int], ...]]:
        if place == len(new):
            return 0, ()
        found = best(place + 1, taken)
        for bit, other in enumerate(old):
            kept = overlap.get((new[place], other), 0)
            if kept and not taken >> bit & 1:
                count, pairs = best(place + 1, taken | 1 << bit)
                if count + kept > found[0]:
                    found = count + kept, ((new[place], other), *pairs)
        return found

    return dict(best(0, 0)[1])
