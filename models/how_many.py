"""How many clusters there are: partitions into each number, with what speaks for and against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from martlet.models.k_means import Partition, best_of, distances, drawn
from martlet.models.partitions import adjusted_rand, davies_bouldin, silhouettes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Keys: TypeAlias = NDArray[np.uint64]

__all__ = ["STABLE", "Tried", "suggested", "tried"]

STABLE: Final = 0.7
_STARTS: Final = 8
_HALVES: Final = 12
_STARTS_OF_A_HALF: Final = 3
# Draws of halves have addresses that no start has.
_HALF: Final = 1_000


@dataclass(frozen=True)
class Tried:
    """A number of clusters, the best partition into so many, and its figures."""

    k: int
    partition: Partition
    explained: float
    silhouette: float
    davies_bouldin: float
    stability: float


def tried(points: Floats, keys: Keys, ks: Iterable[int], seed: int) -> tuple[Tried, ...]:
    """Return the best partition of the points into each number of clusters, with its figures.

    The points are in an order that does not change, such as that of their keys; there are more distinct ones than clusters.
    """
    partitions = {k: best_of(points, keys, k, seed, _STARTS) for k in ks}
    means = silhouettes(points, {k: partition.labels for k, partition in partitions.items()})
    whole = float(((points - points.mean(axis=0)) ** 2).sum())
    return tuple(
        Tried(
            k,
            partition,
            1 - partition.inertia / whole,
            means[k],
            davies_bouldin(points, partition.labels),
            _stability(points, keys, partition, seed),
        )
        for k, partition in partitions.items()
    )


def _stability(points: Floats, keys: Keys, partition: Partition, seed: int) -> float:
    """Return the mean adjusted Rand index with what random halves of the points say of all of them."""
    k = len(partition.middles)
    indices = []
    for number in range(_HALVES):
        half = drawn(keys, seed, _HALF + number) < 0.5  # noqa: PLR2004 (a half)
        if len(np.unique(points[half], axis=0)) >= k:
            found = best_of(points[half], keys[half], k, seed + 1 + number, _STARTS_OF_A_HALF)
            indices.append(adjusted_rand(partition.labels, distances(points, found.middles).argmin(axis=1)))
    return float(np.mean(indices)) if indices else 0.0


def suggested(found: Sequence[Tried]) -> tuple[int, dict[int, str]]:
    """Return the number of clusters that the figures speak for, and why each is it or not, in words."""
    stable = [one for one in found if one.stability >= STABLE]
    best = max(
        stable or found, key=lambda one: (round(one.silhouette if stable else one.stability, 6), -one.k)
    )
    rule = (
        f"has the highest silhouette, {best.silhouette:.2f}, of those with a stability of {STABLE} or more"
        if stable
        else f"is the most stable, {best.stability:.2f}, but no number reaches {STABLE}: the clusters are not well apart"
    )
    reasons = {
        one.k: f"suggested: {rule}"
        if one.k == best.k
        else f"not stable: {one.stability:.2f}"
        if one.stability < STABLE
        else f"silhouette {one.silhouette:.2f}, lower than with {best.k}"
        for one in found
    }
    return best.k, reasons
